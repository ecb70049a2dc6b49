"""Naive growth beside the effect: what chosen communities gained, and what of it they would have gained anyway.

*Naive growth* is what an evaluation without a comparison sees: just before the pandemic less at the start. *Effect* is
against the same communities over the same luck without the grants. In the flagship the four communities are given; in
the funnel they are chosen in stages among three hundred, so that what selection does can be told apart from both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from tfs_sim.analysis.pooling import Units, mean_of
from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.executors import stream
from tfs_sim.experiments.execution.forks import Grove
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.work import Pace, Progress
from tfs_sim.experiments.storage.provenance import processors
from tfs_sim.model import engine
from tfs_sim.scenario import load_scenario
from tfs_sim.scenario.build import build
from tfs_sim.validation.brief.facts import BEFORE, START
from tfs_sim.validation.brief.watched import AS_IT_WAS, UNFUNDED, Array, Watched, by_arm

METRICS = ("partners", "quality", "support")
APPLIED, IMPLEMENTED = 2, 4
"""Stages of the funnel: applicants that went no further, and those that were chosen to implement."""
_FUNNEL_END = "2020-03"
_PLANNING = "2018-06"


@dataclass(frozen=True)
class Spread:
    """A number over sets of parameters.

    Attributes
    ----------
    mean, low, high : its mean, with the 95% interval of that mean: luck and which sets were drawn.
    least, most : the middle 90% of sets' means, luck included.
    """

    mean: float
    low: float
    high: float
    least: float
    most: float


@dataclass(frozen=True)
class Growth:
    """Growth of a metric in one story.

    Attributes
    ----------
    story : "flagship" or "funnel".
    metric : which.
    naive, effect : of the chosen communities.
    others : of the funnel, naive growth of applicants that were not chosen.
    ahead : of the funnel, by how much the chosen were ahead of these before any grant.
    """

    story: str
    metric: str
    naive: Spread
    effect: Spread
    others: Spread | None = None
    ahead: Spread | None = None


def spread(values: Array, sets: int) -> Spread:
    """Return a number over sets, from its value in each run, set by set; runs without one are left out."""
    own = np.repeat(np.arange(sets), values.size // sets)
    units = Units(np.arange(values.size), np.zeros(values.size, np.int64), set=own)
    found = mean_of(values, units)
    low, high = found.ends()
    means = [values[(own == n) & ~np.isnan(values)] for n in range(sets)]
    least, most = np.quantile([each.mean() for each in means if each.size], (0.05, 0.95)).tolist()
    return Spread(float(found.value), float(low), float(high), least, most)


def of_flagship(found: Mapping[str, Sequence[Watched]], sets: int) -> list[Growth]:
    """Return the growth of the four communities, from the runs in which they were watched."""
    runs = {arm: list(each) for arm, each in found.items()}
    told = []
    for metric in METRICS:
        start, end = (by_arm(runs, metric, months) for months in (START, BEFORE))
        naive, effect = end[AS_IT_WAS] - start[AS_IT_WAS], end[AS_IT_WAS] - end[UNFUNDED]
        told.append(Growth("flagship", metric, spread(naive, sets), spread(effect, sets)))
    return told


def of_funnel(
    sets: Sets, replicates: int, seed: int, workers: int | None = None, progress: Progress | None = None
) -> list[Growth]:
    """Run the funnel with and without its grants, and return the growth of those whom it chooses.

    The parameters are as in `watched.watched`. Selection sees the same in both arms until money flows.
    """
    usual = load_scenario("together-for-students-funnel")
    usual = usual.with_(months=usual.clock.index(_FUNNEL_END))
    arms = (usual, usual.with_(strategy=["alignment"]))
    templates = [build(arm) for arm in arms]
    engine.warm_up()
    planning, end = usual.clock.index(_PLANNING), usual.clock.months
    start, last = slice(planning - 3, planning), slice(end - 3, end)
    names = templates[0].metrics
    stage = names.index("stage")
    pace = Pace(len(sets) * replicates, progress)

    def one(task: tuple[int, int]) -> dict[str, tuple[float, ...]]:
        number, replicate = task
        settings = [open_to(sets.settings(number), arm) for arm in arms]
        here = [at_point(*each) for each in zip(templates, arms, settings, strict=True)]
        (with_it, without), _ = Grove.of(here).run(seed, replicate, sets.ids[number])
        chosen = with_it[-1, :, stage] == IMPLEMENTED
        others = with_it[-1, :, stage] == APPLIED
        told: dict[str, tuple[float, ...]] = {}
        for metric in METRICS:
            place = names.index(metric)
            first, grown, else_ = (out[months, :, place].mean(axis=0) for out, months in
                                   ((with_it, start), (with_it, last), (without, last)))  # fmt: skip
            told[metric] = (
                float((grown - first)[chosen].mean()),
                float((grown - else_)[chosen].mean()),
                float((grown - first)[others].mean()),
                float(first[chosen].mean() - first[others].mean()),
            )
        return told

    tasks = ((number, replicate) for number in range(len(sets)) for replicate in range(replicates))
    found: list[dict[str, tuple[float, ...]]] = []
    with closing(stream(tasks, one, workers or processors())) as results:
        for _, told in results:
            found.append(told)
            pace.step()
    return [
        Growth("funnel", metric, *(spread(np.array([told[metric][n] for told in found]), len(sets)) for n in range(4)))
        for metric in METRICS
    ]
