"""Pooled funds: what goes to the pool, who gets how much of it, and what contributing more earns."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws, payoff
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import pooling


def parameters(name, **values):
    return record(MECHANISMS[name].parameters, values)


def test_what_goes_to_the_pool_and_out_of_it_by_hand():
    p = parameters("competition", contested=0.2)
    assert pooling.pooled(10_000.0, 0.5, 0.6, p) == pytest.approx(60_000)  # cents: 600 dollars
    assert pooling.pooled(10_000.0, 0.5, 0.0, p) == 0
    assert pooling.paid_out(1000, parameters("pooling", paid_out=0.25)) == 250


def test_what_is_seen_of_a_contribution_by_hand():
    assert pooling.contribution_seen(0.2, 3.0, 0.1, 1.0) == pytest.approx(0.9)
    assert pooling.contribution_seen(0.2, 3.0, 0.1, -4.0) == 0.0
    assert pooling.share_of_pool(0.5, 0.2, 0.0) == 0.2
    assert pooling.share_of_pool(0.5, 0.2, 0.25) == pytest.approx(0.275)


EFFORT, STAFF = np.array([0.1, 0.3, 0.5, 0.2]), np.array([4.0, 1.0, 2.0, 3.0])


def shares(by_seen, noise, months=1, effort=EFFORT, staff=STAFF):
    """Return the shares of a pool that four partners get: [month, partner]."""
    p = parameters("pooling", paid_out=1.0)
    found = []
    for month in range(months):
        income, expected, accounts = np.zeros(4), np.zeros(4), np.zeros(2 + 1 + 4, np.int64)
        slope = 1.7 / noise if noise else 0.0
        alone(
            pooling.share_out,
            month=month,
            key=draws.run_key(1, 0),
            organization_id=np.arange(4, dtype=np.uint64),
            first_organization=np.array([0]),
            end_organization=np.array([4]),
            role=np.zeros(4, np.uint8),
            status=np.full(4, 2, np.uint8),
            effort=effort,
            fte=staff,
            income_factor=np.ones(1),
            by_seen=np.array([by_seen]),
            esteem_slope=np.array([slope]),
            pool_payout=np.zeros(1),
            grant_income=income,
            pool_expected=expected,
            organization_luck=np.zeros((4, 4), np.uint32),
            favour=np.zeros(4),
            accounts=accounts,
            dose_pooled_funding=np.ones(1),
            p_competition=parameters("competition"),
            p_effort=parameters("effort", largest=0.5),
            p_money=parameters("money"),
            p=p,
        )
        assert expected.sum() == pytest.approx(income.sum(), abs=0.04)
        if noise == 0.0:
            assert expected == pytest.approx(income, abs=0.02)
        assert accounts.sum() == 0 and (accounts[3:] >= 0).all() and 0 <= accounts[2] < 4
        found.append(income / income.sum())
    return np.array(found)


GIVEN, SIZE = EFFORT * STAFF / (EFFORT * STAFF).sum(), STAFF / STAFF.sum()


def test_a_pool_is_shared_by_contribution_where_it_is_seen_and_accounted_for():
    assert shares(1.0, 0.0)[0] == pytest.approx(GIVEN, abs=1e-5)
    assert shares(0.0, 0.0)[0] == pytest.approx(SIZE, abs=1e-5)
    assert shares(0.5, 0.0)[0] == pytest.approx((GIVEN + SIZE) / 2, abs=1e-5)


def test_no_more_cents_leave_a_pool_than_there_are():
    """Four equal shares of a sum of cents that four does not divide: what is left over stays."""
    for fte in np.linspace(1.0, 1.001, 20):
        assert shares(1.0, 0.0, effort=np.full(4, 0.2), staff=np.full(4, fte))[0] == pytest.approx(np.full(4, 0.25))


def test_with_poor_data_shares_are_noisier_and_more_by_size():
    clear, dim = shares(1.0, 0.2, months=400), shares(1.0, 1.0, months=400)
    assert (clear.std(axis=0) < 0.6 * dim.std(axis=0)).all()
    assert np.abs(clear.mean(axis=0) - GIVEN).max() < 0.5 * np.abs(dim.mean(axis=0) - GIVEN).max()
    assert np.abs(dim.mean(axis=0) - SIZE).max() < np.abs(clear.mean(axis=0) - SIZE).max()


def test_what_a_contribution_is_expected_to_be_seen_as_is_the_mean_of_what_is_seen():
    noise = np.random.default_rng(1).logistic(size=1_000_000)
    for x, slope in ((0.0, 1.7), (0.4, 1.7), (0.8, 8.5), (0.8, 1e4)):
        seen = np.maximum(x + noise / slope, 0.0)
        assert payoff.expected_sight(x, slope) == pytest.approx(seen.mean(), abs=5 * seen.std() / 1000 + 1e-12)
    assert payoff.expected_sight(0.3, 0.0) == 0.3
