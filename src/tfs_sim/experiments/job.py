"""What workers need to run any part of a plan: it can be sent to another process, and runs are all it returns."""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.forks import Grove
from tfs_sim.experiments.summary import summarize, ways_of
from tfs_sim.experiments.variables import varied

if TYPE_CHECKING:
    from tfs_sim.model.engine import Template
    from tfs_sim.scenario import Scenario

Settings = Mapping[tuple[str, str, str], Any]

GROVES = 4
"""Trees of arms that a job keeps at hand."""

TEMPLATES = 64
"""Templates that a job keeps at hand."""


@dataclass(frozen=True, slots=True)
class Task:
    """Runs of one family of arms.

    Attributes
    ----------
    family : position of the family in the job.
    wanted : which of its arms.
    runs : run numbers.
    replicates : the replicate of each.
    points, settings : the point of each, and what the design sets there.
    stop : the run number before which the block ends that the task belongs to.
    """

    family: int
    wanted: tuple[int, ...]
    runs: tuple[int, ...]
    replicates: tuple[int, ...]
    points: tuple[int, ...]
    settings: tuple[Settings, ...]
    stop: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run of one arm: the summaries [sites, metrics], and the series [months, sites, metrics] as stored."""

    summary: NDArray[np.float64]
    series: NDArray[np.float32]


Outcomes = tuple[list[list[Outcome]], int, int]
"""For each run, each wanted arm's outcome; months that were run; months of all these runs in full."""


@dataclass
class Job:
    """The families of a plan: arms that may share a past.

    Attributes
    ----------
    families : the scenarios of each family, before a design changes them.
    seed : which luck.
    share : whether arms that share a past run it once.
    """

    families: Sequence[Sequence[Scenario]]
    seed: int
    share: bool = True
    _templates: dict[tuple[int, int], Template] = field(default_factory=dict, repr=False)
    _groves: dict[Any, list[Grove]] = field(default_factory=dict, repr=False)
    _lock: Any = field(default_factory=threading.Lock, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {"families": self.families, "seed": self.seed, "share": self.share}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _templates={}, _groves={}, _lock=threading.Lock())

    def run(self, task: Task) -> Outcomes:
        """Run a task."""
        found: list[list[Outcome]] = []
        spent = full = 0
        for replicate, point, settings in zip(task.replicates, task.points, task.settings, strict=True):
            results: list[NDArray[np.float64]] = []
            for grove in self._grove(task.family, task.wanted, point, settings):
                outs, months = grove.run(self.seed, replicate)
                results += outs
                spent += months
                full += sum(template.months for template in grove.templates)
            ways = ways_of(self.template(task.family, 0).metrics)
            found.append([Outcome(summarize(out, ways), out.astype(np.float32)) for out in results])
        return found, spent, full

    def template(self, family: int, arm: int) -> Template:
        """Return what an arm of a family compiles to, before a design changes it."""
        from tfs_sim.scenario.build import build

        found = self._templates.get((family, arm))
        if found is None:
            found = build(self.families[family][arm])
            with self._lock:
                while len(self._templates) >= TEMPLATES:
                    self._templates.pop(next(iter(self._templates)))
                self._templates[family, arm] = found
        return found

    def _grove(self, family: int, wanted: tuple[int, ...], point: int, settings: Settings) -> list[Grove]:
        key = (family, wanted, point)
        found = self._groves.get(key)
        if found is None:
            templates = [
                at_point(self.template(family, n), self.families[family][n], settings) if settings
                else self.template(family, n)
                for n in wanted
            ]  # fmt: skip
            found = [Grove.of(templates)] if self.share else [Grove.of([template]) for template in templates]
            with self._lock:
                while len(self._groves) >= GROVES:
                    self._groves.pop(next(iter(self._groves)))
                self._groves[key] = found
        return found


_IN_PLACE = {"dose", "from", "until", "lasts", "taper", "paid_by", "onset", "depth", "decay",
             "when.below", "when.above", "when.off_at", "when.every", "when.over", "when.at_least"}  # fmt: skip


def at_point(template: Template, scenario: Scenario, settings: Settings) -> Template:
    """Return what `scenario`, of which `template` was built, is at a design point."""
    from tfs_sim.scenario.build import LAYOUT_PARAMETERS, build, retuned

    variant = varied(scenario, settings)
    areas = set()
    for area, owner, name in settings:
        if area == "parameters":
            if (owner, name) in LAYOUT_PARAMETERS:
                return build.__wrapped__(variant)
            areas.add("parameters")
        elif area == "sites" or name in _IN_PLACE:
            areas.add("schedule")
        else:
            return build.__wrapped__(variant)
    return retuned(template, variant, areas)


def packed(job: Job) -> tuple[str, bytes]:
    """Return a job as bytes for other processes, with their digest."""
    content = pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL)
    return hashlib.sha256(content).hexdigest(), content


_unpacked: dict[str, Job] = {}


def run_packed(digest: str, content: bytes, task: Task) -> Outcomes:
    """Run a task of a packed job: in another process, which unpacks a job once."""
    job = _unpacked.get(digest)
    if job is None:
        _unpacked.clear()
        job = _unpacked[digest] = pickle.loads(content)
    return job.run(task)
