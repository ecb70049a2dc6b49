"""What is best under each of many conditions, and where that can be told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tfs_sim.decisions.leads import interval
from tfs_sim.decisions.tables import Array, Panel, one_worth, panels, refuse
from tfs_sim.decisions.together import together


def answers(table: pd.DataFrame, worth: float) -> pd.DataFrame:
    """Return the best strategy under each condition, with bands of indifference that hold under all of them at once.

    Parameters
    ----------
    table : tidy (see the package's text); each combination of its further keys is a condition.
    worth : what one unit of effect may cost.

    Returns
    -------
    keys, best, runner_up (by expected net benefit), lead, low, high (of the best over the runner-up, with an interval
    at a level at which those of all leads under all conditions hold at once with 95%, see `together`), apart (whether
    the best can be told from every other strategy there), tied (names of those that it cannot be told from).

    Raises
    ------
    UserError
        Where the table or the worth will not do, or there are fewer than two sets.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "manuals", "both"] * 3,
    ...     "set": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...     "cost": [0, 20, 95] * 3,
    ...     "effect": [0, 310, 700, 0, 150, 230, 0, 440, 890],
    ... })
    >>> towns = pd.concat([table.assign(town="large"), table.assign(town="small", effect=table["effect"] // 4)])
    >>> answers(towns, worth=0.2)[["town", "best", "runner_up", "apart"]]
        town     best runner_up  apart
    0  large  manuals      both  False
    1  small     none   manuals  False
    """
    given = one_worth(worth)
    found: list[tuple[dict[str, Any], Panel, Array]] = []
    for keys, panel in panels(table, 2, "an answer under a condition"):
        found.append((keys, panel, panel.benefit(given)))
    level = _level(found)
    rows = []
    for keys, panel, values in found:
        means = values.mean(axis=(0, 1))
        order = np.argsort(-means, kind="stable")
        best = int(order[0])
        ends = {int(n): interval(values[..., best] - values[..., n], panel.common, level) for n in order[1:]}
        tied = [panel.strategies[n] for n, (low, _) in ends.items() if low <= 0]
        second = int(order[1])
        rows.append(
            {**keys, "best": panel.strategies[best], "runner_up": panel.strategies[second],
             "lead": float(means[best] - means[second]), "low": ends[second][0], "high": ends[second][1],
             "apart": not tied, "tied": ", ".join(tied)}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _level(found: list[tuple[dict[str, Any], Panel, Array]]) -> float:
    """Return the level at which intervals of all leads hold at once."""
    leads, same = [], {panel.sets for _, panel, _ in found}
    for _, _, values in found:
        means = values.mean(axis=1)
        best = int(means.mean(axis=0).argmax())
        leads.append(np.delete(means[:, [best]] - means, best, axis=1))
    if len(same) > 1:  # other sets under other conditions: nothing is known of how they move together
        return 1.0 - 0.05 / sum(int(each.shape[1]) for each in leads)
    return together(np.hstack(leads))


def differences(table: pd.DataFrame, worth: float, strategy: str, against: str) -> pd.DataFrame:
    """Return by how much a strategy is better than another under each condition, with a simultaneous band.

    Returns
    -------
    keys, difference (of expected net benefits), low, high (for all conditions at once, 95%).

    Raises
    ------
    UserError
        As `answers`; where a strategy is not in the table, or both are the same.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "manuals", "both"] * 3,
    ...     "set": [1, 1, 1, 2, 2, 2, 3, 3, 3],
    ...     "cost": [0, 20, 95] * 3,
    ...     "effect": [0, 310, 700, 0, 150, 230, 0, 440, 890],
    ... })
    >>> towns = pd.concat([table.assign(town="large"), table.assign(town="small", effect=table["effect"] // 4)])
    >>> differences(towns, 0.2, "both", "manuals").round(1)
        town  difference    low   high
    0  large       -13.7 -156.0  128.6
    1  small       -59.7  -95.2  -24.1
    """
    given = one_worth(worth)
    if strategy == against:
        refuse("a strategy is compared with another one; both are the same here")
    rows, pairs = [], []
    for keys, panel in panels(table, 2, "an answer under a condition"):
        values = panel.benefit(given)
        pair = values[..., panel.place(strategy)] - values[..., panel.place(against)]
        pairs.append((pair, panel))
        rows.append({**keys, "difference": float(pair.mean())})
    same = len({panel.sets for _, panel in pairs}) == 1
    level = together(np.stack([pair.mean(axis=1) for pair, _ in pairs], axis=1)) if same else 1 - 0.05 / len(pairs)
    for row, (pair, panel) in zip(rows, pairs, strict=True):
        row["low"], row["high"] = interval(pair, panel.common, level)
    return pd.DataFrame(rows)
