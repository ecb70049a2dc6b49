"""Pajek files as sheets: vertices, arcs, edges, their lists, and matrices.

Networkx would make an organization of every number and label that stands in a line of ties, be it no vertex, and of two
vertices with one label one; it knows no lists, and takes the line that begins a second section for a tie.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from tfs_sim.scenario.csv_files import LARGEST_TABLE
from tfs_sim.scenario.errors import Mistake, UserError, count, quote
from tfs_sim.scenario.reading import read_text
from tfs_sim.survey.graphs import DRAWN
from tfs_sim.survey.sheets import Sheet, sheet_of

MOST_VERTICES = 20_000
DIRECTED = ("*arcs", "*arcslist")
LISTS = ("*arcslist", "*edgeslist")
SECTIONS = ("*network", "*vertices", "*arcs", "*edges", *LISTS, "*matrix")
_SHAPES = frozenset({"ellipse", "box", "diamond", "triangle", "cross", "empty", "house", "man", "woman"})
_DRAWN = DRAWN | {"x_fact", "y_fact", "bw", "lc", "la", "lr", "lphi", "phi", "r", "q", "font"}
_WORD = re.compile(r'"([^"]*)"|(\S+)')


@dataclass
class _Network:
    """What was read so far; ties by the name of their relation."""

    name: str
    wanted: int = 0
    labels: dict[int, str] = field(default_factory=dict)
    facts: dict[int, dict[str, str]] = field(default_factory=dict)
    ties: dict[str, list[tuple[int, list[str], bool]]] = field(default_factory=dict)

    def wrong(self, line: int, message: str) -> NoReturn:
        raise UserError(Mistake(message, file=self.name, line=line))

    def vertex(self, line: int, word: str) -> int:
        """Return the number of a vertex, or refuse one that is none."""
        if not re.fullmatch(r"[0-9]{1,9}", word) or not 1 <= int(word) <= self.wanted:
            self.wrong(line, f"a vertex has a number from 1 to {self.wanted:,}; found {quote(word)}")
        return int(word)


def read_pajek(path: Path) -> list[Sheet]:
    """Return the vertices and ties of a Pajek file; vertices without a line of their own are called by number.

    Raises
    ------
    UserError
        with the line, where it has no vertices, ties of what is no vertex, or a section that is no part of a network.
    """
    found = _Network(path.name)
    section, relation, rows = "", "", 0
    for line, text in _lines(read_text(path, LARGEST_TABLE)):
        if text.startswith("*"):
            section, relation = _begun(found, line, text)
            rows = 0
        elif section == "*vertices":
            _vertex(found, line, text)
        elif section == "*matrix":
            rows += 1
            _row(found, line, rows, text.split(), relation)
        elif section in (*DIRECTED, *LISTS, "*edges"):
            _tie(found, line, _words(text), section, relation)
        elif section != "*network":
            found.wrong(line, "the line *Vertices is missing, which says how many organizations there are")
    if not found.wanted:
        message = "the line *Vertices is missing, which says how many organizations there are"
        raise UserError(Mistake(message, file=path.name))
    return _sheets(found)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something, with their numbers."""
    for number, line in enumerate(text.split("\n"), 1):
        if (plain := line.strip()) and not plain.startswith("%"):
            yield number, plain


def _words(text: str) -> list[str]:
    return [quoted or plain for quoted, plain in _WORD.findall(text)]


def _begun(found: _Network, line: int, text: str) -> tuple[str, str]:
    """Return the section that a line begins, and the name of its relation."""
    section = text.split()[0].lower()
    if section not in SECTIONS:
        found.wrong(line, f"{quote(text)} begins no part of a network; only networks are read")
    if section == "*vertices":
        said = re.fullmatch(r"\*vertices\s+(\d{1,9})(?:\s+(\d{1,9}))?", text, re.IGNORECASE)
        if said is None:
            found.wrong(line, f"the line {quote(text)} should say a number: *Vertices 25")
        if found.wanted:
            found.wrong(line, "the line *Vertices is given a second time: one network is read from a file")
        if not 1 <= (wanted := int(said[1])) <= MOST_VERTICES:
            found.wrong(line, f"the file has {wanted:,} vertices, where at most {MOST_VERTICES:,} are read")
        if said[2] and 0 < int(said[2]) < wanted:
            found.wrong(
                line,
                f"{quote(text)} is a network of {int(said[2]):,} of one kind and {wanted - int(said[2]):,} of another, "
                "who belongs to what: it has no ties among organizations; make one of one mode of it first",
            )
        found.wanted = wanted
    elif section != "*network" and not found.wanted:
        found.wrong(line, "the line *Vertices is missing, which says how many organizations there are")
    named = re.search(r':\s*(\d+)\s*(?:"([^"]*)")?\s*$', text)
    return section, (named[2] or named[1]) if named else ""


