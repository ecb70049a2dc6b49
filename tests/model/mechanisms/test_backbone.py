"""The backbone: its hours, its load, and the coordination that comes of both."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import backbone, money
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, PROSPECT

P_MONEY = record(money.Parameters, {"hours_per_fte": 150})
P = record(
    backbone.Parameters,
    {"fixed_hours": 30, "partner_hours": 5, "newcomer_hours": 10, "conflict_hours": 1.5, "vacancy_hours": 5,
     "tie_hours": 0.6, "newcomer_lasting": 0.6, "without_coordinator": 0.4, "experience": 0.25},
)  # fmt: skip


def test_the_equations():
    assert backbone.hours_of(2.0, 1, 1, 1.0, 1.0, P_MONEY, P) == 300.0
    assert backbone.hours_of(2.0, 1, 0, 1.0, 1.0, P_MONEY, P) == pytest.approx(120.0)  # what others keep going
    assert backbone.hours_of(2.0, 1, 1, 0.5, 1.0, P_MONEY, P) == pytest.approx(210.0)
    assert backbone.hours_of(2.0, 1, 1, 0.5, 1.2, P_MONEY, P) == pytest.approx(252.0)  # a fifth more gets done
    assert backbone.hours_of(2.0, 0, 1, 1.0, 1.0, P_MONEY, P) == 0.0  # nobody hosts it
    assert [backbone.done_with(experience, P) for experience in (0.0, 0.4, 1.0)] == pytest.approx([1.0, 1.1, 1.25])
    assert backbone.load_of(4.0, 2.0, 3.0, 1.0, 5.0, 1.0, P) == pytest.approx(30 + 20 + 20 + 4.5 + 5 + 3)
    assert backbone.load_of(4.0, 2.0, 3.0, 1.0, 5.0, 0.5, P) == pytest.approx(41.25)
    assert backbone.coordination_of(30.0, 60.0) == 0.5
    assert backbone.coordination_of(90.0, 60.0) == backbone.coordination_of(0.0, 0.0) == 1.0
    assert backbone.newcomers_after(3.0, P) == pytest.approx(1.8)


def coordinated(status, dose=0.0, coordinator=1, experience=0.0, **more):
    """Return (hours, load, newcomers) of a backbone of one FTE, its three ties to organizations of such a status."""
    hours, load, joins = np.zeros(1), np.zeros(1), np.array([2.0])
    alone(
        backbone.coordinate,
        role=np.array([PARTNER, PARTNER, PARTNER, BACKBONE], np.uint8),
        status=np.array([*status, ACTIVE], np.uint8),
        in_post=np.array([1, 0, 0, coordinator], np.uint8),
        ramp=np.ones(4),
        experience=np.array([0.0, 0.0, 0.0, experience]),
        end_organization=np.array([4]),
        backbone=np.array([3]),
        first_relationship=np.array([0, 0, 0, 0, 3]),
        end_of_ties=np.array([0, 0, 0, 3], np.int64),
        ties=np.array([0, 1, 2], np.uint32),
        target=np.array([0, 1, 2], np.uint32),
        own_backbone_fte=np.ones(1),
        dose_backbone_staffing=np.array([dose]),
        recent_joins=joins,
        conflicts=np.array([3.0]),
        backbone_hours=hours,
        load=load,
        p_money=P_MONEY,
        p=P,
        **more,
    )
    return hours[0], load[0], joins[0]


def test_partners_at_the_table_are_work_the_more_so_with_a_vacant_post_and_a_tie():
    hours, load, joins = coordinated([ACTIVE, ACTIVE, PROSPECT])
    assert hours == 150.0
    assert load == pytest.approx(30 + 2 * 5 + 2 * 10 + 3 * 1.5 + 1 * 5 + 2 * 0.6)
    assert joins == pytest.approx(1.2)
    assert coordinated([ACTIVE] * 3)[1] == pytest.approx(30 + 3 * 5 + 2 * 10 + 3 * 1.5 + 2 * 5 + 3 * 0.6)
    assert coordinated([PROSPECT] * 3)[1] == pytest.approx(30 + 20 + 4.5)


def test_staffing_adds_hours_and_a_vacant_coordinator_takes_some():
    assert coordinated([ACTIVE] * 3, dose=0.5)[0] == pytest.approx(225.0)
    assert coordinated([ACTIVE] * 3, coordinator=0)[0] == pytest.approx(60.0)


def test_a_coordinator_with_experience_gets_more_done():
    assert coordinated([ACTIVE] * 3, experience=1.0)[0] == pytest.approx(187.5)  # a quarter more
    assert coordinated([ACTIVE] * 3, experience=0.4)[0] == pytest.approx(165.0)


def test_without_a_host_nobody_works_and_what_there_is_to_do_is_the_same():
    hours, load, _ = coordinated([ACTIVE] * 3, dose=0.5, hosted=np.zeros(1, np.uint8))
    assert hours == 0.0
    assert load == coordinated([ACTIVE] * 3)[1] > 0.0


def test_a_partnership_that_has_ended_with_its_goals_met_has_no_staff_own_or_paid():
    fte = np.ones(1)
    hours, _, _ = coordinated([ACTIVE] * 3, dose=0.5, dissolved=np.ones(1, np.uint8), backbone_fte=fte)
    assert fte[0] == hours == 0.0


def test_switched_off_coordination_is_perfect(lab):
    scarce = lab.with_(months=2, sites={"lab": {"backbone": {"fte": 0.1}}})
    *_, (_, with_it, _) = engine.trace(scarce.to_template(), 1, 0)
    *_, (_, without, _) = engine.trace(scarce.with_(mechanisms={"backbone": False}).to_template(), 1, 0)
    assert with_it.coordination[0] < 0.5
    assert without.coordination[0] == 1.0
