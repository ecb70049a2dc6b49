"""Regressions that say what net benefits are expected to be, once something is known.

Both are linear smoothers whose smoothness is chosen by restricted or marginal likelihood, and both give the posterior
distribution of what they fit, so that what follows from a fit has a standard error. Columns are fitted together where
that is the same for each (one basis, one kernel).

- One variable: a penalized spline (Eilers & Marx 1996) of its normal scores, or, where it has few values, an effect of
  each value, drawn to their mean. Knowing a variable is knowing its rank: by scores, tails weigh no more than draws.
- Several: a Gaussian process (Rasmussen & Williams 2006) of their normal scores with a linear part and a smooth one,
  whose lengths are found for each variable; a penalty on their inverse leaves out variables that do nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from tfs_sim.decisions.tables import Array

KNOTS = 10
"""Basis functions of a spline."""
FEW = 10
"""Up to so many different values, each has an effect of its own."""
CENTRES = 400
"""Sets whose kernels a process is made of at most, evenly chosen; it is fitted to all sets."""
SEARCHED = 250
"""Sets by which its lengths are found at most, evenly chosen."""
PENALTY = 2.0
"""What a variable's weight costs, times the number of variables, as in an exponential prior by which all of them
together are expected to weigh 1. With less, tens of variables that do nothing explain chance."""
LEAST_PENALTY = 10.0
_GRID = np.logspace(-6, 8, 57)


@dataclass(frozen=True)
class Fit:
    """What was fitted, and the uncertainty of it.

    Attributes
    ----------
    fitted : float [sets, columns].
    basis : float [sets, directions]; `fitted` varies by basis · normal · root, a column a column.
    roots : float [columns, directions], standard deviations along the directions.
    noise : residuals, float [sets, columns], by whose correlations columns vary together.
    """

    fitted: Array
    basis: Array
    roots: Array
    noise: Array

    def drawn(self, rng: np.random.Generator) -> Array:
        """Return a draw of what might as well have been fitted: float [sets, columns]."""
        size = np.sqrt((self.noise**2).sum(axis=0))
        scaled = self.noise / np.where(size > 0, size, 1.0)
        values, axes = np.linalg.eigh(scaled.T @ scaled)
        mix = axes * np.sqrt(np.clip(values, 0.0, None))
        normal = mix @ rng.standard_normal((mix.shape[1], self.basis.shape[1]))
        return np.asarray(self.fitted + self.basis @ (normal * self.roots).T)


def normal_scores(values: Array) -> Array:
    """Return a variable as normal scores of its ranks, equal values with equal scores: float like `values`."""
    return np.asarray(scipy.special.ndtri((scipy.stats.rankdata(values) - 0.5) / len(values)))


def spline(values: Array, targets: Array) -> Fit:
    """Fit targets [sets, columns], each with mean 0, by one variable [sets] that is not constant."""
    levels = np.unique(values)
    if len(levels) <= FEW:
        basis = (values[:, None] == levels).astype(float)
        penalty = np.eye(len(levels)) - 1.0 / len(levels)
    else:
        scores = normal_scores(values)
        low, high = scores.min(), scores.max()
        step = (high - low) / (KNOTS - 3)
        # knots go on beyond the ends; a hair wider, so that no rounding puts the last draw outside of them
        knots = low + step * np.arange(-3, KNOTS + 1)
        inside = np.clip(scores, low, high - 1e-9 * step)
        basis = scipy.interpolate.BSpline.design_matrix(inside, knots, 3).toarray()
        difference = np.diff(np.eye(KNOTS), 2, axis=0)
        penalty = difference.T @ difference
    return _penalized(basis, penalty, targets)


def _penalized(basis: Array, penalty: Array, targets: Array) -> Fit:
    """Fit by a basis with a penalty, its weight by restricted likelihood for each column."""
    sets = len(basis)
    gram = basis.T @ basis
    gram += 1e-9 * np.trace(gram) / len(gram) * np.eye(len(gram))
    size, axes = scipy.linalg.eigh(penalty, gram)  # axes' gram axes = 1
    size = np.where(size < 1e-9 * size.max(), 0.0, size)
    turned = basis @ axes
    along = turned.T @ targets
    free = int((size == 0).sum())
    total = (targets**2).sum(axis=0)
    kept = 1.0 / (1.0 + _GRID[:, None] * size)  # [grid, directions]
    left = np.maximum(total - kept @ along**2, 1e-300)  # [grid, columns]
    bent = size[size > 0]
    volume = (np.log1p(_GRID[:, None] * bent) - np.log(_GRID[:, None] * bent)).sum(axis=1)
    best = ((sets - free) * np.log(left) + volume[:, None]).argmin(axis=0)
    chosen = kept[best].T  # [directions, columns]
    fitted = turned @ (chosen * along)
    variance = left[best, np.arange(targets.shape[1])] / max(1, sets - free)
    return Fit(fitted, turned, np.sqrt(variance[:, None] * chosen.T), targets - fitted)


def process(variables: Array, targets: Array) -> Fit:
    """Fit targets [sets, columns], each with mean 0, by several variables [sets, variables], none of them constant."""
    scores = np.column_stack([normal_scores(column) for column in variables.T])
    scores /= scores.std(axis=0)
    some = _evenly(len(scores), SEARCHED)
    shape = _searched(scores[some], targets[some])
    centres = scores[_evenly(len(scores), CENTRES)]
    size, axes = np.linalg.eigh(_kernel(centres, centres, shape))
    kept = size > 1e-6 * max(float(size.max()), 1e-300)
    # weights of these are independent with variance 1; where every set is a centre this is the process itself
    basis = _kernel(scores, centres, shape) @ (axes[:, kept] / np.sqrt(size[kept]))
    gram, turn = np.linalg.eigh(basis.T @ basis)
    turned = basis @ turn
    along = turned.T @ targets
    chosen = 1.0 / (1.0 + np.clip(gram, 0.0, None))[:, None]
    fitted = turned @ (chosen * along)
    variance = ((targets**2).sum(axis=0) - (chosen * along**2).sum(axis=0)) / len(scores)
    return Fit(fitted, turned, np.sqrt(np.maximum(variance, 0.0)[:, None] * chosen.T), targets - fitted)


def _evenly(count: int, most: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def _kernel(a: Array, b: Array, shape: Array) -> Array:
    """Return the covariance of values at two lots of points, noise being 1; shape: log linear, log smooth, weights."""
    linear, smooth, weights = np.exp(shape[0]), np.exp(shape[1]), shape[2:]
    far = (a**2 @ weights)[:, None] + b**2 @ weights - 2.0 * (a * weights) @ b.T
    return np.asarray(linear / a.shape[1] * (a @ b.T) + smooth * np.exp(-0.5 * np.maximum(far, 0.0)))


def _searched(scores: Array, targets: Array) -> Array:
    """Return the kernel's shape by marginal likelihood, variances profiled out; weights have a penalty.

    Columns share what they vary by, so that each would count the same chance again: likelihoods are those of principal
    components, by their shares of the variance.
    """
    sets, count = scores.shape
    size, axes = np.linalg.eigh(targets.T @ targets)
    kept = size > 1e-9 * size.max()
    if not size.max() > 0:
        return np.concatenate([[-5.0, -5.0], np.zeros(count)])
    penalty = max(LEAST_PENALTY, PENALTY * count)
    parts, share = targets @ axes[:, kept], size[kept] / size[kept].sum()

    def loss(shape: Array) -> tuple[float, Array]:
        weights = shape[2:]
        linear = np.exp(shape[0]) / count * (scores @ scores.T)
        far = (scores**2 @ weights)[:, None] + scores**2 @ weights - 2.0 * (scores * weights) @ scores.T
        smooth = np.exp(shape[1]) * np.exp(-0.5 * np.maximum(far, 0.0))
        factor = scipy.linalg.cholesky(linear + smooth + np.eye(sets), lower=True)
        inverse = scipy.linalg.cho_solve((factor, True), np.eye(sets))
        solved = inverse @ parts
        power = (parts * solved).sum(axis=0)
        value = sets * (share * np.log(power)).sum() + 2.0 * np.log(np.diag(factor)).sum()
        slope = inverse - sets * (solved * share / power) @ solved.T
        pull = slope * smooth
        # of Σ pull · −½ (x_i − x_k)², each variable's sum over pairs at once
        by_weight = -(pull.sum(axis=1) @ scores**2 - (scores * (pull @ scores)).sum(axis=0))
        gradient = np.concatenate([[(slope * linear).sum(), pull.sum()], by_weight + penalty])
        return float(value + penalty * weights.sum()), gradient

    # a process that is rough enough is noise by another name, and as likely: it is also begun where there is none
    starts = [
        np.concatenate([[0.0, 0.0], np.full(count, 0.3 / count)]),
        np.concatenate([[-4.0, -4.0], np.zeros(count)]),
    ]
    limits = [(-8.0, 8.0), (-8.0, 8.0), *[(0.0, 10.0)] * count]
    found = [
        scipy.optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits, options={"maxiter": 40})
        for start in starts
    ]
    return np.asarray(min(found, key=lambda each: float(each.fun)).x)
