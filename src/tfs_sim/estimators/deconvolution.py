"""How true differences are spread over sets of parameters, once luck is taken out of the sets' means.

A set's mean is its true difference and what luck of a few replicates adds. Set means are therefore spread more widely
than the truth, and the share of them beyond a threshold is wrong on both sides (of means around a difference of .55
everywhere, 44% may be beyond 1). Normal shrinkage fails where outcomes have two modes. So the distribution of true
differences is found by maximum likelihood among all distributions [1]_ [2]_ that are smooth where nothing can be seen:
mixtures of normal components, each as wide as a fraction of the middle set's error, with its own t-likelihood for each
set's mean (`sets`; a component's own width is added to the error, with Satterthwaite's degrees of freedom).

*How smooth.* Without smoothness shares are hardly known at all: a distribution may have its mass just on this or that
side of a threshold, and the data cannot say. The widest components come first (.75 of an error); where narrower ones
(.5, .25, .1) are likelier by more than `CLEARLY` in log-likelihood they are taken instead: atoms are found so. Widths
are never above .4 standard deviations between sets.

*Shares* better, no different and worse have intervals of the likelihood ratio (`mixtures`), which hold both which sets
were drawn and what luck hides. They are intervals given how smooth the distribution is. Over all distributions, however
rough, in the sense of [3]_, such intervals were twice as wide, and held the truth in 99 to 100 of 100 studies.
`docs/how-to/read-an-interval.md` has how often these do.

*Reliability* is the variance between sets over that of set means. Below .8 shares would say more of the smoothness that
was assumed than of the data: the page gives the mean and "too few replicates for shares". Where sets cannot be told
apart at all (the variance of their means is not above what luck makes of it, one-sided 5%), all have one difference as
far as can be told.

References
----------
.. [1] Kiefer & Wolfowitz (1956), "Consistency of the maximum likelihood estimator in the presence of infinitely many
   incidental parameters", Annals of Mathematical Statistics 27(4):887-906.
.. [2] Koenker & Mizera (2014), "Convex optimization, shape constraints, compound decisions, and empirical Bayes rules",
   Journal of the American Statistical Association 109(506):674-685.
.. [3] Ignatiadis & Wager (2022), "Confidence intervals for nonparametric empirical Bayes analysis", Journal of the
   American Statistical Association 117(539):1149-1166.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tfs_sim.estimators.mixtures import Array, Weights, likeliest
from tfs_sim.estimators.sets import SetMeans
from tfs_sim.scenario.errors import Mistake, UserError, quote

RELIABLE = 0.8
"""Reliability of set means below which no shares are told."""
WIDTHS = (0.75, 0.5, 0.25, 0.1)
"""Widths of components, in errors of the middle set, from the smoothest on."""
SPACING = 1.5
"""How far components are apart, in their width."""
CLEARLY = 1.0
"""Log-likelihood that narrower components must gain: Akaike's price of a parameter."""
_WIDEST = 0.4
"""Widest components, in standard deviations between sets."""
_APART = 1.6448536269514722
"""Sets differ where the variance of their means is so many standard errors above what luck alone makes of it."""
_FLOOR = 1e-3
"""Smallest error, in standard deviations of set means: finer detail is not looked for."""
_MOST = 100
"""Components at most: where luck is so small that more would fit, they are wider instead."""

Verdict = Literal["told", "too few replicates", "alike"]


