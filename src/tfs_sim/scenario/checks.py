"""Checks between the parts of a scenario, and against the model's declarations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tfs_sim.scenario import layers
from tfs_sim.scenario.errors import KeyPath, Mistake, UserError, kind_of, listed, nearest, quote
from tfs_sim.scenario.fields import Check, as_number, catalogue, out_of_range, plain_number, several, span
from tfs_sim.scenario.organizations import Organization, national, national_table
from tfs_sim.scenario.sites import FEWEST, MOST, MOST_IN_ALL, Site, how_many
from tfs_sim.scenario.tables import (
    NATIONAL_SITE,
    Clock,
    Grant,
    National,
    ScheduledIntervention,
    ScheduledShock,
    Selection,
    Target,
    month_number,
    never_in_force,
)

_Model = TypeVar("_Model", bound=BaseModel)

OTHERS = "others"
"""As the name of a switch: every mechanism that is not listed."""


def _parameters(value: Any) -> dict[str, dict[str, float | str]]:
    """Return the parameters of mechanisms after checking names, units and ranges."""
    if not isinstance(value, Mapping):
        raise several([Mistake(f"parameters is a table with a table for each mechanism; found {kind_of(value)}")])
    known = catalogue().MECHANISMS
    mistakes: list[Mistake] = []
    result: dict[str, dict[str, float | str]] = {}
    for mechanism, values in value.items():
        if mechanism not in known:
            mistakes.append(unknown_mechanism((str(mechanism),), str(mechanism), known))
            continue
        if not isinstance(values, Mapping):
            message = f"write [parameters.{mechanism}] and a line for each parameter; found {kind_of(values)}"
            mistakes.append(Mistake(message, key=(mechanism,)))
            continue
        result[mechanism] = {}
        declared = specification(known[mechanism])
        for name, given in values.items():
            key = (mechanism, str(name))
            moved = known[mechanism].moved.get(str(name))
            if moved:
                message = f"{mechanism} has no parameter {quote(str(name))} any more: {moved}"
                mistakes.append(Mistake(message, key=key, at="key", hint=f"tfs-sim explain {mechanism}"))
                continue
            if name not in declared:
                mistakes.append(
                    Mistake(
                        f"{mechanism} has no parameter {quote(str(name))}",
                        key=key,
                        at="key",
                        suggestion=nearest(str(name), declared),
                        hint=f"tfs-sim explain {mechanism}  shows all {len(declared)}.",
                    )
                )
                continue
            found = _parameter(declared[name], given, key)
            if isinstance(found, Mistake):
                mistakes.append(found)
            else:
                result[mechanism][name] = found
    if mistakes:
        raise several(mistakes)
    return result


def specification(mechanism: Any) -> Mapping[str, Any]:
    """Return the declared parameters of a mechanism by name."""
    from tfs_sim.model.declare import specification as declared

    return declared(mechanism.parameters) if mechanism.parameters is not None else {}


def _parameter(declared: Any, given: Any, key: tuple[str, str]) -> float | str | Mistake:
    hint = f"tfs-sim explain {'.'.join(key)}"
    if declared.choices:
        if isinstance(given, str) and given in declared.choices:
            return given
        choices = listed([quote(choice) for choice in declared.choices])
        close = nearest(given, declared.choices) if isinstance(given, str) else ""
        return Mistake(f"{key[1]} is {choices}; found {kind_of(given)}", key=key, suggestion=close, hint=hint)
    number = "a whole number" if declared.whole else "a number"
    unit = "a share" if declared.unit == "share" else f"{number} ({declared.unit})"
    expected = span(unit, declared.smallest, declared.largest)
    try:
        value = as_number(given, expected)
    except ValueError as error:
        found: Mistake = error.context["mistakes"][0]  # type: ignore[attr-defined]
        return replace(found, key=key, hint=hint)
    if declared.whole and not value.is_integer():
        return Mistake(f"{key[1]} is {expected}; found {quote(value)}", key=key, hint=hint)
    if declared.smallest <= value <= declared.largest:
        return value
    low, high = plain_number(declared.low), plain_number(declared.high)
    plausible = f"; plausible values are {low} to {high}" if declared.low < declared.high else ""
    message = out_of_range(value, declared.smallest, declared.largest, unit) + plausible
    return Mistake(message, key=key, hint=hint)


def unknown_mechanism(key: KeyPath, name: str, known: Mapping[str, Any]) -> Mistake:
    """Return the mistake for a mechanism that the catalogue does not have."""
    return Mistake(
        f"there is no mechanism {quote(name)}",
        key=key,
        at="key",
        suggestion=nearest(name, known),
        hint=f"tfs-sim list mechanisms  shows all {len(known)}.",
    )


def _mechanisms(value: Any) -> dict[str, bool]:
    """Return the switches after checking names."""
    if not isinstance(value, Mapping):
        raise several([Mistake(f"mechanisms is a table of switches such as turnover = false; found {kind_of(value)}")])
    known = catalogue().MECHANISMS
    mistakes = []
    for name, switch in value.items():
        if name not in known and name != OTHERS:
            mistakes.append(unknown_mechanism((str(name),), str(name), known))
        elif not isinstance(switch, bool):
            mistakes.append(Mistake(f"{name} is true (on) or false (off); found {kind_of(switch)}", key=(name,)))
        elif not switch and name in catalogue().ALWAYS_ON:
            mistakes.append(Mistake(f"{name} cannot be switched off: without it there is nothing to run", key=(name,)))
    if mistakes:
        raise several(mistakes)
    return dict(value)


PARAMETERS = Check(_parameters, (("type", "object"), ("x-names", "parameters")))
MECHANISMS = Check(_mechanisms, (("type", "object"), ("x-names", "mechanisms")))


@dataclass
class Pieces:
    """The parts of a scenario that are in order by themselves, each with its key path."""

    clock: Clock | None = None
    sites: dict[str, Site] = field(default_factory=dict)
    site_names: set[str] = field(default_factory=set)
    interventions: list[tuple[KeyPath, ScheduledIntervention]] = field(default_factory=list)
    grants: list[tuple[KeyPath, Grant]] = field(default_factory=list)
    shocks: list[tuple[KeyPath, ScheduledShock]] = field(default_factory=list)
    bundle_names: set[str] = field(default_factory=set)
    strategy: list[str] = field(default_factory=list)
    nationals: dict[str, National] = field(default_factory=dict)
    national_names: set[str] = field(default_factory=set)
    selection: Selection | None = None
    mechanisms: dict[str, bool] = field(default_factory=dict)


def pieces_of(data: Mapping[str, Any]) -> Pieces:
    """Return what is in order of a scenario's data, of which some parts may be wrong."""
    pieces = Pieces(clock=_read(Clock, data.get("clock")))
    for name, table in _items(data.get("sites")):
        pieces.site_names.add(name)
        site = _read(Site, table)
        if site is not None:
            pieces.sites[name] = site
    for name, table in _items(data.get("nationals")):
        pieces.national_names.add(name)
        national_one = _read(National, table)
        if national_one is not None:
            pieces.nationals[name] = national_one
    pieces.selection = _read(Selection, data["selection"]) if data.get("selection") is not None else None
    _lists(pieces, (), data)
    for name, table in _items(data.get("bundles")):
        pieces.bundle_names.add(name)
        if isinstance(table, Mapping):
            _lists(pieces, ("bundles", name), table)
    strategy = data.get("strategy")
    if isinstance(strategy, list | tuple):
        pieces.strategy = list(strategy)
    pieces.mechanisms = {name: on for name, on in _items(data.get("mechanisms")) if isinstance(on, bool)}
    return pieces


