"""M14b: clarity differs between leaders, falls after turnover, is closed up by retreats, and is not support."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfs_sim.validation.row import Budget, Effects, Measured, Null, Region, Row
from tfs_sim.validation.space import (
    judge,
    laboratory,
    metric,
    plausible_points,
    run_all,
    ubiquity,
    wilson,
    with_parameters,
)

MONTHS = 36
FEWEST = 5
NOTE = "points where fewer than five partners are left do not count: there is nobody to differ"
LEAST_SPREAD = 0.05
HIGH_SUPPORT, LOW_CLARITY = 0.1, 0.6


def _retreats(dose: float) -> list[dict[str, object]]:
    return [{"use": "goal-clarity-retreats", "dose": dose, "paid_by": "outside"}]


def _standing(budget: Budget, first: int, last: int, *names: str) -> list[NDArray[np.float64]]:
    """Return metrics [points, replicates] at the points where a partnership of some size stands in those months."""
    points = plausible_points(budget.points, budget.seed)
    template = laboratory(months=last).to_template()
    templates = [with_parameters(template, point) for point in points]
    partners, *values = (
        run_all(templates, budget.replicates, budget.seed, budget.workers, metric(name, first, last))
        for name in ("partners", *names)
    )
    stands = partners.mean(axis=1) >= FEWEST
    return [each[stands] for each in values]


def _differs(budget: Budget) -> Measured:
    spread = _standing(budget, 6, 15, "clarity_spread")[0].mean(axis=1)
    good = int((spread >= LEAST_SPREAD).sum())
    return Measured(
        holds=good >= 0.9 * len(spread),
        found=f"in {good / len(spread):.0%} of {len(spread)} points (median {np.median(spread):.2f})",
        figure=Effects(spread, LEAST_SPREAD, "standard deviation of clarity between partners", "0 to 1"),
        interval=wilson(good, len(spread)),
        share=good / len(spread),
        note=NOTE,
    )


def _turnover(budget: Budget) -> Measured:
    wave = {"use": "departure-wave", "onset": "2021-07", "depth": 0.5}
    return ubiquity(
        budget,
        laboratory(months=30),
        laboratory(months=30, shocks=[wave]),
        metric("clarity", 18, 30),
        "clarity in the year after a wave of departures, against none",
        sign=-1,
    )


def _spread(budget: Budget) -> Measured:
    retreat = {"use": "goal-clarity-retreats", "from": "2021-01", "lasts": 1, "dose": 1.0, "paid_by": "outside"}
    return ubiquity(
        budget,
        laboratory(months=15),
        laboratory(months=15, interventions=[retreat]),
        metric("clarity_spread", 12, 15),
        "spread of clarity in the quarter of a retreat, against none",
        sign=-1,
    )


def _perceived(budget: Budget) -> Measured:
    perceived, actual = _standing(budget, 6, 24, "perceived_agreement", "actual_agreement")
    return judge(perceived - actual, actual.std(axis=1, ddof=1), 0.2, "perceived less actual agreement", NOTE)


def _support_without_clarity(budget: Budget) -> Measured:
    doses = (0.0, 0.1, 0.25, 0.5, 1.0)
    runs = 4 * budget.replicates
    templates = [laboratory(months=MONTHS, interventions=_retreats(dose)).to_template() for dose in doses]
    support, clarity = (
        run_all(templates, runs, budget.seed, budget.workers, metric(name, 24, MONTHS))
        for name in ("support", "clarity")
    )
    both = ((support > HIGH_SUPPORT) & (clarity < LOW_CLARITY)).mean(axis=1)
    errors = np.sqrt(both * (1.0 - both) / runs)
    return Measured(
        holds=bool(both[0] > 0.2 and both[-1] < 0.05),
        found=f"in {both[0]:.0%} of runs without retreats, in {both[-1]:.0%} with one every month",
        figure=Region(
            np.array(doses), {"share of runs": both}, {"share of runs": errors}, "retreats a month",
            "high support together with low clarity", default=0.0,
        ),
        note=f"support above {HIGH_SUPPORT:g} of their work and clarity below {LOW_CLARITY:g} in the third year",
    )  # fmt: skip


ALL_CLEAR = Null({
    "understanding.unknown_variance": 0.001, "understanding.first_variance": 0.001, "understanding.drift": 0.0,
})  # fmt: skip
"""Nobody is ever unclear about the shared goals."""


ROWS = (
    Row("M14ba", "Clarity differs between leaders", "[together2020] on clarity of goals", "ubiquity",
        "standard deviation of clarity between partners of at least .05", _differs,
        (ALL_CLEAR,)),
    Row("M14bb", "Goals are less clear after a wave of departures", "[together2020] on clarity of goals", "ubiquity",
        "less clarity in the year after a wave of departures", _turnover,
        (Null({"turnover.wave": 0.0}),)),
    Row("M14bc", "Retreats close the spread of clarity", "[together2020] on clarity of goals", "ubiquity",
        "smaller spread of clarity in the quarter of a retreat", _spread,
        (Null({"understanding.retreat_information": 0.0}),)),
    Row("M14bd", "High support together with low clarity", "[together2020] on clarity of goals", "existence",
        "reached without retreats, not with one every month", _support_without_clarity,
        (Null({"understanding.retreat_information": 0.0}),)),
    Row("M14be", "Perceived agreement exceeds actual agreement", "[ross1977]", "ubiquity",
        "perceived agreement above actual agreement", _perceived,
        (Null({"understanding.mission_spread": 0.0, "understanding.sector_distance": 0.0}),)),
)  # fmt: skip
