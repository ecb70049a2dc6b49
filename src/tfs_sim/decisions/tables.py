"""Tidy tables of costs and effects, checked and turned into arrays."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tfs_sim.scenario.errors import Mistake, UserError, listed, nearest, quote

Array = NDArray[np.float64]
Worth = float | Sequence[float]
"""What one unit of effect may cost: a number, or several that go up."""

UNITS = ("site", "set", "replicate", "strategy")
"""Columns that say whose costs and effects a row holds, in the order of a panel's axes."""
AMOUNTS = ("cost", "effect")
LARGEST = 1e60
"""Larger amounts and worths are refused: squares of what an amount is worth would have no number."""


@dataclass(frozen=True)
class Panel:
    """Costs and effects of every strategy in every set and replicate, under one combination of keys.

    Attributes
    ----------
    strategies : names, sorted, so that the order of rows changes nothing.
    sets, sites : labels, sorted.
    cost, effect : float [sites, sets, replicates, strategies].
    lucky : whether the table says which luck a row had (it has a column `replicate`).
    common : whether all sets have the same replicates, so that sets may share luck.
    """

    strategies: tuple[str, ...]
    sets: tuple[Any, ...]
    sites: tuple[Any, ...]
    cost: Array
    effect: Array
    lucky: bool
    common: bool

    def benefit(self, worth: float) -> Array:
        """Return net benefits worth · effect − cost of all sites together: float [sets, replicates, strategies]."""
        return self.weighed(1.0, worth)

    def weighed(self, of_cost: float, of_effect: float) -> Array:
        """Return of_effect · effect − of_cost · cost, of all sites together: float [sets, replicates, strategies]."""
        return np.asarray(of_effect * self.effect.sum(axis=0) - of_cost * self.cost.sum(axis=0))

    def means(self) -> tuple[Array, Array]:
        """Return each strategy's expected cost and effect, of all sites together: float [strategies]."""
        return self.cost.sum(axis=0).mean(axis=(0, 1)), self.effect.sum(axis=0).mean(axis=(0, 1))

    def place(self, strategy: str) -> int:
        """Return the place of a strategy among the columns.

        Raises
        ------
        UserError
            Where there is none of that name, with the nearest one.
        """
        if strategy not in self.strategies:
            refuse(
                f"there is no strategy {quote(strategy)}; there are {listed(self.strategies)}",
                nearest(str(strategy), self.strategies),
            )
        return self.strategies.index(strategy)


def refuse(sentence: str, suggestion: str = "") -> NoReturn:
    """Raise a mistake of the user's as one sentence."""
    raise UserError(Mistake(sentence, suggestion=suggestion))


def panels(table: pd.DataFrame, sets: int = 1, asker: str = "") -> Iterator[tuple[dict[str, Any], Panel]]:
    """Yield every combination of further keys of a table, with its panel.

    Parameters
    ----------
    table : tidy, see the package's text.
    sets : how many sets are needed at least.
    asker : what needs them, for the sentence that says so.

    Raises
    ------
    UserError
        Where a column or a pair is missing, a row stands twice, a number is none, there is nothing to choose from, or
        there are too few sets.
    """
    keys = checked(table, (*AMOUNTS, "strategy"), AMOUNTS, UNITS)
    if not keys:
        yield {}, _panel(table, sets, asker, "")
        return
    for values, part in table.groupby(keys, sort=True, observed=True):
        named = dict(zip(keys, values, strict=True))
        where = " under " + ", ".join(f"{key} = {quote(_plain(value))}" for key, value in named.items())
        yield named, _panel(part, sets, asker, where)


