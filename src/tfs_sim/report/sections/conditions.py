"""When does the answer change? Over places on a map, other parameters, conditions and sites."""

from __future__ import annotations

from tfs_sim.analysis.conditions import stability
from tfs_sim.figures.comparisons import compared
from tfs_sim.report import tables
from tfs_sim.report.sections.section import Content, Page, Section


def _content(page: Page) -> Content | None:
    stored = page.stored
    others = compared(stored)
    c = {
        "over_parameters": tables.over_sets(stored),
        "conditions": tables.conditions(stored, others),
        "stability": stability(stored, stored.primary, others),
        "sets": stored.units.sets,
        "drawn": stored.units.sampled,
        "holds": stored.units.holds,
    }
    return c if c["over_parameters"] or c["conditions"] or "map" in page.figures else None


SECTION = Section("conditions", "When does the answer change?", _content)
