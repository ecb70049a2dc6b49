"""Where the variance of a difference comes from: parameters, and luck with its product with parameters.

*Sets of parameters, each with luck of its own* (x_ij of set i, replicate j of m_i; S sets). The model is one-way random
effects, and the estimator is that of *unweighted means* [1]_: with a_i and s_i² a set's mean and variance, and a
the mean of all a_i,

    within = Σ s_i² / S,        between = Σ (a_i − a)² / (S − 1) − Σ (s_i² / m_i) / S.

Every set counts the same, also where replicates are not equally many; where they are, these are the estimates of the
analysis of variance. (Its usual form for unequal numbers weights a set by its replicates, and is biased where these go
to sets that differ most.) Luck here is luck with its product with parameters: which luck helps may depend on the
parameters, and sets that share no luck cannot tell. Both are means over sets of independent parts, so that their
intervals are those of a mean (`pooling`). The share of a run's variance that is between sets has one of the jackknife
over sets, on the scale of log (between + Σ (s_i² / m_i) / S) − log within [2]_.

*The same luck at several sets* (a crossed sub-design: x_ir of set i, replicate r of R, all R at each of S sets). The
model is two-way random effects without replication: a run is exact given its set and luck, so that what sets and luck
do not explain *is* their product [3]_:

    product = MS_product,    luck = (MS_luck − MS_product) / S,    parameters = (MS_sets − MS_product) / R.

Intervals: the jackknife of the log of each mean square, over sets or over replicates, whichever is wider, with t of
that unit; what is taken from a mean square is taken from the ends too. Eight replicates say little of luck, and the
interval shows it.

References
----------
.. [1] Cochran (1954), "The combination of estimates from different experiments", Biometrics 10(1):101-129.
.. [2] Arvesen & Schmitz (1970), "Robust procedures for variance component problems using the jackknife", Biometrics
   26(4):677-686.
.. [3] Searle, Casella & McCulloch (1992), Variance Components, Wiley, chapter 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.pooling import LEVEL, Units, mean_of
from tfs_sim.analysis.windows import Array
from tfs_sim.estimators.sets import SetMeans
from tfs_sim.scenario.errors import Mistake, UserError

_LEAST = 1e-300
"""A mean square of nothing, whose logarithm exists."""


@dataclass(frozen=True, slots=True)
class Part:
    """An estimate with its 95% interval (missing where too few sets cannot tell)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Split:
    """Variance of a run's difference over sets of parameters.

    Attributes
    ----------
    between : of sets' true differences: what parameters do (0 where the estimate is below).
    within : of luck with its product with parameters, of a run.
    share : between over between + within.
    estimator : its name.
    """

    between: Part
    within: Part
    share: Part
    estimator: str = "one-way random effects, unweighted means (Cochran 1954)"


@dataclass(frozen=True, slots=True)
class Crossed:
    """Variance of a run's difference where sets share luck.

    Attributes
    ----------
    parameters, luck, product : of sets, of luck that acts alike at all sets, and of their product.
    estimator : its name.
    """

    parameters: Part
    luck: Part
    product: Part
    estimator: str = "two-way random effects without replication (analysis of variance)"


def split(values: Array, sets: NDArray[Any]) -> Split:
    """Return where the variance of differences comes from, from those of pairs and the set of each ([pairs]).

    Raises
    ------
    UserError
        Where there is one set alone, or none has two replicates.
    """
    means = SetMeans.of(values, sets)
    twice = means.count > 1
    between = _mean(means.between)
    within = _mean(means.variance[twice])
    return Split(between, within, _share(means))


def _mean(parts: Array) -> Part:
    """Return the mean of independent parts with its interval, none of it below 0."""
    places = np.arange(len(parts))
    found = mean_of(parts, Units(np.zeros_like(places), np.zeros_like(places), set=places))
    low, high = found.ends()
    return Part(*(float(np.maximum(each, 0.0)) for each in (found.value, low, high)))


def _share(means: SetMeans) -> Part:
    variance = np.where(means.count > 1, means.variance, np.nanmean(means.variance))
    own = np.stack([means.mean, means.mean**2, variance, variance / means.count], axis=1)
    total, n = own.sum(0), len(means)

    def logs(sums: Array, count: int) -> tuple[Array, Array]:
        """Return log of the variance of set means over that of luck, and of luck's over that of a mean."""
        whole = (sums[..., 1] - sums[..., 0] ** 2 / count) / (count - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(whole) - np.log(sums[..., 2] / count), sums[..., 3] / sums[..., 2]

    def share(log: Array, per: Array) -> Array:
        ratio = np.maximum(np.exp(log) - per, 0.0)  # between over within
        return np.asarray(np.where(np.isinf(ratio), 1.0, ratio / (1 + np.where(np.isinf(ratio), 0.0, ratio))))

    log, per = logs(total, n)
    if not np.isfinite(log):
        return Part(float(log > 0), math.nan, math.nan)
    if n < 3:
        return Part(float(share(log, per)), math.nan, math.nan)
    left, _ = logs(total - own, n - 1)
    middle, error = _jackknifed(float(log), np.asarray(left))
    half = error * _t(n - 1)
    return Part(*(float(share(np.asarray(each), per)) for each in (log, middle - half, middle + half)))


def crossed(values: Array) -> Crossed:
    """Return the parts of variance where the same luck was run at several sets.

    Parameters
    ----------
    values : float64 [sets, replicates], none missing; replicate r is the same luck at every set.

    Raises
    ------
    UserError
        Where there are fewer than two sets or replicates, or a value is missing.
    """
    if values.ndim != 2 or min(values.shape) < 3 or np.isnan(values).any():
        said = f"found {' × '.join(map(str, values.shape))}" + (", some missing" if np.isnan(values).any() else "")
        raise UserError(
            Mistake(f"what luck does with parameters needs the same 3 replicates at 3 sets at least, all there; {said}")
        )
    squares = _squares(values)
    left = (np.array([_squares(np.delete(values, at, axis)) for at in range(values.shape[axis])]) for axis in range(2))
    by_unit = [np.log(np.maximum(each, _LEAST)) for each in left]
    sets, replicates = values.shape
    parts = []
    for at, (size, less) in enumerate(((replicates, squares[2]), (sets, squares[2]), (1, 0.0))):
        log = math.log(max(squares[at], _LEAST))
        units = [(_jackknifed(log, each[:, at]), _t(len(each) - 1)) for each in by_unit]
        half = max(error * t for (_, error), t in units)
        ends = (math.exp(log + half * side) for side in (0, -1, 1))
        parts.append(Part(*(max((end - less) / size, 0.0) for end in ends)))
    of_sets, of_luck, product = parts
    return Crossed(of_sets, of_luck, product)


def _squares(values: Array) -> Array:
    """Return the mean squares of sets, of luck and of their product."""
    sets, replicates = values.shape
    rows, columns = values.mean(1, keepdims=True), values.mean(0, keepdims=True)
    rest = values - rows - columns + values.mean()
    product = (rest**2).sum() / ((sets - 1) * (replicates - 1))
    return np.array([replicates * rows.var(ddof=1), sets * columns.var(ddof=1), product])


def _jackknifed(whole: float, left: Array) -> tuple[float, float]:
    """Return the jackknife's estimate and standard error, from the estimates with one unit left out."""
    n = len(left)
    return n * whole - (n - 1) * float(left.mean()), math.sqrt((n - 1) / n * float(((left - left.mean()) ** 2).sum()))


def _t(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + LEVEL / 2))
