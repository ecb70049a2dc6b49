"""Diagnostic figures of the validation table read back: values, sides, thresholds and intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reading import band, colour, in_view, the

from tfs_sim.validation.row import Agreement, Effects, Measured, Region, Row, Verdict
from tfs_sim.figures.style import COLOURS, Chart
from tfs_sim.figures.validation import diagnostic


def drawn(figure: Agreement | Effects | Region) -> Chart:
    measured = Measured(True, "in 75% of 4 points", figure)
    row = Row("M1", "Trust grows", "A paper", "ubiquity", "in 90% of the space", lambda _: measured, "no parameter")
    return diagnostic(Verdict(row, measured, 1.0))


def xy(line) -> list[tuple[float, float]]:
    return list(zip(line.get_xdata().tolist(), line.get_ydata().tolist(), strict=True))


def test_words_are_those_of_the_row() -> None:
    chart = drawn(Effects(np.array([0.5, 1.0]), 0.2, "trust"))
    assert (chart.stem, chart.title) == ("M1", "M1 Trust grows")
    assert chart.subtitle == "Required: in 90% of the space" and chart.caption == "in 75% of 4 points"
    assert chart.alt == "Trust grows. Required: in 90% of the space. Measured: in 75% of 4 points."


def test_effects_go_from_the_least_to_the_largest_in_percent_of_the_points() -> None:
    chart = drawn(Effects(np.array([0.9, -0.4, 0.2, 0.1]), 0.2, "trust"))
    (ax,) = chart.figure.axes
    assert xy(the(ax, "fails")) == [(12.5, -0.4), (37.5, 0.1)]
    assert xy(the(ax, "holds")) == [(62.5, 0.2), (87.5, 0.9)], "at the least required the claim holds"
    assert (colour(the(ax, "holds")), colour(the(ax, "fails"))) == COLOURS[:2]
    assert set(the(ax, "least").get_ydata()) == {0.2} and set(the(ax, "may be missing").get_xdata()) == {10.0}
    assert "required 0.2" in [text.get_text() for text in ax.texts]
    assert list(chart.data["effect"]) == [0.9, -0.4, 0.2, 0.1] and list(chart.data["point"]) == [0, 1, 2, 3]
    assert ax.get_xlim() == (0, 100) and in_view(ax)


def test_effects_that_are_no_numbers_count_as_missing() -> None:
    (ax,) = drawn(Effects(np.array([0.9, np.nan, 0.2, np.nan]), 0.2, "trust")).figure.axes
    assert [place for place, value in xy(the(ax, "holds"))] == [62.5, 87.5]
    assert np.isnan(the(ax, "fails").get_ydata()).all()


def test_effects_without_spread_are_triangles_on_their_side() -> None:
    (ax,) = drawn(Effects(np.array([0.5, -2e13, 3e13, -0.1]), 0.2, "trust")).figure.axes
    ((fails, bottom),) = xy(the(ax, "fails, alike"))
    ((holds, top),) = xy(the(ax, "holds, alike"))
    assert (fails, holds) == (12.5, 87.5) and bottom < -0.1 and top > 0.5
    assert xy(the(ax, "fails")) == [(37.5, -0.1)] and xy(the(ax, "holds")) == [(62.5, 0.5)]
    assert in_view(ax)


def test_a_curve_has_its_band_threshold_and_default() -> None:
    x = np.array([0.0, 1.0, 2.0])
    curves = {"one": np.array([0.1, 0.5, 0.9]), "two": np.array([0.3, 0.2, 0.1])}
    chart = drawn(Region(x, curves, {"one": np.array([0.1, 0.2, 0.0])}, "condition", "share", 1.5, 0.4))
    (ax,) = chart.figure.axes
    for n, (label, values) in enumerate(curves.items()):
        assert xy(the(ax, label)) == list(zip(x, values, strict=True))
        assert colour(the(ax, label)) == COLOURS[n]
        assert list(chart.data[label]) == list(values)
    at, low, high = band(the(ax, "_band:one"))
    assert list(at) == list(x)
    assert list(low) == pytest.approx([0.1 - 0.196, 0.5 - 0.392, 0.9])
    assert list(high) == pytest.approx([0.1 + 0.196, 0.5 + 0.392, 0.9])
    assert set(the(ax, "_threshold").get_ydata()) == {0.4} and set(the(ax, "_default").get_xdata()) == {1.5}
    (said,) = [text for text in ax.texts if text.get_text().strip() == "default"]
    assert said.get_position()[0] == 1.5
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(curves)
    assert (ax.get_xlabel(), ax.get_title("left")) == ("condition", "share")
    assert list(chart.data["one: standard error"]) == [0.1, 0.2, 0.0] and "two: standard error" not in chart.data


def test_measured_values_stand_on_the_line_of_what_was_expected() -> None:
    shown = Agreement(("first", "second"), (1.0, 2.0), (1.1, 1.7), (0.05, 0.2), "trust")
    chart = drawn(shown)
    (ax,) = chart.figure.axes
    assert xy(the(ax, "expected")) == [(1.0, 0.0), (2.0, 1.0)]
    assert xy(the(ax, "measured, with 95% interval")) == [(1.1, 0.0), (1.7, 1.0)]
    first, second = the(ax, "_interval").get_segments()
    assert first.tolist() == [pytest.approx([1.1 - 0.098, 0]), pytest.approx([1.1 + 0.098, 0])]
    assert second.tolist() == [pytest.approx([1.7 - 0.392, 1]), pytest.approx([1.7 + 0.392, 1])]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["first", "second"]
    bottom, top = ax.get_ylim()
    assert bottom > top, "the first at the top"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["expected", "measured, with 95% interval"]
    assert chart.data.to_numpy().tolist() == [["first", 1.0, 1.1, 0.05], ["second", 2.0, 1.7, 0.2]]
    wrong = drawn(replace(shown, measured=(9.0, 1.7)))
    assert xy(the(wrong.figure.axes[0], "measured, with 95% interval"))[0] == (9.0, 0.0)
