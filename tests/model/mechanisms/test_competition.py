"""Contests: what they are worth to those who can earn elsewhere, and who is aggrieved."""

import numpy as np
import pytest

from tfs_sim.model import engine
from tfs_sim.model.state import ACTIVE, BACKBONE


def last(scenario, months=24):
    *_, (_, world, _) = engine.trace(scenario.with_(months=months).to_template(), 1, 0)
    return world


def pooled(lab, dose):
    return lab.with_(interventions=[{"use": "pooled-funding", "dose": dose}], mechanisms={"participation": False})


def test_without_a_pool_everything_beyond_the_usual_hangs_on_contests(lab):
    world = last(pooled(lab, 0.0))
    assert world.stake[world.role != BACKBONE] == pytest.approx(1.0)


def test_partners_who_share_a_pool_depend_less_on_contests_than_others(lab):
    world = last(pooled(lab, 0.5))
    organizations = world.role != BACKBONE
    shares = (world.grant_income > 0.0) & organizations
    assert shares.any() and (world.status[shares] == ACTIVE).all()
    assert world.stake[organizations & ~shares] == pytest.approx(1.0)
    assert world.stake[shares].mean() < 0.8


def test_those_to_whom_contests_are_worth_less_bid_less(lab):
    without, with_pool = last(pooled(lab, 0.0)), last(pooled(lab, 0.5))
    shares = with_pool.pool_expected > 0.0
    assert with_pool.bid[:, shares].sum() < 0.8 * without.bid[:, shares].sum()
    assert np.all(with_pool.bid >= 0.0)
