"""How often intervals hold the truth: 1,000 reseeded studies of the model for each kind of pooling.

Runs are made once, into tables (strategies × points × replicates × sites); a study draws its replicates (and, for a
hypercube, its points) from a table, independently and with replacement, so that the truth is the mean over the table.
What a study does with its runs is what the report does: kinds of runs, pooling, paired intervals.

    python benchmarks/intervals.py            # all settings, four minutes; prints a table
    python benchmarks/intervals.py --lhs      # instead: Latin hypercubes drawn and run anew for each study, six minutes
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.compare import paired
from tfs_sim.analysis.kinds import jump_of
from tfs_sim.analysis.pooling import Units
from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.experiments.designs.sampling import latin_hypercube
from tfs_sim.experiments.storage.summary import summarize, ways_of
from tfs_sim.model import engine
from tfs_sim.model.catalogue import MECHANISMS, METRICS
from tfs_sim.model.declare import specification
from tfs_sim.scenario import load_scenario
from tfs_sim.validation.space import with_parameters

SEED = 20261128
STUDIES = 1000
NAMES = ("support", "performance", "trust", "partners")
PLACES = [list(METRICS).index(name) for name in NAMES]
PRACTICES = [
    {"use": "goal-clarity-retreats", "paid_by": "funder"},
    {"use": "trust-building-convenings", "paid_by": "funder"},
]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """Runs of two strategies: float64 [strategy, point, replicate, site, metric]; what tells strategies apart."""

    name: str
    values: Array
    sampled: bool
    design: bool


def numbers(templates: Sequence[engine.Template], replicates: int, seed: int) -> Array:
    """Return the single numbers of every run: [template, replicate, site, metric]."""
    ways = ways_of(list(METRICS))
    engine.warm_up()

    def one(task: tuple[int, int]) -> Array:
        at, replicate = task
        return summarize(engine.run_replicate(templates[at], seed, replicate), ways)[:, PLACES]

    tasks = list(itertools.product(range(len(templates)), range(replicates)))
    with ThreadPoolExecutor(2) as pool:
        runs = np.array(list(pool.map(one, tasks)))
    return runs.reshape(len(templates), replicates, *runs.shape[1:])


def parameters_at(shares: Array) -> list[dict[str, dict[str, float | str]]]:
    """Return points of the plausible space for shares of each parameter's probability [points, parameters]."""
    declared = [
        (name, key, p)
        for name, mechanism in MECHANISMS.items()
        for key, p in specification(mechanism.parameters).items()
        if not p.choices and p.low < p.high
    ]
    points: list[dict[str, dict[str, float | str]]] = []
    for row in shares:
        point: dict[str, dict[str, float | str]] = {}
        for (name, key, p), share in zip(declared, row, strict=False):
            point.setdefault(name, {})[key] = p.plausible(float(share))
        points.append(point)
    return points


def varied() -> int:
    """Return how many parameters vary."""
    return sum(
        not p.choices and p.low < p.high for m in MECHANISMS.values() for p in specification(m.parameters).values()
    )


def crisis(replicates: int = 1500) -> Iterator[Table]:
    """Yield the crisis experiment's strategies, in the crisis: outcomes of two kinds, no design."""
    arms = {arm.strategy: arm for arm in load_experiment("crisis-shock").arms() if arm.levels["crisis"] == "crisis"}
    runs = {name: numbers([arm.scenario.to_template()], replicates, SEED) for name, arm in arms.items()}
    for one, other in (
        ("initiative", "no-initiative"),
        ("handover-practices", "initiative"),
        ("crisis-readiness", "initiative"),
    ):
        yield Table(f"{one} − {other}", np.stack([runs[one], runs[other]]), sampled=False, design=False)


def grid(replicates: int = 320) -> Table:
    """Return two strategies at 4 × 4 fixed conditions of the laboratory."""
    base = load_scenario("laboratory").with_(months=48)
    places = list(itertools.product((0.2, 0.4, 0.6, 0.8), (0.1, 0.3, 0.5, 0.7)))
    runs = [
        numbers(
            [
                base.with_(
                    interventions=practice, sites={"lab": {"at_the_table": table, "grievance": hurt}}
                ).to_template()
                for table, hurt in places
            ],
            replicates,
            SEED,
        )
        for practice in (PRACTICES, [])
    ]
    return Table("grid 4 × 4", np.stack(runs), sampled=False, design=True)


