"""The answer read back: marks, bars, order, colours and words are the numbers of the sweep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reading import both_ways, colour, hollow, in_view, numbers, per_run, says, spot, t_interval, the
from synthetic import compared, design

from tfs_sim.analysis.stored import Stored
from tfs_sim.figures.comparisons import answer
from tfs_sim.figures.style import looks

CALM, CRISIS = "no crisis", "crisis"


@pytest.fixture(params=[False, True], ids=["page", "phone"])
def narrow(request) -> bool:
    return request.param


def asked(sweep, **said):
    return replace(sweep, experiment=sweep.experiment | said)


def test_marks_stand_at_the_means_and_bars_end_at_their_intervals(sweep, narrow: bool) -> None:
    chart = answer(sweep, narrow=narrow)
    (ax,) = chart.figure.axes
    table = chart.data.set_index(["strategy", "levels"])
    for s, look in looks(Stored.of(sweep)).items():
        title = sweep.experiment["strategies"][s]["title"]
        for level, which in ((CRISIS, ""), (CALM, "calm ")):
            expected = t_interval(100 * per_run(sweep, "support", s, crisis=level))
            mark, bar = the(ax, f"{which}mean:{s}"), the(ax, f"{which}interval:{s}")
            assert spot(mark)[0] == pytest.approx(expected[0])
            assert list(bar.get_xdata()) == pytest.approx(expected[1:])
            assert set(bar.get_ydata()) == {spot(mark)[1]}
            assert list(table.loc[(title, level)]) == pytest.approx(expected)
            assert hollow(mark) == (level == CALM)
            assert (colour(mark), colour(bar), mark.get_marker()) == (look.colour, look.colour, look.marker)
    assert in_view(ax)


def test_neither_interval_hides_the_other(sweep, narrow: bool) -> None:
    chart = answer(sweep, narrow=narrow)
    (ax,) = chart.figure.axes
    for s in sweep.experiment["strategies"]:
        marks = [the(ax, f"{which}mean:{s}") for which in ("", "calm ")]
        (_, upper), (_, lower) = (ax.transData.transform(spot(mark)) for mark in marks)
        inches = (upper - lower) / chart.figure.dpi
        assert inches > marks[0].get_markersize() / 72


@pytest.mark.parametrize(("primary", "better"), [("support", "higher"), ("equity_gap", "lower")])
def test_the_best_strategy_stands_at_the_top(sweep, primary: str, better: str, narrow: bool) -> None:
    chart = answer(asked(sweep, primary=primary), narrow=narrow)
    (ax,) = chart.figure.axes
    means = {s: per_run(sweep, primary, s, crisis=CRISIS).mean() for s in sweep.experiment["strategies"]}
    wanted = sorted(means, key=means.__getitem__, reverse=better == "higher")
    down = sorted(means, key=lambda s: -ax.transData.transform(spot(the(ax, f"mean:{s}")))[1])
    assert down == wanted
    named = sorted(means, key=lambda s: -the(ax, f"name:{s}").get_window_extent().y0)
    assert named == wanted
    for s in means:
        title = sweep.experiment["strategies"][s]["title"]
        assert the(ax, f"name:{s}").get_text().replace("\n", " ") == title
    assert f"with “{sweep.experiment['strategies'][wanted[0]]['title']}”" in chart.title


def test_words_are_the_paired_difference_with_its_interval(sweep, narrow: bool) -> None:
    chart = answer(sweep, narrow=narrow)
    (ax,) = chart.figure.axes
    base = per_run(sweep, "support", "as-funded", crisis=CRISIS)
    for s in sweep.experiment["strategies"]:
        text = the(ax, f"words:{s}").get_text()
        if s == "as-funded":
            assert text == "the reference"
        else:
            assert says(text, *t_interval(100 * (per_run(sweep, "support", s, crisis=CRISIS) - base))), text


def test_the_same_in_all_pairs_is_said_so() -> None:
    luck = np.random.default_rng(1).normal(0.5, 0.1, 20)
    (ax,) = answer(compared({"alone": luck, "ask": luck})).figure.axes
    assert the(ax, "words:ask").get_text() == "the same in all pairs"


def test_without_a_shock_a_strategy_has_one_mark(small) -> None:
    (ax,) = answer(small).figure.axes
    for n, s in enumerate(["as-funded", "no-initiative"]):
        x, y = spot(the(ax, f"mean:{s}"))
        assert (x, y) == (pytest.approx(100 * per_run(small, "support", s).mean()), n)
    assert not [line for line in ax.lines if line.get_label().startswith("calm")]


VALUES = {"hurt": [0.0, 0.3, 1.0, 0.9, 0.2, 0.1], "price": [1.0, 2.0]}


def effect(strategy: str, at: dict[str, float]) -> float:
    return {"alone": 0.0, "ask": 4.0 * at["hurt"] ** 3, "wait": at["price"]}[strategy]


@pytest.mark.parametrize("method", ["grid", "latin-hypercube"])
def test_intervals_of_a_design_are_clustered(method: str) -> None:
    sweep = design(VALUES, effect, replicates=7, method=method)
    chart = answer(sweep)
    (ax,) = chart.figure.axes
    base = per_run(sweep, "partners", "alone")

    def expected(values):
        return t_interval(values.groupby("replicate").mean()) if method == "grid" else both_ways(values)

    for s in ("alone", "ask", "wait"):
        own = per_run(sweep, "partners", s)
        mean, low, high = expected(own)
        assert spot(the(ax, f"mean:{s}"))[0] == pytest.approx(mean)
        assert list(the(ax, f"interval:{s}").get_xdata()) == pytest.approx([low, high])
        if s != "alone":
            assert says(the(ax, f"words:{s}").get_text(), *expected(own - base))
    assert "7 replicates at 12 points" in chart.caption and "252 runs" in chart.caption


def test_counts_and_conditions_are_those_of_the_data(sweep, narrow: bool) -> None:
    chart = answer(sweep, narrow=narrow)
    assert chart.caption.startswith("40 pairs; mean over the 4 sites; 320 runs (40 for each of 8 arms)")
    assert "Filled: crisis; hollow: no crisis." in chart.subtitle
    for s in sweep.experiment["strategies"]:
        (said,) = [
            part for part in chart.alt.split(". ") if part.startswith(sweep.experiment["strategies"][s]["title"])
        ]
        ((value, off),) = numbers(said)
        assert value == pytest.approx(100 * per_run(sweep, "support", s, crisis=CRISIS).mean(), abs=off)


def test_a_single_replicate_has_a_mark_and_no_interval() -> None:
    sweep = compared({"alone": np.array([0.5]), "ask": np.array([0.7])})
    (ax,) = answer(sweep).figure.axes
    assert spot(the(ax, "mean:ask"))[0] == pytest.approx(70)
    assert list(the(ax, "interval:ask").get_xdata()) == pytest.approx([70, 70])
