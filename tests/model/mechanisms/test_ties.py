"""Ties: what opens and closes them; pairs, their two ends, and the lists and bits that follow them through a run."""

import numpy as np
import pytest

from alone import alone
from tfs_sim.model import engine
from tfs_sim.model.declare import record
from tfs_sim.model.mechanisms import ties
from tfs_sim.model.state import ACTIVE
from tfs_sim.scenario import load_scenario


def parameters(**values):
    return record(ties.Parameters, values)


def test_chances_by_hand():
    p = parameters(opened_by_meeting=0.2, sought_strengths=0.5, referral=0.1, closing=1.2, closed_by_departure=0.4)
    assert [ties.chance_of_opening(overlap, p) for overlap in (0.0, 0.5, 1.0)] == pytest.approx([0.3, 0.2, 0.1])
    assert ties.chance_of_referral(0.5, 0.5, p) == pytest.approx(0.025)
    assert ties.chance_of_closing(0.0, 0.0, 0.0, p) == 0.0
    assert ties.chance_of_closing(1.0, 0.0, 0.0, p) == pytest.approx(0.1)
    assert ties.chance_of_closing(0.0, 1.0, 0.5, p) == pytest.approx(0.2)
    assert ties.chance_of_closing(1.0, 1.0, 0.5, p) == pytest.approx(1 - 0.9 * 0.8)


def after(is_open, idle, departed=(0, 0), plan=(0.0, 0.0), failed=(0, 0), overlap=0.0, **values):
    """Return whether two organizations have a tie after a month, in the pair, in both lists and in both bits."""
    opened = np.array([is_open], np.uint8)
    end = np.array([0, 1]) + is_open
    bits = np.array([[2, 1]], np.uint64) * np.uint64(is_open)
    alone(
        ties.open_and_close,
        local_index=np.arange(2, dtype=np.uint32),
        departed=np.array(departed, np.uint8),
        first_relationship=np.array([0, 1, 2]),
        end_of_ties=end,
        ties=np.array([0, 1], np.uint32),
        target=np.array([1, 0], np.uint32),
        reverse=np.array([1, 0], np.uint32),
        pair=np.zeros(2, np.uint32),
        one_end=np.array([0], np.uint32),
        other_end=np.array([1], np.uint32),
        is_open=opened,
        idle=np.array([float(idle)]),
        overlap=np.array([overlap]),
        failed=np.array(failed, np.uint8),
        neighbours=bits,
        dose_transition_plan=np.array(plan),
        p=parameters(idle_before_closing=9, **values),
    )
    assert (end - [0, 1]).tolist() == [opened[0]] * 2 and bits.tolist() == [[2 * opened[0], opened[0]]]
    return bool(opened[0])


def test_disuse_closes_ties_after_its_months():
    assert not after(1, idle=10, closing=12)
    assert after(1, idle=9, closing=12) and after(1, idle=10, closing=0)


def test_a_departure_closes_a_tie_unless_whoever_leaves_hands_it_over():
    assert not after(1, idle=0, departed=(0, 1), closed_by_departure=1, closing=0)
    assert not after(1, idle=0, departed=(1, 0), plan=(0.0, 1.0), closed_by_departure=1, closing=0)
    assert after(1, idle=0, departed=(1, 0), plan=(1.0, 0.0), closed_by_departure=1, closing=0)
    assert after(1, idle=0, departed=(0, 1), plan=(0.0, 1.0), closed_by_departure=1, closing=0)
    assert not after(1, idle=0, departed=(1, 1), plan=(1.0, 0.0), closed_by_departure=1, closing=0), "both hand over"
    assert after(1, idle=0, departed=(1, 1), closed_by_departure=0, closing=0)


def test_a_meeting_that_went_well_opens_a_tie():
    sure = {"opened_by_meeting": 1, "sought_strengths": 0}
    assert after(0, idle=0, **sure)
    assert not after(0, idle=1, **sure), "they did not meet last month"
    assert not after(0, idle=0, failed=(1, 0), **sure) and not after(0, idle=0, failed=(0, 1), **sure)
    assert not after(0, idle=0, overlap=1.0, opened_by_meeting=1, sought_strengths=1)


def test_ties_open_in_everyday_life_too_between_strangers_who_meet(lab):
    """Nobody takes part and nobody refers: whoever comes to know somebody has met by chance."""

    def opened(**trust):
        nobody = lab.with_(
            months=24,
            clock={"run_in": 0},
            mechanisms={"participation": False},
            sites={"lab": {"at_the_table": 0.0}},
            parameters={"ties": {"referral": 0}, "trust": trust},
        )
        months = engine.trace(nobody.to_template(), 1, 0)
        begun = next(months)[1].is_open.copy()
        *_, (_, world, _) = months
        assert (world.status == ACTIVE).sum() == 1, "the backbone alone"
        return int((world.is_open > begun).sum())

    assert opened(strangers_contact=0.04) > 10
    assert opened(strangers_contact=0) == 0


def test_the_two_halves_of_the_relationships_are_the_two_ends_of_the_pairs():
    world = load_scenario("together-for-students").to_template().fresh()[1]
    pairs = world.one_end.size
    assert np.array_equal(world.source, np.concatenate([world.one_end, world.other_end]))
    assert np.array_equal(world.target, np.concatenate([world.other_end, world.one_end]))
    assert np.array_equal(world.reverse[world.reverse], np.arange(2 * pairs))
    assert np.array_equal(world.target, world.source[world.reverse])
    assert np.array_equal(world.pair, np.tile(np.arange(pairs), 2))
    assert (world.organization_id[world.one_end] < world.organization_id[world.other_end]).all()
    for s, (first, end) in enumerate(zip(world.first_pair, world.end_pair, strict=True)):
        assert np.array_equal(np.flatnonzero(world.pair_site == s), np.arange(first, end))
    by_source = world.relationships
    order = world.source[by_source].astype(int) * world.role.size + world.target[by_source]
    assert (np.diff(order) > 0).all()
    assert np.array_equal(
        np.searchsorted(world.source[by_source], np.arange(world.role.size + 1)), world.first_relationship
    )


def test_lists_and_bits_follow_the_ties_through_a_run(lab):
    begun = None
    for _, world, _ in engine.trace(lab.with_(months=60).to_template(), 1, 0):
        begun = world.is_open.copy() if begun is None else begun
        for i in range(world.role.size):
            mine = world.relationships[world.first_relationship[i] : world.first_relationship[i + 1]]
            expected = mine[world.is_open[world.pair[mine]] == 1]
            assert np.array_equal(world.ties[world.first_relationship[i] : world.end_of_ties[i]], expected)
            bits = {int(world.local_index[j]) for j in world.target[expected]}
            assert bits == {b for b in range(64) if int(world.neighbours[0, i]) >> b & 1}
    assert (begun < world.is_open).any() and (begun > world.is_open).any()
