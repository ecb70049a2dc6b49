"""Regressions: they find what is there, little where there is nothing, and know how far off they may be."""

from __future__ import annotations

import numpy as np
import pytest

from tfs_sim.decisions.information import _independent
from tfs_sim.decisions.smoothers import Fit, process, spline


def centred(values: np.ndarray) -> np.ndarray:
    return np.asarray(values - values.mean(axis=0))


@pytest.mark.parametrize("levels", [0, 4])
def test_a_spline_finds_a_curve_and_knows_its_error(levels: int) -> None:
    rng = np.random.default_rng(1)
    errors, said = [], []
    for _ in range(40):
        x = rng.uniform(size=400) if levels == 0 else rng.integers(0, levels, 400) / levels
        true = centred(np.sin(6 * x))[:, None]
        fit = spline(x, centred(true + rng.normal(size=(400, 1))))
        errors.append(((fit.fitted - true) ** 2).mean())
        said.append(np.mean([((fit.drawn(rng) - fit.fitted) ** 2).mean() for _ in range(20)]))
    assert np.mean(errors) < 9 / 400
    assert np.mean(said) == pytest.approx(np.mean(errors), rel=0.35)


def test_a_spline_of_nothing_is_nearly_a_line() -> None:
    rng = np.random.default_rng(2)
    found = [
        float((spline(rng.uniform(size=400), centred(rng.normal(size=(400, 1)))).fitted ** 2).sum()) for _ in range(60)
    ]
    assert np.mean(found) < 2.5  # so many of its ten directions are used; a line is one


def test_a_process_finds_what_acts_together_among_what_does_nothing() -> None:
    rng = np.random.default_rng(3)
    x = rng.uniform(-1, 1, (400, 12))
    true = centred(3 * x[:, 0] * x[:, 1])[:, None]
    fit = process(x, centred(true + rng.normal(size=(400, 1))))
    assert ((fit.fitted - true) ** 2).mean() < 0.25 * (true**2).mean()


def test_a_process_of_nothing_is_nearly_nothing() -> None:
    rng = np.random.default_rng(4)
    used = []
    for count in (3, 20, 100):
        noise = rng.normal(size=(400, 1)) * np.arange(1, 5)  # columns that share what they vary by
        used.append((process(rng.normal(size=(400, count)), centred(noise)).fitted ** 2).mean() / (noise**2).mean())
    assert max(used) < 0.1


def test_more_sets_than_centres() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(1500, 2))
    true = centred(np.tanh(x[:, 0]) * x[:, 1])[:, None]
    fit = process(x, centred(true + rng.normal(size=(1500, 1))))
    assert ((fit.fitted - true) ** 2).mean() < 0.15 * (true**2).mean()


def test_columns_are_drawn_together() -> None:
    rng = np.random.default_rng(6)
    one = rng.normal(size=(300, 1))
    fit: Fit = spline(rng.normal(size=300), centred(np.hstack([one, -one])))
    draw = fit.drawn(rng)
    assert draw[:, 0] == pytest.approx(-draw[:, 1])


def test_what_follows_linearly_is_left_out() -> None:
    rng = np.random.default_rng(7)
    a, b = rng.normal(size=(2, 50))
    data = np.column_stack([a, np.ones(50), 3 - 2 * a, 1e6 * b, a + b])
    assert np.array_equal(_independent(data), np.column_stack([a, 1e6 * b]))
    assert _independent(np.ones((50, 2))).shape == (50, 0)
