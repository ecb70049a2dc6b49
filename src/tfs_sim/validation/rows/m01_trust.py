"""M1: trust is slow to build and quick to lose; without forgetting and bias it converges to the true rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.scenario import Scenario
from tfs_sim.validation.forks import Fork, over_points
from tfs_sim.validation.row import Agreement, Budget, Measured, Null, Row
from tfs_sim.validation.space import (
    METRIC_NAMES,
    Point,
    judge,
    laboratory,
    metric,
    run_all,
    run_measures,
    with_parameters,
)

START, LONGEST, PART = 12, 36, 0.1
"""Month of the fork, months followed, and the part of the way to full trust, or to none, that is waited for.

In parts of the way that is left, because where trust is above a half a broken promise moves it more than a kept one by
arithmetic alone.
"""
ALONE = {"others": False, "community": True, "levers": True, "trust": True}
PLAIN: Point = {
    "community": {"history": 0.0, "density": 1.0, "homophily": 0.0},
    "trust": {
        "prior_good": 1.0,
        "prior_bad": 1.0,
        "negativity": 1.0,
        "everyday_contact": 10.0,
        "newcomer_reliability": 1.0,
        "reliability": 0.8,
        "attention": 1000.0,
    },
}
"""Everyone has a tie with everyone, meets every month, and starts as a stranger of whom nothing is known (.5)."""


ALWAYS: dict[float, Point] = {
    kept: {
        "trust": {"reliability": kept, "newcomer_reliability": 1.0, "overload": 0.0, "unclear_goals": 0.0},
        "histories": {"broken_promises": 0.0},
    }
    for kept in (0.0, 1.0)
}
EQUAL: Point = {"trust": {"negativity": 1.0}}
"""A broken promise weighs as much as a kept one."""
"""What makes everyone break, or keep, every promise."""


def months_to(trust: NDArray[np.float64], end: float) -> float:
    """Return the months until trust has gone PART of the way to an end (the longest followed, if it never does)."""
    reached = np.flatnonzero((trust - trust[0]) / (end - trust[0]) >= PART)
    return float(reached[0]) if len(reached) else float(LONGEST)


def _gain_and_loss(template: engine.Template, seed: int, replicate: int) -> list[float]:
    """Return how long trust takes to go PART of the way up if every promise is kept, down if every one is broken.

    And down if from then on a broken promise weighs no more than a kept one.
    """
    fork = Fork(template, seed, replicate, START)
    arms = ((1.0, template), (0.0, template), (0.0, with_parameters(template, EQUAL)))
    courses = ((end, fork.go_on(LONGEST, with_parameters(arm, ALWAYS[end]))[1]) for end, arm in arms)
    return [months_to(out[:, 0, METRIC_NAMES.index("trust")], end) for end, out in courses]


def still(months: int) -> Scenario:
    """Return the laboratory in which table, staff and repair stay as they are: arms differ in promises alone."""
    off = {"participation": False, "turnover": False, "smoothing": False, "fresh_start": False, "repair": False,
             "patience": False, "invitation": False, "ties": False}  # fmt: skip
    return laboratory(months=months, mechanisms=off)


def _slow_to_build(budget: Budget) -> Measured:
    cheap = Budget(budget.points, max(2, budget.replicates // 4), budget.workers, budget.seed)

    def measure(template: engine.Template, point: Point, replicate: int) -> list[float]:
        return _gain_and_loss(template, budget.seed, replicate)

    times = over_points(cheap, still(START + LONGEST + 1), measure)
    gain, loss, equal = (times[..., n] for n in range(3))
    note = f"median {np.median(gain):.0f} months to gain {PART:.0%} of what is missing, {np.median(loss):.0f} to lose "
    note += f"{PART:.0%} of what is there, {np.median(equal):.0f} if a broken promise weighs no more than a kept one"
    # whole months: what lies within one adds its own spread, where replicates may all be alike
    spread = np.sqrt(loss.var(axis=1, ddof=1) + 1.0 / 12.0)
    slower = np.minimum((gain - loss).mean(axis=1), (equal - loss).mean(axis=1))[:, None]
    said = "months to lose against months to gain, or to lose at equal weights, the smaller difference"
    return judge(slower, spread, 0.2, said, note)


def _true_rate(budget: Budget) -> Measured:
    rates = (0.5, 0.8, 0.95)
    memory: Point = {"trust": {"memory": 0.0}}
    scenario = laboratory(months=600, clock={"run_in": 0}, mechanisms=ALONE)
    templates = [
        with_parameters(
            with_parameters(scenario.to_template(), PLAIN), {"trust": {**memory["trust"], "reliability": r}}
        )
        for r in rates
    ]
    runs = run_all(templates, budget.replicates, budget.seed, budget.workers, metric("trust", -1))
    means, errors = runs.mean(axis=1), runs.std(axis=1, ddof=1) / np.sqrt(budget.replicates)
    # what a stranger is credited with still weighs 2 in 602 encounters
    bias = np.array([2.0 * abs(0.5 - r) / 602.0 for r in rates])
    wrong = np.abs(means - rates) - bias
    return Measured(
        holds=bool((wrong < 4.0 * errors).all()),
        found="trust " + ", ".join(f"{m:.4f} at {r:g}" for m, r in zip(means, rates, strict=True)),
        figure=Agreement(tuple(f"rate {r:g}" for r in rates), rates, tuple(means), tuple(errors), "mean trust"),
        note="after 600 encounters; the stranger's prior may still move it by " + f"{bias.max():.4f}",
    )


def _beta_bernoulli(budget: Budget) -> Measured:
    rate, n, half_life = 0.8, 24, 12.0
    keep = 2.0 ** (-1.0 / half_life)
    weight, spread = 1.0 / (1.0 - keep), 1.0 / (1.0 - keep**2)
    cases = (
        ("after 24 encounters", n, 0.0, (1 + n * rate) / (2 + n), n * rate * (1 - rate) / (2 + n) ** 2),
        ("steady state", 240, half_life, (1 + weight * rate) / (2 + weight),
         spread * rate * (1 - rate) / (2 + weight) ** 2),
    )  # fmt: skip
    labels, expected, measured, errors = [], [], [], []
    worst = 0.0
    for label, months, memory, mean, variance in cases:
        template = with_parameters(
            laboratory(months=months, clock={"run_in": 0}, mechanisms=ALONE).to_template(), PLAIN
        )
        template = with_parameters(template, {"trust": {"memory": memory}})
        runs = run_measures(
            template,
            budget.replicates,
            budget.seed,
            budget.workers,
            lambda out, world: np.array([world.trust.mean(), world.trust.var(), world.trust.size]),
        )
        count = runs[0, 2]
        # independent ends of independent pairs; the standard error of a variance from the binomial's near normality
        error = np.array([np.sqrt(variance / count), variance * np.sqrt(2.0 / count)]) / np.sqrt(budget.replicates)
        for m, what in enumerate(("mean", "standard deviation")):
            found = runs[:, m].mean()
            worst = max(worst, abs(found - (mean, variance)[m]) / error[m])
            scale = (lambda v: v) if m == 0 else np.sqrt
            labels.append(f"{what}, {label}")
            expected.append(float(scale((mean, variance)[m])))
            measured.append(float(scale(found)))
            errors.append(float(error[m] if m == 0 else error[m] / (2.0 * np.sqrt(variance))))
    return Measured(
        holds=worst < 4.0,
        found=f"largest difference {worst:.1f} standard errors over mean and variance, with and without forgetting",
        figure=Agreement(tuple(labels), tuple(expected), tuple(measured), tuple(errors), "trust"),
    )


ROWS = (
    Row("M1a", "Trust is slow to build and quick to lose", "[slovic1993]", "ubiquity",
        "a tenth of the trust there is goes sooner than a tenth of what is missing comes, and than at equal weights",
        _slow_to_build,
        (Null({"trust.negativity": 1.0}),)),
    Row("M1b", "Trust finds the true rate", "[josang2002]", "exact",
        "without forgetting and bias mean trust converges to the true rate of kept promises", _true_rate,
        (Null({"trust.reliability": 0.0}),)),
    Row("M1c", "Beta-Bernoulli trust", "closed form", "exact",
        "mean and variance after 24 encounters, and in the steady state under forgetting", _beta_bernoulli,
        (Null({"trust.memory": 0.0}),)),
)  # fmt: skip
