"""One event held back from a run: the same run, in which the person stays, the award is won, the host goes on.

The run is carried on to the step of the month that brings the event about, and this step is taken; then what it did to
whom the event is about is undone, and the run goes on. Every draw of luck is a function of what it is for, so that
whatever the event had no part in happens as it did. Nothing else of that step is undone: others decided in it by what
they saw before.

What has no single cause in one step cannot be held back: a partnership's ending (it is told from the meetings of
months), an arrival (a post is filled because its time has come), a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfs_sim.model import draws, engine, tick
from tfs_sim.model.engine import Template
from tfs_sim.model.events import Event
from tfs_sim.model.mechanisms import competition, repair
from tfs_sim.model.mechanisms.turnover import NO_NOTICE
from tfs_sim.model.state import FIRST_POOL, OUTSIDE, Organizations, Relationships
from tfs_sim.model.world import World

ORGANIZATION, SITE = "organization", "site"
Undo = Callable[[Template, World, World, Event], None]
"""Given the template, the world after the step, that before it, and the event: undoes it in the world after."""


@dataclass(frozen=True)
class Withheld:
    """A kind of event that can be held back.

    Attributes
    ----------
    kind : as `tfs_sim.model.events.KINDS` has it.
    step : of the month, which brings it about.
    event, instead : the event, and what happens instead, as sentences say it.
    of : whose it is: "organization" or "site".
    undo : how.
    """

    kind: str
    step: str
    event: str
    instead: str
    of: str
    undo: Undo


def _own_row(after: World, before: World, fields: Any, row: int) -> None:
    """Give an organization, or a relationship, back what it had before the step."""
    for field in fields:
        getattr(after, field.name)[..., row] = getattr(before, field.name)[..., row]


def _stays_in_post(template: Template, after: World, before: World, event: Event) -> None:
    i = event.organization
    _own_row(after, before, Organizations.fields, i)
    after.tenure[i] += 1  # another month in post has passed
    after.departed[i] = after.arrived[i] = 0
    if before.notice[i] > 0:
        after.notice[i] = NO_NOTICE  # it is taken back
    after.departures[event.site] -= 1.0


def _stays_away(template: Template, after: World, before: World, event: Event) -> None:
    _own_row(after, before, Organizations.fields, event.organization)
    after.joined[event.site] -= 1.0
    after.recent_joins[event.site] = max(after.recent_joins[event.site] - 1.0, 0.0)


def _stays_at_the_table(template: Template, after: World, before: World, event: Event) -> None:
    i = event.organization
    _own_row(after, before, Organizations.fields, i)
    after.months_active[i] += 1
    after.withdrew[event.site] -= 1.0


def _no_apology(template: Template, after: World, before: World, event: Event) -> None:
    (e,) = np.flatnonzero((after.source == event.other) & (after.target == event.organization)).tolist()
    betrayal = float(after.betrayal[e])
    deceived = betrayal > float(before.betrayal[e])
    _own_row(after, before, Relationships.fields, e)
    after.betrayal[e] = betrayal
    p, histories = parameters_of(template, "repair"), is_on(template, "histories")
    after.grievance[e] = repair.hardened.py_func(float(before.grievance[e]), deceived, histories, p)


def _not_paid(template: Template, after: World, before: World, event: Event) -> None:
    i = event.organization
    account = _account(after, i)
    paid = after.accounts[account] - before.accounts[account]
    after.accounts[account] -= paid
    after.accounts[OUTSIDE] += paid
    after.awards_won[i] = before.awards_won[i]
    against = after.target == i
    after.institutional_bad[against] = before.institutional_bad[against]


def _paid_too(template: Template, after: World, before: World, event: Event) -> None:
    i = event.organization
    cents = int(competition.dollars_of_award.py_func(parameters_of(template, "competition")) * 100.0)
    after.accounts[OUTSIDE] -= cents
    after.accounts[_account(after, i)] += cents
    after.awards_won[i] += 1
    own = after.source == i
    after.institutional_bad[own] = before.institutional_bad[own]


def _same_host(template: Template, after: World, before: World, event: Event) -> None:
    after.hosted[event.site] = before.hosted[event.site]


def _account(world: World, organization: int) -> int:
    return FIRST_POOL + int(world.backbone.size) + organization


def parameters_of(template: Template, mechanism: str) -> Any:
    """Return a mechanism's parameters as kernels have them."""
    return template.parameters[list(engine.RECORDS).index(mechanism)]


def is_on(template: Template, mechanism: str) -> Any:
    """Return a mechanism's switch as kernels have it."""
    return template.on[list(engine.SWITCHES).index(mechanism)]


_SEATS = "participation.join_and_withdraw"
_CONTEST = "competition.contest"
WITHHELD: Mapping[str, Withheld] = {
    each.kind: each
    for each in (
        Withheld("departure", "turnover.leave_and_arrive", "a representative leaves",
                 "the person stays (a notice is taken back), and may leave another time", ORGANIZATION, _stays_in_post),
        Withheld("join", _SEATS, "an organization joins the table", "it stays away, and may join another time",
                 ORGANIZATION, _stays_away),
        Withheld("withdrawal", _SEATS, "an organization leaves the table", "it stays, and may leave another time",
                 ORGANIZATION, _stays_at_the_table),
        Withheld("apology", "repair.mend", "an organization apologizes for a broken promise",
                 "it is silent, and the failure hardens", ORGANIZATION, _no_apology),
        Withheld("award-won", _CONTEST, "an organization wins an award (or several in a month)",
                 "nobody is paid, and nobody begrudges it", ORGANIZATION, _not_paid),
        Withheld("award-lost", _CONTEST, "an organization bids for awards, and wins none",
                 "it is paid an award beside the others, begrudges nobody, and is begrudged by nobody", ORGANIZATION,
                 _paid_too),
        Withheld("host-lost", "hosting.review", "the host lays the backbone down",
                 "the host goes on, and may lay it down another time", SITE, _same_host),
        Withheld("host-found", "hosting.review", "another organization takes the backbone up",
                 "nobody takes it up that month", SITE, _same_host),
    )
}  # fmt: skip
"""Every kind of event that can be held back, by its name."""


def both(
    template: Template, seed: int, replicate: int, parameter_set: str, event: Event, months: int
) -> tuple[Any, Any]:
    """Return a run to so many months after an event, as it was and with the event held back.

    Returns
    -------
    tuple of ndarray
        Each float64 [months, sites, metrics]; what lies after the last of these months is zero. Up to the month of the
        event they are the same, to the bit.
    """
    kind = WITHHELD[event.kind]
    after = len(tick.START) + [step.name for step in tick.MONTH].index(kind.step) + 1
    first, end = len(tick.START), len(engine.STEPS)
    last = min(event.month + months + 1, template.months)
    key = draws.run_key(seed, replicate, parameter_set)
    state, world = template.fresh()
    usual = template.output()
    engine.run_months(template, world, key, engine.DRAW_START, event.month, usual)
    engine.run_steps(template, world, key, event.month, range(first, after - 1), usual)
    before = template.layout.world(template.fixed, state.copy())
    engine.run_steps(template, world, key, event.month, range(after - 1, after), usual)
    other_state, other = template.fresh()
    other_state[:] = state
    changed = usual.copy()
    kind.undo(template, other, before, event)
    for each, out in ((world, usual), (other, changed)):
        engine.run_steps(template, each, key, event.month, range(after, end), out)
        engine.run_months(template, each, key, event.month + 1, last, out)
    return usual, changed
