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


def fan(
    ax: Axes,
    x: Any,
    values: Array,
    look: Look,
    context: Array | None = None,
    luck: tuple[Array, Array] | None = None,
) -> None:
    """Draw the median and the bands of 50% and 90% of runs, or of sets of parameters.

    Parameters
    ----------
    ax : where to draw.
    x : the months, as years.
    values : runs × months, or sets × months: the mean of each set.
    look : the strategy's look.
    context : the same of the same strategy under other conditions: its median only, dashed in grey.
    luck : months, between which 90% of the runs of a set in the middle lie, dotted.
    """
    q = quantiles(values)
    ax.fill_between(x, q[0], q[4], color=look.colour, alpha=0.16, linewidth=0, label="90%")
    ax.fill_between(x, q[1], q[3], color=look.colour, alpha=0.34, linewidth=0, label="half")
    for end, name in zip(luck or (), ("luck low", "luck high"), strict=False):
        ax.plot(x, end, color=look.colour, linewidth=1.1, linestyle=(0, (1, 1.6)), label=name)
    if context is not None:
        ax.plot(x, quantiles(context)[2], color=GREY, linewidth=1.3, linestyle=(0, (4, 2)), label="calm median")
    ax.plot(x, q[2], color=look.colour, linewidth=2.1, label="median")
