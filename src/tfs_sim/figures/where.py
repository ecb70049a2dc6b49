"""Where an answer changes: the box of points in which it does, and what each strategy loses under which conditions."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.analysis import words
from tfs_sim.decisions.features import WORDS, Limit
from tfs_sim.figures.captions import caption
from tfs_sim.figures.style import (
    BAND,
    GREY,
    GRID,
    INK,
    LIGHT,
    NARROW,
    WIDTH,
    Chart,
    Look,
    framed,
    looks,
    place,
    plain,
    wrapped,
    write,
    x_label,
    y_label,
)
from tfs_sim.reasons.where_words import condition_said, limits_said, share_said

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import Series

    from tfs_sim.analysis.windows import Array
    from tfs_sim.decisions.boxes import Box
    from tfs_sim.reasons.conditions import Known
    from tfs_sim.reasons.where import Where

LEAD = "lead"
"""What stands on the second axis where a box has limits on one variable alone."""


@dataclass(frozen=True, slots=True)
class Side:
    """One axis of the chart of a box.

    Attributes
    ----------
    title : what stands beside it.
    at : where each point stands on it.
    ends : from where to where the box goes; infinite where it is open.
    ticks : of words, their names.
    """

    title: str
    at: Array
    ends: tuple[float, float]
    ticks: tuple[str, ...] = ()


def boxes_chart(found: Where, *, narrow: bool = False) -> Chart | None:
    """Draw the points by the first box's limits, each with the mark of its best strategy; None without a box."""
    if found.boxes is None or not found.boxes.boxes:
        return None
    box = found.boxes.boxes[0]
    limited = list(dict.fromkeys(limit.variable for limit in box.limits))
    x = _side(found, box, limited[0])
    y = _side(found, box, limited[1]) if len(limited) > 1 else _leads(found)
    beyond = [limit for limit in box.limits if limit.variable not in limited[:2]]
    faint = ~found.boxes.features.within(beyond)
    often = "mostly" if box.density.value > 0.5 else "more often"
    what = f"{words.quoted(found.answer)} is {often} " + (
        f"worse than {words.quoted(found.other)}" if found.other else "not the best"
    )
    each = "condition, averaged over sets" if found.over == "conditions" else "set of parameters, the mean of its runs"
    others = f" The box is also limited by this: {limits_said(found, beyond)} (others faint)." if beyond else ""
    if found.answers is not None and not found.other:
        apart = int(found.answers["apart"].sum())
        others += f" One by one, the best can be told from all others at {apart or 'none'} of {len(found.answers)}."
    more = len(found.boxes.boxes) - 1
    others += f" {more} further box{'es' if more > 1 else ''}: in the table." if more else ""
    subtitle = (
        f"By {found.by.thing}. Each mark is one {each}, and the strategy that is best there; hollow: the box was found "
        f"in them, filled: held out. Of those held out it is so for {share_said(box.density)} in the box, which holds "
        f"{words.percent(box.coverage.value)} of all for which it is so.{others}"
    )
    chart = framed(
        "boxes" if found.over == "conditions" else "boxes-parameters",
        f"{what} where {limits_said(found, box.limits)}",
        subtitle,
        caption(found.stored),
        4.3 if narrow else 3.9,
        NARROW if narrow else WIDTH,
    )
    ax = place(chart, 0.85, 1.35 if narrow else 0.65, 4.1 if narrow else 5.7, 4.05 if narrow else 3.6)
    _box(ax, x, y)
    best = list(found.best) if not found.other else [(found.other if n < 0 else found.answer) for n in found.lead]
    keyed = looks(found.stored)
    named = {found.stored.title(s): s for s in found.stored.strategies}
    shown = {name: keyed[named.get(name, name)] for name in dict.fromkeys(best)}
    _marks(ax, found, x, y, best, shown, faint)
    _ticks(ax, x, y)
    if len(limited) < 2:
        ax.axhline(0, color=INK, linewidth=0.9)
    x_label(ax, wrapped(x.title, 46 if narrow else 64))
    y_label(ax, wrapped(y.title, 46 if narrow else 64))
    _key(chart, shown, (0.3, chart.body[1] + 0.55) if narrow else (5.95, chart.body[1] + 3.5), narrow)
    chart.data = found.frame.assign(marked=best)
    chart.alt = f"{chart.title}. In the box, of the half that was held out: {share_said(box.density)}."
    return chart


