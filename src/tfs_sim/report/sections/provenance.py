"""Where do the numbers come from, and what do the quantities mean?"""

from __future__ import annotations

from tfs_sim.analysis import words
from tfs_sim.analysis.windows import metric
from tfs_sim.report import tables
from tfs_sim.report.sections.section import Content, Page, Section


def _content(page: Page) -> Content:
    stored = page.stored
    named = dict.fromkeys((stored.primary, *(str(n) for n in stored.experiment.get("also") or [])))
    shown = list(stored.metrics) if page.whole else [name for name in named if name in stored.metrics]
    return {
        "provenance": tables.provenance(stored),
        "meanings": [(words.short(m), m.explained) for m in map(metric, shown) if m.meaning],
    }


SECTION = Section("provenance", "Where do these numbers come from?", _content)
