"""The plan of a sweep: arms × sets × points × replicates as numbered runs, without a list of them.

Run number n of an arm is replicate n // P at place n % P; a place is a point of the design under a set of parameters,
number set × points + point. Without a design there is one point, and without sets one set. So more replicates add runs
at the end, and a million points cost no more than their table of values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tfs_sim.experiments.storage.describe import arm_keys
from tfs_sim.experiments.storage.keys import Words, distinct, place_words

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm, Experiment
    from tfs_sim.experiments.designs.points import Points
    from tfs_sim.experiments.designs.sets import Sets
    from tfs_sim.scenario import Scenario


@dataclass(frozen=True)
class PlannedArm:
    """An arm of the plan.

    Attributes
    ----------
    keys : its key columns.
    scenario, digest : what is run before a design changes it.
    words : what its runs are known by at each place.
    """

    keys: dict[str, str]
    scenario: Scenario
    digest: str
    words: Words

    @cached_property
    def distinct(self) -> bool:
        """Whether no two of its runs are the same."""
        return distinct(self.words)

    @property
    def rows(self) -> int:
        """How many rows of the series one run has."""
        return self.scenario.clock.months * len(self.scenario.sites)


@dataclass(frozen=True)
class Plan:
    """Arms × sets × points × replicates.

    Attributes
    ----------
    arms : the arms, in the order of the experiment.
    points, sets : the points of the design, and the sets of parameters, or None.
    replicates, seed : runs of every arm at every place; which luck.
    """

    arms: tuple[PlannedArm, ...]
    points: Points | None
    sets: Sets | None
    replicates: int
    seed: int
    _points: int = field(default=1)

    @classmethod
    def of(cls, experiment: Experiment, replicates: int, seed: int, sets: Sets | None = None) -> Plan:
        """Return the plan of an experiment under these sets of parameters, which yield to what its design varies."""
        points = experiment.points
        if sets is not None and points is not None:
            sets = sets.without(variable.path for variable in points.variables)
        arms = tuple(planned_arm(arm, points, sets) for arm in experiment.arms())
        return cls(arms, points, sets, replicates, seed, 1 if points is None else len(points))

    @property
    def runs(self) -> int:
        """Runs of every arm."""
        return self.replicates * self.places

    @property
    def places(self) -> int:
        """Number of places: points under sets."""
        return self._points * (1 if self.sets is None else len(self.sets))

    @property
    def size(self) -> int:
        """Number of points."""
        return self._points

    def replicate(self, run: int) -> int:
        """Return the replicate of a run number."""
        return run // self.places

    def place(self, run: int) -> int:
        """Return the place of a run number."""
        return run % self.places

    def set(self, run: int) -> int:
        """Return the number of a run's set (0 without sets)."""
        return self.place(run) // self._points

    def point(self, run: int) -> int:
        """Return the point of a run number."""
        return self.place(run) % self._points

    def settings(self, run: int) -> dict[tuple[str, str, str], Any]:
        """Return what the design sets in a run."""
        return {} if self.points is None else self.points.settings(self.point(run))

    def sets_table(self) -> pa.Table | None:
        """Return the sets as a table (`sets_table`); None without sets."""
        return None if self.sets is None else sets_table(self.sets)

    def some(self, sets: Sequence[int], replicates: int) -> Plan:
        """Return the plan of some of the sets alone, with so many replicates; only without a design."""
        assert self.sets is not None and self.points is None
        at = list(sets)
        arms = tuple(replace(arm, words=np.ascontiguousarray(arm.words[at])) for arm in self.arms)
        return replace(self, arms=arms, sets=self.sets.at(at), replicates=replicates)

    def table(self) -> pa.Table | None:
        """Return the points of the design as a table: their number, then a column a variable."""
        if self.points is None:
            return None
        columns: dict[str, Any] = {"point": pa.array(np.arange(self._points, dtype=np.int32))}
        for column, variable in enumerate(self.points.variables):
            columns[variable.name] = _column(variable, self.points.table[:, column], self.points.usual[column])
        return pa.table(columns)


def sets_table(sets: Sets) -> pa.Table:
    """Return sets as a table: their identity, then a column a parameter, in the units of files."""
    columns: dict[str, Any] = {"set": pa.array(sets.ids)}
    for column, variable in enumerate(sets.variables):
        columns[variable.name] = pa.array(sets.table[:, column])
    return pa.table(columns)


def planned_arm(arm: Arm, points: Points | None, sets: Sets | None = None) -> PlannedArm:
    """Return an arm with its keys and what its runs are stored under."""
    return PlannedArm(arm_keys(arm), arm.scenario, arm.scenario.digest(), place_words(points, sets, arm.scenario))


def _column(variable: Any, codes: NDArray[np.float64], usual: float) -> pa.Array:
    """Return a variable's values as a column; what is left as it is shows the first arm's own value."""
    if variable.kind in ("number", "whole"):
        return pa.array(np.where(np.isnan(codes), usual, codes))
    labels: list[str] = []
    known = np.unique(codes[~np.isnan(codes)])
    for code in known.tolist():
        labels.append(variable.label(code))
    left = variable.label(usual) if variable.kind == "month" and usual == usual else ""
    index = np.where(np.isnan(codes), len(labels), np.searchsorted(known, np.nan_to_num(codes)))
    words = pa.array([*labels, left], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), words).cast(pa.string())


def unique(arms: Sequence[PlannedArm]) -> list[PlannedArm]:
    """Return the arms that are different runs: those of the same digest share theirs."""
    return list({arm.digest: arm for arm in arms}.values())
