"""Trust: forgetting, what keeps evidence fresh, contact in shared work, and scandals."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import contact
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import (
    communication,
    effort,
    histories,
    institutional_trust,
    national,
    strengths,
    trust,
)


def parameters(**values):
    return record(trust.Parameters, values)


def test_trust_is_the_mean_of_a_beta_distribution():
    p = parameters(prior_good=1, prior_bad=3)
    assert trust.trust_in(0.0, 0.0, 0.0, 0.0, 0.0, p) == 0.25  # a stranger
    assert trust.trust_in(2.0, 3.0, 0.5, 0.25, 0.25, p) == pytest.approx(0.6)


def test_contact_by_hand():
    p = parameters(joint_contact=0.5, table_contact=0.04, convening_gain=0.5, attention=10, work_contact=0.6)
    q = record(communication.Parameters, {"contact": 2})
    assert contact.presence_of(1, 5.0, p) == 1.0 and contact.presence_of(1, 20.0, p) == 0.5
    assert contact.presence_of(0, 5.0, p) == 0.0
    assert contact.contact_in_ties(1.0, 0.5, 0.5, 0.5, q, p) == pytest.approx((0.75 + 1.0) * 0.25)
    assert contact.contact_at_table(1.0, 0.5, 0.5, p) == pytest.approx(0.06 * 0.25)
    assert contact.contact_in_work(0.1, 0.3, record(effort.Parameters, {"largest": 0.5}), p) == pytest.approx(0.12)
    assert contact.able_to_meet(1.0, -0.5, 0.2, 0.4, record(histories.Parameters, {"lost_contact": 0.5})) == 0.4
    assert contact.chance_of_any(np.log(2)) == pytest.approx(0.5) and contact.chance_of_any(0.0) == 0.0


def test_promises_by_hand():
    p = parameters(reliability=0.9, newcomer_reliability=0.5, unclear_goals=0.2, overload=0.4, convening_care=0.3)
    assert trust.reliability_of(1.0, 1.0, p) == 0.9
    assert trust.reliability_of(0.0, 0.5, p) == pytest.approx(0.9 * 0.5 * 0.9)
    q = record(national.Parameters, {"conflict": 0.5})
    assert trust.circumstances(0.5, 1.0, 0.4, q, p) == pytest.approx(0.8 * 0.8)
    assert trust.circumstances(0.5, 0.0, 0.0, q, p) == 1.0  # overload is a matter of the table
    assert trust.averted(1.0, 0.5, record(strengths.Parameters, {"respect": 0.2}), p) == pytest.approx(1 - 0.7 * 0.9)
    r = record(histories.Parameters, {"broken_promises": 0.5})
    assert trust.chance_of_keeping(0.8, 0.5, 0.4, 0.25, 0.1, r) == pytest.approx((0.32 + 0.68 * 0.25) * 0.9)


def test_misunderstanding_grows_with_silence_up_to_its_worst():
    q = record(communication.Parameters, {"misreading": 0.2, "misread_worst_after": 10})
    assert [trust.misread(idle, 1, q) for idle in (0, 5, 10, 40)] == pytest.approx([0, 0.1, 0.2, 0.2])
    assert trust.misread(40, 0, q) == 0.0


@pytest.mark.parametrize(("met", "on", "left"), [(0, 1, 0.5), (1, 1, 0.5 + 0.4 * 0.5), (1, 0, 0.5)])
def test_evidence_fades_less_after_a_month_with_an_encounter(met, on, left):
    personal, on_record = np.ones(2), np.ones(2)
    alone(
        trust.fade,
        personal_good=personal,
        institutional_good=on_record,
        met=np.array([met], np.uint8),
        on_communication=on,
        p_communication=record(communication.Parameters, {"freshness": 0.4}),
        p_institutional_trust=record(institutional_trust.Parameters, {"memory": 0}),
        p=record(trust.Parameters, {"memory": 1}),
    )
    assert personal == pytest.approx([left, left])
    assert (on_record == 1.0).all(), "the record has a memory of its own"


def test_everyone_takes_note_of_a_scandal_but_the_one_whose_it_is():
    personal, on_record = np.zeros(2), np.zeros(2)
    alone(
        trust.break_scandals,
        first_relationship=np.array([0, 1, 2]),
        relationships=np.array([0, 1], np.uint32),
        reverse=np.array([1, 0], np.uint32),
        personal_bad=personal,
        institutional_bad=on_record,
        shock_scandal=np.array([0.5, 0.0]),
        on_institutional_trust=1,
        p=record(trust.Parameters, {"scandal": 6}),
    )
    assert list(on_record) == [0.0, 3.0]
    assert not personal.any()


def test_a_scandal_lowers_trust_in_one_organization_alone(lab, run):
    from tfs_sim.model import engine

    trusts = []
    for depth in (0.0, 1.0):
        shock = {"use": "scandal", "onset": "2020-06", "depth": depth, "target": {"sector": "philanthropy"}}
        for month, world, _ in engine.trace(lab.with_(months=8, shocks=[shock]).to_template(), 1, 0):
            if month == 5:
                trusts.append((world.trust.copy(), world.sector[world.target] == 5))
    (before, struck), (after, _) = trusts
    assert (after[struck] < before[struck]).all()
    assert np.array_equal(after[~struck], before[~struck])


@pytest.mark.parametrize(
    ("in_one_team", "effort_of_second", "presence_of_second", "closed", "rate"),
    [
        (True, 0.5, 1.0, 0.0, 0.5 * 0.6),  # as much as the one who gives less
        (True, 0.5, 0.7, 0.0, 0.5 * 0.6 * 0.7),
        (True, 0.5, 1.0, 1.0, 0.5 * 0.6),  # closed doors stop meetings, not work
        (True, 0.5, -1.0, 0.0, 0.0),  # the second takes no part any more
        (False, 0.5, 1.0, 0.0, 0.0),
        (True, 0.0, 1.0, 0.0, 0.0),
    ],
)
def test_those_who_work_in_one_team_meet_without_a_table(
    in_one_team, effort_of_second, presence_of_second, closed, rate
):
    expected = meetings_expected(
        presence=np.array([1.0, presence_of_second]),
        coordination=np.zeros(1),
        contact_factor=np.array([1.0 - closed]),
        teammates=np.array([0 if in_one_team else 1], np.uint32),  # the list ends with a number that is no pair's
        effort=np.array([0.3, effort_of_second]),
    )
    assert expected == pytest.approx(rate)


@pytest.mark.parametrize("grievance", [[1.0, 0.0], [0.0, 1.0]])
def test_a_grievance_of_either_end_keeps_those_apart_who_work_in_one_team(grievance):
    given = {
        "coordination": np.zeros(1),
        "contact_factor": np.ones(1),
        "teammates": np.array([0], np.uint32),
        "effort": np.full(2, 0.3),
    }
    p = record(histories.Parameters, {"lost_contact": 0.5})
    apart, near = meetings_expected(**given, grievance=np.array(grievance)), meetings_expected(**given)
    assert apart == pytest.approx(near * contact.able_to_meet(1.0, 1.0, *grievance, p))
    assert 0.0 < apart < near


def meetings_expected(**given):
    """Return how often two without a tie may be expected to meet in a month, in what is given."""
    expected = np.zeros(1)
    world = {"is_open": np.zeros(1, np.uint8), "grievance": np.zeros(2), "presence": np.ones(2), **given}
    alone(
        trust.weigh_contact,
        first_pair=np.array([0]),
        end_pair=np.array([1]),
        one_end=np.array([0]),
        other_end=np.array([1]),
        meetings_expected=expected,
        **world,
        p_histories=record(histories.Parameters, {"lost_contact": 0.5}),
        p_communication=record(communication.Parameters),
        p_effort=record(effort.Parameters, {"largest": 0.5}),
        p=parameters(
            work_contact=0.5, everyday_contact=0.08, strangers_contact=0.02, joint_contact=0.5, table_contact=0.04
        ),
    )
    return expected[0]


AWAY = -np.ones(2)  # presence below 0: not at the table
OPEN = np.ones(1, np.uint8)


@pytest.mark.parametrize(
    ("given", "rate"),
    [
        ({"presence": AWAY}, 0.02),
        ({"presence": AWAY, "is_open": OPEN}, 0.08),
        ({}, 0.02 + 0.04),  # at the table, besides
        ({"is_open": OPEN}, 0.08 + 0.5),
        ({"presence": np.array([1.0, -1.0])}, 0.02),  # one of them is not at the table
        ({"presence": AWAY, "contact_factor": np.array([0.3])}, 0.02 * 0.3),  # closed doors
        ({"presence": AWAY * np.array([0.5, 1.0])}, 0.02 * 0.5),  # one who has too many to keep up with
        ({"presence": AWAY, "grievance": np.array([0.4, 0.2])}, 0.02 * 0.8),
    ],
)
def test_strangers_of_a_community_meet_now_and_then(given, rate):
    given = {"coordination": np.ones(1), "reach": np.ones(1), **given}
    assert meetings_expected(**given) == pytest.approx(rate)


def test_a_pair_without_a_tie_stands_for_the_strangers_that_it_stands_for_and_a_tie_for_one():
    whole = {"coordination": np.ones(1), "reach": np.array([5.0])}
    assert meetings_expected(**whole) == pytest.approx(5 * (0.02 + 0.04))
    assert meetings_expected(**whole, is_open=OPEN) == pytest.approx(0.08 + 0.5)


def test_promises_are_kept_more_or_less_often_in_one_community_than_in_another():
    reliability = np.zeros(4)
    alone(
        trust.weigh_presence,
        site_of=np.array([0, 1, 2, 3], np.uint32),
        promises_here=np.array([0.0, 0.04, -0.1, 0.5]),
        neighbours=np.zeros((1, 4), np.uint64),
        ramp=np.array([1.0, 1.0, 0.0, 1.0]),
        reliability=reliability,
        p=parameters(reliability=0.9, newcomer_reliability=0.5),
    )
    assert reliability == pytest.approx([0.9, 0.94, 0.45 - 0.1, 1.0])  # a share: at most 1
