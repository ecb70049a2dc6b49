"""How long partnerships last under each strategy: curves of those still there, and mean life within the horizon.

A partnership's time is the month (counted from 1) in which a metric that is 0 or 1 first says that it has ended; one
that has not by the last month is last seen then. So nobody is lost from sight before the horizon, and the restricted
mean life [1]_, the area under the curve up to there, is the mean of min(time, horizon): its differences between
strategies are paired over the same sets, luck and sites, with the usual interval (`analysis.pooling`). Curves and their
bands over sets are those of `decisions.survival`.

References
----------
.. [1] Royston & Parmar (2013), "Restricted mean survival time: an alternative to the hazard ratio for the design and
   analysis of randomized trials with a time-to-event outcome", BMC Medical Research Methodology 13:152.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.compare import Paired, paired
from tfs_sim.analysis.pooling import Units
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import Array, mean_over
from tfs_sim.decisions.survival import survival
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.reasons.asking import known_levels
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

if TYPE_CHECKING:
    from pandas import DataFrame

ENDED = "ended"
EVENTS = ("ended", "ended_goals_met", "ended_faded", "ended_broke_up", "ended_lost_host")
"""Metrics that go to 1 when a partnership ends (in a way), and stay there."""


@dataclass(frozen=True)
class Lasting:
    """How long partnerships last.

    Attributes
    ----------
    stored : the study's results.
    event, levels : what ends a life (one of `EVENTS`), under which levels.
    curves : strategy, time (months), survival, at_risk, events, and with sets low and high (95%, pointwise).
    means : strategy, mean (months within the horizon), low, high, ended (share by the horizon), before (share that
        ended in the first month, or in the months before it).
    differences : of the mean life of each other strategy from the reference, in months.
    units : over what pairs.
    """

    stored: Stored
    event: str
    levels: tuple[str, ...]
    curves: DataFrame
    means: DataFrame
    differences: dict[str, Paired]
    units: Units

    @property
    def horizon(self) -> int:
        """Months up to which lives are seen."""
        return self.stored.months

    def at_risk(self, strategy: str, times: Sequence[float]) -> list[int]:
        """Return how many partnerships of a strategy are still there, and seen, just before each time."""
        own = self.curves[self.curves["strategy"] == strategy]
        found = []
        for time in times:
            later = own[(own["time"] >= time) & (own["at_risk"] > 0)]
            found.append(int(later["at_risk"].iloc[0]) if len(later) else 0)
        return found


def lasting(
    source: str | os.PathLike[str] | SweepLike, event: str = ENDED, levels: Sequence[str] | None = None
) -> Lasting:
    """Say how long partnerships last under each strategy of a sweep; nothing is run.

    Parameters
    ----------
    source : the folder of the results, or the results.
    event : what ends a life, one of `EVENTS`: another way of ending counts as being there no more, last seen then.
    levels : the label of each cross key; those with the shock, or the first, by default.

    Raises
    ------
    UserError
        When there is no such event, or no such levels.
    """
    from pandas import DataFrame, concat

    stored = Stored.of(Sweep.load(source) if isinstance(source, (str, os.PathLike)) else source)
    if event not in EVENTS:
        said = f"a life ends with one of {', '.join(EVENTS)}; found {quote(event)}"
        raise UserError(Mistake(said, suggestion=nearest(event, EVENTS)))
    under = known_levels(stored, levels)
    rows, lives = [], {}
    for strategy in stored.strategies:
        arm = stored.arm(strategy, under)
        time, ended = times(stored.monthly(event)[arm], stored.monthly(ENDED)[arm])
        lives[strategy] = mean_over(np.where(np.isnan(time), np.nan, time), -1)
        pairs, sites = np.meshgrid(np.arange(time.shape[0]), np.arange(time.shape[1]), indexing="ij")
        there = ~np.isnan(time)
        own = DataFrame({"strategy": strategy, "time": time[there], "event": ended[there].astype(int)})
        if stored.units.set is not None:
            own = own.assign(set=stored.units.set[pairs[there]])
        rows.append(own.assign(site=sites[there]))
    table = concat(rows, ignore_index=True)
    draws = 1000 if stored.units.set is not None else 0
    curves = survival(table.drop(columns="site"), horizon=float(stored.months), draws=draws)
    means, differences = [], {}
    for strategy in stored.strategies:
        none = np.zeros_like(lives[strategy])
        life = paired(lives[strategy], none, units=stored.units)
        mine = table[table["strategy"] == strategy]
        row = {"strategy": strategy, "mean": life.difference, "low": life.low, "high": life.high}
        gone = float(((mine["time"] == 1) & (mine["event"] == 1)).mean())
        means.append({**row, "ended": float(mine["event"].mean()), "before": gone})
        if strategy != stored.against:
            differences[strategy] = paired(lives[strategy], lives[stored.against], "higher", units=stored.units)
    return Lasting(stored, event, under, curves, DataFrame(means), differences, stored.units)


def times(event: Array, gone: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return when each life ended or was last seen, and whether it ended (in this way).

    Parameters
    ----------
    event, gone : [..., months], 1 from the month on in which it has ended in this way, and in any way.

    Returns
    -------
    time : float64 [...], months from 1; the number of months where it has not ended; missing where nothing is known.
    ended : bool [...].
    """
    months = event.shape[-1]
    unknown = np.asarray(np.isnan(event).all(-1))
    ended = np.asarray((event >= 1).any(-1))
    left = np.asarray((gone >= 1).any(-1))
    first = np.where(ended, (event >= 1).argmax(-1) + 1, np.where(left, (gone >= 1).argmax(-1) + 1, months))
    return np.where(unknown, np.nan, first.astype(float)), ended & ~unknown
