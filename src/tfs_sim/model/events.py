"""What happened in a run, event by event: a replay of it that looks at the world between steps of the month.

A run stores numbers of months, not events; any replicate can be run again, bit for bit, and looked at on the way. So
events cost nothing until somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import draws, engine, tick
from tfs_sim.model.mechanisms.endings import ENDED
from tfs_sim.model.mechanisms.repair import ANSWERS, SILENCE
from tfs_sim.model.state import ACTIVE, BACKBONE, WITHDRAWN
from tfs_sim.model.world import World


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event: what it is called, what it means, and what stands in the columns `other` and `outcome`."""

    name: str
    meaning: str
    other: str = ""
    outcome: str = ""


KINDS = (
    Kind("departure", "The representative leaves; `person` is who leaves."),
    Kind("arrival", "A successor begins; `person` is who comes."),
    Kind("join", "The organization joins the table."),
    Kind("refusal", "It is asked to the table this month, and stays away."),
    Kind("withdrawal", "It leaves the table."),
    Kind("apology", "It apologizes for a promise that it broke.", "whom it had let down",
         ", ".join(ANSWERS[SILENCE + 1 :])),
    Kind("award-won", "It wins a contest for money; one event an award."),
    Kind("award-lost", "It spends at least an hour on bids this month, and wins nothing."),
    Kind("host-lost", "The organization that hosts the backbone lays that down."),
    Kind("host-found", "Another organization takes it up."),
    Kind("ending", "The partnership counts as ended (`endings.ended_after`).", outcome=", ".join(ENDED[1:])),
)  # fmt: skip


class Event(NamedTuple):
    """Something that happened: numbers as in the template's organizations and sites, −1 for nobody.

    `person` counts those in an organization's post from 1, who was there before the run-in.
    """

    month: int
    kind: str
    site: int
    organization: int = -1
    person: int = -1
    other: int = -1
    outcome: str = ""


def replay(template: engine.Template, seed: int, replicate: int, parameter_set: str = "") -> Iterator[Event]:
    """Run one replicate again and yield what happens, month by month, in the order of the month.

    The national organizations' own table is the site after the last.
    """
    _, world = template.fresh()
    out = template.output()
    key = draws.run_key(seed, replicate, parameter_set)
    engine.run_months(template, world, key, engine.DRAW_START, 0, out)
    first, end = len(tick.START), len(engine.STEPS)
    for month in range(template.months):
        before = _Before(world)
        at = first
        for place, look in _LOOKS:
            engine.run_steps(template, world, key, month, range(at, place), out)
            at = place
            yield from look(month, world, before)
        engine.run_steps(template, world, key, month, range(at, end), out)
        yield from _endings(month, world, before)


class _Before:
    """What the month began with, as far as events are told by it."""

    def __init__(self, world: World) -> None:
        self.status, self.person = world.status.copy(), world.person.copy()
        self.awards, self.ending = world.awards_won.copy(), world.ending.copy()
        self.hosted = world.hosted.copy()


def _each(month: int, kind: str, world: World, who: NDArray[np.int64], person: NDArray[np.uint64]) -> Iterator[Event]:
    for i in who.tolist():
        yield Event(month, kind, int(world.site_of[i]), i, int(person[i]) + 1)


def _people(month: int, world: World, before: _Before) -> Iterator[Event]:
    yield from _each(month, "departure", world, np.flatnonzero(world.departed), before.person)
    yield from _each(month, "arrival", world, np.flatnonzero(world.arrived), world.person)


def _hosts(month: int, world: World, before: _Before) -> Iterator[Event]:
    for s in np.flatnonzero(world.hosted != before.hosted).tolist():
        yield Event(month, "host-found" if world.hosted[s] else "host-lost", s)


def _table(month: int, world: World, before: _Before) -> Iterator[Event]:
    joined = (world.status == ACTIVE) & (before.status != ACTIVE)
    yield from _each(month, "join", world, np.flatnonzero(joined), world.person)
    yield from _each(month, "refusal", world, np.flatnonzero(world.refused), world.person)
    left = (world.status == WITHDRAWN) & (before.status == ACTIVE)
    left &= world.dissolved[world.site_of] == 0  # who parts with goals met does not withdraw
    yield from _each(month, "withdrawal", world, np.flatnonzero(left), world.person)


def _apologies(month: int, world: World, before: _Before) -> Iterator[Event]:
    for r in np.flatnonzero(world.failed).tolist():
        answer = int(world.answer[r])
        if answer == SILENCE:
            continue
        injured, offender = int(world.source[r]), int(world.target[r])
        site, person = int(world.site_of[offender]), int(world.person[offender]) + 1
        yield Event(month, "apology", site, offender, person, injured, ANSWERS[answer])


def _awards(month: int, world: World, before: _Before) -> Iterator[Event]:
    won = world.awards_won - before.awards
    yield from _each(month, "award-won", world, np.repeat(np.arange(won.size), won), world.person)
    lost = (won == 0) & (world.bid_hours >= 1.0) & (world.role != BACKBONE)
    yield from _each(month, "award-lost", world, np.flatnonzero(lost), world.person)


def _endings(month: int, world: World, before: _Before) -> Iterator[Event]:
    for s in np.flatnonzero((world.ending > 0) & (before.ending == 0)).tolist():
        yield Event(month, "ending", s, outcome=ENDED[world.ending[s]])


_Look = Callable[[int, World, _Before], Iterator[Event]]
_AFTER: dict[str, _Look] = {
    "turnover.leave_and_arrive": _people,
    "hosting.review": _hosts,
    "participation.join_and_withdraw": _table,
    "repair.mend": _apologies,
    "competition.contest": _awards,
}
_LOOKS = tuple((len(tick.START) + n + 1, _AFTER[step.name]) for n, step in enumerate(tick.MONTH) if step.name in _AFTER)
"""After which step of the month what is looked at."""
