"""The ensemble: what is chosen stands for what was accepted, set 0 is in the middle, and the file says all of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from truths import SPACE

from tfs_sim.calibration import held
from tfs_sim.calibration.choosing import Rows, chosen, filling, missed, sets_of, written
from tfs_sim.calibration.keeping import Proposed
from tfs_sim.calibration.matching import Calibration
from tfs_sim.experiments.storage import ensembles, records
from tfs_sim.scenario.errors import UserError


@pytest.fixture(scope="module")
def rows(found: Calibration) -> Rows:
    return chosen(found)


def with_(found: Calibration, **budget: Any) -> Calibration:
    return replace(found, budget=replace(found.budget, **budget))


def test_sets_were_run_miss_nothing_and_are_distinct(found: Calibration, rows: Rows) -> None:
    assert len(rows) == found.budget.wanted == len(set(rows.tolist()))
    off = np.abs(found.values[rows] - held.centres(found.outputs)) / np.sqrt(held.variances(found.outputs))
    assert off.max() <= 3
    assert len(np.unique(found.table[rows], axis=0)) == len(rows)


def energy(some: np.ndarray, all_: np.ndarray) -> float:
    return float(2 * cdist(some, all_).mean() - cdist(some, some).mean() - cdist(all_, all_).mean())


def test_any_first_few_stand_for_all_better_than_as_many_at_random() -> None:
    rng = np.random.default_rng(1)
    places = np.concatenate([rng.random((300, 4)) * 0.3, rng.random((100, 4)) * 0.3 + 0.7])
    order = filling(places, 200, 7)
    assert order[0] == 7 and len(set(order.tolist())) == 200
    for count in (20, 50, 200):
        others = [energy(places[rng.choice(400, count, replace=False)], places) for _ in range(40)]
        assert energy(places[order[:count]], places) < min(others)
        # a quarter of what is left, a quarter of what stands for it: no more at its edges than there is
        assert (places[order[:count], 0] > 0.5).mean() == pytest.approx(0.25, abs=1.5 / count)


def test_set_0_is_nearest_the_median_in_deviations(found: Calibration, rows: Rows) -> None:
    inside = np.flatnonzero(found.accepted)
    scaled = found.values[inside] / np.sqrt(held.variances(found.outputs))
    off = ((scaled - np.median(scaled, axis=0)) ** 2).sum(axis=1)
    assert rows[0] == inside[off.argmin()]


def test_too_few_are_told_and_a_trial_takes_what_there_is(found: Calibration) -> None:
    inside = int(found.accepted.sum())
    with pytest.raises(UserError) as caught:
        chosen(with_(found, wanted=inside + 1))
    assert f"{inside:,} of {len(found.ids):,} sets that were run miss nothing" in caught.value.mistakes[0].message
    assert len(chosen(with_(found, wanted=inside + 1, quick=True))) == inside


def test_a_trial_writes_nothing(found: Calibration, rows: Rows, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is a trial"):
        written(tmp_path / "ci1.json", with_(found, quick=True), rows, facts(found, rows))
    assert list(tmp_path.iterdir()) == []


def facts(found: Calibration, rows: Rows) -> dict[str, Any]:
    sets = sets_of(found, rows, "Mine")
    behaviour = {"scenario": "laboratory", "months": 12, "replicates": 2, "seed": 1, "sets": list(sets.ids[:1]),
                 "digest": "0" * 64, "means": {"trust": [0.5]}, "errors": {"trust": [0.1]}}  # fmt: skip
    return {"name": "ci1", "title": "Mine", "edition": "1", "licence": "CC0-1.0", "model": "0.1.0",
            "prior": "0" * 64, "code": "c" * 64, "behaviour": behaviour}  # fmt: skip


def test_the_file_has_each_set_with_its_own_targets(found: Calibration, rows: Rows, tmp_path: Path) -> None:
    path = tmp_path / "ci1.json"
    made = written(path, found, rows, facts(found, rows))
    read = ensembles.read(path)
    for each in (made, read):
        assert each.sets.ids == tuple(found.ids[n] for n in rows)
        assert np.array_equal(each.sets.table, found.table[rows])  # six digits were run, and six are written
        assert np.array_equal(each.own, found.values[rows])
    record = read.record
    assert record.calibrated and record.figures == 4 and record.misses == []
    assert record.own == {"members": "identity", "density": "identity", "trust": "identity", "active": "identity"}
    assert (record.targets, record.code) == (held.digest(found.outputs), "c" * 64)
    assert set(record.units) == set(SPACE.names)  # targets are no parameters


@pytest.mark.parametrize("own", [{}, {"members": "identity"}, {"x": "identity"}])
def test_other_targets_than_the_table_has_are_refused(
    found: Calibration, rows: Rows, tmp_path: Path, own: dict[str, str]
) -> None:
    path = tmp_path / "ci1.json"
    written(path, found, rows, facts(found, rows))
    records.write(path, records.read(path) | {"own": own})
    with pytest.raises(UserError, match="is no sound ensemble at own"):
        ensembles.read(path)


def test_a_set_may_lack_a_value_and_none_is_without_bound(found: Calibration, rows: Rows, tmp_path: Path) -> None:
    values = found.values.copy()
    values[rows[3], 0] = np.nan
    wave = replace(found.waves[0], values=values, gave=values, proposed=_one(found))
    changed = replace(found, waves=(wave,))
    path = tmp_path / "ci1.json"
    written(path, changed, rows, facts(changed, rows))
    own = ensembles.read(path).own
    assert np.isnan(own[3, 0]) and np.isnan(own).sum() == 1
    values[rows[3], 0] = np.inf
    written(path, replace(found, waves=(replace(wave, gave=values),)), rows, facts(changed, rows))
    with pytest.raises(UserError, match="infinite value of a target"):
        ensembles.read(path)


def _one(found: Calibration) -> Proposed:
    """All waves' sets as those of one."""
    rank = np.concatenate([wave.proposed.rank for wave in found.waves])
    return Proposed(found.ids, rank, found.table, 1.0, 0)


def test_what_may_be_missed_is_told(found: Calibration, rows: Rows) -> None:
    outputs = (replace(found.outputs[0], missable=True, centre=9.0), *found.outputs[1:])
    moved = replace(found, outputs=outputs)
    assert missed(moved, rows) == ["members: missed by more than 3 standard deviations in 100% of sets"]
    assert moved.accepted.sum() >= found.accepted.sum()
