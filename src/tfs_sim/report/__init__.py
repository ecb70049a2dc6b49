"""One page that a funder reads, from stored results alone."""

from tfs_sim.report.page import write_report

__all__ = ["write_report"]
