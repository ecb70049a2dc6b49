"""Emulators of a study's design: what runs at a place would give, how sure that is, and what sets and luck do there.

Of every quantity, and of every *difference* between two strategies over the same sets and luck, three processes
(`calibration.processes`) go over the sliders:

- the mean over sets of parameters. What is emulated is the mean that *these* sets, with their replicates, would have at
  a place: luck that all points share (the same replicate of the same set) moves the whole surface and stands in the
  interval of the mean; luck of a point's own is known from replicates and is the nugget [1]_;
- the logarithm of the variance between sets, luck taken out;
- the logarithm of the variance of luck in one run.

A fifth of the points, and all that lie outermost (the corners of a design that has some), have no part in the fit: they
say how large errors are, beside what they are said to be, and all variances are multiplied by what they are larger by.
Then all points are taken in, at the lengths that were found. An emulator whose error exceeds a quarter of the spread of
sets is refused: what it would show as a slope might be its own error.

References
----------
.. [1] Ankenman, Nelson & Staum (2010), "Stochastic kriging for simulation metamodeling", Operations Research
   58(2):371-382.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tfs_sim.calibration import processes
from tfs_sim.calibration.processes import Process

Array = NDArray[np.float64]
Places = NDArray[np.int64]

QUARTER = 0.25
"""An emulator's error may be so much of the spread of sets."""
RANGE = 0.01
"""Where neither sets nor luck make a difference (a cost that is agreed), it may be so much of the range over points."""
FEWEST = 20
"""Points below which no process is fitted."""
HELD = 5
"""One of so many inner points is held out."""
OUTER = 8
"""One of so many points, the outermost, is held out as well."""
NINETY = 1.6448536269514722
"""Standard deviations from the mean within which nine in ten of a normal distribution lie."""
FEWEST_SETS = 10
"""Sets below which nothing is said of how skewed they are."""
_FAR = 8.0
_LEAST = 0.01
"""Variance that a place has at least, in mean variances, so that it has a logarithm."""
_ROUNDING = 1e-12
"""Standard deviation that is none, as a share of the values."""
_DIGITS = 9


