"""Strengths and policy changes: kernels against what they must give."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import policy, strengths

KEY = np.uint64(7)


def parameters(name, **values):
    return record(MECHANISMS[name].parameters, values)


def log_errors(sector, recognition, dose, p):
    """Return the log of how strong organizations seem over how strong they are, after one month."""
    n = sector.size
    recognized, strength = np.zeros((4, n)), np.full((4, n), 0.25)
    alone(
        strengths.recognize,
        month=0,
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
    p = parameters("strengths", misjudgement=0.5, learned=0.8, recognition_time=1)
    spread = [log_errors(sector, dose, dose, p).std() for dose in (0.0, 1.0)]
    unlike = 0.5 * n / (n - 1)
    assert spread[0] == pytest.approx(0.5 * unlike, rel=0.03)
    assert spread[1] == pytest.approx(0.2 * spread[0])


def test_people_know_the_strengths_of_their_own_field():
    assert (log_errors(np.zeros(5, np.uint8), 0.0, 0.0, parameters("strengths")) == 0).all()


def test_a_policy_change_takes_its_share_once():
    ramp, backing, written = np.ones(2), np.ones(2), np.full(2, 0.8)
    felt = np.zeros(2)
    p = parameters("policy", obsolete=0.5, attention=0.4)
    for _ in range(3):
        alone(
            policy.change_rules,
            shock_policy_change=np.array([1.0, 0.0]),
            rules_changed=felt,
            ramp=ramp,
            backing=backing,
            documentation=written,
            p=p,
        )
    assert ramp.tolist() == [0.5, 1.0]
    assert backing.tolist() == pytest.approx([0.6, 1.0])
    assert written.tolist() == [0.4, 0.8]
