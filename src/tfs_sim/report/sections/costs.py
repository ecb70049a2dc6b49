"""What does it cost, and whom?"""

from __future__ import annotations

from tfs_sim.report import tables
from tfs_sim.report.sections.section import Content, Page, Section


def _content(page: Page) -> Content | None:
    takes = tables.takes(page.stored)
    if len(takes.headings) < 2:
        return None
    return {"takes": takes, "rules": tables.rules(page.stored)}


SECTION = Section("costs", "What does it cost, and whom?", _content)
