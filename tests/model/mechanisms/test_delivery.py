"""Joint and separate work: what teams make of their inputs, where time goes, and what people see of it."""

import math

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import community, delivery, money, strengths
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, PROSPECT, K
from tfs_sim.validation.space import METRIC_NAMES

P = record(
    delivery.Parameters,
    {"team_size": 2, "team_returns": 1.5, "complementarity": 1.0, "access": 0.5, "reviewed_every": 6,
     "meeting_hours": 3, "hours_to_align": 0.01, "hours_to_learn": 6},
)  # fmt: skip
P_MONEY = record(money.Parameters, {"hours_per_fte": 150})


def test_the_equations():
    assert delivery.capacity_given(10.0, 0.4, 1, 0.5, 0.9) == pytest.approx(1.8)
    assert delivery.capacity_given(10.0, 0.4, 0, 0.5, 0.9) == 0.0
    assert delivery.hours_on_top(0.0, 1, 1.0, P) == 3.0  # meetings alone
    assert delivery.hours_on_top(1000.0, 1, 0.75, P) == pytest.approx(3 + 10 + 1.5)
    assert delivery.hours_on_top(0.0, 0, 0.0, P) == 3.0  # nobody is there who would learn
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


def formed(status, role, effort, size=2, suited=0.1, **more):
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
        quality=np.ones(4),
        local_index=np.arange(4, dtype=np.uint32),
        end_organization=np.array([4]),
        recognized=recognized,
        strength=recognized,
        team=team,
        team_members=members,
        input=given,
        team_code=np.zeros(4, np.uint64),
        p_strengths=record(strengths.Parameters, {"suited": suited}),
        p_money=P_MONEY,
        p=P._replace(team_size=float(size)),
        **{
            "hours": np.zeros(4),
            "in_post": np.ones(4, np.uint8),
            "ramp": np.ones(4),
            "team_rank": np.tile(np.arange(4), (K, 1)),
            **more,
        },
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


def test_nobody_is_asked_who_stands_behind_one_who_is_not_suited():
    # between two looks at who is strong in what the order is that of the last look: the weakest came first then
    rank = np.tile([0, 3, 1, 2], (K, 1))
    assert formed([ACTIVE] * 4, [PARTNER] * 4, [0.5] * 4, suited=0.75, team_rank=rank)[0] == [0, -1, -1, -1]
    rank = np.tile([1, 0, 3, 2], (K, 1))
    assert formed([ACTIVE] * 4, [PARTNER] * 4, [0.5] * 4, suited=0.65, team_rank=rank)[0] == [1, 1, -1, -1]


def test_partners_spend_hours_on_meetings_on_aligning_their_work_and_on_learning_what_it_is():
    hours = np.full(4, 2.0)
    present, understood = np.array([1, 0, 1, 1], np.uint8), np.array([1.0, 0.5, 0.5, 0.5])
    formed([ACTIVE] * 4, [PARTNER] * 4, [0.5, 0.5, 0.4, 0.0], hours=hours, in_post=present, ramp=understood)
    # of 1,500 hours of staff half, none (the post is vacant), two fifths and none are aligned; 2 were spent already
    assert hours == pytest.approx([2 + 3 + 7.5, 2 + 3, 2 + 3 + 6 + 3, 2 + 3 + 3])


@pytest.mark.parametrize("who", [{"status": [PROSPECT] * 4}, {"role": [BACKBONE] * 4}])
def test_only_partners_at_the_table_spend_hours_on_top(who):
    hours = np.zeros(4)
    formed(**{"status": [ACTIVE] * 4, "role": [PARTNER] * 4, "effort": [0.5] * 4, "hours": hours, **who})
    assert not hours.any()


SORTED, AS_BEFORE = [2, 0, 1], [0, 1, 2]


