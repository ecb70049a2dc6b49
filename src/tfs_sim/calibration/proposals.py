"""Places that are not ruled out, evenly drawn: by rejection while that finds any, else by splitting.

What is left of the cube is often a millionth of it, in several pieces. Then a population of places is led inside in
steps [1]_ [2]_: the level of implausibility is lowered so that a part of them stays, these are doubled, and each is
moved about evenly within the level by moves that are symmetric, so that at the end places are evenly spread over what
is left, every piece by its size. Moves are along differences of two others [3]_ in some of the active inputs, or a new
draw of one of them, and are reflected at the cube's sides. Inputs that no emulator reads are drawn anew, in slices.

References
----------
.. [1] Au & Beck (2001), "Estimation of small failure probabilities in high dimensions by subset simulation",
   Probabilistic Engineering Mechanics 16(4):263-277.
.. [2] Drovandi, Nott & Pagendam (2021), "A semi-automatic method for history matching using sequential Monte Carlo",
   SIAM/ASA Journal on Uncertainty Quantification 9(3):1034-1063.
.. [3] ter Braak (2006), "A Markov chain Monte Carlo version of the genetic algorithm differential evolution",
   Statistics and Computing 16(3):239-249.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tfs_sim.calibration.held import Array

POPULATION = 400
"""Places that are led inside at least."""
KEPT = 0.25
"""Share of them that stays when the level falls."""
REJECTED = 0.04
"""Share of the cube below which rejection gives way to splitting."""
MOVES, LAST_MOVES = 6, 15
"""Rounds of moves at a level, and at the last."""
LEVELS = 40
_STUCK = 1.01
"""A level that does not fall by this factor is one that nothing falls below."""

Level = Callable[[Array, float], Array]
"""How implausible places are, exactly up to a level and at least that above it."""


@dataclass(frozen=True)
class Drawn:
    """Places that are not ruled out.

    Attributes
    ----------
    places : [count, d]; none where nothing is left.
    left : share of the cube that is left, as estimated.
    levels : how often the level fell (0: by rejection).
    nearest, lowest : where nothing is left, the least implausible place [d] and how implausible it is.
    """

    places: Array
    left: float
    levels: int
    nearest: Array
    lowest: float


def drawn(
    level: Level, count: int, inputs: int, active: tuple[int, ...], cut: float, rng: np.random.Generator
) -> Drawn:
    """Return places in [0, 1]^inputs whose level is at most `cut`."""
    size = max(count, POPULATION)
    places = rng.random((size, inputs))
    levels = level(places, np.inf)
    share = float((levels <= cut).mean())
    if share >= REJECTED or not active:
        return _rejected(level, count, places, levels, cut, rng)
    left, steps, limit = 1.0, 0, np.inf
    while True:
        reached = max(cut, float(np.quantile(levels, KEPT)))
        if steps == LEVELS or (reached > cut and reached > limit / _STUCK):
            best = int(levels.argmin())
            if levels[best] > cut:
                return Drawn(places[:0], 0.0, steps, places[best], float(levels[best]))
            reached = cut
        limit = reached
        stay = np.flatnonzero(levels <= limit)
        left *= len(stay) / size
        steps += 1
        # the ones that stay each stand about as often as the others
        chosen = np.concatenate([np.tile(stay, size // len(stay)), rng.permutation(stay)[: size % len(stay)]])
        places, levels = places[chosen], levels[chosen]
        for _ in range(LAST_MOVES if limit == cut else MOVES):
            places, levels = _moved(level, places, levels, active, limit, rng)
        if limit == cut:
            break
    places = places[rng.permutation(size)[:count]]
    _renew(places, active, rng)
    best = int(levels.argmin())
    return Drawn(places, left, steps, places[0], float(levels[best]))


def _rejected(level: Level, count: int, places: Array, levels: Array, cut: float, rng: np.random.Generator) -> Drawn:
    kept, tried, best = [], 0, (np.inf, places[0])
    inside = 0
    while True:
        stay = places[levels <= cut]
        kept.append(stay)
        tried, inside = tried + len(places), inside + len(stay)
        lowest = int(levels.argmin())
        best = min(best, (float(levels[lowest]), places[lowest]), key=lambda each: each[0])
        if inside >= count or inside == 0:
            break
        places = rng.random(places.shape)
        levels = level(places, cut)
    return Drawn(np.concatenate(kept)[:count], inside / tried, 0, best[1], best[0])


def _moved(
    level: Level, places: Array, levels: Array, active: tuple[int, ...], limit: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return places after one move each, within a level."""
    size, free = len(places), len(active)
    shift = rng.integers(1, size, (2, size))
    one, other = places[(np.arange(size) + shift) % size][:, :, active]
    few = rng.random((size, free)) < rng.choice([1.5 / free, 0.3, 1.0], size)[:, None]
    few[np.arange(size), rng.integers(0, free, size)] = True
    length = 1.7 / np.sqrt(few.sum(axis=1)) * rng.choice([0.5, 1.0, 0.0], size, p=[0.5, 0.3, 0.2])
    step = few * ((one - other) * length[:, None] + rng.normal(0.0, 0.02, (size, free)))
    here = places[:, active]
    there = np.abs(here + step) % 2.0
    there = np.where(there > 1.0, 2.0 - there, there)
    anew = np.flatnonzero(rng.random(size) < 0.25)
    there[anew] = here[anew]
    there[anew, rng.integers(0, free, len(anew))] = rng.random(len(anew))
    trial = places.copy()
    trial[:, active] = there
    found = level(trial, limit)
    taken = found <= limit
    return np.where(taken[:, None], trial, places), np.where(taken, found, levels)


def _renew(places: Array, active: tuple[int, ...], rng: np.random.Generator) -> None:
    """Draw inputs that nothing depends on anew, one in each of as many slices as there are places."""
    count = len(places)
    for column in sorted(set(range(places.shape[1])) - set(active)):
        places[:, column] = (rng.permutation(count) + rng.random(count)) / count
