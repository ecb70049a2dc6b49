"""From a scenario and a strategy to what is run, and back from a mistake to the line that caused it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pydantic import ValidationError

from tfs_sim.scenario.errors import KeyPath, Mistake, kind_of
from tfs_sim.scenario.fields import NAME, TEXT, Check, catalogue, several, wrong
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.schema import Scenario, merged
from tfs_sim.scenario.tables import Grant, ScheduledIntervention


def _addition(value: Any) -> str | ScheduledIntervention:
    if isinstance(value, str | ScheduledIntervention):
        return TEXT.function(value) if isinstance(value, str) else value
    if isinstance(value, Mapping):
        try:
            return ScheduledIntervention.model_validate(value)
        except ValidationError as error:
            raise several(mistakes_of(error, ScheduledIntervention, "an intervention")) from None
    raise wrong(f"{NAME} is the name of a bundle or an intervention, or a table; found {kind_of(value)}")


ADDITION = Check(_addition, (("x-names", "additions"),))
"""What a strategy adds: the name of a bundle or of an intervention, or a table like [[interventions]]."""


class StrategyLike(Protocol):
    """What is needed of a strategy here."""

    @property
    def extends(self) -> str | None:
        """The strategy that it adds to."""

    @property
    def add(self) -> tuple[str | ScheduledIntervention, ...]:
        """What it adds."""


@dataclass(frozen=True)
class Setting:
    """Changes of a scenario, and the key path of the table that asks for them."""

    key: KeyPath
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Added:
    """One thing that a strategy adds, and the key path of the item that asks for it."""

    key: KeyPath
    what: str | ScheduledIntervention


def extended(strategies: Mapping[str, StrategyLike], name: str) -> tuple[list[str], list[str]]:
    """Return the strategies that a strategy is made of, first the one that extends nothing, and a circle if any."""
    line = [name]
    while (parent := strategies[line[-1]].extends) is not None and parent in strategies:
        if parent in line:
            return line[::-1], [*line[line.index(parent) :], parent]
        line.append(parent)
    return line[::-1], []


def additions_of(strategies: Mapping[str, StrategyLike], line: Sequence[str]) -> list[Added]:
    """Return all that a line of strategies adds; a bundle or a name that comes twice counts once."""
    found: list[Added] = []
    names: set[str] = set()
    for strategy in line:
        for position, what in enumerate(strategies[strategy].add):
            if isinstance(what, str):
                if what in names:
                    continue
                names.add(what)
            found.append(Added(("strategies", strategy, "add", position), what))
    return found


def known_additions(scenario: Scenario) -> list[str]:
    """Return the names that a strategy may add: bundles first, which win over interventions of the same name."""
    return [*scenario.bundles, *catalogue().INTERVENTIONS]


def assembled(base: Scenario, additions: Sequence[Added] | None, settings: Sequence[Setting]) -> Scenario:
    """Return the scenario with additions in force instead of its own strategy, and with settings.

    Shocks that several settings give are all in force.
    """
    changes: dict[str, Any] = {}
    if additions is not None:
        parts = [parts_of(base, added.what) for added in additions]
        changes["strategy"] = []
        changes["interventions"] = [*base.interventions, *(item for part in parts for item in part[0])]
        changes["grants"] = [*base.grants, *(grant for part in parts for grant in part[1])]
    for setting in settings:
        for name, value in setting.changes.items():
            if isinstance(value, Mapping):
                changes[name] = merged(changes.get(name, {}), value)
            else:
                changes[name] = [*changes.get(name, []), *value]
    return base.with_(**changes)


def parts_of(
    base: Scenario, what: str | ScheduledIntervention
) -> tuple[tuple[ScheduledIntervention, ...], tuple[Grant, ...]]:
    """Return the interventions and grants that one thing that a strategy adds stands for."""
    if isinstance(what, ScheduledIntervention):
        return (what,), ()
    if what in base.bundles:
        return base.bundles[what].interventions, base.bundles[what].grants
    return (ScheduledIntervention.model_validate({"use": what}),), ()


def attributed(mistake: Mistake, base: Scenario, additions: Sequence[Added], settings: Sequence[Setting]) -> Mistake:
    """Return a mistake in an assembled scenario with the key path in the experiment that caused it."""
    if mistake.file:
        return mistake
    kind = mistake.key[0] if mistake.key else ""
    position = mistake.key[1] if len(mistake.key) > 1 else None
    if kind in ("interventions", "grants") and isinstance(position, int):
        index = 0 if kind == "interventions" else 1
        place = position - len(base.interventions if index == 0 else base.grants)
        for added in additions:
            count = len(parts_of(base, added.what)[index])
            if 0 <= place < count:
                rest = mistake.key[2:] if isinstance(added.what, ScheduledIntervention) else ()
                return replace(mistake, key=(*added.key, *rest))
            place -= count
    for setting in reversed(settings):
        if kind == "shocks" and "shocks" in setting.changes and isinstance(position, int):
            earlier = sum(
                len(each.changes["shocks"]) for each in settings[: settings.index(setting)] if "shocks" in each.changes
            )
            if position >= earlier:
                return replace(mistake, key=(*setting.key, "shocks", position - earlier, *mistake.key[2:]))
        elif kind in setting.changes and position in setting.changes[str(kind)]:
            return mistake.under(setting.key)
    return mistake.under(settings[-1].key) if settings else mistake
