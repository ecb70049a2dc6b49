"""Sets of parameters over populations: keyed luck, the same bits everywhere, kept and gone on with."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hand import MINE, written

from tfs_sim.calibration import Calibration, Values, evaluate, evaluating, load_calibration
from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.sets import Sets, drawn
from tfs_sim.experiments.execution.forks import run_alone
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.scenario.build import build
from tfs_sim.scenario.errors import UserError


@pytest.fixture
def mine(tmp_path: Path) -> Calibration:
    return load_calibration(written(tmp_path))


def bits(values: Values) -> tuple[bytes, ...]:
    return tuple(each.tobytes() for each in (values.values, values.luck, values.asked, values.natural))


def test_values_are_those_of_the_runs_that_sweeps_make(mine: Calibration) -> None:
    sets = drawn(3)
    found = evaluate(sets, mine, workers=1)
    assert found.values.shape == (3, 3)
    scenario = mine.populations["towns"]
    for number in range(3):
        template = at_point(build(scenario), scenario, open_to(sets.settings(number), scenario))
        out = run_alone(template, 3, 0, sets.ids[number])
        alive = out[23, :, template.metrics.index("alive")]
        assert found.natural[number, 0] == alive.mean()


def test_the_same_bits_whoever_runs_them(mine: Calibration) -> None:
    sets, names = drawn(5), mine.named(every=True)
    usual = evaluate(sets, mine, workers=1, targets=names)
    assert bits(evaluate(sets, mine, workers=3, targets=names)) == bits(usual)
    with ThreadPoolExecutor(2) as pool:
        assert bits(evaluate(sets, mine, executor=pool, targets=names)) == bits(usual)


@pytest.mark.slow
def test_the_same_bits_in_other_processes(mine: Calibration) -> None:
    assert bits(evaluate(drawn(3), mine, workers=2, executor="processes")) == bits(evaluate(drawn(3), mine, workers=1))


def test_more_sets_more_targets_and_other_sets_change_nothing(mine: Calibration) -> None:
    four = evaluate(drawn(4), mine, workers=1, targets=mine.named(every=True))
    two = evaluate(drawn(2), mine, workers=1)
    np.testing.assert_array_equal(four.values[:2, :3], two.values)
    first = drawn(4)
    alone = Sets(first.origin, first.title, first.ids[3:], first.variables, first.table[3:])
    np.testing.assert_array_equal(evaluate(alone, mine, workers=1).values, four.values[3:, :3])


def test_another_seed_is_other_luck_and_replicates_make_it_smaller(mine: Calibration) -> None:
    sets = drawn(12)
    one = evaluate(sets, mine, workers=1)
    other = evaluate(sets, mine, seed=4, workers=1)
    assert (one.values[:, 1] != other.values[:, 1]).any()
    many = evaluate(sets, mine, workers=1, replicates=8)
    there = ~np.isnan(one.luck[:, 1]) & ~np.isnan(many.luck[:, 1])
    assert np.median(many.luck[there, 1] / one.luck[there, 1]) < 0.4


def test_gaps_are_in_standard_deviations_of_figure_and_discrepancy(mine: Calibration) -> None:
    found = evaluate(drawn(6), mine, workers=1, targets=mine.named(every=True))
    output, n = found.outputs[1], 0
    off = (found.values[n, 1] - output.centre) / np.sqrt(output.variance)
    assert found.luck[n, 1] > 0, "luck is in the value, and not granted again"
    assert found.gaps()[n, 1] == off
    assert np.isnan(found.gaps()[:, 3]).all()  # held against nothing
    assert (found.gaps()[:, :3][np.isnan(found.values[:, :3])] == np.inf).all()
    doubled = found.gaps(mine.outputs(mine.named(every=True), discrepancy=2.0))
    assert abs(doubled[n, 1]) < abs(off)
    table = found.table()
    assert list(table.columns) == ["set", "target", "value", "luck", "asked", "natural", "gap"]
    assert len(table) == 6 * 5


def watched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the sets that are run."""
    numbers: list[int] = []
    run = evaluating.Job.run

    def counted(job: Any, task: tuple[int, ...]) -> Any:
        numbers.extend(task)
        return run(job, task)

    monkeypatch.setattr(evaluating.Job, "run", counted)
    return numbers


