"""Could an evaluation have seen it: evaluations of so many communities, carried out on runs again and again.

Under one set of parameters the effect of strategy `a` over `b` is known: the mean over runs and sites of the
difference. An evaluation does not know it. It draws communities (a run's site each) with replacement from those of the
set, sees each of them under one strategy alone, by an instrument with an error of its own, and tests at 5%
(`designs`). What is measured is a metric, or what a survey of members finds (`surveyed`): the true effect is then what
it would find if everybody answered.

Told of each design and number: *power*, how often a test finds an effect of the right sign; *bias*, the mean estimate
less the true effect at the end; the chance of a *wrong sign* among what is found, and by how much what is found is
*exaggerated* (type S and type M errors [1]_); the *least effect* that would be found in 80% of evaluations, by closed
form from the standard deviation of estimates. Power, bias and least effect are means over sets; the other two are of
all evaluations that find something, under any set.

A staggered design needs runs that begin later (`later`), and a survey a look at the world: these are made anew, under
the same sets and luck; all else is read from what is stored.

References
----------
.. [1] Gelman & Carlin (2014), "Beyond power calculations: assessing type S (sign) and type M (magnitude) errors",
   Perspectives on Psychological Science 9(6):641-651.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.analysis import windows
from tfs_sim.analysis.pooling import Units, mean_of
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import Array
from tfs_sim.analysis.words import percent
from tfs_sim.experiments.execution.again import again
from tfs_sim.experiments.execution.work import Notice, Progress
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.model.declare import Metric
from tfs_sim.reasons.asking import known_levels, known_metric, known_strategy
from tfs_sim.reasons.designs import BESIDE, DESIGNS, Instrument, carried_out, found, lag
from tfs_sim.reasons.later import begun_later
from tfs_sim.reasons.measuring import Mean, Seen, When, measured, stored_means
from tfs_sim.reasons.surveyed import Survey
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote
from tfs_sim.scenario.fields import LARGEST_SEED, whole_or_refused

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.experiments.designs.design import Experiment
    from tfs_sim.experiments.execution.again import Study
    from tfs_sim.scenario import Scenario

STORED = tuple(each for each in DESIGNS if each != "staggered")
"""Designs for which nothing has to be run."""
DRAWS = 400
"""Evaluations of each design, number and set."""
SITES = (10, 20, 40, 80)
FEWEST = 8
"""Communities of a set (runs × sites) from which evaluations can be drawn."""
WAVES = 4
"""Waves of a staggered evaluation."""
MOST_SITES, MOST_NOISE = 5000, 1e9
MOST_UNSEEN = 0.5
"""Share of communities without a value above which nothing is said of the others."""
EACH = 2
"""Communities that each wave has at least: of one no variance is known."""
NOT_BEFORE = "the strategies part in the first month, so that nothing is seen of the time before"


@dataclass(frozen=True)
class Staggered:
    """What a staggered evaluation compares.

    Attributes
    ----------
    waves : how many there are.
    step : months between the beginnings of two.
    effect : the true mean effect over all comparisons, with low and high; most are soon after a beginning.
    soon : share of the comparisons that are one step after a beginning.
    """

    waves: int
    step: int
    effect: tuple[float, float, float]
    soon: float


@dataclass(frozen=True)
class Power:
    """What evaluations would have found.

    Attributes
    ----------
    stored : the study's results.
    a, b, levels : the effect in question.
    outcome : what is measured.
    survey : the survey by which it is; None: a metric.
    months : how long after the parting of the strategies outcomes are measured.
    instrument, draws : how, and how many evaluations of each design, number and set.
    effect : mean true effect over sets, with low and high.
    table : design, sites; unseen (share of the communities that have an effect and no value when the design looks),
        sets; power, bias and least, means over sets, each with _low and _high; wrong_sign, exaggeration.
    left_out : designs that cannot be carried out, with the reason.
    sets, of_sets : over how many sets, of how many; the others have too few communities with a value.
    staggered : what that design compares; None where it is not among them.
    unseen : share of the communities that have a value at the end under one strategy and none under the other, which no
        evaluation draws.
    """

    stored: Stored
    a: str
    b: str
    outcome: Metric
    survey: Survey | None
    levels: tuple[str, ...]
    months: int
    instrument: Instrument
    draws: int
    effect: tuple[float, float, float]
    table: DataFrame
    left_out: dict[str, str]
    sets: int
    of_sets: int
    staggered: Staggered | None
    unseen: float


def power(
    source: str | os.PathLike[str] | SweepLike,
    a: str,
    b: str,
    metric: str | None = None,
    levels: Sequence[str] | None = None,
    sites: int | Sequence[int] = SITES,
    months: int | None = None,
    designs: str | Sequence[str] = STORED,
    instrument: Instrument | None = None,
    draws: int = DRAWS,
    seed: int = 1,
    *,
    survey: Survey | str | None = None,
    waves: int = WAVES,
    workers: int | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
    experiment: Experiment | None = None,
) -> Power:
    """Say what evaluations of the difference between two strategies would have found.

    Parameters
    ----------
    source : the folder of the results, or the results.
    a, b : keys of the strategies; the effect is that of `a` over `b`.
    metric, levels : which outcome, under which levels; by default the primary one, under those with the shock.
    sites : numbers of communities, in all groups together.
    months : how long after the strategies part they are measured; to the end of the runs by default.
    designs : one or some of `DESIGNS`; by default all but the staggered one, for which communities begin later.
    instrument : how outcomes are measured; without error by default.
    draws, seed : evaluations of each design, number and set, and their luck.
    survey : measures what a survey of members finds instead of a metric; it, or its question.
    waves : of a staggered evaluation, at least 3.
    workers, progress, notice : for what is run: threads; told how far it is, and what is happening.
    experiment : the experiment, where it was made in Python.

    Raises
    ------
    UserError
        When something is not there, or there are too few runs to draw communities from.
    """
    stored = Stored.of(Sweep.load(source) if isinstance(source, (str, os.PathLike)) else source)
    survey = Survey(survey) if isinstance(survey, str) else survey
    name = _looked_at(stored, metric, survey)
    under = known_levels(stored, levels)
    for each in (a, b):
        known_strategy(stored, each)
    if a == b:
        raise UserError(Mistake(f"two strategies are compared, and both are {quote(a)}"))
    how = _checked(instrument or Instrument())
    chosen = _known([designs] if isinstance(designs, str) else designs)
    waves = whole_or_refused("waves", waves, 3, 100) if "staggered" in chosen else 0
    numbers = _numbers([sites] if isinstance(sites, int) else sites, waves)
    draws = whole_or_refused("draws", draws, 20, 100_000)
    seed = whole_or_refused("seed", seed, 0, LARGEST_SEED)
    workers = None if workers is None else whole_or_refused("workers", workers, 1, 1024)
    series = [stored.monthly(name)[stored.arm(each, under)] for each in (a, b)]
    when = _when(stored, name, series, (a, b), months, waves)
    left_out: dict[str, str] = {}
    if not when.parted:
        left_out = {design: NOT_BEFORE for design in chosen if design in BESIDE}
    study = again(_folder(source), experiment) if survey or waves else None
    later: list[Scenario] = []
    if study is not None and waves:
        later, why = _later(study, (a, b), under, when)
        left_out |= {"staggered": why} if why else {}
        when = replace(when, waves=0) if why else when
    _some_left(chosen, left_out)
    looked = when.windows()
    if study is None or not (survey or later):
        values = truths = stored_means(stored, series, looked)
    elif survey:
        scenarios = [study.arm(a, under).scenario, *later, study.arm(b, under).scenario]
        both = measured(study, stored.sites, scenarios, looked, [survey, survey.complete], workers, progress,
                        notice or (lambda _: None))  # fmt: skip
        values, truths = [each[0] for each in both], [each[1] for each in both]
    else:
        between = measured(study, stored.sites, later, looked, [Mean(name)], workers, progress,
                           notice or (lambda _: None))  # fmt: skip
        ends = stored_means(stored, series, looked)
        values = truths = [np.concatenate([e[:1], m[0], e[1:]]) for e, m in zip(ends, between, strict=True)]
    seen = [Seen.of(own, true, when) for own, true in zip(values, truths, strict=True)]
    effects, unseen = _effects(seen)
    table = _rows(seen, chosen, left_out, numbers, how, draws, seed)
    _some_left(chosen, left_out)
    return Power(
        stored, a, b, survey.asked.outcome if survey else windows.metric(name), survey, under, when.months, how, draws,
        _over(effects), table, left_out, len(effects), len(seen),
        _compared(seen, when) if "staggered" in set(table["design"]) else None, unseen,
    )  # fmt: skip


def _looked_at(stored: Stored, metric: str | None, survey: Survey | None) -> str:
    """Return the metric that shows when strategies part: the one that is measured, or that of a survey's question."""
    if survey is None:
        return known_metric(stored, metric)
    if metric is not None:
        raise UserError(Mistake(f"either a metric is measured or a survey is held; found {quote(metric)} and a survey"))
    return survey.checked().asked.like


