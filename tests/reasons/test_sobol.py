"""Indices and elementary effects against closed forms, with luck and without, and against SALib's own numbers."""

from __future__ import annotations

import numpy as np
import pytest

from tfs_sim.reasons import sobol

FIRST = np.array([0.3139, 0.4424, 0.0])
TOTAL = np.array([0.5576, 0.4424, 0.2437])
"""Of Ishigami's function with a = 7, b = .1 (Ishigami & Homma 1990): closed form."""
VARIANCE = 0.5 + 7**2 / 8 + 0.1 * np.pi**4 / 5 + 0.1**2 * np.pi**8 / 18


def ishigami(points: np.ndarray) -> np.ndarray:
    x = (2 * points - 1) * np.pi
    return np.sin(x[..., 0]) + 7 * np.sin(x[..., 1]) ** 2 + 0.1 * x[..., 2] ** 4 * np.sin(x[..., 0])


def noisy(points: np.ndarray, sd: float, runs: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return means and their variances, over runs with luck of a standard deviation."""
    luck = np.random.default_rng(seed).normal(0, sd, (*points.shape[:-1], runs))
    each = ishigami(points)[..., None] + luck
    return each.mean(-1), each.var(-1, ddof=1) / runs


def test_ishigami_without_luck_is_what_salib_says() -> None:
    from SALib.analyze import sobol as theirs

    points = sobol.rows(3, 1024, seed=1)
    values = ishigami(points)
    found = sobol.indices(values, np.zeros_like(values), draws=200)
    usual = theirs.analyze(sobol._problem(3), values.ravel(), calc_second_order=False, num_resamples=2, seed=1)
    assert found.first[:, 0] == pytest.approx(usual["S1"], abs=2e-3)
    assert found.total[:, 0] == pytest.approx(usual["ST"], abs=2e-3)
    assert found.first[:, 0] == pytest.approx(FIRST, abs=0.02) and found.total[:, 0] == pytest.approx(TOTAL, abs=0.02)
    assert found.variance[0] == pytest.approx(VARIANCE, rel=0.02)


def test_luck_as_large_as_the_answer_is_taken_out_of_ishigami() -> None:
    """Luck of three times the function's variance a run, two runs a point: totals of an inert input would be .6."""
    sd = np.sqrt(3 * VARIANCE)
    points = sobol.rows(4, 4096, seed=2)  # the fourth input does nothing
    values, luck = noisy(points, sd, 2, seed=3)
    found = sobol.indices(values, luck, draws=300)
    for kind, truth in ((found.first, [*FIRST, 0.0]), (found.total, [*TOTAL, 0.0])):
        for (value, low, high), at in zip(kind, truth, strict=True):
            assert abs(value - at) < 0.12 and low - 0.05 < at < high + 0.05
    assert found.variance[0] == pytest.approx(VARIANCE, rel=0.15)
    assert found.luck == pytest.approx(sd**2 / 2, rel=0.05)
    raw = sobol.indices(values, np.zeros_like(luck), draws=20)
    assert raw.total[3, 0] > 0.4, "with luck left in, an input that does nothing seems to do much"


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Over 150 designs of 128 rows with luck, each of three totals and firsts: 95%, or somewhat less for bootstraps."""
    hits = 0
    for seed in range(150):
        values, luck = noisy(sobol_free(128, seed), 2.0, 2, seed)
        found = sobol.indices(values, luck, draws=200, seed=seed)
        for kind, truth in ((found.first, FIRST), (found.total, TOTAL)):
            hits += sum(low <= at <= high for (_, low, high), at in zip(kind, truth, strict=True))
    assert 0.89 < hits / 900 < 0.99


def sobol_free(base: int, seed: int) -> np.ndarray:
    """Return independent rows, whose bootstrap is exact: rows of a sequence are spread more evenly than it says."""
    rng = np.random.default_rng(1000 + seed)
    a, b = rng.uniform(size=(2, base, 3))
    mixed = [np.where(np.arange(3) == i, b, a) for i in range(3)]
    return np.stack([a, *mixed, b], axis=1)


def test_luck_alone_is_said_so() -> None:
    rng = np.random.default_rng(5)
    each = rng.normal(size=(64, 5, 2))
    found = sobol.indices(each.mean(-1), each.var(-1, ddof=1) / 2, draws=200)
    assert found.verdict == "luck alone" and found.needed is None


def test_few_rows_are_not_settled_and_many_are() -> None:
    few = ishigami(sobol.rows(3, 32, seed=6))
    found = sobol.indices(few, np.zeros_like(few), draws=200)
    assert found.verdict == "not settled" and found.needed is not None and found.needed > 32
    many = ishigami(sobol.rows(3, 4096, seed=6))
    assert sobol.indices(many, np.zeros_like(many), draws=200).verdict == "settled"


def test_rows_with_missing_values_are_left_out_and_too_few_are_refused() -> None:
    values = ishigami(sobol.rows(3, 16, seed=7))
    values[3, 1] = np.nan
    assert sobol.indices(values, np.zeros_like(values), draws=20).base == 15
    values[:9, 0] = np.nan
    with pytest.raises(ValueError, match="eight base rows"):
        sobol.indices(values, np.zeros_like(values), draws=20)


def test_a_row_changes_one_input_at_a_time() -> None:
    points = sobol.rows(4, 8, seed=8)
    for row in points:
        for i in range(4):
            expected = row[0].copy()
            expected[i] = row[-1, i]
            assert np.array_equal(row[1 + i], expected)


def test_elementary_effects_of_a_linear_function_are_its_slopes() -> None:
    slopes = np.array([3.0, -1.0, 0.0, 0.5])
    points = sobol.trajectories(4, 6, seed=9)
    found = sobol.effects(points, points @ slopes)
    assert found == pytest.approx(np.tile(slopes, (6, 1)))
    assert (found[:, 2] == 0).all()


def test_elementary_effects_are_salibs() -> None:
    from SALib.analyze import morris as theirs

    points = sobol.trajectories(3, 20, seed=10)
    values = ishigami(points)
    found = sobol.effects(points, values)
    usual = theirs.analyze(sobol._problem(3), points.reshape(-1, 3), values.ravel(), num_levels=sobol.LEVELS, seed=1)
    assert np.abs(found).mean(0) == pytest.approx(np.asarray(usual["mu_star"], float))
    assert found.mean(0) == pytest.approx(np.asarray(usual["mu"], float))
