"""Net benefit: what an effect is worth less what it costs, how sure the best is, and what being wrong costs.

    net benefit = worth · effect − cost        (Stinnett & Mullahy 1998)

A ratio of costs to effects has no interval that means anything where the difference in effects may be nothing:
`quadrants` and the interval of a lead in net benefit say what there is to say.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from tfs_sim.decisions.leads import best_shares, choose, knowing
from tfs_sim.decisions.noise import mended, shares_best, standard_error, value_of_knowing, value_of_knowing_at_least
from tfs_sim.decisions.tables import Array, Panel, Worth, answered, refuse, worths

QUADRANTS = ("dearer and better", "dearer and worse", "cheaper and better", "cheaper and worse")
"""Where a strategy lies against another; what is the same counts half to each side."""


def net_benefit(table: pd.DataFrame, worth: Worth, against: str | None = None) -> pd.DataFrame:
    """Return the net benefit of every strategy in every set.

    Parameters
    ----------
    table : tidy (see the package's text).
    worth : what one unit of effect may cost, or several.
    against : a strategy whose net benefit, in the same set, is taken off; its own rows are left out.

    Returns
    -------
    further keys, worth, strategy, set, net_benefit (in the unit of cost; mean over replicates, sum over sites).

    Raises
    ------
    UserError
        Where the table or a worth will not do, or there is no strategy `against`.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "manuals", "both"] * 3,
    ...     "set": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...     "cost": [0, 20, 95] * 3,
    ...     "effect": [0, 310, 700, 0, 150, 230, 0, 440, 890],
    ... })
    >>> net_benefit(table, worth=0.2, against="none")
       worth strategy  set  net_benefit
    0    0.2     both    1         45.0
    1    0.2     both    2        -49.0
    2    0.2     both    3         83.0
    3    0.2  manuals    1         42.0
    4    0.2  manuals    2         10.0
    5    0.2  manuals    3         68.0
    """
    given = worths(worth)

    def answer(panel: Panel) -> pd.DataFrame:
        shown = [place for place in range(len(panel.strategies)) if panel.strategies[place] != against]
        other = None if against is None else panel.place(against)
        parts = []
        for each in given:
            values = panel.benefit(each).mean(axis=1)
            if other is not None:
                values = values - values[:, [other]]
            parts += [
                pd.DataFrame(
                    {
                        "worth": each,
                        "strategy": panel.strategies[place],
                        "set": list(panel.sets),
                        "net_benefit": values[:, place],
                    }
                )
                for place in shown
            ]
        return pd.concat(parts, ignore_index=True)

    return answered(table, answer)


def acceptability(table: pd.DataFrame, worth: Worth, errors: bool = True) -> pd.DataFrame:
    """Return in which share of sets each strategy is the best: how sure a choice is (Fenwick et al. 2001).

    Luck is taken out (see `noise`): left in, it brings every strategy's share nearer to the others'.

    Parameters
    ----------
    table : tidy (see the package's text).
    worth : what one unit of effect may cost, or several.
    errors : whether standard errors are worked out, which takes longest; without them there is no column `se`.

    Returns
    -------
    further keys, worth, strategy, share (without luck; shares of a worth sum to 1), se (its standard error, by
    bootstrap over sets), naive (the share with luck in it).

    Raises
    ------
    UserError
        Where the table or a worth will not do, or there are fewer than two sets.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "manuals", "both"] * 3,
    ...     "set": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...     "cost": [0, 20, 95] * 3,
    ...     "effect": [0, 310, 700, 0, 150, 230, 0, 440, 890],
    ... })
    >>> acceptability(table, worth=0.2, errors=False).round(2)
       worth strategy  share  naive
    0    0.2     both   0.67   0.67
    1    0.2  manuals   0.33   0.33
    2    0.2     none   0.00   0.00
    """
    given = worths(worth)

    def answer(panel: Panel) -> pd.DataFrame:
        parts = []
        for each in given:
            values = panel.benefit(each)
            error = standard_error(values, lambda v: best_shares(v, panel.common)) if errors else None
            parts.append(
                pd.DataFrame(
                    {
                        "worth": each,
                        "strategy": list(panel.strategies),
                        "share": best_shares(values, panel.common),
                        **({} if error is None else {"se": error}),
                        "naive": shares_best(values.mean(axis=1)),
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    return answered(table, answer, sets=2, asker="acceptability")


def expected_loss(table: pd.DataFrame, worth: Worth, errors: bool = True) -> pd.DataFrame:
    """Return what choosing each strategy loses on average against the best of each set (Alarid-Escudero et al. 2019).

    The least of these losses is the value of perfect information. As that, the others are too large with luck left in;
    it is taken out between bounds (see `evpi`).

    Parameters
    ----------
    table, worth, errors : as in `acceptability`.

    Returns
    -------
    further keys, worth, strategy, loss (in the unit of cost, ≥ 0), se (by bootstrap over sets), lower (choices made and
    looked at in different replicates), upper (as the table stands, with luck in it).

    Raises
    ------
    UserError
        Where the table or a worth will not do, or there are fewer than two sets.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "manuals", "both"] * 3,
    ...     "set": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...     "cost": [0, 20, 95] * 3,
    ...     "effect": [0, 310, 700, 0, 150, 230, 0, 440, 890],
    ... })
    >>> expected_loss(table, worth=0.2, errors=False)[["strategy", "loss"]].round(1)
      strategy  loss
    0     both  19.7
    1  manuals   6.0
    2     none  46.0
    """
    given = worths(worth)

    def answer(panel: Panel) -> pd.DataFrame:
        parts = []
        for each in given:
            values = panel.benefit(each)
            behind = values.mean(axis=(0, 1)).max() - values.mean(axis=(0, 1))
            least, most = bounds(values, panel.lucky)
            error = standard_error(values, lambda v: _losses(v, panel.common)) if errors else None
            parts.append(
                pd.DataFrame(
                    {
                        "worth": each,
                        "strategy": list(panel.strategies),
                        "loss": np.clip(float(knowing(values, panel.common)), least, most) + behind,
                        **({} if error is None else {"se": error}),
                        "lower": least + behind,
                        "upper": most + behind,
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    return answered(table, answer, sets=2, asker="an expected loss")


def bounds(values: Array, lucky: bool) -> tuple[float, float]:
    """Return between what the value of knowing the set lies, whatever luck did: net benefits [sets, replicates, D].

    Above: as it stands. Below: cross-fitted over replicates, or 0 where there is one; without luck both are the same.
    """
    most = float(value_of_knowing(values.mean(axis=1)))
    return (min(most, value_of_knowing_at_least(values)), most) if lucky else (most, most)


def choices(table: pd.DataFrame, worth: Worth) -> pd.DataFrame:
    """Return what to choose at each worth: by expectation, with the runner-up and whether they can be told apart.

    Returns
    -------
    further keys, worth, best, runner_up (by expected net benefit), lead, low, high (of the best over the runner-up, and
    its interval, at a level at which the intervals against all other strategies hold at once with 95%), apart (whether
    the best can be told apart from every other), likeliest (the best in most sets), share_best, share_likeliest (of
    sets, without luck). What is recommended is `best`, also where another is likelier to be the best.

    Raises
    ------
    UserError
        Where the table or a worth will not do, or there are fewer than two sets.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "manuals", "both"] * 3,
    ...     "set": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...     "cost": [0, 20, 95] * 3,
    ...     "effect": [0, 310, 700, 0, 150, 230, 0, 440, 890],
    ... })
    >>> choices(table, worth=0.2)[["best", "runner_up", "lead", "apart"]].round(1)
          best runner_up  lead  apart
    0  manuals      both  13.7  False
    """
    given = worths(worth)

    def answer(panel: Panel) -> pd.DataFrame:
        rows = []
        for each in given:
            found = choose(panel.benefit(each), panel.common)
            rows.append(
                {
                    "worth": each,
                    "best": panel.strategies[found.best],
                    "runner_up": panel.strategies[found.runner_up],
                    "lead": found.lead,
                    "low": found.low,
                    "high": found.high,
                    "apart": found.apart,
                    "likeliest": panel.strategies[found.likeliest],
                    "share_best": found.shares[found.best],
                    "share_likeliest": found.shares[found.likeliest],
                }
            )
        return pd.DataFrame(rows)

    return answered(table, answer, sets=2, asker="a choice")


def quadrants(table: pd.DataFrame, strategy: str, against: str) -> pd.DataFrame:
    """Return in which shares of sets a strategy is dearer or cheaper, and better or worse, than another.

    Returns
    -------
    further keys, quadrant (see `QUADRANTS`), share (without luck, see `noise`; what is equal counts half to each side).

    Raises
    ------
    UserError
        Where the table will not do, a strategy is not in it, both are the same, or there are fewer than two sets.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "manuals", "both"] * 3,
    ...     "set": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...     "cost": [0, 20, 95] * 3,
    ...     "effect": [0, 310, 700, 0, 150, 230, 0, 440, 890],
    ... })
    >>> quadrants(table, "both", against="manuals")
                 quadrant  share
    0   dearer and better    1.0
    1    dearer and worse    0.0
    2  cheaper and better    0.0
    3   cheaper and worse    0.0
    """
    if strategy == against:
        refuse("a strategy is compared with another one; both are the same here")

    def answer(panel: Panel) -> pd.DataFrame:
        a, b = panel.place(strategy), panel.place(against)
        pair = np.stack([(part[..., a] - part[..., b]).sum(axis=0) for part in (panel.cost, panel.effect)], axis=-1)
        shares = np.clip(mended(pair, _quadrants, panel.common), 0.0, None)
        return pd.DataFrame({"quadrant": list(QUADRANTS), "share": shares / shares.sum()})

    return answered(table, answer, sets=2, asker="shares of quadrants")


def _quadrants(pairs: Array) -> Array:
    """Return shares of the quadrants of differences in cost and effect [..., sets, 2], in the order of `QUADRANTS`."""
    dearer, better = np.moveaxis((np.sign(pairs) + 1) / 2, -1, 0)
    parts = [dearer * better, dearer * (1 - better), (1 - dearer) * better, (1 - dearer) * (1 - better)]
    return np.stack([part.mean(axis=-1) for part in parts], axis=-1)


def _losses(values: Array, common: bool) -> Array:
    means = values.mean(axis=(0, 1))
    return np.asarray(float(knowing(values, common)) + means.max() - means)
