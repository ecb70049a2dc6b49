"""Difficult histories: what they leave at the start, and how they fade."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import histories


def test_a_history_by_hand():
    p = record(histories.Parameters, {"depth": 0.6, "shallowest": 0.5, "soured": 0.5, "on_record": 2})
    assert [histories.depth_of_history(u, p) for u in (0.0, 0.5, 1.0)] == pytest.approx([0.3, 0.6, 0.9])
    narrow = record(histories.Parameters, {"depth": 0.6, "shallowest": 1.0})
    assert histories.depth_of_history(0.0, narrow) == histories.depth_of_history(1.0, narrow) == 0.6
    assert histories.soured(0.6, 1.4, 0.6, p) == pytest.approx(0.6)
    assert histories.soured(0.6, 0.1, 1.9, p) == 0.1  # no more than there is
    assert histories.left_on_record(0.6, p) == pytest.approx(1.2)


def test_a_month_of_grievance_by_hand():
    p = record(histories.Parameters, {"half_life": 1, "healing": 0.1})
    assert histories.grievance_kept(0.0, p) == pytest.approx(0.5)
    assert histories.grievance_kept(0.5, p) == pytest.approx(0.475)
    assert histories.grievance_kept(0.0, record(histories.Parameters, {"half_life": 0})) == 1.0


def begin(share, **parameters):
    n = 400
    names = "personal_good", "personal_bad", "institutional_good", "institutional_bad"
    evidence = [np.full(2 * n, v) for v in (1.4, 0.6, 1.4, 0.6)]
    grievance = np.zeros(2 * n)
    alone(
        histories.begin,
        pair_id=np.arange(n, dtype=np.uint64),
        grievance_share=np.array([share]),
        grievance=grievance,
        **dict(zip(names, evidence, strict=True)),
        p=record(histories.Parameters, parameters),
    )
    return grievance, evidence


def test_the_share_of_pairs_with_a_history_is_the_site_s():
    grievance, _ = begin(0.3)
    assert (grievance[:400] > 0).mean() == pytest.approx(0.3, abs=0.07)
    assert np.array_equal(grievance[:400], grievance[400:]), "a history is one for both ends"


def test_a_history_sours_evidence_and_stays_on_the_record():
    grievance, (good, bad, on_record_good, on_record_bad) = begin(1.0, depth=0.6, soured=0.5, on_record=2.0)
    assert np.allclose(good + bad, 2.0)
    assert np.allclose(bad - 0.6, 0.5 * grievance * 2.0)
    assert np.allclose(on_record_good + on_record_bad - 2.0, 2.0 * grievance)


def test_without_histories_evidence_is_as_it_was():
    grievance, evidence = begin(0.0)
    assert not grievance.any()
    assert all(np.ptp(e) == 0 for e in evidence)


def test_half_is_left_after_the_half_life_and_conversations_shorten_it():
    grievance = np.full(4, 0.8)
    p = record(histories.Parameters, {"half_life": 24, "healing": 0.05})
    for _ in range(24):
        alone(
            histories.fade,
            first_pair=np.array([0, 1]),
            end_pair=np.array([1, 2]),
            grievance=grievance,
            dose_facilitated_conversations=np.array([0.0, 1.0]),
            p=p,
        )
    assert grievance[::2] == pytest.approx([0.4, 0.4])
    assert grievance[1::2] == pytest.approx([0.4 * 0.95**24] * 2)
