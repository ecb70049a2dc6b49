"""Contests: what they are worth to those who can earn elsewhere, and who is aggrieved."""

import math

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import competition, money
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, K

P = record(
    competition.Parameters,
    {"contested": 0.1, "award": 60, "damping": 0.3, "hourly": 60, "grudge": 2, "lone_bid": 0.01, "least_bid": 0.001},
)


def test_the_equations():
    assert competition.dollars_of_award(P) == 60_000.0
    assert competition.contested_money(1000.0, 0.8, 0.25, P) == pytest.approx(60.0)
    assert competition.stake_of(3.0, 1.0) == pytest.approx(0.75)
    assert competition.waiting_time(math.exp(-2), 0.5, 4.0) == pytest.approx(1.0)
    assert competition.best_response(8.0, 0.5, 2.0, 1.0, 100.0, P) == pytest.approx((math.sqrt(400.0) - 8.0) / 0.5)
    assert competition.best_response(0.0, 0.5, 2.0, 1.0, 100.0, P) == 1.0
    assert competition.bid_after(10.0, 20.0, 100.0, P) == pytest.approx(13.0)
    assert competition.bid_after(1.0, -50.0, 100.0, P) == pytest.approx(0.1)
    assert competition.hours_of_bid(600.0, P) == pytest.approx(10.0)
    assert competition.grudge_of(0.5, 0.4, P) == pytest.approx(0.4)


@pytest.mark.parametrize("n", [2, 3, 7])
def test_equal_contestants_are_at_rest_where_the_contest_has_its_equilibrium(n):
    bid = 900.0 * (n - 1) / n**2
    assert competition.best_response((n - 1) * bid, 1.0, 1.0, 1.0, 900.0, P) == pytest.approx(bid)


def contested(bids=(6000.0, 6000.0), roles=(PARTNER, PARTNER), strong=(1.0, 1.0), pooled=0.0, **changes):
    """Two who know each other contest one kind of award, of which a month brings some; return what came of it."""
    strength, bid = np.zeros((K, 2)), np.zeros((K, 2))
    strength[0], bid[0] = strong, bids
    won, bad, accounts, hours = np.zeros(2, np.int64), np.zeros(2), np.zeros(5, np.int64), np.zeros(2)
    alone(
        competition.contest,
        month=3,
        organization_id=np.array([5, 6], np.uint64),
        role=np.array(roles, np.uint8),
        fte=np.full(2, 100.0),
        end_organization=np.array([2]),
        first_relationship=np.array([0, 1, 2]),
        relationships=np.array([0, 1], np.uint32),
        target=np.array([1, 0], np.uint32),
        reverse=np.array([1, 0], np.uint32),
        pair=np.zeros(2, np.uint32),
        overlap=np.array([0.5]),
        strength=strength,
        bid=bid,
        awards_won=won,
        bid_hours=hours,
        institutional_bad=bad,
        accounts=accounts,
        income_factor=np.ones(1),
        dose_pooled_funding=np.array([pooled]),
        weighed=np.zeros((9, 2)),
        organization_luck=np.zeros((4, 2), np.uint32),
        p_money=record(money.Parameters, {"dollars_per_fte": 10_000}),
        p=P._replace(contested=0.2, **changes),
    )
    return won, bad, accounts, hours


def test_the_loser_holds_a_grudge_against_the_winner_and_not_the_other_way_round():
    won, bad, accounts, hours = contested(
        award=100.0
    )  # 200 FTE earn 2 million, of which a fifth: 100,000 for each kind
    winner = int(np.argmax(won))
    assert won.sum() == 1
    assert bad[1 - winner] == pytest.approx(2.0 * 0.5)  # all of its stake, half of its niche; its tie to the winner
    assert bad[winner] == 0.0
    assert accounts[3 + winner] == 10_000_000 and accounts.sum() == 0
    assert hours == pytest.approx([100.0, 100.0])


@pytest.mark.parametrize("best", [0, 1])
def test_an_award_is_paid_to_who_has_won_it(best):
    bids = [80.0, 80.0]
    bids[best] = 1e7
    won, _, accounts, _ = contested(award=100.0, bids=tuple(bids), damping=0.0, least_bid=1e-6)
    assert np.flatnonzero(won).tolist() == [best]
    assert np.flatnonzero(accounts[3:]).tolist() == [best] and accounts[3 + best] == 10_000_000


def test_no_contest_without_contested_money_and_no_winner_who_is_not_eligible():
    for nothing in (contested(award=100.0, pooled=1.0), contested(award=101.0)):
        assert not nothing[0].any() and not nothing[2].any()
    assert contested(award=100.0, strong=(0.1, 1.0))[0].tolist() == [0, 1]
    assert contested(award=50.0, roles=(PARTNER, BACKBONE))[0].tolist() == [1, 0]


def test_a_site_holds_no_more_contests_in_a_month_than_the_most():
    assert contested(award=10.0)[0].sum() == 10
    assert contested(award=10.0, most_contests=4.0)[0].sum() == 4


def test_every_award_of_a_month_has_luck_of_its_own():
    """Words of luck come in fours: the fifth award must not go to whoever won the first."""
    by_fours = [contested(award=1.0, most_contests=float(4 * n))[0][0] for n in range(7)]
    assert len(set(np.diff(by_fours).tolist())) > 1


@pytest.mark.parametrize(("bid", "grudge"), [(50.0, 0.0), (70.0, 1.0)])
def test_who_did_not_bid_for_an_hour_has_lost_nothing(bid, grudge):
    won, bad, _, _ = contested(award=100.0, bids=(bid, 6000.0), damping=0.0, least_bid=1e-6)
    assert won.tolist() == [0, 1]
    assert bad[0] == pytest.approx(grudge)


def test_switched_off_nobody_bids(lab):
    *_, (_, world, _) = engine.trace(lab.with_(months=6, mechanisms={"competition": False}).to_template(), 1, 0)
    assert not world.bid_hours.any() and not world.awards_won.any()


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
