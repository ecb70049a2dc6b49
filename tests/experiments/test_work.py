"""What is missing gets into the store part by part, none of them large."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
import real

from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.storage import tables


def parts(folder: Path) -> list[list[int]]:
    """The runs in each part of each arm."""
    arms: dict[Path, list[int]] = {}
    for path in sorted(folder.glob("parts/*/*.runs.parquet")):
        arms.setdefault(path.parent, []).append(pq.read_metadata(path).num_rows)
    return list(arms.values())


def test_a_part_holds_as_many_runs_as_its_rows_allow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS", 24 * 2)  # two runs of two years
    runner.sweep(real.trial(tmp_path), out=tmp_path / "out")
    assert parts(tmp_path / "out") == [[2, 2, 1]] * 6
    monkeypatch.setattr(tables, "ROWS", 5)  # less than a run: one a part
    runner.sweep(real.trial(tmp_path), replicates=2, out=tmp_path / "small")
    assert parts(tmp_path / "small") == [[1, 1]] * 6


def test_only_what_is_missing_is_run_and_counted(tmp_path: Path) -> None:
    experiment, told = real.trial(tmp_path), []
    first = runner.sweep(experiment, replicates=2, out=tmp_path / "out")
    assert first.provenance["runs_made"] == 6 * 2
    more = runner.sweep(
        experiment, replicates=5, out=tmp_path / "out", progress=lambda done, total, _: told.append((done, total))
    )
    assert more.provenance["runs_made"] == 6 * 3
    assert min(told)[0] >= 6 * 2 and max(told) == (30, 30) and {total for _, total in told} == {30}
    assert more.digest() == runner.sweep(experiment, out=tmp_path / "whole").digest()
