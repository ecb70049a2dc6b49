"""Waves of history matching: run sets, emulate, rule out, propose among what is left, and run again.

Wave 1 fills the prior (a Latin hypercube). Each wave after it has emulators of its own, with inputs screened anew,
since most of the prior is dead and what matters there says little of what matters where targets are met; they are
fitted to what earlier waves ran in the same region, too [1]_. From wave 3 on three in four proposals are cut
on the largest implausibility instead of the second-largest: they are the likelier ones to be accepted, while the
others keep what a target alone would rule out, by which it is predicted when left out.

*Run again.* A run has luck, and whoever takes the sets whose runs agree takes those with the right luck. So sets that
miss at most one target are run again, longer and with fresh luck, and what they give then is what counts.

Waves end when enough sets miss nothing, or when the budget is spent.

References
----------
.. [1] Andrianakis et al. (2015), "Bayesian history matching of complex infectious disease models using emulation: a
   tutorial and a case study on HIV in Uganda", PLoS Computational Biology 11(1):e1003968.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tfs_sim.calibration import held, keeping, proposals
from tfs_sim.calibration.emulators import CUT, FEWEST, Emulator, emulated
from tfs_sim.calibration.held import Array, Held, Mask
from tfs_sim.calibration.implausibility import LARGEST, SECOND, Region, accepted, promising
from tfs_sim.calibration.impossible import ruled_out
from tfs_sim.calibration.keeping import Folder, Notice, Proposed
from tfs_sim.calibration.spaces import Space
from tfs_sim.experiments.designs.sampling import latin_hypercube
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.runner import Interrupted
from tfs_sim.experiments.execution.work import Progress
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.provenance import processors

Simulator = Callable[[Sets], tuple[Array, Array]]
"""Runs sets; returns values on the outputs' scales, and the variance that luck gives them: [sets, outputs] each.

