"""Could an evaluation have seen it: evaluations of so many communities, carried out on stored runs again and again.

Under one set of parameters the effect of strategy `a` over `b` is known: the mean over runs and sites of the
difference. An evaluation does not know it. It draws communities (a run's site each) with replacement from those of the
set, sees each of them under one strategy alone, by an instrument with an error of its own, and tests at 5%:

- *randomized*: half of them, drawn by lot, do `a`, the others `b`; difference of means, Welch's t-test.
- *before-after*: all do `a`; the change from the months before the strategies part to the end, paired t-test.
- *matched*: of twice as many, the half that looks best beforehand does `a` (funders choose the ready); each is compared
  with the one of the others that looked most like it beforehand; paired t-test.

Told of each design and number: *power*, how often a test finds an effect of the right sign; *bias*, the mean estimate
less the true effect; the chance of a *wrong sign* among what is found, and by how much what is found is *exaggerated*
(type S and type M errors [1]_); the *least effect* that would be found in 80% of evaluations, by closed form from the
standard deviation of estimates. Power, bias and least effect are means over sets; the other two are of all evaluations
that find something, under any set.

Staggered designs need runs that begin at other months, and are not here.

References
----------
.. [1] Gelman & Carlin (2014), "Beyond power calculations: assessing type S (sign) and type M (magnitude) errors",
   Perspectives on Psychological Science 9(6):641-651.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tfs_sim.analysis.pooling import Units, mean_of
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import Array
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.reasons.asking import known_levels, known_metric, known_strategy
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote
from tfs_sim.scenario.fields import whole_or_refused

if TYPE_CHECKING:
    from pandas import DataFrame

Design = Literal["randomized", "before-after", "matched"]
DESIGNS: tuple[Design, ...] = ("randomized", "before-after", "matched")
LEVEL = 0.05
WANTED = 0.8
WINDOW = 12
"""Months whose mean is measured, before and at the end."""
DRAWS = 400
"""Evaluations of each design, number and set."""
SITES = (10, 20, 40, 80)
FEWEST = 8
"""Communities of a set (runs × sites) from which evaluations can be drawn."""


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
class Power:
    """What evaluations would have found.

    Attributes
    ----------
    stored : the study's results.
    a, b, metric, levels : the effect in question.
    months : how long after the parting of the strategies outcomes are measured.
    instrument : how.
    effect : mean true effect over sets, with low and high.
    table : design, sites; power, bias and least, means over sets, each with _low and _high; wrong_sign, exaggeration.
    left_out : designs that cannot be carried out, with the reason.
    sets : over how many sets.
    """

    stored: Stored
    a: str
    b: str
    metric: str
    levels: tuple[str, ...]
    months: int
    instrument: Instrument
    effect: tuple[float, float, float]
    table: DataFrame
    left_out: dict[str, str]
    sets: int


def power(
    source: str | os.PathLike[str] | SweepLike,
    a: str,
    b: str,
    metric: str | None = None,
    levels: Sequence[str] | None = None,
    sites: Sequence[int] = SITES,
    months: int | None = None,
    designs: Sequence[str] = DESIGNS,
    instrument: Instrument | None = None,
    draws: int = DRAWS,
    seed: int = 1,
) -> Power:
    """Say what evaluations of the difference between two strategies would have found; nothing is run.

    Parameters
    ----------
    source : the folder of the results, or the results.
    a, b : keys of the strategies; the effect is that of `a` over `b`.
    metric, levels : which outcome, under which levels; by default the primary one, under those with the shock.
    sites : numbers of communities, in both groups together.
    months : how long after the strategies part they are measured; to the end of the runs by default.
    designs : some of `DESIGNS`.
    instrument : how outcomes are measured; without error by default.

    Raises
    ------
    UserError
        When something is not there, or there are too few runs to draw communities from.
    """
    stored = Stored.of(Sweep.load(source) if isinstance(source, (str, os.PathLike)) else source)
    under, name = known_levels(stored, levels), known_metric(stored, metric)
    for each in (a, b):
        known_strategy(stored, each)
    if a == b:
        raise UserError(Mistake(f"two strategies are compared, and both are {quote(a)}"))
    how = instrument or Instrument()
    if how.noise < 0 or not 0 < how.response <= 1:
        said = f"an instrument has a noise of 0 or more and a response above 0, at most 1; found {how.noise:g} and "
        raise UserError(Mistake(said + f"{how.response:g}"))
    for design in designs:
        if design not in DESIGNS:
            said = f"there is no design {quote(design)}; there are {', '.join(DESIGNS)}"
            raise UserError(Mistake(said, suggestion=nearest(design, DESIGNS)))
    sites = [whole_or_refused("sites", each, 4, 100_000) for each in sites]
    first, second = (stored.monthly(name)[stored.arm(each, under)] for each in (a, b))
    parted = parting_month(first, second)
    if parted is None:
        raise UserError(Mistake(f"{name} is the same with {quote(a)} and {quote(b)} in every run: there is no effect"))
    end = stored.months if months is None else parted + whole_or_refused("months", months, 1, 1200)
    if end > stored.months:
        said = f"{name} is seen for {stored.months - parted} months after the strategies part; found {months}"
        raise UserError(Mistake(said))
    window = slice(max(parted, end - WINDOW), end)
    treated, control = (_mean(each[..., window]) for each in (first, second))
    before = _mean(second[..., max(0, parted - WINDOW) : parted]) if parted else None
    left_out = {}
    if before is None:
        why = "the strategies part in the first month, so that nothing is seen of the time before"
        left_out = {design: why for design in designs if design != "randomized"}
    pools = _pools(stored, treated, control, before)
    chosen = [design for design in designs if design not in left_out]
    rows = _rows(pools, chosen, sites, how, draws, seed)
    true = np.array([float((pool[0] - pool[1]).mean()) for pool in pools])
    return Power(
        stored, a, b, name, under, end - parted, how, _over(true), rows, left_out, len(pools)
    )  # fmt: skip


def parting_month(first: Array, second: Array) -> int | None:
    """Return the first month in which anything differs, of [..., months]."""
    apart = (first != second) & ~(np.isnan(first) & np.isnan(second))
    found = apart.reshape(-1, first.shape[-1]).any(0)
    return int(found.argmax()) if found.any() else None


def _mean(values: Array) -> Array:
    from tfs_sim.analysis.windows import mean_over

    return mean_over(values, -1)


def _pools(stored: Stored, treated: Array, control: Array, before: Array | None) -> list[Array]:
    """Return the communities of each set: float64 [3, communities], under a, under b, and before."""
    sets = stored.units.set if stored.units.set is not None else np.zeros(treated.shape[0], np.int64)
    found = []
    for one in np.unique(sets):
        own = sets == one
        pool = np.stack([each[own].ravel() for each in (treated, control, control if before is None else before)])
        pool = pool[:, ~np.isnan(pool).any(0)]
        if pool.shape[1] >= FEWEST:
            found.append(pool)
    if not found:
        said = f"a set has fewer than {FEWEST} communities (runs × sites) with a value, from which none can be drawn"
        raise UserError(Mistake(said, hint="Sweep more replicates."))
    return found


def _over(values: Array) -> tuple[float, float, float]:
    """Return the mean over sets with its interval; missing values are left out."""
    there = values[~np.isnan(values)]
    if not len(there):
        return math.nan, math.nan, math.nan
    units = Units(np.zeros(len(there), np.int64), np.zeros(len(there), np.int64), set=np.arange(len(there)))
    found = mean_of(there, units if len(there) > 1 else Units.replicates(1))
    low, high = found.ends()
    return float(found.value), float(low), float(high)


def _rows(
    pools: Sequence[Array], designs: Sequence[str], sites: Sequence[int], how: Instrument, draws: int, seed: int
) -> DataFrame:
    from pandas import DataFrame

    rows: list[dict[str, Any]] = []
    for place, design in enumerate(designs):
        for number in sites:
            each = [
                found(*carried_out(design, pool, number, how, draws, np.random.default_rng([seed, place, number, n])),
                      float((pool[0] - pool[1]).mean()))
                for n, pool in enumerate(pools)
            ]  # fmt: skip
            row: dict[str, Any] = {"design": design, "sites": number}
            for column in ("power", "bias", "least"):
                mean, low, high = _over(np.array([one[column] for one in each]))
                row |= {column: mean, f"{column}_low": low, f"{column}_high": high}
            seen, wrong, size, true = (sum(one[name] for one in each) for name in ("seen", "wrong", "size", "true"))
            row |= {
                "wrong_sign": wrong / seen if seen else math.nan,
                "exaggeration": size / true if true else math.nan,
            }
            rows.append(row)
    return DataFrame(rows)


def carried_out(
    design: str, pool: Array, number: int, how: Instrument, draws: int, luck: np.random.Generator
) -> tuple[Array, Array, Array]:
    """Return estimates, their standard errors and degrees of freedom of so many evaluations: [draws] each."""
    return _CARRIED_OUT[design](pool, number, how, draws, luck)


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


def _moments(values: Array) -> tuple[Array, Array, Array]:
    """Return mean, variance of the mean and number of [draws, communities]."""
    count = (~np.isnan(values)).sum(1).astype(float)
    return np.nanmean(values, 1), np.nanvar(values, 1, ddof=1) / count, count


def _randomized(
    pool: Array, number: int, how: Instrument, draws: int, luck: np.random.Generator
) -> tuple[Array, Array, Array]:
    half = number // 2
    means, variances, counts = [], [], []
    for row, size in ((0, half), (1, number - half)):
        drawn = pool[row][luck.integers(0, pool.shape[1], (draws, size))]
        mean, variance, count = _moments(_answered(_measured(drawn, how, luck), how, luck))
        means.append(mean)
        variances.append(variance)
        counts.append(count)
    whole = variances[0] + variances[1]
    parts = sum(v**2 / np.maximum(c - 1, 1) for v, c in zip(variances, counts, strict=True))
    freedom = np.where(whole > 0, whole**2 / np.where(parts > 0, parts, 1.0), 1.0)
    return means[0] - means[1], np.sqrt(whole), freedom


def _before_after(
    pool: Array, number: int, how: Instrument, draws: int, luck: np.random.Generator
) -> tuple[Array, Array, Array]:
    at = luck.integers(0, pool.shape[1], (draws, number))
    change = _measured(pool[0][at], how, luck) - _measured(pool[2][at], how, luck)
    mean, variance, count = _moments(_answered(change, how, luck))
    return mean, np.sqrt(variance), count - 1


def _matched(
    pool: Array, number: int, how: Instrument, draws: int, luck: np.random.Generator
) -> tuple[Array, Array, Array]:
    half = number // 2
    at = luck.integers(0, pool.shape[1], (draws, 2 * half))
    seen = _measured(pool[2][at], how, luck)
    order = np.argsort(-seen + 1e-12 * luck.uniform(size=seen.shape), axis=1)
    at, seen = np.take_along_axis(at, order, 1), np.take_along_axis(seen, order, 1)
    nearest_one = np.abs(seen[:, :half, None] - seen[:, None, half:]).argmin(-1)
    ours = _measured(pool[0][at[:, :half]], how, luck)
    theirs = _measured(pool[1][at[:, half:]], how, luck)
    mean, variance, count = _moments(_answered(ours - np.take_along_axis(theirs, nearest_one, 1), how, luck))
    return mean, np.sqrt(variance), count - 1


_CARRIED_OUT: dict[str, Callable[..., tuple[Array, Array, Array]]] = {
    "randomized": _randomized,
    "before-after": _before_after,
    "matched": _matched,
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
