"""Nothing of a folder of results is read whole that is larger than stated: it would fill the memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fakes
import pytest

from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.execution.merging import merge
from tfs_sim.experiments.storage import parts, records, tables
from tfs_sim.experiments.storage.status import status
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario.errors import UserError

EXPERIMENT = fakes.Experiment(levels=(1.0,), months=3)
HUGE = 60 * 10**9


def uses(folder: Path, out: Path) -> list[Callable[[], Any]]:
    """Return what looks into a folder of results."""
    return [
        lambda: status(folder),
        lambda: Sweep.load(folder).provenance,
        lambda: merge([folder], out),
        lambda: runner.sweep(EXPERIMENT, replicates=2, out=folder),
    ]


def grown(path: Path) -> None:
    """Make a file as large as a disk, of which nothing is written."""
    try:
        os.truncate(path, HUGE)
    except OSError:
        pytest.skip("no files with holes here")


@pytest.mark.parametrize("name", ["experiment.json", "provenance.json", records.LEDGER, "manifest.jsonl"])
def test_a_huge_file_is_refused_before_it_is_read(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / "trial"
    runner.sweep(EXPERIMENT, replicates=2, out=folder)
    path = next(folder.rglob(name))
    grown(path)
    told = 0
    for use in uses(folder, tmp_path / "merged"):
        try:
            use()
        except UserError as error:
            told += 1
            (mistake,) = error.mistakes
            assert name in mistake.message and "is too large: 60,000,000,000 bytes, where at most" in mistake.message
    assert told >= 3


@pytest.mark.parametrize("line", [10, 70])
def test_a_line_of_a_manifest_without_end_is_refused(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: int
) -> None:
    folder = tmp_path / "trial"
    runner.sweep(EXPERIMENT, replicates=2, out=folder)
    path = next(folder.rglob("manifest.jsonl"))
    longest = max(map(len, path.read_bytes().splitlines(keepends=True)))
    monkeypatch.setattr(parts, "LONGEST_LINE", longest)
    path.write_bytes(path.read_bytes() + b"\0" * (longest - 10 + line))
    if line <= 10:
        assert status(folder).finished
        return
    with pytest.raises(UserError, match=r"manifest\.jsonl is too large: a line of more than"):
        status(folder)


def test_a_table_that_does_not_fit_into_memory_is_refused_before_it_is_read(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "trial"
    sweep = runner.sweep(EXPERIMENT, replicates=2, out=folder)
    rows, columns = len(sweep.series), len(sweep.series.columns)
    monkeypatch.setattr(tables, "memory", lambda: 16 * rows * columns - 1)
    with pytest.raises(UserError, match=rf"series\.parquet is too large: {rows} rows of {columns} columns, about"):
        _ = Sweep.load(folder).series
    assert len(Sweep.load(folder).read("series", ["strategy", "trust"])) == rows


def test_this_machine_says_how_much_memory_it_has() -> None:
    assert 10**8 < tables.memory() < 10**15
