"""Mistakes in the call: one sentence and an exit code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["swep"], "Did you mean 'sweep'"),
        (["run"], "SCENARIO"),
        (["run", "town.toml", "--replicates", "0"], "--replicates is a whole number between 1 and 1,000,000; found 0"),
        (["run", "town.toml", "--replicates", "many"], '1,000,000; found the text "many"'),
        (["sweep", "trial.toml", "-n", "1000001"], "--replicates is a whole number between 1 and 1,000,000; found 1"),
        (["run", "town.toml", "--months", "1201"], "--months is a whole number between 1 and 1,200; found 1201"),
        (["run", "town.toml", "--seed", str(2**63)], "9,223,372,036,854,775,807; found 9223372036854775808"),
        (["run", "town.toml", "--seed", "9" * 5000], "between 0 and 9,223,372,036,854,775,807; found a number of"),
        (["audit", "trial.toml", "--pairs", "7"], "--pairs is a whole number between 8 and 1,000,000; found 7"),
        (["run", "town.toml", "--colour"], "--colour"),
        (["run", "towm.toml"], "towm.toml"),
        (["run", "together-for-student"], 'did you mean "together-for-students"?'),
        (["run", "crisis-shock"], "tfs-sim sweep crisis-shock"),
        (["sweep", "together-for-students"], "tfs-sim run together-for-students"),
        (["list", "mechanism"], 'did you mean "mechanisms"?'),
        (["explain", "turnover.rate_nonprofits"], 'did you mean "turnover.rate_nonprofit"?'),
        (["explain", "\x1b[31m"], "there is nothing called"),
        (["explain", "backbne"], 'did you mean "backbone"?'),
        (["explain", "org.effrt"], 'did you mean "org.effort"?'),
        (["explain", "turnover", "--arrays"], '--arrays goes with month alone, not with "turnover"'),
        (["list", "metrics", "trust"], "a word is looked for among parameters or words, not among metrics"),
        (["list", "parameters", "zeppelin"], 'no parameter has "zeppelin" in it'),
        (["check"], "check needs a file"),
        (["check", "--schema", "scenaro"], 'did you mean "scenario"?'),
        (["report", "."], "holds no results of tfs-sim"),
        (["status", "nowhere"], "there is no folder nowhere"),
        (["status", "town.toml"], "town.toml is a file, not a folder"),
        (["report", "town.toml"], "town.toml is a file, not a folder"),
        (["run", "town.toml", "--out", "."], "is not a folder of runs: it holds town.toml"),
        (["run", "town.toml", "--out", "town.toml"], "is a file, not a folder"),
        (["sweep", "trial.toml", "--out", "."], "is not a folder of results: it holds town.toml"),
        (["sweep", "trial.toml", "--out", "town.toml/below"], "cannot be made"),
        (["new", "town.toml"], "is a file, not a folder"),
        (["new", "town.toml/mine"], '"town.toml" is a file, not a folder'),
        (["run", "town.toml", "--out", "town.toml/below"], "town.toml is a file, not a folder"),
        (["run", "trial.toml"], "trial.toml is an experiment, not a scenario tfs-sim sweep trial.toml"),
        (["sweep", "town.toml"], "town.toml is a scenario, not an experiment tfs-sim run town.toml"),
        (["audit", "town.toml"], "town.toml is a scenario, not an experiment"),
        (
            ["run", "town.toml", "-m", "3.5"],
            "--months is a whole number between 1 and 1,200, without decimals; found 3",
        ),
        (["run", "town.toml", "-m", "1.2.3"], 'between 1 and 1,200; found the text "1.2.3"'),
        (["events", "town.toml", "--set", ""], "--set is given an empty text"),
        (["run", "town.toml", "--uncertainty", " "], "--uncertainty is given an empty text"),
        (["run", "town.toml", "--sets=2", "--uncertainty="], "--uncertainty is given an empty text"),
        (["run", "town.toml", "-o", ""], "-o is given an empty text"),
        (["sweep", "trial.toml", "--executor", ""], "--executor is given an empty text"),
        (["sweep", "trial.toml", "--dask", ""], "--dask is given an empty text"),
        (["ensemble", "make", "plausible", "--out", "a.json", "--title", ""], "--title is given an empty text"),
        (["validate", "--without", "trust", "--without", ""], "--without is given an empty text"),
        (["list", "parameters", ""], "WORD is given an empty text"),
        (["merge", "a", ""], "DIR is given an empty text"),
        (["run", ""], "SCENARIO is given an empty text"),
    ],
)
def test_a_mistake_is_told_and_the_exit_code_is_2(call, arguments: list[str], said: str) -> None:  # type: ignore[no-untyped-def]
    before = sorted(path.name for path in Path().iterdir())
    found = call(*arguments)
    assert found.code == 2
    assert said in re.sub(r"[│╭╮╰╯─\n ]+", " ", found.err) or said in found.err
    assert "Traceback" not in found.err
    assert "\x1b" not in found.err and "without quotes" not in found.err
    assert sorted(path.name for path in Path().iterdir()) == before


def test_a_mistake_of_ours_asks_to_be_reported(call, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.cli import listing

    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(listing, "list_", broken)
    found = call("list", "metrics")
    assert found.code == 1
    assert "ZeroDivisionError: ours" in found.err
    assert "please report it" in found.err


def test_ctrl_c_is_a_sentence(call, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.cli import listing

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(listing, "list_", stopped)
    found = call("list", "metrics")
    assert (found.code, found.err) == (130, "\nStopped.\n")
