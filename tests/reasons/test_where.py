"""Where an answer changes: at places that are known, in words with units, and in figures that are read back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from changing_made import from_both_ends, over_points, under_parameters
from reading import in_view, spot, the

from tfs_sim.analysis.stored import Stored
from tfs_sim.decisions import boxes as found_boxes
from tfs_sim.figures.where import boxes_chart, regret_chart
from tfs_sim.reasons import Where, where
from tfs_sim.reasons.conditions import features, quantity, tidy
from tfs_sim.reasons.where_words import condition_cells, limit_cells, robust_cells, told
from tfs_sim.scenario.errors import UserError


@pytest.fixture(scope="module")
def made() -> Stored:
    return over_points()


@pytest.fixture(scope="module")
def found(made: Stored) -> Where:
    return where(made, at_least=0.5)


def test_the_answer_changes_where_it_was_made_to(found: Where) -> None:
    assert found.answer == "Coordinator" and found.over == "conditions"
    assert found.boxes is not None
    (box,) = found.boxes.boxes
    (limit,) = box.limits
    assert (limit.name, limit.side) == ("staff", "low") and limit.at == pytest.approx(0.9, abs=0.12)
    assert box.density.value > 0.8 and box.coverage.value > 0.6
    (there,) = found.there
    assert there.best == "Manuals" and 0 < there.low < there.lead < there.high


def test_points_are_where_the_means_say(made: Stored, found: Where) -> None:
    means = made.runs.groupby(["point", "strategy"])["trust"].mean().unstack()
    lead = means["coordinator"] - means[["manuals", "nothing"]].max(axis=1)
    assert found.lead == pytest.approx(lead.to_numpy())
    regrets = found.robust.set_index("strategy")  # type: ignore[union-attr]
    assert regrets["largest_upper"]["Coordinator"] == pytest.approx(max(0.0, -lead.min()))


def test_in_words_with_units_and_on_whose_half(found: Where) -> None:
    text = " ".join(told(found))
    assert "Where backbone staff (FTE) is at least" in text
    assert "of the half that was held out" in text and "“Manuals” is ahead there by 0.0" in text
    assert "nan" not in text.lower() and "inf" not in text
    for cells in (limit_cells(found), robust_cells(found)):
        assert cells is not None and all(len(row) == len(cells.head) for row in cells.rows)
    assert condition_cells(found) is None  # 80 conditions are not listed


def test_two_strategies_are_compared_as_asked(made: Stored) -> None:
    found = where(made, "manuals", "nothing")
    assert found.answer == "Manuals" and found.other == "Nothing"
    assert "“Manuals” is worse than “Nothing” under" in told(found)[0]
    assert found.boxes is None and "at least 10 where it changes" in found.why_not


def test_fewer_conditions_are_listed_without_boxes() -> None:
    found = where(over_points(points=6))
    cells = condition_cells(found)
    assert found.boxes is None and "at least 40" in found.why_not
    assert cells is not None and len(cells.rows) == 6 and "hurt" in cells.rows[0][0]
    assert boxes_chart(found) is None and regret_chart(found) is not None


def test_less_of_a_metric_may_be_better() -> None:
    found = where(over_points(points=6, primary="vacancy"), at_most=0.6)
    assert found.robust is not None and (found.robust["net_benefit"] < 0).all()
    assert robust_cells(found).rows[0][1] == "50.0%"  # type: ignore[union-attr]
    assert (found.robust["met"] == 1).all()


def test_over_parameters_the_one_that_decides_is_found() -> None:
    found = where(under_parameters())
    assert found.over == "parameters" and found.learning is not None
    assert found.known[0].name == "turnover.notice_share" and "[turnover.notice_share]" in found.known[0].title
    assert found.boxes is not None
    (box,) = found.boxes.boxes
    assert {limit.name for limit in box.limits} == {"turnover.notice_share"}
    assert "sets of parameters" in told(found)[0]
    chart = boxes_chart(found)
    assert chart is not None and chart.stem == "boxes-parameters" and regret_chart(found) is None


def test_labels_that_are_numbers_of_one_thing_are_numbers() -> None:
    made = from_both_ends(0.0, cross={"start": ["12 organizations", "108 organizations"]})
    table, (known,) = features(made)
    assert table["start"].tolist() == [12.0, 108.0] and known.said(12.0) == "12 organizations"
    words, _ = features(from_both_ends(0.0))
    assert words["start"].tolist() == ["few", "many"]


def test_conditions_are_numbered_as_their_features_are() -> None:
    made = from_both_ends(0.5)
    table = tidy(made, quantity(made, None, None))
    runs = made.runs.groupby(["start", "strategy"])["partners"].mean()
    own = table.groupby(["condition", "strategy"])["effect"].mean()
    assert own[1, "Nothing"] == pytest.approx(runs["many", "nothing"])
    assert own[0, "Coordinator"] == pytest.approx(runs["few", "coordinator"])


def test_boxes_are_drawn_as_found(found: Where) -> None:
    chart = boxes_chart(found)
    assert chart is not None and found.boxes is not None
    ax, key = chart.figure.axes
    box, limit = the(ax, "box"), found.boxes.boxes[0].limits[0]
    assert box.get_x() == pytest.approx(limit.at) and box.get_x() + box.get_width() == pytest.approx(ax.get_xlim()[1])
    drawn = 0
    for name in sorted(set(found.best)):
        for half in ("held", "found"):
            own = (np.array(found.best) == name) & (found.boxes.held == (half == "held"))
            if not own.any():
                continue
            points = the(ax, f"points:{name}:{half}")
            assert points.get_xdata() == pytest.approx(found.features["staff"].to_numpy()[own])
            assert points.get_ydata() == pytest.approx(found.lead[own])
            assert (points.get_markerfacecolor() == "white") == (half == "found")
            drawn += int(own.sum())
        assert the(key, f"name:{name}").get_text() == name
    assert drawn == 80 and in_view(ax)
    narrow = boxes_chart(found, narrow=True)
    assert narrow is not None and narrow.figure.get_size_inches()[0] < 5


def test_two_limits_are_two_axes_and_a_third_makes_others_faint(made: Stored, found: Where) -> None:
    assert found.boxes is not None
    box = found.boxes.boxes[0]
    more = (*box.limits, replace(box.limits[0], variable=1, name="hurt", side="high", at=0.6))
    two = replace(found, boxes=replace(found.boxes, boxes=(replace(box, limits=more),)))
    chart = boxes_chart(two)
    assert chart is not None
    area = the(chart.figure.axes[0], "box")
    assert area.get_y() + area.get_height() == pytest.approx(0.6)
    assert "share of pairs that differ is at most 0.6" in chart.title.replace("\n", " ")


def test_regret_is_drawn_as_found(found: Where) -> None:
    chart = regret_chart(found)
    assert chart is not None and found.robust is not None and found.regrets is not None
    (ax,) = chart.figure.axes
    for place, row in enumerate(found.robust.to_dict("records")):
        name = row["strategy"]
        assert spot(the(ax, f"largest:{name}")) == pytest.approx((row["largest_regret"], place))
        assert the(ax, f"bounds:{name}").get_xdata() == pytest.approx([row["largest_lower"], row["largest_upper"]])
        assert the(ax, f"mean:{name}").get_xdata()[0] == pytest.approx(row["mean_regret"])
        own = found.regrets[found.regrets["strategy"] == name]["regret"]
        assert sorted(the(ax, f"regrets:{name}").get_xdata()) == pytest.approx(sorted(own))
    assert in_view(ax) and regret_chart(found, narrow=True) is not None


def without(made: Stored, **changed) -> Stored:  # type: ignore[no-untyped-def]
    runs = made.runs
    for name, kept in changed.items():
        runs = runs[runs[name].isin(kept)]
    return replace(made, runs=runs, _cache={}, spreads={})


@pytest.mark.parametrize(
    ("asked", "told_"),
    [
        (lambda made: where(made, "managers"), "no strategy"),
        (lambda made: where(made, "manuals", "manuals"), "both are the same"),
        (lambda made: where(made, metric="trusd"), "no metric"),
        (lambda made: where(made, worth=3.0, metric="trust"), "give one"),
        (lambda made: where(made, worth=3.0), "do not hold cost"),
        (lambda made: where(made, worth=-3.0), "from 0 on|do not hold"),
        (lambda made: where(made, levels=["crisis"]), "--under is for --over parameters"),
        (lambda made: where(made, at_least=0.6, at_most=0.2), "lower number"),
        (lambda made: where(made, at_least=float("nan")), "is a number"),
        (lambda made: where(made, over="parameters"), "at least 30 sets"),
        (lambda made: where(made, over="parameters", at_least=1.0), "asked of conditions"),
        (lambda made: where(without(made, strategy=["manuals"])), "one strategy"),
        (lambda made: where(without(made, set=["p-000"], replicate=[0])), "how sure"),
    ],
)
def test_what_will_not_do_is_a_sentence(made: Stored, asked, told_: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UserError, match=told_):
        asked(made)


def test_one_condition_is_a_sentence() -> None:
    with pytest.raises(UserError, match="one condition: nothing is crossed"):
        where(under_parameters(), over="conditions")


def test_points_that_are_all_alike_are_a_sentence() -> None:
    made = over_points(points=4)
    alike = replace(made, points=made.points.assign(staff=1.0, hurt=0.5), _cache={}, spreads={})
    with pytest.raises(UserError, match="all conditions are alike"):
        where(alike)


def test_a_table_is_written_of_every_point(found: Where) -> None:
    table = found.frame
    assert len(table) == 80 and set(table.columns) >= {"staff", "hurt", "best", "lead", "changes", "box", "held_out"}
    assert (table["changes"] == (table["lead"] < 0)).all()
    assert isinstance(table, pd.DataFrame) and found_boxes.REPRODUCED == 0.7


def test_net_benefit_is_beyond_the_reference_over_the_same_luck() -> None:
    made = from_both_ends(0.5, months=24)
    paid = (made.series["strategy"] == "coordinator").astype(float)
    made.series["cost"], made.series["served"] = 2.0 * paid, 10 * made.series["partners"]
    runs = made.runs.assign(cost=0.0, served=0.0)
    found = where(replace(made, runs=runs, _cache={}, spreads={}), worth=50.0)
    assert found.robust is not None
    served = made.series.groupby(["strategy", "start", "set", "replicate"])["served"].sum()
    gain = 50 * (served["coordinator"] - served["nothing"]) - 2000 * 24
    rows = found.robust.set_index("strategy")["net_benefit"]
    assert rows["Nothing"] == 0.0 and rows["Coordinator"] == pytest.approx(gain.mean())
    assert robust_cells(found).head[1] == "net benefit beyond “Nothing”"  # type: ignore[union-attr]
