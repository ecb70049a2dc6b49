"""What a difference comes by: a bar a group of mechanisms, and the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfs_sim.analysis import words
from tfs_sim.analysis.variance import Part
from tfs_sim.analysis.windows import metric
from tfs_sim.figures.style import COLOURS, GREY, GRID, INK, Chart, framed, place, write, x_label
from tfs_sim.reasons.why_words import share

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfs_sim.reasons.why import Why

ROW = 0.34
"""Inches that a row takes."""


def why_chart(found: Why) -> Chart:
    """Return the chart of a split difference: its parts from the largest down, the rest, the whole."""
    stored, m = found.stored, metric(found.metric)
    one, other = (words.quoted(stored.title(each)) for each in (found.a, found.b))
    parts = sorted(found.shares, key=lambda each: -abs(each.part.value))
    rows = [(each.group.by, each.part, each.share) for each in parts]
    rows += [("what is left with all of these off", found.rest, None)]
    whole = Part(found.whole.difference, found.whole.low, found.whole.high)
    rows += [("the whole difference", whole, None)]
    where = f"{words.condition(found.levels)}. " if found.levels else ""
    chart = framed(
        f"why-{found.a}-{found.b}-{found.metric}",
        f"What the difference between {one} and {other} comes by",
        f"{where}{m.title}: parts of the difference over groups of mechanisms. Filled: can be told from nothing.",
        f"Shapley values over {1 << len(parts)} coalitions, {found.units.said}; lines: 95%, {found.units.holds}, "
        f"all {len(parts)} groups at once. In the model, not in the world.",
        ROW * (len(rows) + 1.6),
    )
    ax = place(chart, 3.1, 0.5, 6.75, ROW * (len(rows) + 1.6) - 0.05)
    _drawn(ax, rows, words.factor(m))
    x_label(ax, f"Difference ({words.unit(m, difference=True)})" if words.unit(m, difference=True) else "Difference")
    chart.data = found.frame
    said = "; ".join(f"{name} {words.number(part.value * words.factor(m), 3, sign=True)}" for name, part, _ in rows)
    chart.alt = f"Bars of what the difference between {one} and {other} comes by: {said}."
    return chart


def _drawn(ax: Axes, rows: list[tuple[str, Part, Part | None]], by: float) -> None:
    where = ax.get_yaxis_transform()
    for y, (name, part, of_whole) in enumerate(rows):
        last = y == len(rows) - 1
        colour = INK if last else GREY if y == len(rows) - 2 else COLOURS[0]
        clear = part.low > 0 or part.high < 0
        (bar,) = ax.barh(y, part.value * by, height=0.6, edgecolor=colour, facecolor=colour if clear else "white")
        bar.set_label(f"bar:{name}")
        ax.plot([part.low * by, part.high * by], [y, y], color=INK, linewidth=1.2, label=f"interval:{name}")
        write(ax, -0.03, y, name, transform=where, ha="right", weight="bold" if last else "normal")
        if of_whole is not None:
            write(ax, 1.03, y, share(of_whole), transform=where, fontsize=9, label=f"share:{name}")
    ax.axvline(0, color=INK, linewidth=0.9)
    ax.axhline(len(rows) - 1.5, color=GRID, linewidth=1.0)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_yticks([])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x", color=GRID, linewidth=0.8)
