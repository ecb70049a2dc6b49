"""Runs of two kinds over the months: each kind by itself, for a mean of both describes neither."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from pandas import DataFrame

from tfs_sim.analysis import words
from tfs_sim.analysis.kinds import over_sets
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import Array, metric
from tfs_sim.figures.captions import caption, conditions
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
    spread,
    wrapped,
    write,
    year_ticks,
    years,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 6
"""Strategies that have a panel."""


def modes(sweep: SweepLike, *, narrow: bool = False) -> Chart | None:
    """Draw the primary outcome month by month, runs that take off apart from those that do not (None with one kind).

    A panel for each strategy whose runs are of two kinds (see `analysis.kinds`); a run is one site's.
    """
    stored = Stored.of(sweep)
    name = stored.primary
    if stored.units.design or name not in stored.metrics or not len(stored.series):
        return None
    borders = {s: border for s in stored.strategies if (border := _border(stored, s)) is not None}
    if not borders:
        return None
    m, look, x = metric(name), looks(stored), years(stored)
    shown = list(borders)[:MOST]
    shares = {}
    names = ("take off", "do not") if m.better == "higher" else ("are high", "are low")
    columns = 1 if narrow or len(shown) == 1 else 2
    rows = math.ceil(len(shown) / columns)
    high, width = 1.9, NARROW if narrow else WIDTH
    courses: dict[str, list[tuple[str, float, Array]]] = {}
    for s in shown:
        values = stored.values(name)[stored.arm(s, stored.main)]
        upper = values > borders[s]
        shares[s] = _share(upper, values, stored)
        months = stored.monthly(name)[stored.arm(s, stored.main)] * words.factor(m)
        kinds = zip(names, (upper, ~upper & ~np.isnan(values)), (shares[s], 1 - shares[s]), strict=True)
        courses[s] = [
            (said, share, np.nanquantile(months[kind], (0.25, 0.5, 0.75), axis=0)) for said, kind, share in kinds
        ]
    first = stored.against if stored.against in shown else shown[0]
    title = (
        f"With {words.quoted(stored.title(first))}, {words.percent(shares[first])} of partnerships {names[0]}; the "
        f"others {names[1]}, and the mean describes neither"
    )
    each = "a site's run" if len(stored.sites) > 1 else "a run"
    subtitle = (
        f"{words.axis(m)}{conditions(stored)}, by what becomes of {each} in the end. Lines: medians of each kind; "
        "bands: half of its runs."
    )
    chart = framed("modes", title, subtitle, caption(stored), rows * (high + 0.75) + 0.1, width)
    wide = (width - 0.75 - 1.0 - 1.1 * (columns - 1)) / columns
    ends = [q for found in courses.values() for *_, q in found]
    low, top = min(float(np.nanmin(q)) for q in ends), max(float(np.nanmax(q)) for q in ends)
    data = []
    for at, s in enumerate(shown):
        row, column = divmod(at, columns)
        left, bottom = 0.6 + column * (wide + 1.1), (rows - 1 - row) * (high + 0.75) + 0.32
        ax = place(chart, left, bottom, left + wide, bottom + high)
        ax.set_label(s)
        bands(ax, stored, stored.main, name=at == 0)
        ax.set_ylim(low - 0.04 * (top - low), top + 0.16 * (top - low))
        _panel(ax, x, courses[s], look[s].colour)
        year_ticks(ax, x, 5)
        heading = plain(wrapped(stored.title(s), 34))
        ax.set_title(
            heading, fontsize=10.5, color=look[s].colour, loc="left", weight="bold", pad=5, family="DejaVu Sans"
        )
        data += [
            (stored.title(s), said, share, month, *q[:, month])
            for said, share, q in courses[s]
            for month in range(stored.months)
        ]
    chart.data = DataFrame(data, columns=["strategy", "kind", "share", "month", "p25", "median", "p75"])
    told = "; ".join(f"{stored.title(s)}: {words.percent(shares[s])} {names[0]}" for s in shown)
    chart.alt = f"{title}. {told}."
    return chart


def _border(stored: Stored, strategy: str) -> float | None:
    """Return the border between the two kinds of a strategy's runs; None where they are of one kind."""
    arm = stored.arm(strategy, stored.main)
    if stored.units.set is not None:
        found = over_sets(stored.values(stored.primary)[arm], stored.units)
        return None if found is None else found.border
    kinds = stored.kinds(stored.primary, arm)
    return None if kinds is None else kinds.border


def _share(upper: Array, values: Array, stored: Stored) -> float:
    """Return the share of the upper kind, as `kinds` has it: of runs, or over sets, each counting the same."""
    if stored.units.set is None:
        return float(upper[~np.isnan(values)].mean())
    found = over_sets(values, stored.units)
    assert found is not None
    return found.chance.value


def _panel(ax: Axes, x: Array, found: list[tuple[str, float, Array]], colour: str) -> None:
    looks_ = ((colour, "-"), (GREY, (0, (4, 2))))
    ends = []
    for (said, _, q), (own, dash) in zip(found, looks_, strict=True):
        ax.fill_between(x, q[0], q[2], color=own, alpha=0.22, linewidth=0, label=f"half: {said}")
        ax.plot(x, q[1], color=own, linewidth=2.2, linestyle=dash, label=said)
        ends.append(float(q[1][-1]))
    low, high = ax.get_ylim()
    spots = spread(ends, 0.24 * (high - low), low, high)
    for (said, share, _), (own, _), spot in zip(found, looks_, spots, strict=True):
        write(ax, x[-1] + 0.15, spot, f"{words.percent(share)}\n{said}", color=own, fontsize=9.5, weight="bold")


__all__ = ["modes"]
