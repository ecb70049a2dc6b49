"""The report's section on where the answer changes over conditions, and what choosing once for all of them may cost."""

from __future__ import annotations

from dataclasses import dataclass

from tfs_sim.analysis.sentences import capital
from tfs_sim.analysis.stored import Stored
from tfs_sim.decisions.cells import Cells
from tfs_sim.reasons.where import of_report
from tfs_sim.reasons.where_words import condition_cells, limit_cells, robust_cells, told
from tfs_sim.report.tables import Table


@dataclass(frozen=True)
class Section:
    """What the page shows.

    Attributes
    ----------
    words : sentences: the answer, where it changes, what it may cost.
    conditions, limits, strategies : tables; None where there is nothing to show.
    """

    words: list[str]
    conditions: Table | None
    limits: Table | None
    strategies: Table | None


def section(stored: Stored) -> Section | None:
    """Return the section; None where results hold too few conditions."""
    found = of_report(stored)
    if found is None:
        return None
    return Section(told(found), *(_table(each(found)) for each in (condition_cells, limit_cells, robust_cells)))


def _table(cells: Cells | None) -> Table | None:
    return None if cells is None else Table([capital(heading) for heading in cells.head], cells.rows, cells.note)
