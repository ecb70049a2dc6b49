"""Runs of scenarios on blocks (a set of parameters and a replicate), kept so that none is made twice.

What is asked for first is what is run first; of every run some numbers are kept: what it cost and did, and outcomes.
The luck of a run is that of (seed, set, replicate), the same for whatever is bought: so scenarios are compared over the
same luck, and a search that is asked again finds the same numbers, on any number of workers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.sets import Sets, fingerprint
from tfs_sim.experiments.execution.executors import stream
from tfs_sim.experiments.execution.forks import MOST, Grove, families
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.work import Notice, warm_up
from tfs_sim.experiments.storage.provenance import model_version
from tfs_sim.experiments.storage.summary import summarize, ways_of
from tfs_sim.experiments.storage.variants import Kept, Key
from tfs_sim.scenario.drawing import leaves_open

if TYPE_CHECKING:
    from tfs_sim.model.engine import Template
    from tfs_sim.scenario import Scenario

Array = NDArray[np.float64]
Block = tuple[int, int]
"""Number of a set, and replicate."""

PART_SECONDS = 20.0
"""A part is written at the latest after so many seconds."""
COST, EFFECT = "cost in all", "student-months"
"""What is kept of every run beside outcomes: dollars and student-months of support, all sites and months together."""


@dataclass(frozen=True)
class Numbers:
    """What is kept of a run.

    Attributes
    ----------
    outcomes : metrics, each as the mean over sites of a run's single number.
    costs, effects : how much each month's cost and support count [months]: present values.
    """

    outcomes: tuple[str, ...]
    costs: Array
    effects: Array

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the numbers."""
        return COST, EFFECT, *self.outcomes

    def of(self, run: Array, metrics: Sequence[str]) -> Array:
        """Return the numbers of a run [months, sites, metrics]."""
        at = [metrics.index(name) for name in ("cost", "served", *self.outcomes)]
        months = np.nan_to_num(run[:, :, at[:2]]).sum(axis=1)
        chosen = np.ascontiguousarray(run[:, :, at[2:]])
        ends = summarize(chosen, ways_of(self.outcomes)) if self.outcomes else np.empty((run.shape[1], 0))
        there = ~np.isnan(ends)
        counted = np.maximum(there.sum(axis=0), 1)
        means = np.where(there.any(axis=0), np.where(there, ends, 0.0).sum(axis=0) / counted, np.nan)
        return np.array([1000.0 * (months[:, 0] @ self.costs), months[:, 1] @ self.effects, *means])


@dataclass
class Meter:
    """Counts runs: those that are made, and how many a search may still make at most."""

    told: Callable[[int, int, float], None] | None
    total: int = 0
    done: int = 0
    made: int = 0
    _began: float = field(default_factory=time.monotonic)
    _last: float = 0.0

    def step(self, runs: int) -> None:
        """Count runs that were made."""
        self.made += runs
        self.done += runs
        now = time.monotonic()
        if self.told is not None and now - self._last >= 0.1:
            self._last = now
            self.told(min(self.done, self.total), self.total, self.made / max(now - self._began, 1e-9))

    def passed(self, done: int) -> None:
        """Go on to what comes after so many runs of those that were reckoned with: some were not needed."""
        self.done = max(self.done, done)


