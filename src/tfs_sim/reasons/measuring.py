"""What is measured in the communities of a study's sets, and when: read from what is stored, or from runs made anew.

Runs made anew are under the same sets and luck as those that are stored. All are told in the same order: for each set,
runs by their number, and the sites of each as the experiment lists them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import Array, mean_over
from tfs_sim.calibration import looks
from tfs_sim.experiments.execution.executors import stream
from tfs_sim.experiments.execution.work import Notice, Pace, Progress, warm_up
from tfs_sim.experiments.storage.provenance import processors
from tfs_sim.reasons.asking import under_set
from tfs_sim.reasons.designs import BESIDE, Communities, contrast

if TYPE_CHECKING:
    from tfs_sim.calibration.looks import Runs
    from tfs_sim.experiments.execution.again import Study
    from tfs_sim.scenario import Scenario

WINDOW = 12
"""Months whose mean is measured, before and at the end."""


@dataclass(frozen=True)
class When:
    """When an evaluation measures, in months of the run from 0.

    Attributes
    ----------
    parted : the month in which the strategies part.
    end : the month after the last that is measured.
    waves : of a staggered evaluation; 0: none.
    """

    parted: int
    end: int
    waves: int = 0

    @property
    def months(self) -> int:
        """How long after the parting outcomes are measured."""
        return self.end - self.parted

    @property
    def step(self) -> int:
        """Months between the beginnings of two waves; all but the last have begun by the end. 0 without waves."""
        return self.months // (self.waves - 1) if self.waves else 0

    def windows(self) -> list[slice]:
        """Return the months that are measured: before (where there are any), after each step, and at the end."""
        steps = [self.parted + self.step * (n + 1) for n in range(self.waves - 1)]
        before = [slice(max(0, self.parted - WINDOW), self.parted)] if self.parted else []
        each = min(WINDOW, self.step)
        last = slice(max(self.parted, self.end - WINDOW), self.end)
        return [*before, *(slice(stop - each, stop) for stop in steps), last]


@dataclass(frozen=True)
class Seen:
    """What is seen of the communities of one set.

    Attributes
    ----------
    values : float64 [arms, windows, communities], as they are measured; arms are the waves in their order (the last is
        the other strategy), windows those of `when`. NaN: nobody is there, or answers.
    known : bool [communities], whether there is a true value at the end under either strategy: those with an effect.
    some : of how many there is one under at least one of the strategies.
    effect, along : the true mean effect at the end, and over the comparisons of a staggered evaluation.
    when : when is measured.
    """

    values: Array
    known: NDArray[np.bool_]
    some: int
    effect: float
    along: float
    when: When

    @classmethod
    def of(cls, values: Array, truths: Array, when: When) -> Seen:
        """Return what is seen of a set, of values as they are measured and as they are."""
        there = ~np.isnan(truths[[0, -1], -1])
        known: NDArray[np.bool_] = np.logical_and(there[0], there[1])
        effect = float((truths[0, -1] - truths[-1, -1])[known].mean()) if known.any() else math.nan
        along, steps = math.nan, cls._steps(truths, when)
        whole = known & ~np.isnan(steps).any((0, 1))
        if when.waves and whole.any():
            along = float((contrast(when.waves) * steps[..., whole].mean(-1)).sum())
        return cls(values, known, int(there.any(0).sum()), effect, along, when)

    @staticmethod
    def _steps(values: Array, when: When) -> Array:
        return values[:, (1 if when.parted else 0) : -1]

    @property
    def both(self) -> int:
        """How many communities have an effect."""
        return int(self.known.sum())

    def drawn(self, design: str) -> Communities:
        """Return the communities that an evaluation of a design can draw: those that are seen whenever it looks."""
        end, before, steps = self.values[[0, -1], -1], self.values[-1, 0], self._steps(self.values, self.when)
        there = self.known & ~np.isnan(end).any(0)
        looks_back = bool(self.when.parted) and design in (*BESIDE, "staggered")
        if looks_back:
            there &= ~np.isnan(before)
        if design == "staggered":
            there &= ~np.isnan(steps).any((0, 1))
        return Communities(
            end[0, there],
            end[1, there],
            before[there] if looks_back else None,
            steps[..., there] if design == "staggered" else None,
        )


class Measure(Protocol):
    """What can be measured in runs at the end of some months."""

    def months(self, window: slice) -> range:
        """Return the months (from 0) whose world is looked at."""
        ...

    def of(self, runs: Runs, window: slice) -> Array:
        """Return what is measured in each community: float64 [communities]."""
        ...


@dataclass(frozen=True)
class Mean:
    """A metric's mean over the months of a window."""

    metric: str

    def months(self, window: slice) -> range:
        """Return no months: nobody is asked."""
        return range(0)

    def of(self, runs: Runs, window: slice) -> Array:
        """Return the mean in each community: float64 [communities]."""
        return mean_over(runs.of(self.metric, window), 0)


def stored_means(stored: Stored, months: Sequence[Array], windows: Sequence[slice]) -> list[Array]:
    """Return means over windows of what is stored: for each set float64 [arms, windows, communities].

    Parameters
    ----------
    months : of each arm, float64 [pairs, sites, months].
    """
    means = np.array([[mean_over(arm[..., window], -1) for window in windows] for arm in months])
    sets = stored.units.set if stored.units.set is not None else np.zeros(means.shape[2], np.int64)
    return [means[:, :, sets == one].reshape(*means.shape[:2], -1) for one in np.unique(sets)]


def measured(
    study: Study,
    sites: Sequence[str],
    scenarios: Sequence[Scenario],
    windows: Sequence[slice],
    measures: Sequence[Measure],
    workers: int | None = None,
    progress: Progress | None = None,
    notice: Notice = lambda _: None,
) -> list[Array]:
    """Run scenarios under every set with all replicates of a study, and measure communities.

    Parameters
    ----------
    sites : in which order communities of a run are told.

    Returns
    -------
    For each set float64 [measures, scenarios, windows, communities].
    """
    replicates, sets = study.replicates, 1 if study.sets is None else len(study.sets)
    pace = Pace(sets * len(scenarios) * replicates, progress)
    warm_up(notice)
    months = sorted({month for each in measures for window in windows for month in each.months(window)})

    def one(task: tuple[int, int]) -> Array:
        number, place = task
        template = under_set(study, scenarios[place], number)
        name = "" if study.sets is None else study.sets.ids[number]
        runs = looks.run(template, study.seed, name, replicates, months)
        found = np.array([[each.of(runs, window) for window in windows] for each in measures])
        order = [template.sites.index(site) for site in sites]
        by_run = found.reshape(*found.shape[:2], replicates, len(template.sites))
        return by_run[..., order].reshape(*found.shape[:2], -1)

    def tasks() -> Iterator[tuple[int, int]]:
        yield from ((number, place) for number in range(sets) for place in range(len(scenarios)))

    found: dict[tuple[int, int], Array] = {}
    with closing(stream(tasks(), one, processors() if workers is None else workers)) as results:
        for task, values in results:
            found[task] = values
            pace.step(replicates)
    return [np.stack([found[n, place] for place in range(len(scenarios))], axis=1) for n in range(sets)]
