"""What a pilot is worth before choosing: some communities with each strategy, looked at for a while.

A pilot's data are what it would report under a set of parameters: the mean of delivered student-months over its first
months, of `communities` with each strategy, each a run of its own with luck of its own. Those runs are drawn from half
of the set's replicates, and what the choice is worth comes from the other half: luck that is in both would be taken
for knowledge. The value is that of `decisions.evsi` [1]_: what choosing by such data gains over choosing now.

Delivered support is taken to be counted without error and in every community: a real pilot knows less. What the model
leaves out is in no set, and a pilot would show some of it.

References
----------
.. [1] Strong et al. (2015), "Estimating the expected value of sample information using the probabilistic sensitivity
   analysis sample", Medical Decision Making 35(5):570-583.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import DataFrame

from tfs_sim import decisions
from tfs_sim.analysis.decided import Decided
from tfs_sim.analysis.valued import rows_of
from tfs_sim.experiments.storage.files import refusal

MOST = 10_000
"""Communities with each strategy, at most."""


@dataclass(frozen=True, slots=True)
class Pilot:
    """What a pilot is worth at one worth of a student-month.

    Attributes
    ----------
    worth : dollars that a student-month may cost.
    communities, months : with each strategy, and for how long they are looked at.
    value, se, floor, seen : what its data are worth to one decision, in dollars, as `decisions.evsi` has them.
    spent : dollars that its communities take in these months, all strategies together.
    """

    worth: float
    communities: int
    months: int
    value: float
    se: float
    floor: float
    seen: bool
    spent: float


def pilots(view: Decided, communities: int, months: int | None = None) -> list[Pilot]:
    """Return what a pilot is worth at each worth at which the view is told, under the main condition.

    Parameters
    ----------
    view : whose decision it is.
    communities : with each strategy, from 1 on.
    months : for how long they are looked at; default: the whole run.

    Raises
    ------
    UserError
        Where numbers are out of range, results have too few sets, or a set has one replicate.
    """
    stored = view.stored
    months = stored.months if months is None else months
    if not 1 <= communities <= MOST:
        raise refusal(f"a pilot has 1 to {MOST:,} communities with each strategy; found {communities}")
    if not 1 <= months <= stored.months:
        raise refusal(f"a pilot is looked at for 1 to {stored.months} months, as long as a run; found {months}")
    if not view.sure or view.main.groupby("set")["replicate"].nunique().min() < 2:
        raise refusal("what a pilot is worth needs sets of parameters, with two replicates of each or more")
    seen = _first_months(view, months)
    halves = seen["replicate"] % 2 == 1
    by = seen[halves].groupby(["set", "strategy"], sort=True)
    runs = {key: rows["effect"].to_numpy() for key, rows in by}
    spent = communities * float(seen.groupby("strategy")["cost"].mean().sum())
    names = sorted(set(seen["set"]))
    strategies = sorted(set(seen["strategy"]))

    def study(row: Mapping[str, Any], luck: np.random.Generator) -> list[float]:
        name = names[int(row["place"])]
        drawn = (luck.choice(runs[name, strategy], communities).mean() for strategy in strategies)
        means = np.fromiter(drawn, float, len(strategies))
        return [float(each) for each in means[1:] - means[0]]

    table = view.main[view.main["replicate"] % 2 == 0]
    known = DataFrame({"set": names, "place": range(len(names))})
    found = decisions.evsi(table, known, view.told, study)
    return [
        Pilot(float(row["worth"]), communities, months, float(row["evsi"]), float(row["se"]), float(row["floor"]),
              bool(row["seen"]), spent)
        for row in found.to_dict("records")
    ]  # fmt: skip


def _first_months(view: Decided, months: int) -> DataFrame:
    """Return strategy, set, replicate and site with delivered student-months and dollars of the first months."""
    stored = view.stored
    rows = rows_of(stored)
    for name, metric, factor in (("effect", "served", 1.0), ("cost", "cost", 1000.0)):
        amounts = stored.monthly(metric)[..., :months]
        amounts = np.nan_to_num(amounts) if name == "effect" else amounts
        rows[name] = factor * amounts.sum(axis=-1).reshape(-1)
    kept = np.ones(len(rows), bool)
    for key, label in zip(stored.cross, stored.main, strict=True):
        kept &= (rows[key] == label).to_numpy()
    return rows[kept & rows["cost"].notna()]  # a condition's scenario may have other sites
