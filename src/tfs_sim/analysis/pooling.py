"""Over what a mean is taken, and how far it may be off: the one place that decides the unit of every interval.

A pair is two runs over the same luck at the same point of a design. What pairs share makes them no independent
sample, so an interval follows how the pairs came about:

- *Replicates* (no design): pairs are independent, and the interval is the paired t-interval.
- *Points that stand for themselves* (grid, one at a time, table): all points of a replicate share its luck. The mean
  is over exactly these points, and its error comes from replicates alone: clustered by replicate.
- *Points that were drawn* (Latin hypercube, Sobol): the mean is meant for the distributions that they were drawn
  from, and points as well as replicates would be others next time: clustered by both.
- *Sets of parameters*: sets were drawn, and each has luck of its own (replicate 3 of one set has nothing in common with
  replicate 3 of another): a set's pairs are one cluster, and the interval holds both. The mean is
  that over sets of each set's own mean: every set counts the same, however many replicates it was given. Clustered by
  set, and over drawn points by set and by point, with a set's means at its points in place of replicates.

With w_rp = 1 where replicate r has a pair at point p, d_rp its difference, W = Σ w and e_rp = w_rp (d_rp − mean):

    V_R = R / (R − 1) · Σ_r (Σ_p e_rp)² / W²          V_P = P / (P − 1) · Σ_p (Σ_r e_rp)² / W²
    V_E = Σ w_rp (d_rp − α_r − β_p)² / (W − R − P + 1) / W,   α and β fitted by least squares
    clustered by replicate: V = V_R, R − 1 degrees of freedom
    clustered by both:      V = max(V_R + V_P − V_E, V_E), by Satterthwaite's degrees of freedom

Where every replicate has every point these are the exact estimates of a crossed random-effects design [1]_; the general
form is that of two-way clustering [2]_. Over drawn points and sets differences are skewed (a few of them make most of
the mean), so that an even interval misses too often at one end: its ends are those of Hall's transformation [3]_, with
the third cumulant of the mean from its parts by replicate or set and by point. A Latin hypercube is spread more evenly
than independent points, so that its mean is off by less than this interval says [4]_.

Conditions (levels of cross keys) are never pooled: every comparison is made under one of them. Sites stand for
themselves: a run's number is its mean over exactly these sites.

References
----------
.. [1] Searle, Casella & McCulloch (1992), Variance Components, Wiley, chapter 4.
.. [2] Cameron, Gelbach & Miller (2011), "Robust inference with multiway clustering", Journal of Business & Economic
   Statistics 29(2):238-249.
.. [3] Hall (1992), "On the removal of skewness by transformation", Journal of the Royal Statistical Society B
   54(1):221-228.
.. [4] Stein (1987), "Large sample properties of simulations using Latin hypercube sampling", Technometrics
   29(2):143-151.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = np.ndarray[Any, np.dtype[np.float64]]

SAMPLED = ("latin-hypercube", "sobol")
"""Designs whose points were drawn from distributions."""
LEVEL = 0.95
FEWEST_POINTS = 5
"""Fewer drawn points, or sets, say too little of what others would have given: an interval would be too narrow."""
_SWEEPS = 50


@dataclass(frozen=True)
class Units:
    """Where every pair comes from.

    Attributes
    ----------
    replicate, point : int [pairs], its replicate (luck) and its point of the design (0 without one).
    design : whether there is a design.
    sampled : whether the design's points were drawn, and stand for others.
    set : int [pairs], its set of parameters; None where all pairs have the same parameters. Luck belongs to a set: the
        replicates of one number in two sets have nothing in common.
    """

    replicate: NDArray[np.int64]
    point: NDArray[np.int64]
    design: bool = False
    sampled: bool = False
    set: NDArray[np.int64] | None = None

    @classmethod
    def replicates(cls, count: int) -> Units:
        """Return the units of so many replicates without a design."""
        return cls(np.arange(count), np.zeros(count, np.int64))

    @classmethod
    def of_table(cls, pairs: Any, sampled: bool) -> Units:
        """Return the units of a table with a row a pair: replicate, with a design point, with sets set.

        Where every pair has the same set there is none: intervals are of luck, at that set.
        """
        replicate = pairs["replicate"].to_numpy().astype(np.int64)
        design = "point" in pairs
        point = pairs["point"].to_numpy().astype(np.int64) if design else np.zeros(len(replicate), np.int64)
        sets = np.unique(pairs["set"].to_numpy(), return_inverse=True)[1].astype(np.int64) if "set" in pairs else None
        return cls(replicate, point, design, design and sampled, sets if sets is not None and sets.any() else None)

    def __len__(self) -> int:
        return len(self.replicate)

    def at(self, keep: Any) -> Units:
        """Return the units of some of the pairs."""
        own = None if self.set is None else self.set[keep]
        return Units(self.replicate[keep], self.point[keep], self.design, self.sampled, own)

    @cached_property
    def _rows(self) -> tuple[NDArray[np.int64], int]:
        return coded(self.replicate)

    @cached_property
    def _columns(self) -> tuple[NDArray[np.int64], int]:
        return coded(self.point)

    @property
    def luck(self) -> int:
        """How many replicates there are, over all sets."""
        if self.set is None:
            return self._rows[1]
        return int(np.unique(np.stack([self.set, self.replicate]), axis=1).shape[1])

    @property
    def sets(self) -> int:
        """How many sets of parameters there are (0: all pairs have the same)."""
        return 0 if self.set is None else coded(self.set)[1]

    @property
    def points(self) -> int:
        """How many points there are."""
        return self._columns[1]

    @property
    def fewest(self) -> int:
        """How many independent units there are: sets or else replicates, or drawn points where these are fewer."""
        rows = self.luck if self.set is None else self.sets
        return min(rows, self.points) if self.sampled else rows

    @property
    def independent(self) -> bool:
        """Whether every pair has luck and parameters of its own: neither a design nor sets."""
        return not self.design and self.set is None

    @property
    def method(self) -> str:
        """How an interval is made, in a few words."""
        if self.independent:
            return "paired t"
        row = "replicate" if self.set is None else "set"
        return f"clustered by {row} and point" if self.sampled else f"clustered by {row}"

    @property
    def holds(self) -> str:
        """What may move a mean, as its interval has it: "luck", "luck and which sets were drawn" …"""
        if self.set is None:
            return "luck and which points were drawn" if self.sampled else "luck"
        return f"luck and which sets{' and points' if self.sampled else ''} were drawn"

    @property
    def said(self) -> str:
        """How many pairs there are, in their own unit."""
        return words_of(self.luck, self.points if self.design else 0, design=self.design, sets=self.sets)

    def by_set(self, values: Array) -> tuple[Array, Units]:
        """Return each set's mean at each point of a sample, or each set's mean where points stand for themselves.

        The sets are then in the place of replicates. `values` are [pairs, …], none of them missing.
        """
        assert self.set is not None
        sets, points = coded(self.set), self._columns
        cell = coded(sets[0] * points[1] + points[0])
        first = np.zeros(cell[1], np.int64)
        first[cell[0]] = np.arange(len(self))
        means, own = _means(values, *cell), self.at(first)
        if not self.sampled and self.design:
            row = coded(sets[0][first])
            first = np.zeros(row[1], np.int64)
            first[row[0]] = np.arange(len(own))
            means, own = _means(means, *row), own.at(first)
        assert own.set is not None
        return means, replace(own, replicate=own.set)


def coded(names: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Return names as numbers from 0 in their order, and how many there are."""
    known, code = np.unique(names, return_inverse=True)
    return code.astype(np.int64), len(known)


