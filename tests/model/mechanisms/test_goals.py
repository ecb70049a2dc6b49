"""Portfolio pressure and pooled money: what their kernels do, in numbers."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws, engine
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import pooling, portfolio

ACTIVE = np.array([2], np.uint8)
PARTNER = np.zeros(1, np.uint8)


def parameters(name, **values):
    return record(MECHANISMS[name].parameters, values)


def last_world(scenario):
    *_, (_, world, _) = engine.trace(scenario.to_template(), 1, 0)
    return world


def test_attention_follows_appeal_and_what_is_lost_pulls_on_effort():
    attention, pull, mean = np.ones(1), np.zeros(1), np.ones(1)
    p = parameters("portfolio", pressure=0.5, clarity=0.5, shift=0.2, pull=0.3)
    for _ in range(200):
        alone(
            portfolio.compete,
            first_organization=np.array([0]),
            end_organization=np.array([1]),
            role=PARTNER,
            status=ACTIVE,
            in_post=np.ones(1, np.uint8),
            clarity=np.array([0.6]),
            commitment=np.array([0.5]),
            backing=np.array([0.8]),
            attention=attention,
            portfolio=pull,
            mean_attention=mean,
            p=p,
        )
    assert attention[0] == pytest.approx(0.5)  # appeal .5 × .6 + .5 × .4 against pressure .5
    assert pull[0] == pytest.approx(0.15)
    assert mean[0] == attention[0]


@pytest.mark.parametrize(
    ("mechanism", "field", "absent"),
    [
        ("portfolio", "portfolio", 0),
        ("portfolio", "attention", 1),
    ],
)
def test_switched_off_they_are_absent(lab, mechanism, field, absent):
    scenario = lab.with_(months=14)
    assert (getattr(last_world(scenario), field) != absent).any()
    assert (getattr(last_world(scenario.with_(mechanisms={mechanism: False})), field) == absent).all()


EFFORT, STAFF = np.array([0.1, 0.3, 0.5, 0.2]), np.array([4.0, 1.0, 2.0, 3.0])


def shares(by_seen, noise, months=1):
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
            effort=EFFORT,
            fte=STAFF,
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


def test_with_poor_data_shares_are_noisier_and_more_by_size():
    clear, dim = shares(1.0, 0.2, months=400), shares(1.0, 1.0, months=400)
    assert (clear.std(axis=0) < 0.6 * dim.std(axis=0)).all()
    assert np.abs(clear.mean(axis=0) - GIVEN).max() < 0.5 * np.abs(dim.mean(axis=0) - GIVEN).max()
    assert np.abs(dim.mean(axis=0) - SIZE).max() < np.abs(clear.mean(axis=0) - SIZE).max()
