"""What a sheet seems to hold: organizations, ties, lists of partners, or a matrix."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace

from tfs_sim.scenario.csv_files import plain_float
from tfs_sim.survey.mapping import FileMap
from tfs_sim.survey.scales import UNKNOWN, looks_like_answers
from tfs_sim.survey.sheets import Sheet

ID = r"((org\w*|agency|record|participant|partner|node).?)?(id|code|key|number|no)"
NAME = r"(name.?of.?)?(the.?)?(org\w*|agency|partner|member|actor|node)(.?name)?|name|label|full.?label|title"
"""What columns are called that name organizations."""
_EACH = (
    r"ego|respondent|rater|reporter|nominator|sender|respondent.?org\w*|(your|my|responding|reporting).?(org\w*|agency)"
)
_WHICH = (
    r"(which|select|choose)\b(?!.*\b(type|kind|sector|describ\w*|category)\b).*\b(org\w*|agency)\b.*\byour?\b.*"
    r"|(select|choose|name.?of)?.?your.?(org\w*|agency)('s)?.?(name)?"
)
_ASKED = r"who (are you|answers|is answering)|(i am|we are)( (from|with|at))?|(my|our) (organi[sz]ation|agency)"
FROM = re.compile(
    rf"(from|source|src|{_EACH}|{_WHICH}|{_ASKED}|i|a|(org\w*|agency|node|partner).?(1|a|one)|respond\w*.*)", re.I
)
TO = re.compile(
    r"(to|target|tgt|alter|partner|ratee|rated|receiver|nominee|named|j|b|(org\w*|agency|node|partner).?(2|b|two)"
    r"|(partner|named|target|rated|other|nominated).?(org\w*|agency)|partner.?name)",
    re.I,
)
OF_EACH = re.compile(_EACH + "|respond.*", re.I)
MOST_CHOICES, LONGEST_CHOICE = 20, 60
"""Of what could be ticked: how much there may be, and how many letters each may have."""
NUMBERED = re.compile(r"(.*?)[\s_.#-]*(\d{1,4})")


def likely_names(sheet: Sheet) -> list[str]:
    """Return the cells of the first column that seems to name organizations."""
    for name in sheet.header:
        if re.fullmatch(NAME, spaced(name), re.I) or FROM.fullmatch(spaced(name)):
            return [cell for cell in sheet.column(name) if cell and not cell.isdecimal()]
    return []


def spaced(name: str) -> str:
    """Return a column's name with spaces between its words: "OrgName_1" → "Org Name 1"."""
    return re.sub(r"[\s_.\-]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).strip(" ?:*")


def holds_of(sheet: Sheet, said: FileMap, known: set[str]) -> str | None:
    """Return what a sheet seems to hold, or None; known: names of organizations in any sheet."""
    roles = set(said.columns.values())
    if not roles & {"from", "to"} and (grids(sheet, known) or _is_square(sheet)):
        return "matrix"
    titles = [spaced(name) for name in sheet.header]
    numbered = set(alters(sheet))
    others = [name for name in sheet.header if name not in numbered]
    if len(numbered) >= 2 and any(FROM.fullmatch(spaced(name)) for name in others):
        return "list"
    places = set(alters(sheet).values())
    beside = any((end := NUMBERED.fullmatch(name)) and end[2] in places for name in others)
    if (len(numbered) > 2 or (numbered and beside)) and any(re.fullmatch(NAME, spaced(n), re.I) for n in others):
        return "list"
    if {"from", "to"} <= roles or (any(map(FROM.fullmatch, titles)) and any(map(TO.fullmatch, titles))):
        return "ties"
    named = partners(sheet)
    if named and any(re.fullmatch(NAME, spaced(name), re.I) for name in sheet.header if name not in named):
        return "ties"
    if _is_matrix(sheet, known):
        return "matrix"
    if len(numbered) >= 2:
        return "list"
    coded = [name for name in sheet.header if re.fullmatch(ID, spaced(name), re.I)]
    legend = coded and len(sheet.header) <= 3 and all(cell.isdecimal() for name in coded for cell in sheet.column(name))
    if legend and not any(re.fullmatch(NAME, title, re.I) for title in titles):
        return None  # what the numbers of a scale mean
    if any(re.fullmatch(pattern, title, re.I) for title in titles for pattern in (ID, NAME)):
        ends = ends_by_content(sheet)
        return "ties" if ends and not all_different(sheet.column(ends[0])) else "organizations"
    if ends_by_content(sheet):
        return "ties"
    first = sheet.column(sheet.header[0]) if sheet.rows else []
    short = sum(map(len, first)) <= LONGEST_CHOICE * len(first)  # longer ones are sentences
    return "organizations" if first and short and all_different(first) and is_text(first) else None


def partners(sheet: Sheet) -> list[str]:
    """Return columns that seem to name partners, rather than to say yes or no of them."""
    found = [name for name in sheet.header if TO.fullmatch(spaced(name))]
    return [name for name in found if is_text(sheet.column(name)) and not looks_like_answers(sheet.column(name))]


def squared(sheet: Sheet) -> Sheet:
    """Return a matrix without names of its rows with these before them: rows are in the order of the columns."""
    size = len(sheet.header)
    if size < 3 or size != len(sheet.rows) or not looks_like_answers([cell for row in sheet.rows for cell in row]):
        return sheet
    if any(cell and cell != "0" for cell in (row[n] for n, row in enumerate(sheet.rows))):
        return sheet  # what has answers of organizations about themselves is likely something else
    rows = tuple((name, *row) for name, row in zip(sheet.header, sheet.rows, strict=True))
    remarks = (*sheet.remarks, "rows have no names; they are taken in the order of the columns")
    return replace(sheet, header=("organization", *sheet.header), rows=rows, holds="matrix", remarks=remarks)


def _is_square(sheet: Sheet) -> bool:
    """Say whether columns are called like the rows, whatever they are called: as "from" and "to" might be, too."""
    rows = set(sheet.column(sheet.header[0])) if sheet.rows else set()
    columns = set(sheet.header[1:])
    return len(rows) > 2 and len(rows & columns) >= max(3, 0.8 * max(len(rows), len(columns)))


def _is_matrix(sheet: Sheet, known: set[str]) -> bool:
    """Say whether most columns are called like the rows, or like organizations, with answers below."""
    if len(sheet.header) < 3 or not sheet.rows:
        return False
    rows = {*sheet.column(whose(sheet)), *known}
    alike = [name for name in sheet.header if name in rows or about(name, rows)]
    others = len(sheet.header) - 1
    cells = {cell for name in alike for cell in sheet.column(name)}
    return len(alike) >= max(2, 0.5 * others) and all(
        not c or looks_like_answers([c]) or c.casefold() in UNKNOWN for c in cells
    )


def whose(sheet: Sheet, asked: Container[str] = ()) -> str:
    """Return the column of a matrix that seems to name its rows; asked: the organizations that it asks about."""
    alike = {name: sum(cell in asked for cell in sheet.column(name)) for name in sheet.header}
    if asked and (most := max(alike.values())) >= 2:
        return next(name for name, number in alike.items() if number == most)
    titled = [n for n in sheet.header if FROM.fullmatch(spaced(n)) or re.fullmatch(NAME, spaced(n), re.I)]
    return next((name for name in titled if is_text(sheet.column(name))), sheet.header[0])


def about(title: str, organizations: Container[str]) -> tuple[str, str] | None:
    """Return the question and the organization of a column that asks about one: "Contact - Clinic", "Contact [Clinic]".

    None where what stands behind the question is none of the organizations.
    """
    return next((parts for parts in _parts(title) if parts[0] and parts[1] in organizations), None)


def _parts(title: str) -> Iterator[tuple[str, str]]:
    """Yield what may be a question and whom it is about, at every sign that may stand between the two."""
    for found in re.finditer(r"\s+[-–|]\s+|:\s+|\s*\[", title):
        question, whom = title[: found.start()].strip(), title[found.end() :].strip()
        yield question, whom.removesuffix("]").strip() if found[0].endswith("[") else whom


def question_of(title: str, organization: str) -> str:
    """Return the question of a column that asks about an organization: its name without that of the organization."""
    return next((question for question, whom in _parts(title) if whom == organization), title)


def grids(sheet: Sheet, known: Container[str]) -> dict[str, tuple[str, str]]:
    """Return columns that ask the same of one organization after the other, with the question and the organization.

    "How often? [Clinic]", "How often? [Bank]", "How often? [Library]": as some of them are known, or stand in a column
    of the sheet, all are organizations, those of whom nobody has answered too.
    """
    asked: dict[str, dict[str, str]] = {}
    for name in sheet.header:
        for question, whom in _parts(name):
            if question and whom:
                asked.setdefault(question, {})[name] = whom
    texts = {cell for name in sheet.header if is_text(sheet.column(name)) for cell in sheet.column(name)}
    found: dict[str, tuple[str, str]] = {}
    for question, columns in asked.items():
        alike = sum(whom in texts or whom in known for whom in columns.values())
        if len(columns) >= 3 and len(set(columns.values())) == len(columns) and alike >= max(2, 0.2 * len(columns)):
            found |= {name: (question, whom) for name, whom in columns.items() if name not in found}
    return found


def alters(sheet: Sheet) -> dict[str, str]:
    """Return columns that name partners in a row, by their number: "Partner 1", "Partner 2" …"""
    stems: dict[str, dict[str, str]] = {}
    for name in sheet.header:
        found = NUMBERED.fullmatch(name)
        if found and found[1] and is_text([c for c in sheet.column(name) if c] or ["x"]):
            stems.setdefault(found[1].strip().casefold(), {})[name] = found[2]
    several = {stem: found for stem, found in stems.items() if len(found) >= 2}
    named = [stem for stem in several if TO.fullmatch(spaced(stem)) or re.search(r"partner|org|alter|agency|nam", stem)]
    return several[named[0]] if named else {}


def ends_by_content(sheet: Sheet) -> tuple[str, str] | None:
    """Return the first two columns of texts that have many names in common."""
    texts = [name for name in sheet.header if sheet.rows and is_text(sheet.column(name))]
    for n, one in enumerate(texts[:12]):
        for other in texts[n + 1 : 12]:
            a, b = set(sheet.column(one)), set(sheet.column(other))
            if len(a & b) >= 0.3 * min(len(a), len(b)) and len(a | b) > 4 and not looks_like_answers(a):
                return one, other
    return None


def parted(cells: Iterable[str]) -> str:
    """Return the sign between choices where cells hold several of the few that could be ticked; "" where they do not.

    "Referrals, Shared data" beside "Referrals" and "Shared data, Joint programs": there are fewer choices than cells,
    and each stands in several.
    """
    said = [cell for cell in cells if cell and cell.casefold() not in UNKNOWN]
    for sign in (";", "|", ","):
        several = sum(sign in cell for cell in said)
        found = Counter(choice for cell in said for choice in choices(cell, sign))
        if several < max(2, 0.05 * len(said)) or not 2 <= len(found) <= MOST_CHOICES:
            continue
        often = [times for choice, times in found.items() if times > 1]  # the others somebody wrote
        words = all(len(choice) <= LONGEST_CHOICE and plain_float(choice) is None for choice in found)
        few = len(often) > 1 and sum(often) >= 3 * len(often) and sum(often) >= 0.8 * found.total()
        if words and few and len(often) <= len(set(said)):
            return sign
    return ""


def choices(cell: str, sign: str) -> list[str]:
    """Return what was ticked, in a cell in which a sign stands between choices; each once.

    Within brackets it is part of a choice: "Joint events (fairs, walks)".
    """
    pieces = cell.split(sign)
    if cell.count("(") == cell.count(")") > 0:
        ends, depth = [-1], 0
        for place, letter in enumerate(cell):
            depth += (letter == "(") - (letter == ")")
            if letter == sign and depth <= 0:
                ends.append(place)
        pieces = [cell[a + 1 : b] for a, b in itertools.pairwise([*ends, len(cell)])]
    return list(dict.fromkeys(filter(None, (choice.strip() for choice in pieces))))


def all_different(cells: Sequence[str]) -> bool:
    """Say whether no cell stands twice."""
    return len(set(cells)) == len(cells)


def is_text(cells: Iterable[str]) -> bool:
    """Say whether most of what stands in cells is no number."""
    said = [cell for cell in cells if cell]
    return bool(said) and sum(plain_float(cell) is None for cell in said) >= 0.8 * len(said)
