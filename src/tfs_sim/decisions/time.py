"""When: present values of what comes later, and how many decisions a piece of information serves."""

from __future__ import annotations

import math
from numbers import Integral, Real

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tfs_sim.decisions.tables import AMOUNTS, UNITS, Array, checked, refuse
from tfs_sim.scenario.errors import quote


def discount(
    table: pd.DataFrame,
    cost: float,
    effect: float,
    time: str = "month",
    per_year: int = 12,
    start: int | None = None,
) -> pd.DataFrame:
    """Return a table of costs and effects in time, summed over it as present values.

    What comes t periods after the start counts (1 + rate)^(−t / per_year); what comes before it, as it is.

    Parameters
    ----------
    table : tidy (see the package's text), with a column of whole periods.
    cost, effect : rates a year, in [0, 1): 0.03 for 3%.
    time : the column of periods.
    per_year : periods in a year: 12 for months, 1 for years.
    start : the period whose amounts count in full; by default the first in which strategies differ in anything.

    Returns
    -------
    the table without its column of periods, a row for each combination of the others.

    Raises
    ------
    UserError
        Where the table or a rate will not do, or no strategy ever differs from another and no start is given.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "strategy": ["none", "none", "staff", "staff"],
    ...     "month": [0, 12, 0, 12],
    ...     "cost": [0.0, 0.0, 100.0, 100.0],
    ...     "effect": [0.0, 0.0, 0.0, 5.0],
    ... })
    >>> discount(table, cost=0.03, effect=0.03).round(2)
      strategy    cost  effect
    0     none    0.00    0.00
    1    staff  197.09    4.85
    """
    for name, rate in (("costs", cost), ("effects", effect)):
        rate_checked(name, rate)
    if isinstance(per_year, bool) or not isinstance(per_year, int) or per_year < 1:
        refuse(f"there is a whole number of periods in a year, 12 for months; found {quote(per_year)}")
    keys = checked(table, ("strategy", *AMOUNTS, time), AMOUNTS, UNITS)
    if not pd.api.types.is_integer_dtype(table[time].dtype):
        refuse(f"column {quote(time)} counts periods in whole numbers")
    others = [name for name in table.columns if name in (*UNITS, *keys) and name != time]
    if table.duplicated([*others, time]).any():
        row = int(np.flatnonzero(table.duplicated([*others, time]).to_numpy())[0]) + 1
        refuse(f"row {row} is there before: the same {', '.join(map(str, others))} and {time}")
    if start is not None and (isinstance(start, bool) or not isinstance(start, Integral)):
        refuse(f"the start is a whole number of periods; found {quote(start)}")
    first = _first_difference(table, others, time) if start is None else int(start)
    periods = table[time].to_numpy()
    weighed = table.assign(
        cost=table["cost"] * present(periods, first, cost, per_year),
        effect=table["effect"] * present(periods, first, effect, per_year),
    )
    return weighed.groupby(others, sort=False, observed=True, as_index=False)[list(AMOUNTS)].sum()


def present(periods: NDArray[np.int64], start: int, rate: float, per_year: int = 12) -> Array:
    """Return how much an amount of each period counts: (1 + rate)^(−t / per_year), t periods after the start; 1 before.

    `rate` is a year's, in [0, 1).
    """
    late = np.maximum(0, periods - start) / per_year
    return np.asarray((1.0 + rate) ** -late)


def rate_checked(name: str, rate: object) -> None:
    """Refuse what is no rate of discounting; `name` says of what.

    Raises
    ------
    UserError
        Where it is not a share a year from 0 to below 1.
    """
    if isinstance(rate, bool) or not isinstance(rate, Real) or not 0 <= float(rate) < 1:
        refuse(f"a rate of discounting {name} is a share a year from 0 to below 1; found {quote(rate)}")


def _first_difference(table: pd.DataFrame, others: list[str], time: str) -> int:
    same = [name for name in others if name != "strategy"]
    spread = table.groupby([*same, time], sort=False, observed=True)[list(AMOUNTS)].agg(["min", "max"])
    differs = pd.Series(False, index=spread.index)
    for amount in AMOUNTS:
        differs |= spread[amount]["min"] != spread[amount]["max"]
    counts = table.groupby([*same, time], sort=False, observed=True)["strategy"].nunique()
    differs |= counts != table["strategy"].nunique()  # a strategy without a row there has nothing
    if not differs.any():
        refuse("no strategy ever differs from another, so there is no period to discount from; give a start")
    return int(differs[differs].index.get_level_values(time).min())


def deciders(population: float, horizon: int, rate: float = 0.0) -> float:
    """Return for how many decisions a piece of information is there, later ones counting less.

    population · Σ (1 + rate)^−y over the years y = 0 … horizon − 1. A value of information (of one decision) times this
    is what it is worth to all who decide.

    Parameters
    ----------
    population : how many decide each year (communities, say), > 0.
    horizon : for how many years what is learned keeps its worth, a whole number from 1 on.
    rate : of discounting, a year, in [0, 1).

    Raises
    ------
    UserError
        Where one of them is out of its range.

    Examples
    --------
    >>> deciders(population=30, horizon=5)
    150.0
    """
    if isinstance(population, bool) or not isinstance(population, Real) or not 0 < float(population) < math.inf:
        refuse(f"a population is how many decide each year, above 0; found {quote(population)}")
    if isinstance(horizon, bool) or not isinstance(horizon, Integral) or horizon < 1:
        refuse(f"a horizon is a whole number of years from 1 on; found {quote(horizon)}")
    if isinstance(rate, bool) or not 0 <= rate < 1:
        refuse(f"a rate of discounting is a share a year from 0 to below 1; found {quote(rate)}")
    return float(population * sum((1.0 + rate) ** -year for year in range(int(horizon))))