def _vertex(found: _Network, line: int, text: str) -> None:
    number, *rest = _words(text)
    vertex = found.vertex(line, number)
    if vertex in found.labels:
        found.wrong(line, f"vertex {vertex} is given a second time")
    label = " ".join(rest[0].split()) if rest and rest[0].strip() else number
    found.labels[vertex] = label
    words = rest[1:]
    while words and re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", words[0], re.IGNORECASE):
        words = words[1:]  # where it is drawn
    if words and words[0].lower() in _SHAPES:
        words = words[1:]
    found.facts[vertex] = dict(zip(words[::2], words[1::2], strict=False))


def _tie(found: _Network, line: int, words: Sequence[str], section: str, relation: str) -> None:
    """Take in a line of ties: two vertices and a number, or in lists a vertex and all that it has ties with."""
    if len(words) < 2:
        found.wrong(line, f"a line of ties has two vertices at least; found {quote(' '.join(words))}")
    if section in LISTS:
        pairs = [(words[0], other, "1") for other in words[1:]]
    else:
        pairs = [(words[0], words[1], words[2] if len(words) > 2 else "1")]
    for source, target, weight in pairs:
        _add(found, line, found.vertex(line, source), found.vertex(line, target), weight, section in DIRECTED, relation)


def _row(found: _Network, line: int, row: int, cells: Sequence[str], relation: str) -> None:
    if row > found.wanted or len(cells) != found.wanted:
        said = f"a matrix of {count(found.wanted, 'vertex', 'vertices')} has as many rows of as many numbers"
        found.wrong(line, f"{said}; this is row {row:,}, with {len(cells):,}")
    for column, cell in enumerate(cells, 1):
        if cell.strip("0."):
            _add(found, line, row, column, cell, True, relation)


def _add(found: _Network, line: int, source: int, target: int, weight: str, directed: bool, relation: str) -> None:
    found.ties.setdefault(relation, []).append((line, [str(source), str(target), weight], directed))


def _sheets(found: _Network) -> list[Sheet]:
    """Return the vertices, and the ties of each relation."""
    called = {n: found.labels.get(n, str(n)) for n in range(1, found.wanted + 1)}
    names = list(called.values())
    if len(set(names)) < len(names):
        again = next(name for name in names if names.count(name) > 1)
        raise UserError(Mistake(f"two vertices are called {quote(again)}", file=found.name))
    columns = list(dict.fromkeys(key for facts in found.facts.values() for key in facts))
    shown = [name for name in columns if name.lower() not in _DRAWN and name.lower() != "id"]
    rows = [["id", *shown]]
    rows += [[called[n], *(found.facts.get(n, {}).get(key, "") for key in shown)] for n in called]
    lacking = found.wanted - len(found.labels)
    remark = f"{count(lacking, 'vertex', 'vertices')} without a line of their own; called by number"
    sheets = [
        sheet_of(f"{found.name}#nodes", list(enumerate(rows)), "organizations", remarks=[remark] if lacking else [])
    ]
    for relation, ties in found.ties.items():
        directed = any(one_way for *_, one_way in ties)
        lines: list[tuple[int, list[str]]] = [(0, ["from", "to", relation or "weight"])]
        for line, (source, target, weight), one_way in ties:
            ends = called[int(source)], called[int(target)]
            lines.append((line, [*ends, weight]))
            if directed and not one_way and source != target:  # an edge among arcs goes both ways
                lines.append((line, [*reversed(ends), weight]))
        sheets.append(sheet_of(f"{found.name}#{relation or 'edges'}", lines, "ties", directed))
    return sheets