def _items(table: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(table, Mapping):
        yield from ((name, value) for name, value in table.items() if isinstance(name, str))


def _lists(pieces: Pieces, prefix: KeyPath, data: Mapping[str, Any]) -> None:
    def add(kind: str, model: type[_Model], found: list[tuple[KeyPath, _Model]]) -> None:
        items = data.get(kind)
        for position, item in enumerate(items if isinstance(items, list | tuple) else ()):
            piece = _read(model, item)
            if piece is not None:
                found.append(((*prefix, kind, position), piece))

    add("interventions", ScheduledIntervention, pieces.interventions)
    add("grants", Grant, pieces.grants)
    add("shocks", ScheduledShock, pieces.shocks)


def _read(model: type[_Model], data: Any) -> _Model | None:
    try:
        return model.model_validate(data)
    except ValidationError:
        return None


def across(pieces: Pieces) -> list[Mistake]:
    """Return the mistakes between parts: dates, sites, targets, bundles, switches, files."""
    mistakes = list(_switches(pieces))
    if pieces.clock is not None:
        mistakes += _dates(pieces, pieces.clock)
    for path, grant in pieces.grants:
        if grant.site is not None and grant.site not in pieces.site_names:
            mistakes.append(_unknown_site((*path, "site"), grant.site, pieces.site_names))
    for position, name in enumerate(pieces.strategy):
        if isinstance(name, str) and name not in pieces.bundle_names:
            known = sorted(pieces.bundle_names)
            mistakes.append(
                Mistake(
                    f"there is no bundle {quote(name)}",
                    key=("strategy", position),
                    suggestion=nearest(name, known),
                    hint=f"Bundles: {', '.join(known)}." if known else "The scenario has no [bundles].",
                )
            )
    organizations, found = _organizations(pieces)
    mistakes += found
    mistakes += layers.stages_asked_for(pieces)
    mistakes += layers.stages(pieces)
    mistakes += layers.networks(pieces, organizations)
    complete = set(organizations) == pieces.site_names
    if pieces.nationals:
        found_nationals = (national(name, each.title, each.fte) for name, each in pieces.nationals.items())
        organizations = {**organizations, NATIONAL_SITE: national_table(found_nationals)}
    targets = [(path, item.target) for path, item in pieces.interventions]
    targets += [(path, shock.target) for path, shock in pieces.shocks]
    mistakes += _nobody(pieces)
    for path, target in targets:
        mistakes += _target((*path, "target"), target, organizations, pieces.site_names, complete)
    return mistakes


def _nobody(pieces: Pieces) -> Iterator[Mistake]:
    """Yield the mistakes of levers that act on national organizations where the scenario has none."""
    known = {**catalogue().INTERVENTIONS, **catalogue().SHOCKS}
    used = [(path, item.use) for path, item in pieces.interventions]
    used += [(path, shock.use) for path, shock in pieces.shocks]
    for path, name in () if pieces.nationals else used:
        if name in known and known[name].mechanism == "national":
            message = f"{name} acts on national organizations, and the scenario has none"
            yield Mistake(message, key=(*path, "use"), hint="[nationals.NAME] declares one.")


def _switches(pieces: Pieces) -> Iterator[Mistake]:
    known = catalogue().MECHANISMS
    for name, on in pieces.mechanisms.items():
        if on or name not in known:
            continue
        # one that is on by default then simply has nothing to act on; one that is asked for is a contradiction
        needing = [other.name for other in known.values() if name in other.needs and pieces.mechanisms.get(other.name)]
        if needing:
            needs = "needs" if len(needing) == 1 else "need"
            remedy = "; ".join(f"{other} = false" for other in needing)
            yield Mistake(
                f"{name} is off, and {' and '.join(needing)} {needs} it",
                key=("mechanisms", name),
                hint=f"Switch {'it' if len(needing) == 1 else 'them'} off as well: {remedy}.",
            )


def _dates(pieces: Pieces, clock: Clock) -> Iterator[Mistake]:
    dated: list[tuple[KeyPath, str, str | None]] = [
        *((path, "from", item.begins) for path, item in pieces.interventions),
        *((path, "from", grant.begins) for path, grant in pieces.grants),
        *((path, "onset", shock.onset) for path, shock in pieces.shocks),
    ]
    for path, name, month in dated:
        if month is not None and not 0 <= clock.index(month) < clock.months:
            side = "before the clock starts" if clock.index(month) < 0 else "after the clock ends"
            message = f"{name} is {month}, {side} (it goes from {clock.start} to {clock.end})"
            yield Mistake(message, key=(*path, name))
    for path, item in pieces.interventions:
        begins = item.begins or clock.date(item.earliest)
        if item.when is not None and item.begins is not None and 0 <= clock.index(item.begins) < item.earliest:
            yield _too_early(item.begins, item.when.over, clock, path)
        first, stop = item.window(clock)
        if item.taper is not None and item.taper > stop - first > 0:
            yield _too_long(item, item.taper, stop - first, path)
        if item.until is not None and item.begins is None and month_number(item.until) <= month_number(begins):
            said = never_in_force(item.until, begins, f"before the clock starts ({begins})")
            yield Mistake(said, key=(*path, "until"))


def _too_long(item: ScheduledIntervention, taper: int, months: int, path: KeyPath) -> Mistake:
    """Return the mistake of a taper that is longer than the window that it is part of."""
    ends = "that it lasts" if item.lasts is not None else f"until {item.until or 'the end of the clock'}"
    message = f"taper is part of the {months} months {ends}; found {taper} months"
    return Mistake(message, key=(*path, "taper"))


def _too_early(begins: str, over: int, clock: Clock, path: KeyPath) -> Mistake:
    """Return the mistake of a rule that would look at months which nothing is recorded of."""
    right = clock.date(over)
    there = "no month is" if begins == clock.start else f"only {clock.index(begins)} months are"
    looks = "the month before" if over == 1 else f"the {over} months before"
    message = f"in {begins} {there} recorded, and the rule looks at {looks}; from is {quote(right)} or later"
    return Mistake(message, key=(*path, "from"), suggestion=right)


def _unknown_site(key: KeyPath, name: str, known: set[str]) -> Mistake:
    sites = sorted(known)
    hint = f"Sites: {', '.join(sites[:12])}{' …' if len(sites) > 12 else ''}." if sites else ""
    return Mistake(f"there is no site {quote(name)}", key=key, suggestion=nearest(name, sites), hint=hint)


def _too_many(counted: str) -> Mistake:
    message = f"the sites have {counted} organizations together; a scenario has at most {MOST_IN_ALL:,}"
    return Mistake(message, key=("sites",), at="key")


def _organizations(pieces: Pieces) -> tuple[dict[str, tuple[Organization, ...]], list[Mistake]]:
    """Return the organizations of every site whose files can be read, and the mistakes in the files."""
    found: dict[str, tuple[Organization, ...]] = {}
    mistakes: list[Mistake] = []
    counted = sum(sum(site.organizations.values()) + 1 for site in pieces.sites.values() if site.organizations)
    if counted > MOST_IN_ALL:  # not a million names are made of what cannot be run
        return found, [_too_many(f"{counted:,}")]
    for name, site in pieces.sites.items():
        file = "organizations_file"
        try:
            found[name] = site.organizations_list(name)
            counted += len(found[name]) if site.organizations_file else 0
            if counted > MOST_IN_ALL:
                return {}, [*mistakes, _too_many(f"more than {MOST_IN_ALL:,}")]
            if site.organizations_file and not FEWEST <= len(found[name]) <= MOST:
                message = how_many(len(found[name]))
                mistakes.append(Mistake(message, key=("sites", name, file)))
            file = "relationships_file"
            site.relationships_list(name)
            file = "influence_file"
            site.influence_list(name)
        except UserError as error:
            for mistake in error.mistakes:
                missing = not mistake.line  # the file itself is wrong: say so where it is named
                message = f"{file} {quote(mistake.file)}: {mistake.message}"
                key = ("sites", name, file)
                mistakes.append(replace(mistake, key=key, file="", message=message) if missing else mistake)
    return found, mistakes


def _target(
    key: KeyPath, target: Target, organizations: dict[str, tuple[Organization, ...]], sites: set[str], complete: bool
) -> list[Mistake]:
    if target.site is not None and target.site not in sites | set(organizations):
        return [_unknown_site((*key, "site"), target.site, sites)]
    if not complete and (target.site is None or target.site not in organizations):
        return []
    if target.organizations:
        known = {organization.identity for members in organizations.values() for organization in members}
        strange = [
            Mistake(
                f"there is no organization {quote(name)}",
                key=(*key, "organizations", position),
                suggestion=nearest(name, sorted(known)),
                hint='Organizations are named "site/sector-01", the backbone "site/backbone".',
            )
            for position, name in enumerate(target.organizations)
            if name not in known and (complete or name.split("/")[0] in organizations)
        ]
        if strange:
            return strange
    if any(target.matches(site, member) for site, members in organizations.items() for member in members):
        return []
    wanted = [f"{name} {value}" for name in ("role", "sector", "site") if (value := getattr(target, name))]
    if target.organizations is not None:
        wanted.append("organizations in the list")
    return [Mistake(f"this target matches no organization: none has {' and '.join(wanted)}", key=key)]