@dataclass(frozen=True, slots=True)
class Share:
    """A share of sets with its 95% interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Shares:
    """Shares of sets whose true difference is better, no different or worse by what is worthwhile.

    Attributes
    ----------
    worthwhile : the smallest difference that counts, above zero.
    better, same, worse : the shares, which sum to 1.
    verdict : "told"; "too few replicates" (reliability below .8: shares are not to be shown); "alike" (sets cannot be
        told apart, and their shares are those of one value; the intervals say what else would agree with the data).
    """

    worthwhile: float
    better: Share
    same: Share
    worse: Share
    verdict: Verdict


@dataclass(frozen=True)
class Truths:
    """The distribution of sets' true differences: a mixture of normal components.

    Attributes
    ----------
    means : the sets that it was found from.
    """

    means: SetMeans

    @cached_property
    def between(self) -> float:
        """Variance between sets: that of set means less what luck adds to it (may be below zero by luck)."""
        return float(self.means.between.mean())

    @cached_property
    def alike(self) -> bool:
        """Whether sets cannot be told apart: their means vary no more than luck makes them."""
        luck = self.means.error**2
        twice = np.maximum(self.means.count - 1, 1)
        alone = math.sqrt(float((2 * luck**2 * (1 + 1 / twice)).sum())) / len(luck)
        return not self.between > _APART * alone

    @property
    def reliability(self) -> float:
        """Variance between sets over the variance of set means, between 0 and 1."""
        whole = float(self.means.mean.var(ddof=1))
        return min(max(self.between / whole, 0.0), 1.0) if whole > 0 else 0.0

    @property
    def replicates_needed(self) -> int | None:
        """Replicates of each set at which set means would be reliable enough for shares (None: sets are alike)."""
        if self.alike:
            return None
        within = float(np.nanmean(self.means.variance))
        return max(2, math.ceil(RELIABLE / (1 - RELIABLE) * within / self.between - 1e-9))

    @property
    def verdict(self) -> Verdict:
        """Whether shares can be told."""
        if self.alike:
            return "alike"
        return "told" if self.reliability >= RELIABLE else "too few replicates"

    @cached_property
    def _scale(self) -> tuple[Array, float]:
        """Errors of the sets, and the middle one."""
        error = self.means.error
        spread = float(self.means.mean.std(ddof=1)) or max(abs(float(self.means.mean[0])), 1.0) * 1e-6
        error = np.maximum(error, _FLOOR * spread)
        return error, float(np.median(error))

    @cached_property
    def _fit(self) -> tuple[Weights, Array, float]:
        """The likeliest weights, the components' centres and their width."""
        middle = self._scale[1]
        if self.alike:
            return self._at(WIDTHS[-1] * middle)[0]
        widest = _WIDEST * math.sqrt(self.between)
        best, log = self._at(min(WIDTHS[0] * middle, widest))
        for width in WIDTHS[1:]:
            if width * middle < best[2]:
                found, gained = self._at(width * middle)
                if gained - log <= CLEARLY:
                    break
                best, log = found, gained
        return best

    def _at(self, width: float) -> tuple[tuple[Weights, Array, float], float]:
        """Return the likeliest mixture of components of a width, and its log-likelihood."""
        error, _ = self._scale
        mean, freedom = self.means.mean, self.means.freedom
        centre = _centres(np.sort(mean), SPACING * width)
        while len(centre) > _MOST:
            width *= 1.1
            centre = _centres(np.sort(mean), SPACING * width)
        scale = np.hypot(error, width)
        own = freedom * (1 + (width / error) ** 2) ** 2
        z = ((mean[:, None] - centre) / scale[:, None]) ** 2
        bounded = np.isfinite(own)
        nu = np.where(bounded, own, 1.0)[:, None]
        log = np.where(bounded[:, None], -(nu + 1) / 2 * np.log1p(z / nu), -z / 2) if bounded.any() else -z / 2
        top = log.max(1)
        # a component in each region where no set was seen: it has no likelihood, and what weight it may have is how
        # large a share may be of which a sample holds none
        seen = np.concatenate([np.exp(log - top[:, None]), np.zeros((len(mean), 3))], axis=1)
        weights = likeliest(seen)
        level = np.where(bounded, -1 / (4 * nu[:, 0]) + 1 / (24 * nu[:, 0] ** 3), 0.0)  # of the t density (Stirling)
        return (weights, centre, width), weights.log + float((top - np.log(scale) + level).sum())

    def _beyond(self, threshold: float) -> Array:
        """Return how much of each component lies above a threshold."""
        from scipy.special import ndtr

        _, centre, width = self._fit
        return np.asarray(ndtr((centre - threshold) / width))

    def _regions(self, worthwhile: float, better: str) -> Array:
        """Return how much of each component is better, no different and worse: [3, components]."""
        above, below = self._beyond(worthwhile), 1 - self._beyond(-worthwhile)
        parts = np.stack([above, 1 - above - below, below])
        parts = parts[::-1] if better == "lower" else parts
        return np.concatenate([parts, np.eye(3)], axis=1)

    def shares(self, worthwhile: float, better: str = "higher") -> Shares:
        """Return the shares of sets that are better, no different and worse, with 95% intervals.

        Parameters
        ----------
        worthwhile : the smallest difference that counts, in the metric's unit.
        better : "lower" where lower is better.

        Raises
        ------
        UserError
            Where `worthwhile` is not a number above zero.
        """
        checked(worthwhile)
        weights = self._fit[0]
        found = []
        for at, region in enumerate(self._regions(worthwhile, better)):
            low, high = weights.ends(region)
            share = float(region @ weights.weight) if not self.alike else float(at == self._side(worthwhile, better))
            found.append(Share(share, min(max(low, 0.0), share), max(min(high, 1.0), share)))
        better_, same, worse = found
        return Shares(worthwhile, better_, same, worse, self.verdict)

    def _side(self, worthwhile: float, better: str) -> int:
        mean = float(self.means.mean.mean()) * (-1 if better == "lower" else 1)
        return 0 if mean > worthwhile else 2 if mean < -worthwhile else 1

    def range(self, share: float = 0.9) -> tuple[float, float]:
        """Return the ends of the middle share of true differences (the mean twice where sets are alike)."""
        if self.alike:
            mean = float(self.means.mean.mean())
            return mean, mean
        return self._quantile((1 - share) / 2), self._quantile((1 + share) / 2)

    def _quantile(self, share: float) -> float:
        from scipy.optimize import brentq

        weights, centre, width = self._fit
        own = weights.weight[: len(centre)] / weights.weight[: len(centre)].sum()
        ends = float(centre[0] - 6 * width), float(centre[-1] + 6 * width)
        return float(brentq(lambda x: 1 - float(self._beyond(x) @ own) - share, *ends, xtol=1e-9 * (ends[1] - ends[0])))

    def chances(self, worthwhile: float, better: str = "higher") -> Array:
        """Return each set's chance to be better, no different and worse, given its own mean: float64 [sets, 3].

        Raises
        ------
        UserError
            Where `worthwhile` is not a number above zero.
        """
        checked(worthwhile)
        weights = self._fit[0]
        joint = weights.likelihood * weights.weight
        return np.asarray(joint @ self._regions(worthwhile, better).T / joint.sum(1, keepdims=True))

    def doubts(self, worthwhile: float, better: str = "higher") -> Array:
        """Return each set's chance of being on another side of the threshold than it seems: float64 [sets].

        Raises
        ------
        UserError
            Where `worthwhile` is not a number above zero.
        """
        return np.asarray(1 - self.chances(worthwhile, better).max(1))


