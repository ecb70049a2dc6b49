"""The sections of the page, in its order. A further one is a module here, its template, and a line in `SECTIONS`."""

from tfs_sim.report.sections import (
    assumed,
    changing,
    choosing,
    conditions,
    costs,
    found,
    methods,
    months,
    one_run,
    provenance,
    reasons,
)
from tfs_sim.report.sections.section import Page, Section

SECTIONS: tuple[Section, ...] = (
    choosing.SECTION,
    costs.SECTION,
    found.SECTION,
    conditions.SECTION,
    changing.SECTION,
    reasons.SECTION,
    months.SECTION,
    one_run.SECTION,
    assumed.SECTION,
    methods.SECTION,
    provenance.SECTION,
)

__all__ = ["SECTIONS", "Page", "Section"]
