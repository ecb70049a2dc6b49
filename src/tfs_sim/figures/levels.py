"""Levels chart: one outcome of every strategy, without and with the shock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tfs_sim.figures.style import GRID, INK, Look, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Estimate = tuple[float, float, float]
"""Mean and the ends of its 95% interval."""


@dataclass(frozen=True, slots=True)
class Row:
    """A strategy's mean with its interval, under the main levels and (if any) without the shock; words at the right."""

    key: str
    label: str
    look: Look
    here: Estimate
    calm: Estimate | None
    raw: str


APART = {False: 0.16, True: 0.1}
"""How far from the middle of a row the two marks of a strategy stand, so that neither hides the other: rows of a page,
and the higher ones of a phone."""


def levels(ax: Axes, rows: Sequence[Row], heading: str, *, narrow: bool = False) -> None:
    """Draw a strategy a row: filled under the main levels, hollow without the shock; intervals always drawn.

    The words stand at both sides of the axes or, if `narrow`, above each row.
    """
    where = ax.get_yaxis_transform()
    for y, row in enumerate(rows):
        colour = row.look.colour
        upper, lower = (y, y) if row.calm is None else (y - APART[narrow], y + APART[narrow])
        if row.calm is not None:
            _estimate(ax, lower, row, row.calm, "calm ", alpha=0.6, markerfacecolor="white", markeredgewidth=1.6)
        _estimate(ax, upper, row, row.here, "")
        if narrow:
            write(ax, 0.0, y - 0.62, row.label, transform=where, color=colour, fontsize=10, label=f"name:{row.key}")
            write(ax, 0.0, y - 0.36, row.raw, transform=where, fontsize=9.5, label=f"words:{row.key}")
        else:
            write(
                ax,
                -0.03,
                y,
                row.label,
                transform=where,
                color=colour,
                ha="right",
                fontsize=10.5,
                label=f"name:{row.key}",
            )
            write(ax, 1.03, y, row.raw, transform=where, fontsize=9.5, label=f"words:{row.key}")
    top = -0.95 if narrow else -0.6
    look: dict[str, Any] = {"fontsize": 9.5, "weight": "bold", "color": INK, "va": "bottom", "transform": where}
    if not narrow:
        write(ax, 1.03, top - 0.05, heading, **look)
    ax.set_ylim(len(rows) - 0.6, top)
    ax.margins(x=0.08)
    ax.set_yticks([])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x", color=GRID, linewidth=0.8)


def _estimate(ax: Axes, y: float, row: Row, found: Estimate, which: str, alpha: float = 1.0, **mark: Any) -> None:
    """Draw a mean and the bar of its interval."""
    colour = row.look.colour
    bar: dict[str, Any] = {"linewidth": 3, "solid_capstyle": "butt", "alpha": alpha}
    ax.plot(found[1:], [y, y], color=colour, label=f"{which}interval:{row.key}", **bar)
    ax.plot(found[0], y, row.look.marker, color=colour, markersize=8, label=f"{which}mean:{row.key}", **mark)
