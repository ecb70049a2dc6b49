"""The validation table: every claim that the model makes, checked by running the shipped engine.

from tfs_sim.analysis.validation import validate

for verdict in validate(["M4", "R1"], quick=True):
    print(verdict.row.name, verdict.measured.found, verdict.passes)
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from tfs_sim.analysis.validation import kept
from tfs_sim.analysis.validation import rows as _files
from tfs_sim.analysis.validation.row import FULL, QUICK, Row, Verdict
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

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


def validate(
    only: Iterable[str] | None = None, quick: bool = False, workers: int | None = None, progress: Progress | None = None
) -> list[Verdict]:
    """Check the rows of the validation table against the shipped engine.

    Parameters
    ----------
    only : names of rows ("M10a") or of all rows of a mechanism or model ("M10"); None for the whole table.
    quick : smaller samples and wider tolerances: about a minute instead of ten.
    workers : threads; None for one a processor.
    progress : called after every row.

    Returns
    -------
    list of Verdict
        In the order of the table. `all(v.passes for v in …)` says whether the model is in order.
    """
    from tfs_sim.experiments.provenance import processors

    rows = chosen(only)
    budget = replace(QUICK if quick else FULL, workers=workers or processors())
    verdicts: list[Verdict] = []
    began = time.perf_counter()
    if progress:
        progress(0, len(rows), 0.0)
    for row in rows:
        start = time.perf_counter()
        try:
            measured = row.check(budget)
        except Exception as problem:
            problem.add_note(f"while checking row {row.name}: {row.title}")
            raise
        verdicts.append(Verdict(row, measured, time.perf_counter() - start))
        if progress:
            progress(len(verdicts), len(rows), len(verdicts) / (time.perf_counter() - began))
    kept.forget()
    return verdicts


__all__ = ["Row", "Verdict", "all_rows", "chosen", "validate"]
