from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tfs_sim.analysis.valued import NEEDED, costs_and_effects
from tfs_sim.scenario import UserError

STRATEGIES, SETS, SITES, MONTHS = ("nothing", "manuals"), ("p-1", "p-2"), ("north", "south"), 3


@pytest.fixture(autouse=True)
def _real_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tfs_sim.model.catalogue")


def swept(**more: float) -> Any:
    """Return a sweep worked out by hand: two strategies, two sets of one replicate, two sites, three months.

    Everything is 0 but: 1,000 student-months a month, all of them a quarter of what is needed, and what is given, which
    manuals have from the second month on.
    """
    rows = []
    for strategy in STRATEGIES:
        for parameter_set in SETS:
            for month in range(MONTHS):
                for site in SITES:
                    values = dict.fromkeys(NEEDED["society"], 0.0) | {"served": 1000.0, "coverage": 0.25}
                    if strategy == "manuals" and month:
                        values |= {name: values[name] + added for name, added in more.items()}
                    rows.append({"strategy": strategy, "set": parameter_set, "replicate": 0, "site": site, "month": month, **values})
    series = pd.DataFrame(rows)
    runs = series[series["month"] == MONTHS - 1].drop(columns="month").reset_index(drop=True)
    experiment = {"strategies": {each: {"title": each} for each in STRATEGIES}, "against": "nothing", "cross": {},
                  "primary": "served", "design": None, "months": MONTHS, "sites": {each: {"title": each} for each in SITES},
                  "uncertainty": {"sets": 2}}  # fmt: skip
    sets = pd.DataFrame({"set": list(SETS), "money.hours_per_fte": [100.0, 200.0]})
    empty = pd.DataFrame()
    return SimpleNamespace(runs=runs, series=series, points=empty, sets=sets, network=empty, organizations=empty,
                           experiment=experiment, provenance={}, added=None, crossed=None)  # fmt: skip


def totals(table: pd.DataFrame, what: str) -> list[float]:
    """Return the total of a column for manuals, set by set, over both sites, beyond what nothing has."""
    found = table.pivot_table(index="set", columns="strategy", values=what, aggfunc="sum")
    return (found["manuals"] - found["nothing"]).tolist()


def test_the_funders_view_sets_dollars_against_support_that_is_delivered() -> None:
    table = costs_and_effects(swept(cost=2.0, served=10.0))
    assert list(table.columns) == ["strategy", "set", "replicate", "site", "cost", "effect"] and len(table) == 8
    assert totals(table, "cost") == [8_000, 8_000], "two thousand dollars in two months at two sites"
    assert totals(table, "effect") == [40, 40]


def test_an_hour_is_charged_once_in_each_view() -> None:
    """In students for the funder, who sees what is delivered; in dollars for society, with separate work restored."""
    one = swept(hours=1.0)
    assert totals(costs_and_effects(one), "cost") == [0, 0]
    assert totals(costs_and_effects(one, "society", hour=45), "cost") == [180, 180]
    assert totals(costs_and_effects(one, "society", hour=45), "effect") == [0, 0]
    assert totals(costs_and_effects(swept(bid_hours=1.0), "society", hour=45), "cost") == [180, 180]


def test_aligned_work_costs_the_hours_of_its_own_set() -> None:
    table = costs_and_effects(swept(staff_given=0.5), "society", hour=10)
    assert totals(table, "cost") == [2 * 2 * 0.5 * 100 * 10, 2 * 2 * 0.5 * 200 * 10]


def test_society_sees_the_gross_gain_for_all_who_are_in_need() -> None:
    """4,000 are in need at each site; 3 of 1,000 more in gross than in net: 12 student-months a month and site."""
    table = costs_and_effects(swept(performance=2.0, gross_gain=5.0), "society", hour=1)
    assert totals(table, "effect") == pytest.approx([48, 48])


def test_what_comes_later_counts_less_from_the_first_month_in_which_strategies_differ() -> None:
    table = costs_and_effects(swept(cost=1.0), discount_costs=0.1)
    assert totals(table, "cost") == pytest.approx([2_000 * (1 + 1.1 ** (-1 / 12))] * 2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"view": "mine"}, "no view"),
        ({"view": "society"}, "price of an hour"),
        ({"view": "society", "hour": -1.0}, "price of an hour"),
        ({"view": "society", "hour": float("nan")}, "price of an hour"),
        ({"hour": 45.0}, "no price of hours"),
        ({"discount_costs": 1.0}, "rate of discounting costs"),
        ({"discount_effects": -0.1}, "rate of discounting effects"),
    ],
)
def test_what_will_not_do_is_told(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        costs_and_effects(swept(), **wrong)


def test_results_that_lack_a_metric_are_told() -> None:
    found = swept()
    found.runs = found.runs.drop(columns="served")
    with pytest.raises(UserError, match="do not hold served"):
        costs_and_effects(found)
