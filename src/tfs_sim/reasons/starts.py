"""Does it depend on the start what becomes of a partnership: the same runs from a low and from a high beginning.

An experiment crosses a beginning (few or many at the table, say; a difficult history or none). Runs from both ends have
the same parameters and luck, so that what still lies between them in the last year is what the start has left behind.

- *forgets*: nothing can be told from none in the last year, and what may be left is at most a quarter of what lay
  between the two in the first months (or less than is worthwhile, where the experiment says what that is).
- *remembers*: a difference can be told, and it is not seen to have been larger a year before.
- *still closing*: a difference can be told, and it is smaller than a year before: longer runs would tell.
- *cannot be told*: anything else; more sets, or replicates.

All intervals hold at once over strategies and places (other conditions, points of a design that stand for themselves).
Where it is not closing and runs of both starts together are of two kinds (`analysis.kinds`) the start may decide which
(bistability): the chance of the upper kind from each, and the share of sets all of whose runs from below are of the
lower kind and all from above of the upper one.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from tfs_sim.analysis.compare import Paired, paired
from tfs_sim.analysis.kinds import kinds_of, over_sets
from tfs_sim.analysis.pooling import Units, mean_of
from tfs_sim.analysis.ranking import simultaneous
from tfs_sim.analysis.spreads import spread_of_pairs
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import Array, mean_over
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.reasons.asking import known_metric
from tfs_sim.scenario.errors import Mistake, UserError, count, listed, nearest, quote

Verdict = Literal["forgets", "remembers", "still closing", "cannot be told"]

FIRST = 3
"""Months at the beginning whose mean says how far apart the two starts are."""
LAST = 12
"""Months whose means are compared: the last ones, and as many before."""
LEFT = 0.25
"""What may be left of the first difference where a start is forgotten."""
MOST_POINTS = 24
"""Points of a design that are looked at one by one; of more the mean is taken."""


@dataclass(frozen=True)
class TwoKinds:
    """Runs of both starts together are of two kinds.

    Attributes
    ----------
    border : values above it are of the upper kind.
    low, high : share of runs of the upper kind from the low and from the high start.
    difference : of these, paired.
    split : share of sets (or replicates, without sets) of which all runs from below are of the lower kind and all from
        above of the upper one.
    """

    border: float
    low: float
    high: float
    difference: Paired
    split: float


@dataclass(frozen=True)
class Gap:
    """What lies between the two starts under a strategy at a place.

    Attributes
    ----------
    strategy, levels, point : where; levels of the other cross keys, the point of a design (None: all of them).
    low, high : means in the last year from the two starts.
    first : how far apart they are in the first months.
    end : high less low in the last year.
    closed : how much smaller that is than in the year before (above 0: it closes).
    verdict : see the module's text.
    kinds : None where runs have one mode, or are still on their way.
    sets_apart : share of sets that end apart by what is worthwhile, luck taken out; missing where that cannot be told.
    """

    strategy: str
    levels: tuple[str, ...]
    point: int | None
    low: float
    high: float
    first: float
    end: Paired
    closed: Paired
    verdict: Verdict
    kinds: TwoKinds | None
    sets_apart: float


@dataclass(frozen=True)
class Starts:
    """Whether it depends on the start what becomes of a partnership.

    Attributes
    ----------
    stored, metric : whose results, which outcome.
    key, low, high : the cross key that holds the starts, and the labels of its two ends.
    gaps : one a strategy and place.
    curves : by strategy the means over all places, months by (low, high), each with the ends of its 95% interval:
        float [2, 3, months].
    """

    stored: Stored
    metric: str
    key: str
    low: str
    high: str
    gaps: tuple[Gap, ...]
    curves: dict[str, Array]

    @property
    def frame(self) -> DataFrame:
        """A row a strategy and place."""
        rows: list[dict[str, Any]] = []
        others = [key for key in self.stored.cross if key != self.key]
        for each in self.gaps:
            row: dict[str, Any] = {"strategy": each.strategy, **dict(zip(others, each.levels, strict=True))}
            row |= {} if each.point is None else {"point": each.point}
            row |= {"low": each.low, "high": each.high, "first": each.first}
            for name, part in (("end", each.end), ("closed", each.closed)):
                row |= {name: part.difference, f"{name}_low": part.low, f"{name}_high": part.high}
            row |= {"verdict": each.verdict, "sets_apart": each.sets_apart}
            kinds = each.kinds
            row |= {
                "upper_from_low": math.nan if kinds is None else kinds.low,
                "upper_from_high": math.nan if kinds is None else kinds.high,
                "split": math.nan if kinds is None else kinds.split,
            }
            rows.append(row)
        return DataFrame(rows)


def starts(folder: str | os.PathLike[str] | Stored, key: str | None = None, metric: str | None = None) -> Starts:
    """Say whether it depends on the start what becomes of a partnership.

    Parameters
    ----------
    folder : results of a sweep that crosses a beginning.
    key : the cross key whose first and last levels are the two starts; default: the only one.
    metric : which outcome, as it is recorded month by month; default: the primary one.

    Raises
    ------
    UserError
        Where nothing is crossed, several are and none is named, there is no such key or metric, or runs are shorter
        than two years.
    """
    stored = folder if isinstance(folder, Stored) else Stored.of(Sweep.load(folder))
    name = known_metric(stored, metric)
    chosen = _key(stored, key)
    if stored.months < 2 * LAST:
        said = f"the last year is held against the year before, and these runs have {count(stored.months, 'month')}"
        raise UserError(Mistake(said))
    labels = stored.cross[chosen]
    values = stored.monthly_over_sites(name)  # arms × pairs × months
    found, curves = [], {}
    asked = list(_places(stored, chosen))
    level = simultaneous(len(asked))
    for strategy, ends, rest, point, own in asked:
        units = stored.units.at(own)
        low, high = (values[stored.arm(strategy, each)][own] for each in ends)
        found.append(_gap(stored, name, (strategy, rest, point), low, high, units, level))
    for strategy in stored.strategies:
        parts = []
        for end in (labels[0], labels[-1]):
            arms = [n for n, arm in enumerate(stored.arms) if arm[0] == strategy and _at(stored, arm, chosen) == end]
            mean = mean_of(values[arms].mean(axis=0), stored.units)
            parts.append(np.stack([mean.value, *mean.ends()]))
        curves[strategy] = np.stack(parts)
    return Starts(stored, name, chosen, labels[0], labels[-1], tuple(found), curves)


def _key(stored: Stored, key: str | None) -> str:
    there = [name for name, labels in stored.cross.items() if len(labels) > 1]
    if not there:
        hint = "Cross a beginning: [cross] start = [{ label = …, sites = { … } }, …]."
        raise UserError(Mistake("these results cross nothing, so that no run has another start", hint=hint))
    if key is None:
        if len(there) > 1:
            raise UserError(Mistake(f"these results cross {listed(there)}; name the one that holds the starts"))
        return there[0]
    if key not in there:
        raise UserError(Mistake(f"these results do not cross {quote(key)}", suggestion=nearest(key, there)))
    return key


def _at(stored: Stored, arm: tuple[str, ...], key: str) -> str:
    return arm[1 + list(stored.cross).index(key)]


def _places(
    stored: Stored, key: str
) -> Iterator[tuple[str, tuple[tuple[str, ...], tuple[str, ...]], tuple[str, ...], int | None, NDArray[np.bool_]]]:
    """Yield strategy, levels of both starts, the others' levels, point and pairs of everything that is looked at."""
    at = list(stored.cross).index(key)
    labels = stored.cross[key]
    units = stored.units
    own_points = units.design and not units.sampled and units.points <= MOST_POINTS
    points: list[int | None] = sorted(set(units.point.tolist())) if own_points else [None]
    for levels in stored.levels:
        if levels[at] != labels[0]:
            continue
        ends = levels, (*levels[:at], labels[-1], *levels[at + 1 :])
        rest = (*levels[:at], *levels[at + 1 :])
        for point in points:
            own = np.ones(len(units), bool) if point is None else units.point == point
            for strategy in stored.strategies:
                yield strategy, ends, rest, point, own


