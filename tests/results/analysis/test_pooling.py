from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tfs_sim.analysis.compare import paired
from tfs_sim.analysis.pooling import Units, mean_of, sentence, share_of, words_of

SEED = 20261128


def crossed(replicates: int, points: int, *, sampled: bool) -> Units:
    replicate, point = np.repeat(np.arange(replicates), points), np.tile(np.arange(points), replicates)
    return Units(replicate, point, design=True, sampled=sampled)


def test_without_a_design_it_is_the_t_interval() -> None:
    values = np.random.default_rng(SEED).normal(size=12)
    found = mean_of(values, Units.replicates(12))
    low, high = found.ends()
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), rel=1e-12)
    low, high = found.ends(0.99)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.99)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), rel=1e-12)


def test_over_fixed_points_it_is_the_t_interval_of_replicates_means() -> None:
    values = np.random.default_rng(SEED).normal(size=(8, 16))
    low, high = mean_of(values.reshape(-1), crossed(8, 16, sampled=False)).ends()
    expected = stats.ttest_1samp(values.mean(1), 0).confidence_interval(0.95)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), rel=1e-12)


def test_over_drawn_points_the_variance_is_that_of_crossed_random_effects() -> None:
    """By hand: mean squares of a two-way table without replication (Searle, Casella & McCulloch 1992, chapter 4)."""
    d = np.array([[1.0, 4.0, 2.0, 4.0, 4.0], [3.0, 9.0, 5.0, 3.0, 5.0]])  # 2 replicates × 5 points; mean 4
    rows = 5 * ((3 - 4) ** 2 + (5 - 4) ** 2) / 1
    columns = 2 * ((2 - 4) ** 2 + (6.5 - 4) ** 2 + (3.5 - 4) ** 2 + (3.5 - 4) ** 2 + (4.5 - 4) ** 2) / 4
    own = (((d - 4) ** 2).sum() - rows * 1 - columns * 4) / 4
    found = mean_of(d.reshape(-1), crossed(2, 5, sampled=True))
    assert float(found.value) == pytest.approx(4.0)
    assert float(found.error) ** 2 == pytest.approx((rows + columns - own) / 10)
    parts = (rows / 10) ** 2 + (columns / 10) ** 2 / 4 + (own / 10) ** 2 / 4
    assert float(found.freedom) == pytest.approx(((rows + columns - own) / 10) ** 2 / parts)


def test_skewed_points_push_the_interval_to_the_side_of_the_rare() -> None:
    values = np.random.default_rng(SEED).exponential(size=(1, 40)) + np.zeros((6, 1))
    values = values + 0.01 * np.random.default_rng(1).normal(size=(6, 40))
    found = mean_of(values.reshape(-1), crossed(6, 40, sampled=True))
    low, high = (float(end) for end in found.ends())
    assert float(found.skewness) > 0.1
    assert high - float(found.value) > 1.1 * (float(found.value) - low)


def test_missing_values_leave_their_pairs_out() -> None:
    rng = np.random.default_rng(SEED)
    values = rng.normal(size=(6, 5))
    holed = values.copy()
    holed[2, 3] = holed[4, 0] = np.nan
    units = crossed(6, 5, sampled=True)
    found = mean_of(holed.reshape(-1), units)
    assert float(found.value) == pytest.approx(np.nanmean(holed))
    assert 0.5 < float(found.error) / float(mean_of(values.reshape(-1), units).error) < 2
    by_month = mean_of(np.stack([values.reshape(-1), holed.reshape(-1)], axis=1), units)
    assert by_month.value == pytest.approx([values.mean(), np.nanmean(holed)])
    assert by_month.error[1] == pytest.approx(float(found.error))


def test_one_unit_tells_nothing() -> None:
    values = np.random.default_rng(SEED).normal(size=10)
    for units in (
        Units.replicates(1).at(np.zeros(10, int)),
        crossed(1, 10, sampled=True),
        crossed(1, 10, sampled=False),
        crossed(10, 1, sampled=True),
    ):
        assert math.isnan(float(mean_of(values, units).ends()[0]))
    assert not math.isnan(float(mean_of(values, crossed(10, 1, sampled=False)).ends()[0]))
    few = np.random.default_rng(SEED).normal(size=40)
    assert math.isnan(float(mean_of(few, crossed(10, 4, sampled=True)).ends()[0])), "four drawn points are too few"
    assert not math.isnan(float(mean_of(few, crossed(8, 5, sampled=True)).ends()[0]))


def test_pairs_that_share_luck_are_not_independent() -> None:
    """What the version before did: all pairs of a design as if each had luck of its own."""
    rng = np.random.default_rng(SEED)
    d = (rng.normal(size=(8, 1)) + 0.1 * rng.normal(size=(8, 16))).reshape(-1)
    clustered = paired(d, np.zeros(128), units=crossed(8, 16, sampled=False))
    pooled = paired(d, np.zeros(128))
    assert (clustered.high - clustered.low) > 3 * (pooled.high - pooled.low)
    assert clustered.sample == "8 replicates at 16 points" and pooled.sample == "128 pairs"
    assert (clustered.pairs, clustered.replicates, clustered.points) == (128, 8, 16)


