"""The five principles of collective impact as a 2⁵ experiment: without trust the other four lose their effect."""

from __future__ import annotations

import numpy as np

from tfs_sim.experiments import load_experiment
from tfs_sim.validation.row import Budget, Measured, Null, Region, Row
from tfs_sim.validation.space import metric, run_all

OTHERS = (
    "backbone-staffing", "recognition-of-strengths", "persistent-invitation", "parent-and-student-engagement",
    "goal-clarity-retreats", "shared-data-system", "accountability-practice",
)  # fmt: skip
"""What the other four principles consist of."""


def _two_to_the_fifth(budget: Budget) -> Measured:
    experiment = load_experiment("five-principles")
    arms = {
        level: [arm for arm in experiment.arms() if arm.levels["relationships"] == level]
        for level in ("trusted", "no trust")
    }
    replicates = 4 * budget.replicates
    measure = metric("performance", 24, 36)
    curves, errors, effects = {}, {}, {}
    for level, found in arms.items():
        count = np.array([4 if a.strategy == "all-four" else _count(a.strategy) for a in found])
        templates = [arm.scenario.to_template() for arm in found]
        values = run_all(templates, replicates, budget.seed, budget.workers, measure)
        by_count = np.array([values[count == n].mean(axis=0) for n in range(5)])
        curves[level] = by_count.mean(axis=1)
        errors[level] = by_count.std(axis=1, ddof=1) / np.sqrt(replicates)
        gain = by_count[4] - by_count[0]  # paired: over the same luck
        effects[level] = (float(gain.mean()), float(gain.std(ddof=1) / np.sqrt(replicates)))
    (trusted, error), (untrusted, _) = effects["trusted"], effects["no trust"]
    return Measured(
        holds=trusted > 3 * error and untrusted < 0.1 * trusted,
        found=f"all four add {trusted:+.1f} where there is trust, {untrusted:+.1f} where there is none",
        figure=Region(np.arange(5.0), curves, errors, "How many of the other four principles",
                      "Joint gain (students for 1,000 in need)"),
        interval=(trusted - 1.96 * error, trusted + 1.96 * error),
        note="At the default point, means over all combinations of so many. Over the plausible space joint work pays "
        "in a minority of points; elsewhere there is no effect to lose.",
    )  # fmt: skip


def _count(strategy: str) -> int:
    return 0 if strategy == "no-other-principle" else strategy.count("-and-") + 1


ROWS = (
    Row("principles", "Without trust the other four principles lose their effect", "[together2020]; [kania2011]",
        "existence", "all four add to joint gain where there is trust; under a tenth of it without", _two_to_the_fifth,
        (Null({"trust.prior_good": 4.0, "trust.prior_bad": 1.0, "community.history": 6.0}), Null(without=OTHERS))),
)  # fmt: skip
