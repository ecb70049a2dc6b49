"""The standard run as a user would make it: python benchmarks/side_engine.py RUNS MONTHS"""

from __future__ import annotations

import sys

import tfs_sim
from standard_run import standard_scenario

WORKERS = 2


def main(runs: int, months: int) -> None:
    tfs_sim.simulate(standard_scenario(months), replicates=runs, workers=WORKERS)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
