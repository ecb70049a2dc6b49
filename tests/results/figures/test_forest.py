"""Differences read back: where marks stand, on which side, how far lines reach, and what pairing changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reading import all_of, colour, hollow, in_view, per_run, says, spot, t_interval, the
from scipy import stats
from synthetic import compared, design, synthetic, under_sets

from tfs_sim.analysis.spreads import spread
from tfs_sim.analysis.stored import Stored
from tfs_sim.figures.comparisons import forest
from tfs_sim.figures.style import looks

SHOWN = ["support", "performance", "trust", "equity_gap"]
OTHERS = ["handover", "convenings"]


@pytest.fixture(params=[False, True], ids=["page", "phone"])
def drawn(request, sweep):
    asked = replace(sweep, experiment=sweep.experiment | {"also": SHOWN[1:]})
    return forest(asked, most=len(SHOWN), narrow=request.param)


def standardized(sweep, name: str, s: str) -> tuple[float, float, float]:
    """Return the paired difference from the reference, and its interval, in standard deviations between runs."""
    own, base = (per_run(sweep, name, each, crisis="crisis") for each in (s, "as-funded"))
    return tuple(v / between(own, base) for v in t_interval(own - base))


def between(one, other) -> float:
    """Return the root mean square of both arms' standard deviations."""
    return float(np.sqrt((one.var(ddof=1) + other.var(ddof=1)) / 2))


def test_marks_stand_at_standardized_differences_with_better_at_the_right(sweep, drawn) -> None:
    (ax,) = drawn.figure.axes
    rows = drawn.data.set_index(["metric", "strategy"])
    assert list(dict.fromkeys(drawn.data["metric"])) == SHOWN
    for s in OTHERS:
        look = looks(Stored.of(sweep))[s]
        marks, lines = all_of(ax, f"difference:{s}"), all_of(ax, f"interval:{s}")
        assert len(marks) == len(lines) == len(SHOWN)
        for name, mark, line in zip(SHOWN, marks, lines, strict=True):
            expected = standardized(sweep, name, s)
            row = rows.loc[(name, sweep.experiment["strategies"][s]["title"])]
            assert list(row[["standardized", "standardized_low", "standardized_high"]]) == pytest.approx(expected)
            better = -1 if name == "equity_gap" else 1
            x, y = spot(mark)
            assert x == pytest.approx(better * expected[0])
            assert list(line.get_xdata()) == pytest.approx([better * v for v in expected[1:]])
            assert set(line.get_ydata()) == {y}
            assert hollow(mark) == (expected[1] <= 0 <= expected[2])
            assert (colour(mark), colour(line), mark.get_marker()) == (look.colour, look.colour, look.marker)


def test_rows_go_down_outcome_by_outcome(drawn) -> None:
    (ax,) = drawn.figure.axes
    down = [spot(all_of(ax, f"difference:{s}")[n])[1] for n in range(len(SHOWN)) for s in OTHERS]
    assert down == sorted(down) and len(set(down)) == len(down)
    bottom, top = ax.get_ylim()
    assert bottom > down[-1] > down[0] > top, "the first outcome is at the top"


def test_headings_stand_above_their_rows_and_within_the_axes(drawn) -> None:
    (ax,) = drawn.figure.axes
    bottom, top = ax.get_ylim()
    headings = [text.get_position()[1] for text in ax.texts if text.get_weight() == "bold"]
    firsts = [spot(mark)[1] for mark in all_of(ax, f"difference:{OTHERS[0]}")]
    assert len(headings) == len(SHOWN) and bottom > headings[-1] and headings[0] > top
    assert [y for pair in zip(headings, firsts, strict=True) for y in pair] == sorted([*headings, *firsts])


def test_all_is_in_view_and_zero_in_the_middle(drawn) -> None:
    (ax,) = drawn.figure.axes
    assert in_view(ax)
    left, right = ax.get_xlim()
    assert left == -right


