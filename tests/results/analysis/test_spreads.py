from __future__ import annotations

import math

import numpy as np
import pytest
from synthetic import Synthetic, synthetic, under_sets

from tfs_sim.analysis.compare import compare_arms
from tfs_sim.analysis.pooling import Units
from tfs_sim.analysis.spreads import luck_about, set_means, spread, spread_of_pairs
from tfs_sim.analysis.stored import Stored

SEED = 20261129


def nested(sets: int, each: int, points: int = 1, sampled: bool = False) -> Units:
    """Return the units of replicates nested in sets, at the points of a design where there are more than one."""
    of = np.repeat(np.arange(sets), each * points)
    replicate = np.tile(np.repeat(np.arange(each), points), sets)
    return Units(replicate, np.tile(np.arange(points), sets * each), points > 1, sampled, of)


def differences(truth: np.ndarray, luck: float, each: int, seed: int = SEED) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.repeat(truth, each) + rng.normal(0, luck, len(truth) * each)


def test_where_sets_differ_much_the_middle_of_them_and_their_shares_are_told() -> None:
    truth = np.random.default_rng(SEED).normal(1.0, 2.0, 200)
    found = spread_of_pairs(differences(truth, 1.0, 8), nested(200, 8), worthwhile=1.0)
    assert found is not None and found.verdict == "told" and found.sets == 200
    assert found.reliability > 0.95
    assert (found.low, found.high) == pytest.approx((1 - 1.645 * 2, 1 + 1.645 * 2), abs=0.6)
    assert found.shares is not None and found.shares.better.low < 0.5 < found.shares.better.high
    assert found.parameters.value == pytest.approx(4 / 5, abs=0.06)


def test_too_few_replicates_are_told_with_how_many_would_do() -> None:
    truth = np.random.default_rng(SEED).normal(0.0, 1.0, 200)
    found = spread_of_pairs(differences(truth, 4.0, 4), nested(200, 4), worthwhile=0.5)
    assert found is not None and found.verdict == "too few replicates" and found.shares is None
    assert math.isnan(found.low) and found.needed is not None and 40 <= found.needed <= 110, "4 · 16 are wanted"


def test_luck_alone_is_not_taken_for_parameters() -> None:
    found = spread_of_pairs(differences(np.full(200, 0.55), 5.8, 4), nested(200, 4), worthwhile=1.0)
    assert found is not None and found.verdict == "alike" and found.needed is None
    assert found.shares is not None and found.shares.same.share == 1.0 and found.shares.worse.share == 0.0


def test_points_that_stand_for_themselves_count_with_their_mean() -> None:
    """A replicate's differences at several points share its luck: they are no further replicates."""
    truth, points = np.random.default_rng(SEED).normal(0, 2, 60), 5
    plain = differences(truth, 1.0, 3)
    at_points = np.repeat(plain, points) + np.tile([-2.0, -1.0, 0.0, 1.0, 2.0], len(plain))
    one = spread_of_pairs(plain, nested(60, 3), worthwhile=1.0)
    other = spread_of_pairs(at_points, nested(60, 3, points), worthwhile=1.0)
    assert one is not None and other is not None
    assert (other.reliability, other.low, other.high) == pytest.approx((one.reliability, one.low, one.high), abs=1e-6)


def test_nothing_is_told_without_sets_over_drawn_points_or_of_single_replicates() -> None:
    plain = differences(np.arange(20.0), 1.0, 2)
    assert spread_of_pairs(plain, Units.replicates(40)) is None
    assert spread_of_pairs(plain, nested(4, 2, 5, sampled=True)) is None
    assert spread_of_pairs(np.arange(20.0), nested(20, 1)) is None


def test_a_pair_without_a_value_is_left_out() -> None:
    plain = differences(np.random.default_rng(SEED).normal(0, 2, 50), 1.0, 4)
    holes = plain.copy()
    holes[::8] = np.nan
    found = spread_of_pairs(holes, nested(50, 4))
    assert found is not None and np.isfinite(found.low)


def test_set_means_and_luck_about_a_set_in_the_middle() -> None:
    units = nested(300, 4)
    rng = np.random.default_rng(SEED)
    values = np.repeat(rng.normal(50, 10, (300, 2)), 4, axis=0) + rng.normal(0, 3, (1200, 2))
    means = set_means(values, units)
    assert means.shape == (300, 2) and means[7] == pytest.approx(values[28:32].mean(0))
    low, high = luck_about(values, units, np.array([50.0, 50.0]), (0.0, 100.0))
    assert low == pytest.approx([50 - 1.645 * 3] * 2, abs=0.5), "as wide as luck is, which a mean of four hides in part"
    assert high == pytest.approx([50 + 1.645 * 3] * 2, abs=0.5)
    assert luck_about(values, units, np.array([1.0, 99.0]), (0.0, 100.0))[0][0] == 0.0, "within the metric's domain"


@pytest.fixture(scope="module")
def sweep() -> Synthetic:
    return under_sets(synthetic(strategies=3, replicates=120), 6, spread=0.01, worthwhile=0.02)


def test_of_a_sweep_sets_differ_by_what_they_were_given(sweep: Synthetic) -> None:
    stored = Stored.of(sweep)
    assert stored.units.sets == 20 and stored.units.said == "6 replicates of each of 20 sets"
    found = spread(stored, "support", "handover", "as-funded", stored.main)
    assert found is not None and found.verdict == "told"
    assert found.high - found.low == pytest.approx(0.19 * 0.9, abs=0.04), "sets are .01 apart"
    assert spread(stored, "support", "handover", "as-funded", stored.main) is found, "reckoned once"
    assert spread(stored, "trust", "handover", "as-funded", stored.main).shares is None, "worthwhile is of the primary"  # type: ignore[union-attr]


def test_the_table_of_comparisons_has_what_sets_say(sweep: Synthetic) -> None:
    table = compare_arms(sweep)
    row = table[(table["strategy"] == "handover") & (table["against"] == "as-funded")].iloc[0]
    assert row["sets"] == 20 and row["sets_told"] == "told" and row["sets_low"] < row["difference"] < row["sets_high"]
    assert row["sets_better"] + row["sets_same"] + row["sets_worse"] == pytest.approx(1.0)
    assert "sets_low" not in compare_arms(synthetic(strategies=3, replicates=8))


def test_replicates_added_to_some_sets_change_no_share_of_parameters() -> None:
    """They would weigh those sets more: where variance comes from is seen by the replicates that every set has."""
    truth = np.random.default_rng(SEED).normal(1.0, 2.0, 40)
    own, units = differences(truth, 2.0, 6), nested(40, 6)
    more = np.full(60, truth[3]) + np.random.default_rng(1).normal(0.0, 2.0, 60), np.full(60, 3)
    bare, found = spread_of_pairs(own, units), spread_of_pairs(own, units, added=more)
    assert bare is not None and found is not None and (bare.added, found.added) == (0, 60)
    assert not math.isnan(bare.parameters.value) and found.parameters == bare.parameters
    assert found.reliability != bare.reliability
