"""An emulator of one output: what runs would give where none was run, and how sure that is.

Half of the points train it, half validate it; its lengths are those of the first half, and then all points are taken
in. Luck has an emulator of its own, of the logarithm of its variance [1]_, and stands in the nugget of the mean's.

*Two kinds.* Where values fall into two groups with little between them (`analysis.kinds`), as at a cliff, one smooth
function describes neither, and says of places near the cliff that they are in the middle, surely. Then each kind has a
process of its own, and a third says which kind a place is of: by least squares on −1 and 1, as a probability by a
probit of its mean over its deviation. A place is ruled out when every kind is that has a share of at least `RARE`;
where validation finds kinds that were held for rarer, deviations are widened until it does not.

*Trust.* Where validation shows errors that are larger than they are said to be, all variances are multiplied by what
they are larger by. An emulator that still rules out what runs say is in, is told and set aside (`usable`).

References
----------
.. [1] Andrianakis et al. (2015), "Bayesian history matching of complex infectious disease models using emulation: a
   tutorial and a case study on HIV in Uganda", PLoS Computational Biology 11(1):e1003968.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tfs_sim.analysis.kinds import kinds_of
from tfs_sim.calibration import processes, screening
from tfs_sim.calibration.outputs import Array, Mask, Output
from tfs_sim.calibration.processes import Process

CUT = 3.0
"""So many standard deviations off, a place is ruled out."""
RARE = 0.05
"""A kind with a smaller share at a place does not keep it."""
FEWEST = 20
"""Points of each kind, and in all, below which there is no process."""
LOST = 0.02
"""Share of points that may turn out to be of a kind that was held for rarer."""
DOUBTS = (1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""What deviations are widened by, the least that will do."""
WRONGLY = 0.1
"""Share of what runs say is in, that an emulator may rule out beyond what luck makes of it."""
MOST = 400
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
    """

    mean: Array
    variance: Array
    share: Array

    def moments(self) -> tuple[Array, Array]:
        """Return mean and variance over kinds: [places], [places]."""
        mean = (self.share * self.mean).sum(axis=0)
        return mean, (self.share * (self.variance + (self.mean - mean) ** 2)).sum(axis=0)

    def implausibility(self, output: Output) -> Array:
        """Return by how many deviations places are off, by the kind that is nearest: [places]."""
        off = np.abs(self.mean - output.centre) / np.sqrt(self.variance + output.variance)
        return np.asarray(np.where(self.share >= RARE, off, np.inf).min(axis=0))


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
    lost : share of points that turned out to be of a kind that it holds for rarer than `RARE`.
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
    chance : the process by which a place is of the upper kind, or None.
    luck : the process of the logarithm of luck's variance, or None where there is no luck.
    luck_level : what exponents of it are multiplied by, so that variances are right in the mean.
    inflation : what variances are multiplied by.
    border, doubt : between the two kinds, and what deviations of `chance` are multiplied by (None and 1: one kind).
    checks : how it did in validation.
    """

    output: str
    active: tuple[int, ...]
    parts: tuple[Process, ...]
    chance: Process | None
    luck: Process | None
    luck_level: float
    inflation: float
    checks: Checks
    border: float | None = None
    doubt: float = 1.0

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
        if self.chance is not None:
            middle, doubt = self.chance.at(x)
            upper = special.ndtr(middle / (self.doubt * np.sqrt(doubt)))
            share = np.array([1.0 - upper, upper])
        return Beliefs(mean, variance * self.inflation, share)

    def luck_at(self, places: Array) -> Array:
        """Return the variance that luck has at places [n, d]."""
        if self.luck is None:
            return np.zeros(len(places))
        return np.asarray(self.luck_level * np.exp(self.luck.at(processes.spread(places[:, self.active]))[0]))


def emulated(output: Output, places: Array, values: Array, luck: Array) -> Emulator | None:
    """Return the emulator of an output, or None where too few points have a value.

    Parameters
    ----------
    output : what it is held against, by which misclassification is counted.
    places : [n, d] in [0, 1].
    values : [n] on the output's scale, missing where runs gave none.
    luck : [n], variance that luck gives each value.
    """
    known = np.isfinite(values)
    places, values, luck = places[known], values[known], luck[known]
    if len(values) < 2 * FEWEST:
        return None
    train = np.arange(len(values)) % 2 == 0
    border = _border(values, train)
    active = _active(places[train], values[train], border, screening.most_active(len(values)))
    x = processes.spread(places[:, active])
    some, most = np.flatnonzero(train)[:MOST], slice(2 * MOST)
    process, level = _luck(x[most], luck[most], some)
    noise = luck if process is None else level * np.exp(process.at(x)[0])
    first = _fitted(output.name, active, x[some], values[some], noise[some], border)
    draft = replace(first, luck=process, luck_level=level)
    draft = _doubting(draft, places[~train], values[~train])
    checks = _checks(draft, output, places[~train], values[~train], noise[~train])
    last = _refitted(draft, x[most], values[most], noise[most], border)
    return replace(last, inflation=checks.inflation, checks=checks)


