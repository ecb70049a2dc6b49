"""Shipped experiments with the real engine: killed and resumed, on threads, processes, Dask and in shards, one digest.

`make long` takes one experiment, `make torture` all of them.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tfs_sim.cli import main
from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.storage import files, store
from tfs_sim.experiments.storage.holding import LOCK
from tfs_sim.experiments.storage.status import status
from tfs_sim.scenario import presets
from tfs_sim.scenario.errors import UserError
from tfs_sim.scenario.writing import to_toml

SHIPPED = sorted(presets.names("experiments"))
NAMES = SHIPPED if os.environ.get("TFS_SIM_TORTURE") else ["equal-budget"]
REPLICATES = "6"
KILLED = """
import sys, time
from tfs_sim.cli import main
from tfs_sim.experiments.storage import parts, tables
tables.ROWS = 200
now = [2e9]
time.time = lambda: now.append(now.pop() - 3600) or now[0]  # a clock that is set back, again and again
add = parts.ArmParts.add
parts.ArmParts.add = lambda *given: (add(*given), time.sleep(0.1))
main(sys.argv[1:])
"""
"""A sweep of small parts, written so slowly that it can be killed between any two of them."""

ENDINGS = {"SIGKILL": -9, "SIGTERM": 143, "SIGHUP": 129}
"""How it is ended, and the exit code that follows."""


def reduced(name: str, folder: Path) -> Path:
    """Write a shipped experiment with two values for each variable of its design, at the defaults."""
    data: dict[str, Any] = tomllib.loads(presets.find("experiments", name).read_text(encoding="utf-8"))
    for vary in data.get("design", {}).get("vary", {}).values():
        if "values" in vary:
            vary["values"] = [vary["values"][0], vary["values"][-1]]
        else:
            vary["levels"] = 2
    data["uncertainty"] = "defaults"
    data.pop("sets", None)
    path = folder / f"{name}.toml"
    path.write_text(to_toml(data), encoding="utf-8")
    return path


def swept(path: Path, out: Path, *options: str) -> str:
    """Run `tfs-sim sweep` to its end; return the digest."""
    with pytest.raises(SystemExit) as leave:
        main(["sweep", str(path), "-n", REPLICATES, "--out", str(out), *options])
    assert leave.value.code == 0
    return store.digest(out) if "--shard" not in options else ""


def kept(folder: Path) -> int:
    """Return how many parts are finished."""
    return sum(path.read_bytes().count(b"\n") - 1 for path in folder.glob("parts/*/manifest.jsonl"))


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    distributed: Any = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as made:
        yield made.scheduler_address


def ended_and_resumed(path: Path, out: Path, ending: str) -> str:
    """End a sweep with a signal, twice where that is sudden, and go on; return the digest."""
    command = [sys.executable, "-c", KILLED, "sweep", str(path), "-n", REPLICATES, "--out", str(out)]
    moments, before = random.Random(path.stem + ending), 0
    for _ in range(2 if ending == "SIGKILL" else 1):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while kept(out) <= before and process.poll() is None:
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.2))
        process.send_signal(getattr(signal, ending))
        assert process.wait() == ENDINGS[ending]
        seen = status(out)
        assert 0 < seen.done < seen.wanted or ending != "SIGKILL"  # in order: all that was under way may be there
        assert not any(arm.damaged for arm in seen.arms)
        assert ending == "SIGKILL" or not list(out.rglob(f"{files.TEMPORARY}*"))
        before = kept(out)
    found = swept(path, out)
    assert not [*out.rglob(f"{files.TEMPORARY}*"), *out.rglob(LOCK)]
    return found


@pytest.mark.long
@pytest.mark.usefixtures("undrawn")
@pytest.mark.skipif(os.name == "nt", reason="no kill -9")
@pytest.mark.parametrize("name", NAMES)
def test_kill_and_go_on_anywhere(name: str, cluster: str, tmp_path: Path) -> None:
    path = reduced(name, tmp_path)
    whole = swept(path, tmp_path / "threads", "-w", "2")
    for ending in ENDINGS if os.environ.get("TFS_SIM_TORTURE") else ["SIGKILL"]:
        assert ended_and_resumed(path, tmp_path / ending, ending) == whole
    assert swept(path, tmp_path / "processes", "--executor", "processes", "-w", "2") == whole
    assert swept(path, tmp_path / "dask", "--dask", cluster) == whole
    shards = [tmp_path / f"shard-{part}" for part in (1, 2)]
    for part, shard in enumerate(shards, 1):
        swept(path, shard, "--shard", f"{part}/2")
    with pytest.raises(SystemExit) as leave:
        main(["merge", *map(str, shards), "--out", str(tmp_path / "merged")])
    assert leave.value.code == 0
    assert store.digest(tmp_path / "merged") == whole


def lose_children(stop: threading.Event, moments: random.Random) -> None:
    """Kill one process after another of those that this one has started."""
    while not stop.wait(moments.uniform(1.0, 4.0)):
        for child in multiprocessing.active_children()[:1]:
            if child.pid is not None:
                os.kill(child.pid, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("TFS_SIM_TORTURE") or os.name == "nt", reason="part of `make torture`")
@pytest.mark.parametrize("name", NAMES)
def test_kill_workers_of_every_executor(name: str, tmp_path: Path) -> None:
    distributed: Any = pytest.importorskip("distributed")
    experiment = load_experiment(reduced(name, tmp_path))
    whole = runner.sweep(experiment, int(REPLICATES), out=tmp_path / "threads").digest()
    stop, moments = threading.Event(), random.Random(name)
    killer = threading.Thread(target=lose_children, args=(stop, moments))
    killer.start()
    try:
        for times in range(21):  # each time with what is left to do
            if times == 20:  # on a busy machine workers may die before they finish anything: the last ones live
                stop.set()
                killer.join()
            with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
                try:
                    given = runner.sweep(experiment, int(REPLICATES), out=tmp_path / "given", executor=pool, batch=1)
                    break
                except UserError as error:
                    assert "has lost its workers" in str(error)
        stop.set()
    finally:
        stop.set()
        killer.join()
    assert given.digest() == whole
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as cluster:
        pids = [worker.process.pid for worker in cluster.workers.values()]

        def progress(done: int, total: int, rate: float) -> None:
            if pids and done > total // 3:
                os.kill(pids.pop(), signal.SIGKILL)
                pids.clear()

        sweep = runner.sweep(
            experiment, int(REPLICATES), out=tmp_path / "dask", executor=cluster.scheduler_address, progress=progress
        )
    assert sweep.digest() == whole
