"""What becomes of a partnership from a low and from a high start: both courses, a panel a strategy."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np
from pandas import DataFrame

from tfs_sim.analysis import words
from tfs_sim.analysis.windows import metric
from tfs_sim.figures.captions import caption
from tfs_sim.figures.style import (
    GREY,
    NARROW,
    WIDTH,
    Chart,
    framed,
    looks,
    place,
    plain,
    wrapped,
    write,
    year_ticks,
    years,
)
from tfs_sim.reasons.starts import Starts
from tfs_sim.reasons.starts_words import told
from tfs_sim.scenario.errors import count

LOW = (0, (5, 2))
"""How the course from the low start is drawn; that from the high one is a line."""
MOST = 6
"""Panels that are drawn."""


def _title(found: Starts) -> str:
    """Return what becomes of the start, over all strategies and places."""
    verdicts = {gap.verdict for gap in found.gaps}
    after = count(found.stored.months // 12, "year")
    if verdicts == {"forgets"}:
        return f"After {after} hardly anything is left of the start"
    if verdicts == {"remembers"}:
        return f"After {after} the start still shows, and is not seen to close"
    if verdicts <= {"remembers", "still closing"}:
        return f"After {after} the start still shows"
    if verdicts == {"cannot be told"}:
        return f"Whether the start still shows after {after} cannot be told"
    return f"What the start still decides after {after}, and what not"


def starts_chart(found: Starts, *, narrow: bool = False) -> Chart:
    """Return the chart: means over all places from both starts, with 95% intervals of the means."""
    stored, m, x, look = found.stored, metric(found.metric), years(found.stored), looks(found.stored)
    shown = stored.strategies[:MOST]
    title = _title(found)
    low, high = (words.quoted(each) for each in (found.low, found.high))
    places = len(found.gaps) // len(stored.strategies)
    more = f", means over {places} places" if places > 1 else ""
    left_out = (
        f" {len(stored.strategies) - MOST} further strategies: in the table." if len(stored.strategies) > MOST else ""
    )
    subtitle = (
        f"{words.axis(m)} from {high} (line) and from {low} (dashed), over the same parameters and luck{more}. Bands: "
        f"95% intervals of the means.{left_out}"
    )
    columns = 1 if narrow or len(shown) == 1 else 2
    rows = math.ceil(len(shown) / columns)
    tall, width = 1.9, NARROW if narrow else WIDTH
    chart = framed(f"starts-{found.metric}", title, subtitle, caption(stored), rows * (tall + 0.85) + 0.1, width)
    wide = (width - 0.75 - 0.3 - 0.45 * (columns - 1)) / columns
    by = words.factor(m)
    curves = np.stack([found.curves[strategy] for strategy in shown])
    ends = by * float(np.nanmin(curves[:, :, 0])), by * float(np.nanmax(curves[:, :, 0]))
    room = 0.12 * (ends[1] - ends[0] or 1.0)
    data = []
    for at, strategy in enumerate(shown):
        row, column = divmod(at, columns)
        left, bottom = 0.75 + column * (wide + 0.45), (rows - 1 - row) * (tall + 0.85) + 0.32
        ax = place(chart, left, bottom, left + wide, bottom + tall)
        ax.set_label(strategy)
        for end, style, name in zip(found.curves[strategy], (LOW, "-"), ("low", "high"), strict=True):
            mean, lower, upper = by * end
            band: dict[str, Any] = {"color": look[strategy].colour, "alpha": 0.16, "linewidth": 0}
            ax.fill_between(x, lower, upper, label=f"band:{name}", **band)
            ax.plot(x, mean, color=look[strategy].colour, linestyle=style, linewidth=2, label=f"mean:{name}")
            data += [
                (stored.title(strategy), getattr(found, name), month, *values)
                for month, values in enumerate(zip(mean, lower, upper, strict=True))
            ]
        ax.set_ylim(max(ends[0] - room, by * m.domain[0]) if ends[0] >= by * m.domain[0] else ends[0] - room,
                    ends[1] + room)  # fmt: skip
        year_ticks(ax, x, 6)
        heading: dict[str, Any] = {"fontsize": 10.5, "color": look[strategy].colour, "loc": "left", "weight": "bold"}
        ax.set_title(plain(wrapped(stored.title(strategy), 40)), pad=17, family="DejaVu Sans", **heading)
        own = Counter(gap.verdict for gap in found.gaps if gap.strategy == strategy)
        said = ", ".join(f"{verdict}{f' at {n} of {places}' if places > 1 else ''}" for verdict, n in own.most_common())
        write(ax, 0.0, 1.06, said, transform=ax.transAxes, color=GREY, fontsize=9, label="verdict")
    chart.data = DataFrame(data, columns=["strategy", "start", "month", "mean", "low", "high"])
    chart.alt = f"{title}. {' '.join(told(found)[1:])}"
    return chart
