"""Places that are not ruled out: evenly drawn, in every piece, however little is left."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from tfs_sim.calibration.proposals import drawn

Array = NDArray[np.float64]
BOX = np.array([0.02, 0.1, 0.05])


def box(places: Array, stop: float) -> Array:
    """Inside where three inputs lie in a box of volume 1e-4 at a corner of the cube, up to both ends of ranges."""
    return np.asarray(3.0 * (corner(places) / BOX).max(axis=1))


def corner(places: Array) -> Array:
    return np.column_stack([places[:, 4], 1 - places[:, 1], places[:, 7]])


def test_a_small_box_is_filled_evenly() -> None:
    """Along its sides and together, with its volume: ranks of a hundred effective draws would pass, heaps would not."""
    found = drawn(box, 400, 20, (1, 4, 7), 3.0, np.random.default_rng(1))
    assert found.levels > 1 and found.places.shape == (400, 20)
    assert (box(found.places, 3.0) <= 3).all()
    # some seven levels of a quarter each, each known to a tenth
    assert found.left == pytest.approx(BOX.prod(), rel=0.4)
    inside = corner(found.places) / BOX
    assert ((inside > 0) & (inside < 1)).all()  # nothing heaps up at an end
    for column in inside.T:
        assert stats.kstest(column, "uniform").statistic < 1.63 / np.sqrt(200)
    assert np.abs(np.corrcoef(inside.T) - np.eye(3)).max() < 0.2
    assert len(np.unique(inside.round(12), axis=0)) > 390


def test_inputs_that_nothing_depends_on_are_drawn_in_slices() -> None:
    found = drawn(box, 400, 20, (1, 4, 7), 3.0, np.random.default_rng(2))
    for column in sorted(set(range(20)) - {1, 4, 7}):
        assert (np.sort(found.places[:, column]) * 400).astype(int).tolist() == list(range(400))


def two(places: Array, stop: float) -> Array:
    """Two boxes at opposite corners, the second twice as large; together .08% of the cube."""
    small = np.abs(places[:, [0, 1]] - 0.1).max(axis=1) / 0.008
    large = np.abs(places[:, [0, 1]] - 0.9).max(axis=1) / (0.008 * np.sqrt(2))
    return np.asarray(3.0 * np.minimum(small, large))


def test_pieces_are_found_by_their_size() -> None:
    share = []
    for seed in range(4):
        found = drawn(two, 500, 5, (0, 1), 3.0, np.random.default_rng(seed))
        assert (two(found.places, 3.0) <= 3).all()
        share.append((found.places[:, 0] > 0.5).mean())
    # which of few survivors settle where is luck at each level: a piece is never lost, and right in the mean
    assert min(share) > 0.3 and max(share) < 0.95
    assert np.mean(share) == pytest.approx(2 / 3, abs=0.15)


def test_much_that_is_left_is_found_by_rejection() -> None:
    def half(places: Array, stop: float) -> Array:
        return np.asarray(6.0 * places[:, 0])

    found = drawn(half, 300, 4, (0,), 3.0, np.random.default_rng(3))
    assert found.levels == 0 and len(found.places) == 300
    assert found.left == pytest.approx(0.5, abs=0.1) and (found.places[:, 0] <= 0.5).all()


def test_where_nothing_is_left_the_nearest_place_is_told() -> None:
    def never(places: Array, stop: float) -> Array:
        return np.asarray(5.0 + np.abs(places[:, 0] - 0.3))

    found = drawn(never, 100, 4, (0,), 3.0, np.random.default_rng(4))
    assert len(found.places) == 0 and found.left == 0
    assert found.lowest == pytest.approx(5.0, abs=0.05) and found.nearest[0] == pytest.approx(0.3, abs=0.05)


def test_the_same_seed_gives_the_same_places() -> None:
    one, other = (drawn(box, 50, 9, (1, 4, 7), 3.0, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one.places, other.places)
