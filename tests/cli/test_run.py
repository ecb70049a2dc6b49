"""`tfs-sim run`."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest


def test_run_prints_the_outcomes_of_each_site(call) -> None:  # type: ignore[no-untyped-def]
    said = call("run", "town.toml")
    assert said.code == 0
    assert said.out.startswith("Small town: 1 replicate × 1 site, 12 months\n")
    assert "Riverton" in said.out
    assert "Not calibrated yet" in said.out
    assert not Path("results").exists()


def test_run_is_the_same_every_time_and_another_seed_differs(call) -> None:  # type: ignore[no-untyped-def]
    outs = [call("run", "town.toml", "--seed", seed, "-n", "3").out for seed in ("1", "1", "2")]
    assert outs[0] == outs[1] != outs[2]


def test_run_stores_tables_and_where_they_come_from(call) -> None:  # type: ignore[no-untyped-def]
    for _ in range(2):
        said = call("run", "town.toml", "--replicates", "3", "--months", "6", "--out", "runs")
        assert said.code == 0
    assert len(pd.read_parquet("runs/runs.parquet")) == 3
    series = pd.read_parquet("runs/series.parquet")
    assert len(series) == 18
    assert list(series.columns[:4]) == ["replicate", "site", "month", "date"]
    provenance = json.loads(Path("runs/provenance.json").read_text())
    assert provenance["seed"] == 1
    assert provenance["scenario"]["clock"]["months"] == 6
    assert {path.name for path in Path("runs").iterdir()} == {"provenance.json", "runs.parquet", "series.parquet"}


def test_many_replicates_are_told_with_their_spread_in_80_columns(call) -> None:  # type: ignore[no-untyped-def]
    said = call("run", "together-for-students", "-n", "5", "-m", "12")
    assert "where nine in ten runs lie" in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    for site in ("Chicago", "Dayton", "Lehigh Valley", "Memphis"):
        assert site in said.out


def test_profile_says_where_it_cannot_be_had(call, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.model import clocked

    def refuse(*_: object) -> None:
        raise NotImplementedError("no clock")

    monkeypatch.setattr(clocked, "profile", refuse)
    said = call("run", "town.toml", "--profile")
    assert said.code == 2
    assert "--profile cannot be had here: no clock" in said.err


def test_profile_tells_the_time_of_every_step(call, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """What the clocks say is asked in `tests/model/test_bounds.py`, where their loop is compiled."""
    from tfs_sim.model import clocked, engine

    spent = [(step, 12e-6 * n) for n, step in enumerate(engine.STEPS)]  # in a year; so many microseconds a month
    monkeypatch.setattr(clocked, "profile", lambda template, seed: spent)
    rows = [line.split() for line in call("run", "town.toml", "--profile").out.splitlines() if "%" in line]
    whole = sum(range(len(spent)))
    assert [row[-2:] for row in rows[:-1]] == [[f"{n:,.1f}", f"{n / whole:.1%}"] for n in range(len(spent))]
    assert rows[-1] == ["all", f"{whole:,.1f}", "100%"]


def test_a_run_of_some_months_has_no_last_year(call) -> None:  # type: ignore[no-untyped-def]
    short, long = (call("run", "town.toml", "-m", months).out for months in ("3.0", "12"))
    assert "Mean of all months" in short and "In the last year" not in short
    assert "In the last year" in long


def test_what_has_no_effect_is_told(call) -> None:  # type: ignore[no-untyped-def]
    Path("idle.toml").write_text(Path("town.toml").read_text() + '[[interventions]]\nuse = "overlap"\ndose = 0\n')
    for command in ("check", "run"):
        said = call(command, "idle.toml")
        assert said.code == 0 and "overlap has no effect: its dose is 0." in said.out


def test_a_run_over_sets_says_so_and_stores_the_set_of_every_run(call) -> None:  # type: ignore[no-untyped-def]
    said = call("run", "town.toml", "--sets", "3", "-n", "2", "-m", "6", "--out", "runs")
    assert said.code == 0, said.err
    assert said.out.splitlines()[0] == "Small town: 3 sets × 2 replicates × 1 site, 6 months"
    assert "Means of 3 sets of parameters × 2 replicates; below them, where nine in ten runs lie." in " ".join(
        said.out.split()
    )
    runs = pd.read_parquet("runs/runs.parquet")
    assert runs.groupby("set")["replicate"].apply(list).tolist() == [[0, 1]] * 3
    assert len(pd.read_parquet("runs/series.parquet")) == 3 * 2 * 6
    some = call("run", "town.toml", "--sets", "3", "-n", "2", "-m", "6", "--uncertainty", "plausible: turnover")
    assert some.code == 0 and some.out != said.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--uncertainty", "plausible: turnover"), "--uncertainty says where --sets are from, and there is no --sets"),
        (("--sets", "0"), "--sets is a whole number between 1 and 100,000; found 0"),
        (("--sets", "2", "--uncertainty", "defaults"), 'uncertainty "defaults" has no sets of parameters'),
        (("--sets", "2", "--uncertainty", "plausibel"), 'did you mean "plausible"?'),
        (("--sets", "2", "--uncertainty", "nowhere.json"), "nowhere.json is not there"),
    ],
)
def test_mistakes_in_sets_are_told(call, options: tuple[str, ...], said: str) -> None:  # type: ignore[no-untyped-def]
    found = call("run", "town.toml", "--out", "runs", *options)
    assert not found.out and not Path("runs").exists(), "before any work"
    assert found.code == 2 and "Traceback" not in found.err
    assert said in " ".join(found.err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--as-given", "--sets", "2"], "--sets has no effect beside --as-given"),
        (["--as-given", "--out", "there"], "--out has no effect beside --as-given"),
        (["--as-given", "--profile"], "--profile has no effect beside --as-given"),
        (["--as-given", "--uncertainty", "defaults"], "--uncertainty has no effect beside --as-given"),
        (["--profile", "--sets", "2"], "--sets has no effect beside --profile"),
        (["--profile", "-n", "4"], "--replicates has no effect beside --profile"),
    ],
)
def test_what_would_have_no_effect_is_refused(call, tmp_path, arguments: list[str], said: str) -> None:  # type: ignore[no-untyped-def]
    found = call("run", "laboratory", *arguments)
    assert found.code == 2 and said in found.err and not (tmp_path / "there").exists()
