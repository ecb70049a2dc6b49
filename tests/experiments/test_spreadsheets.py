"""Data that a spreadsheet opens without running it."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from tfs_sim.experiments.storage.spreadsheets import as_csv


def cells(data: pd.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(as_csv(data).decode(), newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r"])
@pytest.mark.parametrize("kind", ["object", "category", "string"])
def test_what_would_run_begins_with_an_apostrophe(start: str, kind: str) -> None:
    evil = f'{start}HYPERLINK("http://evil","x")'
    data = pd.DataFrame({"title": pd.Series([evil, "plain", None], dtype=kind), f"{start}1": [1.0, 2.0, 3.0]})
    seen = evil.replace("\r", " ")
    assert cells(data) == [["title", f"'{seen[0]}1"], [f"'{seen}", "1.0"], ["plain", "2.0"], ["", "3.0"]]


def test_numbers_stay_as_they_are() -> None:
    data = pd.DataFrame({"a": [-1.5, float("nan")], "b": [-3, 4], "c": [True, False], "d": pd.Series([-0.5, "-x"])})
    assert cells(data)[1:] == [["-1.5", "-3", "True", "-0.5"], ["", "4", "False", "'-x"]]
