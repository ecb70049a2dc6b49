"""Compromise, portfolio pressure, data and accountability: what their kernels do, in numbers."""

import numpy as np
import pytest

from tfs_sim.model import engine
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import accountability, compromise, portfolio

ACTIVE = np.array([2], np.uint8)
PARTNER = np.zeros(1, np.uint8)


def parameters(name, **values):
    return record(MECHANISMS[name].parameters, values)


def last_world(scenario):
    *_, (_, world, _) = engine.trace(scenario.to_template(), 1, 0)
    return world


def given_way(flexibility, core=0.3, status=ACTIVE):
    position, strain = np.zeros((3, 1)), np.full(1, 9.0)
    goals = np.array([[0.6], [0.0], [0.8]])  # at distance 1 of the mission
    compromise.give_way(
        0, np.zeros(1, np.uint32), PARTNER, status, np.array([flexibility]), goals, np.zeros((3, 1)), position, strain,
        parameters("understanding"), parameters("compromise", core=core, strain=0.5),
    )  # fmt: skip
    return position[:, 0], strain[0]


def test_one_gives_way_in_proportion_and_minds_only_beyond_the_core_of_its_mission():
    position, strain = given_way(0.25)
    assert position == pytest.approx([0.15, 0, 0.2])
    assert strain == 0.0
    position, strain = given_way(0.6)
    assert np.linalg.norm(position) == pytest.approx(0.6)
    assert strain == pytest.approx(0.5)  # at twice the core distance
    position, strain = given_way(1.0, status=np.array([3], np.uint8))
    assert not position.any() and strain == 0.0


def test_attention_follows_appeal_and_what_is_lost_pulls_on_effort():
    attention, pull, mean = np.ones(1), np.zeros(1), np.ones(1)
    p = parameters("portfolio", pressure=0.5, clarity=0.5, shift=0.2, pull=0.3)
    for _ in range(200):
        portfolio.compete(
            np.array([0]), np.array([1]), PARTNER, ACTIVE, np.ones(1, np.uint8), np.array([0.6]), np.array([0.5]),
            np.array([0.8]), attention, pull, mean, p,
        )  # fmt: skip
    assert attention[0] == pytest.approx(0.5)  # appeal .5 × .6 + .5 × .4 against pressure .5
    assert pull[0] == pytest.approx(0.15)
    assert mean[0] == attention[0]


def esteem(data, practice, x):
    weight, bar, slope = np.zeros(1), np.zeros(1), np.zeros(1)
    p = parameters("accountability", noise=1.0, shown=0.8, esteem=0.2)
    accountability.hold_to_account(
        np.array([0]), np.array([2]), np.zeros(2, np.uint8), np.full(2, 2, np.uint8), np.array([0.1, 0.3]),
        np.array([data]), np.array([practice]), weight, bar, slope, parameters("effort", largest=0.5), p,
    )  # fmt: skip
    assert bar[0] == pytest.approx(0.4)
    return weight[0] * (1 / (1 + np.exp(-slope[0] * (x - bar[0]))) - 0.5)


def test_esteem_depends_on_what_is_seen():
    assert esteem(0.0, 1.0, 0.4) == esteem(1.0, 1.0, 0.4) == 0.0  # those at the mean stand out neither way
    assert esteem(1.0, 0.0, 0.9) == 0.0
    assert 0 < esteem(0.0, 1.0, 0.9) < esteem(1.0, 1.0, 0.9) < 0.1
    assert esteem(1.0, 1.0, 0.1) < esteem(0.0, 1.0, 0.1) < 0


def test_a_data_system_takes_time_to_build():
    data = np.zeros(1)
    for _ in range(6):
        accountability.gather(np.ones(1), data, parameters("accountability", building=6))
    assert data[0] == pytest.approx(1 - (5 / 6) ** 6)


@pytest.mark.parametrize(
    ("mechanism", "field", "absent"),
    [("compromise", "mission_strain", 0), ("portfolio", "portfolio", 0), ("portfolio", "attention", 1),
     ("accountability", "esteem_weight", 0), ("accountability", "data", 0)],
)  # fmt: skip
def test_switched_off_they_are_absent(lab, mechanism, field, absent):
    practices = [{"use": use, "paid_by": "outside"} for use in ("shared-data-system", "accountability-practice")]
    scenario = lab.with_(months=14, interventions=practices)
    assert (getattr(last_world(scenario), field) != absent).any()
    assert (getattr(last_world(scenario.with_(mechanisms={mechanism: False})), field) == absent).all()
