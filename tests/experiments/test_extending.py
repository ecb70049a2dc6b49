"""Designs that grow, shrink or change their order: only what is missing runs, and the result is a fresh one's."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import real
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfs_sim.experiments.designs.design import Experiment
from tfs_sim.experiments.execution import batches, job, runner
from tfs_sim.experiments.execution.merging import merge
from tfs_sim.experiments.storage import keys, tables
from tfs_sim.experiments.storage.status import status
from tfs_sim.experiments.storage.stored import Sweep

GRID = """
[design]
method = "grid"
[design.vary]
leaving = {{ of = "parameters.turnover.rate_nonprofit", values = [{leaving}] }}
begin = {{ of = "interventions.procedure-manuals.from", values = [{begin}] }}
"""
BARE = '[strategies.as-it-is]\n[strategies.manuals]\nadd = ["manuals"]\n[strategies.more]\n'


def grid(folder: Path, leaving: str, begin: str) -> Experiment:
    return real.trial(folder, GRID.format(leaving=leaving, begin=begin))


def made(sweep: Sweep) -> int:
    return int(sweep.provenance["runs_made"])


def fresh(experiment: Experiment, folder: Path, **options: int) -> str:
    return runner.sweep(experiment, out=folder, **options).digest()


def test_a_value_more_in_a_grid_runs_its_points_alone(tmp_path: Path) -> None:
    runner.sweep(grid(tmp_path, "0.1, 0.3", '"2019-07", "2019-09"'), replicates=3, out=tmp_path / "out")
    wider = grid(tmp_path, "0.1, 0.2, 0.3", '"2019-07", "2019-09"')
    again = runner.sweep(wider, replicates=3, out=tmp_path / "out")
    # one rate more: two strategies with manuals at two points, and one without, which is the same at both
    assert made(again) == 2 * 3 * (2 * 2 + 1)
    assert again.digest() == fresh(wider, tmp_path / "fresh", replicates=3)
    earlier = grid(tmp_path, "0.3, 0.1", '"2019-05", "2019-09", "2019-07"')  # another order, and a month more
    again = runner.sweep(earlier, replicates=3, out=tmp_path / "out")
    assert made(again) == 2 * 3 * 2 * 2
    assert again.digest() == fresh(earlier, tmp_path / "other", replicates=3)
    fewer = grid(tmp_path, "0.2", '"2019-09"')
    before = (tmp_path / "out/provenance.json").stat().st_mtime_ns
    assert runner.sweep(fewer, replicates=3, out=tmp_path / "out").digest() == fresh(
        fewer, tmp_path / "f", replicates=3
    )
    assert (tmp_path / "out/provenance.json").stat().st_mtime_ns != before
    assert made(Sweep.load(tmp_path / "out")) == 0
    found = status(tmp_path / "out")
    assert [arm.done for arm in found.arms] == [3] * 6
    assert found.spare == 2 * 3 * (2 + 7 + 7)  # of 3 and 2 × 8 points, one each is asked for


def test_a_strategy_without_what_varies_runs_once(tmp_path: Path) -> None:
    sweep = runner.sweep(grid(tmp_path, "0.2", '"2019-07", "2019-08", "2019-09"'), replicates=2, out=tmp_path / "out")
    assert made(sweep) == 2 * 2 * (3 + 3 + 1)
    one = sweep.runs.query("strategy == 'as-it-is' and crisis == 'calm' and replicate == 1")
    assert one["point"].tolist() == [0, 1, 2] and one["trust"].nunique() == 1
    assert one["begin"].tolist() == ["2019-07", "2019-08", "2019-09"]


@pytest.mark.parametrize(("method", "kept"), [("sobol", True), ("latin-hypercube", False)])
def test_more_points_of_a_sample(tmp_path: Path, method: str, kept: bool) -> None:
    text = real.DESIGN.replace("latin-hypercube", method).replace('constraints = ["manuals + table <= 1.6"]', "")
    few = real.trial(tmp_path, text.replace("points = 6", "points = 8"))
    assert made(runner.sweep(few, replicates=2, out=tmp_path / "out")) == 6 * 2 * 8
    many = real.trial(tmp_path, text.replace("points = 6", "points = 12"))
    again = runner.sweep(many, replicates=2, out=tmp_path / "out")
    assert made(again) == 6 * 2 * (4 if kept else 12)
    assert again.digest() == fresh(many, tmp_path / "fresh", replicates=2)


def table(folder: Path, rows: list[tuple[str, str]], names: tuple[str, str] = ("leaving", "begin")) -> Experiment:
    text = "\n".join([",".join(names), *(",".join(row) for row in rows)])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "points.csv").write_text(text + "\n", encoding="utf-8")
    vary = f'{names[0]} = "parameters.turnover.rate_nonprofit"\n{names[1]} = "interventions.procedure-manuals.from"\n'
    return real.trial(folder, f'[design]\nmethod = "table"\nfile = "points.csv"\n[design.vary]\n{vary}')


ROWS = [("0.1", "2019-05"), ("0.1", "2019-08"), ("0.2", ""), ("", "2019-08"), ("0.3", "2019-05")]


def test_rows_of_a_file_may_be_added_reordered_doubled_and_named_anew(tmp_path: Path) -> None:
    def again(*given: object) -> int:
        experiment = table(tmp_path, *given)  # type: ignore[arg-type]
        sweep = runner.sweep(experiment, replicates=2, out=tmp_path / "out")
        assert sweep.digest() == fresh(experiment, tmp_path / f"fresh-{random.random()}", replicates=2)
        return made(sweep)

    assert again(ROWS[:3]) == 2 * 2 * (3 + 3 + 2)
    assert again(ROWS[2::-1]) == 0
    assert again([*ROWS[:3], ROWS[1]]) == 0
    assert again(ROWS[:3], ("rate", "first_month")) == 0
    assert again(ROWS) == 2 * 2 * (2 + 2 + 2)
    assert again([ROWS[4], ROWS[0]]) == 0


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    looks=st.lists(st.lists(st.sampled_from(ROWS), min_size=1, max_size=7), min_size=1, max_size=4), data=st.randoms()
)
@pytest.mark.long
def test_any_succession_of_designs_is_as_fresh(
    tmp_path_factory: pytest.TempPathFactory, looks: list[list[tuple[str, str]]], data: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("grown")
    ran: set[tuple[object, ...]] = set()
    for number, rows in enumerate(looks):
        experiment, replicates = table(folder, rows), data.choice([1, 2, 3])
        sweep = runner.sweep(experiment, replicates=replicates, out=folder / "out", workers=2)
        cells = {
            (arm.label, row if arm.strategy != "as-it-is" else row[0], replicate)
            for arm in experiment.arms()
            for row in rows
            for replicate in range(replicates)
        }
        if cells - ran:
            assert made(sweep) == len(cells - ran)
        ran |= cells
        assert sweep.digest() == fresh(experiment, folder / f"fresh-{number}", replicates=replicates)


def test_a_strategy_may_be_named_anew(tmp_path: Path) -> None:
    runner.sweep(real.trial(tmp_path), out=tmp_path / "out")
    renamed = real.trial(tmp_path, change=("[strategies.more]", "[strategies.most]"))
    sweep = runner.sweep(renamed, out=tmp_path / "out")
    assert set(sweep.runs["strategy"]) == {"as-it-is", "manuals", "most"} and made(sweep) == 0
    assert sweep.digest() == fresh(renamed, tmp_path / "fresh")


def test_shards_of_a_design_that_grew(tmp_path: Path) -> None:
    experiment = grid(tmp_path, "0.1, 0.3", '"2019-07", "2019-09"')
    for part in (1, 2):
        runner.sweep(experiment, replicates=3, out=tmp_path / f"shard-{part}", shard=(part, 2))
    wider = grid(tmp_path, "0.1, 0.2, 0.3", '"2019-07", "2019-09"')
    shards = [
        runner.sweep(wider, replicates=3, out=tmp_path / f"shard-{part}", shard=(part, 2)).folder for part in (1, 2)
    ]
    merged = merge(shards, tmp_path / "merged")
    assert not merged.gaps and merged.done == merged.wanted
    assert Sweep.load(tmp_path / "merged").digest() == fresh(wider, tmp_path / "fresh", replicates=3)
    found = status(tmp_path / "merged")
    assert found.finished and found.done == found.wanted


def test_points_that_differ_in_their_schedule_share_their_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = grid(tmp_path, "0.1, 0.2", '"2019-07", "2020-01", "2020-04"')
    shared = runner.sweep(experiment, replicates=2, out=tmp_path / "shared")
    saved = shared.provenance["shared_pasts"]["saved"]
    assert status(tmp_path / "shared").saved == saved
    monkeypatch.setattr(batches, "MOST", 1)
    alone = runner.sweep(experiment, replicates=2, out=tmp_path / "alone")
    monkeypatch.setattr(job, "WORLDS", 1)  # as if a world were too large for two of them
    single = runner.sweep(experiment, replicates=2, out=tmp_path / "single")
    assert saved > alone.provenance["shared_pasts"]["saved"] + 0.05
    assert single.provenance["shared_pasts"]["saved"] == 0
    assert shared.digest() == alone.digest() == single.digest()


def test_points_with_adaptive_strategies_share_their_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = 'add = [{ use = "overlap", from = "2020-01", paid_by = "funder" }]'
    rule = '{ indicator = "trust", below = 0.7, every = 3, over = 2, off_at = 0.76 }'
    text = """
