"""What luck within sets does to maxima, and what they would be without it.

Net benefits v[s, r, d] of set s, replicate r and strategy d are b[s, d] + luck. A maximum over d of means over R
replicates is larger, on average, than that of b: it picks lucky strategies as well as good ones (the optimizer's
curse, Smith & Winkler 2006). Nothing can be subtracted from a maximum to mend that. Here it is done in two steps.

1. *The spread of luck is taken out.* With T the covariance of means between sets and L that of luck within them, means
   are drawn together around their common mean by the linear map that turns T into T − L / R and moves them least (what
   Louis 1984 does to estimates of many means, whose spread he restores). Where b and luck are normal this gives the
   distribution of b; where T − L / R has a negative direction, all of that direction is luck and nothing is left of it.
2. *What is left is extrapolated over replicates.* With f(R) a number from all replicates and f(h) its mean over
   halves of h of them, the answer is (R f(R) − h f(h)) / (R − h), which is 2 f(R) − f(R/2) for an even R: what is
   left in proportion to 1 / R goes away.

Extrapolating alone is not enough where luck is larger than what differs between sets: at true differences N(0.55, 2)
and luck of 2.9 (both standard deviations, at four replicates) the value of information is 0.55, 1.15 as it stands,
0.74 extrapolated alone, and 0.56 with both steps.

Luck that sets share (the same replicate at every set) moves all sets alike. It is no part of the spread between sets,
and is left out of L: with common replicates L is what is left of the table without its rows' and columns' means.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.decisions.tables import Array

MOST_HALVES = 40
"""Halves that are averaged over, where there are more ways to halve."""
DRAWS = 100
"""Bootstrap draws of sets behind a standard error: it is then itself within a tenth."""
SEED = 20240229

Statistic = Callable[[Array], Array]
"""What is asked of net benefits [sets, strategies], or of a stack of them [..., sets, strategies], each by itself: one
number, or one a strategy."""


def value_of_knowing(means: Array) -> Array:
    """Return what knowing the set before choosing is worth: mean of maxima less maximum of means, ≥ 0; float [...]."""
    return np.asarray(np.maximum(0.0, means.max(axis=-1).mean(axis=-1) - means.mean(axis=-2).max(axis=-1)))


def shares_best(means: Array) -> Array:
    """Return each strategy's share of sets in which it is the best, ties divided evenly: float [..., strategies]."""
    best = means == means.max(axis=-1, keepdims=True)
    return np.asarray((best / best.sum(axis=-1, keepdims=True)).mean(axis=-2))


def covariance_of_luck(values: Array, common: bool) -> Array:
    """Return the covariance of luck in one replicate: float [strategies, strategies].

    Parameters
    ----------
    values : net benefits [sets, replicates, strategies], at least two replicates.
    common : whether sets share replicates: luck that all sets share is then left out.
    """
    sets, luck, strategies = values.shape
    rest = values - values.mean(axis=1, keepdims=True)
    free = sets * (luck - 1)
    if common and sets > 1:
        rest = rest - rest.mean(axis=0, keepdims=True)
        free = (sets - 1) * (luck - 1)
    flat = rest.reshape(-1, strategies)
    return np.asarray(flat.T @ flat / free)


def without_luck(means: Array, luck: Array) -> Array:
    """Return means [..., sets, strategies] drawn together so that their covariance lacks that of their luck (step 1).

    Parameters
    ----------
    means : net benefits, averages over replicates; of a stack each by itself.
    luck : the covariance of their luck [strategies, strategies]: that of one replicate over how many there are.
    """
    centre = means.mean(axis=-2, keepdims=True)
    away = means - centre
    total = np.swapaxes(away, -1, -2) @ away / max(1, means.shape[-2] - 1)
    size, axes = np.linalg.eigh(total)
    kept = size > 1e-12 * np.maximum(size.max(axis=-1, keepdims=True), 1e-300)
    if not kept.all():
        if means.ndim > 2:
            return np.stack([without_luck(each, luck) for each in means])
        if not kept.any():
            return means
        axes, size = axes[:, kept], size[kept]
    root = np.sqrt(size)[..., None, :]
    out, back = axes / root, axes * root
    share, turned = np.linalg.eigh(np.swapaxes(out, -1, -2) @ (total - luck) @ out)
    shrink = (turned * np.sqrt(np.clip(share, 0.0, 1.0))[..., None, :]) @ np.swapaxes(turned, -1, -2)
    return np.asarray(centre + away @ out @ shrink @ np.swapaxes(back, -1, -2))


def mended(values: Array, statistic: Statistic, common: bool) -> Array:
    """Return a statistic of net benefits as it would be without luck (steps 1 and 2).

    Parameters
    ----------
    values : net benefits [sets, replicates, strategies]. One replicate says nothing of luck: the statistic is then
        that of the values as they are.
    statistic : of net benefits [sets, strategies].
    common : whether sets share replicates.
    """
    luck = values.shape[1]
    if luck == 1:
        return statistic(values[:, 0])
    one = covariance_of_luck(values, common)
    whole = statistic(without_luck(values.mean(axis=1), one / luck))
    size = luck // 2
    means = np.swapaxes(values[:, _halves(luck, size)].mean(axis=2), 0, 1)  # [halves, sets, strategies]
    halves = statistic(without_luck(means, one / size)).mean(axis=0)
    return np.asarray((luck * whole - size * halves) / (luck - size))


def value_of_knowing_at_least(values: Array) -> float:
    """Return a value of knowing that luck makes too small: choose by all replicates but one, look at that one; ≥ 0.

    What is chosen may be wrong by luck, and what is looked at had no part in the choice: on average it is at most the
    value of knowing.
    """
    luck = values.shape[1]
    if luck == 1:
        return 0.0
    total = values.sum(axis=1)
    seen = 0.0
    for replicate in range(luck):
        chosen = (total - values[:, replicate]).argmax(axis=1)
        seen += float(values[np.arange(len(values)), replicate, chosen].mean()) / luck
    return max(0.0, seen - float(values.mean(axis=(0, 1)).max()))


def standard_error(values: Array, of: Callable[[Array], Array], draws: int = DRAWS) -> Array:
    """Return the standard error of a number that is made from net benefits, by bootstrap over sets."""
    rng = np.random.default_rng(SEED)
    sets = len(values)
    found = [of(values[rng.integers(0, sets, sets)]) for _ in range(draws)]
    return np.asarray(np.std(found, axis=0, ddof=1))


@cache
def _halves(luck: int, size: int) -> NDArray[np.int64]:
    """Return halves of replicates [halves, size]."""
    if math.comb(luck, size) <= MOST_HALVES:
        return np.array(list(combinations(range(luck), size)))
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(MOST_HALVES // 2):
        order = rng.permutation(luck)
        found += [tuple(order[:size]), tuple(order[-size:])]
    return np.array(found)
