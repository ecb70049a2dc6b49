"""Numbered runs: which replicate and point each is, and that what is stored under them is what they are."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
import real

from tfs_sim.experiments.designs.variables import varied
from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.execution.plan import Plan, unique
from tfs_sim.model import engine
from tfs_sim.model.catalogue import METRICS
from tfs_sim.scenario.build import build

GRID = """
[design]
method = "grid"
[design.vary]
table = { of = "sites.all.at_the_table", low = 0.2, high = 0.8, levels = 2 }
onset = { of = "shocks.community-crisis.onset", values = ["2020-01", "2020-06"] }
"""


def test_runs_go_through_all_points_of_a_replicate_before_the_next() -> None:
    plan = Plan((), None, None, replicates=3, seed=1, _points=4)
    assert plan.runs == 12 and plan.size == 4
    assert [(plan.replicate(run), plan.point(run)) for run in range(12)] == list(product(range(3), range(4)))


def test_a_stored_run_is_that_of_its_replicate_at_its_point(tmp_path: Path) -> None:
    experiment = real.trial(tmp_path, GRID)
    sweep = runner.sweep(experiment, replicates=3, out=tmp_path / "out")
    assert len(sweep.runs) == 6 * 4 * 3
    names = list(METRICS)
    for arm in experiment.arms():
        own = sweep.runs[sweep.runs["strategy"].astype(str) == arm.strategy]
        own = own[own["crisis"].astype(str) == arm.levels["crisis"]].set_index(["replicate", "point"])
        for replicate, point in product(range(3), range(4)):
            template = build(varied(arm.scenario, experiment.points.settings(point)))
            months = engine.run_replicate(template, experiment.seed, replicate)[:, 0]
            row = own.loc[(replicate, point)]
            assert row["trust"] == pytest.approx(months[-12:, names.index("trust")].mean(), rel=1e-12)
            assert row["cost"] == pytest.approx(months[:, names.index("cost")].sum(), rel=1e-12)


def test_the_table_of_points_says_what_every_variable_was(tmp_path: Path) -> None:
    text = '[design]\nmethod = "one-at-a-time"\n[design.vary]\n'
    text += 'table = { of = "sites.all.at_the_table", low = 0.2, high = 0.8 }\n'
    text += 'begin = { of = "interventions.procedure-manuals.from", values = ["2019-03", "2019-09"] }\n'
    text += 'whom = { of = "interventions.procedure-manuals.target", values = ["all", { role = "partner" }] }\n'
    experiment = real.trial(tmp_path, text)
    found = Plan.of(experiment, 1, 1).table().to_pydict()
    usual = next(iter(experiment.arms())).scenario.sites["riverton"].at_the_table
    assert found["point"] == list(range(7))
    assert found["table"] == [usual, 0.2, 0.8, *[usual] * 4]
    assert found["begin"] == ["2019-07"] * 3 + ["2019-03", "2019-09"] + ["2019-07"] * 2
    assert found["whom"][:5] == [""] * 5 and found["whom"][5] == "all" and "partner" in found["whom"][6]
    assert Plan.of(real.trial(tmp_path / "plain"), 1, 1).table() is None


def test_arms_of_one_scenario_share_their_runs(tmp_path: Path) -> None:
    same = (
        '[strategies.more]\nextends = "manuals"\nadd = [{ use = "overlap", from = "2020-01", paid_by = "funder" }]',
        "",
    )
    plan = Plan.of(real.trial(tmp_path, change=(same[0], '[strategies.more]\nextends = "manuals"')), 2, 1)
    assert len(plan.arms) == 6 and len(unique(plan.arms)) == 4
    assert {arm.digest for arm in unique(plan.arms)} == {arm.digest for arm in plan.arms}


def test_without_a_design_there_is_one_point_and_nothing_is_set(tmp_path: Path) -> None:
    plan = Plan.of(real.trial(tmp_path), 5, 9)
    assert (plan.runs, plan.size, plan.seed) == (5, 1, 9)
    assert plan.settings(3) == {} and [arm.rows for arm in plan.arms] == [24] * 6
    assert all(arm.distinct for arm in plan.arms)
    assert np.array_equal([plan.replicate(run) for run in range(5)], np.arange(5))
