"""How long what was begun lasts: Kaplan–Meier curves of strategies, with bands over sets.

With n(t) that are still there just before t and d(t) that end at t, S(t) = Π (1 − d(u) / n(u)) over times u ≤ t at
which something ends (Kaplan & Meier 1958). Whoever is seen to the end of a record without an end (event 0) counts in n
up to then, including that time. SciPy has the curve; it is made here since each draw of a band weighs sets anew.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tfs_sim.decisions.noise import SEED
from tfs_sim.decisions.tables import LARGEST, Array, checked, numbers, refuse
from tfs_sim.scenario.errors import quote

UNITS = ("strategy", "set", "replicate", "site")


def survival(table: pd.DataFrame, horizon: float | None = None, draws: int = 1000) -> pd.DataFrame:
    """Return the share that lasts beyond each time, by strategy, with pointwise 95% bands.

    Parameters
    ----------
    table : a row for each that may end: strategy, time (≥ 0), event (1: it ended then, 0: it was last seen then), and,
        if there are any, set, replicate and site; other columns are further keys. Without sets each row is one.
    horizon : how far curves go, at least the last time in the table, which it is by default.
    draws : bootstrap draws of sets for bands; 0 leaves the columns low and high out.

    Returns
    -------
    further keys, strategy, time, survival, at_risk, events, low, high. Each curve begins at time 0 with 1 and ends at
    the horizon; a row's survival holds from its time on. Whoever is last seen does not draw a curve down.

    Raises
    ------
    UserError
        Where the table will not do, the horizon is before the last time, or bands are wanted of one set.

    Examples
    --------
    >>> lives = pd.DataFrame({"strategy": ["none"] * 4, "time": [12, 20, 20, 36], "event": [1, 1, 0, 0]})
    >>> survival(lives, draws=0)
      strategy  time  survival  at_risk  events
    0     none   0.0      1.00        4       0
    1     none  12.0      0.75        4       1
    2     none  20.0      0.50        3       1
    3     none  36.0      0.50        1       0
    """
    keys = checked(table, ("strategy", "time", "event"), ("time", "event"), UNITS)
    time, event = numbers(table["time"], "time"), numbers(table["event"], "event")
    if (time < 0).any():
        refuse(f"times count from 0 on; found {quote(float(time[time < 0][0]))}")
    strange = np.flatnonzero((event != 0) & (event != 1))
    if len(strange):
        refuse(f"an event is 1 (it ended) or 0 (last seen); found {quote(float(event[strange[0]]))}")
    last = float(time.max()) if horizon is None else horizon
    if not time.max() <= last <= LARGEST:
        refuse(f"the horizon is {quote(last)}, and the table goes to {quote(float(time.max()))}")
    plain = table.assign(
        time=time,
        event=event,
        set=table["set"] if "set" in table else np.arange(len(table)),
        strategy=table["strategy"],
    )
    if not keys:
        return _curves(plain, last, draws)
    parts = []
    for values, part in plain.groupby(keys, sort=True, observed=True):
        named: dict[str, Any] = dict(zip(keys, values, strict=True))
        found = _curves(part, last, draws)
        for place, (key, value) in enumerate(named.items()):
            found.insert(place, key, value)
        parts.append(found)
    return pd.concat(parts, ignore_index=True)


def _curves(table: pd.DataFrame, horizon: float, draws: int) -> pd.DataFrame:
    code, sets = pd.factorize(table["set"])
    if draws and len(sets) < 2:
        refuse("a band is one over sets, and the table has one set; ask for none (draws = 0)")
    weights = np.random.default_rng(SEED).multinomial(len(sets), np.full(len(sets), 1 / len(sets)), draws)
    parts = []
    for strategy in sorted(table["strategy"].astype(str).unique()):
        mine = (table["strategy"].astype(str) == strategy).to_numpy()
        parts.append(_curve(strategy, table.loc[mine], code[mine], len(sets), weights, horizon))
    return pd.concat(parts, ignore_index=True)


def _curve(strategy: str, rows: pd.DataFrame, code: Any, sets: int, weights: Any, horizon: float) -> pd.DataFrame:
    times, when = np.unique(rows["time"].to_numpy(), return_inverse=True)
    seen, ended = np.zeros((sets, len(times))), np.zeros((sets, len(times)))
    np.add.at(seen, (code, when), 1.0)
    np.add.at(ended, (code, when), rows["event"].to_numpy())
    there = seen[:, ::-1].cumsum(axis=1)[:, ::-1]
    found = pd.DataFrame(
        {
            "strategy": strategy,
            "time": times,
            "survival": _product(there.sum(axis=0), ended.sum(axis=0)),
            "at_risk": there.sum(axis=0).astype(int),
            "events": ended.sum(axis=0).astype(int),
        }
    )
    if len(weights):
        low, high = np.quantile(_product(weights @ there, weights @ ended), [0.025, 0.975], axis=0)
        found["low"], found["high"] = low, high
    first, last = found.iloc[:1].copy(), found.iloc[-1:].copy()
    whole = ["survival", "low", "high"] if len(weights) else ["survival"]
    first[["time", "events"]], first[whole] = [0.0, 0], 1.0
    last[["time", "at_risk", "events"]] = [horizon, 0, 0]
    begin = [first] if times[0] > 0 else []
    end = [last] if times[-1] < horizon else []
    return pd.concat([*begin, found, *end], ignore_index=True)


def _product(there: Array, ended: Array) -> Array:
    """Return the product of shares that do not end, over times along the last axis; nobody there: nothing changes."""
    return np.asarray(np.cumprod(1.0 - ended / np.maximum(there, 1.0), axis=-1))
