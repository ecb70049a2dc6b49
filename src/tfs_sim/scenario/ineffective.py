"""What stands in a scenario and has no effect, or less than it says, in sentences.

It is no mistake: a switch is thrown to see what a mechanism does, and the rest of the file stays as it is. But whoever
reads the results must be told.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

from tfs_sim.scenario.errors import count, quote
from tfs_sim.scenario.fields import catalogue

if TYPE_CHECKING:
    from tfs_sim.scenario.schema import Scenario


def without_effect(scenario: Scenario, varied: Container[str] = ()) -> list[str]:
    """Return a sentence on each thing in a scenario that has no effect, or less than it says.

    Mechanisms that are off and on which others build, what they would move or read, what is there to the amount of
    zero, rules that never call for anything, nationals without members, partnerships and goals for which there are too
    few months, and who joins after the end. `varied` are the dotted names of what a design sets instead.
    """
    known = catalogue()
    said = [
        f"{name} is off; what builds on it goes on with what it finds at the start: {', '.join(needing)}."
        for name, needing in scenario.unmet_needs().items()
    ]
    said += _without_amount(scenario, varied)
    used = [each.use for each in scenario.in_force()[0]] + [shock.use for shock in scenario.shocks]
    for item in dict.fromkeys(used):
        mechanism = (known.INTERVENTIONS.get(item) or known.SHOCKS[item]).mechanism
        if not scenario.is_on(mechanism):
            said.append(f"{item} does nothing: its mechanism, {mechanism}, is off.")
    for name, values in scenario.parameters.items():
        if values and not scenario.is_on(name):
            said.append(f"parameters of {name} have no effect, since it is off: {', '.join(values)}.")
    members = {name for site in scenario.sites.values() for name, who in site.networks.items() if who}
    if alone := [name for name in scenario.nationals if name not in members]:
        said.append(f"no organization is a member of {', '.join(alone)}, which no community notices.")
    if scenario.parameters.get("national") and not scenario.nationals and scenario.is_on("national"):
        said.append("parameters of national have no effect: there are no national organizations.")
    return [*said, *_out_of_time(scenario), *_unread(scenario)]


def _out_of_time(scenario: Scenario) -> Iterator[str]:
    """Yield a sentence on each partnership, and goal of one, for which there are too few months."""
    clock = scenario.clock
    for key, site in scenario.sites.items():
        begins = site.backbone.begins
        month = 0 if begins is None else max(clock.index(begins), 0)
        if month >= clock.months:
            last = count(clock.months, "month")
            yield f"nobody begins a partnership in {key}: its backbone is from {begins} on, after the end ({last})."
            continue
        there = clock.months - month
        for number, goal in enumerate(site.goals, 1):
            if goal.over > there:
                said = f"looks at {count(goal.over, 'month')}, and there are {there:,}"
                yield f"goal {number} of {key} is never reached: it {said}."


def _without_amount(scenario: Scenario, varied: Container[str]) -> Iterator[str]:
    """Yield a sentence on each intervention, shock and grant of which there is nothing."""
    orders, grants = scenario.in_force()
    for use in dict.fromkeys(each.use for each in orders if each.amount == 0):
        if f"interventions.{use}.dose" not in varied:
            yield f"{use} has no effect: its dose is 0."
    for use in dict.fromkeys(each.use for each in scenario.shocks if each.depth == 0):
        if f"shocks.{use}.depth" not in varied:
            yield f"{use} has no effect: its depth is 0."
    for each in orders:
        ends = (f"interventions.{each.use}.when.{end}" for end in ("below", "above"))
        if each.when is not None and each.when.never and not any(end in varied for end in ends):
            yield f"{each.use} is never in force: {each.when.never}."
    for label in dict.fromkeys(each.label for each in grants if each.amount == 0):
        yield f"the grant {quote(label)} has no effect: its amount is 0."


def _unread(scenario: Scenario) -> Iterator[str]:
    """Yield a sentence on each file, or part of one, that nothing reads."""
    for key, site in scenario.sites.items():
        if site.influence_file and not scenario.is_on("understanding"):
            yield f"{site.influence_file} of {key} is not read: understanding is off."
        if site.relationships_file is None and site.organizations_file is None:
            continue
        members = site.organizations_list(key)
        late = [each for each in members if (each.given.joins or 0) > scenario.clock.months]
        if late:
            names = ", ".join(each.name for each in late[:3]) + (" …" if len(late) > 3 else "")
            last = count(scenario.clock.months, "month")
            yield f"{count(len(late), 'organization')} of {key} would join after the end ({last}): {names}."
        asked = {
            "participation": any(each.given.threshold is not None or each.given.joins for each in members),
            "effort": any(each.given.first_effort is not None for each in members),
            "competition": any(each.given.first_bid is not None for each in members),
        }
        columns = {"participation": "joins and threshold", "effort": "first_effort_low and first_effort_high",
                   "competition": "first_bid"}  # fmt: skip
        for mechanism, given in asked.items():
            if given and not scenario.is_on(mechanism):
                yield f"{columns[mechanism]} in {site.organizations_file} of {key} have no effect: {mechanism} is off."
