"""The store, over a stand-in for the engine: what is kept, what is found damaged, what is refused."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import fakes
import numpy as np
import pandas as pd
import pytest

from tfs_sim.experiments.execution import runner, simulating, work
from tfs_sim.experiments.storage import files, tables
from tfs_sim.experiments.storage.status import status
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario.errors import UserError

EXPERIMENT = fakes.Experiment()


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / f"{name}.parquet").read_bytes() for name in ("runs", "series", "network", "organizations")}


def listing(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of two replicates."""
    monkeypatch.setattr(tables, "ROWS", 24 * 2 * 2)


def test_the_tables_are_as_promised(engine: fakes.Engine, tmp_path: Path) -> None:
    sweep = runner.sweep(EXPERIMENT, out=tmp_path / "trial")
    assert list(sweep.runs.columns) == ["strategy", "crisis", "replicate", "site", *fakes.METRICS]
    assert len(sweep.runs) == 4 * 20 * 2
    assert list(sweep.series.columns) == ["strategy", "crisis", "replicate", "site", "month", "date", *fakes.METRICS]
    assert len(sweep.series) == 4 * 20 * 24 * 2
    assert {str(sweep.series[name].dtype) for name in fakes.METRICS} == {"float32"}
    assert list(sweep.network.columns) == ["strategy", "crisis", "month", "site", "source", "target", "open", "trust"]
    assert set(sweep.network["month"]) == {0, 7}
    assert len(sweep.organizations) == 4 * 24 * 3
    assert sweep.experiment["cross"] == {"crisis": ["calm", "crisis"]}
    assert sweep.provenance["seed"] == 7
    assert sweep.provenance["runs_made"] == 80
    assert {"python", "packages", "processor", "wall_seconds", "date"} <= set(sweep.provenance)
    arms = sweep.runs[["strategy", "crisis"]].drop_duplicates().to_numpy().tolist()
    assert arms == [[arm.strategy, arm.levels["crisis"]] for arm in EXPERIMENT.arms()]
    assert sweep.runs["replicate"].iloc[:40].is_monotonic_increasing


def test_the_stored_numbers_are_those_of_simulate(engine: fakes.Engine, tmp_path: Path) -> None:
    sweep = runner.sweep(EXPERIMENT, out=tmp_path)
    arm = EXPERIMENT.arms()[1]
    alone = simulating.simulate(arm.scenario, replicates=20, seed=7)
    stored = sweep.runs.query("strategy == @arm.strategy and crisis == @arm.levels['crisis']")
    pd.testing.assert_frame_equal(
        stored[list(fakes.METRICS)].reset_index(drop=True), alone.runs[list(fakes.METRICS)], check_exact=True
    )


def test_sweep_load_and_printing(engine: fakes.Engine, tmp_path: Path) -> None:
    made = runner.sweep(EXPERIMENT, out=tmp_path)
    loaded = Sweep.load(str(tmp_path))
    assert loaded.digest() == made.digest()
    assert "Trial: 4 arms × 20 replicates, seed 7" in repr(loaded)
    assert "<table" in loaded._repr_html_()
    assert list(loaded.read("series", columns=["month", "trust"]).columns) == ["month", "trust"]


def test_the_second_time_nothing_is_run_and_nothing_changes(engine: fakes.Engine, tmp_path: Path) -> None:
    runner.sweep(EXPERIMENT, out=tmp_path)
    before, calls = contents(tmp_path), engine.calls
    provenance = (tmp_path / "provenance.json").read_bytes()
    runner.sweep(EXPERIMENT, out=tmp_path)
    assert engine.calls == calls
    assert contents(tmp_path) == before
    assert (tmp_path / "provenance.json").read_bytes() == provenance


