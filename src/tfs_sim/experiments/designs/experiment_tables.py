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
    MONTH,
    NAME,
    TEXT,
    Check,
    as_number,
    declared,
    plain_number,
    several,
    wrong,
)
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
    months: tuple[Annotated[str, MONTH], ...] = Field(description="months", min_length=1)
