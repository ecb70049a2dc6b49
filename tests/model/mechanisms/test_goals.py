"""Compromise, data and accountability: what their kernels do, in numbers."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import accountability, compromise
from tfs_sim.validation.space import METRIC_NAMES

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
    alone(
        compromise.give_way,
        month=0,
        site_of=np.zeros(1, np.uint32),
        role=PARTNER,
        status=status,
        flexibility=np.array([flexibility]),
        shared_goals=goals,
        mission=np.zeros((3, 1)),
        position=position,
        mission_strain=strain,
        p_understanding=parameters("understanding"),
        p=parameters("compromise", core=core, strain=0.5),
    )
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


def esteem(data, practice, x):
    weight, bar, slope = np.zeros(1), np.zeros(1), np.zeros(1)
    p = parameters("accountability", noise=1.0, shown=0.8, esteem=0.2)
    alone(
        accountability.hold_to_account,
        first_organization=np.array([0]),
        end_organization=np.array([2]),
        role=np.zeros(2, np.uint8),
        status=np.full(2, 2, np.uint8),
        effort=np.array([0.1, 0.3]),
        data=np.array([data]),
        dose_accountability_practice=np.array([practice]),
        esteem_weight=weight,
        esteem_bar=bar,
        esteem_slope=slope,
        by_seen=np.zeros(1),
        p_effort=parameters("effort", largest=0.5),
        p=p,
    )
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
        alone(
            accountability.gather,
            backbone=np.zeros(1, np.int64),
            coaching=np.zeros((3, 1)),
            dose_shared_data_system=np.ones(1),
            data=data,
            p=parameters("accountability", building=6),
        )
    assert data[0] == pytest.approx(1 - (5 / 6) ** 6)


@pytest.mark.parametrize(
    ("mechanism", "field", "absent"),
    [
        ("compromise", "mission_strain", 0),
        ("accountability", "by_seen", 1),
        ("accountability", "esteem_weight", 0),
        ("accountability", "data", 0),
    ],
)
def test_switched_off_they_are_absent(lab, mechanism, field, absent):
    scenario = lab.with_(months=14)
    assert (getattr(last_world(scenario), field) != absent).any()
    assert (getattr(last_world(scenario.with_(mechanisms={mechanism: False})), field) == absent).all()


NETWORK = [f"nonprofit-{n:02d}" for n in range(1, 11)]


def affiliates(lab, latitude, months=36):
    return lab.with_(
        months=months,
        nationals={"one": {}},
        sites={"lab": {"networks": {"one": NETWORK}, "at_the_table": 1.0}},
        parameters={"compromise": {"latitude": latitude}},
    )


def test_affiliates_have_the_latitude_that_their_national_leaves_them(lab):
    free, bound = (last_world(affiliates(lab, latitude, months=1)) for latitude in (1.0, 0.25))
    members = free.affiliation >= 0
    assert members.sum() == len(NETWORK)
    assert bound.flexibility[members] == pytest.approx(0.25 * free.flexibility[members])
    assert np.array_equal(bound.flexibility[~members], free.flexibility[~members])


def test_communities_agree_more_where_nationals_leave_affiliates_latitude(lab, run):
    place = METRIC_NAMES.index("actual_agreement")
    bound, free = (run(affiliates(lab, x), replicates=12)[:, 6:, 0, place].mean(axis=1) for x in (0.0, 1.0))
    gained = free - bound
    assert gained.mean() > 2 * gained.std(ddof=1) / np.sqrt(gained.size)
