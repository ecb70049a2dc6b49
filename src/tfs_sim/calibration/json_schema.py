"""JSON Schema of calibration files, and of what was seen of one town, for completion and checks in editors."""

from __future__ import annotations

from typing import Any

from tfs_sim.calibration.tables import CalibrationTable
from tfs_sim.calibration.town_tables import TownTable
from tfs_sim.scenario.json_schema import finished


def calibration_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of calibration files."""
    return finished(CalibrationTable.model_json_schema(by_alias=True), "Calibration of tfs-sim")


def town_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of files of what was seen of one town."""
    return finished(TownTable.model_json_schema(by_alias=True), "What was seen of one town, for tfs-sim")
