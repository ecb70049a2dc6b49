from __future__ import annotations

import math

import numpy as np
import pytest

from tfs_sim.estimators.sets import SetMeans
from tfs_sim.scenario.errors import UserError

SEED = 20261129


def drawn(sets: int, replicates: int, size: np.ndarray | float = 1.0) -> SetMeans:
    values = np.reshape(size, (-1, 1)) * np.random.default_rng(SEED).normal(size=(sets, replicates))
    return SetMeans.of(values.reshape(-1), np.repeat(np.arange(sets), replicates))


def test_means_variances_and_counts_are_those_of_each_set() -> None:
    values = np.array([1.0, 3.0, np.nan, 5.0, 7.0, 9.0, np.nan])
    found = SetMeans.of(values, np.array(["b", "b", "b", "a", "a", "a", "c"]))
    assert found.name.tolist() == ["a", "b"], "a set without a value is left out"
    assert found.mean.tolist() == [7.0, 2.0]
    assert found.variance.tolist() == [4.0, 2.0]
    assert found.count.tolist() == [3, 2]


def test_where_luck_is_alike_all_sets_have_the_pooled_variance() -> None:
    values = np.arange(40)[:, None] + np.array([-1.0, 0.0, 0.5, 0.5])
    found = SetMeans.of(values.reshape(-1), np.repeat(np.arange(40), 4))
    expected = math.sqrt(float(found.variance.mean()) / 4)
    assert np.isinf(found.freedom).all()
    assert found.error == pytest.approx(np.full(40, expected))


def test_where_luck_differs_each_set_keeps_more_of_its_own() -> None:
    size = np.repeat([0.1, 10.0], 30)
    found = drawn(60, 8, size)
    assert np.isfinite(found.freedom).all() and (found.freedom > 7).all()
    assert found.error[:30].max() < 0.1 * found.error[30:].min()


def test_the_prior_of_variances_is_found() -> None:
    """Variances like s₀² d₀ / χ²(d₀) with d₀ = 6: two in three of the errors hold the truth at one, as t does."""
    rng = np.random.default_rng(SEED)
    size = np.sqrt(2.0 * 6 / rng.chisquare(6, 4000))
    found = drawn(4000, 3, size)
    assert float(found.freedom[0]) - 2 == pytest.approx(6, rel=0.25)
    from scipy.stats import t

    z = found.mean / found.error
    for level in (0.5, 0.9, 0.99):
        held = float((np.abs(z) < t.ppf(0.5 + level / 2, found.freedom)).mean())
        assert held == pytest.approx(level, abs=4 * math.sqrt(level * (1 - level) / 4000))


def test_a_set_with_one_replicate_has_the_luck_of_the_others() -> None:
    values = np.random.default_rng(SEED).normal(size=21)
    found = SetMeans.of(values, np.r_[np.repeat(np.arange(5), 4), 9])
    assert found.count[-1] == 1 and math.isnan(found.variance[-1])
    assert found.error[-1] == pytest.approx(2 * found.error[0])


def test_one_set_or_no_replicate_twice_is_told_in_a_sentence() -> None:
    with pytest.raises(UserError, match="found one set of parameters; how sets differ needs two sets"):
        SetMeans.of(np.ones(4), np.zeros(4, int))
    with pytest.raises(
        UserError, match="every one of the 4 sets has a single replicate, so that nothing is known of luck"
    ):
        SetMeans.of(np.ones(4), np.arange(4))
    with pytest.raises(UserError, match="no set of parameters with a value"):
        SetMeans.of(np.full(4, np.nan), np.arange(4))
