"""Verdicts are kept row by row, so that what is stopped goes on; the page names every row and says what was not run."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tfs_sim import validation
from tfs_sim.validation import nulls, running, verdicts
from tfs_sim.validation.row import Budget, Effects, Measured, Null, Row

BUDGET = Budget(points=2, replicates=2, workers=1, seed=5)


@pytest.fixture
def asked(monkeypatch):
    """Put three rows in the place of the table; return what is asked of them."""
    calls: list[tuple[str, str, Budget]] = []

    def row(name: str, holds: bool, holds_at_null: bool) -> Row:
        def check(budget: Budget) -> Measured:
            calls.append((name, running.current().name, budget))
            found = holds if running.current() is running.AS_IT_IS else holds_at_null
            return Measured(found, f"found {found}", Effects(np.ones(2), 0.2, "something"))

        return Row(name, f"Title of {name}", "A paper", "ubiquity", "it holds", check, (Null({"trust.memory": 0.0}),))

    rows = (row("M1a", True, False), row("M1b", False, True), row("M1c", True, True))
    for module in (validation, verdicts):
        monkeypatch.setattr(module, "all_rows", lambda: rows)
    return calls


def test_verdicts_say_what_was_found_by_which_version_and_when(asked, tmp_path):
    file = tmp_path / "verdicts.json"
    found = verdicts.fill(file, validation.all_rows()[:2], BUDGET, BUDGET, lambda line: None, False)
    assert [(name, variation) for name, variation, _ in asked] == [
        ("M1a", ""), ("M1a", "null: trust.memory = 0"), ("M1b", ""), ("M1b", "null: trust.memory = 0"),
    ]  # fmt: skip
    assert json.loads(file.read_text(encoding="utf-8")) == found
    first, second, third = verdicts.table(found)
    assert third[3:5] == ["–", "not run"]
    assert first[:6] == ["M1a", "Title of M1a", "it holds", "found True", "holds", "fails at trust.memory = 0"]
    assert second[3:6] == ["found False", "FAILS", "HOLDS at trust.memory = 0"]
    assert first[6] == "2 points × 2, seed 5"
    assert first[7] == verdicts.model_version()
    assert first[8] == found["M1a"]["date"]


def test_what_is_there_is_not_run_again_unless_it_is_named_or_of_another_version(asked, tmp_path, monkeypatch):
    file = tmp_path / "verdicts.json"
    rows = validation.all_rows()[:2]
    verdicts.fill(file, rows[:1], BUDGET, BUDGET, lambda line: None, False)
    assert verdicts.table(verdicts.read(file))[1][4] == "not run"
    asked.clear()
    verdicts.fill(file, rows, BUDGET, BUDGET, lambda line: None, False)
    assert {name for name, _, _ in asked} == {"M1b"}
    asked.clear()
    verdicts.fill(file, rows[:1], BUDGET, BUDGET, lambda line: None, True)
    assert {name for name, _, _ in asked} == {"M1a"}
    asked.clear()
    monkeypatch.setattr(verdicts, "model_version", lambda: "another")
    verdicts.fill(file, rows, BUDGET, BUDGET, lambda line: None, False)
    assert {name for name, _, _ in asked} == {"M1a", "M1b"}


def test_a_verdict_on_a_row_that_was_written_anew_is_none(asked, tmp_path, monkeypatch):
    file = tmp_path / "verdicts.json"
    verdicts.fill(file, validation.all_rows(), BUDGET, BUDGET, lambda line: None, False)
    monkeypatch.setattr(verdicts, "text_of", lambda row: "changed" if row.name == "M1a" else "same")
    assert verdicts.read(file) == {}
    monkeypatch.undo()


def test_the_command_leaves_with_1_for_a_row_that_fails_or_holds_under_its_null(asked, tmp_path, capsys):
    file = str(tmp_path / "verdicts.json")
    assert verdicts.main([file]) == 1
    out = capsys.readouterr().out
    assert "1 of 3  M1a holds: found True" in out
    assert "Fail: M1b. Hold under a null all the same: M1b, M1c." in out
    assert verdicts.main([file, "M1c"]) == 1
    assert "Fail: none. Hold under a null all the same: M1c." in capsys.readouterr().out
    assert verdicts.main([file, "M1a"]) == 0
    assert "Fail: none. Hold under a null all the same: none." in capsys.readouterr().out
    assert verdicts.main([file, "M9z"]) == 2
    assert 'there is no row "M9z"' in capsys.readouterr().err


def test_nulls_are_asked_at_a_budget_of_their_own(asked, tmp_path):
    small = Budget(points=1, replicates=1, workers=1)
    verdicts.find(validation.all_rows()[0], BUDGET, small)
    assert [budget for _, _, budget in asked] == [BUDGET, small]
    assert nulls.variation(Null()).name == "null: "
