"""Cost and effect: what each strategy costs beside what it changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tfs_sim.figures.style import GRID, INK, Look, beside, spread, write, x_label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Estimate = tuple[float, float, float]
"""A difference and the ends of its 95% interval."""


@dataclass(frozen=True, slots=True)
class Point:
    """A strategy's cost and effect, each against the same strategy."""

    key: str
    label: str
    look: Look
    cost: Estimate
    effect: Estimate


def cost_effect(ax: Axes, points: Sequence[Point], quantity: str, *, labels: bool = True) -> None:
    """Draw every strategy at its cost (x) and effect (y), with the intervals of both; 0, 0 is no initiative."""
    ax.axhline(0, color=INK, linewidth=0.9)
    ax.axvline(0, color=INK, linewidth=0.9)
    for p in points:
        colour = p.look.colour
        ax.plot(p.cost[1:], [p.effect[0]] * 2, color=colour, linewidth=2.2, label=f"interval across:{p.key}")
        ax.plot([p.cost[0]] * 2, p.effect[1:], color=colour, linewidth=2.2, label=f"interval up:{p.key}")
        ax.plot(p.cost[0], p.effect[0], p.look.marker, color=colour, markersize=8, label=f"mean:{p.key}")
    xs = [v for p in points for v in p.cost] + [0.0]
    ys = [v for p in points for v in p.effect] + [0.0]
    wide, tall = (max(xs) - min(xs)) or 1.0, (max(ys) - min(ys)) or 1.0
    ax.set_xlim(min(xs) - 0.06 * wide, max(xs) + 0.08 * wide)
    ax.set_ylim(min(ys) - 0.12 * tall, max(ys) + 0.14 * tall)
    ax.grid(True, axis="both", color=GRID, linewidth=0.8)
    x_label(ax, quantity)
    if labels:
        _labels(ax, points)


def _labels(ax: Axes, points: Sequence[Point]) -> None:
    """Write the names at the right edge of the axes, each joined to its point by a thin line."""
    low, high = ax.get_ylim()
    edge = ax.get_xlim()[1]
    width = ax.get_position().width * float(ax.figure.get_size_inches()[0])  # type: ignore[union-attr]
    gap = (high - low) * (0.15 if any(len(p.label) > 22 for p in points) else 0.085)
    gap = min(gap, (high - low) / max(1, len(points)))
    at = spread([p.effect[0] for p in points], gap, low + gap / 2, high - gap / 2)
    for p, y in zip(points, at, strict=True):
        label = beside(ax, p.label, 22, 0.06 * width, 9)
        look: dict[str, Any] = {
            "transform": ax.get_yaxis_transform(),
            "color": p.look.colour,
            "fontsize": 9,
            "linespacing": 1.1,
        }
        write(ax, 1.06, y, label, label=f"name:{p.key}", **look)
        step = edge + (edge - ax.get_xlim()[0]) * 0.04
        thin: dict[str, Any] = {"color": p.look.colour, "linewidth": 0.6, "alpha": 0.7, "clip_on": False}
        ax.plot([max(p.cost), step], [p.effect[0], y], label=f"joins:{p.key}", **thin)
