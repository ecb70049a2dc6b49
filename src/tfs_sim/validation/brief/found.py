"""The brief's facts under sets of parameters, as one object that the page and the command line tell.

    python -m tfs_sim.validation.brief.found docs/model/facts.json [--uncertainty FILE.json] [--sets 64] …

Chances are means over sets, every set counting the same, with Wilson's interval over sets: how far the mean may be off
by luck and by which sets were drawn, not how sure the fact is under a single set.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfs_sim.analysis.pooling import Units, mean_of, share_of
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.designs.uncertainty import USUAL
from tfs_sim.experiments.execution.uncertain import listed_sets
from tfs_sim.experiments.execution.work import Progress
from tfs_sim.experiments.storage.files import write_json
from tfs_sim.experiments.storage.provenance import model_version, now
from tfs_sim.scenario.errors import UserError
from tfs_sim.validation.brief.facts import FACTS, Fact, verdict
from tfs_sim.validation.brief.growth import Growth, of_flagship, of_funnel
from tfs_sim.validation.brief.watched import ARMS, AS_IT_WAS, PLACEBO, Watched, watched

SETS, REPLICATES, FUNNEL_SETS, SEED = 64, 2, 24, 20180601


@dataclass(frozen=True)
class Chance:
    """A chance over sets, with its 95% interval."""

    chance: float
    low: float
    high: float


@dataclass(frozen=True)
class Told:
    """A fact and how likely it is.

    Attributes
    ----------
    name, title, means, note : of the fact.
    chances : by arm.
    more, low, high : chance as it was less that of the placebo, paired over the same sets and luck, with its interval.
    times : how many times as likely it is as under the placebo.
    verdict : "tells apart", "speaks against", "does not tell apart".
    """

    name: str
    title: str
    means: str
    note: str
    chances: dict[str, Chance]
    more: float
    low: float
    high: float
    times: float
    verdict: str


@dataclass(frozen=True)
class Found:
    """What was found of the brief's facts.

    Attributes
    ----------
    facts, growth : one by one.
    sets, replicates, source, seed : of the runs.
    funnel_sets : sets under which the funnel was run; 0 where it was not.
    model, date : of which model, and when.
    """

    facts: tuple[Told, ...]
    growth: tuple[Growth, ...]
    sets: int
    replicates: int
    source: str
    seed: int
    funnel_sets: int
    model: str
    date: str

    def record(self) -> dict[str, Any]:
        """Return it as JSON has it; what is missing is null."""
        found: dict[str, Any] = _plain(asdict(self))
        return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if np.isfinite(value) else None
    return value


def told(fact: Fact, runs: dict[str, list[Watched]], sets: int) -> Told:
    """Return how likely a fact is in every arm."""
    count = len(runs[AS_IT_WAS])
    own = np.repeat(np.arange(sets), count // sets)
    units = Units(np.arange(count), np.zeros(count, np.int64), set=own)
    shown = {arm: np.array([bool(fact.holds(run)) for run in runs[arm]]) for arm in ARMS}
    chances = {arm: Chance(*map(float, share_of(each, units))) for arm, each in shown.items()}
    gap = mean_of(shown[AS_IT_WAS].astype(float) - shown[PLACEBO], units)
    low, high = (min(max(float(each), -1.0), 1.0) for each in gap.ends())
    said = verdict(chances[AS_IT_WAS].chance, chances[PLACEBO].chance, low, high, count)
    return Told(fact.name, fact.title, fact.means, fact.note, chances, float(gap.value), low, high, *said)


def find(
    sets: Sets,
    replicates: int = REPLICATES,
    seed: int = SEED,
    funnel_sets: int = FUNNEL_SETS,
    workers: int | None = None,
    progress: Callable[[str], Progress] | None = None,
) -> Found:
    """Run the flagship, and the funnel, and return what was found.

    Parameters
    ----------
    sets : of parameters.
    replicates : runs of each set.
    seed : which luck.
    funnel_sets : under how many of the sets the funnel is run, once each; 0: it is left out.
    workers : threads; the numbers do not depend on them.
    progress : gives, for what is run ("runs", "funnels"), what is called with (done, in all, per second).
    """
    runs = watched(sets, replicates, seed, workers, progress and progress("runs"))
    growth = of_flagship(runs, len(sets))
    some = sets.first(min(funnel_sets, len(sets)))
    if len(some):
        growth += of_funnel(some, 1, seed, workers, progress and progress("funnels"))
    facts = tuple(told(fact, runs, len(sets)) for fact in FACTS)
    return Found(facts, tuple(growth), len(sets), replicates, sets.title, seed, len(some), model_version(), now())


def main(arguments: Sequence[str] | None = None) -> int:
    """Find how likely the facts are and write the file; 2 for a mistake in the call."""
    parser = argparse.ArgumentParser(prog="python -m tfs_sim.validation.brief.found", description=__doc__)
    parser.add_argument("file", type=Path, help="JSON file of what is found")
    parser.add_argument("--uncertainty", default=USUAL, help=f"where sets come from (default: {USUAL})")
    parser.add_argument("--sets", type=int, default=SETS, help=f"how many, 2 or more (default: {SETS})")
    parser.add_argument("--replicates", type=int, default=REPLICATES, help=f"of each (default: {REPLICATES})")
    parser.add_argument("--funnel-sets", type=int, default=FUNNEL_SETS, help=f"default: {FUNNEL_SETS}; 0: none")
    parser.add_argument("--seed", type=int, default=SEED, help=f"which luck (default: {SEED})")
    given = parser.parse_args(arguments)
    try:
        sets = listed_sets(given.uncertainty, given.sets)
        write_json(given.file, find(sets, given.replicates, given.seed, given.funnel_sets).record())
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
