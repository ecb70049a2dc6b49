"""The runner, over a stand-in for the engine: order, progress, memory, Ctrl-C."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import Any

import fakes
import numpy as np
import pytest

from tfs_sim.experiments.execution import executors, runner
from tfs_sim.scenario.errors import UserError


def test_simulate_gives_tidy_tables(engine: fakes.Engine) -> None:
    result = runner.simulate(fakes.Scenario(), replicates=3, seed=5)
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
    one = runner.simulate(fakes.Scenario(), replicates=20, seed=5, workers=1)
    many = runner.simulate(fakes.Scenario(), replicates=20, seed=5, workers=7)
    assert (one.values == many.values).all()
    assert (one.summaries == many.summaries).all()


def test_more_replicates_begin_with_the_same_ones(engine: fakes.Engine) -> None:
    few, more = (runner.simulate(fakes.Scenario(), replicates=n, seed=5) for n in (3, 8))
    assert (more.values[:3] == few.values).all()


def test_a_result_cannot_be_changed_and_prints_itself(engine: fakes.Engine) -> None:
    result = runner.simulate(fakes.Scenario(), replicates=2)
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
        runner.simulate(fakes.Scenario(), **wrong)


def test_progress_is_told_from_the_first_to_the_last_run(engine: fakes.Engine, tmp_path: Path) -> None:
    told: list[tuple[int, int, float]] = []
    runner.sweep(fakes.Experiment(), out=tmp_path, progress=lambda *facts: told.append(facts))
    assert told[0][:2] == (0, 80)
    assert told[-1][:2] == (80, 80)
    assert told[-1][2] > 0
    assert [facts[0] for facts in told] == sorted(facts[0] for facts in told)


def test_a_resumed_sweep_counts_what_is_there(engine: fakes.Engine, tmp_path: Path) -> None:
    runner.sweep(fakes.Experiment(), replicates=10, out=tmp_path)
    told: list[int] = []
    runner.sweep(fakes.Experiment(), replicates=20, out=tmp_path, progress=lambda done, total, rate: told.append(done))
    assert told[0] == 40


def test_the_engine_is_made_ready_before_workers_start(engine: fakes.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from tfs_sim.model import engine as module

    order: list[str] = []
    monkeypatch.setattr(module, "warm_up", lambda template, report: order.append("ready"))
    run = engine.run_replicate
    monkeypatch.setattr(module, "run_replicate", lambda *task: (order.append("run"), run(*task))[1])
    runner.simulate(fakes.Scenario(), replicates=4)
    assert order == ["ready", "run", "run", "run", "run"]


def test_few_runs_are_under_way_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "AHEAD", 4)
    begun: list[int] = []
    ahead = 0
    for position, (task, result) in enumerate(
        executors.stream(range(200), lambda task: (begun.append(task), task)[1], 2)
    ):
        assert task == result == position
        ahead = max(ahead, len(begun) - position)
    assert ahead <= 9
    assert sorted(begun) == list(range(200))


def test_memory_stays_flat_in_a_long_sweep(engine: fakes.Engine, tmp_path: Path) -> None:
    import tracemalloc

    def peak(replicates: int) -> int:
        tracemalloc.start()
        runner.sweep(fakes.Experiment(months=240), replicates=replicates, out=tmp_path / str(replicates))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    few, many = peak(300), peak(1500)
    assert many < few * 1.5 + 2_000_000


def test_a_mistake_in_a_run_comes_out(engine: fakes.Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tfs_sim.model import engine as module

    def broken(*task: Any) -> np.ndarray:
        raise ZeroDivisionError("in the model")

    monkeypatch.setattr(module, "run_replicate", broken)
    with pytest.raises(ZeroDivisionError, match="in the model"):
        runner.sweep(fakes.Experiment(), out=tmp_path)


def test_ctrl_c_keeps_what_is_finished(engine: fakes.Engine, tmp_path: Path) -> None:
    engine.pause = 0.01
    timer = threading.Timer(0.35, lambda: signal.raise_signal(signal.SIGINT))
    timer.start()
    with pytest.raises(runner.Interrupted) as stopped:
        runner.sweep(fakes.Experiment(), replicates=200, out=tmp_path, workers=2)
    timer.join()
    said = str(stopped.value)
    kept = int(said.split()[1].replace(",", ""))
    assert said == f"Stopped. {kept:,} of 800 runs are kept in {tmp_path}; the same command goes on from there."
    assert 0 < kept < 400
    time.sleep(0.1)
    before = engine.calls
    engine.pause = 0.0
    resumed = runner.sweep(fakes.Experiment(), replicates=200, out=tmp_path)
    assert engine.calls - before == 800 - kept
    undisturbed = runner.sweep(fakes.Experiment(), replicates=200, out=tmp_path / "other")
    assert resumed.digest() == undisturbed.digest()
