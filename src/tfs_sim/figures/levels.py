"""Levels chart: one outcome of every strategy, without and with the shock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tfs_sim.figures.style import GRID, INK, Look, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Estimate = tuple[float, float, float]
"""Mean and the ends of its 95% interval."""


@dataclass(frozen=True, slots=True)
class Row:
    """A strategy's mean with its interval, under the main levels and (if any) without the shock; words at the right."""

    label: str
    look: Look
    here: Estimate
    calm: Estimate | None
    raw: str


def levels(ax: Axes, rows: Sequence[Row], heading: str, *, narrow: bool = False) -> None:
    """Draw a strategy a row: filled under the main levels, hollow without the shock; intervals always drawn.

    The words stand at both sides of the axes or, if `narrow`, above each row.
    """
    where = ax.get_yaxis_transform()
    for y, row in enumerate(rows):
        colour = row.look.colour
        if row.calm is not None:
            ax.plot([row.calm[0], row.here[0]], [y, y], color=colour, linewidth=1.2, alpha=0.45)
            ax.plot(row.calm[1:], [y, y], color=colour, linewidth=3, solid_capstyle="butt", alpha=0.6)
            ax.plot(row.calm[0], y, row.look.marker, color=colour, markerfacecolor="white", markersize=9, mew=1.6)
        ax.plot(row.here[1:], [y, y], color=colour, linewidth=3, solid_capstyle="butt")
        ax.plot(row.here[0], y, row.look.marker, color=colour, markersize=9)
        if narrow:
            write(ax, 0.0, y - 0.62, row.label, transform=where, color=colour, fontsize=10)
            write(ax, 0.0, y - 0.36, row.raw, transform=where, fontsize=9.5)
        else:
            write(ax, -0.03, y, row.label, transform=where, color=colour, ha="right", fontsize=10.5)
            write(ax, 1.03, y, row.raw, transform=where, fontsize=9.5)
    top = -0.95 if narrow else -0.6
    look = {"fontsize": 9.5, "weight": "bold", "color": INK, "va": "bottom", "transform": where}
    if not narrow:
        write(ax, 1.03, top - 0.05, heading, **look)
    ax.set_ylim(len(rows) - 0.6, top)
    ax.margins(x=0.08)
    ax.set_yticks([])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x", color=GRID, linewidth=0.8)
