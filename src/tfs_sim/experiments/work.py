"""How missing runs get done and stored: in order, a bounded number at a time, part by part."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments import tables
from tfs_sim.experiments.describe import arm_keys
from tfs_sim.experiments.parts import Address, ArmParts, part_of
from tfs_sim.experiments.provenance import model_version
from tfs_sim.experiments.store import Store, StoredArm
from tfs_sim.experiments.summary import summarize, ways_of

if TYPE_CHECKING:
    from tfs_sim.experiments.design import Arm
    from tfs_sim.model.engine import Template
    from tfs_sim.scenario import Scenario

Progress = Callable[[int, int, float], None]
"""Called now and then with the runs done, the runs in all, and runs per second."""

Notice = Callable[[str], None]
"""Called with a sentence on what is happening: compiling, a damaged part."""

AHEAD = 32
"""Runs under way or waiting for each worker: enough to keep them busy while a part is written."""

PART_SECONDS = 10.0
"""A part is written at the latest after so many seconds, so that little is lost when a process dies."""

T = TypeVar("T")
Q = TypeVar("Q")


class Work:
    """The runs of a sweep that are missing, and how they get into the store."""

    def __init__(self, store: Store, arms: Sequence[Arm], replicates: int, seed: int, workers: int) -> None:
        self.replicates, self.seed, self.workers = replicates, seed, workers
        self._scenarios: dict[str, Scenario] = {}
        self._parts: dict[str, ArmParts] = {}
        self.stored: list[StoredArm] = []
        for arm in arms:
            digest = arm.scenario.digest()
            self._scenarios[digest] = arm.scenario
            if digest not in self._parts:
                self._parts[digest] = store.arm(Address(digest, seed, model_version()))
            keys = arm_keys(arm)
            months, sites = arm.scenario.clock.months, len(arm.scenario.sites)
            self.stored.append(StoredArm(keys, self._parts[digest], months, sites))

    @property
    def total(self) -> int:
        """Runs that the sweep consists of; arms that are the same scenario share theirs."""
        return self.replicates * len(self._parts)

    @property
    def done(self) -> int:
        """Runs that are stored."""
        return sum(parts.done(self.replicates) for parts in self._parts.values())

    def template(self, scenario: Scenario) -> Template:
        """Return what the engine runs for a scenario."""
        from tfs_sim.scenario.build import build

        return build(scenario)

    def fill(self, progress: Progress | None, notice: Notice) -> int:
        """Run what is missing, part by part; return how many runs that were."""
        done = self.done
        if done == self.total:
            return 0
        warm_up(self.template(next(iter(self._scenarios.values()))), notice)
        pace = Pace(self.total, progress, done)
        block: _Block | None = None
        with closing(stream(self._tasks(), _run_block, self.workers)) as results:
            try:
                for (target, replicate), values in results:
                    if block is not None and block.target is not target:
                        raise AssertionError("a block was left unfinished")
                    block = block or _Block(target, replicate)
                    block.add(values)
                    pace.step()
                    if block.full:
                        block.write()
                        block = None
            except KeyboardInterrupt:
                if block is not None:
                    block.write()
                raise
        return self.total - done

    def _tasks(self) -> Iterator[tuple[_Target, int]]:
        """Yield the missing runs, block by block: the first replicates of every arm, then the next ones."""
        gaps = {digest: parts.missing(self.replicates) for digest, parts in self._parts.items()}
        sizes: dict[str, int] = {}
        for digest, scenario in self._scenarios.items():
            sizes[digest] = max(1, tables.ROWS // (scenario.clock.months * len(scenario.sites)))
        while any(gaps.values()):
            for digest, left in gaps.items():
                if not left:
                    continue
                first, end = left.pop(0)
                stop = min(end, first + sizes[digest])
                if stop < end:
                    left.insert(0, (stop, end))
                target = _Target(self.template(self._scenarios[digest]), self.seed, self._parts[digest], stop)
                yield from ((target, replicate) for replicate in range(first, stop))


class _Target:
    """Where a block of runs goes: the arm, and the replicate before which the block ends."""

    def __init__(self, template: Template, seed: int, parts: ArmParts, stop: int) -> None:
        self.template, self.seed, self.parts, self.stop = template, seed, parts, stop


class _Block:
    """Neighbouring runs of an arm that become one part."""

    def __init__(self, target: _Target, first: int) -> None:
        self.target, self.first = target, first
        self.values: list[NDArray[np.float64]] = []
        self._began = time.monotonic()

    def add(self, values: NDArray[np.float64]) -> None:
        """Take in the next replicate."""
        self.values.append(values)

    @property
    def full(self) -> bool:
        """Whether the block is to be written now."""
        at_end = self.first + len(self.values) == self.target.stop
        return at_end or time.monotonic() - self._began > PART_SECONDS

    def write(self) -> None:
        """Store the runs as a part."""
        template = self.target.template
        ways = ways_of(template.metrics)
        summaries = [summarize(values, ways) for values in self.values]
        runs, series = part_of(self.first, self.values, summaries, template)
        self.target.parts.add(self.first, runs, series, len(self.values))


class Pace:
    """Counts runs and tells `progress`, ten times a second at most."""

    def __init__(self, total: int, progress: Progress | None, done: int = 0) -> None:
        self._total, self._progress, self._done = total, progress, done
        self._before, self._began, self._told = done, time.monotonic(), 0.0
        if progress is not None:
            progress(done, total, 0.0)

    def step(self) -> None:
        """Count one more run."""
        self._done += 1
        now = time.monotonic()
        if self._progress is not None and (self._done == self._total or now - self._told >= 0.1):
            self._told = now
            self._progress(self._done, self._total, (self._done - self._before) / max(now - self._began, 1e-9))


def stream(tasks: Iterable[Q], run: Callable[[Q], T], workers: int) -> Generator[tuple[Q, T]]:
    """Yield each task with its result, in order, with at most `AHEAD` tasks a worker under way."""
    pool = ThreadPoolExecutor(workers, thread_name_prefix="tfs-sim")
    waiting: deque[tuple[Q, Future[T]]] = deque()
    try:
        for task in tasks:
            waiting.append((task, pool.submit(run, task)))
            while waiting and (len(waiting) >= AHEAD * workers or waiting[0][1].done()):
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def run_one(task: tuple[Template, int, int]) -> NDArray[np.float64]:
    """Run (template, seed, replicate)."""
    from tfs_sim.model.engine import run_replicate

    return run_replicate(*task)


def _run_block(task: tuple[_Target, int]) -> NDArray[np.float64]:
    target, replicate = task
    return run_one((target.template, target.seed, replicate))


def warm_up(template: Template, notice: Notice | None) -> None:
    """Compile before workers start: the compiler's cache must not be written by two threads."""
    from tfs_sim.model import engine

    engine.warm_up(template, notice)
