"""What a seat at the table is worth and costs: the two rules, and who gets how much of what, by hand."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine, seats
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import effort, endings, invitation, money, participation
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, PROSPECT
from tfs_sim.validation.rows.m08_participation import worth_of_seats

P = record(participation.Parameters, {"belonging": 0.12, "promise": 0.08, "company": 0.1, "sitting": 0.1})
P_INVITATION = record(invitation.Parameters, {"accommodated": 0.3})


def test_the_worth_of_a_seat_by_hand():
    # .12 · .5 · .8 of belonging, .08 · .25 of the promise, .1 · .6 of company
    assert seats.worth_of_the_table(1.0, 0.5, 0.8, 0.25, 0.6, P) == pytest.approx(0.048 + 0.02 + 0.06)
    assert seats.worth_of_the_table(0.5, 0.5, 0.8, 0.25, 0.6, P) == pytest.approx(0.064)  # it meets every other month
    assert seats.worth_of_the_table(0.0, 1.0, 1.0, 1.0, 1.0, P) == 0.0  # it does not meet


@pytest.mark.parametrize(("commitment", "backing"), [(0.0, 1.0), (1.0, 0.0)])
def test_one_belongs_who_is_committed_and_backed(commitment, backing):
    assert seats.worth_of_the_table(1.0, commitment, backing, 0.0, 0.0, P) == 0.0
    assert seats.worth_of_the_table(1.0, 1.0, 1.0, 0.0, 0.0, P) == 0.12


def test_the_cost_of_a_seat_by_hand():
    assert seats.cost_of_a_seat(0.0, 0.0, P_INVITATION, P) == 0.1
    assert seats.cost_of_a_seat(0.5, 0.0, P_INVITATION, P) == pytest.approx(0.1 * 0.85)
    assert seats.cost_of_a_seat(1.0, 0.03, P_INVITATION, P) == pytest.approx(0.07 + 0.03)  # strain is not accommodated


LEAD, SCHOOL, CLINIC, CLUB = range(4)
LEFT_AS_IT_WAS = 9.0
TIES = {  # whom each knows, and how far it trusts them
    SCHOOL: [(LEAD, 0.9), (CLUB, 0.3)],
    CLINIC: [(LEAD, 0.8), (SCHOOL, 0.4), (CLUB, 0.1)],
}


P_ENDINGS = record(endings.Parameters, {"meets_anyway": 0.5, "least_coordination": 0.02})


def value(who=(SCHOOL, CLINIC, CLUB), accommodation=0.0, strain=0.0, **site):
    """Return what a seat is worth over its cost: the lead and the school are at the table, clinic and club are not.

    All are half committed, fully backed and believe to a quarter: of a table that meets that alone is worth .08.
    """
    found = np.full(4, LEFT_AS_IT_WAS)
    known = [tie for organization in range(4) for tie in TIES.get(organization, ())]
    end = np.cumsum([len(TIES.get(organization, ())) for organization in range(4)])
    alone(
        seats.weigh_seats,
        who=np.array([*who, *[LEAD] * (4 - len(who))]),
        count=len(who),
        s=0,
        first_organization=np.array([0]),
        end_organization=np.array([4]),
        role=np.array([BACKBONE, PARTNER, PARTNER, PARTNER], np.uint8),
        status=np.array([ACTIVE, ACTIVE, PROSPECT, PROSPECT], np.uint8),
        fte=np.array([40.0, 10.0, 5.0, 0.0]),
        commitment=np.full(4, 0.5),
        backing=np.ones(4),
        belief=np.full(4, 0.25),
        mission_strain=np.full(4, strain),
        first_relationship=np.array([0, *end]),
        end_of_ties=end,
        ties=np.arange(len(known), dtype=np.uint32),
        target=np.array([other for other, _ in known], np.uint32),
        trust=np.array([trust for _, trust in known]),
        dose_accommodation=np.array([accommodation]),
        joining_value=found,
        **{name: np.array([amount]) for name, amount in site.items()},
        p_invitation=P_INVITATION,
        p_effort=record(effort.Parameters, {"money": 3.0}),
        meets=endings.chance_of_joint_meeting(
            site.get("coordination", 1.0), site.get("contact_factor", 1.0), P_ENDINGS
        ),
        p_money=record(money.Parameters, {"dollars_per_fte": 5000}),
        p=P,
    )
    return found


ANYWAY = 0.12 * 0.5 + 0.08 * 0.25
COST = 0.1


def test_company_is_mean_trust_in_neighbours_who_are_at_the_table():
    found = value()
    assert found[SCHOOL] == pytest.approx(ANYWAY + 0.1 * 0.9 - COST)  # the club is not there
    assert found[CLINIC] == pytest.approx(ANYWAY + 0.1 * (0.8 + 0.4) / 2 - COST)
    assert found[CLUB] == pytest.approx(ANYWAY - COST)  # it knows nobody


def test_only_those_who_ask_themselves_are_reckoned():
    found = value(who=(CLUB,))
    assert found[CLUB] == pytest.approx(ANYWAY - COST)
    assert found[[LEAD, SCHOOL, CLINIC]].tolist() == [LEFT_AS_IT_WAS] * 3


def test_a_table_that_meets_less_is_worth_less():
    # coordination .8, contact .5: it meets with a chance of .5 + .5 · .4, and company is .4 of what it is as usual
    found = value(coordination=0.8, contact_factor=0.5)
    assert found[CLINIC] == pytest.approx(0.7 * (ANYWAY + 0.1 * 0.4 * 0.6) - COST)
    # with all doors closed it still meets every other month, and there is no company in it
    assert value(contact_factor=0.0)[CLINIC] == pytest.approx(0.5 * ANYWAY - COST)


@pytest.mark.parametrize("coordination", [0.0, 0.02])
def test_a_table_that_does_not_meet_is_worth_nothing(coordination):
    assert value(coordination=coordination)[1:] == pytest.approx([-COST] * 3)


def test_meeting_times_and_strain_change_what_a_seat_costs():
    assert value()[1:] - value(accommodation=0.5)[1:] == pytest.approx([-0.015] * 3)
    assert value()[1:] - value(strain=0.03)[1:] == pytest.approx([0.03] * 3)


def test_a_tradition_of_the_community_comes_on_top():
    assert value(tradition_here=0.02)[1:] - value()[1:] == pytest.approx([0.02] * 3)
    # … as far as the table meets: every other month with all doors closed, and never without a coordinator
    assert value(tradition_here=0.02, contact_factor=0.0)[CLUB] == pytest.approx(0.5 * (ANYWAY + 0.02) - COST)
    assert value(tradition_here=0.02, coordination=0.0)[1:] == pytest.approx([-COST] * 3)


def test_pooled_money_is_expected_by_staff_and_weighed_against_the_own_wages():
    """$1,000 against wages of $5,000 for each of its staff; a newcomer's staff would come to the school's ten."""
    more = value(pool_payout=1000.0) - value()
    assert more[SCHOOL] == pytest.approx(3 * 1000 / 50_000 * 10 / 10)  # the lead organization's forty do not count
    assert more[CLINIC] == pytest.approx(3 * 1000 / 25_000 * 5 / 15)
    assert more[CLUB] == 0.0  # without staff


def test_the_worth_of_all_seats_is_what_decides_and_the_world_is_left_as_it_is(lab):
    template = lab.with_(months=3).to_template()
    parameters = dict(zip(engine.RECORDS, template.parameters, strict=True))
    *_, (_, world, _) = engine.trace(template, 1, 0)
    before = world.joining_value.copy()
    found = worth_of_seats(world, parameters)
    assert np.array_equal(world.joining_value, before) and found.shape == world.role.shape
    p, p_endings = parameters["participation"], parameters["endings"]
    c, contact = world.coordination[0], world.contact_factor[0]
    for i in (3, 11, 20):
        ties = world.ties[world.first_relationship[i] : world.end_of_ties[i]]
        there = ties[world.status[world.target[ties]] == ACTIVE]
        company = c * contact * world.trust[there].mean() if there.size else 0.0
        meets = endings.chance_of_joint_meeting(c, contact, p_endings)
        of_table = seats.worth_of_the_table(meets, world.commitment[i], world.backing[i], world.belief[i], company, p)
        cost = seats.cost_of_a_seat(0.0, world.mission_strain[i], parameters["invitation"], p)
        assert found[i] == pytest.approx(of_table + meets * world.tradition_here[0] - cost)
