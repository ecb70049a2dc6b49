"""The ladder from process to students: when each outcome moves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.analysis.windows import Array
from tfs_sim.figures.style import INK, Look, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

THRESHOLD = 0.2
LASTS = 6


def first_above(low: Array, threshold: float = THRESHOLD, lasts: int = LASTS) -> int | None:
    """Return the first month from which the lower end of the interval stays above the threshold for six months."""
    above = low > threshold
    for month in range(len(above) - lasts + 1):
        if above[month : month + lasts].all():
            return month
    return None


def last_above(low: Array, first: int, threshold: float = THRESHOLD) -> int:
    """Return the last month of the stretch above the threshold that begins at `first`; gaps of a month count in."""
    last = first
    for month in range(first, len(low)):
        if low[month] > threshold:
            last = month
        elif month - last > 1:
            break
    return last


def scaled(ax: Axes, low: Array, high: Array) -> None:
    """Give axes a scale on which the threshold and effects of hundreds of standard deviations can both be read.

    Even up to one standard deviation, by powers of ten beyond it (a symmetrical logarithmic scale).
    """
    top = max(float(np.nanmax(high)), THRESHOLD * 2.2)
    bottom = min(float(np.nanmin(low)), -0.05)
    if max(top, -bottom) <= 3.0:
        ax.set_ylim(bottom - 0.05 * (top - bottom), top + 0.12 * (top - bottom))
        ax.locator_params(axis="y", nbins=3)
        return
    ax.set_yscale("symlog", linthresh=1.0, linscale=0.8)
    powers = [10.0**n for n in range(math.ceil(math.log10(max(top, -bottom))) + 1)]
    ticks = [0.0, *(t for t in powers if t <= top), *(-t for t in powers if -t >= bottom)]
    ax.set_yticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks])
    ax.set_yticks([], minor=True)
    ax.set_ylim(bottom * 1.3, top * 1.6)


def rung(
    ax: Axes, x: Any, effect: Array, low: Array, high: Array, look: Look, name: str, *, narrow: bool = False
) -> None:
    """Draw one outcome's standardized effect per month with its interval and the threshold of 0.2."""
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.axhline(THRESHOLD, color=INK, linewidth=0.9, linestyle=(0, (2, 2)))
    ax.fill_between(x, low, high, color=look.colour, alpha=0.25, linewidth=0)
    ax.plot(x, effect, color=look.colour, linewidth=2)
    scaled(ax, low, high)
    month = first_above(low)
    if month is not None:
        ax.plot(x[month], effect[month], "o", color=look.colour, markersize=7, markeredgecolor="white")
    said = "not above 0.2\nin these months"
    if month is not None:
        until = last_above(low, month)
        ends = until == len(low) - 1
        said = f"above 0.2 from\nmonth {month + 1}" if ends else f"above 0.2 in\nmonths {month + 1} to {until + 1}"
    weight = "bold" if month is not None else "normal"
    write(ax, 1.02, 0.5, said, transform=ax.transAxes, fontsize=9.5, weight=weight)
    if narrow:
        write(ax, 0.0, 1.12, name, transform=ax.transAxes, fontsize=10, weight="bold")
    else:
        write(ax, -0.085, 0.5, name, transform=ax.transAxes, fontsize=10, ha="right", linespacing=1.25)
