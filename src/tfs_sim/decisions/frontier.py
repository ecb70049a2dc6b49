"""Which strategies can be the best at some worth, and which is at which.

A strategy is *dominated* where another costs no more and does no less, and differs; it is dominated *by extension*
where a mix of two others does better for the same money (Cantor 1994). The others are efficient: in the order of their
costs each has a ratio, the cost of a further unit of effect against the one before, and these ratios go up. At a worth
between two ratios the strategy between them has the highest expected net benefit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from tfs_sim.decisions.leads import choose
from tfs_sim.decisions.tables import Array, Panel, answered, one_worth, refuse

STATUS = ("efficient", "dominated", "extended")
STEPS = 40
"""Places between two ratios at which it is looked whether the runner-up, or how sure the choice is, changes."""
HALVINGS = 30


def frontier(table: pd.DataFrame) -> pd.DataFrame:
    """Return where every strategy stands by its expected cost and effect.

    Returns
    -------
    further keys, strategy, cost, effect (expected: means over sets and replicates of sums over sites), status
    (efficient, dominated, or extended: dominated by extension), ratio (cost of a further unit of effect against the
    efficient strategy before it; missing, as `pandas.NA`, for the first and for what is not efficient). In the order of
    costs. Strategies that are equal in both stand and fall together, with the same ratio.

    Raises
    ------
    UserError
        Where the table will not do, or has one strategy.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "manuals", "both"] * 3,
    ...     "set": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...     "cost": [0, 20, 95] * 3,
    ...     "effect": [0, 310, 700, 0, 150, 230, 0, 440, 890],
    ... })
    >>> frontier(table)[["strategy", "cost", "effect", "status"]].round(1)
      strategy  cost  effect     status
    0     none   0.0     0.0  efficient
    1  manuals  20.0   300.0  efficient
    2     both  95.0   606.7  efficient
    """

    def answer(panel: Panel) -> pd.DataFrame:
        cost, effect = panel.means()
        efficient, status = _statuses(cost, effect)
        ratios: list[Any] = [pd.NA] * len(cost)
        for before, this in pairwise(efficient):
            ratio = (cost[this] - cost[before]) / (effect[this] - effect[before])
            for place in np.flatnonzero((cost == cost[this]) & (effect == effect[this])):
                ratios[place] = float(ratio)
        found = pd.DataFrame(
            {
                "strategy": list(panel.strategies),
                "cost": cost,
                "effect": effect,
                "status": status,
                "ratio": pd.array(ratios, "Float64"),
            }
        )
        return found.sort_values(["cost", "effect", "strategy"], kind="stable", ignore_index=True)

    return answered(table, answer)


def _statuses(cost: Array, effect: Array) -> tuple[list[int], list[str]]:
    """Return places of the efficient strategies in the order of costs, one of each equal ones, and all statuses."""
    status = []
    for c, e in zip(cost, effect, strict=True):
        beaten = (cost <= c) & (effect >= e) & ((cost < c) | (effect > e))
        status.append("dominated" if beaten.any() else "efficient")
    hull: list[int] = []
    for place in sorted((p for p, said in enumerate(status) if said == "efficient"), key=lambda p: (cost[p], p)):
        if hull and cost[hull[-1]] == cost[place]:
            continue  # equal in both, or one of them would be dominated
        while len(hull) > 1 and _above(cost, effect, hull[-2], hull[-1], place):
            hull.pop()
        hull.append(place)
    for place, said in enumerate(status):
        on_it = any(cost[place] == cost[h] and effect[place] == effect[h] for h in hull)
        if said == "efficient" and not on_it:
            status[place] = "extended"
    return hull, status


def _above(cost: Array, effect: Array, before: int, middle: int, after: int) -> bool:
    """Say whether the step to the middle costs more a unit of effect than the step from it."""
    first = (cost[middle] - cost[before]) * (effect[after] - effect[middle])
    return bool(first > (cost[after] - cost[middle]) * (effect[middle] - effect[before]))


def bands(table: pd.DataFrame, low: float = 0.0, high: float = math.inf) -> pd.DataFrame:
    """Return from which worth to which which strategy is the best by expectation, and how sure that is.

    Where the best changes is exact (the ratios of the frontier); where the runner-up, or whether it can be told apart,
    or the likeliest changes is looked for at `STEPS` places between two of these, and then halved down: what holds for
    less than a fortieth of the way may be missed, such as that close to a ratio nothing can be told apart.

    Parameters
    ----------
    table : tidy (see the package's text).
    low, high : the worths between which is looked; high may be infinite (effects alone count there).

    Returns
    -------
    further keys, low, high (a band of worths), best, runner_up, apart (whether the best can be told apart from every
    other strategy in all of the band, at 95% for all at once), likeliest (which is the best in most sets, without
    luck). Neighbouring rows differ in at least one of these.

    Raises
    ------
    UserError
        Where the table will not do, there are fewer than two sets, or the band is upside down.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "manuals", "both"] * 3,
    ...     "set": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...     "cost": [0, 20, 95] * 3,
    ...     "effect": [0, 310, 700, 0, 150, 230, 0, 440, 890],
    ... })
    >>> bands(table, low=0.3)[["low", "high", "best", "runner_up", "apart"]]
       low  high  best runner_up  apart
    0  0.3   inf  both   manuals  False
    """
    low = one_worth(low)
    if high != math.inf:
        high = one_worth(high)
    if not low < high:
        refuse(f"a band of worths goes from a lower to a higher one; found {low:g} to {high:g}")
    return answered(table, lambda panel: _bands(panel, low, high), sets=2, asker="a band of worths")


def _bands(panel: Panel, low: float, high: float) -> pd.DataFrame:
    cost, effect = panel.means()
    hull, _ = _statuses(cost, effect)
    ratios = [float((cost[b] - cost[a]) / (effect[b] - effect[a])) for a, b in pairwise(hull)]
    scale = _scale(panel)

    def place(worth: float) -> float:
        return 1.0 if worth == math.inf else worth / (worth + scale)

    def worth(at: float) -> float:
        return math.inf if at >= 1 else scale * at / (1 - at)

    def said(at: float) -> tuple[str, str, bool, str]:
        # net benefit over worth + scale: the order and its interval are the same, and effects alone are left at 1
        found = choose(panel.weighed(1 - at, at * scale) if at < 1 else panel.weighed(0, 1), panel.common)
        names = panel.strategies
        return names[found.best], names[found.runner_up], found.apart, names[found.likeliest]

    ends = [low, *(ratio for ratio in dict.fromkeys(ratios) if low < ratio < high), high]
    rows: list[tuple[float, float, tuple[str, str, bool, str]]] = []
    for first, last in pairwise(ends):
        pieces = [(worth(a), worth(b), words) for a, b, words in _pieces(place(first), place(last), said)]
        pieces[0] = (first, *pieces[0][1:])
        pieces[-1] = (pieces[-1][0], last, pieces[-1][2])
        rows += pieces
    rows = _joined(rows)
    head = ("best", "runner_up", "apart", "likeliest")
    return pd.DataFrame([{"low": a, "high": b, **dict(zip(head, words, strict=True))} for a, b, words in rows])


def _pieces(
    first: float, last: float, said: Callable[[float], tuple[str, str, bool, str]]
) -> list[tuple[float, float, tuple[str, str, bool, str]]]:
    """Cut a stretch into pieces in each of which the same is said; its ends, where two are equal, are not asked."""
    step = (last - first) / STEPS
    places = [first + step * (n + 0.5) for n in range(STEPS)]
    words = [said(at) for at in places]
    found, start = [], first
    for a, b, before, after in zip(places, places[1:], words, words[1:], strict=False):
        while before != after:
            left, right, then = a, b, after
            for _ in range(HALVINGS):
                middle = (left + right) / 2
                there = said(middle)
                if there == before:
                    left = middle
                else:
                    right, then = middle, there
            found.append((start, right, before))
            start, a, before = right, right, then
    return [*found, (start, last, words[-1])]


def _joined(
    rows: list[tuple[float, float, tuple[str, str, bool, str]]],
) -> list[tuple[float, float, tuple[str, str, bool, str]]]:
    found = [rows[0]]
    for low, high, words in rows[1:]:
        if words == found[-1][2]:
            found[-1] = (found[-1][0], high, words)
        else:
            found.append((low, high, words))
    return found


def _scale(panel: Panel) -> float:
    """Return a worth about which differences in cost weigh as much as those in effect; 1 where either has none."""
    spread = [float(part.sum(axis=0).std(axis=-1).mean()) for part in (panel.cost, panel.effect)]
    return spread[0] / spread[1] if min(spread) > 0 else 1.0
