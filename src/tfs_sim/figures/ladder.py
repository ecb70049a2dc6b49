"""The ladder from process to students: in which months each outcome differs, as bars on one calendar.

Sizes differ a thousandfold between rungs, so no scale shows them together; what a reader asks of a ladder is *when*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.windows import Array
from tfs_sim.figures.style import GREY, GRID, INK, Look, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

THRESHOLD = 0.2
LASTS = 6
TALL = 0.44
"""Height of a bar, of the room of a rung."""


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


def stretches(holds: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the first month and the number of months of each stretch in which something holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], holds.astype(np.int8), [0]])))
    return [(int(start), int(end - start)) for start, end in edges.reshape(-1, 2)]


def rung(ax: Axes, row: float, x: Any, low: Array, high: Array, look: Look) -> None:
    """Draw one outcome on its row: a line for all months, and bars where it differs.

    Strong where the interval lies above the threshold, faint where it lies above zero, hatched where below zero.
    """
    month = 1 / 12
    ax.plot([x[0], x[-1] + month], [row, row], color=GRID, linewidth=1.4, zorder=1, label="months")
    kinds: tuple[tuple[str, Any, dict[str, Any]], ...] = (
        ("above zero", low > 0, {"facecolor": faint(look.colour)}),
        ("above threshold", low > THRESHOLD, {"facecolor": look.colour}),
        ("below zero", high < 0, {"facecolor": "white", "edgecolor": INK, "hatch": "////", "linewidth": 0.6}),
    )
    for name, holds, how in kinds:
        bars = [(float(x[start]), many * month) for start, many in stretches(np.asarray(holds))]
        if bars:
            drawn = ax.broken_barh(bars, (row - TALL / 2, TALL), zorder=2, **({"linewidth": 0} | how))
            drawn.set_label(name)


def faint(colour: str) -> str:
    """Return a colour with twice as much white in it, which hides what is behind it."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = to_rgb(colour)
    return str(to_hex((0.35 * red + 0.65, 0.35 * green + 0.65, 0.35 * blue + 0.65)))


def when(low: Array, high: Array) -> str:
    """Return in a few words when an outcome differs by enough to be noticed."""
    month = first_above(low)
    if month is not None:
        until = last_above(low, month)
        return f"from month {month + 1}" if until == len(low) - 1 else f"months {month + 1} to {until + 1}"
    if first_above(low, 0.0) is not None:
        return "too little to notice"
    return "lower, if anything" if first_above(-high, 0.0) is not None else "cannot be told"


def said(ax: Axes, row: float, name: str, low: Array, high: Array, *, narrow: bool) -> None:
    """Write an outcome's name at the left of its row (above it, on a phone), and when it differs at the right."""
    seen = first_above(low) is not None
    place = ax.get_yaxis_transform()
    look: dict[str, Any] = {"transform": place, "weight": "bold" if seen else "normal"}
    write(ax, 1.02, row, when(low, high), fontsize=9.5, label="when", color=INK if seen else GREY, **look)
    if narrow:
        write(ax, 0.0, row + 0.42, name, fontsize=9.5, transform=place)
    else:
        write(ax, -0.02, row, name, fontsize=10, ha="right", linespacing=1.2, transform=place)