def answered(
    table: pd.DataFrame, answer: Callable[[Panel], pd.DataFrame], sets: int = 1, asker: str = ""
) -> pd.DataFrame:
    """Return what `answer` says of each panel of a table, as one table with the further keys in front."""
    parts = []
    for keys, panel in panels(table, sets, asker):
        part = answer(panel)
        for place, (key, value) in enumerate(keys.items()):
            part.insert(place, key, value)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def checked(table: pd.DataFrame, needed: Sequence[str], amounts: Sequence[str], units: Sequence[str]) -> list[str]:
    """Check a table's columns and cells, and return the names of its further keys.

    Parameters
    ----------
    needed : columns that it must have.
    amounts : columns that hold finite numbers.
    units : columns that say whose row it is; what is none of both is a further key.

    Raises
    ------
    UserError
        At the first of what is wrong, with its row counted from 1.
    """
    if not isinstance(table, pd.DataFrame):
        refuse(f"a decision needs a table (a pandas DataFrame); found {type(table).__name__}")
    if table.columns.nlevels > 1:
        refuse(f"the table has columns of {table.columns.nlevels} levels; a column's name is one text")
    if others := [name for name in table.columns if not isinstance(name, str)]:
        refuse(f"a column's name is text; found {quote(_plain(others[0]))}")
    names = list(table.columns)
    for name in needed:
        if name not in names:
            likely = nearest(name, [each for each in names if each not in (*needed, *units)])
            refuse(f"the table has no column {quote(name)}; it has {listed(names)}", likely)
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        refuse(f"the table has the column {quote(twice[0])} twice")
    if not len(table):
        refuse("the table has no rows")
    for name in amounts:
        numbers(table[name], name)
    keys = [name for name in names if name not in amounts and name not in units]
    for name in names:
        if name in amounts:
            continue
        labelled(table[name], name)
        empty = np.flatnonzero(table[name].isna().to_numpy())
        if len(empty):
            refuse(f"column {quote(name)} is empty in row {empty[0] + 1}")
        if name in keys and pd.api.types.is_float_dtype(table[name].dtype) and (table[name] % 1 != 0).any():
            refuse(
                f"column {quote(name)} is none of {listed((*needed, *units))} and holds fractions; a further key is "
                "text or whole numbers, and what is no key must be left out of the table"
            )
    return keys


def labelled(column: pd.Series, name: str) -> None:
    """Refuse a column whose cells are no labels: lists, say.

    Raises
    ------
    UserError
        With the first row, counted from 1, whose cell is none.
    """
    if column.dtype != object:
        return
    for row, cell in enumerate(column, 1):
        if cell is not pd.NA and not isinstance(cell, str | int | float | np.generic | datetime.date | None):
            found = f"a {type(cell).__name__} in row {row}"
            refuse(f"column {quote(name)} has labels, which are text or whole numbers; found {found}")


def numbers(column: pd.Series, name: str) -> Array:
    """Return a column as finite numbers.

    Raises
    ------
    UserError
        With the first row, counted from 1, whose cell is none.
    """
    if column.dtype.kind in "cmM":  # dates would become their nanoseconds
        refuse(f"column {quote(name)} is a finite number in every row; found {column.dtype} in all")
    values = np.asarray(pd.to_numeric(column, errors="coerce").astype(float), float)
    bad = np.flatnonzero(~(np.abs(values) <= LARGEST))
    if len(bad):
        found = _plain(column.iloc[bad[0]])
        said = "nothing" if found is None or found is pd.NA else quote(found)
        refuse(f"column {quote(name)} is a finite number in every row; found {said} in row {bad[0] + 1}")
    return values


def is_meant_as_number(cell: Any) -> bool:
    """Say whether a cell is a number, or what stands where one is missing or written otherwise (nan, n/a, 0,5, 40%)."""
    if not isinstance(cell, str):
        return isinstance(cell, int | float | np.number) and not isinstance(cell, bool | np.bool_)
    plain = re.sub(r"[\s_]", "", cell).replace(",", ".").strip("%$€£")
    try:
        float(plain)
    except ValueError:
        return plain.casefold() in _MISSING
    return True


_MISSING = {"", ".", "-", "–", "na", "n/a", "#n/a", "null"}


def worths(worth: Worth) -> tuple[float, ...]:
    """Return worths as a tuple of numbers.

    Raises
    ------
    UserError
        Where one is negative or no finite number, or where they do not go up.
    """
    one = isinstance(worth, str | bytes) or not isinstance(worth, Iterable)
    given: list[Any] = [worth] if one else list(worth)  # type: ignore[arg-type]
    if not given:
        refuse("a worth is needed: what one unit of effect may cost")
    found: list[float] = []
    for each in given:
        is_number = isinstance(each, int | float | np.integer | np.floating) and not isinstance(each, bool)
        if not is_number or not 0 <= each <= LARGEST:
            refuse(f"a worth is what one unit of effect may cost, a number from 0 on; found {quote(_plain(each))}")
        value = float(each)
        if found and value <= found[-1]:
            refuse(f"worths go up; {quote(value)} comes after {quote(found[-1])}")
        found.append(value)
    return tuple(found)


