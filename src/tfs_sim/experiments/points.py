"""`[design]` of an experiment: which variables take which values, and the points that follow."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from tfs_sim.experiments import constraints, sampling
from tfs_sim.experiments.distributions import NAMES, Distribution
from tfs_sim.experiments.point_files import number_from, read_points, spanning
from tfs_sim.experiments.variables import Variable, kind_and_range, mistakes_with, parts_of, range_text, usual
from tfs_sim.scenario.errors import KeyPath, Mistake, kind_of, listed, quote
from tfs_sim.scenario.fields import (
    DATA_FILE,
    KEY,
    LARGEST_SEED,
    NAME,
    TEXT,
    Check,
    DataFile,
    one_of,
    several,
    whole,
    wrong,
)
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.schema import Scenario
from tfs_sim.scenario.table import Table
from tfs_sim.scenario.tables import month_number

Array = NDArray[np.float64]
LEVELS = {"grid": 5, "one-at-a-time": 2}
"""How many values a variable takes where a design does not say."""


def _bound(value: Any) -> float | str:
    if isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value if isinstance(value, str) else float(value)
    raise wrong(f'{NAME} is a number or a month ("2020-03"); found {kind_of(value)}')


def _values(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise wrong(f"{NAME} is a list of values; found {kind_of(value)}")
    return tuple(value)


BOUND = Check(_bound, (("type", ["number", "string"]),))
VALUES = Check(_values, (("type", "array"), ("minItems", 1)))


class Vary(Table):
    """How one variable varies."""

    of: Annotated[str, TEXT] = Field(description='dotted name, such as "parameters.turnover.rate_nonprofit"')
    title: Annotated[str, TEXT] = Field("", description="what it is, for charts; default: the declared meaning")
    low: Annotated[float | str, BOUND] | None = Field(None, description="default: the declared plausible range")
    high: Annotated[float | str, BOUND] | None = Field(None, description="default: the declared plausible range")
    values: Annotated[tuple[Any, ...], VALUES] | None = Field(None, description="these values and no others")
    levels: Annotated[int, whole(2, 10_000, "a whole number")] | None = Field(
        None, description="in a grid or one at a time: how many values from low to high"
    )
    distribution: Annotated[str, one_of(NAMES, "a distribution")] = Field("uniform", description="between low and high")
    mean: Annotated[float | str, BOUND] | None = Field(None, description="of a normal distribution")
    sd: Annotated[float | str, BOUND] | None = Field(None, description="of a normal distribution")
    mode: Annotated[float | str, BOUND] | None = Field(None, description="likeliest value of a triangular one")


def _vary(value: Any) -> Vary:
    if isinstance(value, Vary):
        return value
    if isinstance(value, str):
        return Vary(of=value)
    if not isinstance(value, Mapping):
        raise wrong(
            f"{NAME} is a dotted name or a table such as {{ of = … , low = 0, high = 1 }}; found {kind_of(value)}"
        )
    try:
        return Vary.model_validate(value)
    except ValidationError as error:
        raise several(mistakes_of(error, Vary)) from None


VARY = Check(_vary, (("anyOf", [{"type": "string"}, {"x-table": "Vary"}]),))


class Design(Table):
    """The points at which every strategy is run."""

    method: Annotated[str, one_of(sampling.METHODS, "a design")] = Field(description="how points are chosen")
    points: Annotated[int, whole(1, sampling.MOST_POINTS, "a whole number of points")] | None = Field(
        None, description="of a latin-hypercube or sobol design"
    )
    seed: Annotated[int, whole(0, LARGEST_SEED, "a whole number")] = Field(1, description="of a sampled design")
    file: Annotated[DataFile, DATA_FILE] | None = Field(None, description="CSV file of a table: a column a variable")
    vary: dict[Annotated[str, KEY], Annotated[Vary, VARY]] = Field(description="variables by name", min_length=1)
    constraints: tuple[Annotated[str, TEXT], ...] = Field((), description="comparisons that every point must meet")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        mistakes = []
        if (self.method in sampling.SAMPLED) != (self.points is not None):
            wanted = f"a {self.method} design needs points, a number" if self.points is None else ""
            extra = f"points is for {listed(list(sampling.SAMPLED))}; a {self.method} design has its own"
            mistakes.append(Mistake(wanted or extra, key=() if wanted else ("points",), at="key"))
        if (self.method == "table") != (self.file is not None):
            wanted = "a table design needs file, a CSV file" if self.file is None else ""
            extra = f"file is for a table; this is a {self.method} design"
            mistakes.append(Mistake(wanted or extra, key=() if wanted else ("file",), at="key"))
        for position, text in enumerate(self.constraints):
            found = constraints.problem(text, list(self.vary))
            if found is not None:
                mistakes.append(found.under(("constraints", position)))
        if mistakes:
            raise several(mistakes)
        return self


@dataclass(frozen=True)
class Points:
    """The points of a design: variables × numbers (`Variable.value` says what a number stands for).

    NaN stands for "as the scenario says". The table of numbers is made when it is first asked for.
    """

    design: Design
    variables: tuple[Variable, ...]
    distributions: tuple[Distribution | None, ...]
    usual: tuple[float, ...]
    listed: Array | None = None

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def table(self) -> Array:
        """Float64 [points, variables], those that meet every constraint."""
        found = self._all()
        columns = {variable.name: found[:, column] for column, variable in enumerate(self.variables)}
        met = np.ones(len(found), bool)
        for text in self.design.constraints:
            met &= constraints.holds(text, columns)
        kept = found if met.all() else found[met]
        kept.flags.writeable = False
        return kept

    @cached_property
    def left_out(self) -> int:
        """How many points do not meet the constraints."""
        return self._count() - len(self)

    def _count(self) -> int:
        method = self.design.method
        if method == "table":
            return len(self.listed) if self.listed is not None else 0
        if method in sampling.SAMPLED:
            return self.design.points or 0
        levels = [len(each) for each in self._levels()]
        return math.prod(levels) if method == "grid" else 1 + sum(levels)

    def _all(self) -> Array:
        design, count = self.design, len(self.variables)
        if design.method == "table":
            assert self.listed is not None
            return self.listed
        if design.method == "grid":
            return sampling.grid(self._levels())
        if design.method == "one-at-a-time":
            return sampling.one_at_a_time(self._levels())
        make = sampling.sobol if design.method == "sobol" else sampling.latin_hypercube
        shares = make(design.points or 1, count, design.seed)
        for column in range(count):
            shares[:, column] = self._spread(column, shares[:, column])
        return shares

    def _spread(self, column: int, share: Array) -> Array:
        """Return the numbers of a variable for shares of its probability."""
        variable, distribution = self.variables[column], self.distributions[column]
        if distribution is None:
            return np.minimum(np.floor(share * len(variable.values)), len(variable.values) - 1)
        if variable.kind in ("month", "whole"):
            # every whole number of the range has a slice of its own; the last one is part of the range
            if distribution.name == "uniform":
                return np.minimum(np.floor(variable.low + (variable.high - variable.low + 1) * share), variable.high)
            return np.round(distribution.quantile(share))
        return distribution.quantile(share)

    def _levels(self) -> list[Array]:
        found = []
        for variable, distribution, vary in zip(
            self.variables, self.distributions, self.design.vary.values(), strict=True
        ):
            if distribution is None:
                found.append(np.arange(len(variable.values), dtype=float))
            elif vary.values is not None:
                found.append(np.array([number_of(variable, value) for value in variable.values], float))
            else:
                count = vary.levels or LEVELS[self.design.method]
                values = np.linspace(distribution.low, distribution.high, count)
                if distribution.name == "loguniform":
                    values = np.geomspace(distribution.low, distribution.high, count)
                rounded = values if variable.kind == "number" else np.round(values)
                found.append(np.unique(rounded) if variable.kind != "number" else rounded)
        return found

    def settings(self, point: int) -> dict[tuple[str, str, str], Any]:
        """Return what a point sets: value by dotted name in parts."""
        row = self.table[point]
        pairs = zip(self.variables, row.tolist(), strict=True)
        return {variable.path: variable.value(code) for variable, code in pairs if code == code}

    def digest(self) -> str:
        """Return a fingerprint of the points: their values, not how they were chosen."""
        total = hashlib.sha256()
        for variable in self.variables:
            values = [str(value) for value in variable.values] if variable.kind == "choice" else []
            total.update(f"{variable.dotted}|{variable.kind}|{values};".encode())
        total.update(np.ascontiguousarray(self.table).astype("<f8").tobytes())
        return total.hexdigest()


def number_of(variable: Variable, value: Any) -> float:
    """Return the number that stands for a value of a variable."""
    if variable.kind == "choice":
        return float(variable.values.index(value))
    if variable.kind == "month":
        return float(month_number(value))
    return float(value)


def planned(design: Design, scenarios: Sequence[Scenario], taken: Sequence[str]) -> tuple[Points | None, list[Mistake]]:
    """Return the points of a design over the scenarios of the arms, and every mistake in it.

    `taken` are names of columns that a variable must not have.
    """
    variables, distributions, usuals, mistakes = [], [], [], []
    for name, vary in design.vary.items():
        key: KeyPath = ("design", "vary", name)
        if name in taken:
            mistakes.append(Mistake(f"{quote(name)} is a column of every result; choose another name", key, "key"))
        path = parts_of(vary.of, scenarios)
        if isinstance(path, Mistake):
            mistakes.append(path.under((*key, "of")))
            continue
        made = _variable(name, path, vary, design.method)
        if isinstance(made, Mistake):
            mistakes.append(made.under(key))
            continue
        own = usual(path, scenarios)
        variables.append(made[0])
        distributions.append(made[1])
        usuals.append(math.nan if own is None else own)
    if mistakes:
        return None, mistakes
    listed_points, found = read_points(design.file, variables) if design.file is not None else (None, [])
    if found:
        return None, found
    if listed_points is not None:
        variables = [spanning(each, listed_points[:, n]) for n, each in enumerate(variables)]
    points = Points(design, tuple(variables), tuple(distributions), tuple(usuals), listed_points)
    if points._count() > sampling.MOST_POINTS:
        message = f"these are {points._count():,} points; at most {sampling.MOST_POINTS:,} can be run"
        return None, [Mistake(message, ("design",))]
    if not len(points):
        return None, [Mistake("no point meets the constraints", ("design", "constraints"))]
    mistakes = _refused(points, scenarios)
    return (None, mistakes) if mistakes else (points, [])


def _variable(
    name: str, path: tuple[str, str, str], vary: Vary, method: str
) -> tuple[Variable, Distribution | None] | Mistake:
    kind, low, high, choices = kind_and_range(path)
    if kind == "choice":
        if vary.low is not None or vary.high is not None:
            return Mistake(f"{vary.of} is a choice: give values instead of low and high", ("low",), "key")
        values = choices if vary.values is None else vary.values
        if not values and method != "table":
            return Mistake(f"{vary.of} needs values, a list", ("of",))
        return Variable(name, path, "choice", 0.0, max(0.0, len(values) - 1.0), tuple(values)), None
    try:
        given = {each: number_from(kind, getattr(vary, each)) for each in ("low", "high", "mean", "mode")}
        values = () if vary.values is None else tuple(vary.values)
        numbers = [number_from(kind, value) for value in values]
    except ValueError as error:
        return Mistake(str(error), ("values",) if vary.values is not None else ())
    low = given["low"] if given["low"] is not None else low
    high = given["high"] if given["high"] is not None else high
    if numbers:
        low, high = min(n for n in numbers if n is not None), max(n for n in numbers if n is not None)
        variable = Variable(name, path, kind, low, high, values)
        sampled = method in sampling.SAMPLED
        if sampled:
            return Variable(name, path, "choice", 0.0, len(values) - 1.0, values), None
        return variable, Distribution("uniform", low, high)
    sd = vary.sd if isinstance(vary.sd, int | float) else math.nan
    distribution = Distribution(vary.distribution, low, high, _or_nan(given["mean"]), float(sd), _or_nan(given["mode"]))
    if method == "table":
        return Variable(name, path, kind, low, high), distribution
    problem = distribution.problem()
    if not problem and not (math.isfinite(low) and math.isfinite(high)) and method not in sampling.SAMPLED:
        problem = "low and high are needed: no plausible range is declared"
    return Mistake(f"{vary.of}: {problem}") if problem else (Variable(name, path, kind, low, high), distribution)


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


TRIED = 8
"""So many points, beside the ends of every variable, are checked in full before anything runs."""


def _refused(points: Points, scenarios: Sequence[Scenario]) -> list[Mistake]:
    """Return what the model says against the values of each variable, or else against whole points."""
    found: list[Mistake] = []
    for column, variable in enumerate(points.variables):
        codes = points.table[:, column][~np.isnan(points.table[:, column])]
        if variable.kind == "choice":
            tried = np.unique(codes)
        else:
            tried = np.unique([codes.min(), codes.max()]) if len(codes) else codes
        settings = ({variable.path: variable.value(code)} for code in tried.tolist())
        over = f" (it varies over {range_text(variable)})" if variable.kind != "choice" else ""
        said = next(filter(None, (_objection(each, scenarios) for each in settings)), None)
        if said is not None:
            key = ("design", "vary", variable.name)
            found.append(Mistake(f"{variable.dotted}: {said.message}{over}", key, suggestion=said.suggestion))
    if not found:
        for point in np.unique(np.linspace(0, len(points) - 1, TRIED).astype(int)).tolist():
            said = _objection(points.settings(point), scenarios)
            if said is not None:
                return [Mistake(f"point {point + 1}: {said.message}", ("design", "vary"))]
    return found


def _objection(settings: Mapping[tuple[str, str, str], Any], scenarios: Sequence[Scenario]) -> Mistake | None:
    for scenario in scenarios:
        for mistake in mistakes_with(scenario, settings):
            return replace(
                mistake, message=mistake.message.replace(NAME, str(mistake.key[-1]) if mistake.key else "it")
            )
    return None
