"""What drives an outcome, or a difference between two strategies: which of the parameters that are not known.

*Over the prior* (sets drawn from what is plausible) two steps, both with runs of their own. Screening: elementary
effects of every parameter along trajectories, each trajectory under one luck; at most 25 parameters with the largest
μ* go on. Then Sobol indices of these: at each point of the design two runs, each with luck *and with values of all
other parameters* of its own. So what is not screened is not set to any value: it is luck like luck, measured between
the runs of a point, and taken out (`sobol`); the indices are of E[outcome | screened parameters], and `explained` says
how much of the whole variance that is.

*Over an ensemble* (or from what is stored, without further runs) parameters are correlated, and only shares of the
variance between sets are told (`shares`), of the parameters that `calibration.screening` finds.

The swing of a parameter is the mean outcome in the lowest and in the highest quarter of its values: the bars of a
tornado.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tfs_sim.analysis.pooling import Units, mean_of
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.variance import Part
from tfs_sim.calibration.screening import active
from tfs_sim.experiments.designs.plausible import written
from tfs_sim.experiments.designs.sets import Sets, rounded
from tfs_sim.experiments.execution.again import Study, again
from tfs_sim.experiments.execution.variants import Variant, run_variants
from tfs_sim.reasons import shapley, sobol
from tfs_sim.reasons.asking import known_levels, known_metric
from tfs_sim.reasons.shares import Shares, shares
from tfs_sim.reasons.sobol import Array, Indices
from tfs_sim.scenario.checks import specification
from tfs_sim.scenario.errors import Mistake, UserError, count, quote
from tfs_sim.scenario.fields import catalogue, whole_or_refused

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.experiments.designs.design import Arm, Experiment
    from tfs_sim.experiments.designs.variables import Variable
    from tfs_sim.experiments.execution.work import Notice, Progress

Kind = Literal["sobol", "shares"]

MOST = 25
"""Parameters that go on from screening, at most."""
TRAJECTORIES = 8
INPUTS = 12
BASE = 64
RUNS = 2
"""Runs at each point of a design: as many as measure luck."""
FEWEST_SETS = 30
"""Fewer sets say too little for a regression."""


@dataclass(frozen=True)
class Driver:
    """What one parameter does.

    Attributes
    ----------
    name : its dotted name.
    importance : μ* of screening, in the outcome's unit over the whole range; missing without screening.
    first, total : Sobol indices, and `share` the share of a regression; None where they were not asked for.
    low, high : mean outcome in the lowest and in the highest quarter of its values, with 95% intervals.
    """

    name: str
    importance: float
    first: Part | None
    total: Part | None
    share: Part | None
    low: Part
    high: Part


@dataclass(frozen=True)
class Sensitivity:
    """What drives an outcome.

    Attributes
    ----------
    stored : the study's results.
    a, b, metric, levels : the difference `a - b` in a metric, under levels; without `b` the outcome under `a`.
    kind : "sobol" or "shares".
    drivers : the parameters, the most important first.
    explained : share of the whole variance of a run (sobol) or of the variance between sets (shares) that comes from
        these parameters.
    mean : the outcome's mean, over the prior or the sets.
    indices, regression : what the drivers' numbers are from, one of the two.
    screened : parameters that were looked at; `silent` of them have no effect at all in any run of screening.
    runs, made : runs that this rests on, and how many of them were made for it.
    """

    stored: Stored
    a: str
    b: str | None
    metric: str
    levels: tuple[str, ...]
    kind: Kind
    drivers: tuple[Driver, ...]
    explained: float
    mean: float
    indices: Indices | None
    regression: Shares | None
    screened: int
    silent: int
    runs: int
    made: int

    @property
    def frame(self) -> DataFrame:
        """A row a parameter: importance, first, total, share, and the means of the lowest and the highest quarter."""
        from pandas import DataFrame

        rows: list[dict[str, Any]] = []
        for each in self.drivers:
            row: dict[str, Any] = {"parameter": each.name, "importance": each.importance}
            for name, part in (
                ("first", each.first), ("total", each.total), ("share", each.share), ("lowest", each.low),
                ("highest", each.high),
            ):  # fmt: skip
                if part is not None:
                    row |= {name: part.value, f"{name}_low": part.low, f"{name}_high": part.high}
            rows.append(row)
        return DataFrame(rows)


@dataclass(frozen=True)
class _Asked:
    """A question: the study, the arms (one, or two whose difference counts), the metric."""

    study: Study
    arms: tuple[Arm, ...]
    metric: str
    variables: tuple[Variable, ...]
    workers: int | None
    progress: Progress | None
    notice: Notice

    def outcome(self, sets: Sets) -> tuple[Array, int]:
        """Return the outcome of one run under each of these sets, and how many runs were made."""
        study = replace(self.study, sets=sets)
        found = run_variants(
            study, self.arms, [Variant("as it is")], len(sets), 1, self.workers, self.progress, self.notice
        )
        values = found.values[0, :, :, found.metrics.index(self.metric)]
        return (values[0] - values[1] if len(self.arms) > 1 else values[0]), found.made

    def sets(self, cube: Array, ids: Sequence[str]) -> Sets:
        """Return sets at these places of the unit cube of all parameters: float64 [sets, parameters]."""
        declared = {name: specification(each) for name, each in catalogue().MECHANISMS.items()}
        table = np.empty(cube.shape)
        for column, variable in enumerate(self.variables):
            parameter = declared[variable.path[1]][variable.path[2]]
            values = parameter.plausible(cube[:, column])
            table[:, column] = rounded(values, float(parameter.low), float(parameter.high))
        table.flags.writeable = False
        return Sets("plausible", "laid out for sensitivity", tuple(ids), self.variables, table)


def sensitivity(
    folder: str | os.PathLike[str],
    a: str | None = None,
    b: str | None = None,
    metric: str | None = None,
    levels: Sequence[str] | None = None,
    kind: Kind | None = None,
    inputs: int | None = None,
    trajectories: int = TRAJECTORIES,
    base: int = BASE,
    workers: int | None = None,
    progress: Progress | None = None,
    notice: Notice = lambda _: None,
    experiment: Experiment | None = None,
) -> Sensitivity:
    """Say which parameters drive a difference between two strategies, or an outcome.

    Parameters
    ----------
    folder : the results of a sweep over sets of parameters; what is run is kept there, and not run again.
    a, b : the difference `a - b`; with `a` alone the outcome under it; by default that of the first other strategy
        and the reference.
    metric, levels : which outcome, under which levels; by default the primary one, under those with the shock.
    kind : "sobol" (runs of its own, over the prior) or "shares" (of the sets that are stored, without any run); by
        default what fits the sets: an ensemble has shares alone.
    inputs : how many parameters go on from screening; 12 by default and 25 at most (10 and 10 that have shares).
    trajectories, base : size of the two designs; `base` is a power of 2.

    Raises
    ------
    UserError
        When something is not there, or there are no sets of parameters, or too few.
    """
    study = again(folder, experiment)
    stored = Stored.of(study.sweep)
    if study.sets is None:
        said = f"{study.folder} was run at one point, so that no parameter drives anything in it"
        raise UserError(Mistake(said, hint="Sweep it over sets of parameters: --uncertainty plausible"))
    if kind is None:
        kind = "sobol" if study.sets.origin == "plausible" else "shares"
    if kind == "sobol" and study.sets.origin != "plausible":
        said = "indices are of independent parameters, and those of an ensemble are not: it has shares alone"
        raise UserError(Mistake(said, hint='Leave out kind = "sobol".'))
    if a is None:
        others = [each for each in stored.strategies if each != stored.against]
        a, b = (others[0], stored.against) if others else (stored.against, None)
    under = known_levels(stored, levels)
    names = [each for each in (a, b) if each is not None]
    if a == b:
        raise UserError(Mistake(f"two strategies are compared, and both are {quote(a)}"))
    arms = tuple(study.arm(each, under) for each in names)
    given = [arm.scenario for arm in arms]
    variables = tuple(
        each for each in study.sets.variables
        if not all(written(each.path, scenario) for scenario in given)
        and any(scenario.is_on(each.path[1]) for scenario in given)
    )  # fmt: skip
    asked = _Asked(study, arms, known_metric(stored, metric), variables, workers, progress, notice)
    if kind == "shares":
        most = shapley.MOST if inputs is None else whole_or_refused("inputs", inputs, 1, shapley.MOST)
        return _by_shares(asked, stored, a, b, under, most)
    inputs = INPUTS if inputs is None else whole_or_refused("inputs", inputs, 1, MOST)
    trajectories = whole_or_refused("trajectories", trajectories, 2, 1000)
    base = whole_or_refused("base", base, 8, 65_536)
    if base & (base - 1):
        raise UserError(Mistake(f"base is a power of 2, as Sobol's sequence wants it; found {base}"))
    return _by_indices(asked, stored, a, b, under, (inputs, trajectories, base))


def _by_indices(
    asked: _Asked, stored: Stored, a: str, b: str | None, levels: tuple[str, ...], sizes: tuple[int, int, int]
) -> Sensitivity:
    inputs, trajectories, base = sizes
    count = len(asked.variables)
    seed = asked.study.seed % 2**31
    steps = sobol.trajectories(count, trajectories, seed)
    ids = [f"morris-{trajectories}-{n + 1:04d}" for n in range(trajectories) for _ in range(count + 1)]
    values, made = asked.outcome(asked.sets(steps.reshape(-1, count), ids))
    effects = np.abs(sobol.effects(steps, values.reshape(trajectories, count + 1)))
    there = ~np.isnan(effects)
    importance = np.where(there.any(0), np.where(there, effects, 0.0).sum(0) / np.maximum(there.sum(0), 1), 0.0)
    chosen = np.argsort(-importance, kind="stable")[: min(inputs, int((importance > 0).sum()))]
    if not len(chosen):
        raise UserError(Mistake(f"no parameter changes {asked.metric} in any of {len(ids):,} runs of screening"))
    names = "-".join(asked.variables[n].name for n in sorted(chosen))
    points = sobol.rows(len(chosen), base, seed)
    places = points.reshape(-1, len(chosen))
    rng = np.random.default_rng([seed, base, len(chosen), *names.encode()])
    cube = rng.uniform(size=(len(places) * RUNS, count))
    cube[:, chosen] = np.repeat(places, RUNS, axis=0)
    wide = [f"sobol-{base}-{n // RUNS + 1:06d}-{n % RUNS + 1}" for n in range(len(cube))]
    each, more = asked.outcome(asked.sets(cube, wide))
    runs = each.reshape(base, len(chosen) + 2, RUNS)
    found = sobol.indices(runs.mean(-1), runs.var(-1, ddof=1) / RUNS)
    order = np.argsort(-found.total[:, 0], kind="stable")
    free = runs[:, [0, -1]].reshape(-1, RUNS)  # A and B are independent draws of all inputs
    at = points[:, [0, -1]].reshape(-1, len(chosen))
    drivers = tuple(
        Driver(
            asked.variables[chosen[n]].name,
            float(importance[chosen[n]]),
            Part(*map(float, found.first[n])),
            Part(*map(float, found.total[n])),
            None,
            *_swing(at[:, n], free.mean(-1)),
        )
        for n in order
    )
    variance, luck = max(found.variance[0], 0.0), float(runs.var(-1, ddof=1)[~np.isnan(runs).any(-1)].mean())
    return Sensitivity(
        stored, a, b, asked.metric, levels, "sobol", drivers,
        explained=float(variance / (variance + luck)) if variance + luck > 0 else math.nan,
        mean=float(np.nanmean(free)), indices=found, regression=None, screened=count,
        silent=int((importance == 0).sum()), runs=len(asked.arms) * (len(ids) + len(cube)), made=made + more,
    )  # fmt: skip


def _swing(places: Array, values: Array) -> tuple[Part, Part]:
    """Return the mean of values at the lowest and at the highest quarter of places, with 95% intervals."""
    ends = np.quantile(places, (0.25, 0.75))
    return _mean(values[places <= ends[0]]), _mean(values[places >= ends[1]])


def _mean(values: Array) -> Part:
    found = mean_of(values, Units.replicates(len(values)))
    return Part(float(found.value), *(float(end) for end in found.ends()))


def _by_shares(
    asked: _Asked, stored: Stored, a: str, b: str | None, levels: tuple[str, ...], inputs: int
) -> Sensitivity:
    sets = asked.study.sets
    assert sets is not None
    values, luck, ids = _of_sets(stored, asked.metric, [a] if b is None else [a, b], levels)
    if len(ids) < FEWEST_SETS:
        said = f"{count(len(ids), 'set')} of parameters with a value are too few for a regression"
        raise UserError(Mistake(said, hint=f"Sweep at least {FEWEST_SETS}; a hundred say more."))
    column = {variable.name: n for n, variable in enumerate(sets.variables)}
    row = {name: n for n, name in enumerate(sets.ids)}
    table = sets.table[[row[name] for name in ids]][:, [column[each.name] for each in asked.variables]]
    x = (table - table.mean(0)) / np.where(table.std(0) > 0, table.std(0), 1.0)
    most = min(inputs, (len(ids) - 4) // 4)
    chosen = [n for n in active(x, values, most) if table[:, n].std() > 0][:most]
    found = shares(x[:, chosen], values, luck)
    order = np.argsort(-found.share[:, 0], kind="stable")
    drivers = tuple(
        Driver(
            asked.variables[chosen[n]].name, math.nan, None, None, Part(*map(float, found.share[n])),
            *_swing(table[:, chosen[n]], values),
        )
        for n in order
    )  # fmt: skip
    return Sensitivity(
        stored, a, b, asked.metric, levels, "shares", drivers, float(found.explained[0]), float(values.mean()),
        None, found, len(asked.variables), 0, len(ids) * asked.study.replicates * len(asked.arms), 0,
    )  # fmt: skip


def _of_sets(
    stored: Stored, name: str, strategies: Sequence[str], levels: tuple[str, ...]
) -> tuple[Array, Array, NDArray[Any]]:
    """Return the outcome of every set that has one: its mean, the variance of that by luck, and its identity."""
    from tfs_sim.analysis.compare import over_sites
    from tfs_sim.estimators.sets import SetMeans

    values = over_sites(stored, name)
    arms = [values[stored.arm(each, levels)] for each in strategies]
    outcome = arms[0] - arms[1] if len(arms) > 1 else arms[0]
    assert stored.units.set is not None
    listed = np.array(list(dict.fromkeys(stored.runs["set"])), object)
    found = SetMeans.of(outcome, stored.units.set)
    return found.mean, found.error**2, listed[found.name]
