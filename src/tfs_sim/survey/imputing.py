"""What nobody reported, and how far reports are off: chances and errors that sets of parameters draw from.

**Ties.** Of a pair of whom neither end was heard it is not known whether there is a tie. The chance follows from the
pairs that were observed, by logistic regression with an effect of each organization, which is how active others report
it to be, and of being of one sector (van Duijn, Snijders & Zijlstra 2004, without directions):

    logit P(tie_ij) = β₀ + β₁ · [one sector] + a_i + a_j,   a ~ N(0, 1), β₀ ~ N(0, 5), β₁ ~ N(0, 2.5)

**Strengths.** Both ends report the same tie; half of the variance of the difference between them is one end's error.

**Trust.** Items on trust are averaged. Their error is what items differ by within a pair. Where one end did not answer,
its trust is guessed from how it trusts others and how others trust the partner, shrunk towards the mean; the error is
then that of such guesses where the answer is known.

**Agreement.** How far others say that an organization supports the mission: their mean, and its standard error.

**Staff.** Where some staff is known, the rest is lognormal with the mean and spread of what is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tfs_sim.scenario.organizations import Mark

if TYPE_CHECKING:
    from tfs_sim.survey.importing import Survey
    from tfs_sim.survey.pairs import Pair

Array = NDArray[np.float64]
Ends = tuple[str, str]

FEWEST = 5
"""Answers from which something is estimated; with fewer, what is assumed here stands."""
REPORT_ERROR = 0.15
"""Standard deviation of one end's report of a strength, as a share of the scale, where it cannot be estimated."""
ITEM_ERROR = 0.15
"""The same of one item."""
SMALLEST_ERROR = 0.05
"""No answer on a scale of a few steps is nearer than that."""
USUAL = Mark(0.5, 0.25)
"""Strengths of ties, mean and standard deviation, where too few were reported."""
EFFECTS = (5.0, 2.5, 1.0)
"""Standard deviations of the priors of β₀, β₁ and an organization's effect."""
SHRINK = 2.0
"""Answers that the mean of all counts for beside those of, and about, an organization."""


@dataclass(frozen=True)
class Imputed:
    """What is guessed of a survey, with its uncertainty.

    Attributes
    ----------
    chances : of pairs of whom nobody was heard, that they have a tie.
    strength : of such a tie: mean and standard deviation of the strengths that were reported.
    errors : of each tie that was reported, the standard deviation of its strength.
    trust : of one organization in another, for every pair that has a tie or may have one; empty without items on it.
    agreement : of organizations with the mission, as others see it.
    staff : median and standard deviation of the logarithm, where it is guessed.
    """

    chances: dict[Ends, float] = field(default_factory=dict)
    strength: Mark = USUAL
    errors: dict[Ends, float] = field(default_factory=dict)
    trust: dict[Ends, Mark] = field(default_factory=dict)
    agreement: dict[str, Mark] = field(default_factory=dict)
    staff: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def expected(self) -> float:
        """How many ties are expected among pairs of whom nobody was heard."""
        return sum(self.chances.values())


def imputed(survey: Survey) -> Imputed:
    """Return what is guessed of a survey that is imported otherwise."""
    tables = [survey.pairs[survey.wave.label, relation] for relation in survey.relations]
    chances = _chances(survey, unobserved(survey))
    strengths = list(survey.ties.values())
    usual = USUAL
    if len(strengths) >= FEWEST:
        usual = Mark(float(np.mean(strengths)), max(float(np.std(strengths)), SMALLEST_ERROR))
    pairs = [*survey.ties, *chances]
    return Imputed(
        chances,
        usual,
        _errors(survey, tables),
        _trust(survey, pairs),
        _agreement(survey),
        _staff(survey),
    )


