"""How likely what was seen of a town is: against normal densities, by hand, and on average over few runs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from tfs_sim.calibration.likelihood import LEAST, Luck, Seen, common_luck, log_likelihood, moments, noise, surprise

COVARIANCE = np.array([[1.0, 0.6], [0.6, 2.0]])


def drawn(sets: int, runs: int, seed: int = 0, means: tuple[float, float] = (1.0, -1.0)) -> np.ndarray:
    luck = np.random.default_rng(seed).standard_normal((sets, runs, 2))
    return np.array(means) + luck @ np.linalg.cholesky(COVARIANCE).T


def seen(
    *values: float, errors: float = 0.5, off: tuple[float, ...] = (0.0, 0.0), kinds: tuple[int, ...] = (0, 1)
) -> Seen:
    return Seen(np.array(values), np.full(len(values), errors), np.array(off), kinds)


def test_with_many_runs_it_is_the_normal_density() -> None:
    values = drawn(3, 60_000)
    there = seen(1.5, 0.5)
    found = log_likelihood(values, there, common_luck(values))
    exact = multivariate_normal([1.0, -1.0], COVARIANCE + 0.25 * np.eye(2)).logpdf([1.5, 0.5])
    assert found + -np.log(2 * np.pi) == pytest.approx(exact, abs=0.05)


def test_what_hangs_together_counts_less_than_apart() -> None:
    """Two months that luck moves alike say little more than one."""
    luck = np.random.default_rng(1).standard_normal((200, 16, 1))
    twice = np.concatenate([luck, luck + 0.01 * np.random.default_rng(2).standard_normal(luck.shape)], axis=2)
    shifted = np.concatenate([twice, twice + 1.0])
    common = common_luck(twice)
    gap = np.diff([each.mean() for each in np.split(log_likelihood(shifted, seen(1.0, 1.0), common), 2)])
    alone = common_luck(twice[:, :, :1])
    of_one = np.diff(
        [e.mean() for e in np.split(log_likelihood(shifted[:, :, :1], seen(1.0, kinds=(0,), off=(0.0,)), alone), 2)]
    )
    assert 1.0 < gap / of_one < 1.35  # the errors of what was seen are independent, luck is not


def test_it_is_right_on_average_however_few_runs() -> None:
    values, there = drawn(20_000, 8), seen(2.5, 1.0)
    luck = Luck(np.diag(COVARIANCE), np.full(2, 1e9), COVARIANCE / np.sqrt(np.outer(*[np.diag(COVARIANCE)] * 2)))
    found = np.exp(log_likelihood(values, there, luck) - np.log(2 * np.pi))
    exact = multivariate_normal([1.0, -1.0], COVARIANCE + 0.25 * np.eye(2)).pdf([2.5, 1.0])
    assert abs(found.mean() - exact) < 4 * found.std() / np.sqrt(len(found))


def test_a_discrepancy_is_shared_by_a_kind_and_not_worn_off() -> None:
    shared = seen(1.0, 1.0, errors=0.1, off=(2.0, 2.0), kinds=(0, 0)).beside_luck
    assert shared == pytest.approx(np.array([[4.01, 4.0], [4.0, 4.01]]))
    apart = seen(1.0, 1.0, errors=0.1, off=(2.0, 2.0), kinds=(0, 1)).beside_luck
    assert apart == pytest.approx(np.diag([4.01, 4.01]))


def test_values_that_are_missing_are_part_of_it() -> None:
    values = drawn(1, 4_000)
    there = seen(1.0, -1.0)
    whole = log_likelihood(values, there, common_luck(values))
    some = values.copy()
    some[0, ::4, 1] = np.nan  # a quarter of the runs has ended by then
    found = log_likelihood(some, there, common_luck(some))
    assert found - whole == pytest.approx(np.log(0.75), abs=0.05)
    some[:] = np.nan
    assert log_likelihood(some, there, common_luck(values)) == -np.inf


def test_variances_are_moderated_as_far_as_sets_are_alike() -> None:
    alike = common_luck(drawn(400, 8))
    assert alike.variance == pytest.approx([1.0, 2.0], rel=0.1)
    assert (alike.freedom > 50).all()
    assert alike.correlation[0, 1] == pytest.approx(0.6 / np.sqrt(2), abs=0.05)
    sizes = np.exp(np.random.default_rng(3).standard_normal((400, 1, 1)))
    unlike = common_luck(drawn(400, 8) * sizes)
    assert (unlike.freedom < 5).all()
    _, variances, _, _ = moments(drawn(400, 8) * sizes, unlike)
    assert np.corrcoef(np.log(variances[:, 0]), np.log(sizes[:, 0, 0]))[0, 1] > 0.85


def test_what_all_runs_agree_on_has_some_luck() -> None:
    values = np.ones((5, 8, 1))
    luck = common_luck(values)
    assert luck.variance == pytest.approx([LEAST**2], rel=0.2)
    assert np.isfinite(log_likelihood(values, seen(1.2, off=(0.0,), kinds=(0,)), luck)).all()


def test_noise_is_that_of_runs_made_again() -> None:
    there, luck = seen(2.0, 0.0), common_luck(drawn(500, 16))
    again = np.array([log_likelihood(drawn(50, 16, seed), there, luck) for seed in range(20)])
    told = noise(drawn(1_000, 16), there, luck, np.full(1_000, 1e-3))
    assert told == pytest.approx(again.std(), rel=0.25)


def test_a_town_that_sets_expect_is_no_surprise_and_one_far_out_is() -> None:
    rng = np.random.default_rng(5)
    values = drawn(300, 8) + rng.standard_normal((300, 1, 2))
    luck = common_luck(values)
    p = [surprise(values, seen(*place), luck, 1)[0] for place in values[:40, 3] + 0.5 * rng.standard_normal((40, 2))]
    assert 0.25 < np.mean(p) < 0.75
    assert np.mean(np.array(p) < 0.1) < 0.3
    far, towns = surprise(values, seen(12.0, -12.0), luck, 1)
    assert (far, towns) == (pytest.approx(1 / 201), 200)
