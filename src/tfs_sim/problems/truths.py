"""Hidden truths: drawn by the key, made again whenever something is to be scored, and kept nowhere.

A community's truth is a set of parameters of the prior, and luck. Of the sets that its key draws it is the first under
which the partnership is alive at its first survey: nobody surveys one that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tfs_sim.calibration.looks import Array
from tfs_sim.calibration.tables import value_of
from tfs_sim.experiments.designs.sets import Sets, drawn
from tfs_sim.problems.lives import Life, live
from tfs_sim.problems.reading import Problems
from tfs_sim.problems.tables import CHANCE, EFFECT, PARAMETER, Question
from tfs_sim.scenario.errors import Mistake, UserError, count

TRIED = 200
"""Sets of which one has to be a truth."""
SEED = 1
"""Of the luck of truths: the identity of their sets holds the key, so that it is nobody else's."""


@dataclass(frozen=True)
class Truth:
    """What was so, and what may come, in a community.

    Attributes
    ----------
    life : its past and its futures.
    values : by question. Of a chance, the share of futures; of a level, its value in each future; of an effect, the
        mean over futures; of a parameter, its value. float64 [1], or [futures] of a level.
    errors : by question, the standard error of an effect or a chance: how far more futures may move it.
    """

    life: Life
    values: Mapping[str, Array]
    errors: Mapping[str, float]


def truth(problems: Problems, community: str, futures: int | None = None) -> Truth:
    """Return the truth of a community.

    Parameters
    ----------
    problems : the set, with its key.
    community : which.
    futures : how many futures, instead of the set's own; with 0 its past alone, and no values but of parameters.

    Raises
    ------
    UserError
        When the partnership is alive at the first survey under none of the sets.
    """
    table, arms = problems.table, problems.arms(community)
    sets = drawn(TRIED, table.prior, stream=f"{table.key}/{community}")
    first = table.communities[community].surveys[0]
    for number in range(len(sets)):
        settings, name = sets.settings(number), sets.ids[number]
        found = live(arms[:1], settings, first, 0, SEED, name)
        if found.seen("alive")[-1] > 0:
            wanted = table.futures if futures is None else futures
            life = live(arms, settings, table.until, wanted, SEED, name)
            return _told(problems, life, sets, number, wanted)
    said = f"{community} is alive in month {first} under none of {count(TRIED, 'set')}, so nobody would survey it"
    raise UserError(Mistake(said, key=("communities", community, "file")))


def _told(problems: Problems, life: Life, sets: Sets, number: int, futures: int) -> Truth:
    values: dict[str, Array] = {}
    errors: dict[str, float] = {}
    parameters = parameters_of(sets, number)
    for name, question in problems.questions.items():
        if question.ask == PARAMETER:
            assert question.parameter is not None
            values[name] = np.array([value_of(question.parameter, parameters)])
        elif futures:
            every = in_futures(life, question, problems.strategies)
            values[name] = np.array([every.mean()]) if question.ask in (CHANCE, EFFECT) else every
            errors[name] = float(every.std(ddof=1) / np.sqrt(futures)) if question.ask in (CHANCE, EFFECT) else 0.0
    return Truth(life, values, errors)


def parameters_of(sets: Sets, number: int) -> dict[str, float]:
    """Return what a set gives, by dotted name without "parameters."."""
    return dict(zip([each.name for each in sets.variables], sets.table[number].tolist(), strict=True))


def in_futures(life: Life, question: Question, strategies: tuple[str, ...]) -> Array:
    """Return what is asked in each future: 0 or 1 of a chance, a level, or a difference over the same luck."""
    assert question.metric is not None
    every = life.comes(question.metric, *question.months)
    if question.ask == EFFECT:
        assert question.strategy is not None
        return np.asarray(every[1 + strategies.index(question.strategy)] - every[0])
    return np.asarray((every[0] > 0).astype(np.float64) if question.ask == CHANCE else every[0])
