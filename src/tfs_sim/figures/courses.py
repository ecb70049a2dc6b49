"""Charts of a sweep over its months: fans, and the ladder from process to students."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from pandas import DataFrame

from tfs_sim.analysis import headlines, words
from tfs_sim.analysis.sentences import lower
from tfs_sim.analysis.spreads import luck_about, set_means
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import Array, mean_over, metric
from tfs_sim.figures import ladder as ladder_
from tfs_sim.figures.captions import caption, conditions
from tfs_sim.figures.fan import fan, quantiles
from tfs_sim.figures.style import (
    GREY,
    NARROW,
    WIDTH,
    Chart,
    bands,
    framed,
    looks,
    place,
    plain,
    wrapped,
    write,
    year_ticks,
    years,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfs_sim.model.declare import Metric


def fans(sweep: SweepLike, name: str, *, narrow: bool = False) -> Chart | None:
    """Draw a metric's median and bands over the runs, a panel for every strategy."""
    stored = Stored.of(sweep)
    if name not in stored.metrics:
        return None
    m, look, x = metric(name), looks(stored), years(stored)
    values = stored.monthly_over_sites(name) * words.factor(m)
    calm = stored.crisis[1] if stored.crisis else None
    context = f" Dashed grey: median with {', '.join(calm)}." if calm is not None else ""
    sites = ", mean over the sites of a run" if len(stored.sites) > 1 else ""
    over_sets = stored.units.set is not None
    banded = "dark band: half of them; light band: 90%"
    if over_sets:
        banded = (
            "dark band: half of the sets of parameters; light band: 90% of them (each the mean of its runs); dotted: "
            "luck apart, 90% of the runs of a set in the middle lie between"
        )
    subtitle = (
        f"{words.axis(m)}{conditions(stored)}{sites}. Line: median of the {'sets' if over_sets else 'runs'}; "
        f"{banded}.{context}{f' {m.moving}' if m.moving else ''}"
    )
    columns = 1 if narrow else 2 if len(stored.strategies) <= 4 else 4
    rows = math.ceil(len(stored.strategies) / columns)
    high, width = 1.75, NARROW if narrow else WIDTH
    title = headlines.fan_title(stored, name)
    chart = framed(name, title, subtitle, caption(stored), rows * (high + 0.7) + 0.1, width)
    wide = (width - 0.75 - 0.25 - 0.3 * (columns - 1)) / columns
    limits = [math.inf, -math.inf]
    panels: list[Axes] = []
    data = []
    for at, s in enumerate(stored.strategies):
        row, column = divmod(at, columns)
        left, bottom = 0.75 + column * (wide + 0.3), (rows - 1 - row) * (high + 0.7) + 0.32
        ax = place(chart, left, bottom, left + wide, bottom + high)
        ax.set_label(s)
        here = values[stored.arm(s, stored.main)]
        there = values[stored.arm(s, calm)] if calm is not None else None
        luck = None
        if over_sets:
            runs, here = here, set_means(here, stored.units)
            there = None if there is None else set_means(there, stored.units)
            luck = luck_about(runs, stored.units, quantiles(here)[2], m.domain, words.factor(m))
        fan(ax, x, here, look[s], there, luck)
        q = quantiles(here)
        ends = q[:0] if luck is None else np.stack(luck)
        shown = np.vstack([q, ends, *([] if there is None else [quantiles(there)[2]])])
        limits = [min(limits[0], float(np.nanmin(shown))), max(limits[1], float(np.nanmax(shown)))]
        bands(ax, stored, stored.main, name=at == 0)
        year_ticks(ax, x, 6 if columns < 4 else 4)
        heading = plain(wrapped(stored.title(s), 40 if columns < 4 else 20))
        size = 10.5 if columns < 4 else 9.5
        ax.set_title(
            heading, fontsize=size, color=look[s].colour, loc="left", weight="bold", pad=5, family="DejaVu Sans"
        )
        if left_ := _left(stored, s, m):
            where = {"transform": ax.transAxes, "label": "left"}
            write(ax, 0.02, 0.07, left_, fontsize=8.5, color=GREY, **where)
        if column:
            ax.tick_params(labelleft=False)
        panels.append(ax)
        data += [(stored.title(s), month, *q[:, month], *ends[:, month]) for month in range(stored.months)]
    room = 0.16 * (limits[1] - limits[0] or 1.0)
    for ax in panels:
        ax.set_ylim(limits[0] - 0.3 * room, limits[1] + room)
    more = ["luck_p05", "luck_p95"] if over_sets else []
    chart.data = DataFrame(data, columns=["strategy", "month", "p05", "p25", "median", "p75", "p95", *more])
    chart.alt = f"{chart.title}. {words.axis(m)} over the months, a panel for each strategy."
    return chart


