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
FAR = 3.0
"""Beyond so many standard deviations from the lowest value to the highest a scale is no longer even."""
LABEL = 0.15
"""Inches that a label on the axis takes from top to bottom."""


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
    top, bottom = _ends(low, high)
    if not far(low, high):
        ax.set_ylim(bottom - 0.05 * (top - bottom), top + 0.12 * (top - bottom))
        ax.locator_params(axis="y", nbins=3)
        return
    decades = sum(math.log10(max(1.0, end)) for end in (top, -bottom))
    ax.set_yscale("symlog", linthresh=1.0, linscale=max(1.0, 0.45 * decades))
    ax.set_ylim(bottom * 1.3, max(top * 1.6, 12.0 if top > FAR else 0.0))
    ticks = _powers(ax)
    ax.set_yticks(ticks, [f"{tick:,.0f}".replace("-", "−") for tick in ticks])
    ax.set_yticks([], minor=True)


def far(low: Array, high: Array) -> bool:
    """Say whether effects go so far that an even scale would hide the threshold."""
    top, bottom = _ends(low, high)
    return top - bottom > FAR


def _ends(low: Array, high: Array) -> tuple[float, float]:
    """Return the highest and the lowest value that must be in view."""
    return max(float(np.nanmax(high)), THRESHOLD * 2.2), min(float(np.nanmin(low)), -0.05)


def _powers(ax: Axes) -> list[float]:
    """Return zero and the powers of ten in view, every one or every second, third … so that labels keep apart."""
    low, high = ax.get_ylim()
    for step in range(1, 10):
        sizes = [10.0**n for n in range(0, 16, step)]
        ticks = [-t for t in reversed(sizes) if -t >= low] + [0.0] + [t for t in sizes if t <= high]
        places = ax.transData.transform([(0.0, tick) for tick in ticks])[:, 1]
        if len(ticks) < 3 or np.diff(places).min() > LABEL * ax.figure.dpi:
            break
    return ticks


def rung(
    ax: Axes, x: Any, effect: Array, low: Array, high: Array, look: Look, name: str, *, narrow: bool = False
) -> None:
    """Draw one outcome's standardized effect per month with its interval and the threshold of 0.2."""
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.axhline(THRESHOLD, color=INK, linewidth=0.9, linestyle=(0, (2, 2)), label="threshold")
    ax.fill_between(x, low, high, color=look.colour, alpha=0.25, linewidth=0, label="interval")
    ax.plot(x, effect, color=look.colour, linewidth=2, label="effect")
    scaled(ax, low, high)
    month = first_above(low)
    if month is not None:
        mark: dict[str, Any] = {
            "color": look.colour,
            "markersize": 7,
            "markeredgecolor": "white",
            "clip_on": False,
            "zorder": 3,
        }
        ax.plot(x[month], effect[month], "o", label="first above", **mark)
    said = "not above 0.2\nin these months"
    if month is not None:
        until = last_above(low, month)
        ends = until == len(low) - 1
        said = f"above 0.2 from\nmonth {month + 1}" if ends else f"above 0.2 in\nmonths {month + 1} to {until + 1}"
    weight = "bold" if month is not None else "normal"
    write(ax, 1.02, 0.5, said, transform=ax.transAxes, fontsize=9.5, weight=weight, label="when")
    if narrow:
        write(ax, 0.0, 1.12, name, transform=ax.transAxes, fontsize=10, weight="bold")
    else:
        write(ax, -0.085, 0.5, name, transform=ax.transAxes, fontsize=10, ha="right", linespacing=1.25)
