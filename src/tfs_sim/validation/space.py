"""Points of the plausible parameter space, and paired effects over them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.pooling import wilson
from tfs_sim.model import draws, engine
from tfs_sim.model.catalogue import MECHANISMS, METRICS
from tfs_sim.model.declare import record, specification
from tfs_sim.model.state import BACKBONE
from tfs_sim.scenario import Scenario, load_scenario
from tfs_sim.validation import kept, running
from tfs_sim.validation.row import Budget, Effects, Measured
from tfs_sim.validation.running import Point, with_parameters

Measure = Callable[[NDArray[np.float64]], float]
"""From one run's output [months, sites, metrics] to the quantity that is compared."""

METRIC_NAMES = list(METRICS)


@dataclasses.dataclass(frozen=True)
class OfWorlds:
    """A measure that is read off the worlds at the start and at the end of a run, not off the metrics."""

    read: Callable[[engine.Template, Any, Any], float]


@dataclasses.dataclass(frozen=True)
class OfMonths:
    """A measure that is read off the world after every month (each only good until the next is asked for)."""

    read: Callable[[engine.Template, Iterator[Any]], float]


def trust_of_first_ties(_: engine.Template, before: Any, after: Any) -> float:
    """Return mean trust in the end over the ties of the start: the same pairs in every arm, newcomers or not."""
    backbone = before.role == BACKBONE
    ties = (before.is_open[before.pair] == 1) & ~backbone[before.source] & ~backbone[before.target]
    return float(after.trust[ties].mean())


def laboratory(**changes: Any) -> Scenario:
    """Return the laboratory scenario with changes (as `Scenario.with_` takes them)."""
    scenario = load_scenario("laboratory")
    return scenario.with_(**changes) if changes else scenario


def plausible_points(n: int, seed: int, mechanisms: Iterable[str] | None = None) -> list[Point]:
    """Return `n` points of a Latin hypercube over the plausible ranges of mechanisms' parameters (default: all).

    Half of the points are below a parameter's middle and half above (`Parameter.plausible`). Each parameter has a
    permutation of its own, drawn by its name: what others there are changes none of its values.
    """
    points: list[Point] = [{} for _ in range(n)]
    for name in mechanisms or MECHANISMS:
        for key, p in specification(MECHANISMS[name].parameters).items():
            if p.choices or p.low == p.high:
                continue
            rng = np.random.default_rng([seed, draws.identity(f"{name}.{key}")])
            shares = (rng.permutation(n) + rng.random(n)) / n
            for point, share in zip(points, shares.tolist(), strict=True):
                point.setdefault(name, {})[key] = p.plausible(share)
    return points


def metric(name: str, first: int | None = None, last: int | None = None) -> Measure:
    """Return the measure: mean of a metric over the months first … last − 1 and all sites."""
    place = METRIC_NAMES.index(name)
    return lambda out: float(out[first:last, :, place].mean())


def run_all(
    templates: Sequence[engine.Template],
    replicates: int,
    seed: int,
    workers: int,
    measure: Measure | OfWorlds | OfMonths,
) -> NDArray[np.float64]:
    """Return `measure` of every replicate of every template: float64 [templates, replicates]."""
    of = [kept.identity(template) for template in templates]
    tasks = [(t, r) for t in range(len(templates)) for r in range(replicates)]

    def one(task: tuple[int, int]) -> float:
        t, replicate = task
        if isinstance(measure, OfWorlds):
            return measure.read(templates[t], *_worlds(templates[t], seed, replicate))
        if isinstance(measure, OfMonths):
            return measure.read(templates[t], (w for _, w, _ in running.trace(templates[t], seed, replicate)))
        return measure(kept.run(templates[t], of[t], seed, replicate))

    engine.warm_up()
    with running.Threads(max(1, workers)) as pool:
        values = np.fromiter(pool.map(one, tasks), float, len(tasks)).reshape(len(templates), replicates)
        instead = running.current().instead
        if instead and not isinstance(measure, OfWorlds | OfMonths):
            # a model of means has no luck: the engine's own goes on top, so that effects have the same unit
            means = np.fromiter((measure(out) for out in pool.map(instead, templates)), float, len(templates))
            values += (means - values.mean(axis=1))[:, None]
    return values


def _worlds(template: engine.Template, seed: int, replicate: int) -> tuple[Any, Any]:
    """Return the world of a replicate at the start, and at the end."""
    state, world = template.fresh()
    out = template.output()
    key = draws.run_key(seed, replicate)
    running.run_months(template, world, key, engine.DRAW_START, 0, out)
    before = template.layout.world(template.fixed, state.copy())
    running.run_months(template, world, key, 0, template.months, out)
    return before, world