def test_what_is_kept_is_not_run_again(mine: Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran, out = watched(monkeypatch), tmp_path / "kept"
    first = evaluate(drawn(3), mine, workers=1, out=out)
    assert ran == [0, 1, 2]
    more = evaluate(drawn(5), mine, workers=1, out=out)
    assert ran == [0, 1, 2, 3, 4]
    assert bits(evaluate(drawn(3), mine, workers=1, out=out)) == bits(first)
    np.testing.assert_array_equal(more.values[:3], first.values)
    assert len(ran) == 5
    evaluate(drawn(3), mine, workers=1, out=out, targets=["density"])
    evaluate(drawn(3), mine, seed=9, workers=1, out=out)
    assert len(ran) == 11
    assert bits(evaluate(drawn(3), mine, workers=1, out=out)) == bits(first)


def test_other_centres_need_no_run_and_other_observations_do(
    mine: Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran, out = watched(monkeypatch), tmp_path / "kept"
    evaluate(drawn(2), mine, workers=1, out=out)
    evaluate(drawn(2), load_calibration(written(tmp_path, MINE.replace("centre = 3.0", "centre = 3.1"))), out=out)
    assert len(ran) == 2
    evaluate(drawn(2), load_calibration(written(tmp_path, MINE.replace("answers = 0.7", "answers = 0.6"))), out=out)
    assert len(ran) == 4


def test_sets_of_one_name_with_other_values_are_other_sets(
    mine: Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran, sets = watched(monkeypatch), drawn(2)
    evaluate(sets, mine, workers=1, out=tmp_path / "kept")
    moved = sets.table.copy()
    moved[0, 0] *= 1.01
    evaluate(Sets(sets.origin, sets.title, sets.ids, sets.variables, moved), mine, workers=1, out=tmp_path / "kept")
    assert ran == [0, 1, 0]


def test_a_stopped_evaluation_goes_on(mine: Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, out = evaluating.Job.run, tmp_path / "kept"

    def stops(job: Any, task: tuple[int, ...]) -> Any:
        if 2 in task:
            raise KeyboardInterrupt
        return run(job, task)

    with monkeypatch.context() as patched:
        patched.setattr(evaluating.Job, "run", stops)
        with pytest.raises(KeyboardInterrupt):
            evaluate(drawn(4), mine, workers=1, out=out)
    ran = watched(monkeypatch)
    assert bits(evaluate(drawn(4), mine, workers=1, out=out)) == bits(evaluate(drawn(4), mine, workers=1))
    assert ran[:2] == [2, 3]


def test_a_file_in_place_of_the_folder_is_refused(mine: Calibration, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("")
    with pytest.raises(UserError, match="is a file, not a folder"):
        evaluate(drawn(2), mine, workers=1, out=tmp_path / "kept")


def test_a_folder_has_one_writer(mine: Calibration, tmp_path: Path, held_elsewhere: Any) -> None:
    with held_elsewhere(tmp_path / "kept"), pytest.raises(UserError):
        evaluate(drawn(2), mine, workers=1, out=tmp_path / "kept")


def test_a_damaged_part_is_told_and_run_again(
    mine: Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, told = tmp_path / "kept", list[str]()
    usual = evaluate(drawn(2), mine, workers=1, out=out)
    (part,) = (out / "parts").iterdir()
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(bytes(content))
    ran = watched(monkeypatch)
    again = evaluate(drawn(2), mine, workers=1, out=out, notice=told.append)
    assert ran == [0, 1]
    assert "is damaged" in told[0]
    assert bits(again) == bits(usual)


def test_what_a_scenario_gives_itself_wins_in_every_set(mine: Calibration, tmp_path: Path) -> None:
    path = written(tmp_path)
    town = tmp_path / "town.toml"
    every = drawn(2, "plausible: turnover.ramp")
    free = evaluate(every, load_calibration(path), workers=1)
    town.write_text(town.read_text() + "[parameters.turnover]\nramp = 5.0\n")
    same = Sets(every.origin, every.title, ("x", "x"), every.variables, every.table)  # the same luck
    given = evaluate(same, load_calibration(path), workers=1)
    np.testing.assert_array_equal(given.values[0], given.values[1])
    assert not np.array_equal(free.values[0], free.values[1])
