"""M20: community support lags engagement, and it buffers later shocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.space import METRIC_NAMES, judge, laboratory, metric, plausible_points, run_all
from tfs_sim.validation.space import with_parameters as at

ENGAGEMENT, SUPPORT = METRIC_NAMES.index("family_engagement"), METRIC_NAMES.index("community_support")
_ENGAGED = [{"use": "parent-and-student-engagement", "from": "2020-07", "dose": 0.8, "paid_by": "outside"}]
_CRISIS = [{"use": "community-crisis", "onset": "2022-07", "depth": 0.8, "lasts": 12}]


def _lag_of(out: NDArray[np.float64]) -> float:
    """Return by how many months support reaches half of its eventual rise later than engagement does."""

    def half_time(series: NDArray[np.float64]) -> int:
        start, end = series[:6].mean(), series[-6:].mean()
        return int(np.argmax(series[6:] >= 0.5 * (start + end)))

    return half_time(out[:, 0, SUPPORT]) - half_time(out[:, 0, ENGAGEMENT])


def _lag(budget: Budget) -> Measured:
    arm = laboratory(interventions=_ENGAGED).to_template()
    points = plausible_points(budget.points, budget.seed)
    lags = run_all([at(arm, point) for point in points], budget.replicates, budget.seed, budget.workers, _lag_of)
    quantity = "lag of support behind engagement, beyond three months"
    note = "half-way points of both rises are compared"
    return judge(lags - 3.0, np.ones(len(points)), 0.0, quantity, note, unit="months")


def _buffer(budget: Budget) -> Measured:
    points = plausible_points(budget.points, budget.seed)
    arms = [
        laboratory(months=48, interventions=levers, shocks=shocks).to_template()
        for levers in ([], _ENGAGED)
        for shocks in ([], _CRISIS)
    ]
    templates = [at(arm, point) for arm in arms for point in points]
    values = run_all(templates, budget.replicates, budget.seed, budget.workers, metric("take_up", 30, 42))
    plain, struck, engaged, engaged_struck = np.split(values, 4)
    saved = (plain - struck) - (engaged - engaged_struck)
    return judge(saved, plain.std(axis=1, ddof=1), 0.2, "how much less take-up falls in a crisis after engagement")


ROWS = (
    Row("M20a", "Community support follows engagement later", "[together2020], lesson one", "ubiquity",
        "community support lags engagement by at least three months", _lag,
        (Null({"families.building_time": 1.0}),)),
    Row("M20b", "Community support buffers a later crisis", "[together2020], lessons one and five", "ubiquity",
        "take-up falls less in a crisis where families were engaged before", _buffer,
        (Null({"families.pull": 0.0}),)),
)  # fmt: skip
