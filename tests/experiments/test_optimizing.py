"""`optimize` from its table to its answer: by hand on stored numbers, end to end on a small study."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import buying
import failing
import numpy as np
import pandas as pd
import pytest
from scipy import stats

import tfs_sim as tfs
from tfs_sim.analysis import optimized_words
from tfs_sim.analysis.optimized import Optimized
from tfs_sim.analysis.optimizing import aim_of
from tfs_sim.experiments.execution.allocating import Runs
from tfs_sim.experiments.execution.optimizing import Split
from tfs_sim.experiments.execution.runner import Interrupted
from tfs_sim.experiments.execution.uncertain import sets_of
from tfs_sim.experiments.storage.files import TEMPORARY
from tfs_sim.scenario.errors import UserError


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Optimized:
    practices = buying.PRACTICES | {
        "retreats": {"use": "goal-clarity-retreats", "doses": [0.5], "paid_by": "funder", "when": [buying.RULE]}
    }
    experiment = buying.study({"practices": practices, "frontier": [60_000]})
    return tfs.optimize(experiment, out=tmp_path_factory.mktemp("found"), workers=1)


def differences(found: Optimized, one: Any, other: Any) -> np.ndarray:
    """Return means of sets of a paired difference, from the tidy table alone."""
    wide = found.table.pivot_table(index="set", columns="strategy", values="served", sort=True)
    return (wide[found.title(one)] - wide[found.title(other)]).to_numpy()


def interval(values: np.ndarray, at_once: int) -> tuple[float, float]:
    half = stats.t.ppf(1 - 0.025 / at_once, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return values.mean() - half, values.mean() + half


def test_gains_are_paired_over_unseen_sets_and_hold_at_once(found: Optimized) -> None:
    assert len(found.sought.sets) == 4 and found.sought.blocks.sets == 6
    assert set(found.table["set"]) == set(found.sought.sets)
    for row in found.gains.to_dict("records"):
        values = differences(found, found.choice, row["strategy"])
        assert row["gain"] == pytest.approx(values.mean())
        assert (row["low"], row["high"]) == pytest.approx(interval(values, 2))
    adapting = found.adapting
    assert adapting is not None and found.sought.ruled is not None
    values = differences(found, found.sought.ruled.choice, found.choice)
    assert (adapting.value, adapting.low, adapting.high) == pytest.approx((values.mean(), *interval(values, 1)))


def test_the_second_look_is_on_sets_that_no_search_saw(found: Optimized) -> None:
    sets = sets_of(found.experiment)
    assert sets is not None
    split = Split.of(sets, found.experiment.seed, 0.4)
    assert {sets.ids[n] for n in split.unseen} == set(found.sought.sets)
    result = tfs.simulate(
        found.space.scenario(found.choice), 2, found.experiment.seed, workers=1, sets=sets.at(list(split.unseen))
    )
    own = found.table[found.table["strategy"] == found.title(found.choice)].sort_values(["set", "replicate"])
    runs = result.runs.astype({"set": str}).sort_values(["set", "replicate"])
    np.testing.assert_allclose(own["served"].to_numpy(), runs["served"].to_numpy(), rtol=1e-12)


def test_the_choice_is_the_best_of_all_on_what_the_search_saw(found: Optimized) -> None:
    search = found.sought.main
    assert search.found.exhaustive and len(search.tried) == search.found.allowed
    assert search.found.raced.values.shape == (len(search.choices), 12)
    means = search.found.raced.values.mean(axis=1)
    assert means[0] == max(means)
    costs = found.space.spent(np.array([each for each, _ in search.tried]))
    assert (costs <= 120_000).all()
    assert (found.space.spent(np.array([found.sought.others[0].choice])) <= 60_000).all()
    assert found.space.rules(np.array([found.sought.ruled.choice]))[0] > 0  # type: ignore[union-attr]


def test_those_that_cannot_be_told_apart_are_listed_with_the_cheapest(found: Optimized) -> None:
    rows = found.finalists
    assert rows["verdict"].tolist()[0] == "chosen" and (rows["gain"][0], rows["low"][0], rows["high"][0]) == (0, 0, 0)
    kept = rows[rows["verdict"].isin(["chosen", "cannot be told apart"])]
    assert len(found.tied) == len(kept)
    assert found.mean(found.cheapest, "cost in all") == pytest.approx(kept["cost"].min())


def test_a_folder_holds_what_was_found_and_decide_reads_it(found: Optimized) -> None:
    folder = found.folder
    record = json.loads((folder / "search.json").read_text())
    assert record["finished"] and record["choice"] == found.title(found.choice) and record["a_year"]
    assert "NaN" not in (folder / "search.json").read_text()
    table = pd.read_csv(folder / "unseen.csv")
    assert list(table.columns) == ["strategy", "set", "replicate", "cost", "effect"]
    from tfs_sim import decisions

    assert set(decisions.frontier(table)["strategy"]) == set(found.table["strategy"])
    whole = pd.read_parquet(folder / "unseen.parquet")
    pd.testing.assert_frame_equal(whole, found.table.reset_index(drop=True), check_dtype=False)
    tried = pd.read_csv(folder / "tried.csv")
    assert len(tried) == sum(len(each.tried) for each in found._searches)


def test_words_say_budget_choice_gain_and_where_it_was_looked_at(found: Optimized) -> None:
    said = " ".join(optimized_words.told(found))
    assert f"With $120,000 a year: {found.title(found.choice)}." in said
    assert "The search saw 6 sets of parameters" in said and "4 other sets × 2 replicates" in said
    assert "Adapting" in said and "nan" not in said.lower()
    for table in (optimized_words.finalists, optimized_words.gains, optimized_words.frontier):
        head, rows = table(found)
        assert rows and all(len(row) == len(head) for row in rows)


def test_the_same_search_anew_is_free_and_the_same_on_two_workers(found: Optimized, tmp_path: Path) -> None:
    again = tfs.optimize(found.experiment, out=found.folder, workers=1)
    assert again.sought.made == 0 and again.record() == found.record()
    other = tfs.optimize(found.experiment, out=tmp_path, workers=2)
    np.testing.assert_array_equal(other.sought.unseen, found.sought.unseen)
    assert other.record() == found.record()


def test_a_search_that_was_stopped_goes_on(found: Optimized, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, made = Runs._run, []

    def stops(self: Runs, task: Any) -> Any:
        made.append(task)
        if len(made) == 20:
            raise KeyboardInterrupt
        return run(self, task)

    with monkeypatch.context() as patched:
        patched.setattr(Runs, "_run", stops)
        with pytest.raises(Interrupted, match="the same command goes on from there"):
            tfs.optimize(found.experiment, out=tmp_path, workers=1)
    assert not json.loads((tmp_path / "search.json").read_text())["finished"]
    went_on = tfs.optimize(found.experiment, out=tmp_path, workers=1)
    assert 0 < went_on.sought.made < found.sought.made and went_on.record() == found.record()


def test_net_benefit_weighs_costs_and_where_nothing_is_worth_it_nothing_is_bought(tmp_path: Path) -> None:
    experiment = buying.study()
    little = tfs.optimize(experiment, worth=0, out=tmp_path, workers=1)
    assert little.choice == (0, 0)  # a student-month is worth nothing, and everything costs
    said = " ".join(optimized_words.told(little))
    assert "nothing: no allocation that was tried does better than buying none of the practices" in said
    row = little.gains.set_index("strategy").loc["staff"]
    assert row["gain"] == pytest.approx(204_000) and "$204,000 ($204,000 to $204,000)" in str(
        optimized_words.gains(little)
    )
    much = tfs.optimize(experiment, worth=1e9, out=tmp_path, workers=1)
    assert much.sought.made < little.sought.made  # the same runs, weighed otherwise
    values = much.sought.unseen[..., 1]
    np.testing.assert_allclose(much.sought.values, 1e9 * values - much.sought.unseen[..., 0])


def test_one_strategy_alone_and_ties(tmp_path: Path) -> None:
    """All partnerships live through two years: what is bought ties with nothing, which is cheaper."""
    experiment = buying.study(
        {
            "practices": {"network": {"use": "shared-data-system", "paid_by": "funder"}},
            "objective": "alive",
            "unseen": 0.3,
        },
        strategies={"nothing": {"title": "nothing"}},
        outcomes={"primary": "partners"},
    )
    found = tfs.optimize(experiment, out=tmp_path, workers=1)
    assert found.choice == (0,) and found.best_strategy == "nothing"
    assert list(dict.fromkeys(found.table["strategy"]))[-1] == "nothing (nothing)"  # as buying nothing is called
    assert found.gains["gain"].tolist() == [0.0]
    assert "the experiment's strategy" in " ".join(optimized_words.told(found))


@pytest.mark.parametrize(("change", "more", "worth", "said"), [
    ({"objective": "net-benefit"}, {}, None, "net benefit needs a worth"),
    ({}, {}, -1.0, "worth is what a student-month may cost"),
    ({}, {"uncertainty": "defaults", "sets": None}, None, "run at the defaults alone"),
    ({}, {"sets": 4}, None, "at least 10 sets of parameters, and there are 4 sets"),
    ({"a_year": 100}, {}, None, "$100 a year buys none of the practices"),
])  # fmt: skip
def test_bad_input_is_a_sentence(change: Any, more: Any, worth: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        tfs.optimize(buying.study(change, **more), worth, out=tmp_path)
    assert said in caught.value.render(colour=False)


def test_an_experiment_without_the_table_is_refused_and_so_is_a_strangers_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"has no table \[optimize\]"):
        tfs.optimize("crisis-shock", out=tmp_path)
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(UserError, match="is not a folder of a search"):
        tfs.optimize(buying.study(), out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_of_another_study_is_refused_unless_it_may_go(tmp_path: Path) -> None:
    few = {"practices": {"manuals": buying.PRACTICES["manuals"]}}
    tfs.optimize(buying.study(few), out=tmp_path, workers=1)
    other = buying.study(few, title="Another study")
    with pytest.raises(UserError, match="holds a search of another study"):
        tfs.optimize(other, out=tmp_path, workers=1)
    assert tfs.optimize(other, out=tmp_path, workers=1, fresh=True).sought.made > 0


def test_the_only_worth_of_a_decision_is_taken() -> None:
    decision = {"worths": [60], "discount_costs": 0.5}
    assert aim_of(buying.study({"objective": "net-benefit"}, decision=decision)).worth == 60
    assert aim_of(buying.study({"objective": None})).objective == "served"
    assert aim_of(buying.study({"objective": None, "worth": 5})).worth == 5


FEW = {"practices": {"manuals": buying.PRACTICES["manuals"]}}


def test_one_writer_at_a_time(tmp_path: Path, held_elsewhere: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runs, "_run", lambda *_: pytest.fail("work before the folder is held"))
    with held_elsewhere(tmp_path), pytest.raises(UserError, match=r"another process.* is writing to"):
        tfs.optimize(buying.study(FEW), out=tmp_path, workers=1)


def test_whenever_the_disk_fails_the_same_call_goes_on(tmp_path: Path) -> None:
    experiment = buying.study(FEW)
    with pytest.MonkeyPatch.context() as patch:
        disk = failing.Disk(patch)
        whole = tfs.optimize(experiment, out=tmp_path / "whole", workers=1)
    told = 0
    for number, first in enumerate(range(1, disk.uses + 1, disk.uses // 4)):
        folder, code = tmp_path / str(first), (errno.ENOSPC, errno.EIO)[number % 2]
        with pytest.MonkeyPatch.context() as patch:
            failing.Disk(patch, first, 10**9, code)
            try:
                tfs.optimize(experiment, out=folder, workers=1)
            except UserError as error:
                told += 1
                assert len(error.mistakes) == 1
        assert tfs.optimize(experiment, out=folder, workers=1).record() == whole.record()
        assert not list(folder.rglob(f"{TEMPORARY}*"))
    assert told > 2


def test_a_damaged_part_is_run_again_and_a_strange_record_is_no_traceback(tmp_path: Path) -> None:
    experiment = buying.study(FEW)
    whole = tfs.optimize(experiment, out=tmp_path, workers=1)
    (part,) = (tmp_path / "variants").glob("*.parquet")
    part.write_bytes(part.read_bytes()[:-100])
    said: list[str] = []
    again = tfs.optimize(experiment, out=tmp_path, workers=1, notice=said.append)
    assert again.record() == whole.record() and again.sought.made == whole.sought.made
    assert any("is damaged" in each for each in said)
    (tmp_path / "search.json").write_text('{"study": {"file": [1]}}')
    with pytest.raises(UserError, match="holds a search of another study"):
        tfs.optimize(experiment, out=tmp_path, workers=1)
