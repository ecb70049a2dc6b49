"""JSON Schema of problem sets, for completion and checks in editors."""

from __future__ import annotations

from typing import Any

from tfs_sim.problems.tables import ProblemTable
from tfs_sim.scenario.json_schema import finished


def problems_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of problem sets."""
    return finished(ProblemTable.model_json_schema(by_alias=True), "Problem set of tfs-sim")
