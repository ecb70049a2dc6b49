"""What foretells: indicators of the first year for what becomes of a partnership years later.

A case is a site of a run under one strategy. It went *badly* if it is no longer alive at the horizon, or, for another
outcome, if it is in the worst third of all cases. An indicator is what a partnership could know of itself
(`scenario.rules.indicators`), as its mean over the first months. Nothing else of a case is looked at: not its name, nor
its set.

Sets of parameters are dealt into folds; in each fold thresholds come from the other folds alone, since cases of one set
are alike in what nobody knows. A threshold is where the share of bad cases it catches plus that of good ones it leaves
alone is largest (Youden's index [1]_). From cases that were left out: the area under the ROC curve (the chance that a
bad case looks worse than a good one), and how many went badly beyond the threshold, and short of it. Intervals are
bootstraps over sets; `clear` goes by their standard error, and holds for all indicators at once.

References
----------
.. [1] Youden (1950), "Index for rating diagnostic tests", Cancer 3(1):32-35.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.ranking import simultaneous
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.variance import Part
from tfs_sim.analysis.windows import Array, mean_over
from tfs_sim.analysis.windows import metric as declared
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.reasons.asking import known_levels, known_metric, known_strategy
from tfs_sim.scenario.errors import Mistake, UserError, count
from tfs_sim.scenario.fields import whole_or_refused
from tfs_sim.scenario.rules import indicators

if TYPE_CHECKING:
    from pandas import DataFrame

ALIVE = "alive"
FIRST = 12
AT = 60
FOLDS = 5
DRAWS = 400
FEWEST_SETS = 20
WORST = 1 / 3
"""Share of cases that count as bad where the outcome is not whether a partnership is alive."""


@dataclass(frozen=True)
class Sign:
    """What one indicator foretells.

    Attributes
    ----------
    name : the indicator.
    below : whether low values are the bad sign.
    threshold : from which value to worry (median over folds), with the least and the largest of the folds.
    area : under the ROC curve, of cases left out, with its 95% interval.
    beyond, short : share that went badly of cases beyond the threshold, and of those short of it.
    worried : share of cases beyond it.
    clear : whether it foretells more than chance, at a level at which that holds for all indicators at once.
    """

    name: str
    below: bool
    threshold: Part
    area: Part
    beyond: Part
    short: Part
    worried: float
    clear: bool


@dataclass(frozen=True)
class Foretelling:
    """A scorecard.

    Attributes
    ----------
    stored : the study's results.
    strategy, levels, metric : under what, and what becomes of which outcome.
    first, at : months that indicators are the mean of; month in which the outcome is looked at.
    signs : the indicators, the most telling first.
    bad : share of cases that went badly.
    cases, sets : how many.
    """

    stored: Stored
    strategy: str
    levels: tuple[str, ...]
    metric: str
    first: int
    at: int
    signs: tuple[Sign, ...]
    bad: float
    cases: int
    sets: int

    @property
    def frame(self) -> DataFrame:
        """A row an indicator: below, threshold, area, beyond, short (each with _low and _high), worried, clear."""
        from pandas import DataFrame

        rows: list[dict[str, Any]] = []
        for sign in self.signs:
            row: dict[str, Any] = {"indicator": sign.name, "below": sign.below}
            for name in ("threshold", "area", "beyond", "short"):
                part: Part = getattr(sign, name)
                row |= {name: part.value, f"{name}_low": part.low, f"{name}_high": part.high}
            rows.append(row | {"worried": sign.worried, "clear": sign.clear})
        return DataFrame(rows)


def foretelling(
    source: str | os.PathLike[str] | SweepLike,
    strategy: str | None = None,
    metric: str | None = None,
    levels: Sequence[str] | None = None,
    first: int = FIRST,
    at: int = AT,
) -> Foretelling:
    """Say which indicators of the first months foretell what becomes of partnerships; nothing is run.

    Parameters
    ----------
    source : the folder of the results over sets of parameters, or the results.
    strategy : under which; the reference by default.
    metric : which outcome; whether the partnership is alive by default.
    levels : the label of each cross key; those with the shock, or the first, by default.
    first, at : months whose mean indicators are; the month (from 1) at which the outcome is looked at (its mean over
        the year up to there).

    Raises
    ------
    UserError
        When something is not there, there are fewer than 20 sets, or nothing (or everything) went badly.
    """
    stored = Stored.of(Sweep.load(source) if isinstance(source, (str, os.PathLike)) else source)
    under = known_levels(stored, levels)
    name = known_metric(stored, ALIVE if metric is None else metric)
    under_what = known_strategy(stored, stored.against if strategy is None else strategy)
    first, at = whole_or_refused("first", first, 1, 1200), whole_or_refused("at", at, 2, 1200)
    if not first < at <= stored.months:
        said = f"indicators of the first {first} months foretell a later month, at most {stored.months}; found {at}"
        raise UserError(Mistake(said))
    if stored.units.sets < FEWEST_SETS:
        said = f"{count(stored.units.sets, 'set')} of parameters are too few to leave some out and foretell them"
        raise UserError(Mistake(said, hint=f"Sweep at least {FEWEST_SETS}."))
    arm = stored.arm(under_what, under)
    assert stored.units.set is not None
    outcome = mean_over(stored.monthly(name)[arm][..., max(first, at - 12) : at], -1)
    sets = np.broadcast_to(stored.units.set[:, None], outcome.shape).ravel()
    bad = went_badly(outcome.ravel(), name)
    names = [each for each in indicators() if each in stored.metrics and each != name]
    known = {each: mean_over(stored.monthly(each)[arm][..., :first], -1).ravel() for each in names}
    there = ~np.isnan(outcome.ravel())
    share = float(bad[there].mean()) if there.any() else math.nan
    if not 0 < share < 1:
        said = f"{'every' if share == 1 else 'no'} partnership went badly by month {at}, so that nothing foretells it"
        raise UserError(Mistake(said, hint="Ask about another --metric, or a later month with --at."))
    signs = scorecard({each: values[there] for each, values in known.items()}, bad[there], sets[there])
    return Foretelling(
        stored, under_what, under, name, first, at, signs, share, int(there.sum()), stored.units.sets
    )  # fmt: skip


def went_badly(outcome: Array, name: str) -> NDArray[np.bool_]:
    """Return which cases went badly: no longer alive, or in the worst third (of an outcome that is better higher)."""
    if name == ALIVE:
        return np.asarray(outcome < 0.5)
    lower = declared(name).better == "lower"
    cut = np.nanquantile(outcome, 1 - WORST if lower else WORST)
    return np.asarray(outcome >= cut if lower else outcome <= cut)


def scorecard(
    known: dict[str, Array], bad: NDArray[np.bool_], sets: NDArray[Any], draws: int = DRAWS, seed: int = 1
) -> tuple[Sign, ...]:
    """Return what each indicator foretells, the most telling first; those with one value alone are left out.

    Parameters
    ----------
    known : values of each indicator [cases]; a missing one is a sign of nothing, and left out.
    bad : [cases].
    sets : [cases], the set of each.
    """
    each, code = np.unique(sets, return_inverse=True)
    luck = np.random.default_rng(seed)
    fold = luck.permutation(np.arange(len(each)) % FOLDS)[code]
    weights = luck.multinomial(len(each), np.full(len(each), 1 / len(each)), draws)[:, code]
    telling = {name: values for name, values in known.items() if np.unique(values[~np.isnan(values)]).size > 1}
    level = simultaneous(len(telling))
    signs = [_sign(name, values, bad, fold, weights, level, len(each)) for name, values in telling.items()]
    return tuple(sorted((each for each in signs if each is not None), key=lambda each: -each.area.value))


def _sign(
    name: str, values: Array, bad: NDArray[np.bool_], fold: NDArray[Any], weights: NDArray[Any], level: float, sets: int
) -> Sign | None:
    from scipy.special import stdtrit

    there = ~np.isnan(values)
    values, bad, fold, weights = values[there], bad[there], fold[there], weights[:, there]
    scores, flags = np.full(len(values), np.nan), np.zeros(len(values), bool)
    cuts, ways = [], []
    for one in range(FOLDS):
        train, test = fold != one, fold == one
        if not test.any() or bad[train].all() or not bad[train].any():
            return None
        below = area(values[train], bad[train]) < 0.5
        turned = -values if below else values
        cut = threshold(turned[train], bad[train])
        # ranks within those who learned: folds are then on one scale, whichever way they look at it
        scores[test] = np.searchsorted(np.sort(turned[train]), turned[test]) / train.sum()
        flags[test] = turned[test] >= cut
        cuts.append(-cut if below else cut)
        ways.append(below)
    drawn = np.array([area(scores, bad, weight) for weight in weights])
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    whole = area(scores, bad)
    least = whole - float(np.nanstd(drawn)) * float(stdtrit(max(sets - 1, 1), 0.5 + level / 2))
    return Sign(
        name,
        below=sum(ways) * 2 > len(ways),
        threshold=Part(float(np.median(cuts)), float(min(cuts)), float(max(cuts))),
        area=Part(whole, float(low), float(high)),
        beyond=_share(bad, flags, weights),
        short=_share(bad, ~flags, weights),
        worried=float(flags.mean()),
        clear=bool(least > 0.5),
    )


def area(values: Array, bad: NDArray[np.bool_], weight: NDArray[Any] | None = None) -> float:
    """Return the area under the ROC curve: the chance that a bad case has the higher value (half of it where alike)."""
    weight = np.ones(len(values)) if weight is None else weight.astype(float)
    _, place = np.unique(values, return_inverse=True)
    ill, well = (np.bincount(place, weight * which) for which in (bad, ~bad))
    whole = ill.sum() * well.sum()
    if whole == 0:
        return math.nan
    lower = np.cumsum(well) - well
    return float((ill * (lower + well / 2)).sum() / whole)


def threshold(values: Array, bad: NDArray[np.bool_]) -> float:
    """Return the value from which on to worry: midway between the two values that Youden's index lies between."""
    found, place = np.unique(values, return_inverse=True)
    ill, well = (np.bincount(place, which.astype(float)) for which in (bad, ~bad))
    caught = 1 - (np.cumsum(ill) - ill) / ill.sum()
    alarmed = 1 - (np.cumsum(well) - well) / well.sum()
    best = int((caught - alarmed).argmax())
    return float(found[best] if best == 0 else (found[best - 1] + found[best]) / 2)


def _share(bad: NDArray[np.bool_], within: NDArray[np.bool_], weights: NDArray[Any]) -> Part:
    """Return the share of cases within that went badly, with its interval."""
    if not within.any():
        return Part(math.nan, math.nan, math.nan)
    some = weights[:, within]
    total = some.sum(1)
    drawn = np.where(total > 0, (some * bad[within]).sum(1) / np.maximum(total, 1), np.nan)
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    return Part(float(bad[within].mean()), float(low), float(high))
