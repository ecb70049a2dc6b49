"""Calibrations, ensembles and imports: a disk that fails, signals at any moment, second writers; nothing is lost.

By itself this takes a few uses of the disk and no signal; `make torture` takes many, and all signals.
"""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "calibration"))
sys.path.insert(0, str(Path(__file__).parents[1] / "experiments"))

import failing
from hand import written
from truths import SMOOTH, SPACE, Synthetic, smooth, uneven

from tfs_sim.calibration import evaluate, evaluating, load_calibration
from tfs_sim.calibration.calibrating import carry_out
from tfs_sim.calibration.held import Held
from tfs_sim.calibration.matching import Budget, calibrate
from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.experiments.designs.sets import drawn
from tfs_sim.experiments.execution import behaving
from tfs_sim.experiments.execution.exporting import export
from tfs_sim.experiments.execution.reproducing import reproduce
from tfs_sim.experiments.execution.runner import sweep
from tfs_sim.experiments.storage import ensembles, files
from tfs_sim.experiments.storage.holding import LOCK
from tfs_sim.scenario.errors import UserError
from tfs_sim.survey import import_survey, write_survey

TORTURE = bool(os.environ.get("TFS_SIM_TORTURE"))
CODES = [errno.ENOSPC, errno.ESTALE, errno.EIO, errno.EBUSY, errno.EDQUOT, errno.EROFS]
LOOSE = tuple(Held(each.name, each.centre, 0.5, 0.5) for each in SMOOTH)
BUDGET = Budget(80, 40, 40, wanted=20, block=20, quick=True)
ENDINGS = {"SIGKILL": -9, "SIGTERM": 143, "SIGHUP": 129}


def looked_at(folder: Path) -> Any:
    calibration = load_calibration(written(folder.parent))
    return evaluate(drawn(2), calibration, workers=1, targets=["alive"], out=folder).values.tolist()


def in_waves(folder: Path) -> Any:
    found = calibrate(SPACE, LOOSE, Synthetic(smooth, uneven), BUDGET, folder, "ci1", 1)
    return found.ids, found.table.tolist(), found.values.tolist()


def made(folder: Path) -> Any:
    files.made_folder(folder)
    sets = drawn(3, "plausible: turnover")
    behaving.written(folder / "mine.json", sets, "mine", "Mine", "1", "CC0-1.0", lambda _: None)
    return ensembles.read(folder / "mine.json").sets.digest()


def imported(folder: Path) -> Any:
    ties = folder.parent / "ties.csv"
    ties.write_text("source,target,contact\na,b,1\nb,c,2\nc,d,1\n", encoding="utf-8")
    known = {name: f"org-{n}" for n, name in enumerate("abcd")}
    write_survey(import_survey([ties], "town", known=known), folder)
    return {path.name: path.read_text().replace(str(folder), "") for path in folder.rglob("*") if path.is_file()}


@cache
def swept() -> Path:
    """Return results of a real sweep, small, which others read."""
    folder = Path(tempfile.mkdtemp()) / "small"
    folder.mkdir()
    (folder / "town.toml").write_text('extends = "laboratory"\n[clock]\nmonths = 3\nrun_in = 0\n', encoding="utf-8")
    (folder / "small.toml").write_text(
        'scenario = "town.toml"\nuncertainty = "defaults"\nreplicates = 2\n'
        '[strategies.nothing]\n[outcomes]\nprimary = "trust"\n',
        encoding="utf-8",
    )
    sweep(load_experiment(folder / "small.toml"), out=folder / "results", workers=1)
    return folder / "results"


def exported(folder: Path) -> Any:
    return {path.name: path.read_bytes() for path in export(swept(), folder)}