def unobserved(survey: Survey, wave: str | None = None, among: set[str] | None = None) -> set[Ends]:
    """Return the pairs of whom nobody was heard, about any relation of the network; ends in the order of names.

    Parameters
    ----------
    wave : in which wave; default: that of the network.
    among : names of organizations; default: those of the network's wave.
    """
    everyone = survey.here if among is None else among
    found: set[Ends] | None = None
    for relation in survey.relations:
        key = (survey.wave.label if wave is None else wave, relation)
        listed = {(pair.one, pair.other): pair.status for pair in survey.pairs[key]}
        here = {ends for ends, status in listed.items() if status == "unobserved"}
        if survey.answers.each.get(key):
            silent = sorted(everyone - survey.answered(key[0]))
            here |= {(a, b) for n, a in enumerate(silent) for b in silent[n + 1 :] if (a, b) not in listed}
        found = here if found is None else found & here
    return found or set()


def _chances(survey: Survey, pairs: set[Ends]) -> dict[Ends, float]:
    """Return the chance that each of some pairs has a tie, by what is known of the others."""
    if not pairs:
        return {}
    names = sorted(survey.here)
    row = {name: place for place, name in enumerate(names)}
    n = len(names)
    known = ~np.eye(n, dtype=bool)
    tie = np.zeros((n, n))
    for a, b in pairs:
        known[row[a], row[b]] = known[row[b], row[a]] = False
    for a, b in survey.ties:
        tie[row[a], row[b]] = tie[row[b], row[a]] = 1.0
    sector = np.array([survey.members[name].sector for name in names])
    chance = chances_of_ties(tie, known, sector[:, None] == sector[None, :])
    return {(a, b): float(chance[row[a], row[b]]) for a, b in sorted(pairs)}


def chances_of_ties(tie: Array, known: NDArray[np.bool_], alike: NDArray[np.bool_]) -> Array:
    """Return the chance of a tie of every pair: the mode of the posterior of the regression above, by Newton's method.

    Parameters
    ----------
    tie : [organizations, organizations], symmetric, 1 where there is a tie; read where `known`.
    known : whether a pair was observed, symmetric, false on the diagonal.
    alike : whether two are of one sector.
    """
    n = len(tie)
    same = alike.astype(np.float64)
    prior = np.array([1.0 / EFFECTS[0] ** 2, 1.0 / EFFECTS[1] ** 2, *([1.0 / EFFECTS[2] ** 2] * n)])
    beta = np.zeros(n + 2)
    chance = np.full((n, n), 0.5)
    for _ in range(50):
        logit = beta[0] + beta[1] * same + beta[2:, None] + beta[None, 2:]
        chance = 1.0 / (1.0 + np.exp(-np.clip(logit, -30.0, 30.0)))
        gap = np.where(known, tie - chance, 0.0)
        weight = np.where(known, chance * (1.0 - chance), 0.0)
        slope = np.array([gap.sum() / 2.0, (gap * same).sum() / 2.0, *gap.sum(axis=1)]) - prior * beta
        curve = np.empty((n + 2, n + 2))
        of_each, alike_each = weight.sum(axis=1), (weight * same).sum(axis=1)
        curve[0, 0], curve[1, 1] = of_each.sum() / 2.0, (weight * same * same).sum() / 2.0
        curve[0, 1] = curve[1, 0] = alike_each.sum() / 2.0
        curve[0, 2:] = curve[2:, 0] = of_each
        curve[1, 2:] = curve[2:, 1] = alike_each
        curve[2:, 2:] = weight + np.diag(of_each)
        step = np.linalg.solve(curve + np.diag(prior), slope)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return chance


def _errors(survey: Survey, tables: Iterable[Iterable[Pair]]) -> dict[Ends, float]:
    """Return the standard deviation of every reported strength: of the mean of what was heard of it."""
    heard: dict[Ends, int] = {}
    gaps: list[float] = []
    for relation, table in zip(survey.relations, tables, strict=True):
        scale = survey.scales[relation]
        for pair in table:
            said = [scale.share(each) for each in (pair.said_one, pair.said_other) if not math.isnan(each)]
            ends = pair.one, pair.other
            heard[ends] = heard.get(ends, 0) + (1 if pair.status == "mutual" else len(said))
            if len(said) == 2 and min(said) > 0.0 and pair.status != "mutual":
                gaps.append(said[0] - said[1])
    error = REPORT_ERROR
    if len(gaps) >= FEWEST:
        error = max(math.sqrt(float(np.mean(np.square(gaps))) / 2.0), SMALLEST_ERROR)
    return {ends: error / math.sqrt(max(1, heard.get(ends, 1))) for ends in survey.ties}