def _folder(source: str | os.PathLike[str] | SweepLike) -> str | os.PathLike[str]:
    found = source if isinstance(source, (str, os.PathLike)) else getattr(source, "folder", None)
    if found is None:
        raise UserError(Mistake("runs are made again from the folder of the results, and these are in none"))
    return found


def _checked(how: Instrument) -> Instrument:
    numbers = all(isinstance(each, int | float) for each in (how.noise, how.response))
    if not (numbers and 0 <= how.noise <= MOST_NOISE and 0 < how.response <= 1):
        said = f"an instrument has a noise from 0 to {MOST_NOISE:,.0f} and a response above 0, at most 1; found "
        raise UserError(Mistake(f"{said}{how.noise} and {how.response}"))
    return how


def _known(designs: Sequence[str]) -> list[str]:
    for design in designs:
        if design not in DESIGNS:
            said = f"there is no design {quote(design)}; there are {', '.join(DESIGNS)}"
            raise UserError(Mistake(said, suggestion=nearest(design, DESIGNS)))
    if not designs:
        raise UserError(Mistake(f"no design is asked for; there are {', '.join(DESIGNS)}"))
    return list(dict.fromkeys(designs))


def _numbers(sites: Sequence[int], waves: int) -> list[int]:
    """Return numbers of communities, from the smallest, each once."""
    found = sorted({whole_or_refused("sites", each, 4, MOST_SITES) for each in sites})
    if not found:
        raise UserError(Mistake("sites are numbers of communities in an evaluation, and there is none"))
    if found[0] < EACH * waves:
        said = f"{waves} waves need {EACH * waves} communities at least, {EACH} in each; found {found[0]}"
        raise UserError(Mistake(said, hint=f"Ask for more (--sites {EACH * waves},…), or fewer waves."))
    return found


