"""Calibrations to simulators whose answer is known, each run once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))  # of a package pytest puts the folder above there

from truths import CLIFF, SMOOTH, SPACE, Synthetic, cliff, little, smooth, uneven

from tfs_sim.calibration.matching import Budget, Calibration, calibrate


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    """Waves on the smooth simulator, thirty inputs of which eight matter."""
    folder: Path = tmp_path_factory.mktemp("smooth")
    budget = Budget(900, 300, 200, wanted=160)  # four waves, whatever the processor's emulators: 240 are not reached
    return calibrate(SPACE, SMOOTH, Synthetic(smooth, uneven), budget, folder, "ci1", seed=3)


@pytest.fixture(scope="session")
def at_cliff(tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    """Waves on the simulator with a cliff and two modes."""
    folder: Path = tmp_path_factory.mktemp("cliff")
    budget = Budget(700, 240, 160, wanted=80)
    return calibrate(SPACE, CLIFF, Synthetic(cliff, little), budget, folder, "ci1", seed=4)
