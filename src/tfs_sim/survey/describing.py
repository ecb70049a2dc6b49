"""Columns that describe organizations: in a list of them, or beside the answers that they gave."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tfs_sim.scenario.csv_files import plain_float
from tfs_sim.survey.people import about_persons
from tfs_sim.survey.scales import looks_like_answers
from tfs_sim.survey.shapes import ID, NAME, all_different, is_text, spaced
from tfs_sim.survey.sheets import Sheet

Guesses = dict[str, tuple[str, str]]


def about_whom(sheet: Sheet, taken: dict[str, str]) -> Guesses:
    """Return columns that are about persons, which are left out."""
    found = {name: about_persons(name, sheet.column(name)) for name in sheet.header if name not in taken}
    return {name: ("person", why) for name, why in found.items() if why}


_OF_ORGANIZATIONS = (
    ("id", ID),
    ("name", NAME),
    (
        "sector",
        r".*(sector|category|field)|((respondent|your|partner|rated|named).?)?(org\w*|agency|partner)?.?(type|kind|class)"
        r"|(type|kind).?of.?(your.?)?(org\w*|agency|partner)|.*\bdescribes?.(your|the|this).(org\w*|agency|partner)",
    ),
    ("fte", r".*(fte|staff|employees)\b.*|size"),
    ("lead", r".*\b(lead|backbone|convener|anchor|hub)\b.*"),
    (
        "answered",
        r".*(answered|responded|complete|response|returned|finished).*|.*(participat|took part).*(survey|question).*",
    ),
    ("asked", r".*(asked|invited|surveyed|sampled|sent).*"),
    ("member", r".*(member|at.?the.?table|participat|joined).*"),
    ("wave", r"(.* )?(wave|round)( \w+)?|survey|(survey )?(year|period|time)"),
    ("date", r".*(date|month|timestamp|submitted).*"),
)
_ITS_NAME = r"(name.?of.?)?(the.?|your.?)?(org\w*|agency)(.?name)?"
_PREFIX = re.compile(r"(?:(partner|rated|named|target)|respondent|responding|your|reporting)\s+(.+)", re.I)
_ORG = r"(org\w*|agency)"
_BESIDE_ANSWERS = {
    "sector": re.compile(
        rf"({_ORG} )?sector|{_ORG} (type|kind|category)|(type|kind|sector) of (your )?{_ORG}"
        rf"|.*\bdescribes? (your|the|this) {_ORG}",
        re.I,
    ),
    "fte": re.compile(rf"({_ORG} )?((number of )?(fte|staff|employees)( fte| size)?|size)", re.I),
}
"""What columns beside answers are called that describe organizations: narrower than in a list of them, for a question
may well be about staff that two share."""
_YES_NO = {"yes", "no", "y", "n", "1", "0", "true", "false", "x", "1.0", "0.0"} | {
    "complete",
    "completed",
    "incomplete",
}


def of_organizations(sheet: Sheet, taken: dict[str, str]) -> Guesses:
    """Return what the columns of a list of organizations seem to be."""
    found = about_whom(sheet, taken)
    roles = set(taken.values())
    own = [name for name in sheet.header if re.fullmatch(_ITS_NAME, spaced(name), re.I)]
    for name in sheet.header if own else ():  # a list of people, each with an organization
        if name not in taken and name not in own and re.fullmatch(r"name|full.?name|contact|title", spaced(name), re.I):
            found[name] = ("person", "organizations have a column of their own")
    for role, pattern in _OF_ORGANIZATIONS:
        for name in sheet.header if role in ("answered", "asked") else ():  # a column for each wave
            wave = wave_of_name(spaced(name))
            open_ = name not in taken and name not in found and bool(wave)
            if open_ and re.fullmatch(pattern, spaced(name), re.I) and _fits(role, sheet.column(name)):
                found[name] = (f"{role} {wave}", "by its name, which says the wave")
        for name in sheet.header:
            if name in taken or name in found or role in roles:
                continue
            if re.fullmatch(pattern, spaced(name), re.I) and _fits(role, sheet.column(name)):
                found[name] = (role, "by its name")
                roles.add(role)
    if not roles & {"name", "id"}:
        free = [name for name in sheet.header if name not in taken and name not in found]
        distinct = [name for name in free if is_text(sheet.column(name)) and all_different(sheet.column(name))]
        if distinct:
            found[distinct[0]] = ("name", "the first column of different texts")
    return found


def of_who_says_so(sheet: Sheet, taken: dict[str, str], found: Guesses) -> Guesses:
    """Return columns of answers that say something of who answered: the same in all of its rows."""
    roles = {**{name: role for name, (role, _) in found.items()}, **taken}
    first, other = (next((name for name, role in roles.items() if role == end), None) for end in ("from", "to"))
    more: Guesses = {}
    for role, pattern in _BESIDE_ANSWERS.items():
        for name in sheet.header:
            plain = re.sub(r"[\s()]+", " ", spaced(name)).strip()
            prefix = _PREFIX.fullmatch(plain)
            named = pattern.fullmatch(prefix[2] if prefix else plain) or (
                prefix and role == "sector" and prefix[2].casefold() in ("type", "kind", "category")
            )
            if name in roles or not named or not _describes(role, sheet.column(name)):
                continue
            rated = prefix is not None and prefix[1] is not None
            end, of = (other, f"partner {role}") if rated else (first, role)
            if end is None or of in {*roles.values(), *(each for each, _ in more.values())}:
                continue
            if _depends(sheet.column(name), sheet.column(end)):
                whom = "is given" if rated else "gives"
                more[name] = (of, f"by its name; it is the same in all answers that an organization {whom}")
    return more


def _describes(role: str, cells: Sequence[str]) -> bool:
    """Say whether cells can be the kind or the staff of organizations, rather than answers about a tie."""
    said = {cell.casefold() for cell in cells if cell}
    if role == "fte":
        numbers = {plain_float(cell.replace(",", "")) for cell in said}
        return bool(said) and None not in numbers and not numbers <= {0.0, 1.0}
    return _fits(role, cells) and not looks_like_answers(said) and not said <= {"directed", "undirected"}


def _depends(cells: Sequence[str], on: Sequence[str]) -> bool:
    """Say whether what stands in cells is mostly what stands there most often beside the same text."""
    beside: dict[str, Counter[str]] = {}
    for each, cell in zip(on, cells, strict=True):
        if cell:
            beside.setdefault(each, Counter())[cell] += 1
    usual = sum(max(found.values()) for found in beside.values())
    return bool(beside) and usual >= 0.8 * sum(found.total() for found in beside.values())


def _fits(role: str, cells: Sequence[str]) -> bool:
    """Say whether what stands in a column can be what its name promises."""
    said = [cell for cell in cells if cell]
    if role in ("lead", "member", "asked", "answered"):
        yes = {cell.casefold() for cell in said}
        return bool(yes) and yes <= _YES_NO
    if role == "fte":
        return bool(said) and all(plain_float(cell.replace(",", "")) is not None for cell in said)
    if role == "sector":
        return bool(said) and len(set(said)) <= max(12, len(said) // 3)
    return bool(said)


def wave_of_name(name: str) -> str:
    """Return the wave that a file's name says: "ties-wave2.csv" → "2", "ties 2018.csv" → "2018"."""
    return _without_wave(name)[1]


def _without_wave(name: str) -> tuple[str, str]:
    """Return a name without the wave that it says, and the wave."""
    found = re.search(r"(?:wave|round|time|\bt|_t)[\s_-]?(\d{1,2})(?!\d)", name, re.I) or re.search(
        r"(?<!\d)((?:19|20)\d\d(?:-(?:0[1-9]|1[0-2]))?)(?!\d)", name
    )
    return (name[: found.start()] + name[found.end() :], found[1]) if found else (name, "")


def beside_each_other(names: Sequence[str]) -> list[str]:
    """Return columns that say the same of several waves: "Frequency T1" and "Frequency T2"; none where none do."""
    waves: dict[str, dict[str, str]] = {}
    for name in names:
        rest, wave = _without_wave(name)
        if wave:
            waves.setdefault(spaced(rest), {}).setdefault(wave, name)
    return next((list(each.values()) for each in waves.values() if len(each) > 1), [])
