"""Peer learning: what practices are worth, and who visits whom."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import peers
from tfs_sim.model.state import PRACTICES


def parameters(**values):
    return record(peers.Parameters, values)


def test_worth_and_time_by_hand():
    p = parameters(effect=0.5, misreading=2.0, show=0.1)
    assert peers.time_factor(8**0.5, p) == pytest.approx(0.6065306597)
    assert peers.time_factor(0.0, p) == 1.0
    assert peers.seeming_worth(0.5, -1.0, p) == -1.5
    assert peers.seeming_advantage(1.0, 0.5, -2.0, p) == pytest.approx(0.6931471806 - 0.2)


def test_the_time_of_coordination_is_what_the_practices_are_worth():
    key = draws.run_key(3, 0)
    practices = np.zeros((8, 1), np.uint8)
    p = record(MECHANISMS["peers"].parameters, {"effect": 0.4})
    assert peers.time_of(0, key, practices, p) == 1.0
    practices[[1, 4], 0] = 1
    worth = sum(draws.normal(draws.uniform(key, peers.WORTH_STREAM, 0, m)) for m in (1, 4))
    assert peers.time_of(0, key, practices, p) == pytest.approx(np.exp(-0.4 * worth / 8**0.5))


def test_a_host_is_another_member_of_the_network():
    key = draws.run_key(1, 0)
    identity = np.arange(5, dtype=np.uint64)
    dose = np.array([1.0, 0.0, 1.0, 1.0, 1.0])
    table = np.array([0, 0, 0, 0, 1], np.uint8)
    hosts = {
        alone(
            peers.choose_host,
            s=0,
            month=month,
            key=key,
            site_id=identity,
            national_site=table,
            dose_peer_learning_network=dose,
        )
        for month in range(60)
    }
    assert hosts == {2, 3}


def learned(dose, months=200, **values):
    """Return practices [practice, site] and the time of two communities that begin with all and with none."""
    practices = np.zeros((PRACTICES, 3), np.uint8)
    practices[:, 0] = 1
    time = np.array([0.5, 1.0, 1.0])
    for month in range(months):
        alone(
            peers.learn,
            month=month,
            key=draws.run_key(1, 0),
            site_id=np.arange(3, dtype=np.uint64),
            national_site=np.array([0, 0, 1], np.uint8),
            practices=practices,
            practice_time=time,
            dose_peer_learning_network=np.array(dose),
            p=parameters(**values),
        )
    return practices, time


def test_visitors_copy_from_whoever_needs_less_time_and_nobody_else_changes():
    practices, time = learned([1.0, 1.0, 1.0], months=1, trials=0, show=0, visits=12)
    assert practices[:, 0].all() and practices[:, 1].sum() == 1 and not practices[:, 2].any()
    assert (time[0], time[2]) == (0.5, 1.0)


@pytest.mark.parametrize("dose", [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
def test_without_a_network_or_another_member_nobody_copies(dose):
    practices, _ = learned(dose, trials=0, visits=12)
    assert practices[:, 0].all() and not practices[:, 1:].any()


def test_one_who_tries_and_sees_clearly_keeps_what_is_worth_something():
    practices, _ = learned([0.0, 0.0, 0.0], trials=12, misreading=0)
    key = draws.run_key(1, 0)
    good = [draws.normal(draws.uniform(key, peers.WORTH_STREAM, 0, m)) > 0 for m in range(PRACTICES)]
    assert practices[:, 0].astype(bool).tolist() == practices[:, 1].astype(bool).tolist() == good
