"""Runs of a population under one set of parameters, with looks at the world in the months in which somebody asks.

A run goes from look to look in one room, so that a look costs a copy of a few arrays and changes nothing of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.execution import starting
from tfs_sim.experiments.execution.forks import rooms_for
from tfs_sim.model import draws, engine

if TYPE_CHECKING:
    from tfs_sim.model.engine import Template

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """What could be asked of everybody in one month.

    Attributes
    ----------
    site_of, sector, role, status : integers [organizations], as in `model.state`.
    in_post : bool [organizations], whether the representative's post is filled.
    met : float64 [organizations], encounters of the month in which both took part.
    gap : int64 [sites], months since the last joint meeting (0: this month).
    one, other : integers [pairs], the two ends.
    is_open : bool [pairs], whether the pair has a tie.
    idle : float64 [pairs], months since its last encounter.
    trust : float64 [2, pairs], of `one` in `other`, and of `other` in `one`, in [0, 1].
    identity : uint64 [organizations], hashes of declared identities.
    """

    site_of: NDArray[np.int64]
    sector: NDArray[np.int64]
    role: NDArray[np.int64]
    status: NDArray[np.int64]
    in_post: NDArray[np.bool_]
    met: Array
    gap: NDArray[np.int64]
    one: NDArray[np.int64]
    other: NDArray[np.int64]
    is_open: NDArray[np.bool_]
    idle: Array
    trust: Array
    identity: NDArray[np.uint64]

    @classmethod
    def at(cls, world: Any) -> Look:
        """Return a copy of what a world is like: its room is another run's afterwards."""
        pairs = world.one_end.size
        return cls(
            world.site_of.astype(np.int64),
            world.sector.astype(np.int64),
            world.role.astype(np.int64),
            world.status.astype(np.int64),
            world.in_post.astype(bool),
            world.contacts_at_table.copy(),
            world.meeting_gap.copy(),
            world.one_end.astype(np.int64),
            world.other_end.astype(np.int64),
            world.is_open.astype(bool),
            world.idle.copy(),
            world.trust[: 2 * pairs].reshape(2, pairs).copy(),
            world.organization_id.copy(),
        )

    def only(self, sites: NDArray[np.int64]) -> Look:
        """Return the look at some communities alone, numbered in this order; nobody else is a member of any."""
        number = np.full(int(self.site_of.max(initial=0)) + 1, -1)
        number[sites] = np.arange(sites.size)
        where = number[self.site_of]
        where[where < 0] = sites.size  # one community more, which nobody asks
        return replace(self, site_of=where, gap=np.append(self.gap[sites], 0))


@dataclass(frozen=True)
class Runs:
    """A population under one set of parameters.

    Attributes
    ----------
    metrics : names of the series' last axis.
    series : float64 [replicates, months, sites, metrics].
    looks : for each replicate, the looks by month (from 0).
    keys : for each replicate, the key of its luck.
    """

    metrics: tuple[str, ...]
    series: Array
    looks: Sequence[Mapping[int, Look]]
    keys: tuple[int, ...]

    @property
    def communities(self) -> int:
        """How many communities there are in all replicates together."""
        return int(self.series.shape[0] * self.series.shape[2])

    def of(self, metric: str, months: slice | int) -> Array:
        """Return a metric in some months: [communities], or [months, communities] for a slice."""
        values = self.series[:, months, :, self.metrics.index(metric)]
        if isinstance(months, slice):
            return np.ascontiguousarray(values.transpose(1, 0, 2).reshape(values.shape[1], -1))
        return np.ascontiguousarray(values.reshape(-1))


def run(template: Template, seed: int, parameter_set: str, replicates: int, months: Iterable[int]) -> Runs:
    """Run a template so many times and look at the world after each of some months (from 0).

    The luck is that of seed, set and replicate, as everywhere; looks change nothing of the runs.
    """
    wanted = sorted(set(months))
    series = np.empty((replicates, template.months, len(template.sites), len(template.metrics)))
    looks: list[Mapping[int, Look]] = []
    keys = [draws.run_key(seed, replicate, parameter_set) for replicate in range(replicates)]
    for replicate, key in enumerate(keys):
        (room,) = rooms_for([template])
        out = template.output()
        found, first = {}, engine.DRAW_START
        for month in wanted:
            starting.run_months(template, room.world, key, first, month + 1, out)
            found[month] = Look.at(room.world)
            first = month + 1
        if first < template.months:
            starting.run_months(template, room.world, key, first, template.months, out)
        series[replicate] = out
        looks.append(found)
    return Runs(template.metrics, series, looks, tuple(int(key) for key in keys))
