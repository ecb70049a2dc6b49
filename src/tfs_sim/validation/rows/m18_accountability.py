"""M18: data and accountability together do more than their sum."""

from __future__ import annotations

from itertools import product

from tfs_sim.validation.factorial import Arm, over_points
from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.space import judge, laboratory, metric

MONTHS = 30


def _interaction(budget: Budget) -> Measured:
    arms: list[Arm] = []
    for data, account in product((0.0, 1.0), (0.0, 1.0)):
        doses = (("shared-data-system", data), ("accountability-practice", account))
        interventions = [{"use": use, "dose": dose, "paid_by": "outside"} for use, dose in doses]
        arms.append((laboratory(months=MONTHS, interventions=interventions), {}))
    neither, account_only, data_only, both = over_points(budget, arms, metric("effort", 12, MONTHS))
    return judge(
        (both - data_only) - (account_only - neither), neither.std(axis=1, ddof=1), 0.2,
        "effort: effect of accountability with data less its effect without",
    )  # fmt: skip


ROWS = (
    Row("M18", "Data and accountability reinforce each other", "[together2020] on data and accountability", "ubiquity",
        "a positive interaction on effort", _interaction,
        (Null({"accountability.shown": 0.0}), Null({"accountability.esteem": 0.0}))),
)  # fmt: skip
