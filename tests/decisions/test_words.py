"""Bands as people say them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from tfs_sim.decisions.words import amount, in_words

HEAD = ["low", "high", "best", "runner_up", "apart", "likeliest"]


def test_bands_in_words() -> None:
    rows = [
        (0, 30, "nothing", "manuals", True, "nothing"),
        (30, 40, "nothing", "manuals", False, "nothing"),
        (40, 60, "manuals", "nothing", False, "nothing"),
        (60, 180, "manuals", "both", True, "manuals"),
        (180, math.inf, "both", "manuals", False, "both"),
    ]
    assert in_words(pd.DataFrame(rows, columns=HEAD), "a student-month") == [
        "Below 40 a student-month: nothing; up to 180: manuals; above: both.",
        "nothing cannot be told apart from at least one other strategy from 30 to 40; next comes manuals.",
        "manuals cannot be told apart from at least one other strategy from 40 to 60; next comes nothing.",
        "nothing is likelier to be the best from 40 to 60; manuals is better by expectation, which is what counts.",
        "both cannot be told apart from at least one other strategy above 180; next comes manuals.",
    ]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, math.inf, "At any worth of a unit of effect: a."),
        (5, math.inf, "From 5 a unit of effect on: a."),
        (5, 9, "From 5 to 9 a unit of effect: a."),
    ],
)
def test_one_band(low: float, high: float, said: str) -> None:
    assert in_words(pd.DataFrame([(low, high, "a", "b", True, "a")], columns=HEAD)) == [said]


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0"), (12345.6, "12,346"), (37.456, "37.5"), (40.0, "40"), (0.01234, "0.0123"), (-1500, "−1,500")],
)
def test_amounts(value: float, said: str) -> None:
    assert amount(value) == said
