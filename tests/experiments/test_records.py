"""Damage to what is finished is told, never read as other numbers."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fakes
import pytest

from tfs_sim.cli import main
from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.storage import records, tables
from tfs_sim.experiments.storage.status import status
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario.errors import UserError

EXPERIMENT = fakes.Experiment()
FINISHED = [
    "experiment.json",
    "provenance.json",
    *(name for name in records.TABLES if name.split(".")[0] not in ("points", "sets", "added", "crossed")),
]
"""What every sweep has; `test_besides.py` spoils the tables of runs beside it."""
FLIPS = int(os.environ.get("TFS_SIM_FLIPS", "120"))


def everything(folder: Path) -> list[Any]:
    """Return all that a sweep says."""
    sweep = Sweep.load(folder)
    frames = [sweep.read(name).to_csv() for name in ("runs", "series", "network", "organizations")]
    return [*frames, sweep.experiment, sweep.provenance, sweep.digest()]


def flipped(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


def test_no_flipped_bit_is_read_as_something_else(engine: fakes.Engine, tmp_path: Path) -> None:
    runner.sweep(fakes.Experiment(levels=(1.0,), months=6), replicates=3, out=tmp_path)
    before = everything(tmp_path)
    places = random.Random(3)
    told = 0
    for flip in range(FLIPS):
        path = tmp_path / [*FINISHED, records.LEDGER][flip % (len(FINISHED) + 1)]
        whole = path.read_bytes()
        path.write_bytes(flipped(whole, places.randrange(8 * len(whole))))
        try:
            assert everything(tmp_path) == before
        except UserError as error:
            told += 1
            assert len(error.mistakes) == 1
        path.write_bytes(whole)
    assert told == FLIPS
    assert everything(tmp_path) == before


@pytest.mark.parametrize("name", [*FINISHED, records.LEDGER])
@pytest.mark.parametrize("how", ["flipped", "gone", "another file", "a link", "a folder"])
def test_it_is_told_by_name_and_the_same_sweep_makes_it_anew(
    engine: fakes.Engine, tmp_path: Path, name: str, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "trial"
    before = runner.sweep(EXPERIMENT, replicates=3, out=folder).digest()
    frames = [runner.sweep(EXPERIMENT, replicates=3, out=folder).read(each) for each in ("network", "organizations")]
    path = folder / name
    if how == "flipped":
        path.write_bytes(flipped(path.read_bytes(), 8 * (path.stat().st_size // 2)))
    elif how == "another file":
        path.write_bytes(b"[" * 10_000 if name.endswith("json") else b"PAR1 nothing PAR1")
    else:
        path.rename(tmp_path / "moved")
        if how == "a link":
            path.symlink_to(tmp_path / "moved")
        elif how == "a folder":
            path.mkdir()
    for command in ("status", "report"):
        if how == "gone" and (command, name) == ("status", "provenance.json"):
            continue  # it is written last: the sweep is not finished
        with pytest.raises(SystemExit) as left:
            main([command, str(folder)])
        said = capsys.readouterr().err
        assert left.value.code == 2, said
        assert name in said or (how == "gone" and "checksum is not there" in said), "what is damaged is named itself"
        assert "Traceback" not in said
    if how == "a folder":
        path.rmdir()
    engine.calls = 0
    again = runner.sweep(EXPERIMENT, replicates=3, out=folder)
    assert engine.calls == 0
    assert again.digest() == before
    assert all(again.read(each).equals(b) for each, b in zip(("network", "organizations"), frames, strict=True))
    assert not path.is_symlink()


def test_a_table_that_was_stored_and_is_gone_is_not_an_empty_one(engine: fakes.Engine, tmp_path: Path) -> None:
    sweep = runner.sweep(EXPERIMENT, replicates=2, out=tmp_path)
    (tmp_path / "network.parquet").unlink()
    with pytest.raises(UserError, match=r"network\.parquet is gone"):
        _ = sweep.network


def test_a_table_is_read_through_once_for_its_checksum(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tfs_sim.experiments.storage import files

    sweep = runner.sweep(EXPERIMENT, replicates=2, out=tmp_path)
    read = []
    reckoned = files.sha256
    monkeypatch.setattr(files, "sha256", lambda path: read.append(path) or reckoned(path))
    records._sum.cache_clear()
    for column in fakes.METRICS:
        sweep.read("series", columns=[column])
    assert len(read) == 1


def test_merge_compares_what_it_takes_over(engine: fakes.Engine, tmp_path: Path) -> None:
    from tfs_sim.experiments.execution.merging import merge

    shards = [tmp_path / str(number) for number in (1, 2)]
    for number, folder in enumerate(shards, 1):
        runner.sweep(EXPERIMENT, replicates=4, out=folder, shard=(number, 2))
    path = shards[0] / "network.parquet"
    whole = path.read_bytes()
    path.write_bytes(flipped(whole, 5000))
    with pytest.raises(UserError, match=r"network\.parquet is damaged"):
        merge(shards, tmp_path / "merged")
    path.write_bytes(whole)
    merge(shards, tmp_path / "merged")
    everything(tmp_path / "merged")
    assert status(tmp_path / "merged").finished


def told(use: Callable[[], Any]) -> str:
    with pytest.raises(UserError) as caught:
        use()
    assert len(caught.value.mistakes) == 1
    return str(caught.value)


@pytest.mark.parametrize("content", ["[]", "3", '"x"', "null", "{}", "[" * 100_000, "9" * 5_000, '{"a": 1e999}'])
@pytest.mark.parametrize("name", ["experiment.json", "provenance.json", records.LEDGER])
def test_other_json_is_told(engine: fakes.Engine, tmp_path: Path, name: str, content: str) -> None:
    runner.sweep(EXPERIMENT, replicates=2, out=tmp_path)
    (tmp_path / name).write_text(content)
    assert "Traceback" not in told(lambda: everything(tmp_path))
    runner.sweep(EXPERIMENT, replicates=2, out=tmp_path)
    everything(tmp_path)


def test_with_experiment_json_lost_another_study_is_still_refused(engine: fakes.Engine, tmp_path: Path) -> None:
    runner.sweep(EXPERIMENT, replicates=2, out=tmp_path)
    (tmp_path / "experiment.json").unlink()
    with pytest.raises(UserError, match="another study"):
        runner.sweep(fakes.Experiment(name="other"), replicates=2, out=tmp_path)
    runner.sweep(EXPERIMENT, replicates=2, out=tmp_path)


def test_a_record_says_what_was_written_in_any_order_of_keys(tmp_path: Path) -> None:
    records.write(tmp_path / "a.json", {"b": (1, 2), "a": {"ü": 0.1}})
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    (tmp_path / "a.json").write_text(json.dumps(dict(reversed(content.items()))))
    assert records.read(tmp_path / "a.json") == {"b": [1, 2], "a": {"ü": 0.1}}


@pytest.mark.parametrize("lost", [("gone", "gone"), ("flipped", "gone"), ("gone", "flipped"), ("[]", "[]")])
def test_with_both_records_lost_intact_parts_are_still_reached(
    engine: fakes.Engine, tmp_path: Path, lost: tuple[str, str]
) -> None:
    before = runner.sweep(EXPERIMENT, replicates=3, out=tmp_path).digest()
    for name, how in zip(("experiment.json", records.LEDGER), lost, strict=True):
        path = tmp_path / name
        if how == "gone":
            path.unlink()
        else:
            path.write_bytes(flipped(path.read_bytes(), 999) if how == "flipped" else how.encode())
    with pytest.raises(UserError):
        runner.sweep(fakes.Experiment(levels=(8.0,), name="other"), replicates=3, out=tmp_path)
    engine.calls = 0
    assert runner.sweep(EXPERIMENT, replicates=3, out=tmp_path).digest() == before
    assert engine.calls == 0
    assert status(tmp_path).finished
    everything(tmp_path)


def test_a_damaged_line_of_a_list_of_parts_costs_its_own_runs_alone(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "ROWS", 24 * 2 * 2)
    experiment = fakes.Experiment(levels=(1.0,))
    before = runner.sweep(experiment, replicates=10, out=tmp_path).digest()
    path = sorted(tmp_path.glob("parts/*/manifest.jsonl"))[0]
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 6
    path.write_bytes(b"".join([*lines[:2], b"{" + lines[2][2:], *lines[3:]]))
    engine.calls = 0
    assert runner.sweep(experiment, replicates=10, out=tmp_path).digest() == before
    assert engine.calls == 2
    assert status(tmp_path).finished
