"""How was this worked out?"""

from __future__ import annotations

from tfs_sim.analysis import pooling
from tfs_sim.analysis.findings import candidates
from tfs_sim.analysis.kinds import SURE
from tfs_sim.report import tables
from tfs_sim.report.sections.section import Content, Page, Section
from tfs_sim.scenario.errors import count


def _content(page: Page) -> Content:
    stored = page.stored
    few = stored.units.independent and len(stored.pairs) * len(stored.sites) < SURE
    return {
        "what": tables.strategies(stored),
        "strategies": count(len(stored.strategies), "strategy", "strategies"),
        "crisis": stored.crisis is not None,
        "sample": stored.units.said,
        "months": count(stored.months, "month"),
        "sites": [stored.site_title(s) for s in stored.sites],
        "unit": pooling.sentence(stored.units, len(stored.sites), len(stored.levels)),
        "jumps": stored.primary in stored.metrics and stored.jump(stored.primary, stored.main) > 0,
        "few": SURE if few else None,
        "sets": stored.units.sets,
        "looked_at": len(candidates(stored)),
        "map": "map" in page.figures,
    }


SECTION = Section("methods", "How was this worked out?", _content, ("researcher",))
