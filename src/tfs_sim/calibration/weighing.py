"""Weights of sets that were run: how many sets they are worth, where more are proposed, and which are taken.

Each set has a *prior weight*, which makes sets stand for what was known before, whatever they were proposed by; times
its likelihood it is its weight. Proposals come from sets that were run, each with a chance of its own, by a move that
leaves the prior as it is; so the prior weight of a new set is that of the set it comes from over this chance. A share
of proposals comes from sets as the prior has them (a defensive mixture [1]_), so that no prior weight is larger than
the usual one by more than the inverse of that share.

References
----------
.. [1] Hesterberg (1995), "Weighted average importance sampling and defensive mixture distributions", Technometrics
   37(2):185-194; Cappé et al. (2004), "Population Monte Carlo", Journal of Computational and Graphical Statistics
   13(4):907-929.
.. [2] Ionides (2008), "Truncated importance sampling", Journal of Computational and Graphical Statistics 17(2):295-311.
.. [3] Madow (1949), "On the theory of systematic sampling, II", Annals of Mathematical Statistics 20(3):333-354.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tfs_sim.calibration.held import Array

Rows = NDArray[np.int64]

DEFENSIVE = 0.2
"""Share of proposals from sets as the prior has them."""
POWER = 0.5
"""Power of the likelihood by which proposals come from sets: a set's likelihood has noise, and a new set is not the one
that it comes from, so that by all of it they would come from those that were lucky."""
PARENTS = 50.0
"""Effective sets that proposals come from at least: weights are tempered until there are so many."""


def effective(weights: Array) -> float:
    """Return how many sets of equal weight these are worth: (Σ w)² / Σ w² (Kish 1965); 0 of no weight at all."""
    total = float(weights.sum())
    return total**2 / float((weights**2).sum()) if total > 0 else 0.0


def relative(logs: Array) -> Array:
    """Return e to these logarithms over that of the largest; zeros where none is finite."""
    top = float(logs.max(initial=-np.inf))
    return np.exp(logs - top) if np.isfinite(top) else np.zeros(len(logs))


def pooled(prior: Sequence[Array], logs: Sequence[Array]) -> tuple[Array, Array]:
    """Return prior weights and weights of all waves' sets together, each with the sum 1 (weights 0 where all are).

    Parameters
    ----------
    prior : by wave, prior weights [sets], whose sum is about 1.
    logs : by wave, log likelihoods [sets].

    Waves count by how many sets they are worth, which has about the least variance of the sum.
    """
    likelihood = np.split(relative(np.concatenate(logs)), np.cumsum([len(each) for each in logs])[:-1])
    worth = [effective(v * each) for v, each in zip(prior, likelihood, strict=True)]
    if not any(worth):
        worth = [float(len(each)) for each in prior]
    before = np.concatenate([share * v for share, v in zip(worth, prior, strict=True)])
    after = before * np.concatenate(likelihood)
    return before / before.sum(), after / total if (total := after.sum()) > 0 else after


def chances(before: Array, logs: Array) -> Array:
    """Return with which chance the next proposals come from each set.

    Parameters
    ----------
    before : prior weights, whose sum is 1.
    logs : log likelihoods; they are tempered until so many sets count as proposals are to come from.
    """
    usable = before * np.isfinite(logs)
    if not usable.any():
        return before
    wanted = min(PARENTS, effective(usable) / 2.0)
    low, high, power = 0.0, POWER, POWER
    if effective(before * relative(np.where(np.isfinite(logs), power * logs, -np.inf))) < wanted:
        for _ in range(50):
            middle = (low + high) / 2.0
            enough = effective(before * relative(np.where(np.isfinite(logs), middle * logs, -np.inf))) >= wanted
            low, high = (middle, high) if enough else (low, middle)
        power = low
    tempered = before * relative(np.where(np.isfinite(logs), power * logs, -np.inf))
    return np.asarray(DEFENSIVE * before + (1.0 - DEFENSIVE) * tempered / tempered.sum())


def drawn(chance: Array, count: int, start: float) -> Rows:
    """Return rows drawn systematically, each as often as its chance times `count` says, rounded up or down [3]_.

    Parameters
    ----------
    chance : with the sum 1.
    start : where in [0, 1) it begins, which is drawn.
    """
    edges = np.cumsum(chance)
    found = np.searchsorted(edges, (np.arange(count) + start) / count * edges[-1], side="right")
    return np.asarray(np.minimum(found, len(chance) - 1), np.int64)


def taken(weights: Array, start: float) -> tuple[Rows, float]:
    """Return the rows of different sets that stand for the weights, each as much as any other, and what was cut.

    As many as the weights are worth, each with a chance that goes with its weight; no set is there twice, so larger
    weights than one set's are cut [2]_: the share of all weight that is cut.

    Parameters
    ----------
    weights : with the sum 1.
    start : where in [0, 1) it begins, which is drawn.
    """
    count = min(int(effective(weights) + 1e-9), int((weights > 0).sum()))
    if not count:
        return np.zeros(0, np.int64), 0.0
    chance = weights * count
    while (full := chance > 1.0).any():  # those that are sure leave their excess to the others
        sure, rest = chance >= 1.0, chance < 1.0
        left = count - int(sure.sum())
        of_rest = float(weights[rest].sum())
        if not of_rest or left <= 0:
            chance = np.where(full, 1.0, chance)
            break
        chance = np.where(sure, 1.0, weights * left / of_rest)
    edges = np.cumsum(chance)
    edges *= count / edges[-1]
    found = np.unique(np.minimum(np.searchsorted(edges, np.arange(count) + start, side="right"), len(weights) - 1))
    return found, float(np.maximum(weights - 1.0 / count, 0.0).sum())
