"""What the machinery around the kernels costs: overhead, two threads, a fork, a plan of a million points.

Overhead is reckoned in processor time, so that a busy machine matters little; the efficiency of two threads is
reckoned in wall time and needs a quiet one. python benchmarks/machinery.py [runs]
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np

from standard_run import standard
from tfs_sim.experiments.designs.design import Experiment, load_experiment
from tfs_sim.experiments.execution import forks, runner
from tfs_sim.experiments.storage import keys, parts
from tfs_sim.model import engine

STANDARD = """
scenario = "laboratory"
replicates = 100
uncertainty = "defaults"
months = 120
[strategies.standard]
parameters = { community = { all_pairs_up_to = 0, candidates = 16 } }
[cross]
size = [{ label = "100", sites = { lab = { students = 50_000, organizations = { district = 2, nonprofit = 40, \
health = 12, business = 15, government = 8, philanthropy = 4, higher_education = 6, community_group = 12 }, \
backbone = { fte = 4 } } } }]
[outcomes]
primary = "support"
"""

MILLION = """
scenario = "laboratory"
replicates = 1
uncertainty = "defaults"
[strategies.as-it-is]
[strategies.staff]
add = ["backbone-staffing"]
[design]
method = "sobol"
points = 1_000_000
constraints = ["leaving < 10 * notice"]
[design.vary]
leaving = "parameters.turnover.rate_nonprofit"
notice = "parameters.turnover.notice_share"
grievance = { of = "sites.lab.grievance", low = 0, high = 0.6 }
added = { of = "interventions.backbone-staffing.dose", low = 0, high = 4 }
begin = { of = "interventions.backbone-staffing.from", low = "2020-01", high = "2022-01" }
[outcomes]
primary = "support"
"""


def experiment(folder: Path, name: str, text: str) -> Experiment:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return load_experiment(folder / f"{name}.toml")


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Return the wall and the processor seconds of some work."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def bare(template: engine.Template, runs: int, threads: int) -> tuple[float, float]:
    def work() -> None:
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(lambda replicate: forks.run_alone(template, 1, replicate), range(runs)):
                pass

    return spent(work)


def overhead(folder: Path, runs: int) -> None:
    template = standard()
    bare(template, 20, 2)
    swept = experiment(folder, "standard", STANDARD)
    assert engine.run_replicate(swept.arms()[0].scenario.to_template(), 1, 0).shape == template.output().shape
    wall, processor = bare(template, runs, 2)
    one_wall, _ = bare(template, runs // 4, 1)
    all_wall, all_processor = spent(lambda: runner.sweep(swept, replicates=runs, workers=2, out=folder / "standard"))
    print(f"{runs:,} standard runs, bare, two threads   {wall:6.1f} s wall  {processor:6.1f} s processor")
    print(f"{runs:,} standard runs, swept and stored    {all_wall:6.1f} s wall  {all_processor:6.1f} s processor")
    print(f"overhead of the machinery (processor)       {all_processor / processor - 1:.1%}")
    print(f"overhead of the machinery (wall)            {all_wall / wall - 1:.1%}")
    print(f"efficiency of two threads (wall)            {4 * one_wall / wall / 2:.2f}")
    again, _ = spent(lambda: runner.sweep(swept, replicates=runs, out=folder / "standard"))
    print(f"the same sweep again, nothing to do         {again:6.1f} s wall")


def fork() -> None:
    template = standard()
    (one, _), (two, _) = template.fresh(), template.fresh()
    out, other = template.output(), template.output()
    times = []
    for _ in range(500):
        began = time.perf_counter()
        two[:] = one
        other[:60] = out[:60]
        times.append(time.perf_counter() - began)
    times.sort()
    print(
        f"a fork ({one.nbytes / 1024:.0f} KiB of state, 60 months)     {times[len(times) // 2] * 1e6:6.1f} µs (median)"
    )


def saving() -> None:
    arms = load_experiment("crisis-shock").arms()
    templates = [arm.scenario.to_template() for arm in arms]
    (family,) = forks.families(lambda arm: templates[arm], len(templates))
    grove = forks.Grove.of([templates[arm] for arm in family])
    grove.run(1, 0)
    _, shared = spent(lambda: [grove.run(1, replicate) for replicate in range(10)])
    _, full = spent(lambda: [engine.run_replicate(t, 1, replicate) for replicate in range(10) for t in templates])
    months = 1 - grove.tree.months / sum(each.months for each in templates)
    print(f"crisis-shock: shared pasts save {months:.0%} of the months, {1 - shared / full:.0%} of the processor time")


class _EnoughError(Exception):
    pass


def plan(folder: Path) -> None:
    """Plan a million points, run the first part, stop; then go on until the first new run."""
    wall, processor = spent(lambda: experiment(folder, "million", MILLION))
    print(f"a million points × 2 strategies, read       {wall:6.1f} s wall  {processor:6.1f} s processor")
    loaded = load_experiment(folder / "million.toml")

    def until(runs: int) -> float:
        first: list[int] = []
        began, at = time.process_time(), [0.0]

        def progress(done: int, total: int, rate: float) -> None:
            if not first:
                first.append(done)
            elif done > first[0] and not at[0]:
                at[0] = time.process_time() - began
            if done - first[0] >= runs:
                raise _EnoughError

        with suppress(_EnoughError):
            runner.sweep(loaded, out=folder / "million", progress=progress, workers=2)
        return at[0]

    print(f"  planned and started, to the first run     {until(4000):6.1f} s processor")
    print(f"  resumed, to the first new run             {until(10):6.1f} s processor")


def manifest(folder: Path) -> None:
    """List the parts of a million runs, read the list, and see that nothing is missing."""
    words = np.random.default_rng(1).integers(0, 2**63, (1_000_000, 2), dtype=np.uint64)
    wanted = keys.run_keys(words, 0, len(words))
    listed = parts.ArmParts(folder, parts.Address("a" * 64, 1, "model"))
    listed.folder.mkdir(parents=True)
    pieces = [wanted[first : first + 208] for first in range(0, len(wanted), 208)]
    lines = [parts.Part(n, piece.tobytes(), "a" * 64, "b" * 64, 1, 1) for n, piece in enumerate(pieces)]
    wall, _ = spent(lambda: [listed.enter(line) for line in lines])
    print(f"{len(lines):,} parts of a million runs, listed     {wall:6.1f} s wall")
    wall, _ = spent(lambda: parts.ArmParts(folder, listed.address))
    print(f"  read                                      {wall:6.1f} s wall")
    wall, _ = spent(lambda: listed.missing(wanted))
    print(f"  compared with what is wanted              {wall:6.1f} s wall")


def interruption(folder: Path) -> None:
    """Interrupt a sweep, as Ctrl-C does, ten times: how long until the process has ended?"""
    path = folder / "long.toml"
    path.write_text(STANDARD.replace("replicates = 100", "replicates = 100_000"), encoding="utf-8")
    command = [sys.executable, "-m", "tfs_sim", "sweep", str(path), "--out", str(folder / "long")]
    took = []
    for _ in range(10):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        time.sleep(4)
        began = time.perf_counter()
        process.send_signal(signal.SIGINT)
        process.communicate()
        took.append(time.perf_counter() - began)
    print(f"Ctrl-C to the end of the process, ten times {min(took):6.2f} to {max(took):.2f} s")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{os.cpu_count()} processors, load {load:.1f}, {threading.active_count()} thread at the start")
    engine.warm_up(print)
    with tempfile.TemporaryDirectory() as folder:
        fork()
        saving()
        overhead(Path(folder), runs)
        plan(Path(folder))
        interruption(Path(folder))
        manifest(Path(folder))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"most memory                                 {most:6.0f} MiB")


if __name__ == "__main__":
    main()
