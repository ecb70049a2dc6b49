"""Runs beside those of the sweep: replicates that are added to some sets, and the same luck under several sets.

The sweep itself stays as it is: every set has the same replicates, each with luck of its own, and what is said of means
and months comes from these. Runs beside it have single numbers alone, in tables of their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.estimators.deconvolution import Truths, priorities
from tfs_sim.estimators.sets import SetMeans
from tfs_sim.experiments.designs.design import Experiment
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.designs.stopping import UntilShares, by_condition, run_means
from tfs_sim.experiments.designs.uncertainty import CROSSED_REPLICATES
from tfs_sim.experiments.execution.plan import Plan
from tfs_sim.experiments.execution.work import Notice, Progress, Work
from tfs_sim.experiments.storage.store import Piece, Store, StoredArm
from tfs_sim.scenario.errors import UserError, count
from tfs_sim.scenario.fields import catalogue

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

AT_A_TIME = 4
"""Replicates are added to one set in so many at a time …"""
STEP = 2
"""… and of the replicates that every set has, one in so many."""


@dataclass(frozen=True)
class Besides:
    """What was run beside a sweep.

    Attributes
    ----------
    made : runs that were made for it.
    crossed : sets under the same luck, or None.
    added : sets that have as many replicates each, more than the others; some of them for every number.
    sharpening : what came of the rule by which they were added, as it is stored; None without one.
    """

    made: int = 0
    crossed: Plan | None = None
    added: tuple[Plan, ...] = ()
    sharpening: dict[str, Any] | None = None


def crossed_plan(experiment: Experiment, plan: Plan) -> Plan | None:
    """Return the plan of the same luck under the first sets; None where an experiment does not ask for it."""
    if not experiment.crossed or plan.sets is None:
        return None
    sets: Sets = changed(plan.sets.first(experiment.crossed), common_luck=True)
    return Plan.of(experiment, CROSSED_REPLICATES, plan.seed, sets)


def filled(store: Store, work: Work, experiment: Experiment, progress: Progress | None, notice: Notice) -> Besides:
    """Run what is missing beside a sweep that is there, and put its tables together.

    Raises
    ------
    DamagedPartError
        When a part is not what was written.
    """
    made = 0
    crossed = crossed_plan(experiment, work.plan)
    pieces: list[Piece] = []
    if crossed is not None:
        other = work.beside(crossed)
        made += other.fill(progress, notice)
        pieces = [(arm, 0, crossed.runs) for arm in other.stored]
    added = _Adding(work, experiment) if isinstance(experiment.replicates, UntilShares) else None
    if added is not None:
        added.fill(progress, notice)
        made += added.made
    if work.shard == (0, 1):
        store.assemble_beside("crossed", pieces)
        store.assemble_beside("added", [] if added is None else added.pieces())
    if added is None:
        return Besides(made, crossed)
    return Besides(made, crossed, tuple(each.plan for each in added.groups()), added.told())


@dataclass
class _Pairs:
    """Differences of one condition, run by run, and the set of each."""

    differences: list[Array] = field(default_factory=list)
    sets: list[Numbers] = field(default_factory=list)

    def truths(self) -> Truths | None:
        try:
            return Truths(SetMeans.of(np.concatenate(self.differences), np.concatenate(self.sets)))
        except UserError:  # nobody has a value there, so that nothing is to be told
            return None


class _Adding:
    """Replicates that are added to sets, a quarter of them at a time, until shares can be told.

    Under several conditions a set's doubt is its largest, and shares are to be told under each.
    """

    def __init__(self, work: Work, experiment: Experiment) -> None:
        assert isinstance(experiment.replicates, UntilShares) and experiment.outcomes.worthwhile is not None
        assert work.plan.sets is not None
        self.rule, self.work, self.made = experiment.replicates, work, 0
        self.worthwhile = experiment.outcomes.worthwhile
        self.better = catalogue().METRICS[self.rule.of].better or "higher"
        self.count: Numbers = np.full(len(work.plan.sets), self.rule.first, np.int64)
        self.doubt = self.reliability = math.nan
        self.enough = False
        self._pairs: dict[tuple[str, ...], _Pairs] = {}
        self._take(work.stored, np.arange(len(self.count)), 0, self.rule.first)

    def _take(self, arms: Sequence[StoredArm], sets: Numbers, first: int, end: int) -> None:
        """Take in replicates `first` to `end` - 1 of some sets."""
        for levels, strategies in by_condition(arms).items():
            span = end * len(sets), first * len(sets)
            one, other = (run_means(strategies[name], self.rule.of, *span) for name in self.rule.between)
            pairs = self._pairs.setdefault(levels, _Pairs())
            pairs.differences.append(one - other)
            pairs.sets.append(np.tile(sets, end - first))

    def fill(self, progress: Progress | None, notice: Notice) -> None:
        """Add replicates until it is enough, or every set has the most."""
        step = max(1, self.rule.first // STEP)
        quarter = math.ceil(len(self.count) / AT_A_TIME)
        while True:
            order = self._look()
            order = order[self.count[order] < self.rule.max]
            if self.enough or not len(order):
                return
            chosen = order[:quarter]
            for there in np.unique(self.count[chosen]).tolist():
                sets = np.sort(chosen[self.count[chosen] == there])
                end = min(there + step, self.rule.max)
                other = self.work.beside(self.work.plan.some(sets.tolist(), end))
                self.made += other.fill(progress, notice)
                self._take(other.stored, sets, there, end)
                self.count[sets] = end

    def _look(self) -> Numbers:
        """Look at what is there; return the sets, those first where another replicate would help most."""
        doubts, self.doubt, self.reliability, told = np.zeros(len(self.count)), 0.0, 1.0, True
        for pairs in self._pairs.values():
            truths = pairs.truths()
            if truths is None:
                continue
            own = truths.doubts(self.worthwhile, self.better)
            at = truths.means.name
            doubts[at] = np.maximum(doubts[at], own)
            self.doubt = max(self.doubt, float(own.mean()))
            self.reliability = min(self.reliability, truths.reliability)
            told &= truths.verdict != "too few replicates"
        self.enough = told and self.doubt <= self.rule.at
        return priorities(doubts, self.count)

    def groups(self) -> list[Work]:
        """Return the work of the sets that have as many replicates each, more than they had at first."""
        more = np.unique(self.count[self.count > self.rule.first]).tolist()
        each = ((number, np.flatnonzero(self.count == number).tolist()) for number in more)
        return [self.work.beside(self.work.plan.some(sets, number)) for number, sets in each]

    def pieces(self) -> list[Piece]:
        """Return the runs that were added, arm by arm."""
        groups = self.groups()
        return [
            (group.stored[arm], self.rule.first * group.plan.places, group.plan.runs)
            for arm in range(len(self.work.stored))
            for group in groups
        ]

    def told(self) -> dict[str, Any]:
        """Return what is stored of it."""
        rule = self.rule
        return {
            "of": rule.of,
            "between": list(rule.between),
            "at": rule.at,
            "first": rule.first,
            "max": rule.max,
            "sets": int((self.count > rule.first).sum()),
            "replicates": int((self.count - rule.first).sum()),
            "doubt": self.doubt,
            "reliability": self.reliability,
            "reached": self.enough,
        }


def sentence(told: dict[str, Any]) -> str:
    """Return in words how many replicates were added to sets."""
    pair = " and ".join(told["between"])
    what = f"{count(told['replicates'], 'replicate')} of {count(told['sets'], 'set')}"
    said = (
        f"{told['of']}, {pair}: reliability {told['reliability']:.2f}, {told['doubt']:.1%} of sets may lie on another "
        f"side than they seem, asked for {told['at']:.1%}"
    )
    if not told["replicates"]:
        return f"no replicates had to be added ({said})"
    if told["reached"]:
        return f"{what} were added ({said})"
    return f"{what} were added, up to the {told['max']} that are allowed, and are not enough ({said})"
