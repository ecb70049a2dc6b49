"""A community under one set of parameters: what came until a month, and what may come after it.

The past is one run, with looks at every month. What may come is run again and again from the state in which the past
ends, with other luck from then on, and with each strategy over the same luck: so an effect is that of a strategy in
this community as it has become, and its chance is of what nobody knows in that month. The few things that the model
draws for a whole run (what a practice of coordination is worth, the first effort of those who join later) are drawn
anew with the luck of what comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfs_sim.calibration.looks import Array, Look
from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.execution import starting
from tfs_sim.experiments.execution.forks import rooms_for
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.model import draws, engine
from tfs_sim.model.engine import Template
from tfs_sim.scenario import Scenario
from tfs_sim.scenario.beginnings import template_of


@dataclass(frozen=True)
class Life:
    """A community under one set of parameters.

    Attributes
    ----------
    template : what was run: identities and metrics are its.
    key : of the past's luck.
    past : float64 [months seen, metrics].
    looks : at each month that was seen.
    futures : float64 [arms, futures, months after, metrics]; the community as it is, then with each strategy. NaN-free
        and empty where no future was asked for.
    """

    template: Template
    key: int
    past: Array
    looks: tuple[Look, ...]
    futures: Array

    def seen(self, metric: str) -> Array:
        """Return a metric in the months that were seen."""
        return np.asarray(self.past[:, self.template.metrics.index(metric)])

    def comes(self, metric: str, first: int, last: int) -> Array:
        """Return a metric's mean over months, counted from 1, all after those seen: float64 [arms, futures]."""
        until = len(self.past)
        found = self.futures[:, :, first - 1 - until : last - until, self.template.metrics.index(metric)]
        return np.asarray(found.mean(axis=2))


def live(
    arms: Sequence[Scenario],
    settings: Mapping[tuple[str, str, str], Any],
    until: int,
    futures: int,
    seed: int,
    identity: str,
) -> Life:
    """Return the life of a community under a set of parameters.

    Parameters
    ----------
    arms : the community as it is, then with each strategy, none of which does anything in the months seen.
    settings : what the set gives; what the scenario gives itself wins.
    until : how many months are seen.
    futures : how many futures.
    seed, identity : of the luck: that of a run of this seed and set, whose replicates from 1 on lend theirs to futures.
    """
    templates = [at_point(template_of(arm), arm, open_to(settings, arm), identity) for arm in arms]
    usual = templates[0]
    rooms = rooms_for(templates)
    world, out = rooms[0].world, usual.output()
    key = draws.run_key(seed, 0, identity)
    looks, first = [], engine.DRAW_START
    for month in range(until):
        starting.run_months(usual, world, key, first, month + 1, out)
        looks.append(Look.at(world))
        first = month + 1
    state = rooms[0].state.copy()
    ahead = np.empty((len(arms), futures, usual.months - until, out.shape[2]))
    for future in range(futures):
        luck = draws.run_key(seed, future + 1, identity)
        for arm, (template, room) in enumerate(zip(templates, rooms, strict=True)):
            room.state[:] = state
            here = out.copy()
            starting.run_months(template, room.world, luck, until, template.months, here)
            ahead[arm, future] = here[until:, 0]
    return Life(usual, int(key), out[:until, 0].copy(), tuple(looks), ahead)
