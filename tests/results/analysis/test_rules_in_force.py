"""When a rule called for its intervention, read off the record month by month."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tfs_sim.analysis.rules import in_force, months_on
from tfs_sim.analysis.stored import Stored

RULE = {"strategy": "handover", "title": "Overlap", "indicator": "trust", "above": 0, "threshold": 0.5, "end": 0.5,
        "every": 1, "over": 1, "at_least": 1, "from": 30, "until": 90, "sites": ["chicago", "memphis"]}  # fmt: skip
CRISIS = ("crisis",)


def record(sweep) -> np.ndarray:
    """The indicator under the rule's strategy in the crisis: replicates × sites × months."""
    own = sweep.series[(sweep.series["strategy"] == "handover") & (sweep.series["crisis"] == "crisis")]
    return own["trust"].to_numpy(float).reshape(40, 4, 120)


@pytest.mark.parametrize("above", [0, 1])
def test_it_is_on_in_the_months_after_those_beyond_the_threshold(sweep, above: int) -> None:
    found = in_force(Stored.of(sweep), RULE | {"above": above}, CRISIS)
    beyond = record(sweep) > 0.5 if above else record(sweep) < 0.5
    expected = np.zeros(beyond.shape, bool)
    for site in (0, 3):
        expected[:, site, 30:90] = beyond[:, site, 29:89]
    assert found is not None and np.array_equal(found, expected) and 0 < expected.mean() < 0.3


def test_it_ends_with_the_run_and_waits_for_its_stage(sweep) -> None:
    stages = sweep.series.assign(stage=np.where(sweep.series["month"] < 100, 0, 2))
    stored = Stored.of(replace(sweep, series=stages, runs=sweep.runs.assign(stage=2)))
    always = RULE | {"threshold": 2.0, "end": 2.0, "until": 500, "sites": ["dayton"]}
    on = in_force(stored, always, CRISIS)
    assert on is not None and on[:, 1].all(axis=0).tolist() == [month >= 30 for month in range(120)]
    on = in_force(stored, always | {"stage": 2}, CRISIS)
    assert on is not None and on[:, 1].all(axis=0).tolist() == [month >= 100 for month in range(120)]
    assert not on[:, [0, 2, 3]].any()


def test_months_are_means_over_replicates_site_by_site(sweep) -> None:
    stored = Stored.of(replace(sweep, experiment=sweep.experiment | {"rules": [RULE]}))
    ((entry, months),) = months_on(stored, CRISIS)
    expected = (record(sweep)[:, :, 29:89] < 0.5).sum(-1).mean(0)
    assert entry == RULE and months == pytest.approx([expected[0], 0, 0, expected[3]])
    assert months_on(Stored.of(sweep), CRISIS) == []


def test_where_the_record_does_not_tell_the_sum_is_what_was_counted(sweep) -> None:
    counted = sweep.runs.assign(adaptive=np.where(sweep.runs["strategy"] == "handover", 7.0, 0.0))
    unknown = RULE | {"indicator": "belief"}
    stored = Stored.of(replace(sweep, runs=counted, experiment=sweep.experiment | {"rules": [unknown]}))
    assert in_force(stored, unknown, CRISIS) is None
    ((_, months),) = months_on(stored, CRISIS)
    assert months.tolist() == [7.0] * 4
    silent = Stored.of(replace(sweep, experiment=sweep.experiment | {"rules": [unknown]}))
    assert months_on(silent, CRISIS) == []
