"""The map of a design: which strategy is best where, what cannot be told apart, and that this is what is drawn."""

from __future__ import annotations

import math

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from reading import colour, says, spot, t_interval, the
from synthetic import Synthetic, design

from tfs_sim.analysis.headlines import map_title
from tfs_sim.analysis.regimes import axes, regimes, strongest
from tfs_sim.analysis.stored import Stored
from tfs_sim.figures.regime import OPEN, regime_map
from tfs_sim.figures.style import looks


def crossing(strategy: str, at: dict[str, float]) -> float:
    """Asking helps where hurt is 0, waiting where it is 1; at one half both do alike."""
    return {"alone": 0.0, "ask": 4.0 * (1 - at["hurt"]), "wait": 4.0 * at["hurt"]}[strategy]


HURT = {"hurt": [0.0, 0.5, 1.0], "price": [1.0, 2.0], "fixed": [7.0]}


def test_each_region_has_its_best_strategy_and_the_border_is_left_open() -> None:
    found = regimes(Stored.of(design(HURT, crossing)))
    assert found is not None
    assert (found.across.name, found.down.name) == ("hurt", "price"), "what is the same at every point is no axis"
    best = {cell.at: (cell.best, cell.clear) for cell in found.cells}
    assert len(best) == 6
    for price in (0, 1):
        assert best[0, price] == ("ask", True)
        assert best[2, price] == ("wait", True)
        assert not best[1, price][1]
    for cell in found.cells:
        assert cell.gain is not None
        size = (4.0, 2.0, 4.0)[cell.at[0]]
        assert abs(cell.gain.difference - size) < cell.gain.high - cell.gain.low  # four standard errors


def test_lower_is_better_where_the_metric_says_so() -> None:
    found = regimes(Stored.of(design(HURT, crossing, primary="equity_gap")))
    assert found is not None
    unhurt = [cell for cell in found.cells if cell.at[0] == 0]
    assert unhurt and all(cell.best != "ask" for cell in unhurt), "asking raises it there"


def test_where_nothing_differs_nothing_is_called_best() -> None:
    found = regimes(Stored.of(design(HURT, lambda *_: 0.0, replicates=200)))
    assert found is not None
    assert sum(cell.clear for cell in found.cells) <= 2


def test_of_many_variables_the_map_shows_the_two_that_matter() -> None:
    stored = Stored.of(
        design(
            {"noise": [0.0, 1.0], "hurt": [0.0, 1.0], "price": [1.0, 2.0]}, lambda s, at: crossing(s, at) * at["price"]
        )
    )
    chosen = strongest(stored, axes(stored), "partners", ())
    assert [axis.name for axis in chosen] == ["hurt", "price"]
    found = regimes(stored)
    assert found is not None and [axis.name for axis in found.others] == ["noise"]
    assert {cell.points for cell in found.cells} == {2}


def test_many_values_are_cut_into_ranges() -> None:
    stored = Stored.of(design({"hurt": [n / 20 for n in range(21)], "price": [1.0, 2.0]}, crossing, replicates=4))
    hurt = axes(stored)[0]
    assert len(hurt.labels) == 4 and hurt.labels[0] == "0 to 0.25"
    assert set(hurt.level_of) == {0, 1, 2, 3}


@pytest.mark.parametrize("values", [[0.0, 0.5, 1.0], [n / 20 for n in range(21)]])
def test_a_point_at_which_a_variable_stays_as_it_is_is_not_on_the_map(values: list[float]) -> None:
    sweep = design({"hurt": values, "price": [1.0, 2.0]}, crossing, replicates=4)
    sweep.points.loc[0, "hurt"] = math.nan
    hurt = axes(Stored.of(sweep))[0]
    assert hurt.level_of[0] == -1 and min(hurt.level_of[1:]) == 0
    assert "nan" not in " ".join(hurt.labels)
    assert regimes(Stored.of(sweep)) is not None


def test_without_a_design_or_with_one_variable_there_is_no_map(small) -> None:  # type: ignore[no-untyped-def]
    assert regime_map(small) is None and map_title(small) is None
    assert regime_map(design({"hurt": [0.0, 1.0]}, crossing)) is None


