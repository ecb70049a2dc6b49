"""Keys of runs: what a run depends on and nothing else, so that what is stored is found again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import real

from tfs_sim.experiments.storage import keys
from tfs_sim.experiments.storage.keys import ONE_PLACE, distinct, fingerprint, place_words, run_keys, words_file

POINTS = np.random.default_rng(1).integers(0, 2**64, (7, 2), dtype=np.uint64)

VARIED = """
[design]
method = "table"
file = "points.csv"
[design.vary]
table = { of = "sites.all.at_the_table" }
begin = { of = "interventions.procedure-manuals.from", low = "2019-03", high = "2019-12" }
whom = { of = "interventions.procedure-manuals.target", values = ["all", { role = "partner" }] }
"""
ROWS = ["0.3,2019-04,all", "0.3,2019-05,all", "0.5,2019-04,all", "0.5,2019-04,role partner"]


def test_no_two_runs_have_one_key() -> None:
    found = run_keys(POINTS, 0, 7 * 50)
    assert len(set(found.tolist())) == len(found) and found.dtype.itemsize == keys.WIDTH


def test_the_key_of_a_run_is_its_points_and_its_replicates() -> None:
    """Another order of the points, or fewer of them, is another order of the same keys."""
    order = np.array([3, 0, 6])
    whole = run_keys(POINTS, 0, 7 * 4).reshape(4, 7)
    assert (run_keys(POINTS[order], 0, 3 * 4).reshape(4, 3) == whole[:, order]).all()
    assert (run_keys(POINTS, 5, 20) == whole.ravel()[5:20]).all()
    assert run_keys(ONE_PLACE, 0, 3).tolist() == run_keys(ONE_PLACE, 0, 9)[:3].tolist()


def test_keys_of_some_runs_are_those_that_they_have_among_all() -> None:
    places, some = np.arange(14, dtype=np.uint64).reshape(7, 2), np.array([30, 3, 49], np.uint64)
    assert keys.keys_of(places, some).tolist() == keys.run_keys(places, 0, 50)[some.astype(int)].tolist()


def test_each_word_of_a_point_counts() -> None:
    for lane in range(2):
        changed = POINTS.copy()
        changed[:, lane] ^= np.uint64(1)
        assert not set(run_keys(changed, 0, 7).tolist()) & set(run_keys(POINTS, 0, 7).tolist())


def test_points_are_told_apart() -> None:
    assert distinct(POINTS) and distinct(ONE_PLACE)
    assert not distinct(np.concatenate([POINTS, POINTS[:1]]))
    assert len({fingerprint(POINTS), fingerprint(POINTS[::-1]), fingerprint(POINTS[:-1])}) == 3


def test_words_of_points_are_found_where_they_are_what_was_written(tmp_path: Path) -> None:
    name = fingerprint(POINTS)
    assert keys.words_of(tmp_path, name) is None
    words_file(tmp_path, name).write_bytes(POINTS.astype("<u8").tobytes())
    assert np.array_equal(keys.words_of(tmp_path, name), POINTS)
    words_file(tmp_path, name).write_bytes(POINTS[::-1].astype("<u8").tobytes())
    assert keys.words_of(tmp_path, name) is None
    assert np.array_equal(keys.words_of(tmp_path, fingerprint(ONE_PLACE)), ONE_PLACE)


def words(folder: Path, header: str, rows: list[str]) -> dict[str, np.ndarray]:
    """The words of every point for each arm."""
    folder.mkdir()
    (folder / "points.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    experiment = real.trial(folder, VARIED)
    return {arm.label: place_words(experiment.points, None, arm.scenario) for arm in experiment.arms()}


def test_what_a_point_sets_makes_its_words_in_any_order_of_columns(tmp_path: Path) -> None:
    found = words(tmp_path / "one", "table,begin,whom", ROWS)["manuals, calm"]
    assert distinct(found)
    turned = [",".join([*row.split(",", 2)[1:], row.split(",", 2)[0]]) for row in ROWS]
    assert np.array_equal(words(tmp_path / "two", "begin,whom,table", turned)["manuals, calm"], found)


def test_what_an_arm_does_not_have_makes_no_difference_to_it(tmp_path: Path) -> None:
    """Without manuals the first two points are one, and so are the last two."""
    found = words(tmp_path / "one", "table,begin,whom", ROWS)
    bare, calm = found["as-it-is, calm"], found["manuals, calm"]
    assert (
        np.array_equal(bare[0], bare[1]) and np.array_equal(bare[2], bare[3]) and not np.array_equal(bare[0], bare[2])
    )
    assert not np.array_equal(calm[0], calm[1])
    empty = words(tmp_path / "two", "table,begin,whom", [f"0.3,,{row.split(',', 2)[2]}" for row in ROWS[:1]])
    assert not np.array_equal(empty["manuals, calm"][0], calm[0]), "as the scenario has it is another point"
