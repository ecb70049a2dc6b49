"""Paired comparisons over the same luck: replicate r of one arm against replicate r of another."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.analysis import words
from tfs_sim.analysis.kinds import jump_of
from tfs_sim.analysis.pooling import LEVEL, Units, mean_of, share_of, words_of
from tfs_sim.analysis.spreads import set_means, spread
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import Array, mean_over, metric
from tfs_sim.model.declared_metrics import PRIMARY
from tfs_sim.scenario.characters import printable

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.model.declare import Metric


@dataclass(frozen=True, slots=True)
class Paired:
    """A paired difference `a - b` with its interval: what luck (and drawn points of a design) may move it by.

    Attributes
    ----------
    pairs, replicates, points, sets : how many pairs, from so many replicates at so many points (0 without a design) of
        so many sets of parameters (0 where all pairs have the same).
    mean_a, mean_b, difference, low, high : means over the pairs, and the interval of their difference (missing where
        a single replicate, or a single drawn point, cannot tell).
    level : confidence of the interval.
    jump : how far apart two kinds of runs lie, for which the interval allows (0: none; see `paired`).
    standardized, standardized_low, standardized_high : in standard deviations between runs, the root mean square of
        those of a and b (Cohen's d for paired samples with their average deviation; Cumming 2012, Understanding the New
        Statistics, chapter 11): against b alone, an arm in which little happens would make every effect enormous.
    worse, worse_low, worse_high : share of pairs in which a is worse than b, with Wilson's 95% interval (missing for
        a metric that is neither better higher nor lower).
    pairing : how many times the variance of an unpaired difference is that of the paired one.
    middle : median over sets of parameters of their mean differences (missing without sets).
    """

    pairs: int
    replicates: int
    points: int
    mean_a: float = math.nan
    mean_b: float = math.nan
    difference: float = math.nan
    low: float = math.nan
    high: float = math.nan
    level: float = LEVEL
    jump: float = 0.0
    standardized: float = math.nan
    standardized_low: float = math.nan
    standardized_high: float = math.nan
    worse: float = math.nan
    worse_low: float = math.nan
    worse_high: float = math.nan
    pairing: float = math.nan
    sets: int = 0
    middle: float = math.nan

    @property
    def few(self) -> bool:
        """Whether few sets make most of the mean: that of the middle set is less than half of it, or the other way."""
        return self.distinguishable and self.middle * math.copysign(1.0, self.difference) < abs(self.difference) / 2

    @property
    def distinguishable(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    @property
    def same(self) -> bool:
        """Whether nothing differs in any pair."""
        return self.low == self.high == 0

    @property
    def sample(self) -> str:
        """What the means are over, in its own unit: "40 pairs", "8 replicates at 60 points" (see `pooling`)."""
        return words_of(self.replicates, self.points, design=self.points > 0, sets=self.sets)

    def record(self) -> dict[str, float | int]:
        """Return the numbers by name."""
        return {name: getattr(self, name) for name in self.__slots__}


def paired(
    a: Array,
    b: Array,
    better: str = "",
    scale: float | None = None,
    units: Units | None = None,
    level: float = LEVEL,
    jump: float = 0.0,
) -> Paired:
    """Compare two aligned samples pair by pair; pairs with a missing value are left out.

    Parameters
    ----------
    a, b : float64 [pairs].
    better : "higher", "lower" or "" (neither).
    scale : the measure of standardized differences, instead of the standard deviation between runs.
    units : where the pairs come from (default: each is a replicate, without a design); see `pooling`.
    level : confidence of the interval.
    jump : where outcomes are of two kinds (see `kinds`), how far they lie apart. A pair whose runs are of different
        kinds moves the mean by jump / pairs, and a sample may hold none of what is rare: without a design or sets, the
        interval counts one such pair each way that was not seen (`Mean.allowing`).
    """
    units = units or Units.replicates(len(a))
    keep = ~(np.isnan(a) | np.isnan(b))
    a, b, units = a[keep], b[keep], units.at(keep)
    d = a - b
    counts = len(d), units.luck, units.points if units.design else 0
    if not len(d):
        return Paired(*counts, sets=units.sets)
    found = mean_of(d, units)
    jump = jump if d.any() and units.independent else 0.0
    found = found.allowing(jump, len(d))
    mean, (low, high) = float(found.value), (float(end) for end in found.ends(level))
    apart = _sd(a) ** 2 + _sd(b) ** 2
    sd = scale if scale is not None else math.sqrt(apart / 2)
    standard = mean / sd if sd > 0 else 0.0 if mean == 0 else math.nan
    by = 1 / sd if sd > 0 else math.nan
    wrong = {"higher": d < 0, "lower": d > 0}.get(better)
    worse = (math.nan,) * 3 if wrong is None else share_of(wrong, units)
    variance = _sd(d) ** 2
    pairing = apart / variance if variance > 0 else math.inf if apart > 0 else math.nan
    by_sd = (standard, low * by, high * by)
    of_a, of_b = (float(mean_of(each, units).value) for each in (a, b))
    middle = math.nan if units.set is None else float(np.median(set_means(d, units)))
    return Paired(*counts, of_a, of_b, mean, low, high, level, jump, *by_sd, *worse, pairing, units.sets, middle)


def _sd(values: Array) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


@dataclass(frozen=True)
class Comparison:
    """The difference of one metric between two arms, paired by replicate (and point). Prints as a table.

    `method` says how its interval is made.
    """

    a: str
    b: str
    metric: Metric
    site: str | None
    result: Paired
    method: str = "paired t"

    @property
    def frame(self) -> DataFrame:
        """The comparison as a table with one row."""
        from pandas import DataFrame

        row = {"a": self.a, "b": self.b, "metric": self.metric.name, "site": self.site or "all"}
        return DataFrame([{**row, **self.result.record()}])

    def lines(self) -> list[tuple[str, str]]:
        """Return the rows of the printed table."""
        r, m = self.result, self.metric
        half = (r.high - r.low) / 2
        unit = words.unit(m, difference=True)
        alone = math.isnan(r.low)
        within = f"none from {r.sample}" if alone else f"{words.interval(r.low, r.high, m)} ({self.method}, {r.sample})"
        rows = [
            (self.a, words.level(r.mean_a, m, half)),
            (self.b, words.level(r.mean_b, m, half)),
            ("difference", f"{words.difference(r.difference, r.low, r.high, m)} {unit}".rstrip()),
            ("95% interval", within),
            ("in standard deviations", words.number(r.standardized, 2, sign=True)),
        ]
        if not math.isnan(r.worse):
            span = f"{words.percent(r.worse_low)} to {words.percent(r.worse_high)}"
            rows.append(("chance of doing worse", f"{words.percent(r.worse)} (95% interval {span})"))
        if math.isfinite(r.pairing):
            rows.append(("pairing cuts the variance", f"{r.pairing:.1f} times"))
        if not r.distinguishable:
            rows.append(("", "too few to tell" if alone else "not distinguishable from no difference"))
        return rows

    def heading(self) -> str:
        """Return what is compared, in a line."""
        where = f", {self.site}" if self.site else ", mean over sites"
        window = words.window(self.metric)
        return f"{self.metric.title}{f', {window}' if window else ''}{where}"

    def __str__(self) -> str:
        rows = self.lines()
        width = max(len(label) for label, _ in rows)
        text = [self.heading(), *(f"  {label:<{width}}  {value}".rstrip() for label, value in rows)]
        return printable("\n".join(text))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><th style='text-align:left'>{html.escape(label)}</th><td>{html.escape(value)}</td></tr>"
            for label, value in self.lines()
        )
        return f"<table><caption>{html.escape(self.heading())}</caption>{cells}</table>"


def compare(a: Any, b: Any, metric: str = PRIMARY, site: str | None = None) -> Comparison:
    """Compare two results (or arms of a sweep, see `outcomes.arm`) over the same luck.

    Parameters
    ----------
    a, b : anything with a table `runs` (replicate, site, one column a metric).
    metric : which metric.
    site : the identity of one site; the mean over sites if not given.

    Raises
    ------
    ValueError
        If the two do not have the same seed and replicates, or there is no such metric or site.

    Examples
    --------
    >>> town = tfs.load_scenario("laboratory").with_(months=24)
    >>> one = tfs.simulate(town, replicates=4, seed=1, workers=1)
    >>> restless = town.with_(parameters={"turnover": {"rate_nonprofit": 0.4}})
    >>> other = tfs.simulate(restless, replicates=4, seed=1, workers=1)
    >>> tfs.compare(one, other, metric="trust").result.pairs
    4
    >>> tfs.compare(one, one, metric="trust").result.same
    True
    """
    from tfs_sim.analysis.windows import metric as declared

    seeds = _seed(a), _seed(b)
    if seeds[0] != seeds[1]:
        raise ValueError(
            f"the two were run with different seeds ({seeds[0]} and {seeds[1]}), so they do not share their luck; "
            "run both with the same seed"
        )
    columns = [str(column) for column in a.runs.columns if column not in _IDS]
    m = declared(metric, columns)
    if metric not in columns:
        raise ValueError(f'"{metric}" is defined around a shock; compare it in a sweep, with compare_arms')
    samples = [_by_pair(x, metric, site) for x in (a, b)]
    if not samples[0].index.equals(samples[1].index):
        counts = len(samples[0]), len(samples[1])
        raise ValueError(
            f"the two do not have the same replicates ({counts[0]} and {counts[1]}); run both with as many replicates"
        )
    first, second = (sample.to_numpy(float) for sample in samples)
    units = _units(a)
    result = paired(first, second, m.better, units=units, jump=_jump(a, b, metric, site))
    return Comparison(*_titles(a, b), m, site, result, units.method)


def _jump(a: Any, b: Any, name: str, site: str | None) -> float:
    """Return how far two kinds of runs lie apart: as the sweep has it, or else by the metric in these runs."""
    known = getattr(a, "jump", None)
    if known is not None:
        return float(known(name, site))
    if "set" in a.runs:
        return 0.0
    tables = [x.runs.pivot(index="replicate", columns="site", values=name) for x in (a, b)]
    kept = [table if site is None else table[[site]] for table in tables]
    widest = jump_of((table.to_numpy(float), table.to_numpy(float)) for table in kept)
    return widest / int(kept[0].shape[1])


def _units(result: Any) -> Units:
    """Return where the pairs of an arm come from, in the order of `_by_pair`."""
    keys = _keys(result.runs)
    if keys == ["replicate"]:
        return Units.replicates(result.runs["replicate"].nunique())
    pairs = result.runs.drop_duplicates(keys).sort_values(keys)
    return Units.of_table(pairs, getattr(result, "sampled", False))


_IDS = ("strategy", "set", "replicate", "point", "pair", "site")


def _keys(runs: Any) -> list[str]:
    """Return the columns that tell pairs apart."""
    return ["pair"] if "pair" in runs else [name for name in ("set", "replicate") if name in runs]


def _by_pair(result: Any, name: str, site: str | None) -> Any:
    runs = result.runs
    if site is not None:
        runs = runs[runs["site"].astype(str) == site]
        if len(runs) == 0:
            sites = ", ".join(str(s) for s in result.runs["site"].unique())
            raise ValueError(f'there is no site "{site}"; there are {sites}')
    return runs.groupby(_keys(runs))[name].mean().sort_index()


def _seed(result: Any) -> int | None:
    seed = getattr(result, "seed", None)
    if seed is None:
        seed = (getattr(result, "provenance", None) or {}).get("seed")
    return None if seed is None else int(seed)


def _titles(a: Any, b: Any) -> tuple[str, str]:
    said = [
        str(getattr(x, "title", None) or getattr(getattr(x, "scenario", None), "title", None) or "") for x in (a, b)
    ]
    if said[0] and said[1] and said[0] != said[1]:
        return said[0], said[1]
    return "first (a)", "second (b)"


def over_sites(stored: Stored, name: str, site: str | None = None) -> Array:
    """Return arms × pairs: a run's number for a site, or its mean over sites."""
    values = stored.values(name)
    return values[..., stored.sites.index(site)] if site is not None else mean_over(values, -1)


