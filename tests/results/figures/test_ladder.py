"""The ladder read back: effects, intervals, months, grants, and a scale on which all of it can be read."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from reading import all_of, band, colour, per_month, the
from scipy import stats

from tfs_sim.analysis.stored import Stored
from tfs_sim.figures.courses import ladder
from tfs_sim.figures.ladder import first_above, scaled
from tfs_sim.figures.style import looks

START = 2018 + 5 / 12
RUNGS = ["partners", "trust", "performance", "coverage", "outcome"]


@pytest.fixture(params=[False, True], ids=["page", "phone"], scope="module")
def drawn(request, sweep):
    return ladder(sweep, narrow=request.param)


def expected(sweep, name: str) -> np.ndarray:
    """Return effect, low and high by month, in the yardstick of a rung."""
    measured = "indicator" if name == "outcome" else name
    a, b = (per_month(sweep, measured, s, crisis="no crisis") for s in ("as-funded", "no-initiative"))
    if name == "outcome":
        own = sweep.series[(sweep.series["strategy"] == "no-initiative") & (sweep.series["crisis"] == "no crisis")]
        months = own.astype({"indicator": float}).pivot(
            index=["replicate", "site"], columns="month", values="indicator"
        )
        yardstick = months.diff(12, axis=1).stack().std(ddof=0)
    else:
        yardstick = np.sqrt(b.var(0, ddof=1).mean())
    d = a - b
    half = stats.t.ppf(0.975, len(d) - 1) * stats.sem(d)
    return np.array([d.mean(0), d.mean(0) - half, d.mean(0) + half]) / yardstick


def first(low: np.ndarray) -> int | None:
    """Return the first month of six in a row above 0.2."""
    found = re.search("1{6}", "".join(str(int(value > 0.2)) for value in low))
    return found.start() if found else None


def test_rungs_go_down_from_process_to_students(drawn) -> None:
    axes = sorted(drawn.figure.axes, key=lambda ax: -ax.get_position().y0)
    assert [ax.get_label() for ax in axes] == RUNGS == list(dict.fromkeys(drawn.data["metric"]))
    names = ["Active partners", "Trust in ties in use", "Gain from joint work", "Students' needs met"]
    for ax, said in zip(axes, [*names, "Students' outcome"], strict=True):
        assert said in [text.get_text().replace("\n", " ") for text in ax.texts]


def test_lines_and_bands_are_effects_in_their_yardstick(sweep, drawn) -> None:
    look = looks(Stored.of(sweep))["as-funded"]
    for ax in drawn.figure.axes:
        effect, low, high = expected(sweep, ax.get_label())
        line = the(ax, "effect")
        assert list(line.get_xdata()) == pytest.approx(START + np.arange(120) / 12)
        assert list(line.get_ydata()) == pytest.approx(effect, rel=1e-6)
        x, lower, upper = band(the(ax, "interval"))
        assert list(x) == pytest.approx(START + np.arange(120) / 12)
        assert list(lower) == pytest.approx(low, rel=1e-6) and list(upper) == pytest.approx(high, rel=1e-6)
        assert colour(line) == look.colour == to_hex(the(ax, "interval").get_facecolor()[0]).upper()
        assert set(the(ax, "threshold").get_ydata()) == {0.2} and the(ax, "threshold").is_dashed()
        rows = drawn.data[drawn.data["metric"] == ax.get_label()]
        for column, values in zip(("effect_in_sd", "low", "high"), (effect, low, high), strict=True):
            assert list(rows[column]) == pytest.approx(values, rel=1e-6)


def test_the_mark_is_the_month_from_which_the_lower_end_stays_above(sweep, drawn) -> None:
    marked = 0
    for ax in drawn.figure.axes:
        effect, low, _ = expected(sweep, ax.get_label())
        month = first(low)
        said = the(ax, "when").get_text()
        if month is None:
            assert not all_of(ax, "first above") and said == "not above 0.2\nin these months"
            continue
        marked += 1
        mark = the(ax, "first above")
        assert mark.get_xdata()[0] == pytest.approx(START + month / 12)
        assert mark.get_ydata()[0] == pytest.approx(effect[month], rel=1e-6)
        assert not mark.get_clip_on(), "a mark in the first month is whole"
        numbers = [int(n) for n in re.findall(r"\d+", said.replace("0.2", ""))]
        assert numbers[0] == month + 1
        if len(numbers) == 2:
            assert low[numbers[1] - 1] > 0.2 >= max(low[numbers[1] : numbers[1] + 2])
        else:
            assert low[-1] > 0.2
    assert marked
    months = {name: first(expected(sweep, name)[1]) for name in RUNGS}
    earliest = min(month for month in months.values() if month is not None)
    assert f"passed 0.2 standard deviations first, in month {earliest + 1}" in drawn.title


def test_an_effect_above_for_five_months_has_no_mark() -> None:
    series = np.zeros(30)
    series[10:15] = 1.0
    assert first(series) is None and first_above(series) is None
    series[15] = 1.0
    assert first(series) == first_above(series) == 10


def test_grants_end_at_dotted_lines(drawn, sweep) -> None:
    assert drawn.subtitle.endswith("Dotted: grants end.")
    for ax in drawn.figure.axes:
        assert list(the(ax, "grant ends").get_xdata()) == pytest.approx([START + 57 / 12] * 2)
    two = [sweep.experiment["grants"][0] | {"until": until} for until in (30, 57, 120)]
    two.append(sweep.experiment["grants"][0] | {"strategy": "handover", "until": 40})
    chart = ladder(replace(sweep, experiment=sweep.experiment | {"grants": two}))
    for ax in chart.figure.axes:
        ends = [line.get_xdata()[0] for line in all_of(ax, "grant ends")]
        assert ends == pytest.approx([START + 30 / 12, START + 57 / 12]), "neither others' nor one that lasts"
    none = ladder(replace(sweep, experiment=sweep.experiment | {"grants": []}))
    assert "Dotted" not in none.subtitle and not all_of(none.figure.axes[0], "grant ends")


def test_no_shock_is_shaded_where_effects_are_those_without_it(drawn, small) -> None:
    assert not any(all_of(ax, "shock") for ax in drawn.figure.axes)
    assert "with no crisis" in drawn.subtitle
    for ax in ladder(small).figure.axes:
        assert the(ax, "shock").get_x() == pytest.approx(START + 21 / 12)


def test_the_scale_is_even_unless_effects_exceed_three(drawn) -> None:
    kinds = set()
    for ax in drawn.figure.axes:
        _, low, high = band(the(ax, "interval"))
        far = max(high.max(), 0.44) - min(low.min(), -0.05) > 3
        kinds.add(far)
        assert ax.get_yscale() == ("symlog" if far else "linear")
        assert ax.get_ylim()[0] < low.min() and high.max() < ax.get_ylim()[1]
    assert ("by powers of ten" in drawn.subtitle) == (True in kinds)


def test_effects_that_fall_far_say_their_scale(sweep) -> None:
    turned = {"against": "no-initiative", "nothing": "as-funded"}
    chart = ladder(replace(sweep, experiment=sweep.experiment | turned))
    assert any(ax.get_yscale() == "symlog" for ax in chart.figure.axes)
    assert "Scale: even up to 1, then by powers of ten." in chart.subtitle


@pytest.mark.parametrize("low", [-0.05, -2.0, -40.0, -1000.0])
@pytest.mark.parametrize("high", [0.5, 2.9, 3.1, 8.0, 40.0, 400.0, 5000.0, 1e6])
@pytest.mark.parametrize("tall", [0.73, 0.77])
def test_labels_keep_apart_and_the_threshold_from_zero(low: float, high: float, tall: float) -> None:
    figure = Figure(figsize=(6, 3), dpi=100)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.3, 0.3, 0.5, tall / 3))
    ax.tick_params(length=0, labelsize=9.5)
    scaled(ax, np.array([low, 0.0]), np.array([0.1, high]))
    figure.draw_without_rendering()
    assert ax.get_ylim()[0] < low and high < ax.get_ylim()[1]
    places = ax.transData.transform([(0.0, 0.0), (0.0, 0.2)])[:, 1]
    assert places[1] - places[0] >= 3
    ticks = [t for t in ax.get_yticks() if ax.get_ylim()[0] <= t <= ax.get_ylim()[1]]
    assert ticks == sorted(ticks) and 0 in ticks
    labels = [label for label in ax.get_yticklabels() if label.get_text() and label.get_position()[1] in ticks]
    assert len(labels) >= 2
    boxes = sorted((label.get_window_extent() for label in labels), key=lambda box: box.y0)
    assert all(one.y1 <= other.y0 + 1 for one, other in pairwise(boxes))
    for label in labels:
        assert float(label.get_text().replace("−", "-").replace(",", "")) == pytest.approx(label.get_position()[1])


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(-0.05, 400.0, [0, 1, 10, 100]), (-40.0, 0.5, [-10, -1, 0]), (-0.05, 5.0, [0, 1, 10])]
)
def test_labels_are_powers_of_ten(low: float, high: float, expected: list[float]) -> None:
    ax = Figure(figsize=(6, 3), dpi=100).add_axes((0.3, 0.3, 0.5, 0.25))
    scaled(ax, np.array([low, 0.0]), np.array([0.1, high]))
    assert list(ax.get_yticks()) == expected


def test_labels_of_one_rung_keep_clear_of_the_next(drawn) -> None:
    drawn.figure.draw_without_rendering()
    boxes = [
        label.get_window_extent()
        for ax in drawn.figure.axes
        for place, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True)
        if ax.get_ylim()[0] <= place <= ax.get_ylim()[1]
    ]
    for n, box in enumerate(boxes):
        assert not any(min(box.y1, o.y1) - max(box.y0, o.y0) > 1 for o in boxes[:n])


def test_runs_are_counted_under_the_ladder(drawn) -> None:
    assert drawn.caption.startswith("320 runs (40 for each of 8 arms)")
    assert "Effect of “Initiative as funded” against “No initiative”" in drawn.subtitle