def one_worth(worth: float) -> float:
    """Return a worth as a number.

    Raises
    ------
    UserError
        Where it is negative or no finite number, or where there are several.
    """
    found = worths(worth)
    if len(found) > 1:
        refuse(f"one worth is asked for here; found {len(found)}")
    return found[0]


def _panel(table: pd.DataFrame, sets: int, asker: str, where: str) -> Panel:
    columns = {name: table[name] if name in table else pd.Series(0, table.index) for name in UNITS}
    columns["strategy"] = columns["strategy"].astype(str)
    codes: dict[str, NDArray[np.int64]] = {}
    labels: dict[str, list[Any]] = {}
    for name, column in columns.items():
        codes[name], labels[name] = _coded(column)
    if len(labels["strategy"]) < 2:
        refuse(f"there is nothing to choose from: the table has one strategy, {quote(labels['strategy'][0])}{where}")
    if len(labels["set"]) < sets:
        refuse(f"{asker} needs at least {sets} sets of parameters; the table has {len(labels['set'])}{where}")
    codes["replicate"], luck, common = _within(codes["set"], codes["replicate"])
    shape = (len(labels["site"]), len(labels["set"]), luck, len(labels["strategy"]))
    cell = np.ravel_multi_index(tuple(codes[name] for name in UNITS), shape)
    times = np.bincount(cell, minlength=math.prod(shape))
    if (times != 1).any():
        wrong = int(np.flatnonzero(times != 1)[0])
        said = _named(table, labels, np.unravel_index(wrong, shape), common)
        refuse(f"the table has {'no row' if not times[wrong] else f'{times[wrong]} rows'} for {said}{where}")
    cost, effect = (np.empty(math.prod(shape)) for _ in AMOUNTS)
    cost[cell], effect[cell] = numbers(table["cost"], "cost"), numbers(table["effect"], "effect")
    return Panel(
        tuple(labels["strategy"]),
        tuple(labels["set"]),
        tuple(labels["site"]),
        cost.reshape(shape),
        effect.reshape(shape),
        lucky="replicate" in table,
        common=common and luck > 1 and len(labels["set"]) > 1,
    )


def _coded(column: pd.Series) -> tuple[NDArray[np.int64], list[Any]]:
    """Return a column as places among its labels, and the labels, sorted (as text where kinds are mixed)."""
    code, labels = pd.factorize(column, sort=False)
    found = [_plain(label) for label in labels]
    try:
        order = sorted(range(len(found)), key=lambda place: found[place])
    except TypeError:
        order = sorted(range(len(found)), key=lambda place: str(found[place]))
    rank = np.empty(len(found), np.int64)
    rank[order] = np.arange(len(found))
    return rank[code], [found[place] for place in order]


def _within(sets: NDArray[np.int64], replicates: NDArray[np.int64]) -> tuple[NDArray[np.int64], int, bool]:
    """Number replicates within their set; return that, how many a set has at most, and whether all have the same."""
    width = int(replicates.max()) + 1
    pairs, where = np.unique(sets * width + replicates, return_inverse=True)
    counts = np.bincount(pairs // width)
    place = np.arange(len(pairs)) - np.repeat(np.cumsum(counts) - counts, counts)
    return place[where], int(counts.max()), bool((counts == width).all())


def _named(table: pd.DataFrame, labels: dict[str, list[Any]], place: Sequence[Any], common: bool) -> str:
    said = []
    for name, at in reversed(list(zip(UNITS, place, strict=True))):
        if name not in table:
            continue
        numbered = name == "replicate" and not common
        said.append(f"its {_ordinal(int(at))} replicate" if numbered else f"{name} {quote(labels[name][int(at)])}")
    return ", ".join(said)


def _ordinal(place: int) -> str:
    return ("first", "second", "third")[place] if place < 3 else f"{place + 1}th"


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
