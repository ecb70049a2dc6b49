"""Which inputs matter for an output: the rest goes into the nugget.

Inputs are added one at a time, each with a straight part or a bent one, too, the one that explains most of what is left
first; then products with those that were found, since an input may matter only together with another. It ends where the
extended criterion [1]_ does not fall any more: with hundreds of inputs the best of them always explains some chance.
Values and their normal scores are looked through in turn, because most of a prior is dead: few large values, or
few values that are not 0, say where things happen.

References
----------
.. [1] Chen & Chen (2008), "Extended Bayesian information criteria for model selection with large model spaces",
   Biometrika 95(3):759-771.
"""

from __future__ import annotations

import math
from itertools import chain, zip_longest

import numpy as np

from tfs_sim.calibration.held import Array
from tfs_sim.decisions.smoothers import normal_scores

MOST = 25
"""Active inputs an output."""
POINTS = 10
"""Points an active input to fit by, and as many to validate."""
_TINY = 1e-10
_LEAST = 1e-6


def most_active(points: int) -> int:
    """Return how many inputs may be active with so many points in all."""
    return max(1, min(MOST, points // (2 * POINTS)))


def active(x: Array, values: Array, most: int) -> tuple[int, ...]:
    """Return the inputs that matter for values [n] at inputs [n, d], the most important first (one at least)."""
    tails = np.quantile(values, (0.005, 0.995))
    orders = [_ordered(x, each, most) for each in (normal_scores(values), np.clip(values, *tails))]
    merged = [each for each in chain.from_iterable(zip_longest(*orders)) if each is not None]
    return tuple(dict.fromkeys(merged))[:most] or (0,)


def _ordered(x: Array, values: Array, most: int) -> list[int]:
    """Return inputs in the order in which they explain the values."""
    left = values - values.mean()
    if not left.any():
        return []
    found = _mains(x, left, most)
    return found[0] + _products(x, found[1], found[2], found[0], most)


def _centred(columns: Array) -> Array:
    columns = columns - columns.mean(axis=0)
    length = np.sqrt((columns**2).sum(axis=0))
    return np.asarray(columns / np.where(length > 0, length, 1.0))


def _without(columns: Array, direction: Array) -> Array:
    return np.asarray(columns - np.outer(direction, direction @ columns))


def _gain(before: float, after: float, points: int, terms: int, candidates: int) -> float:
    """Return by how much the criterion falls, with so many terms chosen among so many candidates."""
    floor = _TINY * points
    price = terms * math.log(points) + 2.0 * math.log(candidates)
    return points * math.log(max(before, floor) / max(after, floor)) - price


def _mains(x: Array, left: Array, most: int) -> tuple[list[int], Array, list[Array]]:
    """Return inputs with an effect of their own, what is left of the values, and the directions taken out.

    One is added after the other as long as there may be any; then as many are kept as give the best criterion: of
    many inputs that do little each, the first says nothing by itself.
    """
    points, count = x.shape
    straight, bent = _centred(x), _centred(x**2)
    found: list[int] = []
    taken: list[Array] = []
    after = [(0.0, 0, left)]
    while len(found) < min(most, points // 4, count):
        best, terms, gained = _next(straight, bent, left, found)
        before = float(left @ left)
        if before <= _TINY * points:
            break
        found.append(best)
        for columns in (straight, bent)[:terms]:
            column = columns[:, best].copy()
            for direction in taken:
                column -= direction * (direction @ column)
            length = float(np.sqrt(column @ column))
            if length > _LEAST:
                direction = column / length
                taken.append(direction)
                straight, bent = _without(straight, direction), _without(bent, direction)
                left = left - direction * (direction @ left)
        after.append((after[-1][0] + _gain(before, before - gained, points, terms, count), len(taken), left))
    kept = max(range(len(after)), key=lambda n: after[n][0])
    return found[:kept], after[kept][2], taken[: after[kept][1]]


def _next(straight: Array, bent: Array, left: Array, found: list[int]) -> tuple[int, int, float]:
    """Return the input that gives the best criterion next, with how many terms, and the squares that it explains."""
    points = len(straight)
    a, b = (straight**2).sum(axis=0), (bent**2).sum(axis=0)
    c = (straight * bent).sum(axis=0)
    y1, y2 = left @ straight, left @ bent
    one = np.where(a > _LEAST, y1**2 / np.maximum(a, _LEAST), 0.0)
    whole = a * b - c**2
    both = np.where(whole > _LEAST, (b * y1**2 - 2.0 * c * y1 * y2 + a * y2**2) / np.maximum(whole, _LEAST), one)
    gains = np.array([one, both])
    before = float(left @ left)
    left_over = np.maximum(before - gains, _TINY * points)
    score = -points * np.log(left_over) - np.array([[1.0], [2.0]]) * math.log(points)
    score[:, found] = -np.inf
    terms, best = np.unravel_index(int(score.argmax()), score.shape)
    return int(best), int(terms) + 1, float(gains[terms, best])


def _products(x: Array, left: Array, taken: list[Array], found: list[int], most: int) -> list[int]:
    """Return inputs that matter only together with one that was found."""
    points, count = x.shape
    others = [n for n in range(count) if n not in found]
    added: list[int] = []
    if not found or not others:
        return added
    pairs = [(one, other) for one in found for other in others]
    columns = _centred(x[:, [one for one, _ in pairs]] * x[:, [other for _, other in pairs]])
    for direction in taken:
        columns = _without(columns, direction)
    while len(found) + len(added) < most:
        length = (columns**2).sum(axis=0)
        gained = np.where(length > _LEAST, (left @ columns) ** 2 / np.maximum(length, _LEAST), 0.0)
        best = int(gained.argmax())
        before = float(left @ left)
        if _gain(before, before - float(gained[best]), points, 1, len(pairs)) <= 0:
            break
        if (other := pairs[best][1]) not in added:
            added.append(other)
        direction = columns[:, best] / math.sqrt(float(length[best]))
        columns, left = _without(columns, direction), left - direction * (direction @ left)
    return added
