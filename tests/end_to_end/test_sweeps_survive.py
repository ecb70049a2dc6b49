"""Shipped experiments with the real engine: killed and resumed, on threads, processes, Dask and in shards, one digest.

By itself this takes one experiment; `make torture` takes all of them.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tfs_sim.cli import main
from tfs_sim.experiments import store
from tfs_sim.experiments.status import status
from tfs_sim.scenario import presets
from tfs_sim.scenario.writing import to_toml

SHIPPED = sorted(presets.names("experiments"))
NAMES = SHIPPED if os.environ.get("TFS_SIM_TORTURE") else ["equal-budget"]
REPLICATES = "6"
KILLED = """
import sys, time
from tfs_sim.cli import main
from tfs_sim.experiments import parts, tables
tables.ROWS = 200
add = parts.ArmParts.add
parts.ArmParts.add = lambda *given: (add(*given), time.sleep(0.1))
main(sys.argv[1:])
"""
"""A sweep of small parts, written so slowly that it can be killed between any two of them."""


def reduced(name: str, folder: Path) -> Path:
    """Write a shipped experiment with two values for each variable of its design."""
    data: dict[str, Any] = tomllib.loads(presets.find("experiments", name).read_text(encoding="utf-8"))
    for vary in data.get("design", {}).get("vary", {}).values():
        if "values" in vary:
            vary["values"] = [vary["values"][0], vary["values"][-1]]
        else:
            vary["levels"] = 2
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


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no kill -9")
@pytest.mark.parametrize("name", NAMES)
def test_kill_and_go_on_anywhere(name: str, cluster: str, tmp_path: Path) -> None:
    path = reduced(name, tmp_path)
    whole = swept(path, tmp_path / "threads", "-w", "2")
    command = [sys.executable, "-c", KILLED, "sweep", str(path), "-n", REPLICATES, "--out", str(tmp_path / "killed")]
    moments, before = random.Random(name), 0
    for _ in range(2):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while kept(tmp_path / "killed") <= before and process.poll() is None:
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        seen = status(tmp_path / "killed")
        assert 0 < seen.done < seen.wanted
        assert not any(arm.damaged for arm in seen.arms)
        before = kept(tmp_path / "killed")
    assert swept(path, tmp_path / "killed") == whole
    assert swept(path, tmp_path / "processes", "--executor", "processes", "-w", "2") == whole
    assert swept(path, tmp_path / "dask", "--dask", cluster) == whole
    shards = [tmp_path / f"shard-{part}" for part in (1, 2)]
    for part, shard in enumerate(shards, 1):
        swept(path, shard, "--shard", f"{part}/2")
    with pytest.raises(SystemExit) as leave:
        main(["merge", *map(str, shards), "--out", str(tmp_path / "merged")])
    assert leave.value.code == 0
    assert store.digest(tmp_path / "merged") == whole
