"""One digest over every executor, worker count, batch size and shard split; workers that die."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import real

from tfs_sim.experiments.designs.design import Experiment, load_experiment
from tfs_sim.experiments.execution import executors, merging, runner
from tfs_sim.experiments.execution.job import Job, Task
from tfs_sim.experiments.storage import store
from tfs_sim.experiments.storage.status import status
from tfs_sim.scenario import presets
from tfs_sim.scenario.errors import UserError


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    return real.trial(tmp_path_factory.mktemp("trial"), real.DESIGN)


@pytest.fixture(scope="module")
def digest(experiment: Experiment, tmp_path_factory: pytest.TempPathFactory) -> str:
    return runner.sweep(experiment, out=tmp_path_factory.mktemp("whole") / "out", workers=1).digest()


@pytest.mark.parametrize(("workers", "batch"), [(1, 7), (2, None), (3, 2)])
def test_threads(experiment: Experiment, digest: str, tmp_path: Path, workers: int, batch: int | None) -> None:
    assert runner.sweep(experiment, out=tmp_path, workers=workers, batch=batch).digest() == digest


def test_any_executor(experiment: Experiment, digest: str, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert runner.sweep(experiment, out=tmp_path / "threads", executor=pool).digest() == digest
        assert pool.submit(int, "3").result() == 3  # it is the caller's to close


def test_processes_of_which_one_is_killed(experiment: Experiment, digest: str, tmp_path: Path) -> None:
    killed: list[int] = []

    def kill() -> None:
        until = time.monotonic() + 30
        while not killed and time.monotonic() < until:
            for child in multiprocessing.active_children():
                time.sleep(0.3)
                if child.pid is not None:
                    os.kill(child.pid, signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
                    killed.append(child.pid)
                    return
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    sweep = runner.sweep(experiment, out=tmp_path, executor="processes", workers=2, batch=1)
    killer.join()
    assert killed
    assert sweep.digest() == digest
    assert sweep.provenance["executor"] == "processes"


def test_a_pool_that_always_breaks_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = executors.BrokenExecutor("a worker was killed")
    left = [3]

    def again(problem: BaseException) -> bool:
        left[0] -= 1
        return left[0] >= 0

    with pytest.raises(executors.BrokenExecutor):
        list(executors._ordered([1, 2], lambda _: executors._failed(broken), 2, again))
    assert left[0] == -1


class Breaking(ThreadPoolExecutor):
    """An executor of somebody else's, which is lost after some tasks."""

    def __init__(self, tasks: int, how: str) -> None:
        super().__init__(2)
        self._left, self._how = tasks, how

    def submit(self, *given: Any, **more: Any) -> Any:
        self._left -= 1
        if self._left >= 0:
            return super().submit(*given, **more)
        if self._how == "refuses":
            raise executors.BrokenExecutor("no worker is left")
        future: Future[Any] = Future()
        if self._how == "cancels":
            future.cancel()
        else:
            future.set_exception(executors.BrokenExecutor("no worker is left"))
        return future


@pytest.mark.parametrize("how", ["breaks", "refuses", "cancels"])
def test_an_executor_that_is_killed_leaves_what_is_finished(
    experiment: Experiment, digest: str, tmp_path: Path, how: str
) -> None:
    with Breaking(5, how) as pool, pytest.raises(UserError, match="has lost its workers") as caught:
        runner.sweep(experiment, out=tmp_path, executor=pool, batch=1)
    assert len(caught.value.mistakes) == 1
    seen = status(tmp_path)
    assert 0 < seen.done < seen.wanted
    assert runner.sweep(experiment, out=tmp_path).digest() == digest
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(UserError, match="after shutdown"):
        runner.sweep(experiment, replicates=9, out=tmp_path, executor=pool)


def test_a_thread_that_fails_leaves_what_is_finished(
    experiment: Experiment, digest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, left = Job.run, [9]

    def failing(job: Job, task: Task) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise MemoryError
        return run(job, task)

    with monkeypatch.context() as patched, pytest.raises(MemoryError):
        patched.setattr(Job, "run", failing)
        runner.sweep(experiment, out=tmp_path, workers=1)
    assert runner.sweep(experiment, out=tmp_path).digest() == digest


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ([-9, -15], ""),
        ([-15, executors.UNGUARDED], executors.GUARD),
        ([1, -15], "fail as they begin"),
    ],
)
def test_how_workers_ended_says_whether_it_is_worth_another_try(
    capsys: pytest.CaptureFixture[str], codes: list[int], said: str
) -> None:
    workers = [SimpleNamespace(join=lambda seconds: None, exitcode=code) for code in codes]
    try:
        executors._check_ends(workers)
        told = ""
    except SystemExit as left:
        assert left.code == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1
    except UserError as error:
        told = str(error)
    assert said in told and bool(told) == bool(said)


def test_processes_that_are_killed_again_and_again_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "CRASHES", 2)
    pool = executors._Processes(1)
    broken = executors.BrokenExecutor("a worker was killed")
    assert pool.again(broken) and pool.again(broken) and not pool.again(ValueError())
    with pytest.raises(UserError, match="were killed 3 times"):
        pool.again(broken)
    pool.close()


UNGUARDED = """
import sys
sys.path.insert(0, {tests!r})
import fakes
fakes.install(fakes.Engine())
from tfs_sim.experiments.execution import runner
runner.sweep(fakes.Experiment(), out={out!r}, executor="processes", workers=2)
"""


