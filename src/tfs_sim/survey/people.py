"""Columns about persons: recognised by name and by what stands in them, and left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TITLES = re.compile(
    r"\be.?mail|phone|\btel\b|mobile|\bfax\b|first.?name|last.?name|full.?name|sur.?name|given.?name|family.?name"
    r"|contact.?(person|name)|person|respondent.?name|name.?of.?(respondent|person|contact)|completed.?by|filled.?(in|out).?by"
    r"|your.?name\b|\bip\b|ip.?address|job.?title|position.?title|birth|gender|signature|linkedin|latitude|longitude|recipient",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+?[\d\s().\-/]{7,20}")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_TITLE_OF_PERSON = re.compile(r"\b(mr|mrs|ms|dr|prof|rev|hon)\.?\s+[A-Z]", re.IGNORECASE)
_TWO_NAMES = re.compile(r"[A-Z][a-z'’\-]+(\s+[A-Z]\.?)?(\s+[A-Z][a-z'’\-]+)")
_ORGANIZATION = re.compile(r"org(ani[sz]ation)?\b|agency|agencies|partner", re.IGNORECASE)
LONGEST_READ = 300
"""Letters of a cell that are looked through for names and addresses: a search in more takes as long as their square."""
_CONTACT = re.compile(r"contact|respondent|representative|director|leader|manager|staff|who", re.IGNORECASE)


def about_persons(title: str, cells: Sequence[str]) -> str:
    """Say why a column is about persons, or return an empty text where nothing speaks for it.

    Parameters
    ----------
    title : the column's name.
    cells : its cells.
    """
    said = [cell for cell in cells if cell]
    begins = [cell[:LONGEST_READ] for cell in said]
    if _share(_MAIL, [cell for cell in begins if "@" in cell], len(said)) >= 0.1:
        return "e-mail addresses stand in it"
    phones = [cell for cell in begins if _PHONE.fullmatch(cell) and not _DATE.match(cell)]
    phones = [cell for cell in phones if sum(map(str.isdigit, cell)) >= 7]
    if said and len(phones) >= 0.5 * len(said) and any(not cell.isdecimal() for cell in phones):
        return "telephone numbers stand in it"
    if _TITLES.search(re.sub(r"[_\-.]+", " ", title)):
        return "its name says so"
    if _share(_TITLE_OF_PERSON, begins, len(said)) >= 0.3:
        return "titles of persons stand in it"
    named = _CONTACT.search(title) and not _ORGANIZATION.search(title)
    if named and said and sum(bool(_TWO_NAMES.fullmatch(cell)) for cell in begins) >= 0.5 * len(said):
        return "names of persons seem to stand in it"
    return ""


def _share(pattern: re.Pattern[str], cells: Sequence[str], of: int) -> float:
    return sum(bool(pattern.search(cell)) for cell in cells) / of if of else 0.0
