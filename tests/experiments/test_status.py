"""`tfs-sim status` names what is damaged, gone or replaced, and leaves with 2; what is not finished is no damage."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import fakes
import pytest

from tfs_sim.cli import main
from tfs_sim.experiments.execution import runner

EXPERIMENT = fakes.Experiment(levels=(1.0,), months=3)


def left(capsys: pytest.CaptureFixture[str], folder: Path) -> tuple[int, str]:
    """Return the exit code of `status`, and all that it says."""
    with pytest.raises(SystemExit) as leaving:
        main(["status", str(folder)])
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return int(leaving.value.code or 0), f"{' '.join(said.out.split())} {said.err}"


def first(folder: Path, pattern: str) -> Path:
    return sorted(folder.glob(pattern))[0]


def moved(path: Path) -> None:
    """Put a link in the place of something, to where it is now."""
    home = next(each for each in path.parents if each.name == "trial").parent
    path.symlink_to(path.rename(home / f"{path.name}-elsewhere"))


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a part is cut": (lambda f: first(f, "parts/*/*.series.parquet").write_bytes(b"PAR1"), "4 bytes long instead of"),
    "a part is gone": (lambda f: first(f, "parts/*/*.runs.parquet").unlink(), "00000000.runs.parquet is gone"),
    "a part is a link": (lambda f: moved(first(f, "parts/*/*.runs.parquet")), "00000000.runs.parquet cannot be read"),
    "a manifest is gone": (lambda f: first(f, "parts/*/manifest.jsonl").unlink(), "finished runs cannot be found"),
    "a manifest is a link": (lambda f: moved(first(f, "parts/*/manifest.jsonl")), "manifest.jsonl is a link"),
    "an arm is gone": (lambda f: shutil.rmtree(first(f, "parts/*+*")), "finished runs cannot be found"),
    "an arm is a link": (lambda f: moved(first(f, "parts/*+*")), "is a link"),
    "all parts are gone": (lambda f: shutil.rmtree(f / "parts"), "finished runs cannot be found"),
    "parts is a link": (lambda f: moved(f / "parts"), "parts is a link"),
    "runs.parquet is gone": (lambda f: (f / "runs.parquet").unlink(), "runs.parquet (it is gone)"),
    "network.parquet is gone": (lambda f: (f / "network.parquet").unlink(), "network.parquet (it is gone)"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_damage_is_named_and_the_exit_code_is_2(
    engine: fakes.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    folder = tmp_path / "trial"
    before = runner.sweep(EXPERIMENT, replicates=2, out=folder).digest()
    assert left(capsys, folder)[0] == 0
    change, said = DAMAGE[what]
    change(folder)
    code, told = left(capsys, folder)
    assert code == 2 and said in told, told
    assert "The same `tfs-sim sweep` (or `merge`) makes it anew" in told
    if "link" in what and "a part" not in what:
        return  # links are refused by those who write
    assert runner.sweep(EXPERIMENT, replicates=2, out=folder).digest() == before
    assert left(capsys, folder)[0] == 0


def test_what_is_not_finished_is_no_damage(
    engine: fakes.Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "trial"
    runner.sweep(EXPERIMENT, replicates=2, out=folder)
    run = runner.Work.fill

    def stopped(*given: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner.Work, "fill", stopped)
    for more, replicates in ((EXPERIMENT, 5), (replace(EXPERIMENT, levels=(1.0, 3.0)), 2)):
        with pytest.raises(KeyboardInterrupt):
            runner.sweep(more, replicates=replicates, out=folder)
        code, told = left(capsys, folder)
        assert code == 0 and "damaged" not in told and "Not finished" in told, told
    monkeypatch.setattr(runner.Work, "fill", run)
    runner.sweep(EXPERIMENT, replicates=2, out=folder)
    (folder / "provenance.json").unlink()
    code, told = left(capsys, folder)
    assert code == 0 and "Not finished (its results are not put together yet)" in told