def priorities(doubts: Array, count: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sets' places, those first where another replicate would help most to say on which side they are.

    A set's chance of being on another side than it seems, times the share of its error's variance that one more
    replicate takes away.

    Parameters
    ----------
    doubts : float64 [sets], these chances (`Truths.doubts`).
    count : int [sets], the replicates that each has.
    """
    return np.argsort(-doubts / (count + 1), kind="stable").astype(np.int64)


def checked(worthwhile: float) -> float:
    """Return `worthwhile`, or raise a UserError where it is not a number above zero."""
    if not (math.isfinite(worthwhile) and worthwhile > 0):
        said = f"worthwhile is the smallest difference that counts, a number above 0; found {quote(worthwhile)}"
        raise UserError(Mistake(said))
    return worthwhile


def _centres(ordered: Array, step: float) -> Array:
    """Return places that follow ordered data: a step apart within each stretch without a gap, around its middle.

    Where data are sparse each has a place of its own. Data turned round have the places turned round.
    """
    gaps = np.flatnonzero(np.diff(ordered) > step)
    first, last = ordered[np.r_[0, gaps + 1]], ordered[np.r_[gaps, len(ordered) - 1]]
    steps = np.floor((last - first) / step).astype(np.int64)
    places = [(a + b) / 2 + step * (np.arange(k + 1) - k / 2) for a, b, k in zip(first, last, steps, strict=True)]
    return np.concatenate(places)
