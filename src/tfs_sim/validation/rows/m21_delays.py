"""M21: at month 12 partnerships have grown and the population effect is inside the noise; years later it is not."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.engine import Template
from tfs_sim.validation.row import Budget, Measured, Null, Row
from tfs_sim.validation.space import judge, laboratory, metric, plausible_points, run_all
from tfs_sim.validation.space import with_parameters as at

PART = 0.2  # of the year-to-year standard deviation of the measured indicator
MONTHS = 121
"""Ten years and a month, as in the source's own horizon: mean delays of up to seven years are plausible."""
_START = {"lab": {"at_the_table": 0.3, "backbone": {"fte": 0.3}}}
_INITIATIVE: list[dict[str, object]] = [
    {"use": "backbone-staffing", "dose": 2.0, "paid_by": "outside"},
    {"use": "trust-building-convenings", "dose": 1.0, "paid_by": "outside"},
    {"use": "recruiting-the-willing", "paid_by": "outside"},
    {"use": "recognition-of-strengths", "paid_by": "outside"},
    {"use": "parent-and-student-engagement", "dose": 0.8, "paid_by": "outside"},
]


@cache
def _arm(initiative: bool, months: int) -> Template:
    return laboratory(months=months, sites=_START, interventions=_INITIATIVE if initiative else []).to_template()


def _effect(budget: Budget, name: str, month: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return paired effects [points, replicates] in a month, and the control's spread [points]."""
    points = plausible_points(budget.points, budget.seed)
    templates = [at(_arm(initiative, month + 1), point) for initiative in (False, True) for point in points]
    values = run_all(templates, budget.replicates, budget.seed, budget.workers, metric(name, month, month + 1))
    control, treated = np.split(values, 2)
    return treated - control, control.std(axis=1, ddof=1)


def _noise(budget: Budget) -> NDArray[np.float64]:
    return np.array([float(p["outcomes"]["cohort_noise"]) for p in plausible_points(budget.points, budget.seed)])


def _early(budget: Budget) -> Measured:
    effect, _ = _effect(budget, "indicator", 11)
    inside = PART * _noise(budget)[:, None] - np.abs(effect.mean(axis=1))[:, None]
    return judge(
        inside, np.ones(len(inside)), 0.0, "what is left to 0.2 SD of cohorts, month 12", unit="points of the indicator"
    )


def _late(budget: Budget) -> Measured:
    effect, _ = _effect(budget, "indicator", MONTHS - 1)
    return judge(effect, _noise(budget), PART, "effect on the indicator after ten years", unit="SD of cohorts")


def _number(budget: Budget) -> Measured:
    return judge(*_effect(budget, "partners", 11), 0.2, "partners at month 12")


def _quality(budget: Budget) -> Measured:
    return judge(*_effect(budget, "quality", 11), 0.2, "quality of the partnership at month 12")


NOTHING_DONE = Null(without=tuple(str(order["use"]) for order in _INITIATIVE))
"""What the initiative pays for does nothing."""


ROWS = (
    Row("M21a", "No population effect after a year", "[together2020], lesson four", "ubiquity",
        "at month 12 the effect is below 0.2 of the measured indicator's year-to-year SD", _early,
        (Null({"outcomes.delay": 0.1}),)),
    Row("M21b", "A population effect after years", "[hawkins2008]", "ubiquity",
        "after ten years it is above", _late,
        (Null({"outcomes.indicator_gain": 0.0}),)),
    Row("M21c", "Partnerships have grown in number after a year", "[together2020], lesson four", "ubiquity",
        "more partners at month 12", _number,
        (NOTHING_DONE,)),
    Row("M21d", "Partnerships have grown in quality after a year", "[together2020], lesson four", "ubiquity",
        "higher trust and agreement between partners at month 12", _quality,
        (NOTHING_DONE,)),
)  # fmt: skip