def _left(stored: Stored, strategy: str, m: Metric) -> str:
    """Return how many partners are left at the end, where a metric is a mean over those who are still there."""
    if not m.moving or "partners" not in stored.metrics:
        return ""
    partners = mean_over(stored.monthly("partners")[stored.arm(strategy, stored.main)], 1)
    first, last = (words.number(float(np.nanmean(partners[:, month])), 0) for month in (0, -1))
    return f"over the ties of {first} partners, in the end {last}"


def _yardstick(stored: Stored, name: str, base: Array) -> float:
    """Return the standard deviation that a month's effect is measured in.

    For students' outcome: that of the measured indicator's change within a year. Else: between runs, over all months.
    """
    shown = _as_measured(stored, name)
    if shown != name:
        levels = _ladder_levels(stored)
        indicator = stored.monthly(shown)[stored.arm(stored.nothing or stored.against, levels)]
        if indicator.shape[-1] > 12:
            yearly = indicator[..., 12:] - indicator[..., :-12]
            return float(np.nanstd(yearly))
    return float(np.sqrt(np.nanmean(np.nanvar(base, axis=0, ddof=1)))) if len(base) > 1 else 0.0


def _as_measured(stored: Stored, name: str) -> str:
    """Return the metric of what people can see of a metric, if there is one."""
    seen = metric(name).measured_by
    return seen if seen in stored.metrics else name


def grant_ends(stored: Stored, strategy: str, levels: tuple[str, ...]) -> list[int]:
    """Return the months within the run from which a grant of a strategy is no longer paid."""
    months = {int(entry["until"]) for entry in stored.grants(strategy, levels)}
    return sorted(month for month in months if 0 < month < stored.months)


def _ladder_levels(stored: Stored) -> tuple[str, ...]:
    return stored.crisis[1] if stored.crisis else stored.levels[0]


def ladder(sweep: SweepLike, *, narrow: bool = False) -> Chart | None:
    """Draw the initiative's standardized effect month by month, from process to students' outcome."""
    stored = Stored.of(sweep)
    if stored.nothing is None or stored.nothing == stored.against or stored.units.fewest < 2:
        return None
    level, look, x = _ladder_levels(stored), looks(stored)[stored.against], years(stored)
    rungs, data = [], []
    for name in (n for n in stored.metrics if metric(n).rung):  # from process to students
        shown = _as_measured(stored, name)
        values = stored.monthly_over_sites(shown)
        a, b = values[stored.arm(stored.against, level)], values[stored.arm(stored.nothing, level)]
        sd = _yardstick(stored, name, b)
        if sd <= 0:
            continue
        c = headlines.course(a, b, stored.units, stored.jump(shown, level))
        if not np.isfinite(c.low).any():  # too few sets, or drawn points, for an interval
            continue
        rungs.append((name, c.effect / sd, c.low / sd, c.high / sd))
        data += [(name, month, *(float(v[month]) for v in rungs[-1][1:])) for month in range(stored.months)]
    if not rungs:
        return None
    months = [(name, ladder_.first_above(low)) for name, _, low, _ in rungs]
    under = f", {lower(words.condition(level))}" if level else ""
    marked = grant_ends(stored, stored.against, level)
    subtitle = (
        f"{words.quoted(stored.title(stored.against))} against {words.quoted(stored.title(stored.nothing))}{under}: "
        f"bars are months in which it is higher (95% interval), strong where by more than {ladder_.THRESHOLD} standard "
        "deviations between runs (for students: of the measured indicator's change in a year), faint where by less; "
        f"hatched: lower.{' Dotted: grants end.' if marked else ''}"
    )
    tall, width = (0.62 if narrow else 0.5), NARROW if narrow else WIDTH
    title = headlines.ladder_title(months, level)
    room = len(rungs) * tall
    chart = framed("ladder", title, subtitle, caption(stored), room + 0.6, width)
    left, right = (0.25, 2.75) if narrow else (2.15, 6.3)
    ax = place(chart, left, 0.4, right, 0.4 + room)
    ax.set_label("ladder")
    ax.grid(False, axis="y")
    ax.set_yticks([])
    ax.set_ylim(-0.5, len(rungs) - 0.5 + 0.1)
    bands(ax, stored, level)
    for month in marked:
        ax.axvline(x[0] + month / 12, color=GREY, linewidth=1.0, linestyle=(0, (1, 2)), label="grant ends")
    for at, (name, _, low, high) in enumerate(rungs):
        row = float(len(rungs) - 1 - at)
        ladder_.rung(ax, row, x, low, high, look)
        short = words.short(metric(name))
        ladder_.said(ax, row, short if narrow else wrapped(short, 20), low, high, narrow=narrow)
    year_ticks(ax, x, 5 if narrow else 8)
    ax.set_xlim(x[0], x[-1] + 1 / 12)
    chart.data = DataFrame(data, columns=["metric", "month", "effect_in_sd", "low", "high"])
    chart.alt = f"{chart.title}. From process to students: from when each effect stays above 0.2 standard deviations."
    return chart