def against(
    stored: Stored,
    name: str,
    strategy: str,
    other: str,
    levels: tuple[str, ...],
    site: str | None = None,
    level: float = LEVEL,
) -> Paired:
    """Compare a strategy with another under the same levels."""
    values = over_sites(stored, name, site)
    a, b = values[stored.arm(strategy, levels)], values[stored.arm(other, levels)]
    jump = stored.jump(name, levels, site)
    return paired(a, b, metric(name).better, units=stored.units, level=level, jump=jump)


def crisis_effect(stored: Stored, name: str, strategy: str, site: str | None = None) -> Paired:
    """Compare the levels with the shock with those without, for one strategy."""
    shocked, calm = _crisis(stored)
    values = over_sites(stored, name, site)
    a, b = values[stored.arm(strategy, shocked)], values[stored.arm(strategy, calm)]
    return paired(a, b, metric(name).better, units=stored.units, jump=stored.jump(name, shocked, site))


def crisis_difference(stored: Stored, name: str, strategy: str, other: str, site: str | None = None) -> Paired:
    """Compare the effect of the shock under a strategy with its effect under another (paired).

    Standardized by the other's standard deviation between replicates without the shock.
    """
    shocked, calm = _crisis(stored)
    values = over_sites(stored, name, site)
    effects = [values[stored.arm(s, shocked)] - values[stored.arm(s, calm)] for s in (strategy, other)]
    base = values[stored.arm(other, calm)]
    scale = _sd(base[~np.isnan(base)])
    jump = stored.jump(name, shocked, site)
    return paired(effects[0], effects[1], metric(name).better, scale, stored.units, jump=jump)


