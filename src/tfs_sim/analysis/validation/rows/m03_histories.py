"""M3: sites with difficult histories take longer to reach the same trust; some never do without help."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.validation.row import Budget, Measured, Region, Row
from tfs_sim.analysis.validation.space import (
    METRIC_NAMES,
    judge,
    laboratory,
    plausible_points,
    run_all,
    with_parameters,
)
from tfs_sim.scenario import Scenario

LONG = 60
TRUST = METRIC_NAMES.index("trust")
HELP = ("facilitated-conversations", "trust-building-convenings", "steady-communication")


def _site(grievance: float, months: int, *, help_at_hand: bool = False) -> Scenario:
    return laboratory(
        months=months,
        sites={"lab": {"grievance": grievance}},
        interventions=[{"use": name, "dose": 1.0, "paid_by": "outside"} for name in HELP] if help_at_hand else [],
    )


def _longer(budget: Budget) -> Measured:
    points = plausible_points(budget.points, budget.seed)
    for point in points:
        point.setdefault("community", {})["history"] = 0.0  # everyone starts as a stranger: trust must be built
    level: list[float] = []

    def months(place: int) -> NDArray[np.float64]:
        templates = [with_parameters(arms[place], point) for point in points]
        times = []
        for template, wanted in zip(templates, level, strict=True):
            reached = lambda out, wanted=wanted: float(  # noqa: E731
                np.argmax(out[:, 0, TRUST] >= wanted) if (out[:, 0, TRUST] >= wanted).any() else LONG
            )
            times.append(run_all([template], budget.replicates, budget.seed, budget.workers, reached)[0])
        return np.array(times)

    arms = [_site(0.0, LONG).to_template(), _site(0.7, LONG).to_template()]
    level += [
        float(v)
        for v in run_all(
            [with_parameters(arms[0], point) for point in points],
            budget.replicates,
            budget.seed,
            budget.workers,
            lambda out: float(out[12:24, 0, TRUST].mean()),
        ).mean(axis=1)
    ]
    without, with_it = months(0), months(1)
    note = f"median {np.median(without):.0f} months without histories, {np.median(with_it):.0f} with; {LONG} is never"
    return judge(
        with_it - without, np.maximum(without.std(axis=1, ddof=1), 1.0), 0.2, "added months to the same trust", note
    )


def _never(budget: Budget) -> Measured:
    shares = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    replicates = 24 if budget.quick else 100
    level, years = 0.6, 10
    curves, errors = {}, {}
    for label, helped in (("left alone", False), ("conversations, convenings, contact", True)):
        templates = [_site(float(s), 12 * years, help_at_hand=helped).to_template() for s in shares]
        reached = run_all(
            templates, replicates, budget.seed, budget.workers, lambda out: float((out[:, 0, TRUST] >= level).any())
        )
        curves[label] = reached.mean(axis=1)
        errors[label] = np.sqrt(curves[label] * (1.0 - curves[label]) / replicates)
    alone, helped_curve = curves.values()
    holds = bool(alone[0] >= 0.9 and alone[-1] <= 0.2 and (helped_curve - alone).max() >= 0.3)
    return Measured(
        holds=holds,
        found=f"trust of {level} within {years} years: {alone[0]:.0%} of sites without histories, {alone[-1]:.0%} "
        f"with a history in every pair, {helped_curve[-1]:.0%} of those with help",
        figure=Region(
            shares,
            curves,
            errors,
            "share of pairs with a difficult history",
            "share of sites that reach the trust",
            0.2,
        ),
    )


ROWS = (
    Row("M3a", "Difficult histories delay trust", "The brief, lesson one", "ubiquity",
        "high-grievance sites take longer to reach the same trust", _longer),
    Row("M3b", "Some sites never get there alone", "The brief, lesson one", "existence",
        "with many histories no trust without an intervention; with few, trust", _never),
)  # fmt: skip