def drawn(points: int = 400, replicates: int = 48) -> Table:
    """Return two strategies at points drawn from the plausible space of all parameters."""
    base = load_scenario("laboratory").with_(months=36)
    at = parameters_at(np.random.default_rng(SEED).random((points, varied())))
    runs = [
        numbers([with_parameters(base.with_(interventions=each).to_template(), p) for p in at], replicates, SEED)
        for each in (PRACTICES, [])
    ]
    return Table("drawn points", np.stack(runs), sampled=True, design=True)


@dataclass(frozen=True)
class Coverage:
    """Of so many studies, the share whose interval held the truth, and those that missed it below and above."""

    held: float
    below: float
    above: float


def coverage(table: Table, metric: int, replicates: int, points: int = 1, studies: int = STUDIES) -> Coverage:
    """Return how often the interval of a mean paired difference holds the mean over the table."""
    rng = np.random.default_rng([SEED, replicates, points, metric])
    values = table.values
    place = np.arange(values.shape[1])
    truth = float((values[0, ..., metric] - values[1, ..., metric]).mean())
    low = high = 0
    for _ in range(studies):
        luck = rng.integers(0, values.shape[2], replicates)
        at = rng.integers(0, values.shape[1], points) if table.sampled else place
        runs = values[:, at][:, :, luck].swapaxes(1, 2)  # [strategy, replicate, point, site, metric]
        units = Units(np.repeat(np.arange(replicates), len(at)), np.tile(np.arange(len(at)), replicates),
                      table.design, table.sampled)  # fmt: skip
        flat = runs.reshape(2, -1, *runs.shape[3:])
        jump = jump_of((flat[n, ..., 0], flat[n, ..., metric]) for n in range(2)) / flat.shape[2]
        result = paired(*flat[..., metric].mean(-1), units=units, jump=jump)
        low += truth < result.low
        high += truth > result.high
    return Coverage(1 - (low + high) / studies, low / studies, high / studies)


def settings() -> Iterator[tuple[Table, int, int]]:
    """Yield tables with replicates and points of a study."""
    for table in crisis():
        yield from ((table, replicates, 1) for replicates in (20, 100))
    fixed = grid()
    yield from ((fixed, replicates, 16) for replicates in (8, 20))
    space = drawn()
    yield from ((space, *size) for size in ((8, 20), (8, 60), (20, 60), (20, 200)))


def hypercubes(studies: int = 200, points: int = 30, replicates: int = 4) -> None:
    """Print the coverage of Latin hypercubes that are drawn and run anew for each study."""
    base = load_scenario("laboratory").with_(months=36)
    arms = [base.with_(interventions=each).to_template() for each in (PRACTICES, [])]
    units = Units(np.repeat(np.arange(replicates), points), np.tile(np.arange(points), replicates), True, True)
    found = []
    for study in range(studies):
        at = parameters_at(latin_hypercube(points, varied(), study))
        runs = [numbers([with_parameters(arm, p) for p in at], replicates, SEED + study) for arm in arms]
        both = np.stack(runs).mean(-2).swapaxes(1, 2).reshape(2, -1, len(NAMES))
        found.append([paired(both[0, :, m], both[1, :, m], units=units) for m in range(len(NAMES))])
    for m, name in enumerate(NAMES):
        truth = np.mean([each[m].difference for each in found])
        held = np.mean([each[m].low <= truth <= each[m].high for each in found])
        spread = np.std([each[m].difference for each in found], ddof=1)
        said = np.median([(each[m].high - each[m].low) / 4 for each in found])
        print(f"{name:12} {held:7.1%}   spread of means {spread:.3g}, a quarter of the median interval {said:.3g}")


def main() -> None:
    """Print the table."""
    if "--lhs" in sys.argv:
        hypercubes()
        return
    print(f"{'runs':46} {'study':22} " + " ".join(f"{name:>12}" for name in NAMES))
    for table, replicates, points in settings():
        units = f"{replicates} replicates" + (f" at {points} points" if table.design else "")
        cells = [coverage(table, m, replicates, points) for m in range(len(NAMES))]
        print(f"{table.name:46} {units:22} " + " ".join(f"{cell.held:12.1%}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
