"""Agent-based simulation of collective impact partnerships.

    import tfs_sim as tfs

    town = tfs.load_scenario("together-for-students")
    calm = tfs.simulate(town.with_(shocks=[]), replicates=200, seed=1)
    crisis = tfs.simulate(town, replicates=200, seed=1)
    tfs.compare(crisis, calm, metric="support")
    study = tfs.sweep("crisis-shock")
    study.findings
    study.compare("handover-practices", "initiative", metric="trust")
    crisis.series.groupby("month")["trust"].mean().plot()

Names are loaded when they are first used: `import tfs_sim` itself loads nothing heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfs_sim.lazily import loader
from tfs_sim.version import __version__

if TYPE_CHECKING:
    from tfs_sim.analysis.compare import compare, compare_arms
    from tfs_sim.analysis.findings import findings
    from tfs_sim.analysis.optimizing import optimize
    from tfs_sim.analysis.outcomes import arm
    from tfs_sim.experiments.designs.design import Experiment, load_experiment
    from tfs_sim.experiments.execution.replaying import as_given, events
    from tfs_sim.experiments.execution.result import Result
    from tfs_sim.experiments.execution.simulating import simulate
    from tfs_sim.interface.explaining import explain
    from tfs_sim.interface.sweeps import Sweep, sweep
    from tfs_sim.model.partnership import PartnershipModel
    from tfs_sim.reasons.exploring import explore
    from tfs_sim.scenario import Scenario, load_scenario
    from tfs_sim.scenario.errors import UserError

__all__ = [
    "Experiment",
    "PartnershipModel",
    "Result",
    "Scenario",
    "Sweep",
    "UserError",
    "__version__",
    "arm",
    "as_given",
    "compare",
    "compare_arms",
    "events",
    "explain",
    "explore",
    "findings",
    "load_experiment",
    "load_scenario",
    "optimize",
    "simulate",
    "sweep",
]

_HOMES = {
    "Experiment": "experiments.designs.design",
    "PartnershipModel": "model.partnership",
    "Result": "experiments.execution.result",
    "Scenario": "scenario",
    "Sweep": "interface.sweeps",
    "UserError": "scenario.errors",
    "arm": "analysis.outcomes",
    "as_given": "experiments.execution.replaying",
    "compare": "analysis.compare",
    "compare_arms": "analysis.compare",
    "events": "experiments.execution.replaying",
    "explain": "interface.explaining",
    "explore": "reasons.exploring",
    "findings": "analysis.findings",
    "load_experiment": "experiments.designs.design",
    "load_scenario": "scenario",
    "optimize": "analysis.optimizing",
    "simulate": "experiments.execution.simulating",
    "sweep": "interface.sweeps",
}

__getattr__ = loader(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
