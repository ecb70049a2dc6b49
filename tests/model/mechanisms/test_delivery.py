"""Joint and separate work: what teams make of their inputs, where time goes, and what people see of it."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.mechanisms import delivery
from tfs_sim.validation.space import METRIC_NAMES


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
