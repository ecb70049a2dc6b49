"""What a design may vary: parameters, doses, timings, depths, targets and sites, by dotted name.

```
parameters.turnover.rate_nonprofit      a parameter of a mechanism
interventions.procedure-manuals.dose    also from, until, lasts, taper, target, paid_by, and of its rule when.below
                                        (or above), when.every, when.over, when.off_at, when.at_least
shocks.community-crisis.depth           also onset, lasts, decay, target
sites.chicago.at_the_table              also grievance, poverty, students, backbone.fte; `sites.all.…` for every site
```
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from tfs_sim.scenario.checks import specification
from tfs_sim.scenario.errors import Mistake, UserError, listed, nearest, quote
from tfs_sim.scenario.fields import catalogue, plain_number
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.schema import Scenario
from tfs_sim.scenario.tables import Target, month_number, month_text

if TYPE_CHECKING:
    from tfs_sim.model.declare import Parameter

Kind = Literal["number", "whole", "month", "choice"]
AREAS = ("parameters", "interventions", "shocks", "sites")
EVERY_SITE = "all"
SCHEDULED = ("interventions", "shocks")
"""Areas of which the schedule alone depends: points that differ in nothing else share a past."""

_KINDS: dict[str, dict[str, Kind]] = {
    "interventions": {
        "dose": "number",
        "from": "month",
        "until": "month",
        "lasts": "whole",
        "taper": "whole",
        "target": "choice",
        "paid_by": "choice",
        "when.below": "number",
        "when.above": "number",
        "when.off_at": "number",
        "when.every": "whole",
        "when.over": "whole",
        "when.at_least": "whole",
    },
    "shocks": {"onset": "month", "depth": "number", "lasts": "whole", "decay": "number", "target": "choice"},
    "sites": {
        "at_the_table": "number",
        "grievance": "number",
        "poverty": "number",
        "students": "whole",
        "backbone.fte": "number",
    },
}
_FIELDS = {"from": "begins"}
_RULE = "when."
"""How fields of an intervention's rule begin."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One thing that a design varies.

    Attributes
    ----------
    name : name of its column.
    path : its dotted name, in parts: ("interventions", "procedure-manuals", "dose").
    kind : "number", "whole" (a whole number), "month" or "choice".
    low, high : range; months as counts of months since year 0. Without meaning for choices.
    values : the values of a choice, or those that are given one by one.
    """

    name: str
    path: tuple[str, str, str]
    kind: Kind
    low: float
    high: float
    values: tuple[Any, ...] = ()

    @property
    def dotted(self) -> str:
        """The dotted name."""
        return ".".join(self.path)

    def value(self, code: float) -> Any:
        """Return the value, as a scenario file says it, that a number of a design point stands for."""
        if self.kind == "choice":
            return self.values[int(code)]
        if self.kind == "month":
            return month_text(int(code))
        return int(code) if self.kind == "whole" else float(code)

    def label(self, code: float) -> str:
        """Return a month or a choice as text; nothing for the end of a range that nobody gave."""
        if not math.isfinite(code):
            return ""
        value = self.value(code)
        if isinstance(value, Mapping):
            return ", ".join(f"{key} {each if isinstance(each, str) else len(each)}" for key, each in value.items())
        return str(value)


def parts_of(dotted: str, scenarios: Sequence[Scenario]) -> tuple[str, str, str] | Mistake:
    """Return the parts of a dotted name, or what is wrong with it and what was probably meant."""
    pieces = dotted.split(".")
    area = pieces[0]
    if area not in AREAS:
        return Mistake(
            f"{quote(dotted)} begins with {quote(area)}; a dotted name begins with {listed([f'{a}.' for a in AREAS])}",
            suggestion=".".join([near, *pieces[1:]]) if (near := nearest(area, AREAS)) else "",
        )
    owners = _owners(area, scenarios)
    if len(pieces) < 3:
        example = f"{area}.{next(iter(owners), 'NAME')}.{next(iter(_fields(area, next(iter(owners), ''))), 'NAME')}"
        return Mistake(f"{quote(dotted)} has too few parts; for example {quote(example)}")
    owner, field = pieces[1], ".".join(pieces[2:])
    if owner not in owners:
        what = {"parameters": "mechanism", "interventions": "intervention in force", "shocks": "shock", "sites": "site"}
        near = nearest(owner, owners)
        known = f"There are {listed(list(owners))}." if owners else f"No arm has any {area}."
        message = f"there is no {what[area]} {quote(owner)} in any arm of the experiment"
        return Mistake(message, suggestion=".".join([area, near, field]) if near else "", hint=known)
    fields = _fields(area, owner)
    moved = catalogue().MECHANISMS[owner].moved.get(field) if area == "parameters" else None
    if moved:
        return Mistake(f"{owner} has no parameter {quote(field)} any more: {moved}", hint=f"tfs-sim explain {owner}")
    if field not in fields:
        near = nearest(field, fields)
        message = f"{owner} has no {quote(field)} that a design can vary"
        return Mistake(message, suggestion=".".join([area, owner, near]) if near else "", hint=f"{listed(fields, 40)}.")
    if field.startswith(_RULE) and not any(
        item.use == owner and _has(item, field) for each in scenarios for item in _items(each, area)
    ):
        said = f"{field.removeprefix(_RULE)} in its rule" if field in ("when.below", "when.above") else "rule"
        return Mistake(f"{owner} has no {said} in any arm of the experiment, so {quote(dotted)} changes nothing")
    return area, owner, field


def _has(item: Any, field: str) -> bool:
    """Say whether an intervention has a rule, with the threshold that is to vary."""
    name = field.removeprefix(_RULE)
    return item.when is not None and (name not in ("below", "above") or getattr(item.when, name) is not None)


def _owners(area: str, scenarios: Sequence[Scenario]) -> list[str]:
    if area == "parameters":
        return [name for name, mechanism in catalogue().MECHANISMS.items() if specification(mechanism)]
    if area == "sites":
        return [EVERY_SITE, *dict.fromkeys(site for each in scenarios for site in each.sites)]
    return list(dict.fromkeys(item.use for each in scenarios for item in _items(each, area)))


def _fields(area: str, owner: str) -> list[str]:
    if area != "parameters":
        return list(_KINDS[area])
    mechanism = catalogue().MECHANISMS.get(owner)
    return list(specification(mechanism)) if mechanism is not None else []


def _items(scenario: Scenario, area: str) -> tuple[Any, ...]:
    return scenario.in_force()[0] if area == "interventions" else scenario.shocks


_SITE_WORDS = {
    "at_the_table": "Share of organizations at the table at the start",
    "grievance": "Share of pairs with a difficult history",
    "poverty": "Share of students in poverty",
    "students": "Students",
    "backbone.fte": "Backbone staff (FTE)",
}


def meaning(path: tuple[str, str, str]) -> str:
    """Return what a variable is, in words, with its unit."""
    area, owner, field = path
    if area == "parameters":
        declared = specification(catalogue().MECHANISMS[owner])[field]
        return f"{declared.meaning.rstrip('.')}{f' ({declared.unit})' if declared.unit else ''}"
    if area == "sites":
        return _SITE_WORDS[field]
    declared = (catalogue().INTERVENTIONS if area == "interventions" else catalogue().SHOCKS)[owner]
    unit = f" ({declared.dose_unit})" if field == "dose" else ""
    return f"{declared.title}: {field}{unit}"


def applies(path: tuple[str, str, str], scenario: Scenario) -> bool:
    """Say whether setting a variable changes anything in an arm of this scenario."""
    area, owner, field = path
    if area == "parameters":
        return True
    if area == "sites":
        return owner == EVERY_SITE or owner in scenario.sites
    items = [item for item in _items(scenario, area) if item.use == owner]
    return any(_has(item, field) for item in items) if field.startswith(_RULE) else bool(items)


def kind_and_range(path: tuple[str, str, str]) -> tuple[Kind, float, float, tuple[Any, ...]]:
    """Return what a variable is and its declared plausible range (infinite where none is declared)."""
    area, owner, field = path
    if area == "parameters":
        declared = specification(catalogue().MECHANISMS[owner])[field]
        if declared.choices:
            return "choice", 0.0, len(declared.choices) - 1.0, tuple(declared.choices)
        return "whole" if declared.whole else "number", float(declared.low), float(declared.high), ()
    kind = _KINDS[area][field]
    if area == "interventions" and field == "dose":
        return kind, 0.0, float(catalogue().INTERVENTIONS[owner].largest_dose), ()
    if field in ("depth", "at_the_table", "grievance", "poverty"):
        return kind, 0.0, 1.0, ()
    return kind, -math.inf, math.inf, ()


def declared_range(path: tuple[str, str, str]) -> Parameter | None:
    """Return the declaration of a parameter that has a plausible range; None for all else."""
    area, owner, field = path
    if area != "parameters":
        return None
    declared: Parameter = specification(catalogue().MECHANISMS[owner])[field]
    return declared if not declared.choices and declared.low < declared.high else None


def shared(one: tuple[str, str, str], other: tuple[str, str, str]) -> str | None:
    """Return what two variables both set, so that one of them would have no effect; None where there is nothing."""
    (area, owner, field), (_, other_owner, other_field) = one, other
    if area != other[0]:
        return None
    ends = {"until", "lasts"}
    if area == "interventions" and owner == other_owner and {field, other_field} == ends:
        return f"when {owner} ends"
    both = owner == other_owner or (area == "sites" and EVERY_SITE in (owner, other_owner))
    return ".".join(other if owner == EVERY_SITE else one) if both and field == other_field else None


def usual(path: tuple[str, str, str], scenarios: Iterable[Scenario]) -> float | None:
    """Return the number (or month) that the first arm which has it gives a variable, None for choices."""
    area, owner, field = path
    for scenario in scenarios:
        found: Any = None
        if area == "parameters":
            found = scenario.effective_parameters()[owner][field]
        elif area == "sites":
            site = scenario.sites.get(next(iter(scenario.sites)) if owner == EVERY_SITE else owner)
            found = site and (site.backbone.fte if field == "backbone.fte" else getattr(site, field))
        else:
            items = [item for item in _items(scenario, area) if item.use == owner]
            if items:
                found = _of_item(items[0], field, scenario)
        if isinstance(found, str) and len(found) == 7 and found[4] == "-":
            return float(month_number(found))
        if isinstance(found, int | float):
            return float(found)
    return None


def _of_item(item: Any, field: str, scenario: Scenario) -> Any:
    if field == "dose":
        return item.amount
    if field == "from":
        return item.begins or scenario.clock.start
    if field in ("lasts", "decay") and hasattr(item, "half_life"):
        return item.duration if field == "lasts" else item.half_life
    if field.startswith(_RULE):
        name = field.removeprefix(_RULE)
        return None if item.when is None else item.when.end if name == "off_at" else getattr(item.when, name)
    return getattr(item, _FIELDS.get(field, field))


def changes(scenario: Scenario, settings: Mapping[tuple[str, str, str], Any]) -> dict[str, Any]:
    """Return what differs in a scenario with these settings, for `Scenario.with_` or `varied`."""
    found: dict[str, Any] = {}
    for (area, owner, field), value in settings.items():
        if area == "parameters":
            found.setdefault("parameters", {}).setdefault(owner, {})[field] = value
        elif area == "sites":
            for site in scenario.sites if owner == EVERY_SITE else [owner] if owner in scenario.sites else []:
                table = found.setdefault("sites", {}).setdefault(site, {})
                if field == "backbone.fte":
                    table["backbone"] = {"fte": value}
                else:
                    table[field] = value
        else:
            items = found.get(area, _items(scenario, area))
            if any(item.use == owner for item in items):
                found[area] = tuple(_changed(item, field, value) if item.use == owner else item for item in items)
    if "interventions" in found:
        found |= {"strategy": (), "grants": scenario.in_force()[1]}
    return found


def _changed(item: Any, field: str, value: Any) -> Any:
    if field.startswith(_RULE):
        if not _has(item, field):
            return item
        return item.model_copy(update={"when": item.when.model_copy(update={field.removeprefix(_RULE): value})})
    update = {_FIELDS.get(field, field): Target.model_validate(value) if field == "target" else value}
    if field in ("until", "lasts") and hasattr(item, "begins"):
        update |= {"lasts" if field == "until" else "until": None}
    return item.model_copy(update=update)


def varied(scenario: Scenario, settings: Mapping[tuple[str, str, str], Any]) -> Scenario:
    """Return the variant of a scenario with these settings, without checking it again (`checked` does)."""
    update = changes(scenario, settings)
    if "parameters" in update:
        over = update["parameters"]
        update["parameters"] = dict(scenario.parameters) | {
            name: dict(scenario.parameters.get(name, {})) | values for name, values in over.items()
        }
    if "sites" in update:
        sites = dict(scenario.sites)
        for name, values in update["sites"].items():
            backbone = values.pop("backbone", None)
            if backbone is not None:
                values["backbone"] = sites[name].backbone.model_copy(update=backbone)
            sites[name] = sites[name].model_copy(update=values)
        update["sites"] = sites
    copied = scenario.model_copy(update=update)
    copied._name, copied._texts = scenario._name, scenario._texts
    return copied


def mistakes_with(scenario: Scenario, settings: Mapping[tuple[str, str, str], Any]) -> tuple[Mistake, ...]:
    """Return what is wrong with a scenario under these settings."""
    try:
        scenario.with_(**changes(scenario, settings))
    except UserError as error:
        return error.mistakes
    except ValidationError as error:  # a target that is none
        return tuple(mistakes_of(error, Target, "it"))
    return ()


def range_text(variable: Variable) -> str:
    """Return a variable's range in words."""
    if variable.kind == "choice":
        return listed([quote(value) for value in variable.values])
    if variable.kind == "month":
        return f"{variable.label(variable.low)} to {variable.label(variable.high)}"
    return f"{plain_number(variable.low)} to {plain_number(variable.high)}"
