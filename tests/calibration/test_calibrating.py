from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tfs_sim.calibration import calibrating, recovering
from tfs_sim.calibration.calibrating import budget_of, carry_out, held_of
from tfs_sim.calibration.reading import load_calibration
from tfs_sim.calibration.spaces import Space
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.uncertain import listed_sets
from tfs_sim.experiments.storage import ensembles
from tfs_sim.scenario.fields import DataFile


def test_what_targets_are_held_against_has_its_two_variances_apart() -> None:
    calibration = load_calibration("collective-impact")
    held = {each.name: each for each in held_of(calibration)}
    assert list(held) == [each.name for each in calibration.outputs()]
    members = held["t2-members"]
    assert members.centre == pytest.approx(np.log(22.1)) and members.scale == "log"
    assert members.observation == pytest.approx(0.25**2) and members.discrepancy == pytest.approx(
        np.log(1.1) ** 2, rel=0.2
    )
    assert held["t6-density"].discrepancy == 0.0 and held["t6-density"].observation == 1.0


def test_a_budget_in_community_months_becomes_waves() -> None:
    calibration = load_calibration("collective-impact")
    whole, trial = budget_of(calibration), budget_of(calibration, quick=True)
    assert whole.sets == 1_500_000_000 // 4_800 and whole.first == whole.wave == 2_000 and not whole.quick
    assert trial.quick and trial.sets == 1_200 and trial.first + 2 * trial.wave < trial.sets


def made_up(sets: Sets) -> tuple[np.ndarray, np.ndarray]:
    """Return what a stand-in for the model gives of nine targets: two parameters move the second, little the others."""
    column = {variable.name: n for n, variable in enumerate(sets.variables)}
    held = held_of(load_calibration("collective-impact"))
    values = np.tile([each.centre for each in held], (len(sets), 1))
    places = Space(sets.variables).places(sets.table)
    for name in ("participation.sitting", "participation.inertia"):
        values[:, 2] += 1.5 * (places[:, column[name]] - 0.5)
    return values, np.full(values.shape, 1e-4)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrating, "simulator_of", lambda *_, **__: made_up)
    monkeypatch.setattr(calibrating, "QUICK_SETS", 400)
    monkeypatch.setattr(calibrating, "look", lambda *_: {"lines": []})
    monkeypatch.setattr(calibrating, "led", lambda *_: lambda sets: sets.table[:, :4])


def test_a_trial_tells_what_it_found_and_writes_no_ensemble(tmp_path: Path, stand_in: None) -> None:
    done = carry_out(load_calibration("collective-impact"), tmp_path / "trial", quick=True)
    assert done.ensemble is None and not list((tmp_path / "trial").glob("*.parquet"))
    found = json.loads((tmp_path / "trial" / "findings.json").read_text())
    assert found["quick"] and found["accepted"] >= 50 and len(found["targets"]) == 9
    assert "t2-members" in (tmp_path / "trial" / "findings.txt").read_text()
    again = carry_out(load_calibration("collective-impact"), tmp_path / "trial", quick=True)
    assert again.found.record() == done.found.record(), "what is kept is not run again, and says the same"


def test_a_calibration_ends_in_sets_that_were_run_and_experiments_take(
    tmp_path: Path, stand_in: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tfs_sim.calibration.matching import Budget

    monkeypatch.setattr(recovering, "RECOVERED", 1)
    monkeypatch.setattr(
        calibrating, "budget_of", lambda _, quick=False: Budget.of(300 if quick else 600, 20 if quick else 60, quick)
    )
    done = carry_out(load_calibration("collective-impact"), tmp_path / "whole")
    assert done.ensemble is not None and done.ensemble.record.calibrated and done.ensemble.record.figures == 9
    read = ensembles.read(tmp_path / "whole" / "collective-impact.json")
    assert len(read.sets) == 60 and read.record.targets == done.ensemble.record.targets
    gave, _ = made_up(read.sets)
    assert read.own.shape == (60, 9) and gave.shape == read.own.shape
    listed = listed_sets(DataFile("collective-impact.json", tmp_path / "whole"), 10)
    assert listed.ids == read.sets.ids[:10]
    assert len(done.found.recoveries) == 1 and len(done.found.halves) == 4 and len(done.found.headlines) == 12
    assert json.loads((tmp_path / "whole" / "look.json").read_text())["lines"] == []
