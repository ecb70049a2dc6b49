"""Bad tables and worths: a sentence each, never a number that is none."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from making import of_benefits, of_rows

from tfs_sim import decisions
from tfs_sim.scenario.errors import UserError

GOOD = of_benefits(np.random.default_rng(1).normal(size=(40, 2, 3)), luck=True)
ASKED: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "frontier": decisions.frontier,
    "bands": decisions.bands,
    "net_benefit": lambda table: decisions.net_benefit(table, 1),
    "choices": lambda table: decisions.choices(table, 1),
    "acceptability": lambda table: decisions.acceptability(table, 1),
    "expected_loss": lambda table: decisions.expected_loss(table, 1),
    "evpi": lambda table: decisions.evpi(table, 1),
    "quadrants": lambda table: decisions.quadrants(table, "s0", "s1"),
}

BAD: dict[str, tuple[Callable[[pd.DataFrame], Any], str]] = {
    "no table": (lambda t: [1], "a pandas DataFrame"),
    "no rows": (lambda t: t.iloc[:0], "no rows"),
    "no cost": (lambda t: t.drop(columns="cost"), 'no column "cost"'),
    "cost under another name": (lambda t: t.rename(columns={"cost": "costs"}), "did you mean"),
    "one strategy": (lambda t: t[t["strategy"] == "s0"], "nothing to choose from"),
    "a missing pair": (lambda t: t.iloc[1:], r'no row for strategy "s0", its first replicate, set 0'),
    "a row twice": (lambda t: pd.concat([t, t.iloc[:1]]), "2 rows for strategy"),
    "nan": (lambda t: t.assign(effect=t["effect"].where(t.index != 3)), r"found nan in row 4"),
    "infinite": (lambda t: t.assign(cost=math.inf), "finite number in every row; found inf in row 1"),
    "words": (lambda t: t.assign(cost="much"), 'found "much" in row 1'),
    "an empty strategy": (lambda t: t.assign(strategy=t["strategy"].where(t.index != 0)), "empty in row 1"),
    "columns of two levels": (lambda t: t.set_axis(pd.MultiIndex.from_product([t.columns, ["a"]]), axis=1), "2 levels"),
    "a column called 3": (lambda t: t.assign(**{"x": 1}).rename(columns={"x": 3}), "name is text; found 3"),
    "lists for strategies": (lambda t: t.assign(strategy=[[each] for each in t["strategy"]]), "found a list in row 1"),
    "dates for costs": (lambda t: t.assign(cost=pd.Timestamp("2020-01-01")), "finite number in every row; found date"),
    "complex effects": (lambda t: t.assign(effect=1j), "finite number in every row; found complex128"),
    "a measured column": (lambda t: t.assign(trust=0.5), 'column "trust" is none of'),
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("bad", BAD)
def test_bad_tables(asked: str, bad: str) -> None:
    change, said = BAD[bad]
    with pytest.raises(UserError, match=said):
        ASKED[asked](change(GOOD))


@pytest.mark.parametrize("asked", sorted(set(ASKED) - {"frontier", "net_benefit"}))
def test_one_set(asked: str) -> None:
    with pytest.raises(UserError, match="at least 2 sets of parameters; the table has 1"):
        ASKED[asked](of_rows({"s0": (0, 1), "s1": (3, 2)}))


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("values", [np.zeros((5, 2, 2)), np.full((5, 2, 2), -3.0), np.ones((2, 1, 2))])
def test_ties_are_answered_in_numbers(asked: str, values: np.ndarray) -> None:
    found = ASKED[asked](of_benefits(values, luck=True))
    assert not found.drop(columns="ratio", errors="ignore").isna().any(axis=None)


@pytest.mark.parametrize(
    "worth", [-1, math.nan, math.inf, [], [3, 2], [1, 1], "40", True, [1, None], None, 1j, 10**400, {"a": 1}]
)
def test_bad_worths(worth: Any) -> None:
    with pytest.raises(UserError, match="worth"):
        decisions.evpi(GOOD, worth)


@pytest.mark.parametrize("change", ["2 levels", "list"])
def test_bad_tables_of_conditions(change: str) -> None:
    table = pd.concat([GOOD.assign(town=name) for name in ("a", "b")])
    two = table.set_axis(pd.MultiIndex.from_product([table.columns, ["a"]]), axis=1)
    with pytest.raises(UserError, match=change):
        decisions.regret(two if change == "2 levels" else table.assign(town=[[each] for each in table["town"]]), 1)
    with pytest.raises(UserError, match="one worth is asked for here; found 2"):
        decisions.regret(table, np.array([1.0, 2.0]))  # type: ignore[arg-type]


def test_the_nearest_strategy_is_named() -> None:
    with pytest.raises(UserError, match=r'did you mean "s1"'):
        decisions.net_benefit(GOOD, 1, against="S1")


def test_replicates_may_be_numbered_within_sets_or_over_all() -> None:
    within = GOOD.assign(replicate=GOOD["replicate"] % 2)
    a, b = (decisions.net_benefit(table, 1) for table in (GOOD, within))
    pd.testing.assert_frame_equal(a, b)


def test_a_key_under_which_something_is_missing_is_named() -> None:
    table = pd.concat([GOOD.assign(crisis="none"), GOOD.iloc[1:].assign(crisis="deep")])
    with pytest.raises(UserError, match=r'set 0 under crisis = "deep"'):
        decisions.frontier(table)
