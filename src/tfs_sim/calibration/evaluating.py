"""Sets of parameters are run over populations and observed: what waves of matching, looks and checks are made of.

A set is run once for each population that the targets need, with the luck of (seed, set, replicate), and every target
is observed on those runs. Numbers do not depend on workers, executors, batches, other sets or other targets.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.calibration import looks
from tfs_sim.calibration.estimates import Estimate
from tfs_sim.calibration.observing import WHATS, observe
from tfs_sim.calibration.reading import Calibration
from tfs_sim.calibration.scales import Output
from tfs_sim.calibration.storing import Kept, key_of, place_for
from tfs_sim.calibration.tables import Observation
from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.executors import leave_if_unguarded
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.runner import made_by_whom
from tfs_sim.experiments.execution.work import PART_SECONDS, Notice, Pace, Progress, warm_up
from tfs_sim.experiments.storage import files
from tfs_sim.experiments.storage.holding import only_one
from tfs_sim.experiments.storage.provenance import environment, model_version, now
from tfs_sim.scenario import Scenario
from tfs_sim.scenario.fields import LARGEST_SEED, whole_or_refused

if TYPE_CHECKING:
    from pandas import DataFrame

Array = NDArray[np.float64]

_log = logging.getLogger("tfs_sim")


@dataclass(frozen=True)
class Values:
    """What so many sets of parameters give of so many outputs.

    Attributes
    ----------
    ids : identities of the sets.
    outputs : what they are held against.
    values : float64 [sets, outputs], on each output's scale. NaN where nobody could be asked (no partnership is alive,
        say), or too few for a value: such a set does not meet that target.
    luck : float64 [sets, outputs], variances of the values over other luck, on the scale.
    asked : int64 [sets, outputs], communities on which a value rests.
    natural : float64 [sets, outputs], the values as they were seen: shares, members, marks.
    """

    ids: tuple[str, ...]
    outputs: tuple[Output, ...]
    values: Array
    luck: Array
    asked: NDArray[np.int64]
    natural: Array

    def gaps(self, outputs: Sequence[Output] | None = None) -> Array:
        """Return (value − centre) / √(observation + discrepancy): float64 [sets, outputs].

        The luck of a run is in its value, and granted once, by emulators: in the denominator, too, it would let sets
        pass because they are noisy. It is ∞ where there is no value, and NaN for outputs that are held against nothing.

        Parameters
        ----------
        outputs : the same outputs with other variances (discrepancies halved or doubled); by default its own.
        """
        held = self.outputs if outputs is None else outputs
        centres = np.array([each.centre for each in held])
        variances = np.array([each.variance for each in held])
        off = (self.values - centres) / np.sqrt(variances)
        return np.where(np.isnan(self.values) & ~np.isnan(centres), np.inf, off)

    def table(self) -> DataFrame:
        """Return a row a set and output: set, target, value, luck (a standard deviation), asked, natural, gap."""
        import pandas as pd

        names = [each.name for each in self.outputs]
        return pd.DataFrame(
            {
                "set": np.repeat(np.array(self.ids, object), len(names)),
                "target": np.tile(np.array(names, object), len(self.ids)),
                "value": self.values.ravel(),
                "luck": np.sqrt(self.luck).ravel(),
                "asked": self.asked.ravel(),
                "natural": self.natural.ravel(),
                "gap": self.gaps().ravel(),
            }
        )


@dataclass
class Job:
    """What workers need to run sets of parameters over populations and observe them.

    Attributes
    ----------
    sets : the sets.
    populations : the scenarios by key.
    targets : by key, the population and how it is observed.
    seed, replicates : which luck, and how many runs of each population.
    """

    sets: Sets
    populations: dict[str, Scenario]
    targets: dict[str, tuple[str, Observation]]
    seed: int
    replicates: int
    _months: dict[str, set[int]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for population, observation in self.targets.values():
            wanted = self._months.setdefault(population, set())
            wanted.update(WHATS[observation.what].months(observation))
            if observation.beside is not None:
                self._months.setdefault(observation.beside, set())

    def run(self, task: tuple[int, ...]) -> list[list[Estimate]]:
        """Return what is observed of the targets, in their order, under each of some sets."""
        return [self._observed(number) for number in task]

    def _observed(self, number: int) -> list[Estimate]:
        from tfs_sim.scenario.beginnings import template_of

        settings, name = self.sets.settings(number), self.sets.ids[number]
        runs = {}
        for key, months in self._months.items():
            scenario = self.populations[key]
            template = at_point(template_of(scenario), scenario, open_to(settings, scenario), name)
            runs[key] = looks.run(template, self.seed, name, self.replicates, months)
        found = []
        for population, target in self.targets.values():
            found.append(observe(target, runs[population], runs[target.beside] if target.beside else None))
        return found


def evaluate(
    sets: Sets,
    calibration: Calibration,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    targets: Sequence[str] | None = None,
    replicates: int | None = None,
    out: str | os.PathLike[str] | None = None,
    executor: str | Executor = "threads",
    notice: Notice | None = None,
) -> Values:
    """Return what sets of parameters give of targets, with the luck in it.

    Parameters
    ----------
    sets : the sets.
    calibration : the targets and their populations.
    seed, replicates : instead of the calibration's own.
    workers, executor : as in `sweep`; the numbers do not depend on them.
    progress : called with (sets done, sets in all, sets per second).
    targets : keys of targets; by default those that count.
    out : folder in which observations are kept; what is there is not run again.
    notice : called with a sentence on what is happening; by default it is logged.

    Raises
    ------
    UserError
        When there is no such target, or the folder cannot be used.
    """
    if executor != "threads":
        leave_if_unguarded()
    names = calibration.named(targets)
    table = calibration.table
    seed = table.seed if seed is None else whole_or_refused("seed", seed, 0, LARGEST_SEED)
    replicates = table.replicates if replicates is None else whole_or_refused("replicates", replicates, 1, 1000)
    made_by = made_by_whom(executor, workers, None)
    notice = notice or _log.warning
    observed: dict[str, tuple[str, Observation]] = {}
    for name in names:
        target = calibration.targets[name]
        assert target.population is not None and target.observe is not None
        observed[name] = target.population, target.observe
    hows = {name: _how(calibration, *each, seed, replicates) for name, each in observed.items()}
    keys = [key_of(sets, number) for number in range(len(sets))]
    began, rows = time.monotonic(), dict[tuple[str, str], Estimate]()
    with ExitStack() as held:
        kept = None
        if out is not None:
            place_for(Path(out))
            folder = files.made_folder(Path(out))
            held.enter_context(only_one(folder))
            kept = Kept(folder, keys, tuple(hows.values()), notice)
            rows = kept.rows
        lacking = [n for n, key in enumerate(keys) if any((key, how) not in rows for how in hows.values())]
        pace = Pace(len(sets), progress, len(sets) - len(lacking))
        needed = {name: calibration.populations[name] for name in calibration.needed(names)}
        if lacking:
            _warm(next(iter(needed.values())), notice)
            job = Job(sets, needed, observed, seed, replicates)
            written = time.monotonic()
            try:
                with closing(made_by.stream(job, _tasks(lacking, made_by.batch_size))) as results:
                    for task, found in results:
                        for number, estimates in zip(task, found, strict=True):
                            for (name, how), estimate in zip(hows.items(), estimates, strict=True):
                                if kept is None:
                                    rows[keys[number], how] = estimate
                                else:
                                    kept.add(sets.ids[number], keys[number], name, how, estimate)
                        pace.step(len(task))
                        if kept is not None and time.monotonic() - written > PART_SECONDS:
                            kept.flush()
                            written = time.monotonic()
            finally:
                if kept is not None:
                    kept.flush()
            if kept is not None:
                kept.describe(_facts(calibration, sets, seed, replicates, time.monotonic() - began))
    outputs = calibration.outputs(names)
    return _values(sets.ids, outputs, [[rows[key, how] for how in hows.values()] for key in keys])


def _values(ids: tuple[str, ...], outputs: tuple[Output, ...], found: list[list[Estimate]]) -> Values:
    shape = (len(ids), len(outputs))
    values, luck, natural = np.empty(shape), np.empty(shape), np.empty(shape)
    asked = np.zeros(shape, np.int64)
    for n, estimates in enumerate(found):
        for m, (output, estimate) in enumerate(zip(outputs, estimates, strict=True)):
            values[n, m], luck[n, m] = output.of(estimate.value, estimate.variance)
            asked[n, m], natural[n, m] = estimate.asked, estimate.raw
    for each in (values, luck, asked, natural):
        each.flags.writeable = False
    return Values(ids, outputs, values, luck, asked, natural)


def _tasks(numbers: Sequence[int], size: int) -> Iterator[tuple[int, ...]]:
    for start in range(0, len(numbers), size):
        yield tuple(numbers[start : start + size])


def _warm(scenario: Scenario, notice: Notice) -> None:

    warm_up(notice)


def _how(calibration: Calibration, population: str, target: Observation, seed: int, replicates: int) -> str:
    """Return a digest of what an observation depends on, beside the set of parameters."""
    beside = target.beside
    said = [
        target.model_dump(mode="json", exclude_none=True, exclude={"beside"}),
        calibration.populations[population].digest(),
        calibration.populations[beside].digest() if beside is not None else "",
        seed,
        replicates,
        model_version(),
        OBSERVED,
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


OBSERVED = 1
"""Version of how things are observed: what was observed otherwise is not mixed with what is."""


def _facts(calibration: Calibration, sets: Sets, seed: int, replicates: int, seconds: float) -> dict[str, Any]:
    return environment() | {
        "calibration": calibration.name,
        "calibration_digest": calibration.digest(),
        "calibration_file": calibration.text,
        "sets": {"title": sets.title, "sets": len(sets), "digest": sets.digest()},
        "seed": seed,
        "replicates": replicates,
        "wall_seconds": round(seconds, 3),
        "date": now(),
    }
