"""The numbers that the tool leads with, of sets of parameters: what they are checked for is `headlines`.

They are differences between strategies of the shipped experiment `crisis-shock`, each set under the same luck in both,
means over sites and replicates of what summaries hold (levels: the last year; sums: all months).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfs_sim.calibration.held import Array
from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.simulating import simulate
from tfs_sim.experiments.execution.work import Notice

EXPERIMENT = "crisis-shock"
REPLICATES = 4


@dataclass(frozen=True, slots=True)
class Lead:
    """A difference that is told at the top: `metric` under `one`, minus under `other` (labels of arms)."""

    name: str
    metric: str
    one: str
    other: str


LEADS = (
    Lead("support: initiative, beside none", "support", "initiative, crisis", "no-initiative, crisis"),
    Lead("students' outcome: initiative, beside none", "outcome", "initiative, crisis", "no-initiative, crisis"),
    Lead("support: handover practices, beside without", "support", "handover-practices, crisis", "initiative, crisis"),
    Lead("support: the crisis, beside none", "support", "initiative, crisis", "initiative, no crisis"),
)
NAMES = tuple(each.name for each in LEADS)


def leads(sets: Sets, workers: int | None = None, notice: Notice | None = None, replicates: int = REPLICATES) -> Array:
    """Return the differences of `LEADS` under each set: [sets, leads], each with the luck of `replicates` runs."""
    experiment = load_experiment(EXPERIMENT)
    wanted = dict.fromkeys(label for each in LEADS for label in (each.one, each.other))
    means: dict[str, dict[str, Array]] = {}
    for arm in experiment.arms():
        if arm.label not in wanted:
            continue
        made = simulate(arm.scenario, replicates, experiment.seed, workers, notice=notice, sets=sets)
        over_sites = made.summaries.mean(axis=1).reshape(len(sets), replicates, -1).mean(axis=1)
        means[arm.label] = {name: over_sites[:, n] for n, name in enumerate(made.metrics)}
    return np.column_stack([means[each.one][each.metric] - means[each.other][each.metric] for each in LEADS])