class Runs:
    """Runs of scenarios on blocks, kept in a folder."""

    def __init__(
        self,
        folder: Path,
        ground: Scenario,
        sets: Sets,
        seed: int,
        numbers: Numbers,
        workers: int,
        meter: Meter,
        notice: Notice,
    ) -> None:
        """Open the runs that a folder holds."""
        self.sets, self.seed, self.numbers, self.workers, self.meter = sets, seed, numbers, workers, meter
        self._ground, self._built = ground, _built(ground)
        warm_up(notice)
        about = "; ".join([*numbers.names, *(f"{each.tobytes().hex()}" for each in (numbers.costs, numbers.effects))])
        total = fingerprint((about,), [], np.empty((0, 0)))
        self._kept = Kept(folder, numbers.names, seed, model_version(), notice, total)
        names = [variable.name for variable in sets.variables]
        self._sets = [fingerprint((one,), names, sets.table[n : n + 1])[:32] for n, one in enumerate(sets.ids)]
        self._digests: dict[int, tuple[Scenario, str]] = {}
        self._templates: dict[str, Template] = {}

    def values(self, scenarios: Sequence[Scenario], blocks: Sequence[Block]) -> Array:
        """Return the numbers of scenarios on blocks [scenarios, blocks, numbers]; what is missing is run."""
        digests = [self._digest(each) for each in scenarios]
        self._fill(dict(zip(digests, scenarios, strict=True)), blocks)
        rows = self._kept.rows
        return np.array([[rows[key] for key in self._keys(digest, blocks)] for digest in digests])

    def flush(self) -> None:
        """Write what has been run."""
        self._kept.flush()

    def _keys(self, digest: str, blocks: Sequence[Block]) -> list[Key]:
        return [(digest, self._sets[number], replicate) for number, replicate in blocks]

    def _digest(self, scenario: Scenario) -> str:
        known = self._digests.get(id(scenario))
        if known is None:
            known = self._digests[id(scenario)] = (scenario, scenario.digest())
        return known[1]

    def _fill(self, scenarios: dict[str, Scenario], blocks: Sequence[Block]) -> None:
        """Run what is missing: scenarios that lack the same blocks together, set by set."""
        lacking: dict[tuple[Block, ...], list[str]] = {}
        for digest in scenarios:
            missing = tuple(
                block
                for block, key in zip(blocks, self._keys(digest, blocks), strict=True)
                if key not in self._kept.rows
            )
            if missing:
                lacking.setdefault(missing, []).append(digest)
        groups = [
            (missing, digests[start : start + MOST])
            for missing, digests in lacking.items()
            for start in range(0, len(digests), MOST)
        ]

        def tasks() -> Iterator[_Task]:
            for missing, digests in groups:
                templates = [self._template(digest, scenarios[digest]) for digest in digests]
                by_set: dict[int, list[int]] = {}
                for number, replicate in missing:
                    by_set.setdefault(number, []).append(replicate)
                chosen = [scenarios[digest] for digest in digests]
                for number, replicates in by_set.items():
                    yield digests, templates, chosen, number, replicates

        written = time.monotonic()
        try:
            with closing(stream(tasks(), self._run, self.workers)) as results:
                for (digests, _, _, number, replicates), found in results:
                    for replicate, rows in zip(replicates, found, strict=True):
                        for digest, row in zip(digests, rows, strict=True):
                            self._kept.add((digest, self._sets[number], replicate), row)
                    self.meter.step(len(digests) * len(replicates))
                    if time.monotonic() - written > PART_SECONDS:
                        self._kept.flush()
                        written = time.monotonic()
        except BaseException:
            self._kept.flush()
            raise

    def _template(self, digest: str, scenario: Scenario) -> Template:
        found = self._templates.get(digest)
        if found is None:
            while len(self._templates) >= MOST_TEMPLATES:
                self._templates.pop(next(iter(self._templates)))
            found = self._templates[digest] = _built(scenario)
        return found

    def _run(self, task: _Task) -> list[list[Array]]:
        """Return for each replicate the numbers of each scenario."""
        _, built, scenarios, number, replicates = task
        name, settings = self.sets.ids[number], self.sets.settings(number)
        own = open_to(settings, self._ground)
        tuned = at_point(self._built, self._ground, own, name)
        # a set that changes nothing but parameters does the same to all that is bought in one scenario
        alike = tuned.fixed is self._built.fixed and not leaves_open(self._ground)

        def at(template: Template, scenario: Scenario) -> Template:
            if alike and scenario.parameters == self._ground.parameters:
                return replace(template, parameters=tuned.parameters, digest="")
            return at_point(template, scenario, open_to(settings, scenario), name)

        templates = [at(template, each) for template, each in zip(built, scenarios, strict=True)]
        groves = [
            (group, Grove.of([templates[n] for n in group]))
            for group in families(lambda n: templates[n], len(templates))
        ]
        luck = self.sets.luck(number)
        found = []
        for replicate in replicates:
            rows: dict[int, Array] = {}
            for group, grove in groves:
                outs, _ = grove.run(self.seed, replicate, luck)
                each = zip(group, outs, strict=True)
                rows.update((n, self.numbers.of(out, templates[n].metrics)) for n, out in each)
            found.append([rows[n] for n in range(len(templates))])
        return found


_Task = tuple[list[str], "list[Template]", "list[Scenario]", int, list[int]]
"""Digests, templates and scenarios; number of the set; replicates."""

MOST_TEMPLATES = 400


def _built(scenario: Scenario) -> Any:
    from tfs_sim.scenario.beginnings import template_of

    return template_of(scenario)