@pytest.mark.parametrize("narrow", [False, True])
def test_the_map_is_drawn_with_words_that_keep_apart(narrow: bool) -> None:
    chart = regime_map(design(HURT, crossing), narrow=narrow)
    assert chart is not None
    assert (
        chart.title == "“Ask” is best for the number of active partners at 2 of 6 places and “Wait” at 2; "
        "at 2 it is too close to call"
    )
    assert len(chart.data) == 6 and "Ask is best at 2 of 6 places." in chart.alt
    figure = chart.figure
    figure.canvas.draw()
    boxes = [t.get_window_extent() for ax in figure.axes for t in ax.texts if t.get_text().strip()]
    for n, box in enumerate(boxes):
        assert box.x0 >= 0 and box.x1 <= figure.bbox.width and box.y0 >= 0 and box.y1 <= figure.bbox.height
        assert not any(box.overlaps(other) for other in boxes[:n])


def shown(chart) -> Any:  # type: ignore[no-untyped-def]
    """Return the axes with the places."""
    return chart.figure.axes[0]


def places(sweep: Synthetic, primary: str = "partners", sign: float = 1.0) -> dict[tuple[float, float], dict[str, Any]]:
    """Return what is best at every place, worked out afresh: Bonferroni over all places and strategies."""
    out = {}
    for (hurt, price), runs in sweep.runs.groupby(["hurt", "price"]):
        by = runs.pivot_table(index="replicate", columns="strategy", values=primary)
        order = (-sign * by.mean()).sort_values().index
        level = 1 - 0.05 / (6 * 2)
        leads = [t_interval(by[order[0]] - by[other], level) for other in order[1:]]
        open_ = [other for other, (_, low, high) in zip(order[1:], leads, strict=True) if low <= 0 <= high]
        gain = t_interval(by[order[0]] - by["alone"], level) if order[0] != "alone" else None
        marks = [order[0], open_[0]] if open_ else [order[0]]
        out[float(hurt), float(price)] = {"best": order[0], "open": bool(open_), "marks": marks, "gain": gain}
    return out


UNSORTED = {"hurt": [1.0, 0.0, 0.5], "price": [20.0, 3.0], "fixed": [7.0]}


@pytest.fixture(params=[False, True], ids=["page", "phone"], scope="module")
def drawn(request: Any) -> Any:
    sweep = design(UNSORTED, crossing)
    return sweep, regime_map(sweep, narrow=request.param)


def test_levels_stand_along_the_axes_in_order(drawn: Any) -> None:
    ax = shown(drawn[1])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "0.5", "1"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["3", "20"], "by size, not by letters"
    assert list(ax.get_xticks()) == [0.5, 1.5, 2.5] and list(ax.get_yticks()) == [0.5, 1.5]
    assert (ax.get_xlabel(), ax.get_title("left")) == ("The hurt", "The price")
    assert ax.get_xlim() == (0, 3) and ax.get_ylim() == (0, 2)


def test_places_have_the_colour_of_the_best_and_the_marks_of_those_not_told_apart(drawn: Any) -> None:
    sweep, chart = drawn
    ax, look = shown(chart), looks(Stored.of(sweep))
    kinds = set()
    for (hurt, price), expected in places(sweep).items():
        x, y = [0.0, 0.5, 1.0].index(hurt), [3.0, 20.0].index(price)
        tile = the(ax, f"place:{x},{y}")
        assert x < tile.get_x() < tile.get_x() + tile.get_width() < x + 1
        assert y < tile.get_y() < tile.get_y() + tile.get_height() < y + 1
        face = OPEN if expected["open"] else look[expected["best"]].colour
        assert to_hex(tile.get_facecolor()).upper() == face
        marks = [line for line in ax.lines if line.get_label().startswith(f"mark:{x},{y}:")]
        assert [line.get_label().rsplit(":", 1)[1] for line in marks] == expected["marks"]
        for s, line in zip(expected["marks"], marks, strict=True):
            assert (colour(line), line.get_marker()) == (look[s].colour, look[s].marker)
            assert x < spot(line)[0] < x + 1 and y < spot(line)[1] < y + 1
        said = the(ax, f"gain:{x},{y}")
        assert x < said.get_position()[0] < x + 1 and y < said.get_position()[1] < y + 1
        assert says(said.get_text(), expected["gain"][0]) and said.get_text().startswith("+")
        kinds.add(expected["open"])
    assert kinds == {False, True}