[design]
method = "grid"
[design.vary]
threshold = { of = "interventions.trust-building-convenings.when.below", values = [0.3, 0.7, 0.74] }
looks = { of = "interventions.trust-building-convenings.when.every", values = [1, 4] }
begin = { of = "interventions.trust-building-convenings.from", values = ["2019-08", "2020-02"] }
"""
    ruled = f'add = [{{ use = "trust-building-convenings", from = "2019-08", paid_by = "funder", when = {rule} }}]'
    experiment = real.trial(tmp_path, text, change=(old, ruled))
    shared = runner.sweep(experiment, replicates=3, out=tmp_path / "shared")
    for module in (batches, job):
        monkeypatch.setattr(module, "MOST", 1)
    single = runner.sweep(experiment, replicates=3, out=tmp_path / "single")
    assert shared.provenance["shared_pasts"]["saved"] > 0.4 and single.provenance["shared_pasts"]["saved"] == 0
    assert shared.digest() == single.digest()
    assert shared.runs.query("strategy == 'more'").groupby("threshold")["adaptive"].sum().nunique() == 3


def test_a_last_line_that_was_not_finished_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS", 48)
    experiment = real.trial(tmp_path)
    whole = fresh(experiment, tmp_path / "out")
    for number, path in enumerate(sorted(tmp_path.glob("out/parts/*/manifest.jsonl"))):
        content = path.read_bytes()
        cut = [len(content) - 1, len(content) - 30, content.index(b"\n") + 5, 10][number % 4]
        path.write_bytes(content[:cut])
    again = runner.sweep(experiment, out=tmp_path / "out")
    assert again.digest() == whole and made(again) > 0
    lines = [path.read_bytes() for path in tmp_path.glob("out/parts/*/manifest.jsonl")]
    assert all(each.endswith(b"\n") and each.count(b"\n") == 4 for each in lines)


def test_keys_tell_runs_apart_and_do_not_depend_on_the_order_of_variables(tmp_path: Path) -> None:
    experiment = real.trial(tmp_path, real.DESIGN.replace("points = 6", "points = 20_000"))
    scenario = experiment.arms()[-1].scenario
    assert experiment.points is not None
    words = keys.place_words(experiment.points, None, scenario)
    found = keys.run_keys(words, 0, 5 * len(words))
    assert len(np.unique(found)) == len(found)
    assert (keys.run_keys(words, 31_000, 31_050) == found[31_000:31_050]).all()
    lines = real.DESIGN.strip().splitlines()
    turned = "\n".join([*lines[:5], *lines[:4:-1]])
    few = [real.trial(tmp_path, text).points for text in (real.DESIGN, turned)]
    names = [[variable.name for variable in points.variables] for points in few if points]
    assert names[0] == names[1][::-1]
    frames = [pd.DataFrame(points.table, columns=each) for points, each in zip(few, names, strict=True) if points]
    assert not frames[0].equals(frames[1])  # a sample of other points: equal rows have equal words
    row = few[0]
    assert row is not None
    same = keys.place_words(row, None, scenario)
    assert (keys.place_words(row, None, scenario) == same).all() and len(np.unique(same, axis=0)) == len(row)
