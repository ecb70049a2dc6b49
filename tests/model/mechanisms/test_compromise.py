"""Compromise: how far one gives way, what that costs beyond the core of its mission, and what nationals allow."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import compromise, understanding
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, WITHDRAWN
from tfs_sim.validation.space import METRIC_NAMES


def test_the_equations():
    p = record(
        compromise.Parameters,
        {"flexibility": 0.3, "flexibility_spread": 0.1, "latitude": 0.5, "core": 0.3, "strain": 0.5},
    )
    assert compromise.flexibility_of(1.0, False, p) == pytest.approx(0.4)
    assert compromise.flexibility_of(1.0, True, p) == pytest.approx(0.2)
    assert compromise.flexibility_of(-5.0, False, p) == 0.0
    assert compromise.position_after(0.2, 0.8, 0.25) == pytest.approx(0.35)
    assert compromise.strain_beyond_core(0.3, p) == 0.0
    assert compromise.strain_beyond_core(0.6, p) == pytest.approx(0.5)


def given_way(flexibility, core=0.3, status=ACTIVE, role=PARTNER, month=0, run_in=0):
    position, strain = np.zeros((3, 1)), np.full(1, 9.0)
    goals = np.array([[0.6], [0.0], [0.8]])  # at distance 1 of the mission
    alone(
        compromise.give_way,
        month=month,
        run_in=run_in,
        site_of=np.zeros(1, np.uint32),
        role=np.full(1, role, np.uint8),
        status=np.full(1, status, np.uint8),
        flexibility=np.array([flexibility]),
        shared_goals=goals,
        mission=np.zeros((3, 1)),
        position=position,
        mission_strain=strain,
        p_understanding=record(understanding.Parameters, {"revised_every": 3}),
        p=record(compromise.Parameters, {"core": core, "strain": 0.5}),
    )
    return position[:, 0], strain[0]


def test_one_gives_way_in_proportion_and_minds_only_beyond_the_core_of_its_mission():
    position, strain = given_way(0.25)
    assert position == pytest.approx([0.15, 0, 0.2])
    assert strain == 0.0
    position, strain = given_way(0.6)
    assert np.linalg.norm(position) == pytest.approx(0.6)
    assert strain == pytest.approx(0.5)  # at twice the core distance


@pytest.mark.parametrize("who", [{"status": WITHDRAWN}, {"role": BACKBONE}])
def test_only_partners_give_way(who):
    position, strain = given_way(1.0, **who)
    assert not position.any() and strain == 0.0


def test_positions_stay_between_revisions_and_with_no_flexibility():
    assert not given_way(1.0, month=1)[0].any()
    assert given_way(1.0, month=3)[0].any()
    assert not given_way(0.0)[0].any()


@pytest.mark.parametrize(("month", "revised"), [(-7, True), (-6, False), (-1, True), (0, False), (2, True), (3, False)])
def test_revisions_are_counted_from_the_first_month_of_all_seven_months_before_the_first(month, revised):
    assert given_way(1.0, month=month, run_in=7)[0].any() == revised


def test_switched_off_nobody_is_under_strain(lab):
    *_, (_, with_it, _) = engine.trace(lab.with_(months=14).to_template(), 1, 0)
    *_, (_, without, _) = engine.trace(lab.with_(months=14, mechanisms={"compromise": False}).to_template(), 1, 0)
    assert with_it.mission_strain.any()
    assert not without.mission_strain.any()


NETWORK = [f"nonprofit-{n:02d}" for n in range(1, 11)]


def affiliates(lab, latitude, months=36):
    return lab.with_(
        months=months,
        nationals={"one": {}},
        sites={"lab": {"networks": {"one": NETWORK}, "at_the_table": 1.0}},
        parameters={"compromise": {"latitude": latitude}},
    )


def start_of(scenario):
    *_, (_, world, _) = engine.trace(scenario.to_template(), 1, 0)
    return world


def test_affiliates_have_the_latitude_that_their_national_leaves_them(lab):
    free, bound = (start_of(affiliates(lab, latitude, months=1)) for latitude in (1.0, 0.25))
    members = free.affiliation >= 0
    assert members.sum() == len(NETWORK)
    assert bound.flexibility[members] == pytest.approx(0.25 * free.flexibility[members])
    assert np.array_equal(bound.flexibility[~members], free.flexibility[~members])


def test_communities_agree_more_where_nationals_leave_affiliates_latitude(lab, run):
    place = METRIC_NAMES.index("actual_agreement")
    bound, free = (run(affiliates(lab, x), replicates=12)[:, 6:, 0, place].mean(axis=1) for x in (0.0, 1.0))
    gained = free - bound
    assert gained.mean() > 2 * gained.std(ddof=1) / np.sqrt(gained.size)
