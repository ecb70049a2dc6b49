"""Frontier and bands: exact checks 1 and 2, ties, signs, and where the likeliest is not the best (7)."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from making import of_benefits, of_rows

from tfs_sim.decisions import bands, choices, frontier
from tfs_sim.scenario.errors import UserError

FIRST = {
    "E": (55_000, 5),
    "D": (35_000, 4),
    "C": (25_000, 3),
    "B": (10_000, 2),
    "A": (12_000, 1.5),
    "UC": (5_000, 1),
}


def test_a_frontier_with_extended_dominance() -> None:
    found = frontier(of_rows(FIRST)).set_index("strategy")
    assert found["status"].to_dict() == {
        "UC": "efficient",
        "B": "efficient",
        "A": "dominated",
        "C": "extended",
        "D": "efficient",
        "E": "efficient",
    }
    assert found["ratio"].dropna().to_dict() == {"B": 5_000, "D": 12_500, "E": 20_000}


def test_a_frontier_of_screening() -> None:
    effects = np.array([277.25, 277.57, 277.78, 277.83, 277.76]) / 12
    costs = [26_000, 27_000, 28_020, 28_440, 29_440]
    found = frontier(pd.DataFrame({"strategy": list("abcde"), "cost": costs, "effect": effects}))
    assert found["ratio"][1:4].round(2).tolist() == [37_500.0, 58_285.71, 100_800.0]
    assert found["status"].tolist() == ["efficient"] * 4 + ["dominated"]


def test_the_order_of_rows_changes_nothing() -> None:
    table = of_rows(FIRST)
    pd.testing.assert_frame_equal(frontier(table), frontier(table.iloc[::-1]))


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ({"a": (0, 1), "b": (0, 1)}, ["efficient", "efficient"]),
        ({"a": (0, 1), "b": (0, 2)}, ["dominated", "efficient"]),
        ({"a": (1, 1), "b": (0, 1)}, ["dominated", "efficient"]),
        ({"a": (0, -3), "b": (10, -1), "c": (20, -2)}, ["efficient", "efficient", "dominated"]),
        ({"a": (0, 0), "b": (0, 0), "c": (0, 0)}, ["efficient"] * 3),
    ],
)
def test_ties_no_costs_and_negative_effects(rows: dict[str, tuple[float, float]], status: list[str]) -> None:
    found = frontier(of_rows(rows)).set_index("strategy").sort_index()
    assert found["status"].tolist() == status


def test_equal_strategies_have_the_same_ratio() -> None:
    found = frontier(of_rows({"a": (0, 0), "b": (10, 2), "c": (10, 2)})).set_index("strategy")
    assert found["ratio"].dropna().to_dict() == {"b": 5.0, "c": 5.0}


def certain(rows: dict[str, tuple[float, float]], sets: int = 40) -> pd.DataFrame:
    """Strategies with a little uncertainty about their effects, the same on average."""
    wobble = np.linspace(-0.4, 0.4, sets)
    return pd.concat(
        [
            pd.DataFrame({"strategy": name, "set": range(sets), "cost": cost, "effect": effect + wobble * place})
            for place, (name, (cost, effect)) in enumerate(rows.items())
        ]
    )


def test_bands_change_at_the_ratios_of_the_frontier() -> None:
    found = bands(certain(FIRST))
    lines = found.groupby("best", sort=False).agg({"low": "min", "high": "max"})
    assert lines.index.tolist() == ["UC", "B", "D", "E"]
    assert lines["low"].tolist() == pytest.approx([0, 5_000, 12_500, 20_000], rel=1e-9)
    assert lines["high"].tolist() == pytest.approx([5_000, 12_500, 20_000, math.inf], rel=1e-9)
    assert found["low"].tolist()[1:] == found["high"].tolist()[:-1]
    # near a ratio nothing can be told apart, and far from it everything can
    middle = found.loc[found["best"] == "D", "apart"].tolist()
    assert not middle[0] and not middle[-1] and any(middle)
    assert found.iloc[0]["apart"] and found.iloc[-1]["apart"]


def test_bands_within_limits() -> None:
    found = bands(certain(FIRST), 6_000, 13_000)
    assert found["best"].unique().tolist() == ["B", "D"]
    assert (found["low"].iloc[0], found["high"].iloc[-1]) == (6_000, 13_000)


@pytest.mark.parametrize(("low", "high"), [(5, 5), (9, 3), (math.inf, math.inf), (-1, 3), (math.nan, 1)])
def test_a_band_upside_down_is_refused(low: float, high: float) -> None:
    with pytest.raises(UserError, match="worth"):
        bands(certain(FIRST), low, high)


def test_the_likeliest_is_not_the_best_by_expectation() -> None:
    bold = np.where(np.arange(100) < 30, 10.0, -1.0)  # better in three sets of ten, and by far
    table = of_benefits(np.stack([np.zeros(100), bold], axis=1)[:, None], ["calm", "bold"])
    (row,) = choices(table, 1.0).to_dict("records")
    assert (row["best"], row["likeliest"]) == ("bold", "calm")
    assert (row["share_best"], row["share_likeliest"]) == pytest.approx((0.3, 0.7))
    assert bands(table)["likeliest"].tolist() == ["calm"] and bands(table)["best"].tolist() == ["bold"]
