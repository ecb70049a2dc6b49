"""Joint and separate work: what teams make of their inputs, where time goes, and what people see of it."""

import math

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import delivery, money, strengths
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, PROSPECT, K
from tfs_sim.validation.space import METRIC_NAMES

P = record(delivery.Parameters, {"team_size": 2, "team_returns": 1.5, "access": 0.5, "reviewed_every": 6})
P_MONEY = record(money.Parameters, {"hours_per_fte": 150})


def test_the_equations():
    assert delivery.capacity_given(10.0, 0.4, 1, 0.5, 0.9) == pytest.approx(1.8)
    assert delivery.capacity_given(10.0, 0.4, 0, 0.5, 0.9) == 0.0
    assert delivery.trust_in_team(2.4, 4.0, 3.0, 0.6) == pytest.approx((2.4 + 2 * 0.6) / 6)
    assert delivery.trust_in_team(0.0, 0.0, 1.0, 0.6) == 1.0
    assert delivery.returns_to_size(4.0, P) == pytest.approx(8.0)
    assert delivery.output_of_team(1.0, 0.8, 8.0, 1.0, 4.0) == pytest.approx(6.4)
    assert delivery.output_of_team(0.5, 0.8, 8.0, 1.0, 4.0) == 4.0  # side by side is more
    assert delivery.left_for_own_work(2.0, 0.9, 0.3, 1, 30.0, P_MONEY) == pytest.approx(1.8 * (1 - 0.3 - 0.1))
    assert delivery.left_for_own_work(2.0, 0.9, 0.3, 0, 30.0, P_MONEY) == pytest.approx(1.8 * 0.9)
    assert delivery.left_for_own_work(2.0, 0.9, 0.5, 1, 200.0, P_MONEY) == 0.0
    assert delivery.share_reached(50.0, 100.0) == pytest.approx(1 - math.exp(-0.5))
    assert delivery.share_in_poverty(60.0, 40.0, 50.0, P) == pytest.approx(30 / 70)
    assert delivery.share_in_poverty(60.0, 40.0, 90.0, P) == pytest.approx(1 - 40 / 90)  # the others are all reached
    assert delivery.per_thousand(3.0, 600.0) == 5.0
    assert delivery.per_thousand(3.0, 0.0) == 0.0


def formed(status, role, effort, size=2, suited=0.1):
    """Return who leads each of four in the first kind of support, of which each is less strong than the one before."""
    recognized = np.zeros((K, 4))
    recognized[0] = [0.9, 0.8, 0.7, 0.6]
    team = np.full((K, 4), -1)
    members, given = np.zeros((K, 4)), np.zeros((K, 4))
    alone(
        delivery.form_teams,
        status=np.array(status, np.uint8),
        role=np.array(role, np.uint8),
        effort=np.array(effort),
        fte=np.full(4, 10.0),
        in_post=np.ones(4, np.uint8),
        ramp=np.ones(4),
        quality=np.ones(4),
        local_index=np.arange(4, dtype=np.uint32),
        end_organization=np.array([4]),
        team_rank=np.tile(np.arange(4), (K, 1)),
        recognized=recognized,
        strength=recognized,
        team=team,
        team_members=members,
        input=given,
        hours=np.zeros(4),
        team_code=np.zeros(4, np.uint64),
        p_strengths=record(strengths.Parameters, {"suited": suited}),
        p=P._replace(team_size=float(size)),
    )
    return team[0].tolist(), given[0]


def test_partners_who_give_form_teams_by_strength():
    team, given = formed([ACTIVE] * 4, [PARTNER] * 4, [0.5] * 4)
    assert team == [0, 0, 2, 2]
    assert given == pytest.approx([4.5, 4.0, 3.5, 3.0])
    assert formed([ACTIVE] * 4, [PARTNER] * 4, [0.5] * 4, size=3)[0] == [0, 0, 0, 3]
    assert formed([ACTIVE] * 4, [PARTNER] * 4, [0.5] * 4, size=3, suited=0.75)[0] == [0, 0, -1, -1]
    assert formed([ACTIVE, PROSPECT, ACTIVE, ACTIVE], [PARTNER] * 4, [0.5] * 4)[0] == [0, -1, 0, 3]
    assert formed([ACTIVE] * 4, [PARTNER, PARTNER, BACKBONE, PARTNER], [0.0, 0.5, 0.5, 0.5])[0] == [-1, 1, -1, 1]


@pytest.mark.parametrize(("month", "order"), [(6, [2, 0, 1]), (7, [0, 1, 2])])
def test_who_is_strong_is_looked_at_now_and_then(month, order):
    recognized, rank = np.tile([0.5, 0.2, 0.9], (K, 1)), np.tile(np.arange(3), (K, 1))
    alone(
        delivery.rank_by_strength,
        month=month,
        end_organization=np.array([3]),
        recognized=recognized,
        team_rank=rank,
        p=P,
    )
    assert rank[1].tolist() == order


def test_switched_off_nothing_is_gained(lab):
    out = engine.run_replicate(lab.with_(months=2, mechanisms={"delivery": False}).to_template(), 1, 0)
    assert (out[:, 0, METRIC_NAMES.index("performance")] == 0.0).all()


def last(scenario, months):
    *_, (_, world, _) = engine.trace(scenario.with_(months=months).to_template(), 1, 0)
    return world


@pytest.mark.parametrize("returns", [0.5, 1.8])
def test_a_team_that_would_lose_by_joining_forces_works_side_by_side(lab, returns):
    world = last(lab.with_(parameters={"delivery": {"team_returns": returns}}), 6)
    led = world.team_members > 0
    side_by_side = np.isclose(world.team_output[led], world.team_input[led])
    assert (world.team_output[led] >= world.team_input[led] * (1 - 1e-12)).all()
    assert side_by_side[world.team_members[led] > 1].all() == (returns == 0.5)


def test_time_that_nobody_brings_to_shared_work_goes_to_the_own(lab):
    apart, without = np.zeros(2), np.zeros(2)
    alone(
        delivery.divide_time,
        fte=np.full(2, 10.0),
        quality=np.ones(2),
        effort=np.full(2, 0.4),
        in_post=np.array([1, 0], np.uint8),
        hours=np.zeros(2),
        bid_hours=np.zeros(2),
        apart=apart,
        alone=without,
    )
    assert apart == pytest.approx([6.0, 10.0])
    assert without == pytest.approx([10.0, 10.0])


def test_what_people_see_joint_work_do_is_not_less_because_more_are_in_need(lab):
    world = last(lab.with_(shocks=[{"use": "need-surge", "onset": "2020-06", "depth": 1.0, "lasts": 12}]), 8)
    usual = last(lab, 8)
    assert world.need.sum() > 1.3 * usual.need.sum()
    assert world.gain_seen[0] == pytest.approx(1000 * world.joint_gain[0] / usual.need.sum())
    assert world.performance[0] == pytest.approx(1000 * world.joint_gain[0] / world.need.sum())


def test_students_are_served_where_only_those_without_access_are_in_need(lab):
    changes = {"community": {"need_other": 0.0}, "delivery": {"access": 0.0}}
    out = engine.run_replicate(lab.with_(months=3, parameters=changes).to_template(), 1, 0)
    assert np.isfinite(out).all()
    assert (out[:, 0, METRIC_NAMES.index("coverage")] > 0.1).all()
