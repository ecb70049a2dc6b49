"""Data and accountability: how contributions are seen, what esteem follows, and how both reward effort."""

import math

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine, payoff
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import accountability, effort
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, PROSPECT

P = record(
    accountability.Parameters, {"noise": 1.0, "shown": 0.8, "building": 6, "esteem": 0.2, "by_contribution": 0.4}
)
P_EFFORT = record(effort.Parameters, {"largest": 0.5})


def test_the_equations():
    assert accountability.data_after(0.2, 0.8, P) == pytest.approx(0.3)  # a sixth of the way
    assert accountability.esteem_at_stake(0.5, P) == pytest.approx(0.1)
    assert accountability.by_contribution_as_seen(0.0, P) == 0.4
    assert accountability.by_contribution_as_seen(0.5, P) == pytest.approx(0.7)
    assert accountability.mean_contribution(0.9, 3.0, P_EFFORT) == pytest.approx(0.6)
    assert accountability.mean_contribution(0.0, 0.0, P_EFFORT) == 0.0
    assert accountability.clearness(0.0, P) == pytest.approx(1.7)
    assert accountability.clearness(0.5, P) == pytest.approx(1.7 / 0.6)  # data in use take two fifths of the noise
    assert payoff.expected_esteem(0.9, 0.2, 0.4, 2.0) == pytest.approx(0.2 * (1 / (1 + 1 / math.e) - 0.5))


def test_a_logistic_curve_stands_for_the_chance_to_be_seen_above_the_mean():
    for x in np.linspace(-3, 3, 25):
        chance = 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))
        assert payoff.expected_esteem(x, 1.0, 0.0, accountability.LOGISTIC_SCALE) + 0.5 == pytest.approx(
            chance, abs=0.01
        )


def held(data=0.0, practice=1.0, status=(ACTIVE, ACTIVE, ACTIVE, PROSPECT), role=(PARTNER, PARTNER, BACKBONE, PARTNER)):
    """Return weight, bar, clearness and the share by contribution of a site whose first two partners give .1 and .3."""
    weight, bar, slope, by_seen = (np.zeros(1) for _ in range(4))
    alone(
        accountability.expect_esteem,
        first_organization=np.array([0]),
        end_organization=np.array([4]),
        role=np.array(role, np.uint8),
        status=np.array(status, np.uint8),
        effort=np.array([0.1, 0.3, 0.5, 0.5]),
        data=np.array([data]),
        dose_accountability_practice=np.array([practice]),
        esteem_weight=weight,
        esteem_bar=bar,
        esteem_slope=slope,
        by_seen=by_seen,
        p_effort=P_EFFORT,
        p=P,
    )
    return weight[0], bar[0], slope[0], by_seen[0]


def test_the_bar_is_the_mean_of_partners_at_the_table_alone():
    assert held()[1] == pytest.approx(0.4)  # neither the backbone nor one that stays away counts
    assert held(status=[PROSPECT] * 4)[1] == 0.0


def test_without_the_practice_there_is_no_esteem_and_money_goes_by_contribution_as_ever():
    weight, _, slope, by_seen = held(practice=0.0)
    assert (weight, by_seen) == (0.0, 0.4)
    assert slope == pytest.approx(1.7)


def test_esteem_depends_on_what_is_seen():
    def esteem(data, practice, x):
        weight, bar, slope, _ = held(data, practice)
        return payoff.expected_esteem(x, weight, bar, slope)

    assert esteem(0.0, 1.0, 0.4) == pytest.approx(0.0)  # those at the mean stand out neither way
    assert esteem(1.0, 0.0, 0.9) == 0.0
    assert 0 < esteem(0.0, 1.0, 0.9) < esteem(1.0, 1.0, 0.9) < 0.1
    assert esteem(1.0, 1.0, 0.1) < esteem(0.0, 1.0, 0.1) < 0


def test_a_data_system_takes_time_to_build_in_the_site_that_has_one():
    data = np.array([0.0, 0.5])
    for _ in range(6):
        alone(
            accountability.build_data_system,
            backbone=np.array([0, 1]),
            coaching=np.zeros((3, 2)),
            dose_shared_data_system=np.array([1.0, 0.0]),
            data=data,
            p=P,
        )
    assert data == pytest.approx([1 - (5 / 6) ** 6, 0.5 * (5 / 6) ** 6])


@pytest.mark.parametrize(("field", "absent"), [("by_seen", 1), ("esteem_weight", 0), ("data", 0)])
def test_switched_off_it_is_absent(lab, field, absent):
    practices = [{"use": use, "paid_by": "outside"} for use in ("shared-data-system", "accountability-practice")]
    scenario = lab.with_(months=2, interventions=practices)
    *_, (_, with_it, _) = engine.trace(scenario.to_template(), 1, 0)
    *_, (_, without, _) = engine.trace(scenario.with_(mechanisms={"accountability": False}).to_template(), 1, 0)
    assert (getattr(with_it, field) != absent).any()
    assert (getattr(without, field) == absent).all()


def reward_of_effort(lab, data, practice):
    """Return what full effort is worth of the pool over none, mean over partners, while all give what they began with.

    Where others answer to what is rewarded, they give more and leave less of the pool: that is another question.
    """
    levers = [("shared-data-system", data), ("accountability-practice", practice), ("pooled-funding", 0.6)]
    scenario = lab.with_(
        months=18,
        clock={"run_in": 0},
        interventions=[{"use": use, "dose": dose, "paid_by": "outside"} for use, dose in levers],
        mechanisms={"participation": False},
        parameters={"accountability": {"esteem": 0.0, "by_contribution": 0.5}, "effort": {"revision": 0.0}},
    )
    template = scenario.to_template()
    *_, (_, world, _) = engine.trace(template, 1, 0)
    partners = np.flatnonzero((world.status == 2) & (world.role == 0))
    money, rest = world.payoff[payoff.MONEY, partners], world.payoff[payoff.REST, partners]
    low, high = (payoff.expected_sight(x, world.esteem_slope[0]) * 0.5 * world.fte[partners] for x in (0.0, 1.0))
    return float((money * (high / (high + rest) - low / (low + rest))).mean())


def test_data_and_accountability_together_reward_effort_by_more_than_their_sum(lab):
    neither, data, practice, both = (reward_of_effort(lab, *doses) for doses in ((0, 0), (1, 0), (0, 1), (1, 1)))
    assert 0 < neither < min(data, practice)
    # all of the pool instead of half of it goes by contribution; costs of practices leave the pool a little less
    assert (practice / neither, both / data) == (pytest.approx(2.0, rel=0.002), pytest.approx(2.0, rel=0.002))
    assert both - neither > 1.1 * ((data - neither) + (practice - neither))
