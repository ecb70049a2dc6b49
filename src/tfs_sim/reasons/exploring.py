"""A study that can be explored: sliders over its design, emulators of what its strategies do and of how they differ.

Of the results of a sweep over a design (`tfs-sim sweep --explore`, or any with points), without further runs. Of what
is crossed one condition is taken. What varies and has no slider is averaged over: what it does stands in an emulator's
error, as its nugget.

*Two modes.* Where runs are of two kinds (`analysis.kinds`), a mean describes neither: besides it there are the chance
of the upper kind, and what each kind is like, each with emulators of its own.
"""

from __future__ import annotations

import itertools
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtrit

from tfs_sim.analysis.kinds import kinds_of, over_sets
from tfs_sim.analysis.ranking import simultaneous
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.valued import NEEDED, costs_and_effects, titles
from tfs_sim.analysis.windows import mean_over, metric
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.reasons.asking import known_levels
from tfs_sim.reasons.promises import optimism
from tfs_sim.reasons.reach import Limit, limit
from tfs_sim.reasons.sliders import Slider, Space, space
from tfs_sim.reasons.surfaces import FEWEST_SETS, Array, Split, Subject, subject
from tfs_sim.scenario.errors import Mistake, UserError, count

FEWEST_POINTS = 40
EFFECT, COST = "effect-in-all", "cost-in-all"
"""Names of what net benefit is made of: student-months of support, and dollars, over the whole run."""
MISSING = 0.1
"""An outcome that more runs have no value of is refused."""


@dataclass(frozen=True)
class Outcome:
    """What can be looked at.

    Attributes
    ----------
    key : its name on the page and in the address.
    metric : the metric that it is of ("" of what net benefit is made of).
    kind : "mean"; "chance" of the upper kind, or what the "lower" or "upper" kind of runs is like; "total".
    border : between the kinds, where there are two; else None.
    missing : share of runs without a value.
    """

    key: str
    metric: str
    kind: str = "mean"
    border: float | None = None
    missing: float = 0.0

    @property
    def better(self) -> str:
        """Whether "higher" or "lower" is better; "" where neither is."""
        if self.kind == "total":
            return "higher" if self.key == EFFECT else "lower"
        return metric(self.metric).better

    @property
    def compared(self) -> bool:
        """Whether strategies are compared by it: two runs over the same luck are seldom of the same kind."""
        return self.kind not in ("lower", "upper")

    @property
    def sign(self) -> float:
        """1 where more is better, −1 where less is, 0 where neither."""
        return {"higher": 1.0, "lower": -1.0}.get(self.better, 0.0)


