"""Runs of one scenario in a folder."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import failing
import fakes
import pandas as pd
import pytest

from tfs_sim.experiments.designs.sets import drawn
from tfs_sim.experiments.execution import saved, simulating
from tfs_sim.experiments.storage import files, tables
from tfs_sim.scenario import load_scenario
from tfs_sim.scenario.errors import UserError


def test_the_tables_are_those_of_the_result(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "ROWS", 24 * 2 * 2)
    result = simulating.simulate(fakes.Scenario(), replicates=5)
    saved.save(result, tmp_path / "runs")
    runs = pd.read_parquet(tmp_path / "runs" / "runs.parquet")
    assert (runs["trust"].to_numpy() == result.runs["trust"].to_numpy()).all()
    series = pd.read_parquet(tmp_path / "runs" / "series.parquet")
    assert len(series) == len(result.series)
    assert (series["date"] == result.series["date"]).all()
    assert series["cost"].to_numpy() == pytest.approx(result.series["cost"].to_numpy(), rel=1e-6)
    assert json.loads((tmp_path / "runs" / "provenance.json").read_text())["replicates"] == 5


def test_under_sets_every_run_is_there_with_its_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS", 12 * 2)
    result = simulating.simulate(load_scenario("laboratory").with_(months=12), 2, sets=3, uncertainty="plausible")
    saved.save(result, tmp_path / "runs")
    for name, expected in (("runs", result.runs), ("series", result.series)):
        found = pd.read_parquet(tmp_path / "runs" / f"{name}.parquet")
        keys = [key for key in expected.columns[:5] if key in ("set", "replicate", "month", "date", "site")]
        assert list(found.columns[:2]) == ["set", "replicate"]
        for key in keys:
            assert found[key].tolist() == expected[key].tolist(), key
        assert found["trust"].to_numpy() == pytest.approx(expected["trust"].to_numpy(), rel=1e-6)
    record = json.loads((tmp_path / "runs" / "provenance.json").read_text())
    assert record["sets"] == {
        "title": "drawn from what is plausible", "sets": 3, "digest": drawn(3).digest(), "agreement": None,
    }  # fmt: skip
    sets = pd.read_parquet(tmp_path / "runs" / "sets.parquet")
    assert tuple(sets["set"]) == drawn(3).ids
    assert list(sets.columns[1:]) == [variable.name for variable in drawn(3).variables]
    assert (sets.iloc[:, 1:].to_numpy() == drawn(3).table).all()
    saved.save(simulating.simulate(load_scenario("laboratory").with_(months=12)), tmp_path / "runs")
    assert not (tmp_path / "runs" / "sets.parquet").exists(), "those of other runs"


def test_runs_are_replaced_and_nothing_else_is(engine: fakes.Engine, tmp_path: Path) -> None:
    saved.save(simulating.simulate(fakes.Scenario(), replicates=5), tmp_path / "runs")
    saved.save(simulating.simulate(fakes.Scenario(), replicates=2), tmp_path / "runs")
    assert len(pd.read_parquet(tmp_path / "runs" / "runs.parquet")) == 4
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "runs.parquet").write_text("not yours")
    with pytest.raises(UserError, match=r"is not a folder of runs: it holds runs\.parquet"):
        saved.check(tmp_path / "mine")


def test_a_full_disk_is_told(engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: files.Hashing, data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    result = simulating.simulate(fakes.Scenario())
    monkeypatch.setattr(files.Hashing, "write", full)
    with pytest.raises(UserError, match="the disk is full"):
        saved.save(result, tmp_path / "runs")
    assert not list((tmp_path / "runs").iterdir())
    monkeypatch.undo()
    saved.save(result, tmp_path / "runs")


def test_a_full_disk_leaves_no_runs_of_one_seed_beside_months_of_another(engine: fakes.Engine, tmp_path: Path) -> None:
    names = ("runs.parquet", "series.parquet")
    results = {seed: simulating.simulate(fakes.Scenario(), 2, seed=seed) for seed in (1, 2)}
    whole = {}
    for seed, result in results.items():
        saved.save(result, tmp_path / str(seed))
        whole[seed] = tuple((tmp_path / str(seed) / name).read_bytes() for name in names)
    with pytest.MonkeyPatch.context() as patch:
        disk = failing.Disk(patch)
        saved.save(results[1], tmp_path / "counted")
    seen = set()
    for use in range(1, disk.uses + 1):
        folder = tmp_path / f"use-{use}"
        saved.save(results[1], folder)
        with pytest.MonkeyPatch.context() as patch:
            failing.Disk(patch, use, 10**9, errno.ENOSPC)
            try:
                saved.save(results[2], folder)
            except UserError as error:
                assert "the disk is full" in str(error) and "What was finished before is kept" not in str(error)
        there = [(folder / name).read_bytes() if (folder / name).exists() else None for name in names]
        seed = json.loads((folder / "provenance.json").read_text())["seed"]
        assert all(found in (None, made) for found, made in zip(there, whole[seed], strict=True)), use
        seen.add((seed, None not in there))
        saved.save(results[2], folder)
        assert tuple((folder / name).read_bytes() for name in names) == whole[2]
        assert {path.name for path in folder.iterdir()} == {"provenance.json", *names}
    assert (1, True) in seen, "what was there before stays where nothing could be written"
