"""Forest chart: paired differences between strategies with their intervals, outcome by outcome."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tfs_sim.analysis.compare import Paired
from tfs_sim.figures.style import GREY, GRID, INK, LIGHT, Look, write, x_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLEAR = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
"""Ground under words that stand on grid lines."""


@dataclass(frozen=True, slots=True)
class Row:
    """One difference: the strategy, its look, the paired result and the raw numbers in words.

    `flip` says that lower is better, so that the right side of the chart is always the better one; `sets` are the ends
    of the middle 90% of sets' true differences, in standard deviations, where they can be told.
    """

    key: str
    label: str
    look: Look
    result: Paired
    raw: str
    flip: bool = False
    sets: tuple[float, float] | None = None


def forest(
    ax: Axes, groups: Sequence[tuple[str, Sequence[Row]]], against: str, *, also: str = "", narrow: bool = False
) -> None:
    """Draw a line for every row, in groups with a heading; the raw numbers stand at the right.

    `also` says what makes runs differ beside luck.

    Rows are one unit high; intervals that leave out zero are filled, the others hollow. If `narrow`, names and
    numbers stand above the rows, which are three units high.
    """
    where = ax.get_yaxis_transform()
    step = 2.9 if narrow else 1.0
    left = 0.0 if narrow else -0.74
    y, reach = 0.0, 0.1
    for heading, rows in groups:
        write(ax, left, y, heading, transform=where, weight="bold", fontsize=9 if narrow else 10, bbox=CLEAR)
        for row in rows:
            y += step
            _row(ax, y, row, narrow)
            r = row.result
            ends = (r.standardized, r.standardized_low, r.standardized_high, *(row.sets or ()))
            reach = max([reach, *(abs(end) for end in ends if math.isfinite(end))])
        y += 1.35
    ax.axvline(0, color=INK, linewidth=0.9, zorder=1)
    ax.set_ylim(y - 0.7, -0.7)
    ax.set_xlim(-reach * 1.08, reach * 1.08)
    ax.set_yticks([])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x", color=GRID, linewidth=0.8)
    x_label(ax, f"Difference in standard deviations between runs{also}")
    write(
        ax,
        0.0,
        -1.15,
        "← worse" if narrow else f"← worse than {against if len(against) <= 26 else 'the reference'}",
        transform=where,
        fontsize=9,
    )
    write(ax, 1.0, -1.15, "better →", transform=where, fontsize=9, ha="right")


def _row(ax: Axes, y: float, row: Row, narrow: bool) -> None:
    sign = -1 if row.flip else 1
    r = row.result
    ends = [sign * r.standardized_low, sign * r.standardized_high]
    if row.sets is not None:
        thin = [sign * end for end in row.sets]
        ax.plot(thin, [y, y], color=row.look.colour, linewidth=1.0, alpha=0.65, label=f"sets:{row.key}")
    ax.plot(ends, [y, y], color=row.look.colour, linewidth=2.8, label=f"interval:{row.key}")
    face = row.look.colour if r.distinguishable else "white"
    look: dict[str, Any] = {"color": row.look.colour, "markerfacecolor": face, "markersize": 7}
    ax.plot(sign * r.standardized, y, row.look.marker, label=f"difference:{row.key}", **look)
    where = ax.get_yaxis_transform()
    shade = INK if r.distinguishable else GREY
    if narrow:
        write(ax, 0.0, y - 1.65, row.label, transform=where, color=row.look.colour, fontsize=9, bbox=CLEAR)
        write(ax, 0.0, y - 0.8, row.raw, transform=where, color=shade, fontsize=9, bbox=CLEAR, label=f"words:{row.key}")
    else:
        write(ax, -0.71, y, row.label, transform=where, color=row.look.colour, fontsize=9, linespacing=1.05)
        write(ax, 1.03, y, row.raw, transform=where, color=shade, fontsize=9, label=f"words:{row.key}")
    ax.axhline(y, color=LIGHT, linewidth=0.3, zorder=0)
