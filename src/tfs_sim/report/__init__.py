"""What people read of stored results: the page, the page with sliders, the one-pager and the slides.

Names are loaded when they are first used: a page needs nothing of what slides or sliders take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfs_sim.lazily import loader

if TYPE_CHECKING:
    from tfs_sim.report.explorer import write_explorer
    from tfs_sim.report.one_page import write_one_page
    from tfs_sim.report.page import write_report
    from tfs_sim.report.slides import write_slides

__all__ = ["write_explorer", "write_one_page", "write_report", "write_slides"]

_HOMES = {
    "write_explorer": "explorer",
    "write_one_page": "one_page",
    "write_report": "page",
    "write_slides": "slides",
}

__getattr__ = loader(__name__, _HOMES)
