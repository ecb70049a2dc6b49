"""The ladder read back: in which months which outcome differs, and where grants end."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex
from reading import all_of, per_month, the
from scipy import stats

from tfs_sim.analysis.stored import Stored
from tfs_sim.figures.courses import ladder
from tfs_sim.figures.ladder import first_above, stretches, when
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


NAMES = ["Active partners", "Trust in ties in use", "Gain from joint work", "Students' needs met", "Students' outcome"]


def months_of(bars, row: float) -> set[int]:
    """Return the months that bars at a row cover."""
    found: set[int] = set()
    for path in bars.get_paths():
        box = path.get_extents()
        if abs((box.y0 + box.y1) / 2 - row) < 1e-6:
            first, last = (round((x - START) * 12) for x in (box.x0, box.x1))
            found |= set(range(first, last))
    return found


def at_row(ax, label: str, row: float) -> set[int]:
    return set().union(*(months_of(bars, row) for bars in all_of(ax, label))) if all_of(ax, label) else set()


def test_rungs_go_down_from_process_to_students(drawn) -> None:
    (ax,) = drawn.figure.axes
    assert list(dict.fromkeys(drawn.data["metric"])) == RUNGS
    named = {text.get_text().replace("\n", " "): text.get_position()[1] for text in ax.texts}
    places = [named[name] for name in NAMES]
    assert places == sorted(places, reverse=True) and len(set(places)) == len(places)


def test_bars_are_the_months_in_which_the_interval_lies_there(sweep, drawn) -> None:
    (ax,) = drawn.figure.axes
    look = looks(Stored.of(sweep))["as-funded"]
    for at, name in enumerate(RUNGS):
        row = float(len(RUNGS) - 1 - at)
        effect, low, high = expected(sweep, name)
        wanted = {"above zero": low > 0, "above threshold": low > 0.2, "below zero": high < 0}
        for label, holds in wanted.items():
            assert at_row(ax, label, row) == set(np.flatnonzero(holds).tolist()), (name, label)
        rows = drawn.data[drawn.data["metric"] == name]
        for column, values in zip(("effect_in_sd", "low", "high"), (effect, low, high), strict=True):
            assert list(rows[column]) == pytest.approx(values, rel=1e-6)
    strong = {to_hex(bars.get_facecolor()[0]).upper() for bars in all_of(ax, "above threshold")}
    faint = {to_hex(bars.get_facecolor()[0]).upper() for bars in all_of(ax, "above zero")}
    assert strong == {look.colour} and len(faint) == 1 and faint != strong


def test_words_say_from_when_it_can_be_noticed(sweep, drawn) -> None:
    (ax,) = drawn.figure.axes
    said = {text.get_position()[1]: text.get_text() for text in all_of(ax, "when")}
    noticed = 0
    for at, name in enumerate(RUNGS):
        _, low, _ = expected(sweep, name)
        words, month = said[float(len(RUNGS) - 1 - at)], first(low)
        if month is None:
            assert not re.search(r"\d", words)
            continue
        noticed += 1
        numbers = [int(n) for n in re.findall(r"\d+", words)]
        assert numbers[0] == month + 1
        if len(numbers) == 2:
            assert low[numbers[1] - 1] > 0.2 >= max(low[numbers[1] : numbers[1] + 2])
        else:
            assert low[-1] > 0.2
    assert noticed
    months = {name: first(expected(sweep, name)[1]) for name in RUNGS}
    earliest = min(month for month in months.values() if month is not None)
    assert f"moved first, in month {earliest + 1}" in drawn.title


def test_an_effect_above_for_five_months_is_not_noticed() -> None:
    series = np.zeros(30)
    series[10:15] = 1.0
    assert first(series) is None and first_above(series) is None
    assert stretches(series > 0.2) == [(10, 5)] and stretches(series > 2) == []
    series[15] = 1.0
    assert first(series) == first_above(series) == 10
    assert when(series, series + 1) == "months 11 to 16" and when(series / 10, series) == "too little to notice"
    assert when(-series - 1, -series - 0.5) == "lower, if anything" and when(series * 0 - 1, series + 1) == "cannot be told"


def test_grants_end_at_dotted_lines(drawn, sweep) -> None:
    assert drawn.subtitle.endswith("Dotted: grants end.")
    (ax,) = drawn.figure.axes
    assert list(the(ax, "grant ends").get_xdata()) == pytest.approx([START + 57 / 12] * 2)
    two = [sweep.experiment["grants"][0] | {"until": until} for until in (30, 57, 120)]
    two.append(sweep.experiment["grants"][0] | {"strategy": "handover", "until": 40})
    (ax,) = ladder(replace(sweep, experiment=sweep.experiment | {"grants": two})).figure.axes
    ends = [line.get_xdata()[0] for line in all_of(ax, "grant ends")]
    assert ends == pytest.approx([START + 30 / 12, START + 57 / 12]), "neither others' nor one that lasts"
    none = ladder(replace(sweep, experiment=sweep.experiment | {"grants": []}))
    assert "Dotted" not in none.subtitle and not all_of(none.figure.axes[0], "grant ends")


def test_no_shock_is_shaded_where_effects_are_those_without_it(drawn, small) -> None:
    assert not all_of(drawn.figure.axes[0], "shock") and "with no crisis" in drawn.subtitle
    assert drawn.title.startswith("With no crisis, ")
    (ax,) = ladder(small).figure.axes
    assert the(ax, "shock").get_x() == pytest.approx(START + 21 / 12)


def test_what_falls_is_hatched(sweep) -> None:
    turned = {"against": "no-initiative", "nothing": "as-funded"}
    (ax,) = ladder(replace(sweep, experiment=sweep.experiment | turned)).figure.axes
    assert all(bars.get_hatch() for bars in all_of(ax, "below zero")) and all_of(ax, "below zero")


def test_runs_are_counted_under_the_ladder(drawn) -> None:
    assert drawn.caption.startswith("320 runs (40 for each of 8 arms)")
    assert "“Initiative as funded” against “No initiative”" in drawn.subtitle
