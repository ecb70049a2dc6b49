"""Charts of a decision: what each draws on the axes that it is given, by costs, effects and worths.

Costs are in dollars, effects in student-months of support, worths in dollars a student-month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.figures.style import GREY, GRID, INK, LIGHT, Look, beside, plain, spread, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfs_sim.analysis.windows import Array

CLOUD = 0.28
"""How dense the dots of single sets are drawn."""
LINE, BETWEEN = 0.15, 0.06
"""Inches of a line of a name at the right, and between two names."""


@dataclass(frozen=True, slots=True)
class Strand:
    """A strategy in a chart of a decision.

    Attributes
    ----------
    label, look : what it is called, and how it looks.
    x, y : where its values stand: over worths, or of single sets.
    mean : its mean (x, y); of curves None.
    """

    label: str
    look: Look
    x: Array
    y: Array
    mean: tuple[float, float] | None = None


def plane(ax: Axes, strands: Mapping[str, Strand], worths: Sequence[float] = ()) -> None:
    """Draw further effect (x) against further cost (y), each strategy's mean and the cloud of its sets.

    The strategy that all are compared with is at 0, 0. A line for each worth: below it a strategy is worth its cost.
    """
    ax.axhline(0, color=INK, linewidth=0.9)
    ax.axvline(0, color=INK, linewidth=0.9)
    for key, strand in strands.items():
        dots: dict[str, Any] = {"color": strand.look.colour, "markersize": 3.2, "alpha": CLOUD, "markeredgewidth": 0}
        ax.plot(strand.x, strand.y, strand.look.marker, linestyle="none", label=f"sets:{key}", **dots)
    for key, strand in strands.items():
        if strand.mean is not None:
            mark: dict[str, Any] = {"color": strand.look.colour, "markersize": 9, "markeredgecolor": "white"}
            ax.plot(*strand.mean, strand.look.marker, label=f"mean:{key}", **mark)
    xs = np.concatenate([strand.x for strand in strands.values()] + [np.zeros(1)])
    ys = np.concatenate([strand.y for strand in strands.values()] + [np.zeros(1)])
    ends = [_room(xs), _room(ys)]
    ax.set_xlim(*ends[0])
    ax.set_ylim(*ends[1])
    ax.grid(True, axis="both", color=GRID, linewidth=0.8)
    for worth in worths:
        x = np.array(ends[0])
        ax.plot(x, worth * x, color=GREY, linewidth=1, linestyle=(0, (4, 2)), label=f"worth:{worth:g}")
    _names(ax, {key: (s, s.mean[1]) for key, s in strands.items() if s.mean is not None})


def _room(values: Array) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    wide = (high - low) or 1.0
    return low - 0.06 * wide, high + 0.06 * wide


def curves(
    ax: Axes, strands: Mapping[str, Strand], best: Sequence[tuple[float, float, str]], marks: Sequence[float]
) -> None:
    """Draw a curve a strategy over worths, bold where that strategy is the best by expectation.

    Parameters
    ----------
    best : (from, to, strategy's key) of worths.
    marks : worths at which things are told, as thin lines.
    """
    for worth in marks:
        ax.axvline(worth, color=LIGHT, linewidth=0.9, linestyle=(0, (2, 2)), label=f"worth:{worth:g}")
    for key, strand in strands.items():
        ax.plot(strand.x, strand.y, color=strand.look.colour, linestyle=strand.look.dash, linewidth=1.4,
                label=f"curve:{key}")  # fmt: skip
    for low, high, key in best:
        strand = strands[key]
        here = (strand.x >= low) & (strand.x <= high)
        ax.plot(strand.x[here], strand.y[here], color=strand.look.colour, linewidth=3.6, alpha=0.85,
                solid_capstyle="butt", label=f"best:{key}")  # fmt: skip
    ax.set_xlim(0, max(float(strand.x[-1]) for strand in strands.values()))
    _names(ax, {key: (strand, float(strand.y[-1])) for key, strand in strands.items()}, led=True)


def _names(ax: Axes, at: Mapping[str, tuple[Strand, float]], led: bool = False) -> None:
    """Write the names at the right edge, near where each strategy stands there, apart from each other.

    Parameters
    ----------
    led : lead from the edge, where curves end, to each name.
    """
    low, high = ax.get_ylim()
    texts = {key: beside(ax, strand.label, 24, 0.24, 9) for key, (strand, _) in at.items()}
    wide, high_ = (float(each) for each in ax.figure.get_size_inches())  # type: ignore[union-attr]
    inch, up = 1 / (ax.get_position().width * wide), (high - low) / (ax.get_position().height * high_)
    talls = [up * (LINE * (text.count("\n") + 1) + BETWEEN) for text in texts.values()]
    talls = [min(tall, tall * (high - low) / sum(talls)) for tall in talls]
    ends = [min(max(y, low), high) for _, y in at.values()]
    first, last = (talls[order(range(len(ends)), key=lambda n: ends[n])] / 2 for order in (min, max))
    places = spread(ends, talls, low + first, high - last)
    for (key, (strand, _)), y, end in zip(at.items(), places, ends, strict=True):
        marker: dict[str, Any] = {
            "color": strand.look.colour,
            "markersize": 6,
            "clip_on": False,
            "transform": ax.get_yaxis_transform(),
        }
        if led:
            ax.plot([1, 1 + 0.1 * inch], [end, y], label=f"lead:{key}", **(marker | {"linewidth": 0.8}))
        ax.plot(1 + 0.13 * inch, y, strand.look.marker, label=f"key:{key}", **marker)
        look: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "color": strand.look.colour, "fontsize": 9}
        write(ax, 1 + 0.24 * inch, y, texts[key], linespacing=1.1, label=f"name:{key}", **look)


def bars(ax: Axes, names: Mapping[str, str], values: Sequence[float], errors: Sequence[float], floor: float) -> None:
    """Draw what knowing each thing is worth, the first (all) on top, with a standard error each way and the floor.

    Parameters
    ----------
    names : what is written beside the bar of each thing, in lines.
    """
    from matplotlib.patches import Rectangle

    at = np.arange(len(names))[::-1]
    for y, name, value, error in zip(at, names, values, errors, strict=True):
        colour = INK if y == at[0] else "#0072B2"
        look: dict[str, Any] = {"facecolor": colour, "alpha": 0.75, "edgecolor": "none"}
        ax.add_patch(Rectangle((0.0, y - 0.31), value, 0.62, label=f"bar:{name}", **look))
        ax.plot([max(0.0, value - error), value + error], [y, y], color=INK, linewidth=1.6, label=f"error:{name}")
    ax.axvline(floor, color=GREY, linewidth=1.2, linestyle=(0, (2, 2)), label="floor")
    most = max([v + e for v, e in zip(values, errors, strict=True)] + [floor])
    ax.set_xlim(0, 1.05 * most or 1.0)
    ax.set_ylim(-0.6, len(names) - 0.4)
    ax.set_yticks(at, [plain(name) for name in names.values()], linespacing=1.1)
    ax.grid(False)
    ax.grid(True, axis="x", color=GRID, linewidth=0.8)


@dataclass(frozen=True, slots=True)
class Bought:
    """What a strategy costs, and what it does beyond the cheapest, with the ends of a 95% interval (None: none)."""

    key: str
    label: str
    look: Look
    cost: float
    effect: tuple[float, float, float] | None
    efficient: bool


def budgets(ax: Axes, points: Sequence[Bought], steps: Sequence[tuple[float, float]]) -> None:
    """Draw what the best strategy within each budget does: a step up wherever a better one can be paid for.

    Parameters
    ----------
    steps : (cost, effect) of the strategies that are the best within some budget, in the order of their costs.
    """
    last = max(point.cost for point in points)
    right = 1.06 * last or 1.0
    x = [cost for cost, _ in steps] + [right]
    y = [effect for _, effect in steps] + [steps[-1][1]]
    ax.step(x, y, where="post", color=INK, linewidth=1.6, label="best within budget")
    for p in points:
        if p.effect is None:
            continue
        if p.effect[1] == p.effect[1]:
            ax.plot([p.cost] * 2, p.effect[1:], color=p.look.colour, linewidth=2, label=f"interval:{p.key}")
        face = p.look.colour if p.efficient else "white"
        mark: dict[str, Any] = {
            "markersize": 8,
            "markerfacecolor": face,
            "markeredgecolor": p.look.colour,
            "linestyle": "none",
        }
        ax.plot(p.cost, p.effect[0], p.look.marker, label=f"mean:{p.key}", **mark)
    ax.set_xlim(-0.04 * right, right)
    ys = [v for p in points if p.effect is not None for v in p.effect if v == v]
    ax.set_ylim(*_room(np.array([*ys, 0.0])))
    ax.grid(True, axis="both", color=GRID, linewidth=0.8)
    _names(ax, {p.key: (Strand(p.label, p.look, np.zeros(1), np.zeros(1)), p.effect[0]) for p in points if p.effect})
