"""Runs of two kinds: where an outcome has two modes, its mean describes neither.

A partnership takes off or it does not, and luck decides. There are two kinds where either holds of an outcome over
the runs and sites of an arm, each kind has at least one run in twenty (and three in all), and both occur at one and the
same site (else it is the sites that differ, not their luck):

- it falls into two groups that lie far apart for their own spread: D = √2 (m₂ − m₁) / √(s₁² + s₂²) of at least 8,
  split where the squares within are least [1]_. That is seen in as few as twelve runs; samples of one mode reach 8 in
  one of a hundred at most.
- its density, estimated with a Gaussian kernel [2]_, has two peaks with a valley between them that is clearly lower
  (less than half the lower peak, by more than luck).

With a design points make outcomes differ as luck does, and luck is shared by all points: kinds are not looked for then.

*Over sets of parameters* (`over_sets`) parameters make outcomes differ too, and each set has luck of its own. The two
kinds are those of all runs, whether parameters or luck decide, and what is said of them is over sets, each counting the
same: the chance of the upper kind, with an interval clustered by set [3]_; each kind's mean, as a ratio of means over
sets, with that interval of its linear form [4]_; and how the chance differs between sets, by `variance.split` of ones
and zeros.

References
----------
.. [1] Ashman, Bird & Zepf (1994), "Detecting bimodality in astronomical datasets", Astronomical Journal 108:2348-2361.
.. [2] Silverman (1986), Density Estimation for Statistics and Data Analysis, Chapman & Hall, section 3.4 (bandwidth
   0.9 min(s, IQR / 1.34) n^(−1/5)).
.. [3] Hall (1992), "On the removal of skewness by transformation", Journal of the Royal Statistical Society B
   54(1):221-228.
.. [4] Cochran (1977), Sampling Techniques, 3rd edition, Wiley, chapter 6 (ratio estimates).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tfs_sim.analysis.pooling import Units, mean_of
from tfs_sim.analysis.variance import Part, Split, split
from tfs_sim.analysis.windows import Array

LEAST = 0.05
"""Share of the runs that a kind has at least."""
FEWEST = 12
"""Fewer values say nothing of kinds."""
SURE = 50
"""With fewer runs in all, intervals of outcomes that are of two kinds may be too narrow (`docs/how-to`)."""
APART = 8.0
"""Ashman's D from which two groups are two kinds, whatever the density between them."""
VALLEY = 0.5
CLEAR = 2.5
"""The valley is lower than a peak by so many standard errors of their difference."""
_MANY = 20
_PLACES = 256


@dataclass(frozen=True, slots=True)
class Kinds:
    """An outcome's two kinds of runs.

    Attributes
    ----------
    values : over how many runs and sites.
    border : values above it are of the upper kind.
    upper : share of the upper kind.
    low, high : medians of the two kinds.
    mean : over all, which describes neither.
    """

    values: int
    border: float
    upper: float
    low: float
    high: float
    mean: float

    @property
    def gap(self) -> float:
        """How far the two kinds lie apart."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class OverSets:
    """An outcome's two kinds of runs over sets of parameters.

    Attributes
    ----------
    sets : how many sets.
    border : values above it are of the upper kind.
    chance : of the upper kind, over sets, with its 95% interval.
    low, high : mean of each kind, over sets that have it, with its 95% interval.
    differs : where the variance of one run's kind comes from: between sets (parameters decide) and within (luck does);
        None where no set has two replicates.
    never, always : share of sets none of whose runs, and all of whose runs, are of the upper kind.
    """

    sets: int
    border: float
    chance: Part
    low: Part
    high: Part
    differs: Split | None
    never: float
    always: float


def over_sets(values: Array, units: Units) -> OverSets | None:
    """Return the two kinds of an outcome over sets of parameters, or None where it has one mode.

    Parameters
    ----------
    values : float64 [pairs, sites].
    units : where the pairs come from, with sets.
    """
    if units.set is None:
        raise ValueError("these pairs have no sets of parameters")
    flat = values.reshape(len(values), -1)
    found = _border(flat)
    if found is None:
        return None
    known = ~np.isnan(flat)
    runs = known.sum(1)
    there = runs > 0
    flat, known, runs, units = flat[there], known[there], runs[there], units.at(there)
    upper = (flat > found) & known
    low, high = (
        _ratio(np.where(kind, flat, 0.0).sum(1) / runs, kind.sum(1) / runs, units) for kind in (known & ~upper, upper)
    )
    chances = upper.sum(1) / runs
    assert units.set is not None
    sets, code = np.unique(units.set, return_inverse=True)
    several = bool((np.bincount(code) > 1).any()) and len(sets) > 1
    of_set = np.bincount(code, chances) / np.bincount(code)
    differs = split(chances, units.set) if several else None
    never, always = float((of_set == 0).mean()), float((of_set == 1).mean())
    return OverSets(len(sets), found, _chance(chances, units), low, high, differs, never, always)


def _border(flat: Array) -> float | None:
    """Return the border between two kinds of all runs, each more than rare, or None."""
    known = flat[~np.isnan(flat)]
    if len(known) < FEWEST or len(np.unique(known)) < 5:
        return None
    return next(
        (border for border in (_gap(known), _valley(known)) if border is not None and _common(known, border)), None
    )


def _chance(chances: Array, units: Units) -> Part:
    found = mean_of(chances, units)
    low, high = (float(np.clip(end, 0.0, 1.0)) for end in found.ends())
    return Part(float(found.value), low, high)


def _ratio(above: Array, below: Array, units: Units) -> Part:
    """Return the ratio of two means over sets, with the interval of its linear form."""
    whole = float(mean_of(below, units).value)
    ratio = float(mean_of(above, units).value) / whole
    low, high = mean_of((above - ratio * below) / whole, units).ends()
    return Part(ratio, ratio + float(low), ratio + float(high))


def jump_of(arms: Iterable[tuple[Array, Array]]) -> float:
    """Return how far a run's number moves with its kind: the largest of several arms' (0 where none has two kinds).

    `arms` are pairs of arrays [pairs, sites]: what runs are told apart by, and the metric in question, which tells them
    apart itself where the former has one mode.
    """
    widest = 0.0
    for by, values in arms:
        for told in (by, values):
            kinds = kinds_of(told)
            if kinds is not None:
                upper = told > kinds.border
                known = ~np.isnan(values)
                if (upper & known).any() and (~upper & known).any():
                    gap = values[upper & known].mean() - values[~upper & known].mean()
                    widest = max(widest, abs(float(gap)))
                break
    return widest


def kinds_of(values: Array) -> Kinds | None:
    """Return the two kinds of an outcome's values [pairs, sites], or None where it has one mode."""
    flat = values[~np.isnan(values)]
    if len(flat) < FEWEST or len(np.unique(flat)) < 5:
        return None
    found = [border for border in (_gap(flat), _valley(flat)) if border is not None and _both(values, border)]
    if not found:
        return None
    border = found[0]
    above = flat > border
    upper = float(above.mean())
    low, high = float(np.median(flat[~above])), float(np.median(flat[above]))
    return Kinds(len(flat), border, upper, low, high, float(flat.mean()))


