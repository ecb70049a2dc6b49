"""Runs of one town under sets of parameters, and what would have been seen of each."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import numpy as np

from tfs_sim.calibration import looks
from tfs_sim.calibration.held import Array
from tfs_sim.calibration.observing import WHATS
from tfs_sim.calibration.tables import Observation
from tfs_sim.calibration.town_files import TownData
from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.executors import stream
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.work import Notice, warm_up
from tfs_sim.experiments.storage.provenance import processors
from tfs_sim.scenario.beginnings import template_of


@dataclass(frozen=True)
class TownRuns:
    """Runs sets on a town.

    Attributes
    ----------
    data : the town, and what was seen of it.
    workers : threads; the numbers do not depend on them.
    """

    data: TownData
    workers: int | None = None

    def warm_up(self, notice: Notice) -> None:
        """Compile before workers start."""
        warm_up(notice)

    def __call__(self, sets: Sets) -> Array:
        """Return what would have been seen: float64 [sets, runs, observations], NaN where nobody could be asked."""
        with closing(stream(range(len(sets)), lambda n: self._one(sets, n), self.workers or processors())) as results:
            return np.stack([found for _, found in results])

    def _one(self, sets: Sets, number: int) -> Array:
        scenario, name = self.data.scenario, sets.ids[number]
        settings = open_to(sets.settings(number), scenario)
        template = at_point(template_of(scenario), scenario, settings, name)
        every = self.data.looked.values()
        months = {month for how in every for month in WHATS[how.what].months(how)}
        runs = looks.run(template, self.data.table.seed, name, self.data.table.runs, months)
        return np.stack([of_each(how, runs) for how in every], axis=1)


def of_each(how: Observation, runs: looks.Runs) -> Array:
    """Return what is observed of each run of one community: [runs]; NaN where nobody could be asked."""
    kind = WHATS[how.what]
    assert kind.of_each is not None
    top, bottom = kind.of_each(how, runs)
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), np.nan)
