"""Runs of the flagship with and without its initiative and the pandemic, watched for what the brief speaks of.

The brief was written in the first year of the pandemic. Runs begin with the planning awards (June 2018) and last until
February 2021, 33 months; the first full year of implementation is March 2019 to February 2020, the pandemic begins in
March 2020.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.executors import stream
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.work import Pace, Progress
from tfs_sim.experiments.storage.provenance import processors
from tfs_sim.model import draws, engine
from tfs_sim.model.engine import Template
from tfs_sim.model.state import ACTIVE, BACKBONE, NATIONAL, PARTNER
from tfs_sim.scenario import Scenario, load_scenario
from tfs_sim.scenario.build import build
from tfs_sim.validation import running

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

MONTHS = 33
ONSET = 21
"""March 2020, counted from 0."""
YEAR = slice(9, 21)
"""The first full year of implementation."""

AS_IT_WAS, CALM, UNFUNDED, PLACEBO = "as it was", "no pandemic", "no grant", "placebo"
ARMS = (AS_IT_WAS, CALM, UNFUNDED, PLACEBO)


@dataclass(frozen=True)
class Watched:
    """A run of the flagship.

    Attributes
    ----------
    metrics : names of the series' last axis.
    series : float64 [months, four sites, metrics].
    clarity, attention : means over the first year of implementation, of the nationals and of local partners whose post
        is filled; NaN where there was nobody.
    own : bool [seven], of the three national and the four lead organizations: one of its own key people left.
    partners : bool [seven], one of its own, or of those that it sits at a table with at the end.
    noise : standard deviation of a year's cohort, in points of the indicator.
    """

    metrics: tuple[str, ...]
    series: Array
    clarity: tuple[float, float]
    attention: tuple[float, float]
    own: Flags
    partners: Flags
    noise: float

    def of(self, metric: str, months: slice) -> Array:
        """Return a metric's mean over months: float64 [sites]."""
        return np.asarray(self.series[months, :, self.metrics.index(metric)].mean(axis=0))


def arms() -> dict[str, Scenario]:
    """Return the flagship as it was, without the pandemic, without the initiative, and without both."""
    usual = load_scenario("together-for-students").with_(months=MONTHS)
    unfunded = usual.with_(strategy=[])
    return dict(zip(ARMS, (usual, usual.with_(shocks=[]), unfunded, unfunded.with_(shocks=[])), strict=True))


def watch(template: Template, seed: int, replicate: int, name: str) -> Watched:
    """Run a template with the luck of seed, replicate and set, and return what the brief speaks of."""
    _, world = template.fresh()
    out, key = template.output(), draws.run_key(seed, replicate, name)
    running.run_months(template, world, key, engine.DRAW_START, YEAR.start, out)
    asked = []
    for month in range(YEAR.start, YEAR.stop):
        running.run_months(template, world, key, month, month + 1, out)
        tables = (world.role == NATIONAL, (world.role == PARTNER) & (world.status == ACTIVE))
        chosen = [who & (world.in_post == 1) for who in tables]
        if all(who.any() for who in chosen):
            asked.append([[value[who].mean() for who in chosen] for value in (world.clarity, world.attention)])
    running.run_months(template, world, key, YEAR.stop, template.months, out)
    clarity, attention = np.mean(asked, axis=0) if asked else np.full((2, 2), np.nan)
    sites = len(template.sites)
    nationals = np.flatnonzero(world.role == NATIONAL)
    leads = np.flatnonzero((world.role == BACKBONE) & (world.site_of < sites))
    changed = world.has_changed > 0
    at_table = changed & (world.role == PARTNER) & (world.status == ACTIVE)
    beside = np.array([at_table[world.site_of == world.site_of[n]].any() for n in leads])
    of_nationals = np.full(nationals.size, changed[nationals].any())
    own = np.concatenate([changed[nationals], changed[leads]])
    record = template.parameters[engine.RECORDS.index("outcomes")]
    return Watched(
        template.metrics,
        out,
        (float(clarity[0]), float(clarity[1])),
        (float(attention[0]), float(attention[1])),
        own,
        own | np.concatenate([of_nationals, beside]),
        float(record.cohort_noise),
    )


def watched(
    sets: Sets, replicates: int, seed: int, workers: int | None = None, progress: Progress | None = None
) -> dict[str, list[Watched]]:
    """Run every arm under every set, over the same luck; return the runs by arm, set by set.

    Parameters
    ----------
    sets : of parameters; what the scenario gives itself wins.
    replicates : runs of each set.
    seed : which luck.
    workers : threads; the numbers do not depend on them.
    progress : called with (runs done, runs in all, runs per second).
    """
    scenarios = arms()
    templates = {arm: build(scenario) for arm, scenario in scenarios.items()}
    engine.warm_up()
    pace = Pace(len(ARMS) * len(sets) * replicates, progress)

    def tasks() -> Iterator[tuple[str, int, int]]:
        for arm in ARMS:
            for number in range(len(sets)):
                for replicate in range(replicates):
                    yield arm, number, replicate

    def one(task: tuple[str, int, int]) -> Watched:
        arm, number, replicate = task
        settings = open_to(sets.settings(number), scenarios[arm])
        return watch(at_point(templates[arm], scenarios[arm], settings), seed, replicate, sets.ids[number])

    found: dict[str, list[Watched]] = {arm: [] for arm in ARMS}
    with closing(stream(tasks(), one, workers or processors())) as results:
        for (arm, _, _), run in results:
            found[arm].append(run)
            pace.step()
    return found


def by_arm(found: Mapping[str, list[Watched]], metric: str, months: slice) -> dict[str, Array]:
    """Return a metric's mean over months and the four sites in every run, by arm."""
    return {arm: np.array([run.of(metric, months).mean() for run in runs]) for arm, runs in found.items()}
