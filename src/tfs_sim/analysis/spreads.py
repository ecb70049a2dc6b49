"""What a difference is under other parameters: how it differs between sets, and how much of that luck cannot hide.

The interval of a mean says where the mean over sets lies. Here is what a set's own difference may be: the middle 90% of
sets' true differences, and in which share of sets a strategy is better, no different or worse by what is worthwhile
(see `deconvolution`). Luck blurs the means of sets that have few replicates: below a reliability of .8 nothing of this
is told, but how many replicates it would take. Replicates that were added to some sets count for these shares and this
range, and for nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis import besides
from tfs_sim.analysis.pooling import Units
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.variance import Crossed, Part, crossed, split
from tfs_sim.analysis.windows import DERIVED, Array, mean_over, metric
from tfs_sim.estimators.deconvolution import Shares, Truths
from tfs_sim.estimators.sets import SetMeans
from tfs_sim.scenario.errors import UserError

FEWEST_SETS = 30
"""Of fewer sets no share of parameters is told: coverage of its interval was shown from so many on, and of a few it is
luck whether it is narrow."""


@dataclass(frozen=True)
class Spread:
    """How a paired difference differs between sets of parameters.

    Attributes
    ----------
    sets : how many sets.
    reliability : share of the variance of set means that is between sets, not luck: 0 to 1.
    verdict : "told"; "too few replicates" (reliability below .8); "alike" (sets cannot be told apart).
    needed : replicates of each set at which it would be told; None where sets are alike.
    parameters : share of the variance of a run's difference that is between sets, with its interval (see `variance`).
    low, high : ends of the middle 90% of sets' true differences; missing where that cannot be told.
    shares : of sets that are better, no different and worse; None without `worthwhile`, or where it cannot be told.
    added : replicates beyond those that every set has.
    crossed : the parts of variance, from sets that share their luck; None where these were not run.
    """

    sets: int
    reliability: float
    verdict: str
    needed: int | None
    parameters: Part
    low: float = math.nan
    high: float = math.nan
    shares: Shares | None = None
    added: int = 0
    crossed: Crossed | None = None

    def record(self) -> dict[str, Any]:
        """Return the numbers by name, as columns of a table."""
        row: dict[str, Any] = {
            "reliability": self.reliability,
            "sets_told": self.verdict,
            "by_parameters": self.parameters.value,
            "by_parameters_low": self.parameters.low,
            "by_parameters_high": self.parameters.high,
            "sets_low": self.low,
            "sets_high": self.high,
        }
        for name in ("better", "same", "worse"):
            found = None if self.shares is None else getattr(self.shares, name)
            ends = (math.nan,) * 3 if found is None else (found.share, found.low, found.high)
            row |= dict(zip((f"sets_{name}", f"sets_{name}_low", f"sets_{name}_high"), ends, strict=True))
        for name in ("parameters", "luck", "product") if self.crossed is not None else ():
            part: Part = getattr(self.crossed, name)
            row |= {
                f"variance_{name}": part.value,
                f"variance_{name}_low": part.low,
                f"variance_{name}_high": part.high,
            }
        return row


def spread_of_pairs(
    difference: Array,
    units: Units,
    worthwhile: float | None = None,
    better: str = "higher",
    added: tuple[Array, NDArray[np.int64]] | None = None,
) -> Spread | None:
    """Return how a sample of paired differences differs between sets.

    None without sets, where points of a design were drawn (a set's difference is then one of many points), and where
    no set has two replicates, so that luck cannot be told from parameters.

    Parameters
    ----------
    difference : float64 [pairs], missing where a pair has no value.
    units : where the pairs come from; over points that stand for themselves a replicate counts with its mean.
    worthwhile : the smallest difference that counts, above 0.
    better : "lower" where lower is better.
    added : differences in replicates that were added to sets, and the set of each, numbered as in `units`.
    """
    if units.set is None or units.sampled:
        return None
    names = units.set
    if units.design:
        each, code = np.unique(np.stack([units.set, units.replicate]), axis=1, return_inverse=True)
        known = ~np.isnan(difference)
        there = np.bincount(code[known], minlength=each.shape[1])
        total = np.bincount(code[known], difference[known], minlength=each.shape[1])
        difference, names = np.where(there > 0, total / np.maximum(there, 1), np.nan), each[0]
    own = difference, names
    if added is not None:
        difference, names = np.concatenate([difference, added[0]]), np.concatenate([names, added[1]])
    try:
        found = Truths(SetMeans.of(difference, names))
    except UserError:
        return None
    sets = len(found.means)
    parameters = split(*own).share if sets >= FEWEST_SETS else Part(math.nan, math.nan, math.nan)
    told = sets, found.reliability, found.verdict, found.replicates_needed, parameters
    more = 0 if added is None else len(added[0])
    if found.verdict == "too few replicates":
        return Spread(*told, added=more)
    low, high = found.range() if found.verdict == "told" else (math.nan, math.nan)
    shares = None if worthwhile is None else found.shares(worthwhile, better)
    return Spread(*told, low, high, shares, more)


def set_means(values: Array, units: Units) -> Array:
    """Return each set's mean over its pairs, of those that have a value: [pairs, …] to [sets, …]."""
    assert units.set is not None
    names, code = np.unique(units.set, return_inverse=True)
    known = ~np.isnan(values)
    total = np.zeros((len(names), *values.shape[1:]))
    there = np.zeros_like(total)
    np.add.at(total, code, np.where(known, values, 0.0))
    np.add.at(there, code, known)
    return np.where(there > 0, total / np.maximum(there, 1), np.nan)


def luck_about(
    values: Array, units: Units, middle: Array, domain: tuple[float, float], factor: float = 1.0
) -> tuple[Array, Array]:
    """Return between what 90% of the runs of a set in the middle lie, month by month: luck without parameters.

    Runs' deviations from the mean of their set, all sets together, about `middle`; widened by what the mean of few
    replicates takes from them, and within the metric's domain times `factor`.
    """
    assert units.set is not None
    names, code = np.unique(units.set, return_inverse=True)
    known = (~np.isnan(values)).astype(float)
    there = np.zeros((len(names), *values.shape[1:]))
    np.add.at(there, code, known)
    runs = there[code]
    widened = np.sqrt(np.where(runs > 1, runs / np.maximum(runs - 1, 1), np.nan))
    left = (values - set_means(values, units)[code]) * widened
    ends = np.full((2, *values.shape[1:]), np.nan)
    seen = ~np.isnan(left).all(0)
    if seen.any():
        ends[:, seen] = np.nanquantile(left[:, seen], (0.05, 0.95), axis=0)
    low, high = (np.clip(middle + end, domain[0] * factor, domain[1] * factor) for end in ends)
    return low, high


def spread(
    stored: Stored, name: str, strategy: str, other: str, levels: tuple[str, ...], site: str | None = None
) -> Spread | None:
    """Return how the difference between two strategies differs between sets; None where there are none.

    Shares are of the primary outcome, for which the experiment says what is worthwhile.
    """
    key = (name, strategy, other, levels, site)
    if key not in stored.spreads:
        values = stored.values(name)
        values = mean_over(values, -1) if site is None else values[..., stored.sites.index(site)]
        difference = values[stored.arm(strategy, levels)] - values[stored.arm(other, levels)]
        worthwhile = stored.worthwhile if name == stored.primary else None
        own = name not in DERIVED and stored.units.set is not None and not stored.units.design
        asked = stored, name, strategy, other, levels, site
        more = besides.added(*asked) if own and len(stored.added) else None
        one = spread_of_pairs(difference, stored.units, worthwhile, metric(name).better or "higher", more)
        shared = besides.crossed(*asked) if own and one is not None else None
        stored.spreads[key] = one if one is None or shared is None else replace(one, crossed=crossed(shared))
    found: Spread | None = stored.spreads[key]
    return found
