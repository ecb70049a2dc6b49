"""Scoring rules: by hand, and that nobody gains by saying something else than they believe."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tfs_sim.problems import scores


def test_scores_by_hand() -> None:
    assert scores.logarithmic(0.8, 1.0) == pytest.approx(-math.log(0.8))
    assert scores.logarithmic(0.8, 0.0) == pytest.approx(-math.log(0.2))
    assert scores.quadratic(0.8, 1.0) == pytest.approx(0.04)
    assert scores.quadratic(0.8, 0.25) == pytest.approx(0.25 * 0.04 + 0.75 * 0.64)
    np.testing.assert_allclose(scores.interval(2.0, 5.0, 0.9, [3.0, 1.0, 6.5]), [3.0, 3.0 + 20.0, 3.0 + 30.0])
    # |y − m|/2, .25 · 50% interval, .05 · 90% interval, over 2.5
    by_hand = (0.5 * 1.0 + 0.25 * (1.0 + 4.0 * 0.5) + 0.05 * 4.0) / 2.5
    np.testing.assert_allclose(scores.weighted([1.0, 2.5, 3.0, 3.5, 5.0], [4.0]), [by_hand])
    assert scores.covered([1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 2.0, 4.5, 5.5]) == (0.25, 0.75)


@pytest.mark.parametrize("chance", [0.02, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("rule", [scores.logarithmic, scores.quadratic])
def test_the_true_chance_is_the_best_answer(chance: float, rule) -> None:  # type: ignore[no-untyped-def]
    said = np.linspace(0.001, 0.999, 999)
    assert said[np.argmin([rule(each, chance) for each in said.tolist()])] == pytest.approx(chance, abs=1e-9)


def test_the_true_quantiles_are_the_best_answer() -> None:
    truths = stats.gamma(2.0).ppf((np.arange(4000) + 0.5) / 4000)
    true = np.quantile(truths, scores.LEVELS)
    best = scores.weighted(true.tolist(), truths).mean()
    for place in range(5):
        for step in (-0.2, 0.2):
            other = true.copy()
            other[place] += step
            assert scores.weighted(np.sort(other).tolist(), truths).mean() > best
    assert scores.weighted(np.full(5, np.median(truths)).tolist(), truths).mean() > best, "being sure does not pay"


def test_more_quantiles_than_five_would_come_near_the_crps() -> None:
    """The score of five quantiles of a normal distribution lies near its CRPS, which says what a unit is."""
    truths = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)
    crps = truths * (2 * stats.norm.cdf(truths) - 1) + 2 * stats.norm.pdf(truths) - 1 / math.sqrt(math.pi)
    five = scores.weighted(stats.norm.ppf(scores.LEVELS).tolist(), truths)
    assert five.mean() / 2 == pytest.approx(crps.mean() / 2, rel=0.15)
