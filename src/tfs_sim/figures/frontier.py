"""The chart of a search: what each budget buys, beside the experiment's own strategies."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from pandas import DataFrame

from tfs_sim.analysis import stamps, words
from tfs_sim.analysis.optimized import FRONTIER, Optimized
from tfs_sim.analysis.optimized_words import Said, short
from tfs_sim.decisions.words import amount
from tfs_sim.figures.style import (
    COLOURS,
    GREY,
    INK,
    NARROW,
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


def frontier_chart(found: Optimized, *, narrow: bool = False) -> Chart:
    """Return what the choice at each budget gains over buying nothing, on sets that no search saw."""
    said, width = Said.of(found), NARROW if narrow else WIDTH
    kind = "a year" if found.space.yearly else "in all"
    rows = _rows(found)
    title = f"What each budget buys: gain in {said.name} over buying nothing"
    subtitle = (
        f"Filled: what a search chose for that budget. Hollow: the experiment's own strategies, at what they cost {kind} "
        "as reckoned. All are looked at on sets that no search saw; bars are 95% intervals of means over these sets."
    )
    sought = found.sought
    under = f"under {', '.join(found.under.values())}; " if found.under else ""
    agreement = None if found.stamp is None else {"agreement": found.stamp}
    caption = (
        f"{under}{count(len(sought.sets), 'set')} × {count(sought.blocks.replicates, 'replicate')} of each; "
        f"scenario: {found.space.ground.title or found.space.ground.name}; {stamps.over(agreement)}."
        if agreement
        else f"{under}{count(len(sought.sets), 'set')} × {count(sought.blocks.replicates, 'replicate')} of each; "
        f"scenario: {found.space.ground.title or found.space.ground.name}; not calibrated."
    )
    chart = framed(FRONTIER, title, subtitle, caption[:1].upper() + caption[1:], 4.3, width)
    ax = place(chart, 0.95, 0.65, width - (1.75 if narrow else 3.1), 4.0)
    _draw(ax, rows, factor(said))
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
    rows = []
    for search in sorted((found.sought.main, *found.sought.others), key=lambda each: each.dollars):
        one = found.less(search.choice, found.nothing)
        rows.append(("search", short(found, search.choice), search.dollars, one.value, one.low, one.high))
    if found.sought.ruled is not None:
        one = found.less(found.sought.ruled.choice, found.nothing)
        label = f"with a rule: {short(found, found.sought.ruled.choice)}"
        rows.append(("rule", label, found.sought.ruled.dollars, one.value, one.low, one.high))
    for strategy in found.sought.strategies:
        one = found.less(strategy, found.nothing)
        rows.append(("strategy", found.title(strategy), found.spent(strategy), one.value, one.low, one.high))
    return DataFrame(rows, columns=["kind", "label", "dollars", "gain", "low", "high"])


LOOKS = {"search": (INK, "o", INK), "rule": (COLOURS[1], "D", COLOURS[1]), "strategy": (COLOURS[0], "s", "white")}
"""Colour, marker and filling of each kind of point."""


def _draw(ax: Axes, rows: DataFrame, by: float) -> None:
    right = 1.08 * float(rows["dollars"].max()) or 1.0
    steps = rows[rows["kind"] == "search"]
    best, x, y = 0.0, [0.0], [0.0]
    for dollars, gain in zip(steps["dollars"], steps["gain"], strict=True):
        best = max(best, by * gain)  # who has more may also spend less
        x.append(float(dollars))
        y.append(best)
    ax.step([*x, right], [*y, best], where="post", color=INK, linewidth=1.6, label="bought")
    ends = np.array([*(by * rows["low"]), *(by * rows["high"]), 0.0])
    low, high = float(ends.min()), float(ends.max())
    room = 0.06 * ((high - low) or 1.0)
    ax.set_ylim(low - room, high + room)
    ax.set_xlim(-0.03 * right, right)
    ax.axhline(0.0, color=GREY, linewidth=0.8)
    for number, row in enumerate(rows.to_dict("records")):
        colour, marker, face = LOOKS[row["kind"]]
        shift = 0.004 * right * number if row["kind"] != "search" else 0.0  # so that equal budgets are seen apart
        at = row["dollars"] + shift
        ax.plot([at, at], [by * row["low"], by * row["high"]], color=colour, linewidth=1.6, label=f"interval:{number}")
        look = {"markersize": 7.5, "markerfacecolor": face, "markeredgecolor": colour, "linestyle": "none"}
        ax.plot(at, by * row["gain"], marker, label=f"mean:{number}", **look)
    names = _once(rows)
    heights = spread([by * row["gain"] for row in names], (high - low + 2 * room) / 15, low, high)
    for row, height in zip(names, heights, strict=True):
        colour = LOOKS[row["kind"]][0]
        text = wrapped(str(row["label"]), 40)
        write(ax, 1.02 * right, height, text, color=colour, fontsize=8, clip_on=False, linespacing=0.95)
        ax.plot(
            [row["dollars"], 1.015 * right], [by * row["gain"], height], color=colour, linewidth=0.4, alpha=0.5,
            clip_on=False, label="leader",
        )  # fmt: skip
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}".replace("-", "−"))
    ax.locator_params(axis="x", nbins=5)
    ax.grid(True, axis="both", color="#EDEDED", linewidth=0.8)


def _once(rows: DataFrame) -> list[dict[str, object]]:
    """Return the rows whose names are written: where budgets buy the same, the largest of them."""
    found = {(row["kind"], row["label"], round(float(row["gain"]), 9)): row for row in rows.to_dict("records")}
    return list(found.values())
