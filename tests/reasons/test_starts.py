"""From both ends: what was made to stay is remembered, what was made to go is forgotten."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from changing_made import from_both_ends
from reading import band, in_view, the

from tfs_sim.figures.starts import starts_chart
from tfs_sim.reasons import starts
from tfs_sim.reasons.starts_words import gap_cells, told
from tfs_sim.scenario.errors import UserError


@pytest.mark.parametrize(
    ("left", "closing", "verdict"), [(0.5, 0.0, "remembers"), (0.0, 0.0, "forgets"), (0.3, 1.0, "still closing")]
)
def test_what_is_left_of_a_start(left: float, closing: float, verdict: str) -> None:
    found = starts(from_both_ends(left, closing))
    assert {gap.verdict for gap in found.gaps} == {verdict}
    gap = found.gaps[0]
    assert gap.end.difference == pytest.approx(15 * left + closing * 0.5, abs=0.1)
    assert gap.first > 10 and (found.key, found.low, found.high) == ("start", "few", "many")


def test_much_luck_does_not_tell() -> None:
    made = from_both_ends(0.0)
    rng = np.random.default_rng(1)
    of_runs = made.series.groupby(["strategy", "start", "set", "replicate"]).ngroup().to_numpy()
    made.series["partners"] += rng.normal(0, 30, of_runs.max() + 1)[of_runs]
    assert {gap.verdict for gap in starts(made).gaps} == {"cannot be told"}


def test_kinds_that_the_start_decides() -> None:
    found = starts(from_both_ends(0.0, kinds=True))
    kinds = found.gaps[0].kinds
    assert kinds is not None and 2 < kinds.border < 30
    assert (kinds.low, kinds.high, kinds.split) == (0.5, 1.0, 0.5)
    assert kinds.difference.difference == 0.5
    text = " ".join(told(found))
    assert "two kinds" in text and "in 50% of sets the start alone decides" in text
    assert starts(from_both_ends(0.0)).frame["split"].isna().all()
    assert starts(from_both_ends(0.3, closing=1.0)).frame["split"].isna().all()  # on its way is no kind of its own


def test_words_and_cells_have_no_gaps() -> None:
    for left in (0.0, 0.4):
        found = starts(from_both_ends(left))
        cells = gap_cells(found)
        text = " ".join([*told(found), *(cell for row in cells.rows for cell in row)])
        assert "nan" not in text.lower() and "organizations" in text
        assert all(len(row) == len(cells.head) for row in cells.rows)


def test_both_courses_are_drawn() -> None:
    found = starts(from_both_ends(0.5))
    chart = starts_chart(found)
    for ax, strategy in zip(chart.figure.axes, ("nothing", "coordinator"), strict=True):
        for end, name in enumerate(("low", "high")):
            mean, lower, upper = found.curves[strategy][end]
            assert the(ax, f"mean:{name}").get_ydata() == pytest.approx(mean)
            _, bottom, top = band(the(ax, f"band:{name}"))
            assert bottom == pytest.approx(lower) and top == pytest.approx(upper)
        assert the(ax, "verdict").get_text() == "remembers" and in_view(ax)
    assert "4 years" in chart.title and starts_chart(found, narrow=True).figure.get_size_inches()[0] < 5


@pytest.mark.parametrize(
    ("made", "key", "told_"),
    [
        ({"cross": {}}, None, "cross nothing"),
        ({}, "begin", "do not cross"),
        ({"months": 18}, None, "18 months"),
    ],
)
def test_what_will_not_do_is_a_sentence(made, key: str | None, told_: str) -> None:  # type: ignore[no-untyped-def]
    months = made.pop("months", 48)
    study = from_both_ends(0.5, months=months, **made)
    if "cross" in made:
        study = replace(study, runs=study.runs[study.runs["start"] == "few"])
    with pytest.raises(UserError, match=told_):
        starts(study, key)


def test_an_unknown_metric_is_a_sentence() -> None:
    with pytest.raises(UserError, match="no metric"):
        starts(from_both_ends(0.5), metric="partnerz")
