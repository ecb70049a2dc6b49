"""Files of earlier versions are read, or refused in a sentence with advice; nothing is misread, nothing is touched."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

import pytest

from tfs_sim.cli import main
from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.experiments.execution.simulating import simulate
from tfs_sim.experiments.storage.marks import FORMAT
from tfs_sim.scenario import UserError, load_scenario

TOP = Path(__file__).parents[1]
OLD = TOP / "tests" / "old" / "0.1"


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    said = capsys.readouterr().err
    assert left.value.code == 2 and "Traceback" not in said, said
    return " ".join(said.split())


def state(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_scenario_of_0_1_is_read_and_means_what_it_meant() -> None:
    town = load_scenario(OLD / "town.toml")
    assert town.title == "Old town" and town.clock.months == 12
    (order,) = town.bundles["manuals"].interventions
    assert (order.use, order.amount, order.payer) == ("procedure-manuals", 0.5, "funder")
    (shock,) = town.shocks
    assert (shock.use, shock.onset, shock.depth, shock.duration) == ("community-crisis", "2020-06", 0.5, 3)
    assert town.parameters == {"turnover": {"rate_nonprofit": 0.25}}
    assert simulate(town).values.shape[1] == 12


def test_an_experiment_of_0_1_is_read() -> None:
    trial = load_experiment(OLD / "trial.toml")
    assert [arm.strategy for arm in trial.arms()] == ["nothing", "manuals"]
    assert trial.replicates == 4 and trial.seed == 7 and trial.against == "nothing"


def test_what_the_same_experiment_means_now_is_said() -> None:
    """It asks for 4 replicates of each of 100 sets, where it asked for 4 runs: the changelog says so."""
    assert load_experiment(OLD / "trial.toml").sets == 100
    changes = " ".join((TOP / "CHANGELOG.md").read_text(encoding="utf-8").split())
    assert "A file that says `replicates = 100` now asks for 100 of each of 100 sets" in changes


def test_parameters_that_are_gone_are_refused_with_what_took_their_place() -> None:
    with pytest.raises(UserError) as told:
        load_scenario(OLD / "refused.toml")
    said = " ".join(told.value.render().split())
    assert 'effort has no parameter "membership" any more: a seat at the table has its own cost' in said
    assert (
        'participation has no parameter "join_threshold" any more: what a seat must be worth is what it costs' in said
    )
    assert re.search(r"refused\.toml:5", said) and re.search(r"refused\.toml:8", said)


@pytest.mark.parametrize(
    "command",
    ["status {}", "report {}", "report {} --slides", "export {}", "reproduce {}", "decide {}", "why {} manuals nothing",
     "where {}", "starts {}", "survival {}", "power {} manuals nothing", "foretell {}", "story {} manuals nothing",
     "sweep trial.toml --out {}", "merge {}"],
)  # fmt: skip
def test_results_of_0_1_are_refused_with_advice_and_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    shutil.copytree(OLD, tmp_path / "old")
    monkeypatch.chdir(tmp_path / "old")
    before = state(tmp_path)
    said = refused(capsys, *command.format("results").split())
    assert f"results was written by an older version of tfs-sim (layout 2; this one reads {FORMAT})" in said
    assert "Use that version for it, or run the sweep again into another folder with --out." in said
    assert state(tmp_path) == before


def test_the_policy_names_the_layout_that_is_read() -> None:
    assert f"a layout (now {FORMAT})" in (TOP / "docs" / "files.md").read_text(encoding="utf-8")
