"""Columns about persons are recognised."""

from __future__ import annotations

import pytest

from tfs_sim.survey.people import about_persons


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        ("E-mail", []), ("RecipientLastName", []), ("Contact person", []), ("completed_by", []), ("IP Address", []),
        ("Phone", []), ("Respondent name", []), ("Job title", []),
        ("Q7", ["a@b.org", "", "later"]),
        ("reach us at", ["(555) 123-4567", "555.123.9999"]),
        ("Q9", ["Dr. Smith", "Ms Jones"]),
        ("Representative", ["Maria Lopez", "John T. Smith", ""]),
    ],
)  # fmt: skip
def test_persons(title: str, cells: list[str]) -> None:
    assert about_persons(title, cells)


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        ("contact", ["0", "3", "5"]),
        ("Organization", ["Hancock Regional", "Johnson Memorial"]),
        ("Date submitted", ["2017-05-01", "2017-05-02"]),
        ("Staff (FTE)", ["12", "3.5"]),
        ("Budget", ["1000000", "2500000"]),
    ],
)
def test_no_persons(title: str, cells: list[str]) -> None:
    assert not about_persons(title, cells)
