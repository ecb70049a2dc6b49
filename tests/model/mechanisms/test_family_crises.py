"""Families' emergencies: whom a case is passed to, how long it waits, and when it is lost."""

import math

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.catalogue import METRICS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import family_crises
from tfs_sim.model.state import BACKBONE

KEY = np.uint64(7)
SERVICE = list(METRICS).index("time_to_service")


def chain(trust):
    """Three organizations in a row: the first can do nothing, the last can serve."""
    strength = np.array([[0.0, 0.1, 0.9]])
    first = np.array([0, 1, 3, 4])
    target = np.array([1, 0, 2, 1], np.uint32)
    return strength, first, target, np.full(4, trust)


def wait(trust, identity=1, longest=12.0, role=(0, 0, 0)):
    strength, first, target, ties = chain(trust)
    return alone(
        family_crises.wait,
        first=0,
        waiting=1,
        holders=np.zeros(3, int),
        kind=np.zeros(3, int),
        listed_id=np.full(3, identity, np.uint64),
        luck=np.zeros((4, 3), np.uint32),
        month=0,
        key=KEY,
        strength=strength,
        role=np.array(role, np.uint8),
        in_post=np.ones(3, np.uint8),
        first_relationship=first[:-1],
        ties=np.arange(4, dtype=np.uint32),
        end_of_ties=first[1:],
        target=target,
        trust=ties,
        p=record(family_crises.Parameters, {"longest_wait": longest}),
    )


def test_with_full_trust_a_case_moves_one_hand_a_week():
    assert wait(1.0) == 2.0


def test_without_trust_the_family_is_lost_from_sight():
    assert wait(0.0) == 12.0


def test_two_hand_overs_take_two_geometric_waits():
    waits = [wait(0.5, identity, longest=60.0) for identity in range(4_000)]
    assert np.mean(waits) == pytest.approx(4.0, abs=4 * 2.0 / math.sqrt(4_000))


def test_whoever_can_serve_an_emergency_does_so_at_once(lab):
    out = engine.run_replicate(lab.with_(parameters={"family_crises": {"able": 0.0}}).to_template(), 1, 0)
    assert (out[:, 0, SERVICE] == 0).all()


def test_the_most_promising_is_trusted_and_strong():
    assert family_crises.promise(0.5, 0.6) == pytest.approx(0.3)


def test_a_case_is_not_passed_to_the_backbone():
    assert wait(1.0, role=(0, BACKBONE, 0)) == 12.0


def test_without_emergencies_or_without_the_mechanism_nobody_waits(lab):
    for change in ({"parameters": {"family_crises": {"arrivals": 0.0}}}, {"mechanisms": {"family_crises": False}}):
        out = engine.run_replicate(lab.with_(months=3, **change).to_template(), 1, 0)
        assert (out[:, 0, SERVICE] == 0).all()
    usual = engine.run_replicate(lab.with_(months=3).to_template(), 1, 0)
    assert (usual[:, 0, SERVICE] > 0).all()
