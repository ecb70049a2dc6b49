"""Numbers and names in words: signs, units, one and many."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tfs_sim.analysis import words
from tfs_sim.model.declare import Metric
from tfs_sim.scenario.errors import count

SHARE = Metric("coverage", "Coverage", "share of needs met", "", better="higher", decimals=3)
INDEX = Metric("trust", "Trust", "0 to 1", "", better="higher")
COUNT = Metric("partners", "Engaged partners", "organizations", "", better="higher", decimals=1)
MONEY = Metric("cost", "Cost", "thousand dollars", "", summary="total", better="lower", decimals=0)
POINTS = Metric("indicator", "Measured indicator", "points", "", summary="end", better="higher", decimals=1)


def test_an_end_below_zero_is_shown_below_zero() -> None:
    """The case that was found: "+0.3 (0.0 to 0.6)" for −0.03 to 0.65."""
    assert words.interval(-0.0003, 0.0065, SHARE) == "−0.03 to 0.65"
    assert words.difference(0.0031, -0.0003, 0.0065, SHARE) == "+0.31"
    assert words.interval(-0.65, 0.03, POINTS) == "−0.65 to 0.03"
    assert words.interval(0.0, 0.65, POINTS) == "0.0 to 0.7", "an end that is zero stays zero"
    assert words.interval(-1e-17, 0.65, POINTS) == "0.0 to 0.7", "the rounding of a sum is no sign"
    assert words.interval(-300e-3, 2.0, MONEY) == "−$300 to $2,000"


@pytest.mark.parametrize("metric", [SHARE, INDEX, COUNT, POINTS, MONEY], ids=lambda m: m.name)
@settings(deadline=None)
@example(low=3.269911159494379e-09, width=0.001953125)
@given(low=st.floats(-50, 50), width=st.floats(1e-3, 50))
def test_signs_of_ends_survive_rounding(metric: Metric, low: float, width: float) -> None:
    high = low + width
    shown = [float(re.sub(r"[,$]", "", text.replace("−", "-").replace(" million", "")))
             for text in words.interval(low, high, metric).split(" to ")]  # fmt: skip
    for end, said in zip((low, high), shown, strict=True):
        if abs(end) > 1e-6 * max(abs(low), abs(high)) and (metric is not MONEY or abs(end) >= 1e-3):
            assert said * end > 0, (low, high, words.interval(low, high, metric))


def test_numbers_and_money() -> None:
    assert words.number(-0.004, 2) == "0.00" and words.number(-1234.5, 1) == "−1,234.5"
    assert words.money(5842.0) == "$5.84 million" and words.money(640) == "$640,000" and words.money(0) == "$0"
    assert words.money(0.3) == "$300" and words.money(999.7) == "$1.0 million" and words.money(-2) == "−$2,000"
    assert words.money(20, sign=True) == "+$20,000" and words.money(0, sign=True) == "$0"
    assert words.percent(0.001) == "under 1%" and words.percent(0.0) == "0%" and words.percent(1.0) == "100%"
    assert words.level(0.31, SHARE) == "31.0%" and words.level(252.0, MONEY) == "$252,000"


def test_a_level_has_the_decimals_that_its_interval_can_tell() -> None:
    """Half an interval's width is told to one figure at least, in the unit that is shown."""
    assert words.level(0.31416, SHARE, 0.0002) == "31.42%" and words.level(0.31416, SHARE, 0.01) == "31.4%"
    assert words.level(0.5, INDEX, 0.001) == "0.5000" and words.level(0.5, INDEX, 0.1) == "0.50"
    assert words.level(12.3456, COUNT, 0.02) == "12.35 organizations"
    assert words.level(12.3456, COUNT) == "12.3 organizations"
    assert words.decimals(COUNT, 99.0) == 1 and words.decimals(COUNT, 100.0) == 0, "hundreds need none"
    assert words.decimals(COUNT, 1e-9) == 4, "more are not read"


def test_money_is_said_in_its_own_size() -> None:
    assert [words.money(each) for each in (999.4, 999.5, 1.0, 0.9994)] == ["$999,000", "$1.0 million", "$1,000", "$999"]
    millions = {4350.0: "4.35", 4300.0: "4.3", 4000.0: "4.0", 9994.9: "9.99", 9995.0: "10.0", 10040.0: "10.0"}
    assert {each: words.money(each) for each in millions} == {each: f"${said} million" for each, said in millions.items()}
    assert words.money(1234567.0) == "$1,234.6 million" and words.money(float("nan")) == "–"


def test_units_of_values_and_of_differences() -> None:
    assert words.unit(SHARE) == "%" and words.unit(SHARE, difference=True) == "percentage points"
    assert words.unit(COUNT) == "organizations" and words.unit(INDEX) == "" == words.unit(INDEX, difference=True)
    assert words.axis(POINTS).endswith("(points)") and words.axis(INDEX).endswith("(0 to 1)")
    assert words.axis(SHARE) == "Coverage (%)"
    assert words.factor(SHARE) == 100 and words.factor(INDEX) == 1


def test_conditions_lists_and_counts() -> None:
    assert words.condition(("crisis",)) == "In the crisis" and words.condition(("no crisis",)) == "With no crisis"
    assert words.condition(("wet", "crisis")) == "Under “wet” and in the crisis" and words.condition(()) == ""
    assert words.joined(["a", "b", "c"]) == "a, b and c" and words.joined(["Dayton, Ohio", "b"]) == "Dayton, Ohio; b"
    assert words.joined([]) == "" and words.joined(["a"]) == "a"
    assert count(0, "site") == "0 sites" and count(1, "site") == "1 site"
    assert count(2, "strategy", "strategies") == "2 strategies"
    assert words.mean_over_sites(1) == "" and words.mean_over_sites(4) == "mean over the 4 sites"


def test_windows_say_which_months() -> None:
    assert words.window(SHARE) == "in the last year" and words.window(SHARE, 6) == "over the 6 months of the run"
    assert words.window(SHARE, 12) == "in the last year" and words.window(SHARE, 11) == "over the 11 months of the run"
    assert words.window(MONEY) == "over the whole run" and words.window(POINTS) == "at the end"
    from tfs_sim.analysis.windows import DERIVED

    assert all(words.window(m) == "" for m in DERIVED.values())


def test_every_metric_of_the_model_has_a_subject_in_the_singular() -> None:
    code = (
        "from tfs_sim.model.catalogue import METRICS\n"
        "print(sorted(name for name, metric in METRICS.items() if not metric.subject))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
