"""Results are named after the study, and no study writes over another one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import real

from tfs_sim.cli import main
from tfs_sim.experiments.designs.design import experiment_from, load_experiment
from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.storage import records
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario import load_scenario
from tfs_sim.scenario.errors import UserError

pytestmark = pytest.mark.usefixtures("undrawn")


def left(*arguments: str) -> int:
    with pytest.raises(SystemExit) as leave:
        main(list(arguments))
    assert isinstance(leave.value.code, int)
    return leave.value.code


def study(folder: Path, name: str = "experiment.toml") -> Path:
    """Write an experiment into a folder, under a name."""
    real.trial(folder)
    return (folder / "trial.toml").rename(folder / name)


def state(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_two_new_studies_swept_from_one_folder_have_results_of_their_own(here: Path) -> None:
    for name in ("a", "b"):
        study(here / name)
        assert left("sweep", f"{name}/experiment.toml", "-n", "1") == 0
        assert Sweep.load(f"results/{name}").experiment["study"] == {"file": f"../../{name}/experiment.toml"}
    assert sorted(path.name for path in Path("results").iterdir()) == ["a", "b"]


def test_what_results_are_called(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study(here / "town")
    assert load_experiment("town/experiment.toml").name == "town"
    monkeypatch.chdir(here / "town")
    assert load_experiment("experiment.toml").name == "town"
    assert load_experiment(study(here / "town", "other.toml")).name == "other"
    ready = load_experiment("crisis-shock")
    assert (ready.name, ready.ready_made) == ("crisis-shock", True)


def test_another_study_is_refused_with_both_names_and_nothing_is_written(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study(here / "one", "trial.toml")
    study(here / "two", "trial.toml")
    assert left("sweep", "one/trial.toml", "-n", "1") == 0
    before = state(here)
    capsys.readouterr()
    assert left("sweep", "two/trial.toml", "-n", "1") == 2
    said = capsys.readouterr().err.splitlines()
    assert said[0] == (
        "results/trial holds the results of another study (one/trial.toml), which two/trial.toml must not write over"
    )
    assert "--out" in said[1] and "--fresh" in said[1] and len(said) == 2
    assert left("sweep", "crisis-shock", "-n", "1", "--out", "results/trial") == 2
    assert "which the ready-made crisis-shock must not write over" in capsys.readouterr().err
    assert state(here) == before
    assert left("sweep", "two/trial.toml", "-n", "1", "--fresh") == 0
    assert Sweep.load("results/trial").experiment["study"] == {"file": "../../two/trial.toml"}
    capsys.readouterr()
    assert left("sweep", "one/trial.toml", "-n", "1") == 2


def test_an_edited_file_goes_on_in_its_folder(here: Path) -> None:
    path = study(here, "trial.toml")
    assert left("sweep", "trial.toml", "-n", "2") == 0
    path.write_text(path.read_text(encoding="utf-8").replace("[strategies.more]", "[strategies.most]"), "utf-8")
    assert left("sweep", str(path), "-n", "2") == 0  # by another way to the same file
    assert Sweep.load("results/trial").provenance["runs_made"] == 0


def test_a_renamed_file_takes_its_folder_over(here: Path) -> None:
    path = study(here, "trial.toml")
    assert left("sweep", "trial.toml", "-n", "2") == 0
    before = state(Path("results/trial/parts"))
    path.rename(here / "renamed.toml")
    assert left("sweep", "renamed.toml", "-n", "2", "--out", "results/trial") == 0
    assert state(Path("results/trial/parts")) == before
    assert Sweep.load("results/trial").experiment["study"] == {"file": "../../renamed.toml"}


def test_a_tree_that_is_moved_or_copied_goes_on(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study(here / "tree", "trial.toml")
    monkeypatch.chdir(here / "tree")
    assert left("sweep", "trial.toml", "-n", "2") == 0
    monkeypatch.chdir(here)
    shutil.copytree("tree", "copied")
    for name in ("copied", "moved"):
        if name == "moved":
            Path("tree").rename("moved")
        monkeypatch.chdir(here / name)
        assert left("sweep", "trial.toml", "-n", "3") == 0
        assert Sweep.load("results/trial").provenance["runs_made"] == 6
        monkeypatch.chdir(here)


def test_shards_belong_to_their_study_and_merge_into_it(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study(here / "one")
    study(here / "two" / "one")
    for part in ("1/2", "2/2"):
        assert left("sweep", "one/experiment.toml", "--shard", part) == 0
    capsys.readouterr()
    assert left("sweep", "two/one/experiment.toml", "--shard", "1/2") == 2
    assert "another study (one/experiment.toml), which two/one/experiment.toml" in capsys.readouterr().err
    shards = sorted(str(path) for path in Path("results/one/shards").iterdir())
    assert left("merge", *shards) == 0
    assert Sweep.load("results/one").experiment["study"] == {"file": "../../one/experiment.toml"}
    assert left("status", "results/one") == left("report", "results/one") == 0
    merged = state(Path("results/one/parts"))
    assert left("sweep", "one/experiment.toml") == 0
    assert state(Path("results/one/parts")) == merged
    assert left("sweep", "two/one/experiment.toml") == 2
    assert left("sweep", "two/one/experiment.toml", "--out", "other", "-n", "1") == 0
    capsys.readouterr()
    assert left("merge", *shards, "--out", "other") == 2
    assert "other holds the results of another study (two/one/experiment.toml)" in capsys.readouterr().err


def test_shards_from_another_machine_merge_where_their_file_is_not(here: Path) -> None:
    study(here / "cluster" / "work", "trial.toml")
    study(here, "trial.toml")
    for part in ((1, 2), (2, 2)):
        runner.sweep("cluster/work/trial.toml", shard=part, out=f"cluster/shards/{part[0]}")
    shutil.move("cluster/shards", "shards")
    assert left("sweep", "trial.toml", "-n", "1") == 0
    assert left("merge", "shards/1", "shards/2") == 0
    merged = state(Path("results/trial/parts"))
    assert left("sweep", "trial.toml") == 0
    assert state(Path("results/trial/parts")) == merged


PLAIN = {"scenario": "laboratory", "replicates": 1, "months": 3, "strategies": {"a": {}, "b": {}}}
PLAIN |= {"outcomes": {"primary": "trust"}}


def test_experiments_made_in_python_are_called_after_their_title(here: Path) -> None:
    scenario = load_scenario("laboratory")
    mine = experiment_from(PLAIN | {"title": "Mine & yours!"}, scenario)
    assert runner.sweep(mine).folder == Path("results/mine-yours")
    assert Sweep.load("results/mine-yours").experiment["study"] == {"python": "mine-yours"}
    with pytest.raises(UserError, match="holds the results of another study"):
        runner.sweep(experiment_from(PLAIN | {"title": "Other"}, scenario), out="results/mine-yours")
    nameless = experiment_from(PLAIN, scenario)
    with pytest.raises(UserError, match="made in Python needs a title"):
        runner.sweep(nameless)
    assert runner.sweep(nameless, out="plain").experiment["name"] == "experiment"


def test_a_memory_that_cannot_be_read_is_another_study(here: Path) -> None:
    study(here, "trial.toml")
    assert left("sweep", "trial.toml", "-n", "1") == 0
    path = Path("results/trial/experiment.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    for broken in (None, [], {}, {"file": 3}, {"file": "a", "python": "b"}):
        records.write(path, content | {"study": broken})
        assert left("sweep", "trial.toml", "-n", "1") == 2
