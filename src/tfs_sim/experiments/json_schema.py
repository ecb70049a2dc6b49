"""JSON Schema of experiment files, for completion and checks in editors."""

from __future__ import annotations

from typing import Any

from tfs_sim.experiments.design import Experiment
from tfs_sim.scenario.json_schema import finished
from tfs_sim.scenario.tables import ScheduledIntervention


def experiment_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of experiment files."""
    schema = Experiment.model_json_schema(by_alias=True)
    table = ScheduledIntervention.model_json_schema(by_alias=True)  # what a strategy may add
    schema["$defs"] |= table.pop("$defs")
    schema["$defs"]["ScheduledIntervention"] = table
    return finished(schema, "Experiment of tfs-sim")
