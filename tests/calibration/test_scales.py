"""Scales: worked by hand, and against simulated luck."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tfs_sim.calibration.scales import Output, centred, deviance, off_by, scaled


def test_scales_of_a_value_and_its_variance() -> None:
    assert scaled("identity", 3.2, 0.04, 0, 0) == (3.2, 0.04)
    value, variance = scaled("log", 20.0, 4.0, 0, 0)
    assert (value, variance) == (pytest.approx(math.log(20)), pytest.approx(0.01))
    value, variance = scaled("logit", 0.8, 0.0016, 0, 0)
    assert (value, variance) == (pytest.approx(math.log(4)), pytest.approx(0.0625))
    assert all(math.isnan(each) for each in scaled("log", 0.0, 1.0, 0, 0))
    assert all(math.isnan(each) for each in scaled("logit", math.nan, math.nan, 0, 0))


def test_deviance_is_the_likelihood_that_is_lost() -> None:
    # seven of seven, of sites that fall with a chance of a half: √(−2 · 7 · ln .5) = 3.115
    assert deviance(0.5, 1.0, 7) == pytest.approx(-3.115, abs=5e-4)
    assert deviance(0.75, 0.75, 40) == 0
    # near the centre it is the usual number of standard deviations
    assert deviance(0.62, 0.6, 1000) == pytest.approx(0.02 / math.sqrt(0.6 * 0.4 / 1000), rel=0.02)
    assert deviance(0.9, 0.6, 10) > 0 > deviance(0.3, 0.6, 10)


def test_the_binomial_scale_carries_luck_over() -> None:
    random = np.random.default_rng(2)
    shares = random.normal(0.6, 0.02, 20_000)
    value, variance = scaled("binomial", 0.6 + 1e-9, 0.02**2, 0.7, 30)
    seen = [deviance(float(each), 0.7, 30) for each in shares]
    assert value == pytest.approx(np.mean(seen), abs=0.01)
    assert variance == pytest.approx(np.var(seen), rel=0.05)


def test_the_discrepancy_is_of_the_value_and_of_a_share_of_its_rarer_answer() -> None:
    assert off_by("log", 22.0, 0.1, 0) == 0.1
    assert off_by("identity", 3.24, 0.1, 0) == pytest.approx(0.324)
    assert off_by("logit", 0.9, 0.25, 0) == pytest.approx(0.025 / 0.09)
    assert off_by("logit", 0.1, 0.25, 0) == pytest.approx(off_by("logit", 0.9, 0.25, 0))
    assert off_by("binomial", 0.95, 0.25, 12) == pytest.approx(0.0125 * math.sqrt(12 / (0.95 * 0.05)))
    assert off_by("binomial", 1.0, 0.25, 12) == 0.0


def test_centres() -> None:
    assert centred("logit", 0.9) == pytest.approx(math.log(9))
    assert centred("log", 22.1) == pytest.approx(math.log(22.1))
    assert (centred("binomial", 1.0), centred("identity", 3.24)) == (0.0, 3.24)


def test_an_output_puts_values_on_its_scale() -> None:
    output = Output("t6", 0.0, 1.0, "binomial", 7, 1.0)
    assert output.of(0.5, 0.001)[0] == pytest.approx(-3.115, abs=5e-4)
