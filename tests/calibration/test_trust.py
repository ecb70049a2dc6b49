"""Known truths: ranks and coverage that must be even, targets left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from truths import SMOOTH, smooth

from tfs_sim.calibration import held
from tfs_sim.calibration.held import Held
from tfs_sim.calibration.matching import Calibration
from tfs_sim.calibration.trust import holm, left_out, ranks, ranks_of

NAMES = ("a", "b", "c", "d")
OUTPUTS = (Held("x", 0.0, 0.006, 0.004), Held("y", 0.0, 0.02, 0.02))


def table(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    places = rng.random((count, 4))
    values = np.column_stack([places[:, 0] + places[:, 1], 2 * places[:, 2]])
    return places, values + rng.normal(0, 0.05, values.shape)


def test_holm() -> None:
    assert holm(np.array([0.01, 0.04, 0.03])).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert holm(np.array([0.6, 0.9])).tolist() == pytest.approx([1.0, 1.0])


def test_ranks_are_even_where_errors_are_as_the_cut_has_them() -> None:
    """Over twenty tables nothing is called uneven, and p is small no more often than it says."""
    found = [ranks(NAMES, *table(300, seed), OUTPUTS, "even", seed) for seed in range(20)]
    assert sum(len(each.uneven) for each in found) <= 1
    p = np.array([each.p for each in found])
    # of 80, dependent within a table: 4 are expected below .05, and 11 have a chance of less than .003
    assert (p < 0.05).sum() <= 10
    for width, held_ in ((0.5, "half"), (0.9, "most")):
        shares = np.array([getattr(each, held_) for each in found])
        # of some 5,000 ranks a parameter, as if there were a quarter of them
        assert np.abs(shares.mean(axis=0) - width).max() < 3 * np.sqrt(width * (1 - width) / 1250)


def test_normal_errors_make_ranges_that_hold_more_than_they_say() -> None:
    found = ranks(NAMES, *table(800, 3), OUTPUTS, "normal", 3)
    for held_, width in ((found.half, 0.5), (found.most, 0.9)):
        assert held_[2] > width + 0.04  # what targets say most of
        assert abs(held_[3] - width) < 0.06  # what they say nothing of
    assert "c" in found.uneven and "d" not in found.uneven


@pytest.mark.parametrize("fault", ["moved", "narrow"])
def test_what_is_wrong_with_an_ensemble_is_seen(fault: str) -> None:
    """Values that do not belong to their places, and variances that are not those of the errors."""
    places, values = table(800, 4)
    if fault == "moved":
        places = places.copy()
        places[:400, 2] = np.clip(places[:400, 2] + 0.25, 0, 1)  # half of the table by another model
        found = ranks(NAMES, places[400:], values[400:] + 0.0, OUTPUTS, "even", 4)
        both = ranks(NAMES, places, values, OUTPUTS, "normal", 4)
        assert found.uneven == () and "c" in both.uneven
    else:
        assert "c" in ranks(NAMES, places, values, OUTPUTS, "normal", 4).uneven


def test_sets_without_a_value_are_no_truths() -> None:
    places, values = table(200, 5)
    values[:50, 0] = np.nan
    assert ranks(NAMES, places, values, OUTPUTS, "even", 5).tried == 150


def test_truths_without_an_ensemble_are_counted() -> None:
    places, values = table(60, 6)
    found = ranks(NAMES, places, values * 1000, OUTPUTS, "even", 6)
    assert (found.truths, found.tried) == (0, 60)
    assert np.isnan(found.half).all() and found.uneven == () and (found.p == 1).all()


def test_ranks_of_waves_are_even(found: Calibration) -> None:
    even = ranks_of(found, "even", 1)
    assert even.uneven == () and even.truths > 100
    assert even.most.mean() == pytest.approx(0.9, abs=0.02) and even.half.mean() == pytest.approx(0.5, abs=0.03)


def test_a_target_is_predicted_by_sets_that_no_cut_on_it_has_touched(found: Calibration) -> None:
    """By those that agree with all others, and were not proposed by it: their values are those of known truths."""
    u = np.random.default_rng(2).random((200_000, 30))
    values = smooth(u)
    off = np.abs(values - held.centres(SMOOTH)) / np.sqrt(held.variances(SMOOTH))
    for n, each in enumerate(left_out(found, 1)):
        truly = values[(np.delete(off, n, axis=1) <= 3).all(axis=1), n]
        low, middle, high = np.quantile(truly, (0.05, 0.5, 0.95))
        assert each.sets >= 20 and each.inside is bool(each.low <= each.figure <= each.high)
        size = high - low
        # of 50 to 100 sets: a quantile in the tail is known to a tenth of the range
        assert abs(each.middle - middle) < 0.25 * size
        assert abs(each.low - low) < 0.3 * size and abs(each.high - high) < 0.3 * size
        assert each.figure == SMOOTH[n].centre


def test_a_figure_that_all_others_speak_against_is_outside(found: Calibration) -> None:
    moved = (replace(found.outputs[0], centre=4.5), *found.outputs[1:])
    first = left_out(replace(found, outputs=moved), 1)[0]
    assert first.inside is False and first.high < 4.5


def test_few_sets_predict_nothing(found: Calibration) -> None:
    moved = (found.outputs[0], replace(found.outputs[1], centre=50.0), *found.outputs[2:])
    first = left_out(replace(found, outputs=moved), 1)[0]
    assert first.inside is None and np.isnan(first.middle) and first.sets == 0
