"""The standard run in the readable Mesa program, in two processes: python benchmarks/side_reference.py RUNS MONTHS

It is built from the same scenario as the engine's, and draws from Mesa's own generator.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import mesa
from mesa.batchrunner import batch_run

from standard_run import standard_scenario

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))

from reference.luck import MesaLuck
from reference.model import Partnership

PROCESSES = 2


class Batched(Partnership):
    """The program as `batch_run` takes it: nothing is collected but what it notes itself."""

    def __init__(self, scenario: Any, replicate: int) -> None:
        super().__init__(scenario, 1, replicate, MesaLuck)
        self.datacollector = mesa.DataCollector()
        self.begin()


def main(runs: int, months: int) -> None:
    given = {"scenario": [standard_scenario(months)], "replicate": range(runs)}
    batch_run(Batched, given, number_processes=PROCESSES, display_progress=False)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
