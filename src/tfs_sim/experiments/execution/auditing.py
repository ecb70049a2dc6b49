"""Are strategies compared over the same luck? Checks of common random numbers, and what they gain.

Common random numbers only compare strategies fairly if a run's luck belongs to who and what it is drawn for, not to
the order of drawing. Three things follow that can be checked on any experiment: an intervention with dose zero
changes nothing; switching one mechanism off moves no other mechanism's draws; and differences between strategies
vary less over the same luck than over independent luck.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.execution import forks, starting
from tfs_sim.experiments.execution.executors import stream
from tfs_sim.experiments.execution.work import Notice, Pace, Progress, warm_up
from tfs_sim.experiments.storage.provenance import processors
from tfs_sim.experiments.storage.summary import summarize, ways_of
from tfs_sim.scenario.errors import UserError

Array = NDArray[np.float64]

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm, Experiment
    from tfs_sim.model.engine import Template
    from tfs_sim.scenario import Scenario

REPLICATES = 2
"""Replicates in which a zero dose and a switch are tried."""

SURE = 0.001
"""Chance, over all metrics, of calling two strategies opposed that are not."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One check: what was checked, whether it holds, and where it does not."""

    what: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found.

    Attributes
    ----------
    checks : the checks.
    comparisons : strategies, each compared with the one that all are compared with.
    factors : by metric, the variance of the difference over independent seeds over that of the paired one.
    """

    checks: tuple[Checked, ...]
    comparisons: tuple[str, ...]
    factors: dict[str, tuple[float, ...]]

    @property
    def passed(self) -> bool:
        """Whether every check holds."""
        return all(check.passed for check in self.checks)

    def record(self) -> dict[str, Any]:
        """Return the audit as plain data; an infinite factor (a difference that is always the same) as null."""
        finite = {m: [v if np.isfinite(v) else None for v in values] for m, values in self.factors.items()}
        checks = [{"what": c.what, "passed": c.passed, "detail": c.detail} for c in self.checks]
        return {"passed": self.passed, "checks": checks, "against": list(self.comparisons), "factors": finite}


def audit(
    experiment: Experiment,
    pairs: int = 40,
    workers: int | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> Audit:
    """Check common random numbers on the strategies of an experiment."""
    arms = _first_levels(experiment)
    warm_up(notice)
    checks = [*_zero_doses(arms, experiment.seed), *_switches(arms[0].scenario, experiment.seed)]
    comparisons, factors, against = _factors(experiment, arms, pairs, workers or processors(), progress)
    checks.append(Checked("the same luck makes no difference vary more", not against, "; ".join(against)))
    return Audit(tuple(checks), comparisons, factors)


def _first_levels(experiment: Experiment) -> list[Arm]:
    """Return every strategy under the last level of each cross key, the one that keeps most of the scenario."""
    levels = {key: each[-1].label for key, each in experiment.cross.items()}
    return [arm for arm in experiment.arms() if arm.levels == levels]


def _run(template: Template, seed: int, replicate: int) -> NDArray[np.float64]:
    return forks.run_alone(template, seed, replicate)


def _zero_doses(arms: list[Arm], seed: int) -> Iterator[Checked]:
    """Add every intervention with dose zero to every strategy: nothing may change."""
    from tfs_sim.model.catalogue import INTERVENTIONS

    for arm in arms:
        before = [_run(arm.scenario.to_template(), seed, replicate) for replicate in range(REPLICATES)]
        moved = []
        items, grants = arm.scenario.in_force()
        for name in INTERVENTIONS:
            try:
                zero = arm.scenario.with_(
                    strategy=[], interventions=[*items, {"use": name, "dose": 0}], grants=list(grants)
                )
            except UserError:  # its mechanism is off, or nobody is there whom it could reach
                continue
            after = (_run(zero.to_template(), seed, replicate) for replicate in range(REPLICATES))
            if any(one.tobytes() != two.tobytes() for one, two in zip(before, after, strict=True)):
                moved.append(name)
        said = f"an intervention with dose zero changes nothing ({arm.strategy})"
        yield Checked(said, not moved, f"these change something: {', '.join(moved)}")


def _switches(scenario: Scenario, seed: int) -> Iterator[Checked]:
    """Switch each mechanism off: who there is at the start and the luck of every pair's meeting must stay.

    `luck` holds the random words of the encounters of the last month: a mechanism's raw draws, before anything
    that depends on the course of the run.
    """
    from tfs_sim.model.catalogue import ALWAYS_ON, MECHANISMS

    own = {"trust", "differences"}  # without the one nobody meets; who there is, is what the other one draws
    before = _luck(scenario, seed)
    moved = []
    for name in MECHANISMS:
        if name in ALWAYS_ON or name in own or not scenario.is_on(name):
            continue
        dependents = [each.name for each in MECHANISMS.values() if name in each.needs]
        try:
            without = scenario.with_(mechanisms=dict.fromkeys([name, *dependents], False))
        except UserError:
            continue
        if own & set(dependents):
            continue
        if any(one.tobytes() != two.tobytes() for one, two in zip(before, _luck(without, seed), strict=True)):
            moved.append(name)
    said = "switching a mechanism off moves no draw of another"
    yield Checked(said, not moved, f"these do: {', '.join(moved)}")


def _luck(scenario: Scenario, seed: int) -> list[NDArray[Any]]:
    """Return who there is at the start, and the random words of every pair in the last month."""
    from tfs_sim.model import draws, engine

    template = scenario.to_template()
    _, world = starting.plain(template).fresh()
    out = template.output()
    key = draws.run_key(seed, 0)
    engine.run_months(template, world, key, engine.DRAW_START, 0, out)
    start = [np.array(getattr(world, name)) for name in ("base_fte", "strength")]
    starting.run_months(template, world, key, 0, template.months, out)
    return [*start, np.array(world.luck)]


def _factors(
    experiment: Experiment, arms: list[Arm], pairs: int, workers: int, progress: Progress | None
) -> tuple[tuple[str, ...], dict[str, tuple[float, ...]], list[str]]:
    """Return what the same luck gains, by metric, and where two strategies' runs are significantly opposed.

    The strategy that others are compared with is run with a second seed as well: the variance of a difference over
    independent seeds is that of the other strategy plus that of this one over both of its seeds.
    """
    base = next(arm for arm in arms if arm.strategy == experiment.against)
    others = [arm for arm in arms if arm is not base]
    templates = {arm.strategy: arm.scenario.to_template() for arm in arms}
    tasks = [
        (templates[arm.strategy], seed, replicate)
        for arm, seed in [(base, experiment.seed), (base, experiment.seed + 1), *((o, experiment.seed) for o in others)]
        for replicate in range(pairs)
    ]
    ways = ways_of(templates[base.strategy].metrics)
    pace, found = Pace(len(tasks), progress), []
    with closing(stream(tasks, lambda task: _run(*task), workers)) as results:
        for _, run in results:
            found.append(summarize(run, ways).mean(axis=0))
            pace.step()
    values = np.array(found).reshape(-1, pairs, len(ways))
    factors: dict[str, tuple[float, ...]] = {}
    against: list[str] = []
    for column, metric in enumerate(templates[base.strategy].metrics):
        both, same = values[:2, :, column].ravel(), values[0, :, column]
        factors[metric] = tuple(_gain(other[:, column], same, both) for other in values[2:])
        tests = len(others) * len(ways)
        against += [
            f"{metric} ({arm.strategy})"
            for arm, other in zip(others, values[2:], strict=True)
            if _opposed(other[:, column], same) < SURE / tests
        ]
    return tuple(arm.strategy for arm in others), factors, against


def _gain(other: Array, same: Array, both: Array) -> float:
    """Return how many times the variance of a difference over independent seeds is that over the same luck."""
    apart = float(np.var(other, ddof=1) + np.var(both, ddof=1))
    together = float(np.var(other - same, ddof=1))
    if together > 1e-20 * apart:
        return apart / together
    return float("inf") if apart > 0 else float("nan")


def _opposed(one: Array, two: Array) -> float:
    """Return the chance of ranks as opposed as these if luck were independent (Spearman, one-sided)."""
    from scipy.stats import spearmanr

    if np.ptp(one) == 0 or np.ptp(two) == 0:
        return 1.0
    return float(spearmanr(one, two, alternative="less").pvalue)
