"""Fans read back: medians and bands month by month, the shock, the scale that panels share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from reading import band, colour, in_view, numbers, per_month, the

from synthetic import under_sets

from tfs_sim.analysis.stored import Stored
from tfs_sim.figures import courses
from tfs_sim.figures.courses import fans
from tfs_sim.figures.style import BAND, GREY, looks

START = 2018 + 5 / 12
ONSET, END = 21, 39


@pytest.fixture(params=[("trust", False), ("partners", False), ("partners", True)], ids=str, scope="module")
def drawn(request, sweep):
    name, narrow = request.param
    return name, fans(sweep, name, narrow=narrow)


def quantiles(sweep, name: str, s: str, level: str) -> pd.DataFrame:
    return pd.DataFrame(per_month(sweep, name, s, crisis=level)).quantile([0.05, 0.25, 0.5, 0.75, 0.95])


def test_lines_and_bands_are_quantiles_over_the_runs(sweep, drawn) -> None:
    name, chart = drawn
    look = looks(Stored.of(sweep))
    assert [ax.get_label() for ax in chart.figure.axes] == list(sweep.experiment["strategies"])
    for ax in chart.figure.axes:
        s = ax.get_label()
        title = sweep.experiment["strategies"][s]["title"]
        q = quantiles(sweep, name, s, "crisis").to_numpy()
        median = the(ax, "median")
        assert list(median.get_xdata()) == pytest.approx(START + np.arange(120) / 12)
        assert list(median.get_ydata()) == pytest.approx(q[2])
        for label, low, high in (("90%", q[0], q[4]), ("half", q[1], q[3])):
            x, lower, upper = band(the(ax, label))
            assert list(x) == pytest.approx(START + np.arange(120) / 12)
            assert list(lower) == pytest.approx(low) and list(upper) == pytest.approx(high)
            assert to_hex(the(ax, label).get_facecolor()[0]).upper() == look[s].colour
        assert colour(median) == look[s].colour and ax._left_title.get_color() == look[s].colour
        assert ax.get_title("left").replace("\n", " ") == title
        rows = chart.data[chart.data["strategy"] == title]
        assert list(rows["month"]) == list(range(120))
        for column, values in zip(("p05", "p25", "median", "p75", "p95"), q, strict=True):
            assert list(rows[column]) == pytest.approx(values)


def test_the_darker_band_is_the_narrower_one(drawn) -> None:
    for ax in drawn[1].figure.axes:
        assert the(ax, "half").get_alpha() > the(ax, "90%").get_alpha()


def test_dashed_grey_is_the_median_without_the_shock(sweep, drawn) -> None:
    name, chart = drawn
    for ax in chart.figure.axes:
        line = the(ax, "calm median")
        assert list(line.get_ydata()) == pytest.approx(quantiles(sweep, name, ax.get_label(), "no crisis").loc[0.5])
        assert colour(line) == GREY.upper() and line.is_dashed()
    assert "Dashed grey: median with no crisis." in chart.subtitle


def test_the_shock_is_shaded_from_its_onset_to_its_end(drawn) -> None:
    for n, ax in enumerate(drawn[1].figure.axes):
        shade = the(ax, "shock")
        assert shade.get_x() == pytest.approx(START + ONSET / 12)
        assert shade.get_x() + shade.get_width() == pytest.approx(START + END / 12)
        assert to_hex(shade.get_facecolor()).upper() == BAND
        assert ("Pandemic" in [text.get_text() for text in ax.texts]) == (n == 0)


def test_panels_share_a_scale_that_holds_all(drawn) -> None:
    axes = drawn[1].figure.axes
    assert len({ax.get_ylim() for ax in axes}) == 1 and len({ax.get_xlim() for ax in axes}) == 1
    for ax in axes:
        assert in_view(ax)
        _, low, high = band(the(ax, "90%"))
        assert ax.get_ylim()[0] < low.min() and high.max() < ax.get_ylim()[1]


def test_a_year_stands_at_its_january(drawn) -> None:
    for ax in drawn[1].figure.axes:
        for place, label in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True):
            assert label.get_text() == f"{place:.0f}" and place == round(place)


def test_a_median_far_from_the_bands_is_in_view(sweep) -> None:
    series = sweep.series.copy()
    series.loc[series["crisis"] == "crisis", "trust"] *= 0.1
    for ax in fans(replace(sweep, series=series), "trust").figure.axes:
        assert in_view(ax)


def test_without_a_counterpart_there_is_no_dashed_line(small) -> None:
    for ax in fans(small, "trust").figure.axes:
        assert not [line for line in ax.lines if line.is_dashed()]
        assert list(the(ax, "median").get_ydata()) == pytest.approx(
            np.quantile(per_month(small, "trust", ax.get_label()), 0.5, axis=0)
        )


def test_the_title_is_the_widest_clear_gap_between_the_lines_that_are_drawn(sweep, drawn) -> None:
    name, chart = drawn
    (ax,) = (each for each in chart.figure.axes if each.get_label() == "as-funded")
    (calm,) = (line for line in ax.lines if line.is_dashed() and line.get_label() != "median")
    gap = (the(ax, "median").get_ydata() - calm.get_ydata())[ONSET:]
    ((value, off), *_) = numbers(chart.title)
    assert value == pytest.approx(np.abs(gap).max(), abs=off)
    assert "lowered" in chart.title and "“Initiative as funded”" in chart.title
    assert chart.caption.startswith("320 runs (40 for each of 8 arms)") and "mean over the sites" in chart.subtitle


def test_a_mean_over_those_that_are_left_says_so(sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust without an initiative rises while partners leave: the ties that are left are the better ones."""
    declared = courses.metric("trust")
    assert "also moves" not in fans(sweep, "trust").subtitle
    over = replace(declared, over="the ties in use in that month")
    monkeypatch.setattr(courses, "metric", lambda name: over if name == "trust" else declared)
    said = fans(sweep, "trust").subtitle
    assert said.endswith("A mean over the ties in use in that month: it also moves when these change.")


def test_over_sets_bands_are_of_sets_and_luck_is_dotted_apart(sweep) -> None:
    dealt = under_sets(sweep, 4, spread=0.02)
    stored = Stored.of(dealt)
    chart = fans(dealt, "support")
    for ax in chart.figure.axes:
        s = ax.get_label()
        runs = stored.monthly("support")[stored.arm(s, stored.main)].mean(1) * 100
        sets = runs[np.argsort(stored.units.set, kind="stable")].reshape(10, 4, 120).mean(1)
        _, low, high = band(the(ax, "90%"))
        assert list(low) == pytest.approx(np.quantile(sets, 0.05, axis=0))
        assert list(high) == pytest.approx(np.quantile(sets, 0.95, axis=0))
        assert list(the(ax, "median").get_ydata()) == pytest.approx(np.median(sets, axis=0))
        below, above = (np.array(the(ax, name).get_ydata()) for name in ("luck low", "luck high"))
        assert (below < above).all() and in_view(ax)
        assert list(chart.data.loc[chart.data["strategy"] == stored.title(s), "luck_p05"]) == pytest.approx(below)
    assert "half of the sets of parameters" in chart.subtitle and "luck apart" in chart.subtitle
    assert "4 replicates of each of 10 sets" in chart.caption
    assert "not calibrated (parameters drawn from what is plausible)" in chart.caption
    assert "luck low" not in [line.get_label() for ax in fans(sweep, "support").figure.axes for line in ax.lines]
