"""What people read of stored results: the page, the page with sliders, the one-pager and the slides.

Names are loaded when they are first used: a page needs nothing of what slides or sliders take.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
