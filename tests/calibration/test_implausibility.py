"""What rules sets out: by what runs gave, and by what emulators say, on the largest and the second-largest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from truths import SMOOTH, smooth

from tfs_sim.calibration.emulators import Checks
from tfs_sim.calibration.held import Held
from tfs_sim.calibration.implausibility import LARGEST, SECOND, Region, accepted, of_runs, ranked
from tfs_sim.calibration.matching import Calibration

PAIR = (Held("a", 1.0, 3.0, 1.0), Held("b", 0.0, 0.5, 0.5))


def test_misses_are_in_deviations_of_figure_and_discrepancy() -> None:
    assert of_runs(np.array([[5.0, -2.0], [1.0, np.nan]]), PAIR).tolist() == [[2.0, 2.0], [0.0, np.inf]]


def test_ranks() -> None:
    off = np.array([[1.0, 5.0, 3.0], [7.0, 2.0, 2.0]])
    assert ranked(off, LARGEST).tolist() == [5, 7]
    assert ranked(off, SECOND).tolist() == [3, 2]
    assert ranked(off[:, :1], SECOND).tolist() == [1, 7]
    assert ranked(off[:, :0], SECOND).tolist() == [0, 0]


def test_runs_are_cut_on_the_largest_at_three() -> None:
    values = np.array([[1 + 2 * 2.99, 0.0], [1 - 2 * 3.01, 0.0], [1.0, -3.01], [np.nan, 0.0]])
    assert accepted(values, PAIR).tolist() == [True, False, False, False]


def test_what_may_be_missed_rules_nothing_out() -> None:
    may = (PAIR[0], replace(PAIR[1], missable=True))
    values = np.array([[1.0, 99.0], [1.0, np.nan], [99.0, 0.0]])
    assert accepted(values, may).tolist() == [True, True, False]


@pytest.fixture(scope="module")
def places() -> np.ndarray:
    return np.random.default_rng(7).random((1500, 30))


def test_a_region_keeps_what_meets_the_figures(found: Calibration, places: np.ndarray) -> None:
    """Of places that truly meet all, hardly one is ruled out; of all places, most are."""
    off = np.abs(smooth(places) - [each.centre for each in SMOOTH]) / np.sqrt([each.variance for each in SMOOTH])
    meets = (off <= 3).all(axis=1)
    # a place just within is out by an emulator's error now and then
    well = (off <= 2.5).all(axis=1)
    second, largest = (found.region.level(places, rank) for rank in (SECOND, LARGEST))
    assert meets.sum() >= 5 and well.any()
    assert (second[meets] <= 3).all() and (largest[well] <= 3).all()
    assert (second <= largest).all()
    assert (largest <= 3).mean() < 5 * meets.mean() and (largest <= 3).mean() < (second <= 3).mean() < 0.2


def test_a_region_is_what_all_waves_leave(found: Calibration, places: np.ndarray) -> None:
    by_wave = [Region(SMOOTH, (wave,)).level(places, SECOND) for wave in found.region.waves]
    assert np.allclose(found.region.level(places, SECOND), np.max(by_wave, axis=0))


def test_beyond_a_stop_levels_may_be_too_low_but_never_below_it(found: Calibration, places: np.ndarray) -> None:
    whole, some = found.region.level(places, LARGEST), found.region.level(places, LARGEST, 3.0)
    near = whole <= 3
    assert np.allclose(some[near], whole[near]) and (some[~near] > 3).all()


def test_one_emulator_that_is_wrong_rules_nothing_out_by_the_second_largest(
    found: Calibration, places: np.ndarray
) -> None:
    last = found.region.waves[-1]
    moved = (replace(SMOOTH[0], centre=99.0), *SMOOTH[1:])
    region = Region(moved, (last,))
    assert (region.level(places, LARGEST) > 3).all()
    assert (region.level(places, SECOND) <= 3).mean() > 0.01


def test_one_emulator_alone_rules_nothing_out_by_the_second_largest(found: Calibration, places: np.ndarray) -> None:
    """Of the other outputs nothing is known, so that each may be the one that is met worst; or there is no other."""
    last = found.region.waves[-1]
    assert (Region(SMOOTH, (last[:1],)).level(places, SECOND) == 0).all()
    assert (Region(SMOOTH, (last[:1],)).level(places, LARGEST) > 3).mean() > 0.5
    assert (Region(SMOOTH[:1], (last[:1],)).level(places, SECOND) > 3).mean() > 0.5


def test_what_is_set_aside_or_may_be_missed_is_not_asked(found: Calibration, places: np.ndarray) -> None:
    last = found.region.waves[-1]
    bad = replace(last[0], checks=Checks(100, 1.0, 0.0, 1.0, 50, 50, 0.0, 0.0, 0.0, 1.0))
    without = Region(SMOOTH, (last[1:],))
    for region in (
        Region(SMOOTH, ((bad, *last[1:]),)),
        Region((replace(SMOOTH[0], missable=True), *SMOOTH[1:]), (last,)),
    ):
        assert np.array_equal(region.level(places, LARGEST), without.level(places, LARGEST))
        assert region.active == without.active
    assert Region(SMOOTH).level(places, LARGEST).tolist() == [0.0] * len(places)
