"""Do all ranges hold? Every parameter, intervention and shock at once, anywhere in its range.

    python -m tfs_sim.validation.ranges 10000 [--ends]

Each point of one Latin hypercube sets every parameter within its plausible range, evenly from end to end and not by
`Parameter.plausible`: what is looked for is what breaks anywhere, not what is likely (words of a choice among all of
them), every intervention and every shock at a dose or depth, from a month on and for as long as it likes, whoever
pays and whether or not an indicator calls for it, and what the communities are like at the start. A run of two small
communities with national organizations and a selection must then keep every state array and every metric within its
declared domain, without NaN, and every cent: it is looked at in every month. A point is known by its number, the
number of points and the seed. `--ends` goes beyond what is plausible, to the ends of what is allowed.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import draws, engine
from tfs_sim.model.catalogue import INTERVENTIONS, MECHANISMS, METRICS, SHOCKS
from tfs_sim.model.declare import specification
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.state import PAYERS, domain_mistakes
from tfs_sim.model.world import copy_of
from tfs_sim.scenario import Scenario, load_scenario
from tfs_sim.scenario.build import LAYOUT_PARAMETERS
from tfs_sim.validation import running

MONTHS = 24
_TOWN = {"students": 2000, "organizations": {"district": 1, "nonprofit": 3, "health": 1, "community_group": 1}}
_ROOM = 1e-9
"""By so much a metric may be out of its domain: means are sums divided."""


@dataclasses.dataclass(frozen=True)
class Found:
    """What is wrong at a point: its number, the month, and a sentence for each mistake."""

    point: int
    month: int
    mistakes: tuple[str, ...]


def small_world() -> Scenario:
    """Return a scenario with something of everything, in which every lever and every shock has its place."""
    shocks = [{"use": name, "onset": "2020-01", "depth": 0.5} for name in SHOCKS]
    networks = {"one": ["backbone", "nonprofit-01", "district-01"], "two": ["nonprofit-02", "health-01"]}
    return load_scenario("laboratory").with_(
        months=MONTHS,
        sites={"lab": None, "left": {**_TOWN, "networks": networks}, "right": {**_TOWN, "at_the_table": 0.2}},
        nationals={"one": {}, "two": {"fte": 3}},
        selection={"stages": [{"name": "planning", "month": "2020-06", "places": 1}]},
        interventions=[{"use": name, "dose": INTERVENTIONS[name].dose, "taper": 2} for name in INTERVENTIONS],
        shocks=shocks,
        grants=[
            {"site": "left", "amount": 300, "months": 12, "flexible": 0.3},
            {"stage": "planning", "from": "2020-06", "amount": 100, "months": 9, "taper": 3},
        ],
    )


def _parameters(template: engine.Template, draw: Callable[[], float], ends: bool) -> tuple[Any, ...]:
    """Return the template's records with every parameter somewhere in its plausible range.

    With `ends`, a sixth of them are at an end of what is allowed instead (ten times the range, if that has no end).
    """
    records = []
    for name, old in zip(engine.RECORDS, template.parameters, strict=True):
        values = {}
        for key, p in specification(MECHANISMS[name].parameters).items():
            if p.choices:
                values[key] = p.to_kernel(p.choices[int(draw() * len(p.choices))])
            elif p.low < p.high:
                values[key] = p.to_kernel(p.low + draw() * (p.high - p.low))
            if ends and not p.choices and (name, key) not in LAYOUT_PARAMETERS:
                end = draw()
                if end < 1.0 / 12.0:
                    values[key] = p.to_kernel(p.smallest)
                elif end < 1.0 / 6.0:
                    values[key] = p.to_kernel(min(p.largest, 10.0 * p.high))
        records.append(old._replace(**values))
    return tuple(records)


def _schedule(world: dict[str, NDArray[Any]], draw: Callable[[], float]) -> None:
    """Set every dose, depth and time, whoever pays, and what communities are like."""
    for n, lever in enumerate(INTERVENTIONS.values()):
        world["order_dose"][n] = draw() * min(lever.largest_dose, 5.0)
        world["order_begins"][n] = int(draw() * MONTHS)
        world["order_ends"][n] = world["order_begins"][n] + 1 + int(draw() * MONTHS)
        world["order_payer"][n] = int(draw() * len(PAYERS))
        indicator, threshold = int(draw() * 3 * len(METRICS)), draw()  # two in three have no rule
        world["order_indicator"][n] = indicator if indicator < len(METRICS) else -1
        world["order_on_at"][n] = world["order_off_at"][n] = threshold
        world["order_above"][n] = draw() < 0.5
    for n, shock in enumerate(SHOCKS.values()):
        world["shock_depth"][n] = draw()
        world["shock_onset"][n] = int(draw() * MONTHS)
        world["shock_lasts"][n] = max(1, round(shock.lasts * 2.0 * draw()))
        world["shock_decay"][n] = 12.0 * draw()
    for s in np.flatnonzero(world["national_site"] == 0):
        world["at_the_table"][s], world["grievance_share"][s] = draw(), draw()
        world["base_backbone_fte"][s] = 3.0 * draw()
        students, poor = world["students"][:, s].sum() * 2.0 * draw(), draw()
        world["students"][:, s] = students * poor, students * (1.0 - poor)


def variables(ends: bool = False) -> int:
    """Return how many numbers a point has."""
    counted = 0

    def draw() -> float:
        nonlocal counted
        counted += 1
        return 0.5

    variant(small_world().to_template(), draw, ends)
    return counted


def variant(template: engine.Template, draw: Callable[[], float], ends: bool = False) -> engine.Template:
    """Return the template with everything set by numbers from 0 to 1 that `draw` returns one by one."""
    fixed = copy_of(template.fixed)
    records = _parameters(template, draw, ends)
    _schedule(template.layout.views(fixed, FIXED), draw)
    return dataclasses.replace(template, parameters=records, fixed=fixed, digest="")


def mistakes_of(template: engine.Template, world: Any, out: NDArray[np.float64], month: int) -> tuple[str, ...]:
    """Return what is wrong after a month."""
    found = domain_mistakes(world)
    if int(world.accounts.sum()) != 0:
        found.append(f"accounts add up to {int(world.accounts.sum())} cents, not 0")
    for n, metric in enumerate(METRICS.values()):
        low, high = metric.domain
        values = out[month, :, n]
        if not ((values >= low - _ROOM) & (values <= high + _ROOM)).all() or not np.isfinite(values).all():
            found.append(f"metric {metric.name} is {values}, not in [{low}, {high}]")
    return tuple(found)


def run(template: engine.Template, point: int, seed: int) -> Found | None:
    """Run one point month by month and return what is wrong in the first month with a mistake."""
    _, world = template.fresh()
    out = template.output()
    key = draws.run_key(seed, point)
    running.run_months(template, world, key, engine.DRAW_START, 0, out)
    for month in range(template.months):
        running.run_months(template, world, key, month, month + 1, out)
        found = mistakes_of(template, world, out, month)
        if found:
            return Found(point, month, found)
    return None


def survey(
    points: int, seed: int, workers: int, ends: bool = False, progress: Callable[[int], None] = lambda done: None
) -> Iterator[Found]:
    """Yield what is wrong at any of the points of a Latin hypercube over everything."""
    from scipy.stats import qmc

    template = small_world().to_template()
    engine.warm_up()
    sample = qmc.LatinHypercube(d=variables(ends), rng=np.random.default_rng(seed)).random(points)

    def one(point: int) -> Found | None:
        return run(variant(template, iter(sample[point].tolist()).__next__, ends), point, seed)

    with running.Threads(max(1, workers)) as pool:
        for done, found in enumerate(pool.map(one, range(points)), 1):
            progress(done)
            if found:
                yield found


def main(arguments: list[str] | None = None) -> int:
    """Survey as many points as asked for, print what is wrong, and say so by the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("points", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=20240229)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--ends", action="store_true", help="a sixth of the parameters at an end of what is allowed")
    asked = parser.parse_args(arguments)
    began = time.perf_counter()

    def progress(done: int) -> None:
        if done % 1000 == 0:
            print(f"{done} points, {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)

    wrong = 0
    for found in survey(asked.points, asked.seed, asked.workers, asked.ends, progress):
        wrong += 1
        print(f"point {found.point}, month {found.month}: {'; '.join(found.mistakes)}", flush=True)
    seconds = time.perf_counter() - began
    print(
        f"{asked.points} points of {variables(asked.ends)} numbers, seed {asked.seed}: {wrong} wrong ({seconds:.0f} s)"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
