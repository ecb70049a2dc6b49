"""The page with sliders: one file that holds its numbers, its emulators and its library, and asks no network."""

from tfs_sim.report.explorer.page import content, render, write_explorer

__all__ = ["content", "render", "write_explorer"]
