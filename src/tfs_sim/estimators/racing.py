"""Candidates under common random numbers, from few runs of many to many runs of few.

Every candidate is looked at on the same blocks (a set of parameters and its luck), so that what is ranked are paired
differences. On each rung of a ladder of blocks those go that are worse than the best so far, by a one-sided t-interval
of the paired difference that holds for all of them at once (Bonferroni; racing as in Birattari et al. 2002), and of the
others the worse half (successive halving: Karnin et al. 2013, Jamieson & Talwalkar 2016), until `keep` are left, which
go to the end of the ladder. Whoever wins was chosen for having done well on these blocks: what it is worth has to be
asked on others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

Sample = Callable[[Ints, int], Array]
"""Values of candidates [candidates, variables] on the first so many blocks: [candidates, blocks], more is better."""

LEVEL = 0.95
FIRST = 16
"""Blocks of the first rung; fewer where there are fewer sets."""


@dataclass(frozen=True)
class Blocks:
    """What candidates are looked at on: first every set once, in an order that does not change, then once more.

    Attributes
    ----------
    sets, replicates : block n is that of set n % sets and replicate n // sets.
    """

    sets: int
    replicates: int

    @property
    def first(self) -> int:
        """Blocks of the first rung."""
        return min(FIRST, self.sets)

    @property
    def ladder(self) -> tuple[int, ...]:
        """How many blocks each rung has: part of the sets, all of them, then twice as many replicates each time."""
        rungs = [self.first]
        while rungs[-1] < self.sets * self.replicates:
            last = rungs[-1]
            least = self.sets if last < self.sets else self.sets * self.replicates
            rungs.append(min(2 * last, least))
        return tuple(rungs)

    def by_set(self, values: Array) -> Array:
        """Return values on the first blocks [..., blocks] as means of sets [..., sets seen]."""
        seen = values.shape[-1]
        if seen <= self.sets:
            return values
        whole = seen // self.sets * self.sets
        return np.asarray(values[..., :whole].reshape(*values.shape[:-1], -1, self.sets).mean(axis=-2))


@dataclass(frozen=True)
class Raced:
    """What came of a race.

    Attributes
    ----------
    points : those that went to the end [kept, variables], from the best mean on; of equals those that came first.
    values : of them on all blocks [kept, blocks].
    rungs : (blocks, candidates) of each rung.
    """

    points: Ints
    values: Array
    rungs: tuple[tuple[int, int], ...]


def race(points: Ints, sample: Sample, blocks: Blocks, keep: int) -> Raced:
    """Return the `keep` best of some candidates [candidates, variables] after the last rung.

    Candidates that are as good as each other stand in the order in which they were given.
    """
    left, rungs = points, []
    for rung in blocks.ladder:
        values = sample(left, rung)
        rungs.append((rung, len(left)))
        means = blocks.by_set(values).mean(axis=1)
        order = np.argsort(-means, kind="stable")
        if len(left) > keep:
            most = max(keep, (len(left) + 1) // 2)
            good = behind(blocks.by_set(values)) >= 0.0
            order = np.array([n for n in order if good[n]][:most])
        left, values = left[np.sort(order)], values[np.sort(order)]
    means = blocks.by_set(values).mean(axis=1)
    order = np.argsort(-means, kind="stable")[:keep]
    return Raced(left[order], values[order], tuple(rungs))


def behind(by_set: Array) -> Array:
    """Return how far each candidate may at most lie above the best one: below 0, it is worse.

    Parameters
    ----------
    by_set : [candidates, sets], means of sets.

    Returns
    -------
    the upper ends of one-sided t-intervals of the paired differences from the highest mean, all of which hold at once
    with 95%; 0 for that one itself.
    """
    candidates, sets = by_set.shape
    best = int(by_set.mean(axis=1).argmax())
    if candidates < 2 or sets < 2:
        return np.zeros(candidates)
    differences = by_set - by_set[best]
    error = differences.std(axis=1, ddof=1) / np.sqrt(sets)
    upper = differences.mean(axis=1) + scipy.stats.t.ppf(1.0 - (1.0 - LEVEL) / (candidates - 1), sets - 1) * error
    upper[best] = 0.0
    return np.asarray(upper)