def _gap(
    stored: Stored,
    name: str,
    where: tuple[str, tuple[str, ...], int | None],
    low: Array,
    high: Array,
    units: Units,
    level: float,
) -> Gap:
    before, last = slice(-2 * LAST, -LAST), slice(-LAST, None)
    below, above = (mean_over(each[:, last], -1) for each in (low, high))
    end = paired(above, below, units=units, level=level)
    side = math.copysign(1.0, end.difference) if end.difference == end.difference else 1.0
    earlier = mean_over((high - low)[:, before], -1)
    closed = paired(side * earlier, side * (above - below), units=units, level=level)
    first = float(np.nanmean(mean_over((high - low)[:, :FIRST], -1)))
    matters = stored.worthwhile if name == stored.primary else None
    verdict = _verdict(end, closed, first, matters)
    kinds = None if verdict == "still closing" else _kinds(below, above, units, level)
    apart = spread_of_pairs(above - below, units, matters) if matters is not None else None
    shares = None if apart is None else apart.shares
    share = math.nan if shares is None else shares.better.share + shares.worse.share
    return Gap(*where, end.mean_b, end.mean_a, first, end, closed, verdict, kinds, share)


def _verdict(end: Paired, closed: Paired, first: float, matters: float | None) -> Verdict:
    """Return what becomes of a difference between starts."""
    if end.same:
        return "forgets"
    if not math.isfinite(end.low):
        return "cannot be told"
    if end.distinguishable:
        return "still closing" if closed.low > 0 else "remembers"
    small = max(LEFT * abs(first) if math.isfinite(first) else 0.0, matters or 0.0)
    return "forgets" if max(abs(end.low), abs(end.high)) <= small else "cannot be told"


def _kinds(below: Array, above: Array, units: Units, level: float) -> TwoKinds | None:
    """Return the two kinds of runs of both starts together, and which start leads to which."""
    both = np.concatenate([below, above])[:, None]
    twice = replace(
        units,
        replicate=np.tile(units.replicate, 2),
        point=np.tile(units.point, 2),
        set=None if units.set is None else np.tile(units.set, 2),
    )
    found = kinds_of(both) if units.set is None else over_sets(both, twice)
    if found is None:
        return None
    upper = [np.where(np.isnan(each), np.nan, each > found.border) for each in (below, above)]
    difference = paired(upper[1], upper[0], units=units, level=level)
    code = units.replicate if units.set is None else units.set
    _, at = np.unique(code, return_inverse=True)
    runs = np.bincount(at)
    never = np.bincount(at, np.nan_to_num(upper[0], nan=1.0)) == 0
    always = np.bincount(at, np.nan_to_num(upper[1], nan=0.0)) == runs
    return TwoKinds(
        found.border, float(np.nanmean(upper[0])), float(np.nanmean(upper[1])), difference,
        float((never & always).mean()),
    )  # fmt: skip
