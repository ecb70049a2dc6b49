"""What a survey of communities' members finds.

The survey is that of calibrations (`calibration.surveys`): members are asked, a share of them answers, drawn by run,
month and organization; a tie is one with contact within some months. What it finds is held against what it would find
if every member answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tfs_sim.analysis.windows import Array
from tfs_sim.calibration import surveys
from tfs_sim.model.declare import Metric
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote
from tfs_sim.survey.windows import ASSUMED

if TYPE_CHECKING:
    from tfs_sim.calibration.looks import Look, Runs

YEAR = 12
"""Months whose meetings are asked about."""
LOWEST, HIGHEST = 1.0, 4.0
"""Ends of the scale on which members mark their trust."""


@dataclass(frozen=True)
class Survey:
    """A survey of members.

    Attributes
    ----------
    question : one of `QUESTIONS`.
    answers : share of members who answer.
    within : months within which two must have dealt with each other for a tie.
    """

    question: str
    answers: float = 1.0
    within: float = float(ASSUMED)

    @property
    def asked(self) -> Question:
        """What is asked."""
        return QUESTIONS[self.question]

    def checked(self) -> Survey:
        """Return it, or raise a UserError where there is no such question or numbers are out of range."""
        if self.question not in QUESTIONS:
            said = f"a survey asks one of {', '.join(QUESTIONS)}; found {quote(self.question)}"
            raise UserError(Mistake(said, suggestion=nearest(self.question, list(QUESTIONS))))
        numbers = all(isinstance(each, int | float) for each in (self.answers, self.within))
        if not (numbers and 0.01 <= self.answers <= 1 and 0.1 <= self.within <= 1200):
            said = "a survey has a share of answers from 0.01 to 1, and ties within 0.1 to 1200 months; found "
            raise UserError(Mistake(f"{said}{self.answers} and {self.within}"))
        return self

    @property
    def complete(self) -> Survey:
        """The same with every member's answer."""
        return replace(self, answers=1.0)

    def months(self, window: slice) -> range:
        """Return the months (from 0) whose world is looked at."""
        return range(max(window.stop - self.asked.months, 0), window.stop)

    def of(self, runs: Runs, window: slice) -> Array:
        """Return what it finds in each community at the end of some months: float64 [communities]."""
        month, sites, found = window.stop - 1, runs.series.shape[2], []
        for here, key in zip(runs.looks, runs.keys, strict=True):
            answer = surveys.answering(here[month], key, month, self.answers)
            top, bottom = self.asked.ask([here[each] for each in self.months(window)], sites, self, answer)
            found.append(np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), np.nan))
        return np.concatenate(found)


@dataclass(frozen=True)
class Question:
    """What a survey asks.

    Attributes
    ----------
    outcome : what is found, as it is told.
    like : the metric that shows when strategies part.
    ask : looks of the months asked about, number of communities, the survey, who answers → sums and their divisors.
    months : how many months are asked about.
    """

    outcome: Metric
    like: str
    ask: Callable[[Sequence[Look], int, Survey, surveys.Answer], surveys.Pair]
    months: int = 1


def _attended(here: Sequence[Look], sites: int, survey: Survey, answer: surveys.Answer) -> surveys.Pair:
    ever = np.any([surveys.came(look) for look in here], axis=0)
    told = answer & surveys.members(here[-1])
    where = here[-1].site_of
    top, bottom = (np.bincount(where[who], minlength=sites)[:sites].astype(float) for who in (told & ever, told))
    return top, bottom


def _density(here: Sequence[Look], sites: int, survey: Survey, answer: surveys.Answer) -> surveys.Pair:
    return surveys.density(here[-1], sites, survey.within, answer)


def _transitivity(here: Sequence[Look], sites: int, survey: Survey, answer: surveys.Answer) -> surveys.Pair:
    return surveys.transitivity(here[-1], sites, survey.within, answer)


def _trust(here: Sequence[Look], sites: int, survey: Survey, answer: surveys.Answer) -> surveys.Pair:
    return surveys.trust(here[-1], sites, survey.within, answer, LOWEST, HIGHEST)


def _hub(here: Sequence[Look], sites: int, survey: Survey, answer: surveys.Answer) -> surveys.Pair:
    return surveys.hub(here[-1], sites, survey.within, answer)


QUESTIONS: Mapping[str, Question] = {
    "trust": Question(
        Metric("survey-trust", "Trust as members mark it", "points",
               "Mean mark, from 1 to 4, of those who answer for those whom they have a tie with.",
               subject="trust as members mark it from 1 to 4"), "trust", _trust),
    "density": Question(
        Metric("survey-density", "Density as a survey finds it", "share of pairs",
               "Of the pairs of members of which somebody answered, those that dealt with each other lately.",
               subject="the density that a survey finds"), "density", _density),
    "transitivity": Question(
        Metric("survey-transitivity", "Transitivity as a survey finds it", "0 to 1",
               "Closed two-paths of the ties that are reported, of all two-paths.",
               subject="the transitivity that a survey finds"), "density", _transitivity),
    "hub": Question(
        Metric("survey-hub", "Centralization as a survey finds it", "0 to 1",
               "Degree centralization of the ties that are reported, the backbone among the members (Freeman).",
               subject="the centralization that a survey finds"), "density", _hub),
    "attendance": Question(
        Metric("survey-attendance", "Attendance as members tell it", "share of partners",
               "Share of members who answer and came to a joint meeting in the last year.",
               subject="the share of members who say they came in the last year"), "partners", _attended, YEAR),
}  # fmt: skip
"""What a survey can ask, by its name."""
