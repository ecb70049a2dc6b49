"""`simulate`: many replicates of one scenario, over a stand-in for the engine and over the real one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fakes
import numpy as np
import pytest
import real

from tfs_sim.experiments.designs.sets import Sets, drawn
from tfs_sim.experiments.execution import runner, simulating
from tfs_sim.experiments.execution.replaying import events
from tfs_sim.experiments.storage import ensembles
from tfs_sim.scenario.errors import UserError


def test_simulate_gives_tidy_tables(engine: fakes.Engine) -> None:
    result = simulating.simulate(fakes.Scenario(), replicates=3, seed=5)
    assert list(result.series.columns) == ["replicate", "month", "date", "site", *fakes.METRICS]
    assert len(result.series) == 3 * 24 * 2
    assert str(result.series["date"].iloc[-1].date()) == "2020-05-01"
    assert list(result.runs.columns) == ["replicate", "site", *fakes.METRICS]
    one = result.series.query("replicate == 2 and site == 'south'")
    row = result.runs.query("replicate == 2 and site == 'south'").iloc[0]
    assert row["trust"] == pytest.approx(one["trust"].tail(12).mean())
    assert row["cost"] == pytest.approx(one["cost"].sum())
    assert row["partners"] == one["partners"].iloc[-1]


def test_simulate_does_not_depend_on_the_number_of_workers(engine: fakes.Engine) -> None:
    one = simulating.simulate(fakes.Scenario(), replicates=20, seed=5, workers=1)
    many = simulating.simulate(fakes.Scenario(), replicates=20, seed=5, workers=7)
    assert (one.values == many.values).all()
    assert (one.summaries == many.summaries).all()


def test_more_replicates_begin_with_the_same_ones(engine: fakes.Engine) -> None:
    few, more = (simulating.simulate(fakes.Scenario(), replicates=n, seed=5) for n in (3, 8))
    assert (more.values[:3] == few.values).all()


def test_a_result_cannot_be_changed_and_prints_itself(engine: fakes.Engine) -> None:
    result = simulating.simulate(fakes.Scenario(), replicates=2)
    with pytest.raises(ValueError, match="read-only"):
        result.values[0] = 0
    with pytest.raises(AttributeError):
        result.seed = 3  # type: ignore[misc]
    assert "2 replicates × 2 sites × 24 months, seed 1" in repr(result)
    assert "A &lt;town&gt;" in result._repr_html_()
    assert "<town>" not in result._repr_html_()
    assert result.provenance["seed"] == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"replicates": 0}, "replicates is a whole number between 1 and 1,000,000; found 0"),
        ({"replicates": 1.5}, "replicates is a whole number between 1 and 1,000,000, without decimals; found 1.5"),
        ({"replicates": 1_000_001}, "replicates is a whole number between 1 and 1,000,000; found 1000001"),
        ({"replicates": True}, "replicates is a whole number between 1 and 1,000,000; found true"),
        ({"replicates": 10**5000}, "found a number of more than 30 digits"),
        ({"seed": -1}, "seed is a whole number between 0 and 9,223,372,036,854,775,807; found -1"),
        ({"seed": 2**63}, "seed is a whole number between 0 and 9,223,372,036,854,775,807; found 9223372036854775808"),
        ({"workers": 0}, "workers is a whole number between 1 and 1,000,000; found 0"),
    ],
)
def test_wrong_numbers_are_told(engine: fakes.Engine, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        simulating.simulate(fakes.Scenario(), **wrong)


def test_the_engine_is_made_ready_before_workers_start(engine: fakes.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from tfs_sim.model import engine as module

    order: list[str] = []
    monkeypatch.setattr(module, "warm_up", lambda report: order.append("ready"))
    run = engine.run_replicate
    monkeypatch.setattr(module, "run_replicate", lambda *task: (order.append("run"), run(*task))[1])
    simulating.simulate(fakes.Scenario(), replicates=4)
    assert order == ["ready", "run", "run", "run", "run"]


# ── Under sets of parameters, over the real engine ──────────────────────────────────────────────────────


def test_runs_under_sets_are_those_of_a_sweep(tmp_path: Path) -> None:
    experiment = real.over_sets(tmp_path)
    sweep = runner.sweep(experiment, out=tmp_path / "out")
    arm = experiment.arms()[3]
    result = simulating.simulate(arm.scenario, 2, seed=3, sets=3, uncertainty="plausible")
    assert list(result.runs.columns[:3]) == ["set", "replicate", "site"]
    assert list(result.series.columns[:5]) == ["set", "replicate", "month", "date", "site"]
    assert result.values.shape[:2] == (6, 24) and not result.values.flags.writeable
    assert result.runs["set"].tolist() == [name for name in drawn(3).ids for _ in range(2)]
    assert result.runs["replicate"].tolist() == [0, 1] * 3
    stored = sweep.runs[(sweep.runs["strategy"] == arm.strategy) & (sweep.runs["crisis"] == arm.levels["crisis"])]
    stored = stored.set_index(["set", "replicate"]).sort_index()
    alone = result.runs.set_index(["set", "replicate"]).sort_index()
    for name in result.metrics:
        assert stored[name].equals(alone[name]) if name in stored else name in arm.levels
    assert "3 sets of parameters × 2 replicates × 1 site × 24 months, seed 3" in repr(result)
    assert result.provenance["sets"] == {
        "title": "drawn from what is plausible", "sets": 3, "digest": drawn(3).digest(), "agreement": None,
    }  # fmt: skip


def test_a_set_alone_is_the_one_among_others(tmp_path: Path) -> None:
    scenario = real.trial(tmp_path).arms()[3].scenario
    every = drawn(4, "plausible: turnover")
    third = Sets(every.origin, every.title, every.ids[2:3], every.variables, every.table[2:3])
    together = simulating.simulate(scenario, 2, seed=3, sets=every, workers=2)
    alone = simulating.simulate(scenario, 2, seed=3, sets=third, workers=1)
    assert np.array_equal(together.values[4:6], alone.values)
    assert np.array_equal(
        simulating.simulate(scenario, 2, seed=3, sets=4, uncertainty="plausible: turnover").values, together.values
    )
    fewer = simulating.simulate(scenario, 1, seed=3, sets=2, uncertainty="plausible: turnover")
    assert np.array_equal(fewer.values, together.values[0:4:2])


def test_without_sets_a_scenario_is_run_as_it_is(tmp_path: Path) -> None:
    scenario = real.trial(tmp_path).arms()[3].scenario
    bare, under = (
        simulating.simulate(scenario, 2, seed=3),
        simulating.simulate(scenario, 2, seed=3, sets=1, uncertainty="plausible"),
    )
    assert bare.sets is None and bare.provenance["sets"] is None and "set" not in bare.runs
    assert under.sets is not None and not np.array_equal(bare.values, under.values)
    nothing = drawn(1).without([variable.path for variable in drawn(1).variables])
    again = simulating.simulate(scenario, 2, seed=3, sets=nothing)
    assert not np.array_equal(again.values, bare.values), "its parameters, and the luck of the set"


def test_what_a_scenario_gives_wins_in_every_set(tmp_path: Path) -> None:
    scenario = real.trial(tmp_path).arms()[0].scenario
    written = scenario.with_(parameters={"trust": {"memory": 24}})
    sets = drawn(2, "plausible: trust")
    left = sets.without([("parameters", "trust", "memory")])
    result = simulating.simulate(written, 1, sets=sets)
    assert np.array_equal(result.values, simulating.simulate(written, 1, sets=left).values)
    assert not np.array_equal(result.values, simulating.simulate(scenario, 1, sets=sets).values)


def test_a_run_of_a_set_is_told_again(tmp_path: Path) -> None:
    scenario = real.trial(tmp_path).arms()[3].scenario
    result = simulating.simulate(scenario, 2, seed=3, sets=3, uncertainty="plausible")
    found = events(scenario, replicate=1, seed=3, parameter_set="plausible-0002", uncertainty="plausible")
    departures = found[found["event"] == "departure"].groupby("month").size()
    run = result.series[(result.series["set"] == "plausible-0002") & (result.series["replicate"] == 1)]
    recorded = run.set_index("month")["departures"]
    assert recorded.sum() > 0
    assert departures.reindex(recorded.index, fill_value=0).tolist() == recorded.tolist()
    assert not found.equals(events(scenario, replicate=1, seed=3))
    with pytest.raises(UserError, match="there is no set"):
        events(scenario, parameter_set="plausible-2", uncertainty="plausible")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sets": 0}, "sets is a whole number between 1 and 100,000; found 0"),
        ({"sets": 1.5}, "sets is a whole number between 1 and 100,000, without decimals; found 1.5"),
        ({"sets": True}, "found true"),
        ({"sets": 100_001}, "between 1 and 100,000; found 100001"),
        ({"sets": 2, "uncertainty": "defaults"}, 'uncertainty "defaults" has no sets of parameters'),
        ({"sets": 2, "uncertainty": "plausibel"}, 'found "plausibel"'),
        ({"sets": 2, "uncertainty": "nowhere.json"}, r"nowhere\.json is not there"),
    ],
)
def test_wrong_sets_are_told(lab: Any, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        simulating.simulate(lab, **wrong)


def test_an_ensemble_gives_its_sets(lab: Any, tmp_path: Path) -> None:
    sets = drawn(3, "plausible: turnover", stream="mine")
    ensembles.write(tmp_path / "mine.json", sets, real.facts(sets))
    short = lab.with_(months=6)
    result = simulating.simulate(short, 1, sets=2, uncertainty=str(tmp_path / "mine.json"))
    assert result.sets is not None and result.sets.ids == sets.ids[:2]
    assert np.array_equal(result.values, simulating.simulate(short, 1, sets=sets.first(2)).values)
    with pytest.raises(UserError, match="has 3 sets of parameters, and 4 are asked for"):
        simulating.simulate(short, 1, sets=4, uncertainty=str(tmp_path / "mine.json"))
