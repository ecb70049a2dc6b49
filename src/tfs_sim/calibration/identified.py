"""What targets say of parameters: how far each is narrowed, and in which directions together.

Places of accepted sets, as shares of the prior, would be even in [0, 1] if targets said nothing. A parameter is *moved*
where they are not (Kolmogorov-Smirnov, p ≤ .01 after Holm); its contraction is 1 − (their deviation over the prior's).
Parameters are narrowed together, too: as many directions are identified as their covariance has eigenvalues below what
chance makes of so many even draws [1]_, the steepest first.

References
----------
.. [1] Horn (1965), "A rationale and test for the number of factors in factor analysis", Psychometrika 30(2):179-185.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from tfs_sim.calibration.held import Array
from tfs_sim.calibration.trust import CLEARLY, holm

CHANCE = 0.05
"""Share of draws that say nothing whose smallest eigenvalue is below the bound."""
_TRIALS = 40
_LOADS = 0.25
"""A direction is told by the parameters that have at least so much of it."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A parameter after calibration.

    Attributes
    ----------
    name : of the parameter.
    contraction : 1 − deviation over the prior's; negative where sets lie at both ends.
    low, middle, high : the middle 90% and the median, as shares of the prior.
    moved : whether targets say anything of it by itself.
    """

    name: str
    contraction: float
    low: float
    middle: float
    high: float
    moved: bool


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction in which parameters are narrowed together.

    Attributes
    ----------
    contraction : 1 − deviation over the prior's along it.
    loads : parameters with their parts of it, the largest first.
    """

    contraction: float
    loads: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Identified:
    """What is known of parameters.

    Attributes
    ----------
    parameters : each parameter.
    directions : those that are identified, the steepest first.
    looked_at : among how many (parameters that any target hangs on).
    """

    parameters: tuple[Narrowed, ...]
    directions: tuple[Direction, ...]
    looked_at: int

    @property
    def open(self) -> int:
        """How many of the directions looked at are not identified."""
        return self.looked_at - len(self.directions)


def identified(names: Sequence[str], places: Array, active: Sequence[int], seed: int) -> Identified:
    """Return what accepted places [sets, parameters] say of parameters; directions are those of active ones.

    With fewer than three sets nothing is said: no parameter is moved.
    """
    if len(places) < 3:
        blank = tuple(Narrowed(name, 0.0, 0.05, 0.5, 0.95, False) for name in names)
        return Identified(blank, (), len(active))
    p = np.array([scipy.stats.kstest(column, "uniform").pvalue for column in places.T])
    contraction = 1.0 - places.std(axis=0, ddof=1) * np.sqrt(12.0)
    lows, middles, highs = np.quantile(places, (0.05, 0.5, 0.95), axis=0).tolist()
    parameters = tuple(
        Narrowed(name, float(contraction[n]), lows[n], middles[n], highs[n], bool(adjusted <= CLEARLY))
        for n, (name, adjusted) in enumerate(zip(names, holm(p), strict=True))
    )
    return Identified(parameters, _directions(names, places, list(active), seed), len(active))


def _directions(names: Sequence[str], places: Array, active: list[int], seed: int) -> tuple[Direction, ...]:
    if not active or len(places) <= len(active):
        return ()
    sizes, axes = np.linalg.eigh(np.atleast_2d(np.cov(places[:, active].T)) * 12.0)
    rng = np.random.default_rng(seed)
    chance = [
        np.linalg.eigvalsh(np.atleast_2d(np.cov(rng.random((len(places), len(active))).T)) * 12.0)[0]
        for _ in range(_TRIALS)
    ]
    bound = float(np.quantile(chance, CHANCE))
    found = []
    for size, axis in zip(sizes.tolist(), axes.T, strict=True):
        if size >= bound:
            break
        order = np.argsort(-np.abs(axis))
        sign = float(np.sign(axis[order[0]]))
        loads = tuple((names[active[n]], sign * float(axis[n])) for n in order if abs(axis[n]) >= _LOADS)
        found.append(Direction(1.0 - float(np.sqrt(max(size, 0.0))), loads))
    return tuple(found)
