"""A scenario: communities, what is done in them, what happens to them, and the settings of the model."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, Field, PrivateAttr, ValidationError, ValidatorFunctionWrapHandler, model_validator

from tfs_sim.scenario.characters import printable
from tfs_sim.scenario.checks import MECHANISMS, OTHERS, PARAMETERS, across, pieces_of, specification
from tfs_sim.scenario.copies import as_written, copies_among, multiplied
from tfs_sim.scenario.drawing import site_leaves_open, version
from tfs_sim.scenario.errors import Mistake, UserError, kind_of, quote
from tfs_sim.scenario.fields import KEY, LINE, TEXT, catalogue
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.months import dated
from tfs_sim.scenario.organizations import Given, Organization, Relationship, Told, Unsure
from tfs_sim.scenario.sites import MOST_SITES, Backbone, Site
from tfs_sim.scenario.table import Table
from tfs_sim.scenario.tables import (
    Bundle,
    Clock,
    Grant,
    National,
    ScheduledIntervention,
    ScheduledShock,
    Selection,
    Stage,
    Target,
)

if TYPE_CHECKING:
    from tfs_sim.model.engine import Template

__all__ = [
    "Backbone",
    "Bundle",
    "Clock",
    "Grant",
    "National",
    "Scenario",
    "ScheduledIntervention",
    "ScheduledShock",
    "Selection",
    "Site",
    "Stage",
    "Target",
    "merged",
]


class Scenario(Table):
    """A scenario, checked and unchangeable; `with_` makes variants.

    Raises
    ------
    UserError
        with every mistake, when it is made from data that cannot be used.
    """

    title: Annotated[str, LINE] = Field("", description="one line")
    question: Annotated[str, TEXT] = Field("", description="the question that the scenario is for")
    not_modelled: tuple[Annotated[str, TEXT], ...] = Field(
        (), description="what the scenario leaves out; said on the report"
    )
    strategy: tuple[Annotated[str, TEXT], ...] = Field(
        (), description="bundles in force when the scenario is run by itself"
    )
    clock: Clock
    sites: dict[Annotated[str, KEY], Site] = Field(min_length=1, max_length=MOST_SITES)
    nationals: dict[Annotated[str, KEY], National] = Field(
        default_factory=dict, max_length=20, description="national organizations, whose networks have local members"
    )
    selection: Selection | None = Field(None, description="how communities are chosen for grants, stage by stage")
    grants: tuple[Grant, ...] = Field((), description="money from the funder to the backbones of sites")
    interventions: tuple[ScheduledIntervention, ...] = Field((), description="interventions that are always in force")
    bundles: dict[Annotated[str, KEY], Bundle] = Field(
        default_factory=dict, description="lists of interventions and grants for strategies"
    )
    shocks: tuple[ScheduledShock, ...] = Field((), description="what happens to communities")
    mechanisms: Annotated[dict[str, bool], MECHANISMS] = Field(
        default_factory=dict, description="switches of mechanisms"
    )
    parameters: Annotated[dict[str, dict[str, float | str]], PARAMETERS] = Field(
        default_factory=dict, description="parameters of mechanisms"
    )

    _name: str = PrivateAttr("scenario")
    _texts: dict[str, str] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _check(cls, data: Any, handler: ValidatorFunctionWrapHandler) -> Self:
        if isinstance(data, Scenario):
            return data  # type: ignore[return-value]
        origin: dict[str, str] = {}
        if isinstance(data, Mapping):
            data, origin = multiplied(dated(data))
        try:
            scenario: Self = handler(data)
        except ValidationError as error:
            mistakes = mistakes_of(error, cls)
            if isinstance(data, Mapping):
                mistakes += across(pieces_of(data))
            raise UserError(dict.fromkeys(as_written(mistakes, origin))) from None
        mistakes = across(pieces_of(scenario.as_written()))
        if mistakes:
            raise UserError(dict.fromkeys(as_written(mistakes, origin)))
        return scenario

    @property
    def name(self) -> str:
        """Name of the file that the scenario was read from, without its ending."""
        return self._name

    @property
    def texts(self) -> dict[str, str]:
        """The files that the scenario was read from: name to text, the file itself first, then what it extends."""
        return dict(self._texts)

    def as_written(self) -> dict[str, Any]:
        """Return the scenario as plain data with the keys of scenario files, without defaults."""
        return self.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)

    def with_(self, **changes: Any) -> Scenario:
        """Return a variant, checked again.

        Tables (clock, sites, bundles, mechanisms, parameters) merge key by key, where None takes a key away;
        lists (shocks, interventions, grants, strategy, …) are replaced. `months` and `start` are shortcuts for
        the clock. With `months`, whatever would begin after the new end is left out.

        Examples
        --------
        >>> town = tfs.load_scenario("laboratory")
        >>> town.with_(months=24, parameters={"turnover": {"rate_nonprofit": 0.28}}).clock.months
        24
        """
        plain = {key: _plain(value) for key, value in changes.items()}
        for name in plain.get("sites") or () if isinstance(plain.get("sites"), Mapping) else ():
            copies = [] if name in self.sites else copies_among(self.sites, name)
            if copies:
                message = (
                    f"{quote(name)} stands for {len(copies)} communities, {copies[0]} and on, which are sites of their"
                    " own"
                )
                raise UserError(Mistake(message, key=("sites", name), hint="How many there are is said in the file."))
        clock = {key: plain.pop(key) for key in ("months", "start") if key in plain}
        if clock and isinstance(plain.get("clock", {}), Mapping):
            plain["clock"] = {**plain.get("clock", {}), **clock}
        elif clock:
            plain["clock"] = plain.get("clock")
        data = merged(self.as_written(), plain)
        if "months" in clock and _is_clock(data["clock"]):
            _cut(data, kept=set(changes))
        scenario = Scenario.model_validate(data)
        scenario._name, scenario._texts = self._name, self._texts
        return scenario

    def in_force(self) -> tuple[tuple[ScheduledIntervention, ...], tuple[Grant, ...]]:
        """Return the interventions and grants that apply: the scenario's own and those of its strategy's bundles."""
        bundles = [self.bundles[name] for name in self.strategy]
        interventions = (*self.interventions, *(item for bundle in bundles for item in bundle.interventions))
        grants = (*self.grants, *(grant for bundle in bundles for grant in bundle.grants))
        return interventions, grants

    def organizations(self) -> dict[str, tuple[Organization, ...]]:
        """Return the organizations of every site, sorted by identity."""
        return {name: site.organizations_list(name) for name, site in self.sites.items()}

    def is_on(self, mechanism: str) -> bool:
        """Say whether a mechanism is on: as its switch says, or else the switch of all others, or else yes."""
        others = mechanism in catalogue().ALWAYS_ON or self.mechanisms.get(OTHERS, True)
        return self.mechanisms.get(mechanism, others)

    def unmet_needs(self) -> dict[str, list[str]]:
        """Return the mechanisms that are off, each with those that are on and build on it.

        These go on with what they find at the start. Where a file has them on by name, it is a mistake.
        """
        known = catalogue().MECHANISMS
        on = [name for name in known if self.is_on(name)]
        return {
            name: needing
            for name in known
            if not self.is_on(name) and (needing := [other for other in on if name in known[other].needs])
        }

    def effective_parameters(self) -> dict[str, dict[str, float | str]]:
        """Return every parameter of every mechanism: as given, or its default."""
        return {
            name: {
                key: self.parameters.get(name, {}).get(key, declared.default)
                for key, declared in specification(mechanism).items()
            }
            for name, mechanism in catalogue().MECHANISMS.items()
        }

    def digest(self) -> str:
        """Return a fingerprint (SHA-256) of everything that affects results; titles and labels do not count."""
        interventions, grants = self.in_force()
        facts = {
            "clock": [self.clock.start, self.clock.months, self.clock.run_in],
            "sites": {name: _site_facts(name, site) for name, site in self.sites.items()},
            "interventions": [
                [
                    *(item.use, *item.window(self.clock), item.amount, item.taper, item.payer, item.stage),
                    _target_facts(item.target),
                    *([] if item.when is None else [item.when.facts()]),
                ]
                for item in interventions
            ],
            "grants": [
                [grant.site, grant.stage, grant.amount, *grant.window(self.clock), grant.taper, grant.flexible]
                for grant in grants
            ],
            "nationals": {name: [each.fte, each.contribution] for name, each in self.nationals.items()},
            "selection": None if self.selection is None else self.selection.model_dump(mode="json"),
            "shocks": [
                [shock.use, shock.onset, shock.depth, shock.duration, shock.half_life, _target_facts(shock.target)]
                for shock in self.shocks
            ],
            "mechanisms": {name: self.is_on(name) for name in catalogue().MECHANISMS},
            "parameters": {
                name: {key: value if isinstance(value, str) else float(value) for key, value in values.items()}
                for name, values in self.effective_parameters().items()
            },
        }
        canonical = json.dumps(facts, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_template(self) -> Template:
        """Return the scenario compiled for the engine: arrays of what never changes, parameter records, switches."""
        from tfs_sim.scenario.beginnings import template_of

        return template_of(self)

    def to_toml(self) -> str:
        """Return the scenario as the text of one scenario file that extends nothing."""
        from tfs_sim.scenario.writing import to_toml

        return to_toml(self.as_written())

    def _summary(self) -> list[tuple[str, str]]:
        interventions, grants = self.in_force()
        off = [f"all {name}" if name == OTHERS else name for name, on in self.mechanisms.items() if not on]
        changed = [
            f"{name}.{key} = {value}" for name, values in self.parameters.items() for key, value in values.items()
        ]
        rows = [
            ("question", self.question),
            ("clock", f"{self.clock.start} to {self.clock.end} ({self.clock.months} months)"),
            ("sites", ", ".join(f"{site.title or name}" for name, site in self.sites.items())),
            ("interventions", ", ".join(dict.fromkeys(map(_in_words, interventions))) or "none"),
            ("grants", f"{sum(grant.amount for grant in grants):,.0f} thousand dollars" if grants else "none"),
            (
                "shocks",
                ", ".join(f"{shock.use} ({shock.onset}, depth {shock.depth:g})" for shock in self.shocks) or "none",
            ),
            ("switched off", ", ".join(off)),
            ("parameters", ", ".join(changed)),
        ]
        return [(label, value) for label, value in rows if value]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.as_written() == other.as_written()

    def __hash__(self) -> int:
        return hash(self.digest())

    def __repr__(self) -> str:
        lines = [f"Scenario {self.name!r}" + (f": {self.title}" if self.title else "")]
        lines += [f"  {label:<13} {value}" for label, value in self._summary()]
        return printable("\n".join(lines))

    __str__ = __repr__

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><th>{label}</th><td>{html.escape(value)}</td></tr>" for label, value in self._summary())
        return f"<table><caption>{html.escape(self.title or self.name)}</caption>{rows}</table>"


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return `under` with the differences in `over`: tables merge key by key, None removes, all else replaces."""
    result = dict(under)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        elif isinstance(value, Mapping):
            result[key] = merged({}, value)
        else:
            result[key] = value
    for one, other in (("organizations", "organizations_file"), ("organizations_file", "organizations")):
        if over.get(one) is not None and other not in over and "students" in {**under, **over}:
            result.pop(other, None)  # a site's organizations come from one of the two
    return result


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _is_clock(value: Any) -> bool:
    try:
        Clock.model_validate(value)
    except ValidationError:
        return False
    return True


