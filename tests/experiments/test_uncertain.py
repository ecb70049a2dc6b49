"""Every strategy under every set of parameters: which sets, what is run under them, and over whose luck."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import real
from by_hand import NAMES, by_hand, ensemble, is_run, made, rows

from tfs_sim.cli import main
from tfs_sim.experiments.designs.design import Experiment
from tfs_sim.experiments.designs.sets import Sets, drawn
from tfs_sim.experiments.execution import runner, uncertain
from tfs_sim.experiments.execution.plan import Plan
from tfs_sim.experiments.storage.keys import distinct, place_words, run_keys
from tfs_sim.experiments.storage.status import status
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.model import draws
from tfs_sim.scenario.errors import UserError

KEYS = ["strategy", "crisis", "set", "replicate", "site"]


# ── What is run ─────────────────────────────────────────────────────────────────────────────────────────


def test_every_strategy_is_run_under_every_set_and_condition(swept: tuple[Experiment, Sweep]) -> None:
    experiment, sweep = swept
    assert list(sweep.runs.columns[:5]) == KEYS
    assert list(sweep.series.columns[:7]) == [*KEYS, "month", "date"]
    cells = sweep.runs.groupby(["strategy", "crisis", "set", "replicate"]).size()
    assert (cells == 1).all() and len(cells) == 3 * 2 * 3 * 2
    assert len(sweep.series) == 3 * 2 * 3 * 2 * 24 and made(sweep) == 36
    first = rows(sweep, experiment.arms()[0])
    assert first["replicate"].tolist() == [0, 0, 0, 1, 1, 1]
    assert first["set"].tolist() == ["plausible-0001", "plausible-0002", "plausible-0003"] * 2


def test_what_the_sets_are_is_stored(swept: tuple[Experiment, Sweep]) -> None:
    _, sweep = swept
    sets = drawn(3)
    assert list(sweep.sets.columns) == ["set", *(variable.name for variable in sets.variables)]
    assert tuple(sweep.sets["set"]) == sets.ids
    assert np.array_equal(sweep.sets.drop(columns="set").to_numpy(), sets.table)
    assert sweep.experiment["uncertainty"] == {
        "origin": "plausible", "title": "drawn from what is plausible", "sets": 3,
        "parameters": len(sets.variables), "digest": sets.digest(), "agreement": None,
    }  # fmt: skip
    plan = sweep.experiment["plan"]
    assert (plan["sets"], plan["points"], plan["replicates"]) == (3, 1, 2)
    found = status(sweep.folder)
    assert found.finished and found.whole and found.done == found.wanted == 36


def test_a_run_under_a_set_is_that_of_the_scenario_with_its_values_written(swept: tuple[Experiment, Sweep]) -> None:
    experiment, sweep = swept
    sets = drawn(3)
    for arm in experiment.arms():
        for number, name in enumerate(sets.ids):
            for replicate in range(2):
                (_, row), *more = rows(sweep, arm, set=name, replicate=replicate).iterrows()
                assert not more
                is_run(row, by_hand(arm, sets.settings(number), replicate, name))


def test_strategies_have_the_same_luck_under_a_set(swept: tuple[Experiment, Sweep]) -> None:
    """Before a strategy's first month it is, to the last bit, the one that does nothing."""
    _, sweep = swept
    series = sweep.series[sweep.series["crisis"] == "calm"].set_index(["strategy", "set", "replicate", "month"])
    metrics = [name for name in NAMES if name in series]
    one, other = (series.loc[name].loc[:, metrics].sort_index() for name in ("as-it-is", "manuals"))
    before = one.index.get_level_values("month") < 6  # manuals come in July 2019
    assert one[before].equals(other[before])
    after = one[~before].groupby(["set", "replicate"]).apply(lambda frame: frame.equals(other.loc[frame.index]))
    assert not after.any()


