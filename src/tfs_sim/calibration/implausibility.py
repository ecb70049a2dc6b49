"""By how many standard deviations sets of parameters miss what is known, and which of them that rules out.

    I = |mean − figure| / √(emulator + observation at the real n + discrepancy)

of one output at one place [1]_ [2]_. Proposals are cut at 3 on the *second-largest* over outputs, so that one emulator
that is wrong rules nothing out, and so that every target can be predicted with itself left out; sets that were run are
cut on the largest, and on what they gave themselves: luck widens no cut. What was declared missable rules nothing out.

References
----------
.. [1] Craig et al. (1997), "Pressure matching for hydrocarbon reservoirs: a case study in the use of Bayes linear
   strategies for large computer experiments", in Case Studies in Bayesian Statistics III, Springer, pp. 37-93.
.. [2] Vernon, Goldstein & Bower (2010), "Galaxy formation: a Bayesian uncertainty analysis", Bayesian Analysis
   5(4):619-669.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfs_sim.calibration.emulators import CUT, Emulator
from tfs_sim.calibration.held import Array, Held, Mask, centres, required, variances

SECOND, LARGEST = 2, 1
"""Which of the outputs' implausibilities a cut is on, counted from the largest."""


def of_runs(values: Array, outputs: Sequence[Held]) -> Array:
    """Return by how many deviations runs miss each output: [sets, outputs], infinite where they gave no value."""
    off = np.abs(values - centres(outputs)) / np.sqrt(variances(outputs))
    return np.asarray(np.where(np.isfinite(off), off, np.inf))


def ranked(off: Array, rank: int) -> Array:
    """Return the largest (1) or second-largest (2) of each row; of one output alone its own."""
    if off.shape[1] == 0:
        return np.zeros(len(off))
    place = off.shape[1] - min(rank, off.shape[1])
    return np.asarray(np.partition(off, place, axis=1)[:, place])


def accepted(values: Array, outputs: Sequence[Held]) -> Mask:
    """Say which sets that were run miss nothing that is required by more than `CUT`: [sets]."""
    return np.asarray(ranked(of_runs(values, outputs)[:, required(outputs)], LARGEST) <= CUT)


def promising(values: Array, outputs: Sequence[Held]) -> Mask:
    """Say which sets that were run miss at most one of what is required: [sets]."""
    return np.asarray(ranked(of_runs(values, outputs)[:, required(outputs)], SECOND) <= CUT)


@dataclass(frozen=True)
class Region:
    """What waves have not ruled out.

    Attributes
    ----------
    outputs : what they were held against.
    waves : the emulators of each wave; an output that has none, or one that is set aside, rules nothing out in it.
    """

    outputs: tuple[Held, ...]
    waves: tuple[tuple[Emulator, ...], ...] = ()

    def after(self, emulators: Sequence[Emulator]) -> Region:
        """Return what is left after another wave."""
        return Region(self.outputs, (*self.waves, tuple(emulators)))

    @property
    def active(self) -> tuple[int, ...]:
        """Inputs that any emulator reads, in order."""
        return tuple(sorted({n for wave in self.waves for each in self._used(wave) for n in each.active}))

    def _used(self, wave: Sequence[Emulator]) -> list[Emulator]:
        known = {each.name for each in self.outputs if not each.missable}
        return [each for each in wave if each.usable and each.output in known]

    def of_wave(self, number: int, places: Array) -> Array:
        """Return implausibilities by the emulators of one wave (-1 for the last): [places, outputs that are required].

        An output without an emulator that is used is nowhere implausible: one alone that is used rules nothing out by
        the second-largest, where there are more outputs.
        """
        used = {each.output: each for each in self._used(self.waves[number])}
        needed = [each for each in self.outputs if not each.missable]
        found = np.zeros((len(places), len(needed)))
        for column, output in enumerate(needed):
            if output.name in used:
                found[:, column] = used[output.name].at(places).implausibility(output)
        return found

    def level(self, places: Array, rank: int, stop: float = np.inf) -> Array:
        """Return how implausible places are: the worst of all waves' `rank`-largest, [places].

        Beyond `stop` it may be too low: places that a wave has ruled out are not looked at by the others.
        """
        found = np.zeros(len(places))
        for number in reversed(range(len(self.waves))):
            still = np.flatnonzero(found <= stop)
            if not len(still):
                break
            found[still] = np.maximum(found[still], ranked(self.of_wave(number, places[still]), rank))
        return found
