"""Which of two a place is of: alive or not, of the upper kind or the lower.

By a process of −1 and 1 (least squares [1]_), as a probability by a probit of its mean over its deviation. What is not
of a kind must not be lost: where validation finds places of a kind that they were held for too rarely (`RARE`),
deviations are widened until that is as good as never so.

References
----------
.. [1] Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, MIT Press, section 6.5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from tfs_sim.calibration import processes
from tfs_sim.calibration.held import Array, Mask
from tfs_sim.calibration.processes import Process

RARE = 0.05
"""What has a smaller chance at a place does not keep it."""
LOST = 0.02
"""Share of points that may turn out to be what they were held for more rarely than that."""
DOUBTS = (1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""What deviations are widened by, the least that will do."""


@dataclass(frozen=True)
class Sorter:
    """Says of places with what chance they are of the one kind.

    Attributes
    ----------
    process : of −1 and 1.
    doubt : what its deviations are multiplied by.
    """

    process: Process
    doubt: float = 1.0

    def chance(self, x: Array) -> Array:
        """Return the chance that inputs [n, a] are of the kind: [n]."""
        mean, variance = self.process.at(x)
        return np.asarray(special.ndtr(mean / (self.doubt * np.sqrt(variance))))

    def lost(self, x: Array, yes: Mask) -> float:
        """Return the share of points that are what they are held for more rarely than `RARE`."""
        chance = self.chance(x)
        return float((np.where(yes, chance, 1.0 - chance) < RARE).mean())

    def careful(self, x: Array, yes: Mask) -> Sorter:
        """Return one that is no surer than points to which it was not fitted let it be."""
        trials = (replace(self, doubt=each) for each in DOUBTS)
        return next((each for each in trials if each.lost(x, yes) <= LOST), replace(self, doubt=DOUBTS[-1]))

    def refitted(self, x: Array, yes: Mask) -> Sorter:
        """Return one of the same shape and doubt, fitted to other points."""
        return replace(self, process=processes.refitted(self.process, x, _signs(yes), np.zeros(len(x))))


def sorter(x: Array, yes: Mask) -> Sorter:
    """Return what sorts inputs [n, a] by which of them are of the one kind."""
    return Sorter(processes.fitted(x, _signs(yes), np.zeros(len(x))))


def _signs(yes: Mask) -> Array:
    return np.where(yes, 1.0, -1.0)
