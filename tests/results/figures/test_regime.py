"""The map of a design: which strategy is best where, and what cannot be told apart."""

from __future__ import annotations

import pytest
from synthetic import design

from tfs_sim.analysis.headlines import map_title
from tfs_sim.analysis.regimes import axes, regimes, strongest
from tfs_sim.analysis.stored import Stored
from tfs_sim.figures.regime import regime_map


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


def test_without_a_design_or_with_one_variable_there_is_no_map(small) -> None:  # type: ignore[no-untyped-def]
    assert regime_map(small) is None and map_title(small) is None
    assert regime_map(design({"hurt": [0.0, 1.0]}, crossing)) is None


@pytest.mark.parametrize("narrow", [False, True])
def test_the_map_is_drawn_with_words_that_keep_apart(narrow: bool) -> None:
    chart = regime_map(design(HURT, crossing), narrow=narrow)
    assert chart is not None
    assert (
        chart.title
        == "“Ask” is best for the number of active partners at 2 of 6 places and “Wait” at 2; at 2 it is too close to call"
    )
    assert len(chart.data) == 6 and "Ask is best at 2 of 6 places." in chart.alt
    figure = chart.figure
    figure.canvas.draw()
    boxes = [t.get_window_extent() for ax in figure.axes for t in ax.texts if t.get_text().strip()]
    for n, box in enumerate(boxes):
        assert box.x0 >= 0 and box.x1 <= figure.bbox.width and box.y0 >= 0 and box.y1 <= figure.bbox.height
        assert not any(box.overlaps(other) for other in boxes[:n])