def said_of(survey: Survey, means: str, wave: str) -> dict[Ends, list[float]]:
    """Return what each says of each other in a wave, in items of a meaning, as shares of their scales."""
    found: dict[Ends, list[float]] = {}
    for name, kind in survey.answers.kinds.items():
        if kind != "item" or survey.means(name) != means:
            continue
        scale, key = survey.scales[name], (wave, name)
        both = {(b, a): value for (a, b), value in survey.answers.mutual.get(key, {}).items()}
        for table in (survey.answers.each.get(key, {}), survey.answers.mutual.get(key, {}), both):
            for ends, value in table.items():
                if not math.isnan(value):
                    found.setdefault(ends, []).append(scale.share(value))
    return found


def _error_of_item(said: Mapping[Ends, list[float]]) -> float:
    """Return one item's error: what items differ by within a pair, where there are several."""
    several = [each for each in said.values() if len(each) > 1]
    if len(several) < FEWEST:
        return ITEM_ERROR
    spare = sum(len(each) - 1 for each in several)
    return max(math.sqrt(sum(float(np.var(each)) * len(each) for each in several) / spare), SMALLEST_ERROR)


def _trust(survey: Survey, pairs: Iterable[Ends]) -> dict[Ends, Mark]:
    said = said_of(survey, "trust", survey.wave.label)
    if len(said) < FEWEST:
        return {}
    error = _error_of_item(said)
    known = {ends: float(np.mean(each)) for ends, each in said.items()}
    mean, of_source, of_target = _effects(known)

    def guess(ends: Ends) -> float:
        return mean + of_source.get(ends[0], 0.0) + of_target.get(ends[1], 0.0)

    off = math.sqrt(float(np.mean([(value - guess(ends)) ** 2 for ends, value in known.items()])))
    found = {}
    for one, other in pairs:
        for ends in ((one, other), (other, one)):
            if ends in known:
                found[ends] = Mark(known[ends], max(error / math.sqrt(len(said[ends])), SMALLEST_ERROR))
            else:
                found[ends] = Mark(min(1.0, max(0.0, guess(ends))), max(off, SMALLEST_ERROR))
    return found


def _effects(known: Mapping[Ends, float]) -> tuple[float, dict[str, float], dict[str, float]]:
    """Return the mean of all marks, how far those of each source lie from it, and those about each target; shrunk."""
    mean = float(np.mean(list(known.values())))
    effects: list[dict[str, float]] = [{}, {}]
    for _ in range(20):  # one after the other, until they stand still
        for end in (0, 1):
            sums: dict[str, list[float]] = {}
            for ends, value in known.items():
                rest = value - mean - effects[1 - end].get(ends[1 - end], 0.0)
                sums.setdefault(ends[end], []).append(rest)
            effects[end] = {name: sum(each) / (len(each) + SHRINK) for name, each in sums.items()}
    return mean, effects[0], effects[1]


def _agreement(survey: Survey) -> dict[str, Mark]:
    about: dict[str, list[float]] = {}
    for (_, target), said in said_of(survey, "agreement", survey.wave.label).items():
        about.setdefault(target, []).append(float(np.mean(said)))
    if sum(map(len, about.values())) < FEWEST:
        return {}
    spare = sum(len(each) - 1 for each in about.values())
    spread = ITEM_ERROR
    if spare >= FEWEST:
        spread = math.sqrt(sum(float(np.var(each)) * len(each) for each in about.values()) / spare)
    return {
        name: Mark(float(np.mean(each)), max(spread / math.sqrt(len(each)), SMALLEST_ERROR))
        for name, each in about.items()
    }


def _staff(survey: Survey) -> dict[str, tuple[float, float]]:
    logs = [math.log(m.fte) for m in survey.members.values() if m.fte]
    if len(logs) < FEWEST:
        return {}
    guess = (math.exp(float(np.mean(logs))), max(float(np.std(logs)), SMALLEST_ERROR))
    return {name: guess for name, member in survey.members.items() if member.fte is None}
