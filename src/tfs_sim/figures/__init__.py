"""Charts: one function each, drawing on the Axes that it is given; one style for all."""

from tfs_sim.figures.save import save

__all__ = ["save"]
