"""How missing runs get done and stored: in order, a bounded number at a time, part by part."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.designs.plausible import all_written
from tfs_sim.experiments.execution import forks
from tfs_sim.experiments.execution.batches import blocks, missing_together, together
from tfs_sim.experiments.execution.executors import LostError, Workers
from tfs_sim.experiments.execution.job import Job, Outcome, Task
from tfs_sim.experiments.execution.plan import Plan, PlannedArm, unique
from tfs_sim.experiments.storage import tables
from tfs_sim.experiments.storage.keys import Keys, keys_of, run_keys
from tfs_sim.experiments.storage.parts import Address, ArmParts
from tfs_sim.experiments.storage.provenance import model_version
from tfs_sim.experiments.storage.status import saving_in_words
from tfs_sim.experiments.storage.store import Store, StoredArm

if TYPE_CHECKING:
    from tfs_sim.model.engine import Template
    from tfs_sim.scenario import Scenario

Progress = Callable[[int, int, float], None]
"""Called now and then with the runs done, the runs in all, and runs per second."""

Notice = Callable[[str], None]
"""Called with a sentence on what is happening: compiling, a damaged part."""

PART_SECONDS = 10.0
"""A part is written at the latest after so many seconds, so that little is lost when a process dies."""


@dataclass
class Saving:
    """Months that were run, and months that these runs have in full: the difference are shared pasts."""

    run: int = 0
    full: int = 0

    @property
    def share(self) -> float:
        """Share of the months that were saved."""
        return 1.0 - self.run / self.full if self.full else 0.0

    def sentence(self) -> str:
        """Return it as the terminal says it, or nothing where nothing was shared."""
        return saving_in_words(self.share)


class Work:
    """The runs of a sweep that are missing, and how they get into the store.

    `shard` (i, n) limits it to the i-th (from 0) of n slices of every arm's runs. `main` is the work beside which this
    is: it stores runs of the same arms with those of that.
    """

    def __init__(
        self,
        store: Store,
        plan: Plan,
        workers: Workers,
        shard: tuple[int, int] = (0, 1),
        main: Work | None = None,
    ) -> None:
        self.workers, self.shard = workers, shard
        self.saving: Saving = Saving() if main is None else main.saving
        self._store, self._lists = store, main is None
        self._parts: dict[str, ArmParts] = {} if main is None else main._parts
        self.take(plan)

    def beside(self, plan: Plan) -> Work:
        """Return the work of another plan of the same arms, beside this."""
        return Work(self._store, plan, self.workers, self.shard, self)

    def take(self, plan: Plan) -> None:
        """Go over to another plan of the same arms: with more replicates, or more sets."""
        self.plan, store = plan, self._store
        table = plan.table()
        store.write_places([arm.words for arm in plan.arms])
        if self._lists:
            store.write_lists(table, plan.sets_table())
        if table is not None and plan.points is not None and plan.points.one_line:
            table = table.select(["point"])
        self._arms = {arm.digest: arm for arm in unique(plan.arms)}
        for digest in self._arms.keys() - self._parts.keys():
            self._parts[digest] = store.arm(Address(digest, plan.seed, model_version()))
        self.stored = [
            StoredArm(
                arm.keys,
                self._parts[arm.digest],
                arm.scenario.clock.months,
                len(arm.scenario.sites),
                arm.words,
                table,
                () if plan.sets is None else plan.sets.ids,
            )
            for arm in plan.arms
        ]
        self._families: list[list[PlannedArm]] = []
        self._job: Job | None = None

    @property
    def span(self) -> tuple[int, int]:
        """The run numbers that this work is about: the first, and the one after the last."""
        part, parts = self.shard
        return part * self.plan.runs // parts, (part + 1) * self.plan.runs // parts

    @property
    def total(self) -> int:
        """Runs that the sweep consists of; those that are the same count once."""
        first, end = self.span
        return sum(end - first if arm.distinct else len(np.unique(self._wanted(arm))) for arm in self._arms.values())

    @property
    def done(self) -> int:
        """Runs that are stored."""
        return self.total - sum(end - first for arm in self._arms.values() for first, end in self._gaps(arm))

    def _wanted(self, arm: PlannedArm) -> Keys:
        return run_keys(arm.words, *self.span)

    def _gaps(self, arm: PlannedArm) -> list[tuple[int, int]]:
        """Return the numbers of the runs that an arm lacks, as (first, end) pairs."""
        low, high = self.span
        parts = self._parts[arm.digest]
        if arm.distinct and not parts.parts:
            return [(low, high)]
        return [(low + first, low + end) for first, end in parts.missing(self._wanted(arm), arm.distinct)]

    def template(self, scenario: Scenario) -> Template:
        """Return what the engine runs for a scenario."""
        from tfs_sim.scenario.beginnings import template_of

        return template_of(scenario)

    def fill(self, progress: Progress | None, notice: Notice) -> int:
        """Run what is missing, part by part; return how many runs that were."""
        total, gaps = self.total, {digest: self._gaps(arm) for digest, arm in self._arms.items()}
        done = total - sum(end - first for each in gaps.values() for first, end in each)
        if done == total:
            return 0
        arms = list(self._arms.values())
        warm_up(notice)
        if self._job is None:
            points, sets, each = self.plan.points, self.plan.sets, [arm.scenario for arm in arms]
            one_line = points is not None and points.one_line
            yielding = one_line or sets is not None
            groups = forks.families(
                lambda arm: self.template(each[arm]),
                len(arms),
                beside=lambda arm: all_written(each[arm]) if yielding else None,
            )
            self._families = [[arms[arm] for arm in group] for group in groups]
            scenarios = [[arm.scenario for arm in family] for family in self._families]
            self._job = Job(scenarios, self.plan.seed, one_line=one_line, sets=sets)
        pace = Pace(total, progress, done)
        block = Block()
        with closing(self.workers.stream(self._job, self._tasks(gaps))) as results:
            try:
                for task, (outcomes, spent, full) in results:
                    self.saving.run += spent
                    self.saving.full += full
                    block.add(task, outcomes)
                    pace.step(task.cells)
                    if task.last or block.old:
                        self._write(block)
                        block = Block()
            except (KeyboardInterrupt, LostError):
                self._write(block)
                raise
        return total - done

    def _tasks(self, gaps: Mapping[str, list[tuple[int, int]]]) -> Iterator[Task]:
        """Yield the missing runs, block by block: the first runs of every family of arms, then the next ones."""
        left = [
            blocks(
                missing_together([gaps[arm.digest] for arm in family]),
                self.plan.places,
                max(1, tables.ROWS // family[0].rows),
            )
            for family in self._families
        ]
        for number in itertools.count():
            now = [(family, segments[number]) for family, segments in enumerate(left) if number < len(segments)]
            if not now:
                return
            for family, block in now:
                yield from together(self.plan, family, block, self.workers.batch_size)

    def _write(self, block: Block) -> None:
        """Store a block as a part of each of its arms."""
        for (family, member), outcomes in sorted(block.outcomes.items()):
            arm = self._families[family][member]
            template = self.template(arm.scenario)
            runs = sorted(outcomes)
            keys = keys_of(arm.words, np.array(runs, np.uint64))
            labels = (template.sites, template.metrics)
            summaries = tables.runs_table(0, np.stack([outcomes[run].summary for run in runs]), *labels)
            series = np.stack([outcomes[run].series for run in runs])
            months = tables.series_table(0, series, *labels, template.start)
            bare = (table.drop_columns(["replicate"]) for table in (summaries, months))
            self._parts[arm.digest].add(keys, next(bare), next(bare))


class Block:
    """Runs of a family that become one part of each of its arms."""

    def __init__(self) -> None:
        self.outcomes: dict[tuple[int, int], dict[int, Outcome]] = {}
        self._began = time.monotonic()

    def add(self, task: Task, outcomes: list[list[Outcome]]) -> None:
        """Take in the runs of a task."""
        for run, wanted, found in zip(task.runs, task.wanted, outcomes, strict=True):
            for member, outcome in zip(wanted, found, strict=True):
                self.outcomes.setdefault((task.family, member), {})[run] = outcome

    @property
    def old(self) -> bool:
        """Whether the block is to be written before it is complete."""
        return time.monotonic() - self._began > PART_SECONDS


class Pace:
    """Counts runs and tells `progress`, ten times a second at most."""

    def __init__(self, total: int, progress: Progress | None, done: int = 0) -> None:
        self._total, self._progress, self._done = total, progress, done
        self._before, self._began, self._told = done, time.monotonic(), 0.0
        if progress is not None:
            progress(done, total, 0.0)

    def step(self, runs: int = 1) -> None:
        """Count some more runs."""
        self._done += runs
        now = time.monotonic()
        if self._progress is not None and (self._done == self._total or now - self._told >= 0.1):
            self._told = now
            self._progress(self._done, self._total, (self._done - self._before) / max(now - self._began, 1e-9))


def run_one(task: tuple[Template, int, int, str]) -> NDArray[np.float64]:
    """Run (template, seed, replicate, set of parameters)."""
    return forks.run_alone(*task)


def warm_up(notice: Notice | None) -> None:
    """Compile before workers start: the compiler's cache must not be written by two threads."""
    from tfs_sim.model import engine

    engine.warm_up(notice)
