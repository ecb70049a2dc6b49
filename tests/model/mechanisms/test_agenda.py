"""Beliefs about means: one step of learning, what a successor inherits, what knowing is worth."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import draws, engine
from tfs_sim.model.bits import chosen_bits
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import agenda
from tfs_sim.model.numerics import kernel
from tfs_sim.model.state import ACTIVE, BACKBONE, PROSPECT
from tfs_sim.scenario import load_scenario

KEY = draws.run_key(1, 0)
EVERYTHING = np.uint64((1 << 30) - 1)


def learned(beliefs_for, beliefs_against, agenda_for, agenda_against, chance, status=ACTIVE, role=0, in_post=1):
    p = MECHANISMS["agenda"].parameters
    yes, no = np.array([beliefs_for], np.uint64), np.array([beliefs_against], np.uint64)
    alone(
        agenda.learn,
        key=KEY,
        end_organization=np.ones(1, int),
        status=np.full(1, status, np.uint8),
        role=np.full(1, role, np.uint8),
        in_post=np.full(1, in_post, np.uint8),
        reality=np.array([0b111], np.uint64),
        agenda_for=np.array([agenda_for], np.uint64),
        agenda_against=np.array([agenda_against], np.uint64),
        beliefs_for=yes,
        beliefs_against=no,
        p=record(p, {"learning": chance, "dimensions": 3}),
    )
    return int(yes[0]), int(no[0])


def test_a_belief_moves_one_step_towards_the_agenda():
    assert learned(0b000, 0b001, 0b011, 0b100, 1.0) == (0b010, 0b100)  # contrary → nothing; nothing → the agenda's
    assert learned(0b001, 0b110, 0b000, 0b000, 1.0) == (0b001, 0b110)  # an empty agenda teaches nothing
    assert learned(0b000, 0b001, 0b011, 0b100, 0.0) == (0b000, 0b001)


@pytest.mark.parametrize("who", [{"status": PROSPECT}, {"role": BACKBONE}, {"in_post": 0}])
def test_only_partners_at_the_table_whose_post_is_filled_learn_from_the_agenda(who):
    assert learned(0b000, 0b001, 0b011, 0b100, 1.0, **who) == (0b000, 0b001)


def test_the_equations():
    p = record(
        agenda.Parameters,
        {"learning": 0.1, "learning_from_manuals": 0.4, "agenda_learning": 0.1, "sight": 4.0, "stakes": 0.25},
    )
    assert agenda.chance_of_learning(0.0, p) == 0.1
    assert agenda.chance_of_learning(0.5, p) == pytest.approx(0.1 + 0.9 * 0.2)
    assert agenda.chance_of_following(1.0, p) == pytest.approx(0.1)
    assert agenda.chance_of_following(2.0, p) == pytest.approx(0.19)
    assert agenda.noise_of_results(0.75, p) == 1.0
    assert [agenda.quality_of_work(known, p) for known in (1.0, 0.2, -1.0)] == pytest.approx([1.0, 0.9, 0.75])


@kernel
def one_by_one(chances, wanted, key, ids, out):
    for i in range(out.size):
        out[i] = chosen_bits(chances[i], wanted[i], key, agenda.LEARN_STREAM, 5, ids[i], 0)


@pytest.mark.parametrize("organizations", [1, 8, 61])
def test_many_choose_among_their_bits_as_each_would_alone(organizations):
    rng = np.random.default_rng(1)
    ids, wanted = (rng.integers(0, 2**64, organizations, np.uint64) for _ in range(2))
    chances = rng.random(organizations) ** 2
    singly, together = np.zeros(organizations, np.uint64), np.zeros(organizations, np.uint64)
    one_by_one(chances, wanted, KEY, ids, singly)
    digits, scratch = (chances * 2.0**32).astype(np.uint64), [np.zeros(organizations, np.uint64) for _ in range(2)]
    alone(
        agenda.choose_many,
        month=5,
        key=KEY,
        organization_id=ids,
        who=np.arange(organizations),
        count=organizations,
        listed_id=scratch[0],
        left=wanted,
        digits=digits,
        just_now=scratch[1],
        chosen=together,
        luck=np.zeros((4, organizations), np.uint32),
    )
    assert (singly == together).all()


def last_world(scenario):
    *_, (_, world, _) = engine.trace(scenario.to_template(), 1, 0)
    return world


def test_nobody_believes_yes_and_no_and_everyone_agrees_in_the_end():
    world = last_world(load_scenario("r1-mutual-learning").with_(parameters={"agenda": {"learning": 0.5}}))
    assert not (world.beliefs_for & world.beliefs_against).any()
    people = world.role == 0
    assert (world.beliefs_for[people] == world.agenda_for[0]).all()
    assert (world.beliefs_against[people] == world.agenda_against[0]).all()
    right = [bin(int(world.agenda_for[0] & world.reality[0])), bin(int(world.agenda_against[0] & ~world.reality[0]))]
    wrong = [bin(int(world.agenda_for[0] & ~world.reality[0])), bin(int(world.agenda_against[0] & world.reality[0]))]
    score = sum(b.count("1") for b in right) - sum(b.count("1") for b in wrong)
    assert world.agenda_knowledge[0] == pytest.approx(score / 30)


@pytest.mark.parametrize(("written", "kept"), [(0.0, 0.0), (1.0, 1.0), (0.5, 0.5)])
def test_a_successor_inherits_what_is_written_down(written, kept):
    n = 400
    p = record(MECHANISMS["agenda"].parameters, {"turbulence": 0, "dimensions": 30, "undecided": 1.0})
    yes, no = np.full(n, EVERYTHING), np.zeros(n, np.uint64)
    alone(
        agenda.renew,
        month=0,
        key=KEY,
        organization_id=np.arange(n).astype(np.uint64),
        site_of=np.zeros(n, np.uint32),
        site_id=np.zeros(1, np.uint64),
        arrived=np.ones(n, np.uint8),
        person=np.ones(n, np.uint64),
        documentation=np.full(n, written),
        reality=np.zeros(1, np.uint64),
        beliefs_for=yes,
        beliefs_against=no,
        p=p,
    )
    share = np.mean([bin(int(x)).count("1") / 30 for x in yes])
    assert share == pytest.approx(kept, abs=4 * np.sqrt(kept * (1 - kept) / (30 * n)) + 1e-12)
    assert not no.any()


@pytest.mark.parametrize(("rate", "flipped"), [(0.0, 0), (12.0, 30)])
def test_facts_turn_into_their_opposite_at_the_rate_of_turbulence(rate, flipped):
    reality = np.array([5], np.uint64)
    p = record(agenda.Parameters, {"turbulence": rate, "dimensions": 30})
    alone(agenda.renew, arrived=np.zeros(1, np.uint8), reality=reality, p=p)
    assert bin(int(reality[0]) ^ 5).count("1") == flipped


def test_a_post_that_takes_no_time_to_fill_is_filled_in_the_same_month():
    scenario = load_scenario("r1-mutual-learning").with_(parameters={"turnover": {"rate_nonprofit": 6.0}}, months=10)
    for _, world, _ in engine.trace(scenario.to_template(), 1, 0):
        assert world.in_post[world.role == 0].all()
        assert (world.arrived == world.departed)[world.role == 0].all()
    out = engine.run_replicate(scenario.to_template(), 1, 0)
    assert out[:, 0, list(engine.METRICS).index("departures")].mean() == pytest.approx(25, abs=5)


def test_what_is_known_sets_the_quality_of_work(lab):
    world = last_world(lab.with_(months=6))
    assert (world.quality > 0.75 - 1e-12).all() and (world.quality < 1.0).all()
    without = last_world(lab.with_(months=6, mechanisms={"agenda": False}))
    assert (without.quality == 1.0).all()
