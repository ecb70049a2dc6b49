"""Why one strategy does better than another: their difference split over the ways in which it comes about.

The game (see `shapley`): a coalition is the groups of mechanisms that are on, and its number is the paired difference
between the two strategies where the others are off, from the start, as `[mechanisms]` of a scenario file has it. Every
coalition is run over the same sets of parameters and the same luck, so each pair of runs has a game of its own, and
parts are means over pairs like any difference (`analysis.pooling`). What is left with all groups off is told apart
(`rest`), so that rest and parts add up to the difference.

A part's share is a ratio of two means over the same pairs; its interval is Fieller's [1]_ (`analysis.ratios`), and
where the difference may be none there is no share.

References
----------
.. [1] Fieller (1954), "Some problems in interval estimation", Journal of the Royal Statistical Society B 16(2):175-185.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.analysis.compare import Paired, paired
from tfs_sim.analysis.pooling import LEVEL, Units, mean_of
from tfs_sim.analysis.ranking import simultaneous
from tfs_sim.analysis.ratios import ratios
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.variance import Part
from tfs_sim.analysis.windows import Array
from tfs_sim.analysis.windows import metric as declared
from tfs_sim.experiments.execution.again import again
from tfs_sim.experiments.execution.variants import Variant, Varied, run_variants
from tfs_sim.reasons import shapley
from tfs_sim.reasons.asking import known_levels, known_metric, numbers_of_runs, units_of
from tfs_sim.reasons.groups import GROUPS, Group
from tfs_sim.scenario.errors import Mistake, UserError, quote

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.experiments.designs.design import Experiment
    from tfs_sim.experiments.execution.work import Notice, Progress

USUAL_SETS = 24
"""Sets over which coalitions are run, one replicate of each: with eight groups about five minutes on two cores."""


@dataclass(frozen=True)
class Share:
    """What comes by a group of mechanisms.

    Attributes
    ----------
    group : which.
    part : its Shapley value, in the metric's unit.
    share : of the whole difference; None where that may be none.
    alone, last : what the group adds where no other is on, and where all others are: far apart where groups interact.
    """

    group: Group
    part: Part
    share: Part | None
    alone: float
    last: float

    @property
    def clear(self) -> bool:
        """Whether the part can be told from nothing."""
        return self.part.low > 0 or self.part.high < 0


@dataclass(frozen=True)
class Together:
    """How much further two groups go together than each without the other (below 0: less far)."""

    one: Group
    other: Group
    part: Part

    @property
    def clear(self) -> bool:
        """Whether it can be told from nothing."""
        return self.part.low > 0 or self.part.high < 0


@dataclass(frozen=True)
class Why:
    """A difference between two strategies, split.

    Attributes
    ----------
    stored : the study's results.
    a, b, metric, levels : what is compared, in which metric, under which levels.
    units : over what pairs.
    whole : the difference `a - b` over these pairs, and its interval.
    rest : what is left of it with all groups off.
    shares : a group's part each, in the order of `groups`; with `rest` they add up to the difference.
    together : every two groups.
    games : float64 [pairs, coalitions]; bit i of a coalition's number says whether group i is on.
    left_out : pairs without a value in some coalition.
    runs, made : runs that this rests on, and how many of them were made for it.
    """

    stored: Stored
    a: str
    b: str
    metric: str
    levels: tuple[str, ...]
    units: Units
    whole: Paired
    rest: Part
    shares: tuple[Share, ...]
    together: tuple[Together, ...]
    games: Array
    left_out: int
    runs: int
    made: int

    @property
    def frame(self) -> DataFrame:
        """A row a group, the rest and the whole: part, low, high, share and its ends, alone, last."""
        from pandas import DataFrame

        rows: list[dict[str, Any]] = []
        for each in self.shares:
            share = each.share or Part(math.nan, math.nan, math.nan)
            rows.append(
                {"group": each.group.name, "mechanisms": ", ".join(each.group.mechanisms), **_named("part", each.part)}
                | _named("share", share)
                | {"alone": each.alone, "last": each.last}
            )
        rows.append({"group": "rest", "mechanisms": "", **_named("part", self.rest)})
        whole = Part(self.whole.difference, self.whole.low, self.whole.high)
        rows.append({"group": "whole", "mechanisms": "", **_named("part", whole)})
        return DataFrame(rows)

    @property
    def coalitions(self) -> DataFrame:
        """A row a coalition: for each group whether it is on, and the mean difference."""
        from pandas import DataFrame

        numbers = np.arange(self.games.shape[1])
        on = {each.group.name: (numbers >> i) & 1 == 1 for i, each in enumerate(self.shares)}
        return DataFrame({**on, "difference": mean_of(self.games, self.units).value})


def _named(name: str, part: Part) -> dict[str, float]:
    return {name: part.value, f"{name}_low": part.low, f"{name}_high": part.high}


def why(
    folder: str | os.PathLike[str],
    a: str,
    b: str,
    metric: str | None = None,
    levels: Sequence[str] | None = None,
    groups: Sequence[Group] = GROUPS,
    sets: int | None = None,
    replicates: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    notice: Notice = lambda _: None,
    experiment: Experiment | None = None,
) -> Why:
    """Split the difference between two strategies of a sweep over groups of mechanisms.

    Parameters
    ----------
    folder : the results of the sweep; what is run is kept there, and not run again.
    a, b : keys of the strategies.
    metric : which outcome; the primary one by default.
    levels : the label of each cross key; those with the shock, or the first, by default.
    groups : see `groups.named`; coalitions are 2 to the power of their number.
    sets, replicates : the first so many sets (24, or as many as there are), so many runs of each (1); without sets
        24 replicates.
    experiment : the experiment, where it was made in Python.

    Raises
    ------
    UserError
        When something is not there, or cannot be split.
    """
    study = again(folder, experiment)
    stored = Stored.of(study.sweep)
    under = known_levels(stored, levels)
    name = known_metric(stored, metric)
    arms = [study.arm(each, under) for each in (a, b)]
    if a == b:
        raise UserError(Mistake(f"two strategies are compared, and both are {quote(a)}"))
    numbers = numbers_of_runs(study, sets, replicates, USUAL_SETS)
    variants = [_coalition(number, groups) for number in range(1 << len(groups))]
    found = run_variants(study, arms, variants, *numbers, workers, progress, notice)
    return split(stored, a, b, name, under, tuple(groups), found)


def _coalition(number: int, groups: Sequence[Group]) -> Variant:
    out = [group for i, group in enumerate(groups) if not number >> i & 1]
    return Variant(str(number), tuple(name for group in out for name in group.mechanisms))


def split(
    stored: Stored, a: str, b: str, name: str, levels: tuple[str, ...], groups: tuple[Group, ...], found: Varied
) -> Why:
    """Return the split of what was run: variant number n of `found` is coalition n, its arms are `a` and `b`.

    Raises
    ------
    UserError
        When fewer than two pairs have a value in every coalition.
    """
    values = found.values[..., found.metrics.index(name)]
    games = (values[:, 0] - values[:, 1]).T  # [pairs, coalitions]
    whole = ~np.isnan(games).any(1)
    if whole.sum() < 2:
        lacking = np.asarray(np.isnan(games).any(0))
        without = [g.name for i, g in enumerate(groups) if lacking[((1 << len(groups)) - 1) ^ 1 << i]]
        said = f"{name} has no value in some coalition of nearly every pair of runs, so its difference cannot be split"
        hint = f"It has none without {', '.join(without)}: leave that on, by other groups." if without else ""
        raise UserError(Mistake(said, hint=hint))
    games = games[whole]
    units = units_of(found).at(whole)
    jump = stored.jump(name, levels)
    last = (1 << len(groups)) - 1
    pairs = values[last, :, :][:, whole]
    result = paired(pairs[0], pairs[1], declared(name).better, units=units, jump=jump)
    own, both = shapley.values(games), shapley.interactions(games)
    parts = _parts(own, units, simultaneous(len(groups)), jump)
    shares: list[Part | None] = [None] * len(groups)
    if result.distinguishable:
        shares = ratios(own, games[:, last], units, simultaneous(len(groups)))
    alone, final = (mean_of(each, units).value for each in (shapley.alone(games), shapley.last(games)))
    return Why(
        stored, a, b, name, levels, units, result,
        rest=_parts(games[:, :1], units, LEVEL, jump)[0],
        shares=tuple(
            Share(group, parts[i], shares[i], float(alone[i]), float(final[i])) for i, group in enumerate(groups)
        ),
        together=tuple(
            Together(groups[i], groups[j], part)
            for (i, j), part in zip(
                shapley.pairs(len(groups)), _parts(both, units, simultaneous(both.shape[1]), jump), strict=True
            )
        ),
        games=games,
        left_out=int((~whole).sum()),
        runs=int(np.prod(found.values.shape[:3])),
        made=found.made,
    )  # fmt: skip


def _parts(values: Array, units: Units, level: float, jump: float) -> list[Part]:
    """Return the mean of each column with its interval; exactly nothing in every pair is known to be nothing."""
    found = mean_of(values, units).allowing(jump, len(values))
    low, high = found.ends(level)
    none = ~values.any(0)
    columns = zip(found.value, np.where(none, 0.0, low), np.where(none, 0.0, high), strict=True)
    return [Part(float(value), float(one), float(other)) for value, one, other in columns]
