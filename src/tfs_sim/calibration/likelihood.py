"""How likely what was seen of one real town is under a set of parameters, from runs of the town under it.

A town is one run: what was seen of it holds its luck. Under a set it is taken to be normal, on scales on which luck is
even, with the mean and the covariance of the set's own runs (a synthetic likelihood [1]_): what is seen in several
months hangs together, and counted as independent it would claim too much.

*Few runs.* Variances of luck are moderated over sets as far as they are alike [2]_; correlations are those of all sets
of the first wave together. The mean of R runs has an error, which makes a likelihood larger on average; with
(1 − 1/R) of the variance it is right on average where luck is normal.

*Beside luck* there are the error of what was seen, and a discrepancy that the model is granted: the same for all months
of one kind of observation, so that more months of it do not wear it off.

*What is not there.* Nobody asks a partnership that has ended. The real town had every value that was seen, so the share
of a set's runs that have them all is part of the likelihood; a set none of whose runs has them is ruled out.

References
----------
.. [1] Wood (2010), "Statistical inference for noisy nonlinear ecological dynamic systems", Nature 466:1102-1104.
.. [2] Smyth (2004), "Linear models and empirical Bayes methods for assessing differential expression in microarray
   experiments", Statistical Applications in Genetics and Molecular Biology 3(1):3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, polygamma

from tfs_sim.calibration.held import Array, Mask

LEAST = 1e-3
"""Least standard deviation of luck on a scale: of what all runs agree on."""
RIDGE = 0.02
"""Part of the correlations that is taken away, so that they can be inverted."""
TOWNS = 200
"""Towns that sets expect which the real one is set beside."""
FREEDOM = 1e4
"""Degrees of freedom that variances have at most which all sets have in common."""


@dataclass(frozen=True)
class Luck:
    """What luck does to what is seen of the town, as far as sets have it in common.

    Attributes
    ----------
    variance : [observations], to which those of sets are moderated.
    freedom : [observations], how many degrees of freedom it counts as.
    correlation : [observations, observations].
    """

    variance: Array
    freedom: Array
    correlation: Array


def common_luck(values: Array) -> Luck:
    """Return what sets have in common of luck.

    Parameters
    ----------
    values : [sets, runs, observations] on their scales; a run that lacks a value says nothing here.
    """
    size = values.shape[2]
    whole = _whole(values)
    counts = whole.sum(axis=1)
    off = [here[rows] - here[rows].mean(axis=0) for here, rows in zip(values, whole, strict=True) if rows.sum() > 1]
    if not off:
        return Luck(np.full(size, LEAST**2), np.full(size, FREEDOM), np.eye(size))
    freedom = counts[counts > 1] - 1.0
    pooled = np.concatenate(off)
    covariance = pooled.T @ pooled / freedom.sum()
    deviation = np.sqrt(np.maximum(np.diag(covariance), LEAST**2))
    correlation = covariance / np.outer(deviation, deviation)
    correlation = (1.0 - RIDGE) * correlation
    np.fill_diagonal(correlation, 1.0)
    own = np.array([(each**2).sum(axis=0) for each in off]) / freedom[:, None]
    moderated = [_moderated(np.maximum(own[:, n], LEAST**2), freedom) for n in range(size)]
    return Luck(np.array([each[0] for each in moderated]), np.array([each[1] for each in moderated]), correlation)


def _whole(values: Array) -> Mask:
    """Say of each run whether it has every value: bool [sets, runs]."""
    return np.asarray(np.isfinite(values).all(axis=2))


def _moderated(own: Array, freedom: Array) -> tuple[float, float]:
    """Return the variance to which those of sets are moderated, and its degrees of freedom (by moments of logs)."""
    if len(own) < 3:
        return float(np.average(own, weights=freedom)), FREEDOM
    logs = np.log(own) - digamma(freedom / 2.0) + np.log(freedom / 2.0)
    between = float(logs.var(ddof=1) - polygamma(1, freedom / 2.0).mean())
    if between <= polygamma(1, FREEDOM / 2.0):
        return float(np.exp(logs.mean())), FREEDOM
    half = brentq(lambda x: float(polygamma(1, x)) - between, 1e-3, FREEDOM / 2.0)
    return float(np.exp(logs.mean() + digamma(half) - np.log(half))), 2.0 * half


@dataclass(frozen=True)
class Seen:
    """What was seen of the town, on the scales of its observations.

    Attributes
    ----------
    values : [observations].
    errors : [observations], standard deviations of the error of what was seen.
    discrepancies : [observations], standard deviations of what the model may be off by.
    kinds : [observations], numbers: those of one kind are off by the same.
    """

    values: Array
    errors: Array
    discrepancies: Array
    kinds: tuple[int, ...]

    @property
    def beside_luck(self) -> Array:
        """Covariance of error and discrepancy [observations, observations]."""
        alike = np.equal.outer(np.array(self.kinds), np.array(self.kinds))
        return np.asarray(
            np.diag(self.errors**2) + alike * np.outer(self.discrepancies, self.discrepancies), np.float64
        )


def log_likelihood(values: Array, seen: Seen, luck: Luck) -> Array:
    """Return the logarithm of the likelihood of what was seen under each set: [sets]; −∞ where it is ruled out.

    Parameters
    ----------
    values : [sets, runs, observations] of the sets' runs; a missing value (NaN): the run has none.
    seen : of the real town.
    luck : `common_luck` of the first wave.
    """
    return _of_towns(values, seen.values[None], seen, luck)[:, 0]


def _of_towns(values: Array, towns: Array, seen: Seen, luck: Luck) -> Array:
    """Return log likelihoods [sets, towns] of towns of which other values [towns, observations] were seen."""
    means, variances, shares, runs = moments(values, luck)
    found = np.full((len(values), len(towns)), -np.inf)
    known = np.flatnonzero(shares > 0)
    if not len(known):
        return found
    part = 1.0 - 1.0 / np.maximum(runs[known], 2.0)
    deviation = np.sqrt(variances[known] * part[:, None])
    covariance = luck.correlation * deviation[:, :, None] * deviation[:, None, :] + seen.beside_luck
    lower = np.linalg.cholesky(covariance)
    off = np.linalg.solve(lower, (towns[None] - means[known][:, None]).transpose(0, 2, 1))
    volume = np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
    found[known] = (np.log(shares[known]) - volume)[:, None] - 0.5 * (off**2).sum(axis=1)
    return found


def surprise(values: Array, seen: Seen, luck: Luck, seed: int) -> tuple[float, int]:
    """Return the share of towns that sets expect which are as unlikely as the real one, and of how many.

    Of some sets one run is taken for a town, with an error and a discrepancy; its likelihood over all other sets is
    set beside that of the real town over as many (the prior predictive check of Box 1980).

    Parameters
    ----------
    values, seen, luck : as of `log_likelihood`; sets as they were known before.
    seed : of errors.
    """
    rng = np.random.default_rng([seed, 2])
    whole = _whole(values)
    sets = np.flatnonzero(whole.any(axis=1))[:TOWNS]
    if len(sets) < 20:
        return float("nan"), len(sets)
    rows = whole[sets].argmax(axis=1)
    size = len(seen.values)
    lower = np.linalg.cholesky(seen.beside_luck + 1e-12 * np.eye(size))
    towns = values[sets, rows] + rng.standard_normal((len(sets), size)) @ lower.T
    logs = _of_towns(values, np.concatenate([seen.values[None], towns]), seen, luck)
    logs[sets, 1 + np.arange(len(sets))] = -np.inf
    top = logs.max(axis=0)
    evidence = top + np.log(np.exp(logs - np.where(np.isfinite(top), top, 0.0)).sum(axis=0) + 1e-300)
    return float(((evidence[1:] <= evidence[0]).sum() + 1.0) / (len(sets) + 1.0)), len(sets)


def moments(values: Array, luck: Luck) -> tuple[Array, Array, Array, Array]:
    """Return means and moderated variances [sets, observations], shares of runs with all values, and their numbers."""
    whole = _whole(values)
    counts = whole.sum(axis=1).astype(np.float64)
    filled = np.where(whole[:, :, None], values, 0.0)
    means = filled.sum(axis=1) / np.maximum(counts, 1.0)[:, None]
    off = np.where(whole[:, :, None], values - means[:, None, :], 0.0)
    freedom = np.maximum(counts - 1.0, 0.0)[:, None]
    variances = (luck.freedom * luck.variance + (off**2).sum(axis=1)) / (luck.freedom + freedom)
    return means, variances, counts / values.shape[1], counts


def noise(values: Array, seen: Seen, luck: Luck, weights: Array) -> float:
    """Return the standard deviation that few runs give to a log likelihood, over sets by their weights.

    Each half of the runs says it; by how much they differ says how noisy the whole is.
    """
    half = values.shape[1] // 2
    if half < 2:
        return float("nan")
    one, other = (log_likelihood(each, seen, luck) for each in (values[:, :half], values[:, half : 2 * half]))
    known = np.isfinite(one) & np.isfinite(other) & (weights > 0)
    if not known.any():
        return float("nan")
    return float(np.sqrt(np.average((one[known] - other[known]) ** 2, weights=weights[known]))) / 2.0
