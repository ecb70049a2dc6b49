"""Strengths: how they are seen, and what recognition changes."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import strengths

KEY = np.uint64(7)


def parameters(**values):
    return record(strengths.Parameters, values)


def test_recognition_follows_the_practice():
    p = parameters(recognition_time=4)
    assert strengths.recognition_after(0.2, 1.0, p) == pytest.approx(0.4)
    assert strengths.recognition_after(0.8, 0.0, p) == pytest.approx(0.6)  # and fades without it
    assert strengths.recognition_after(0.2, 1.0, parameters(recognition_time=0.5)) == 1.0


def test_a_strength_as_it_is_seen_by_hand():
    p = parameters(misjudgement=0.5, learned=0.8)
    assert [strengths.misjudgement_left(known, p) for known in (0.0, 0.5, 1.0)] == pytest.approx([0.5, 0.3, 0.1])
    assert strengths.seen_strength(0.25, 0.5, 0.4, 2.0) == pytest.approx(0.25 * 1.4918246976)
    assert strengths.seen_strength(0.25, 0.0, 0.4, 2.0) == 0.25


def log_errors(sector, recognition, dose, p, month=0, run_in=0):
    """Return the log of how strong organizations seem over how strong they are, after one month."""
    n = sector.size
    recognized, strength = np.full((4, n), 0.25), np.full((4, n), 0.25)
    alone(
        strengths.recognize,
        month=month,
        run_in=run_in,
        key=KEY,
        organization_id=np.arange(n, dtype=np.uint64),
        first_organization=np.array([0]),
        end_organization=np.array([n]),
        sector=sector,
        recognition=np.array([recognition]),
        recognized=recognized,
        strength=strength,
        organization_luck=np.zeros((4, n), np.uint32),
        dose_recognition_of_strengths=np.array([dose]),
        p=p,
    )
    return np.log(recognized / strength)


def test_full_recognition_removes_the_stated_share_of_the_error():
    n = 2_000
    sector = np.arange(n, dtype=np.uint8) % 2
    p = parameters(misjudgement=0.5, learned=0.8, recognition_time=1)
    spread = [log_errors(sector, dose, dose, p).std() for dose in (0.0, 1.0)]
    unlike = 0.5 * n / (n - 1)
    assert spread[0] == pytest.approx(0.5 * unlike, rel=0.03)
    assert spread[1] == pytest.approx(0.2 * spread[0])


def test_people_know_the_strengths_of_their_own_field():
    assert (log_errors(np.zeros(5, np.uint8), 0.0, 0.0, parameters()) == 0).all()


def test_strengths_are_judged_anew_when_they_are_looked_at():
    sector = np.arange(6, dtype=np.uint8) % 2
    assert (log_errors(sector, 0.0, 0.0, parameters(), month=6) != 0).any()
    assert (log_errors(sector, 0.0, 0.0, parameters(), month=5) == 0).all()
    # every six months from the first month of a run-in on
    assert (log_errors(sector, 0.0, 0.0, parameters(), month=-4, run_in=10) != 0).any()
    assert (log_errors(sector, 0.0, 0.0, parameters(), month=0, run_in=10) == 0).all()
    assert (log_errors(sector, 0.0, 0.0, parameters(), month=2, run_in=10) != 0).any()
