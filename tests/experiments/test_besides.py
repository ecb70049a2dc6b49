"""Runs beside those of a sweep: more replicates of sets near a threshold, and the same luck under several sets."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import real
from by_hand import by_hand, is_run, made

from tfs_sim.cli import main
from tfs_sim.estimators.deconvolution import Truths, priorities
from tfs_sim.estimators.sets import SetMeans
from tfs_sim.experiments.designs.design import Experiment
from tfs_sim.experiments.designs.sets import drawn
from tfs_sim.experiments.execution import besides, runner
from tfs_sim.experiments.execution.merging import merge
from tfs_sim.experiments.storage import records
from tfs_sim.experiments.storage.status import status
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario.errors import UserError

SETS, FIRST, MOST, CROSSED = 8, 2, 5, 4
RULE = '{ until = "shares", of = "trust", at = 0.001, between = ["more", "as-it-is"], first = 2, max = 5 }'
WORTHWHILE = 0.005


def asked(folder: Path, replicates: str = RULE, crossed: int | None = CROSSED, sets: int = SETS) -> Experiment:
    """Trust is what counts, and several sets lie near what is worthwhile."""
    lines = f'uncertainty = "plausible"\nreplicates = {replicates}\nseed = 3\nsets = {sets}\n' + (
        f"crossed = {crossed}\n" if crossed else ""
    )
    text = real.TRIAL.replace('replicates = 5\nseed = 3\nuncertainty = "defaults"\n', lines)
    text = text.replace('primary = "support"', f'primary = "trust"\nworthwhile = {WORTHWHILE}')
    return real.trial(folder, change=(real.TRIAL, text))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Experiment, Sweep]:
    folder = tmp_path_factory.mktemp("besides")
    experiment = asked(folder)
    return experiment, runner.sweep(experiment, out=folder / "out", workers=2)


def difference(table: pd.DataFrame) -> Any:
    """Trust with more, less that as it is, by condition, set and replicate."""
    wide = table.pivot_table(index=["crisis", "set", "replicate"], columns="strategy", values="trust")
    return wide["more"] - wide["as-it-is"]


def test_the_sweep_itself_stays_as_it_is(both: tuple[Experiment, Sweep], tmp_path: Path) -> None:
    _, sweep = both
    bare = runner.sweep(asked(tmp_path, str(FIRST), None), out=tmp_path / "out")
    assert sweep.digest() == bare.digest()
    assert bare.added.empty and bare.crossed.empty
    assert bare.experiment["plan"]["crossed"] is None and bare.experiment["sharpening"] is None


@pytest.mark.parametrize("name", ["added.parquet", "crossed.parquet"])
@pytest.mark.parametrize("how", ["flipped", "gone", "a link"])
def test_what_is_damaged_is_told_and_made_anew_from_parts(
    both: tuple[Experiment, Sweep], name: str, how: str, tmp_path: Path
) -> None:
    experiment, sweep = both
    folder = shutil.copytree(sweep.folder, tmp_path / "out")
    path = folder / name
    whole = path.read_bytes()
    if how == "flipped":
        at = len(whole) // 2
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    else:
        path.rename(tmp_path / "moved")
        if how == "a link":
            path.symlink_to(tmp_path / "moved")
    with pytest.raises(UserError, match=name):
        Sweep.load(folder).read(path.stem)  # type: ignore[arg-type]
    again = runner.sweep(experiment, out=folder, workers=2)
    assert not path.is_symlink() and path.read_bytes() == whole
    assert getattr(again, path.stem).equals(getattr(sweep, path.stem))


def test_added_replicates_are_the_next_ones_of_their_sets(both: tuple[Experiment, Sweep]) -> None:
    experiment, sweep = both
    sets, told = drawn(SETS), sweep.experiment["sharpening"]
    each = sweep.added.groupby(["strategy", "crisis", "set"])["replicate"].agg(list)
    assert len(each) == 6 * told["sets"] and told["sets"] > 0
    assert all(found == list(range(FIRST, FIRST + len(found))) and len(found) <= MOST - FIRST for found in each)
    assert sum(map(len, each)) == 6 * told["replicates"]
    for arm in experiment.arms()[::2]:
        at = sweep.added[(sweep.added["strategy"] == arm.strategy) & (sweep.added["crisis"] == arm.levels["crisis"])]
        for row in (at.iloc[0], at.iloc[-1]):
            number = sets.ids.index(row["set"])
            is_run(row, by_hand(arm, sets.settings(number), int(row["replicate"]), row["set"]))


def test_they_went_first_to_where_they_help_most(both: tuple[Experiment, Sweep]) -> None:
    """After the first look, by hand: a quarter of the sets, those with most doubt under any condition."""
    _, sweep = both
    found = difference(sweep.runs)
    doubts = []
    for level in ("calm", "crisis"):
        own = found[level]
        names = own.index.get_level_values("set").to_numpy()
        doubts.append(Truths(SetMeans.of(own.to_numpy(), names)).doubts(WORTHWHILE))
    first = priorities(np.max(doubts, axis=0), np.full(SETS, FIRST))[: SETS // besides.AT_A_TIME]
    more = set(sweep.added["set"])
    assert {drawn(SETS).ids[number] for number in first} <= more


def test_the_same_luck_is_that_of_no_set(both: tuple[Experiment, Sweep]) -> None:
    experiment, sweep = both
    sets = drawn(CROSSED)
    cells = sweep.crossed.groupby(["strategy", "crisis", "set"]).size()
    assert len(cells) == 6 * CROSSED and (cells == 8).all() and set(sweep.crossed["set"]) == set(sets.ids)
    arm = experiment.arms()[3]
    at = sweep.crossed[(sweep.crossed["strategy"] == arm.strategy) & (sweep.crossed["crisis"] == arm.levels["crisis"])]
    for name, replicate in ((sets.ids[0], 0), (sets.ids[3], 7)):
        (_, row), *rest = at[(at["set"] == name) & (at["replicate"] == replicate)].iterrows()
        assert not rest
        is_run(row, by_hand(arm, sets.settings(sets.ids.index(name)), replicate, ""))


def test_nothing_is_run_twice_and_status_counts_all(both: tuple[Experiment, Sweep], capsys: Any) -> None:
    experiment, sweep = both
    told, wanted = sweep.experiment["sharpening"], SETS * FIRST + CROSSED * 8
    found = status(sweep.folder)
    assert found.finished and found.whole and found.spare == 0
    assert found.done == found.wanted == made(sweep) == 6 * (wanted + told["replicates"])
    again = runner.sweep(experiment, out=sweep.folder)
    assert made(again) == made(sweep), "nothing was run again"
    assert again.added.equals(sweep.added) and again.crossed.equals(sweep.crossed)


def test_a_sweep_that_no_longer_asks_for_them_leaves_them_out(both: tuple[Experiment, Sweep], tmp_path: Path) -> None:
    experiment = asked(tmp_path, sets=3, crossed=3, replicates="2")
    out = tmp_path / "out"
    with_, without = (runner.sweep(experiment.model_copy(update={"crossed": n}), out=out) for n in (3, 0))
    assert len(with_.read("runs")) and not (out / "crossed.parquet").exists()
    assert without.crossed.empty and status(out).spare == 6 * 3 * 8
    assert made(runner.sweep(experiment, out=out)) == 0 or (out / "crossed.parquet").exists()


def test_shards_bring_their_part_of_the_same_luck(tmp_path: Path) -> None:
    experiment = asked(tmp_path, "2", 3, sets=3)
    whole = runner.sweep(experiment, out=tmp_path / "whole", executor="processes", workers=2)
    shards = [runner.sweep(experiment, out=tmp_path / f"shard-{n}", shard=(n, 2)).folder for n in (1, 2)]
    assert all(status(each).done == status(each).wanted == 6 * (3 + 12) for each in shards)
    partial = merge(shards[:1], tmp_path / "partial")
    assert any("the same luck" in gap.arm for gap in partial.gaps) and partial.done < partial.wanted
    merged = merge(shards, tmp_path / "merged")
    assert not merged.gaps and merged.done == merged.wanted == 6 * (6 + 24)
    found = Sweep.load(tmp_path / "merged")
    assert found.digest() == whole.digest() and found.crossed.equals(whole.crossed)
    assert status(found.folder).finished
    with pytest.raises(UserError, match="adds replicates until shares can be told"):
        runner.sweep(asked(tmp_path), out=tmp_path / "shard", shard=(1, 2))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("plan", "crossed", "sets"), "has more sets, or other arms"),
        (("plan", "crossed", "places"), "has more sets, or other arms"),
        (("plan", "crossed", "replicates"), "it has 192 rows, where the sweep has at most 24"),
        (("plan", "added", 0, "replicates"), "no replicates were added there"),
    ],
)
def test_a_record_that_no_sweep_would_write_is_refused(
    both: tuple[Experiment, Sweep], tmp_path: Path, change: tuple[Any, ...], said: str
) -> None:
    import shutil

    _, sweep = both
    out = tmp_path / "out"
    shutil.copytree(sweep.folder, out, ignore=shutil.ignore_patterns("parts"))
    content = records.read(out / "experiment.json")
    at = content
    for key in change[:-1]:
        at = at[key]
    at[change[-1]] = at[change[-1]][1:] if change[-1] == "places" else {"sets": 99, "replicates": 1}[change[-1]]
    records.write(out / "experiment.json", content)
    with pytest.raises(UserError, match=said):
        _ = Sweep.load(out).crossed


MISTAKES = [
    (RULE.replace('"trust"', '"support"'), "", 'shares are of the primary outcome, "trust"'),
    (RULE.replace("max = 5", "max = 2"), "", "max leaves none to be added; found 2"),
    (RULE.replace("0.001", "0.6"), "", "at is a share between 0 and 0.5"),
    (RULE.replace("first = 2", "first = 1"), "", "first is a whole number between 2 and"),
    (RULE.replace("more", "moer"), "", 'there is no strategy "moer"'),
    (RULE.replace('"shares"', '"share"'), "", "until"),
    ("2", "crossed = 2\n", "crossed is a whole number between 3 and"),
    ("2", "crossed = 9\n", "crossed is at most the number of sets, 8; found 9"),
    ("2", 'crossed = "many"\n', "crossed is a whole number"),
    ("2", 'crossed = 3\nuncertainty = "defaults"\n', "crossed is for experiments over sets of parameters"),
    (RULE, 'uncertainty = "defaults"\n', "shares are of sets of parameters"),
]


@pytest.mark.parametrize(("replicates", "more", "said"), MISTAKES)
def test_mistakes_are_told_in_a_sentence(tmp_path: Path, replicates: str, more: str, said: str) -> None:
    sets = "" if "defaults" in more else "sets = 8\n"
    lines = f"replicates = {replicates}\nseed = 3\n{sets}{more}"
    text = real.TRIAL.replace('replicates = 5\nseed = 3\nuncertainty = "defaults"\n', lines)
    text = text.replace('primary = "support"', f'primary = "trust"\nworthwhile = {WORTHWHILE}')
    with pytest.raises(UserError) as caught:
        real.trial(tmp_path, change=(real.TRIAL, text))
    assert said in str(caught.value) and "trial.toml:" in str(caught.value)


def test_shares_need_what_is_worthwhile_and_a_rule_of_their_own(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="need the smallest difference that counts"):
        real.over_sets(tmp_path, sets="8", replicates=RULE.replace("trust", "support"))
    with pytest.raises(UserError, match="write it at replicates"):
        real.over_sets(tmp_path, sets=RULE.replace(", first = 2", "").replace("max = 5", "max = 50"), replicates="2")
    other = '{ until = "half-width", of = "trust", at = 0.1, between = ["more", "as-it-is"] }'
    with pytest.raises(UserError, match="either sets are added, or replicates of them"):
        real.over_sets(tmp_path, "worthwhile = 0.1\n", sets=other, replicates=RULE.replace("trust", "support"))


def test_check_and_the_command_line_say_what_is_run_beside(tmp_path: Path, capsys: Any) -> None:
    asked(tmp_path)
    with pytest.raises(SystemExit):
        main(["check", str(tmp_path / "trial.toml")])
    said = " ".join(capsys.readouterr().out.split())
    assert "8 sets × replicates until shares of sets can be told (at most 5 of a set); 4 sets with luck in" in said
    with pytest.raises(SystemExit):
        main(["sweep", str(tmp_path / "trial.toml"), "--crossed", "9", "--out", str(tmp_path / "out")])
    assert "crossed is at most the number of sets, 8; found 9" in capsys.readouterr().err


def test_the_sentence_says_what_was_added_and_whether_it_was_enough() -> None:
    told = {"of": "trust", "between": ["a", "b"], "at": 0.05, "first": 8, "max": 64, "sets": 12, "replicates": 1200,
            "doubt": 0.0312, "reliability": 0.834, "reached": True}  # fmt: skip
    said = "(trust, a and b: reliability 0.83, 3.1% of sets may lie on another side than they seem, asked for 5.0%)"
    assert besides.sentence(told) == f"1,200 replicates of 12 sets were added {said}"
    assert besides.sentence(told | {"reached": False}) == (
        f"1,200 replicates of 12 sets were added, up to the 64 that are allowed, and are not enough {said}"
    )
    assert besides.sentence(told | {"replicates": 0}) == f"no replicates had to be added {said}"
