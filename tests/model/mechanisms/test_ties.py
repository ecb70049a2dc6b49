"""Pairs, their two ends, and the lists and bits of ties that follow them through a run."""

import numpy as np

from tfs_sim.model import engine
from tfs_sim.scenario import load_scenario


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
