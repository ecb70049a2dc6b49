"""Where design points lie: shares of the probability in [0, 1], one column a variable.

References
----------
.. [1] McKay, Beckman & Conover (1979), "A comparison of three methods for selecting values of input variables in
   the analysis of output from a computer code", Technometrics 21(2):239-245 (Latin hypercube).
.. [2] Sobol' (1967), "On the distribution of points in a cube and the approximate evaluation of integrals", USSR
   Computational Mathematics and Mathematical Physics 7(4):86-112; scrambled after Owen (1998).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

METHODS = ("grid", "latin-hypercube", "sobol", "one-at-a-time", "table")
SAMPLED = ("latin-hypercube", "sobol")
MOST_POINTS = 10_000_000
MOST_CORNERS = 4096


def latin_hypercube(points: int, variables: int, seed: int) -> Array:
    """Return a Latin hypercube: every variable has one point in each of `points` equal slices."""
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(d=variables, rng=np.random.default_rng(seed)).random(points), float)


def sobol(points: int, variables: int, seed: int) -> Array:
    """Return the first points of a scrambled Sobol sequence; more points begin with the same ones."""
    from scipy.stats import qmc

    sequence = qmc.Sobol(d=variables, scramble=True, rng=np.random.default_rng(seed))
    if points & (points - 1) == 0:
        return np.asarray(sequence.random(points), float)
    whole = sequence.random_base2(max(0, math.ceil(math.log2(points))))
    return np.asarray(whole[:points], float)


def number_of_corners(most: int, variables: int) -> int:
    """Return how many corners there are of a cube of so many dimensions, at most `most`."""
    return most if variables > 12 else min(most, int(2**variables))


def corners(most: int, variables: int, seed: int) -> Array:
    """Return corners of the cube, each once, opposite ones in pairs: every variable is as often low as high."""
    rng = np.random.default_rng([seed, variables])
    there = number_of_corners(most, variables)
    found: dict[tuple[int, ...], None] = {}
    while len(found) < there:
        one = rng.integers(0, 2, variables)
        for each in (one, 1 - one):
            found.setdefault(tuple(each.tolist()))
    return np.array(list(found)[:there], float).reshape(-1, variables)


def grid(levels: Sequence[Array]) -> Array:
    """Return every combination of the variables' values, the last variable moving fastest."""
    points = math.prod(len(each) for each in levels)
    table = np.empty((points, len(levels)))
    repeat = points
    for column, values in enumerate(levels):
        repeat //= len(values)
        table[:, column] = np.tile(np.repeat(values, repeat), points // (len(values) * repeat))
    return table


def one_at_a_time(levels: Sequence[Array]) -> Array:
    """Return the point at which all is as it is (NaN), then each variable alone at each of its values."""
    rows = [np.full(len(levels), np.nan)]
    for column, values in enumerate(levels):
        for value in values:
            row = np.full(len(levels), np.nan)
            row[column] = value
            rows.append(row)
    return np.array(rows)
