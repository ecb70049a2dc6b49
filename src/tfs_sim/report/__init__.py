"""What people read of stored results: the page, the one-pager and the slides."""

from tfs_sim.report.explorer import write_explorer
from tfs_sim.report.one_page import write_one_page
from tfs_sim.report.page import write_report
from tfs_sim.report.slides import write_slides

__all__ = ["write_explorer", "write_one_page", "write_report", "write_slides"]
