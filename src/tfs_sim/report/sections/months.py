"""What happens over the months? Where runs are of two kinds, both."""

from __future__ import annotations

from tfs_sim.report.sections.section import Content, Page, Section

FIGURES = ("modes", "trust", "partners")


def _content(page: Page) -> Content | None:
    return {"figures": FIGURES} if any(name in page.figures for name in FIGURES) else None


SECTION = Section("months", "What happens over the months?", _content, ("leader", "researcher"))
