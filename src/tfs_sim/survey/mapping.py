"""What each column means: a small TOML file that the import writes, and the user corrects and gives again.

[files."ties.csv"]
holds = "ties"                        # organizations, ties, list, matrix or nothing
reports = "each"                      # a row is what one of the two said; "mutual": a tie without a direction
[files."ties.csv".columns]
"Respondent org" = "from"
"Partner org" = "to"
"Work together on" = "ticked"         # "Referrals, Shared data": of several relations those that were ticked
"How often?" = "relation contact"     # "item …": kept in the clean data, makes no tie; "left": not used
[relations.contact]
least = 0                             # the answer that means no tie
most = 5                              # the strongest
[relations.reliability]
means = "trust"                       # of an item; or agreement, value, nothing
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Mapped
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from tfs_sim.model.state import SECTORS
from tfs_sim.scenario.errors import Mistake, UserError, listed, nearest, quote
from tfs_sim.scenario.fields import KEY, LINE, MONTH, one_of
from tfs_sim.scenario.fields import number as within
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.reading import Document, read_document
from tfs_sim.scenario.table import Table
from tfs_sim.scenario.writing import to_toml
from tfs_sim.survey.sheets import Sheet

ROLES = {
    "organizations": (
        *("name", "id", "sector", "fte", "lead", "member", "asked", "answered", "wave", "date", "person", "left"),
    ),
    "ties": (
        "from",
        "to",
        "which",
        "value",
        "ticked",
        "sector",
        "fte",
        "partner sector",
        "partner fte",
        "wave",
        "date",
        "person",
        "left",
    ),
    "list": ("from", "to", "sector", "fte", "wave", "date", "person", "left"),
    "matrix": ("from", "organization", "sector", "fte", "wave", "date", "person", "left"),
    "nothing": ("person", "left"),
}
"""What a column may be, by what its sheet holds; of ties, lists and matrices also "relation NAME" and "item NAME", of
organizations "asked WAVE" and "answered WAVE"."""

MEANINGS = ("trust", "agreement", "value", "nothing")
"""What items are about: trust in a partner; how far it supports the mission; what it is worth; nothing of these."""

_ANSWERS = re.compile(r"(relation|item) ([a-z0-9][a-z0-9_-]{0,63})( \d{1,4})?")
_OF_WAVE = re.compile(r"(asked|answered) (\S.{0,80})")
_NUMBERED = re.compile(r"to \d{1,4}")
_HEAD = """\
# What `tfs-sim import` made of each column. Correct it, and import again with --mapping {name}.
# What a line does not say is guessed anew. This file may hold names: it stays here, like key.csv.

