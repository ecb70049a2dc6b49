"""What registers would have found: which partnerships are alive, how many members they have, what is lost and gained.

Each function takes the runs of a population and returns what so many communities say (`estimates`), or of each
community two numbers, one to be divided by the other, as `surveys` does. Months count from 0.
"""

from __future__ import annotations

import numpy as np

from tfs_sim.calibration import estimates
from tfs_sim.calibration.estimates import Estimate
from tfs_sim.calibration.looks import Array, Runs
from tfs_sim.calibration.surveys import Pair


def alive(runs: Runs, month: int, given: int | None) -> Pair:
    """Say of each community whether its partnership is alive in a month, of all or of those alive in an earlier one."""
    asked = np.ones(runs.communities) if given is None else _alive(runs, given)
    return _alive(runs, month) * asked, asked


def mean(runs: Runs, metric: str, months: slice) -> Pair:
    """Return each community's sum of a metric over those of some months in which it is alive, and their number."""
    there = runs.of("alive", months)
    return (runs.of(metric, months) * there).sum(axis=0), there.sum(axis=0)


def ratio(runs: Runs, metric: str, per: str, months: slice, times: float) -> Pair:
    """Return each community's sum of a metric over some months times a number, and its sum of another metric."""
    top, bottom = (runs.of(name, months).sum(axis=0) for name in (metric, per))
    return times * top, bottom


def sustained(runs: Runs, metric: str, month: int, later: int) -> Estimate:
    """Return a metric's mean in a month over partnerships that are alive later, over that of those that are not.

    Both of partnerships that are alive in that month.
    """
    there, then = _alive(runs, month), _alive(runs, later)
    value = runs.of(metric, month)
    lasting, others = (estimates.mean(value * there * which, there * which) for which in (then, 1.0 - then))
    return estimates.quotient(lasting, others)


def falls(runs: Runs, metric: str, during: slice, after: slice) -> Estimate:
    """Return the share of partnerships in which a metric's mean is lower after than during, of those alive in both."""
    there = _alive(runs, during.stop - 1) * _alive(runs, after.stop - 1)
    fell = runs.of(metric, after).mean(axis=0) < runs.of(metric, during).mean(axis=0)
    return estimates.share(fell * there, there)


def effect(runs: Runs, beside: Runs, metric: str, month: int) -> Estimate:
    """Return the mean difference in a metric to the same communities over the same luck in another population."""
    return estimates.mean(runs.of(metric, month) - beside.of(metric, month), np.ones(runs.communities))


def deepened(runs: Runs, metric: str, before: slice, after: slice, sites: int) -> Estimate:
    """Return the share of runs in which a metric's mean is higher after than before at `sites` communities or more."""
    more = runs.of(metric, after).mean(axis=0) > runs.of(metric, before).mean(axis=0)
    enough = more.reshape(len(runs.keys), -1).sum(axis=1) >= sites
    return estimates.share(enough.astype(np.float64), np.ones(enough.size))


def _alive(runs: Runs, month: int) -> Array:
    return (runs.of("alive", month) > 0).astype(np.float64)
