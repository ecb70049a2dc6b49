"""Designs of evaluations, carried out again and again on communities whose outcomes are known under either strategy.

- *randomized*: half of them, drawn by lot, do `a`, the others `b`; difference of means, Welch's t-test.
- *before-after*: all do `a`; the change from the months before the strategies part to the end, paired t-test.
- *matched*: a quarter of the candidates does `a`, those with the highest sum of how they look beforehand and as much
  luck (funders choose the ready, and not only them). Each is compared with one of the others, none twice: as many of
  these as look best, in the order of how they look; paired t-test.
- *staggered*: all come to do `a`, in waves by lot (a stepped wedge [1]_). After each step those that have begun are
  compared with those that have not, in the same months: the mean over all pairs of a wave and a step after which it has
  begun and another has not, with equal weights. Comparisons within a month need no model of time, and none of them
  takes those that began earlier for what would have been [2]_ [3]_. Changes from the months before the first wave are
  compared where these were seen. Variance is that of the communities' sums in each wave, Welch's degrees of freedom.

References
----------
.. [1] Hussey & Hughes (2007), "Design and analysis of stepped wedge cluster randomized trials", Contemporary Clinical
   Trials 28(2):182-191.
.. [2] Thompson et al. (2018), "Robust analysis of stepped wedge trials using cluster-level summaries within periods",
   Statistics in Medicine 37(16):2487-2500.
.. [3] Callaway & Sant'Anna (2021), "Difference-in-differences with multiple time periods", Journal of Econometrics
   225(2):200-230.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tfs_sim.analysis.windows import Array

Design = Literal["randomized", "before-after", "matched", "staggered"]
DESIGNS: tuple[Design, ...] = ("randomized", "before-after", "matched", "staggered")
CANDIDATES = 4
"""Candidates for each community that does `a` in a matched evaluation."""
LEVEL = 0.05
WANTED = 0.8
BESIDE: tuple[Design, ...] = ("before-after", "matched")
"""Designs that need the time before the strategies part."""


@dataclass(frozen=True)
class Instrument:
    """How outcomes are measured.

    Attributes
    ----------
    noise : standard deviation of a measurement's error in one community, in the outcome's unit.
    response : share of communities that are measured at the end; the others are left out.
    """

    noise: float = 0.0
    response: float = 1.0


@dataclass(frozen=True)
class Communities:
    """What would be measured in the communities of one set.

    Attributes
    ----------
    treated, control : float64 [communities], at the end under either strategy.
    before : float64 [communities], before the strategies part; None where nothing is seen of that time.
    waves : float64 [waves, steps, communities], after each step but the last, where a community begins with each wave;
        None without a staggered design. A wave has begun after step n where its number is at most n.
    """

    treated: Array
    control: Array
    before: Array | None
    waves: Array | None = None

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.treated.size)


Evaluations = tuple[Array, Array, Array]
"""Estimates, their standard errors and degrees of freedom: [draws] each."""


def carried_out(
    design: str, communities: Communities, number: int, how: Instrument, draws: int, luck: np.random.Generator
) -> Evaluations:
    """Return estimates, their standard errors and degrees of freedom of so many evaluations."""
    return _CARRIED_OUT[design](communities, number, how, draws, luck)


def contrast(waves: int) -> Array:
    """Return the weights of waves' means after each step in a staggered evaluation: float64 [waves, waves − 1].

    After step p (from 0) waves 0 to p have begun, and the others have not. Each of the W (W − 1) / 2 pairs of a wave
    and a step after which it has begun weighs the same.
    """
    weights = np.zeros((waves, waves - 1))
    pairs = waves * (waves - 1) / 2
    for step in range(waves - 1):
        begun = step + 1
        weights[:begun, step] = 1 / pairs
        weights[begun:, step] = -begun / (pairs * (waves - begun))
    return weights


def lag(waves: int) -> Array:
    """Return the share of a staggered evaluation's comparisons that are so many steps after a beginning, from 1 on."""
    pairs = waves * (waves - 1) / 2
    return np.arange(waves - 1, 0, -1) / pairs


def _measured(values: Array, how: Instrument, luck: np.random.Generator) -> Array:
    """Return values as they are measured."""
    return values + how.noise * luck.standard_normal(values.shape) if how.noise else values


def _answered(values: Array, how: Instrument, luck: np.random.Generator) -> Array:
    """Return values of those that are measured at the end; the others are missing, but for two in each evaluation."""
    if how.response == 1:
        return values
    away = np.asarray(luck.uniform(size=values.shape) >= how.response)
    away[..., :2] = False
    return np.where(away, np.nan, values)


def _moments(values: Array) -> Evaluations:
    """Return mean, variance of the mean and number of [draws, communities]."""
    count = (~np.isnan(values)).sum(1).astype(float)
    return np.nanmean(values, 1), np.nanvar(values, 1, ddof=1) / count, count


