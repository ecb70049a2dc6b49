"""Races: rungs and paired intervals by hand, and who goes on."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tfs_sim.estimators.racing import Blocks, behind, race


def test_a_ladder_goes_over_part_of_the_sets_then_all_then_more_replicates() -> None:
    assert Blocks(60, 8).ladder == (16, 32, 60, 120, 240, 480)
    assert Blocks(10, 3).ladder == (10, 20, 30)
    assert Blocks(16, 1).ladder == (16,)


def test_values_of_blocks_become_means_of_sets() -> None:
    blocks = Blocks(3, 4)
    np.testing.assert_allclose(blocks.by_set(np.array([[1.0, 2.0, 3.0, 5.0, 6.0, 7.0]])), [[3.0, 4.0, 5.0]])
    np.testing.assert_allclose(blocks.by_set(np.array([[1.0, 2.0]])), [[1.0, 2.0]])  # not yet every set


def test_how_far_behind_is_a_paired_interval_that_holds_for_all_at_once() -> None:
    by_set = np.array([[1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 1.0, 3.0], [1.5, 1.5, 3.0, 3.5]])
    # the second: differences −1 −1 −2 −1, mean −1.25, sd 0.5; the third: .5 −.5 0 −.5, mean −.125, sd .4787;
    # one-sided t of 1 − .05 / 2 with 3 degrees of freedom: 3.1824
    np.testing.assert_allclose(behind(by_set), [0.0, -1.25 + 3.1824 * 0.25, -0.125 + 3.1824 * 0.23936], atol=1e-4)
    np.testing.assert_array_equal(behind(by_set[:1]), [0.0])
    np.testing.assert_array_equal(behind(by_set[:, :1]), [0.0, 0.0, 0.0])  # one set tells nothing


def values_of(points: np.ndarray, luck: np.ndarray, stop: int) -> np.ndarray:
    """Return values that are the number of the point, and luck in common."""
    return points[:, :1] + luck[None, :stop]


def test_the_best_wins_and_a_race_asks_less_and_less_of_fewer_and_fewer() -> None:
    luck = np.random.default_rng(1).normal(0, 100, 480)
    asked: list[tuple[int, int]] = []

    def sample(points: np.ndarray, stop: int) -> np.ndarray:
        asked.append((stop, len(points)))
        return values_of(points, luck, stop)

    found = race(np.arange(40)[:, None], sample, Blocks(60, 8), 4)
    assert found.points[0, 0] == 39  # luck is common, so that differences have none
    assert found.rungs == tuple(asked) and asked[0] == (16, 40)
    assert all(one >= other for (_, one), (_, other) in itertools.pairwise(asked))
    assert len(found.points) <= 4


def test_of_equals_the_first_is_taken() -> None:
    def sample(points: np.ndarray, stop: int) -> np.ndarray:
        return np.zeros((len(points), stop))

    found = race(np.array([[3], [1], [2]]), sample, Blocks(20, 2), 2)
    assert found.points.tolist() == [[3], [1]]


def test_half_goes_at_most_and_whoever_is_worse_beyond_doubt() -> None:
    luck = np.random.default_rng(2).normal(size=(64, 64))

    def sample(points: np.ndarray, stop: int) -> np.ndarray:
        return (points[:, 0] >= 60)[:, None] * 50.0 + luck[points[:, 0], :stop]

    found = race(np.arange(64)[:, None], sample, Blocks(32, 2), 2)
    assert found.rungs == ((16, 64), (32, 4), (64, 2))  # the 60 others are worse; then two of four go
    assert set(found.points[:, 0].tolist()) <= {60, 61, 62, 63}


@pytest.mark.parametrize("keep", [1, 3])
def test_no_more_are_kept_than_asked_for(keep: int) -> None:
    found = race(np.arange(9)[:, None], lambda p, stop: values_of(p, np.zeros(99), stop), Blocks(4, 2), keep)
    assert len(found.points) <= keep and found.points[0, 0] == 8