def sentence(units: Units, sites: int, conditions: int) -> str:
    """Return what the intervals of a sweep are intervals of: over what is pooled, and what stands for itself."""
    if units.set is not None:
        said = _over_sets(units)
    elif not units.design:
        said = (
            f"Intervals are 95% t-intervals of mean paired differences over {units.said}: they say how far luck may "
            "move a mean."
        )
    elif units.sampled:
        said = (
            "Intervals are of means over the distributions that the design's points were drawn from, over "
            f"{units.said}: pairs that share a replicate or a point are no independent ones, so the interval is "
            "clustered by both, and allows for skewed differences (Hall 1992). They hold luck and which points were "
            "drawn."
        )
    else:
        said = (
            f"Intervals are 95% t-intervals of means over exactly these points, from {units.said}: all points of a "
            "replicate share its luck, so the interval is clustered by replicate. They hold luck alone."
        )
    more = []
    if conditions > 1:
        more.append("Every comparison is made under one condition; conditions are not pooled.")
    if sites > 1:
        more.append(
            f"A run's number is its mean over these {sites} sites, which stand for themselves and for no others."
        )
    return " ".join([said, *more])


def _over_sets(units: Units) -> str:
    """Return what the intervals of a sweep over sets of parameters are intervals of."""
    over, also = {
        (False, False): ("sets of parameters", ""),
        (True, False): ("sets of parameters, at exactly these points", ", over all points that share its parameters"),
        (True, True): (
            "sets of parameters, and over the distributions that the design's points were drawn from",
            ", and so do those of a point",
        ),
    }[units.design, units.sampled]
    return (
        f"Intervals are of means over {over}, from {units.said}; every set counts the same. Pairs of a set belong "
        f"together{also}: the interval is {units.method}, and allows for skewed differences (Hall 1992). They hold "
        f"{units.holds}: how far the mean may be off, not how different the answer is under single sets."
    )


