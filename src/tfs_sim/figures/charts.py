"""All charts of a sweep, with titles, captions, alternative text and the data behind them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from pandas import DataFrame

from tfs_sim.analysis import headlines, words
from tfs_sim.analysis.compare import Paired, against, half_width, over_sites
from tfs_sim.analysis.findings import NOT_RANKED, lower, ranked_metrics
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import Array, mean_over, metric
from tfs_sim.figures import cost_effect as costs_
from tfs_sim.figures import forest as forest_
from tfs_sim.figures import ladder as ladder_
from tfs_sim.figures import levels as levels_
from tfs_sim.figures.fan import fan, quantiles
from tfs_sim.figures.style import (
    Chart,
    bands,
    framed,
    looks,
    place,
    plain,
    wrapped,
    write,
    x_label,
    y_label,
    year_ticks,
    years,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

RUNGS = ("partners", "trust", "performance", "coverage", "outcome")
"""From process to students."""


def caption(stored: Stored, *more: str) -> str:
    """Return what made a figure: runs, scenario, seed, version, calibrated or not."""
    runs = len(stored.arms) * len(stored.replicates)
    p = stored.provenance
    parts = [
        *more,
        f"{runs:,} runs ({len(stored.replicates):,} for each of {len(stored.arms)} arms)",
        f"scenario: {stored.scenario}" if stored.scenario else "",
        f"seed {p.get('seed', 'unknown')}",
        f"tfs-sim {p.get('version') or p.get('tfs_sim', '')}",
        "calibrated" if stored.calibrated else "not calibrated",
    ]
    text = "; ".join(part for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}."


def conditions(stored: Stored) -> str:
    """Return the main levels as part of a subtitle: ", in the crisis"."""
    return f", {lower(words.condition(stored.main))}" if stored.main else ""


def _estimate(values: Array) -> tuple[float, float, float]:
    values = values[~np.isnan(values)]
    if len(values) == 0:
        return (math.nan,) * 3
    mean, half = float(values.mean()), half_width(values)
    half = 0.0 if math.isnan(half) else half
    return mean, mean - half, mean + half


def answer(sweep: SweepLike) -> Chart:
    """Draw the primary outcome of every strategy, without and with the shock."""
    stored = Stored.of(sweep)
    m = metric(stored.primary, stored.metrics)
    by, look = words.factor(m), looks(stored)
    values = over_sites(stored, stored.primary) * by
    calm = stored.crisis[1] if stored.crisis else None
    rows, data = [], []
    for s in stored.strategies:
        here = _estimate(values[stored.arm(s, stored.main)])
        there = _estimate(values[stored.arm(s, calm)]) if calm is not None else None
        raw = "the reference"
        if s != stored.against:
            r = against(stored, stored.primary, s, stored.against, stored.main)
            raw = f"{words.difference(r.difference, r.low, r.high, m)}  ({words.interval(r.low, r.high, m)})"
        rows.append(levels_.Row(wrapped(stored.title(s), 22), look[s], here, there, raw))
        for label, est in (("; ".join(stored.main), here), ("; ".join(calm or ()), there)):
            if est is not None:
                data.append((stored.title(s), label, *est))
    rows.sort(key=lambda row: -row.here[0] if m.better != "lower" else row.here[0])
    shown = f"Mean {words.window(m)}{conditions(stored)}"
    if calm is not None:
        shown = f"Mean {words.window(m)}. Filled: {', '.join(stored.main)}; hollow: {', '.join(calm)}"
    subtitle = (
        f"{shown}. Bars: 95% intervals of the means. Right: paired difference from the reference with its 95% interval."
    )
    made = caption(stored, f"{len(stored.replicates)} pairs", "mean over sites")
    figure, chart = framed("answer", headlines.answer_title(stored), subtitle, made, 1.1 + 0.5 * len(rows))
    ax = place(figure, chart, 1.95, 0.55, 5.95, 0.6 + 0.5 * len(rows))
    levels_.levels(ax, rows, wrapped("Difference from the reference", 17))
    x_label(ax, words.axis(m))
    chart.data = DataFrame(data, columns=["strategy", "levels", "mean", "low", "high"])
    chart.alt = f"{chart.title}. " + " ".join(
        f"{row.label.replace(chr(10), ' ')}: {words.number(row.here[0], words.decimals(m, 0))}." for row in rows
    )
    return chart


def _against_base(stored: Stored, name: str, base: str) -> dict[str, Paired]:
    others = [s for s in stored.strategies if s != base]
    return {s: against(stored, name, s, base, stored.main) for s in others}


def cost(sweep: SweepLike) -> Chart | None:
    """Draw what each strategy costs in money and in partners' hours beside its effect on the primary outcome."""
    stored = Stored.of(sweep)
    priced = [name for name in ("cost", "hours") if name in stored.metrics]
    base = stored.nothing or stored.against
    effects = _against_base(stored, stored.primary, base)
    if not priced or not effects:
        return None
    m, look = metric(stored.primary), looks(stored)
    prices = {name: _against_base(stored, name, base) for name in priced}
    title = headlines.cost_title(stored, effects, _times(prices.get("cost", {}), len(stored.sites)), base)
    than = lower(stored.title(base))
    subtitle = (
        f"Difference from {than}{conditions(stored)}: {words.axis(m)} {words.window(m)} (up), and what it takes over the whole "
        f"run at all {len(stored.sites)} sites (across). Crosses: 95% intervals both ways."
    )
    figure, chart = framed("cost", title, subtitle, caption(stored, f"{len(stored.replicates)} pairs"), 3.6)
    ends = ((0.75, 3.2), (3.55, 6.0)) if len(priced) == 2 else ((0.75, 6.0),)
    data = []
    for at, name in enumerate(priced):
        ax = place(figure, chart, ends[at][0], 0.6, ends[at][1], 3.2)
        scale = len(stored.sites) / 1000
        points = []
        for s, r in effects.items():
            c, by = prices[name][s], words.factor(m)
            triple = (c.difference * scale, c.low * scale, c.high * scale)
            points.append(costs_.Point(stored.title(s), look[s], triple, (r.difference * by, r.low * by, r.high * by)))
            data.append((stored.title(s), name, *triple, *points[-1].effect))
        quantity = "Extra cost (million dollars)" if name == "cost" else "Partners' extra hours (thousands)"
        costs_.cost_effect(ax, points, quantity, labels=at == len(priced) - 1)
        if at == 0:
            y_label(ax, f"Difference: {words.axis(m).lower()}")
        else:
            ax.tick_params(labelleft=False)
    chart.data = DataFrame(
        data, columns=["strategy", "price", "price_difference", "price_low", "price_high", "effect", "low", "high"]
    )
    chart.alt = f"{title}. Effects on {words.subject(m)} against extra cost and extra hours, strategy by strategy; the numbers are in the table."
    return chart


