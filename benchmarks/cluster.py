"""A million runs on a local Dask cluster, and as shards: python benchmarks/cluster.py [--runs N] [--out FILE].

A cluster of processes of one thread each runs a sweep of a small partnership; a worker is killed on the way. How busy
the processors are kept is reckoned against the same runs made bare, by as many threads, in turns with it. The
scheduler's memory is read every second. Then it is asked how many tasks a scheduler hands out in a second, with results
as large as those of a batch: that, not the processors, is what ends first on a large cluster. Run it alone.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import machine
from scale import resident
from turns import Row, table

OUT = Path(__file__).resolve().parents[1] / "build" / "cluster.json"
BATCH = 200
KILLED_FROM = 100_000
"""Of so many runs on a worker is killed on the way."""
SHORT, USUAL = "months = 3\nrun_in = 0\n", "months = 12\n"
"""A run of little work, of which a million show what so many do to a scheduler; and one that is worth sending."""

STUDY = """
title = "Very many runs"
scenario = "little.toml"
replicates = {replicates}
uncertainty = "defaults"
[strategies.nothing]
[strategies.manuals]
add = ["manuals"]
[outcomes]
primary = "support"
"""

BUNDLE = """
[bundles.manuals]
interventions = [{ use = "procedure-manuals" }]
"""

STARTED = """
import sys, threading
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers=int(sys.argv[1]), threads_per_worker=1, processes=True, dashboard_address=None)
    pids = [worker.process.process.pid for worker in cluster.workers.values()]
    print(cluster.scheduler_address, *pids, flush=True)
    sys.stdin.read()
    cluster.close()
