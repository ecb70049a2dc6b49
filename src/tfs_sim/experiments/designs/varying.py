"""One line of `[design.vary]`: what varies, and how it is drawn.

A parameter with a declared range and nothing else said is drawn by `Parameter.plausible`: half of its values lie below
the default. With `low`, `high`, `values` or a `distribution` it is what the user wrote: evenly between low and high, or
by that distribution over them (over the declared range, where there is no low or high).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from tfs_sim.experiments.designs import sampling
from tfs_sim.experiments.designs.distributions import NAMES, Distribution
from tfs_sim.experiments.designs.point_files import number_from
from tfs_sim.experiments.designs.variables import Variable, declared_range, kind_and_range
from tfs_sim.scenario.errors import Mistake, kind_of
from tfs_sim.scenario.fields import NAME, TEXT, Check, as_number, number, one_of, several, whole, wrong
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.table import Table
from tfs_sim.scenario.tables import month_number


def _bound(value: Any) -> float | str:
    if isinstance(value, str):
        return value
    return as_number(value, 'a number or a month ("2020-03")')


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
    low: Annotated[float | str, BOUND] | None = Field(None, description="default: the end of the declared range")
    high: Annotated[float | str, BOUND] | None = Field(None, description="default: the end of the declared range")
    values: Annotated[tuple[Any, ...], VALUES] | None = Field(None, description="these values and no others")
    levels: Annotated[int, whole(2, 10_000, "a whole number")] | None = Field(
        None, description="in a grid or one at a time: how many values from low to high"
    )
    distribution: Annotated[str, one_of(NAMES, "a distribution")] | None = Field(
        None,
        description="default: plausible (half of the values below the parameter's default) where a range is declared "
        "and neither low nor high is given; else uniform, evenly from low to high",
    )
    mean: Annotated[float | str, BOUND] | None = Field(None, description="of a normal distribution")
    sd: Annotated[float, number(0, math.inf, "a number")] | None = Field(None, description="of a normal distribution")
    mode: Annotated[float | str, BOUND] | None = Field(None, description="likeliest value of a triangular one")


def _vary(value: Any) -> Vary:
    if isinstance(value, Vary):
        return value
    if isinstance(value, str):
        return Vary(of=TEXT.function(value))
    if not isinstance(value, Mapping):
        raise wrong(
            f"{NAME} is a dotted name or a table such as {{ of = … , low = 0, high = 1 }}; found {kind_of(value)}"
        )
    try:
        return Vary.model_validate(value)
    except ValidationError as error:
        raise several(mistakes_of(error, Vary, "a variable")) from None


VARY = Check(_vary, (("anyOf", [{"type": "string"}, {"x-table": "Vary"}]),))

_OWN = {"normal": ("mean", "sd"), "triangular": ("mode",)}
"""What a distribution has beside its ends."""


def drawn(
    name: str, path: tuple[str, str, str], vary: Vary, method: str
) -> tuple[Variable, Distribution | None] | Mistake:
    """Return a variable of a design with its distribution (None for a choice among values), or what is wrong."""
    kind, low, high, choices = kind_and_range(path)
    given = [each for each in ("low", "high", "distribution") if getattr(vary, each) is not None]
    if kind == "choice":
        if given:
            return Mistake(f"{vary.of} is a choice: give values instead of {given[0]}", (given[0],), "key")
        values = choices if vary.values is None else vary.values
        if not values and method != "table":
            return Mistake(f"{vary.of} needs values, a list", ("of",))
        return Variable(name, path, "choice", 0.0, max(0.0, len(values) - 1.0), tuple(values)), None
    if vary.values is not None:
        if given:
            return Mistake(f"values are taken as they are: leave out {given[0]}, or values", (given[0],), "key")
        return _listed(name, path, vary.values, method)
    ends: dict[str, float | None] = {}
    for key in ("low", "high", "mean", "mode"):
        try:
            middle = kind == "whole" and key in ("mean", "mode")
            ends[key] = number_from("number" if middle else kind, getattr(vary, key))
        except ValueError as error:
            return Mistake(f"{vary.of}: {error}", (key,))
    distribution = _distribution(path, vary, low, high, ends)
    if isinstance(distribution, Mistake):
        return distribution
    variable = Variable(name, path, kind, distribution.low, distribution.high)
    if method == "table":
        return variable, distribution
    problem = distribution.problem()
    if not problem and not (math.isfinite(variable.low) and math.isfinite(variable.high)):
        problem = "" if method in sampling.SAMPLED else "low and high are needed: no plausible range is declared"
    return Mistake(f"{vary.of}: {problem}") if problem else (variable, distribution)


def _listed(
    name: str, path: tuple[str, str, str], values: tuple[Any, ...], method: str
) -> tuple[Variable, Distribution | None] | Mistake:
    """Return a variable that takes these numbers or months and no others."""
    kind = kind_and_range(path)[0]
    numbers = []
    for place, value in enumerate(values):
        try:
            numbers.append(number_from(kind, value) or 0.0)
        except ValueError as error:
            return Mistake(f"{'.'.join(path)}: {error}", ("values", place))
    if method in sampling.SAMPLED:
        return Variable(name, path, "choice", 0.0, len(values) - 1.0, values), None
    variable = Variable(name, path, kind, min(numbers), max(numbers), values)
    return variable, Distribution("uniform", variable.low, variable.high)


def _distribution(
    path: tuple[str, str, str], vary: Vary, low: float, high: float, given: Mapping[str, float | None]
) -> Distribution | Mistake:
    """Return the distribution that a variable has, said or not."""
    declared, bounded = declared_range(path), vary.low is not None or vary.high is not None
    name = vary.distribution or ("plausible" if declared is not None and not bounded else "uniform")
    for owner, keys in _OWN.items():
        for key in keys:
            if getattr(vary, key) is not None and name != owner:
                return Mistake(f'{key} is for distribution = "{owner}"; this one is {name}', (key,), "key")
    if name == "plausible":
        if bounded:
            message = "a plausible distribution goes over the declared range: leave out low and high, or distribution"
            return Mistake(f"{vary.of}: {message}", ("distribution",))
        if declared is None:
            message = "no plausible range is declared, so nothing says what is plausible; give low and high"
            return Mistake(f"{vary.of}: {message}", ("distribution",))
        return Distribution("plausible", low, high, declared=declared)
    if declared is None and path[0] == "parameters" and not (vary.low is not None and vary.high is not None):
        return Mistake(f"{vary.of}: low and high are needed: no plausible range is declared")
    ends = [default if (end := given[key]) is None else end for key, default in (("low", low), ("high", high))]
    sd = math.nan if vary.sd is None else vary.sd
    own = [math.nan if (value := given[key]) is None else value for key in ("mean", "mode")]
    return Distribution(name, ends[0], ends[1], own[0], sd, own[1])


def number_of(variable: Variable, value: Any) -> float:
    """Return the number that stands for a value of a variable."""
    if variable.kind == "choice":
        return float(variable.values.index(value))
    if variable.kind == "month":
        return float(month_number(value))
    return float(value)
