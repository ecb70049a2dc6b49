"""Simulators whose answer is known: functions of thirty inputs of which few matter, with luck keyed by set."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tfs_sim.calibration.held import Array, Held
from tfs_sim.calibration.spaces import Space
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.scenario.checks import specification

INPUTS = 30
NAMES = [
    f"{mechanism}.{name}"
    for mechanism, each in MECHANISMS.items()
    for name, declared in specification(each).items()
    if declared.low < declared.high and not declared.choices
]
SPACE = Space.of(f"plausible: {', '.join(NAMES[:INPUTS])}")
FREEDOM = 7
"""Degrees of freedom by which luck's variance is known: eight replicates."""

Function = Callable[[Array], Array]


@dataclass
class Synthetic:
    """A simulator: outputs [sets, outputs] and variances of luck [sets, outputs] by places [sets, inputs].

    `ran` has the identities of all sets that were run, in order; at the `stops`-th call it is stopped by Ctrl-C.
    """

    means: Function
    luck: Function
    space: Space = SPACE
    stops: int = 0
    ran: list[str] = field(default_factory=list)
    calls: int = 0

    def __call__(self, sets: Sets) -> tuple[Array, Array]:
        self.calls += 1
        if self.calls == self.stops:
            raise KeyboardInterrupt
        self.ran += sets.ids
        places = self.space.places(sets.table)
        means, variance = self.means(places), self.luck(places)
        values, seen = np.empty_like(means), np.empty_like(means)
        for n, name in enumerate(sets.ids):
            rng = np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))
            values[n] = means[n] + np.sqrt(variance[n]) * rng.standard_normal(means.shape[1])
            seen[n] = variance[n] * rng.chisquare(FREEDOM, means.shape[1]) / FREEDOM
        return values, seen


def smooth(u: Array) -> Array:
    """Four outputs of eight inputs; the first and third share one."""
    return np.column_stack(
        [
            2 * u[:, 0] + u[:, 1] ** 2 + 0.5 * np.sin(5 * u[:, 2]),
            3 * u[:, 3] * u[:, 4] + u[:, 0],
            np.log(0.05 + u[:, 5]) + u[:, 1],
            4 * (u[:, 6] - 0.5) * (u[:, 7] - 0.2),
        ]
    )


def uneven(u: Array) -> Array:
    """Luck that is ten times as large at one end as at the other."""
    return np.column_stack([0.001 + 0.009 * u[:, 0], 0.004 + 0 * u[:, 0], 0.001 + 0.009 * u[:, 1], 0.004 + 0 * u[:, 0]])


SMOOTH = (
    Held("members", 2.5, 0.005, 0.002),
    Held("density", 1.0, 0.005, 0.005),
    Held("trust", 0.3, 0.01, 0.005),
    Held("active", 0.5, 0.01, 0.01),
)
"""What the smooth simulator is held against: met by .7% of the prior."""


def cliff(u: Array) -> Array:
    """Nothing lives below a line in two inputs; above it the second output has two places where it is right."""
    lives = u[:, 0] + 0.5 * u[:, 1] > 0.85
    level = np.where(lives, 2.0 + 0.8 * u[:, 2], -2.0 + 0.3 * u[:, 3])
    return np.column_stack([level, 4.0 * (u[:, 4] - 0.5) ** 2 + 0.2 * u[:, 5]])


def little(u: Array) -> Array:
    """The same little luck everywhere."""
    return np.full((len(u), 2), 0.0025)


CLIFF = (Held("alive", 2.3, 0.006, 0.004), Held("spread", 0.65, 0.002, 0.002))
