"""What a choice costs under conditions that are not its own: regret, and whether it is good enough.

Under each condition c of a table (each value of its further keys) strategy d has an expected net benefit b(c, d), the
mean over sets. Conditions stand for themselves and count the same.

    regret                 r(c, d) = max_e b(c, e) − b(c, d)               (Savage 1951)
    largest regret         max_c r(c, d); the least of these is the minimax-regret choice
    good enough            share of conditions with low ≤ b(c, d) ≤ high   (satisficing, Simon 1956; Starr's domain
                           criterion, Lempert et al. 2006)

*A largest regret picks luck.* It is a maximum of maxima of means over a sample of sets, and larger on average than that
of what the means would be over all sets. As in `noise` nothing can be subtracted; it is extrapolated over sets, by
2 f(S) − f(S/2) with f(S/2) the mean over halves of the sets, which takes away what falls as 1/S. It lies between two
numbers that hold anyway: as the table stands (too large on average), and cross-fitted: the worst condition and the best
strategy there looked for in one half of the sets and looked at in the other (too small).

Regret within sets (what choosing without knowing the set costs) is `expected_loss`; here a condition is known, and the
set is not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from tfs_sim.decisions.leads import interval
from tfs_sim.decisions.noise import MOST_HALVES, SEED, mended
from tfs_sim.decisions.tables import AMOUNTS, UNITS, Array, Panel, checked, one_worth, panels, refuse
from tfs_sim.scenario.errors import listed, quote

DRAWS = 200
"""Bootstrap draws of sets behind a standard error, and behind how often a choice is made."""


def regret(table: pd.DataFrame, worth: float) -> pd.DataFrame:
    """Return the regret of every strategy under every condition.

    Parameters
    ----------
    table : tidy (see the package's text), with a further key: the condition.
    worth : what one unit of effect may cost.

    Returns
    -------
    keys, strategy, net_benefit (mean over sets), best (which strategy is the best there), regret (≥ 0, in the unit of
    cost), low, high (95% interval of what the best there is ahead of it; 0 for the best itself).

    Raises
    ------
    UserError
        Where the table or the worth will not do, there is one condition, one strategy, or one set.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "manuals", "both"] * 3,
    ...     "set": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...     "cost": [0, 20, 95] * 3,
    ...     "effect": [0, 310, 700, 0, 150, 230, 0, 440, 890],
    ... })
    >>> towns = pd.concat([table.assign(town="large"), table.assign(town="small", effect=table["effect"] // 4)])
    >>> regret(towns, worth=0.2)[["town", "strategy", "best", "regret"]].round(1)
        town strategy     best  regret
    0  large     both  manuals    13.7
    1  large  manuals  manuals     0.0
    2  large     none  manuals    40.0
    3  small     both     none    64.7
    4  small  manuals     none     5.1
    5  small     none     none     0.0
    """
    given = one_worth(worth)
    rows = []
    for keys, panel, values in _conditions(table, given):
        means = values.mean(axis=(0, 1))
        best = int(means.argmax())
        for place, strategy in enumerate(panel.strategies):
            ends = (0.0, 0.0) if place == best else interval(values[..., best] - values[..., place], panel.common)
            rows.append(
                {**keys, "strategy": strategy, "net_benefit": float(means[place]), "best": panel.strategies[best],
                 "regret": float(means[best] - means[place]), "low": ends[0], "high": ends[1]}
            )  # fmt: skip
    return pd.DataFrame(rows)


def robustness(
    table: pd.DataFrame, worth: float, at_least: float | None = None, at_most: float | None = None
) -> pd.DataFrame:
    """Return how each strategy does over all conditions: by expectation, at its worst, and where it is good enough.

    Parameters
    ----------
    table, worth : as in `regret`; every condition has the same strategies and sets.
    at_least, at_most : between what a net benefit is good enough; either may be left out.

    Returns
    -------
    strategy, net_benefit (mean over conditions), se (of it, by bootstrap over sets), mean_regret, largest_regret
    (without luck), largest_se, largest_lower, largest_upper (see the module's text), worst (keys of the condition where
    it is largest, a column a key, `worst_` before its name), expected (whether it is the best by expectation), minimax
    (whether its largest regret is least), minimax_share (of bootstraps over sets, in which it is). With a threshold:
    met (share of conditions where the mean is good enough), met_surely, missed_surely (share of conditions where the
    whole interval is, or is not; for all conditions at once), met_sets (share of conditions and sets, luck taken out).
    In the order of net benefits.

    Raises
    ------
    UserError
        As `regret`; and where a threshold is no number, the lower is above the higher, or conditions differ in their
        strategies or sets.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "manuals", "both"] * 3,
    ...     "set": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...     "cost": [0, 20, 95] * 3,
    ...     "effect": [0, 310, 700, 0, 150, 230, 0, 440, 890],
    ... })
    >>> towns = pd.concat([table.assign(town="large"), table.assign(town="small", effect=table["effect"] // 4)])
    >>> robustness(towns, worth=0.2)[["strategy", "net_benefit", "largest_regret", "minimax"]].round(1)
      strategy  net_benefit  largest_regret  minimax
    0  manuals         17.5             5.1     True
    1     none          0.0            40.0    False
    2     both        -19.2            64.7    False
    """
    given = one_worth(worth)
    _thresholds(at_least, at_most)
    found = list(_conditions(table, given))
    names, keys = found[0][1].strategies, [each[0] for each in found]
    means = np.stack([values.mean(axis=1) for _, _, values in found], axis=1)  # [sets, conditions, strategies]
    rng = np.random.default_rng(SEED)
    sets = len(means)
    again = [means[rng.integers(0, sets, sets)] for _ in range(DRAWS)]
    of_means = _regrets(means)
    # taking luck out may go below the mean over conditions, which no largest one is
    largest = np.maximum(largest_regret(means), of_means.mean(axis=0))
    drawn = np.array([_largest(each) for each in again])
    naive, least = _largest(means), _cross_fitted(means)
    expected, minimax = means.mean(axis=(0, 1)), int(largest.argmin())
    chosen = np.bincount(drawn.argmin(axis=1), minlength=len(names)) / DRAWS
    best = int(expected.argmax())
    rows = []
    for place, strategy in enumerate(names):
        worst = keys[int(of_means[:, place].argmax())]
        row: dict[str, Any] = {
            "strategy": strategy,
            "net_benefit": float(expected[place]),
            "se": float(np.std([each[..., place].mean() for each in again], ddof=1)),
            "mean_regret": float(of_means[:, place].mean()),
            "largest_regret": float(largest[place]),
            "largest_se": float(drawn[:, place].std(ddof=1)),
            "largest_lower": float(min(least[place], naive[place])),
            "largest_upper": float(naive[place]),
            **{f"worst_{key}": value for key, value in worst.items()},
            "expected": place == best,
            "minimax": place == minimax,
            "minimax_share": float(chosen[place]),
        }
        if at_least is not None or at_most is not None:
            row |= _met(found, place, -math.inf if at_least is None else at_least, at_most)
        rows.append(row)
    return pd.DataFrame(rows).sort_values("net_benefit", ascending=False, kind="stable", ignore_index=True)


def largest_regret(means: Array) -> Array:
    """Return each strategy's largest regret over conditions, without what it picks of luck: [strategies], ≥ 0.

    Parameters
    ----------
    means : net benefits [sets, conditions, strategies].
    """
    naive, sets = _largest(means), len(means)
    if sets < 4:
        return naive
    size = sets // 2
    rng = np.random.default_rng(SEED)
    halves = []
    for _ in range(MOST_HALVES):
        order = rng.permutation(sets)
        halves += [_largest(means[order[:size]]), _largest(means[order[-size:]])]
    whole = (sets * naive - size * np.mean(halves, axis=0)) / (sets - size)
    return np.asarray(np.clip(whole, np.clip(np.minimum(_cross_fitted(means), naive), 0.0, None), naive))


def _regrets(means: Array) -> Array:
    """Return regrets [conditions, strategies] of net benefits [sets, conditions, strategies]."""
    expected = means.mean(axis=0)
    return np.asarray(expected.max(axis=1, keepdims=True) - expected)


def _largest(means: Array) -> Array:
    return np.asarray(_regrets(means).max(axis=0))


def _cross_fitted(means: Array) -> Array:
    """Return largest regrets where one half of the sets says where and against what, and the other how large."""
    sets, _, strategies = means.shape
    if sets < 2:
        return np.zeros(strategies)
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(MOST_HALVES):
        order = rng.permutation(sets)
        for one, other in ((order[: sets // 2], order[sets // 2 :]), (order[sets // 2 :], order[: sets // 2])):
            looked, seen = means[one].mean(axis=0), means[other].mean(axis=0)
            best = looked.argmax(axis=1)
            worst = (looked.max(axis=1, keepdims=True) - looked).argmax(axis=0)
            found.append(seen[worst, best[worst]] - seen[worst, np.arange(strategies)])
    return np.asarray(np.maximum(0.0, np.mean(found, axis=0)))


def _conditions(table: pd.DataFrame, worth: float) -> Iterator[tuple[dict[str, Any], Panel, Array]]:
    """Yield each condition with its panel and net benefits [sets, replicates, strategies].

    Conditions are those of the first one's strategies and sets; where others differ that is said.
    """
    keys = checked(table, (*AMOUNTS, "strategy"), AMOUNTS, UNITS)
    if not keys:
        refuse("regret is over conditions: the table needs a further column that says which one a row is of")
    if len(table[keys].drop_duplicates()) < 2:
        refuse("regret is over conditions, and the table has one alone")
    first: Panel | None = None
    for named, panel in panels(table, 2, "regret over conditions"):
        if first is None:
            first = panel
        where = ", ".join(f"{key} = {quote(value)}" for key, value in named.items())
        if panel.strategies != first.strategies:
            refuse(
                f"under {where} there are other strategies than under the first condition: "
                f"{listed(panel.strategies)} and not {listed(first.strategies)}"
            )
        if panel.sets != first.sets:
            refuse(f"under {where} there are other sets than under the first condition; every condition has every set")
        yield named, panel, panel.benefit(worth)


def _thresholds(at_least: float | None, at_most: float | None) -> None:
    for name, value in (("at least", at_least), ("at most", at_most)):
        if value is not None and (isinstance(value, bool) or not math.isfinite(value)):
            refuse(f"what is good enough ({name}) is a number; found {quote(value)}")
    if at_least is not None and at_most is not None and at_least > at_most:
        refuse(f"what is good enough goes from a lower number to a higher one; found {at_least:g} to {at_most:g}")


def _met(
    found: list[tuple[dict[str, Any], Panel, Array]], place: int, low: float, at_most: float | None
) -> dict[str, float]:
    high = math.inf if at_most is None else at_most
    level = 1 - 0.05 / len(found)  # Bonferroni: for all conditions at once
    inside, surely, not_ = [], [], []
    shares = []
    for _, panel, values in found:
        own = values[..., place]
        mean, ends = float(own.mean()), interval(own, panel.common, level)
        inside.append(low <= mean <= high)
        surely.append(low <= ends[0] and ends[1] <= high)
        not_.append(ends[1] < low or ends[0] > high)
        shares.append(
            float(mended(own[..., None], lambda v: ((v >= low) & (v <= high)).mean(axis=-2), panel.common)[0])
        )
    return {
        "met": float(np.mean(inside)),
        "met_surely": float(np.mean(surely)),
        "missed_surely": float(np.mean(not_)),
        "met_sets": float(np.clip(np.mean(shares), 0.0, 1.0)),
    }