"""


@dataclass
class Cluster:
    """A scheduler in a process of its own, and workers in others.

    Attributes
    ----------
    address, process, workers : where it listens; the scheduler's process; the workers' numbers.
    held : the scheduler's memory every second, MiB.
    """

    address: str
    process: subprocess.Popen[str]
    workers: list[int]
    held: list[float] = field(default_factory=list)


@contextmanager
def cluster(workers: int) -> Iterator[Cluster]:
    """Start a cluster, and end it."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "started.py"
        script.write_text(STARTED, encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, str(script), str(workers)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None and process.stdin is not None
        address, *numbers = process.stdout.readline().split()
        found, over = Cluster(address, process, [int(each) for each in numbers]), threading.Event()

        def watch() -> None:
            while not over.wait(1.0):
                found.held.append(resident(process.pid))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield found
        finally:
            over.set()
            watcher.join()
            process.stdin.close()
            process.wait(30)


def experiment(folder: Path, runs: int, clock: str) -> Any:
    """Return an experiment of so many runs of two strategies."""
    import tfs_sim as tfs

    path = folder / "many.toml"
    path.write_text(STUDY.format(replicates=runs // 2), encoding="utf-8")
    (folder / "little.toml").write_text(f'extends = "laboratory"\n[clock]\n{clock}{BUNDLE}', encoding="utf-8")
    return tfs.load_experiment(path)


def bare(runs: int, threads: int, clock: str) -> float:
    """Return the seconds that as many runs take without anything around them."""
    import tfs_sim as tfs
    from tfs_sim.experiments.execution import forks
    from tfs_sim.model import engine

    with tempfile.TemporaryDirectory() as folder:
        experiment(Path(folder), 4, clock)
        little = tfs.load_scenario(Path(folder) / "little.toml")
        templates = [little.to_template(),
                     little.with_(interventions=[{"use": "procedure-manuals"}]).to_template()]  # fmt: skip
    engine.warm_up()
    grove = forks.Grove.of(templates)
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda replicate: grove.run(1, replicate)[1], range(runs // 2)):
            pass
    return time.perf_counter() - began


def on_the_cluster(runs: int, workers: int, clock: str, kill: bool) -> dict[str, Any]:
    """Make the runs on a cluster; return seconds, the scheduler's memory and what is stored."""
    import tfs_sim as tfs

    with cluster(workers) as found, tempfile.TemporaryDirectory() as folder:
        asked = experiment(Path(folder), runs, clock)
        before = bare(runs // 20, workers, clock) * 20
        began = time.perf_counter()
        if kill:
            threading.Timer(15.0, os.kill, (found.workers[0], signal.SIGKILL)).start()
        done = tfs.sweep(asked, out=Path(folder) / "out", executor=found.address, batch=BATCH)
        passed = time.perf_counter() - began
        after = bare(runs // 20, workers, clock) * 20
        stored = sum(path.stat().st_size for path in (Path(folder) / "out").rglob("*") if path.is_file())
        rows = len(done.runs)
    held = found.held
    return {
        "seconds": passed,
        "bare": [before, after],
        "efficiency": 0.5 * (before + after) / passed,
        "rows": rows,
        "stored_bytes": stored,
        "scheduler_early": held[len(held) // 5],
        "scheduler_late": held[-2],
    }


def as_shards(runs: int, shards: int) -> dict[str, Any]:
    """Make the runs as shards, each a process, and merge them."""
    with tempfile.TemporaryDirectory() as folder:
        experiment(Path(folder), runs, USUAL)
        command = [sys.executable, "-m", "tfs_sim"]
        began = time.perf_counter()
        parts = [
            subprocess.Popen(
                [*command, "sweep", str(Path(folder) / "many.toml"), "--shard", f"{n}/{shards}", "--workers", "1",
                 "--out", str(Path(folder) / f"shard-{n}")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            ) for n in range(1, shards + 1)
        ]  # fmt: skip
        codes = [part.wait() for part in parts]
        passed = time.perf_counter() - began
        merged = [*command, "merge", *(str(Path(folder) / f"shard-{n}") for n in range(1, shards + 1)),
                  "--out", str(Path(folder) / "out")]  # fmt: skip
        code = subprocess.run(merged, capture_output=True, check=False).returncode
        return {"seconds": passed, "codes": [*codes, code], "merge": time.perf_counter() - began - passed}


def handed_out(tasks: int, size: int) -> float:
    """Return how many tasks a second a scheduler hands out and takes back, results of so many bytes each."""
    from distributed import Client

    with cluster(2) as found, Client(found.address, set_as_default=False) as client:
        client.gather(client.map(bytes, [size] * 200, pure=False))
        began = time.perf_counter()
        waiting, done = [], 0
        while done < tasks:
            while len(waiting) < 400 and done + len(waiting) < tasks:
                waiting.append(client.submit(bytes, size, pure=False))
            waiting.pop(0).result()
            done += 1
        return tasks / (time.perf_counter() - began)


def measured(runs: int, worth: int, workers: int) -> dict[str, Any]:
    """Measure everything; return what is written."""
    before = machine.described()
    many = on_the_cluster(runs, workers, SHORT, kill=runs >= KILLED_FROM)
    found = on_the_cluster(worth, workers, USUAL, kill=False)
    shards = as_shards(worth, workers)
    rate = handed_out(min(20_000, worth // 5), 20_000)
    grown = many["scheduler_late"] - many["scheduler_early"]
    even = sum(found["bare"]) / 2.0
    killed = ", a worker killed on the way" if runs >= KILLED_FROM else ""
    rows = [
        Row("very many short runs", f"{many['seconds']:.0f} s", "", None,
            (f"{many['rows']:,} runs, {many['stored_bytes'] / runs:.0f} bytes each{killed}",),
            many),
        Row("the scheduler's memory", f"{grown:+.0f} MiB", "at most +20 MiB", grown <= 20.0,
            (f"{many['scheduler_early']:.0f} MiB after a fifth of them, {many['scheduler_late']:.0f} in the end",)),
        Row("Dask, of bare runs", f"{found['efficiency']:.2f}", "at least 0.90", found["efficiency"] >= 0.9,
            (f"{worth:,} runs in {found['seconds']:.0f} s by {workers} workers; bare {even:.0f} s",), found),
        Row("as shards, of bare runs", f"{even / shards['seconds']:.2f}", "at least 0.90",
            even / shards["seconds"] >= 0.9, (f"{shards['seconds']:.0f} s, merged in {shards['merge']:.0f} s",),
            shards),
        Row("tasks a second", f"{rate:,.0f}", "", None, ("of a scheduler, results of 20,000 bytes",), {"rate": rate}),
    ]  # fmt: skip
    return {"machine": {**before, "load_at_the_end": machine.load()}, "rows": rows}


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1_000_000, help="short ones")
    parser.add_argument("--worth", type=int, default=80_000, help="runs by which efficiency is measured")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=OUT, help="the file for the figures (default: build/cluster.json)")
    given = parser.parse_args(arguments)
    found = measured(given.runs, given.worth, given.workers)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**found, "rows": [vars(row) for row in found["rows"]]}, indent=1, ensure_ascii=False)
    given.out.write_text(text + "\n", encoding="utf-8")
    print(table(found["rows"]))
    print(f"\nAll figures: {given.out}")


if __name__ == "__main__":
    main(sys.argv[1:])
