from __future__ import annotations

import math
import time

import numpy as np
import pytest
from scipy.stats import norm

from tfs_sim.estimators.deconvolution import Shares, Truths, priorities
from tfs_sim.estimators.sets import SetMeans
from tfs_sim.scenario.errors import UserError

SEED = 20261129


def studied(true: np.ndarray, luck: float, replicates: int, seed: int = SEED) -> Truths:
    """Sets with these true differences, and luck of so many standard deviations a run."""
    rng = np.random.default_rng(seed)
    values = true[:, None] + luck * rng.normal(size=(len(true), replicates))
    return Truths(SetMeans.of(values.reshape(-1), np.repeat(np.arange(len(true)), replicates)))


def percent(shares: Shares) -> list[float]:
    return [100 * each.share for each in (shares.better, shares.same, shares.worse)]


def inside(shares: Shares, true: tuple[float, float, float]) -> bool:
    return all(s.low <= t <= s.high for s, t in zip((shares.better, shares.same, shares.worse), true, strict=True))


def test_where_every_set_is_the_same_no_set_is_better_or_worse() -> None:
    """Every set truly +.55, 1 worthwhile, luck ±2.9 a set mean at four replicates: 0 / 100 / 0, raw 44 / 27 / 30."""
    right = 0
    for seed in range(20):
        found = studied(np.full(500, 0.55), 5.8, 4, seed)
        raw = found.means.mean
        assert [(raw > 1).mean(), (raw < -1).mean()] == pytest.approx([0.44, 0.30], abs=0.09)
        shares = found.shares(1.0)
        assert inside(shares, (0.0, 1.0, 0.0)) or not found.alike
        if found.alike:
            assert percent(shares) == [0.0, 100.0, 0.0] and shares.verdict == "alike"
            assert found.replicates_needed is None and found.range()[0] == found.range()[1]
            right += 1
        else:
            assert shares.verdict == "too few replicates", "in one study of twenty: then no shares are told"
    assert right >= 17


def test_a_normal_spread() -> None:
    true = norm.ppf((np.arange(500) + 0.5) / 500, 0.55, 2)
    found = studied(true, 2.8, 8)
    shares = found.shares(1.0)
    expected = (1 - norm.cdf(1, 0.55, 2), norm.cdf(1, 0.55, 2) - norm.cdf(-1, 0.55, 2), norm.cdf(-1, 0.55, 2))
    assert shares.verdict == "told" and found.reliability == pytest.approx(0.8, abs=0.04)
    assert percent(shares) == pytest.approx([100 * e for e in expected], abs=8)
    assert inside(shares, expected)
    low, high = found.range()
    assert norm.cdf(high, 0.55, 2) - norm.cdf(low, 0.55, 2) == pytest.approx(0.9, abs=0.04)


def test_two_atoms() -> None:
    true = np.repeat([0.0, 4.0], [350, 150])
    found = studied(true, 2.5, 8)
    shares = found.shares(2.0)
    assert shares.verdict == "told"
    assert percent(shares) == pytest.approx([30, 70, 0], abs=2)
    assert shares.worse.low == 0 and inside(shares, (0.3, 0.7, 0.0))
    assert found.range() == pytest.approx((0, 4), abs=0.9)


def test_shares_sum_to_one_and_lie_in_their_intervals() -> None:
    found = studied(np.random.default_rng(1).lognormal(0, 1.5, 200), 2.0, 4).shares(0.8)
    assert sum(percent(found)) == pytest.approx(100)
    for each in (found.better, found.same, found.worse):
        assert 0 <= each.low <= each.share <= each.high <= 1


