"""Discounting (check 5) and how many decide."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tfs_sim.decisions import deciders, discount, frontier
from tfs_sim.scenario.errors import UserError

COUNTS = np.array([[1251, 350, 116, 17], [0, 731, 512, 15], [0, 0, 1312, 437], [0, 0, 0, 1]], float)


def cohort(both: bool) -> pd.DataFrame:
    """Costs and years of life of a cohort, by the year at whose end they are counted."""
    alone = COUNTS / COUNTS.sum(axis=1, keepdims=True)
    helped = np.triu(alone * 0.509, 1)
    helped[np.diag_indices(4)] = 1 - helped.sum(axis=1)
    there, rows = np.array([1.0, 0, 0, 0]), []
    for year in range(1, 21):
        second = both and year <= 2
        there = there @ (helped if second else alone)
        drugs = 2278 + (2086.50 if second else 0)
        rows.append((year, float(there[:3] @ (np.array([2756, 3052, 9007]) + drugs)), float(there[:3].sum())))
    table = pd.DataFrame(rows, columns=["year", "cost", "effect"])
    return table.assign(strategy="both" if both else "one")


def test_a_cohort() -> None:
    table = pd.concat([cohort(False), cohort(True)])
    found = discount(table, cost=0.06, effect=0.0, time="year", per_year=1, start=0).set_index("strategy")
    assert found["cost"].round(2).to_dict() == {"one": 44_663.45, "both": 50_601.65}
    assert found["effect"].round(4).to_dict() == {"one": 7.9912, "both": 8.9374}
    assert round(float(frontier(found.reset_index())["ratio"].iloc[1]), 2) == 6_275.96


def monthly() -> pd.DataFrame:
    return pd.DataFrame(
        [
            (name, number, month, 10.0 + (month >= 12) * extra, 1.0 + (month >= 24) * extra)
            for name, extra in (("a", 0.0), ("b", 1.0))
            for number in (1, 2)
            for month in range(36)
        ],
        columns=["strategy", "set", "month", "cost", "effect"],
    )


def test_months_count_from_the_first_in_which_strategies_differ() -> None:
    found = discount(monthly(), 0.03, 0.0)
    assert found.columns.tolist() == ["strategy", "set", "cost", "effect"] and len(found) == 4
    weights = 1.03 ** -(np.maximum(0, np.arange(36) - 12) / 12)
    assert found["cost"].iloc[0] == pytest.approx(10 * weights.sum())
    assert found["cost"].iloc[2] == pytest.approx(10 * weights.sum() + weights[12:].sum())
    assert found["effect"].tolist() == [36, 36, 48, 48]


def test_a_month_in_which_only_one_strategy_has_anything() -> None:
    table = monthly().query("strategy == 'b' or month >= 3").assign(cost=1.0, effect=1.0)
    found = discount(table, 0.05, 0.0)
    assert found["cost"].iloc[0] == pytest.approx((1.05 ** -(np.arange(3, 36) / 12)).sum())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cost": -0.1}, "a share a year"),
        ({"effect": 3}, "a share a year"),
        ({"per_year": 0}, "periods in a year"),
        ({"time": "week"}, 'no column "week"'),
        ({"table": monthly().assign(month=0.5)}, "whole numbers|holds fractions"),
        ({"table": pd.concat([monthly(), monthly()])}, "is there before"),
        ({"table": monthly().assign(cost=1.0, effect=2.0)}, "no strategy ever differs"),
    ],
)
def test_what_cannot_be_discounted(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        discount(**{"table": monthly(), "cost": 0.03, "effect": 0.03, **changes})


def test_how_many_decide() -> None:
    assert deciders(50, 1) == 50
    assert deciders(50, 3) == 150
    assert deciders(50, 3, 0.1) == pytest.approx(50 * (1 + 1 / 1.1 + 1 / 1.21))
    for bad in ((0, 1), (5, 0), (5, 1.5), (float("nan"), 1), (5, 1, 1.0)):
        with pytest.raises(UserError):
            deciders(*bad)  # type: ignore[arg-type]