def _cut(data: dict[str, Any], kept: set[str]) -> None:
    """Leave out what begins after the clock's end, but for the lists that the caller has just given."""
    clock = Clock.model_validate(data["clock"])
    end = clock.date(clock.months)

    def before_end(item: Any) -> bool:
        month = item.get("from", item.get("onset")) if isinstance(item, Mapping) else None
        return not isinstance(month, str) or not month[:7] >= end

    bundles = data.get("bundles")
    owners = bundles.values() if isinstance(bundles, Mapping) else ()
    for owner in (data, *(each for each in owners if isinstance(each, dict))):
        for name in ("interventions", "grants", "shocks"):
            if isinstance(owner.get(name), list | tuple) and not (
                name in kept or (owner is not data and "bundles" in kept)
            ):
                owner[name] = [item for item in owner[name] if before_end(item)]


def _in_words(item: ScheduledIntervention) -> str:
    return item.use if item.when is None else f"{item.use} ({item.when.in_words()})"


def _target_facts(target: Target) -> list[Any]:
    members = None if target.organizations is None else sorted(set(target.organizations))
    return [target.role, target.sector, target.site, members]


_USUAL = Given(), Unsure()


def _site_facts(name: str, site: Site) -> list[Any]:
    ties = site.relationships_list(name)
    shares = [site.poverty, site.at_the_table, site.grievance, site.backbone.fte, site.backbone.begins]
    influence = site.influence_list(name)
    heard = [] if influence is None else [[list(weight) for weight in influence]]
    networks = {network: sorted(set(names)) for network, names in site.networks.items()}
    goals = [goal.facts() for goal in site.goals]
    members = [_member_facts(each) for each in site.organizations_list(name)]
    told = None if ties is None else [_tie_facts(tie) for tie in ties]
    meant = [] if site.evidence is None else [site.evidence.model_dump(mode="json")]
    drawn = [version()] if site_leaves_open(name, site) else []
    return [site.students, *shares, members, told, *heard, networks, goals, *meant, *drawn]


