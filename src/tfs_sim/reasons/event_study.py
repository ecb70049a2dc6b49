"""What an event does: each run beside the same run in which this one event does not happen.

In every run one event of a kind is drawn, by the run's identity alone, of those that leave enough months after them;
the run is carried on from there twice, with the event and without it (`withheld`). The difference in the community's
outcome, month by month from the event on, is averaged over runs: an event study [1]_ without the assumption that other
communities tell what would have been, since that is run.

The mean is over runs in which there is such an event, each with the same weight, however many events it has: it is the
effect of one event more in a run as it is, not of all of them together.

References
----------
.. [1] MacKinlay (1997), "Event studies in economics and finance", Journal of Economic Literature 35(1):13–39.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.analysis.compare import Paired, paired
from tfs_sim.analysis.pooling import LEVEL, Units, mean_of
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import Array, metric
from tfs_sim.experiments.execution.again import Study, again
from tfs_sim.experiments.execution.executors import stream
from tfs_sim.experiments.execution.work import Notice, Pace, Progress, warm_up
from tfs_sim.experiments.storage.provenance import processors
from tfs_sim.model.events import Event, replay
from tfs_sim.model.state import PARTNER, ROLES, SECTORS
from tfs_sim.reasons.asking import known_levels, known_metric, known_strategy, numbers_of_runs, template_under
from tfs_sim.reasons.withheld import WITHHELD, Withheld, both
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote
from tfs_sim.scenario.fields import whole_or_refused

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.experiments.designs.design import Experiment
    from tfs_sim.model.engine import Template

USUAL_RUNS = 100
"""Sets, one run each, of which events are looked at where nobody says how many."""
MONTHS = 24
"""Months after an event that are looked at."""
FIRST = 6
"""Months from the start before which no event is taken: there is nothing yet that it could disturb."""


@dataclass(frozen=True)
class EventStudy:
    """What one event of a kind does to a community's outcome.

    Attributes
    ----------
    stored : the study's results.
    kind : what happened, and what happens instead.
    strategy, levels, metric : in runs of which strategy, under which levels, to which outcome of the community.
    among : of organizations of which role or sector; "" for all.
    months : after the event.
    events : set (with sets), replicate, month, site, organization: the events, one a run.
    without : how many runs had no such event.
    frame : month (0: that of the event), happened, withheld, difference, low, high (95%, each month by itself), runs.
    whole : the difference of the mean over the event's month and all months after it.
    units : over what the means are.
    """

    stored: Stored
    kind: Withheld
    strategy: str
    levels: tuple[str, ...]
    metric: str
    among: str
    months: int
    events: DataFrame
    without: int
    frame: DataFrame
    whole: Paired
    units: Units


def event_study(
    folder: str | os.PathLike[str],
    kind: str,
    strategy: str | None = None,
    metric_name: str | None = None,
    levels: Sequence[str] | None = None,
    among: str = "",
    months: int = MONTHS,
    sets: int | None = None,
    replicates: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
    experiment: Experiment | None = None,
) -> EventStudy:
    """Say what one event of a kind does, in runs of a sweep and the same runs without it.

    Parameters
    ----------
    folder : the results of a sweep.
    kind : one of `WITHHELD`: "departure", "withdrawal", "award-lost" …
    strategy : in runs of which strategy; the reference by default.
    metric_name : to which outcome of the community in which it happens; the primary one by default.
    levels : the label of each cross key; those with the shock, or the first, by default.
    among : only events of organizations of this role or sector ("backbone", "nonprofit").
    months : so many after the event.
    sets, replicates : of how many sets, and how many runs of each; by default 100 sets with one run each, or 100 runs.
    workers : threads; the numbers do not depend on them.
    progress : called with (runs done, runs in all, runs per second).
    notice : told what is happening.
    experiment : the experiment, where it was made in Python.

    Raises
    ------
    UserError
        When there is no such event, strategy, metric or condition, or no run has such an event.
    """
    study = again(folder, experiment)
    stored = Stored.of(study.sweep)
    if kind not in WITHHELD:
        said = f"an event that can be held back is one of {', '.join(WITHHELD)}; found {quote(kind)}"
        raise UserError(Mistake(said, suggestion=nearest(kind, list(WITHHELD))))
    held = WITHHELD[kind]
    name = stored.against if strategy is None else known_strategy(stored, strategy)
    under, outcome = known_levels(stored, levels), known_metric(stored, metric_name)
    _known_group(among, held)
    months = whole_or_refused("months", months, 1, max(1, stored.months - FIRST - 1))
    count_sets, runs = numbers_of_runs(study, sets, replicates, USUAL_RUNS)
    found = _runs(study, name, under, held, among, months, count_sets, runs, workers, progress, notice)
    there = [(pair, event, values) for pair, event, values in found if event is not None and values is not None]
    if not there:
        whose = f" of {among}" if among else ""
        said = f"in none of {len(found):,} runs {held.event}{whose}, with {months} months left after it"
        raise UserError(Mistake(said, hint="Ask for more sets or runs, fewer months after it, or another strategy."))
    column = stored.metrics.index(outcome)
    usual, changed = (np.array([values[n][:, column] for *_, values in there]) for n in (0, 1))
    events = _events(study, there)
    units = Units.of_table(events, sampled=False)
    return EventStudy(
        stored, held, name, under, outcome, among, months, events, len(found) - len(there),
        _by_month(usual, changed, units), _whole(usual, changed, outcome, units), units,
    )  # fmt: skip


def _known_group(among: str, held: Withheld) -> None:
    if not among:
        return
    known = [*ROLES, *SECTORS]
    if among not in known:
        said = f"organizations are of a role or sector: {', '.join(known)}; found {quote(among)}"
        raise UserError(Mistake(said, suggestion=nearest(among, known)))
    if held.of != "organization":
        raise UserError(Mistake(f"{held.kind} is of a partnership, and not of organizations of a role or sector"))


Pair = tuple[int, int]
"""Number of a set, and a replicate."""
Found = tuple[Pair, Event | None, tuple[Array, Array] | None]


def _runs(
    study: Study, strategy: str, levels: tuple[str, ...], held: Withheld, among: str, months: int,
    sets: int, replicates: int, workers: int | None, progress: Progress | None, notice: Notice | None,
) -> list[Found]:  # fmt: skip
    """Return of each run the event that was drawn, and its outcomes with it and without, from the event's month on."""
    arm = study.arm(strategy, levels)
    warm_up(notice or (lambda _: None))
    total = sets * replicates
    pace = Pace(total, progress if total else None)

    def tasks() -> Iterator[Pair]:
        yield from ((number, replicate) for number in range(sets) for replicate in range(replicates))

    def one(pair: Pair) -> tuple[Event | None, tuple[Array, Array] | None]:
        number, replicate = pair
        template, name = template_under(study, arm, number), "" if study.sets is None else study.sets.ids[number]
        event = _drawn(template, study.seed, replicate, name, held, among, months)
        if event is None:
            return None, None
        usual, changed = both(template, study.seed, replicate, name, event, months)
        window = slice(event.month, event.month + months + 1)
        return event, (usual[window, event.site].copy(), changed[window, event.site].copy())

    done: list[Found] = []
    with closing(stream(tasks(), one, processors() if workers is None else workers)) as results:
        for pair, (event, values) in results:
            done.append((pair, event, values))
            pace.step(1)
    return sorted(done, key=lambda each: each[0])


