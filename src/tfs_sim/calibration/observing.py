"""How a target would be observed: `observe` in a calibration file, and the observation itself.

A target says what is looked at and when (`what`, months counted from 1, of whom), who is asked (`sites`) and who
answers (`answers`), on which scale and who counts. Nothing here knows what was published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tfs_sim.calibration import estimates, registers, surveys
from tfs_sim.calibration.estimates import Estimate
from tfs_sim.calibration.looks import Look, Runs

if TYPE_CHECKING:
    from tfs_sim.calibration.tables import Observation


@dataclass(frozen=True)
class What:
    """A kind of observation.

    Attributes
    ----------
    meaning : what it is, in a line.
    needs, may : keys of `observe` that it needs, and those that it may have beside.
    of_each : of each community two numbers, one to be divided by the other; None where it is said of many together.
    of_all : makes the estimate, where it is not that of the communities' numbers.
    months : months (from 0) in which the world is looked at.
    share : whether its value is a share.
    fewest : communities without which it has no value, since of fewer its luck cannot be known.
    """

    meaning: str
    needs: tuple[str, ...]
    may: tuple[str, ...]
    of_each: Callable[[Observation, Runs], surveys.Pair] | None = None
    of_all: Callable[[Observation, Runs, Runs | None], Estimate] | None = None
    months: Callable[[Observation], Iterable[int]] = lambda _: ()
    share: bool = False
    fewest: int = 2

    def look(self, target: Observation, runs: Runs, beside: Runs | None) -> Estimate:
        """Return what is observed of a target."""
        if self.of_each is None:
            assert self.of_all is not None
            return self.of_all(target, runs, beside)
        return (estimates.share if self.share else estimates.mean)(*self.of_each(target, runs))


def observe(target: Observation, runs: Runs, beside: Runs | None = None) -> Estimate:
    """Return what a survey or a register would have found of a target, with its luck.

    Parameters
    ----------
    target : how it is observed.
    runs : the population under one set of parameters.
    beside : the population that it is set beside, for effects.
    """
    if target.sites is not None and target.what != "deepened":
        runs = sampled(runs, target.sites)
    return WHATS[target.what].look(target, runs, beside)


def sampled(runs: Runs, sites: int) -> Runs:
    """Return the runs of some communities, drawn for each replicate by its luck."""
    total = runs.series.shape[2]
    order = [np.random.Generator(np.random.Philox(key=key)).permutation(total)[:sites] for key in runs.keys]
    series = np.stack([runs.series[n][:, np.sort(which)] for n, which in enumerate(order)])
    looks = [
        {month: look.only(np.sort(which)) for month, look in here.items()}
        for here, which in zip(runs.looks, order, strict=True)
    ]
    return replace(runs, series=series, looks=looks)


def months_of(first: int, last: int) -> slice:
    """Return months `first` to `last`, counted from 1 and both included, as they stand in a series."""
    return slice(first - 1, last)


def _lately(target: Observation) -> range:
    """Return the months (from 0) that a question about the last `within` months is about."""
    assert target.month is not None and target.within is not None
    return range(max(target.month - int(target.within), 0), target.month)


def _last(target: Observation) -> tuple[int, ...]:
    assert target.month is not None
    return (target.month - 1,)


def _alive(target: Observation, runs: Runs) -> surveys.Pair:
    assert target.month is not None
    return registers.alive(runs, target.month - 1, None if target.given is None else target.given - 1)


def _mean(target: Observation, runs: Runs) -> surveys.Pair:
    assert target.metric and target.first and target.to
    return registers.mean(runs, target.metric, months_of(target.first, target.to))


def _ratio(target: Observation, runs: Runs) -> surveys.Pair:
    assert target.metric and target.per and target.first and target.to
    return registers.ratio(runs, target.metric, target.per, months_of(target.first, target.to), target.times or 1.0)


def _sustained(target: Observation, runs: Runs, _: Runs | None) -> Estimate:
    assert target.metric and target.month and target.later
    return registers.sustained(runs, target.metric, target.month - 1, target.later - 1)


def _falls(target: Observation, runs: Runs, _: Runs | None) -> Estimate:
    assert target.metric and target.during and target.after
    return registers.falls(runs, target.metric, months_of(*target.during), months_of(*target.after))


def _effect(target: Observation, runs: Runs, beside: Runs | None) -> Estimate:
    assert target.metric and target.month and beside is not None
    return registers.effect(runs, beside, target.metric, target.month - 1)


def _deepened(target: Observation, runs: Runs, _: Runs | None) -> Estimate:
    assert target.metric and target.before and target.after and target.sites
    return registers.deepened(runs, target.metric, months_of(*target.before), months_of(*target.after), target.sites)


def _pooled(runs: Runs, of: Callable[[int], surveys.Pair]) -> surveys.Pair:
    """Return what `of` finds in each replicate, one after the other."""
    found = [of(replicate) for replicate in range(len(runs.keys))]
    return np.concatenate([top for top, _ in found]), np.concatenate([bottom for _, bottom in found])


def _active(target: Observation, runs: Runs) -> surveys.Pair:
    months, sites = _lately(target), runs.series.shape[2]
    return _pooled(runs, lambda n: surveys.active([runs.looks[n][m] for m in months], sites))


def _milestones(target: Observation, runs: Runs) -> surveys.Pair:
    assert target.members and target.sectors
    months, sites, fewest, sectors = _lately(target), runs.series.shape[2], target.members, target.sectors
    return _pooled(runs, lambda n: surveys.milestones([runs.looks[n][m] for m in months], sites, fewest, sectors))


def _survey(
    question: Callable[[Observation, Look, int, surveys.Answer], surveys.Pair],
) -> Callable[[Observation, Runs], surveys.Pair]:
    """Return the observation that asks this question of members who answer; the mean is over networks."""

    def look(target: Observation, runs: Runs) -> surveys.Pair:
        assert target.month and target.answers
        sites, month, answers = runs.series.shape[2], target.month - 1, target.answers

        def of(n: int) -> surveys.Pair:
            here = runs.looks[n][month]
            return question(target, here, sites, surveys.answering(here, runs.keys[n], month, answers))

        return _pooled(runs, of)

    return look


def _density(target: Observation, look: Look, sites: int, answer: surveys.Answer) -> surveys.Pair:
    return surveys.density(look, sites, target.within or 0.0, answer)


def _trust(target: Observation, look: Look, sites: int, answer: surveys.Answer) -> surveys.Pair:
    assert target.lowest is not None and target.highest is not None
    return surveys.trust(look, sites, target.within or 0.0, answer, target.lowest, target.highest)


def _hub(target: Observation, look: Look, sites: int, answer: surveys.Answer) -> surveys.Pair:
    return surveys.hub(look, sites, target.within or 0.0, answer)


def _around(target: Observation) -> range:
    assert target.first and target.until
    return range(target.first - 1 - surveys.BEFORE, target.until)


def _recovery(target: Observation, runs: Runs, _: Runs | None) -> Estimate:
    assert target.first and target.to and target.until and target.share
    sites, first, last, part = runs.series.shape[2], target.first - 1, target.to - 1, target.share
    found = [surveys.departures(looks, first, last, target.until - target.to, sites) for looks in runs.looks]
    before, after = (np.concatenate(each) for each in zip(*found, strict=True))
    return estimates.jackknifed(lambda some: surveys.recovered(before[some], after[some], part), before.size)


_SURVEYED = ("month", "within", "answers")

WHATS: Mapping[str, What] = {
    "alive": What("share of partnerships alive, of all or of those alive earlier", ("month",), ("given",), _alive,
                  share=True, fewest=1),
    "mean": What("mean of a metric over partnerships that are alive", ("metric", "from", "to"), (), _mean),
    "ratio": What("a metric over another one, summed over months and communities", ("metric", "per", "from", "to"),
                  ("times",), _ratio),
    "sustained": What("a metric where partnerships are alive later, over where they are not",
                      ("metric", "month", "later"), (), of_all=_sustained, fewest=4),
    "falls": What("share of partnerships in which a metric is lower after than during", ("metric", "during", "after"),
                  (), of_all=_falls, share=True, fewest=1),
    "effect": What("difference in a metric to the same communities in another population",
                   ("metric", "month", "beside"), (), of_all=_effect),
    "deepened": What("share of runs in which a metric rises at so many communities",
                     ("metric", "before", "after", "sites"), (), of_all=_deepened, share=True, fewest=1),
    "active": What("share of members who came to a meeting in so many months", ("month", "within"), (), _active,
                   months=_lately, share=True, fewest=1),
    "milestones": What("share of communities with so many members of so many sectors, meeting monthly",
                       ("month", "within", "members", "sectors"), (), _milestones, months=_lately, share=True,
                       fewest=1),
    "density": What("density among members who deal with each other", _SURVEYED, (), _survey(_density), months=_last),
    "trust": What("members' trust in those they deal with, on a scale", (*_SURVEYED, "lowest", "highest"), (),
                  _survey(_trust), months=_last),
    "hub": What("degree centralization with the backbone", _SURVEYED, (), _survey(_hub), months=_last),
    "recovery": What("months until contacts are back after a departure", ("from", "to", "until", "share"), (),
                     of_all=_recovery, months=_around),
}  # fmt: skip
"""Every kind of observation, by its name in files; all may have `sites`: how many communities are asked."""