def test_where_the_reference_is_best_nothing_is_gained() -> None:
    chart = regime_map(design(UNSORTED, lambda s, at: 3.0 * (s == "alone")))
    for x in range(3):
        for y in range(2):
            assert the(shown(chart), f"gain:{x},{y}").get_text() == "0"
            assert len([line for line in shown(chart).lines if line.get_label() == f"mark:{x},{y}:alone"]) == 1


def test_lower_is_best_and_gains_are_negative_where_the_metric_says_so() -> None:
    sweep = design(UNSORTED, lambda s, at: -crossing(s, at), primary="equity_gap")
    ax = shown(regime_map(sweep))
    for (hurt, price), expected in places(sweep, "equity_gap", -1.0).items():
        x, y = [0.0, 0.5, 1.0].index(hurt), [3.0, 20.0].index(price)
        assert says(the(ax, f"gain:{x},{y}").get_text(), 100 * expected["gain"][0])
        assert expected["gain"][0] < 0


def test_table_key_title_and_alternative_text_count_the_same_places(drawn: Any) -> None:
    sweep, chart = drawn
    found = places(sweep)
    clear = [p["best"] for p in found.values() if not p["open"]]
    (key,) = (ax for ax in chart.figure.axes if ax.get_label() == "key")
    for s in ("ask", "wait"):
        title = s.capitalize()
        assert the(key, f"name:{s}").get_text() == f"{title}: best at {clear.count(s)}"
        assert colour(the(key, f"mark:{s}")) == looks(Stored.of(sweep))[s].colour
        assert f"{title} is best at {clear.count(s)} of 6 places." in chart.alt
    assert the(key, "name:open").get_text().replace("\n", " ") == f"Too close to call at {6 - len(clear)} of 6"
    assert colour(the(key, "mark:open")) == OPEN
    assert "for all 6 places at once" in chart.subtitle and "540 runs (30 replicates at 6 points" in chart.caption
    for row in chart.data.itertuples():
        expected = found[float(row.hurt), float(row.price)]
        assert (row.best, row.told_apart) == (expected["best"].capitalize(), not expected["open"])
        assert (row.gain_difference, row.gain_low, row.gain_high) == pytest.approx(expected["gain"])


@pytest.mark.parametrize("narrow", [False, True])
def test_a_long_key_neither_overlaps_nor_leaves_the_figure(narrow: bool) -> None:
    sweep = design(UNSORTED, crossing, replicates=4)
    names = [f"Initiative with a crisis channel and an emergency fund, version {n}" for n in range(8)]
    frames, rng = [], np.random.default_rng(1)
    for n, name in enumerate(names):
        own = sweep.runs[sweep.runs["strategy"] == "alone"].assign(strategy=name)
        frames.append(own.assign(partners=own["partners"] + 0.01 * n + rng.normal(0, 1, len(own))))
    said = sweep.experiment | {"strategies": {name: {"title": name} for name in names}, "against": names[0]}
    chart = regime_map(replace(sweep, runs=pd.concat(frames), experiment=said), narrow=narrow)
    chart.figure.draw_without_rendering()
    (key,) = (ax for ax in chart.figure.axes if ax.get_label() == "key")
    assert len(key.texts) >= 5
    boxes = [text.get_window_extent() for text in [*key.texts, *chart.figure.texts, shown(chart).xaxis.label]]
    for n, box in enumerate(boxes):
        assert box.x0 >= 0 and box.x1 <= chart.figure.bbox.width and box.y0 >= 0
        assert not any(box.overlaps(other) for other in boxes[:n])
