"""`tfs-sim calibrate --look` and `--recover`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "calibration"))
from hand import MINE, written

from tfs_sim.calibration import calibrating, recovering
from tfs_sim.calibration.reading import load_calibration
from tfs_sim.experiments.designs.sets import Sets

SHIPPED = str(Path(__file__).parents[2] / "calibrations" / "collective-impact.json")


def test_a_look_prints_what_is_required_and_what_the_prior_gives(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    written(tmp_path)
    said = call("calibrate", "mine.toml", "--look", "--sets", "8", "--workers", "1", "--out", "kept")
    assert said.code == 0, said.err
    assert "Mine: 8 sets, drawn from what is plausible" in said.out
    assert "All of these at once" in said.out
    assert "never counted as met" in said.out
    assert (tmp_path / "kept" / "evaluations.json").is_file()
    again = call("calibrate", "mine.toml", "--look", "--sets", "8", "--json", "--out", "kept")
    told = json.loads(again.out)
    assert told["sets"] == 8
    assert [line["name"] for line in told["lines"]] == ["alive", "trust", "falls", "density", "gain", "posts"]


def test_an_impossible_target_ends_in_a_sentence(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    written(tmp_path, MINE.replace("centre = 3.0\nsd = 0.4", "centre = 1.0\nsd = 0.01"))
    said = call("calibrate", "mine.toml", "--look", "--sets", "4", "--only", "trust, alive", "--workers", "1")
    assert said.code == 2
    assert "trust is met by none of 4 sets: at the nearest, plausible-" in said.err
    assert "standard deviations" in said.err


def test_the_sets_of_an_ensemble(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    written(tmp_path)
    (tmp_path / "sets.csv").write_text("set,turnover.ramp\na,5.0\nb,5.2\nc,5.4\n")
    assert call("ensemble", "make", "sets.csv", "--out", "mine.json").code == 0
    said = call("calibrate", "mine.toml", "--look", "--ensemble", "mine.json", "--only", "alive", "--workers", "1")
    assert said.code == 0, said.err
    assert "Mine: 3 sets" in said.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mine.toml", "--sets", "20"], "--sets goes with --look"),
        (["collective-impac", "--look"], "did you mean"),
        (["mine.toml", "--look", "--sets", "1"], "--sets is a whole number between 2"),
        (["mine.toml", "--look", "--sets", "5", "--ensemble", "x.json"], "give one of the two"),
        (["mine.toml", "--look", "--only", "alife"], '"alife" is no target'),
        (["mine.toml", "--look", "--ensemble", "none.json"], "none.json is not there"),
        (["mine.toml", "--look", "--sets", "2", "--out", "."], "is not a folder of observations: it holds"),
        (["mine.toml", "--look", "--sets", "2", "--out", "town.toml"], "town.toml is a file, not a folder"),
        (["mine.toml", "--out", "."], "is not a folder of a calibration: it holds"),
        (["mine.toml", "--quick", "--out", "."], "is not a folder of a calibration: it holds"),
        (["mine.toml", "--recover"], "--recover needs --ensemble FILE"),
        (["mine.toml", "--recover", "--look"], "--look does not go with --recover"),
        (["mine.toml", "--recover", "--quick"], "--quick does not go with --recover"),
        (["mine.toml", "--recover", "--only", "alive"], "--only does not go with --recover"),
        (["mine.toml", "--recover", "--ensemble", "none.json"], "none.json is not there"),
        (["mine.toml", "--recover", "--ensemble", SHIPPED, "--out", "."], "is not a folder of recoveries: it holds"),
    ],
)
def test_mistakes_in_the_call(call, tmp_path: Path, arguments: list[str], said: str) -> None:  # type: ignore[no-untyped-def]
    written(tmp_path)
    found = call("calibrate", *arguments)
    assert found.code == 2
    assert said in " ".join(found.err.split())
    assert not (tmp_path / "parts").exists() and not (tmp_path / "evaluations.json").exists()


@pytest.mark.parametrize("look", [True, False])
def test_a_folder_of_something_else_stays_as_it_is(call, tmp_path: Path, look: bool) -> None:  # type: ignore[no-untyped-def]
    """Also where it has what a folder of ours would have, under the same names."""
    written(tmp_path)
    held = {"evaluations.json": "theirs", "parts": None, "waves": None, "observed": None}
    (tmp_path / "theirs").mkdir()
    for name, text in held.items():
        if text is not None:
            (tmp_path / "theirs" / name).write_text(text)
        else:
            (tmp_path / "theirs" / name).mkdir()
            (tmp_path / "theirs" / name / "thesis.txt").write_text("theirs")
    before = sorted(str(each) for each in (tmp_path / "theirs").rglob("*"))
    said = call("calibrate", "mine.toml", "--out", "theirs", *(["--look", "--sets", "2"] if look else []))
    assert said.code == 2 and "it holds evaluations.json" in " ".join(said.err.split())
    assert sorted(str(each) for each in (tmp_path / "theirs").rglob("*")) == before


def test_a_name_that_no_ensemble_could_have_is_refused_at_once(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    written(tmp_path).rename(tmp_path / "my study.toml")
    said = call("calibrate", "my study.toml", "--out", "kept")
    assert said.code == 2 and 'sets would be called "my study-00001"' in " ".join(said.err.split())
    assert not (tmp_path / "kept").exists()


def made_up(sets: Sets) -> tuple[np.ndarray, np.ndarray]:
    """A stand-in for the model: every set gives every target as it was published, with little luck."""
    centres = [each.centre for each in calibrating.held_of(load_calibration("collective-impact"))]
    values = np.tile(centres, (len(sets), 1)) + 0.02 * (sets.table[:, :1] - sets.table[:, :1].mean())
    return values, np.full(values.shape, 1e-4)


def test_sets_of_an_ensemble_are_found_again(call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(calibrating, "simulator_of", lambda *_, **__: made_up)
    monkeypatch.setattr(calibrating, "QUICK_SETS", 300)
    monkeypatch.setattr(calibrating, "led", lambda *_: lambda sets: sets.table[:, :4])
    monkeypatch.setattr(recovering, "RECOVERED", 2)
    arguments = ("calibrate", "collective-impact", "--recover", "--ensemble", SHIPPED, "--out", "r")
    said = call(*arguments)
    assert said.code == 0, said.err
    kept = json.loads((tmp_path / "r" / "recoveries.json").read_text())
    assert kept["calibration"] == load_calibration("collective-impact").digest()
    assert len(kept["recoveries"]) == 2 and all(each["truth"].startswith("ci1-") for each in kept["recoveries"])
    assert (tmp_path / "r" / "recoveries.txt").read_text() in said.out
    assert "2 of 2 truths keep their place; of 8 headlines" in said.out
    assert json.loads(call(*arguments, "--json").out) == kept["recoveries"]
