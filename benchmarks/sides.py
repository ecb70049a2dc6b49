"""What `frameworks.py` compares, each in a process of its own: python benchmarks/sides.py SIDE RUNS MONTHS

`engine` runs the standard run as a user would; `reference` the readable Mesa program of the same month, from the same
scenario; `idle` a Mesa model of as many agents whose step does next to nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import mesa
from mesa.batchrunner import batch_run

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from reference.luck import MesaLuck
from reference.model import Partnership
from standard_run import standard_scenario

WORKERS = 2
AGENTS = 100


class Batched(Partnership):
    """The readable Mesa program as `batch_run` takes it: nothing is collected but what it notes itself."""

    def __init__(self, scenario: Any, replicate: int) -> None:
        super().__init__(scenario, 1, replicate, MesaLuck)
        self.datacollector = mesa.DataCollector()
        self.begin()


class Idler(mesa.Agent):
    """An agent that counts its steps."""

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        self.count = 0

    def step(self) -> None:
        """Count."""
        self.count += 1


class Idle(mesa.Model):
    """A model whose agents count their steps, in a new order each month as is usual."""

    def __init__(self, months: int, replicate: int) -> None:
        super().__init__(seed=replicate)
        self.months = months
        self.datacollector = mesa.DataCollector()
        Idler.create_agents(self, AGENTS)

    def step(self) -> None:
        """Let a month pass."""
        self.agents.shuffle_do("step")
        self.running = self.steps < self.months


def engine(runs: int, months: int) -> None:
    import tfs_sim

    tfs_sim.simulate(standard_scenario(months), replicates=runs, workers=WORKERS)


def reference(runs: int, months: int) -> None:
    batched(Batched, runs, scenario=[standard_scenario(months)])


def idle(runs: int, months: int) -> None:
    batched(Idle, runs, months=months)


def batched(model: type[mesa.Model], runs: int, **given: Any) -> None:
    parameters = {**given, "replicate": range(runs)}
    batch_run(model, parameters, number_processes=WORKERS, display_progress=False)


SIDES = {"engine": engine, "reference": reference, "idle": idle}

if __name__ == "__main__":
    SIDES[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