def test_words_are_the_difference_in_the_outcomes_own_unit(sweep, drawn) -> None:
    (ax,) = drawn.figure.axes
    for s in OTHERS:
        for name, text in zip(SHOWN, all_of(ax, f"words:{s}"), strict=True):
            by = 100 if name in ("support", "equity_gap") else 1
            d = per_run(sweep, name, s, crisis="crisis") - per_run(sweep, name, "as-funded", crisis="crisis")
            assert says(text.get_text(), *t_interval(by * d)), (name, text.get_text())


def test_the_title_counts_what_is_drawn(sweep, drawn) -> None:
    (ax,) = drawn.figure.axes
    marks = [mark for s in OTHERS for mark in all_of(ax, f"difference:{s}")]
    better = sum(not hollow(mark) and spot(mark)[0] > 0 for mark in marks)
    worse = sum(not hollow(mark) and spot(mark)[0] < 0 for mark in marks)
    assert f"of {len(marks)} differences from “Initiative as funded”" in drawn.title
    assert f"{better} are better, {worse} worse and {len(marks) - better - worse} not to be told apart" in drawn.title
    assert drawn.caption.startswith("40 pairs; mean over the 4 sites; 320 runs (40 for each of 8 arms)")


def test_luck_that_strategies_share_cancels() -> None:
    """Paired, a small effect shows; the same runs taken as independent would leave it open."""
    rng = np.random.default_rng(5)
    luck = rng.normal(0.5, 0.1, 30)
    ask = luck + 0.02 + rng.normal(0, 0.01, 30)
    (ax,) = forest(compared({"alone": luck, "ask": ask})).figure.axes
    low, high = the(ax, "interval:ask").get_xdata()
    apart = stats.ttest_ind(ask, luck).confidence_interval()
    assert (apart.high - apart.low) / luck.std(ddof=1) > 5 * (high - low)
    assert apart.low < 0 < low
    assert not hollow(the(ax, "difference:ask"))


def test_luck_that_works_against_itself_is_not_left_out() -> None:
    """Where what is good for one strategy is bad for the other, taking runs as independent would claim too much."""
    rng = np.random.default_rng(5)
    luck = 0.1 * stats.zscore(rng.normal(size=30))
    alone, ask = 0.5 + luck, 0.56 - luck
    (ax,) = forest(compared({"alone": alone, "ask": ask})).figure.axes
    low, high = the(ax, "interval:ask").get_xdata()
    assert stats.ttest_ind(ask, alone).confidence_interval().low > 0
    assert low < 0 < high
    assert hollow(the(ax, "difference:ask"))


def test_a_difference_without_an_interval_is_in_view() -> None:
    sweep = design({"hurt": [0.0, 1.0], "price": [1.0, 2.0]}, lambda s, at: 9.0 * (s == "ask"), replicates=1)
    (ax,) = forest(sweep).figure.axes
    base, ask = (per_run(sweep, "partners", s) for s in ("alone", "ask"))
    x, _ = spot(the(ax, "difference:ask"))
    assert x == pytest.approx((ask - base).mean() / between(ask, base))
    assert in_view(ax)


def test_a_phone_says_where_the_words_stand(sweep) -> None:
    assert "Right: the difference" in forest(sweep).subtitle
    assert "In words: the difference" in forest(sweep, narrow=True).subtitle


def test_over_sets_thin_lines_are_the_middle_of_what_single_sets_say() -> None:
    dealt = under_sets(synthetic(strategies=3, replicates=120), 6, spread=0.01)
    stored = Stored.of(dealt)
    chart = forest(dealt, most=2)
    (ax,) = chart.figure.axes
    thin, thick = all_of(ax, "sets:handover")[0], all_of(ax, "interval:handover")[0]
    found = spread(stored, "support", "handover", "as-funded", stored.main)
    row = chart.data[chart.data["metric"] == "support"].iloc[0]
    by = row["standardized"] / row["difference"]
    assert list(thin.get_xdata()) == pytest.approx([found.low * by, found.high * by])
    assert (row["sets_low"], row["sets_high"]) == pytest.approx((found.low, found.high))
    assert thin.get_linewidth() < thick.get_linewidth() and np.ptp(thin.get_xdata()) > np.ptp(thick.get_xdata())
    assert in_view(ax) and "mean over sets of parameters (how far it may be off)" in chart.subtitle
