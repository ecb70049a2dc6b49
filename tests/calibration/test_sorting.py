"""Which of two a place is of, and how sure that may be."""

from __future__ import annotations

import numpy as np

from tfs_sim.calibration.processes import spread
from tfs_sim.calibration.sorting import LOST, RARE, sorter


def test_places_are_sorted_by_a_border_in_two_inputs() -> None:
    rng = np.random.default_rng(1)
    u, v = rng.random((200, 2)), rng.random((1000, 2))
    sides = [each[:, 0] + 0.5 * each[:, 1] > 0.8 for each in (u, v)]
    chance = sorter(spread(u), sides[0]).chance(spread(v))
    assert ((chance > 0.5) == sides[1]).mean() > 0.95
    far = np.abs(v[:, 0] + 0.5 * v[:, 1] - 0.8) > 0.25
    assert ((chance < RARE) | (chance > 1 - RARE))[far].mean() > 0.9


def test_what_it_loses_widens_its_doubts() -> None:
    """A border that it is not told of: of points near it many would be held for what they are not."""
    rng = np.random.default_rng(2)
    u = rng.random((300, 2))
    first = sorter(spread(u[:100]), u[:100, 0] > 0.5)
    other = u[100:, 0] > 0.75
    assert first.lost(spread(u[100:]), other) > LOST
    careful = first.careful(spread(u[100:]), other)
    assert careful.doubt > 1 and careful.lost(spread(u[100:]), other) <= LOST
    assert first.careful(spread(u[:100]), u[:100, 0] > 0.5).doubt == 1
