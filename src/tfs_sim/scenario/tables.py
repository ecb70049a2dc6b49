"""The tables of a scenario file: clock, sites, grants, interventions, shocks, targets and bundles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_serializer, model_validator

from tfs_sim.model.state import CONTRIBUTIONS, PAYERS, ROLES, SECTORS
from tfs_sim.scenario.errors import Mistake, kind_of, listed, quote
from tfs_sim.scenario.fields import (
    DURATION,
    KEY,
    LINE,
    MONTH,
    NAME,
    SHARE,
    SPELL,
    TEXT,
    TIME,
    WHEN,
    catalogue,
    declared,
    is_counted,
    number,
    one_of,
    out_of_range,
    several,
    whole,
    wrong,
)
from tfs_sim.scenario.organizations import (
    Organization,
)
from tfs_sim.scenario.rules import Rule, read_rule
from tfs_sim.scenario.table import Table

MOST_STAGES = 6
"""Stages of a selection."""

NATIONAL_SITE = "national"
"""Key of the site that the national organizations make up."""


class Clock(Table):
    """When the simulation starts and how long it lasts."""

    start: Annotated[str, MONTH] = Field(description="first month")
    months: Annotated[int, whole(1, 1200, "a number of months")] = Field(
        120, description="how many months are simulated"
    )
    run_in: Annotated[int, SPELL] = Field(
        60,
        description="how many months communities pass before the start, without interventions, grants and shocks; "
        "0: they start as they are drawn",
    )

    def index(self, month: str) -> int:
        """Return how many months `month` ("2020-03", or "month 20") is after the start."""
        return month_number(month) - (0 if is_counted(month) else month_number(self.start))

    def date(self, index: int) -> str:
        """Return the month ("2020-03") that is `index` months after the start."""
        return month_text(month_number(self.start) + index)

    @property
    def end(self) -> str:
        """The last month that is simulated."""
        return self.date(self.months - 1)


def month_number(month: str) -> int:
    """Return a month as a count of months since year 0; "month 20" as one since the start, which is 0."""
    if is_counted(month):
        return int(month[6:]) - 1
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_text(count: int) -> str:
    """Return the month ("2020-03") that a count of months since year 0 stands for."""
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


class Grant(Table):
    """Money from the funder to a site's backbone, paid monthly in equal parts."""

    label: Annotated[str, LINE] = Field("grant", description="what the grant is called")
    site: Annotated[str, TEXT] | None = Field(None, description="key of the site whose backbone receives it")
    stage: Annotated[str, TEXT] | None = Field(
        None, description="instead of site: each community chosen at this stage of the selection receives it"
    )
    amount: Annotated[float, number(0, 1_000_000, "an amount in thousand dollars")] = Field(
        description="thousand dollars in all"
    )
    begins: Annotated[str, WHEN] | None = Field(None, alias="from", description="first month; default: the start")
    months: Annotated[int, DURATION] = Field(description="over how many months it is paid")
    taper: Annotated[int, SPELL] = Field(
        0, description="over how many of its last months it falls in equal steps; the sum stays"
    )
    flexible: Annotated[float, SHARE] = Field(
        0.0, description="share that is passed on to the partners at the table, to use as they see fit"
    )

    @model_validator(mode="after")
    def _to_whom(self) -> Self:
        if (self.site is None) == (self.stage is None):
            both = self.site is not None
            raise wrong(
                "a grant goes to a site or to a stage of the selection; "
                + ("keep one of the two" if both else "this one has neither")
            )
        if self.taper > self.months:
            message = f"taper is part of the {self.months} months of the grant; found {self.taper} months"
            raise several([Mistake(message, key=("taper",))])
        return self

    def window(self, clock: Clock) -> tuple[int, int]:
        """Return the first month of the grant and the month after its last, counted from the clock's start."""
        first = 0 if self.begins is None else clock.index(self.begins)
        return first, first + self.months


