"""M3: sites with difficult histories take longer to reach the same trust; some never do without help."""

from __future__ import annotations

import numpy as np

from tfs_sim.model import engine
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.scenario import Scenario
from tfs_sim.validation import running
from tfs_sim.validation.forks import over_points
from tfs_sim.validation.row import Budget, Measured, Null, Region, Row
from tfs_sim.validation.space import METRIC_NAMES, Point, judge, laboratory, run_all, with_parameters

LONG = 60
ABOVE = 0.1
"""Trust above a stranger's that a community of partners should come to."""
TRUST = METRIC_NAMES.index("trust")
HELP = ("facilitated-conversations", "trust-building-convenings", "steady-communication")


def _site(grievance: float, months: int, *, help_at_hand: bool = False) -> Scenario:
    return laboratory(
        months=months,
        sites={"lab": {"grievance": grievance}},
        interventions=[{"use": name, "dose": 1.0, "paid_by": "outside"} for name in HELP] if help_at_hand else [],
    )


def _longer(budget: Budget) -> Measured:
    burdened = _site(0.7, LONG).to_template()

    def measure(template: engine.Template, point: Point, replicate: int) -> list[float]:
        arms = (template, with_parameters(burdened, point))
        return [float(t) for arm in arms for t in running.run_replicate(arm, budget.seed, replicate)[:, 0, TRUST]]

    cheap = Budget(budget.points, budget.replicates // 2, budget.workers, budget.seed)
    # everyone starts as a stranger: trust must be built
    courses = over_points(cheap, _site(0.0, LONG), measure, fixed={"community": {"history": 0.0}})
    free, held = courses[..., :LONG], courses[..., LONG:]
    level = free[..., 12:24].mean(axis=(1, 2))[:, None, None]
    without, with_it = (
        np.where((c >= level).any(axis=-1), np.argmax(c >= level, axis=-1), LONG).astype(float) for c in (free, held)
    )
    note = f"median {np.median(without):.0f} months without histories, {np.median(with_it):.0f} with; {LONG} is never"
    spread = np.maximum(without.std(axis=1, ddof=1), 1.0)
    return judge(with_it - without, spread, 0.2, "added months to the same trust", note)


def _never(budget: Budget) -> Measured:
    shares = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    replicates = 24 if budget.quick else 100
    stranger = record(MECHANISMS["trust"].parameters)
    level, years = stranger.prior_good / (stranger.prior_good + stranger.prior_bad) + ABOVE, 10
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
        found=f"trust of {level:.2f} ({ABOVE} above a stranger's) within {years} years: {alone[0]:.0%} of sites "
        f"without histories, {alone[-1]:.0%} with a history in every pair, {helped_curve[-1]:.0%} of those with help",
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
    Row("M3a", "Difficult histories delay trust", "[together2020], lesson two", "ubiquity",
        "high-grievance sites take longer to reach the same trust", _longer,
        (Null({"histories.depth": 0.0}),)),
    Row("M3b", "Some sites never get there alone", "[together2020], lesson two", "existence",
        "with many histories no trust without an intervention; with few, trust", _never,
        (Null({"histories.depth": 0.0}), Null(without=HELP))),
)  # fmt: skip