@pytest.mark.parametrize("sampled", [False, True])
@pytest.mark.parametrize(("luck", "points", "own"), [(1.0, 1.0, 1.0), (0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (0.2, 1.0, 0.5)])
def test_intervals_cover_as_often_as_they_say(sampled: bool, luck: float, points: float, own: float) -> None:
    """Four thousand studies of 8 replicates at 60 points, normal effects of replicate, point and pair."""
    rng = np.random.default_rng(SEED)
    studies = 4000
    shape = (8, 60, studies)
    effect = rng.normal(size=(1, 60, studies)) if sampled else np.repeat(rng.normal(size=(1, 60, 1)), studies, 2)
    d = luck * rng.normal(size=(8, 1, studies)) + points * effect + own * rng.normal(size=shape)
    low, high = mean_of(d.reshape(480, studies), crossed(8, 60, sampled=sampled)).ends()
    truth = 0.0 if sampled else points * float(effect[0, :, 0].mean())
    covered = float(((low <= truth) & (truth <= high)).mean())
    assert 0.935 <= covered <= 0.965


def test_shares_of_a_design_count_what_is_independent() -> None:
    units = crossed(8, 60, sampled=False)
    by_replicate = np.repeat(np.arange(8) < 2, 60)
    share, low, high = share_of(by_replicate, units)
    assert share == 0.25
    assert high - low > 0.4, "two of eight replicates, not 120 of 480 pairs"
    never = share_of(np.zeros(480, bool), units)
    assert never[:2] == (0.0, 0.0) and never[2] > 0.3
    plain = share_of(np.arange(40) < 10, Units.replicates(40))
    assert plain[1:] == pytest.approx((0.1419, 0.4019), abs=1e-4)  # Wilson's, 10 of 40


def test_a_jump_counts_a_pair_each_way_that_was_not_seen() -> None:
    """No pair of twenty is of two kinds; three in twenty might be (the rule of three), and the interval knows it."""
    a = np.full(20, 0.4) + np.linspace(-1e-3, 1e-3, 20)
    seen, allowed = paired(a, np.full(20, 0.4)), paired(a, np.full(20, 0.4), jump=0.4)
    assert seen.high < 1e-3
    assert allowed.high == pytest.approx(2.093 * math.sqrt(2) * 0.4 / 20, rel=1e-3)
    assert paired(a, a, jump=0.4).same, "what is the same in every pair stays the same"


def test_words() -> None:
    assert words_of(1, 0, design=False) == "1 pair" and words_of(40, 0, design=False) == "40 pairs"
    assert words_of(8, 60, design=True) == "8 replicates at 60 points"
    assert words_of(1, 1, design=True) == "1 replicate at 1 point"
    grid = sentence(crossed(8, 16, sampled=False), 4, 2)
    assert "exactly these points" in grid and "clustered by replicate" in grid and "8 replicates at 16 points" in grid
    assert "conditions are not pooled" in grid and "these 4 sites" in grid
    drawn = sentence(crossed(8, 60, sampled=True), 1, 1)
    assert "clustered by both" in drawn and "site" not in drawn and "condition" not in drawn
    assert "t-intervals of mean paired differences over 40 pairs" in sentence(Units.replicates(40), 1, 1)


def nested(sets: int, replicates: int, points: int = 0, *, sampled: bool = False) -> Units:
    """Sets × replicates (× points): replicate 3 of one set has nothing in common with replicate 3 of another."""
    shape = (sets, replicates, max(points, 1))
    own, replicate, point = (np.broadcast_to(axis, shape).reshape(-1) for axis in np.indices(shape))
    return Units(replicate, point, points > 0, sampled, own)


def test_over_sets_it_is_the_interval_of_set_means() -> None:
    values = np.random.default_rng(SEED).normal(size=(12, 4)) + np.arange(12)[:, None]
    found = mean_of(values.reshape(-1), nested(12, 4))
    means = values.mean(1)
    assert float(found.value) == pytest.approx(means.mean())
    assert float(found.error) == pytest.approx(means.std(ddof=1) / math.sqrt(12))
    assert float(found.freedom) == 11
    assert float(found.skewness) == pytest.approx(stats.skew(means, bias=False) / math.sqrt(12))
    as_replicates = mean_of(values.reshape(-1), Units.replicates(48))
    assert float(found.error) > 1.5 * float(as_replicates.error), "48 pairs of 12 sets are no 48 independent pairs"


def test_every_set_counts_the_same_however_many_replicates_it_has() -> None:
    units = Units(np.r_[np.arange(2), np.arange(16)], np.zeros(18, int), set=np.r_[np.zeros(2, int), np.ones(16, int)])
    values = np.r_[np.zeros(2), np.ones(16)]
    assert float(mean_of(values, units).value) == 0.5
    found = paired(values, np.zeros(18), "higher", units=units)
    assert (found.mean_a, found.difference, found.worse) == (0.5, 0.5, 0.0)
    months = mean_of(np.stack([values, 2 * values], axis=1), units)
    assert months.value.tolist() == [0.5, 1.0]


def test_over_sets_at_fixed_points_a_set_is_one_cluster() -> None:
    values = np.random.default_rng(SEED).normal(size=(9, 3, 5)) + np.arange(9)[:, None, None]
    found = mean_of(values.reshape(-1), nested(9, 3, 5))
    means = values.mean((1, 2))
    assert (float(found.value), float(found.error)) == pytest.approx((means.mean(), means.std(ddof=1) / 3))
    holed = values.copy()
    holed[0, :2, 0] = np.nan
    expected = np.nanmean(np.nanmean(holed, axis=1), axis=1).mean()
    assert float(mean_of(holed.reshape(-1), nested(9, 3, 5)).value) == pytest.approx(expected)


def test_over_sets_and_drawn_points_it_is_clustered_by_both() -> None:
    """Cells' means in place of pairs: the same as sets in place of replicates."""
    values = np.random.default_rng(SEED).normal(size=(8, 3, 6))
    found = mean_of(values.reshape(-1), nested(8, 3, 6, sampled=True))
    cells = mean_of(values.mean(1).reshape(-1), crossed(8, 6, sampled=True))
    for name in ("value", "error", "freedom", "skewness"):
        assert float(getattr(found, name)) == pytest.approx(float(getattr(cells, name)))


@pytest.mark.parametrize("points", [0, 20])
def test_intervals_over_sets_cover_as_often_as_they_say(points: int) -> None:
    """Two thousand studies of 40 sets × 3 replicates: sets, their luck, and with points what points do."""
    rng = np.random.default_rng(SEED)
    studies = 2000
    shape = (40, 3, max(points, 1), studies)
    d = rng.normal(size=(40, 1, 1, studies)) + rng.normal(size=(40, 3, 1, studies)) + 0.5 * rng.normal(size=shape)
    if points:
        d = d + 0.5 * rng.normal(size=(1, 1, points, studies))
    low, high = mean_of(d.reshape(-1, studies), nested(40, 3, points, sampled=points > 0)).ends()
    assert float(((low <= 0) & (high >= 0)).mean()) == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / studies))


