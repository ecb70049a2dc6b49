"""Whatever fails of the disk, whenever: one sentence, nothing half-written, and the same call goes on from there."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import failing
import fakes
import pytest

from tfs_sim.experiments.execution import runner, saved, simulating
from tfs_sim.experiments.execution.merging import merge
from tfs_sim.experiments.storage import files
from tfs_sim.experiments.storage.holding import LOCK
from tfs_sim.experiments.storage.status import status
from tfs_sim.report import page
from tfs_sim.scenario import study
from tfs_sim.scenario.errors import UserError

TORTURE = bool(os.environ.get("TFS_SIM_TORTURE"))
CODES = [errno.ENOSPC, errno.EIO, errno.ESTALE, errno.EBUSY, errno.EDQUOT, errno.EROFS]
EXPERIMENT = fakes.Experiment(levels=(1.0,), months=3)
STEPS = 2
"""By itself the test takes so many of all uses of the disk; `make torture` takes a hundred."""


def reported(folder: Path) -> bytes:
    """Write a report whose figures are drawn in no time."""
    runner.sweep(EXPERIMENT, replicates=2, out=folder)
    return page.write_report(SimpleNamespace(), folder).read_bytes()  # type: ignore[arg-type]


def merged(folder: Path) -> str:
    shards = [folder.with_name(f"{folder.name}-{part}") for part in (1, 2)]
    for part, shard in enumerate(shards, 1):
        runner.sweep(EXPERIMENT, replicates=2, out=shard, shard=(part, 2))
    merge(shards, folder)
    return runner.sweep(EXPERIMENT, replicates=2, out=folder).digest()


def ran(folder: Path) -> bytes:
    saved.save(simulating.simulate(fakes.Scenario(), 2), folder)
    return (folder / "series.parquet").read_bytes()


DOORS: dict[str, Callable[[Path], Any]] = {
    "sweep": lambda folder: runner.sweep(EXPERIMENT, replicates=2, out=folder).digest(),
    "begin again": lambda folder: runner.sweep(EXPERIMENT, replicates=2, out=folder, fresh=True).digest(),
    "merge": merged,
    "run": ran,
    "report": reported,
    "new": lambda folder: [path.name for path in study.new_study(folder)],
    "new in an empty folder": lambda folder: [path.name for path in study.new_study(folder)],
}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have reports and studies written in no time."""
    chart = SimpleNamespace(figure=None, data=None)
    monkeypatch.setattr(page.Stored, "of", lambda sweep: sweep)
    monkeypatch.setattr(page, "charts", lambda stored, narrow=False: {"a": chart})
    monkeypatch.setattr(page, "svg", lambda figure: b"figure")
    monkeypatch.setattr(page, "save", lambda figure, stem, drawn: files.write_bytes(stem.with_name("a.svg"), drawn))
    monkeypatch.setattr(page, "as_csv", lambda data: b"data")
    monkeypatch.setattr(page, "render", lambda *given: "page")
    monkeypatch.setattr(study, "files_of", lambda *given: {"scenario.toml": "a", "experiment.toml": "b"})


def failures(uses: int) -> Iterator[tuple[int, int, int]]:
    """Yield the first and the last use that fail, and how."""
    steps = min(uses, 100) if TORTURE else STEPS
    for number in range(steps):
        at = 1 + number * uses // steps
        yield at, at, CODES[number % len(CODES)]
        yield at, 10**9, CODES[-number % len(CODES)]


@pytest.mark.parametrize("door", DOORS)
def test_kill_the_disk_at_any_use(engine: fakes.Engine, tmp_path: Path, quick: None, door: str) -> None:
    def empty(folder: Path) -> Path:
        if "empty" in door:
            folder.mkdir()
        return folder

    use = DOORS[door]
    with pytest.MonkeyPatch.context() as patch:
        disk = failing.Disk(patch)
        whole = use(empty(tmp_path / "whole"))
    told = 0
    for number, (at, last, code) in enumerate(failures(disk.uses)):
        folder = empty(tmp_path / str(number))
        with pytest.MonkeyPatch.context() as patch:
            failing.Disk(patch, at, at if "empty" in door else last, code)
            try:
                found = use(folder)
            except UserError as error:
                found = None
                told += 1
                assert len(error.mistakes) == 1
                assert os.strerror(code) in str(error) or "disk is full" in str(error) or "may not be" in str(error)
        again = found if found and "new" in door else use(folder)
        assert again == whole, (at, last, code)
        assert not [path for path in folder.rglob("*") if path.name.startswith(files.TEMPORARY) or path.name == LOCK]
    assert told


@pytest.mark.parametrize("code", [errno.ESTALE, errno.EIO])
def test_a_list_of_parts_that_cannot_be_read_is_not_an_empty_one(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    runner.sweep(EXPERIMENT, replicates=2, out=tmp_path)
    opened = files.opened

    def stale(path: Path, *how: Any) -> Any:
        if path.name == "manifest.jsonl":
            raise OSError(code, os.strerror(code), str(path))
        return opened(path, *how)

    with monkeypatch.context() as patched:
        patched.setattr(files, "opened", stale)
        for use in (lambda: runner.sweep(EXPERIMENT, replicates=3, out=tmp_path), lambda: status(tmp_path)):
            with pytest.raises(UserError, match=r"manifest\.jsonl cannot be read"):
                use()
    engine.calls = 0
    runner.sweep(EXPERIMENT, replicates=3, out=tmp_path)
    assert engine.calls == 2


@pytest.mark.parametrize("times", [1, 10**9])
def test_what_was_copied_and_cannot_be_read_back_is_copied_again_or_told(
    engine: fakes.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    shards = [tmp_path / str(part) for part in (1, 2)]
    for part, shard in enumerate(shards, 1):
        runner.sweep(EXPERIMENT, replicates=2, out=shard, shard=(part, 2))
    whole = runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "whole").digest()
    opened, failed = files.opened, []

    def busy(path: Path, *how: Any) -> Any:
        copied = path.name.endswith("runs.parquet") and path.is_relative_to(tmp_path / "out")
        if copied and not how and len(failed) < times:
            failed.append(path)
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))
        return opened(path, *how)

    with monkeypatch.context() as patched:
        patched.setattr(files, "opened", busy)
        if times == 1:
            assert not merge(shards, tmp_path / "out").damaged
        else:
            with pytest.raises(UserError, match=r"runs\.parquet cannot be read \(Device or resource busy\)"):
                merge(shards, tmp_path / "out")
    assert failed
    merge(shards, tmp_path / "out")
    engine.calls = 0
    assert runner.sweep(EXPERIMENT, replicates=2, out=tmp_path / "out").digest() == whole
    assert not engine.calls


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (OSError(errno.EIO, "Input/output error"), "out/x cannot be made (Input/output error)"),
        (OSError("a server is away"), "out/x cannot be made (a server is away)"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full: out/x could not be made"),
        (OSError(errno.EACCES, "Permission denied"), "out may not be written to"),
    ],
)
def test_what_the_disk_says_is_told_in_its_words(problem: OSError, said: str) -> None:
    (mistake,) = files.explained(problem, Path("out/x"), "made").mistakes
    assert mistake.message == said
    (read,) = files.explained(OSError(errno.EACCES, "Permission denied"), Path("out/x"), "read").mistakes
    assert read.message == "out/x may not be read"