@dataclass(frozen=True)
class Split:
    """Which points train, and which are held out.

    Attributes
    ----------
    train, inner, outer : numbers of points; `outer` are the outermost.
    """

    train: Places
    inner: Places
    outer: Places

    @property
    def held(self) -> Places:
        """All that are held out."""
        return np.concatenate([self.inner, self.outer])

    @classmethod
    def of(cls, places: Array) -> Split:
        """Split places [points, sliders] in [0, 1]."""
        points = len(places)
        order = np.random.default_rng(points).permutation(points)
        outwards = np.abs(2.0 * places - 1.0).mean(axis=1)[order]
        ranked = order[np.argsort(-outwards, kind="stable")]
        outer = np.sort(ranked[: max(2, points // OUTER)])
        rest = order[~np.isin(order, outer)]
        return cls(np.sort(np.delete(rest, np.s_[::HELD])), np.sort(rest[::HELD]), outer)


@dataclass(frozen=True)
class Cells:
    """Runs of one quantity at every point.

    Attributes
    ----------
    values : float64 [points, sets, replicates], missing where there is none.
    """

    values: Array

    @property
    def sets(self) -> int:
        """How many sets there are."""
        return int(self.values.shape[1])

    @cached_property
    def runs(self) -> Array:
        """Runs with a value, [points]."""
        return np.asarray(np.isfinite(self.values).sum(axis=(1, 2)), float)

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Which points have values of at least two sets (or replicates), [points]."""
        return np.asarray(self.runs >= 2)

    @cached_property
    def mean(self) -> Array:
        """Mean over sets, each counting the same, [points]."""
        return _mean(_mean(self.values, 2), 1)

    @cached_property
    def luck(self) -> Array | None:
        """Variance of luck in one run, [points]; None with one replicate of each set."""
        free = np.maximum(np.isfinite(self.values).sum(axis=2) - 1, 0).sum(axis=1)
        if not (free > 0).any():
            return None
        squares = np.nansum(self._lucky**2, axis=(1, 2))
        return np.where(free > 0, squares / np.maximum(free, 1), np.nan)

    @cached_property
    def _lucky(self) -> Array:
        return self.values - _mean(self.values, 2)[..., None]

    @cached_property
    def own(self) -> float:
        """Share of luck's variance that no other point shares: 1 where every point has luck of its own."""
        whole = float(np.nansum(self._lucky**2))
        points = int(self.known.sum())
        if whole <= 0 or points < 2:
            return 1.0
        shared = _mean(self._lucky, 0)
        rest = float(np.nansum((self._lucky - shared) ** 2)) * points / (points - 1)
        return min(1.0, rest / whole)

    @cached_property
    def between(self) -> Array | None:
        """Variance between sets, luck taken out, [points]; None without sets."""
        if self.sets < 2:
            return None
        means = _mean(self.values, 2)
        count = np.isfinite(means).sum(axis=1)
        total = _mean((means - _mean(means, 1)[:, None]) ** 2, 1) * count / np.maximum(count - 1, 1)
        if self.luck is None:
            return np.where(count > 1, total, np.nan)
        each = self.runs / np.maximum(count, 1)
        return np.where(count > 1, total - np.nan_to_num(self.luck) / np.maximum(each, 1), np.nan)

    @cached_property
    def tails(self) -> tuple[float, float]:
        """Between which standard deviations from the mean nine in ten sets lie: they are often skewed.

        Where there are too few of them to say, as many as of a normal distribution.
        """
        means = _mean(self.values, 2)
        known = self.known & np.isfinite(means).all(axis=1)
        away = means[known] - means[known].mean(axis=1, keepdims=True)
        size = np.sqrt((away**2).sum(axis=1) / max(self.sets - 1, 1))
        if self.sets < FEWEST_SETS or not (size > 0).any():
            return -NINETY, NINETY
        low, high = np.quantile(away[size > 0] / size[size > 0, None], (0.05, 0.95))
        return float(f"{low:.6g}"), float(f"{high:.6g}")


def _mean(values: Array, axis: int) -> Array:
    known = np.isfinite(values)
    number = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.asarray(np.where(number > 0, total / np.maximum(number, 1), np.nan))


@dataclass(frozen=True)
class Surface:
    """A process over the sliders, with what it was fitted to: all that is needed to make it again elsewhere.

    Attributes
    ----------
    at : numbers of the points [n].
    values, noise : values, and variance of luck in each [n].
    process : what was fitted.
    scale : by what exponents are multiplied, of logarithms of variances: so that variances are right in the mean.
    """

    at: Places
    values: Array
    noise: Array
    process: Process
    scale: float = 1.0

    def mean(self, u: Array) -> Array:
        """Return means at places [m, sliders] in [0, 1]."""
        return self.process.at(processes.spread(u))[0]

    def variance(self, u: Array) -> Array:
        """Return a variance at places, of a surface of its logarithm."""
        return np.asarray(self.scale * np.exp(self.mean(u)))


def rounded(values: Array) -> Array:
    """Return numbers as a page holds them, so that what is fitted is what is shown."""
    return np.array([float(f"{each:.{_DIGITS}g}") for each in values.tolist()])


def _shaped(process: Process) -> Process:
    """Return a process whose shape is as a page holds it."""
    return replace(process, shape=rounded(process.shape), mean=float(f"{process.mean:.9g}"), size=process.size)


def _logarithms(places: Array, variance: Array | None, size: float) -> Surface | None:
    """Return the surface of the logarithm of a variance; None where it is the rounding of values of such a size."""
    if variance is None:
        return None
    known = np.flatnonzero(np.isfinite(variance))
    level = float(np.maximum(variance[known], 0.0).mean()) if len(known) >= FEWEST else 0.0
    if level <= (_ROUNDING * size) ** 2:
        return None
    values = rounded(np.log(np.maximum(variance[known], _LEAST * level)))
    x, none = processes.spread(places[known]), np.zeros(len(known))
    process = processes.refitted(_shaped(processes.fitted(x, values, none)), x, values, none)
    # a logarithm's mean is not the mean's logarithm
    scale = float(f"{level / float(np.exp(process.at(x)[0]).mean()):.9g}")
    return Surface(known, values, none, process, scale)


@dataclass(frozen=True, slots=True)
class Checks:
    """How an emulator did at points that had no part in its fit.

    Attributes
    ----------
    held : how many points, the outermost among them.
    error : root mean square of its standard errors there, inflated.
    band : root mean square of the standard deviation between sets there (of luck, without sets); where there is
        neither, what makes the limit a hundredth of the range over points.
    covered : share of points within 95% of what it said.
    inflation : what its variances were multiplied by (1 or more).
    """

    held: int
    error: float
    band: float
    covered: float
    inflation: float

    @property
    def usable(self) -> bool:
        """Whether its error is at most a quarter of the spread of sets."""
        return self.error <= QUARTER * self.band


@dataclass(frozen=True)
class Subject:
    """What is known of one quantity over the sliders.

    Attributes
    ----------
    mean : surface of the mean over sets.
    between, luck : surfaces of the logarithms of variances; None where there is none, or it cannot be told.
    tails : between which standard deviations from the mean nine in ten sets lie.
    sets, replicates : runs at every point.
    checks : how it did where it was not fitted.
    off : of every point that was held out, by how many of its (inflated) standard errors it was off.
    same : its only value, where all runs have the same; nothing is then emulated.
    """

    mean: Surface
    between: Surface | None
    luck: Surface | None
    tails: tuple[float, float]
    sets: int
    replicates: int
    checks: Checks
    off: dict[int, float]
    same: float | None = None

    def at(self, u: Array) -> tuple[Array, Array, Array, Array]:
        """Return mean, its standard error by the emulator, and standard deviations between sets and of luck: [m] each.

        The last two are missing where they cannot be told: without sets, and with one replicate.
        """
        none = np.zeros(len(u))
        if self.same is not None:
            return none + self.same, none, none, none
        mean, variance = self.mean.process.at(processes.spread(u))
        between, luck = (
            none * (0.0 if several > 1 else np.nan) if each is None else np.sqrt(each.variance(u))
            for each, several in ((self.between, self.sets), (self.luck, self.replicates))
        )
        return mean, np.sqrt(variance * self.checks.inflation), between, luck

    @property
    def usable(self) -> bool:
        """Whether it may be shown."""
        return self.same is not None or self.checks.usable


def subject(places: Array, values: Array, split: Split) -> Subject | None:
    """Return what is known of a quantity over the sliders; None where too few points have values.

    Parameters
    ----------
    places : [points, sliders] in [0, 1].
    values : float64 [points, sets, replicates]: the quantity, or a difference over the same sets and luck.
    split : which points are held out.
    """
    cells = Cells(values)
    known, train = cells.known, split.train[cells.known[split.train]]
    held = split.held[known[split.held]]
    if len(train) < FEWEST or len(held) < 3:
        return None
    x = processes.spread(places)
    size = float(np.nanmax(np.abs(cells.mean)))
    luck, between = (_logarithms(places, each, size) for each in (cells.luck, cells.between))
    mean = np.where(known, cells.mean, np.nan)
    noise = np.zeros(len(places))
    if luck is not None:
        noise = luck.variance(places) * cells.own / np.maximum(cells.runs, 1)
    noise[known] = rounded(noise[known])
    mean[known] = rounded(mean[known])
    replicates = values.shape[2]
    if not np.ptp(mean[known]) and luck is None and between is None:
        one = np.flatnonzero(known)
        flat = Process(x[one][:1], np.zeros(processes.FORMS + x.shape[1]), 0.0, 1.0, np.eye(1), np.zeros(1))
        checks = Checks(len(held), 0.0, 0.0, 1.0, 1.0)
        surface = Surface(one, mean[one], noise[one], flat)
        return Subject(surface, None, None, (0.0, 0.0), cells.sets, replicates, checks, {}, float(mean[one][0]))
    draft = _shaped(processes.fitted(x[train], mean[train], noise[train]))
    draft = processes.refitted(draft, x[train], mean[train], noise[train])
    said, variance = draft.at(x[held])
    off = np.abs(mean[held] - said) / np.sqrt(variance + noise[held])
    inflation = float(f"{max(1.0, float((np.minimum(off, _FAR) ** 2).mean())):.9g}")
    error = math.sqrt(float(variance.mean()) * inflation)
    spread = between if between is not None else luck
    band = float(np.ptp(mean[known])) * RANGE / QUARTER
    if spread is not None:
        band = math.sqrt(float(spread.variance(places[held]).mean()))
    off = off / math.sqrt(inflation)
    checks = Checks(len(held), error, band, float((off <= 1.96).mean()), inflation)
    whole = np.flatnonzero(known)
    final = processes.refitted(draft, x[whole], mean[whole], noise[whole])
    surface = Surface(whole, mean[whole], noise[whole], final)
    by_point = dict(zip(held.tolist(), off.tolist(), strict=True))
    return Subject(surface, between, luck, cells.tails, cells.sets, replicates, checks, by_point)
