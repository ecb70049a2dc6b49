"""Mixtures of given components: the likeliest weights, and how far a share may go before the data contradict it.

Of n values the likelihood under each of m components is known. The log-likelihood l(g) = Σ_i log Σ_k L_ik g_k of
weights g (g ≥ 0, Σ g = 1) is concave, so that the likeliest weights are found for certain [1]_ [2]_. A share c·g (of
what each component has beyond a threshold) is linear in the weights. Its interval is that of the likelihood ratio: the
least and the largest share of all weights whose log-likelihood is at most half the χ² quantile below the highest,

    minimize ± c·g   where   l(g) ≥ l(ĝ) − q / 2.

Both are convex problems in few variables, solved by a primal-dual interior-point method [3]_ in ten to twenty steps of
order n m².

References
----------
.. [1] Kiefer & Wolfowitz (1956), "Consistency of the maximum likelihood estimator in the presence of infinitely many
   incidental parameters", Annals of Mathematical Statistics 27(4):887-906.
.. [2] Koenker & Mizera (2014), "Convex optimization, shape constraints, compound decisions, and empirical Bayes rules",
   Journal of the American Statistical Association 109(506):674-685.
.. [3] Boyd & Vandenberghe (2004), Convex Optimization, Cambridge University Press, section 11.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

Array = np.ndarray[Any, np.dtype[np.float64]]

CRITICAL = 3.841458820694124
"""Quantile .95 of χ² with one degree of freedom."""
_STEPS = 100
_EXACT = 1e-6
_NEAR = 1e-5
"""An interior point does not reach an end: what is so near is there."""
_PIECE = 200_000
"""Multiplications of a product that linear algebra libraries do not share out among threads, which cost more here."""


@dataclass(frozen=True)
class Weights:
    """The likeliest weights of a mixture.

    Attributes
    ----------
    likelihood : [values, components], of each value under each component, up to a factor a value.
    weight : [components], sums to 1.
    log : log-likelihood of the weights, up to the same factors.
    """

    likelihood: Array
    weight: Array
    log: float

    def ends(self, share: Array, critical: float = CRITICAL) -> tuple[float, float]:
        """Return the ends of the likelihood-ratio interval of a share, given as that of each component."""
        low, high = self._end(share, 1.0, critical), self._end(share, -1.0, critical)
        least, most = float(share.min()), float(share.max())
        return least if low < least + _NEAR else low, most if high > most - _NEAR else high

    def _end(self, share: Array, sign: float, critical: float) -> float:
        likelihood = self.likelihood
        n, m = likelihood.shape
        floor = self.log - critical / 2
        weight = 0.98 * self.weight + 0.02 / m
        while np.log(likelihood @ weight).sum() <= floor + 0.05 * critical:
            weight = (weight + self.weight) / 2
        price, level, shrink = 1.0, 0.0, 0.3  # multipliers of the likelihood and of the sum
        aim = sign * share * n
        slack = float(np.log(likelihood @ weight).sum()) - floor
        dual = price * slack / weight
        for _ in range(_STEPS):
            density = likelihood @ weight
            score = likelihood / density[:, None]
            total = score.sum(0)
            slack = float(np.log(density).sum()) - floor
            off = aim - price * total + level - dual
            gap = float(weight @ dual) + price * slack
            if gap < _EXACT * n and np.abs(off).max() < _EXACT * n * 100:
                break
            barrier = shrink * gap / (m + 1)
            curve = price * _squared(score) + (price / slack) * np.outer(total, total)
            right = -(aim - price * total + level - barrier / weight) + total * (barrier / slack - price)
            step, across = _solved(curve, dual / weight, np.column_stack([right, np.ones(m)])).T
            dlevel = (step.sum() + weight.sum() - 1) / across.sum()
            step = step - across * dlevel
            dprice = (barrier - price * slack - price * (total @ step)) / slack
            ddual = barrier / weight - dual - dual / weight * step
            far = _within(weight, step)
            while True:
                density = likelihood @ (weight + far * step)
                if density.min() > 0 and np.log(density).sum() - floor > 0.01 * slack:
                    break
                far *= 0.7
            near = min(_within(dual, ddual), 1.0 if dprice >= 0 else min(1.0, -0.99 * price / dprice))
            weight, dual = weight + far * step, dual + near * ddual
            price, level = price + near * dprice, level + near * dlevel
            shortest = min(far, near)
            shrink = 0.1 if shortest > 0.8 else 0.3 if shortest > 0.4 else 0.8
        return float(share @ weight)


def likeliest(likelihood: Array) -> Weights:
    """Return the likeliest weights of components, from [values, components] (each value has one above zero)."""
    n, m = likelihood.shape
    weight, dual = np.full(m, 1.0 / m), np.full(m, float(n))
    for turn in range(_STEPS):
        score = likelihood / (likelihood @ weight)[:, None]
        slope = n - score.sum(0)  # the multiplier of Σ g = 1 is n at the maximum, which makes the sum 1 by itself
        gap = float(weight @ dual)
        if gap < _EXACT * n * 0.1 and np.abs(slope - dual).max() < _EXACT * n:
            break
        barrier = (0.1 if turn else 0.3) * gap / m
        step = _solved(_squared(score), dual / weight, barrier / weight - slope)
        ddual = barrier / weight - dual - dual / weight * step
        far, near = _within(weight, step), _within(dual, ddual)
        weight, dual = weight + far * step, dual + near * ddual
    weight = weight / weight.sum()
    return Weights(likelihood, weight, float(np.log(likelihood @ weight).sum()))


def _squared(score: Array) -> Array:
    """Return scoreᵀ score, a piece of the rows at a time."""
    n, m = score.shape
    rows = max(1, _PIECE // (m * m))
    whole = n // rows
    pieces = score[: whole * rows].reshape(whole, rows, m)
    rest = score[whole * rows :]
    return np.asarray(np.matmul(pieces.transpose(0, 2, 1), pieces).sum(0) + rest.T @ rest)


def _within(value: Array, step: Array) -> float:
    """Return how much of a step leaves positive values positive, at most all of it."""
    return float(min(1.0, 0.99 / max(float((-step / value).max()), 1e-9)))


def _solved(curve: Array, diagonal: Array, right: Array) -> Array:
    """Return the solution of (curve + diagonal) x = right, both positive (semi-)definite."""
    place = np.diag_indices_from(curve)
    curve[place] += diagonal
    try:
        factor = cho_factor(curve, check_finite=False)
    except LinAlgError:  # components that are alike to rounding
        curve[place] *= 1 + 1e-10
        curve[place] += 1e-10 * curve[place].max()
        factor = cho_factor(curve, check_finite=False)
    return np.asarray(cho_solve(factor, right, check_finite=False))
