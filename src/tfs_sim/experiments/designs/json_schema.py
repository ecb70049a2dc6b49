"""JSON Schema of experiment files, for completion and checks in editors."""

from __future__ import annotations

from typing import Any

from tfs_sim.experiments.designs.design import Experiment
from tfs_sim.experiments.designs.stopping import Until, UntilShares
from tfs_sim.experiments.designs.varying import Vary
from tfs_sim.scenario.json_schema import finished
from tfs_sim.scenario.tables import ScheduledIntervention


def experiment_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of experiment files."""
    schema = Experiment.model_json_schema(by_alias=True)
    table = ScheduledIntervention.model_json_schema(by_alias=True)  # what a strategy may add
    schema["$defs"] |= table.pop("$defs")
    schema["$defs"]["ScheduledIntervention"] = table
    for also in (Vary, Until, UntilShares):  # what stands where a text or a number may stand as well
        schema["$defs"][also.__name__] = also.model_json_schema(by_alias=True)
    return finished(_referring(schema), "Experiment of tfs-sim")


def _referring(node: Any) -> Any:
    """Return a schema with references in place of the names of tables."""
    if isinstance(node, list):
        return [_referring(each) for each in node]
    if not isinstance(node, dict):
        return node
    if "x-table" in node:
        return {"$ref": f"#/$defs/{node['x-table']}"}
    return {key: _referring(value) for key, value in node.items()}
