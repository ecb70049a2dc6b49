"""The organizations of a survey: what files say of each, who was asked and who answered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tfs_sim.model.state import SECTORS
from tfs_sim.scenario.csv_files import plain_float
from tfs_sim.scenario.errors import UserError, count, quote
from tfs_sim.survey.columns import Understood
from tfs_sim.survey.mapping import wave_of
from tfs_sim.survey.naming import wave_label
from tfs_sim.survey.notes import Note, literal

_YES = frozenset({"1", "1.0", "yes", "y", "true", "x", "complete", "completed"})
_KEYWORDS = (
    ("nonprofit", r"non.?profit|not.?for.?profit|\bngo\b|charit|501|advocacy|voluntary|social.?service|human.?service"),
    ("higher_education", r"universit|college|higher.?ed|\buniv\b"),
    ("district", r"school|district|k.?12|\bisd\b|superintend"),
    ("health", r"health|hospital|clinic|medical|medicine|medicaid"),
    ("philanthropy", r"foundation|philanthrop|funder|united.?way|donor|grant.?mak"),
    (
        "government",
        r"govern|county|\bcity\b|\bstate\b|federal|municip|public.?(agency|sector)|police|court|ministry|\bgov",
    ),
    ("business", r"business|compan|corporat|chamber|private|for.?profit|employer|\binc\b|\bllc\b|industry|\bbank\b"),
    ("community_group", r"parent|student|resident|neighbo|faith|church|grass.?roots|communit|famil|youth|coalition"),
)
_LEADS = re.compile(r"\b(backbone|convenor|convener|convening|lead agency|lead organi[sz]ation)\b", re.I)
USUAL = "nonprofit"
"""The sector of which nothing is known."""


@dataclass
class Member:
    """An organization.

    Attributes
    ----------
    name : as the files have it.
    listed : whether a list of organizations has it, rather than answers alone.
    category : what the files call its kind; empty if they do not.
    sector : of the model's.
    sector_known : whether a file, or its name, speaks for that sector.
    fte : staff, full-time equivalents, if a file says so.
    lead : whether it leads the partnership.
    member : whether it is at the table; None: the files do not say.
    asked, answered : by wave; where a file says so.
    """

    name: str
    listed: bool = False
    category: str = ""
    sector: str = USUAL
    sector_known: bool = True
    fte: float | None = None
    lead: bool = False
    member: bool | None = None
    asked: dict[str, bool] = field(default_factory=dict)
    answered: dict[str, bool] = field(default_factory=dict)


def known_as(found: Sequence[Understood], same: Mapping[str, str]) -> dict[str, str]:
    """Return the name of an organization, by every id that a list gives it and every name said to be the same.

    Raises
    ------
    UserError
        where an id stands for two organizations.
    """
    called: dict[str, str] = {}
    for sheet in found:
        if sheet.holds != "organizations":
            continue
        ids, names = sheet.cells("id"), sheet.cells("name")
        for row, (one, name) in enumerate(zip(ids or [], names or [], strict=False)):
            if one and name and called.setdefault(one, name) != name:
                message = f"the id {quote(one)} is given to two organizations"
                raise UserError(sheet.sheet.mistake(row, message, one))
    return {one: same.get(name, name) for one, name in called.items()} | dict(same)


def members(found: Sequence[Understood], called: Mapping[str, str], notes: list[Note]) -> dict[str, Member]:
    """Return the organizations that files list, in their order.

    Raises
    ------
    UserError
        where a file lists an organization twice and says different things of it.
    """
    result: dict[str, Member] = {}
    for sheet in found:
        if sheet.holds != "organizations":
            continue
        names = sheet.cells("name") or sheet.cells("id") or []
        ids = sheet.cells("id") or names
        waves = sheet.cells("wave") or [sheet.wave] * len(names)
        seen: set[tuple[str, str]] = set()
        nameless = 0
        for row, (name, one) in enumerate(zip(names, ids, strict=True)):
            name = called.get(name or one, name or one)
            if not name:
                nameless += 1
                continue
            if (name, waves[row]) in seen:
                message = f"{quote(name)} is listed a second time"
                hint = "Take one of the two out, or say which column is the wave."
                raise UserError(sheet.sheet.mistake(row, message, names[row], hint=hint))
            seen.add((name, waves[row]))
            _take(result.setdefault(name, Member(name)), sheet, row, waves[row])
        if nameless:
            said = f"{literal(sheet.sheet.name)}: {count(nameless, 'row')} without a name left out"
            notes.append(Note(said))
    return result


def described(found: Sequence[Understood], people: Mapping[str, Member], called: Mapping[str, str]) -> list[Note]:
    """Take what answers say of the organizations that gave them, where no list does; what most of them say.

    Returns
    -------
    list of Note
        How many organizations were described in several ways.
    """
    notes = []
    for sheet in found:
        if sheet.holds not in ("ties", "list", "matrix"):
            continue
        several: set[str] = set()
        for role, end in (("sector", "from"), ("fte", "from"), ("partner sector", "to"), ("partner fte", "to")):
            names = sheet.cells(end) or []
            said: dict[str, Counter[str]] = {}
            for row, cell in enumerate(sheet.cells(role) or []):
                if cell and (name := called.get(names[row], names[row])) in people:
                    said.setdefault(name, Counter())[cell] += 1
            several |= {name for name, cells in said.items() if len(cells) > 1}
            for name, cells in said.items():
                usual = cells.most_common(1)[0][0]
                _describe(people[name], role.split()[-1], usual, sheet, (sheet.cells(role) or []).index(usual))
        if several:
            text = f"{literal(sheet.sheet.name)}: {count(len(several), 'organization')} described in more than one way"
            notes.append(Note(f"{text}; what stands there most often is taken"))
    return notes


def led_by(people: Mapping[str, Member]) -> list[Note]:
    """Take the one organization whose kind or name says that it leads for the one that does, where no list says so."""
    if any(member.lead for member in people.values()):
        return []
    named = [name for name, member in people.items() if _LEADS.search(f"{member.category} {name}")]
    if len(named) != 1:
        return []
    people[named[0]].lead = True
    text = (
        "{} is taken for the one that leads, as its kind or name says so: the office that coordinates is its own, and "
        'begins with its ties; if another one leads, say so in a list of organizations, in a column called "lead"'
    )
    return [Note(text, (named[0],))]


def _describe(member: Member, role: str, said: str, sheet: Understood, row: int) -> None:
    """Take a member's kind or staff, as a row of a sheet says it, where nothing has said so before."""
    if role == "sector":
        member.category = member.category or said
    elif member.fte is None and (staff := staff_in(said)) is not None:
        if not 0 <= staff <= 1e6:
            raise UserError(sheet.sheet.mistake(row, "staff is a number between 0 and 1,000,000", said))
        member.fte = staff


