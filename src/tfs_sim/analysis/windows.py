"""Outcomes with defined windows, on arrays whose last axis is the month; and the declarations of metrics.

Windows. A metric's single number is the mean of the last twelve months, the total or the last value, as its
`Metric.summary` says. The change of support around a shock is the mean of months +1 to +6 after the onset minus
the mean of months -6 to -1; support deepened from +0.05, eroded from -0.05. Recovery is the number of months from the
onset to the first month after the trough (the lowest of the two years after the onset) in which support is back
to 95% of its mean before the shock; it is missing (censored) where that never happens.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import numpy as np

from tfs_sim.model.declare import Metric

Array = np.ndarray[Any, np.dtype[np.float64]]

WINDOW = 6
DEEPENED = 0.05
RECOVERED = 0.95
TROUGH_WITHIN = 24

DERIVED = {
    "support_change": Metric(
        "support_change",
        "Change of support after the shock",
        "share of partners' work",
        "mean support of months +1 to +6 after the onset minus that of months -6 to -1",
        better="higher",
        decimals=3,
    ),
    "deepened": Metric(
        "deepened",
        "Share of sites where support deepened",
        "share",
        "change of support after the shock of 0.05 or more",
        better="higher",
    ),
    "eroded": Metric(
        "eroded",
        "Share of sites where support eroded",
        "share",
        "change of support after the shock of -0.05 or less",
        better="lower",
    ),
    "recovered": Metric(
        "recovered",
        "Share of sites whose support recovered",
        "share",
        "support back to 95% of its mean before the shock",
        better="higher",
    ),
    "recovery_months": Metric(
        "recovery_months",
        "Months until support recovered",
        "months",
        "months from the onset until support is back to 95% of its mean before the shock; missing if never",
        better="lower",
        decimals=0,
    ),
}
"""Outcomes that are computed from the months around the first shock."""


def metric(name: str, known: Sequence[str] = ()) -> Metric:
    """Return the declaration of a metric; a plain one for a column that the catalogue does not declare.

    Raises
    ------
    ValueError
        If `known` (column names) is given and `name` is none of them.
    """
    if name in DERIVED:
        return DERIVED[name]
    if known and name not in known:
        close = difflib.get_close_matches(name, [*known, *DERIVED], 1)
        hint = f'; did you mean "{close[0]}"?' if close else f". The metrics are: {', '.join(sorted(known))}."
        raise ValueError(f'there is no metric "{name}"{hint}')
    try:
        from tfs_sim.model.catalogue import METRICS
    except ImportError:  # pragma: no cover - only while the model is not installed whole
        METRICS = {}
    return METRICS.get(name) or Metric(name, name.replace("_", " ").capitalize(), "", "")


LARGE = 2_000_000
"""Numbers of which no copy is made at once."""


def mean_over(values: Array, axis: int) -> Array:
    """Return the mean over an axis without its missing values (missing where all are)."""
    if axis % values.ndim > 0 and values.size > LARGE:  # a few at a time: what is noted on the way is as large as they
        return np.stack([mean_over(each, axis % values.ndim - 1) for each in values])
    present = ~np.isnan(values)
    count = present.sum(axis)
    total = np.where(present, values, 0.0).sum(axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def summarize(values: Array, how: Metric) -> Array:
    """Return a run's single number from its months (last axis), as the metric's `summary` says."""
    if how.summary == "total":
        return np.where(np.isnan(values).all(-1), np.nan, np.nansum(values, -1))
    if how.summary == "end":
        return np.asarray(values[..., -1])
    return mean_over(values[..., -12:], -1)


def change_around(values: Array, onset: int, window: int = WINDOW) -> Array:
    """Return the mean of months +1 to +`window` after `onset` minus the mean of months -`window` to -1."""
    if onset < window or onset + window >= values.shape[-1]:
        return np.full(values.shape[:-1], np.nan)
    after = values[..., onset + 1 : onset + window + 1].mean(-1)
    return np.asarray(after - values[..., onset - window : onset].mean(-1))


def recovery_months(values: Array, onset: int, window: int = WINDOW) -> Array:
    """Return the months from `onset` until values are back to 95% of their mean before it, missing if never.

    The month is the first after the trough; 0 where the trough itself lies above 95%.
    """
    if onset < window or onset + 1 >= values.shape[-1]:
        return np.full(values.shape[:-1], np.nan)
    goal = RECOVERED * values[..., onset - window : onset].mean(-1)
    after = values[..., onset:]
    trough = np.argmin(np.nan_to_num(after[..., : TROUGH_WITHIN + 1], nan=np.inf), -1)
    back = (after >= goal[..., None]) & (np.arange(after.shape[-1]) >= trough[..., None])
    never_fell = np.take_along_axis(after, trough[..., None], -1)[..., 0] >= goal
    first = np.where(back.any(-1), np.argmax(back, -1), np.nan)
    return np.where(never_fell, 0.0, first)