def _welch(variances: list[Array], counts: list[Array]) -> tuple[Array, Array]:
    """Return the standard error of a sum of independent means, and its degrees of freedom (Welch–Satterthwaite)."""
    whole = np.sum(variances, axis=0)
    parts = sum(v**2 / np.maximum(c - 1, 1) for v, c in zip(variances, counts, strict=True))
    freedom = np.where(whole > 0, whole**2 / np.where(parts > 0, parts, 1.0), 1.0)
    return np.sqrt(whole), freedom


def _randomized(here: Communities, number: int, how: Instrument, draws: int, luck: np.random.Generator) -> Evaluations:
    half = number // 2
    means, variances, counts = [], [], []
    for values, size in ((here.treated, half), (here.control, number - half)):
        drawn = values[luck.integers(0, here.count, (draws, size))]
        mean, variance, count = _moments(_answered(_measured(drawn, how, luck), how, luck))
        means.append(mean)
        variances.append(variance)
        counts.append(count)
    return (means[0] - means[1], *_welch(variances, counts))


def _before_after(
    here: Communities, number: int, how: Instrument, draws: int, luck: np.random.Generator
) -> Evaluations:
    assert here.before is not None
    at = luck.integers(0, here.count, (draws, number))
    change = _measured(here.treated[at], how, luck) - _measured(here.before[at], how, luck)
    mean, variance, count = _moments(_answered(change, how, luck))
    return mean, np.sqrt(variance), count - 1


def _matched(here: Communities, number: int, how: Instrument, draws: int, luck: np.random.Generator) -> Evaluations:
    assert here.before is not None
    half = number // 2
    at = luck.integers(0, here.count, (draws, CANDIDATES * half))
    seen = _measured(here.before[at], how, luck)
    wish = seen + seen.std(axis=1, keepdims=True) * luck.standard_normal(seen.shape)
    order = np.argsort(-wish, axis=1)
    at, seen = np.take_along_axis(at, order, 1), np.take_along_axis(seen, order, 1)
    ours, others = at[:, :half], at[:, half:]
    first = np.argsort(-seen[:, :half], axis=1)
    best = np.argsort(-seen[:, half:], axis=1)[:, :half]
    treated = _measured(here.treated[np.take_along_axis(ours, first, 1)], how, luck)
    control = _measured(here.control[np.take_along_axis(others, best, 1)], how, luck)
    mean, variance, count = _moments(_answered(treated - control, how, luck))
    return mean, np.sqrt(variance), count - 1


def _staggered(here: Communities, number: int, how: Instrument, draws: int, luck: np.random.Generator) -> Evaluations:
    assert here.waves is not None
    weights = contrast(len(here.waves))
    estimate = np.zeros(draws)
    variances, counts = [], []
    for wave, own in enumerate(weights):
        size = (number + len(weights) - 1 - wave) // len(weights)  # the first waves take what is left over
        at = luck.integers(0, here.count, (draws, size))
        total = np.zeros((draws, size))
        for step, weight in enumerate(own):
            total += weight * _measured(here.waves[wave, step][at], how, luck)
        if here.before is not None:
            total -= own.sum() * _measured(here.before[at], how, luck)
        mean, variance, count = _moments(_answered(total, how, luck))
        estimate += mean
        variances.append(variance)
        counts.append(count)
    return (estimate, *_welch(variances, counts))


_CARRIED_OUT: dict[str, Callable[..., Evaluations]] = {
    "randomized": _randomized,
    "before-after": _before_after,
    "matched": _matched,
    "staggered": _staggered,
}


def found(estimate: Array, error: Array, freedom: Array, effect: float) -> dict[str, float]:
    """Return what evaluations of one set find.

    Returns
    -------
    power (missing where there is no effect: nothing has a right sign then), bias, least; and per evaluation: seen (a
    test finds something), wrong (of the wrong sign), size (of the estimate, where something is found), true (of the
    effect, there).
    """
    from scipy.special import stdtrit

    cut = stdtrit(np.maximum(freedom, 1.0), 1 - LEVEL / 2)
    seen = np.abs(estimate) > cut * error
    right = seen & (estimate * effect > 0)
    middle = max(float(np.median(freedom)), 1.0)
    needed = float(stdtrit(middle, 1 - LEVEL / 2) + stdtrit(middle, WANTED))
    told = seen if effect else np.zeros_like(seen)
    return {
        "power": float(right.mean()) if effect else math.nan,
        "bias": float(estimate.mean()) - effect,
        "least": needed * float(estimate.std(ddof=1)),
        "seen": float(told.mean()),
        "wrong": float((told & ~right).mean()),
        "size": float(np.where(told, np.abs(estimate), 0.0).mean()),
        "true": float(told.mean()) * abs(effect),
    }
