"""What the page is made of: scores of our contestants, and no truth."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tfs_sim.problems import Problems, contest, contestants
from tfs_sim.problems.truths import Truth


def test_scores_are_kept_and_no_truth(
    towns: Problems, truths: dict[str, Truth], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contestants, "FEWEST", 2)
    found = contest.held(towns, ["plausible"], 6, 1, workers=1)
    assert [each["by"] for each in found["contestants"]] == ["prior", "nearest"]
    first, second = (each["scores"] for each in found["contestants"])
    assert all(line["less"] is None for line in first)
    assert all(line["less"] is not None for line in second)
    assert set(found["errors"]) == set(towns.questions)
    text = json.dumps(found)
    for each in truths.values():
        assert repr(float(each.values["sitting"][0])) not in text
        assert str(each.life.key) not in text


def test_a_mistake_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert contest.main([str(tmp_path / "x.json"), "--uncertainty", "none.json"]) == 2
    assert "none.json" in capsys.readouterr().err