def _crisis(stored: Stored) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if stored.crisis is None:
        raise ValueError("the experiment has no pair of levels with and without a shock")
    return stored.crisis


def compare_arms(sweep: SweepLike, metric: str = PRIMARY, site: str | None = None) -> DataFrame:
    """Return every strategy against the reference and against no initiative, under each level.

    One row a comparison: strategy, against, the cross keys, metric, site, the numbers of `Paired`, and over sets of
    parameters those of `spreads.Spread`.

    Examples
    --------
    >>> study = tfs.sweep("bigger-tables", replicates=2, out="mine", workers=1)
    >>> table = tfs.compare_arms(study, metric="effort")
    >>> table[["strategy", "against", "pairs"]]
         strategy against  pairs
    0  three-times   twice      2
    1   four-times   twice      2
    2    six-times   twice      2
    3   nine-times   twice      2
    """
    from pandas import DataFrame

    stored = Stored.of(sweep)
    others = list(dict.fromkeys(o for o in (stored.against, stored.nothing) if o))
    rows = []
    for levels in stored.levels:
        for other in others:
            for strategy in stored.strategies:
                if strategy != other:
                    result = against(stored, metric, strategy, other, levels, site)
                    ids = {"strategy": strategy, "against": other, **dict(zip(stored.cross, levels, strict=True))}
                    over = spread(stored, metric, strategy, other, levels, site)
                    sets = {} if over is None else over.record()
                    rows.append({**ids, "metric": metric, "site": site or "all", **result.record(), **sets})
    return DataFrame(rows)


def crisis_effects(sweep: SweepLike, metric: str = PRIMARY, site: str | None = None) -> DataFrame:
    """Return the effect of the shock under each strategy, and how it differs from that under the reference.

    `kind` is "effect" (with minus without the shock) or "difference" (of the effects: strategy minus reference).
    """
    from pandas import DataFrame

    stored = Stored.of(sweep)
    rows = []
    for strategy in stored.strategies:
        ids = {"strategy": strategy, "metric": metric, "site": site or "all"}
        rows.append({"kind": "effect", **ids, "against": "", **crisis_effect(stored, metric, strategy, site).record()})
        if strategy != stored.against:
            result = crisis_difference(stored, metric, strategy, stored.against, site)
            rows.append({"kind": "difference", **ids, "against": stored.against, **result.record()})
    return DataFrame(rows)
