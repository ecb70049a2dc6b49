"""What workers need to run any part of a plan: it can be sent to another process, and runs are all it returns."""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.designs.variables import SCHEDULED, varied
from tfs_sim.experiments.execution import blocks
from tfs_sim.experiments.execution.forks import MOST, Grove
from tfs_sim.experiments.execution.starting import plain
from tfs_sim.experiments.storage.summary import summarize, ways_of

if TYPE_CHECKING:
    from tfs_sim.model.engine import Template
    from tfs_sim.scenario import Scenario

Settings = Mapping[tuple[str, str, str], Any]

MEMORY = 100_000_000
"""Bytes of arrays in the trees of arms that a job keeps at hand."""

WORLDS = 400_000_000
"""Bytes of the worlds that a thread holds at once for one tree of arms (but always one world)."""

TEMPLATES = 64
"""Templates that a job keeps at hand."""


_Q = TypeVar("_Q", contravariant=True)
_T = TypeVar("_T", covariant=True)


class Runnable(Protocol[_Q, _T]):
    """What workers can be given: it can be sent to another process, and results are all it returns."""

    def run(self, task: _Q) -> _T:
        """Run a task."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """Runs of one family of arms.

    Attributes
    ----------
    family : position of the family in the job.
    wanted : for each run, which of the family's arms.
    runs : run numbers.
    replicates : the replicate of each.
    places, sets, settings : the place of each, its set (0 without sets), and what the design sets there.
    last : whether its block ends with it.
    """

    family: int
    wanted: tuple[tuple[int, ...], ...]
    runs: tuple[int, ...]
    replicates: tuple[int, ...]
    places: tuple[int, ...]
    sets: tuple[int, ...]
    settings: tuple[Settings, ...]
    last: bool

    @property
    def cells(self) -> int:
        """How many runs of single arms it stands for."""
        return sum(map(len, self.wanted))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run of one arm: the summaries [sites, metrics], and the series [months, sites, metrics] as stored."""

    summary: NDArray[np.float64]
    series: NDArray[np.float32]


Groves = list[tuple[Grove, list[int]]]
"""Trees of arms, with the positions of the arms among what a task runs."""

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
    one_line : whether what points set yields to what the arms' scenarios give themselves.
    sets : the sets of parameters, if there are any; they always yield.
    """

    families: Sequence[Sequence[Scenario]]
    seed: int
    share: bool = True
    one_line: bool = False
    sets: Sets | None = None
    _templates: dict[tuple[int, int], Template] = field(default_factory=dict, repr=False)
    _groves: dict[Any, Groves] = field(default_factory=dict, repr=False)
    _held: int = field(default=0, repr=False)
    _lock: Any = field(default_factory=threading.Lock, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        names = ("families", "seed", "share", "one_line", "sets")
        return {name: getattr(self, name) for name in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _templates={}, _groves={}, _held=0, _lock=threading.Lock())

    def run(self, task: Task) -> Outcomes:
        """Run a task."""
        ways = ways_of(self.template(task.family, 0).metrics)
        found: list[dict[int, Outcome]] = [{} for _ in task.runs]
        spent = full = 0
        for (replicate, number, _), positions in _alike(task).items():
            name = "" if self.sets is None else self.sets.luck(number)
            for grove, cells in self._groves_of(task, positions):
                outs, months = grove.run(self.seed, replicate, name)
                spent += months
                full += sum(template.months for template in grove.templates)
                for (position, member), out in zip(cells, outs, strict=True):
                    found[position][member] = Outcome(summarize(out, ways), out.astype(np.float32))
        wanted = zip(found, task.wanted, strict=True)
        return [[each[member] for member in members] for each, members in wanted], spent, full

    def template(self, family: int, arm: int) -> Template:
        """Return what an arm of a family compiles to, before a design changes it."""
        from tfs_sim.scenario.beginnings import template_of

        found = self._templates.get((family, arm))
        if found is None:
            found = template_of(self.families[family][arm])
            with self._lock:
                while len(self._templates) >= TEMPLATES:
                    self._templates.pop(next(iter(self._templates)))
                self._templates[family, arm] = found
        return found

    def _groves_of(self, task: Task, positions: tuple[int, ...]) -> list[tuple[Grove, list[tuple[int, int]]]]:
        """Return the trees along which the arms of some runs go, with the (position in the task, arm) of each."""
        cells = [(position, member) for position in positions for member in task.wanted[position]]
        key = (task.family, tuple((task.places[position], member) for position, member in cells))
        groves = self._groves.get(key)
        if groves is None:
            templates = [self._at(task, *cell) for cell in cells]
            most = max(1, min(MOST, WORLDS // blocks.largest_world(templates[0]))) if self.share else 1
            groups = [list(range(n, min(n + most, len(cells)))) for n in range(0, len(cells), most)]
            groves = [(Grove.of([templates[n] for n in group]), group) for group in groups]
            with self._lock:
                while self._groves and self._held + _bytes(groves) > MEMORY:
                    self._held -= _bytes(self._groves.pop(next(iter(self._groves))))
                if key not in self._groves:
                    self._held += _bytes(groves)
                self._groves[key] = groves
        return [(grove, [cells[n] for n in group]) for grove, group in groves]

    def _at(self, task: Task, position: int, member: int) -> Template:
        template, scenario = self.template(task.family, member), self.families[task.family][member]
        settings, name = task.settings[position], ""
        if self.one_line:
            settings = open_to(settings, scenario)
        if self.sets is not None:
            name = self.sets.ids[task.sets[position]]
            settings = {**open_to(self.sets.settings(task.sets[position]), scenario), **settings}
        return at_point(template, scenario, settings, name) if settings or name else template


def _bytes(groves: Groves) -> int:
    return sum(template.fixed.nbytes for grove, _ in groves for template in grove.templates)


def _alike(task: Task) -> dict[tuple[int, int, Any], tuple[int, ...]]:
    """Return the positions of a task's runs that may share a past, by replicate, set and what else must be equal."""
    found: dict[tuple[int, int, Any], tuple[int, ...]] = {}
    runs = zip(task.replicates, task.sets, task.settings, strict=True)
    for position, (replicate, number, settings) in enumerate(runs):
        base = tuple((path, repr(value)) for path, value in settings.items() if path[0] not in SCHEDULED)
        found[replicate, number, base] = (*found.get((replicate, number, base), ()), position)
    return found