class Target(Table):
    """Which organizations something reaches: all, or those that match everything that is given."""

    role: Annotated[str, one_of(ROLES, "a role")] | None = None
    sector: Annotated[str, one_of(SECTORS, "a sector")] | None = None
    site: Annotated[str, TEXT] | None = Field(None, description="key of a site")
    organizations: tuple[Annotated[str, TEXT], ...] | None = Field(
        None, description='identities such as "riverton/nonprofit-03"'
    )

    @model_validator(mode="before")
    @classmethod
    def _everyone(cls, value: Any) -> Any:
        if value == "all":
            return {}
        if isinstance(value, Target):
            return value
        if not isinstance(value, Mapping) or not value:
            found = "an empty table" if value == {} else kind_of(value)
            raise wrong(f'{NAME} is "all" or a table such as {{ role = "partner" }}; found {found}')
        return value

    @model_serializer(mode="wrap")
    def _as_written(self, handler: Any) -> Any:
        return {key: value for key, value in handler(self).items() if value is not None} or "all"

    def matches(self, site_key: str, organization: Organization) -> bool:
        """Say whether an organization of a site is reached."""
        return (
            self.role in (None, organization.role)
            and self.sector in (None, organization.sector)
            and self.site in (None, site_key)
            and (self.organizations is None or organization.identity in self.organizations)
        )


def everyone() -> Target:
    """Return the target that reaches all organizations."""
    return Target.model_validate("all")


def never_in_force(until: str, begins: str, before: str) -> str:
    """Return what is said of something that ends no later than it begins."""
    if until == begins:
        return f"it would never be in force: until is the first month without it, and that is when it begins ({begins})"
    return f"it would end ({until}) {before}"


class ScheduledIntervention(Table):
    """An intervention of the catalogue with its months, its dose, and whom it reaches."""

    use: Annotated[str, declared("intervention")] = Field(description="name of the intervention")
    begins: Annotated[str, WHEN] | None = Field(
        None, alias="from", description="first month; default: the start, or the first in which a rule can look"
    )
    until: Annotated[str, WHEN] | None = Field(
        None, description="the first month without it: its own month is left out; default: the end"
    )
    lasts: Annotated[int, DURATION] | None = Field(
        None, description="instead of until: for how many months it is in force"
    )
    dose: Annotated[float, number(0, float("inf"), "a number")] | None = Field(
        None,
        description="default: the intervention's own; where orders of one intervention overlap, a share adds what is "
        "still missing, an amount comes on top",
    )
    taper: Annotated[int, DURATION] | None = Field(
        None, description="last months over which the dose falls in equal steps, part of the window"
    )
    target: Target = Field(
        default_factory=everyone, description='"all" or a table; everything that is given must match'
    )
    stage: Annotated[str, TEXT] | None = Field(
        None, description="only communities chosen at this stage of the selection, once they are"
    )
    paid_by: Annotated[str, one_of(PAYERS, "who pays")] | None = Field(
        None,
        description="default: the intervention's own, mostly the funder; a backbone pays out of its grants, and what "
        "it cannot pay is not done",
    )
    when: Annotated[Rule, BeforeValidator(read_rule)] | None = Field(
        None, description="rule of an adaptive intervention: in force only while an indicator calls for it"
    )

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        mistakes = []
        declaration = catalogue().INTERVENTIONS[self.use]
        if self.dose is not None and self.dose > declaration.largest_dose:
            unit = "a share" if declaration.dose_unit == "share" else f"a number ({declaration.dose_unit})"
            message = out_of_range(self.dose, 0, declaration.largest_dose, unit)
            hint = f"tfs-sim explain {self.use}  says what a dose is."
            mistakes.append(Mistake(message, key=("dose",), hint=hint))
        if self.payer == "organization" and declaration.scope == "site":
            message = f"{self.use} acts on a whole site, which has no organizations as targets that could pay for it"
            payers = [quote(payer) for payer in PAYERS if payer != "organization"]
            mistakes.append(Mistake(message, key=("paid_by",), hint=f"paid_by is {listed(payers)} here."))
        if self.until is not None and self.lasts is not None:
            mistakes.append(Mistake("until and lasts say the same; keep one of the two", key=("lasts",), at="key"))
        alike = self.until is not None and is_counted(self.until) == is_counted(self.begins)  # else the clock tells
        if alike and self.until and self.begins and month_number(self.until) <= month_number(self.begins):
            said = never_in_force(self.until, self.begins, f"before it begins ({self.begins})")
            mistakes.append(Mistake(said, key=("until",)))
        if mistakes:
            raise several(mistakes)
        return self

    def window(self, clock: Clock) -> tuple[int, int]:
        """Return its first month and the month after its last, counted from the clock's start."""
        first = self.earliest if self.begins is None else clock.index(self.begins)
        stop = clock.months
        if self.until is not None:
            stop = clock.index(self.until)
        elif self.lasts is not None:
            stop = first + self.lasts
        return first, stop

    @property
    def earliest(self) -> int:
        """The first month that it can have: with a rule, the first in which the months that it looks at are there."""
        return 0 if self.when is None else self.when.over

    @property
    def amount(self) -> float:
        """The dose: as given, or the intervention's own."""
        return float(catalogue().INTERVENTIONS[self.use].dose) if self.dose is None else self.dose

    @property
    def payer(self) -> str:
        """Who pays: as given, or as the intervention says."""
        return self.paid_by or str(catalogue().INTERVENTIONS[self.use].payer)