@pytest.mark.parametrize(
    ("month", "run_in", "order"),
    [(6, 0, SORTED), (7, 0, AS_BEFORE), (-5, 5, SORTED), (0, 5, AS_BEFORE), (1, 5, SORTED), (6, 5, AS_BEFORE)],
)
def test_who_is_strong_is_looked_at_now_and_then_from_the_first_month_of_all(month, run_in, order):
    recognized, rank = np.tile([0.5, 0.2, 0.9], (K, 1)), np.tile(np.arange(3), (K, 1))
    alone(
        delivery.rank_by_strength,
        month=month,
        run_in=run_in,
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


def gained(hours=15.0):
    """Return net and gross gain of a team of two of 10 FTE who give .4 of their time; of the first these hours, too.

    They are good at one kind of support alone, which 1,000 need; one FTE reaches 20. They trust each other fully.
    """
    n, kind = 2, np.array([[1.0], [0.0], [0.0], [0.0]])
    organizations = {"fte": np.full(n, 10.0), "quality": np.ones(n)}
    apart, without = np.zeros(n), np.zeros(n)
    spent = np.array([hours, 15.0])
    given = {"effort": np.full(n, 0.4), "in_post": np.ones(n, np.uint8), "hours": spent, "bid_hours": np.zeros(n)}
    alone(delivery.divide_time, **organizations, **given, apart=apart, alone=without, p_money=P_MONEY)
    net, gross = np.zeros(1), np.zeros(1)
    led = kind * np.array([1.0, 0.0])  # the first leads the team
    alone(
        delivery.produce,
        end_organization=np.array([n]),
        apart=apart,
        alone=without,
        strength=np.tile(kind, n),
        input=np.tile(4.0 * kind, n),
        team=np.zeros((K, n), np.int64),
        team_members=2.0 * led,
        team_terms=8.0 * led,
        team_input=8.0 * led,
        team_trust=2.0 * led,
        team_pairs=2.0 * led,
        coordination=np.ones(1),
        need=1000.0 * kind[:, None] * np.array([[1.0], [0.0]]),
        performance=net,
        gross_gain=gross,
        p_community=record(community.Parameters, {"students_per_fte": 20}),
        p=P,
    )
    return net[0], gross[0]


APART = 20 * 2 * 10.0  # students whom both would have capacity for by themselves
SEPARATE = 20 * 2 * 10 * (1 - 0.4 - 0.01)  # … with two fifths aligned and 15 of 1,500 hours gone
TOGETHER = 20 * 2**1.5 * 4.0  # … as a team of two who bring 4 FTE each


def test_net_gain_is_less_what_joint_work_takes_from_separate_work_and_gross_gain_is_not():
    net, gross = gained()
    assert net == pytest.approx(1000 * (math.exp(-APART / 1000) - math.exp(-(SEPARATE + TOGETHER) / 1000)))
    assert gross == pytest.approx(1000 * (math.exp(-APART / 1000) - math.exp(-(APART + TOGETHER) / 1000)))
    assert net < gross


def test_an_hour_more_is_charged_once_to_the_net_gain_and_not_to_the_gross_gain():
    (net, gross), (less, same) = gained(), gained(hours=16.0)
    assert same == gross
    missing = 20 / 150  # students whom one has capacity for in an hour
    served = 1000 * (1 - math.exp(-(SEPARATE + TOGETHER) / 1000))
    assert net - less == pytest.approx(served - 1000 * (1 - math.exp(-(SEPARATE + TOGETHER - missing) / 1000)))


def test_an_hour_more_of_meetings_takes_an_hour_of_separate_work_from_every_partner_and_nothing_else(lab):
    def first_month(meeting_hours):
        changes = {"delivery": {"meeting_hours": meeting_hours}}
        return last(lab.with_(clock={"run_in": 0}, parameters=changes), 1)

    usual, longer = first_month(3), first_month(4)
    partners = (usual.status == ACTIVE) & (usual.role == PARTNER)
    assert longer.hours - usual.hours == pytest.approx(partners.astype(float))
    per_fte = community.Parameters._field_defaults["students_per_fte"].default
    per_hour = per_fte / money.Parameters._field_defaults["hours_per_fte"].default
    less = usual.separate_output - longer.separate_output
    assert less == pytest.approx(per_hour * usual.quality[partners].sum())
    assert longer.joint_output == usual.joint_output > 0
    assert longer.gross_gain == usual.gross_gain > usual.performance > longer.performance


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
