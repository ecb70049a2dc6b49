"""What it is worth to know more before choosing.

    EVPI      E max_d b(d, θ) − max_d E b(d, θ)              all of what a set says, known
    EVPPI     E max_d E[b(d, θ) | φ] − max_d E b(d, θ)       some parameters φ of it, known
    EVSI      E max_d E[b(d, θ) | x] − max_d E b(d, θ)       data x of a study, known

with b the net benefit of strategy d at parameters θ. The inner expectations are regressions of net benefit on what
would be known (Strong et al. 2014 for parameters, Strong et al. 2015 for data, with what sums them up in their place):
a spline where that is one number, a Gaussian process where it is more (`smoothers`). Luck within sets is noise to a
regression, so that EVPPI and EVSI need no mending; EVPI does (`noise`).

A regression finds a little worth in anything. So each value has a *noise floor*: the most that was found in 20
parameters (or in 20 turns of the same group or study) whose values were dealt out to sets anew, which is worth nothing.
What is not above it is "not seen". Of parameters without any worth one in about 21 is above the floor all the same.

Values are those of one decision, in the unit of cost; `time.deciders` says how many decisions there are. What a model
leaves out is in no set: these values are "at least".
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tfs_sim.decisions.benefit import bounds
from tfs_sim.decisions.leads import knowing
from tfs_sim.decisions.noise import SEED, standard_error
from tfs_sim.decisions.smoothers import Fit, process, spline
from tfs_sim.decisions.tables import Array, Panel, Worth, answered, is_meant_as_number, numbers, panels, refuse, worths
from tfs_sim.scenario.errors import listed, nearest, quote

PERMUTED = 20
"""Parameters without any worth that a noise floor is the largest value of."""
DRAWS = 100
"""Draws of a fit behind a standard error."""
OF_PARAMETERS = "a value of some parameters"
FEWEST = 30
"""Fewer sets say too little for a regression."""

Study = Callable[[Mapping[str, Any], np.random.Generator], Any]
"""What a study would report if the parameters of a set were true: a number, several, or numbers by name."""


def by_chance(parameters: int) -> float:
    """Return how many of so many parameters that are worth nothing stand above the noise floor by chance."""
    return parameters / (PERMUTED + 1)


def evpi(table: pd.DataFrame, worth: Worth) -> pd.DataFrame:
    """Return the expected value of perfect information: of knowing the set before choosing, for one decision.

    Returns
    -------
    further keys, worth, evpi (without luck, in the unit of cost, between the two bounds), se (by bootstrap over sets),
    lower (cross-fitted: choices made by all replicates but one and looked at in that one; luck makes it too small),
    upper (as the table stands; luck makes it too large), luck: "measured", "unknown" (one replicate: evpi is the upper
    bound and lower is 0) or "none" (no column `replicate`: the table holds expectations).

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
    >>> evpi(table, worth=0.2)[["worth", "evpi", "luck"]].round(1)
       worth  evpi  luck
    0    0.2   6.0  none
    """
    given = worths(worth)

    def answer(panel: Panel) -> pd.DataFrame:
        rows = []
        for each in given:
            values = panel.benefit(each)
            least, most = bounds(values, panel.lucky)
            rows.append(
                {
                    "worth": each,
                    "evpi": float(np.clip(knowing(values, panel.common), least, most)),
                    "se": float(standard_error(values, lambda v: knowing(v, panel.common))),
                    "lower": least,
                    "upper": most,
                    "luck": "none" if not panel.lucky else "measured" if values.shape[1] > 1 else "unknown",
                }
            )
        return pd.DataFrame(rows)

    return answered(table, answer, sets=2, asker="a value of information")


def learnable(table: pd.DataFrame, parameters: pd.DataFrame) -> None:
    """Refuse tables of which `evppi` and `evsi` could say nothing, before anything is reckoned.

    Raises
    ------
    UserError
        As `evppi`.
    """
    _parameters(parameters)
    for _, panel in panels(table, FEWEST, OF_PARAMETERS):
        _of_sets(parameters, panel)


def evppi(
    table: pd.DataFrame, parameters: pd.DataFrame, worth: Worth, groups: Mapping[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """Return what it is worth to know each parameter, or each group of them, before choosing.

    A parameter that does not vary is worth exactly 0. Of a group, parameters that do not vary or that follow linearly
    from others are left out, and the group is worth at least what each of its members is.

    Parameters
    ----------
    table : tidy (see the package's text).
    parameters : column `set` (every set of the table once, in any order) and a column a parameter, of numbers or words.
    worth : what one unit of effect may cost, or several.
    groups : names of parameters by the name of their group; by default each parameter by itself.

    Returns
    -------
    further keys, worth, parameter (or the group's name), evppi (in the unit of cost), se (of the fit and of which sets
    were drawn), floor (see the module's text), seen (whether it is above the floor). The highest come first.

    Raises
    ------
    UserError
        Where a table or a worth will not do, sets or parameters are missing, or there are fewer than 30 sets.
    """
    given = worths(worth)
    names = _parameters(parameters)
    if groups is not None:
        _check_groups(groups, names)

    def answer(panel: Panel) -> pd.DataFrame:
        known = _of_sets(parameters, panel)
        parts = []
        for each in given:
            targets = _targets(panel, each)
            found = _singles(known, names, targets) if groups is None else _groups(known, groups, targets)
            ordered = found.sort_values(["evppi", "parameter"], ascending=[False, True], kind="stable")
            ordered.insert(0, "worth", each)
            parts.append(ordered)
        return pd.concat(parts, ignore_index=True)

    return answered(table, answer, sets=FEWEST, asker=OF_PARAMETERS)


def evsi(table: pd.DataFrame, parameters: pd.DataFrame, worth: Worth, study: Study, seed: int = 1) -> pd.DataFrame:
    """Return what a study is worth before choosing: the expected value of the information in its data.

    Parameters
    ----------
    table, parameters, worth : as in `evppi`.
    study : given a set's parameters by name and a source of luck, it returns what the study would report: a few numbers
        that sum up its data. Measurement, luck and non-response belong into it.
    seed : of the luck that is given to it.

    Returns
    -------
    further keys, worth, evsi (in the unit of cost, before the study's own cost), se, floor, seen, as in `evppi`. What
    the model leaves out is not learned by any data here: "at least".

    Raises
    ------
    UserError
        As `evppi`; and where the study returns anything but finite numbers, always as many.
    """
    given = worths(worth)
    _parameters(parameters)

    def answer(panel: Panel) -> pd.DataFrame:
        data = _simulated(_of_sets(parameters, panel), study, seed)
        rows = []
        for each in given:
            value, se, floor = _valued(data, _targets(panel, each), zlib.crc32(b"study"))
            rows.append({"worth": each, "evsi": value, "se": se, "floor": floor, "seen": value > floor})
        return pd.DataFrame(rows)

    return answered(table, answer, sets=FEWEST, asker="a value of a study")


def _targets(panel: Panel, worth: float) -> Array:
    """Return net benefits less their mean over strategies, averaged over replicates: float [sets, strategies].

    Only differences matter to a choice, and what all strategies share would only be noise to a regression.
    """
    values = panel.benefit(worth).mean(axis=1)
    return np.asarray(values - values.mean(axis=1, keepdims=True))


def _worth_of(fitted: Array, best: int) -> tuple[float, Array]:
    """Return what choosing by fitted net benefits gains over always choosing the best, and by how much in each set."""
    gains = fitted.max(axis=1) - fitted[:, best]
    return float(gains.mean()), gains


def _fit(data: Array, targets: Array) -> Fit | None:
    """Return a regression of targets on data [sets, numbers], None where the data do not vary."""
    kept = _independent(data)
    if not kept.shape[1]:
        return None
    centred = targets - targets.mean(axis=0)
    return spline(kept[:, 0], centred) if kept.shape[1] == 1 else process(kept, centred)


def _value(data: Array, targets: Array, draws: int) -> tuple[float, float]:
    """Return what knowing data is worth, and, with draws, its standard error (else 0)."""
    fit = _fit(data, targets)
    if fit is None:
        return 0.0, 0.0
    centre = targets.mean(axis=0)
    best = int(centre.argmax())
    value, gains = _worth_of(fit.fitted + centre, best)
    if not draws:
        return value, 0.0
    rng = np.random.default_rng(SEED)
    drawn = [_worth_of(fit.drawn(rng) + centre, best)[0] for _ in range(draws)]
    return value, float(np.sqrt(np.var(drawn, ddof=1) + gains.var(ddof=1) / len(gains)))


def _valued(data: Array, targets: Array, key: int) -> tuple[float, float, float]:
    """Return what knowing data is worth, its standard error and its noise floor by dealing the data out anew."""
    value, se = _value(data, targets, DRAWS)
    rng = np.random.default_rng([SEED, key])
    floor = max(_value(rng.permutation(data), targets, 0)[0] for _ in range(PERMUTED)) if _varies(data) else 0.0
    return value, se, floor


def _singles(known: pd.DataFrame, names: Sequence[str], targets: Array) -> pd.DataFrame:
    columns = {name: _numeric(known[name]) for name in names}
    varying = sorted(name for name in names if _varies(columns[name]))
    rng = np.random.default_rng(SEED)
    some = rng.permutation(max(PERMUTED, len(varying)))[:PERMUTED]
    dealt = [varying[place % len(varying)] for place in some if varying]
    floor = max((_value(rng.permutation(columns[name]), targets, 0)[0] for name in dealt), default=0.0)
    rows = []
    for name in names:
        value, se = _value(columns[name], targets, DRAWS)
        rows.append({"parameter": name, "evppi": value, "se": se, "floor": floor, "seen": value > floor})
    return pd.DataFrame(rows)


def _groups(known: pd.DataFrame, groups: Mapping[str, Sequence[str]], targets: Array) -> pd.DataFrame:
    rows = []
    members = list(dict.fromkeys(name for group in groups.values() for name in group))
    alone = _singles(known, members, targets).set_index("parameter")
    for name, group in groups.items():
        data = np.column_stack([_numeric(known[member]) for member in group])
        value, se, floor = _valued(data, targets, zlib.crc32("\0".join(group).encode()))
        seen = value > floor or bool(alone.loc[list(group), "seen"].any())
        most = alone.loc[list(group)].sort_values("evppi", kind="stable").iloc[-1]
        if most["evppi"] > value:
            value, se, floor = float(most["evppi"]), float(most["se"]), float(most["floor"])
        rows.append({"parameter": name, "evppi": value, "se": se, "floor": floor, "seen": seen})
    return pd.DataFrame(rows)


def _varies(data: Array) -> bool:
    return bool((data != data[:1]).any())


def _independent(data: Array) -> Array:
    """Return the columns that vary and do not follow linearly from those before them."""
    kept: list[Array] = []
    residues: list[Array] = []
    for column in data.T:
        spread = column.std()
        if not spread > 1e-12 * max(1e-300, float(np.abs(column).max())):
            continue
        rest = (column - column.mean()) / spread
        for _ in range(2):  # twice, since rounding leaves something the first time
            for other in residues:
                rest = rest - other * float(other @ rest)
        size = float(np.linalg.norm(rest))
        if size > 1e-7 * np.sqrt(len(column)):
            kept.append(column)
            residues.append(rest / size)
    return np.column_stack(kept) if kept else np.empty((len(data), 0))


def _numeric(column: pd.Series) -> Array:
    """Return a parameter as numbers [sets, columns]: one column, or of words one for each but the first."""
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
        return np.asarray(column.to_numpy(float))[:, None]
    words = column.astype(str).to_numpy()
    levels = np.unique(words)
    return np.asarray((words[:, None] == levels[1:]).astype(float)) if len(levels) > 1 else np.zeros((len(words), 1))


def _parameters(parameters: pd.DataFrame) -> list[str]:
    """Check a table of parameters and return their names."""
    if not isinstance(parameters, pd.DataFrame) or "set" not in parameters:
        refuse("parameters are a table with a column set and a column for each parameter")
    names = [str(name) for name in parameters.columns if name != "set"]
    if not names:
        refuse("the table of parameters has no column beside set")
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        refuse(f"the table of parameters has the column {quote(twice[0])} twice")
    for name in names:
        column = parameters[name]
        if pd.api.types.is_numeric_dtype(column.dtype):
            numbers(column, name)
            continue
        if column.isna().any():
            refuse(f"parameter {quote(name)} is empty in row {int(np.flatnonzero(column.isna().to_numpy())[0]) + 1}")
        strange = [row for row, cell in enumerate(column) if is_meant_as_number(cell)]
        if strange:
            found = f"found {quote(column.iloc[strange[0]])} in row {strange[0] + 1}"
            refuse(f"parameter {quote(name)} is a column of words, in which no number may stand; {found}")
    if parameters["set"].duplicated().any():
        again = parameters["set"][parameters["set"].duplicated()].iloc[0]
        refuse(f"the table of parameters has set {quote(again)} twice")
    return names


def _check_groups(groups: Mapping[str, Sequence[str]], names: Sequence[str]) -> None:
    if not groups:
        refuse("there are no groups of parameters; without any, each parameter is looked at by itself")
    for group, members in groups.items():
        if isinstance(members, str) or not members:
            refuse(f"group {quote(group)} is a list of one parameter or more")
        for member in members:
            if member not in names:
                refuse(
                    f"group {quote(group)} has {quote(member)}, and there is no such parameter; "
                    f"there are {listed(names)}",
                    nearest(str(member), names),
                )


def _of_sets(parameters: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Return the parameters of a panel's sets, in its order."""
    known = parameters.set_index("set")
    missing = [label for label in panel.sets if label not in known.index]
    if missing:
        refuse(f"the table of parameters has no row for set {quote(missing[0])}")
    return known.loc[list(panel.sets)]


def _simulated(known: pd.DataFrame, study: Study, seed: int) -> Array:
    """Return what the study reports in every set: float [sets, numbers]."""
    rows: list[Array] = []
    for place, row in enumerate(known.to_dict("records")):
        told = study({str(name): value for name, value in row.items()}, np.random.default_rng([seed, place]))
        told = list(told.values()) if isinstance(told, Mapping) else told
        try:
            row_of = np.atleast_1d(np.asarray(told, float)).ravel()
        except (TypeError, ValueError):
            refuse(f"a study reports numbers; in set {quote(known.index[place])} it returned {quote(told)}")
        if not np.isfinite(row_of).all() or (rows and len(row_of) != len(rows[0])) or not len(row_of):
            refuse(f"a study reports finite numbers, always as many; in set {quote(known.index[place])}: {quote(told)}")
        rows.append(row_of)
    return np.array(rows)