def _member_facts(each: Organization) -> list[Any]:
    identity, _, sector, role, fte, given, unsure = each
    facts: list[Any] = [identity, sector, role, fte]
    facts += [list(given)] if given != _USUAL[0] else []
    return [*facts, {"unsure": list(unsure)}] if unsure != _USUAL[1] else facts


def _tie_facts(tie: Relationship) -> list[Any]:
    return [tie.source, tie.target, tie.strength, *([list(tie.told)] if tie.told != Told() else [])]


def scenario_from(data: Any, name: str, texts: dict[str, str]) -> Scenario:
    """Return the scenario that data from files stands for, with its name and the texts of its files."""
    if not isinstance(data, Mapping):
        raise TypeError(f"a scenario is made from a table, not from {kind_of(data)}")
    scenario = Scenario.model_validate(data)
    scenario._name, scenario._texts = name, texts
    return scenario


def data_folder(data: dict[str, Any], folder: Path) -> None:
    """Say in data from a file that the data files it names are relative to `folder`."""
    from tfs_sim.scenario.fields import DataFile

    sites = data.get("sites")
    for site in sites.values() if isinstance(sites, dict) else ():
        for name in ("organizations_file", "relationships_file", "influence_file"):
            if isinstance(site, dict) and isinstance(site.get(name), str):
                site[name] = DataFile(site[name], folder)