def test_few_sets_tell_nothing_and_one_set_is_no_sets() -> None:
    from pandas import DataFrame

    values = np.random.default_rng(SEED).normal(size=16)
    for sets in (1, 4):
        assert math.isnan(float(mean_of(values, nested(sets, 16 // sets)).ends()[0]))
    assert not math.isnan(float(mean_of(values, nested(8, 2)).ends()[0]))
    table = DataFrame({"replicate": [0, 1, 0, 1], "set": [3, 3, 7, 7]})
    assert Units.of_table(table, False).sets == 2 and Units.of_table(table, False).luck == 4
    alone = Units.of_table(table[:2], False)
    assert alone.set is None and alone.holds == "luck" and alone.method == "paired t"


def test_shares_over_sets_count_sets() -> None:
    units = nested(20, 8)
    share, low, high = share_of(np.repeat(np.arange(20) < 5, 8), units)
    assert share == 0.25 and high - low > 0.3, "five of twenty sets, not 40 of 160 pairs"
    uneven = Units(np.r_[0, np.arange(9)], np.zeros(10, int), set=np.r_[0, np.ones(9, int)])
    assert share_of(np.arange(10) > 0, uneven)[0] == 0.5


def test_words_over_sets() -> None:
    assert words_of(800, 0, design=False, sets=100) == "8 replicates of each of 100 sets"
    assert words_of(799, 0, design=False, sets=100) == "799 replicates of 100 sets"
    assert words_of(1, 1, design=True, sets=1) == "1 replicate of 1 set at 1 point"
    plain, fixed, drawn = nested(6, 2), nested(6, 2, 3), nested(6, 2, 5, sampled=True)
    assert plain.method == fixed.method == "clustered by set" and drawn.method == "clustered by set and point"
    assert (plain.holds, drawn.holds) == (
        "luck and which sets were drawn",
        "luck and which sets and points were drawn",
    )
    assert (plain.fewest, drawn.fewest) == (6, 5)
    said = sentence(plain, 1, 1)
    assert "from 2 replicates of each of 6 sets; every set counts the same" in said and "They hold luck and which sets were drawn: how far the mean may be off" in said
    assert "2 replicates of each of 6 sets at 3 points" in sentence(fixed, 1, 1) and "exactly these points" in sentence(fixed, 1, 1)
    assert "distributions that the design's points were drawn from" in sentence(drawn, 1, 1)
    values = np.random.default_rng(SEED).normal(size=12)
    assert paired(values, np.zeros(12), units=plain).sample == "2 replicates of each of 6 sets"
    assert paired(values, np.zeros(12), units=plain, jump=5.0).jump == 0.0, "sets differ by more than luck"
