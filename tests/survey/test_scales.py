"""Answers on scales of any range, in numbers and in words."""

from __future__ import annotations

import math

import pytest

from tfs_sim.survey.scales import Scale, guess, leading_number, looks_like_answers


@pytest.mark.parametrize(
    ("cells", "listed", "title", "least", "most", "unknown"),
    [
        ("0 1 2 5", True, "", 0, 5, ""),
        ("1 2 3 4", True, "", 0, 4, ""),  # a tie that is listed is one, however weak
        ("1 2 3 4", False, "", 1, 4, ""),  # in a matrix the lowest answer is none
        ("-3 -1 0 3", True, "", -3, 3, ""),
        ("1 1 1", True, "", 0, 1, ""),
        ("1 2 3 4 99", True, "", 0, 4, "99"),
        ("0 1 2 3 -9", True, "", 0, 3, "-9"),
        ("-1 0 1", True, "", -1, 1, ""),
        ("1 2 3 4 5 88 99", True, "", 0, 5, "88 99"),
        ("1 2 3 4 5 6 7 8 9", True, "", 0, 9, ""),  # no gap: an answer like the others
        ("0 5 20 35 70 100", True, "", 0, 100, ""),
        ("1 2 3", True, "Trust (1-5)", 0, 5, ""),
        ("1 2 3", False, "Trust [1 to 7]", 1, 7, ""),
        ("1 2 9", True, "Contact (0-4)", 0, 4, "9"),
        ("1 2 6", True, "Contact (0-4)", 0, 6, ""),  # what is not on the scale that the name says shows that it is not
        ("0.1 0.25 1", True, "", 0, 1, ""),
    ],
)
def test_ends_of_numbers(cells: str, listed: bool, title: str, least: float, most: float, unknown: str) -> None:
    scale = guess(cells.split(), listed, title)
    assert scale is not None and (scale.least, scale.most) == (least, most)
    assert scale.unknown == set(unknown.split()) and scale.guessed
    for cell in unknown.split():
        assert math.isnan(scale.number(cell) or 0.0)


def test_words_in_their_usual_order() -> None:
    scale = guess(["Never", "monthly", "Daily", "weekly", "Don't know", ""], True)
    assert scale is not None
    shares = [scale.share(scale.number(each) or 0.0) for each in ("never", "Monthly", "Weekly", "DAILY")]
    assert shares == [0.0, 0.6, 0.8, 1.0] and math.isnan(scale.number("don't know") or 0.0)
    assert scale.number("fortnightly") is None
    yes = guess(["Yes", "no", "N/A"], True)
    assert yes is not None and (yes.number("yes"), yes.number("No")) == (1.0, 0.0)
    assert guess(["purple", "weekly"], True) is None and guess(["", "n/a"], True) is None


@pytest.mark.parametrize(
    ("answer", "number"),
    [("3", 3), ("3 = monthly", 3), ("4) weekly", 4), ("-2 - never again", -2), ("2: often", 2), ("0.5", 0.5)],
)
def test_numbers_with_words_behind_them(answer: str, number: float) -> None:
    assert leading_number(answer) == number


@pytest.mark.parametrize("answer", ["monthly", "3 to 4 times", "2018-05-01", "1_000", "٣", "", "nan", "inf"])
def test_what_is_no_number(answer: str) -> None:
    assert leading_number(answer) is None


def test_what_looks_like_answers() -> None:
    assert looks_like_answers(["1", "2", "", "Don't know"]) and looks_like_answers(["weekly", "no"])
    assert not looks_like_answers(["", "n/a"]) and not looks_like_answers(["1", "call me"])
    assert not looks_like_answers([str(n) for n in range(61)])


def test_a_scale_may_be_turned_round() -> None:
    scale = Scale(5.0, 1.0)
    assert (
        scale.share(5.0) == 0.0 and scale.share(1.0) == 1.0 and scale.number("3") == 3.0 and scale.number("6") is None
    )
