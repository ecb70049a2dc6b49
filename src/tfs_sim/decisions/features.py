"""What is known of points, as numbers and words, and limits on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tfs_sim.decisions.tables import Array, is_meant_as_number, numbers, refuse
from tfs_sim.scenario.errors import quote

Mask = NDArray[np.bool_]

WORDS = "words"
"""The side of a limit on a variable of words; of numbers it is "low" or "high"."""


@dataclass(frozen=True)
class Limit:
    """One limit of a box.

    Attributes
    ----------
    variable, name : which variable: its place among the columns, its name.
    side : "low" (at least `at`, or more where `open`), "high" (at most `at`) or "words" (one of `kept`).
    at : the limit; of whole numbers the last that is kept. Of words missing.
    open : whether `at` itself is outside.
    whole : whether the variable has whole numbers.
    kept, dropped : words inside and outside.
    reproduced : share of bootstraps that restrict the same variable on the same side.
    chance : see `boxes`.
    """

    variable: int
    name: str
    side: str
    at: float = math.nan
    whole: bool = False
    open: bool = False
    kept: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    reproduced: float = 1.0
    chance: float = 0.0

    def record(self) -> dict[str, Any]:
        """Return the limit as cells of a table."""
        return {
            "variable": self.name,
            "low": self.at if self.side == "low" else math.nan,
            "high": self.at if self.side == "high" else math.nan,
            "words": ", ".join(self.kept),
            "reproduced": self.reproduced,
            "chance": self.chance,
        }


@dataclass(frozen=True)
class Span:
    """What a box spans. Its sides are the low ends of all variables (or their words), then the high ends.

    Attributes
    ----------
    low, high : float [variables].
    kept : of each variable the places of its words inside; None of numbers.
    """

    low: Array
    high: Array
    kept: tuple[Array | None, ...]

    def outside(self, values: Array) -> Mask:
        """Return which points lie beyond which side: [points, 2 · variables]."""
        return np.column_stack([self.beyond(values, side) for side in range(2 * len(self.low))])

    def beyond(self, values: Array, side: int) -> Mask:
        """Return which points lie beyond one side."""
        variable, above = side % len(self.low), side >= len(self.low)
        column, words = values[:, variable], self.kept[variable]
        if words is not None:
            return np.zeros(len(column), bool) if above else ~np.isin(column, words)
        return np.asarray(column > self.high[variable] if above else column < self.low[variable])

    def at_best(self, side: int, values: Array, weight: Array) -> Span:
        """Return the box with one side where the weights of what it holds sum to most, open if that is no less.

        Parameters
        ----------
        values, weight : the points within all other sides.
        """
        variable, above = side % len(self.low), side >= len(self.low)
        levels, code = np.unique(values[:, variable], return_inverse=True)
        sums = np.bincount(code, weight)
        if self.kept[variable] is not None:
            kept = levels[sums > 0]
            own = self.kept[variable] if not len(kept) else kept
            return replace(self, kept=(*self.kept[:variable], own, *self.kept[variable + 1 :]))
        ends = (self.high if above else self.low).copy()
        if above:
            held = np.cumsum(sums)
            cut = int(np.flatnonzero(held >= held.max() - 1e-12)[-1])
            ends[variable] = np.inf if cut == len(levels) - 1 else levels[cut]
            return replace(self, high=ends)
        held = np.cumsum(sums[::-1])[::-1]
        cut = int(np.flatnonzero(held >= held.max() - 1e-12)[0])
        ends[variable] = -np.inf if cut == 0 else levels[cut]
        return replace(self, low=ends)


@dataclass(frozen=True)
class Features:
    """A table of what is known of points, as numbers.

    Attributes
    ----------
    names : of the variables.
    values : float [points, variables]; words by their place among `levels`.
    worded, whole : of each variable, whether it has words, or whole numbers.
    levels : the words of each variable, sorted; none of numbers.
    """

    names: tuple[str, ...]
    values: Array
    worded: Mask
    whole: Mask
    levels: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, table: pd.DataFrame) -> Features:
        """Return a table as features.

        Raises
        ------
        UserError
            Where it is none, has no column or one twice, a cell is empty or no finite number, or all rows are alike.
        """
        if not isinstance(table, pd.DataFrame) or not len(table):
            refuse("what is known of points is a table with a row a point")
        names = tuple(str(name) for name in table.columns)
        if not names:
            refuse("nothing is known of the points: the table has no column")
        twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if twice:
            refuse(f"the table has the column {quote(twice[0])} twice")
        columns, worded, whole, levels = [], [], [], []
        for name in names:
            column = table[name]
            numeric = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
            if numeric:
                own = numbers(column, name)
            else:
                own, words = _coded(column, name)
            columns.append(own)
            worded.append(not numeric)
            whole.append(numeric and bool((own % 1 == 0).all()))
            levels.append(() if numeric else words)
        values = np.column_stack(columns)
        if not (values != values[:1]).any():
            refuse("all points are alike: nothing that is known of them differs")
        return cls(names, values, np.array(worded), np.array(whole), tuple(levels))

    def order(self, wanted: Mask) -> NDArray[np.int64]:
        """Return an order of points that does not depend on that of rows."""
        return np.lexsort((wanted, *self.values.T[::-1])).astype(np.int64)

    def span(self, values: Array, inside: Mask, sides: Mask) -> Span:
        """Return what the points of a box span, among points [points, variables]; other sides are open."""
        own = values[inside]
        low_side, high_side = sides.reshape(2, -1)
        kept = tuple(
            np.unique(own[:, n] if low_side[n] else values[:, n]) if words else None
            for n, words in enumerate(self.worded)
        )
        low = np.where(low_side, own.min(axis=0), -np.inf)
        return Span(low, np.where(high_side, own.max(axis=0), np.inf), kept)

    def opened(self, span: Span, side: int, values: Array) -> Span:
        """Return a box with one side open."""
        variable, above = side % len(self.names), side >= len(self.names)
        if self.worded[variable]:
            kept = (*span.kept[:variable], np.unique(values[:, variable]), *span.kept[variable + 1 :])
            return replace(span, kept=kept)
        ends = (span.high if above else span.low).copy()
        ends[variable] = np.inf if above else -np.inf
        return replace(span, high=ends) if above else replace(span, low=ends)

    def sides(self, limits: Sequence[Limit]) -> Mask:
        """Return on which sides limits lie."""
        found = np.zeros(2 * len(self.names), bool)
        for limit in limits:
            found[limit.variable + len(self.names) * (limit.side == "high")] = True
        return found

    def limits(self, values: Array, span: Span, sides: Mask) -> list[Limit]:
        """Return some sides of a box as limits.

        A limit of numbers is the roundest one between the nearest points on its two sides that lie within the others.
        """
        outside = span.outside(values)
        beyond = outside[:, sides].sum(axis=1)
        found = []
        for side in np.flatnonzero(sides):
            variable, above = int(side) % len(self.names), bool(side >= len(self.names))
            name, column, kept = self.names[variable], values[:, variable], span.kept[variable]
            if kept is not None:
                words = self.levels[variable]
                split = [tuple(words[int(n)] for n in each) for each in (kept, np.setdiff1d(column, kept))]
                found.append(Limit(variable, name, WORDS, kept=split[0], dropped=split[1]))
                continue
            whole = bool(self.whole[variable])
            next_to = column[outside[:, side] & (beyond == 1)]
            next_to = next_to if len(next_to) else column[outside[:, side]]
            if above:
                last = float(span.high[variable])
                at = last if whole else -round_between(-float(next_to.min()), -last)
            else:
                last = float(span.low[variable])
                at = last if whole else round_between(float(next_to.max()), last)
            found.append(Limit(variable, name, "high" if above else "low", at, whole))
        return found

    def within(self, limits: Sequence[Limit]) -> Mask:
        """Return which of the points lie within limits."""
        found = np.ones(len(self.values), bool)
        for limit in limits:
            column = self.values[:, limit.variable]
            if limit.side == "low":
                found &= (column > limit.at) if limit.open else (column >= limit.at)
            elif limit.side == "high":
                found &= column <= limit.at
            else:
                outside = [self.levels[limit.variable].index(word) for word in limit.dropped]
                found &= ~np.isin(column, outside)
        return found


def _coded(column: pd.Series, name: str) -> tuple[Array, tuple[str, ...]]:
    empty = np.flatnonzero(column.isna().to_numpy())
    if len(empty):
        refuse(f"column {quote(name)} is empty in row {empty[0] + 1}")
    strange = [row for row, cell in enumerate(column) if is_meant_as_number(cell)]
    if strange:
        found = f"found {quote(column.iloc[strange[0]])} in row {strange[0] + 1}"
        refuse(f"column {quote(name)} is one of words, in which no number may stand; {found}")
    words, code = np.unique(column.astype(str).to_numpy(str), return_inverse=True)
    return code.astype(float), tuple(str(word) for word in words)


def round_between(low: float, high: float) -> float:
    """Return the number with the fewest digits that lies above `low` and at most as high as `high`."""
    if not low < high:
        return high
    if low < 0 <= high:
        return 0.0
    power = math.floor(math.log10(max(abs(low), abs(high), high - low)))
    for place in range(power, power - 17, -1):
        step = 10.0**place
        found = round(math.floor(high / step) * step, max(0, -place))
        if low < found <= high:
            middle = (low + high) / 2  # of several, the one nearest to the middle
            near = round(round(middle / step) * step, max(0, -place))
            return float(near if low < near <= high else found)
    return high
