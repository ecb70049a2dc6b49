"""Everything that mechanism files declare, by name."""

from __future__ import annotations

from tfs_sim.model import declared_metrics, tick
from tfs_sim.model.declare import Intervention, Mechanism, Metric, Shock, Table

MECHANISMS: dict[str, Mechanism] = {module.MECHANISM.name: module.MECHANISM for module in tick.MODULES}
INTERVENTIONS: dict[str, Intervention] = {
    lever.name: lever for module in tick.MODULES for lever in getattr(module, "INTERVENTIONS", ())
}
SHOCKS: dict[str, Shock] = {shock.name: shock for module in tick.MODULES for shock in getattr(module, "SHOCKS", ())}
TABLES: dict[str, tuple[Table, ...]] = {module.MECHANISM.name: getattr(module, "TABLES", ()) for module in tick.MODULES}
METRICS: dict[str, Metric] = {metric.name: metric for metric in declared_metrics.METRICS}

ALWAYS_ON = frozenset({"community", "founding", "levers", "endings"})
"""Mechanisms without a switch: without them there is no world and no schedule, or nobody would say how it ended."""