_IN_PLACE = {"dose", "from", "until", "lasts", "taper", "paid_by", "onset", "depth", "decay",
             "when.below", "when.above", "when.off_at", "when.every", "when.over", "when.at_least"}  # fmt: skip


def at_point(template: Template, scenario: Scenario, settings: Settings, parameter_set: str = "") -> Template:
    """Return what `scenario`, of which `template` was built, is at a design point, or under a set of parameters.

    Parameters
    ----------
    settings : what the point and the set give.
    parameter_set : identity of the set, which also draws what files leave open; empty: none.
    """
    from tfs_sim.scenario.beginnings import redrawn, template_of
    from tfs_sim.scenario.build import LAYOUT_PARAMETERS, Builder, draws_candidates, retuned
    from tfs_sim.scenario.drawing import leaves_open, sectors_open

    variant, by_set = varied(scenario, settings), leaves_open(scenario)
    template = plain(template)

    def anew(variant: Scenario) -> Template:
        return template_of(variant, parameter_set) if by_set else Builder(variant).template()

    if sectors_open(scenario):
        return anew(variant)
    areas = set()
    for area, owner, name in settings:
        if area == "parameters":
            if (owner, name) in LAYOUT_PARAMETERS and (draws_candidates(scenario) or draws_candidates(variant)):
                return anew(variant)
            areas.add("parameters")
        elif area == "sites" or name in _IN_PLACE:
            areas.add("schedule")
        else:
            return anew(variant)
    made = retuned(template, variant, areas)
    return redrawn(made, variant, parameter_set) if by_set else made


def packed(job: Runnable[Any, Any]) -> tuple[str, bytes]:
    """Return a job as bytes for other processes, with their digest."""
    content = pickle.dumps(job, protocol=pickle.HIGHEST_PROTOCOL)
    return hashlib.sha256(content).hexdigest(), content


_unpacked: dict[str, Runnable[Any, Any]] = {}


def run_packed(digest: str, content: bytes, task: Any) -> Any:
    """Run a task of a packed job: in another process, which unpacks a job once."""
    job = _unpacked.get(digest)
    if job is None:
        _unpacked.clear()
        job = _unpacked[digest] = pickle.loads(content)
    return job.run(task)


def run_sent(digest: str, content: bytes, task: bytes) -> Any:
    """Run a task of a packed job that travels as bytes: a scheduler on the way would unpack it, and keep it."""
    return run_packed(digest, content, pickle.loads(task))
