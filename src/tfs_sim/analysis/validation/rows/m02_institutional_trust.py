"""M2: partnerships with high documentation lose less effective trust per departure."""

from __future__ import annotations

import numpy as np

from tfs_sim.analysis.validation.forks import Fork
from tfs_sim.analysis.validation.row import Budget, Measured, Row
from tfs_sim.analysis.validation.space import judge, laboratory, plausible_points, with_parameters
from tfs_sim.model import engine

MONTH = 24


def _loss(template: engine.Template, replicate: int) -> float:
    """Return the trust that ties lose in the month in which everybody leaves, for each departure."""
    fork = Fork(template, 1, replicate, MONTH)
    ties = fork.now().is_open == 1
    before = fork.now().trust[ties].mean()
    state, _ = fork.go_on(1)
    world = fork.world(state)
    return float((before - world.trust[ties].mean()) / max(world.departed.sum(), 1))


def _check(budget: Budget) -> Measured:
    arms = []
    for dose in (0.0, 1.0):
        scenario = laboratory(
            months=MONTH + 1,
            interventions=[{"use": "procedure-manuals", "dose": dose, "paid_by": "outside"}],
            shocks=[{"use": "leadership-change", "onset": "2022-01", "depth": 1.0}],
        )
        arms.append(scenario.to_template())
    points = plausible_points(budget.points, budget.seed)
    losses = np.array(
        [
            [[_loss(with_parameters(arm, point), r) for r in range(budget.replicates // 2)] for point in points]
            for arm in arms
        ]
    )
    without, with_it = losses
    note = f"mean loss of trust for each departure {without.mean():.4f} without and {with_it.mean():.4f} with manuals"
    return judge(without - with_it, without.std(axis=1, ddof=1), 0.2, "trust saved for each departure", note)


ROWS = (
    Row("M2", "What is written outlasts people", "Zaheer, McEvily & Perrone 1998", "ubiquity",
        "with high documentation less effective trust is lost for each departure", _check),
)  # fmt: skip
