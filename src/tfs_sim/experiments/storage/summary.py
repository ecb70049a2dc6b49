"""From the months of a run to its single numbers.

Every metric says in its declaration how a run is summed up: the mean of the last twelve months
("last-year"), the sum of all months ("total"), or the last month ("end").
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LAST_YEAR = 12
"""Months in the mean of a "last-year" metric (all of them, where a run is shorter)."""


def summarize(series: NDArray[np.float64], ways: Sequence[str]) -> NDArray[np.float64]:
    """Return the single numbers of one run.

    Parameters
    ----------
    series : float64 [months, sites, metrics]
        What `run_replicate` returns.
    ways : one of "last-year", "total", "end" for each metric, in the order of the last axis.

    Returns
    -------
    float64 [sites, metrics]

    Notes
    -----
    The months are added one after the other (the sum runs over the first axis), so that the result is the
    same to the last bit on every processor.
    """
    average, total = _places(tuple(ways))
    months, _, metrics = series.shape
    if len(ways) != metrics:
        raise ValueError(f"{metrics} metrics, but {len(ways)} ways to sum them up")
    summary: NDArray[np.float64] = series[-1].copy()
    window = min(LAST_YEAR, months)
    if average.size:
        summary[:, average] = np.add.reduce(series[-window:].take(average, axis=2), axis=0) / window
    if total.size:
        summary[:, total] = np.add.reduce(series.take(total, axis=2), axis=0)
    return summary


@lru_cache(maxsize=16)
def _places(ways: tuple[str, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which metrics are averaged, and which are summed up over all months."""
    unknown = sorted(set(ways) - {"last-year", "total", "end"})
    if unknown:
        raise ValueError(f"no such summary: {', '.join(unknown)}")
    how = np.array(ways)
    return np.flatnonzero(how == "last-year"), np.flatnonzero(how == "total")


def ways_of(metrics: Sequence[str]) -> tuple[str, ...]:
    """Return how each named metric is summed up, from its declaration."""
    from tfs_sim.model.catalogue import METRICS

    return tuple(METRICS[name].summary for name in metrics)
