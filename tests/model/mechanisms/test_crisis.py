"""Crisis: what its depth does to needs, contact, money, leaving, purpose and desks; what other shocks do not touch."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import community, crisis
from tfs_sim.model.state import NEEDS

P = record(
    crisis.Parameters,
    {"need_rise": 1.2, "other_rise": 0.5, "closure": 0.7, "income_loss": 0.3, "leaving_freeze": 0.4, "salience": 0.2},
)
P_COMMUNITY = record(community.Parameters, {"need_in_poverty": 0.3, "need_other": 0.1})


def test_the_equations():
    assert crisis.contact_left(0.5, P) == pytest.approx(0.65)
    assert crisis.income_left(0.5, 0.2, 0.1, P) == pytest.approx(0.85 * 0.8 * 1.1)
    assert crisis.leaving_left(0.5, P) == pytest.approx(0.8)
    assert crisis.salience_of(0.5, P) == pytest.approx(0.1)
    assert crisis.surge_of(0.5, 0.5) == 0.75
    assert crisis.need_in_crisis(100.0, 0.5, 1.2, 1.5) == pytest.approx(190.0)


def test_more_on_the_desk_by_hand():
    assert crisis.rise_of(150.0, 100.0) == 0.5 and crisis.rise_of(100.0, 100.0) == 0.0
    assert crisis.rise_of(0.0, 0.0) == 0.0  # nobody lives there
    p = record(crisis.Parameters, {"own_clients": 0.8, "own_income": 2.0})
    assert crisis.more_on_the_desk(0.0, 0.0, p) == 1.0  # an ordinary month
    assert crisis.more_on_the_desk(0.5, 0.1, p) == pytest.approx(1 + 0.8 * 0.5 + 2 * 0.1)
    assert crisis.more_on_the_desk(-0.5, 0.0, p) == 1.0  # fewer in need than usual clear no desk
    assert crisis.more_on_the_desk(0.5, 0.1, record(crisis.Parameters, {"own_clients": 0, "own_income": 0})) == 1.0


def test_the_rise_divides_over_kinds_of_need_around_one():
    assert tuple(crisis.RISE.rows) == NEEDS
    assert crisis.RISE_BY_NEED.mean() == pytest.approx(1.0)


def unfolded(**depths):
    """Return what two sites have of each thing when the first is struck: one array a name."""
    found = {name: np.full(2, 9.0) for name in ("contact_factor", "income_factor", "leaving_factor", "salience")}
    found["severity"], need, rise = np.full(2, 9.0), np.zeros((4, 2, 2)), np.full((4, 2), 9.0)
    shocks = {f"shock_{name}": np.array([depth, 0.0]) for name, depth in depths.items()}
    students = np.array([[100.0, 100.0], [200.0, 200.0]])
    given = {"students": students, "need": need, "rise_of_need": rise, **found, **shocks}
    alone(crisis.unfold, **given, p_community=P_COMMUNITY, p=P)
    return {**found, "need": need, "rise": rise}


def test_a_crisis_strikes_its_site_and_those_in_poverty_most():
    found = unfolded(community_crisis=0.5)
    struck = {"severity": 0.5, "contact_factor": 0.65, "income_factor": 0.85, "leaving_factor": 0.8, "salience": 0.1}
    calm = {"severity": 0.0, "contact_factor": 1.0, "income_factor": 1.0, "leaving_factor": 1.0, "salience": 0.0}
    for name, value in struck.items():
        assert found[name] == pytest.approx([value, calm[name]])
    basic = NEEDS.index("basic_needs")
    usual = 100 * 0.3 * 1.1
    assert found["need"][basic, 0] == pytest.approx([usual * (1 + 0.5 * 1.2 * 1.5), usual])
    assert found["need"][basic, 1] == pytest.approx([200 * 0.1 * 1.1 * (1 + 0.5 * 0.5 * 1.5), 200 * 0.1 * 1.1])


def test_needs_have_risen_by_what_there_is_more_of_in_both_groups():
    basic, academic = NEEDS.index("basic_needs"), NEEDS.index("academic")
    rise = unfolded(community_crisis=0.5)["rise"]
    # usually 33 of the poor and 22 of the others need basic support; .9 and .375 of these come to it
    assert rise[basic] == pytest.approx([(33 * 0.9 + 22 * 0.375) / 55, 0.0])
    assert rise[academic, 0] == pytest.approx((33 * 0.9 + 22 * 0.375) / 55 * 0.6 / 1.5)  # it rises less: .6, not 1.5
    assert unfolded(need_surge=0.5)["rise"] == pytest.approx(rise)
    assert not unfolded(funding_cut=0.5)["rise"].any() and not unfolded()["rise"].any()


def test_a_surge_raises_needs_alone_and_cut_and_windfall_move_income_alone():
    nothing, surge = unfolded(), unfolded(need_surge=0.5)
    assert surge["need"] == pytest.approx(unfolded(community_crisis=0.5)["need"])
    assert unfolded(funding_cut=0.2)["income_factor"] == pytest.approx([0.8, 1.0])
    assert unfolded(funding_windfall=0.2)["income_factor"] == pytest.approx([1.2, 1.0])
    for name in ("severity", "contact_factor", "leaving_factor", "salience"):
        for found in (surge, unfolded(funding_cut=0.2), unfolded(funding_windfall=0.2)):
            assert np.array_equal(found[name], nothing[name])
    assert np.array_equal(unfolded(funding_cut=0.2)["need"], nothing["need"])
