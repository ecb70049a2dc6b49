"""The strategy with the highest expected net benefit, which comes next, and whether the two can be told apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from tfs_sim.decisions.noise import mended, shares_best, value_of_knowing
from tfs_sim.decisions.tables import Array

LEVEL = 0.95


@dataclass(frozen=True)
class Choice:
    """What to choose at one worth. Strategies are places among the columns.

    Attributes
    ----------
    best, runner_up : the highest and second highest expected net benefit; of equals the first by name.
    lead, low, high : what the best is ahead of the runner-up, and its interval (see `choose`).
    apart : whether the best can be told apart from every other strategy.
    likeliest : which is the best in most sets, without luck.
    shares : in which share of sets each is the best, without luck [strategies]; they sum to 1.
    """

    best: int
    runner_up: int
    lead: float
    low: float
    high: float
    apart: bool
    likeliest: int
    shares: Array


def choose(values: Array, common: bool) -> Choice:
    """Return what to choose by net benefits [sets, replicates, strategies].

    The best was looked for among D strategies, so each lead has an interval of level 1 − 0.05 / (D − 1), that all hold
    at once (Bonferroni); the intervals are those of `interval`. Only what is best by expectation is recommended: which
    is likeliest to be the best does not say by how much it fails where it is not.
    """
    means = values.mean(axis=(0, 1))
    order = np.argsort(-means, kind="stable")
    best, runner_up = int(order[0]), int(order[1])
    level = 1.0 - (1.0 - LEVEL) / (len(means) - 1)
    ends = {int(other): interval(values[..., best] - values[..., other], common, level) for other in order[1:]}
    shares = best_shares(values, common)
    return Choice(
        best,
        runner_up,
        float(means[best] - means[runner_up]),
        *ends[runner_up],
        all(low > 0 for low, _ in ends.values()),
        int(shares.argmax()),
        shares,
    )


def best_shares(values: Array, common: bool) -> Array:
    """Return the share of sets in which each strategy is the best, without luck: [strategies], summing to 1."""
    shares = np.clip(mended(values, shares_best, common), 0.0, None)
    return np.asarray(shares / shares.sum())


def knowing(values: Array, common: bool) -> Array:
    """Return what knowing the set before choosing is worth, without luck: [], ≥ 0."""
    return np.maximum(0.0, mended(values, value_of_knowing, common))


def interval(differences: Array, common: bool, level: float = LEVEL) -> tuple[float, float]:
    """Return the ends of the t-interval of the mean of paired differences [sets, replicates], at least two sets.

    Sets are independent. Where replicates are common to sets (the same luck at each) they are a second unit: with the
    mean squares A of sets, B of replicates and E of what is left in the two-way table, the variance of the mean is
    (A + B − E) / (S R), by Satterthwaite's degrees of freedom (Searle et al. 1992), and that of sets alone, A / (S R),
    where replicates add nothing (B ≤ E).
    """
    sets, luck = differences.shape
    mean = float(differences.mean())
    by_set, by_luck = differences.mean(axis=1) - mean, differences.mean(axis=0) - mean
    a = luck * float(by_set @ by_set) / (sets - 1)
    variance, free = a, float(sets - 1)
    if common:
        rest = differences - mean - by_set[:, None] - by_luck
        b = sets * float(by_luck @ by_luck) / (luck - 1)
        e = float((rest**2).sum()) / ((sets - 1) * (luck - 1))
        if b > e:
            variance = a + b - e
            spread = a**2 / (sets - 1) + b**2 / (luck - 1) + e**2 / ((sets - 1) * (luck - 1))
            free = max(1.0, variance**2 / spread)
    half = float(special.stdtrit(free, 0.5 + level / 2)) * math.sqrt(variance / (sets * luck))
    return mean - half, mean + half
