"""Over what a mean is taken, and how far it may be off: the one place that decides the unit of every interval.

A pair is two runs over the same luck at the same point of a design. What pairs share makes them no independent
sample, so an interval follows how the pairs came about:

- *Replicates* (no design): pairs are independent, and the interval is the paired t-interval.
- *Points that stand for themselves* (grid, one at a time, table): all points of a replicate share its luck. The mean
  is over exactly these points, and its error comes from replicates alone: clustered by replicate.
- *Points that were drawn* (Latin hypercube, Sobol): the mean is meant for the distributions that they were drawn
  from, and points as well as replicates would be others next time: clustered by both.

With w_rp = 1 where replicate r has a pair at point p, d_rp its difference, W = Σ w and e_rp = w_rp (d_rp − mean):

    V_R = R / (R − 1) · Σ_r (Σ_p e_rp)² / W²          V_P = P / (P − 1) · Σ_p (Σ_r e_rp)² / W²
    V_E = Σ w_rp (d_rp − α_r − β_p)² / (W − R − P + 1) / W,   α and β fitted by least squares
    clustered by replicate: V = V_R, R − 1 degrees of freedom
    clustered by both:      V = max(V_R + V_P − V_E, V_E), by Satterthwaite's degrees of freedom

Where every replicate has every point these are the exact estimates of a crossed random-effects design [1]_; the general
form is that of two-way clustering [2]_. Over drawn points differences are skewed (a few points make most of the mean),
so that an even interval misses too often at one end: its ends are those of Hall's transformation [3]_, with the third
cumulant of the mean from its parts by replicate and by point. A Latin hypercube is spread more evenly than independent
points, so that its mean is off by less than this interval says [4]_.

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
"""Fewer drawn points say too little of what others would have given: an interval from them would be too narrow."""
_SWEEPS = 50


@dataclass(frozen=True)
class Units:
    """Where every pair comes from.

    Attributes
    ----------
    replicate, point : int [pairs], its replicate (luck) and its point of the design (0 without one).
    design : whether there is a design.
    sampled : whether the design's points were drawn, and stand for others.
    """

    replicate: NDArray[np.int64]
    point: NDArray[np.int64]
    design: bool = False
    sampled: bool = False

    @classmethod
    def replicates(cls, count: int) -> Units:
        """Return the units of so many replicates without a design."""
        return cls(np.arange(count), np.zeros(count, np.int64))

    @classmethod
    def of_table(cls, pairs: Any, sampled: bool) -> Units:
        """Return the units of a table with a row a pair: replicate and, with a design, point."""
        replicate = pairs["replicate"].to_numpy().astype(np.int64)
        design = "point" in pairs
        point = pairs["point"].to_numpy().astype(np.int64) if design else np.zeros(len(replicate), np.int64)
        return cls(replicate, point, design, design and sampled)

    def __len__(self) -> int:
        return len(self.replicate)

    def at(self, keep: Any) -> Units:
        """Return the units of some of the pairs."""
        return Units(self.replicate[keep], self.point[keep], self.design, self.sampled)

    @cached_property
    def _rows(self) -> tuple[NDArray[np.int64], int]:
        names, code = np.unique(self.replicate, return_inverse=True)
        return code.astype(np.int64), len(names)

    @cached_property
    def _columns(self) -> tuple[NDArray[np.int64], int]:
        names, code = np.unique(self.point, return_inverse=True)
        return code.astype(np.int64), len(names)

    @property
    def luck(self) -> int:
        """How many replicates there are."""
        return self._rows[1]

    @property
    def points(self) -> int:
        """How many points there are."""
        return self._columns[1]

    @property
    def fewest(self) -> int:
        """How many independent units there are: replicates, or drawn points where these are fewer."""
        return min(self.luck, self.points) if self.sampled else self.luck

    @property
    def method(self) -> str:
        """How an interval is made, in a few words."""
        if not self.design:
            return "paired t"
        return "clustered by replicate and point" if self.sampled else "clustered by replicate"

    @property
    def said(self) -> str:
        """How many pairs there are, in their own unit."""
        return words_of(self.luck, self.points if self.design else 0, design=self.design)


def sentence(units: Units, sites: int, conditions: int) -> str:
    """Return what the intervals of a sweep are intervals of: over what is pooled, and what stands for itself."""
    if not units.design:
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


def words_of(luck: int, points: int, *, design: bool) -> str:
    """Return a number of pairs in its own unit: "40 pairs", or "8 replicates at 60 points"."""
    if not design:
        return f"{luck:,} pair{'' if luck == 1 else 's'}"
    return f"{luck:,} replicate{'' if luck == 1 else 's'} at {points:,} point{'' if points == 1 else 's'}"


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
    mean = values.mean(0)
    error = values - mean
    total = float(len(values))
    rows, luck = units._rows
    if luck < 2 or (units.sampled and units.points < FEWEST_POINTS):
        return Mean(mean, missing, none, none)
    by_row = _sums(error, rows, luck) / total
    of_rows = luck / (luck - 1) * (by_row**2).sum(0)
    if not units.sampled:
        return Mean(mean, np.sqrt(of_rows), np.full(shape, luck - 1.0), none)
    columns, points = units._columns
    rest = max(total - luck - points + 1, 1.0)
    by_column = _sums(error, columns, points) / total
    of_columns = points / (points - 1) * (by_column**2).sum(0)
    own = (_without_both(error, rows, luck, columns, points) ** 2).sum(0) / rest / total
    variance = np.maximum(of_rows + of_columns - own, own)
    parts = of_rows**2 / (luck - 1) + of_columns**2 / (points - 1) + own**2 / rest
    positive = variance > 0
    freedom = np.where(positive, variance**2 / np.where(positive, parts, 1.0), luck - 1.0)
    third = _third(by_row) + _third(by_column)
    skewness = np.where(positive, third / np.where(positive, variance, 1.0) ** 1.5, 0.0)
    return Mean(mean, np.sqrt(variance), np.maximum(freedom, 1.0), skewness)


def _third(sums: Array) -> Array:
    """Return the third cumulant of a sum of independent parts, from the parts' deviations."""
    n = len(sums)
    return np.asarray(n * n / ((n - 1) * (n - 2)) * (sums**3).sum(0)) if n > 2 else np.zeros(sums.shape[1:])


def _sums(values: Array, code: NDArray[np.int64], count: int) -> Array:
    out = np.zeros((count, *values.shape[1:]))
    np.add.at(out, code, values)
    return out


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

    Pairs that share luck or a point count as the number of independent pairs that would be as sure (Kish's effective
    sample size).
    """
    n = len(true)
    count = int(true.sum())
    effective = float(n)
    if units.design and n > 1:
        share = count / n
        error = float(mean_of(true.astype(float), units).error)
        plain = share * (1 - share) / (n - 1)
        told = error > 0 and plain > 0
        effective = min(max(plain / error**2 * n, 1.0), n) if told else float(units.fewest)
    return (count / n, *wilson(count / n * effective, effective))


def wilson(count: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95% interval of the share that a count is of n."""
    z = 1.959963984540054
    share = count / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (0.0 if share == 0 else max(0.0, centre - half), 1.0 if share == 1 else min(1.0, centre + half))
