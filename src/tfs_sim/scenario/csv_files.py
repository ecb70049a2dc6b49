"""The one strict reader of CSV files: commas between cells, a header of known columns, every row as long as the header.

Nothing is guessed: what cannot be meant as it stands (semicolons, decimal commas, an empty row in between, a row that
is too short or too long, a column that is named twice) is told with its line and column.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote
from tfs_sim.scenario.reading import read_text

LARGEST_TABLE = 20_000_000
"""Bytes of a file of organizations, relationships or influence."""
MOST_TOLD = 20
"""So many mistakes of one kind are told; the file is likely wrong throughout."""

_CELL = re.compile(r'(?:^|,)(?:[ \t]*"((?:[^"]|"")*)"[ \t]*|([^,]*))(?=,|$)')
"""A cell of a line, with or without quotes."""
_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "bars"}


class Row(NamedTuple):
    """A row of a CSV file: its line, and its cells in the order of the header."""

    line: int
    values: Sequence[str]


class CsvTable:
    """A CSV file, read whole.

    Parameters
    ----------
    path : of the file.
    required, optional : names of columns.
    largest : bytes that are read at most.
    strange : how a column that is neither is told.

    Raises
    ------
    UserError
        With every mistake in how the file is laid out. What its cells say is checked by whoever reads them.
    """

    def __init__(
        self,
        path: Path,
        required: Sequence[str],
        optional: Sequence[str] = (),
        largest: int = LARGEST_TABLE,
        strange: str = "there is no column {} in this kind of file",
    ):
        self.path = path
        text = read_text(path, largest)
        self.lines = text.split("\n")
        self.header: list[str] = []
        self.rows: list[Row] = []
        self._strange = strange
        self._read(text, tuple(required), tuple(optional))
        self._place = {name: n for n, name in enumerate(self.header)}

    def _read(self, text: str, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        filled = text.rstrip("\n")
        if not filled.strip():
            raise UserError(Mistake("the file is empty", file=self.path.name))
        csv.field_size_limit(max(csv.field_size_limit(), len(text)))
        reader = csv.reader(io.StringIO(filled), strict=True)
        mistakes: list[Mistake] = []
        start = 1
        try:
            for cells in reader:
                line, start = start, reader.line_num + 1
                cells = [cell.strip() for cell in cells]
                if not self.header:
                    self._check_header(cells, line, required, optional)
                    self.header = cells
                elif not any(cells):
                    mistakes.append(self.put(line, "this row is empty; take it out"))
                elif len(cells) != len(self.header):
                    mistakes.append(self.put(line, self._length(cells)))
                else:
                    self.rows.append(Row(line, cells))
                if len(mistakes) == MOST_TOLD:
                    break
        except csv.Error as error:
            mistakes.append(self.put(start, f"this row cannot be read: {_reason(str(error))}"))
        if mistakes:
            raise UserError(mistakes)

    def _length(self, cells: Sequence[str]) -> str:
        said = f"this row has {_columns(len(cells))}, and the header has {len(self.header)}"
        if len(cells) > len(self.header) and all(re.fullmatch(r"[-+]?\d+", cell) for cell in cells):
            said += "; numbers have a decimal point (0.5), since commas are between cells"
        return said

    def _check_header(self, header: list[str], line: int, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        known = (*required, *optional)
        for sign, name in _DELIMITERS.items():
            if len(header) == 1 and sign in header[0]:
                message = f"cells are separated by {name}, and commas are expected"
                note = "numbers then need a decimal point" if sign == ";" else ""
                raise UserError(self.put(line, message, note=note))
        if not any(header):
            raise UserError(self.put(line, "the first row is empty; it names the columns"))
        missing = [name for name in required if name not in header]
        mistakes = [
            self.put(line, self._strange.format(quote(name)), nearest(name, known), name)
            for name in header
            if name not in known
        ]
        if missing and not any(mistake.suggestion in missing for mistake in mistakes):
            expected = ", ".join(required) + (f" and, if you like, {', '.join(optional)}" if optional else "")
            message = f"the column {quote(missing[0])} is missing; the columns are {expected}, separated by commas"
            mistakes.append(self.put(line, message))
        twice = [name for name in dict.fromkeys(header) if header.count(name) > 1]
        mistakes += [self.put(line, f"the column {quote(name)} is named twice", cell=name) for name in twice]
        if mistakes:
            raise UserError(mistakes)

    def has(self, column: str) -> bool:
        """Say whether the file has a column."""
        return column in self._place

    def cell(self, row: Row, column: str) -> str:
        """Return a cell; empty where the file does not have the column."""
        place = self._place.get(column)
        return "" if place is None else row.values[place]

    def put(self, line: int, message: str, suggestion: str = "", cell: str = "", note: str = "") -> Mistake:
        """Return a mistake in a line, at a cell of it."""
        source = self.lines[line - 1] if line <= len(self.lines) else ""
        column = source.find(cell) + 1 if cell else 1
        length = len(cell) if cell and column else len(source)
        return Mistake(
            message,
            file=self.path.name,
            line=line,
            column=max(1, column),
            length=max(1, length),
            source=source,
            suggestion=suggestion,
            note=note,
        )

    def mistake(self, row: Row, column: str, message: str, suggestion: str = "") -> Mistake:
        """Return a mistake in one cell."""
        found = self.put(row.line, message, suggestion)
        for number, cell in enumerate(_CELL.finditer(found.source)):
            if number == self._place.get(column):
                words = cell[2] if cell[1] is None else cell[1]
                start = cell.start(2 if cell[1] is None else 1) + len(words) - len(words.lstrip())
                return replace(found, column=start + 1, length=max(1, len(words.strip())))
        return found

    def number(self, row: Row, column: str, largest: float, expected: str, mistakes: list[Mistake]) -> float | None:
        """Return the number of a cell, from 0 to `largest`; None after noting a mistake."""
        cell = self.cell(row, column)
        value = plain_float(cell)
        if value is not None and 0 <= value <= largest:
            return value
        found = quote(cell) if cell else "nothing"
        comma = "; numbers have a decimal point" if re.fullmatch(r"[-+]?\d+,\d+", cell) else ""
        mistakes.append(self.mistake(row, column, f"column {column} is {expected}; found {found}{comma}"))
        return None


def plain_float(cell: str) -> float | None:
    """Return the finite number that a cell is, or None: digits of other scripts and underscores are none."""
    try:
        value = float(cell) if cell.isascii() and "_" not in cell else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _columns(number: int) -> str:
    return f"{number} column{'' if number == 1 else 's'}"


def _reason(reason: str) -> str:
    if "unexpected end" in reason or "expected after" in reason:
        return "a quote is not closed, or stands within a text"
    return "a cell is too long" if "field larger" in reason else "it is not comma-separated text"
