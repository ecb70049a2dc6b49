"""`[design]` of an experiment: which variables take which values, and the points that follow."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from tfs_sim.experiments.designs import constraints, sampling
from tfs_sim.experiments.designs.distributions import Distribution
from tfs_sim.experiments.designs.plausible import VARIES, Settings, chosen, open_to
from tfs_sim.experiments.designs.point_files import read_points, spanning
from tfs_sim.experiments.designs.variables import Variable, mistakes_with, parts_of, range_text, shared, usual
from tfs_sim.experiments.designs.varying import Vary, drawn, number_of
from tfs_sim.scenario.errors import KeyPath, Mistake, count, listed, quote
from tfs_sim.scenario.fields import DATA_FILE, LARGEST_SEED, NAME, TEXT, DataFile, one_of, several, whole
from tfs_sim.scenario.schema import Scenario
from tfs_sim.scenario.table import Table

Array = NDArray[np.float64]
LEVELS = {"grid": 5, "one-at-a-time": 2}
"""How many values a variable takes where a design does not say."""


class Design(Table):
    """The points at which every strategy is run."""

    method: Annotated[str, one_of(sampling.METHODS, "a design")] = Field(description="how points are chosen")
    points: Annotated[int, whole(1, sampling.MOST_POINTS, "a whole number of points")] | None = Field(
        None, description="of a latin-hypercube or sobol design"
    )
    seed: Annotated[int, whole(0, LARGEST_SEED, "a whole number")] = Field(1, description="of a sampled design")
    corners: Annotated[int, whole(0, sampling.MOST_CORNERS, "a number of corners")] = Field(
        0, description="of a sampled design: so many corners of its space are run as well"
    )
    file: Annotated[DataFile, DATA_FILE] | None = Field(None, description="CSV file of a table: a column a variable")
    vary: Annotated[dict[str, Vary] | str, VARIES] = Field(
        description='variables by name; or "plausible": every parameter, "plausible: turnover, trust": those of these'
    )
    constraints: tuple[Annotated[str, TEXT], ...] = Field((), description="comparisons that every point must meet")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        mistakes = []
        if (self.method in sampling.SAMPLED) != (self.points is not None):
            wanted = f"a {self.method} design needs points, a number" if self.points is None else ""
            extra = f"points is for {listed(list(sampling.SAMPLED))}; a {self.method} design has its own"
            mistakes.append(Mistake(wanted or extra, key=() if wanted else ("points",), at="key"))
        if self.corners and self.method not in sampling.SAMPLED:
            mistakes.append(Mistake(f"corners is for {listed(list(sampling.SAMPLED))}", key=("corners",), at="key"))
        if (self.method == "table") != (self.file is not None):
            wanted = "a table design needs file, a CSV file" if self.file is None else ""
            extra = f"file is for a table; this is a {self.method} design"
            mistakes.append(Mistake(wanted or extra, key=() if wanted else ("file",), at="key"))
        if self.method == "table" and isinstance(self.vary, str):
            mistakes.append(Mistake("the columns of a table are named one by one in [design.vary]", key=("vary",)))
        if not isinstance(self.vary, str):
            mistakes += [mistake.under(("constraints",)) for mistake in _unmeetable(self.constraints, self.vary)]
        if mistakes:
            raise several(mistakes)
        return self


def _unmeetable(texts: Sequence[str], names: Iterable[str]) -> list[Mistake]:
    """Return what is wrong with constraints over variables of these names, each under its place in the list."""
    found = ((place, constraints.problem(text, list(names))) for place, text in enumerate(texts))
    return [mistake.under((place,)) for place, mistake in found if mistake is not None]


@dataclass(frozen=True)
class Points:
    """The points of a design: variables × numbers (`Variable.value` says what a number stands for).

    NaN stands for "as the scenario says". The table of numbers is made when it is first asked for. The variables of a
    design in one line yield to what arms write themselves, and are columns of `points.parquet` alone.
    """

    design: Design
    vary: tuple[Vary, ...]
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
        columns = self._columns(found)
        met = np.ones(len(found), bool)
        for text in self.design.constraints:
            met &= constraints.holds(text, columns)
        kept = found if met.all() else found[met]
        kept.flags.writeable = False
        return kept

    def _columns(self, table: Array) -> dict[str, Array]:
        return {variable.name: table[:, column] for column, variable in enumerate(self.variables)}

    def undefined(self) -> Iterator[Mistake]:
        """Yield a mistake for each constraint that divides by zero at a point, be that left out or not."""
        for number, text in enumerate(self.design.constraints):
            if "/" not in text:
                continue
            found = self._all()
            zero = np.flatnonzero(constraints.divides_by_zero(text, self._columns(found)))
            if len(zero):
                values = ", ".join(
                    f"{variable.name} {variable.label(code) if code == code else 'as it is'}"
                    for variable, code in zip(self.variables[:6], found[zero[0]].tolist(), strict=False)
                )
                said = f"{quote(text)} divides by zero at {count(len(zero), 'point')}, the first with {values}"
                hint = "Multiply instead: a < 2 * b says what a / b < 2 says."
                yield Mistake(said, ("design", "constraints", number), hint=hint)

    @property
    def one_line(self) -> bool:
        """Whether the design is one line, `vary = "plausible"`."""
        return isinstance(self.design.vary, str)

    @cached_property
    def left_out(self) -> int:
        """How many points do not meet the constraints."""
        return self._count() - len(self)

    def _count(self) -> int:
        method = self.design.method
        if method == "table":
            return len(self.listed) if self.listed is not None else 0
        if method in sampling.SAMPLED:
            return (self.design.points or 0) + sampling.number_of_corners(self.design.corners, len(self.variables))
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
        if design.corners:
            shares = np.concatenate([shares, sampling.corners(design.corners, count, design.seed)])
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
        for variable, distribution, vary in zip(self.variables, self.distributions, self.vary, strict=True):
            if distribution is None:
                found.append(np.arange(len(variable.values), dtype=float))
            elif vary.values is not None:
                found.append(np.array([number_of(variable, value) for value in variable.values], float))
            else:
                values = distribution.spaced(vary.levels or LEVELS[self.design.method])
                rounded = values if variable.kind == "number" else np.round(values)
                found.append(np.unique(rounded) if variable.kind != "number" else rounded)
        return found

    def drawn(self, column: int) -> dict[str, str | float]:
        """Return how a variable's values came about: the name of its distribution with what is its own."""
        distribution = self.distributions[column]
        if self.design.method == "table":
            return {"distribution": "table"}
        if distribution is None or self.vary[column].values is not None:
            return {"distribution": "values"}
        return distribution.record()

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


