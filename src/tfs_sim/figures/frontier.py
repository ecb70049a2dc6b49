"""The chart of a search: what each budget buys, beside the experiment's own strategies."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from pandas import DataFrame

from tfs_sim.analysis import stamps, words
from tfs_sim.analysis.optimized import Optimized
from tfs_sim.analysis.optimized_words import Said, short
from tfs_sim.analysis.optimizing import FRONTIER
from tfs_sim.decisions.words import amount
from tfs_sim.figures.style import (
    COLOURS,
    GREY,
    GRID,
    INK,
    WIDTH,
    Chart,
    framed,
    place,
    spread,
    wrapped,
    write,
    x_label,
    y_label,
)
from tfs_sim.scenario.errors import count


def frontier_chart(found: Optimized) -> Chart:
    """Return what the choice at each budget gains over buying nothing, on sets that no search saw."""
    said = Said.of(found)
    kind = "a year" if found.space.yearly else "in all"
    rows = _rows(found)
    title = f"What each budget buys: gain in {said.name} over buying nothing"
    subtitle = (
        "Filled: what a search chose for that budget. Hollow: the experiment's own strategies, at what they cost "
        f"{kind}; named is the best of them. All on sets of parameters that no search saw; bars: 95% intervals of "
        "means over these."
    )
    sought = found.sought
    under = f"under {', '.join(found.under.values())}; " if found.under else ""
    runs = f"{count(len(sought.sets), 'set')} × {count(sought.blocks.replicates, 'replicate')} of each"
    where = f"scenario: {found.space.ground.title or found.space.ground.name}"
    trust = "not calibrated" if found.stamp is None else stamps.over({"agreement": found.stamp})
    caption = f"{under}{runs}; {where}; {trust}."
    chart = framed(FRONTIER, title, subtitle, caption[:1].upper() + caption[1:], 4.3)
    ax = place(chart, 0.95, 0.65, WIDTH - 2.75, 4.0)
    _draw(ax, rows, factor(said), float(chart.figure.get_size_inches()[1]))
    x_label(ax, f"Dollars {kind}{' (dearest year)' if found.space.yearly else ''}")
    unit = "dollars" if said.metric is None else words.unit(said.metric, difference=True)
    y_label(ax, f"Gain over buying nothing ({unit})" if unit else "Gain over buying nothing")
    chart.data = rows
    bought = rows[rows["kind"] == "search"].to_dict("records")
    chart.alt = f"{title}. " + "; ".join(
        f"${amount(row['dollars'])} {kind}: {row['label']}, {amount(factor(said) * row['gain'])}" for row in bought
    ) + "."  # fmt: skip
    return chart


def factor(said: Said) -> float:
    """Return by what gains are multiplied to be shown: 100 for shares."""
    return 1.0 if said.metric is None else words.factor(said.metric)


def _rows(found: Optimized) -> DataFrame:
    kind = "a year" if found.space.yearly else "in all"
    rows = []
    for search in sorted((found.sought.main, *found.sought.others), key=lambda each: each.dollars):
        one = found.less(search.choice, found.nothing)
        label = f"${amount(search.dollars)} {kind}: {short(found, search.choice)}"
        rows.append(("search", label, search.dollars, one.value, one.low, one.high))
    if found.sought.ruled is not None:
        one = found.less(found.sought.ruled.choice, found.nothing)
        label = f"by a rule: {short(found, found.sought.ruled.choice)}"
        rows.append(("rule", label, found.sought.ruled.dollars, one.value, one.low, one.high))
    for strategy in found.sought.strategies:
        one = found.less(strategy, found.nothing)
        which = "best" if strategy == found.best_strategy else "strategy"
        rows.append((which, found.title(strategy), found.spent(strategy), one.value, one.low, one.high))
    return DataFrame(rows, columns=["kind", "label", "dollars", "gain", "low", "high"])


LOOKS = {
    "search": (INK, "o", INK),
    "rule": (COLOURS[1], "D", COLOURS[1]),
    "best": (COLOURS[0], "s", "white"),
    "strategy": (COLOURS[0], "s", "white"),
}
"""Colour, marker and filling of each kind of point."""
BESIDE = {"search": 0.0, "rule": 0.014, "best": -0.014, "strategy": -0.014}
"""How far a point stands beside its budget, as a part of the axis: those of one budget are seen apart."""
LETTERS = 38
LINE = 0.135
"""Inches that a line of a name takes."""


def _draw(ax: Axes, rows: DataFrame, by: float, tall: float) -> None:
    right = 1.08 * float(rows["dollars"].max()) or 1.0
    steps = rows[rows["kind"] == "search"]
    best, x, y = 0.0, [0.0], [0.0]
    for dollars, gain in zip(steps["dollars"], steps["gain"], strict=True):
        best = max(best, by * gain)  # who has more may also spend less
        x.append(float(dollars))
        y.append(best)
    ax.step([*x, right], [*y, best], where="post", color=INK, linewidth=1.6, label="bought")
    shown = rows[rows["kind"] != "strategy"]
    ends = np.array([*(by * shown["low"]), *(by * shown["high"]), *(by * rows["gain"]), 0.0])
    low, high = float(ends.min()), float(ends.max())
    room = 0.06 * ((high - low) or 1.0)
    ax.set_ylim(low - room, high + room)
    ax.set_xlim(-0.03 * right, right)
    ax.axhline(0.0, color=GREY, linewidth=0.8)
    for number, row in enumerate(rows.to_dict("records")):
        colour, marker, face = LOOKS[row["kind"]]
        at = _at(row, right)
        if row["kind"] != "strategy":
            ends = np.array([by * row["low"], by * row["high"]])
            ax.plot([at, at], ends, color=colour, linewidth=1.6, label=f"interval:{number}")
        look: dict[str, Any] = {
            "markersize": 7.5,
            "markerfacecolor": face,
            "markeredgecolor": colour,
            "linestyle": "none",
        }
        ax.plot(at, by * row["gain"], marker, label=f"mean:{number}", **look)
    _name(ax, shown, by, right, tall)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}".replace("-", "−"))
    ax.locator_params(axis="x", nbins=5)
    ax.grid(True, axis="both", color=GRID, linewidth=0.8)


def _at(row: dict[Hashable, Any], right: float) -> float:
    """Return where a point stands: what costs something a little beside its budget."""
    return float(row["dollars"]) + (BESIDE[row["kind"]] * right if row["dollars"] > 0 else 0.0)


def _name(ax: Axes, rows: DataFrame, by: float, right: float, tall: float) -> None:
    """Write what each point is at the right, as high as it stands where there is room."""
    names = [wrapped(str(label), LETTERS) for label in rows["label"]]
    low, high = ax.get_ylim()
    an_inch = (high - low) / (tall * ax.get_position().height)
    gap = (LINE * max(name.count("\n") + 1 for name in names) + 0.06) * an_inch
    heights = spread([by * gain for gain in rows["gain"]], gap, low + gap / 2, high - gap / 2)
    for name, height, row in zip(names, heights, rows.to_dict("records"), strict=True):
        colour = LOOKS[row["kind"]][0]
        write(ax, 1.03 * right, height, name, color=colour, fontsize=8, clip_on=False, linespacing=1.1)
        ends = [_at(row, right), 1.02 * right], [by * row["gain"], height]
        ax.plot(*ends, color=colour, linewidth=0.5, alpha=0.6, clip_on=False, label="leader")