def _some_left(chosen: Sequence[str], left_out: Mapping[str, str]) -> None:
    """Raise a UserError where none of the designs that are asked for can be carried out."""
    if all(design in left_out for design in chosen):
        why = "; ".join(f"{design}: {reason}" for design, reason in left_out.items())
        raise UserError(Mistake(f"no design that is asked for can be carried out: {why}"))


def _when(
    stored: Stored, name: str, series: Sequence[Array], pair: tuple[str, str], months: int | None, waves: int
) -> When:
    """Return when is measured.

    Raises
    ------
    UserError
        When the strategies never part, or so many months are not there, or fewer than waves need.
    """
    parted = parting_month(*series)
    if parted is None:
        one, other = map(quote, pair)
        raise UserError(Mistake(f"{name} is the same with {one} and {other} in every run: there is no effect"))
    end = stored.months if months is None else parted + whole_or_refused("months", months, 1, 1200)
    if end > stored.months:
        said = f"{name} is seen for {stored.months - parted} months after the strategies part; found {months}"
        raise UserError(Mistake(said))
    found = When(parted, end, waves)
    if waves and not found.step:
        said = f"{waves} waves need {waves - 1} months at least, and outcomes are measured {found.months} months on"
        raise UserError(Mistake(said))
    return found


def _later(study: Study, pair: tuple[str, str], under: tuple[str, ...], when: When) -> tuple[list[Scenario], str]:
    """Return scenarios of the waves between the first and the last, and why there are none."""
    arms = [study.arm(each, under).scenario for each in pair]
    try:
        return [begun_later(arms[0], arms[1], n * when.step) for n in range(1, when.waves - 1)], ""
    except UserError as error:
        return [], error.mistakes[0].message


