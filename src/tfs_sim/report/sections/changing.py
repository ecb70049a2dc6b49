"""Under which conditions does the answer change, and what may choosing once for all of them cost?"""

from __future__ import annotations

from pandas import DataFrame

from tfs_sim.analysis.sentences import capital
from tfs_sim.decisions.cells import Cells
from tfs_sim.reasons.where import Where, of_report
from tfs_sim.reasons.where_words import condition_cells, limit_cells, robust_cells, told
from tfs_sim.report.sections.section import Content, Page, Section
from tfs_sim.report.tables import Table

AMOUNTS = ("lead", "low", "high", "net_benefit", "mean_regret", "largest_regret", "largest_lower", "largest_upper")
"""Columns that are shown in the unit of what strategies are compared by."""


def _content(page: Page) -> Content | None:
    found = of_report(page.stored)
    if found is None:
        return None
    return {
        "words": told(found),
        "conditions": _table(condition_cells(found), "best-under", _shown(found, found.answers)),
        "limits": _table(limit_cells(found), "limits", None if found.boxes is None else found.boxes.frame),
        "strategies": _table(robust_cells(found), "robust", _shown(found, found.robust)),
    }


def _shown(found: Where, frame: DataFrame | None) -> DataFrame | None:
    """Return numbers as cells show them: shares in percentage points."""
    if frame is None:
        return None
    return frame.assign(**{name: frame[name] * found.by.factor for name in AMOUNTS if name in frame})


def _table(cells: Cells | None, stem: str, data: DataFrame | None) -> Table | None:
    if cells is None:
        return None
    return Table([capital(heading) for heading in cells.head], cells.rows, cells.note, stem, data)


SECTION = Section("changing", "Under which conditions does another choice do better?", _content)