A value that a set does not have (trust of nobody) is missing (NaN): the set is ruled out. What a set gives depends on
its values and its identity alone, whatever else is run with it.
"""

ON_LARGEST = 3
"""The first wave of whose proposals some are cut on the largest implausibility."""
SOME = 0.75
"""Share of its proposals that are."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a calibration may spend, and what it looks for.

    Attributes
    ----------
    sets : how many sets are run at most, over all waves.
    first : how many of them wave 1 runs.
    wave : how many every later wave runs.
    wanted : how many sets an ensemble has.
    block : how many are run and stored at a time.
    quick : a trial, from which no ensemble is written.
    """

    sets: int
    first: int
    wave: int
    wanted: int = held.WANTED
    block: int = 50
    quick: bool = False

    def __post_init__(self) -> None:
        if self.first < 2 * FEWEST or self.wave < 2 * FEWEST or self.block < 1:
            raise refusal(f"a wave of {min(self.first, self.wave)} sets says too little; it has {2 * FEWEST} at least")
        if self.sets < self.first + self.wave:
            raise refusal(
                f"a budget of {self.sets:,} sets is spent before the second wave, which needs "
                f"{self.first + self.wave:,}"
            )

    @classmethod
    def of(cls, sets: int, wanted: int = held.WANTED, quick: bool = False) -> Budget:
        """Return a budget with waves of usual sizes: three tenths of all sets first, then as many as go on from there.

        The first must show where anything lives; later ones are smaller, so that there are several.
        """
        least = 2 * FEWEST
        return cls(sets, max(least, (3 * sets) // 10), max(least, sets // 7), wanted, quick=quick)

    @property
    def enough(self) -> int:
        """Accepted sets at which waves end: some more than wanted, so that there is something to choose from."""
        return self.wanted + self.wanted // 2


@dataclass(frozen=True)
class Wave:
    """A wave that was run.

    Attributes
    ----------
    number : from 1 on.
    proposed : the sets that it ran.
    values, luck : [sets, outputs], what they gave.
    gave : [sets, outputs], what counts: what they gave when they were run again, where they were, else `values`.
    emulators : those that were fitted after it, of each output that can be.
    """

    number: int
    proposed: Proposed
    values: Array
    luck: Array
    gave: Array
    emulators: tuple[Emulator, ...]


@dataclass(frozen=True)
class Calibration:
    """Waves that were run, and what they ran.

    Attributes
    ----------
    space, outputs, budget : what was calibrated, to what, and for how much.
    waves : the waves, in order.
    region : what they have not ruled out.
    """

    space: Space
    outputs: tuple[Held, ...]
    budget: Budget
    waves: tuple[Wave, ...]
    region: Region

    @property
    def ids(self) -> tuple[str, ...]:
        """Identities of all sets that were run."""
        return tuple(each for wave in self.waves for each in wave.proposed.ids)

    @property
    def table(self) -> Array:
        """Values of all sets that were run, [sets, parameters]."""
        return np.concatenate([wave.proposed.table for wave in self.waves])

    @property
    def places(self) -> Array:
        """Where all sets that were run lie in the prior, [sets, parameters]."""
        return self.space.places(self.table)

    @property
    def values(self) -> Array:
        """What all sets gave at first, [sets, outputs]."""
        return np.concatenate([wave.values for wave in self.waves])

    @property
    def gave(self) -> Array:
        """What counts of all sets, [sets, outputs]: of those that were run again what they gave then."""
        return np.concatenate([wave.gave for wave in self.waves])

    @property
    def luck(self) -> Array:
        """Variance that luck gives it, [sets, outputs]."""
        return np.concatenate([wave.luck for wave in self.waves])

    @property
    def accepted(self) -> Mask:
        """Which sets miss nothing that is required, [sets]."""
        return accepted(self.gave, self.outputs)

    @property
    def on_second(self) -> Mask:
        """Which sets were proposed without a cut by any target alone, [sets]."""
        return np.asarray(np.concatenate([wave.proposed.rank for wave in self.waves]) == SECOND)


def calibrate(
    space: Space,
    targets: Sequence[Held],
    simulator: Simulator,
    budget: Budget,
    folder: Path,
    name: str,
    seed: int,
    whose: dict[str, Any] | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
    again: Simulator | None = None,
) -> Calibration:
    """Run waves until enough sets are accepted or the budget is spent, going on from what the folder has.

    Parameters
    ----------
    space : the parameters that vary, over their prior.
    targets : what outputs are held against.
    simulator : runs sets.
    budget : how many sets, and how many are wanted.
    folder : where waves are kept.
    name : how identities of sets begin ("ci1": ci1-00001 …).
    seed : of proposals.
    whose : digests of what else this calibration depends on (code, prior); a folder of others is refused.
    progress : called with (sets run, sets of the budget, sets per second).
    notice : called with a sentence on what is happening.
    again : runs sets that miss at most one target again, with luck of its own; without it first runs count.

    Raises
    ------
    UserError
        When no set can meet the targets (`ImpossibleError`), or the folder cannot be used.
    Interrupted
        On Ctrl-C; what is finished is kept, and the same call goes on from there.
    """
    figures = held.checked(targets)
    facts = {"name": name, "seed": seed, "targets": held.digest(figures), "parameters": list(space.names)}
    facts |= {"sizes": [budget.first, budget.wave]} | (whose or {})
    told = notice or (lambda _: None)
    with keeping.opened(folder, space.names, facts, told) as kept:
        try:
            return _Run(space, figures, simulator, budget, kept, name, seed, progress, told, again).waves()
        except KeyboardInterrupt as stop:
            said = f"Stopped. What was run is kept in {folder}; the same command goes on from there."
            raise Interrupted(said) from stop


@dataclass
class _Run:
    """A calibration under way."""

    space: Space
    outputs: tuple[Held, ...]
    simulator: Simulator
    budget: Budget
    kept: Folder
    name: str
    seed: int
    progress: Progress | None
    notice: Notice
    again: Simulator | None
    done: int = 0
    made: int = 0
    spent: float = 0.0

    def waves(self) -> Calibration:
        """Run all waves."""
        found = Calibration(self.space, self.outputs, self.budget, (), Region(self.outputs))
        while True:
            number = len(found.waves) + 1
            proposed = self.kept.proposed(number)
            if proposed is None:
                proposed = self._proposed(found, number)  # and what later waves did on others goes
                self.kept.propose(number, proposed)
            values, luck = self._ran(number, proposed)
            found = self._after(found, number, proposed, values, luck)
            inside = int(found.accepted.sum())
            self.notice(f"wave {number}: {len(proposed):,} sets run; {inside:,} in all miss nothing")
            if inside >= self.budget.enough or self._next(len(found.ids)) < 2 * FEWEST:
                break
        if not found.accepted.any():
            raise ruled_out(found)
        return found

    def _next(self, run: int) -> int:
        """Return how many sets the next wave has."""
        return min(self.budget.wave if run else self.budget.first, self.budget.sets - run)

    def _proposed(self, found: Calibration, number: int) -> Proposed:
        """Return the sets of a wave."""
        size, run = self._next(len(found.ids) if found.waves else 0), 0
        seed = [self.seed, number]
        levels, left = 0, 1.0
        if not found.waves:
            places = latin_hypercube(size, len(self.space), self.seed)
            rank = np.full(size, float(SECOND))
        else:
            run = len(found.ids)
            self.notice(f"wave {number}: looking for what is left")
            some = int(SOME * size) if number >= ON_LARGEST else 0
            wanted = {SECOND: size - some, LARGEST: some} if some else {SECOND: size}
            drawn = {
                each: self._drawn(found, each, count, np.random.default_rng([*seed, each]))
                for each, count in wanted.items()
            }
            if not len(drawn[SECOND].places):
                raise ruled_out(found, drawn[SECOND].nearest)
            if some and not len(drawn[LARGEST].places):
                # emulators say that nothing meets all targets at once: once they may be wrong, and where they come
                # nearest is run; twice they are believed
                if not (found.waves[-1].proposed.rank == LARGEST).any() and number > ON_LARGEST:
                    raise ruled_out(found, drawn[LARGEST].nearest)
                more = self._drawn(found, SECOND, some, np.random.default_rng([*seed, 0]))
                drawn[SECOND] = replace(
                    drawn[SECOND],
                    places=np.concatenate([drawn[SECOND].places, more.places[1:], drawn[LARGEST].nearest[None]]),
                )
            places = np.concatenate([each.places for each in drawn.values()])
            rank = np.concatenate([np.full(len(each.places), float(key)) for key, each in drawn.items()])
            left, levels = drawn[SECOND].left, max(each.levels for each in drawn.values())
            # mixed, so that any part of a wave says what the whole will
            order = np.random.default_rng(seed).permutation(len(places))
            places, rank = places[order], rank[order]
        ids = tuple(f"{self.name}-{run + each + 1:05d}" for each in range(len(places)))
        return Proposed(ids, rank, self.space.table(places), left, levels)

    def _drawn(self, found: Calibration, rank: int, count: int, rng: np.random.Generator) -> proposals.Drawn:
        region = found.region

        def level(places: Array, stop: float) -> Array:
            # as they will be run: counts are whole numbers
            return region.level(self.space.places(self.space.table(places)), rank, stop)

        return proposals.drawn(level, count, len(self.space), region.active, CUT, rng)

    def _ran(self, number: int, proposed: Proposed) -> tuple[Array, Array]:
        """Return what a wave's sets gave, having run those that are not stored."""
        values, luck = self.kept.gave(number, proposed, len(self.outputs))
        self.done += int(np.isfinite(luck).all(axis=1).sum())
        for first in range(0, len(proposed), self.budget.block):
            block = slice(first, min(first + self.budget.block, len(proposed)))
            if np.isfinite(luck[block]).all():
                continue
            began = time.monotonic()
            missing = int((~np.isfinite(luck[block]).all(axis=1)).sum())
            sets = self.space.sets(proposed.table[block], proposed.ids[block], f"wave {number}")
            values[block], luck[block] = self._gave(sets, self.simulator)
            self.kept.give(number, proposed, first, values[block], luck[block])
            self.done, self.made = self.done + missing, self.made + len(sets)
            self.spent += time.monotonic() - began
            if self.progress is not None:
                self.progress(self.done, self.budget.sets, self.made / max(self.spent, 1e-9))
        return values, luck

    def _again(self, number: int, proposed: Proposed, values: Array) -> Array:
        """Return what counts of a wave's sets, having run those again that miss at most one target."""
        rows = np.flatnonzero(promising(values, self.outputs)) if self.again is not None else np.array([], int)
        counts = values.copy()
        if self.again is None or not len(rows):
            return counts
        self.notice(f"wave {number}: {len(rows):,} sets miss at most one target, and are run again with fresh luck")
        ids = [proposed.ids[row] for row in rows]
        counts[rows], _ = self._gave(self.space.sets(proposed.table[rows], ids, f"wave {number}, again"), self.again)
        return counts

    def _gave(self, sets: Sets, simulator: Simulator) -> tuple[Array, Array]:
        values, luck = (np.asarray(each, float) for each in simulator(sets))
        if values.shape != (len(sets), len(self.outputs)) or luck.shape != values.shape:
            raise ValueError(f"a simulator of {len(self.outputs)} outputs gave {values.shape} and {luck.shape}")
        luck = np.where(np.isfinite(values), luck, 0.0)
        if not (np.isfinite(luck).all() and (luck >= 0).all()):
            raise ValueError("a simulator gave a variance of luck that is no number from 0 on")
        return np.where(np.isfinite(values), values, np.nan), luck

    def _after(self, found: Calibration, number: int, proposed: Proposed, values: Array, luck: Array) -> Calibration:
        """Return the calibration after a wave: with its emulators, fitted to all that was run in its region."""
        places, y, noise = self.space.places(proposed.table), values, luck
        if found.waves:
            earlier = found.places
            inside = found.region.level(earlier, SECOND, CUT) <= CUT
            places = np.concatenate([places, earlier[inside]])
            y, noise = np.concatenate([y, found.values[inside]]), np.concatenate([noise, found.luck[inside]])
        # halves for training and validation are told apart by place: old and new points go into both
        order = np.random.default_rng([self.seed, number, 0]).permutation(len(places))
        places, y, noise = places[order], y[order], noise[order]
        with ThreadPoolExecutor(processors()) as pool:  # most of it is linear algebra, which lets other threads go on
            fits = pool.map(lambda n: emulated(self.outputs[n], places, y[:, n], noise[:, n]), range(len(self.outputs)))
            emulators = tuple(each for each in fits if each is not None)
        wave = Wave(number, proposed, values, luck, self._again(number, proposed, values), emulators)
        region = found.region.after(emulators)
        return Calibration(self.space, self.outputs, self.budget, (*found.waves, wave), region)
