"""What is scheduled: stages of selection, interventions in force, shocks and grants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reference.world import Organization, Site


@dataclass(slots=True, eq=False, repr=False)
class Stage:
    """A step of a selection: when, from whom, and how many communities are chosen; `given`: by the list of history."""

    number: int
    month: int
    places: int
    pool: Stage | None
    given: bool


@dataclass(slots=True, eq=False, repr=False)
class Rule:
    """When an adaptive intervention is called for."""

    indicator: str
    above: bool
    on_at: float
    off_at: float
    every: int
    over: int
    spell: int


@dataclass(slots=True, eq=False, repr=False)
class Order:
    """An intervention in force: `cost` in cents a month for a unit of dose and a target, `hours` likewise."""

    lever: str
    begins: int
    ends: int
    taper: float
    dose: float
    sums: bool
    cost: float
    hours: float
    payer: str
    stage: Stage | None
    rule: Rule | None
    targets: list[Organization] | list[Site]


@dataclass(slots=True, eq=False, repr=False)
class Shock:
    """Something that strikes organizations or communities."""

    kind: str
    onset: int
    lasts: int
    decay: float
    depth: float
    targets: list[Organization] | list[Site]


@dataclass(slots=True, eq=False, repr=False)
class Grant:
    """Money from the funder to a community's backbone; `rest`: cents that come with the last month."""

    site: Site
    begins: int
    ends: int
    cents: int
    rest: int
    taper: int
    flexible: float
    stage: Stage | None
