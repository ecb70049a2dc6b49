"""Answers held against truths: every question in every community, and what the scores are over the communities.

A score of a chance or a level is a mean over what may come, of an effect or a parameter against its one value. The
interval of a mean score is over communities: how far it would move with others of their kind. It is no interval of
luck, which is taken out by as many futures as the set has, and none of parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy

from tfs_sim.problems import scores
from tfs_sim.problems.answers import Answers
from tfs_sim.problems.reading import Problems
from tfs_sim.problems.tables import CHANCE, LEVEL, PARAMETER, Question
from tfs_sim.problems.truths import Truth
from tfs_sim.scenario.checks import specification
from tfs_sim.scenario.fields import catalogue


@dataclass(frozen=True)
class Scored:
    """An answer and its score.

    Attributes
    ----------
    community, question : what was asked.
    score : logarithmic of a chance, in nats; weighted interval score of others, in the question's unit.
    best : what is left for who knows all but luck: the score of the true chance, or of the truth's own futures.
    quadratic : of a chance, its Brier score; else NaN.
    half, most : share of truths in the middle 50% and 90%; NaN of a chance.
    """

    community: str
    question: str
    score: float
    best: float
    quadratic: float
    half: float
    most: float


@dataclass(frozen=True)
class Line:
    """Scores of one question over the communities.

    Attributes
    ----------
    question : its key.
    score, best, quadratic, half, most : means over communities, as in `Scored`.
    less : mean difference to the scores of others (below 0: better); NaN without any.
    low, high : its 95% interval, over communities.
    """

    question: str
    score: float
    best: float
    quadratic: float
    half: float
    most: float
    less: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


MEANS = ("score", "best", "quadratic", "half", "most")
"""What of a score is averaged over communities."""


def unit_of(question: Question) -> float:
    """Return what counts as a miss of 1: the question's unit, or the width of a parameter's plausible 90%."""
    if question.unit is not None:
        return question.unit
    if question.ask != PARAMETER:
        return 1.0
    assert question.parameter is not None
    owner, _, field = question.parameter.partition(".")
    known = specification(catalogue().MECHANISMS[owner])[field]
    return float(known.plausible(0.95) - known.plausible(0.05))


def scored(problems: Problems, answers: Answers, truths: Mapping[str, Truth]) -> list[Scored]:
    """Return the score of every answer, in the order of the set."""
    found = []
    for community in problems.communities:
        for name in answers.answered(problems):
            question, at = problems.questions[name], truths[community].values[name]
            said = answers.said[community, name]
            if question.ask == CHANCE:
                chance = float(at[0])
                best = scores.logarithmic(min(max(chance, scores.LEAST), scores.MOST), chance)
                got = scores.logarithmic(said[0], chance), best, scores.quadratic(said[0], chance)
                found.append(Scored(community, name, *got, np.nan, np.nan))
                continue
            unit = unit_of(question)
            score = float(scores.weighted(said, at).mean()) / unit
            own = np.quantile(at, scores.LEVELS).tolist()
            best = float(scores.weighted(own, at).mean()) / unit if question.ask == LEVEL else 0.0
            found.append(Scored(community, name, score, best, np.nan, *scores.covered(said, at)))
    return found


def lines(found: Sequence[Scored], beside: Sequence[Scored] = ()) -> list[Line]:
    """Return the scores by question, with the difference to others' scores of the same communities.

    Parameters
    ----------
    found : scores of answers.
    beside : scores of other answers to the same set, which may answer fewer questions.
    """
    others = {(each.community, each.question): each.score for each in beside}
    told = []
    for question in dict.fromkeys(each.question for each in found):
        here = [each for each in found if each.question == question]
        means = {name: float(np.mean([getattr(each, name) for each in here])) for name in MEANS}
        gaps = [each.score - others[each.community, question] for each in here if (each.community, question) in others]
        less, low, high = _paired(gaps)
        told.append(Line(question, **means, less=less, low=low, high=high))
    return told


def _paired(gaps: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean of paired differences and its 95% interval (Student's t over communities)."""
    if len(gaps) < 2:
        return (float(np.mean(gaps)) if gaps else np.nan), np.nan, np.nan
    mean = float(np.mean(gaps))
    wide = float(scipy.stats.t.ppf(0.975, len(gaps) - 1) * np.std(gaps, ddof=1) / np.sqrt(len(gaps)))
    return mean, mean - wide, mean + wide


def plain(line: Line) -> dict[str, Any]:
    """Return a line as JSON can say it."""
    return {key: value if isinstance(value, str) or np.isfinite(value) else None for key, value in vars(line).items()}