def _side(found: Where, box: Box, variable: int) -> Side:
    known: Known = found.known[variable]
    column: Series[Any] = found.features[known.name]
    own = [limit for limit in box.limits if limit.variable == variable]
    if own[0].side == WORDS:
        return _worded(known, column, own[0])
    low = next((limit.at for limit in own if limit.side == "low"), -np.inf)
    high = next((limit.at for limit in own if limit.side == "high"), np.inf)
    if own[0].whole:  # between whole numbers
        low, high = low - 0.5, high + 0.5
    return Side(known.title, column.to_numpy(float), (low, high))


def _worded(known: Known, column: Series[Any], limit: Limit) -> Side:
    """Return a variable of words: the words of the box first, points of a word beside each other."""
    ordered = (*limit.kept, *limit.dropped)
    code = np.array([ordered.index(str(value)) for value in column], float)
    spread = ((np.arange(len(code)) * 0.618) % 1.0 - 0.5) * 0.6
    return Side(known.title, code + spread, (-0.5, len(limit.kept) - 0.5), ordered)


def _leads(found: Where) -> Side:
    other = words.quoted(found.other) if found.other else "the best of the others"
    said = f"Lead of {words.quoted(found.answer)} over {other} ({found.by.axis})"
    return Side(said, found.by.factor * found.lead, (-np.inf, np.inf))


def _box(ax: Axes, x: Side, y: Side) -> None:
    from matplotlib.patches import Rectangle

    spans = []
    for side, set_ends in ((x, ax.set_xlim), (y, ax.set_ylim)):
        low, high = float(side.at.min()), float(side.at.max())
        if side.ticks:
            low, high = -0.5, len(side.ticks) - 0.5
        room = 0.05 * ((high - low) or 1.0) * (not side.ticks)
        ends = (low - room, high + room)
        set_ends(*ends)
        spans.append((max(ends[0], side.ends[0]), min(ends[1], side.ends[1])))
    (left, right), (bottom, top) = spans
    ax.add_patch(
        Rectangle((left, bottom), right - left, top - bottom, facecolor=BAND, edgecolor=GREY, linewidth=1.2,
                  zorder=0, label="box")
    )  # fmt: skip
    ax.grid(True, axis="both", color=GRID, linewidth=0.8)


def _marks(
    ax: Axes, found: Where, x: Side, y: Side, best: list[str], shown: dict[str, Look], faint: np.ndarray
) -> None:
    assert found.boxes is not None
    named = np.array(best)
    for name, look in shown.items():
        for held in (False, True):
            for dim in (False, True):
                own = (named == name) & (found.boxes.held == held) & (faint == dim)
                if not own.any():
                    continue
                mark: dict[str, Any] = {
                    "color": look.colour,
                    "markerfacecolor": look.colour if held else "white",
                    "markersize": 6,
                    "alpha": 0.25 if dim else 0.95,
                    "linestyle": "none",
                }
                label = f"points:{name}:{'held' if held else 'found'}{':faint' if dim else ''}"
                ax.plot(x.at[own], y.at[own], look.marker, label=label, **mark)


def _ticks(ax: Axes, x: Side, y: Side) -> None:
    if x.ticks:
        ax.set_xticks(range(len(x.ticks)), [plain(wrapped(text, 14)) for text in x.ticks])
    if y.ticks:
        ax.set_yticks(range(len(y.ticks)), [plain(wrapped(text, 12)) for text in y.ticks])
    for axis, side in ((ax.xaxis, x), (ax.yaxis, y)):
        if not side.ticks and np.abs(side.at).max() >= 1000:
            axis.set_major_formatter(lambda value, _: f"{value:,.10g}".replace("-", "−"))


def _key(chart: Chart, shown: dict[str, Look], at: tuple[float, float], narrow: bool) -> None:
    """Write the strategies downwards from a place in inches."""
    ax = chart.figure.add_axes((0.0, 0.0, 1.0, 1.0), frameon=False, label="key")
    ax.set_axis_off()
    wide, tall = (float(inches) for inches in chart.figure.get_size_inches())
    ax.set_xlim(0, wide)
    ax.set_ylim(0, tall)
    x, y = at
    for name, look in shown.items():
        text = shorten(name, 44, placeholder=" …") if narrow else wrapped(name, 24)
        high = 0.17 * (text.count("\n") + 1)
        ax.plot(x, y - high / 2, look.marker, color=look.colour, markersize=7, label=f"mark:{name}")
        write(ax, x + 0.18, y - high / 2, text, color=look.colour, fontsize=9, linespacing=1.15, label=f"name:{name}")
        y -= high + (0.04 if narrow else 0.13)