def _gap(values: Array) -> float | None:
    """Return the border between two groups that lie far apart for their own spread."""
    ordered = np.sort(values)
    n = len(ordered)
    count = np.arange(1, n)
    sums, squares = np.cumsum(ordered)[:-1], np.cumsum(ordered**2)[:-1]
    low, high = sums / count, (ordered.sum() - sums) / (n - count)
    split = int(np.argmax(count * (n - count) * (high - low) ** 2))
    within = squares[split] - count[split] * low[split] ** 2
    rest = (ordered**2).sum() - squares[split] - (n - count[split]) * high[split] ** 2
    spread = within / max(count[split] - 1, 1) + rest / max(n - count[split] - 1, 1)
    apart = math.sqrt(2.0) * (high[split] - low[split])
    return float(ordered[split] + ordered[split + 1]) / 2 if apart >= APART * math.sqrt(max(spread, 0.0)) else None


def _both(values: Array, border: float) -> bool:
    """Say whether both kinds are more than rare, and luck tells them apart."""
    return _common(values, border) and _by_luck(values, border)


def _common(values: Array, border: float) -> bool:
    """Say whether both kinds are more than rare."""
    above = (values > border).sum()
    known = (~np.isnan(values)).sum()
    rarer = min(above, known - above)
    return bool(rarer >= max(3, LEAST * known))


def _valley(values: Array) -> float | None:
    """Return where the density between its two highest peaks is lowest, if that is low enough."""
    quarter, three = np.quantile(values, (0.25, 0.75))
    spread = min(s for s in (float(values.std(ddof=1)), float(three - quarter) / 1.34) if s > 0)
    width = 0.9 * spread * len(values) ** -0.2
    places = np.linspace(values.min() - 2 * width, values.max() + 2 * width, _PLACES)
    density = np.exp(-0.5 * ((places[:, None] - values) / width) ** 2).sum(1)
    inner = np.flatnonzero((density[1:-1] > density[:-2]) & (density[1:-1] >= density[2:])) + 1
    best: tuple[float, float] | None = None
    for n, one in enumerate(inner):
        for other in inner[n + 1 :]:
            floor = one + int(np.argmin(density[one : other + 1]))
            peak, bottom = min(float(density[one]), float(density[other])), float(density[floor])
            # heights are counts of runs within a kernel: a few runs in a long tail make no peak
            sure = len(values) >= _MANY and peak - bottom > CLEAR * math.sqrt(peak + bottom)
            if sure and bottom < VALLEY * peak and (best is None or bottom / peak < best[0]):
                best = bottom / peak, float(places[floor])
    return None if best is None else best[1]


def _by_luck(values: Array, border: float) -> bool:
    """Say whether some site has runs of both kinds, two of each at least."""
    by_site = values.reshape(len(values), -1)
    above = (by_site > border).sum(0)
    return bool(((above >= 2) & ((~np.isnan(by_site)).sum(0) - above >= 2)).any())
