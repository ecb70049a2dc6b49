"""An emulator of one output: what runs would give where none was run, and how sure that is.

Half of the points train it, half validate it; its lengths are those of the first half, and then all points are taken
in. Luck has an emulator of its own, of the logarithm of its variance [1]_, and stands in the nugget of the mean's.

*Two kinds.* Where values fall into two groups with little between them (`analysis.kinds`), as at a cliff, one smooth
function describes neither, and says of places near the cliff that they are in the middle, surely. Then each kind has a
process of its own, and a third says which kind a place is of (`sorting`). *No value*: where nobody is left who could
be asked there is none, and another says whether there is. A place is ruled out when there is no value, or when every
kind is out that it may well be of.

*Trust.* Where validation shows errors that are larger than they are said to be, all variances are multiplied by what
they are larger by. An emulator that still rules out what runs say is in, is told and set aside (`usable`).

References
----------
.. [1] Andrianakis et al. (2015), "Bayesian history matching of complex infectious disease models using emulation: a
   tutorial and a case study on HIV in Uganda", PLoS Computational Biology 11(1):e1003968.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tfs_sim.analysis.kinds import kinds_of
from tfs_sim.calibration import processes, screening
from tfs_sim.calibration.held import Array, Held, Mask
from tfs_sim.calibration.processes import Process
from tfs_sim.calibration.sorting import RARE, Sorter, sorter

CUT = 3.0
"""So many standard deviations off, a place is ruled out."""
FEWEST = 20
"""Points of each kind, and in all, below which there is no process."""
WRONGLY = 0.1
"""Share of what runs say is in, that an emulator may rule out beyond what luck makes of it."""
MOST = 300
"""Points that a process is fitted to at most while it is validated by the others, and twice as many then."""
_FAR = 8.0
"""Errors in validation are counted as so many deviations at most: one of them says no more than that it is off."""
_LEAST = 1e-3
"""Variance of luck that a run has at least, in mean variances: replicates that agree may do so by luck."""


@dataclass(frozen=True)
class Beliefs:
    """What an emulator says of places.

    Attributes
    ----------
    mean, variance, share : of each kind, [kinds, places]; without luck.
    there : chance that there is a value, [places].
    """

    mean: Array
    variance: Array
    share: Array
    there: Array

    def moments(self) -> tuple[Array, Array]:
        """Return mean and variance over kinds: [places], [places]."""
        mean = (self.share * self.mean).sum(axis=0)
        return mean, (self.share * (self.variance + (self.mean - mean) ** 2)).sum(axis=0)

    def implausibility(self, output: Held) -> Array:
        """Return by how many deviations places are off, by the kind that is nearest: [places]."""
        off = np.abs(self.mean - output.centre) / np.sqrt(self.variance + output.variance)
        least = np.maximum(off, _rarity(self.share)).min(axis=0)
        return np.asarray(np.maximum(least, _rarity(self.there)))


def _rarity(chance: Array) -> Array:
    """Return a chance as deviations: `CUT` at `RARE`, more below it: what is ruled out is so by more or less."""
    return np.asarray(CUT * special.ndtri(np.clip(1.0 - chance, 0.0, 1.0 - 1e-15)) / special.ndtri(1.0 - RARE))


@dataclass(frozen=True, slots=True)
class Checks:
    """How an emulator did where it was not fitted.

    Attributes
    ----------
    points : how many validated it.
    size : root mean square of errors, each over what it was said to be (about 1).
    beyond : share of errors beyond `CUT` of what they were said to be.
    explained : share of the runs' variance, luck taken out, that its mean explains (0 to 1).
    inside : points that runs say are within `CUT` of the target.
    wrongly_out : how many of those it rules out.
    by_luck : how many of those it would, were it right: luck brings in a run that is out.
    wrongly_in : share of the points that runs rule out, that it keeps.
    lost : share of points that turned out to be what it held them for more rarely than `RARE`: of a kind, or there.
    inflation : what its variances were multiplied by since (1 or more).
    """

    points: int
    size: float
    beyond: float
    explained: float
    inside: int
    wrongly_out: int
    by_luck: float
    wrongly_in: float
    lost: float
    inflation: float


@dataclass(frozen=True)
class Emulator:
    """An emulator of one output.

    Attributes
    ----------
    output : name of the output.
    active : inputs that it reads, the most important first.
    parts : the process of its one kind, or those of the lower and the upper kind.
    border, upper : between the two kinds, and what says which places are of the upper; or None.
    there : what says which places have a value, or None where all have.
    luck : the process of the logarithm of luck's variance, or None where there is no luck.
    luck_level : what exponents of it are multiplied by, so that variances are right in the mean.
    checks : how it did in validation; variances are multiplied by its `inflation`.
    """

    output: str
    active: tuple[int, ...]
    parts: tuple[Process, ...]
    border: float | None
    upper: Sorter | None
    there: Sorter | None
    luck: Process | None
    luck_level: float
    checks: Checks

    @property
    def usable(self) -> bool:
        """Whether it may rule places out."""
        checks = self.checks
        more = checks.wrongly_out - checks.by_luck - 2.0 * math.sqrt(checks.by_luck)
        return more <= max(1.0, WRONGLY * checks.inside)

    def at(self, places: Array) -> Beliefs:
        """Return what values are believed to be at places [n, d], without luck."""
        x = processes.spread(places[:, self.active])
        found = [part.at(x) for part in self.parts]
        mean, variance = (np.array([each[n] for each in found]) for n in (0, 1))
        share = np.ones_like(mean)
        if self.upper is not None:
            chance = self.upper.chance(x)
            share = np.array([1.0 - chance, chance])
        there = np.ones(len(x)) if self.there is None else self.there.chance(x)
        return Beliefs(mean, variance * self.checks.inflation, share, there)

    def luck_at(self, places: Array) -> Array:
        """Return the variance that luck has at places [n, d]."""
        if self.luck is None:
            return np.zeros(len(places))
        return np.asarray(self.luck_level * np.exp(self.luck.at(processes.spread(places[:, self.active]))[0]))

    def kinds(self, values: Array) -> NDArray[np.int64]:
        """Return of which kind values are: [n], 0 or 1."""
        return np.asarray((values > self.border) if self.border is not None else np.zeros(len(values)), np.int64)


@dataclass(frozen=True)
class _Points:
    """Points that were run: inputs [n, a], values [n] (missing where there is none), variance of luck [n]."""

    x: Array
    values: Array
    luck: Array

    @property
    def known(self) -> Mask:
        return np.isfinite(self.values)

    def of(self, some: NDArray[Any] | slice) -> _Points:
        return _Points(self.x[some], self.values[some], self.luck[some])

    def fit(self) -> Process:
        return processes.fitted(self.x, self.values, self.luck)


def emulated(output: Held, places: Array, values: Array, luck: Array) -> Emulator | None:
    """Return the emulator of an output, or None where too few points have a value.

    Parameters
    ----------
    output : what it is held against, by which misclassification is counted.
    places : [n, d] in [0, 1], in an order that says nothing: every other one trains.
    values : [n] on the output's scale, missing where runs gave none.
    luck : [n], variance that luck gives each value.
    """
    if np.isfinite(values).sum() < 2 * FEWEST:
        return None
    order = _alternating(values)
    places, values, luck = places[order], values[order], luck[order]
    border = _border(values[::2])
    most = screening.most_active(len(values))
    active = _active(places[::2], values[::2], border, most)
    whole = _Points(processes.spread(places[:, active]), values, luck)
    first, both = slice(0, 2 * MOST, 2), slice(0, 2 * MOST)
    process, level = _luck(whole.of(first), whole.of(both))
    whole = whole if process is None else replace(whole, luck=level * np.exp(process.at(whole.x)[0]))
    check = whole.of(slice(1, None, 2))
    draft = _careful(_fitted(output.name, active, whole.of(first), border, process, level), check)
    checks = _checks(draft, output, places[1::2], check)
    return replace(_refitted(draft, whole.of(both)), checks=checks)


def _alternating(values: Array) -> NDArray[np.int64]:
    """Return an order in which points with a value, and those without, alternate between training and validation."""
    known = np.isfinite(values)
    order = np.concatenate([np.flatnonzero(known), np.flatnonzero(~known)])
    # spread evenly, so that any first part has its share of both
    rank = np.empty(len(values))
    rank[known] = (np.arange(known.sum()) // 2 + 0.5) / max(1.0, known.sum() / 2)
    rank[~known] = (np.arange((~known).sum()) // 2 + 0.5) / max(1.0, (~known).sum() / 2)
    return order[np.argsort(rank[order], kind="stable")]


def _border(values: Array) -> float | None:
    """Return the border between two kinds that have enough points each, or None."""
    known = values[np.isfinite(values)]
    found = kinds_of(known[:, None])
    if found is None:
        return None
    upper = (known > found.border)[:MOST]
    return found.border if FEWEST <= upper.sum() <= len(upper) - FEWEST else None


def _active(places: Array, values: Array, border: float | None, most: int) -> tuple[int, ...]:
    """Return the inputs that matter for whether there is a value, for its kind, and for the values of each kind."""
    known = np.isfinite(values)
    looked = [] if _few(known) else [(places, known.astype(float))]
    if border is not None:
        upper = values[known] > border
        looked += [(places[known], upper.astype(float))]
        looked += [(places[known][kind], values[known][kind]) for kind in (~upper, upper)]
    else:
        looked += [(places[known], values[known])]
    orders = [screening.active(*each, most) for each in looked]
    merged = chain.from_iterable(zip_longest(*orders))
    return tuple(dict.fromkeys(each for each in merged if each is not None))[:most]


def _few(known: Mask) -> bool:
    """Say whether too few points have no value to say anything of where that is."""
    return bool((~known).sum() < FEWEST)


def _luck(train: _Points, last: _Points) -> tuple[Process | None, float]:
    train, last = train.of(train.known), last.of(last.known)
    level = float(last.luck.mean())
    if level <= 0:
        return None, 0.0
    logs = [np.log(np.maximum(each.luck, _LEAST * level)) for each in (train, last)]
    process = processes.fitted(train.x, logs[0], np.zeros(len(train.x)))
    process = processes.refitted(process, last.x, logs[1], np.zeros(len(last.x)))
    # a logarithm's mean is not the mean's logarithm, by how much depends on the replicates
    return process, level / float(np.exp(process.at(last.x)[0]).mean())


def _kinds_of_points(points: _Points, border: float | None) -> Sequence[_Points]:
    """Return the points that have a value, or those of the lower and of the upper kind."""
    known = points.of(points.known)
    if border is None:
        return (known,)
    upper = known.values > border
    return known.of(~upper), known.of(upper)


def _fitted(
    name: str, active: tuple[int, ...], train: _Points, border: float | None, luck: Process | None, level: float
) -> Emulator:
    blank = Checks(0, 1.0, 0.0, 0.0, 0, 0, 0.0, 0.0, 0.0, 1.0)
    parts = tuple(each.fit() for each in _kinds_of_points(train, border))
    known = train.of(train.known)
    upper = None if border is None else sorter(known.x, known.values > border)
    there = None if _few(train.known) else sorter(train.x, train.known)
    return Emulator(name, active, parts, border, upper, there, luck, level, blank)


def _careful(draft: Emulator, check: _Points) -> Emulator:
    """Return an emulator that is no surer of what is of which kind, and there, than validation lets it be."""
    known = check.of(check.known)
    upper, there = draft.upper, draft.there
    if upper is not None and draft.border is not None:
        upper = upper.careful(known.x, known.values > draft.border)
    if there is not None:
        there = there.careful(check.x, check.known)
    return replace(draft, upper=upper, there=there)


def _refitted(draft: Emulator, last: _Points) -> Emulator:
    parts = tuple(
        processes.refitted(part, each.x, each.values, each.luck)
        for part, each in zip(draft.parts, _kinds_of_points(last, draft.border), strict=True)
    )
    known = last.of(last.known)
    upper, there = draft.upper, draft.there
    if upper is not None and draft.border is not None:
        upper = upper.refitted(known.x, known.values > draft.border)
    if there is not None:
        there = there.refitted(last.x, last.known)
    return replace(draft, parts=parts, upper=upper, there=there)


def _checks(draft: Emulator, output: Held, places: Array, check: _Points) -> Checks:
    known = check.known
    values, noise = check.values[known], check.luck[known]
    believed = draft.at(places[known])
    mean, _ = believed.moments()
    # an error is one from the kind that a run turned out to be of; whether that was likely is told apart
    kind, point = draft.kinds(values), np.arange(len(values))
    error = np.abs(values - believed.mean[kind, point]) / np.sqrt(believed.variance[kind, point] + noise)
    inflation = max(1.0, float((np.minimum(error, _FAR) ** 2).mean()))
    wider = replace(believed, variance=believed.variance * inflation)
    ruled_out = wider.implausibility(output) > CUT
    inside = np.abs(values - output.centre) <= CUT * np.sqrt(output.variance)
    reach, luck = CUT * math.sqrt(output.variance), np.sqrt(wider.variance + noise)
    above, below = (special.ndtr((output.centre + end - wider.mean) / luck) for end in (reach, -reach))
    by_luck = (wider.share * (above - below)).sum(axis=0)[ruled_out].sum()
    real = max(float(values.var() - noise.mean()), 1e-12)
    unexplained = max(0.0, float(((values - mean) ** 2 - noise).mean())) / real
    lost = believed.share[kind, point] < RARE
    lost |= believed.there < RARE
    return Checks(
        len(check.x),
        float(np.sqrt((np.minimum(error, _FAR) ** 2).mean())),
        float((error > CUT).mean()),
        float(np.clip(1.0 - unexplained, 0.0, 1.0)),
        int(inside.sum()),
        int((inside & ruled_out).sum()),
        float(by_luck),
        float((~ruled_out[~inside]).mean()) if (~inside).any() else 0.0,
        float(lost.mean()),
        inflation,
    )