def parting_month(first: Array, second: Array) -> int | None:
    """Return the first month in which anything differs, of [..., months]."""
    apart = (first != second) & ~(np.isnan(first) & np.isnan(second))
    found = apart.reshape(-1, first.shape[-1]).any(0)
    return int(found.argmax()) if found.any() else None


def _effects(seen: Sequence[Seen]) -> tuple[Array, float]:
    """Return the true effect under each set in which enough communities have one, and the share of those without.

    The share is of communities that have a value at the end under one strategy, and none under the other.
    """
    some = sum(each.some for each in seen)
    unseen = 1 - sum(each.both for each in seen) / some if some else 1.0
    if unseen > MOST_UNSEEN:
        said = f"{percent(unseen)} of the communities that have a value under one strategy have none under the other, "
        said += "mostly since nobody is there: the few others would say little of the effect"
        raise UserError(Mistake(said, hint="Ask earlier (--months), or of something that every community has."))
    effects = np.array([each.effect for each in seen if each.both >= FEWEST])
    if not effects.size:
        said = f"a set has fewer than {FEWEST} communities (runs × sites) with a value, from which none can be drawn"
        raise UserError(Mistake(said, hint="Sweep more replicates."))
    return effects, unseen


def _compared(seen: Sequence[Seen], when: When) -> Staggered:
    effect = _over(np.array([each.along for each in seen if not math.isnan(each.along)]))
    return Staggered(when.waves, when.step, effect, float(lag(when.waves)[0]))


def _over(values: Array) -> tuple[float, float, float]:
    """Return the mean over sets with its interval; missing values are left out."""
    there = values[~np.isnan(values)]
    if not len(there):
        return math.nan, math.nan, math.nan
    units = Units(np.zeros(len(there), np.int64), np.zeros(len(there), np.int64), set=np.arange(len(there)))
    found = mean_of(there, units if len(there) > 1 else Units.replicates(1))
    low, high = found.ends()
    return float(found.value), float(low), float(high)


def _rows(
    seen: Sequence[Seen], designs: Sequence[str], left_out: dict[str, str], sites: Sequence[int], how: Instrument,
    draws: int, seed: int,
) -> DataFrame:  # fmt: skip
    """Return what evaluations find; designs for which too few communities have values are put among those left out."""
    from pandas import DataFrame

    rows: list[dict[str, Any]] = []
    for design in designs:
        if design in left_out:
            continue
        pools = [(n, one, one.drawn(design)) for n, one in enumerate(seen) if one.both >= FEWEST]
        unseen = 1 - sum(pool.count for *_, pool in pools) / sum(one.both for _, one, _ in pools)
        pools = [each for each in pools if each[2].count >= FEWEST]
        if unseen > MOST_UNSEEN or not pools:
            why = "of the communities have no value when it looks at them: mostly nobody is there, or nobody answers"
            left_out[design] = f"{percent(unseen)} {why}"
            continue
        place = DESIGNS.index(design)
        for number in sites:
            each = [
                found(*carried_out(design, pool, number, how, draws, np.random.default_rng([seed, place, number, n])),
                      one.effect)
                for n, one, pool in pools
            ]  # fmt: skip
            row: dict[str, Any] = {"design": design, "sites": number, "unseen": unseen, "sets": len(pools)}
            for column in ("power", "bias", "least"):
                mean, low, high = _over(np.array([one[column] for one in each]))
                if column == "power":
                    low, high = max(low, 0.0), min(high, 1.0)
                row |= {column: mean, f"{column}_low": low, f"{column}_high": high}
            told, wrong, size, true = (sum(one[name] for one in each) for name in ("seen", "wrong", "size", "true"))
            row |= {
                "wrong_sign": wrong / told if told else math.nan,
                "exaggeration": size / true if true else math.nan,
            }
            rows.append(row)
    return DataFrame(rows)
