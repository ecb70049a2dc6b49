"""Charts of a sweep that compare single numbers: the answer, costs beside effects, differences."""

from __future__ import annotations

import math
from dataclasses import replace
from textwrap import shorten
from typing import TYPE_CHECKING

from pandas import DataFrame

from tfs_sim.analysis import headlines, words
from tfs_sim.analysis.compare import Paired, against, over_sites
from tfs_sim.analysis.findings import ranked_metrics
from tfs_sim.analysis.pooling import Units, mean_of
from tfs_sim.analysis.sentences import capital, lower
from tfs_sim.analysis.spreads import spread
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import Array, metric
from tfs_sim.figures import cost_effect as costs_
from tfs_sim.figures import forest as forest_
from tfs_sim.figures import levels as levels_
from tfs_sim.figures.captions import caption, conditions
from tfs_sim.figures.style import NARROW, WIDTH, Chart, framed, looks, place, wrapped, x_label, y_label

if TYPE_CHECKING:
    from tfs_sim.model.declare import Metric


def _estimate(values: Array, units: Units) -> tuple[float, float, float]:
    """Return a mean with the ends of its 95% interval (the mean itself where no interval can be had)."""
    found = mean_of(values, units)
    low, high = (float(end) for end in found.ends())
    mean = float(found.value)
    return (mean, mean, mean) if math.isnan(low) else (mean, low, high)


def answer(sweep: SweepLike, *, narrow: bool = False) -> Chart:
    """Draw the primary outcome of every strategy, without and with the shock."""
    stored = Stored.of(sweep)
    m = metric(stored.primary, stored.metrics)
    by, look = words.factor(m), looks(stored)
    values = over_sites(stored, stored.primary) * by
    calm = stored.crisis[1] if stored.crisis else None
    rows, data = [], []
    for s in stored.strategies:
        here = _estimate(values[stored.arm(s, stored.main)], stored.units)
        there = _estimate(values[stored.arm(s, calm)], stored.units) if calm is not None else None
        raw = "the reference" if len(stored.strategies) > 1 else ""
        if s != stored.against:
            r = against(stored, stored.primary, s, stored.against, stored.main)
            raw = f"{words.difference(r.difference, r.low, r.high, m)}  ({words.interval(r.low, r.high, m)})"
            raw = "the same in all pairs" if r.same else raw
        label = stored.title(s) if narrow else wrapped(stored.title(s), 22)
        rows.append(levels_.Row(s, label, look[s], here, there, raw))
        for label, est in (("; ".join(stored.main), here), ("; ".join(calm or ()), there)):
            if est is not None:
                data.append((stored.title(s), label, *est))
    rows.sort(key=lambda row: -row.here[0] if m.better != "lower" else row.here[0])
    shown = f"Mean {words.window(m, stored.months)}{conditions(stored)}"
    if calm is not None:
        shown = f"Mean {words.window(m, stored.months)}. Filled: {', '.join(stored.main)}; hollow: {', '.join(calm)}"
    where = "In words" if narrow else "Right"
    said = words.unit(m, difference=True)
    unit = f", in {said}," if said else ""
    held = " over sets of parameters (how far these may be off)" if stored.units.set is not None else ""
    subtitle = f"{shown}. Bars: 95% intervals of the means{held}."
    if len(rows) > 1:
        subtitle += f" {where}: paired difference from the reference{unit} with its 95% interval."
    made = caption(stored, stored.units.said, words.mean_over_sites(len(stored.sites)))
    row_high = 0.8 if narrow else 0.5
    tall, width = row_high * len(rows), NARROW if narrow else WIDTH
    chart = framed("answer", headlines.answer_title(stored), subtitle, made, 1.1 + tall, width)
    ax = place(chart, 0.3, 0.55, NARROW - 0.3, 0.65 + tall) if narrow else place(chart, 1.95, 0.55, 5.9, 0.6 + tall)
    heading = "Difference from the reference" if len(rows) > 1 else ""
    levels_.levels(ax, rows, heading if narrow else wrapped(heading, 17), narrow=narrow)
    x_label(ax, words.axis(m))
    chart.data = DataFrame(data, columns=["strategy", "levels", "mean", "low", "high"])
    chart.alt = f"{chart.title}. " + " ".join(
        f"{row.label.replace(chr(10), ' ')}: {words.number(row.here[0], words.decimals(m, 0))}." for row in rows
    )
    return chart


def _against_base(stored: Stored, name: str, base: str) -> dict[str, Paired]:
    others = [s for s in stored.strategies if s != base]
    return {s: against(stored, name, s, base, stored.main) for s in others}


