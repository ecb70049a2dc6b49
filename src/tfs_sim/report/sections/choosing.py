"""What should be chosen? By each view, which never meet in one sum."""

from __future__ import annotations

from tfs_sim.report import deciding
from tfs_sim.report.sections.section import Content, Page, Section


def _content(page: Page) -> Content | None:
    views = deciding.sections(page.stored)
    return {"views": views} if views else None


SECTION = Section("choosing", "What should be chosen, and how sure is that?", _content, ("funder", "researcher"))