def _border(values: Array, train: Mask) -> float | None:
    """Return the border between two kinds that have enough points each, or None."""
    found = kinds_of(values[:, None])
    if found is None:
        return None
    upper = (values > found.border)[np.flatnonzero(train)[:MOST]]
    return found.border if FEWEST <= upper.sum() <= len(upper) - FEWEST else None


def _active(places: Array, values: Array, border: float | None, most: int) -> tuple[int, ...]:
    if border is None:
        return screening.active(places, values, most)
    upper = values > border
    orders = [screening.active(places, upper.astype(float), most)]
    orders += [screening.active(places[kind], values[kind], most) for kind in (~upper, upper)]
    longest = max(map(len, orders))
    merged = [order[n] for n in range(longest) for order in orders if n < len(order)]
    return tuple(dict.fromkeys(merged))[:most]


def _luck(x: Array, luck: Array, train: NDArray[np.int64]) -> tuple[Process | None, float]:
    level = float(luck.mean())
    if level <= 0:
        return None, 0.0
    logs = np.log(np.maximum(luck, _LEAST * level))
    process = processes.fitted(x[train], logs[train], np.zeros(len(train)))
    process = processes.refitted(process, x, logs, np.zeros(len(x)))
    # a logarithm's mean is not the mean's logarithm, by how much depends on the replicates
    return process, level / float(np.exp(process.at(x)[0]).mean())


def _fitted(
    name: str, active: tuple[int, ...], x: Array, values: Array, noise: Array, border: float | None
) -> Emulator:
    blank = Checks(0, 1.0, 0.0, 0.0, 0, 0, 0.0, 0.0, 0.0, 1.0)
    if border is None:
        return Emulator(name, active, (processes.fitted(x, values, noise),), None, None, 0.0, 1.0, blank)
    upper = values > border
    parts = tuple(processes.fitted(x[kind], values[kind], noise[kind]) for kind in (~upper, upper))
    chance = processes.fitted(x, _signs(upper), np.zeros(len(x)))
    return Emulator(name, active, parts, chance, None, 0.0, 1.0, blank, border)


def _refitted(draft: Emulator, x: Array, values: Array, noise: Array, border: float | None) -> Emulator:
    if border is None or draft.chance is None:
        return replace(draft, parts=(processes.refitted(draft.parts[0], x, values, noise),))
    upper = values > border
    parts = tuple(
        processes.refitted(part, x[kind], values[kind], noise[kind])
        for part, kind in zip(draft.parts, (~upper, upper), strict=True)
    )
    return replace(draft, parts=parts, chance=processes.refitted(draft.chance, x, _signs(upper), np.zeros(len(x))))


def _signs(upper: Mask) -> Array:
    return np.where(upper, 1.0, -1.0)


def _doubting(draft: Emulator, places: Array, values: Array) -> Emulator:
    """Return an emulator that is no surer of kinds than validation lets it be."""
    if draft.chance is None:
        return draft
    trials = (replace(draft, doubt=each) for each in DOUBTS)
    return next(
        (each for each in trials if _lost(each.at(places), each, values) <= LOST), replace(draft, doubt=DOUBTS[-1])
    )


def _kinds(draft: Emulator, values: Array) -> NDArray[np.int64]:
    """Return of which kind values turned out to be: [points]."""
    return np.asarray((values > draft.border) if draft.border is not None else np.zeros(len(values)), np.int64)


def _lost(believed: Beliefs, draft: Emulator, values: Array) -> float:
    return float((believed.share[_kinds(draft, values), np.arange(len(values))] < RARE).mean())


def _checks(draft: Emulator, output: Output, places: Array, values: Array, noise: Array) -> Checks:
    believed = draft.at(places)
    mean, _ = believed.moments()
    # an error is one from the kind that a run turned out to be of; whether that was likely is told apart
    kind, point = _kinds(draft, values), np.arange(len(values))
    error = np.abs(values - believed.mean[kind, point]) / np.sqrt(believed.variance[kind, point] + noise)
    inflation = max(1.0, float((np.minimum(error, _FAR) ** 2).mean()))
    wider = Beliefs(believed.mean, believed.variance * inflation, believed.share)
    ruled_out = wider.implausibility(output) > CUT
    inside = np.abs(values - output.centre) <= CUT * np.sqrt(output.variance)
    reach, luck = CUT * math.sqrt(output.variance), np.sqrt(wider.variance + noise)
    above, below = (special.ndtr((output.centre + end - wider.mean) / luck) for end in (reach, -reach))
    by_luck = (wider.share * (above - below)).sum(axis=0)[ruled_out].sum()
    real = max(float(values.var() - noise.mean()), 1e-12)
    unexplained = max(0.0, float(((values - mean) ** 2 - noise).mean())) / real
    return Checks(
        len(values),
        float(np.sqrt((np.minimum(error, _FAR) ** 2).mean())),
        float((error > CUT).mean()),
        float(np.clip(1.0 - unexplained, 0.0, 1.0)),
        int(inside.sum()),
        int((inside & ruled_out).sum()),
        float(by_luck),
        float((~ruled_out[~inside]).mean()) if (~inside).any() else 0.0,
        _lost(believed, draft, values),
        inflation,
    )
