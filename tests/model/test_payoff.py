"""What giving is worth: each part of the payoff worked out by hand, and on whom a crisis works in it."""

import math

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import payoff
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import delivery, effort
from tfs_sim.model.state import ACTIVE, MAX_LEVELS, PAYOFF_TERMS

P = record(
    effort.Parameters,
    {"joint_gain": 8.0, "divided": 0.5, "usual_size": 16.0, "norm": 0.4, "commitment": 0.6, "curvature": 0.5,
     "money": 3.0, "largest": 0.5},
)  # fmt: skip
P_DELIVERY = record(delivery.Parameters, {"team_size": 4, "team_returns": 2.0})


@pytest.mark.parametrize(
    ("rho", "own", "others", "members", "mean"),
    [
        (1.0, 0.2, 0.6, 4, 0.5),  # adds up: (.2 + 3 · .6) / 4
        (0.5, 0.04, 0.36, 2, 0.16),  # ((.2 + .6) / 2)²
        (-1.0, 0.25, 0.5, 2, 1 / 3),  # the harmonic mean: 2 / (4 + 2)
        (0.0, 0.25, 1.0, 2, 0.5),  # the geometric mean
        (0.0, 0.0, 1.0, 2, 0.0),
        (-1000.0, 0.2, 0.6, 4, 0.2),  # the weakest link
        (0.5, 0.0, 0.36, 2, 0.09),
        (-1.0, 0.0, 0.5, 2, 0.0),  # who gives nothing makes it nothing
        (-5.0, 0.0, 0.5, 2, 0.0),
    ],
)
def test_a_power_mean_of_the_own_effort_and_others(rho, own, others, members, mean):
    terms = (payoff.mean_term(x, rho) for x in (own, others))
    assert payoff.team_mean_with(*terms, members, rho) == pytest.approx(mean, rel=1e-6, abs=1e-15)


def test_the_summands_of_a_mean_are_powers_where_it_is_no_sum_and_no_minimum():
    assert payoff.mean_term(0.3, 1.0) == payoff.mean_term(0.3, -1000.0) == 0.3
    assert payoff.mean_term(0.25, 0.5) == pytest.approx(0.5)
    assert payoff.mean_of(0.3, 1.0) == 0.3
    assert payoff.mean_of(0.5, 0.5) == pytest.approx(0.25)


def test_what_a_contribution_is_expected_to_be_seen_as_is_the_mean_of_what_is_seen():
    noise = np.random.default_rng(1).logistic(size=1_000_000)
    for x, clearness in ((0.0, 1.7), (0.4, 1.7), (0.8, 8.5), (0.8, 1e4)):
        seen = np.maximum(x + noise / clearness, 0.0)
        assert payoff.expected_sight(x, clearness) == pytest.approx(seen.mean(), abs=5 * seen.std() / 1000 + 1e-12)
    assert payoff.expected_sight(0.3, 0.0) == 0.3
    assert payoff.contribution_as_seen(0.2, 3.0, 0.0, P) == pytest.approx(0.6)
    assert payoff.contribution_as_seen(0.0, 3.0, 2.0, P) == pytest.approx(3.0 * 0.5 * math.log(2) / 2)


def test_joint_work_is_worth_its_gain_by_size_and_by_how_far_it_is_divided():
    assert payoff.worth_of_joint_work(4.0, 16.0, P_DELIVERY, P) == pytest.approx(
        8.0
    )  # a full team, a usual partnership
    assert payoff.worth_of_joint_work(2.0, 16.0, P_DELIVERY, P) == pytest.approx(2.0)  # half a team, returns 2
    assert payoff.worth_of_joint_work(4.0, 64.0, P_DELIVERY, P) == pytest.approx(
        4.0
    )  # four times as many, half divided
    assert payoff.worth_of_joint_work(4.0, 64.0, P_DELIVERY, P._replace(divided=0.0)) == pytest.approx(8.0)


def test_the_parts_of_the_payoff():
    # (.4 + .1) · .5 of peers, .6 · .5 · .8 of the own heart, less a burden of .3 and .05 of the desk
    assert payoff.worth_of_effort(0.5, 0.5, 0.8, 0.1, 0.3, 0.05, P) == pytest.approx(0.25 + 0.24 - 0.35)
    assert payoff.rising_cost(0.6, P) == pytest.approx(0.09)
    assert payoff.worth_of_money(500.0, 3000.0, P) == pytest.approx(0.5)
    assert payoff.worth_of_money(500.0, 0.0, P) == 0.0
    # .5 · .4 − .1, three quarters of .8 by contribution, .05 by staff, and 2 · .3 of joint work
    assert payoff.utility_of(0.5, 0.4, 0.1, 0.8, 3.0, 1.0, 0.05, 2.0, 0.3) == pytest.approx(0.1 + 0.6 + 0.05 + 0.6)


def test_levels_cost_more_the_higher_less_the_esteem_that_they_bring():
    term, shown, cost = np.zeros(MAX_LEVELS), np.zeros(MAX_LEVELS), np.zeros(MAX_LEVELS)
    p = P._replace(levels=4.0)
    alone(
        payoff.weigh_levels,
        s=0,
        rho=0.5,
        esteem_weight=np.array([0.2]),
        esteem_bar=np.array([0.5]),
        esteem_slope=np.array([4.0]),
        level_term=term,
        level_shown=shown,
        level_cost=cost,
        p=p,
    )
    assert term[:5] == pytest.approx([0.0, 0.5, math.sqrt(0.5), math.sqrt(0.75), 1.0])
    assert cost[2] == pytest.approx(0.25 * 0.25)  # at the bar there is no esteem either way
    assert cost[4] == pytest.approx(0.25 - 0.2 * (1 / (1 + math.exp(-2.0)) - 0.5))
    assert shown[4] == pytest.approx(0.5 * (1.0 + math.log(1 + math.exp(-4.0)) / 4.0))


def test_a_crisis_moves_those_whose_trusted_peers_give_and_nobody_else():
    """Salience .2 adds .2 · .5 for each unit of effort where peers give half of the most; backing makes no odds."""

    def worth_of_effort(salience):
        worth = np.zeros((PAYOFF_TERMS, 3))
        alone(
            effort.choose,
            first_organization=np.array([0]),
            end_organization=np.array([3]),
            salience=np.array([salience]),
            status=np.full(3, ACTIVE, np.uint8),
            peer_norm=np.array([0.5, 0.5, 0.0]),
            commitment=np.full(3, 0.5),
            backing=np.array([1.0, 0.0, 1.0]),
            payoff=worth,
            p=P._replace(cost=0.3, revision=0.0),
        )
        return worth[payoff.LINEAR]

    calm, crisis = worth_of_effort(0.0), worth_of_effort(0.2)
    assert calm == pytest.approx([0.2 + 0.3 - 0.3, 0.2 - 0.3, 0.3 - 0.3])
    assert crisis - calm == pytest.approx([0.1, 0.1, 0.0])
