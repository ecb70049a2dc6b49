"""Random mixing: pairs lose their memory, and nothing else changes."""

from __future__ import annotations

import numpy as np
import pytest

from tfs_sim.model import draws, engine
from tfs_sim.model.state import ACTIVE, BACKBONE
from tfs_sim.validation import mixing, running, space

MONTHS = 24


@pytest.fixture
def after_two_years():
    template = space.laboratory(months=MONTHS).to_template()
    _, world = template.fresh()
    key = draws.run_key(5, 0)
    engine.run_months(template, world, key, engine.DRAW_START, MONTHS, template.output())
    return template, world, key


def copied(world):
    return {name: getattr(world, name).copy() for name in (*mixing.BETWEEN_TWO, *mixing.AT_EITHER_END)}


def by_relationship(world, values):
    """Return what every relationship has, of values of relationships or of pairs."""
    return values if values.size == world.source.size else values[world.pair]


def kinds(world):
    """Return, for each relationship, how many of its two ends are at the table, and whether one is the backbone."""
    here, hub = world.status == ACTIVE, world.role == BACKBONE
    return [(int(here[i]) + int(here[j]), bool(hub[i] or hub[j])) for i, j in zip(world.source, world.target,
                                                                                   strict=True)]  # fmt: skip


def test_what_pairs_have_goes_to_pairs_of_the_same_kind(after_two_years):
    template, world, key = after_two_years
    before, kind = copied(world), np.array([2 * k + hub for k, hub in kinds(world)])
    mixing.shuffle(template, world, key, 3)
    for name, values in before.items():
        for each in np.unique(kind):
            old, new = by_relationship(world, values), by_relationship(world, getattr(world, name))
            assert np.array_equal(np.sort(old[kind == each]), np.sort(new[kind == each])), name
    assert not np.array_equal(before["trust"], world.trust)
    # everything that a pair has goes together
    rows = [np.column_stack([by_relationship(world, each[n]) for n in before]) for each in (before, world._asdict())]
    assert {tuple(row) for row in rows[0]} == {tuple(row) for row in rows[1]}


def test_lists_of_ties_agree_with_the_ties(after_two_years):
    template, world, key = after_two_years
    mixing.shuffle(template, world, key, 3)
    for i in range(world.role.size):
        mine = world.ties[world.first_relationship[i] : world.end_of_ties[i]]
        assert (world.source[mine] == i).all() and world.is_open[world.pair[mine]].all()
        bits = {int(world.local_index[j]) for j in world.target[mine]}
        assert bits == {b for b in range(64) if int(world.neighbours[0, i]) >> b & 1}


def test_luck_is_the_runs_and_the_months(after_two_years):
    template, world, key = after_two_years
    start = copied(world)
    found = []
    for run, month in ((key, 3), (key, 3), (key, 4), (draws.run_key(5, 1), 3)):
        for name, values in start.items():
            getattr(world, name)[:] = values
        mixing.shuffle(template, world, run, month)
        found.append(world.trust.copy())
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2]) and not np.array_equal(found[0], found[3])


def test_pairs_have_no_memory_of_their_own():
    scenario = space.laboratory(months=MONTHS, mechanisms={"participation": False})

    def memory():
        worlds = [world.trust.copy() for _, world, _ in running.trace(scenario.to_template(), 1, 0)]
        return np.corrcoef(worlds[-6], worlds[-1])[0, 1]

    assert memory() > 0.8
    with running.under(mixing.RANDOM_MIXING):
        assert abs(memory()) < 0.25, "what is left is that insiders trust each other more than outsiders"