def test_turned_round_and_in_other_units_it_is_the_same() -> None:
    rng = np.random.default_rng(SEED)
    values, sets = (rng.normal(0.5, 2, (80, 1)) + rng.normal(size=(80, 4))).reshape(-1), np.repeat(np.arange(80), 4)
    plain = Truths(SetMeans.of(values, sets))
    turned, scaled = Truths(SetMeans.of(-values, sets)), Truths(SetMeans.of(1e6 * values, sets))
    one, other = plain.shares(1.0), turned.shares(1.0)
    for a, b in ((one.better, other.worse), (one.same, other.same), (one.worse, other.better)):
        assert (a.share, a.low, a.high) == pytest.approx((b.share, b.low, b.high), abs=1e-4)
    assert turned.shares(1.0, "lower").better.share == pytest.approx(one.better.share, abs=1e-4)
    assert percent(scaled.shares(1e6)) == pytest.approx(percent(one), abs=0.01)
    assert np.array(scaled.range()) / 1e6 == pytest.approx(plain.range(), abs=1e-3)


def test_reliability_says_when_replicates_are_too_few_and_how_many_are_needed() -> None:
    true = np.random.default_rng(SEED).normal(0, 2, 2000)
    few = studied(true, 6.0, 8)
    assert few.reliability == pytest.approx(4 / (4 + 36 / 8), abs=0.04)
    assert few.shares(1.0).verdict == "too few replicates"
    assert few.replicates_needed == pytest.approx(36, abs=5), "4 × 36 / 4"
    assert studied(true, 6.0, 40).shares(1.0).verdict == "told"


def test_heavy_tails_do_not_make_sets_alike() -> None:
    found = studied(np.random.default_rng(3).lognormal(0, 2, 100), 1.0, 4)
    assert not found.alike and found.reliability > 0.9


def test_replicates_go_first_to_sets_near_a_threshold() -> None:
    found = studied(np.linspace(-6, 6, 121), 2.0, 8)
    first = found.means.mean[priorities(found.doubts(2.0), found.means.count)[:12]]
    assert (np.abs(np.abs(first) - 2) < 0.8).all()
    assert (first > 0).any() and (first < 0).any()
    chances = found.chances(2.0)
    assert chances.sum(1) == pytest.approx(np.ones(121))
    assert chances[-1, 0] > 0.99 and chances[60, 1] > 0.9 and chances[0, 2] > 0.99


def test_of_two_sets_in_equal_doubt_that_with_fewer_replicates_comes_first() -> None:
    rng = np.random.default_rng(SEED)
    count = np.where(np.arange(100) % 2, 4, 16)
    true = np.repeat(rng.normal(0, 3, 50), 2)
    values = np.repeat(true, count)
    values = values + np.concatenate([np.linspace(-1, 1, n) for n in count])
    found = Truths(SetMeans.of(values, np.repeat(np.arange(100), count)))
    first = found.means.count[priorities(found.doubts(1.0), found.means.count)[:8]]
    assert (first == 4).mean() > 0.7


def test_no_luck_at_all_is_counting() -> None:
    true = np.random.default_rng(SEED).normal(size=100)
    found = studied(true, 0.0, 3).shares(1.0)
    assert found.better.share == pytest.approx((true > 1).mean(), abs=0.01) and found.verdict == "told"
    nothing = studied(np.zeros(60), 0.0, 3).shares(1.0)
    assert percent(nothing) == [0, 100, 0]
    assert nothing.worse.high == pytest.approx(1 - math.exp(-3.8415 / 120), abs=1e-3), "60 sets of which none was seen"


@pytest.mark.parametrize("worthwhile", [0.0, -1.0, math.nan, math.inf])
def test_worthwhile_must_be_above_zero(worthwhile: float) -> None:
    found = studied(np.linspace(0, 1, 20), 0.1, 4)
    for asked in (found.shares, found.chances, found.doubts):
        with pytest.raises(
            UserError, match="worthwhile is the smallest difference that counts, a number above 0; found"
        ):
            asked(worthwhile)


def test_five_hundred_sets_take_well_below_a_second() -> None:
    true = np.random.default_rng(SEED).lognormal(0, 1.5, 500)
    studied(true, 1.4, 8).shares(1.0)
    start = time.process_time()
    studied(true, 1.4, 8).shares(1.0)
    assert time.process_time() - start < 1.0
