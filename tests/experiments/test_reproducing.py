"""A provenance holds every file that a study read; the study runs again from it alone, to the same bits."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import tfs_sim as tfs
from tfs_sim.cli import main
from tfs_sim.experiments.execution import reproducing
from tfs_sim.experiments.execution.reproducing import reproduce
from tfs_sim.experiments.storage import records, sources, stored
from tfs_sim.scenario import UserError

SCENARIO = """\
extends = "base.toml"
[sites.t]
students = 5000
at_the_table = 1.0
organizations_file = "data/organizations.csv"
relationships_file = "data/relationships.csv"
evidence = { weakest = 3, strongest = 20, spread = 0.3 }
"""
EXPERIMENT = """\
title = "Mine"
scenario = "towns/town.toml"
uncertainty = "plausible: turnover, trust"
sets = 3
replicates = 2
seed = 11
[strategies.as-it-is]
[strategies.more]
add = [{ use = "overlap", from = "month 3" }]
[cross]
where = [{ label = "here" }, { label = "lab", scenario = "laboratory" }]
[outcomes]
primary = "trust"
"""


def study(folder: Path) -> Path:
    towns = folder / "study" / "towns"
    (towns / "data").mkdir(parents=True)
    (towns / "base.toml").write_text('[clock]\nstart = "2020-01"\nmonths = 6\nrun_in = 6\n')
    (towns / "town.toml").write_text(SCENARIO)
    (towns / "data" / "organizations.csv").write_text("id,sector,joins\na,health,0\nb,unknown,0\nc,business,0\n")
    (towns / "data" / "relationships.csv").write_bytes(b"source,target,strength,chance\r\na,b,0.7,0.5\r\nb,c,1,\r\n")
    path = folder / "study" / "mine.toml"
    path.write_text(EXPERIMENT)
    return path


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("swept")
    tfs.sweep(study(folder), out=folder / "results", workers=1)
    shutil.rmtree(folder / "study")
    return folder / "results"


def copied(swept: Path, folder: Path) -> Path:
    return Path(shutil.copytree(swept, folder / "results"))


def edited(folder: Path, change) -> None:  # type: ignore[no-untyped-def]
    content = records.read(folder / "provenance.json")
    change(content)
    records.write(folder / "provenance.json", content)


def test_every_file_is_kept_where_it_stood(swept: Path) -> None:
    files = tfs.Sweep.load(swept).provenance["files"]
    data = ("towns/data/organizations.csv", "towns/data/relationships.csv")
    assert {*files} == {
        "mine.toml",
        "towns/town.toml",
        "towns/base.toml",
        *data,
        "ready-made/scenarios/laboratory.toml",
    }
    assert files["mine.toml"]["text"] == EXPERIMENT
    assert files[data[1]]["text"].count("\r\n") == 3, "line ends of other systems are kept as they were"


def test_it_runs_again_without_them_to_the_same_bits(swept: Path, tmp_path: Path) -> None:
    found = reproduce(swept, tmp_path / "again", workers=1)
    assert found.same and not found.changed and found.before == found.now == tfs.Sweep.load(swept).digest()
    assert (tmp_path / "again" / "towns" / "data" / "relationships.csv").read_bytes().count(b"\r\n") == 3
    assert tfs.Sweep.load(found.folder).digest() == found.before
    assert reproducing.told(found) == [f"The same to the bit: {found.now[:16]}."]


def test_what_differs_is_told(swept: Path, tmp_path: Path) -> None:
    folder = copied(swept, tmp_path)

    def other(content: dict) -> None:  # type: ignore[type-arg]
        import hashlib

        text = content["files"]["towns/base.toml"]["text"].replace("run_in = 6", "run_in = 5")
        content["files"]["towns/base.toml"] = {"text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}
        content["files"]["ready-made/scenarios/laboratory.toml"] = content["files"]["towns/base.toml"]
        content["model"] = "0.0.9+abcdefabcdef"

    edited(folder, other)
    found = reproduce(folder, workers=1)
    assert not found.same and "the ready-made scenarios/laboratory.toml is another one here" in found.changed
    assert {each for each in found.changed if "arm" in each} == {
        "as-it-is, here is another arm here",
        "more, here is another arm here",
    }
    said = " ".join(reproducing.told(found))
    assert "Not the same" in said and "Another version of the model" in said and found.furthest
    assert f"Runs differ in {len(found.furthest)} metrics" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["files"].pop("mine.toml"), "does not hold the experiment's file"),
        (lambda c: c.update(files={}), "lacks the files that the study read"),
        (lambda c: c["files"]["mine.toml"].pop("text"), "mine.toml is too large for the provenance"),
        (lambda c: c["files"]["mine.toml"].update(text="x = 1"), "is not what its checksum says"),
        (
            lambda c: c["files"].update({"../../evil": c["files"].pop("towns/town.toml")}),
            "names a file outside of its folder",
        ),
        (
            lambda c: c["files"].update({"/evil": c["files"].pop("towns/town.toml")}),
            "names a file outside of its folder",
        ),
        (lambda c: c["files"]["mine.toml"].update(text=5), "text is what a file holds"),
        (lambda c: c["files"].pop("towns/data/organizations.csv"), "organizations_file"),
    ],
)
def test_a_provenance_that_lacks_or_hides_something_is_refused(swept: Path, tmp_path: Path, change, said: str) -> None:  # type: ignore[no-untyped-def]
    folder = copied(swept, tmp_path)
    edited(folder, change)
    with pytest.raises(UserError, match=said):
        reproduce(folder, tmp_path / "again", workers=1)
    assert not (tmp_path.parent / "evil").exists() and not (tmp_path / "evil").exists()


def test_large_files_are_kept_as_checksums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_KEPT", 100)
    found = sources.kept(tfs.load_experiment(study(tmp_path)))
    assert len(found) == 6 and not any("text" in each for each in list(found.values())[1:])


def test_the_command_leaves_with_1_where_bits_differ(
    swept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as leaving:
            main(list(arguments))
        out, err = capsys.readouterr()
        return int(leaving.value.code or 0), " ".join((out + err).split())

    code, said = call("reproduce", str(swept), "--workers", "1")
    assert code == 0 and "The same to the bit" in said
    monkeypatch.setattr(stored.Sweep, "digest", lambda self: "a" * 64 if self.folder == swept else "b" * 64)
    code, said = call("reproduce", str(swept), "--workers", "1")
    assert code == 1 and "Not the same" in said and "the machines differ" in said
    assert call("reproduce", str(tmp_path))[0] == 2
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("")
    code, said = call("reproduce", str(swept), "--out", str(tmp_path / "full"))
    assert code == 2 and "full is not a folder of this study, run again: it holds x" in said
    assert json.loads((swept / "provenance.json").read_text())["seed"] == 11
