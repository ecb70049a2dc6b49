"""A town whose answer is known: what is seen of it is linear in normal parameters, with normal luck."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri
from truths import SPACE, Array

from tfs_sim.calibration.quantities import Quantity
from tfs_sim.experiments.designs.sampling import latin_hypercube
from tfs_sim.experiments.designs.sets import Sets

LOADS = np.zeros((4, len(SPACE)))
LOADS[0, :2], LOADS[1, 1], LOADS[2, 2], LOADS[3, :3] = (1.0, 0.5), 1.5, 0.8, (0.5, 0.5, -0.5)
"""Of four things that are seen on the first three of thirty parameters."""
LUCK = np.array([[0.5, 0.3, 0.0, 0.0], [0.3, 0.5, 0.0, 0.0], [0.0, 0.0, 0.4, 0.1], [0.0, 0.0, 0.1, 0.4]])
RUNS = 16


def normal(places: Array) -> Array:
    """Return places of the prior on the normal scale."""
    return np.asarray(ndtri(np.clip(places, 1e-6, 1 - 1e-6)))


@dataclass
class Line:
    """Runs sets on the town: [sets, runs, 4]; at the `stops`-th call it is stopped by Ctrl-C."""

    runs: int = RUNS
    stops: int = 0
    ran: list[str] = field(default_factory=list)
    calls: int = 0

    def __call__(self, sets: Sets) -> Array:
        self.calls += 1
        if self.calls == self.stops:
            raise KeyboardInterrupt
        self.ran += sets.ids
        means = normal(SPACE.places(sets.table)) @ LOADS.T
        found = np.empty((len(sets), self.runs, len(LOADS)))
        for n, name in enumerate(sets.ids):
            key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
            luck = np.random.default_rng(key).standard_normal((self.runs, len(LOADS)))
            found[n] = means[n] + luck @ np.linalg.cholesky(LUCK).T
        return found


def first(count: int, seed: int) -> Sets:
    """Return sets of the prior."""
    places = latin_hypercube(count, len(SPACE), seed)
    return SPACE.sets(SPACE.table(places), [f"p{n:05d}" for n in range(count)], "the prior")


def seen(values: Array, sd: float = 0.3) -> tuple[Quantity, ...]:
    """Return what is seen of a town."""
    return tuple(Quantity(f"q{n}", float(value), "mark", sd, 0.0, n) for n, value in enumerate(values))


def posterior(values: Array, sd: float = 0.3) -> tuple[Array, Array]:
    """Return mean and covariance of the first three parameters, given what was seen."""
    loads, noise = LOADS[:, :3], LUCK + sd**2 * np.eye(len(LOADS))
    gain = loads.T @ np.linalg.inv(loads @ loads.T + noise)
    return gain @ values, np.eye(3) - gain @ loads
