"""Shapley values and interactions against games whose answers are known."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from tfs_sim.reasons import shapley


def by_orders(game: np.ndarray, n: int) -> np.ndarray:
    """Return values by their definition: what each adds, averaged over all orders of coming in."""
    total = np.zeros(n)
    for order in itertools.permutations(range(n)):
        there = 0
        for player in order:
            total[player] += game[there | 1 << player] - game[there]
            there |= 1 << player
    return total / math.factorial(n)


def test_values_are_what_each_adds_averaged_over_all_orders() -> None:
    rng = np.random.default_rng(1)
    for n in (1, 2, 3, 5):
        game = rng.normal(size=1 << n)
        assert shapley.values(game) == pytest.approx(by_orders(game, n), abs=1e-12)


def test_values_add_up_to_all_without_none() -> None:
    games = np.random.default_rng(2).normal(size=(7, 256))
    assert shapley.values(games).sum(-1) == pytest.approx(games[:, -1] - games[:, 0], abs=1e-12)


def test_players_that_add_the_same_have_the_same_value() -> None:
    rng = np.random.default_rng(3)
    game = rng.normal(size=16)
    swapped = [s & ~0b11 | (s & 1) << 1 | (s & 2) >> 1 for s in range(16)]
    alike = (game + game[swapped]) / 2
    found = shapley.values(alike)
    assert found[0] == pytest.approx(found[1], abs=1e-12) and found[2] != pytest.approx(found[3], abs=1e-3)


def test_a_player_that_adds_nothing_has_nothing_exactly() -> None:
    game = np.random.default_rng(4).normal(size=16)
    blind = game[[s & ~0b100 for s in range(16)]]
    assert shapley.values(blind)[2] == 0.0
    assert all(shapley.interactions(blind)[n] == 0 for n, pair in enumerate(shapley.pairs(4)) if 2 in pair)


def test_three_gloves() -> None:
    """One left glove (player 0), two right ones: a pair is worth 1. Known: 2/3, 1/6, 1/6."""
    game = np.array([float(s & 1 and s & 0b110 != 0) for s in range(8)])
    assert shapley.values(game) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_interactions_of_a_game_of_pairs_are_its_products() -> None:
    """v = Σ a_i x_i + Σ b_ij x_i x_j: an interaction is b_ij, a value a_i and half of each of its products."""
    own, product = np.array([1.0, -2.0, 0.5]), {(0, 1): 3.0, (0, 2): 0.0, (1, 2): -1.5}
    game = np.array(
        [
            sum(own[i] for i in range(3) if s >> i & 1)
            + sum(b for (i, j), b in product.items() if s >> i & 1 and s >> j & 1)
            for s in range(8)
        ]
    )
    assert shapley.interactions(game) == pytest.approx([product[pair] for pair in shapley.pairs(3)])
    assert shapley.values(game) == pytest.approx([1 + 1.5, -2 + 1.5 - 0.75, 0.5 - 0.75])
    assert shapley.alone(game) == pytest.approx(own)
    assert shapley.last(game) == pytest.approx([1 + 3, -2 + 3 - 1.5, 0.5 - 1.5])


def test_interactions_of_all_three_are_spread_evenly() -> None:
    """A game of one product of three: each pair's index is half of it, for the third is there in half of the orders."""
    game = np.array([0.0] * 7 + [1.0])
    assert shapley.interactions(game) == pytest.approx([0.5] * 3)


def test_values_of_a_sum_are_sums_of_values() -> None:
    games = np.random.default_rng(5).normal(size=(9, 32))
    assert shapley.values(games).mean(0) == pytest.approx(shapley.values(games.mean(0)), abs=1e-12)


def test_coalitions_that_are_no_power_of_two_are_refused() -> None:
    with pytest.raises(ValueError, match="found 6"):
        shapley.values(np.zeros(6))
