"""Near-equal names, and codes."""

from __future__ import annotations

import pytest

from tfs_sim.survey.names import codes, nearly_equal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Riverton Health Dept", "Riverton Helth Dept."),
        ("United Way of Riverton", "The United Way Riverton"),
        ("ITPC", "itpc"),
        ("Café Ángel", "Cafe Angel"),
        ("Boys & Girls Club", "Boys and Girls Club"),
    ],
)
def test_names_that_may_be_the_same(one: str, other: str) -> None:
    assert nearly_equal([one, "Something else", other]) == [(min(one, other), max(one, other))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("School 4", "School 5"),
        ("Riverton Health", "Lakeside Schools"),
        ("ALA", "AHA"),
        ("North Clinic", "South Clinic"),
    ],
)
def test_names_that_are_different(one: str, other: str) -> None:
    assert nearly_equal([one, other]) == []


def test_thousands_of_names_are_looked_through() -> None:
    names = [
        f"{first}{second} {third} Center" for first in "abcdefghij" for second in "klmnopqrst" for third in "uvwxy"
    ]
    found = nearly_equal([*names, "Riverton Schools", "Rivertons Schools"])
    assert ("Riverton Schools", "Rivertons Schools") in found


def test_codes_fill_what_is_free() -> None:
    found = codes(["a", "b", "c"], {"b": "org-002", "gone": "org-001"})
    assert found["b"] == "org-002" and {found["a"], found["c"]} == {"org-003", "org-004"}
    assert len(set(codes(map(str, range(1200)), {}).values())) == 1200
    assert codes(map(str, range(1200)), {})["7"].startswith("org-") and len(codes(map(str, range(1200)), {})["7"]) == 8


def test_codes_are_dealt_by_chance() -> None:
    names = [f"n{n:02d}" for n in range(30)]
    dealt = [tuple(codes(names, {}).values()) for _ in range(3)]
    assert len(set(dealt)) == 3 and all(sorted(each) != list(each) for each in dealt)
