"""What an event does, in words."""

from __future__ import annotations

import math

import numpy as np

from tfs_sim.analysis import words
from tfs_sim.analysis.sentences import opened
from tfs_sim.analysis.windows import metric
from tfs_sim.reasons.event_study import EventStudy
from tfs_sim.scenario.errors import count


def asked(found: EventStudy) -> str:
    """Return the question."""
    return f"What does it do when {found.kind.event}{of_whom(found)}?"


def of_whom(found: EventStudy) -> str:
    """Return of whom it is asked, in brackets; nothing where it is of all."""
    return f" ({found.among})" if found.among else ""


def told(found: EventStudy) -> list[str]:
    """Return the effect over all months, where it is largest, and what the numbers are of."""
    m, r = metric(found.metric), found.whole
    title = words.quoted(found.stored.title(found.strategy))
    lead = opened(words.condition(found.levels), f"with {title}")
    thing = m.subject or m.title.lower()
    span = f"in the month of the event and the {count(found.months, 'month')} after it"
    unit = words.unit(m, difference=True)
    size = f"{words.difference(r.difference, r.low, r.high, m)} {unit}".rstrip()
    if r.same:
        said = [f"{lead}, the event changes nothing in {thing} {span}, in all {r.sample}."]
    elif math.isnan(r.low):
        said = [f"{lead}, {thing} differs by {size} {span}, in {r.sample}: too few to tell."]
    elif r.distinguishable:
        way, sign = ("raises", 1) if r.difference > 0 else ("lowers", -1)
        low, high = sorted((sign * r.low, sign * r.high))
        size = f"{words.difference(abs(r.difference), low, high, m)} {unit}".rstrip().lstrip("+")
        between = words.interval(low, high, m).replace("+", "")
        said = [f"{lead}, one such event {way} {thing} by {size} (95% interval {between}), on average {span}."]
    else:
        between = words.interval(r.low, r.high, m)
        said = [
            f"{lead}, it cannot be told that one such event changes {thing}: {size} (95% interval {between}), on "
            f"average {span}."
        ]
    shown = found.frame[found.frame["runs"] > 1]
    if len(shown) and not r.same:
        row = shown.iloc[int(np.argmax(np.abs(shown["difference"].to_numpy(float))))]
        low, high = float(row["low"]), float(row["high"])
        if low > 0 or high < 0:
            when = "in its month" if row["month"] == 0 else f"{count(int(row['month']), 'month')} after it"
            much = f"{words.difference(float(row['difference']), low, high, m)} {unit}".rstrip()
            said.append(
                f"It is furthest from none {when}: {much} ({words.interval(low, high, m)}, that month by itself)."
            )
    runs = len(found.events)
    none = f"; {count(found.without, 'run')} had none" if found.without else ""
    said.append(
        f"Without the event {found.kind.instead}; whatever it has no part in happens as it did. One event is drawn in "
        f"each of {count(runs, 'run')}{none}; the outcome is that of the community where it happens. Intervals hold "
        f"{found.units.holds}, and which events were drawn. It is the effect of one event more in runs as they are, "
        "not of all of them together."
    )
    return said


def rows(found: EventStudy) -> tuple[list[str], list[list[str]]]:
    """Return the table of some months: head and rows."""
    m = metric(found.metric)
    chosen = sorted({0, 1, 3, 6, *range(12, found.months + 1, 12), found.months} & set(found.frame["month"]))
    table = []
    for row in found.frame[found.frame["month"].isin(chosen)].to_dict("records"):
        low, high = float(row["low"]), float(row["high"])
        interval = "–" if math.isnan(low) else words.interval(low, high, m)
        half = (high - low) / 2
        levels = [words.level(float(row[name]), m, half) for name in ("happened", "withheld")]
        apart = words.difference(float(row["difference"]), low, high, m)
        table.append([str(row["month"]), *levels, apart, interval, f"{int(row['runs']):,}"])
    unit = words.unit(m, difference=True)
    return ["months after", "as it was", "without it", f"difference ({unit})", "95% interval", "runs"], table