def staff_in(said: str) -> float | None:
    """Return a number of staff: "1,200" is more than a thousand, "2,5" two and a half."""
    plain = said.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d*)?", said) else said.replace(",", ".")
    return plain_float(plain)


def _take(member: Member, sheet: Understood, row: int, wave: str) -> None:
    def cell(role: str) -> str:
        cells = sheet.cells(role)
        return cells[row] if cells else ""

    member.listed = True
    _describe(member, "sector", cell("sector"), sheet, row)
    _describe(member, "fte", cell("fte"), sheet, row)
    member.lead = member.lead or _yes(cell("lead"))
    if cell("member"):
        member.member = _yes(cell("member"))
    tables = {"asked": member.asked, "answered": member.answered}
    for role, kept in tables.items():
        if cell(role):
            kept[wave] = _yes(cell(role))
    for column in sheet.columns:
        of_wave = wave_of(column.role)
        if of_wave is not None and (said := cell(column.role)):
            tables[of_wave[0]][wave_label(of_wave[1])] = _yes(said)


def _yes(cell: str) -> bool:
    return cell.casefold() in _YES


def sectors(found: Mapping[str, Member], said: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Set the sector of every organization; return those of categories, each with how it was found.

    Parameters
    ----------
    said : sectors of categories that the user gave.

    Returns
    -------
    dict
        By category: the sector, and "said", "the same word", "by a word in it" or "not known".
    """
    categories: dict[str, tuple[str, str]] = {}
    for member in found.values():
        if not member.category:
            found_in_name = sector_in(member.name)
            member.sector, member.sector_known = found_in_name or USUAL, bool(found_in_name)
            continue
        if member.category not in categories:
            categories[member.category] = _sector(member.category, said)
        member.sector = categories[member.category][0]
    return categories


def _sector(category: str, said: Mapping[str, str]) -> tuple[str, str]:
    if category in said:
        return said[category], "said"
    plain = re.sub(r"[\s-]+", "_", category.casefold())
    if plain in SECTORS:
        return plain, "the same word"
    by_words = sector_in(category)
    return (by_words, "by a word in it") if by_words else (USUAL, "not known")


def sector_in(text: str) -> str:
    """Return the sector that a word in a text speaks for; an empty text where none does."""
    return next((sector for sector, pattern in _KEYWORDS if re.search(pattern, text, re.I)), "")
