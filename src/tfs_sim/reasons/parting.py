"""Two runs over the same luck, side by side to the month in which they part, and what parted them.

Runs of two strategies under one set and one luck are the same until their schedules differ (`forks`), and events are
the same until something that the schedule changed has changed what somebody did. Before that month everything that
happened in one happened in the other; from it on, what happened in one alone is told.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tfs_sim.experiments.execution.again import Study, again
from tfs_sim.experiments.execution.forks import foundation, schedule
from tfs_sim.reasons.asking import known_levels, template_under
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.experiments.designs.design import Arm, Experiment
    from tfs_sim.model.engine import Template

COLUMNS = ("site", "organization", "person", "event", "other", "outcome")
"""What an event is known by, beside its month."""
AFTER = 12
"""Months from the parting on of which events are told side by side."""


@dataclass(frozen=True)
class Parting:
    """Two runs to the month in which they part.

    Attributes
    ----------
    study, a, b, levels : what was run, under which levels.
    replicate, parameter_set : which luck, and which set ("" without sets).
    scheduled : first month (from 0) in which what is in force differs; 0 where parameters do, None where nothing does.
    parted : first month in which something happened in one run alone; None if nothing ever did.
    date : of that month, "2019-04".
    alike : events up to then, the same in both.
    orders : what is in force in one run alone from its beginning on, in words: of a, of b.
    events : what happened in one run alone, from the parting on: month, run ("a" or "b"), and `COLUMNS`.
    """

    study: Study
    a: str
    b: str
    levels: tuple[str, ...]
    replicate: int
    parameter_set: str
    scheduled: int | None
    parted: int | None
    date: str
    alike: int
    orders: tuple[tuple[str, ...], tuple[str, ...]]
    events: DataFrame

    def counts(self, months: int = AFTER) -> DataFrame:
        """Return how often what happened in one run alone in so many months from the parting on: event, a, b."""
        from pandas import DataFrame

        last = -1 if self.parted is None else self.parted + months
        early = self.events[self.events["month"] < last]
        each = {run: Counter(early.loc[early["run"] == run, "event"].astype(str)) for run in ("a", "b")}
        kinds = sorted(set(each["a"]) | set(each["b"]), key=lambda kind: -abs(each["a"][kind] - each["b"][kind]))
        return DataFrame([(kind, each["a"][kind], each["b"][kind]) for kind in kinds], columns=["event", "a", "b"])


def parting(
    folder: str | os.PathLike[str],
    a: str,
    b: str,
    replicate: int = 0,
    parameter_set: str | None = None,
    levels: Sequence[str] | None = None,
    experiment: Experiment | None = None,
) -> Parting:
    """Run one replicate of two strategies again, and say when they part, and over what.

    Parameters
    ----------
    folder : the results of a sweep.
    a, b : keys of the strategies.
    replicate : which luck, from 0.
    parameter_set : under which set of parameters; the first by default.
    levels : the label of each cross key; those with the shock, or the first, by default.
    experiment : the experiment, where it was made in Python.

    Raises
    ------
    UserError
        When there is no such strategy, set, replicate or condition.
    """
    from tfs_sim.analysis.stored import Stored

    study = again(folder, experiment)
    under = known_levels(Stored.of(study.sweep), levels)
    if a == b:
        raise UserError(Mistake(f"two strategies are compared, and both are {quote(a)}"))
    if not 0 <= replicate < study.replicates:
        last = study.replicates - 1
        raise UserError(Mistake(f"replicates of {study.folder} are 0 to {last}; found {replicate}"))
    name, number = _set(study, parameter_set)
    arms = [study.arm(each, under) for each in (a, b)]
    templates = [template_under(study, arm, number) for arm in arms]
    tables = [_events(template, study.seed, replicate, name) for template in templates]
    parted, alike, apart = _compared(tables)
    return Parting(
        study, a, b, under, replicate, name, _scheduled(templates), parted,
        "" if parted is None else arms[0].scenario.clock.date(parted), alike,
        (_orders(arms[0], arms[1]), _orders(arms[1], arms[0])), apart,
    )  # fmt: skip


def _set(study: Study, name: str | None) -> tuple[str, int]:
    if study.sets is None:
        if name is not None:
            raise UserError(Mistake(f"{study.folder} was run at one point, and has no set {quote(name)}"))
        return "", 0
    if name is None:
        return study.sets.ids[0], 0
    if name not in study.sets.ids:
        said = f"there is no set {quote(name)} in {study.folder}; they are {study.sets.ids[0]} to {study.sets.ids[-1]}"
        raise UserError(Mistake(said, suggestion=nearest(name, study.sets.ids[:1000])))
    return name, study.sets.ids.index(name)


def _events(template: Template, seed: int, replicate: int, name: str) -> list[tuple[int, tuple[Any, ...]]]:
    """Return what happened, as (month, what)."""
    from tfs_sim.model.events import replay
    from tfs_sim.scenario.tables import NATIONAL_SITE

    sites = [*template.sites, NATIONAL_SITE]
    names = [organization.identity for organization in template.organizations] + [None]  # −1 is the last: nobody
    return [
        (each.month, (sites[each.site], names[each.organization], None if each.person < 0 else each.person, each.kind,
                      names[each.other], each.outcome or None))
        for each in replay(template, seed, replicate, name)
    ]  # fmt: skip


def _compared(tables: Sequence[list[tuple[int, tuple[Any, ...]]]]) -> tuple[int | None, int, DataFrame]:
    """Return the month in which two lists of events part, how many were the same before, and what is in one alone."""
    from pandas import DataFrame

    months = sorted({month for table in tables for month, _ in table})
    by_month = [{month: Counter(what for at, what in table if at == month) for month in months} for table in tables]
    one, other = by_month
    rows, parted, alike = [], None, 0
    for month in months:
        if one[month] == other[month]:
            alike += one[month].total() if parted is None else 0
            continue
        parted = month if parted is None else parted
        for run, mine, yours in (("a", one, other), ("b", other, one)):
            for what in (mine[month] - yours[month]).elements():
                rows.append((month, run, *what))
    return parted, alike, DataFrame(rows, columns=["month", "run", *COLUMNS])


def _scheduled(templates: Sequence[Template]) -> int | None:
    """Return the first month in which what two templates have in force differs."""
    if foundation(templates[0]) != foundation(templates[1]):
        return 0
    one, other = (dict(schedule(each)) for each in templates)
    now = [(), ()]
    for month in sorted({*one, *other}):
        now = [table.get(month, before) for table, before in zip((one, other), now, strict=True)]
        if now[0] != now[1]:
            return month
    return None


def _orders(mine: Arm, yours: Arm) -> tuple[str, ...]:
    """Return what is in force in one arm and not in the other, interventions and grants, by their first months."""
    from tfs_sim.model.catalogue import INTERVENTIONS

    def listed(arm: Arm) -> list[tuple[int, str]]:
        clock = arm.scenario.clock
        orders, grants = arm.scenario.in_force()
        found = [(*item.window(clock), f"{INTERVENTIONS[item.use].title} ({item.amount:g})") for item in orders]
        found += [(*grant.window(clock), f"grant {grant.label}".strip()) for grant in grants]
        return [(first, f"{clock.date(first)} to {clock.date(last - 1)}: {what}") for first, last, what in found]

    there = Counter(text for _, text in listed(yours))
    return tuple(text for _, text in sorted(listed(mine)) if not there[text])
