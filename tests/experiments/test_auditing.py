"""The audit of common random numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import real

from tfs_sim.experiments.execution import auditing


def test_a_sound_model_passes_and_pairing_helps(tmp_path: Path) -> None:
    found = auditing.audit(real.trial(tmp_path), pairs=10)
    assert found.passed, [check for check in found.checks if not check.passed]
    assert found.comparisons == ("manuals", "more")
    assert np.median([v for v in found.factors["departures"] if np.isfinite(v)] or [9]) > 1
    assert found.record()["passed"] is True


def test_a_dose_of_zero_that_changes_something_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = auditing._run

    def shifted(template: Any, seed: int, replicate: int) -> Any:
        return run(template, seed, replicate) + (template.layout.sizes["order"] == 1)

    monkeypatch.setattr(auditing, "_run", shifted)
    arms = [arm for arm in real.trial(tmp_path).arms() if arm.label == "as-it-is, crisis"]
    (check,) = auditing._zero_doses(arms, 1)
    assert not check.passed and "overlap" in check.detail


def test_moved_draws_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    luck = auditing._luck

    def moved(scenario: Any, seed: int) -> Any:
        found = luck(scenario, seed)
        return found if scenario.is_on("turnover") else [each + 1 for each in found]

    monkeypatch.setattr(auditing, "_luck", moved)
    (check,) = auditing._switches(real.trial(tmp_path).arms()[0].scenario, 1)
    assert not check.passed and check.detail == "these do: turnover"


def test_gains_and_opposed_luck() -> None:
    rng = np.random.default_rng(1)
    one = rng.random(50)
    assert auditing._gain(one + 1, one, one) == float("inf")
    assert auditing._gain(one + 0.1 * rng.random(50), one, one) > 10
    assert auditing._opposed(-one, one) < 1e-6 < 0.5 < auditing._opposed(one, one)
    assert auditing._opposed(np.ones(50), one) == 1.0
