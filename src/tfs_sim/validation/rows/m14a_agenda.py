"""M14a: turnover helps fast learners, hurts slow ones; a changing world makes an agenda obsolete without newcomers."""

from __future__ import annotations

import numpy as np

from tfs_sim.validation.row import Budget, Measured, Null, Region, Row
from tfs_sim.validation.rows.r1_mutual_learning import march, with_chances
from tfs_sim.validation.space import metric, run_all

LEARNING = (0.1, 0.3, 0.5, 0.7, 0.9)
RATES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)
TURBULENCE = 0.02


def _turnover(budget: Budget) -> Measured:
    runs = 5 if budget.quick else 40
    template = march(20)
    without, with_it = (
        run_all([with_chances(template, p1, 0.5, p3) for p1 in LEARNING], runs, budget.seed, budget.workers,
                metric("agenda", -1))
        for p3 in (0.0, 0.1)
    )  # fmt: skip
    effect = with_it - without
    means, errors = effect.mean(axis=1), effect.std(axis=1, ddof=1) / np.sqrt(runs)
    return Measured(
        holds=bool(means[0] + 2 * errors[0] < 0 < means[-1] - 2 * errors[-1]),
        found=f"{means[0]:+.3f} for slow learners, {means[-1]:+.3f} for fast ones",
        figure=Region(
            np.array(LEARNING), {"10% leave in a period": means}, {"10% leave in a period": errors},
            "chance to learn from the agenda (p1)", "effect of turnover on what the agenda knows", threshold=0.0,
        ),
        note="after 20 periods, p2 = 0.5, paired over the same luck",
    )  # fmt: skip


def _obsolescence(budget: Budget) -> Measured:
    runs = 4 if budget.quick else 20
    template = march(150)
    arms = [with_chances(template, 0.5, 0.5, p3, p4) for p4 in (0.0, TURBULENCE) for p3 in RATES]
    values = run_all(arms, runs, budget.seed, budget.workers, metric("agenda", -30))
    means = values.mean(axis=1).reshape(2, len(RATES))
    errors = (values.std(axis=1, ddof=1) / np.sqrt(runs)).reshape(2, len(RATES))
    calm, changing = means
    best = int(np.argmax(changing))
    obsolete = changing[0] + 2 * errors[1, 0] < 0.15 < changing[best] - 2 * errors[1, best]
    return Measured(
        holds=bool(obsolete and calm[0] > 0.7),
        found=f"without turnover {calm[0]:.2f} in a calm world, {changing[0]:.2f} in a changing one; "
        f"with {RATES[best]:.0%} turnover {changing[best]:.2f}",
        figure=Region(
            np.array(RATES), {"calm world": calm, "changing world": changing},
            {"calm world": errors[0], "changing world": errors[1]},
            "share of people who leave in a period (p3)", "what the agenda knows",
        ),
        note="periods 121 to 150, p1 = p2 = 0.5, a fact changes with chance .02 in a period",
    )  # fmt: skip


ROWS = (
    Row("M14aa", "Turnover helps fast learners and hurts slow ones", "[march1991]", "existence",
        "turnover lowers knowledge where learning is slow and raises it where learning is fast", _turnover,
        (Null({"turnover.rate_nonprofit": 0.0}),)),
    Row("M14ab", "Without newcomers a changing world makes the agenda obsolete", "[march1991]", "existence",
        "knowledge decays to below .15 without turnover and stays above it with some", _obsolescence,
        (Null({"agenda.turbulence": 0.0}),)),
)  # fmt: skip