def cost(sweep: SweepLike, *, narrow: bool = False) -> Chart | None:
    """Draw what each strategy costs in money and in partners' hours beside its effect on the primary outcome."""
    stored = Stored.of(sweep)
    priced = [name for name in ("cost", "hours") if name in stored.metrics]
    base = stored.nothing or stored.against
    effects = _against_base(stored, stored.primary, base)
    if not priced or not effects or stored.primary in priced:
        return None
    m, look = metric(stored.primary), looks(stored)
    prices = {name: _against_base(stored, name, base) for name in priced}
    total = _times(prices.get("cost", {}), len(stored.sites))
    title = headlines.cost_title(stored, effects, total, base)
    than = words.quoted(stored.title(base))
    subtitle = (
        f"Difference from {than}{conditions(stored)}: {lower(words.short(m))} {words.window(m, stored.months)} (up), "
        f"and what it takes over the whole run{f' at all {len(stored.sites)} sites' if len(stored.sites) > 1 else ''} "
        f"(across). Crosses: 95% intervals both ways. {headlines.cost_aside(stored, effects, total, base)}"
    ).rstrip()
    tall, width = (3.4 * len(priced) if narrow else 3.6), NARROW if narrow else WIDTH
    chart = framed("cost", title, subtitle, caption(stored, stored.units.said), tall, width)
    ends = ((0.75, 3.2), (3.55, 6.0)) if len(priced) == 2 else ((0.75, 6.0),)
    data = []
    for at, name in enumerate(priced):
        bottom = 0.6 + (3.4 * (len(priced) - 1 - at) if narrow else 0)
        left, right = (0.65, 2.5) if narrow else ends[at]
        ax = place(chart, left, bottom, right, bottom + 2.55)
        scale = len(stored.sites) / 1000
        points = []
        for s, r in effects.items():
            c, by = prices[name][s], words.factor(m)
            triple = (c.difference * scale, c.low * scale, c.high * scale)
            effect = (r.difference * by, r.low * by, r.high * by)
            points.append(costs_.Point(s, stored.title(s), look[s], triple, effect))
            data.append((stored.title(s), name, *triple, *effect))
        quantity = "Extra cost (million dollars)" if name == "cost" else "Partners' extra hours (thousands)"
        costs_.cost_effect(ax, points, quantity, labels=narrow or at == len(priced) - 1)
        if narrow or at == 0:
            y_label(ax, f"Difference: {_in_unit(m)}")
        else:
            ax.tick_params(labelleft=False)
    chart.data = DataFrame(
        data, columns=["strategy", "price", "price_difference", "price_low", "price_high", "effect", "low", "high"]
    )
    chart.alt = (
        f"{title}. {capital(words.subject(m))} against extra cost and extra hours; the numbers are in the table."
    )
    return chart


def _in_unit(m: Metric) -> str:
    """Return what differs, with the unit of its differences."""
    said = words.unit(m, difference=True)
    return f"{lower(words.short(m))}{f' ({said})' if said else ''}"


def _times(results: dict[str, Paired], factor: float) -> dict[str, Paired]:
    return {s: replace(r, difference=r.difference * factor) for s, r in results.items()}


def compared(stored: Stored) -> list[str]:
    """Return the strategies that are compared with the reference: not the one without the initiative, if others are."""
    others = [s for s in stored.strategies if s not in (stored.against, stored.nothing)]
    return others or [s for s in stored.strategies if s != stored.against]


def forest(sweep: SweepLike, most: int = 6, *, narrow: bool = False) -> Chart | None:
    """Draw the paired differences from the reference for several outcomes."""
    stored = Stored.of(sweep)
    strategies, look = compared(stored), looks(stored)
    names = [n for n in ranked_metrics(stored) if metric(n).better]
    names = names[: max(2, min(most, 24 // max(1, len(strategies))))]
    if not strategies or not names:
        return None
    labels = {s: shorten(stored.title(s), 48, placeholder=" …") for s in strategies}
    if not narrow:
        labels = {s: wrapped(stored.title(s), 36) for s in strategies}
    groups, results, data = [], [], []
    for name in names:
        m = metric(name)
        rows = []
        for s in strategies:
            r = against(stored, name, s, stored.against, stored.main)
            flip = m.better == "lower"
            raw = f"{words.difference(r.difference, r.low, r.high, m)} ({words.interval(r.low, r.high, m)})"
            raw = "the same in all pairs" if r.same else f"{raw}{' *' if r.few else ''}"
            over = spread(stored, name, s, stored.against, stored.main)
            thin = None
            if over is not None and math.isfinite(over.low) and r.difference and math.isfinite(r.standardized):
                by = r.standardized / r.difference
                thin = (over.low * by, over.high * by)
            rows.append(forest_.Row(s, labels[s], look[s], r, raw, flip, thin))
            results.append((r, flip))
            ends = () if stored.units.set is None else (math.nan,) * 2 if over is None else (over.low, over.high)
            data.append((name, stored.title(s), stored.title(stored.against), *r.record().values(), *ends))
        heading = capital(_in_unit(m))
        groups.append((wrapped(heading, 40) if narrow else heading, rows))
    bars = "95% intervals"
    if stored.units.set is not None:
        bars = (
            "thick: 95% interval of the mean over sets of parameters (how far it may be off); thin: middle 90% of the "
            "differences under single sets, where replicates suffice to tell"
        )
        if any(r.few for r, _ in results):
            bars += "; *: few sets make most of the mean, and under the middle set it is less than half"
    subtitle = (
        f"Paired differences from {words.quoted(stored.title(stored.against))} over the same luck{conditions(stored)}; "
        f"{bars}. Filled: the interval leaves out zero. {'In words' if narrow else 'Right'}: the difference in "
        "the outcome's own unit."
    )
    count = sum(len(rows) for _, rows in groups)
    high = 0.36 if any("\n" in label for label in labels.values()) else 0.27
    tall = high * (count + 1.35 * len(groups))
    made = caption(stored, stored.units.said, words.mean_over_sites(len(stored.sites)))
    title = headlines.forest_title(stored, results)
    if narrow:
        tall = 0.2 * (2.9 * count + 1.35 * len(groups))
    chart = framed("differences", title, subtitle, made, tall + 1.0, NARROW if narrow else WIDTH)
    ends = (0.3, NARROW - 0.3) if narrow else (2.6, 5.7)
    ax = place(chart, ends[0], 0.55, ends[1], 0.55 + tall)
    also = "" if stored.units.set is None else " (parameters, luck)"
    forest_.forest(ax, groups, words.quoted(stored.title(stored.against)), also=also, narrow=narrow)
    more = [] if stored.units.set is None else ["sets_low", "sets_high"]
    chart.data = DataFrame(data, columns=["metric", "strategy", "against", *Paired.__slots__, *more])
    chart.alt = f"{chart.title}. The numbers are printed at the right of every line and stand in the data file."
    return chart
