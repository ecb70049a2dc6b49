"""M24: adaptive sites lose less contact in a crisis and recover sooner.

A community that moves contact to other channels, with a prepared one, is compared with one that does not move any.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import draws, engine
from tfs_sim.scenario import Scenario
from tfs_sim.validation import running
from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.space import judge, laboratory, metric, plausible_points, ubiquity
from tfs_sim.validation.space import with_parameters as at

ONSET, LASTS, MONTHS = 12, 12, 42


def _struck(adaptive: bool) -> Scenario:
    return laboratory(
        months=MONTHS,
        mechanisms={"participation": False, "adaptation": adaptive},  # who joins meanwhile is another question
        shocks=[{"use": "community-crisis", "onset": "2021-01", "depth": 0.8, "lasts": LASTS, "decay": 3}],
        interventions=[{"use": "crisis-channel", "dose": 0.8, "paid_by": "outside"}] if adaptive else [],
    )


def _ties(budget: Budget, first: int, last: int, quantity: str) -> Measured:
    return ubiquity(budget, _struck(False), _struck(True), metric("density", first, last), quantity)


def _share_met(budget: Budget, adaptive: bool) -> NDArray[np.float64]:
    """Return the share of open ties that were used in the last quarter of the crisis: [points, replicates]."""
    template = _struck(adaptive).to_template()
    rows = []
    for point in plausible_points(budget.points, budget.seed):
        model = at(template, point)
        row = []
        for replicate in range(budget.replicates):
            _, world = model.fresh()
            key = draws.run_key(budget.seed, replicate)
            running.run_months(model, world, key, engine.DRAW_START, ONSET + LASTS, model.output())
            row.append(float((world.idle[world.is_open == 1] < 3).mean()) if world.is_open.any() else 0.0)
        rows.append(row)
    return np.array(rows)


def _contact(budget: Budget) -> Measured:
    without, with_it = _share_met(budget, False), _share_met(budget, True)
    return judge(with_it - without, without.std(axis=1, ddof=1), 0.2, "share of ties used in the crisis")


ROWS = (
    Row("M24a", "Adaptive sites lose less contact", "[together2020], lesson five", "ubiquity",
        "more ties are used in the crisis where contact moves to other channels", _contact,
        (Null({"adaptation.spontaneous": 0.0, "adaptation.channel": 0.0}),)),
    Row("M24b", "… and recover sooner", "[together2020], lesson five", "ubiquity",
        "more ties in the year after the crisis",
        lambda budget: _ties(budget, ONSET + LASTS, ONSET + LASTS + 12, "density in the year after"),
        (Null({"adaptation.spontaneous": 0.0, "adaptation.channel": 0.0}),)),
)  # fmt: skip
