"""A stored grid of 729 allocations of the model, and ten searches on it: is the choice the best, as far as can be told?

    python benchmarks/allocations.py [FOLDER]      two to five minutes on two cores; runs are kept in build/allocations

Six practices with three options each (not at all, from the second year on, from the first) are bought in a community
of 27 organizations over three years, for at most a budget: all 729 allocations are run under 40 sets of parameters
with two replicates. Each of ten seeds splits these sets otherwise, sees 24 of them, and goes a way of its own. Its
choice is held against the best of the grid (by its mean over all sets, which no search knows) on the sets that it did
not see.

Leaves with 1 where the choice can be told apart from the best in more than one of ten seeds.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from tfs_sim.decisions.leads import interval
from tfs_sim.experiments.designs.allocations import Space, affordable
from tfs_sim.experiments.designs.design import experiment_from
from tfs_sim.experiments.execution.allocating import Meter, Numbers, Runs
from tfs_sim.experiments.execution.optimizing import Aim, Searching, Split
from tfs_sim.experiments.execution.uncertain import sets_of
from tfs_sim.experiments.storage.files import made_folder
from tfs_sim.experiments.storage.provenance import processors
from tfs_sim.scenario import load_scenario

MONTHS, SETS, REPLICATES, SEEDS, TRIES = 36, 40, 2, 10, 150
FUNDED = {"paid_by": "funder"}
PRACTICES = {
    "backbone-staffing": FUNDED,
    "procedure-manuals": FUNDED | {"target": {"role": "partner"}},
    "shared-data-system": FUNDED,
    "goal-clarity-retreats": FUNDED | {"doses": [0.5]},
    "trust-building-convenings": FUNDED,
    "accountability-practice": FUNDED,
}
A_YEAR = 220_000


def main(folder: Path) -> int:
    """Make the grid, search it, print a line a seed."""
    data = {
        "title": "729 allocations", "scenario": "laboratory", "uncertainty": "calibrated", "sets": SETS,
        "replicates": REPLICATES, "strategies": {"nothing": {}}, "outcomes": {"primary": "served"},
        "optimize": {"a_year": A_YEAR, "from": ["2020-01", "2021-01"], "tries": TRIES, "practices": PRACTICES},
    }  # fmt: skip
    experiment = experiment_from(data, load_scenario("laboratory").with_(months=MONTHS, clock={"run_in": 12}))
    space, sets, ones = Space.of(experiment), sets_of(experiment), np.ones(MONTHS)
    assert sets is not None and space.size == 729
    shown = time.monotonic()

    def progress(done: int, total: int, rate: float) -> None:
        nonlocal shown
        if time.monotonic() - shown > 10:
            shown = time.monotonic()
            print(f"  {done:,} of {total:,} runs, {rate:,.0f} a second", file=sys.stderr)

    every = np.stack(np.unravel_index(np.arange(729), (3,) * 6), axis=1).astype(np.int64)
    allocations = [tuple(each) for each in every.tolist()]
    meter = Meter(progress, total=729 * SETS * REPLICATES)
    runs = Runs(
        made_folder(folder), space.ground, sets, 1, Numbers(("served",), ones, ones), processors(), meter, print
    )
    began = time.monotonic()
    scenarios = [space.scenario(each) for each in allocations]
    blocks = [(number, replicate) for number in range(SETS) for replicate in range(REPLICATES)]
    values = runs.values(scenarios, blocks)[..., 2].reshape(729, SETS, REPLICATES)
    runs.flush()
    print(f"grid: {meter.made:,} runs made in {time.monotonic() - began:.0f} s")
    fits = space.spent(every) <= A_YEAR
    means = np.where(fits, values.mean(axis=(1, 2)), -np.inf)
    best, middling = int(means.argmax()), float(np.median(means[fits]))
    print(f"{fits.sum()} are within ${A_YEAR:,} a year; the best: {space.in_words(allocations[best])}")
    others = [n for n in np.flatnonzero(fits).tolist() if n != best]
    apart = [interval(values[best] - values[n], False)[0] > 0 for n in others]
    print(f"{np.mean(apart):.0%} of the others can be told apart from it on all {SETS} sets")
    known, good = dict(zip(allocations, range(729), strict=True)), 0
    for seed in range(SEEDS):
        split = Split.of(sets, seed, 0.4)
        searching = Searching(space, Aim("served", None), runs, split, REPLICATES, TRIES)
        found = searching.at(affordable(space, A_YEAR), [(0,) * 6])
        chosen = known[found.choice]
        unseen = list(split.unseen)
        low, high = interval(values[chosen][unseen] - values[best][unseen], False)
        good += high >= 0.0
        rank = int((means > means[chosen]).sum()) + 1
        behind = (means[best] - means[chosen]) / (means[best] - middling)
        print(
            f"seed {seed}: rank {rank:>3} of {fits.sum()}, {behind:.1%} of the way from the best to the middling one; "
            f"on {len(unseen)} unseen sets {low:,.0f} to {high:,.0f} student-months over the best; "
            f"{len(found.tried)} looked at"
        )
    print(f"{good} of {SEEDS} choices cannot be told apart from the best")
    return 0 if good >= SEEDS - 1 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build/allocations")))
