"""Values of so many communities, and what luck may do to them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tfs_sim.calibration import estimates


def test_a_share_has_odds_also_when_all_say_yes() -> None:
    found = estimates.share(np.ones(20), np.ones(20))
    assert found.value == pytest.approx(20.5 / 21)
    assert (found.raw, found.asked) == (1.0, 20)
    assert found.variance > 0


def test_nobody_to_be_asked_is_said_and_not_made_up() -> None:
    found = estimates.share(np.zeros(3), np.zeros(3))
    assert math.isnan(found.value) and found.asked == 0
    assert math.isnan(estimates.mean(np.array([5.0, 0.0]), np.array([1.0, 0.0])).value)  # one alone shows no luck
    assert math.isnan(estimates.quotient(found, found).value)


@pytest.mark.parametrize("kind", ["share", "mean", "quotient"])
def test_the_variance_is_what_other_luck_would_do(kind: str) -> None:
    random = np.random.default_rng(5)

    def one() -> estimates.Estimate:
        size = random.integers(5, 40, 25).astype(float)
        if kind == "share":
            return estimates.share(random.binomial(size.astype(int), random.beta(6, 2, 25)).astype(float), size)
        if kind == "mean":
            return estimates.mean(size * random.normal(3, 1, 25), size)
        return estimates.quotient(
            estimates.mean(random.gamma(4, 5, 25), np.ones(25)), estimates.mean(random.gamma(4, 3, 30), np.ones(30))
        )

    found = [one() for _ in range(3000)]
    told = np.mean([each.variance for each in found])
    true = np.var([each.value for each in found])
    assert told == pytest.approx(true, rel=0.15)


def test_jackknife_of_a_mean_is_its_usual_variance() -> None:
    values = np.array([1.0, 4.0, 2.0, 9.0])
    found = estimates.jackknifed(lambda some: float(values[some].mean()), 4)
    assert found.value == 4.0
    assert found.variance == pytest.approx(values.var(ddof=1) / 4)
