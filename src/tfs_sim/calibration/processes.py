"""Gaussian processes with known, uneven luck in their nugget: what an emulator is made of.

With x the active inputs, evenly spread with variance 1, and p₂ the second Legendre polynomial, values are

    y(x) = m + Σ_j (b_j x_j + c_j p₂(x_j)) + Σ_jk d_jk x_j x_k + g(x) + e + luck,
    b_j ~ N(0, β²/a),  c_j ~ N(0, γ²/a),  d_jk ~ N(0, κ²/a²),  e ~ N(0, δ²),
    g ~ GP(0, σ² exp(−½ Σ_j w_j (x_j − x'_j)²)),

a polynomial and a process of what it leaves [1]_ (one weight w_j an input: automatic relevance [2]_); e is what inputs
that are not active do. The variance of luck is given run by run, as in stochastic kriging [3]_. β, γ, κ, σ, δ and
the weights have the highest marginal likelihood, weights with an exponential prior, so that many of them do not explain
chance. What is predicted is y without luck: luck is in the nugget and nowhere else.

`decisions.smoothers` fits the draws themselves, with even noise; it says nothing elsewhere, which is all that an
emulator is for.

References
----------
.. [1] Vernon, Goldstein & Bower (2010), "Galaxy formation: a Bayesian uncertainty analysis", Bayesian Analysis
   5(4):619-669, section 3.
.. [2] Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, MIT Press, chapters 2 and 5.
.. [3] Ankenman, Nelson & Staum (2010), "Stochastic kriging for simulation metamodeling", Operations Research
   58(2):371-382.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from tfs_sim.calibration.held import Array

SEARCHED = 250
"""Points by which lengths are found at most; the process is fitted to all points."""
NUGGET, FORMS = 4, 5
"""Where δ² stands among the logarithms of a shape, and how many of these there are."""
STEPS = 60
_LIMIT = (-12.0, 4.0)
_ROUGHEST = 8.0
_CONSTANT = 1.0
"""Prior variance of the mean, where values have variance 1."""
_STUDDED = 1e-9


def spread(places: Array) -> Array:
    """Return places in [0, 1] as inputs with mean 0 and variance 1."""
    return np.asarray(np.sqrt(12.0) * (places - 0.5))


def _bent(x: Array) -> Array:
    """Return the second Legendre polynomial of inputs, with variance 1."""
    return np.asarray((x**2 - 1.0) * (np.sqrt(5.0) / 2.0))


@dataclass(frozen=True)
class Process:
    """A process that was fitted.

    Attributes
    ----------
    points : inputs that it was fitted to, [n, a].
    shape : log β², γ², κ², σ² and δ² (of values with variance 1), then weights [a].
    mean, size : mean and standard deviation of the values.
    factor : lower Cholesky factor of the values' covariance, [n, n].
    solved : its inverse times the values, [n].
    """

    points: Array
    shape: Array
    mean: float
    size: float
    factor: Array
    solved: Array

    @property
    def nugget(self) -> float:
        """Variance that inputs which are not active make, in units of the values squared."""
        return float(np.exp(self.shape[NUGGET])) * self.size**2

    def at(self, x: Array) -> tuple[Array, Array]:
        """Return mean and variance of what values are at inputs [m, a], without luck and with the nugget: [m], [m]."""
        cross = _covariance(x, self.points, self.shape)
        mean = cross @ self.solved
        half = linalg.solve_triangular(self.factor, cross.T, lower=True, check_finite=False)
        variance = np.maximum(_prior(x, self.shape) - (half**2).sum(axis=0), 1e-12) + np.exp(self.shape[NUGGET])
        return self.mean + self.size * mean, self.size**2 * variance


def _covariance(a: Array, b: Array, shape: Array) -> Array:
    linear, bent, joint, smooth = np.exp(shape[:NUGGET])
    weights = shape[FORMS:]
    far = (a**2 @ weights)[:, None] + b**2 @ weights - 2.0 * (a * weights) @ b.T
    inner = a @ b.T / a.shape[1]
    even = linear * inner + joint * inner**2 + bent / a.shape[1] * (_bent(a) @ _bent(b).T)
    return np.asarray(_CONSTANT + even + smooth * np.exp(-0.5 * np.maximum(far, 0.0)))


def _prior(x: Array, shape: Array) -> Array:
    linear, bent, joint, smooth = np.exp(shape[:NUGGET])
    inner = (x**2).mean(axis=1)
    even = linear * inner + joint * inner**2 + bent * (_bent(x) ** 2).mean(axis=1)
    return np.asarray(_CONSTANT + even + smooth)


def fitted(x: Array, values: Array, luck: Array) -> Process:
    """Fit a process to values [n] at inputs [n, a], each with a variance of luck [n]."""
    mean, size = float(values.mean()), float(values.std())
    size = size if size > 0 else 1.0
    scaled, noise = (values - mean) / size, luck / size**2
    some = np.unique(np.linspace(0, len(x) - 1, min(len(x), SEARCHED)).round().astype(np.int64))
    return _conditioned(x, _searched(x[some], scaled[some], noise[some]), mean, size, scaled, noise)


def refitted(process: Process, x: Array, values: Array, luck: Array) -> Process:
    """Return a process of the same shape, fitted to other points."""
    scaled, noise = (values - process.mean) / process.size, luck / process.size**2
    return _conditioned(x, process.shape, process.mean, process.size, scaled, noise)


def _conditioned(x: Array, shape: Array, mean: float, size: float, scaled: Array, noise: Array) -> Process:
    whole = _covariance(x, x, shape) + np.diag(noise + np.exp(shape[NUGGET]) + _STUDDED)
    factor = linalg.cholesky(whole, lower=True)
    return Process(x, shape, mean, size, factor, linalg.cho_solve((factor, True), scaled))


def _searched(x: Array, values: Array, noise: Array) -> Array:
    """Return the shape with the highest marginal likelihood."""
    count = x.shape[1]
    outer, curved = x @ x.T / count, _bent(x) @ _bent(x).T / count
    paired = outer**2
    diagonal = np.arange(len(x))
    price = max(1.0, count / 5.0)

    def loss(shape: Array) -> tuple[float, Array]:
        weights = shape[FORMS:]
        linear, bent, joint, smooth, nugget = np.exp(shape[:FORMS])
        far = (x**2 @ weights)[:, None] + x**2 @ weights - 2.0 * (x * weights) @ x.T
        near = smooth * np.exp(-0.5 * np.maximum(far, 0.0))
        whole = _CONSTANT + linear * outer + bent * curved + joint * paired + near
        whole[diagonal, diagonal] += noise + nugget + _STUDDED
        try:
            factor = linalg.cholesky(whole, lower=True, check_finite=False)
        except linalg.LinAlgError:
            return 1e10, np.zeros_like(shape)
        inverse = linalg.cho_solve((factor, True), np.eye(len(x)), check_finite=False)
        solved = inverse @ values
        value = 0.5 * float(values @ solved) + float(np.log(np.diag(factor)).sum())
        slope = 0.5 * (inverse - np.outer(solved, solved))
        pull = slope * near
        # of Σ pull · −½ (x_i − x_k)², each input's sum over pairs at once
        by_weight = -(pull.sum(axis=1) @ x**2 - (x * (pull @ x)).sum(axis=0))
        forms = [linear * (slope * outer).sum(), bent * (slope * curved).sum(), joint * (slope * paired).sum()]
        forms += [pull.sum(), nugget * np.trace(slope)]
        return value + price * float(weights.sum()), np.concatenate([forms, by_weight + price])

    # a process that is rough enough is noise by another name, and as likely: it is also begun where there is none
    starts = [
        np.concatenate([[-1.0, -2.0, -2.0, -1.0, -3.0], np.full(count, 0.5 / count)]),
        np.concatenate([[-1.0, -3.0, -3.0, -5.0, -1.0], np.full(count, 0.05 / count)]),
    ]
    limits = [_LIMIT] * FORMS + [(0.0, _ROUGHEST)] * count
    found = [
        optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits, options={"maxiter": STEPS})
        for start in starts
    ]
    return np.asarray(min(found, key=lambda each: float(each.fun)).x)
