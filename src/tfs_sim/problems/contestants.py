"""Contestants of our own: the model under sets of parameters, asked before and after it has seen a community.

*prior*: all sets count the same, whatever was seen. What comes out is what the model says of any community with this
scenario.

*nearest*: of the sets that were run, those count whose runs look most like what was seen (approximate Bayesian
computation by rejection [1]_). Numbers of what is seen (`summaries`) are set beside each other in standard deviations
between runs; sets are taken by the root of the mean square.

Neither knows the key. Every set is run once, with its own luck, through the months that were seen, then into some
futures; a community's true state is not known to them, and its runs have another one.

References
----------
.. [1] Beaumont, Zhang & Balding (2002), "Approximate Bayesian computation in population genetics", Genetics
   162(4):2025-2035.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tfs_sim.calibration.looks import Array
from tfs_sim.calibration.tables import value_of
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.executors import stream
from tfs_sim.experiments.execution.work import Pace, Progress
from tfs_sim.experiments.storage.provenance import processors
from tfs_sim.problems import scores, seen
from tfs_sim.problems.lives import live
from tfs_sim.problems.reading import Problems
from tfs_sim.problems.summaries import summaries
from tfs_sim.problems.tables import CHANCE, EFFECT, LEVEL, PARAMETER
from tfs_sim.problems.truths import in_futures, parameters_of

PRIOR, NEAREST = "prior", "nearest"
WAYS = (PRIOR, NEAREST)
SETS = 400
"""Sets that are run."""
FUTURES = 4
"""Futures of each set."""
KEPT, FEWEST = 0.1, 20
"""Share of sets that *nearest* keeps, and how many at least."""
APART = 3.0
"""Standard deviations that count where a number can be said of one of two alone."""

Said = dict[tuple[str, str], tuple[float, ...]]


@dataclass(frozen=True)
class Ran:
    """A community under many sets of parameters.

    Attributes
    ----------
    names : of the numbers of what is seen.
    numbers : float64 [sets, numbers], of what each set's run would have shown.
    values : by question: float64 [sets, futures], or [sets, 1] of a parameter.
    """

    names: tuple[str, ...]
    numbers: Array
    values: Mapping[str, Array]


def run(
    problems: Problems,
    sets: Sets,
    seed: int = 1,
    futures: int = FUTURES,
    workers: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Ran]:
    """Run every community under every set, and return what each would have shown and what came of it.

    Parameters
    ----------
    problems : the set; its key is not used.
    sets : of parameters.
    seed : which luck.
    futures : how many futures of each set.
    workers : threads; the numbers do not depend on them.
    progress : called with (runs done, runs in all, runs per second).
    """
    table = problems.table
    arms = {name: problems.arms(name) for name in problems.communities}
    pace = Pace(len(arms) * len(sets), progress)

    def one(community: str, number: int) -> tuple[dict[str, float], dict[str, Array]]:
        life = live(arms[community], sets.settings(number), table.until, futures, seed, sets.ids[number])
        numbers = summaries(seen.seen(life, table, table.communities[community]))
        parameters, values = parameters_of(sets, number), dict[str, Array]()
        for name, question in problems.questions.items():
            if question.ask == PARAMETER:
                assert question.parameter is not None
                values[name] = np.array([value_of(question.parameter, parameters)])
            else:
                values[name] = in_futures(life, question, problems.strategies)
        return numbers, values

    tasks: Iterator[tuple[str, int]] = ((name, number) for name in arms for number in range(len(sets)))
    found: dict[str, list[tuple[dict[str, float], dict[str, Array]]]] = {name: [] for name in arms}
    with closing(stream(tasks, lambda task: one(*task), workers or processors())) as results:
        for (name, _), told in results:
            found[name].append(told)
            pace.step()
    ran = {}
    for name, each in found.items():
        names = tuple(each[0][0])
        numbers = np.array([[told[key] for key in names] for told, _ in each])
        values = {question: np.array([asked[question] for _, asked in each]) for question in problems.questions}
        ran[name] = Ran(names, numbers, values)
    return ran


def answers(problems: Problems, ran: Mapping[str, Ran], folder: Path, way: str) -> Said:
    """Return a contestant's answers.

    Parameters
    ----------
    problems : the set.
    ran : what `run` returned.
    folder : what was made to be seen; *prior* does not open it.
    way : "prior" or "nearest".

    Raises
    ------
    UserError
        When what was seen cannot be read.
    """
    said: Said = {}
    for community, here in ran.items():
        kept = np.arange(len(here.numbers))
        if way == NEAREST:
            found = seen.read(folder / community, problems.communities[community], problems.table.until)
            there = summaries(found)
            kept = nearest(here.numbers, [there[name] for name in here.names])
        for name, question in problems.questions.items():
            values = here.values[name][kept]
            if question.ask == CHANCE:
                chance = (float(values.sum()) + 0.5) / (values.size + 1.0)
                said[community, name] = (min(max(chance, scores.LEAST), scores.MOST),)
                continue
            # luck is part of what a level will be; of an effect it is none, and a mean over futures leaves little of it
            pooled = values.ravel() if question.ask == LEVEL else values.mean(axis=1)
            assert question.ask in (LEVEL, EFFECT, PARAMETER)
            said[community, name] = tuple(np.quantile(pooled, scores.LEVELS).tolist())
    return said


def nearest(numbers: Array, there: Sequence[float]) -> NDArray[np.int64]:
    """Return which runs look most like what is there.

    Parameters
    ----------
    numbers : float64 [runs, numbers]; NaN where nobody could be asked.
    there : what was seen, likewise.
    """
    at = np.asarray(there, float)
    known = ~np.isnan(numbers)
    counts = known.sum(axis=0)
    filled = np.where(known, numbers, 0.0)
    mean = filled.sum(axis=0) / np.maximum(counts, 1)
    spread = np.sqrt((np.where(known, numbers - mean, 0.0) ** 2).sum(axis=0) / np.maximum(counts - 1, 1))
    gaps = np.divide(numbers - at, spread, out=np.zeros_like(numbers), where=(spread > 0) & known & ~np.isnan(at))
    gaps = np.where(known == ~np.isnan(at), gaps, APART)
    distance = np.sqrt((gaps**2).mean(axis=1))
    keep = min(len(numbers), max(FEWEST, math.ceil(KEPT * len(numbers))))
    return np.sort(np.argsort(distance, kind="stable")[:keep])
