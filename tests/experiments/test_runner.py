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


@pytest.mark.long
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
