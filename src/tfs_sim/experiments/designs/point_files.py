"""Design points from a CSV file, a column a variable."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.designs.variables import Variable
from tfs_sim.scenario.csv_files import MOST_TOLD, CsvTable, plain_float
from tfs_sim.scenario.errors import Mistake, UserError, kind_of, listed, quote
from tfs_sim.scenario.fields import DataFile
from tfs_sim.scenario.tables import month_number

Array = NDArray[np.float64]
LARGEST_FILE = 1_000_000_000


def read_points(file: DataFile, variables: Sequence[Variable]) -> tuple[Array | None, list[Mistake]]:
    """Return the points of a CSV file, a row a point, and every mistake in it.

    An empty cell is a variable that stays as the scenario has it.
    """
    names = [variable.name for variable in variables]
    strange = f"column {{}} is no variable of the design ({listed(names)})"
    try:
        found = CsvTable(file.path, names, largest=LARGEST_FILE, strange=strange)
    except UserError as error:
        whole = [each for each in error.mistakes if not each.line]  # the file itself: say so where it is named
        if whole:
            return None, [Mistake(f"file {quote(str(file))}: {whole[0].message}", ("design", "file"))]
        return None, list(error.mistakes)
    if not found.rows:
        return None, [Mistake("there are no points below the header", file=file.path.name, line=1)]
    places = [found.header.index(name) for name in names]
    table, mistakes = np.full((len(found.rows), len(variables)), np.nan), []
    for n, row in enumerate(found.rows):
        for column, variable in enumerate(variables):
            try:
                table[n, column] = _cell(variable, row.values[places[column]])
            except ValueError as error:
                mistakes.append(found.mistake(row, variable.name, f"{variable.name}: {error}"))
        if len(mistakes) >= MOST_TOLD:
            break
    return table, mistakes


def spanning(variable: Variable, codes: Array) -> Variable:
    """Return a variable of a table with the range of its values."""
    known = codes[~np.isnan(codes)]
    if variable.kind == "choice" or not len(known):
        return variable
    return replace(variable, low=float(known.min()), high=float(known.max()))


def _cell(variable: Variable, cell: str) -> float:
    if not cell:
        return math.nan
    if variable.kind == "choice":
        labels = [variable.label(code) for code in range(len(variable.values))]
        if cell not in labels:
            raise ValueError(f"{quote(cell)} is none of its values ({listed(labels)})")
        return float(labels.index(cell))
    if variable.kind == "month":
        return float(number_from("month", cell) or 0.0)
    value = plain_float(cell)
    if value is None:
        comma = "; numbers have a decimal point" if re.fullmatch(r"[-+]?\d+,\d+", cell) else ""
        raise ValueError(f"a number is expected; found {quote(cell)}{comma}")
    return _number(variable.kind, value)


def number_from(kind: str, value: Any) -> float | None:
    """Return a number or a month of a file as a number; raise a ValueError that says what is wrong."""
    if value is None:
        return None
    if kind == "month":
        match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", value) if isinstance(value, str) else None
        if match is None:
            raise ValueError(f'a month is written "2020-03"; found {kind_of(value)}')
        if not 1 <= int(match[2]) <= 12 or not 1900 <= int(match[1]) <= 2200:
            raise ValueError(f"months go from 01 to 12, and years from 1900 to 2200; found {quote(value)}")
        return float(month_number(str(value)))
    return _number(kind, value)


def _number(kind: str, value: Any) -> float:
    """Return a finite number, whole where that is meant; raise a ValueError that says what is wrong."""
    expected = "a whole number" if kind == "whole" else "a number"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{expected} is expected; found {kind_of(value)}")
    if not abs(value) < 1e300:
        raise ValueError(f"{expected} is expected; found {quote(value)}, which is not a finite number")
    if kind == "whole" and value != int(value):
        raise ValueError(f"a whole number is expected; found {quote(value)}")
    return float(value)