def test_the_luck_of_sets_has_nothing_in_common() -> None:
    names = ["", *drawn(50).ids, "a", "b"]
    keys = {int(draws.run_key(seed, replicate, name)) for seed in (1, 2) for replicate in range(20) for name in names}
    assert len(keys) == 2 * 20 * len(names)
    assert draws.run_key(1, 2, "") == draws.run_key(1, 2)


def test_sets_of_the_same_values_have_luck_of_their_own(tmp_path: Path) -> None:
    """Else more sets would be no more evidence than more replicates of one."""
    one = drawn(1, "plausible: turnover")
    same = Sets("ensemble", "twice", ("a", "b"), one.variables, np.repeat(one.table, 2, axis=0))
    plan = Plan.of(real.over_sets(tmp_path), 2, 3, same)
    assert all(arm.distinct for arm in plan.arms)
    (arm, *_) = real.trial(tmp_path).arms()
    runs = [by_hand(arm, same.settings(0), 0, name) for name in ("a", "b", "a")]
    assert np.array_equal(runs[0], runs[2]) and not np.array_equal(runs[0], runs[1])


def test_a_seed_is_another_luck_under_the_same_sets(swept: tuple[Experiment, Sweep], tmp_path: Path) -> None:
    experiment, sweep = swept
    other = runner.sweep(experiment, seed=4, out=tmp_path / "out")
    assert other.sets.equals(sweep.sets)
    assert (other.runs["trust"].to_numpy() != sweep.runs["trust"].to_numpy()).all()


# ── What is written wins ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def town() -> Iterator[None]:
    """A town that gives a parameter itself."""
    before = real.TOWN
    real.TOWN += "[parameters.trust]\nmemory = 24\n"
    yield
    real.TOWN = before