def _drawn(
    template: Template, seed: int, replicate: int, name: str, held: Withheld, among: str, months: int
) -> Event | None:
    """Return one event of a run, drawn by the run's identity; None where there is none."""
    last = template.months - months - 1
    events = [
        each
        for each in replay(template, seed, replicate, name)
        if each.kind == held.kind
        and FIRST <= each.month <= last
        and each.site < len(template.sites)
        and (not among or among in _kinds_of(template, each.organization))
    ]
    if not events:
        return None
    word = hashlib.blake2b(f"{held.kind}/{among}/{seed}/{name}/{replicate}".encode(), digest_size=8).digest()
    return events[int.from_bytes(word, "little") % len(events)]


def _kinds_of(template: Template, organization: int) -> tuple[str, ...]:
    """Return the role of an organization, and the sector of a partner: a backbone office stands for itself."""
    declared = template.organizations[organization]
    return (declared.role, declared.sector) if declared.role == ROLES[PARTNER] else (declared.role,)


def _events(study: Study, there: Sequence[tuple[Pair, Event, Any]]) -> DataFrame:
    from pandas import DataFrame

    arm = next(iter(study.arms.values()))
    template = template_under(study, arm, 0)
    names = [organization.identity for organization in template.organizations] + [None]
    rows = []
    for (number, replicate), event, _ in there:
        own: dict[str, object] = {} if study.sets is None else {"set": study.sets.ids[number]}
        own |= {"replicate": replicate, "month": event.month, "site": template.sites[event.site]}
        rows.append({**own, "organization": names[event.organization]})
    return DataFrame(rows)


def _by_month(usual: Array, changed: Array, units: Units) -> DataFrame:
    """Return means and differences by month after the event; runs in which the outcome is not there are left out."""
    from pandas import DataFrame

    rows = []
    for month in range(usual.shape[1]):
        a, b = usual[:, month], changed[:, month]
        there = ~(np.isnan(a) | np.isnan(b))
        found = mean_of((a - b)[there], units.at(there))
        ends = (float(end) for end in found.ends(LEVEL))
        means = (float(each[there].mean()) if there.any() else np.nan for each in (a, b))
        rows.append((month, *means, float(found.value), *ends, int(there.sum())))
    return DataFrame(rows, columns=["month", "happened", "withheld", "difference", "low", "high", "runs"])


def _whole(usual: Array, changed: Array, name: str, units: Units) -> Paired:
    """Return the difference of means over the months in which both runs have the outcome."""
    there = ~(np.isnan(usual) | np.isnan(changed))
    count = there.sum(1)
    totals = [np.where(there, each, 0.0).sum(1) for each in (usual, changed)]
    a, b = (np.where(count > 0, total / np.maximum(count, 1), np.nan) for total in totals)
    return paired(a, b, metric(name).better, units=units)
