"""Gaussian processes with uneven luck: what is predicted, how surely, and that luck stays in the nugget."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize

from tfs_sim.calibration import processes

Array = NDArray[np.float64]


def curve(u: Array) -> Array:
    return np.asarray(2 * u[:, 0] + np.sin(5 * u[:, 1]) + u[:, 0] * u[:, 2])


def drawn(count: int, luck: float, seed: int) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    u = rng.random((count, 3))
    noise = np.full(count, luck)
    return u, curve(u) + rng.normal(0, 1, count) * np.sqrt(noise), noise


@pytest.mark.parametrize("luck", [0.0, 0.02, 0.2])
def test_errors_are_as_large_as_they_are_said_to_be(luck: float) -> None:
    """Of the function itself, at places that were not run: luck is not what is predicted."""
    errors, sizes = [], []
    for seed in range(4):
        u, values, noise = drawn(200, luck, seed)
        process = processes.fitted(processes.spread(u), values, noise)
        v = np.random.default_rng(99 + seed).random((400, 3))
        mean, variance = process.at(processes.spread(v))
        errors.append((mean - curve(v)) / np.sqrt(variance))
        sizes.append(np.abs(mean - curve(v)).mean())
    assert np.mean(sizes) < 0.001 + 0.3 * np.sqrt(luck)
    # four fits: errors within one hang together, so that their size is known to a third of itself at best; of what
    # has no luck, the nugget is never taken for nothing
    assert (0.5 if luck else 0.0) < np.sqrt(np.mean(np.square(errors))) < 1.4


def test_luck_is_not_what_is_predicted() -> None:
    """With ten times the luck places are less surely known, but by far less than luck itself."""
    u, values, noise = drawn(300, 0.5, 1)
    process = processes.fitted(processes.spread(u), values, noise)
    _, variance = process.at(processes.spread(np.random.default_rng(7).random((300, 3))))
    assert variance.mean() < 0.2 * 0.5


def test_points_with_less_luck_weigh_more() -> None:
    u = np.repeat(np.linspace(0, 1, 40), 2)[:, None]
    values = np.tile([0.0, 1.0], 40)
    luck = np.tile([0.01, 1.0], 40)
    mean, _ = processes.fitted(processes.spread(u), values, luck).at(processes.spread(u))
    assert mean.max() < 0.15


def test_what_other_inputs_do_is_in_the_nugget() -> None:
    """And in what is said of places: an input that is not looked at moves them, too."""
    rng = np.random.default_rng(5)
    u = rng.random((400, 2))
    values = 2 * u[:, 0] + 0.5 * np.sqrt(12) * (u[:, 1] - 0.5)
    process = processes.fitted(processes.spread(u[:, :1]), values, np.zeros(400))
    assert process.nugget == pytest.approx(0.25, rel=0.3)
    assert process.at(processes.spread(u[:, :1]))[1].min() > 0.15


def test_gradients_are_those_of_the_likelihood(monkeypatch: pytest.MonkeyPatch) -> None:
    u, values, noise = drawn(40, 0.05, 3)
    kept = []
    real = optimize.minimize

    def spy(loss: object, start: Array, **more: object) -> object:
        kept.append((loss, start))
        return real(loss, start, **more)

    monkeypatch.setattr(processes.optimize, "minimize", spy)
    processes.fitted(processes.spread(u), values, noise)
    loss, start = kept[0]
    _, slope = loss(start)  # type: ignore[operator]
    for n in range(len(start)):
        step = np.zeros(len(start))
        step[n] = 1e-5
        wanted = (loss(start + step)[0] - loss(start - step)[0]) / 2e-5  # type: ignore[operator]
        assert slope[n] == pytest.approx(wanted, rel=1e-4, abs=1e-5)


def test_values_that_are_all_the_same_are_no_difficulty() -> None:
    u = np.random.default_rng(0).random((50, 2))
    mean, variance = processes.fitted(processes.spread(u), np.full(50, 3.0), np.zeros(50)).at(processes.spread(u))
    assert np.allclose(mean, 3.0) and (variance >= 0).all()