def words_of(luck: int, points: int, *, design: bool, sets: int = 0) -> str:
    """Return a number of pairs in its own unit.

    "40 pairs", "8 replicates at 60 points", or "8 replicates of each of 100 sets", with a design "at 60 points".
    """
    if not design and not sets:
        return f"{luck:,} pair{'' if luck == 1 else 's'}"
    own = f"{luck:,} replicate{'' if luck == 1 else 's'}"
    if sets > 1 and luck % sets == 0:
        own = f"{luck // sets:,} replicate{'' if luck == sets else 's'} of each of {sets:,} sets"
    elif sets:
        own = f"{own} of {sets:,} set{'' if sets == 1 else 's'}"
    return f"{own} at {points:,} point{'' if points == 1 else 's'}" if design else own


@dataclass(frozen=True, slots=True)
class Mean:
    """Means over pairs, with what their intervals are made of (missing where one unit cannot tell).

    Attributes
    ----------
    value, error : the means and their standard errors.
    freedom : degrees of freedom.
    skewness : third cumulant of the mean over its error cubed (0 where the interval is to be even).
    """

    value: Array
    error: Array
    freedom: Array
    skewness: Array

    def allowing(self, jump: float, pairs: int) -> Mean:
        """Return the means with errors that count one pair each way, of size `jump`, that was not seen.

        After Agresti & Min (2005), "Simple improved confidence intervals for comparing matched proportions",
        Statistics in Medicine 24(5):729-740, who add a pair to each kind of discordant ones.
        """
        return replace(self, error=np.hypot(self.error, math.sqrt(2.0) * jump / pairs)) if jump else self

    def ends(self, level: float = LEVEL) -> tuple[Array, Array]:
        """Return the ends of the interval at a level of confidence."""
        from scipy.special import stdtrit

        t = stdtrit(np.where(self.freedom > 0, self.freedom, np.nan), 0.5 + level / 2)
        low, high = (self.value - self.error * _unskewed(end, self.skewness) for end in (t, -t))
        return low, high


def _unskewed(t: Array, skewness: Array) -> Array:
    """Return Hall's inverse transformation of the ends of a t-interval (t itself without skewness)."""
    s = np.where(np.abs(skewness) < 1e-9, 1.0, skewness)
    return np.where(np.abs(skewness) < 1e-9, t, 3.0 / s * (np.cbrt(1.0 + s * (t - s / 6.0)) - 1.0))


def mean_of(values: Array, units: Units) -> Mean:
    """Return the mean over pairs (first axis), and what its interval is made of, as `units` has it.

    Pairs with a missing value are left out. Further axes (months) are worked out side by side.
    """
    there = ~np.isnan(values)
    if there.all() or values.ndim == 1:
        whole = there if values.ndim == 1 else np.ones(len(values), bool)
        return _mean(values[whole], units if whole.all() else units.at(whole))
    flat, held = values.reshape(len(values), -1), there.reshape(len(values), -1)
    found = [_mean(flat[own, n], units.at(own)) for n, own in enumerate(held.T)]
    shape = values.shape[1:]
    return Mean(*(np.array([getattr(m, name) for m in found]).reshape(shape) for name in Mean.__slots__))


