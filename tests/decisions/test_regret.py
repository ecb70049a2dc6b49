"""Regret by hand, luck in its maximum, good enough, and simultaneous bands of indifference."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfs_sim.decisions.conditions import answers, differences
from tfs_sim.decisions.regret import largest_regret, regret, robustness
from tfs_sim.decisions.together import together
from tfs_sim.scenario.errors import UserError


def tabled(values: np.ndarray, replicates: int = 1) -> pd.DataFrame:
    """Effects [sets, conditions, strategies] as a table without costs."""
    s, c, d = (axis.ravel() for axis in np.indices(values.shape))
    return pd.DataFrame(
        {"strategy": np.array(["a", "b", "c", "d"])[d], "condition": c, "set": s, "cost": 0.0, "effect": values.ravel()}
    )


HAND = np.stack([np.array([[4.0, 1.0, 3.0], [0.0, 5.0, 3.0]]) + shift for shift in (-1.0, 0.0, 1.0)])
"""Means of a: 4, 0; b: 1, 5; c: 3, 3 under two conditions."""


def test_regret_by_hand() -> None:
    found = regret(tabled(HAND), 1.0).set_index(["condition", "strategy"])
    assert found["regret"].tolist() == [0, 3, 1, 5, 0, 2]
    assert found.loc[(1, "a"), "best"] == "b"


def test_what_is_best_by_expectation_and_what_loses_least() -> None:
    values = HAND.copy()
    values[:, 0, 1] += 3  # b: 4, 5, the best by expectation; a is no better anywhere
    values[:, 0, 0] += 5  # a: 9, 0
    values[:, 0, 2] += 2.4  # c: 5.4, 3: loses 3.6 and 2
    found = robustness(tabled(values), 1.0).set_index("strategy")
    assert found["mean_regret"].to_dict() == pytest.approx({"a": 2.5, "b": 2.5, "c": 2.8})
    assert found["largest_upper"].to_dict() == pytest.approx({"a": 5.0, "b": 5.0, "c": 3.6})
    assert found["minimax"].to_dict() == {"a": False, "b": False, "c": True} and not found.loc["c", "expected"]
    assert found["worst_condition"].to_dict() == {"a": 1, "b": 0, "c": 0}


def test_costs_count_as_the_worth_says() -> None:
    table = tabled(HAND)
    table["cost"] = np.where(table["strategy"] == "a", 10.0, 0.0)
    found = regret(table, 10.0).set_index(["condition", "strategy"])["regret"]
    assert found[0, "c"] == 0.0 and found[0, "a"] == pytest.approx(0.0) and found[0, "b"] == pytest.approx(20.0)


def test_good_enough() -> None:
    found = robustness(tabled(HAND), 1.0, at_least=2.5).set_index("strategy")
    assert found["met"].to_dict() == {"a": 0.5, "b": 0.5, "c": 1.0}
    assert found.loc["c", "met_sets"] == pytest.approx(2 / 3)  # 2, 3 and 4 over the sets
    two = robustness(tabled(HAND), 1.0, at_least=2.5, at_most=4.5).set_index("strategy")
    assert two["met"].to_dict() == {"a": 0.5, "b": 0.0, "c": 1.0}
    assert (found["met_surely"] <= found["met"]).all() and (found["met"] <= 1 - found["missed_surely"]).all()


def test_a_largest_regret_picks_luck_and_is_mended() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(0, 1, (20, 3))
    wanted = (true.max(axis=1, keepdims=True) - true).max(axis=0)
    naive, mended = [], []
    for seed in range(25):
        means = true + np.random.default_rng(seed).normal(0, 6, (40, 20, 3))
        expected = means.mean(axis=0)
        naive.append((expected.max(axis=1, keepdims=True) - expected).max(axis=0))
        mended.append(largest_regret(means))
    off = np.abs(np.mean(naive, axis=0) - wanted), np.abs(np.mean(mended, axis=0) - wanted)
    assert (np.mean(naive, axis=0) > wanted + 0.3).all()
    assert off[1].mean() < 0.6 * off[0].mean()


@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(2, 5))
@settings(max_examples=15, deadline=None)
def test_a_largest_regret_lies_between_its_bounds(seed: int, sets: int, conditions: int) -> None:
    values = np.random.default_rng(seed).normal(size=(sets, conditions, 3))
    found = robustness(tabled(values), 1.0)
    assert (found["largest_lower"] <= found["largest_regret"] + 1e-12).all()
    assert (found["largest_regret"] <= found["largest_upper"] + 1e-12).all()
    assert found["expected"].sum() == found["minimax"].sum() == 1
    assert np.isfinite(found.select_dtypes(float).to_numpy()).all()


@pytest.mark.parametrize(
    ("table", "more", "told"),
    [
        (tabled(HAND).drop(columns="condition"), {}, "which one a row is of"),
        (tabled(HAND[:, :1]), {}, "one alone"),
        (tabled(HAND[..., :1]), {}, "one strategy"),
        (tabled(HAND[:1]), {}, "at least 2 sets"),
        (tabled(HAND), {"at_least": 5.0, "at_most": 1.0}, "from a lower number to a higher one; found 5 to 1"),
        (tabled(HAND), {"at_least": math.nan}, "is a number"),
        (tabled(HAND).query("not (condition == 1 and strategy == 'a')"), {}, "other strategies"),
        (tabled(HAND).query("not (condition == 1 and set == 2)"), {}, "other sets"),
    ],
)
def test_what_will_not_do_is_said(table: pd.DataFrame, more: dict[str, float], told: str) -> None:
    with pytest.raises(UserError, match=told):
        robustness(table, 1.0, **more)


def test_answers_by_hand() -> None:
    found = answers(tabled(HAND), 1.0)
    assert found["best"].tolist() == ["a", "b"] and found["runner_up"].tolist() == ["c", "c"]
    assert found["lead"].tolist() == [1.0, 2.0] and found["apart"].all()  # the same shift in all: no luck in leads


def test_bands_are_wider_for_more_conditions_and_say_what_cannot_be_told() -> None:
    rng = np.random.default_rng(1)
    few = rng.normal(0, 1, (40, 2, 2)) + np.array([0.5, 0.0])
    many = np.concatenate([few, rng.normal(0, 1, (40, 30, 2))], axis=1)
    one, all_ = answers(tabled(few), 1.0), answers(tabled(many), 1.0)
    assert (all_["high"][:2] - all_["low"][:2] > one["high"] - one["low"]).all()
    row = all_.iloc[5]
    assert not row["apart"] and row["low"] < 0 and row["tied"] in ("a", "b")


def test_a_band_of_two_strategies() -> None:
    found = differences(tabled(HAND), 1.0, "a", "b")
    assert found["difference"].tolist() == [3.0, -5.0]
    with pytest.raises(UserError, match="both are the same"):
        differences(tabled(HAND), 1.0, "a", "a")


@pytest.mark.parametrize("shared", [0.0, 0.8])
def test_intervals_hold_at_once(shared: float) -> None:
    from scipy import stats

    rng = np.random.default_rng(3)
    missed, levels = 0, []
    for _ in range(150):
        own, common = rng.standard_normal((40, 30)), rng.standard_normal((40, 1))
        values = math.sqrt(shared) * common + math.sqrt(1 - shared) * own
        level = together(values)
        t = values.mean(axis=0) / values.std(axis=0, ddof=1) * math.sqrt(40)
        missed += bool(np.abs(t).max() > stats.t.ppf(0.5 + level / 2, 39))
        levels.append(level)
    assert missed / 150 < 0.11  # 5%, and two standard errors and a half
    as_many = 0.05 / (1 - np.mean(levels))
    assert as_many > 20 if shared == 0 else as_many < 15  # what moves together counts less than Bonferroni's 30


def test_bonferroni_where_sets_are_few_and_nothing_wider_where_nothing_varies() -> None:
    assert together(np.random.default_rng(0).normal(size=(5, 10))) == pytest.approx(1 - 0.05 / 10)
    assert together(np.ones((50, 10))) == 0.95