def _times(results: dict[str, Paired], factor: float) -> dict[str, Paired]:
    from dataclasses import replace

    return {s: replace(r, difference=r.difference * factor) for s, r in results.items()}


def compared(stored: Stored) -> list[str]:
    """Return the strategies that are compared with the reference: not the one without the initiative, if others are."""
    others = [s for s in stored.strategies if s not in (stored.against, stored.nothing)]
    return others or [s for s in stored.strategies if s != stored.against]


def forest(sweep: SweepLike, most: int = 6) -> Chart | None:
    """Draw the paired differences from the reference for several outcomes."""
    stored = Stored.of(sweep)
    strategies, look = compared(stored), looks(stored)
    names = [n for n in ranked_metrics(stored) if metric(n).better and n not in NOT_RANKED]
    names = names[: max(2, min(most, 24 // max(1, len(strategies))))]
    if not strategies or not names:
        return None
    groups, results, data = [], [], []
    for name in names:
        m = metric(name)
        rows = []
        for s in strategies:
            r = against(stored, name, s, stored.against, stored.main)
            flip = m.better == "lower"
            raw = f"{words.difference(r.difference, r.low, r.high, m)} ({words.interval(r.low, r.high, m)})"
            raw = "the same in all pairs" if r.low == r.high == 0 else raw
            rows.append(forest_.Row(stored.title(s), look[s], r, raw, flip))
            results.append((r, flip))
            data.append((name, stored.title(s), stored.title(stored.against), *r.record().values()))
        said = words.unit(m, difference=True)
        groups.append((f"{words.short(m)}{f' ({said})' if said else ''}", rows))
    subtitle = (
        f"Paired differences from {lower(stored.title(stored.against))} over the same luck{conditions(stored)}, with 95% "
        "intervals. Filled: the interval leaves out zero. Right: the difference in the outcome's own unit."
    )
    count = sum(len(rows) for _, rows in groups)
    tall = 0.27 * (count + 1.35 * len(groups))
    made = caption(stored, f"{len(stored.replicates)} pairs", "mean over sites")
    figure, chart = framed("differences", headlines.forest_title(stored, results), subtitle, made, tall + 1.0)
    ax = place(figure, chart, 2.6, 0.55, 6.0, 0.55 + tall)
    forest_.forest(ax, groups, lower(stored.title(stored.against)))
    chart.data = DataFrame(data, columns=["metric", "strategy", "against", *Paired.__slots__])
    chart.alt = f"{chart.title}. The numbers are printed at the right of every line and stand in the data file."
    return chart


def fans(sweep: SweepLike, name: str) -> Chart | None:
    """Draw a metric's median and bands over the runs, a panel for every strategy."""
    stored = Stored.of(sweep)
    if name not in stored.metrics:
        return None
    m, look, x = metric(name), looks(stored), years(stored)
    values = mean_over(stored.monthly(name), 2) * words.factor(m)
    calm = stored.crisis[1] if stored.crisis else None
    context = f" Dashed grey: median with {', '.join(calm)}." if calm is not None else ""
    subtitle = (
        f"{words.axis(m)}{conditions(stored)}, mean over the sites of a run. Line: median of the runs; "
        f"dark band: half of them; light band: 90%.{context}"
    )
    columns = 2 if len(stored.strategies) <= 4 else 4
    rows = math.ceil(len(stored.strategies) / columns)
    high = 1.75
    figure, chart = framed(
        name, headlines.fan_title(stored, name), subtitle, caption(stored), rows * (high + 0.7) + 0.1
    )
    wide = (8.0 - 0.75 - 0.25 - 0.3 * (columns - 1)) / columns
    limits = [math.inf, -math.inf]
    panels: list[Axes] = []
    data = []
    for at, s in enumerate(stored.strategies):
        row, column = divmod(at, columns)
        left, bottom = 0.75 + column * (wide + 0.3), (rows - 1 - row) * (high + 0.7) + 0.32
        ax = place(figure, chart, left, bottom, left + wide, bottom + high)
        here = values[stored.arm(s, stored.main)]
        fan(ax, x, here, look[s], values[stored.arm(s, calm)] if calm is not None else None)
        q = quantiles(here)
        limits = [min(limits[0], float(np.nanmin(q))), max(limits[1], float(np.nanmax(q)))]
        bands(ax, stored, stored.main, name=at == 0)
        year_ticks(ax, x, 6 if columns == 2 else 4)
        title = wrapped(stored.title(s), 40 if columns == 2 else 20)
        ax.set_title(
            plain(title), fontsize=10.5 if columns == 2 else 9.5, color=look[s].colour, loc="left", weight="bold", pad=5
        )
        if column:
            ax.tick_params(labelleft=False)
        panels.append(ax)
        data += [(stored.title(s), month, *q[:, month]) for month in range(stored.months)]
    room = 0.16 * (limits[1] - limits[0] or 1.0)
    for ax in panels:
        ax.set_ylim(limits[0] - 0.3 * room, limits[1] + room)
    chart.data = DataFrame(data, columns=["strategy", "month", "p05", "p25", "median", "p75", "p95"])
    chart.alt = f"{chart.title}. {words.axis(m)} over the months, a panel for each strategy."
    return chart


def _yardstick(stored: Stored, name: str, base: Array) -> float:
    """Return the standard deviation that a month's effect is measured in.

    For the effect on students: that of the measured indicator from year to year. Else: between runs, pooled over months.
    """
    if name == "outcome" and "indicator" in stored.metrics:
        levels = _ladder_levels(stored)
        indicator = stored.monthly("indicator")[stored.arm(stored.nothing or stored.against, levels)]
        if indicator.shape[-1] > 12:
            yearly = indicator[..., 12:] - indicator[..., :-12]
            return float(np.nanstd(yearly))
    return float(np.sqrt(np.nanmean(np.nanvar(base, axis=0, ddof=1)))) if len(base) > 1 else 0.0


def _ladder_levels(stored: Stored) -> tuple[str, ...]:
    return stored.crisis[1] if stored.crisis else stored.levels[0]


def ladder(sweep: SweepLike) -> Chart | None:
    """Draw the initiative's standardized effect month by month, from process to students' outcome."""
    stored = Stored.of(sweep)
    if stored.nothing is None or stored.nothing == stored.against:
        return None
    level, look, x = _ladder_levels(stored), looks(stored)[stored.against], years(stored)
    rungs, data = [], []
    for name in (n for n in RUNGS if n in stored.metrics):
        values = mean_over(stored.monthly(name), 2)
        a, b = values[stored.arm(stored.against, level)], values[stored.arm(stored.nothing, level)]
        sd = _yardstick(stored, name, b)
        if sd <= 0:
            continue
        c = headlines.course(a, b)
        rungs.append((name, c.effect / sd, c.low / sd, c.high / sd))
        data += [(name, month, *(float(v[month]) for v in rungs[-1][1:])) for month in range(stored.months)]
    if not rungs:
        return None
    months = [(name, ladder_.first_above(low)) for name, _, low, _ in rungs]
    under = f", {lower(words.condition(level))}" if level else ""
    subtitle = (
        f"Effect of {lower(stored.title(stored.against))} against {lower(stored.title(stored.nothing))}{under}, in standard "
        "deviations between runs (for students: of the measured indicator from year to year). Band: 95% interval; dashed: 0.2."
    )
    tall = 0.95
    figure, chart = framed("ladder", headlines.ladder_title(months), subtitle, caption(stored), len(rungs) * tall + 0.5)
    for at, (name, effect, low, high) in enumerate(rungs):
        bottom = 0.38 + (len(rungs) - 1 - at) * tall
        ax = place(figure, chart, 2.15, bottom, 6.5, bottom + tall - 0.18)
        ladder_.rung(ax, x, effect, low, high, look, wrapped(words.short(metric(name)), 18))
        bands(ax, stored, level, name=at == 0)
        year_ticks(ax, x, 11)
        ax.locator_params(axis="y", nbins=3)
        if at < len(rungs) - 1:
            ax.tick_params(labelbottom=False)
    chart.data = DataFrame(data, columns=["metric", "month", "effect_in_sd", "low", "high"])
    chart.alt = f"{chart.title}. From process to students: the month from which each effect stays above 0.2 standard deviations."
    return chart


def charts(sweep: SweepLike) -> dict[str, Chart]:
    """Return every chart that the sweep has the data for, by name, in the order of the report."""
    from tfs_sim.figures.moments import moments

    stored = Stored.of(sweep)
    made: Sequence[Chart | None] = (
        answer(stored),
        cost(stored),
        forest(stored),
        ladder(stored),
        fans(stored, "trust"),
        fans(stored, "partners"),
        moments(stored),
    )
    return {chart.stem: chart for chart in made if chart is not None}


__all__ = ["answer", "caption", "charts", "cost", "fans", "forest", "ladder", "write"]
