"""Shares of a linear model with correlated inputs, whose closed form is known."""

from __future__ import annotations

import numpy as np
import pytest

from tfs_sim.reasons.shares import shares


def drawn(n: int, rho: float, seed: int) -> np.ndarray:
    """Return three standard normal inputs, the first two correlated."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    x[:, 1] = rho * x[:, 0] + np.sqrt(1 - rho**2) * x[:, 1]
    return x


def closed(slopes: tuple[float, float, float], rho: float) -> np.ndarray:
    """Return the Shapley effects of a linear model (Owen & Prieur 2017, section 4.3)."""
    b1, b2, b3 = slopes
    whole = b1**2 + 2 * rho * b1 * b2 + b2**2 + b3**2
    both = rho * b1 * b2
    return np.array(
        [
            b1**2 * (1 - rho**2 / 2) + both + b2**2 * rho**2 / 2,
            b2**2 * (1 - rho**2 / 2) + both + b1**2 * rho**2 / 2,
            b3**2,
        ]
    ) / whole  # fmt: skip


@pytest.mark.parametrize("rho", [0.0, 0.6, -0.8])
def test_shares_of_a_linear_model_with_correlated_inputs(rho: float) -> None:
    slopes = (2.0, 1.0, 0.5)
    x = drawn(4000, rho, seed=1)
    found = shares(x, x @ np.array(slopes), draws=20)
    assert found.share[:, 0] == pytest.approx(closed(slopes, rho), abs=0.02)
    assert found.explained[0] == pytest.approx(1.0, abs=1e-3)


def test_luck_is_taken_out() -> None:
    """Four times the variance of the answer in luck a value: of true values the inputs still explain everything."""
    slopes, rho = (2.0, 1.0, 0.5), 0.6
    x = drawn(20_000, rho, seed=2)
    true = x @ np.array(slopes)
    sd = 2 * true.std()
    values = true + np.random.default_rng(3).normal(0, sd, len(x))
    found = shares(x, values, np.full(len(x), sd**2), draws=20)
    assert found.explained[0] == pytest.approx(1.0, abs=0.12)
    assert found.share[:, 0] == pytest.approx(closed(slopes, rho), abs=0.08)
    assert shares(x, values, draws=5).explained[0] < 0.3


def test_an_input_that_only_goes_along_gets_its_part_by_correlation() -> None:
    x = drawn(5000, 0.9, seed=4)
    found = shares(x, x[:, 0], draws=5)
    assert found.share[1, 0] == pytest.approx(0.9**2 / 2, abs=0.02) and abs(found.share[2, 0]) < 0.01


def test_bent_inputs_are_found() -> None:
    x = drawn(2000, 0.0, seed=5)
    found = shares(x, (x[:, 2] - 0.0) ** 2, draws=5)
    assert found.share[2, 0] == pytest.approx(1.0, abs=0.02)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    slopes, rho, hits = (1.0, 1.0, 0.5), 0.5, 0
    truth = closed(slopes, rho) * 0.8
    for seed in range(100):
        x = drawn(150, rho, seed=100 + seed)
        true = x @ np.array(slopes)
        more = np.random.default_rng(seed).normal(0, true.std() / 2, len(x))  # a fifth of the variance is of nobody
        found = shares(x, true + more, draws=100, seed=seed)
        hits += sum(low <= at <= high for (_, low, high), at in zip(found.share, truth, strict=True))
    assert 0.88 < hits / 300 < 0.99


@pytest.mark.parametrize(("sets", "inputs"), [(100, 11), (10, 3), (50, 0)])
def test_too_many_inputs_and_too_few_sets_are_refused(sets: int, inputs: int) -> None:
    with pytest.raises(ValueError, match=r"inputs"):
        shares(np.zeros((sets, inputs)), np.zeros(sets))
