"""The page of necessity: which patterns break without which mechanism, against what was predicted."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tfs_sim.experiments.storage.files import write_bytes
from tfs_sim.experiments.storage.provenance import environment
from tfs_sim.experiments.storage.spreadsheets import as_csv
from tfs_sim.figures.necessity import heat_map
from tfs_sim.figures.save import svg
from tfs_sim.report.embedding import picture
from tfs_sim.report.page import template
from tfs_sim.report.validation import prepared
from tfs_sim.validation.matrix import FULL, LEVEL, Cell, Column, Matrix, Usual

HEADINGS = ("Without", "Its own rows", "As predicted", "Did not break", "Broke unforeseen", "By definition")


def write_necessity(matrix: Matrix, folder: str | os.PathLike[str]) -> Path:
    """Write `necessity.html`, `necessity.json`, a figure and its data into the folder of a validation.

    Returns
    -------
    Path
        Of necessity.html.
    """
    with prepared(folder, "necessity.json", plain(matrix)) as target:
        return _written(target, matrix)


def _written(target: Path, matrix: Matrix) -> Path:
    """Write figure, data and page; return its path."""
    stamp = stamped(matrix)
    chart = heat_map(matrix, stamp)
    whole = svg(chart.figure)
    write_bytes(target / "figures" / "necessity.svg", whole)
    write_bytes(target / "data" / "necessity.csv", as_csv(chart.data))
    usual = {each.row.name: each for each in matrix.rows}
    text = template("necessity.html.j2").render(
        title="Necessity",
        headings=HEADINGS,
        rows=[cells(column) for column in matrix.columns],
        survived=[f"{row} holds without {name}" for name, row in matrix.survived],
        failing=[each.row.name for each in matrix.rows if not each.holds],
        details=[(column, [detail(cell, usual[cell.row]) for cell in telling(column)]) for column in matrix.columns],
        picture=picture(chart, whole),
        alt=chart.alt,
        level=f"{LEVEL:.0%}",
        stamp=stamp,
    )
    path = target / "necessity.html"
    write_bytes(path, text.encode())
    return path


def stamped(matrix: Matrix) -> str:
    """Return what made the matrix: version, points, seed, date."""
    about, budget = environment(), matrix.budget
    return " · ".join(
        [
            f"tfs-sim {about['model']}",
            f"{budget.points} points of the plausible space, {budget.replicates} replicates"
            + ("" if budget.points >= FULL.points else " (quick version)"),
            f"seed {budget.seed}",
            datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            f"{matrix.seconds / 60.0:.0f} minutes on {about['processors']} processors",
        ]
    )


def telling(column: Column) -> list[Cell]:
    """Return the cells of a column that say something: what was predicted, and what happened beside."""
    return [cell for cell in column.cells if cell.expected != "holds" or cell.outcome in ("breaks", "in doubt")]


def cells(column: Column) -> dict[str, str]:
    """Return a column of the matrix as the texts of a table's line."""
    predicted = [cell for cell in column.those("breaks") if cell.counts]
    unforeseen = [cell for cell in column.those("holds", "survives") if cell.counts and cell.outcome == "breaks"]
    defined = column.those("by definition")
    broke = [cell for cell in defined if cell.outcome in ("breaks", "cannot be asked")]
    return {
        "name": column.name,
        "title": column.title,
        "own": column.verdict + (f": {', '.join(column.survived)} holds" if column.survived else ""),
        "broke": _names(cell for cell in predicted if cell.gone),
        "not": _names(cell for cell in predicted if not cell.gone),
        "unforeseen": _names(unforeseen),
        "defined": _names(broke) + _but_not([cell for cell in defined if cell.outcome == "holds"]),
        "mark": {"NOT NECESSARY": "fails", "necessary": "holds", "in part": "fails"}.get(column.verdict, "reported"),
    }


def _names(found: Iterable[Cell]) -> str:
    """Return rows' names; "?" where it is in doubt, "–" where there was nothing to ask."""
    marks = {"in doubt": "?", "cannot be asked": "–"}
    return ", ".join(cell.row + marks.get(cell.outcome, "") for cell in found)


def _but_not(found: list[Cell]) -> str:
    return f" (but not {_names(found)})" if found else ""


def detail(cell: Cell, usual: Usual) -> dict[str, str]:
    """Return a cell as the texts of a line of details."""
    return {
        "row": cell.row,
        "title": usual.row.title,
        "predicted": cell.expected + (f": {cell.reason}" if cell.reason else ""),
        "outcome": cell.outcome + (" (no difference at all)" if cell.empty and cell.outcome == "breaks" else ""),
        "share": _change(usual.measured.share, cell.share, percent=True),
        "size": _change(usual.size, cell.size),
        "found": cell.found,
    }


def _change(before: float | None, after: float | None, *, percent: bool = False) -> str:
    if before is None and after is None:
        return ""
    said = ["none" if value is None else f"{value:.0%}" if percent else f"{value:.2g}" for value in (before, after)]
    return " → ".join(said)


def plain(matrix: Matrix) -> dict[str, Any]:
    """Return the matrix as JSON can say it."""
    return {
        "points": matrix.budget.points,
        "replicates": matrix.budget.replicates,
        "seed": matrix.budget.seed,
        "level": LEVEL,
        "seconds": round(matrix.seconds, 1),
        "with_everything": [
            {
                "row": each.row.name, "title": each.row.title, "kind": each.row.kind, "holds": bool(each.holds),
                "share": each.measured.share, "size": each.size, "measured": each.measured.found,
            }
            for each in matrix.rows
        ],
        "variations": [
            {
                "name": column.name, "title": column.title, "verdict": column.verdict,
                "own_rows_that_hold": list(column.survived),
                "cells": [
                    {
                        "row": cell.row, "own": cell.own, "predicted": cell.expected, "reason": cell.reason,
                        "outcome": cell.outcome, "share": cell.share, "size": cell.size,
                        "no_difference_at_all": cell.empty, "measured": cell.found,
                    }
                    for cell in column.cells
                ],
            }
            for column in matrix.columns
        ],
    }  # fmt: skip
