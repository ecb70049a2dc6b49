"""One run beside its counterpart over the same luck: what a partnership lives through."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pandas import DataFrame

from tfs_sim.analysis import words
from tfs_sim.analysis.sentences import capital
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.story import Traced, month_name, the_run, told_beside
from tfs_sim.analysis.windows import metric
from tfs_sim.figures.captions import caption
from tfs_sim.figures.style import (
    NARROW,
    WIDTH,
    Chart,
    bands,
    framed,
    looks,
    place,
    spread,
    wrapped,
    write,
    y_label,
    year_ticks,
    years,
)


def one_run(sweep: SweepLike, *, narrow: bool = False) -> Chart | None:
    """Draw partners and the primary outcome of the best strategy's traced run beside that of doing nothing.

    None where fewer than two traced runs are stored.
    """
    stored = Stored.of(sweep)
    runs = pair_of_runs(stored)
    if runs is None:
        return None
    one, other = runs
    names = [n for n in dict.fromkeys(("partners", stored.primary)) if n in stored.metrics]
    if not names:
        return None
    x, look = years(stored), looks(stored)
    courses = {(run.strategy, n): run.months(stored, n) * words.factor(metric(n)) for run in runs for n in names}
    site = stored.site_title(one.site)
    first = names[0]
    ends = [_at_end(courses[run.strategy, first]) for run in runs]
    places = metric(first).decimals if first != "partners" else 0
    title = (
        f"{site}, the same luck twice: in the end {words.number(ends[0], places)} {_of(first)} with "
        f"{words.quoted(stored.title(one.strategy))}, {words.number(ends[1], places)} with "
        f"{words.quoted(stored.title(other.strategy))}"
    )
    said = f"One run of many, not chosen for its course; {parted(stored, one, other, names)}."
    tall, width = (2.3 if narrow else 2.1), NARROW if narrow else WIDTH
    chart = framed("run", title, said, caption(stored), len(names) * (tall + 0.15) + 0.3, width)
    right = width - (1.25 if narrow else 2.2)
    for at, name in enumerate(names):
        m = metric(name)
        bottom = 0.35 + (len(names) - 1 - at) * (tall + 0.15)
        ax = place(chart, 0.6, bottom, right, bottom + tall - 0.6)
        ax.set_label(name)
        bands(ax, stored, one.levels, name=at == 0)
        for run in runs:
            own = look[run.strategy]
            ax.plot(
                x, courses[run.strategy, name], color=own.colour, linestyle=own.dash, linewidth=2, label=run.strategy
            )
        low, high = ax.get_ylim()
        ax.set_ylim(min(0.0, low), high + 0.12 * (high - low))
        low, high = ax.get_ylim()
        lasts = [_at_end(courses[run.strategy, name]) for run in runs]
        for run, spot in zip(runs, spread(lasts, 0.32 * (high - low), low, high), strict=True):
            label = wrapped(stored.title(run.strategy), 13 if narrow else 24)
            write(ax, x[-1] + 0.15, spot, label, color=look[run.strategy].colour, fontsize=9)
        y_label(ax, words.axis(m))
        year_ticks(ax, x, 5 if narrow else 11)
    rows = [
        (stored.title(run.strategy), n, month, value)
        for run in runs
        for n in names
        for month, value in enumerate(courses[run.strategy, n])
    ]
    chart.data = DataFrame(rows, columns=["strategy", "metric", "month", "value"])
    chart.alt = (
        f"{title}. {capital(words.joined([words.subject(metric(n)) for n in names]))} over the months, two lines."
    )
    return chart


def pair_of_runs(stored: Stored) -> tuple[Traced, Traced] | None:
    """Return the traced runs that are told side by side, of one site and the same luck, if both are stored."""
    beside = told_beside(stored)
    if len(beside) < 2 or not len(stored.series):
        return None
    one, other = (the_run(stored, strategy) for strategy in beside)
    if one is None or other is None or (one.site, one.at) != (other.site, other.at):
        return None
    return one, other


def parted(stored: Stored, one: Traced, other: Traced, names: Sequence[str]) -> str:
    """Return when two runs first differ in any of these metrics, in words."""
    first = stored.months
    for name in names:
        a, b = (run.months(stored, name) for run in (one, other))
        differ = np.flatnonzero((a != b) & ~(np.isnan(a) & np.isnan(b)))
        first = min(first, int(differ[0])) if len(differ) else first
    if not first:
        return "these lines differ from the first month on"
    return f"these lines are one until {month_name(stored, first) if first < stored.months else 'the end'}"


def _at_end(values: object) -> float:
    known = np.asarray(values, float)
    known = known[~np.isnan(known)]
    return float(known[-1]) if len(known) else 0.0


def _of(name: str) -> str:
    m = metric(name)
    return "partners" if name == "partners" else words.unit(m) or words.subject(m)


__all__ = ["one_run", "pair_of_runs", "parted"]
