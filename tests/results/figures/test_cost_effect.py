"""Costs and effects read back: points, crosses, units and names."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reading import colour, in_view, per_run, spot, t_interval, the

from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.words import money
from tfs_sim.figures.comparisons import cost
from tfs_sim.figures.style import looks

FUNDED = ["as-funded", "handover", "convenings"]


@pytest.fixture(params=[False, True], ids=["page", "phone"])
def drawn(request, sweep):
    return cost(sweep, narrow=request.param)


def beyond(sweep, name: str, s: str, base: str = "no-initiative"):
    return per_run(sweep, name, s, crisis="crisis") - per_run(sweep, name, base, crisis="crisis")


def test_points_stand_at_extra_cost_and_effect_with_crosses_of_both_intervals(sweep, drawn) -> None:
    look = looks(Stored.of(sweep))
    table = drawn.data.set_index(["price", "strategy"])
    for ax, name, label in zip(
        drawn.figure.axes, ("cost", "hours"), ("Extra cost (million dollars)", "Partners' extra hours (thousands)"),
        strict=True,
    ):  # fmt: skip
        assert ax.get_xlabel() == label
        for s in FUNDED:
            # a run's table has thousand dollars and hours a site: a mean over the four sites
            price = t_interval(4 * beyond(sweep, name, s) / 1000)
            effect = t_interval(100 * beyond(sweep, "support", s))
            mark = the(ax, f"mean:{s}")
            across, up = the(ax, f"interval across:{s}"), the(ax, f"interval up:{s}")
            assert spot(mark) == pytest.approx((price[0], effect[0]))
            assert list(across.get_xdata()) == pytest.approx(price[1:])
            assert list(across.get_ydata()) == pytest.approx([effect[0]] * 2)
            assert list(up.get_ydata()) == pytest.approx(effect[1:])
            assert list(up.get_xdata()) == pytest.approx([price[0]] * 2)
            row = table.loc[(name, sweep.experiment["strategies"][s]["title"])]
            assert list(row) == pytest.approx([*price, *effect])
            assert {colour(artist) for artist in (mark, across, up)} == {look[s].colour}
            assert mark.get_marker() == look[s].marker


def test_all_is_in_view_with_zero_both_ways(drawn) -> None:
    for ax in drawn.figure.axes:
        for s in FUNDED:
            for label in ("mean", "interval across", "interval up"):
                line = the(ax, f"{label}:{s}")
                assert min(ax.get_xlim()) < min(line.get_xdata()) <= max(line.get_xdata()) < max(ax.get_xlim())
                assert min(ax.get_ylim()) < min(line.get_ydata()) <= max(line.get_ydata()) < max(ax.get_ylim())
        assert ax.get_xlim()[0] < 0 < ax.get_xlim()[1] and ax.get_ylim()[0] < 0 < ax.get_ylim()[1]


def test_every_name_is_joined_to_its_own_point(sweep, drawn) -> None:
    ax = drawn.figure.axes[-1]
    for s in FUNDED:
        name, line = the(ax, f"name:{s}"), the(ax, f"joins:{s}")
        assert name.get_text().replace("\n", " ") == sweep.experiment["strategies"][s]["title"]
        assert line.get_ydata()[0] == spot(the(ax, f"mean:{s}"))[1]
        assert line.get_ydata()[1] == name.get_position()[1]
        assert colour(line) == name.get_color() == colour(the(ax, f"mean:{s}"))
    by_point = sorted(FUNDED, key=lambda s: spot(the(ax, f"mean:{s}"))[1])
    assert sorted(FUNDED, key=lambda s: the(ax, f"name:{s}").get_position()[1]) == by_point, "lines do not cross"


def test_the_title_is_about_the_largest_effect_and_its_price(sweep, drawn) -> None:
    best = max(FUNDED, key=lambda s: beyond(sweep, "support", s).mean())
    price = money(4 * beyond(sweep, "cost", best).mean())
    title = sweep.experiment["strategies"][best]["title"]
    assert drawn.title.startswith(f"“{title}”")
    assert f"for {price} more" in drawn.title
    assert f"{100 * beyond(sweep, 'support', best).mean():.1f} percentage points" in drawn.title
    assert "at all 4 sites" in drawn.subtitle and "Difference from “No initiative”, in the crisis" in drawn.subtitle
    assert drawn.caption.startswith("40 pairs; 320 runs (40 for each of 8 arms)")


def test_effects_are_named_in_the_unit_of_differences(drawn) -> None:
    assert drawn.figure.axes[0].get_title("left") == "Difference: partners' support (percentage points)"


def test_without_a_strategy_that_adds_nothing_all_is_from_the_reference(sweep) -> None:
    said = {key: value for key, value in sweep.experiment.items() if key != "nothing"}
    chart = cost(replace(sweep, experiment=said))
    assert chart is not None and "Difference from “Initiative as funded”" in chart.subtitle
    ax = chart.figure.axes[0]
    x, y = spot(the(ax, "mean:no-initiative"))
    assert x == pytest.approx(4 * beyond(sweep, "cost", "no-initiative", "as-funded").mean() / 1000) and x < 0
    assert y == pytest.approx(100 * beyond(sweep, "support", "no-initiative", "as-funded").mean())
    assert in_view(ax)