def test_bytes_do_not_depend_on_workers_or_parts(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.sweep(EXPERIMENT, out=tmp_path / "a", workers=1)
    monkeypatch.setattr(work, "PART_SECONDS", 0.0)
    runner.sweep(EXPERIMENT, out=tmp_path / "b", workers=5)
    assert len(listing(tmp_path / "b")) > len(listing(tmp_path / "a"))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_the_digest_does_not_depend_on_row_groups(engine: fakes.Engine, tmp_path: Path, small_parts: None) -> None:
    small = runner.sweep(EXPERIMENT, out=tmp_path / "a")
    tables.ROWS = 100_000
    large = runner.sweep(EXPERIMENT, out=tmp_path / "b")
    assert small.digest() == large.digest()


def test_more_replicates_extend(engine: fakes.Engine, tmp_path: Path) -> None:
    runner.sweep(EXPERIMENT, replicates=5, out=tmp_path / "a")
    engine.calls = 0
    extended = runner.sweep(EXPERIMENT, replicates=12, out=tmp_path / "a")
    assert engine.calls == 4 * 7
    assert extended.digest() == runner.sweep(EXPERIMENT, replicates=12, out=tmp_path / "b").digest()
    engine.calls = 0
    fewer = runner.sweep(EXPERIMENT, replicates=5, out=tmp_path / "a")
    assert engine.calls == 0
    assert set(fewer.runs["replicate"]) == set(range(5))


def test_a_changed_arm_runs_again_alone(engine: fakes.Engine, tmp_path: Path) -> None:
    runner.sweep(fakes.Experiment(levels=(1.0, 2.0)), out=tmp_path)
    engine.calls, engine.ran = 0, []
    runner.sweep(fakes.Experiment(levels=(1.0, 5.0)), out=tmp_path)
    assert engine.calls == 40
    assert {level for level, _ in engine.ran} == {5.0, 5.25}
    assert len(status(tmp_path).unused) == 2


def test_another_seed_is_another_luck(engine: fakes.Engine, tmp_path: Path) -> None:
    first = runner.sweep(EXPERIMENT, out=tmp_path).digest()
    assert runner.sweep(EXPERIMENT, seed=8, out=tmp_path).digest() != first
    engine.calls = 0
    assert runner.sweep(EXPERIMENT, out=tmp_path).digest() == first
    assert engine.calls == 0


def test_arms_of_the_same_scenario_share_their_runs(engine: fakes.Engine, tmp_path: Path) -> None:
    sweep = runner.sweep(fakes.Experiment(levels=(1.0, 1.0)), out=tmp_path)
    assert engine.calls == 2 * 20
    assert len(sweep.runs) == 4 * 20 * 2


def damaged(folder: Path, how: str, kind: str) -> Path:
    path = random.Random(how + kind).choice(sorted(folder.glob(f"parts/*/*.{kind}.parquet")))
    whole = path.read_bytes()
    if how == "truncated":
        path.write_bytes(whole[: len(whole) // 2])
    elif how == "flipped":
        path.write_bytes(whole[:200] + bytes([whole[200] ^ 8]) + whole[201:])
    elif how == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    return path


@pytest.mark.parametrize("how", ["truncated", "flipped", "deleted", "empty"])
@pytest.mark.parametrize("kind", ["runs", "series"])
def test_damaged_parts_are_found_named_and_done_again(
    engine: fakes.Engine, tmp_path: Path, small_parts: None, how: str, kind: str
) -> None:
    before = runner.sweep(EXPERIMENT, out=tmp_path).digest()
    path = damaged(tmp_path, how, kind)
    seen = status(tmp_path)
    assert seen.done == 78
    assert not seen.finished
    assert any(path.name in what for arm in seen.arms for what in arm.damaged)
    engine.calls = 0
    said: list[str] = []
    again = runner.sweep(EXPERIMENT, out=tmp_path, notice=said.append)
    assert engine.calls == 2
    assert any(path.name in sentence for sentence in said)
    assert again.digest() == before
    assert status(tmp_path).finished


@pytest.mark.parametrize("name", ["runs.parquet", "series.parquet", "network.parquet", "tables.json"])
def test_a_damaged_table_is_put_together_again(engine: fakes.Engine, tmp_path: Path, name: str) -> None:
    runner.sweep(EXPERIMENT, out=tmp_path)
    before = contents(tmp_path)
    (tmp_path / name).write_bytes(b"PAR1 nothing")
    engine.calls = 0
    runner.sweep(EXPERIMENT, out=tmp_path)
    assert contents(tmp_path) == before
    assert engine.calls == 0


def test_a_damaged_manifest_costs_its_arm_alone(engine: fakes.Engine, tmp_path: Path) -> None:
    before = runner.sweep(EXPERIMENT, out=tmp_path).digest()
    sorted(tmp_path.glob("parts/*/manifest.jsonl"))[0].write_text('{"parts": [')
    engine.calls = 0
    assert runner.sweep(EXPERIMENT, out=tmp_path).digest() == before
    assert engine.calls == 20


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("after", [0, 1, 3, 5, 9, 12])
def test_a_full_disk_is_told_and_leaves_nothing_half_written(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, after: int
) -> None:
    left = [after]
    write = files.Hashing.write

    def full(self: files.Hashing, data: Any) -> int:
        left[0] -= 1
        if left[0] < 0:
            self._file.write(b"half")
            raise OSError(number, "No space left on device")
        return write(self, data)

    with monkeypatch.context() as patch:
        patch.setattr(files.Hashing, "write", full)
        with pytest.raises(UserError, match=r"the disk is full: .* could not be written"):
            runner.sweep(EXPERIMENT, out=tmp_path)
    assert not [name for name in listing(tmp_path) if files.TEMPORARY in name]
    undisturbed = runner.sweep(EXPERIMENT, out=tmp_path / "other" / "place")
    if after:
        assert runner.sweep(EXPERIMENT, out=tmp_path).digest() == undisturbed.digest()


def test_a_folder_that_is_not_ours_is_refused_untouched(engine: fakes.Engine, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match=r"is not a folder of results: it holds thesis\.txt"):
        runner.sweep(EXPERIMENT, out=tmp_path)
    assert listing(tmp_path) == {"thesis.txt"}
    with pytest.raises(UserError, match="is a file, not a folder"):
        runner.sweep(EXPERIMENT, out=tmp_path / "thesis.txt")
    with pytest.raises(UserError, match="cannot be made"):
        runner.sweep(EXPERIMENT, out=tmp_path / "thesis.txt" / "below")
    assert engine.calls == 0


def test_somebody_elses_experiment_json_is_refused(engine: fakes.Engine, tmp_path: Path) -> None:
    (tmp_path / "experiment.json").write_text('{"name": "mine"}')
    with pytest.raises(UserError, match="holds no results of tfs-sim"):
        runner.sweep(EXPERIMENT, out=tmp_path)
    assert (tmp_path / "experiment.json").read_text() == '{"name": "mine"}'


def test_the_results_of_another_experiment_are_refused(engine: fakes.Engine, tmp_path: Path) -> None:
    runner.sweep(EXPERIMENT, out=tmp_path)
    with pytest.raises(UserError, match=r"study \(trial, made in Python\), which other, made in Python must not"):
        runner.sweep(fakes.Experiment(name="other"), out=tmp_path)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_a_folder_that_may_not_be_written_to_is_told(engine: fakes.Engine, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="may not be written to"):
        runner.sweep(EXPERIMENT, out=tmp_path / "results")
    tmp_path.chmod(0o700)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_cannot_be_made_is_told(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(self: Path, *args: Any, **kwargs: Any) -> None:
        raise OSError(number, "not allowed")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(UserError, match="may not be written to"):
        runner.sweep(EXPERIMENT, out=tmp_path / "results")


@pytest.mark.parametrize(("version", "age"), [(0, "an older"), (99, "a newer"), (None, "an older")])
def test_another_layout_is_refused_with_advice(
    engine: fakes.Engine, tmp_path: Path, version: int | None, age: str
) -> None:
    runner.sweep(EXPERIMENT, out=tmp_path)
    mark = json.loads((tmp_path / "experiment.json").read_text())
    (tmp_path / "experiment.json").write_text(json.dumps(mark | {"version": version}))
    for use in (lambda: runner.sweep(EXPERIMENT, out=tmp_path), lambda: Sweep.load(tmp_path)):
        with pytest.raises(UserError, match=f"written by {age} version of tfs-sim"):
            use()


def test_another_model_is_never_mixed_in(engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner.sweep(EXPERIMENT, out=tmp_path)
    before = listing(tmp_path)
    for module in (runner, work):
        monkeypatch.setattr(module, "model_version", lambda: "9.9.9+abc")
    with pytest.raises(UserError, match=r"made by another version of the model.*\n.*--fresh"):
        runner.sweep(EXPERIMENT, out=tmp_path)
    assert listing(tmp_path) == before
    assert Sweep.load(tmp_path).digest()
    (tmp_path / "notes.txt").write_text("mine")
    engine.calls = 0
    runner.sweep(EXPERIMENT, out=tmp_path, fresh=True)
    assert engine.calls == 80
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert not {name for name in listing(tmp_path) if name.startswith("parts/")} & before


def test_names_never_lead_out_of_the_results_folder(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("../../up", "/etc", "a/b", "..", "x\0y"):
        sweep = runner.sweep(fakes.Experiment(name=name, levels=(1.0,), months=2), replicates=1)
        assert sweep.folder.resolve().parent == tmp_path / "results"
    assert {path.name for path in tmp_path.iterdir()} == {"results"}


def test_an_unfinished_sweep_says_so(engine: fakes.Engine, tmp_path: Path) -> None:
    runner.sweep(EXPERIMENT, out=tmp_path)
    (tmp_path / "series.parquet").unlink()
    with pytest.raises(UserError, match="is not finished"):
        Sweep.load(tmp_path)
    with pytest.raises(UserError, match="there is no folder"):
        Sweep.load(tmp_path / "nowhere")


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
import fakes
import numpy as np
fakes.install(fakes.Engine(pause=0.002))
from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.storage import tables
from tfs_sim.scenario.errors import UserError
tables.ROWS = 24 * 2 * 5
try:
    runner.sweep(fakes.Experiment(), replicates={replicates}, out={out!r}, workers=2,
                 progress=lambda done, total, rate: print(done, flush=True), notice=lambda s: None)
except UserError as error:
    print(error)
    sys.exit(2)
except KeyboardInterrupt as stop:
    print(stop)
    sys.exit(130)
"""


KILLS = int(os.environ.get("TFS_SIM_KILLS", "5"))
RUNS = max(400, 20 * KILLS)


def started(out: Path) -> subprocess.Popen[str]:
    script = SCRIPT.format(tests=str(Path(__file__).parent), out=str(out), replicates=RUNS)
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)


def until_running(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    while process.stdout.readline().strip() in {"", "0"} and process.poll() is None:
        pass


@pytest.mark.skipif(os.name == "nt", reason="no kill -9")
def test_kill_at_random_moments_then_resume(engine: fakes.Engine, tmp_path: Path) -> None:
    whole = runner.sweep(EXPERIMENT, replicates=RUNS, out=tmp_path / "whole").digest()
    moments = random.Random(1)
    done = 0
    for _ in range(KILLS):
        process = started(tmp_path / "killed")
        until_running(process)
        while not done and not list(tmp_path.glob("killed/parts/*/manifest.jsonl")) and process.poll() is None:
            time.sleep(0.01)  # on a slow disk: until there is something to keep
        time.sleep(moments.uniform(0.0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
        now = status(tmp_path / "killed").done
        assert now >= done
        done = now
    assert 0 < done <= 4 * RUNS
    engine.calls = 0
    resumed = runner.sweep(EXPERIMENT, replicates=RUNS, out=tmp_path / "killed")
    assert engine.calls == 4 * RUNS - done
    assert resumed.digest() == whole
    assert not [name for name in listing(tmp_path / "killed") if files.TEMPORARY in name]


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_a_second_sweep_at_once_is_refused_and_ctrl_c_stops_the_first(engine: fakes.Engine, tmp_path: Path) -> None:
    process = started(tmp_path / "results")
    until_running(process)
    with pytest.raises(UserError, match=rf"another process \({process.pid}\) is writing to"):
        runner.sweep(EXPERIMENT, out=tmp_path / "results")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=10)
    assert time.monotonic() - began < 20  # that it takes less than two seconds is measured in benchmarks/
    assert process.returncode == 130
    assert "the same command goes on from there" in said
    runner.sweep(EXPERIMENT, out=tmp_path / "results")


def test_a_condition_takes_the_place_of_a_metric_of_the_same_name(engine: fakes.Engine, tmp_path: Path) -> None:
    table = tables.runs_table(0, np.ones((1, 2, 2)), ("north", "south"), ("trust", "cost"))
    keyed = tables.with_keys(table, {"strategy": "a", "cost": "low"})
    assert keyed.column_names == ["strategy", "cost", "replicate", "site", "trust"]


def test_the_real_engine_gives_the_same_bytes_for_any_number_of_workers(tmp_path: Path) -> None:
    from tfs_sim.experiments.designs.design import load_experiment

    (tmp_path / "town.toml").write_text(
        '[clock]\nstart = "2019-01"\nmonths = 18\n[sites.riverton]\nstudents = 4_000\n'
        "organizations = { district = 1, nonprofit = 6, business = 2 }\n"
    )
    (tmp_path / "trial.toml").write_text(
        'scenario = "town.toml"\nreplicates = 12\nuncertainty = "defaults"\n'
        "[strategies.as-it-is]\n[strategies.manuals]\n"
        'add = ["procedure-manuals"]\n[outcomes]\nprimary = "support"\n'
        '[snapshots]\nsite = "riverton"\nmonths = ["2019-02", "2020-03"]\n'
    )
    experiment = load_experiment(tmp_path / "trial.toml")
    one = runner.sweep(experiment, out=tmp_path / "one", workers=1)
    many = runner.sweep(experiment, out=tmp_path / "many", workers=6)
    assert contents(one.folder) == contents(many.folder)
    assert one.digest() == many.digest()
    assert set(one.network["month"]) == {1, 14}
    assert set(one.organizations["month"]) == set(range(18))
    assert one.experiment["name"] == "trial"
    alone = simulating.simulate(experiment.arms()[1].scenario, replicates=12, seed=1)
    stored = one.runs.query("strategy == 'manuals'")
    assert (stored["trust"].to_numpy() == alone.runs["trust"].to_numpy()).all()
