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


def levels(ax: Axes, rows: Sequence[Row], heading: str) -> None:
    """Draw a strategy a row: filled under the main levels, hollow without the shock; intervals always drawn."""
    for y, row in enumerate(rows):
        colour = row.look.colour
        if row.calm is not None:
            ax.plot([row.calm[0], row.here[0]], [y, y], color=colour, linewidth=1.2, alpha=0.45)
            ax.plot(row.calm[1:], [y, y], color=colour, linewidth=3, solid_capstyle="butt", alpha=0.6)
            ax.plot(row.calm[0], y, row.look.marker, color=colour, markerfacecolor="white", markersize=9, mew=1.6)
        ax.plot(row.here[1:], [y, y], color=colour, linewidth=3, solid_capstyle="butt")
        ax.plot(row.here[0], y, row.look.marker, color=colour, markersize=9)
        write(ax, -0.03, y, row.label, transform=ax.get_yaxis_transform(), color=colour, ha="right", fontsize=10.5)
        write(ax, 1.03, y, row.raw, transform=ax.get_yaxis_transform(), fontsize=9.5)
    write(
        ax,
        1.03,
        -0.85,
        heading,
        transform=ax.get_yaxis_transform(),
        fontsize=9.5,
        weight="bold",
        color=INK,
        va="bottom",
    )
    ax.set_ylim(len(rows) - 0.5, -0.6)
    ax.margins(x=0.08)
    ax.set_yticks([])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x", color=GRID, linewidth=0.8)
