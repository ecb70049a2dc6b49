"""Waves in their order."""

from __future__ import annotations

import pytest

from tfs_sim.survey.waves import in_order, month_of


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2018", "2018-01"),
        ("2018-05", "2018-05"),
        ("2018-05-17", "2018-05"),
        ("2018/5/3", "2018-05"),
        ("May 2018", "2018-05"),
        ("17 June 2018", "2018-06"),
        ("2018-05-17T10:00", "2018-05"),
        ("5/17/2018", None),
        ("wave 1", None),
        ("2018-13", None),
    ],
)
def test_months(text: str, month: str | None) -> None:
    assert month_of(text) == month


def test_order_by_number_by_date_and_as_said() -> None:
    assert [wave.label for wave in in_order(["Wave 10", "Wave 9"], [], {})] == ["Wave 9", "Wave 10"]
    assert [wave.label for wave in in_order(["2019", "2017-05"], [], {})] == ["2017-05", "2019"]
    said = {"after": "2019-01", "before": "2018-01"}
    assert [tuple(wave) for wave in in_order(["after", "before"], [], said)] == [
        ("before", "2018-01"),
        ("after", "2019-01"),
    ]
    assert [tuple(wave) for wave in in_order([""], [], {})] == [("", None)]
