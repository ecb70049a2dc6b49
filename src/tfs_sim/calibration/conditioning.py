"""Sets of parameters that agree with what is known, conditioned on what was seen of one town.

The sets are run on the town; how likely what was seen is under each (`likelihood`) is its weight. Where that leaves
enough sets, so many of them stand for all, each as much as any other. Where it does not, waves go on: new sets near
those that agree (`moving`), run on the town, and weighted for what they were proposed by (`weighing`), until they are
worth enough, or the budget is spent. New sets near calibrated ones have to meet what those met: before they are taken
they are run on that, too. Whatever is taken was run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tfs_sim.calibration import keeping, likelihood, moving, quantities, weighing
from tfs_sim.calibration.held import Array
from tfs_sim.calibration.keeping import Folder, Notice, Proposed
from tfs_sim.calibration.likelihood import Luck
from tfs_sim.calibration.quantities import Quantity
from tfs_sim.calibration.spaces import Space
from tfs_sim.calibration.weighing import Rows
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.runner import Interrupted
from tfs_sim.experiments.execution.work import Progress
from tfs_sim.experiments.storage import records
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.scenario.errors import count, listed, quote

Town = Callable[[Sets], Array]
"""Runs sets on the town; returns what would have been seen, [sets, runs, quantities], NaN where nobody could see it."""

Meets = Callable[[Sets], list[Array | None]]
"""Runs sets on what they were calibrated to; returns what each gives of every target, None where it misses one."""

WANTED = 100
"""Effective sets that re-weighting has to leave, or waves go on."""
FEWEST = 20
"""Sets that are worth less say nothing, and no ensemble is written of them."""
SAME = 0.99
"""What was seen says nothing where the sets are worth so large a share of their number: they are taken as they are."""
SMALLEST = 40
"""Sets of a wave at least; what is left of a budget below that is not spent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is run.

    Attributes
    ----------
    sets : how many sets are run on the town at most, the first ones among them.
    runs : of each on the town.
    wave : sets of every wave after the first.
    wanted : effective sets at which waves end.
    block : sets that are run and stored at a time.
    """

    sets: int
    runs: int
    wave: int = 500
    wanted: int = WANTED
    block: int = 50


@dataclass(frozen=True)
class Wave:
    """Sets that were run on the town.

    Attributes
    ----------
    ids, table : the sets.
    prior : prior weights [sets], whose sum is about 1.
    values : [sets, runs, quantities], what would have been seen.
    """

    ids: tuple[str, ...]
    table: Array
    prior: Array
    values: Array


@dataclass
class Conditioned:
    """What became of sets.

    Attributes
    ----------
    space : the parameters.
    observed : what was seen of the town.
    limits : how much was to be run.
    waves : the first sets, and those of waves.
    luck : what luck does to what is seen of the town.
    said : whether what was seen says anything.
    rows : the sets that are taken, of all that were run; each stands for as much as any other.
    cut : share of the weight that was more than one set's.
    own : what sets of waves that were tried on what the first were calibrated to give of it; None where they miss it.
    goes_on : whether there could be waves.
    """

    space: Space
    observed: tuple[Quantity, ...]
    limits: Limits
    waves: list[Wave]
    luck: Luck
    said: bool = True
    rows: Rows = field(default_factory=lambda: np.zeros(0, np.int64))
    cut: float = 0.0
    own: dict[str, Array | None] = field(default_factory=dict)
    goes_on: bool = True

    @property
    def ids(self) -> tuple[str, ...]:
        """Identities of all sets that were run."""
        return tuple(each for wave in self.waves for each in wave.ids)

    @property
    def table(self) -> Array:
        """Values of all sets that were run, [sets, parameters]."""
        return np.concatenate([wave.table for wave in self.waves])

    @property
    def values(self) -> Array:
        """What all sets gave, [sets, runs, quantities]."""
        return np.concatenate([wave.values for wave in self.waves])

    def logs(self) -> list[Array]:
        """Return log likelihoods, by wave [sets]."""
        if not self.observed:
            return [np.zeros(len(wave.ids)) for wave in self.waves]
        there = quantities.seen(self.observed)
        return [
            likelihood.log_likelihood(quantities.scaled(wave.values, self.observed), there, self.luck)
            for wave in self.waves
        ]

    def weights(self) -> tuple[Array, Array]:
        """Return prior weights and weights of all sets, each with the sum 1."""
        return weighing.pooled([wave.prior for wave in self.waves], self.logs())

    @property
    def effective(self) -> float:
        """How many sets of equal weight all sets are worth."""
        return weighing.effective(self.weights()[1])

    @property
    def reached(self) -> bool:
        """Whether there are as many sets as were wanted."""
        return not self.said or len(self.rows) >= self.limits.wanted


def condition_on(
    first: Sets,
    observed: Sequence[Quantity],
    town: Town,
    limits: Limits,
    folder: Path,
    name: str,
    seed: int,
    whose: dict[str, Any] | None = None,
    meets: Meets | None = None,
    goes_on: bool = True,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> Conditioned:
    """Condition sets on what was seen of a town, going on from what the folder has.

    Parameters
    ----------
    first : sets as they were known before, of equal weight.
    observed : what was seen; nothing: the sets stay as they are.
    town : runs sets on the town.
    limits : how much is run.
    folder : where all that is run is kept.
    name : how identities of new sets begin.
    seed : of proposals.
    whose : digests of what else it depends on; a folder of others is refused.
    meets : runs new sets on what the first were calibrated to; None where these are of the prior itself.
    goes_on : whether there may be waves; without, re-weighting is all.
    progress : called with (sets run, sets at most, sets per second).
    notice : called with a sentence on what is happening.

    Raises
    ------
    UserError
        When what was seen never comes about under the sets, too few agree with it, or the folder cannot be used.
    Interrupted
        On Ctrl-C; what is finished is kept, and the same call goes on from there.
    """
    told = notice or (lambda _: None)
    space = Space(first.variables)
    facts = {"name": name, "seed": seed, "sets": first.digest(), "runs": limits.runs}
    facts |= {"parameters": list(space.names)} | (whose or {})
    with keeping.opened(folder, space.names, facts, told) as kept:
        try:
            run = _Run(space, tuple(observed), town, limits, kept, name, seed, meets, goes_on, progress, told)
            return run.conditioned(first)
        except KeyboardInterrupt as stop:
            said = f"Stopped. What was run is kept in {folder}; the same command goes on from there."
            raise Interrupted(said) from stop


@dataclass
class _Run:
    """A conditioning under way."""

    space: Space
    observed: tuple[Quantity, ...]
    town: Town
    limits: Limits
    kept: Folder
    name: str
    seed: int
    meets: Meets | None
    goes_on: bool
    progress: Progress | None
    notice: Notice
    done: int = 0
    made: int = 0
    spent: float = 0.0

    def conditioned(self, first: Sets) -> Conditioned:
        """Run the first sets, and waves until enough agree."""
        even = np.full(len(first), 1.0 / len(first))
        start = Proposed(first.ids, np.zeros(len(first)), first.table, 1.0, 0)
        if not self.observed:
            nothing = np.zeros((len(first), self.limits.runs, 0))
            wave = Wave(first.ids, first.table, even, nothing)
            return self._as_they_are(Conditioned(self.space, (), self.limits, [wave], likelihood.common_luck(nothing)))
        wave = self._ran(1, start, even)
        luck = likelihood.common_luck(quantities.scaled(wave.values, self.observed))
        found = Conditioned(self.space, self.observed, self.limits, [wave], luck, goes_on=self.goes_on)
        if not np.isfinite(found.logs()[0]).any():
            raise self._never(found)
        if found.effective >= SAME * len(first):
            return self._as_they_are(found)
        while True:
            worth = found.effective
            self.notice(f"wave {len(found.waves)}: {count(len(found.ids), 'set')} run, worth {worth:.0f}")
            size = min(self.limits.wave, self.limits.sets - len(found.ids)) if self.goes_on else 0
            if worth >= self.limits.wanted or size < SMALLEST:
                self._take(found)
            if found.reached or size < SMALLEST:
                break
            number = len(found.waves) + 1
            found.waves.append(self._ran(number, *self._proposed(found, number, size)))
        return found

    def _as_they_are(self, found: Conditioned) -> Conditioned:
        found.said, found.rows = False, np.arange(len(found.ids))
        return found

    def _never(self, found: Conditioned) -> Exception:
        """Return the error that says what of what was seen no run shows."""
        values = quantities.scaled(found.values, self.observed)
        never = [each.name for n, each in enumerate(self.observed) if not np.isfinite(values[:, :, n]).any()]
        runs = f"{len(found.ids):,} sets with {self.limits.runs} runs of each"
        what = listed([quote(each) for each in never]) if never else "all of it together"
        return refusal(
            f"what was seen of the town never comes about in {runs}: {what}",
            "The partnership has ended by then in every run, or nobody can be asked: look at months and scenario.",
        )

    def _take(self, found: Conditioned) -> None:
        """Take the sets that stand for all, having tried new ones on what the first were calibrated to."""
        _, after = found.weights()
        start = np.random.default_rng([self.seed, len(found.waves), 1]).random()
        rows, found.cut = weighing.taken(after, float(start))
        known, ids = len(found.waves[0].ids), found.ids
        if self.meets is not None:
            untried = [n for n in rows.tolist() if n >= known and ids[n] not in found.own]
            if untried:
                self.notice(f"{count(len(untried), 'new set')} are run on what the first were calibrated to")
                sets = self.space.sets(found.table[untried], [ids[n] for n in untried], "tried")
                found.own.update(zip(sets.ids, self.meets(sets), strict=True))
            rows = np.array([n for n in rows.tolist() if n < known or found.own[ids[n]] is not None], np.int64)
        found.rows = rows

    def _proposed(self, found: Conditioned, number: int, size: int) -> tuple[Proposed, Array]:
        """Return the sets of a wave, and their prior weights."""
        proposed, path = self.kept.proposed(number), self.kept.path / f"prior-{number}.json"
        said = records.found(path) if proposed is not None else None
        if proposed is not None and said is not None and said.get("proposed") == proposed.digest():
            return proposed, np.array(said["prior"], float)
        rng = np.random.default_rng([self.seed, number, 0])
        before, _ = found.weights()
        logs = np.concatenate(found.logs())
        missed = [found.own.get(each, True) is None for each in found.ids]
        before = np.where(missed, 0.0, before)
        before /= before.sum()
        chance = weighing.chances(before, logs)
        parents = weighing.drawn(chance, size, float(rng.random()))
        places = moving.moved(self.space.places(found.table[parents]), self._steps(found), rng)
        run = len(found.ids)
        ids = tuple(f"{self.name}-{run + each + 1:05d}" for each in range(size))
        proposed = Proposed(ids, np.zeros(size), self.space.table(places), 1.0, 0)
        prior = before[parents] / chance[parents] / size
        self.kept.propose(number, proposed)
        self.kept.write(path.name, {"proposed": proposed.digest(), "prior": prior.tolist()})
        return proposed, prior

    def _steps(self, found: Conditioned) -> Array:
        """Return how far each parameter is moved."""
        first = found.waves[0]
        places = self.space.places(first.table)
        values = quantities.scaled(first.values, self.observed)
        means, _, shares, _ = likelihood.moments(values, found.luck)
        counts = moving.telling(places, np.where(shares[:, None] > 0, means, np.nan))
        if self.meets is not None:
            counts |= moving.narrowed(places)
        return np.where(counts, moving.STEP, moving.FAR if self.meets is None else moving.FAR_CALIBRATED)

    def _ran(self, number: int, proposed: Proposed, prior: Array) -> Wave:
        """Return a wave with what its sets gave, having run those that are not stored."""
        if self.kept.proposed(number) is None:
            self.kept.propose(number, proposed)
        shape = (len(proposed), self.limits.runs, len(self.observed))
        flat = shape[1] * shape[2]
        values, ran = self.kept.gave(number, proposed, flat)
        self.done += int(np.isfinite(ran).all(axis=1).sum())
        for first in range(0, len(proposed), self.limits.block):
            block = slice(first, min(first + self.limits.block, len(proposed)))
            missing = int((~np.isfinite(ran[block]).all(axis=1)).sum())
            if not missing:
                continue
            began = time.monotonic()
            sets = self.space.sets(proposed.table[block], proposed.ids[block], f"wave {number}")
            gave = np.asarray(self.town(sets), float)
            if gave.shape != (len(sets), *shape[1:]):
                raise ValueError(f"runs of the town gave {gave.shape}, where {(len(sets), *shape[1:])} was asked for")
            values[block], ran[block] = gave.reshape(len(sets), flat), 0.0
            self.kept.give(number, proposed, first, values[block], ran[block])
            self.done, self.made = self.done + missing, self.made + len(sets)
            self.spent += time.monotonic() - began
            if self.progress is not None:
                self.progress(self.done, self.limits.sets, self.made / max(self.spent, 1e-9))
        return Wave(proposed.ids, proposed.table, prior, values.reshape(shape))
