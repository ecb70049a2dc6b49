"""Boxes: what is planted is found, what is not there is not, and figures are of points that had no part in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tfs_sim.decisions import boxes
from tfs_sim.decisions.boxes import REPRODUCED, Share, peeled, prim, trajectory
from tfs_sim.decisions.features import Features, round_between
from tfs_sim.scenario.errors import UserError


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "BOOTSTRAPS", 25)


def planted(seed: int = 2010, points: int = 500) -> tuple[pd.DataFrame, np.ndarray]:
    """A table whose answer is common (.85, else .12) where a < .45, b > .4 and c < .8; d and e do nothing."""
    rng = np.random.default_rng(seed)
    x = pd.DataFrame(rng.uniform(size=(points, 5)), columns=list("abcde"))
    chance = np.where((x.a < 0.45) & (x.b > 0.4) & (x.c < 0.8), 0.85, 0.12)
    return x, rng.uniform(size=points) < chance


EMA = [
    (0.9, 0.972, 0.3089), (0.81, 0.9371, 0.3309), (0.728, 0.9161, 0.3599), (0.654, 0.8881, 0.3884),
    (0.588, 0.8671, 0.4218), (0.528, 0.8392, 0.4545), (0.474, 0.8252, 0.4979), (0.426, 0.8042, 0.5399),
    (0.382, 0.7902, 0.5916), (0.342, 0.7692, 0.6433), (0.306, 0.7552, 0.7059), (0.274, 0.7343, 0.7664),
    (0.246, 0.6993, 0.813), (0.22, 0.6503, 0.8455), (0.198, 0.6014, 0.8687), (0.178, 0.5455, 0.8764),
]  # fmt: skip
"""Mass, coverage and density of EMA Workbench 2.5.3 on `planted()`: Prim(threshold=.1, peel_alpha=.1), find_box()."""


def test_peeling_goes_the_way_of_ema_workbench() -> None:
    own = trajectory(*planted())
    for mass, coverage, density in EMA:
        at = np.interp(-mass, -own["mass"], own["coverage"]), np.interp(-mass, -own["mass"], own["density"])
        assert at == pytest.approx((coverage, density), abs=0.02)


def test_a_planted_box_is_found_with_its_limits_and_no_others() -> None:
    true = {("a", "high"): 0.45, ("b", "low"): 0.4, ("c", "high"): 0.8}
    both = 0
    for seed in range(5):
        (box,) = prim(*planted(seed)).boxes
        limits = {(each.name, each.side): each.at for each in box.limits}
        assert all(at == pytest.approx(true[which], abs=0.1) for which, at in limits.items())
        both += {("a", "high"), ("b", "low")} <= set(limits)
    assert both >= 4


def test_figures_are_of_the_half_that_was_held_out() -> None:
    x, y = planted()
    found = prim(x, y)
    (box,) = found.boxes
    held = found.held
    assert abs(int(held.sum()) - 250) <= 1 and abs(int((held & y).sum()) * 2 - y.sum()) <= 1
    inside = np.ones(len(x), bool)
    for each in box.limits:
        inside &= (x[each.name] >= each.at) if each.side == "low" else (x[each.name] <= each.at)
    assert (box.inside == inside).all()
    assert box.density.value == (y & inside & held).sum() / (inside & held).sum()
    assert box.coverage.value == (y & inside & held).sum() / (y & held).sum()
    for each in box.limits:  # each one's chance by hand
        others = [other for other in box.limits if other is not each]
        without = np.ones(len(x), bool)
        for other in others:
            without &= (x[other.name] >= other.at) if other.side == "low" else (x[other.name] <= other.at)
        share = y[without & held].mean()
        n, k = int((inside & held).sum()), int((y & inside & held).sum())
        assert each.chance == pytest.approx(stats.binom.sf(k - 1, n, share), abs=1e-12)
        assert each.reproduced >= REPRODUCED


def test_a_density_of_the_half_where_it_was_found_would_be_too_good() -> None:
    better = []
    for seed in range(8):
        for box in prim(*planted(100 + seed, 120)).boxes:
            better.append(box.density_found - box.density.value)
    assert np.mean(better) > 0.02


def test_where_nothing_tells_points_apart_nothing_is_found() -> None:
    x, _ = planted()
    found = [
        prim(x.iloc[:200], np.random.default_rng(seed).uniform(size=200) < 0.3, most=1).boxes for seed in range(20)
    ]
    assert sum(bool(boxes) for boxes in found) <= 1


def test_the_order_of_rows_changes_nothing() -> None:
    x, y = planted(3)
    order = np.random.default_rng(1).permutation(len(x))
    one, other = prim(x, y), prim(x.iloc[order].reset_index(drop=True), y[order])
    pd.testing.assert_frame_equal(one.frame, other.frame)
    assert (one.held[order] == other.held).all()


def test_two_boxes_are_found_one_after_the_other() -> None:
    rng = np.random.default_rng(4)
    x = pd.DataFrame(rng.uniform(size=(600, 3)), columns=list("abc"))
    y = rng.uniform(size=600) < np.where((x.a < 0.25) | (x.b > 0.8), 0.9, 0.05)
    first, second = prim(x, y).boxes[:2]
    assert {first.limits[0].name, second.limits[0].name} == {"a", "b"}
    assert not (first.inside & second.inside).any()


def test_words_and_whole_numbers_are_limits_too() -> None:
    rng = np.random.default_rng(5)
    hosts = rng.choice(["city", "school", "united way"], 400)
    x = pd.DataFrame({"host": hosts, "partners": rng.integers(5, 25, 400)})
    y = rng.uniform(size=400) < np.where((x.host != "school") & (x.partners < 14), 0.9, 0.08)
    (box,) = prim(x, y).boxes
    by = {each.name: each for each in box.limits}
    assert by["host"].kept == ("city", "united way") and by["host"].dropped == ("school",)
    assert by["partners"].side == "high" and by["partners"].whole and by["partners"].at == 13


def test_a_value_that_many_share_goes_together() -> None:
    values = np.array([[0.0]] * 30 + [[1.0]] * 30)
    hits = np.array([False] * 30 + [True] * 30)
    steps = peeled(values, hits, np.array([False]), np.ones(2, bool))
    assert [int(step.sum()) for step in steps] == [60, 30]


@given(st.floats(-1e6, 1e6), st.floats(1e-9, 1e6))
def test_a_rounded_limit_lies_between(low: float, wide: float) -> None:
    high = low + wide
    if low < high:
        assert low < round_between(low, high) <= high


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.287, 0.321, 0.3), (12.2, 14.9, 14.0), (0.9, 1.2, 1.0), (-0.4, 0.3, 0.0)]
)
def test_limits_are_round(low: float, high: float, said: float) -> None:
    """The fewest digits, and of those the nearest to the middle."""
    assert round_between(low, high) == said


@given(st.integers(1, 400), st.data())
@settings(max_examples=30)
def test_a_share_lies_in_its_interval(of: int, data: st.DataObject) -> None:
    found = data.draw(st.integers(0, of))
    share = Share.counted(found, of)
    assert 0 <= share.low <= share.value + 1e-12 and share.value - 1e-12 <= share.high <= 1


@pytest.mark.parametrize(
    ("table", "wanted", "told"),
    [
        (planted()[0].iloc[:30], planted()[1][:30], "at least 40 points"),
        (planted()[0], np.zeros(500, bool), "of 500 points none are"),
        (planted()[0], np.arange(500) == 3, "of 500 points 1 is"),
        (planted()[0], np.ones(500), "true or false"),
        (pd.DataFrame({"a": [1.0] * 60}), np.arange(60) < 30, "all points are alike"),
        (pd.DataFrame({"a": [None, *range(59)]}), np.arange(60) < 30, "row 1"),
        (pd.DataFrame({"a": ["x", None, *"y" * 58]}), np.arange(60) < 30, "is empty in row 2"),
        (pd.DataFrame({"a": ["x", 2, *"y" * 58]}), np.arange(60) < 30, "no number may stand"),
        (pd.DataFrame(index=range(60)), np.arange(60) < 30, "no column"),
        (pd.DataFrame(np.ones((60, 2)), columns=["a", "a"]), np.arange(60) < 30, "twice"),
        ([1, 2], np.arange(2) < 1, "a row a point"),
    ],
)
def test_what_will_not_do_is_said(table, wanted, told: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UserError, match=told):
        prim(table, wanted)


def test_features_do_not_read_numbers_into_true_and_false() -> None:
    assert Features.of(pd.DataFrame({"a": [True, False]})).levels == (("False", "True"),)