def planned(design: Design, scenarios: Sequence[Scenario], taken: Sequence[str]) -> tuple[Points | None, list[Mistake]]:
    """Return the points of a design over the scenarios of the arms, and every mistake in it.

    `taken` are names of columns that a variable must not have.
    """
    varies = chosen(design.vary, scenarios) if isinstance(design.vary, str) else design.vary
    if isinstance(varies, Mistake):
        return None, [varies]
    variables, distributions, usuals, mistakes = [], [], [], []
    for name, vary in varies.items():
        key: KeyPath = ("design", "vary", name)
        if name in taken:
            mistakes.append(Mistake(f"{quote(name)} is a column of every result; choose another name", key, "key"))
        path = parts_of(vary.of, scenarios)
        if isinstance(path, Mistake):
            mistakes.append(path.under((*key, "of")))
            continue
        made = drawn(name, path, vary, design.method)
        if isinstance(made, Mistake):
            mistakes.append(made.under(key))
            continue
        own = usual(path, scenarios)
        variables.append(made[0])
        distributions.append(made[1])
        usuals.append(math.nan if own is None else own)
    mistakes += _twice(variables)
    if isinstance(design.vary, str):
        mistakes += [each.under(("design", "constraints")) for each in _unmeetable(design.constraints, varies)]
    if mistakes:
        return None, mistakes
    listed_points, found = read_points(design.file, variables) if design.file is not None else (None, [])
    if found:
        return None, found
    if listed_points is not None:
        variables = [spanning(each, listed_points[:, n]) for n, each in enumerate(variables)]
    points = Points(
        design, tuple(varies.values()), tuple(variables), tuple(distributions), tuple(usuals), listed_points
    )
    if points._count() > sampling.MOST_POINTS:
        count = f"{points._count():,}" if points._count() < 10**15 else "more than 1,000,000,000,000,000"
        message = f"these are {count} points; at most {sampling.MOST_POINTS:,} can be run"
        return None, [Mistake(message, ("design",))]
    if undefined := list(points.undefined()):
        return None, undefined
    if not len(points):
        return None, [Mistake("no point meets the constraints", ("design", "constraints"))]
    mistakes = _refused(points, scenarios)
    return (None, mistakes) if mistakes else (points, [])


def _twice(variables: Sequence[Variable]) -> Iterator[Mistake]:
    """Yield a mistake for each variable that sets what one before it sets as well."""
    for number, variable in enumerate(variables):
        for earlier in variables[:number]:
            if (what := shared(earlier.path, variable.path)) is not None:
                said = f"{variable.name} and {earlier.name} both set {what}, so one of them would have no effect"
                yield Mistake(said, ("design", "vary", variable.name), hint="Keep one of the two.")


TRIED = 8
"""So many points, beside the ends of every variable, are checked in full before anything runs."""


def _refused(points: Points, scenarios: Sequence[Scenario]) -> list[Mistake]:
    """Return what the model says against the values of each variable, or else against whole points."""
    found: list[Mistake] = []
    for column, variable in enumerate(points.variables):
        distribution = points.distributions[column]
        if distribution is not None and distribution.name == "plausible" and points.design.method != "table":
            continue  # what is plausible is allowed
        codes = points.table[:, column][~np.isnan(points.table[:, column])]
        if variable.kind == "choice":
            tried = np.unique(codes)
        else:
            tried = np.unique([codes.min(), codes.max()]) if len(codes) else codes
        settings = ({variable.path: variable.value(code)} for code in tried.tolist())
        over = f" (it varies over {range_text(variable)})" if variable.kind != "choice" else ""
        said = next(filter(None, (_objection(each, scenarios, points.one_line) for each in settings)), None)
        if said is not None:
            key = ("design", "vary", variable.name)
            found.append(Mistake(f"{variable.dotted}: {said.message}{over}", key, suggestion=said.suggestion))
    if not found:
        for point in np.unique(np.linspace(0, len(points) - 1, TRIED).astype(int)).tolist():
            said = _objection(points.settings(point), scenarios, points.one_line)
            if said is not None:
                return [Mistake(f"point {point + 1}: {said.message}", ("design", "vary"))]
    return found


def _objection(settings: Settings, scenarios: Sequence[Scenario], one_line: bool) -> Mistake | None:
    for scenario in scenarios:
        for mistake in mistakes_with(scenario, open_to(settings, scenario) if one_line else settings):
            return replace(
                mistake, message=mistake.message.replace(NAME, str(mistake.key[-1]) if mistake.key else "it")
            )
    return None
