"""Weights: how many sets they are worth, and which sets stand for them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfs_sim.calibration import weighing

some = st.lists(st.floats(1e-6, 1.0), min_size=2, max_size=60)


def test_effective_sets_by_hand() -> None:
    assert weighing.effective(np.full(8, 0.3)) == pytest.approx(8)
    assert weighing.effective(np.array([1.0, 0.0])) == pytest.approx(1)
    assert weighing.effective(np.array([3.0, 1.0])) == pytest.approx(1.6)
    assert weighing.effective(np.zeros(3)) == 0


@settings(max_examples=60, deadline=None)
@given(some, st.floats(0, 0.999))
def test_no_set_is_taken_twice_and_as_many_as_they_are_worth(raw: list[float], start: float) -> None:
    weights = np.array(raw) / sum(raw)
    rows, cut = weighing.taken(weights, start)
    assert len(set(rows.tolist())) == len(rows)
    assert abs(len(rows) - int(weighing.effective(weights) + 1e-9)) <= 1
    assert 0 <= cut < 1


def test_even_weights_leave_every_set() -> None:
    rows, cut = weighing.taken(np.full(50, 0.02), 0.7)
    assert rows.tolist() == list(range(50)) and cut == pytest.approx(0)


def test_sets_are_taken_as_often_as_their_weights_say() -> None:
    times = np.zeros(5)
    for start in (np.arange(1_000) + 0.5) / 1_000:
        rows, cut = weighing.taken(np.array([0.6, 0.05, 0.1, 0.15, 0.1]), float(start))
        times[rows] += 1
    assert cut == pytest.approx(0.1)  # two sets stand for all, and one of them for more than half
    assert times == pytest.approx([1_000, 125, 250, 375, 250], abs=2)


@settings(max_examples=60, deadline=None)
@given(some, st.lists(st.floats(-300, 0), min_size=60, max_size=60))
def test_chances_are_defensive_and_come_from_enough_sets(raw: list[float], logs: list[float]) -> None:
    before = np.array(raw) / sum(raw)
    chance = weighing.chances(before, np.array(logs[: len(raw)]))
    assert chance.sum() == pytest.approx(1)
    assert (before / chance <= 1 / weighing.DEFENSIVE + 1e-9).all()
    least = min(weighing.PARENTS, weighing.effective(before) / 2)
    assert weighing.effective(chance) >= 0.9 * least


def test_a_set_that_is_ruled_out_lends_little() -> None:
    chance = weighing.chances(np.full(4, 0.25), np.array([0.0, 0.0, 0.0, -np.inf]))
    assert chance[3] == pytest.approx(weighing.DEFENSIVE / 4)


def test_waves_together_are_the_mean_over_the_prior() -> None:
    """Of x normal and a likelihood of 1 at x: half of the variance, and half of the way."""
    rng = np.random.default_rng(1)
    first = rng.standard_normal(4_000)
    logs = -0.5 * (first - 1.0) ** 2
    prior = np.full(4_000, 1 / 4_000)
    chance = weighing.chances(prior, logs)
    parents = weighing.drawn(chance, 4_000, float(rng.random()))
    second = np.sqrt(1 - 0.16) * first[parents] + 0.4 * rng.standard_normal(4_000)
    again = prior[parents] / chance[parents] / 4_000
    assert again.sum() == pytest.approx(1, abs=0.05)
    _, after = weighing.pooled([prior, again], [logs, -0.5 * (second - 1.0) ** 2])
    both = np.concatenate([first, second])
    mean = float(after @ both)
    assert mean == pytest.approx(0.5, abs=0.04)
    assert float(after @ (both - mean) ** 2) == pytest.approx(0.5, abs=0.04)


def test_nothing_that_agrees_has_no_weight() -> None:
    before, after = weighing.pooled([np.full(3, 1 / 3)], [np.full(3, -np.inf)])
    assert before == pytest.approx(1 / 3) and not after.any()
    assert weighing.taken(after, 0.5)[0].size == 0
