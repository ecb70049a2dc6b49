from __future__ import annotations

from pathlib import Path

import pytest
from small import TOWN

from tfs_sim.scenario import UserError, load_scenario, presets
from tfs_sim.scenario.study import new_study


@pytest.fixture(autouse=True)
def ready_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "ready"
    home.mkdir()
    (home / "riverton.toml").write_text(TOWN)
    monkeypatch.setattr(presets, "folder", lambda kind: home)


def test_a_new_study_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tfs_sim.experiments.designs.design import load_experiment

    scenario, experiment = new_study(tmp_path / 'below/my "own" {study}')
    assert load_scenario(scenario).title == "My own study"
    assert [arm.strategy for arm in load_experiment(experiment).arms()] == ["as-it-is", "with-more"]
    assert sorted(path.name for path in scenario.parent.parent.iterdir()) == ['my "own" {study}']
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    new_study(Path())
    assert load_experiment("experiment.toml").base.name == "scenario"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="is not empty"):
        new_study(tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]
    with pytest.raises(UserError, match="is a file"):
        new_study(tmp_path / "full" / "notes.txt")
    with pytest.raises(UserError, match=r"notes\.txt\" is a file, not a folder"):
        new_study(tmp_path / "full" / "notes.txt" / "below")


def test_both_files_or_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *arguments: object, **named: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(UserError, match="No space left"):
        new_study(tmp_path / "study")
    assert not (tmp_path / "study").exists() and [path.name for path in tmp_path.iterdir()] == ["ready"]
