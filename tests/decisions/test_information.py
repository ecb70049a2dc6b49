"""What knowing more is worth: closed forms (check 3) and rules (4)."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from making import of_benefits, value_of_knowing, value_of_sampling

from tfs_sim.decisions import evpi, evppi, evsi
from tfs_sim.scenario.errors import UserError

SETS = 2000
WITHIN = 3
"""Standard errors of the closed form that a finite sample is within."""


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    p = drawn()
    return of_benefits(np.stack([np.zeros(SETS), p["p1"] - p["the second"]], axis=1)[:, None])


def drawn() -> pd.DataFrame:
    rng = np.random.default_rng(33)
    frame = pd.DataFrame({"set": np.arange(SETS), "p1": rng.normal(1, 1, SETS), "the second": rng.normal(0, 2, SETS)})
    return frame.assign(constant=0.25, nothing=rng.normal(size=SETS), twice=2 * frame["p1"] + 1)


def test_the_closed_forms() -> None:
    assert round(value_of_knowing(1, math.sqrt(5)), 7) == 0.4798107
    assert round(value_of_knowing(1, 1), 7) == 0.0833155
    assert round(value_of_knowing(1, 2), 7) == 0.3955931
    assert [round(value_of_sampling(n), 7) for n in (10, 100, 1000)] == [0.0723251, 0.0821176, 0.0831946]


def test_perfect_information(table: pd.DataFrame) -> None:
    (row,) = evpi(table, 1).to_dict("records")
    assert row["evpi"] == pytest.approx(0.4798107, abs=WITHIN * row["se"])
    assert row["se"] < 0.03


def test_single_parameters(table: pd.DataFrame) -> None:
    found = evppi(table, drawn(), 1).set_index("parameter")
    for name, truth in (("p1", 0.0833155), ("the second", 0.3955931)):
        row = found.loc[name]
        assert row["evppi"] == pytest.approx(truth, abs=WITHIN * row["se"]) and row["se"] < 0.03 and row["seen"]
    assert found.loc["constant", "evppi"] == 0 and not found.loc["constant", "seen"]
    assert found.loc["nothing", "evppi"] < 0.005
    assert found.index[0] == "the second"


def test_estimates_are_right_on_average() -> None:
    rng = np.random.default_rng(5)
    found = []
    for _ in range(60):
        p = pd.DataFrame({"set": range(500), "p1": rng.normal(1, 1, 500), "p2": rng.normal(0, 2, 500)})
        benefits = np.stack([np.zeros(500), p["p1"] - p["p2"]], axis=1)[:, None]
        rows = evppi(of_benefits(benefits), p, 1).set_index("parameter")
        found.append([*rows.loc[["p1", "p2"], "evppi"], *rows.loc[["p1", "p2"], "se"]])
    values, errors = np.array(found)[:, :2], np.array(found)[:, 2:]
    for place, truth in enumerate((0.0833155, 0.3955931)):
        spread = values[:, place].std(ddof=1)
        assert values[:, place].mean() == pytest.approx(truth, abs=3.5 * spread / np.sqrt(60))
        assert errors[:, place].mean() == pytest.approx(spread, rel=0.35)  # the error that is given is the one there is


def test_groups(table: pd.DataFrame) -> None:
    p = drawn()
    small = table[table["set"] < 400]
    few = p[p["set"] < 400]
    groups = {
        "both": ["p1", "the second"],
        "first, again": ["p1", "twice", "constant"],
        "none": ["nothing", "constant"],
    }
    found = evppi(small, few, 1, groups).set_index("parameter")
    alone = evppi(small, few, 1).set_index("parameter")
    all_of_it = evpi(small, 1).iloc[0]
    assert found.loc["first, again", "evppi"] == alone.loc["p1", "evppi"]  # what follows linearly is left out
    assert found.loc["both", "evppi"] >= alone.loc[["p1", "the second"], "evppi"].max()
    assert found.loc["both", "evppi"] == pytest.approx(all_of_it["evpi"], abs=0.5 * all_of_it["se"])
    assert found.loc["both", "seen"] and found.loc["none", "evppi"] == alone.loc["nothing", "evppi"]


def test_a_group_is_worth_at_least_its_members_where_they_act_together() -> None:
    rng = np.random.default_rng(8)
    p = pd.DataFrame({"set": range(300), "a": rng.uniform(-1, 1, 300), "b": rng.uniform(-1, 1, 300)})
    gain = 4 * p["a"] * p["b"] + 0.3 * rng.normal(size=300)
    table = of_benefits(np.stack([np.zeros(300), gain], axis=1)[:, None])
    found = evppi(table, p, 1, {"a": ["a"], "a and b": ["a", "b"]}).set_index("parameter")
    true = np.maximum(4 * p["a"] * p["b"], 0).mean() - max(0, float((4 * p["a"] * p["b"]).mean()))
    assert found.loc["a and b", "evppi"] == pytest.approx(true, abs=3 * found.loc["a and b", "se"])
    assert found.loc["a and b", "evppi"] > 3 * found.loc["a", "evppi"]


def test_a_group_is_worth_at_least_each_member_also_where_it_is_fitted_worse() -> None:
    rng = np.random.default_rng(14)
    worse = 0
    for _ in range(3):
        p = pd.DataFrame(rng.normal(size=(80, 8)), columns=list("abcdefgh")).assign(set=range(80))
        gain = np.sin(3 * p["a"]) + rng.normal(size=80)
        table = of_benefits(np.stack([np.zeros(80), gain], axis=1)[:, None])
        found = evppi(table, p, 1, {"all": list("abcdefgh")}).iloc[0]
        alone = evppi(table, p, 1).iloc[0]
        assert found["evppi"] >= alone["evppi"]
        worse += found["evppi"] == alone["evppi"]
    assert worse  # or this would test nothing


def test_the_order_of_strategies_and_of_rows_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    p = pd.DataFrame({"set": range(200), "a": rng.normal(size=200), "b": rng.normal(size=200)})
    values = np.stack([p["a"], p["b"], 0.3 * p["a"] - p["b"]], axis=1) + rng.normal(size=(200, 3))
    table = of_benefits(values[:, None], ["x", "y", "z"])
    shuffled = table.sample(frac=1, random_state=1)
    for groups in (None, {"both": ["a", "b"]}):
        pd.testing.assert_frame_equal(evppi(table, p, 1, groups), evppi(shuffled, p.iloc[::-1], 1, groups))


def test_the_noise_floor_hides_most_of_what_is_worth_nothing() -> None:
    rng = np.random.default_rng(12)
    seen = 0
    for _ in range(15):
        p = pd.DataFrame(rng.normal(size=(150, 40)), columns=[f"p{n}" for n in range(40)]).assign(set=range(150))
        values = np.stack([np.zeros(150), 0.1 * rng.normal() + rng.normal(size=150)], axis=1)[:, None]
        seen += int(evppi(of_benefits(values), p, 1)["seen"].sum())
    rate = seen / (15 * 40)
    assert rate < 1 / 21 + 3 * np.sqrt(1 / 21 / 21 / 15)  # one in 21 on average, differently in each study


def test_three_hundred_parameters_over_five_hundred_sets_take_less_than_a_minute() -> None:
    rng = np.random.default_rng(3)
    p = pd.DataFrame(rng.normal(size=(500, 300)), columns=[f"p{n}" for n in range(300)]).assign(set=range(500))
    values = np.stack([p["p0"] * place for place in range(6)], axis=1) + rng.normal(size=(500, 6))
    begun = time.process_time()
    found = evppi(of_benefits(values[:, None]), p, 1)
    assert time.process_time() - begun < 60
    assert found["parameter"].iloc[0] == "p0" and len(found) == 300


def test_words_as_parameters() -> None:
    rng = np.random.default_rng(1)
    kinds = np.array(["calm", "torn", "new"])[rng.integers(0, 3, 300)]
    gain = np.select([kinds == "calm", kinds == "torn"], [1.0, -1.0], 0.0) + 0.5 * rng.normal(size=300)
    table = of_benefits(np.stack([np.zeros(300), gain], axis=1)[:, None])
    (row,) = evppi(table, pd.DataFrame({"set": range(300), "kind of town": kinds}), 1).to_dict("records")
    assert row["evppi"] == pytest.approx(np.mean(kinds == "calm") - max(0, gain.mean()), abs=3 * row["se"])


@pytest.mark.parametrize("size", [10, 100, 1000])
def test_a_study(table: pd.DataFrame, size: int) -> None:
    def study(row: Mapping[str, Any], rng: np.random.Generator) -> float:
        return float(row["p1"] + rng.normal() / math.sqrt(size))

    (row,) = evsi(table, drawn(), 1, study).to_dict("records")
    assert row["evsi"] == pytest.approx(value_of_sampling(size), abs=WITHIN * row["se"])
    assert row["seen"] and row["se"] < 0.03


def test_studies_that_tell_nothing_and_studies_that_tell_no_numbers() -> None:
    p, table = drawn().head(100), of_benefits(np.random.default_rng(3).normal(size=(100, 1, 2)))
    (row,) = evsi(table, p, 1, lambda row, rng: 1.0).to_dict("records")
    assert row["evsi"] == row["se"] == row["floor"] == 0 and not row["seen"]
    for told in (math.nan, "high", [], None):
        with pytest.raises(UserError, match="study reports"):
            evsi(table, p, 1, lambda row, rng, told=told: told)
    with pytest.raises(UserError, match="always as many"):
        evsi(table, p, 1, lambda row, rng: [1.0] * (1 + (row["p1"] > 1)))


@pytest.mark.parametrize(
    ("change", "groups", "said"),
    [
        (lambda p: p.drop(columns="set"), None, "column set"),
        (lambda p: p[["set"]], None, "no column beside set"),
        (lambda p: p.iloc[1:], None, "no row for set 0"),
        (lambda p: pd.concat([p, p.iloc[:1]]), None, "has set 0 twice"),
        (lambda p: p.assign(p1=math.inf), None, 'column "p1" is a finite number'),
        (lambda p: p, {"g": ["p2"]}, "no such parameter"),
        (lambda p: p, {"g": []}, "a list of one parameter or more"),
        (lambda p: p, {}, "no groups"),
    ],
)
def test_bad_parameters(change: Any, groups: Any, said: str) -> None:
    table = of_benefits(np.random.default_rng(3).normal(size=(100, 1, 2)))
    with pytest.raises(UserError, match=said):
        evppi(table, change(drawn().head(100)), 1, groups)


def test_too_few_sets() -> None:
    with pytest.raises(UserError, match="at least 30 sets of parameters; the table has 20"):
        evppi(of_benefits(np.zeros((20, 1, 2))), drawn().head(20), 1)