def regret_chart(found: Where, *, narrow: bool = False) -> Chart | None:
    """Draw every strategy's regret under every condition, its mean and its largest; None over parameters."""
    if found.regrets is None or found.robust is None:
        return None
    keyed, rows = looks(found.stored), found.robust.to_dict("records")
    named = {found.stored.title(s): s for s in found.stored.strategies}
    careful = str(found.robust.set_index("strategy")["minimax"].idxmax())
    expected = str(found.robust.set_index("strategy")["expected"].idxmax())
    points = found.regrets["condition"].nunique()
    title = f"{words.quoted(careful)} loses least at its worst" + (
        ", and is best by expectation" if careful == expected else f"; by expectation {words.quoted(expected)} is best"
    )
    subtitle = (
        f"By {found.by.thing}. Each dot is one of {points} conditions: what the best strategy there is ahead. Line: "
        "the mean. Mark: the largest, with luck taken out, between bounds that hold without that."
    )
    row = 0.74 if narrow else 0.52
    tall = row * len(rows)
    chart = framed("regret", title, subtitle, caption(found.stored), tall + 0.75, NARROW if narrow else WIDTH)
    left, right = (0.3, 4.0) if narrow else (2.3, 6.3)
    ax = place(chart, left, 0.6, right, 0.6 + tall)
    by = found.by.factor
    for y, each in enumerate(rows):
        name = str(each["strategy"])
        look = keyed[named.get(name, name)]
        own = by * found.regrets.loc[found.regrets["strategy"] == name, "regret"].to_numpy(float)
        shift = ((np.arange(len(own)) * 0.618) % 1.0 - 0.5) * 0.34
        dots: dict[str, Any] = {"color": look.colour, "markersize": 3.4, "alpha": 0.35, "markeredgewidth": 0}
        ax.plot(own, y + shift, "o", linestyle="none", label=f"regrets:{name}", **dots)
        ax.plot([by * each["mean_regret"]] * 2, [y - 0.26, y + 0.26], color=INK, linewidth=2, label=f"mean:{name}")
        ends = [by * each["largest_lower"], by * each["largest_upper"]]
        ax.plot(ends, [y, y], color=look.colour, linewidth=1.6, label=f"bounds:{name}")
        mark: dict[str, Any] = {"color": look.colour, "markersize": 8, "markeredgecolor": "white", "zorder": 4}
        ax.plot(by * each["largest_regret"], y, look.marker, label=f"largest:{name}", **mark)
        where: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "fontsize": 9}
        if narrow:
            short = shorten(name, 40, placeholder=" …")
            write(ax, 0.04, y - 0.38, short, color=look.colour, label=f"name:{name}", **where)
        else:
            write(ax, -0.03, y, wrapped(name, 28), ha="right", color=look.colour, label=f"name:{name}", **where)
            said = f"up to {found.by.size(each['largest_regret'])}" if each["largest_upper"] > 0 else "none"
            write(ax, 1.03, y, said, color=INK, label=f"said:{name}", **where)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    most = by * float(max(each["largest_upper"] for each in rows))
    ax.set_xlim(-0.03 * (most or 1.0), 1.08 * most or 1.0)
    ax.set_yticks([])
    ax.grid(False)
    ax.grid(True, axis="x", color=GRID, linewidth=0.8)
    ax.axvline(0, color=LIGHT, linewidth=0.9)
    ax.locator_params(axis="x", nbins=4 if narrow else 5)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}".replace("-", "−"))
    x_label(ax, f"Regret ({found.by.axis})")
    chart.data = found.robust.drop(columns=[name for name in found.robust if str(name).startswith("met")])
    said = "; ".join(
        f"{each['strategy']}: up to {found.by.size(each['largest_regret'])}"
        + (f" ({condition_said(found, int(each['worst_condition']))})" if each["largest_upper"] > 0 else "")
        for each in rows
    )
    chart.alt = f"{title}. {said}."
    return chart
