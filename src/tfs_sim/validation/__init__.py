"""The validation table: every claim that the model makes, checked by running the shipped engine.

from tfs_sim.validation import validate

for verdict in validate(["M4", "R1"], quick=True):
    print(verdict.row.name, verdict.measured.found, verdict.passes)

`validate(without=["trust"])` checks the same rows with mechanisms off; `necessity()` does so for one mechanism after
the other, and holds what breaks against what was predicted (`predictions.py`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote
from tfs_sim.validation import kept, running
from tfs_sim.validation import rows as _files
from tfs_sim.validation.row import FULL, QUICK, Budget, Measured, Row, Verdict, asked

if TYPE_CHECKING:
    from tfs_sim.validation.matrix import Matrix

Progress = Callable[[int, int, float], None]
"""Told how many rows are done, of how many, and how many a second."""


@cache
def all_rows() -> tuple[Row, ...]:
    """Return the rows of every file in `rows/`: M1 … M28, then R1 … R7, then what has a name of its own."""
    found = [
        row
        for file in sorted(module.name for module in iter_modules(_files.__path__))
        for row in import_module(f"{_files.__name__}.{file}").ROWS
    ]
    names = [row.name for row in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"rows of the validation table share a name: {', '.join(sorted(twice))}")
    return tuple(sorted(found, key=lambda row: _order(row.name)))


def _order(name: str) -> tuple[int, str, int, str]:
    """Return where a name stands: M2 before M10, M10 before M10a, all of M before R, words last."""
    match = re.fullmatch(r"([A-Za-z])(\d+)(\w*)", name)
    return (0, match[1], int(match[2]), match[3]) if match else (1, name, 0, "")


def chosen(only: Iterable[str] | None = None) -> tuple[Row, ...]:
    """Return the rows that names ask for: "M10a" that row, "M10" all rows of M10, in the order of the table.

    Raises
    ------
    UserError
        for names that no row has.
    """
    table = all_rows()
    if only is None:
        return table
    wanted: set[str] = set()
    mistakes = []
    families = {row.name: _families(row.name) for row in table}
    for name in only:
        found = {row for row, names in families.items() if name.strip().casefold() in names}
        wanted |= found
        if not found:
            known = [*families, *(each.rstrip("abcdefgh") for each in families)]
            mistakes.append(
                Mistake(
                    f"there is no row {quote(name.strip())} in the validation table",
                    suggestion=nearest(name.strip(), known),
                    hint=f"Rows: {', '.join(families)}.",
                )
            )
    if mistakes:
        raise UserError(mistakes)
    return tuple(row for row in table if row.name in wanted)


def _families(name: str) -> set[str]:
    """Return what a row answers to: "m14ab" to m14ab, m14a and m14."""
    match = re.fullmatch(r"([a-z]\d+)([a-z]*)", name.casefold())
    return {name.casefold()} if match is None else {match[1] + match[2][:n] for n in range(len(match[2]) + 1)}


def switches(names: Iterable[str]) -> tuple[str, ...]:
    """Return mechanisms that can be switched off, by their names.

    Raises
    ------
    UserError
        for names that no mechanism has, and for those without a switch.
    """
    from tfs_sim.model.catalogue import ALWAYS_ON, MECHANISMS

    found, mistakes = [], []
    for name in (each.strip().casefold().replace("-", "_") for each in names):
        if name in ALWAYS_ON:
            mistakes.append(Mistake(f"{name} cannot be switched off: without it there is nothing to run"))
        elif name not in MECHANISMS:
            hint = f"tfs-sim list mechanisms  shows all {len(MECHANISMS)}."
            mistakes.append(
                Mistake(f"there is no mechanism {quote(name)}", suggestion=nearest(name, MECHANISMS), hint=hint)
            )
        else:
            found.append(name)
    if mistakes:
        raise UserError(mistakes)
    return tuple(dict.fromkeys(found))


def necessity(
    only: Iterable[str] | None = None,
    without: Iterable[str] | None = None,
    quick: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Matrix:
    """Check which patterns break without which mechanism, and under the nulls, against what was predicted.

    Parameters
    ----------
    only : names of rows, as for `validate`; None for all of kind ubiquity and existence.
    without : mechanisms to switch off, one at a time; None for all of them and the nulls.
    quick : fewer points.
    workers : threads; None for one a processor.
    progress : called after every row under every variation.
    """
    from tfs_sim.experiments.storage.provenance import processors
    from tfs_sim.validation import matrix

    budget = replace(matrix.QUICK if quick else matrix.FULL, workers=workers or processors())
    mechanisms = None if without is None else switches(without)
    return matrix.filled(chosen(only), matrix.trials(mechanisms), budget, progress)


def validate(
    only: Iterable[str] | None = None,
    quick: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
    without: Iterable[str] = (),
) -> list[Verdict]:
    """Check the rows of the validation table against the shipped engine.

    Parameters
    ----------
    only : names of rows ("M10a") or of all rows of a mechanism or model ("M10"); None for the whole table.
    quick : smaller samples and wider tolerances: about a minute instead of ten.
    workers : threads; None for one a processor.
    progress : called after every row.
    without : mechanisms that are off in every run. A row that then cannot be asked fails, and says why.

    Returns
    -------
    list of Verdict
        In the order of the table. `all(v.passes for v in …)` says whether the model is in order.
    """
    from tfs_sim.experiments.storage.provenance import processors

    rows, off = chosen(only), switches(without)
    variation = running.Variation(f"without {' and '.join(off)}", off=off) if off else running.AS_IT_IS
    budget = replace(QUICK if quick else FULL, workers=workers or processors())
    verdicts: list[Verdict] = []
    began = time.perf_counter()
    if progress:
        progress(0, len(rows), 0.0)
    for row in rows:
        start = time.perf_counter()
        with running.under(variation):
            measured = asked(row, budget) if off else _checked(row, budget)
        verdicts.append(Verdict(row, measured, time.perf_counter() - start))
        if progress:
            progress(len(verdicts), len(rows), len(verdicts) / (time.perf_counter() - began))
    kept.forget()
    return verdicts


def _checked(row: Row, budget: Budget) -> Measured:
    try:
        return row.check(budget)
    except Exception as problem:
        problem.add_note(f"while checking row {row.name}: {row.title}")
        raise


__all__ = ["Row", "Verdict", "all_rows", "chosen", "necessity", "switches", "validate"]
