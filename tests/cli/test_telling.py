"""`tfs-sim events`, and `tfs.events`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import tfs_sim as tfs
from tfs_sim.scenario.errors import UserError


def test_the_screen_counts_and_the_file_has_every_event_with_who_and_when(call) -> None:  # type: ignore[no-untyped-def]
    said = call("events", "laboratory", "--replicate", "2", "--out", "events.csv")
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 80
    rows = pd.read_csv("events.csv")
    assert f"{len(rows):,} events" in said.out
    assert list(rows.columns) == ["month", "date", "site", "organization", "person", "event", "other", "outcome"]
    won = next(line.split()[1] for line in said.out.splitlines() if line.startswith("award-won"))
    assert int(won.replace(",", "")) == (rows["event"] == "award-won").sum() > 0
    assert rows["month"].is_monotonic_increasing
    assert rows.loc[rows["event"] == "apology", "other"].notna().all()


def test_the_table_is_that_of_the_run(call) -> None:  # type: ignore[no-untyped-def]
    found = tfs.events("laboratory", replicate=1, seed=7)
    run = tfs.simulate("laboratory", replicates=2, seed=7)
    departures = found[found["event"] == "departure"].groupby("month").size()
    series = run.series[run.series["replicate"] == 1].set_index("month")["departures"]
    assert departures.reindex(series.index, fill_value=0).tolist() == series.tolist()
    assert not found.equals(tfs.events("laboratory", replicate=0, seed=7))
    pd.testing.assert_frame_equal(found, tfs.events("laboratory", replicate=1, seed=7))


def test_an_arm_of_an_experiment_is_told(call) -> None:  # type: ignore[no-untyped-def]
    first = call("events", "crisis-shock")
    assert first.code == 0
    assert "ending" in first.out
    wrong = call("events", "crisis-shock", "--arm", "no initiative, no crisi")
    assert wrong.code == 2
    assert "did you mean" in wrong.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("laboratory", "--arm", "x"), "--arm names an arm of an experiment"),
        (("laboratory", "--out", "events.txt"), "ends in .csv; found 'events.txt'"),
        (("laboratory", "--replicate", "-1"), "replicate"),
        (("laboratry",), "did you mean"),
        (("laboratory", "--out", "nowhere/events.csv"), "nowhere"),
    ],
)
def test_mistakes_are_told_in_a_sentence(call, arguments, said) -> None:  # type: ignore[no-untyped-def]
    result = call("events", *arguments)
    assert result.code == 2
    assert said in result.err.replace('"', "'")
    assert "Traceback" not in result.err
    assert not list(Path().glob("*.csv"))


def test_python_refuses_a_replicate_below_zero() -> None:
    with pytest.raises(UserError, match="replicate"):
        tfs.events("laboratory", replicate=-1)


def test_a_run_of_a_set_is_told(call) -> None:  # type: ignore[no-untyped-def]
    said = call("events", "town.toml", "--set", "plausible-0003", "-r", "1", "--out", "events.csv")
    assert said.code == 0, said.err
    assert said.out.splitlines()[0].startswith("Small town: replicate 1 of set plausible-0003 of seed 1, ")
    run = tfs.simulate("town.toml", replicates=2, sets=3, uncertainty="plausible").runs
    third = run[(run["set"] == "plausible-0003") & (run["replicate"] == 1)]
    rows = pd.read_csv("events.csv")
    assert (rows["event"] == "departure").sum() == third["departures"].item()
    bare = call("events", "town.toml", "-r", "1")
    assert bare.out.splitlines()[0].startswith("Small town: replicate 1 of seed 1, ")
    wrong = call("events", "town.toml", "--set", "plausible-3")
    assert wrong.code == 2 and 'there is no set "plausible-3"' in wrong.err


def test_of_an_experiment_over_sets_the_first_is_told(call) -> None:  # type: ignore[no-untyped-def]
    text = Path("trial.toml").read_text().replace('uncertainty = "defaults"', 'uncertainty = "plausible"\nsets = 2')
    Path("over.toml").write_text(text)
    assert "replicate 0 of set plausible-0001 of seed 3" in " ".join(call("events", "over.toml").out.split())
    assert "replicate 0 of seed 3" in " ".join(call("events", "trial.toml").out.split())