def test_a_script_without_a_guard_is_told_in_a_sentence(tmp_path: Path) -> None:
    script, out = tmp_path / "script.py", str(tmp_path / "out")
    script.write_text(UNGUARDED.format(tests=str(Path(__file__).parent), out=out))
    began = time.monotonic()
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60)
    assert time.monotonic() - began < 30  # ten seconds on a machine with nothing else to do
    assert done.returncode == 2 and executors.GUARD in done.stderr
    said = [line for line in done.stderr.splitlines() if line not in ("compiling", "")]
    assert len(said) == 1, done.stderr


def test_dask_with_a_worker_killed(experiment: Experiment, digest: str, tmp_path: Path) -> None:
    distributed: Any = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
        ) as cluster,
    ):
        pids = [worker.process.pid for worker in cluster.workers.values()]

        def progress(done: int, total: int, rate: float) -> None:
            if pids and done > total // 4:
                os.kill(pids.pop(), signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
                pids.clear()

        sweep = runner.sweep(experiment, out=tmp_path, executor=cluster.scheduler_address, batch=1, progress=progress)
        assert not pids
        spans = cluster.scheduler.extensions["spans"].spans.values()
        groups = {group.name for span in spans for group in span.groups if not group.name.startswith("bytes")}
        assert sum(name.startswith("tfs-sim") for name in groups) == 1
        assert len(groups) < 10, "a scheduler keeps a record of each, for as long as it lives"
    assert sweep.digest() == digest


def test_an_address_without_a_scheduler(experiment: Experiment, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no executor"):
        runner.sweep(experiment, out=tmp_path, executor="proceses")


@pytest.mark.parametrize("shards", [2, 5])
def test_shards_make_one_sweep(experiment: Experiment, digest: str, tmp_path: Path, shards: int) -> None:
    folders = [tmp_path / f"{n}" for n in range(1, shards + 1)]
    for n, folder in enumerate(folders, 1):
        runner.sweep(experiment, out=folder, shard=(n, shards))
        seen = status(folder)
        assert seen.done == seen.wanted and seen.finished
    merged = merging.merge(folders[:1], tmp_path / "merged")
    assert {shard for gap in merged.gaps for shard in gap.shards} == set(range(2, shards + 1))
    assert merged.done < merged.wanted
    merged = merging.merge(folders[1:], tmp_path / "merged")
    assert not merged.gaps and merged.done == merged.wanted
    assert store.digest(tmp_path / "merged") == digest
    again = runner.sweep(experiment, out=tmp_path / "merged")
    assert again.digest() == digest
    assert again.provenance["runs_made"] > 0 and len(again.provenance["shards"]) == shards - 1


def test_a_damaged_part_of_a_shard_is_left_out_and_named(experiment: Experiment, tmp_path: Path) -> None:
    for n in (1, 2):
        runner.sweep(experiment, out=tmp_path / str(n), shard=(n, 2))
    part = sorted(tmp_path.glob("2/parts/*/*.runs.parquet"))[0]
    part.write_bytes(part.read_bytes()[:-9])
    merged = merging.merge([tmp_path / "1", tmp_path / "2"], tmp_path / "merged")
    assert len(merged.damaged) == 1 and part.name in merged.damaged[0]
    assert [gap.shards for gap in merged.gaps] == [(2,)]


def test_shards_that_do_not_belong_together(experiment: Experiment, tmp_path: Path) -> None:
    runner.sweep(experiment, out=tmp_path / "1", shard=(1, 2))
    runner.sweep(experiment, out=tmp_path / "2", shard=(2, 2), seed=99)
    with pytest.raises(UserError, match="different plans: they differ in seed"):
        merging.merge([tmp_path / "1", tmp_path / "2"], tmp_path / "merged")
    for wrong in ((0, 2), (3, 2), (1, 10_000)):
        with pytest.raises(UserError, match="shard"):
            runner.sweep(experiment, out=tmp_path / "3", shard=wrong)


def test_a_clock_that_is_set_back_changes_nothing(
    experiment: Experiment, digest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [2e9]

    def back() -> float:
        now[0] -= 3600
        return now[0]

    monkeypatch.setattr(time, "time", back)
    assert runner.sweep(experiment, out=tmp_path, replicates=2).folder == tmp_path
    assert runner.sweep(experiment, out=tmp_path).digest() == digest


def test_spawned_processes_are_what_a_caller_may_bring(experiment: Experiment, digest: str, tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert runner.sweep(experiment, out=tmp_path, executor=pool, batch=50).digest() == digest


SHORT = ("crisis-shock", "equal-budget")
SHIPPED = [
    pytest.param(name, marks=[pytest.mark.long] * (name not in SHORT)) for name in sorted(presets.names("experiments"))
]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_experiments_run_and_say_what_they_are_for(name: str, tmp_path: Path) -> None:
    assert "?" in presets.summary(presets.find("experiments", name))
    experiment = load_experiment(name)
    assert experiment.question.endswith("?")
    sets = None if experiment.uncertainty == "defaults" else 2
    sweep = runner.sweep(experiment, replicates=1, sets=sets, out=tmp_path)
    places = len(experiment.points or [0]) * (sets or 1)
    assert len(sweep.runs) == len(experiment.arms()) * places * sweep.runs["site"].nunique()
    if name == "equal-budget":
        costs = sweep.runs.query("strategy != 'nothing'")["cost"]
        assert costs.min() == pytest.approx(8.5 * 60, abs=0.01) == pytest.approx(costs.max(), abs=0.01)
