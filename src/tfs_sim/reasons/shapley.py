"""A difference split over what brings it about: Shapley values of a game whose players are switches.

A game v gives a number to every coalition S of n players (bit i of its number says whether player i is in it). Player
i's value is the mean of what it adds over all orders in which players may come in [1]_:

    φ_i = Σ_{S without i} |S|! (n − |S| − 1)! / n! · (v(S ∪ i) − v(S)).

Values add up to v(all) − v(none); players that add the same to every coalition have the same value; one that adds
nothing to any has none; and the values of a sum of games are the sums of values, so that those of each pair of runs
may be averaged. How far two players do more (or less) together than each without the other is their interaction
index [2]_:

    I_ij = Σ_{S without i, j} |S|! (n − |S| − 2)! / (n − 1)! · (v(S ∪ ij) − v(S ∪ i) − v(S ∪ j) + v(S)).

References
----------
.. [1] Shapley (1953), "A value for n-person games", Contributions to the Theory of Games II, Princeton.
.. [2] Grabisch & Roubens (1999), "An axiomatic approach to the concept of interaction among players in cooperative
   games", International Journal of Game Theory 28(4):547-565.
"""

from __future__ import annotations

import itertools
from math import factorial
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]

MOST = 10
"""Players at most: every further one doubles the coalitions that are run."""


def players_of(games: Array) -> int:
    """Return the number of players of games [..., coalitions].

    Raises
    ------
    ValueError
        When the number of coalitions is no power of two.
    """
    n = int(games.shape[-1]).bit_length() - 1
    if games.shape[-1] != 1 << n:
        raise ValueError(f"games have 2 to the power of n coalitions; found {games.shape[-1]}")
    return n


def coalition(members: tuple[int, ...]) -> int:
    """Return the number of the coalition of these players."""
    return sum(1 << member for member in members)


def values(games: Array) -> Array:
    """Return each player's Shapley value: [..., coalitions] to [..., players]."""
    n = players_of(games)
    found = np.zeros((*games.shape[:-1], n))
    for i in range(n):
        for bare, weight in _weighted(n, (i,)):
            found[..., i] += weight * (games[..., bare | 1 << i] - games[..., bare])
    return found


def interactions(games: Array) -> Array:
    """Return the interaction index of every two players, in the order of `pairs`: [..., coalitions] to [..., pairs]."""
    n = players_of(games)
    each = pairs(n)
    found = np.zeros((*games.shape[:-1], len(each)))
    for place, (i, j) in enumerate(each):
        for bare, weight in _weighted(n, (i, j)):
            one, other = bare | 1 << i, bare | 1 << j
            found[..., place] += weight * (
                games[..., one | other] - games[..., one] - games[..., other] + games[..., bare]
            )
    return found


def pairs(n: int) -> list[tuple[int, int]]:
    """Return every two of n players."""
    return list(itertools.combinations(range(n), 2))


def alone(games: Array) -> Array:
    """Return what each player adds to nobody: [..., players]."""
    n = players_of(games)
    return np.stack([games[..., 1 << i] - games[..., 0] for i in range(n)], axis=-1)


def last(games: Array) -> Array:
    """Return what each player adds to all others: [..., players]."""
    n = players_of(games)
    whole = (1 << n) - 1
    return np.stack([games[..., whole] - games[..., whole ^ 1 << i] for i in range(n)], axis=-1)


def _weighted(n: int, apart: tuple[int, ...]) -> list[tuple[int, float]]:
    """Return the coalitions without some players, each with its weight among all orders."""
    out = coalition(apart)
    rest = n - len(apart)
    weights = [factorial(size) * factorial(rest - size) / factorial(rest + 1) for size in range(rest + 1)]
    return [(bare, weights[bare.bit_count()]) for bare in range(1 << n) if not bare & out]
