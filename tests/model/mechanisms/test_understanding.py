"""Positions on ends: the fixed point, the Kalman filter of the shared goals, what a departure takes away."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import understanding
from tfs_sim.scenario import UserError, load_scenario
from tfs_sim.validation.rows.r3_friedkin_johnsen import settled


def parameters(**values):
    return record(understanding.Parameters, values)


def test_estimates_by_hand():
    p = parameters(unknown_variance=3, first_variance=1, first_known=12, drift=0.5)
    assert [understanding.known_at_start(tenure, p) for tenure in (0, 12, 24)] == pytest.approx([0, 0.5, 0.75])
    assert understanding.first_variance_of(0.75, p) == pytest.approx(1.5)
    assert understanding.variance_after_a_month(1.0, p) == 1.5 and understanding.variance_after_a_month(2.9, p) == 3.0
    assert understanding.variance_after_departure(1.0, 0.25, p) == pytest.approx(2.5)
    assert understanding.variance_after_news(2.0, 1.5) == pytest.approx(0.5)  # precision .5 and 1.5
    assert understanding.clarity_of(3.0) == 0.25


def test_news_adds_up():
    p = parameters(contact_information=0.02, retreat_information=1, principles_information=0.1)
    assert understanding.news_of_goals(5.0, 0.5, 1.0, p) == pytest.approx(0.1 + 0.5 + 0.1)
    assert understanding.news_of_goals(0.0, 0.0, 0.0, p) == 0.0


def test_a_position_is_between_what_is_heard_and_the_mission():
    assert understanding.revised(1.2, 0.4 / 2.0, 0.4, 0.5) == pytest.approx(0.4 * 0.6 + 0.6 * 0.5)
    assert understanding.revised(0.0, 0.0, 0.0, 0.5) == 0.5
    p = parameters(openness=0.4, openness_spread=0.1)
    assert [understanding.openness_of(z, p) for z in (0, 1, 9, -9)] == pytest.approx([0.4, 0.5, 1, 0])


def test_positions_settle_where_linear_algebra_says():
    expected, found = settled(load_scenario("r3-friedkin-johnsen").to_template(), 3)
    assert len(expected) == 10
    assert np.abs(expected - found).max() < 1e-12


def network(tmp_path, rows):
    (tmp_path / "w.csv").write_text("\n".join(["source,target,weight", *rows]))
    file = tmp_path / "s.toml"
    file.write_text('extends = "r3-friedkin-johnsen"\n[sites.network]\ninfluence_file = "w.csv"')
    return load_scenario(file)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["nonprofit-01,nonprofit-02,0.5"], "sum to 0.5; those of one source sum to 1"),
        (["nonprofit-01,nonprofit-20,1"], "there is no organization"),
        (["nonprofit-01,nonprofit-02,1.5"], "between 0 and 1"),
        (["nonprofit-01,nonprofit-02,0.5", "nonprofit-01,nonprofit-02,0.5"], "a second time"),
    ],
)
def test_a_network_that_cannot_be_is_refused(tmp_path, rows, said):
    with pytest.raises(UserError, match=said):
        network(tmp_path, rows)


def test_one_who_listens_to_nobody_keeps_the_own_mission_and_a_follower_comes_half_of_the_way(tmp_path):
    scenario = network(tmp_path, ["nonprofit-01,nonprofit-02,1"])
    template = scenario.with_(parameters={"understanding": {"openness": 0.5, "openness_spread": 0}}).to_template()
    *_, (_, world, _) = engine.trace(template, 1, 0)
    first, second = (
        next(i for i, o in enumerate(template.organizations) if o.identity.endswith(name))
        for name in ("nonprofit-01", "nonprofit-02")
    )
    assert np.array_equal(world.position[:, second], world.mission[:, second])
    middle = 0.5 * (world.mission[:, first] + world.mission[:, second])
    assert world.position[:, first] == pytest.approx(middle, abs=1e-15)
    assert (world.given_influence >= 0).all()


def grasped(months, contacts=0, departed=0, documentation=0.0, retreat=0.0, v=1.0, experienced=0.0, **parameters):
    p = record(MECHANISMS["understanding"].parameters, parameters)
    byte = np.zeros(1, np.uint8)
    variance, clarity, estimate = np.array([v]), np.ones(1), np.zeros((3, 1))
    for _ in range(months):
        alone(
            understanding.grasp,
            contacts=np.array([float(contacts)]),
            site_of=np.zeros(1, np.uint32),
            backbone=np.zeros(1, np.int64),
            role=byte,
            status=byte + np.uint8(2),
            in_post=byte + np.uint8(1),
            departed=byte + np.uint8(departed),
            documentation=np.array([documentation]),
            coaching=np.zeros((3, 1)),
            position=np.zeros((3, 1)),
            shared_goals=np.ones((3, 1)),
            goal_prior=np.zeros((3, 1)),
            goal_estimate=estimate,
            goal_variance=variance,
            clarity=clarity,
            experience=np.array([experienced]),
            dose_goal_clarity_retreats=np.array([retreat]),
            dose_written_principles=np.zeros(1),
            p=p,
        )
    return variance[0], clarity[0], estimate[0, 0]


def test_precision_adds_up_and_the_estimate_follows_as_a_kalman_filter_does():
    variance, clarity, estimate = grasped(3, contacts=2, drift=0.0, contact_information=0.05, v=2.0)
    assert variance == pytest.approx(1 / (1 / 2 + 3 * 2 * 0.05))
    assert clarity == pytest.approx(1 / (1 + variance))
    assert estimate == pytest.approx(1 - variance / 2)  # from 0 towards 1, as far as precision was gained


def test_to_one_with_experience_contact_tells_more_and_a_retreat_does_not():
    p = parameters(experience=0.3)
    assert [understanding.told_by_contact(x, p) for x in (0.0, 0.5, 1.0)] == pytest.approx([1.0, 1.15, 1.3])
    known = {"contacts": 2, "drift": 0.0, "contact_information": 0.05, "v": 2.0}
    more = grasped(1, **known, experienced=0.5, experience=0.3)[0]
    assert more == pytest.approx(1 / (1 / 2 + 2 * 0.05 * 1.15))
    assert grasped(1, **known, experienced=0.5, experience=0)[0] == pytest.approx(1 / (1 / 2 + 2 * 0.05))
    retreat = {"retreat": 1.0, "drift": 0.0, "v": 2.0}
    assert grasped(1, **retreat, experienced=1.0) == grasped(1, **retreat)


def test_time_blurs_and_a_departure_takes_away_what_is_not_written():
    assert grasped(5, drift=0.02)[0] == pytest.approx(1.1)
    assert grasped(1, departed=1, drift=0.0, unknown_variance=3.0)[0] == 3.0
    assert grasped(1, departed=1, documentation=0.75, drift=0.0, unknown_variance=3.0)[0] == pytest.approx(1.5)
    assert grasped(200, drift=0.02, unknown_variance=3.0)[0] == 3.0


def test_a_retreat_closes_the_distance_between_two_who_see_differently():
    before = [1 / 1.5, 1 / 4.0]
    after = [grasped(1, retreat=1.0, v=v, drift=0.0)[1] for v in (0.5, 3.0)]
    assert after[0] - after[1] < before[0] - before[1]


def test_agreement_is_read_off_in_the_rhythm_that_a_run_in_began():
    def read(month, run_in):
        alignment = np.full(1, 9.0)
        ends = {"one_end": np.array([0], np.uint32), "other_end": np.array([1], np.uint32)}
        p = parameters(revised_every=3)
        alone(
            understanding.align, month=month, run_in=run_in, position=np.zeros((3, 2)), **ends, alignment=alignment, p=p
        )
        return alignment[0] == 1.0

    assert [month for month in range(7) if read(month, 0)] == [0, 3, 6]
    assert [month for month in range(-10, 4) if read(month, 10)] == [-10, -7, -4, -1, 2]


def test_agreement_follows_distance_and_is_complete_without_the_mechanism(lab):
    *_, (_, world, _) = engine.trace(lab.with_(months=4).to_template(), 1, 0)
    i, j = world.one_end[5], world.other_end[5]
    distance = ((world.position[:, i] - world.position[:, j]) ** 2).sum()
    assert world.alignment[5] == pytest.approx(np.exp(-distance / (2 * 0.8**2)), rel=1e-12)
    *_, (_, without, _) = engine.trace(lab.with_(months=4, mechanisms={"understanding": False}).to_template(), 1, 0)
    assert (without.alignment == 1).all() and (without.clarity == 1).all()