class ScheduledShock(Table):
    """A shock of the catalogue with its onset, its depth, how long it lasts, and whom it reaches."""

    use: Annotated[str, declared("shock")] = Field(description="name of the shock")
    onset: Annotated[str, WHEN] = Field(description="first month")
    depth: Annotated[float, SHARE] = Field(description="how deep it is, a share")
    lasts: Annotated[int, DURATION] | None = Field(
        None, description="months at full depth, the first and the last included; default: the shock's own"
    )
    decay: Annotated[float, TIME] | None = Field(
        None,
        description="half-life in months from the last one at full depth on, 0: it ends at once; "
        "default: the shock's own",
    )
    target: Target = Field(
        default_factory=everyone, description='"all" or a table; everything that is given must match'
    )

    @property
    def duration(self) -> int:
        """Months at full depth: as given, or the shock's own."""
        return int(catalogue().SHOCKS[self.use].lasts) if self.lasts is None else self.lasts

    @property
    def half_life(self) -> float:
        """Half-life after that in months: as given, or the shock's own."""
        return float(catalogue().SHOCKS[self.use].decay) if self.decay is None else self.decay


class National(Table):
    """A national organization: it has a place at the national table, and local members."""

    title: Annotated[str, LINE] | None = Field(None, description="label; the key of the table is the identity")
    fte: Annotated[float, number(0, 1000, "a number of staff, full-time equivalents,")] = Field(
        10.0, description="staff for work with other nationals and with members, full-time equivalents"
    )
    contribution: Annotated[str, one_of(CONTRIBUTIONS, "what members are coached in")] = Field(
        "all", description="what it coaches its members in"
    )


class Stage(Table):
    """One step of a selection: when, from whom, and how many or which communities are chosen."""

    name: Annotated[str, KEY] = Field(description="what grants and interventions refer to")
    month: Annotated[str, WHEN] = Field(description="when the communities are chosen")
    pool: Annotated[str, TEXT] | None = Field(
        None, alias="from", description="stage that they were chosen at before; default: all communities may be"
    )
    places: Annotated[int, whole(1, 1000, "a number of communities")] | None = Field(
        None, description="how many are chosen by the rule"
    )
    chosen: tuple[Annotated[str, TEXT], ...] | None = Field(None, description="keys of the sites that history chose")

    @model_validator(mode="after")
    def _by_something(self) -> Self:
        if self.places is None and self.chosen is None:
            raise wrong("a stage has places (chosen by the rule), chosen (by history), or both; this one has neither")
        return self


class Selection(Table):
    """How communities are chosen, stage by stage: by a noisy score of readiness, or as history had it."""

    by: Annotated[str, one_of(("rule", "historical"), "how communities are chosen")] = Field(
        "rule", description="rule: the best by score; historical: the lists `chosen`"
    )
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=MOST_STAGES, description="first stage first")

    def is_given(self, stage: Stage) -> bool:
        """Say whether a stage's communities are those of its list."""
        return stage.places is None or (self.by == "historical" and stage.chosen is not None)


class Bundle(Table):
    """A named list of interventions and grants, for strategies."""

    interventions: tuple[ScheduledIntervention, ...] = ()
    grants: tuple[Grant, ...] = ()
