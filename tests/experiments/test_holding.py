"""One writer at a time, on every path that writes into a folder."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import fakes
import pytest

from tfs_sim.cli import main
from tfs_sim.experiments.execution import runner, saved, simulating
from tfs_sim.experiments.execution.merging import merge
from tfs_sim.experiments.storage import files, holding
from tfs_sim.scenario.errors import UserError

EXPERIMENT = fakes.Experiment()


def test_a_second_writer_is_refused_on_every_path(
    engine: fakes.Engine, tmp_path: Path, held_elsewhere: Callable[..., Any]
) -> None:
    shards = [tmp_path / "shard-1", tmp_path / "shard-2"]
    for part, folder in enumerate(shards, 1):
        runner.sweep(EXPERIMENT, replicates=2, out=folder, shard=(part, 2))
    result = simulating.simulate(fakes.Scenario())
    uses: dict[str, Callable[[], Any]] = {
        "sweep": lambda: runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "sweep"),
        "extend": lambda: runner.sweep(EXPERIMENT, replicates=3, out=tmp_path / "sweep"),
        "another strategy": lambda: runner.sweep(replace(EXPERIMENT, levels=(1.0, 3.0)), 2, out=tmp_path / "sweep"),
        "begin again": lambda: runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "sweep", fresh=True),
        "shard": lambda: runner.sweep(EXPERIMENT, replicates=2, out=shards[0], shard=(1, 2)),
        "merge": lambda: merge(shards, tmp_path / "merged"),
        "run": lambda: saved.save(result, tmp_path / "runs"),
    }
    places = {"shard": shards[0], "merge": tmp_path / "merged", "run": tmp_path / "runs"}
    for name, use in uses.items():
        with held_elsewhere(places.get(name, tmp_path / "sweep")):
            calls = engine.calls
            with pytest.raises(UserError, match=rf"another process.* is writing to {places.get(name, tmp_path)}"):
                use()
            assert engine.calls == calls, "before any work"
        use()
    assert not list(tmp_path.rglob(holding.LOCK))


def test_a_run_holds_its_folder_from_the_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    simulate = simulating.simulate

    def looked(*given: Any) -> Any:
        with pytest.raises(UserError, match="another process"):
            holding._own(tmp_path / "runs" / holding.LOCK, tmp_path / "runs")
        return simulate(*given)

    monkeypatch.setattr(simulating, "simulate", looked)
    with pytest.raises(SystemExit) as left:
        main(["run", "laboratory", "--months", "3", "--out", str(tmp_path / "runs")])
    assert left.value.code == 0
    assert not (tmp_path / "runs" / holding.LOCK).exists()


def test_who_holds_a_folder_may_hold_it_again_and_another_thread_may_not(tmp_path: Path) -> None:
    refused: list[str] = []

    def other() -> None:
        try:
            with holding.only_one(tmp_path):
                pass
        except UserError as error:
            refused.append(str(error))

    with holding.only_one(tmp_path):
        with holding.only_one(tmp_path):
            pass
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert len(refused) == 1
    other()
    assert len(refused) == 1


def test_a_full_disk_leaves_the_name_of_the_holder_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with holding.only_one(tmp_path), pytest.raises(UserError, match="another process is writing to"):
        holding._own(tmp_path / holding.LOCK, tmp_path)
    assert not (tmp_path / holding.LOCK).exists()


def test_a_lock_that_may_not_be_opened_is_told_by_its_name(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "trial")
    (sweep.folder / holding.LOCK).write_text("")
    opened = files.opened

    def closed(path: Path, *how: Any) -> Any:
        if path.name == holding.LOCK:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *how)

    monkeypatch.setattr(files, "opened", closed)
    with pytest.raises(UserError) as caught, holding.only_one(sweep.folder):
        pass
    (mistake,) = caught.value.mistakes
    assert mistake.message == f"{sweep.folder / holding.LOCK} may not be written to"
    assert "--out" not in mistake.hint  # `tfs-sim report` has no such option