"""
_NUMBER = within(-1e9, 1e9, "a number")


class FileMap(Table):
    """What a sheet holds, and what its columns are."""

    holds: Annotated[str, one_of(tuple(ROLES), "what the sheet holds")] | None = None
    reports: Annotated[str, one_of(("each", "mutual"), "whose word a row is")] | None = None
    wave: Annotated[str, LINE] | None = None
    columns: dict[Annotated[str, LINE], Annotated[str, LINE]] = Field(default_factory=dict)


class RelationMap(Table):
    """What the answers of a relation mean."""

    least: Annotated[float, _NUMBER] | None = None
    most: Annotated[float, _NUMBER] | None = None
    words: dict[Annotated[str, LINE], Annotated[float, _NUMBER]] = Field(default_factory=dict)
    unknown: tuple[Annotated[str, LINE], ...] = ()
    blank: Annotated[str, one_of(("unknown", "none"), "what an empty cell means")] = "unknown"
    means: Annotated[str, one_of(MEANINGS, "what an item is about")] | None = None


class NetworkMap(Table):
    """Which reports make the network of the scenario."""

    relations: tuple[Annotated[str, KEY], ...] | None = None
    take: Annotated[str, one_of(("either", "both"), "whose reports make a tie")] = "either"
    wave: Annotated[str, LINE] | None = None


class Mapping(Table):
    """A mapping file, checked; what it does not say is guessed."""

    files: dict[Annotated[str, LINE], FileMap] = Field(default_factory=dict)
    relations: dict[Annotated[str, KEY], RelationMap] = Field(default_factory=dict)
    network: NetworkMap = Field(default_factory=NetworkMap)
    waves: dict[Annotated[str, LINE], Annotated[str, MONTH]] = Field(default_factory=dict)
    sectors: dict[Annotated[str, LINE], Annotated[str, one_of(SECTORS, "a sector")]] = Field(default_factory=dict)
    same: dict[Annotated[str, LINE], Annotated[str, LINE]] = Field(default_factory=dict)


def read_mapping(path: Path, sheets: list[Sheet]) -> Mapping:
    """Return a mapping file, checked against the sheets that it is about.

    Raises
    ------
    UserError
        with every mistake and its place: keys, sheets, columns and roles that there are not.
    """
    document = read_document(path)
    try:
        mapping = Mapping(**document.data)
    except ValidationError as error:
        raise UserError([document.locate(each) for each in mistakes_of(error, Mapping)]) from None
    mistakes = [document.locate(each) for each in _mistakes(mapping, {sheet.name: sheet for sheet in sheets})]
    if mistakes:
        raise UserError(mistakes)
    return mapping


def _mistakes(mapping: Mapping, sheets: Mapped[str, Sheet]) -> list[Mistake]:
    found = []
    for name, each in mapping.files.items():
        if name not in sheets:
            message = f"no file {quote(name)} is imported; there are {listed(list(sheets))}"
            found.append(Mistake(message, ("files", name), "key", nearest(name, sheets)))
            continue
        for column, role in each.columns.items():
            key = ("files", name, "columns", column)
            if column not in sheets[name].header:
                message = f"{name} has no column {quote(column)}"
                found.append(Mistake(message, key, "key", nearest(column, sheets[name].header)))
            elif not may_be(role, each.holds):
                roles = ROLES[each.holds] if each.holds else tuple(dict.fromkeys(sum(ROLES.values(), ())))
                message = f"a column is {listed([*roles, 'relation NAME', 'item NAME'], 20)}; found {quote(role)}"
                found.append(Mistake(message, key, suggestion=nearest(role, roles)))
    for name, relation in mapping.relations.items():
        if relation.least is not None and relation.least == relation.most:
            found.append(Mistake("least and most are the same answer", ("relations", name, "most")))
    return found


def may_be(role: str, holds: str | None) -> bool:
    """Say whether a column of a sheet that holds something may have a role; None: of any sheet."""
    if holds is None:
        return any(may_be(role, each) for each in ROLES)
    if holds == "organizations" and _OF_WAVE.fullmatch(role):
        return True
    answers = holds in ("ties", "list", "matrix") and _ANSWERS.fullmatch(role)
    return role in ROLES[holds] or bool(answers) or (holds == "list" and bool(_NUMBERED.fullmatch(role)))


def answers_of(role: str) -> tuple[str, str] | None:
    """Return ("relation" or "item", name) of a role that holds answers, else None."""
    found = _ANSWERS.fullmatch(role)
    return (found[1], found[2]) if found else None


def wave_of(role: str) -> tuple[str, str] | None:
    """Return ("asked" or "answered", wave) of a role that says so of one wave: "answered 2018"; else None."""
    found = _OF_WAVE.fullmatch(role)
    return (found[1], found[2]) if found else None


def place_of(role: str) -> str:
    """Return the number at the end of a role of a list: "to 3" → "3"; an empty text without one."""
    found = re.search(r" (\d{1,4})$", role)
    return found[1] if found else ""


def as_toml(data: Mapped[str, Any], name: str = "mapping.toml") -> str:
    """Return a mapping as the text of its file."""
    return _HEAD.format(name=name) + to_toml({key: value for key, value in data.items() if value})


__all__ = [
    "MEANINGS",
    "Document",
    "FileMap",
    "Mapping",
    "NetworkMap",
    "RelationMap",
    "answers_of",
    "as_toml",
    "read_mapping",
]
