"""`simulate`: many replicates of one scenario, over a stand-in for the engine and over the real one."""

from __future__ import annotations

from typing import Any

import fakes
import pytest

from tfs_sim.experiments.execution import simulating
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
    monkeypatch.setattr(module, "warm_up", lambda template, report: order.append("ready"))
    run = engine.run_replicate
    monkeypatch.setattr(module, "run_replicate", lambda *task: (order.append("run"), run(*task))[1])
    simulating.simulate(fakes.Scenario(), replicates=4)
    assert order == ["ready", "run", "run", "run", "run"]
