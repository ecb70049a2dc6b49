"""The best point of a grid by noisy values: proposals of differential evolution, raced, then mended step by step.

1. *Proposals.* Where a grid has no more allowed points than may be tried, all of them; else those that differential
   evolution comes to (Storn & Price 1997; `scipy.optimize.differential_evolution` on whole numbers, under the
   constraints of the grid), which sees the mean over the first blocks.
2. *Race* (`racing`): the best of these over more and more blocks, paired.
3. *Mending.* Neighbours of the best (one variable changed, or one raised and another lowered), as many as may be tried,
   raced against it, until none is better.

Nothing here depends on time or on workers: the same generator and values give the same search, so that a search that
was interrupted goes the same way once more, over values that are there.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import NonlinearConstraint, differential_evolution

from tfs_sim.estimators.racing import Array, Blocks, Ints, Raced, Sample, race

Point = tuple[int, ...]

CARRIED = 64
"""Proposals that are raced."""
KEPT = 8
"""Those that go to the end of a race."""
MENDED = 96
"""Neighbours that are looked at in a round …"""
ROUNDS = 4
"""… of so many at most."""
GENERATIONS = 300
STALE = 15
"""Generations without a new point after which proposals end."""
MOST_COUNTED = 200_000
"""Points of a grid up to which it is counted how many are allowed."""


@dataclass(frozen=True)
class Grid:
    """Points with whole-number variables, and which of them are allowed.

    Attributes
    ----------
    levels : variable n has the values 0 … levels[n] − 1, at least two.
    excess : of points [points, variables], how far each constraint is exceeded [points, constraints]; allowed: ≤ 0.
        Where a point is allowed, so is every one with a variable set to 0 that the constraints do not ask for.
    cost : of points; of points that are as good as each other the cheapest comes first.
    """

    levels: tuple[int, ...]
    excess: Callable[[Ints], Array]
    cost: Callable[[Ints], Array]

    def allowed(self, points: Ints) -> NDArray[np.bool_]:
        """Say of each point whether it is allowed."""
        return np.asarray((self.excess(points) <= 0.0).all(axis=1))

    @property
    def size(self) -> int:
        """How many points there are, allowed or not."""
        return math.prod(self.levels)

    def all_allowed(self) -> Ints | None:
        """Return the allowed points, or None where there are too many to count."""
        if self.size > MOST_COUNTED:
            return None
        points = np.stack(np.unravel_index(np.arange(self.size), self.levels), axis=1).astype(np.int64)
        return points[self.allowed(points)]


@dataclass(frozen=True)
class Found:
    """What came of a search.

    Attributes
    ----------
    raced : the last race: its first point is the choice.
    tried : every point that was looked at, with its mean over the first blocks, best first.
    exhaustive : whether all allowed points were.
    allowed : how many there are; None where that was not counted.
    rounds : rounds of mending.
    """

    raced: Raced
    tried: tuple[tuple[Point, float], ...]
    exhaustive: bool
    allowed: int | None
    rounds: int

    @property
    def best(self) -> Point:
        """The point with the highest mean over all blocks, of those that were raced to the end."""
        return tuple(self.raced.points[0].tolist())


@dataclass
class _Tried:
    """Points that were looked at on the first blocks."""

    grid: Grid
    sample: Sample
    first: int
    means: dict[Point, float] = field(default_factory=dict)

    def visit(self, points: Ints) -> None:
        """Look at those that are new."""
        new = list(dict.fromkeys(point for point in map(tuple, points.tolist()) if point not in self.means))
        if new:
            values = self.sample(np.array(new, np.int64), self.first)
            self.means.update(zip(new, values.mean(axis=1).tolist(), strict=True))

    def best(self, number: int, among: Sequence[Point] | None = None) -> Ints:
        """Return the best points, of equals the cheapest first."""
        points = list(self.means if among is None else among)
        cost = self.grid.cost(np.array(points, np.int64)).tolist()
        order = sorted(range(len(points)), key=lambda n: (-self.means[points[n]], cost[n], points[n]))
        return np.array([points[n] for n in order[:number]], np.int64)


def search(
    grid: Grid, sample: Sample, blocks: Blocks, rng: np.random.Generator, tries: int, begin: Sequence[Point] = ()
) -> Found:
    """Return the best allowed point of a grid, as far as `tries` proposals find it.

    Parameters
    ----------
    grid : with at least one allowed point.
    sample : values of points on the first so many blocks; asked for the same ones again and again.
    tries : how many points are proposed at most, about; mending looks at some more.
    begin : allowed points to begin with.
    """
    tried = _Tried(grid, sample, blocks.first)
    everything = grid.all_allowed()
    exhaustive = everything is not None and len(everything) <= tries
    if begin:
        tried.visit(np.array(begin, np.int64))
    if everything is not None and exhaustive:
        tried.visit(everything)
    else:
        _evolve(tried, rng, tries, begin)
    raced = race(_cheap_first(grid, tried.best(CARRIED)), sample, blocks, KEPT)
    rounds = 0
    while not exhaustive and rounds < ROUNDS:
        rounds += 1
        best = tuple(raced.points[0].tolist())
        near = [point for point in neighbours(grid, best) if point not in tried.means]
        if len(near) > MENDED:
            near = [near[n] for n in np.sort(rng.choice(len(near), MENDED, replace=False))]
        if not near:
            break
        tried.visit(np.array(near, np.int64))
        entering = np.concatenate([raced.points, tried.best(CARRIED - KEPT, near)])
        raced = race(_cheap_first(grid, entering), sample, blocks, KEPT)
        if tuple(raced.points[0].tolist()) == best:
            break
    order = tried.best(len(tried.means))
    listed = tuple((point, tried.means[point]) for point in map(tuple, order.tolist()))
    return Found(raced, listed, exhaustive, None if everything is None else len(everything), rounds)


def neighbours(grid: Grid, point: Point) -> Iterator[Point]:
    """Yield the allowed points that differ in one variable, or in two of which one is raised and the other lowered."""
    places = range(len(point))
    found = [(*point[:n], level, *point[n + 1 :]) for n in places for level in range(grid.levels[n])]
    for one, other in itertools.permutations(places, 2):
        for up, down in itertools.product(range(point[one] + 1, grid.levels[one]), range(point[other])):
            both = list(point)
            both[one], both[other] = up, down
            found.append(tuple(both))
    found = [each for each in dict.fromkeys(found) if each != point]
    if found:
        good = grid.allowed(np.array(found, np.int64)).tolist()
        yield from (each for each, fits in zip(found, good, strict=True) if fits)


def _cheap_first(grid: Grid, points: Ints) -> Ints:
    """Return points from the cheapest on, so that of equals the cheapest wins."""
    return points[np.lexsort((*points.T[::-1], grid.cost(points)))]


def _evolve(tried: _Tried, rng: np.random.Generator, tries: int, begin: Sequence[Point]) -> None:
    """Try what differential evolution proposes, until it has proposed enough or proposes nothing new."""
    grid = tried.grid
    size = int(np.clip(10 * len(grid.levels), 16, 60))
    population = np.array([*begin[: size // 2], *_drawn(grid, rng, size - len(begin[: size // 2]))], float)
    stale = 0

    def values(points: Array) -> Array:
        whole = np.rint(np.atleast_2d(points.T)).astype(np.int64)
        tried.visit(whole)
        return np.array([-tried.means[tuple(point)] for point in whole.tolist()])

    def excess(points: Array) -> Array:
        return grid.excess(np.rint(np.atleast_2d(points.T)).astype(np.int64)).T

    before = 0

    def stop(*_: object, **__: object) -> bool:
        nonlocal before, stale
        stale = stale + 1 if len(tried.means) == before else 0
        before = len(tried.means)
        return before >= tries or stale >= STALE

    differential_evolution(
        values,
        [(0, levels - 1) for levels in grid.levels],
        integrality=np.ones(len(grid.levels), bool),
        constraints=NonlinearConstraint(excess, -np.inf, 0.0),
        init=population,
        maxiter=GENERATIONS,
        mutation=(0.5, 1.0),
        recombination=0.9,
        tol=0.0,
        atol=0.0,
        rng=rng,
        callback=stop,
        polish=False,
        updating="deferred",
        vectorized=True,
    )


def _drawn(grid: Grid, rng: np.random.Generator, number: int) -> Iterator[Point]:
    """Yield allowed points: drawn evenly, then variables lowered one by one, in an order drawn, while not allowed."""
    limits = np.array(grid.levels)
    made = 0
    while made < number:
        point = rng.integers(0, limits)
        for place in rng.permutation(len(limits)).tolist():
            while not grid.allowed(point[None])[0] and point[place] > 0:
                point[place] -= 1
        if grid.allowed(point[None])[0]:
            made += 1
            yield tuple(point.tolist())
