"""What all charts share, read back: bands of shocks, years, looks, lines of words and places in inches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from reading import all_of, the

from tfs_sim.analysis.stored import Stored
from tfs_sim.figures import style

CRISIS, CALM = ("crisis",), ("no crisis",)
JUNE_2018 = 2018 + 5 / 12


@pytest.fixture
def ax():  # type: ignore[no-untyped-def]
    return Figure(figsize=(8, 3)).add_axes((0.1, 0.1, 0.8, 0.8))


def ends(span) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    x = span.get_xy()[:, 0] if hasattr(span.get_xy(), "shape") else np.array([span.get_x(), span.get_x() + span.get_width()])
    return float(x.min()), float(x.max())


def test_a_shock_is_a_band_from_its_onset_to_its_end_under_its_own_levels(sweep, ax) -> None:
    stored = Stored.of(sweep)
    style.bands(ax, stored, CALM)
    assert not all_of(ax, "shock") and not ax.texts
    style.bands(ax, stored, CRISIS)
    assert ends(the(ax, "shock")) == pytest.approx((JUNE_2018 + 21 / 12, JUNE_2018 + 39 / 12))
    (name,) = ax.texts
    assert name.get_text() == "Pandemic"
    assert JUNE_2018 + 21 / 12 < name.get_position()[0] < JUNE_2018 + 22 / 12, "at the beginning of the band"


def test_a_shock_that_outlasts_the_run_ends_with_it_and_has_a_name_only_where_asked(sweep, ax) -> None:
    long = [shock | {"end_month": 500} for shock in sweep.experiment["shocks"]]
    style.bands(ax, Stored.of(replace(sweep, experiment=sweep.experiment | {"shocks": long})), CRISIS, name=False)
    assert ends(the(ax, "shock"))[1] == pytest.approx(JUNE_2018 + 119 / 12)
    assert not ax.texts


def test_months_are_parts_of_years(sweep) -> None:
    at = style.years(Stored.of(sweep))
    assert len(at) == 120 and at[0] == pytest.approx(JUNE_2018) and at[7] == pytest.approx(2019)
    assert np.diff(at) == pytest.approx(np.full(119, 1 / 12))


@pytest.mark.parametrize(("most", "expected"), [(11, list(range(2019, 2029))), (5, [2019, 2021, 2023, 2025, 2027]),
                                                (4, [2019, 2022, 2025, 2028]), (1, [2019])])  # fmt: skip
def test_whole_years_are_ticks_and_no_more_than_fit(sweep, ax, most: int, expected: list[int]) -> None:
    at = style.years(Stored.of(sweep))
    style.year_ticks(ax, at, most)
    assert list(ax.get_xticks()) == expected and [t.get_text() for t in ax.get_xticklabels()] == list(map(str, expected))
    assert ax.get_xlim() == (at[0], at[-1])


def test_the_reference_has_the_first_colour_and_doing_nothing_is_grey(sweep) -> None:
    found = style.looks(Stored.of(sweep))
    assert set(found) == set(sweep.experiment["strategies"])
    assert (found["as-funded"].colour, found["as-funded"].marker) == (style.COLOURS[0], style.MARKERS[0])
    assert found["no-initiative"].colour == style.GREY and found["no-initiative"].marker not in style.MARKERS
    assert [found[s].colour for s in ("handover", "convenings")] == list(style.COLOURS[1:3])
    for part in ("colour", "marker"):
        assert len({getattr(look, part) for look in found.values()}) == len(found)


def test_lines_are_no_longer_than_asked_and_end_with_no_single_word() -> None:
    text = "one two three four five six seven eight nine ten eleven"
    for width in (25, 30, 40):
        lines = style.wrapped(text, width).split("\n")
        assert max(map(len, lines)) <= width and " ".join(lines) == text
    assert style.wrapped("Handover practices with an overlap of two months in all", 50).split("\n")[-1].count(" ") > 0
    assert style.filled("a b", 3) == "a b" and style.filled("aa bb", 3) == "aa\nbb"


def test_text_that_would_be_wider_than_there_is_room_gets_more_lines() -> None:
    text = "W" * 10 + " " + "W" * 10 + " " + "W" * 10
    assert style.fitted(text, 40, 100.0, 10) == text
    narrow = style.fitted(text, 40, 2.5, 10)
    assert narrow.count("\n") > 0 and all(style.broad(line, 10) <= 2.5 for line in narrow.split("\n"))
    assert style.broad("WWWW", 20) == pytest.approx(2 * style.broad("WWWW", 10), rel=0.01)


def test_axes_stand_where_inches_say_above_the_words_below() -> None:
    chart = style.framed("stem", "Title", "Subtitle", "Caption", 3.0)
    wide, tall = chart.figure.get_size_inches()
    left, bottom, right, top = chart.body
    assert (left, right, wide) == (0, style.WIDTH, style.WIDTH) and top - bottom == pytest.approx(3.0)
    box = style.place(chart, 1.0, 0.5, 6.0, 2.5).get_position()
    assert (box.x0 * wide, box.x1 * wide) == pytest.approx((1, 6))
    assert (box.y0 * tall, box.y1 * tall) == pytest.approx((bottom + 0.5, bottom + 2.5))
    title, subtitle, caption = chart.figure.texts
    assert [each.get_text() for each in chart.figure.texts] == ["Title", "Subtitle", "Caption"]
    assert title.get_position()[1] > subtitle.get_position()[1] >= top / tall > bottom / tall > caption.get_position()[1]


def test_a_longer_caption_makes_the_figure_taller_and_leaves_its_body_alone() -> None:
    short, long = (style.framed("stem", "Title", "Subtitle", "Caption " * n, 3.0) for n in (1, 60))
    assert long.figure.get_size_inches()[1] > short.figure.get_size_inches()[1]
    assert long.body[3] - long.body[1] == pytest.approx(short.body[3] - short.body[1])


def test_quantities_are_named_below_and_above_the_axes(ax) -> None:
    style.x_label(ax, "Cost ($)")
    style.y_label(ax, "Support (%)")
    assert ax.get_xlabel() == r"Cost (\$)" and ax.get_title(loc="left") == "Support (%)" and not ax.get_ylabel()
