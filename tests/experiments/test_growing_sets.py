"""More sets, replicates or points change nothing that is there; nor does it matter where and how runs are made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import real
from by_hand import ensemble, made

from tfs_sim.experiments.designs.design import Experiment
from tfs_sim.experiments.designs.sets import drawn
from tfs_sim.experiments.execution import batches, forks, runner, work
from tfs_sim.experiments.execution.merging import merge
from tfs_sim.experiments.storage import tables
from tfs_sim.experiments.storage.status import status
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario.errors import UserError

KEYS = ["strategy", "crisis", "set", "replicate", "site"]


# ── More of it changes nothing that is there ────────────────────────────────────────────────────────────


def those(sweep: Sweep, sets: int, replicates: int, kind: str = "runs") -> pd.DataFrame:
    """The runs of the first sets and replicates, in an order of their own."""
    frame = sweep.runs if kind == "runs" else sweep.series
    kept = frame[frame["set"].isin(drawn(sets).ids) & (frame["replicate"] < replicates)]
    return kept.sort_values([*KEYS, *(["month"] if kind == "series" else [])]).reset_index(drop=True)


def parts(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("parts/*/*.parquet")}


def test_more_sets_and_replicates_leave_what_is_there(tmp_path: Path) -> None:
    experiment, out = real.over_sets(tmp_path), tmp_path / "out"
    first = runner.sweep(experiment, out=out)
    whole = {name: (out / name).read_bytes() for name in ("runs.parquet", "series.parquet", "sets.parquet")}
    stored = parts(out)
    before = {kind: those(first, 3, 2, kind) for kind in ("runs", "series")}

    def again(sets: int, replicates: int, missing: int) -> Sweep:
        sweep = runner.sweep(experiment, sets=sets, replicates=replicates, out=out)
        assert made(sweep) == missing
        assert len(sweep.sets) == sets and sweep.runs["set"].nunique() == sweep.series["set"].nunique() == sets
        fresh = runner.sweep(experiment, sets=sets, replicates=replicates, out=tmp_path / f"{sets}-{replicates}")
        assert sweep.digest() == fresh.digest()
        assert stored.items() <= parts(out).items(), "what was stored stays as it is"
        return sweep

    more = [again(5, 2, 6 * 2 * 2), again(5, 4, 6 * 5 * 2)]
    for sweep in more:
        for kind, frame in before.items():
            assert those(sweep, 3, 2, kind).equals(frame), kind
    assert len(again(2, 1, 0).runs) == 6 * 2
    again(3, 2, 0)
    assert {name: (out / name).read_bytes() for name in whole} == whole
    assert status(out).spare == 6 * (5 * 4 - 3 * 2)


def test_another_line_keeps_what_it_does_not_change(tmp_path: Path) -> None:
    """A set is known by what it gives: other parameters are other runs, and the way back finds the first ones."""
    out = tmp_path / "out"
    some = runner.sweep(real.over_sets(tmp_path, over="plausible: turnover"), out=out)
    before = some.digest()
    assert made(some) == made(runner.sweep(real.over_sets(tmp_path), out=out)) == 36
    assert runner.sweep(real.over_sets(tmp_path, over="plausible: turnover"), out=out).digest() == before
    assert made(Sweep.load(out)) == 0
    bare = runner.sweep(real.trial(tmp_path), out=out, replicates=2)
    assert made(bare) == 12 and "set" not in bare.runs
    assert bare.experiment["uncertainty"] is None and bare.sets.empty and not (out / "sets.parquet").exists()


# ── However it is run ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "options",
    [{"workers": 1}, {"workers": 3, "batch": 1}, {"executor": "processes", "workers": 2}],
    ids=["one thread", "threads", "processes"],
)
def test_the_digest_is_the_same_on_every_executor(
    swept: tuple[Experiment, Sweep], tmp_path: Path, options: dict[str, Any]
) -> None:
    experiment, sweep = swept
    assert runner.sweep(experiment, out=tmp_path / "out", **options).digest() == sweep.digest()


def test_the_digest_is_the_same_in_small_parts_and_without_shared_pasts(
    swept: tuple[Experiment, Sweep], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment, sweep = swept
    assert sweep.provenance["shared_pasts"]["saved"] > 0.1
    monkeypatch.setattr(tables, "ROWS", 24)
    monkeypatch.setattr(forks, "MOST", 1)
    monkeypatch.setattr(batches, "MOST", 1)
    monkeypatch.setattr(work.forks, "families", lambda template, arms, **_: [[arm] for arm in range(arms)])
    alone = runner.sweep(experiment, out=tmp_path / "out")
    assert alone.provenance["shared_pasts"]["saved"] == 0
    assert alone.digest() == sweep.digest()


@pytest.mark.parametrize("count", [2, 5])
def test_shards_are_put_together(swept: tuple[Experiment, Sweep], tmp_path: Path, count: int) -> None:
    experiment, sweep = swept
    folders = [
        runner.sweep(experiment, out=tmp_path / f"shard-{n}", shard=(n, count)).folder for n in range(1, count + 1)
    ]
    partial = merge(folders[1:], tmp_path / "partial")
    assert partial.gaps and partial.done < partial.wanted
    merged = merge(folders[::-1], tmp_path / "merged")
    assert not merged.gaps and merged.done == merged.wanted == 36
    found = Sweep.load(tmp_path / "merged")
    assert found.digest() == sweep.digest() and found.sets.equals(sweep.sets)
    assert found.experiment["uncertainty"] == sweep.experiment["uncertainty"]


@pytest.mark.parametrize("after", [1, 10, 25])
def test_a_sweep_that_was_stopped_goes_on(swept: tuple[Experiment, Sweep], tmp_path: Path, after: int) -> None:
    experiment, sweep = swept

    def stopped(done: int, total: int, rate: float) -> None:
        assert total == 36
        if done >= after:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work.Pace, "step", _every_step)
        with pytest.raises(runner.Interrupted):
            runner.sweep(experiment, out=tmp_path / "out", workers=1, batch=1, progress=stopped)
    done = status(tmp_path / "out").done
    assert 0 <= done < 36
    again = runner.sweep(experiment, out=tmp_path / "out")
    assert again.digest() == sweep.digest()
    assert made(again) == 36 - done


def _every_step(self: work.Pace, runs: int = 1) -> None:
    self._done += runs
    if self._progress is not None:
        self._progress(self._done, self._total, 1.0)


GRID = """
[design]
method = "grid"
[design.vary]
leaving = {{ of = "parameters.turnover.rate_nonprofit", values = [{leaving}] }}
begin = {{ of = "interventions.procedure-manuals.from", values = ["2019-07", "2019-09"] }}
"""


def test_points_under_sets_grow_both_ways_and_are_put_together(tmp_path: Path) -> None:
    def grid(leaving: str, sets: str) -> Experiment:
        return real.over_sets(tmp_path, GRID.format(leaving=leaving), sets=sets, replicates="1")

    out = tmp_path / "out"
    first = runner.sweep(grid("0.15, 0.35", "2"), out=out)
    assert made(first) == 2 * 2 * 2 * (2 + 2 + 1) and first.provenance["shared_pasts"]["saved"] > 0.1
    assert made(runner.sweep(grid("0.15, 0.35", "3"), out=out)) == 2 * 2 * (2 + 2 + 1)
    wider = grid("0.25, 0.35, 0.15", "3")
    again = runner.sweep(wider, out=out)
    assert made(again) == 2 * 3 * (2 + 2 + 1)
    fresh = runner.sweep(wider, out=tmp_path / "fresh", executor="processes", workers=2, batch=1)
    assert again.digest() == fresh.digest()
    shards = [runner.sweep(wider, out=tmp_path / f"shard-{n}", shard=(n, 3)).folder for n in (1, 2, 3)]
    merged = merge(shards, tmp_path / "merged")
    assert not merged.gaps and Sweep.load(tmp_path / "merged").digest() == fresh.digest()
    found = status(tmp_path / "merged")
    assert found.finished and found.done == found.wanted
    assert (
        runner.sweep(grid("0.15, 0.35", "2"), out=out).digest()
        == runner.sweep(grid("0.15, 0.35", "2"), out=tmp_path / "few").digest()
    )


# ── Until an interval is narrow ─────────────────────────────────────────────────────────────────────────

RULE = '{{ until = "half-width", of = "trust", at = {at}, between = ["manuals", "as-it-is"], max = {most} }}'


def until(folder: Path, at: float, most: int = 60, over: str = "plausible") -> Experiment:
    return real.over_sets(folder, sets=RULE.format(at=at, most=most), replicates="1", over=over)


def test_sets_are_added_until_the_interval_is_narrow(tmp_path: Path) -> None:
    said: list[str] = []
    sweep = runner.sweep(until(tmp_path, 0.05), out=tmp_path / "out", notice=said.append)
    stopping = sweep.experiment["stopping"]
    assert (stopping["unit"], stopping["pairs"], stopping["reached"]) == ("sets", 32, True)
    assert len(sweep.sets) == sweep.experiment["plan"]["sets"] == 32 == sweep.experiment["uncertainty"]["sets"]
    assert said[-1].startswith("32 sets were needed (trust, manuals and as-it-is: ±")
    fixed = runner.sweep(real.over_sets(tmp_path, sets="32", replicates="1"), out=tmp_path / "fixed")
    assert sweep.digest() == fixed.digest()
    calm = fixed.runs[fixed.runs["crisis"] == "calm"].set_index(["strategy", "set"])["trust"]
    expected = (calm.loc["manuals"] - calm.loc["as-it-is"]).mean()
    assert stopping["differences"]["calm"] == pytest.approx(expected, rel=1e-9)


def test_the_largest_number_of_sets_ends_it_and_a_second_time_runs_nothing(tmp_path: Path) -> None:
    experiment = until(tmp_path, 1e-9, 41)
    sweep = runner.sweep(experiment, out=tmp_path / "out")
    stopping = sweep.experiment["stopping"]
    assert (stopping["pairs"], stopping["reached"], stopping["most"]) == (41, False, "allowed")
    assert made(sweep) == 6 * 41 and len(sweep.sets) == 41
    runner.sweep(experiment, out=tmp_path / "out")
    assert made(Sweep.load(tmp_path / "out")) == 6 * 41, "nothing was run again"
    with pytest.raises(UserError, match="shards need a number of sets") as caught:
        runner.sweep(experiment, out=tmp_path / "shard", shard=(1, 2))
    assert "--sets 500" in str(caught.value)


def test_an_ensemble_that_is_used_up_ends_it(tmp_path: Path) -> None:
    ensemble(tmp_path / "mine.json", 45)
    sweep = runner.sweep(until(tmp_path, 1e-9, 500, "mine.json"), out=tmp_path / "out")
    stopping = sweep.experiment["stopping"]
    assert (stopping["pairs"], stopping["reached"]) == (45, False)
    assert stopping["most"] == "that the ensemble has" and len(sweep.sets) == 45
    assert sweep.experiment["uncertainty"]["origin"] == "ensemble"
