"""Which inputs matter: few of hundreds, straight, bent, together, and where most of the prior is dead."""

from __future__ import annotations

import numpy as np
import pytest
from truths import cliff, smooth

from tfs_sim.calibration.screening import MOST, active, most_active


def test_ten_points_an_active_input_to_train_and_as_many_to_validate() -> None:
    assert [most_active(n) for n in (40, 100, 399, 400, 500, 5000)] == [2, 5, 19, 20, MOST, MOST]
    assert MOST == 25


@pytest.mark.parametrize("seed", range(3))
def test_inputs_that_matter_are_found_among_hundreds(seed: int) -> None:
    u = np.random.default_rng(seed).random((400, 250))
    noise = np.random.default_rng(100 + seed).normal(0, 0.1, 400)
    assert set(active(u, 2 * u[:, 7] - u[:, 100] + (u[:, 200] - 0.5) ** 2 * 4 + noise, 20)) == {7, 100, 200}


@pytest.mark.parametrize("seed", range(5))
def test_chance_is_hardly_ever_an_input(seed: int) -> None:
    """One input at most of 250 that do nothing: the best of many always explains some chance."""
    rng = np.random.default_rng(seed)
    assert len(active(rng.random((300, 250)), rng.normal(size=300), 15)) <= 1


def test_an_input_that_matters_only_with_another_is_found() -> None:
    u = np.random.default_rng(0).random((500, 60))
    found = active(u, u[:, 3] + 4 * (u[:, 3] - 0.5) * (u[:, 50] - 0.5) + 0.01 * u[:, 1], 25)
    assert {3, 50} <= set(found)


def test_a_dead_prior_is_screened_by_what_lives() -> None:
    """Where nine in ten places give the same, the tenth says what matters."""
    u = np.random.default_rng(2).random((600, 100))
    lives = u[:, 0] + u[:, 1] > 1.55
    assert set(active(u, np.where(lives, 1 + u[:, 2], 0.0), 25)[:2]) == {0, 1}


def test_there_are_never_more_than_asked_for_and_never_none() -> None:
    u = np.random.default_rng(3).random((200, 30))
    assert len(active(u, u.sum(axis=1), 7)) == 7
    assert active(u, np.ones(200), 7) == (0,)
    for values in (*smooth(u).T, *cliff(u).T):
        assert 1 <= len(active(u, values, 10)) <= 10