def _mean(values: Array, units: Units) -> Mean:
    shape = values.shape[1:]
    missing, none = np.full(shape, np.nan), np.zeros(shape)
    if not len(values):
        return Mean(missing, missing, none, none)
    if units.set is not None:
        values, units = units.by_set(values)
    mean = values.mean(0)
    error = values - mean
    total = float(len(values))
    rows, luck = units._rows
    drawn = [units.points] * units.sampled + [luck] * (units.set is not None)
    if luck < 2 or min(drawn, default=FEWEST_POINTS) < FEWEST_POINTS:
        return Mean(mean, missing, none, none)
    by_row = _sums(error, rows, luck) / total
    of_rows = luck / (luck - 1) * (by_row**2).sum(0)
    if not units.sampled:
        skewness = none if units.set is None else _skewness(_third(by_row), of_rows)
        return Mean(mean, np.sqrt(of_rows), np.full(shape, luck - 1.0), skewness)
    columns, points = units._columns
    rest = max(total - luck - points + 1, 1.0)
    by_column = _sums(error, columns, points) / total
    of_columns = points / (points - 1) * (by_column**2).sum(0)
    own = (_without_both(error, rows, luck, columns, points) ** 2).sum(0) / rest / total
    variance = np.maximum(of_rows + of_columns - own, own)
    parts = of_rows**2 / (luck - 1) + of_columns**2 / (points - 1) + own**2 / rest
    positive = variance > 0
    freedom = np.where(positive, variance**2 / np.where(positive, parts, 1.0), luck - 1.0)
    skewness = _skewness(_third(by_row) + _third(by_column), variance)
    return Mean(mean, np.sqrt(variance), np.maximum(freedom, 1.0), skewness)


def _skewness(third: Array, variance: Array) -> Array:
    positive = variance > 0
    return np.where(positive, third / np.where(positive, variance, 1.0) ** 1.5, 0.0)


def _third(sums: Array) -> Array:
    """Return the third cumulant of a sum of independent parts, from the parts' deviations."""
    n = len(sums)
    return np.asarray(n * n / ((n - 1) * (n - 2)) * (sums**3).sum(0)) if n > 2 else np.zeros(sums.shape[1:])


def _sums(values: Array, code: NDArray[np.int64], count: int) -> Array:
    out = np.zeros((count, *values.shape[1:]))
    np.add.at(out, code, values)
    return out


def _means(values: Array, code: NDArray[np.int64], count: int) -> Array:
    size = np.bincount(code, minlength=count).reshape(-1, *([1] * (values.ndim - 1)))
    return np.asarray(_sums(values, code, count) / size)


def _without_both(values: Array, rows: NDArray[np.int64], luck: int, columns: NDArray[np.int64], points: int) -> Array:
    """Return what rows and columns do not explain: least squares by turns (one turn where all are there)."""
    turns = 1 if len(values) == luck * points else _SWEEPS
    counts = [np.bincount(code, minlength=n).astype(float) for code, n in ((rows, luck), (columns, points))]
    shape = (-1, *([1] * (values.ndim - 1)))
    left = values
    for _ in range(turns):
        for code, n, count in ((rows, luck, counts[0]), (columns, points, counts[1])):
            left = left - (_sums(left, code, n) / count.reshape(shape))[code]
    return left


def share_of(true: NDArray[np.bool_], units: Units) -> tuple[float, float, float]:
    """Return the share of pairs in which something is true, with Wilson's 95% interval.

    Pairs that share luck, a point or a set count as the number of independent pairs that would be as sure (Kish's
    effective sample size).
    """
    n = len(true)
    share = int(true.sum()) / n
    effective = float(n)
    if not units.independent and n > 1:
        found = mean_of(true.astype(float), units)
        share, error = share if units.set is None else float(found.value), float(found.error)
        plain = share * (1 - share) / (n - 1)
        told = error > 0 and plain > 0
        effective = min(max(plain / error**2 * n, 1.0), n) if told else float(units.fewest)
    return (share, *wilson(share * effective, effective))


def wilson(count: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95% interval of the share that a count is of n."""
    z = 1.959963984540054
    share = count / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (0.0 if share == 0 else max(0.0, centre - half), 1.0 if share == 1 else min(1.0, centre + half))
