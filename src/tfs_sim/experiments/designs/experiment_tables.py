"""The tables of an experiment file: strategies, conditions, outcomes, snapshots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from tfs_sim.experiments.designs.assembly import ADDITION
from tfs_sim.experiments.designs.design_checks import LARGEST_DIFFERENCE, difference_mistakes
from tfs_sim.scenario.checks import MECHANISMS, PARAMETERS
from tfs_sim.scenario.errors import Mistake, kind_of, quote
from tfs_sim.scenario.fields import (
    LINE,
    NAME,
    TEXT,
    WHEN,
    Check,
    as_number,
    declared,
    number,
    plain_number,
    several,
    whole,
    wrong,
)
from tfs_sim.scenario.months import date_of
from tfs_sim.scenario.table import Table
from tfs_sim.scenario.tables import ScheduledIntervention, ScheduledShock


def _sites(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise wrong(f"{NAME} is a table with a table for each site; found {kind_of(value)}")
    mistakes = [
        Mistake(f"{NAME} is a table of keys; found {kind_of(each)}", (str(name),))
        for name, each in value.items()
        if not isinstance(each, Mapping)
    ]
    if mistakes:
        raise several(mistakes)
    return dict(value)


SITES = Check(_sites, (("type", "object"), ("additionalProperties", {"type": "object"})))


def _worthwhile(value: Any) -> float:
    found = as_number(value, "a number above 0")
    if found <= 0:
        raise wrong(f"{NAME} is above 0: it is the size of a difference, be it better or worse; found {quote(value)}")
    if found > LARGEST_DIFFERENCE:
        raise wrong(f"{NAME} is a number above 0, at most {plain_number(LARGEST_DIFFERENCE)}; found {quote(value)}")
    return found


WORTHWHILE = Check(_worthwhile, (("type", "number"), ("exclusiveMinimum", 0), ("maximum", LARGEST_DIFFERENCE)))


class Strategy(Table):
    """What is done beyond the scenario's own interventions and grants."""

    title: Annotated[str, LINE] = Field("", description="label for tables and charts; default: the key of the table")
    extends: Annotated[str, TEXT] | None = Field(None, description="another strategy, which this one adds to")
    add: tuple[Annotated[str | ScheduledIntervention, ADDITION], ...] = Field(
        (), description="bundles, names of interventions, or tables of interventions"
    )
    parameters: Annotated[dict[str, dict[str, float | str]], PARAMETERS] = Field(
        default_factory=dict, description="parameters of mechanisms under this strategy"
    )


class Level(Table):
    """One condition of a cross key; without keys but its label it keeps the scenario as it is."""

    label: Annotated[str, LINE] = Field(description="what the condition is called")
    scenario: Annotated[str, TEXT] | None = Field(
        None, description="another scenario instead: a ready-made name, or path relative to this file"
    )
    shocks: tuple[ScheduledShock, ...] | None = Field(None, description="instead of the scenario's shocks")
    sites: Annotated[dict[str, Any], SITES] = Field(
        default_factory=dict, description="what differs in the scenario's sites, as in a file that extends it"
    )
    mechanisms: Annotated[dict[str, bool], MECHANISMS] = Field(default_factory=dict, description="switches")
    parameters: Annotated[dict[str, dict[str, float | str]], PARAMETERS] = Field(
        default_factory=dict, description="parameters of mechanisms under this condition"
    )


class Outcomes(Table):
    """Which metrics the comparison is about."""

    primary: Annotated[str, declared("metric")] = Field(description="the metric that answers the question")
    also: tuple[Annotated[str, declared("metric")], ...] = Field((), description="further metrics")
    worthwhile: Annotated[float, WORTHWHILE] | None = Field(
        None, description="the smallest difference in the primary outcome that matters, in its unit"
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.worthwhile is not None:
            mistakes = list(difference_mistakes("worthwhile", self.worthwhile, self.primary))
            if mistakes:
                raise several(mistakes)
        return self


class Snapshots(Table):
    """The network of one site in one replicate, kept for the report."""

    site: Annotated[str, TEXT] = Field(description="key of a site")
    months: tuple[Annotated[str, WHEN], ...] = Field(description="months", min_length=1)

    def dates(self, start: str) -> list[str]:
        """Return the months as dates, for a clock that starts then."""
        return [date_of(month, start) for month in self.months]


def _rate(value: Any) -> float:
    found = as_number(value, "a rate a year, 0.03 for 3%")
    if not 0 <= found < 1:
        raise wrong(f"{NAME} is a rate a year from 0 to below 1, 0.03 for 3%; found {quote(value)}")
    return found


WORTH = number(0, 1e12, "what a student-month of support may cost, in dollars,")
HOUR = number(0.01, 1e6, "the price of an hour of partners' staff, in dollars,")
RATE = Check(_rate, (("type", "number"), ("minimum", 0), ("exclusiveMaximum", 1)))


class Decision(Table):
    """How costs and effects are weighed: nothing of it changes a run. No worth of an outcome is a default."""

    worths: tuple[Annotated[float, WORTH], ...] = Field(
        (), max_length=5, description="what a student-month of support may cost, in dollars, from low to high"
    )
    hour: Annotated[float, HOUR] | None = Field(
        None, description="price of an hour of partners' staff in dollars: society's view is then told, too"
    )
    discount_costs: Annotated[float, RATE] = Field(0.0, description="a year, from where strategies first differ")
    discount_effects: Annotated[float, RATE] = Field(0.0, description="a year, from where strategies first differ")
    population: Annotated[int, whole(1, 10**9, "a number of communities")] | None = Field(
        None, description="how many communities decide each year by what is learned"
    )
    horizon: Annotated[int, whole(1, 1000, "a number of years")] | None = Field(
        None, description="for how many years what is learned counts"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        mistakes = []
        if list(self.worths) != sorted(set(self.worths)):
            mistakes.append(Mistake("worths go up, each once", key=("worths",)))
        if (self.population is None) != (self.horizon is None):
            there = "population" if self.horizon is None else "horizon"
            said = "population and horizon go together: how many decide a year, and for how many years"
            mistakes.append(Mistake(said, key=(there,), at="key"))
        if mistakes:
            raise several(mistakes)
        return self
