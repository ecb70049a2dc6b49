"""JSON Schema of calibration files, for completion and checks in editors."""

from __future__ import annotations

from typing import Any

from tfs_sim.calibration.tables import CalibrationTable, Target
from tfs_sim.scenario.json_schema import finished


def calibration_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of calibration files."""
    schema = CalibrationTable.model_json_schema(by_alias=True)
    # a scenario's schema has a table of this name that may also be the word "all"; a target here is none of these
    schema["$defs"]["HeldAgainst"] = schema["$defs"].pop(Target.__name__)
    schema["properties"]["targets"]["additionalProperties"] = {"$ref": "#/$defs/HeldAgainst"}
    return finished(schema, "Calibration of tfs-sim")