def over_points(
    budget: Budget,
    arms: Sequence[tuple[Scenario, Point]],
    measure: Measure | OfWorlds | OfMonths,
    replicates: int | None = None,
) -> NDArray[np.float64]:
    """Return a measure for every arm at every point of the plausible space: [arms, points, replicates].

    An arm is a scenario and parameters that it holds, whatever the point says.
    """
    points = plausible_points(budget.points, budget.seed)
    templates = [
        with_parameters(with_parameters(template, point), held)
        for template, held in ((scenario.to_template(), held) for scenario, held in arms)
        for point in points
    ]
    values = run_all(templates, replicates or budget.replicates, budget.seed, budget.workers, measure)
    return values.reshape(len(arms), len(points), -1)


def run_measures(
    template: engine.Template,
    replicates: int,
    seed: int,
    workers: int,
    measure: Callable[[NDArray[np.float64], Any], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return several quantities of every replicate, read off output and last world: [replicates, quantities]."""

    def one(replicate: int) -> NDArray[np.float64]:
        _, world = template.fresh()
        out = template.output()
        key = draws.run_key(seed, replicate)
        running.run_months(template, world, key, engine.DRAW_START, template.months, out)
        return np.array(measure(out, world))

    engine.warm_up()
    with running.Threads(max(1, workers)) as pool:
        return np.array(list(pool.map(one, range(replicates))))


def ubiquity(
    budget: Budget,
    control: Scenario,
    treated: Scenario,
    measure: Measure | OfWorlds | OfMonths,
    quantity: str,
    *,
    sign: int = 1,
    least: float = 0.2,
    mechanisms: Iterable[str] | None = None,
    fixed: Mapping[str, Mapping[str, float | str]] | None = None,
) -> Measured:
    """Check that treated − control has the sign and at least `least` control SDs in 90% of the plausible space.

    Parameters
    ----------
    control, treated : the two arms; the point's parameters are set in both, over the same luck.
    measure : what is compared; `quantity` names it on the figure.
    sign : the required sign of the effect.
    least : the least effect, in standard deviations between replicates of the control arm.
    mechanisms : whose parameters vary (default: all).
    fixed : parameters that do not vary with the point, for both arms.
    """
    points = plausible_points(budget.points, budget.seed, mechanisms)
    arms = [scenario.to_template() for scenario in (control, treated)]
    for point in points:
        for name, held in (fixed or {}).items():
            point.setdefault(name, {}).update(held)
    templates = [with_parameters(arm, point) for arm in arms for point in points]
    values = run_all(templates, budget.replicates, budget.seed, budget.workers, measure)
    without, with_it = values[: len(points)], values[len(points) :]
    return judge(sign * (with_it - without), without.std(axis=1, ddof=1), least, quantity)


def percent(share: float) -> str:
    """Return a share in whole percent, or with a decimal where rounding would carry it over what is required."""
    return f"{share:.1%}" if share < REQUIRED_SHARE <= round(share, 2) else f"{share:.0%}"


REQUIRED_SHARE = 0.9
"""Share of the plausible space in which a ubiquitous effect must hold (evidence: "how patterns are tested")."""


def enough(share: float, points: int) -> bool:
    """Return whether a share of sampled points is enough for ubiquity.

    With 100 points or more the share itself must be 90%. A quicker look at fewer points fails a row only where
    a true share of 90% would give as few with a chance below 5%.
    """
    if points >= 100:
        return share >= REQUIRED_SHARE
    return share >= REQUIRED_SHARE - 1.645 * float(np.sqrt(REQUIRED_SHARE * (1.0 - REQUIRED_SHARE) / points))


def judge(
    differences: NDArray[np.float64],
    spread: NDArray[np.float64],
    least: float,
    quantity: str,
    note: str = "",
    unit: str = "SD",
) -> Measured:
    """Return the verdict on paired differences [points, replicates] in units of `spread` [points].

    That is the control's standard deviation between replicates, unless `unit` says otherwise. Ones leave it as it is.
    """
    effects = differences.mean(axis=1) / np.maximum(spread, 1e-12)
    if not effects.size:
        nothing = Effects(np.zeros(1), least, quantity, unit)
        return Measured(holds=False, found="at no point is there anything to judge", figure=nothing, note=note)
    good = int((effects >= least).sum())
    low, high = wilson(good, len(effects))
    share = good / len(effects)
    return Measured(
        holds=enough(share, len(effects)),
        found=f"in {percent(share)} of {len(effects)} points (median effect {np.median(effects):.2f} {unit})",
        figure=Effects(effects, least, quantity, unit),
        interval=(low, high),
        share=share,
        note=note,
    )


__all__ = [
    "REQUIRED_SHARE",
    "Budget",
    "Measure",
    "OfMonths",
    "OfWorlds",
    "Point",
    "enough",
    "judge",
    "laboratory",
    "metric",
    "over_points",
    "percent",
    "plausible_points",
    "record",
    "run_all",
    "run_measures",
    "trust_of_first_ties",
    "ubiquity",
    "wilson",
    "with_parameters",
]
