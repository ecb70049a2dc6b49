from __future__ import annotations

import math

import numpy as np
import pytest

from tfs_sim.analysis.variance import crossed, split
from tfs_sim.scenario.errors import UserError

SEED = 20261129


def test_with_equal_replicates_it_is_the_analysis_of_variance() -> None:
    values = np.random.default_rng(SEED).normal(size=(7, 4)) + 2 * np.arange(7)[:, None]
    found = split(values.reshape(-1), np.repeat(np.arange(7), 4))
    of_sets, within = 4 * values.mean(1).var(ddof=1), values.var(1, ddof=1).mean()
    assert found.within.value == pytest.approx(within)
    assert found.between.value == pytest.approx((of_sets - within) / 4)
    assert found.share.value == pytest.approx(found.between.value / (found.between.value + within))
    assert "unweighted means" in found.estimator


def test_where_replicates_go_to_sets_that_differ_most_it_is_not_misled() -> None:
    """Weighting sets by their replicates would give half as much again: 16 replicates for |truth| > 1, else 2."""
    rng = np.random.default_rng(SEED)
    true = rng.normal(size=4000)
    count = np.where(np.abs(true) > 1, 16, 2)
    sets = np.repeat(np.arange(4000), count)
    found = split(true[sets] + rng.normal(size=len(sets)), sets)
    assert found.between.value == pytest.approx(1.0, abs=4 * math.sqrt(2 / 4000) * 1.5)
    assert found.between.low < 1 < found.between.high
    assert found.within.value == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(("spread", "unequal"), [(1.0, False), (1.0, True), (0.3, False)])
def test_intervals_of_a_split_hold_the_truth(spread: float, unequal: bool) -> None:
    rng = np.random.default_rng(SEED)
    held, studies = np.zeros(3), 400
    truth = (spread**2, 2.0, spread**2 / (spread**2 + 2.0))
    for _ in range(studies):
        sets = np.repeat(np.arange(100), rng.integers(2, 13, 100) if unequal else 8)
        found = split(spread * rng.normal(size=100)[sets] + math.sqrt(2.0) * rng.normal(size=len(sets)), sets)
        held += [p.low <= t <= p.high for p, t in zip((found.between, found.within, found.share), truth, strict=True)]
    assert held / studies == pytest.approx(np.full(3, 0.945), abs=3.5 * math.sqrt(0.95 * 0.05 / studies))


def test_nothing_between_and_nothing_within() -> None:
    same = split(np.tile([1.0, 2.0, 3.0], 10), np.repeat(np.arange(10), 3))
    assert (same.between.value, same.within.value, same.share.value) == (0.0, 1.0, 0.0)
    exact = split(np.repeat(np.arange(10.0), 3), np.repeat(np.arange(10), 3))
    assert (exact.within.value, exact.share.value) == (0.0, 1.0)
    nothing = split(np.zeros(30), np.repeat(np.arange(10), 3))
    assert (nothing.between.value, nothing.within.value, nothing.share.value) == (0.0, 0.0, 0.0)
    few = split(np.arange(6.0), np.repeat(np.arange(3), 2))
    assert few.between.value > 0 and math.isnan(few.between.low)


def test_where_one_set_alone_differs_the_share_has_no_interval() -> None:
    values = np.zeros((5, 2))
    values[3] = 0.0, 1.0  # without this set there is neither variance of sets nor of luck
    found = split(values.reshape(-1), np.repeat(np.arange(5), 2)).share
    assert found.value == 0.0 and math.isnan(found.low) and math.isnan(found.high)


def test_one_set_or_no_replicate_twice_is_told() -> None:
    with pytest.raises(UserError, match="one set of parameters"):
        split(np.arange(4.0), np.zeros(4, int))
    with pytest.raises(UserError, match="nothing is known of luck"):
        split(np.arange(4.0), np.arange(4))


def test_the_same_luck_at_several_sets_tells_the_product_apart() -> None:
    """By hand: sets 0, 3; luck 0, 1, 2 … with no product at all."""
    d = 3.0 * np.arange(4)[:, None] + np.arange(5.0)
    found = crossed(d)
    assert found.product.value == pytest.approx(0, abs=1e-12)
    assert found.parameters.value == pytest.approx(9 * np.arange(4).var(ddof=1))
    assert found.luck.value == pytest.approx(np.arange(5).var(ddof=1))


def test_what_the_product_adds_to_sets_and_luck_is_taken_off() -> None:
    d = np.random.default_rng(SEED).normal(size=(5, 4)) + 2.0 * np.arange(5)[:, None] + 3.0 * np.arange(4)
    rest = d - d.mean(1, keepdims=True) - d.mean(0) + d.mean()
    product = (rest**2).sum() / 12
    found = crossed(d)
    assert found.product.value == pytest.approx(product)
    assert found.parameters.value == pytest.approx(d.mean(1).var(ddof=1) - product / 4)
    assert found.luck.value == pytest.approx(d.mean(0).var(ddof=1) - product / 5)
    for part in (found.parameters, found.luck, found.product):
        assert part.low < part.value < part.high


def test_intervals_of_a_crossed_design_hold_the_truth() -> None:
    rng = np.random.default_rng(SEED)
    held, values, studies = np.zeros(3), [], 200
    for _ in range(studies):
        d = rng.normal(size=(50, 1)) + rng.normal(size=(1, 8)) + 0.5 * rng.normal(size=(50, 8))
        found = crossed(d)
        parts = found.parameters, found.luck, found.product
        held += [p.low <= t <= p.high for p, t in zip(parts, (1.0, 1.0, 0.25), strict=True)]
        values.append([p.value for p in parts])
    assert (held / studies > 0.95 - 3 * math.sqrt(0.95 * 0.05 / studies)).all()
    error = np.std(values, axis=0) / math.sqrt(studies)
    assert (np.abs(np.mean(values, axis=0) - (1.0, 1.0, 0.25)) < 3.5 * error).all()


@pytest.mark.parametrize("shape", [(2, 8), (8, 2)])
def test_too_small_a_crossed_design_is_told(shape: tuple[int, int]) -> None:
    with pytest.raises(
        UserError, match=f"the same 3 replicates at 3 sets at least, all there; found {shape[0]} × {shape[1]}"
    ):
        crossed(np.ones(shape))
    holed = np.ones((5, 5))
    holed[1, 1] = np.nan
    with pytest.raises(UserError, match="5 × 5, some missing"):
        crossed(holed)
