"""A Mesa model whose step does next to nothing, in two processes: python benchmarks/side_idle.py RUNS MONTHS"""

from __future__ import annotations

import sys

import mesa
from mesa.batchrunner import batch_run

PROCESSES = 2
AGENTS = 100


class Idler(mesa.Agent):
    """An agent that counts its steps."""

    def __init__(self, model: mesa.Model) -> None:
        super().__init__(model)
        self.count = 0

    def step(self) -> None:
        self.count += 1


class Idle(mesa.Model):
    """A model whose agents count their steps, in a new order each month as is usual."""

    def __init__(self, months: int, replicate: int) -> None:
        super().__init__(seed=replicate)
        self.months = months
        self.datacollector = mesa.DataCollector()
        Idler.create_agents(self, AGENTS)

    def step(self) -> None:
        self.agents.shuffle_do("step")
        self.running = self.steps < self.months


def main(runs: int, months: int) -> None:
    given = {"months": months, "replicate": range(runs)}
    batch_run(Idle, given, number_processes=PROCESSES, display_progress=False)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
