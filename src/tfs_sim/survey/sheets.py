"""Foreign files as sheets of texts: a header, rows, and the place of each row in its file.

Whatever a file is (a table, a matrix, a graph), it becomes one or more sheets; what they mean is told apart later, in
`guessing.py`, or by the mapping that the user corrected. Nothing of a file is run, and none is larger than stated.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from tfs_sim.scenario.csv_files import LARGEST_TABLE, plain_float
from tfs_sim.scenario.errors import Mistake, UserError, count, quote
from tfs_sim.scenario.reading import read_text

LONGEST_NAME = 300
"""Letters of the name of an organization."""
Row = tuple[int, list[str]]
"""A line of a file and its cells."""
Holds = Literal["organizations", "ties", "list", "matrix", "nothing"]
"""What a sheet holds: a row an organization; a row a tie; a row an organization and all whom it names; a matrix."""

MOST_COLUMNS = 2_100
"""Columns of a sheet that are read; a matrix of the largest site has 2,001."""
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Sheet:
    """A table of texts.

    Attributes
    ----------
    name : of the file, or "book.xlsx#Sheet 1"; graphs have "net.graphml#nodes" and "net.graphml#edges".
    header : names of the columns, all different.
    rows : cells without spaces around them, as many as the header has; empty rows are left out.
    lines : of each row in its file, counted from 1; of graphs and workbooks the number of the row.
    holds : what the format says that it holds; None: to be guessed.
    directed : whether the format says that ties have a direction; None: to be guessed.
    remarks : what was done in reading it, each a sentence.
    """

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    holds: Holds | None = None
    directed: bool | None = None
    remarks: tuple[str, ...] = field(default=())

    def column(self, name: str) -> list[str]:
        """Return the cells of a column."""
        place = self.header.index(name)
        return [row[place] for row in self.rows]

    def refuse_long(self, name: str) -> None:
        """Refuse a column that names organizations and holds something longer than any name is."""
        for row, cell in enumerate(self.column(name)):
            if len(cell) > LONGEST_NAME:
                message = f"the name of an organization has at most {LONGEST_NAME} letters; found {len(cell):,}"
                line = self.lines[row]
                raise UserError(Mistake(message, file=self.name, line=line, column=1, length=60, source=cell[:60]))

    def mistake(self, row: int, message: str, cell: str = "", hint: str = "") -> Mistake:
        """Return a mistake in a row (counted from 0)."""
        source = ",".join(self.rows[row])
        column = source.find(cell) + 1 if cell else 1
        length = len(cell) if cell and column else len(source)
        return Mistake(
            message,
            file=self.name,
            line=self.lines[row],
            column=max(1, column),
            length=max(1, length),
            source=source,
            hint=hint,
        )


def read_table(path: Path) -> Sheet:
    """Return the sheet of a text file with commas, semicolons, tabs or bars between cells.

    Raises
    ------
    UserError
        with the line, where quotes are not closed or a row is longer than the header.
    """
    text = read_text(path, LARGEST_TABLE)
    if not text.strip():
        raise UserError(Mistake("the file is empty", file=path.name))
    delimiter = _delimiter(text)
    if (said := re.match(r"\s*sep=(.)[ \t]*\n", text, re.IGNORECASE)) is not None:  # as spreadsheets write it
        delimiter, text = said[1], "\n" * text.count("\n", 0, said.end()) + text[said.end() :]
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for cells in reader:
            line, start = start, reader.line_num + 1
            if delimiter == ";":
                cells = [re.sub(r"^(\s*-?\d+),(\d+\s*)$", r"\1.\2", cell) for cell in cells]
            found.append((line, cells))
            if len(cells) > MOST_COLUMNS:
                raise UserError(too_wide(path.name, len(cells)))
    except csv.Error:
        source = text.split("\n")[start - 1]
        message = "this row cannot be read: a quote is not closed, or stands within a text"
        raise UserError(
            Mistake(message, file=path.name, line=start, column=1, length=max(1, len(source)), source=source)
        ) from None
    between = {";": "semicolons", "\t": "tabs", "|": "bars"}.get(delimiter)
    remarks = (f"cells are separated by {between}",) if between else ()
    return sheet_of(path.name, found, remarks=remarks)


def sheet_of(
    name: str,
    rows: Sequence[tuple[int, Sequence[str]]],
    holds: Holds | None = None,
    directed: bool | None = None,
    remarks: Sequence[str] = (),
) -> Sheet:
    """Return the sheet whose first row that says something is the header.

    Cells lose spaces around them; columns without a name are called "column 3", and a name that is given again
    "name (2)".

    Raises
    ------
    UserError
        if there is no row, or one has more cells than the header.
    """
    stripped = [(line, [" ".join(cell.split()) for cell in cells]) for line, cells in rows]
    filled = [(line, cells) for line, cells in stripped if any(cells)]
    if not filled:
        raise UserError(Mistake("there is nothing in it", file=name))
    filled, remarks = _headed(filled, remarks)
    first, head = filled[0]
    while head and not head[-1] and all(len(cells) < len(head) or not cells[len(head) - 1] for _, cells in filled[1:]):
        head = head[:-1]  # columns at the end that nothing stands in
    if len(head) > MOST_COLUMNS:
        raise UserError(too_wide(name, len(head)))
    kept, lines = [], []
    told = next((n for n, (_, cells) in enumerate(filled[:4]) if any(c.startswith('{"ImportId"') for c in cells)), 0)
    if told:  # Qualtrics says each question again in words, and then its number, before the first answer
        remarks = (*remarks, f"{count(told, 'row')} of questions and their numbers above the answers left out")
        filled = [filled[0], *filled[told + 1 :]]
    for line, cells in filled[1:]:
        while len(cells) > len(head) and not cells[-1]:
            cells = cells[:-1]
        if len(cells) > len(head):
            said = f"this row has {count(len(cells), 'cell')}, and the header in line {first} has {len(head)}"
            source = ",".join(cells)
            raise UserError(Mistake(said, file=name, line=line, column=1, length=max(1, len(source)), source=source))
        kept.append((*cells, *[""] * (len(head) - len(cells))))
        lines.append(line)
    if not kept:
        raise UserError(Mistake("there is no row below the header", file=name, line=first))
    return Sheet(name, tuple(_named(head)), tuple(kept), tuple(lines), holds, directed, tuple(remarks))


_NUMBER = re.compile(r"(Q|QID)\d+([._#]\w+)*", re.IGNORECASE)
_OPEN = frozenset({"open-ended response", "response"})
"""What SurveyMonkey writes below a question that has no choices."""


def _headed(filled: list[Row], remarks: Sequence[str]) -> tuple[list[Row], Sequence[str]]:
    """Return rows that begin with their header: without titles above it, and a question with what is below it.

    Survey tools write a question once over the columns of its choices, which stand in the next row; Qualtrics writes
    numbers of questions first and the questions themselves below.
    """
    above = next((n for n, (_, cells) in enumerate(filled[:6]) if sum(map(bool, cells)) > 1), 0)
    if above:
        remarks, filled = (*remarks, f"{count(above, 'row')} above the names of the columns left out"), filled[above:]
    if len(filled) < 3:
        return filled, remarks
    (line, head), (_, below) = filled[0], filled[1]
    if any(cell.startswith('{"ImportId"') for cell in filled[2][1]):
        both = zip_longest(head, below, fillvalue="")
        asked = [question if question and _NUMBER.fullmatch(name) else name for name, question in both]
        return [(line, asked), *filled[1:]], remarks
    wide = max(len(head), len(below))
    head, below = ([*cells, *[""] * (wide - len(cells))] for cells in (head, below))
    unnamed = [place for place in range(wide) if not head[place]]
    spread = len(unnamed) > 1 and all(below[place] for place in unnamed)
    if not spread or below[0] or any(plain_float(below[place]) is not None for place in unnamed):
        return filled, remarks
    names, question = [], ""
    for name, choice in zip(head, below, strict=True):
        question = name or question
        names.append(question if not choice or choice.casefold() in _OPEN else f"{question} [{choice}]")
    return [(line, names), *filled[2:]], (*remarks, "a second row of names, below the questions, was taken into them")


def too_wide(name: str, columns: int) -> Mistake:
    """Return the mistake of a file with more columns than are read."""
    message = f"the file has {columns:,} columns, where at most {MOST_COLUMNS:,} are read"
    return Mistake(message, file=name, hint="Leave out the columns that are not about organizations and their ties.")


def _named(head: Sequence[str]) -> list[str]:
    names: list[str] = []
    times: dict[str, int] = {}
    for place, name in enumerate(head, start=1):
        plain = name or f"column {place}"
        times[plain] = times.get(plain, 0) + 1
        names.append(plain if times[plain] == 1 else f"{plain} ({times[plain]})")
    if len(set(names)) < len(names):
        again = next(name for name in names if names.count(name) > 1)
        raise UserError(Mistake(f"the column {quote(again)} is named twice"))
    return names


def _delimiter(text: str) -> str:
    """Return what separates cells: what stands most often in the first line that is not empty, outside of quotes."""
    first = next(line for line in text.split("\n") if line.strip())
    bare = re.sub(r'"(?:[^"]|"")*"', "", first)
    return max(DELIMITERS, key=lambda sign: (bare.count(sign), -DELIMITERS.index(sign)))
