"""`tfs-sim calibrate --data`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SEEN = """
title = "Riverton"
scenario = "town.toml"
runs = 8
sets = 120
[observed.members]
what = "mean"
metric = "partners"
from = 1
to = "2018-09"
value = 4
[observed.posts]
what = "mean"
metric = "vacancy"
from = 1
to = 4
"""


def test_from_a_file_to_an_ensemble_and_an_experiment_over_it(call, undrawn, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "seen.toml").write_text(SEEN)
    checked = call("check", "seen.toml")
    assert "good (what was seen of one town: 1 observation, 1 not known; until month 4)" in checked.out
    said = call("calibrate", "--data", "seen.toml", "--prior", "plausible", "--workers", "1")
    assert said.code == 0, said.err
    told = " ".join(said.out.split())
    assert "Riverton 1 observation of the town; weighing the 60 sets of before" in told
    assert "Not known, and nothing is made of it: posts." in told
    assert "each was run as it stands there" in told
    assert (tmp_path / "results" / "seen" / "seen.json").is_file()
    again = call("calibrate", "--data", "seen.toml", "--prior", "plausible", "--json")
    found = json.loads(again.out)
    assert found["seen"][0]["name"] == "members" and found["ensemble"] == "results/seen/seen.json"
    swept = call("sweep", "trial.toml", "--uncertainty", "results/seen/seen.json", "--sets", "20", "--replicates", "2")
    assert swept.code == 0, swept.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "calibrate needs a calibration, or --data FILE"),
        (["collective-impact", "--prior", "plausible"], "--prior goes with --data FILE"),
        (["collective-impact", "--data", "seen.toml"], "CALIBRATION does not go with --data"),
        (["--data", "seen.toml", "--look"], "--look does not go with --data"),
        (["--data", "seen.toml", "--sets", "20"], "--sets does not go with --data"),
        (["--data", "seen.toml", "--quick"], "--quick does not go with --data"),
        (["--data", "seem.toml"], "seem.toml: there is no such file"),
        (["--data", "seen.toml", "--prior", "mine"], 'prior is "calibrated", "plausible", or the .json file'),
        (["--data", "seen.toml", "--out", "."], "is not a folder of a conditioning: it holds"),
        (["--data", "town.toml"], "town.toml"),
    ],
)
def test_mistakes_in_the_call(call, tmp_path: Path, arguments: list[str], said: str) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "seen.toml").write_text(SEEN)
    found = call("calibrate", *arguments)
    assert found.code == 2
    assert said in " ".join(found.err.split())
    assert not (tmp_path / "results").exists() and not (tmp_path / "waves").exists()


def test_a_town_is_no_calibration(call, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "seen.toml").write_text(SEEN)
    assert call("calibrate", "seen.toml", "--look").code == 2
    schema = json.loads(call("check", "--schema", "town").out)
    assert schema["properties"]["observed"]
