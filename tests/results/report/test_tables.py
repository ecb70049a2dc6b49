"""The report's tables read back: each cell is the number that its heading names, worked out from the runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from reading import per_run, says, t_interval
from synthetic import compared, synthetic, under_sets

from tfs_sim.analysis.pooling import wilson
from tfs_sim.analysis import spreads
from tfs_sim.analysis.spreads import spread
from tfs_sim.analysis.stored import Stored
from tfs_sim.report import tables

SITES, MONTHS = 4, 120


def column(table: tables.Table, heading: str) -> dict[str, str]:
    """A column's cells by the rows' names."""
    at = table.headings.index(heading)
    return {row[0]: row[at] for row in table.rows}


def title(sweep: Any, strategy: str) -> str:
    return str(sweep.experiment["strategies"][strategy]["title"])


def dollars(text: str) -> float:
    """What an amount says, in thousands."""
    plain = text.replace("$", "").replace(",", "").replace("−", "-")
    return float(plain.removesuffix(" million")) * 1000 if plain.endswith("million") else float(plain) / 1000


def test_what_a_strategy_takes_is_a_total_over_sites_and_its_mean_over_runs(sweep) -> None:
    table = tables.takes(Stored.of(sweep))
    for s in sweep.experiment["strategies"]:
        name = title(sweep, s)
        cost = SITES * per_run(sweep, "cost", s, crisis="crisis").mean()
        assert dollars(column(table, "Cost, all sites")[name]) == pytest.approx(cost, abs=50 + 1e-3 * cost)
        assert dollars(column(table, "Cost a site")[name]) == pytest.approx(cost / SITES, abs=50)
        hours = SITES * per_run(sweep, "hours", s, crisis="crisis").mean() / MONTHS
        assert says(column(table, "Partners' hours on top, all sites (a month)")[name], hours)
    assert "in the crisis" in table.note and "of 120 months" in table.note


def test_one_site_has_one_column_of_cost(sweep) -> None:
    one = replace(sweep, runs=sweep.runs[sweep.runs["site"] == "dayton"],
                  series=sweep.series[sweep.series["site"] == "dayton"],
                  experiment=sweep.experiment | {"sites": {"dayton": {"title": "Dayton"}}})  # fmt: skip
    headings = tables.takes(Stored.of(one)).headings
    assert headings == ["Strategy", "Cost", "Partners' hours on top (a month)"]


def test_what_was_not_paid_has_a_column_of_its_own(sweep) -> None:
    """And what was all paid has none."""
    own = {"unpaid_backbone": lambda frame: np.where(frame["strategy"] == "handover", 0.025, 0.0), "unpaid_partners": 0.0}
    short, months = sweep.runs.assign(**own), sweep.series.assign(**own)
    short["unpaid_backbone"] *= MONTHS
    stored = Stored.of(replace(sweep, runs=short, series=months))
    (heading,) = [each for each in tables.takes(stored).headings if "paid" in each]
    found = column(tables.takes(stored), heading)
    assert {name: dollars(text) for name, text in found.items()} == {
        title(sweep, s): 12.0 if s == "handover" else 0.0 for s in sweep.experiment["strategies"]
    }
    said = tables.conditions(stored, ["handover", "convenings"])
    assert said is not None
    assert all(cell.endswith(", not paid in full") for cell in column(said, title(sweep, "handover")).values())
    assert not any("not paid" in cell for cell in column(said, title(sweep, "convenings")).values())


def test_changes_are_paired_differences_from_doing_nothing(sweep) -> None:
    table = tables.changes(Stored.of(sweep))
    base = title(sweep, "no-initiative")
    assert table.headings[-1] == f"Chance of worse than “{base}”"
    assert [row[0] for row in table.rows] == [
        f"{base} (compared with)",
        *(title(sweep, s) for s in sweep.experiment["strategies"] if s != "no-initiative"),
    ]
    assert set(table.rows[0][1:]) == {"–"} and {len(row) for row in table.rows} == {len(table.headings)}
    support = next(each for each in table.headings if "support" in each.lower())
    for s in ("as-funded", "handover", "convenings"):
        own, nothing = (per_run(sweep, "support", each, crisis="crisis") for each in (s, "no-initiative"))
        assert says(column(table, support)[title(sweep, s)], *t_interval(100 * (own - nothing)))
    assert "support" in table.note and "mean over the 4 sites" in table.note


def test_the_chance_is_the_share_of_pairs_that_are_worse() -> None:
    luck = np.random.default_rng(4).normal(0.5, 0.1, 50)
    ask = luck + np.where(np.arange(50) < 20, -0.01, np.where(np.arange(50) < 45, 0.02, 0.0))  # worse, better, equal
    table = tables.changes(Stored.of(compared({"alone": luck, "ask": ask})))
    assert table.headings[-1] == "Chance of worse than “Alone”"
    assert says(table.rows[1][-1], 40, *(100 * end for end in wilson(20, 50)))
    assert "share of 50 pairs in which partners' support is worse" in table.note


def test_a_metric_that_is_neither_better_nor_worse_has_no_chance(sweep) -> None:
    table = tables.changes(Stored.of(replace(sweep, experiment=sweep.experiment | {"primary": "load", "also": []})))
    assert not [each for each in table.headings if each.startswith("Chance")] and "chance" not in table.note
    assert {len(row) for row in table.rows} == {len(table.headings)}


def test_a_chance_without_pairs_is_not_said() -> None:
    missing = compared({"alone": np.full(12, np.nan), "ask": np.full(12, np.nan)})
    table = tables.changes(Stored.of(missing))
    assert table.rows[1][-1] == "–" and table.rows[1][1] == "no values"
    assert tables._chance(replace(tables.Paired(12, 12, 0), worse=np.nan)) == "–"
    assert tables._chance(tables.Paired(0, 0, 0, worse=0.5)) == "–"


def test_a_difference_is_said_with_its_interval_or_that_there_is_none() -> None:
    luck = np.random.default_rng(2).normal(0.5, 0.1, 20)
    same = tables.changes(Stored.of(compared({"alone": luck, "ask": luck})))
    assert same.rows[1][1] == "the same in all pairs"
    single = tables.changes(Stored.of(compared({"alone": np.array([0.5]), "ask": np.array([0.7])})))
    assert single.rows[1][1] == "+20 points (too few for an interval)"


def test_conditions_are_each_compared_with_the_reference(sweep) -> None:
    table = tables.conditions(Stored.of(sweep), ["handover"])
    assert table is not None
    found = column(table, title(sweep, "handover"))
    for label, text in found.items():
        level = "no crisis" if "no crisis" in label.lower() else "crisis"
        own, base = (
            sweep.runs[(sweep.runs["strategy"] == s) & (sweep.runs["crisis"] == level)] for s in ("handover", "as-funded")
        )
        where = [key for key, said in sweep.experiment["sites"].items() if said["title"] in label]
        if where:
            own, base = own[own["site"] == where[0]], base[base["site"] == where[0]]
        d = own.groupby("replicate")["support"].mean() - base.groupby("replicate")["support"].mean()
        assert says(text, *t_interval(100 * d.astype(float))), label
    assert len(found) == 2 + SITES and "“Initiative as funded”" in table.note


def test_strategies_are_told_by_what_they_order_are_granted_and_change(sweep) -> None:
    parameters = {
        "no-initiative": {"turnover.notice_share": 0.75},
        "as-funded": {"turnover.notice_share": 0.75},
        "handover": {"turnover.notice_share": 0.9},
        "convenings": {"turnover.notice_share": 0.75},
    }
    stored = Stored.of(replace(sweep, experiment=sweep.experiment | {"parameters": parameters}))
    table = tables.strategies(stored)
    assert table.headings == [
        "Strategy", "Interventions", "Grants", "Parameters other than those of “Initiative as funded”",
    ]  # fmt: skip
    assert table.rows == [
        ["No initiative", "none", "none", "none"],
        ["Initiative as funded (the reference)", "none", "$864,000", "none"],
        ["Handover practices", "Overlap", "none", "turnover.notice_share (0.75; 0.9)"],
        ["Trust-building convenings", "none", "none", "none"],
    ]
    assert table.note.startswith("In brackets")
    plain = tables.strategies(Stored.of(sweep))
    assert plain.headings == table.headings[:3] and {len(row) for row in plain.rows} == {3} and not plain.note


def test_provenance_says_what_is_known_and_nothing_else(sweep) -> None:
    assert dict(map(tuple, tables.provenance(Stored.of(sweep)).rows)) == {
        "Scenario": "Together for Students",
        "Version": "0.1.0",
        "Model": "0.1.0+abcdef",
        "Scenario digest": "0123456789abcdef",
        "Seed": "20200313",
        "Replicates": "40",
        "Parameters": "not calibrated (one point of the parameters)",
        "Date": "2020-03-13T12:00:00+00:00",
        "Wall time": "12.5 seconds",
        "Python": "3.11.7",
        "Platform": "Linux",
        "Packages": "numpy 2.4.6",
    }
    bare = Stored.of(replace(synthetic(replicates=2, months=24), provenance={"seed": 0}))
    assert dict(map(tuple, tables.provenance(bare).rows)).keys() == {"Scenario", "Seed", "Parameters"}


def test_rules_are_told_with_the_months_for_which_they_were_on(sweep) -> None:
    assert tables.rules(Stored.of(sweep)) is None
    rule = {"strategy": "handover", "title": "Overlap", "rule": "while trust is below 1", "indicator": "trust",
            "above": 0, "threshold": 1.0, "end": 1.0, "every": 1, "over": 1, "at_least": 1, "from": 30, "until": 36,
            "sites": ["chicago", "memphis"]}  # fmt: skip
    table = tables.rules(Stored.of(replace(sweep, experiment=sweep.experiment | {"rules": [rule]})))
    assert table is not None
    assert table.headings == [
        "Strategy", "Intervention", "In force",
        *(f"Months on, {place}" for place in ("Chicago", "Dayton", "Lehigh Valley", "Memphis")),
    ]  # fmt: skip
    assert table.rows == [["Handover practices", "Overlap", "while trust is below 1", "6.0", "0.0", "0.0", "6.0"]]
    assert "means over 40 runs of 120 months in the crisis" in table.note


def test_months_of_several_rules_of_a_design_are_said_to_be_a_sum(sweep) -> None:
    rule = {"strategy": "handover", "title": "Overlap", "rule": "while …", "indicator": "trust"}
    adaptive = sweep.runs.assign(adaptive=2.5)
    design = sweep.experiment | {"rules": [rule, rule | {"title": "Manuals"}], "design": {"method": "grid", "points": 1}}
    stored = Stored.of(replace(sweep, runs=adaptive.assign(point=0), experiment=design))
    table = tables.rules(stored)
    assert table is not None and "their months are added up" in table.note
    assert [row[3:] for row in table.rows] == [["2.5"] * SITES] * 2
    one = Stored.of(replace(sweep, runs=adaptive.assign(point=0), experiment=design | {"rules": [rule]}))
    assert "added up" not in tables.rules(one).note


def test_of_few_sets_no_share_of_parameters_is_told() -> None:
    few = tables.over_sets(Stored.of(under_sets(synthetic(strategies=3, replicates=120), 6, spread=0.01)))
    assert few is not None
    assert set(column(few, "Of the variance of differences, parameters make").values()) == {"–"}


def test_how_the_answer_depends_on_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreads, "FEWEST_SETS", 6)
    dealt = under_sets(synthetic(strategies=3, replicates=120), 6, spread=0.01, worthwhile=0.02)
    stored = Stored.of(dealt)
    table = tables.over_sets(stored)
    assert table is not None and [row[0] for row in table.rows] == [title(dealt, s) for s in stored.strategies if s != "as-funded"]
    found = spread(stored, "support", "handover", "as-funded", stored.main)
    span = column(table, "Middle 90% of sets")[title(dealt, "handover")]
    assert says(span, 100 * found.low, 100 * found.high)
    middle = column(table, "Middle set")[title(dealt, "handover")]
    runs = stored.runs[stored.runs["crisis"] == "crisis"].groupby(["strategy", "set"])["support"].mean()
    assert says(middle, 100 * float((runs["handover"] - runs["as-funded"]).median()))
    shares = column(table, "Better / no different / worse")[title(dealt, "handover")]
    each = (found.shares.better, found.shares.same, found.shares.worse)
    assert says(shares, *(100 * end for one in each for end in (one.share, one.low, one.high)))
    part = column(table, "Of the variance of differences, parameters make")[title(dealt, "handover")]
    own = found.parameters
    assert says(part, 100 * own.value, 100 * own.low, 100 * own.high)
    assert "2 percentage points or more" in table.note.replace("2.0", "2")
    assert tables.over_sets(Stored.of(synthetic(strategies=3, replicates=8))) is None