def test_what_a_scenario_a_strategy_or_a_level_gives_wins(
    town: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = real.TRIAL.replace(
        "[strategies.more]\n", "[strategies.more]\nparameters = { turnover = { notice_share = 0.9 } }\n"
    )
    text = text.replace(
        '{ label = "crisis" }', '{ label = "crisis", parameters = { turnover = { rate_nonprofit = 0.3 } } }'
    )
    before, real.TRIAL = real.TRIAL, text
    try:
        experiment = real.over_sets(tmp_path, over="plausible: turnover, trust")
    finally:
        real.TRIAL = before
    sweep = runner.sweep(experiment, out=tmp_path / "out")
    sets = drawn(3, "plausible: turnover, trust")
    given = sets.settings(1)
    assert given["parameters", "trust", "memory"] != 24 and given["parameters", "turnover", "notice_share"] != 0.9
    for arm in experiment.arms():
        template = arm.scenario.effective_parameters()
        assert template["trust"]["memory"] == 24
        (_, row), *_ = rows(sweep, arm, set=sets.ids[1], replicate=1).iterrows()
        is_run(row, by_hand(arm, given, 1, sets.ids[1]))
        other = next(path for path in given if path[1] == "trust" and path[2] != "memory")
        wrong = by_hand(arm, {**given, other: drawn(9, "plausible: trust").settings(8)[other]}, 1, sets.ids[1])
        with pytest.raises(AssertionError):
            is_run(row, wrong)
    with pytest.raises(SystemExit):
        main(["check", str(tmp_path / "trial.toml")])
    said = " ".join(capsys.readouterr().out.split())
    assert "6 arms × 3 sets × 2 replicates" in said and "parameters differ between sets" in said
    assert "written, so the same in every set in any arm: trust.memory" in said
    assert "written, so the same in every set under more: turnover.notice_share" in said
    assert "turnover.rate_nonprofit" in said


def test_what_a_design_varies_wins_in_every_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '[design]\nmethod = "grid"\n[design.vary]\n'
    text += 'leaving = { of = "parameters.turnover.rate_nonprofit", values = [0.15, 0.35] }\n'
    text += 'begin = { of = "interventions.procedure-manuals.from", values = ["2019-07", "2019-09"] }\n'
    experiment = real.over_sets(tmp_path, text)
    sweep = runner.sweep(experiment, out=tmp_path / "out", workers=2)
    assert list(sweep.runs.columns[:7]) == [*KEYS[:3], "point", "leaving", "begin", "replicate"]
    assert "turnover.rate_nonprofit" not in sweep.sets and "turnover.notice_share" in sweep.sets
    assert len(sweep.runs) == 6 * 3 * 4 * 2
    # without manuals, when they begin makes no difference: two points of four are run, under each set
    assert made(sweep) == 2 * 3 * 2 * (4 + 4 + 2)
    sets, points = drawn(3), experiment.points
    assert points is not None
    for arm in experiment.arms():
        bare = rows(sweep, arm, replicate=0)
        for number, name in enumerate(sets.ids):
            for point in range(4):
                row = bare[(bare["set"] == name) & (bare["point"] == point)].iloc[0]
                at = points.settings(point)
                assert row["leaving"] == at["parameters", "turnover", "rate_nonprofit"]
                if arm.strategy != "as-it-is" and at["interventions", "procedure-manuals", "from"] != "2019-07":
                    continue  # another schedule, which `by_hand` does not write
                both = {**sets.settings(number), ("parameters", "turnover", "rate_nonprofit"): row["leaving"]}
                is_run(row, by_hand(arm, both, 0, name))
    with pytest.raises(SystemExit):
        main(["check", str(tmp_path / "trial.toml")])
    said = " ".join(capsys.readouterr().out.split())
    assert "6 arms × 3 sets × 4 points × 2 replicates" in said
    assert "varied by the design, so the same in every set: turnover.rate_nonprofit" in said


def test_sets_that_differ_in_nothing_are_refused(tmp_path: Path) -> None:
    before = real.TOWN
    try:
        real.TOWN += "[parameters.trust]\nmemory = 24\n"
        experiment = real.over_sets(tmp_path, over="plausible: trust.memory")
        with pytest.raises(
            UserError, match=r'every parameter that "plausible: trust\.memory" varies is written in every'
        ):
            runner.sweep(experiment, out=tmp_path / "out")
    finally:
        real.TOWN = before
    assert not (tmp_path / "out").exists()
    design = '[design]\nmethod = "sobol"\npoints = 2\n[design.vary]\nx = "parameters.turnover.notice_share"\n'
    varied = real.over_sets(tmp_path, design, over="plausible: turnover.notice_share")
    with pytest.raises(UserError, match="is written in every arm or varied by the design") as caught:
        runner.sweep(varied, out=tmp_path / "out")
    assert (caught.value.mistakes[0].file, caught.value.mistakes[0].line) == ("trial.toml", 5)


def test_a_mistake_of_an_ensemble_is_told_where_the_experiment_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    experiment = real.over_sets(tmp_path, over="mine.json")
    with pytest.raises(UserError, match=r"mine\.json is not there") as caught:
        uncertain.sets_of(experiment)
    (mistake,) = caught.value.mistakes
    assert (mistake.file, mistake.line, mistake.source) == ("trial.toml", 5, 'uncertainty = "mine.json"')
    with pytest.raises(SystemExit):
        main(["check", str(tmp_path / "trial.toml")])
    assert "trial.toml:5: " in capsys.readouterr().err
    ensemble(tmp_path / "mine.json", 2)
    with pytest.raises(UserError, match="and 3 are asked for") as caught:
        uncertain.sets_of(experiment)
    assert (caught.value.mistakes[0].line, caught.value.mistakes[0].source) == (6, "sets = 3")
    with pytest.raises(UserError, match=r"other\.json is not there") as caught:
        uncertain.sets_of(uncertain.under(experiment, str(tmp_path / "other.json")))
    assert caught.value.mistakes[0].file == "", "it does not stand in the file"


def test_an_arm_that_writes_what_sets_vary_has_fewer_runs_of_its_own(tmp_path: Path) -> None:
    """But its luck is that of the sets: it is still run under each."""
    text = "[strategies.more]\nparameters = { trust = { memory = 30 } }\n"
    before, real.TRIAL = real.TRIAL, real.TRIAL.replace("[strategies.more]\n", text)
    try:
        experiment = real.over_sets(tmp_path, over="plausible: trust.memory")
    finally:
        real.TRIAL = before
    sweep = runner.sweep(experiment, out=tmp_path / "out")
    assert made(sweep) == 36
    own = sweep.runs[(sweep.runs["strategy"] == "more") & (sweep.runs["crisis"] == "calm")]
    assert own["trust"].nunique() == len(own) == 6


# ── Which sets ──────────────────────────────────────────────────────────────────────────────────────────


def test_sets_of_an_ensemble_are_run_as_they_are(tmp_path: Path) -> None:
    sets = ensemble(tmp_path / "mine.json", 4)
    experiment = real.over_sets(tmp_path, sets="3", replicates="1", over="mine.json")
    sweep = runner.sweep(experiment, out=tmp_path / "out")
    assert tuple(sweep.sets["set"]) == sets.ids[:3]
    for number, name in enumerate(sets.ids[:3]):
        for arm in experiment.arms():
            (_, row), *_ = rows(sweep, arm, set=name).iterrows()
            is_run(row, by_hand(arm, sets.settings(number), 0, name))
    with pytest.raises(UserError, match=r"mine\.json has 4 sets of parameters, and 5 are asked for"):
        runner.sweep(experiment, sets=5, out=tmp_path / "more")


def test_an_ensemble_smaller_than_usual_is_taken_whole(tmp_path: Path) -> None:
    ensemble(tmp_path / "mine.json", 4)
    (tmp_path / "town.toml").write_text(real.TOWN, encoding="utf-8")
    experiment = real.trial(tmp_path, change=('uncertainty = "defaults"', 'uncertainty = "mine.json"'))
    sets = uncertain.sets_of(experiment)
    assert sets is not None and len(sets) == 4


def test_what_is_asked_for_takes_the_place_of_what_a_file_says(tmp_path: Path) -> None:
    plain, over = real.trial(tmp_path / "plain"), real.over_sets(tmp_path / "over", replicates="7")
    assert uncertain.under(plain) is plain and uncertain.under(over) is over
    found = uncertain.under(plain, "plausible: turnover")
    assert (found.uncertainty, found.sets, found.replicates) == ("plausible: turnover", 100, 5)
    found = uncertain.under(over, "defaults")
    assert (found.uncertainty, found.sets, found.replicates) == ("defaults", 0, 7)
    found = uncertain.under(over, None, 9, 2)
    assert (found.uncertainty, found.sets, found.replicates) == ("plausible", 9, 2)
    usual = real.trial(tmp_path / "usual", change=("replicates = 5\n", ""))
    assert uncertain.under(usual, "plausible").replicates == 8
    assert uncertain.under(real.trial(tmp_path / "more", change=("replicates = 5\n", "")), "defaults").replicates == 100
    for wrong in ((None, 1), (None, 2.5), ("plausibel",), ("defaults", 3), (None, None, 0)):
        with pytest.raises(UserError):
            uncertain.under(over, *wrong)  # type: ignore[arg-type]
    with pytest.raises(UserError, match="sets is for experiments over sets"):
        uncertain.under(plain, None, 3)


def test_one_set_is_found_by_its_identity(tmp_path: Path) -> None:
    sets = drawn(30)
    one = uncertain.one_set("plausible", "plausible-0017")
    assert one.ids == ("plausible-0017",) and np.array_equal(one.table[0], sets.table[16])
    own = ensemble(tmp_path / "mine.json", 5)
    assert uncertain.one_set(str(tmp_path / "mine.json"), own.ids[4]).settings(0) == own.settings(4)
    for over, name in (("plausible", "plausible-17"), ("plausible", "plausible-0000"), ("plausible", "mine-0001"),
                       (str(tmp_path / "mine.json"), "mine-0006"), ("plausible", f"plausible-{'9' * 50}")):  # fmt: skip
        with pytest.raises(UserError, match="there is no set"):
            uncertain.one_set(over, name)


def test_places_are_told_apart_and_do_not_depend_on_the_order_of_parameters(tmp_path: Path) -> None:
    arm = real.trial(tmp_path).arms()[0]
    sets = drawn(40)
    words = place_words(None, sets, arm.scenario)
    assert words.shape == (40, 2) and distinct(words)
    turned = Sets(sets.origin, sets.title, sets.ids, sets.variables[::-1], np.ascontiguousarray(sets.table[:, ::-1]))
    assert np.array_equal(place_words(None, turned, arm.scenario), words)
    assert np.array_equal(place_words(None, sets.first(7), arm.scenario), words[:7])
    found = run_keys(words, 0, 40 * 25)
    assert len(np.unique(found)) == len(found)
    both, one = drawn(5, "plausible: turnover, trust.memory"), drawn(5, "plausible: turnover")
    own = arm.scenario.with_(parameters={"trust": {"memory": 24}})
    assert np.array_equal(place_words(None, both, own), place_words(None, one, own)), "it gives that itself"
    assert not np.array_equal(place_words(None, both, arm.scenario), place_words(None, one, arm.scenario))
    named = Sets(sets.origin, sets.title, tuple(f"x{n}" for n in range(40)), sets.variables, sets.table)
    assert not set(place_words(None, named, arm.scenario)[:, 0].tolist()) & set(words[:, 0].tolist())


def test_runs_go_through_all_places_of_a_replicate_and_points_lie_within_sets(tmp_path: Path) -> None:
    text = '[design]\nmethod = "grid"\n[design.vary]\nx = { of = "sites.all.grievance", levels = 4 }\n'
    experiment = real.over_sets(tmp_path, text)
    plan = Plan.of(experiment, 2, 3, drawn(3))
    assert (plan.places, plan.size, plan.runs) == (12, 4, 24)
    seen = [(plan.replicate(run), plan.set(run), plan.point(run)) for run in range(24)]
    assert seen == [(r, s, p) for r in range(2) for s in range(3) for p in range(4)]
    table = plan.sets_table()
    assert table is not None and table.column("set").to_pylist() == list(drawn(3).ids)
    assert Plan.of(experiment, 2, 3).sets_table() is None


@pytest.mark.parametrize(("limit", "most"), [("MOST_POINTS", 11), ("MOST_RUNS", 23)])
def test_more_than_can_be_stored_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    text = '[design]\nmethod = "grid"\n[design.vary]\nx = { of = "sites.all.grievance", levels = 4 }\n'
    monkeypatch.setattr(runner, limit, most)
    with pytest.raises(UserError, match=r"24 runs of each arm \(4 points × 3 sets × replicates\) are more than can be"):
        runner.sweep(real.over_sets(tmp_path, text), out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_traced_run_is_the_first_replicate_of_the_first_set(tmp_path: Path) -> None:
    snapshots = '[snapshots]\nsite = "riverton"\nmonths = ["2020-06"]\n'
    sweep = runner.sweep(real.over_sets(tmp_path, snapshots), out=tmp_path / "out")
    bare = runner.sweep(real.trial(tmp_path, snapshots), out=tmp_path / "bare")
    partners = sweep.organizations.query("role == 'partner' and status == 'active'")
    counted = partners.groupby(["strategy", "crisis", "month"]).size()
    first = sweep.series[(sweep.series["set"] == "plausible-0001") & (sweep.series["replicate"] == 0)]
    recorded = first.set_index(["strategy", "crisis", "month"])["partners"]
    assert counted.reindex(recorded.index, fill_value=0).tolist() == recorded.tolist()
    assert not bare.organizations["effort"].equals(sweep.organizations["effort"])
    more = runner.sweep(real.over_sets(tmp_path, snapshots, sets="4"), out=tmp_path / "out")
    assert more.organizations.equals(sweep.organizations)
    assert pq.read_table(tmp_path / "out" / "network.parquet").num_rows > 0
