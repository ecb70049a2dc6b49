"""Experiments: what is compared, running it, and storing what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfs_sim.lazily import loader

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm, Experiment, load_experiment
    from tfs_sim.experiments.execution.result import Result
    from tfs_sim.experiments.execution.runner import sweep
    from tfs_sim.experiments.execution.simulating import simulate
    from tfs_sim.experiments.storage.stored import Sweep

__all__ = ["Arm", "Experiment", "Result", "Sweep", "load_experiment", "simulate", "sweep"]

_HOMES = {
    "Arm": "designs.design",
    "Experiment": "designs.design",
    "Result": "execution.result",
    "Sweep": "storage.stored",
    "load_experiment": "designs.design",
    "simulate": "execution.simulating",
    "sweep": "execution.runner",
}

__getattr__ = loader(__name__, _HOMES)
