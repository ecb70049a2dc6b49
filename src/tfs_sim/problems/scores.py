"""Proper scoring rules [1]_: nobody is better off by saying something else than what they believe. Less is better.

*Chances.* The logarithmic score −ln q of what happens [2]_, and the quadratic score of Brier (1950). Both are taken on
average over what may happen: with a true chance p they are −p ln q − (1 − p) ln(1 − q) and p (1 − q)² + (1 − p) q².

*Numbers.* A distribution is said by five of its quantiles: the median and the ends of its middle 50% and 90%. The
interval score of a middle 1 − α from l to u is

    u − l + 2/α (l − y) where y < l + 2/α (y − u) where y > u

and the weighted interval score [3]_ of K such intervals and a median m is

    (|y − m| / 2 + Σ α/2 · interval score) / (K + 1/2),

which comes near the continuous ranked probability score the more quantiles there are.

References
----------
.. [1] Gneiting & Raftery (2007), "Strictly proper scoring rules, prediction, and estimation", Journal of the American
   Statistical Association 102(477):359-378.
.. [2] Good (1952), "Rational decisions", Journal of the Royal Statistical Society B 14(1):107-114.
.. [3] Bracher et al. (2021), "Evaluating epidemic forecasts in an interval format", PLOS Computational Biology
   17(2):e1008618.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Of which quantiles an answer consists."""
WIDTHS = (0.5, 0.9)
"""Its middle ranges, from the inside out."""
LEAST, MOST = 0.001, 0.999
"""Chances that may be said: whoever says never, and is wrong, could not be scored."""


def logarithmic(said: float, chance: float) -> float:
    """Return the mean logarithmic score of a chance that was said, in nats, where the true one is `chance`."""
    return -chance * math.log(said) - (1.0 - chance) * math.log(1.0 - said)


def quadratic(said: float, chance: float) -> float:
    """Return the mean quadratic (Brier) score of a chance that was said, where the true one is `chance`."""
    return chance * (1.0 - said) ** 2 + (1.0 - chance) * said**2


def interval(low: float, high: float, width: float, truths: ArrayLike) -> Array:
    """Return the interval score of a middle range, which is to hold a share `width`, at each truth."""
    alpha, at = 1.0 - width, np.asarray(truths, float)
    below, above = np.maximum(low - at, 0.0), np.maximum(at - high, 0.0)
    return np.asarray(high - low + 2.0 / alpha * (below + above))


def weighted(quantiles: Sequence[float], truths: ArrayLike) -> Array:
    """Return the weighted interval score of five quantiles (`LEVELS`) at each truth, in the truths' unit."""
    low, inner, middle, outer, high = quantiles
    at = np.asarray(truths, float)
    total = 0.5 * np.abs(at - middle)
    for width, (one, other) in zip(WIDTHS, ((inner, outer), (low, high)), strict=True):
        total = total + (1.0 - width) / 2.0 * interval(one, other, width, at)
    return np.asarray(total / (len(WIDTHS) + 0.5))


def covered(quantiles: Sequence[float], truths: ArrayLike) -> tuple[float, float]:
    """Return which shares of truths lie in the middle 50% and in the middle 90%, their ends included."""
    low, inner, _, outer, high = quantiles
    at = np.asarray(truths, float)
    return float(((at >= inner) & (at <= outer)).mean()), float(((at >= low) & (at <= high)).mean())