@dataclass(frozen=True)
class Explorer:
    """What a page with sliders holds.

    Attributes
    ----------
    stored, levels : whose results, under which condition.
    space : the sliders, and where runs are.
    outcomes : what can be looked at.
    subjects : by outcome, strategy and what it is compared with ("" for itself); none of what has too few values.
    optimism : by outcome and strategy, of its difference from the reference (of itself, of the reference), by how much
        a best place is overrated.
    correlation : by strategy and what it is compared with, of costs and effects between sets.
    split, limit : which points were held out; how far from a run emulators are believed.
    t : by how many standard errors an interval reaches that holds for the best against all others at once.
    """

    stored: Stored
    levels: tuple[str, ...]
    space: Space
    outcomes: tuple[Outcome, ...]
    subjects: dict[tuple[str, str, str], Subject]
    optimism: dict[tuple[str, str], float]
    correlation: dict[tuple[str, str], float]
    split: Split
    limit: Limit
    t: float

    @property
    def sliders(self) -> tuple[Slider, ...]:
        """The sliders."""
        return self.space.sliders

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every pair of strategies, each once, the reference second where it is of it."""
        return pairs(self.stored)

    @property
    def net(self) -> bool:
        """Whether net benefit can be told."""
        return any(key[0] == EFFECT for key in self.subjects)

    def at(self, **values: float | str) -> dict[tuple[str, str, str], tuple[float, float, float, float]]:
        """Return what is said of a place: by outcome, strategy and what it is compared with.

        Mean over sets, its standard error by the emulator, and the standard deviations between sets and of luck.

        Parameters
        ----------
        values : by slider, in its own unit (months as "2020-03"); sliders that are not named stand in their middle.

        Raises
        ------
        UserError
            Where there is no such slider, or a value is no number.
        """
        u = self.space.place(values)[None]
        found = {key: each.at(u) for key, each in self.subjects.items()}
        return {key: (float(m[0]), float(e[0]), float(b[0]), float(k[0])) for key, (m, e, b, k) in found.items()}


def pairs(stored: Stored) -> list[tuple[str, str]]:
    """Return every pair of strategies, each once, the reference second where it is of it."""
    rest = [each for each in stored.strategies if each != stored.against]
    return [*((each, stored.against) for each in rest), *itertools.combinations(rest, 2)]


def explore(
    folder: str | os.PathLike[str] | Sweep | Stored,
    sliders: Sequence[str] | None = None,
    levels: Sequence[str] | None = None,
    progress: Callable[[int, int, float], None] | None = None,
) -> Explorer:
    """Fit emulators over the design of a stored sweep.

    Parameters
    ----------
    folder : results of a sweep over points.
    sliders : which of the design's variables, at most six; default: all.
    levels : under which condition; default: that with the shock, or the first.
    progress : called with (emulators done, in all, a second).

    Raises
    ------
    UserError
        Where there are no points, or too few, more than six variables and none named, or one strategy.
    """
    stored = Stored.of(folder if isinstance(folder, Sweep | Stored) else Sweep.load(folder))
    if len(stored.strategies) < 2:
        raise UserError(Mistake("these results have one strategy, so that there is nothing to compare"))
    if not stored.units.design:
        said = "these results have no points over which anything varies"
        hint = "tfs-sim sweep EXPERIMENT --explore  plans a design and runs it."
        raise UserError(Mistake(said, hint=hint))
    under = known_levels(stored, levels)
    laid = space(stored, sliders)
    points = len(laid.points)
    if points < FEWEST_POINTS:
        said = f"emulators need {FEWEST_POINTS} points, a quarter of which are held out; found {count(points, 'point')}"
        raise UserError(Mistake(said, hint="tfs-sim sweep EXPERIMENT --explore  plans enough of them."))
    arms = [stored.arm(strategy, under) for strategy in stored.strategies]
    if stored.units.luck < 2:
        raise UserError(Mistake("these results have one run of each point: nothing says how sure a mean is"))
    tables = _tables(stored, arms)
    outcomes, values = _outcomes(stored, tables, laid)
    if all(name in stored.metrics for name in NEEDED["funder"]):
        for key, runs in zip((EFFECT, COST), _valued(stored, arms, under), strict=True):
            outcomes.append(Outcome(key, "", "total"))
            values[key] = np.stack([laid.by_point(each) for each in runs])
    return _fitted(stored, under, laid, outcomes, values, progress)


def _tables(stored: Stored, arms: list[int]) -> dict[str, Array]:
    """Return by metric the runs of these arms, [strategies, pairs, sites]."""
    names = [stored.primary, *(stored.experiment.get("also") or []), "cost"]
    return {name: stored.values(name)[arms] for name in dict.fromkeys(names) if name in stored.metrics}


def _outcomes(stored: Stored, tables: dict[str, Array], laid: Space) -> tuple[list[Outcome], dict[str, Array]]:
    """Return what can be looked at, and the values of each: [strategies, points, sets, replicates]."""
    outcomes: list[Outcome] = []
    values: dict[str, Array] = {}

    def add(outcome: Outcome, runs: Array) -> None:
        outcomes.append(replace(outcome, missing=float(np.isnan(runs).mean())))
        values[outcome.key] = np.stack([laid.by_point(each) for each in runs])

    for name, table in tables.items():
        border = _border(stored, table)
        add(Outcome(name, name, border=border), mean_over(table, -1))
        if border is None:
            continue
        upper = np.where(np.isnan(table), np.nan, table > border)
        add(Outcome(f"{name}-chance", name, "chance", border), mean_over(upper, -1))
        for kind, own in (("lower", upper == 0), ("upper", upper == 1)):
            add(Outcome(f"{name}-{kind}", name, kind, border), mean_over(np.where(own, table, np.nan), -1))
    return outcomes, values


def _border(stored: Stored, table: Array) -> float | None:
    """Return the border between two kinds of runs; None where there is one.

    Kinds are looked for under each strategy, over all points together: strategies that differ are no two kinds, nor are
    a few sets that do.
    """
    if 0 < stored.units.sets < FEWEST_SETS:
        return None
    units = replace(stored.units, point=np.zeros(len(stored.units), np.int64), design=False, sampled=False)
    found = [kinds_of(each) if units.set is None else over_sets(each, units) for each in table]
    borders = [each.border for each in found if each is not None]
    return float(f"{float(np.median(borders)):.9g}") if borders else None


def _valued(stored: Stored, arms: list[int], under: tuple[str, ...]) -> tuple[Array, Array]:
    """Return student-months of support and dollars over the whole run, over all sites: [strategies, pairs] each."""
    filed = stored.experiment.get("decision") or {}
    rates = [float(filed.get(each) or 0.0) for each in ("discount_costs", "discount_effects")]
    if not any(rates):
        served, spent = (np.nansum(stored.values(name)[arms], axis=-1) for name in ("served", "cost"))
        return served, 1000.0 * spent
    table = costs_and_effects(stored, "funder", None, *rates)
    for key, label in zip(stored.cross, under, strict=True):
        table = table[table[key] == label]
    keys = [each for each in ("replicate", "set", "point") if each in table]
    both = table.groupby(["strategy", *keys], sort=True, observed=True)[["effect", "cost"]].sum()
    units, called = stored.units, titles(stored)
    order = np.lexsort([units.point, *([] if units.set is None else [units.set]), units.replicate])
    found = np.full((2, len(arms), len(stored.pairs)), np.nan)
    for n, name in enumerate(stored.strategies):
        found[:, n, order] = both.loc[called[name]].to_numpy().T
    return found[0], found[1]


def _fitted(
    stored: Stored,
    under: tuple[str, ...],
    laid: Space,
    outcomes: list[Outcome],
    values: dict[str, Array],
    progress: Callable[[int, int, float], None] | None,
) -> Explorer:
    """Fit every emulator, and say how far from a run they are believed and by how much a best place is overrated."""
    split = Split.of(laid.places)
    number = {name: n for n, name in enumerate(stored.strategies)}
    asked = [
        (outcome, a, b)
        for outcome in outcomes
        for a, b in [*((each, "") for each in stored.strategies), *pairs(stored)]
        if outcome.missing <= MISSING or not outcome.compared
        if outcome.compared or not b
        if b or outcome.kind != "total"
    ]
    began = time.monotonic()
    found: dict[tuple[str, str, str], Subject] = {}
    overrated: dict[tuple[str, str], float] = {}
    for done, (outcome, a, b) in enumerate(asked, 1):
        runs = values[outcome.key][number[a]]
        runs = runs - values[outcome.key][number[b]] if b else runs
        one = subject(laid.places, runs, split)
        if one is not None:
            found[outcome.key, a, b] = one
            if outcome.sign and (b == stored.against or (a == stored.against and not b)):
                overrated[outcome.key, a] = optimism(laid.places, runs, one, outcome.sign)
        if progress is not None:
            progress(done, len(asked), done / max(time.monotonic() - began, 1e-9))
    if not found:
        raise UserError(Mistake("no outcome has values at enough points for an emulator"))
    together = {
        pair: _correlation(*(values[key][number[pair[0]]] - values[key][number[pair[1]]] for key in (EFFECT, COST)))
        for pair in pairs(stored)
        if EFFECT in values
    }
    shape = next(iter(values.values())).shape
    freedom = shape[2] - 1 if shape[2] > 1 else shape[3] - 1
    level = simultaneous(max(1, len(stored.strategies) - 1))
    t = float(f"{float(stdtrit(freedom, 0.5 + level / 2)):.9g}")
    believed = limit(laid.places, split, [each for each in found.values() if each.usable])
    return Explorer(
        stored, under, laid, tuple(outcomes), found, overrated, together, split, believed, t
    )  # fmt: skip


def _correlation(effect: Array, cost: Array) -> float:
    """Return how effects and costs go together between sets at a point, over all points."""
    means = [np.nanmean(each, axis=2) for each in (effect, cost)] if effect.shape[1] > 1 else [effect[:, 0], cost[:, 0]]
    away = [each - each.mean(axis=1, keepdims=True) for each in means]
    size = math.sqrt(float((away[0] ** 2).sum() * (away[1] ** 2).sum()))
    return float(f"{float((away[0] * away[1]).sum()) / size:.9g}") if size > 0 else 0.0
