"""Sets of parameters from a CSV file: a row a set, a column "set" with identities, and a column a parameter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.storage import ensembles
from tfs_sim.scenario.checks import specification
from tfs_sim.scenario.csv_files import MOST_TOLD, CsvTable, plain_float
from tfs_sim.scenario.errors import Mistake, UserError, quote
from tfs_sim.scenario.fields import catalogue


def read(path: Path, title: str) -> Sets:
    """Return the sets of a CSV file.

    Raises
    ------
    UserError
        With every cell that is no number, or every set and parameter that this model cannot run.
    """
    mechanisms = catalogue().MECHANISMS
    known = [f"{name}.{field}" for name, each in mechanisms.items() for field in specification(each)]
    found = CsvTable(path, ["set"], known, strange="there is no parameter {}")
    if not found.rows:
        raise UserError(Mistake("there are no sets below the header", file=path.name, line=1))
    names = [name for name in found.header if name != "set"]
    values = {name: np.full(len(found.rows), np.nan) for name in names}
    mistakes: list[Mistake] = []
    for number, row in enumerate(found.rows):
        for name in names:
            cell = found.cell(row, name)
            value = plain_float(cell)
            if value is None:
                said = quote(cell) if cell else "nothing"
                mistakes.append(found.mistake(row, name, f"{name} is a number; found {said}"))
            else:
                values[name][number] = value
        if len(mistakes) >= MOST_TOLD:
            break
    ids = [found.cell(row, "set") for row in found.rows]
    for fault in () if mistakes else ensembles.faults(ids, values):
        if fault.row is None:
            said = f"{'the file ' if fault.sentence.startswith('has ') else ''}{fault.sentence}"
            mistakes.append(replace(found.put(1, said, cell=fault.column), hint=fault.hint))
        else:
            mistakes.append(
                replace(found.mistake(found.rows[fault.row], fault.column, fault.sentence), hint=fault.hint)
            )
        if len(mistakes) >= MOST_TOLD:
            break
    if mistakes:
        raise UserError(mistakes)
    return ensembles.checked(path.name, title, ids, values)