def again(folder: Path) -> Any:
    found = reproduce(swept(), folder, workers=1)
    return found.same, {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


DOORS: dict[str, Callable[[Path], Any]] = {
    "look": looked_at,
    "waves": in_waves,
    "ensemble": made,
    "import": imported,
    "export": exported,
    "reproduce": again,
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ensembles be made without a run of their sets."""
    batch = {"scenario": "laboratory", "months": 36, "replicates": 4, "seed": 1, "digest": "0" * 64}
    said = {"sets": ["plausible-0001"], "means": {"trust": [0.5]}, "errors": {"trust": [0.1]}}
    monkeypatch.setattr(behaving, "behaviour", lambda *_: batch | said)


def failures(uses: int, door: str) -> Iterator[tuple[int, int, int]]:
    """Yield the first and the last use that fail, and how."""
    steps = min(uses, 20 if door == "waves" else 100) if TORTURE else 2
    for number in range(steps):
        at = 1 + (number + 1) * uses // (steps + 1)
        yield at, at, CODES[number % len(CODES)]
        yield at, 10**9, CODES[-number % len(CODES)]


@pytest.mark.parametrize("door", DOORS)
def test_kill_the_disk_at_any_use(tmp_path: Path, door: str) -> None:
    use = DOORS[door]
    swept()
    with pytest.MonkeyPatch.context() as patch:
        disk = failing.Disk(patch)
        whole = use(tmp_path / "whole")
    told = 0
    for number, (at, last, code) in enumerate(failures(disk.uses, door)):
        folder = tmp_path / str(number)
        with pytest.MonkeyPatch.context() as patch:
            failing.Disk(patch, at, last, code)
            try:
                use(folder)
            except UserError as error:
                told += 1
                assert len(error.mistakes) == 1
                assert os.strerror(code) in str(error) or "disk is full" in str(error) or "may not be" in str(error)
        assert use(folder) == whole, (at, last, code)
        assert not [path for path in folder.rglob("*") if path.name.startswith(files.TEMPORARY) or path.name == LOCK]
    assert told


def test_a_second_writer_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held_elsewhere: Callable[..., Any]
) -> None:
    for owner, name in ((evaluating, "_warm"), (behaving, "behaviour"), (Synthetic, "__call__")):
        monkeypatch.setattr(owner, name, None)
    calibration = load_calibration(written(tmp_path))
    doors = {**DOORS, "calibrate": lambda folder: carry_out(calibration, folder)}
    for name, use in doors.items():
        folder = tmp_path / name
        with held_elsewhere(folder), pytest.raises(UserError, match=rf"another process.* is writing to {folder}"):
            use(folder)
        assert not list(folder.iterdir()), name


SLOW = """
import sys, time
sys.path.insert(0, {tests!r})
from tfs_sim.calibration import evaluating
evaluating.PART_SECONDS = 0.0
pace = evaluating.Pace.step
evaluating.Pace.step = lambda *given: (pace(*given), time.sleep(0.05))
if sys.argv[1] == "look":
    from tfs_sim.cli import main
    main(["calibrate", "mine.toml", "--look", "--sets", "40", "--workers", "1", "--out", sys.argv[2]])
from pathlib import Path
from tfs_sim.cli.leaving import StoppedError, orderly
import test_calibrations_survive as here
run = here.Synthetic.__call__
here.Synthetic.__call__ = lambda *given: (time.sleep(0.3), run(*given))[1]
try:
    with orderly():
        here.in_waves(Path(sys.argv[2]))
except KeyboardInterrupt as stop:
    sys.exit(StoppedError(stop).code)
"""


@pytest.mark.slow
@pytest.mark.skipif(not TORTURE or os.name == "nt", reason="part of `make torture`")
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("door", ["look", "waves"])
def test_kill_a_calibration_and_go_on(tmp_path: Path, door: str, ending: str) -> None:
    calibration = load_calibration(written(tmp_path))

    def finished(name: str) -> Any:
        if door == "waves":
            return in_waves(tmp_path / name)
        return np.nan_to_num(evaluate(drawn(40), calibration, workers=1, out=tmp_path / name).values, nan=-9).tolist()

    def kept() -> int:
        return len([path for path in (tmp_path / "ended").rglob("*.*") if not path.name.startswith(".")])

    whole, moments, before = finished("whole"), random.Random(door + ending), 0
    for _ in range(3):
        command = [sys.executable, "-c", SLOW.format(tests=str(Path(__file__).parent)), door, "ended"]
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while kept() <= before and process.poll() is None:
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.4))
        before = kept()
        process.send_signal(getattr(signal, ending))
        if process.wait() == 0:
            break  # it was done already
        # sooner or later than the command is there to tell it, a signal ends the process by itself
        assert process.returncode in (ENDINGS[ending], -getattr(signal, ending))
    assert before
    assert finished("ended") == whole
    left = [path.name for path in (tmp_path / "ended").rglob("*")]
    assert not [name for name in left if name.startswith(files.TEMPORARY) or name == LOCK]
