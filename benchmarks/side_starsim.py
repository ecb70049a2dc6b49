"""Starsim's introductory example, in two processes: python benchmarks/side_starsim.py RUNS STEPS

It is the SIR epidemic of its first tutorial (docs.starsim.org: "Getting started"), with 100 agents, not 10,000, and
as many steps as are asked for. It is run by the Python of an environment that holds Starsim alone; prints JSON.
"""

from __future__ import annotations

import json
import sys
import time
from multiprocessing import get_context

import starsim

PARAMETERS = {
    "n_agents": 100,
    "networks": {"type": "random", "n_contacts": 10},
    "diseases": {"type": "sir", "init_prev": 0.01, "beta": 0.05},
}


def run(given: tuple[int, int]) -> int:
    seed, steps = given
    sim = starsim.Sim(PARAMETERS, rand_seed=seed, dur=steps - 1, verbose=0)
    sim.run()
    return int(sim.t.npts)


def main() -> None:
    runs, steps = int(sys.argv[1]), int(sys.argv[2])
    with get_context("spawn").Pool(2) as pool:
        pool.map(run, [(seed, steps) for seed in range(2)], chunksize=1)  # both have imported it, and compiled
        began = time.perf_counter()
        taken = pool.map(run, [(seed, steps) for seed in range(runs)], chunksize=1)
        seconds = time.perf_counter() - began
    assert set(taken) == {steps}
    print(json.dumps({"seconds": seconds, "version": starsim.__version__}))


if __name__ == "__main__":
    main()
