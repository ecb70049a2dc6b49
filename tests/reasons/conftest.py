from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "experiments"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "results"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "calibration"))

import real

from tfs_sim.experiments.designs.design import Experiment
from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.storage.stored import Sweep


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Experiment, Sweep]:
    """Three strategies under two conditions over six sets, two runs of each."""
    folder = tmp_path_factory.mktemp("swept")
    experiment = real.over_sets(folder, sets="6")
    return experiment, runner.sweep(experiment, out=folder / "out", workers=2)


@pytest.fixture(scope="session")
def of_people(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """The same over 32 sets that differ in what is not known of people who leave, and of procedures."""
    folder = tmp_path_factory.mktemp("people")
    experiment = real.over_sets(folder, sets="32", over="plausible: turnover, smoothing")
    return runner.sweep(experiment, out=folder / "out", workers=2)
