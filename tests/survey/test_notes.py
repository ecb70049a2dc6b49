"""Small counts are hidden, and cannot be reckoned back."""

from __future__ import annotations

from tfs_sim.survey.notes import Note, few, literal, suppressed


def test_small_counts() -> None:
    assert [few(n) for n in (0, 1, 4, 5, 1200)] == ["0", "fewer than 5", "fewer than 5", "5", "1,200"]


def test_a_single_small_cell_takes_another_with_it() -> None:
    assert suppressed({"a": 1, "b": 1, "c": 9, "d": 6})["d"] == "not shown"
    assert suppressed({"a": 1, "b": 3, "c": 9})["c"] == "9"
    assert suppressed({"a": 3, "b": 20, "c": 7}) == {"a": "fewer than 5", "b": "20", "c": "not shown"}
    assert suppressed({"a": 3, "b": 2, "c": 7}) == {"a": "fewer than 5", "b": "fewer than 5", "c": "7"}
    assert suppressed({"a": 0, "b": 20}) == {"a": "0", "b": "20"}
    assert suppressed({"a": 3}) == {"a": "fewer than 5"}


def test_notes_hold_codes_or_names() -> None:
    note = Note(literal("file{1}.csv") + ": {}", ("Clinic",))
    assert note.coded({"Clinic": "org-007"}) == "file{1}.csv: org-007" and note.named() == 'file{1}.csv: "Clinic"'
