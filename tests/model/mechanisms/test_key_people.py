"""Key people: leaders and colleagues leave, too; experience grows in post and acts on what people do."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine, loop
from tfs_sim.model.catalogue import METRICS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import key_people, turnover
from tfs_sim.model.state import SECTORS
from tfs_sim.scenario import UserError

NOBODY_LEAVES = {f"rate_{name}": 0.0 for name in (*SECTORS, "backbone")}
EVERYBODY_LEAVES = {"rate_district": 12}
WITHOUT_EFFECT = {name: {"experience": 0.0} for name in ("backbone", "repair", "understanding")}


def parameters(**values):
    return record(key_people.Parameters, values)


def test_experience_by_hand():
    p = parameters(half_learned=18)
    assert [key_people.experience_of(float(months), p) for months in (0, 18, 36)] == pytest.approx([0, 0.5, 0.75])


def test_a_leader_takes_support_along_that_was_more_than_the_first():
    p = parameters(leader_matters=0.25)
    assert key_people.backing_without_leader(0.8, 0.4, p) == pytest.approx(0.7)  # a quarter of the way
    assert key_people.backing_without_leader(0.3, 0.4, p) == 0.3
    assert key_people.backing_without_leader(0.8, 0.4, parameters(leader_matters=0)) == 0.8


def test_who_is_not_in_post_has_no_experience():
    experience = np.full(3, 9.0)
    alone(
        key_people.learn,
        tenure=np.array([0, 18, 18]),
        in_post=np.array([1, 1, 0], np.uint8),
        experience=experience,
        p=parameters(half_learned=18),
    )
    assert experience.tolist() == pytest.approx([0, 0.5, 0])


def after(month=3, world=None, posts=3, depth=0.0, leaving_here=1.0, departed=(0,), given=(-1,), **rates):
    """Return organizations after the step of a month in which nobody leaves unless the rates say so."""
    n = len(given)
    world = world or {
        "leader_in_post": np.ones(n, np.uint8),
        "leader_vacancy": np.zeros(n, np.int64),
        "key_departures": np.full(n, 9.0),
        "has_changed": np.zeros(n, np.uint8),
        "backing": np.full(n, 0.8),
    }
    alone(
        key_people.change,
        month=month,
        organization_id=np.arange(n, dtype=np.uint64),
        departed=np.resize(departed, n).astype(np.uint8),
        given_posts=np.array(given),
        site_of=np.zeros(n, np.uint32),
        leaving_here=np.array([leaving_here]),
        shock_departure_wave=np.full(n, depth),
        **world,
        p_turnover=record(turnover.Parameters, {**NOBODY_LEAVES, "first_backing": 0.4, "workload": 0, **rates}),
        p=parameters(posts=posts, leader_matters=0.5),
    )
    return world


def test_in_quiet_months_nobody_leaves():
    world = after()
    assert (world["key_departures"][0], world["has_changed"][0], world["leader_in_post"][0]) == (0, 0, 1)


def test_a_leader_and_each_colleague_leave_beside_the_representative():
    assert after(posts=4, **EVERYBODY_LEAVES)["key_departures"][0] == 3, "the leader and two colleagues"
    assert after(posts=4, departed=(1,), **EVERYBODY_LEAVES)["key_departures"][0] == 4
    assert after(posts=4, departed=(1,))["key_departures"][0] == 1
    assert after(posts=2, **EVERYBODY_LEAVES)["key_departures"][0] == 1, "no colleagues"
    assert after(posts=1, **EVERYBODY_LEAVES)["key_departures"][0] == 0, "who represents it leads it"


def test_a_file_may_say_how_many_key_people_an_organization_has():
    assert after(given=(-1, 1, 2, 6), **EVERYBODY_LEAVES)["key_departures"].tolist() == [2, 0, 1, 5]


def test_support_falls_with_a_leader_who_leaves_and_with_nobody_else():
    assert after(posts=2, **EVERYBODY_LEAVES)["backing"][0] == pytest.approx(0.6)  # half of the way from .8 to .4
    assert after(posts=1, departed=(1,), **EVERYBODY_LEAVES)["backing"][0] == 0.8
    assert after(departed=(1,))["backing"][0] == 0.8


def test_a_leaders_post_is_open_until_it_is_filled():
    world = after(time_to_fill=2, time_to_fill_spread=0, **EVERYBODY_LEAVES)
    assert (world["leader_in_post"][0], world["leader_vacancy"][0]) == (0, 2)
    seen = []
    for month in (4, 5, 6):
        after(month, world, time_to_fill=2, time_to_fill_spread=0, **EVERYBODY_LEAVES)
        seen.append((int(world["leader_in_post"][0]), int(world["leader_vacancy"][0]), world["key_departures"][0]))
    assert seen == [(0, 1, 1), (1, 0, 1), (0, 2, 2)], "nobody leaves an empty post; a successor may, a month later"
    assert after(time_to_fill=0, **EVERYBODY_LEAVES)["leader_in_post"][0] == 1, "filled in the same month"


def test_without_a_leader_no_support_is_won():
    backing = np.array([0.4, 0.4])
    alone(turnover.ramp_up, in_post=np.ones(2, np.uint8), leader_in_post=np.array([1, 0], np.uint8), backing=backing,
          p=record(turnover.Parameters, {"backing_time": 1}))  # fmt: skip
    assert backing.tolist() == pytest.approx([0.4 + 0.9 * 0.6, 0.4])  # nine tenths of the way in a month


def test_change_counts_from_month_0_on():
    assert after(-1, **EVERYBODY_LEAVES)["has_changed"][0] == 0
    assert after(0, **EVERYBODY_LEAVES)["has_changed"][0] == 1
    assert after(0, departed=(1,))["has_changed"][0] == 1


def test_change_counts_where_there_is_one_key_person():
    assert after(0, departed=(1,), posts=1)["has_changed"][0] == 1
    assert after(0, departed=(1, 0), given=(1, 1))["has_changed"].tolist() == [1, 0]


def test_as_many_leave_as_leave_their_posts_there():
    """2% in a month where a year has 24%, 4% where it is twice as much, 11.8% in a wave of depth .2 beside: of 20,000
    leaders."""
    n = 20_000
    for chance, where in ((0.02, {}), (0.04, {"leaving_here": 2.0}), (1 - 0.98 * 0.9, {"depth": 0.2})):
        left = after(given=(2,) * n, rate_district=0.24, wave=0.5, **where)["key_departures"].mean()
        assert left == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / n))


def test_of_three_key_people_somebody_leaves_within_a_few_years():
    """Leader and colleague leave with 2% a month each: in 33 months all but .98^66 = 26% had changes."""
    n, world = 20_000, None
    for month in range(33):
        world = after(month, world, given=(3,) * n, rate_district=0.24, time_to_fill=0)
    share = 1 - 0.98**66
    assert world["has_changed"].mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))


def test_nothing_in_joining_staying_or_surviving_reads_experience():
    readers = {step.name for step in engine.STEPS if "experience" in dict(loop.arguments(step))}
    assert readers == {"key_people.learn", "backbone.coordinate", "repair.mend", "understanding.grasp"}


def test_switched_off_nobody_beside_representatives_leaves_and_nothing_is_learned(lab):
    off = lab.with_(months=24, mechanisms={"key_people": False}).to_template()
    for _, world, _ in engine.trace(off, 1, 0):
        assert (world.experience == 0).all() and (world.leader_in_post == 1).all() and (world.key_departures == 0).all()
    for _, world, _ in engine.trace(lab.with_(months=24).to_template(), 1, 0):
        assert (world.experience < 1).all()
    assert (world.experience > 0).any()


def test_with_one_post_each_and_without_effect_all_is_as_switched_off_but_what_is_counted(lab, run):
    short = lab.with_(months=24)
    off = run(short.with_(mechanisms={"key_people": False}))
    alone_in_post = run(short.with_(parameters={"key_people": {"posts": 1}, **WITHOUT_EFFECT}))
    counted = [list(METRICS).index(name) for name in ("key_departures", "changed")]
    assert np.delete(off, counted, axis=-1).tobytes() == np.delete(alone_in_post, counted, axis=-1).tobytes()
    assert alone_in_post[..., counted[0]].sum() > 0


def test_it_needs_turnover(lab):
    with pytest.raises(UserError, match="turnover is off, and key_people needs it"):
        lab.with_(mechanisms={"turnover": False, "key_people": True})
