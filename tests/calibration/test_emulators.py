"""Emulators of outputs: means, luck, two kinds, no value; how they did, and when they are set aside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from truths import CLIFF, FREEDOM, SMOOTH, Array, cliff, little, smooth, uneven

from tfs_sim.calibration.emulators import CUT, Beliefs, Checks, Emulator, emulated
from tfs_sim.calibration.held import Held

HERE = np.random.default_rng(50).random((1500, 30))
"""Places that no emulator was fitted to."""


def points(function: object, luck: object, n: int, count: int = 400, seed: int = 1) -> tuple[Array, Array, Array]:
    """Places, values of the n-th output and estimated variances of their luck."""
    rng = np.random.default_rng(seed)
    u = rng.random((count, 30))
    mean, variance = function(u)[:, n], luck(u)[:, n]  # type: ignore[operator]
    values = mean + np.sqrt(variance) * rng.standard_normal(count)
    return u, values, variance * rng.chisquare(FREEDOM, count) / FREEDOM


@pytest.fixture(scope="module")
def emulators() -> list[Emulator]:
    fits = [emulated(each, *points(smooth, uneven, n)) for n, each in enumerate(SMOOTH)]
    return [each for each in fits if each is not None]


def test_emulators_predict_what_runs_give(emulators: list[Emulator]) -> None:
    wanted = [{0, 1, 2}, {0, 3, 4}, {1, 5}, {6, 7}]
    for n, each in enumerate(emulators):
        assert wanted[n] <= set(each.active) and len(each.active) <= 6
        mean, variance = each.at(HERE).moments()
        error = mean - smooth(HERE)[:, n]
        assert np.sqrt((error**2).mean()) < 0.15 * smooth(HERE)[:, n].std()
        assert 0.4 < np.sqrt((error**2 / variance).mean()) < 1.5
        assert each.checks.explained > 0.9 and 0.8 < each.checks.size < 1.3 and each.usable


def test_luck_is_emulated_with_its_level_and_where_it_is_large(emulators: list[Emulator]) -> None:
    for n in (0, 2):
        ratio = emulators[n].luck_at(HERE) / uneven(HERE)[:, n]
        assert np.log(ratio).mean() == pytest.approx(0, abs=0.12)
        assert np.log(ratio).std() < 0.4  # without an emulator .63
    even = emulators[1].luck_at(HERE)
    assert even.mean() == pytest.approx(0.004, rel=0.12)


def test_few_replicates_do_not_make_luck_small() -> None:
    """Of two replicates a variance's logarithm is 1.27 too low in the mean, which must not stay."""
    u, values, _ = points(smooth, uneven, 1)
    seen = 0.004 * np.random.default_rng(3).chisquare(1, len(u))
    found = emulated(SMOOTH[1], u, values, seen)
    assert found is not None
    # 400 variances whose deviation is √2 of themselves
    assert found.luck_at(HERE).mean() == pytest.approx(0.004, rel=3 * np.sqrt(2 / 400))


def test_luck_is_nowhere_but_in_the_nugget() -> None:
    """With hundred times the luck a place is less surely known, but it is not as unsure as a run of it."""
    output = Held("a", 2.5, 0.1, 0.1)
    much = emulated(output, *points(smooth, lambda u: np.full((len(u), 4), 0.4), 0))
    assert much is not None
    _, variance = much.at(HERE).moments()
    assert variance.mean() < 0.1 * 0.4
    assert 0.8 < much.checks.size < 1.25  # of runs, against luck and doubt together


def test_a_cliff_has_two_kinds_and_neither_is_lost() -> None:
    found = emulated(CLIFF[0], *points(cliff, little, 0))
    assert found is not None and len(found.parts) == 2 and {0, 1} <= set(found.active)
    assert found.border is not None and -1 < found.border < 1.5
    believed, truth = found.at(HERE), cliff(HERE)[:, 0]
    kind = (truth > 0).astype(int)
    at = np.arange(len(HERE))
    assert (believed.share[kind, at] < 0.05).mean() < 0.04
    error = (believed.mean[kind, at] - truth) / np.sqrt(believed.variance[kind, at])
    assert np.sqrt((error**2).mean()) < 1.5
    # what truly meets the figure is not ruled out, also beside the cliff; the other side is, but near it
    meets = np.abs(truth - CLIFF[0].centre) < CUT * np.sqrt(CLIFF[0].variance)
    out = found.at(HERE).implausibility(CLIFF[0]) > CUT
    assert out[meets].mean() < 0.03
    assert out[truth < 0].mean() > 0.8


