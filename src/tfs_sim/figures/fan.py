"""Fan chart: the middle and the spread of many runs over the months."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.analysis.windows import Array
from tfs_sim.figures.style import GREY, Look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def quantiles(values: Array) -> Array:
    """Return 5%, 25%, 50%, 75% and 95% over the runs (first axis) for every month."""
    out = np.full((5, values.shape[-1]), np.nan)
    seen = ~np.isnan(values).all(0)
    if seen.any():
        out[:, seen] = np.nanquantile(values[:, seen], QUANTILES, axis=0)
    return out


def fan(ax: Axes, x: Any, values: Array, look: Look, context: Array | None = None, sets: Array | None = None) -> None:
    """Draw the median and a band of 90% of the runs, and in it half of them, or 90% of sets of parameters.

    Parameters
    ----------
    ax : where to draw.
    x : the months, as years.
    values : runs × months.
    look : the strategy's look.
    context : runs × months of the same strategy under other conditions: its median only, dashed in grey.
    sets : sets × months, the mean of each set of parameters, if there are any.
    """
    q = quantiles(values)
    ax.fill_between(x, q[0], q[4], color=look.colour, alpha=0.16, linewidth=0, label="90%")
    inner = (q[1], q[3]) if sets is None else tuple(quantiles(sets)[[0, 4]])
    ax.fill_between(x, *inner, color=look.colour, alpha=0.34, linewidth=0, label="half" if sets is None else "sets")
    if context is not None:
        ax.plot(x, quantiles(context)[2], color=GREY, linewidth=1.3, linestyle=(0, (4, 2)), label="calm median")
    ax.plot(x, q[2], color=look.colour, linewidth=2.1, label="median")
