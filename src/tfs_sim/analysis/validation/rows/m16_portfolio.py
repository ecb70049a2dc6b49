"""M16: low clarity and high portfolio pressure together make an initiative fade, also where trust is high."""

from __future__ import annotations

import numpy as np

from tfs_sim.analysis.validation.factorial import Arm, over_points
from tfs_sim.analysis.validation.row import Budget, Measured, Row
from tfs_sim.analysis.validation.space import judge, laboratory, metric

MONTHS = 36
SOURCE = "The brief on clarity and portfolio pressure"
TRUSTING: dict[str, dict[str, float | str]] = {"trust": {"prior_good": 3.0, "prior_bad": 0.5, "reliability": 0.97}}


def _arm(clear: bool, crowded: bool) -> Arm:
    practices = [("goal-clarity-retreats", 0.5), ("written-principles", 1.0)]
    interventions = [{"use": use, "dose": dose, "paid_by": "outside"} for use, dose in practices] if clear else []
    scenario = laboratory(months=MONTHS, interventions=interventions)
    return scenario, {**TRUSTING, "portfolio": {"pressure": 0.8 if crowded else 0.2}}


def _fades(budget: Budget) -> Measured:
    neither, both = over_points(budget, [_arm(True, False), _arm(False, True)], metric("support", 12, MONTHS))
    return judge(neither - both, neither.std(axis=1, ddof=1), 0.2, "support with neither less support with both",
                 note="trust in strangers .86, promises kept 97%")  # fmt: skip


def _together(budget: Budget) -> Measured:
    arms = [_arm(True, True), _arm(False, False), _arm(False, True)]
    crowded, unclear, both = over_points(budget, arms, metric("attention", 12, MONTHS))
    alone = np.minimum(crowded.mean(axis=1, keepdims=True), unclear.mean(axis=1, keepdims=True))
    return judge(alone - both, both.std(axis=1, ddof=1), 0.2, "attention with the worse of the two less with both",
                 note="the worse of the two alone, at each point")  # fmt: skip


ROWS = (
    Row("M16a", "Unclear and crowded out, an initiative fades", SOURCE, "ubiquity",
        "less support with low clarity and high portfolio pressure, at high trust", _fades),
    Row("M16b", "Both together take more attention than either", SOURCE, "ubiquity",
        "less attention with both than with the worse of the two alone", _together),
)  # fmt: skip
