from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from tfs_sim.estimators.mixtures import CRITICAL, likeliest

SEED = 20261129


def likelihood(values: int = 60, components: int = 9) -> np.ndarray:
    rng = np.random.default_rng(SEED)
    places = np.linspace(-3, 3, components)
    x = np.where(rng.random(values) < 0.4, 1.0, -1.0) + rng.normal(0, 0.7, values)
    return np.exp(-0.5 * ((x[:, None] - places) / 0.7) ** 2)


def by_turns(like: np.ndarray, turns: int = 20_000) -> np.ndarray:
    """The likeliest weights by another way: expectation and maximization."""
    weight = np.full(like.shape[1], 1 / like.shape[1])
    for _ in range(turns):
        weight = weight * (like / (like @ weight)[:, None]).mean(0)
    return weight


def test_weights_are_the_likeliest() -> None:
    like = likelihood()
    found = likeliest(like)
    assert found.weight.sum() == pytest.approx(1) and (found.weight >= 0).all()
    assert found.log == pytest.approx(float(np.log(like @ by_turns(like)).sum()), abs=1e-4)
    slope = (like / (like @ found.weight)[:, None]).sum(0)
    assert slope.max() <= len(like) * (1 + 1e-5), "no component would add likelihood (Lindsay's condition)"


def test_a_single_component_or_value() -> None:
    assert likeliest(np.ones((5, 1))).weight == pytest.approx([1.0])
    assert likeliest(np.array([[1.0, 2.0, 0.5]])).weight == pytest.approx([0, 1, 0], abs=1e-4)


def test_ends_are_those_of_the_likelihood_ratio() -> None:
    """With two components of values that tell them apart for certain a share is a binomial one."""
    like = np.zeros((50, 2))
    like[:20, 0] = like[20:, 1] = 1.0
    low, high = likeliest(like).ends(np.array([1.0, 0.0]))
    for end in (low, high):
        ratio = 2 * (20 * np.log(0.4 / end) + 30 * np.log(0.6 / (1 - end)))
        assert ratio == pytest.approx(CRITICAL, abs=1e-3)
    assert low < 0.4 < high


def test_ends_are_the_furthest_that_agree() -> None:
    """Against a general solver of constrained problems."""
    like = likelihood()
    share = (np.linspace(-3, 3, 9) > 0).astype(float)
    found = likeliest(like)
    low, high = found.ends(share)
    floor = found.log - CRITICAL / 2
    for sign, end in ((1, low), (-1, high)):
        other = minimize(
            lambda w, sign=sign: sign * float(share @ w),
            np.full(9, 1 / 9),
            bounds=[(0, 1)] * 9,
            constraints=[
                {"type": "eq", "fun": lambda w: w.sum() - 1},
                {"type": "ineq", "fun": lambda w: np.log(like @ w + 1e-300).sum() - floor},
            ],
            options={"maxiter": 500, "ftol": 1e-10},
        )
        assert end == pytest.approx(float(share @ other.x), abs=1e-3)


def test_what_was_not_seen_may_have_a_small_share() -> None:
    like = np.c_[likelihood(100), np.zeros(100)]
    low, high = likeliest(like).ends(np.r_[np.zeros(9), 1.0])
    assert low == pytest.approx(0, abs=1e-3)
    assert high == pytest.approx(1 - np.exp(-CRITICAL / 200), abs=1e-3)
