"""Differences: what communities differ in beyond what files say, drawn once for each of them in each replicate."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws, engine, seats
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import differences, participation, trust, turnover
from tfs_sim.scenario import load_scenario

NAMES = ("commitment", "promises", "staff", "leaving", "tradition")
NONE = dict.fromkeys(NAMES, 0.0)
NEUTRAL = {"commitment": 0, "promises": 0, "staff": 1, "leaving": 1, "tradition": 0}


def parameters(**values):
    return record(differences.Parameters, values)


def drawn(sites, national=(), key=None, **values):
    """Return what communities of these identities are like."""
    world = {f"{name}_here": np.full(len(sites), 7.0) for name in NAMES}
    alone(
        differences.begin,
        key=draws.run_key(1, 0) if key is None else key,
        site_id=np.array(sites, np.uint64),
        national_site=np.array([each in national for each in sites], np.uint8),
        **world,
        p=parameters(**values),
    )
    return {name: world[f"{name}_here"] for name in NAMES}


def test_shifts_by_hand():
    assert differences.shift_of(-1.5, 0.06) == pytest.approx(-0.09)
    assert differences.shifted(0.7, 0.1) == pytest.approx(0.8)
    assert differences.shifted(0.95, 0.1) == 1.0 and differences.shifted(0.05, -0.1) == 0.0
    assert differences.shifted(0.4, 0.0) == 0.4


def test_communities_differ_as_far_as_the_parameters_say():
    """Of 20,000: shares and worths are normal around nothing, amounts lognormal around the usual."""
    n = 20_000
    spreads = {"commitment": 0.1, "promises": 0.05, "staff": 0.3, "leaving": 0.2, "tradition": 0.02}
    found = drawn(range(n), **spreads)
    for name, spread in spreads.items():
        z = np.log(found[name]) if NEUTRAL[name] else found[name]
        assert z.mean() == pytest.approx(0, abs=4 * spread / np.sqrt(n))
        assert z.std() == pytest.approx(spread, rel=4 / np.sqrt(2 * n))
    together = np.corrcoef([found[name] for name in NAMES]) - np.eye(len(NAMES))
    assert abs(together).max() < 4 / np.sqrt(n), "one difference says nothing of another"


def test_a_community_is_what_it_is_whichever_others_there_are_and_in_another_replicate_another():
    few, more = drawn([3, 8]), drawn([8, 1, 3])
    for name in NAMES:
        assert few[name].tolist() == more[name][[2, 0]].tolist() and few[name][0] != few[name][1]
        assert few[name][0] != drawn([3, 8], key=draws.run_key(1, 1))[name][0]


def test_the_further_communities_differ_the_further_each_lies_off():
    assert drawn([3], commitment=0.2)["commitment"] == pytest.approx(2 * drawn([3], commitment=0.1)["commitment"])
    assert drawn([3], staff=0.4)["staff"] == pytest.approx(drawn([3], staff=0.2)["staff"] ** 2)


@pytest.mark.parametrize("name", NAMES)
def test_without_a_spread_all_are_alike_in_it(name):
    found = drawn([3, 8], **{name: 0.0})
    assert found[name].tolist() == [NEUTRAL[name]] * 2
    assert all(found[other][0] != NEUTRAL[other] for other in NAMES if other != name)


def test_the_table_of_the_nationals_is_no_community():
    found = drawn([3, 8], national=[8])
    assert all(found[name][1] == 7.0 and found[name][0] != 7.0 for name in NAMES), "left as it was"


def begun(scenario, replicate=0, **spreads):
    """Return the world of a scenario as drawn, with communities that differ in nothing but what has a spread here."""
    template = scenario.with_(clock={"run_in": 0}, parameters={"differences": NONE | spreads}).to_template()
    _, world = template.fresh()
    engine.run_months(template, world, draws.run_key(1, replicate), engine.DRAW_START, 0, template.output())
    return world


def test_people_are_as_committed_as_their_community_makes_them(lab):
    usual, world = begun(lab, 1), begun(lab, 1, commitment=0.2)
    assert abs(world.commitment_here[0]) > 0.05
    assert world.commitment == pytest.approx(np.clip(usual.commitment + world.commitment_here[0], 0, 1))
    assert (world.strength == usual.strength).all() and (world.base_fte == usual.base_fte).all()


def test_successors_are_so_too():
    n, commitment = 200, {}
    for here in (0.0, 0.05):
        commitment[here] = np.zeros(n)
        alone(
            turnover.leave_and_arrive,
            organization_id=np.arange(n, dtype=np.uint64),
            in_post=np.zeros(n, np.uint8),
            vacancy=np.ones(n, np.int64),
            commitment_here=np.array([here]),
            commitment=commitment[here],
            p=record(turnover.Parameters, {"commitment_after": 0.5, "commitment_spread": 0.1}),
        )
    assert commitment[0.05] == pytest.approx(commitment[0.0] + 0.05)


def test_there_are_as_many_staff_as_the_community_has(lab):
    usual = begun(lab).base_fte.sum()
    for replicate in range(3):
        world = begun(lab, replicate, staff=1.0)
        assert world.base_fte.sum() == pytest.approx(usual * world.staff_here[0]) != pytest.approx(usual)


def test_staff_that_a_file_gives_are_not_drawn(tmp_path):
    (tmp_path / "organizations.csv").write_text("id,sector,fte\none,health,7\ntwo,health,\nthree,nonprofit,\n")
    (tmp_path / "s.toml").write_text(
        '[clock]\nstart = "2020-01"\n[sites.s]\nstudents = 900\norganizations_file = "organizations.csv"\n'
    )
    town = load_scenario(tmp_path / "s.toml")
    names = [each.identity for each in town.to_template().organizations]
    one, two = names.index("s/one"), names.index("s/two")
    usual, world = begun(town), begun(town, staff=1.0)
    assert usual.fte[one] == world.fte[one] == 7
    assert world.fte[two] == pytest.approx(usual.fte[two] * world.staff_here[0]) != pytest.approx(usual.fte[two])


def test_ties_begin_with_as_many_kept_promises_as_are_kept_there(lab):
    """The share of good evidence is shifted, within [0, 1], and there is as much evidence as elsewhere."""
    usual, world = begun(lab), begun(lab, promises=0.1)
    assert abs(world.promises_here[0]) > 0.02 and (world.is_open == usual.is_open).all()
    evidence = usual.personal_good + usual.personal_bad
    some = evidence > 0
    assert world.personal_good + world.personal_bad == pytest.approx(evidence)
    kept = usual.personal_good[some] / evidence[some]
    expected = np.clip(kept + world.promises_here[0], 0, 1)
    assert world.personal_good[some] / evidence[some] == pytest.approx(expected)


def test_promises_are_kept_as_often_as_they_are_there():
    reliability = {}
    for here in (0.0, -0.04, 2.0):
        reliability[here] = np.zeros(3)
        alone(trust.weigh_presence, neighbours=np.zeros((1, 3), np.uint64), ramp=np.array([0.2, 0.6, 1.0]),
              promises_here=np.array([here]), reliability=reliability[here])  # fmt: skip
    assert reliability[-0.04] == pytest.approx(reliability[0.0] - 0.04) and (reliability[2.0] == 1.0).all()


def test_people_leave_as_often_as_they_do_there():
    """5% leave in a month where that is usual, 10% where it is twice as much: of 20,000 in each of two places."""
    n = 20_000
    departed = np.zeros(2 * n, np.uint8)
    alone(
        turnover.leave_and_arrive,
        organization_id=np.arange(2 * n, dtype=np.uint64),
        site_of=np.repeat(np.arange(2, dtype=np.uint32), n),
        leaving_here=np.array([1.0, 2.0]),
        in_post=np.ones(2 * n, np.uint8),
        notice=np.full(2 * n, turnover.NO_NOTICE),
        departed=departed,
        p=record(turnover.Parameters, {"rate_district": 0.6, "early_leaving": 0, "workload": 0, "notice_share": 0}),
    )
    assert departed[:n].mean() == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / n))
    assert departed[n:].mean() == pytest.approx(0.10, abs=4 * np.sqrt(0.10 * 0.90 / n))


def test_a_seat_is_worth_more_where_that_is_the_tradition():
    worth = {}
    for here in (0.0, 0.03):
        worth[here] = np.zeros(2)
        alone(
            seats.weigh_seats,
            meets=1.0,
            who=np.arange(2),
            count=2,
            s=0,
            tradition_here=np.array([here]),
            commitment=np.array([0.2, 0.8]),
            joining_value=worth[here],
            p=record(participation.Parameters),
        )
    assert worth[0.03] == pytest.approx(worth[0.0] + 0.03)


def test_switched_off_and_with_no_spread_is_the_same(lab, run):
    short = lab.with_(months=12)
    off = run(short.with_(mechanisms={"differences": False}))
    assert off.tobytes() == run(short.with_(parameters={"differences": NONE})).tobytes()
    assert off.tobytes() != run(short).tobytes()