def test_a_place_is_ruled_out_by_every_kind_that_it_may_be_of() -> None:
    output = Held("a", 0.0, 0.5, 0.5)
    mean = np.array([[0.0, 0.0, 9.0, 0.0], [9.0, 9.0, 9.0, 9.0]])
    share = np.array([[0.5, 0.04, 0.5, 0.5], [0.5, 0.96, 0.5, 0.5]])
    there = np.array([1.0, 1.0, 1.0, 0.04])
    off = Beliefs(mean, np.zeros((2, 4)), share, there).implausibility(output)
    just = CUT * stats.norm.isf(0.04) / stats.norm.isf(0.05)
    assert off.tolist() == pytest.approx([0.0, just, 9.0, just]) and just > CUT


def test_what_is_rarer_is_further_out() -> None:
    """So that places are led back inside step by step; nothing is without bound."""
    there = np.array([1.0, 0.5, 0.06, 0.049, 1e-3, 1e-9, 0.0])
    off = Beliefs(np.zeros((1, 7)), np.zeros((1, 7)), np.ones((1, 7)), there).implausibility(Held("a", 0.0, 1, 0))
    assert (off[:3] <= CUT).all() and (np.diff(off[2:]) > 0).all() and off[3] > CUT and np.isfinite(off).all()


def test_where_nobody_is_left_there_is_no_value_and_places_are_ruled_out() -> None:
    u, values, luck = points(smooth, uneven, 2)
    dead = u[:, 20] < 0.4
    found = emulated(SMOOTH[2], u, np.where(dead, np.nan, values), np.where(dead, 0.0, luck))
    assert found is not None and found.there is not None and 20 in found.active
    there, here = found.at(HERE).there, HERE[:, 20] >= 0.4
    assert ((there > 0.5) == here).mean() > 0.93
    meets = np.abs(smooth(HERE)[:, 2] - SMOOTH[2].centre) < 2 * np.sqrt(SMOOTH[2].variance)
    out = found.at(HERE).implausibility(SMOOTH[2]) > CUT
    assert out[HERE[:, 20] < 0.25].mean() > 0.9 and out[here & meets].mean() < 0.04


def test_few_values_are_not_emulated() -> None:
    u, values, luck = points(smooth, uneven, 0)
    values[39:] = np.nan
    assert emulated(SMOOTH[0], u, values, luck) is None


def test_errors_that_are_too_large_inflate_what_is_said() -> None:
    """A spike that no smooth function has: beside it, doubts are larger than its likelihood would have them."""
    rng = np.random.default_rng(3)
    u = rng.random((200, 30))
    values = u[:, 0] + np.where(rng.random(200) < 0.05, rng.normal(0, 2, 200), 0.0)
    found = emulated(Held("a", 0.5, 0.01, 0.01), u, values, np.full(200, 1e-4))
    assert found is not None and found.checks.inflation >= found.checks.size**2 - 1e-9
    plain = replace(found, checks=replace(found.checks, inflation=1.0))
    ratio = found.at(HERE).variance / plain.at(HERE).variance
    assert np.allclose(ratio, found.checks.inflation)


@pytest.mark.parametrize(
    ("inside", "out", "by_luck", "usable"),
    [(30, 2, 0.0, True), (30, 4, 0.0, False), (100, 10, 0.0, True), (100, 11, 0.0, False), (100, 20, 10.0, True),
     (100, 30, 10.0, False), (0, 0, 0.0, True), (3, 1, 0.0, True), (3, 3, 0.0, False)],
)  # fmt: skip
def test_an_emulator_that_rules_out_what_runs_say_is_in_is_set_aside(
    emulators: list[Emulator], inside: int, out: int, by_luck: float, usable: bool
) -> None:
    checks = Checks(200, 1.0, 0.0, 1.0, inside, out, by_luck, 0.0, 0.0, 1.0)
    assert replace(emulators[0], checks=checks).usable is usable


def test_what_luck_brings_in_is_no_fault() -> None:
    """Runs with much luck are in now and then where the mean is out: as many as expected, and it stays in use."""
    output = Held("a", 2.5, 0.003, 0.002)
    found = emulated(output, *points(smooth, lambda u: np.full((len(u), 4), 0.05), 0, count=1000))
    assert found is not None
    checks = found.checks
    assert checks.wrongly_out > 0.1 * checks.inside and found.usable
    assert abs(checks.wrongly_out - checks.by_luck) < 3 * np.sqrt(checks.by_luck)
