"""How missing runs get done and stored: in order, a bounded number at a time, part by part."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments import forks, tables
from tfs_sim.experiments.executors import Workers
from tfs_sim.experiments.job import Job, Outcome, Task
from tfs_sim.experiments.parts import Address, ArmParts
from tfs_sim.experiments.plan import Plan, PlannedArm, unique
from tfs_sim.experiments.provenance import model_version
from tfs_sim.experiments.store import Store, StoredArm

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
        return f"shared pasts ran once: {self.share:.0%} of the months saved" if self.share >= 0.005 else ""


class Work:
    """The runs of a sweep that are missing, and how they get into the store.

    `shard` (i, n) limits it to the i-th (from 0) of n slices of every arm's runs.
    """

    def __init__(self, store: Store, plan: Plan, workers: Workers, shard: tuple[int, int] = (0, 1)) -> None:
        self.plan, self.workers, self.shard = plan, workers, shard
        self.saving = Saving()
        self._arms = {arm.digest: arm for arm in unique(plan.arms)}
        address = [Address(digest, plan.seed, model_version()) for digest in self._arms]
        self._parts = {each.scenario: store.arm(each) for each in address}
        self.stored = [
            StoredArm(arm.keys, self._parts[arm.digest], arm.scenario.clock.months, len(arm.scenario.sites))
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
        """Runs that the sweep consists of; arms that are the same scenario share theirs."""
        first, end = self.span
        return (end - first) * len(self._parts)

    @property
    def done(self) -> int:
        """Runs that are stored."""
        return self.total - sum(end - first for parts in self._parts.values() for first, end in self._gaps(parts))

    def _gaps(self, parts: ArmParts) -> list[tuple[int, int]]:
        low, high = self.span
        clipped = ((max(first, low), min(end, high)) for first, end in parts.missing(self.plan.runs))
        return [(first, end) for first, end in clipped if first < end]

    def template(self, scenario: Scenario) -> Template:
        """Return what the engine runs for a scenario."""
        from tfs_sim.scenario.build import build

        return build(scenario)

    def fill(self, progress: Progress | None, notice: Notice) -> int:
        """Run what is missing, part by part; return how many runs that were."""
        done = self.done
        if done == self.total:
            return 0
        arms = list(self._arms.values())
        warm_up(self.template(arms[0].scenario), notice)
        if self._job is None:
            groups = forks.families(lambda arm: self.template(arms[arm].scenario), len(arms))
            self._families = [[arms[arm] for arm in group] for group in groups]
            self._job = Job([[arm.scenario for arm in family] for family in self._families], self.plan.seed)
        pace = Pace(self.total, progress, done)
        block: _Block | None = None
        with closing(self.workers.stream(self._job, self._tasks())) as results:
            try:
                for task, (outcomes, spent, full) in results:
                    self.saving.run += spent
                    self.saving.full += full
                    block = block or _Block(task)
                    for each in outcomes:
                        block.add(each)
                    pace.step(len(outcomes) * len(task.wanted))
                    if block.full:
                        self._write(block)
                        block = None
            except KeyboardInterrupt:
                if block is not None:
                    self._write(block)
                raise
        return self.total - done

    def _tasks(self) -> Iterator[Task]:
        """Yield the missing runs, block by block: the first runs of every family of arms, then the next ones."""
        left = [missing_together([self._gaps(self._parts[arm.digest]) for arm in each]) for each in self._families]
        while any(left):
            for family, segments in enumerate(left):
                if not segments:
                    continue
                first, end, wanted = segments.pop(0)
                stop = min(end, first + max(1, tables.ROWS // self._families[family][0].rows))
                if stop < end:
                    segments.insert(0, (stop, end, wanted))
                for start in range(first, stop, self.workers.batch_size):
                    yield self._task(family, wanted, range(start, min(stop, start + self.workers.batch_size)), stop)

    def _task(self, family: int, wanted: tuple[int, ...], runs: range, stop: int) -> Task:
        plan = self.plan
        replicates, points = tuple(map(plan.replicate, runs)), tuple(map(plan.point, runs))
        return Task(family, wanted, tuple(runs), replicates, points, tuple(map(plan.settings, runs)), stop)

    def _write(self, block: _Block) -> None:
        """Store a block as a part of each of its arms."""
        task, count = block.task, len(block.outcomes)
        for position, member in enumerate(task.wanted):
            arm = self._families[task.family][member]
            template = self.template(arm.scenario)
            outcomes = [each[position] for each in block.outcomes]
            labels = (template.sites, template.metrics)
            runs = tables.runs_table(block.first, np.stack([each.summary for each in outcomes]), *labels)
            series = np.stack([each.series for each in outcomes])
            months = tables.series_table(block.first, series, *labels, template.start)
            keyed = (self.plan.with_columns(table, block.first, count) for table in (runs, months))
            self._parts[arm.digest].add(block.first, next(keyed), next(keyed), count)


def missing_together(gaps: Sequence[Sequence[tuple[int, int]]]) -> list[tuple[int, int, tuple[int, ...]]]:
    """Return the runs that members of a family lack as (first, end, which members lack them)."""
    found: list[tuple[int, int, tuple[int, ...]]] = []
    turns = sorted({run for each in gaps for gap in each for run in gap})
    at = [0] * len(gaps)
    for first, end in pairwise(turns):
        wanted = []
        for member, each in enumerate(gaps):
            while at[member] < len(each) and each[at[member]][1] <= first:
                at[member] += 1
            if at[member] < len(each) and each[at[member]][0] <= first:
                wanted.append(member)
        if wanted:
            found.append((first, end, tuple(wanted)))
    return found


class _Block:
    """Neighbouring runs of a family that become one part of each of its arms."""

    def __init__(self, task: Task) -> None:
        self.task, self.first = task, task.runs[0]
        self.outcomes: list[list[Outcome]] = []
        self._began = time.monotonic()

    def add(self, outcomes: list[Outcome]) -> None:
        """Take in the next run."""
        self.outcomes.append(outcomes)

    @property
    def full(self) -> bool:
        """Whether the block is to be written now."""
        at_end = self.first + len(self.outcomes) == self.task.stop
        return at_end or time.monotonic() - self._began > PART_SECONDS


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


def run_one(task: tuple[Template, int, int]) -> NDArray[np.float64]:
    """Run (template, seed, replicate)."""
    return forks.run_alone(*task)


def warm_up(template: Template, notice: Notice | None) -> None:
    """Compile before workers start: the compiler's cache must not be written by two threads."""
    from tfs_sim.model import engine

    engine.warm_up(template, notice)
