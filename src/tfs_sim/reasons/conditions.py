"""The conditions of a study as points: what is known of each, and what every strategy costs and does there.

A condition is one combination of what an experiment crosses and of a point of its design: what a leader knows before
choosing. What is not known, sets of parameters and luck, is averaged over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pandas import DataFrame

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import over_sites
from tfs_sim.analysis.sentences import capital, lower
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.valued import NEEDED, costs_and_effects, titles
from tfs_sim.analysis.windows import metric
from tfs_sim.decisions.features import WORDS, Limit
from tfs_sim.decisions.words import amount
from tfs_sim.experiments.designs.variables import meaning
from tfs_sim.reasons.asking import known_metric
from tfs_sim.scenario.errors import Mistake, UserError, quote

CONDITION = "condition"
"""The column that numbers conditions."""
MOST_VARIABLES = 40
"""More variables are no conditions that somebody knows."""


@dataclass(frozen=True)
class Known:
    """Something that is known of a condition, or a parameter.

    Attributes
    ----------
    name : its column.
    title : what it is, in words.
    months : whether its numbers are months, counted from year 0.
    tail : what follows its numbers ("organizations"); the label of a level is number and tail.
    """

    name: str
    title: str
    months: bool = False
    tail: str = ""

    def said(self, value: float) -> str:
        """Return a value of a variable of numbers."""
        if self.months:
            return f"{int(value) // 12}-{int(value) % 12 + 1:02d}"
        text = amount(abs(value)) if not float(value).is_integer() else f"{abs(value):,.0f}"
        return f"{'−' if value < 0 else ''}{text} {self.tail}".rstrip()

    def within(self, limits: Sequence[Limit]) -> str:
        """Return limits on this variable as part of a sentence: "share of … is at most 0.3"."""
        low = next((each for each in limits if each.side == "low"), None)
        high = next((each for each in limits if each.side == "high"), None)
        kept = next((each.kept for each in limits if each.side == WORDS), ())
        thing = lower(self.title)
        if kept:
            return f"{thing} is {' or '.join(words.quoted(word) for word in kept)}"
        if low is not None and high is not None:
            return f"{thing} is from {self.said(low.at)} to {self.said(high.at)}"
        if low is not None:
            return f"{thing} is {'above' if low.open else 'at least'} {self.said(low.at)}"
        assert high is not None
        return f"{thing} is at most {self.said(high.at)}"


@dataclass(frozen=True)
class Quantity:
    """By what strategies are compared: net benefit at a worth, or a metric.

    Attributes
    ----------
    worth : dollars that a student-month of support may cost; None for a metric.
    name : the metric; "" for net benefit.
    """

    worth: float | None
    name: str = ""

    @property
    def sign(self) -> float:
        """1, or −1 for a metric of which less is better (tables have what is better as more)."""
        return -1.0 if self.name and metric(self.name).better == "lower" else 1.0

    @property
    def thing(self) -> str:
        """What it is, within a sentence."""
        if self.worth is not None:
            return f"net benefit at ${amount(self.worth)} a student-month of support (in the funder's view)"
        m = metric(self.name)
        return f"{words.subject(m)} {words.window(m)}".rstrip()

    @property
    def axis(self) -> str:
        """What it is, on an axis, of differences."""
        if self.worth is not None:
            return "dollars"
        return words.unit(metric(self.name), difference=True) or words.short(metric(self.name))

    @property
    def factor(self) -> float:
        """What a difference is multiplied with to be shown."""
        return 1.0 if self.worth is not None else words.factor(metric(self.name))

    def size(self, value: float, scale: float | None = None) -> str:
        """Return a difference with its unit, without a sign; with the decimals that another one of `scale` has."""
        if self.worth is not None:
            size = abs(value)
            return words.money(size / 1000) if size >= 10_000 else f"${amount(round(size) if size >= 100 else size)}"
        m, about = metric(self.name), abs(value if scale is None else scale)
        text = words.difference(abs(value), -about / 2, about / 2, m, sign=False)
        return f"{text} {words.differing(m)}".rstrip()

    def signed(self, value: float) -> str:
        """Return the end of an interval of a difference, with its sign and without its unit."""
        if self.worth is not None:
            return f"{'−' if value < 0 else ''}{self.size(value)}"
        m = metric(self.name)
        return words.difference(value, -abs(value) / 2, abs(value) / 2, m, sign=False)

    def level(self, value: float) -> str:
        """Return a value (as tables have it) with its unit and sign."""
        if self.worth is not None:
            return f"{'−' if value < 0 else ''}{self.size(value)}"
        return words.level(self.sign * value, metric(self.name))


def quantity(stored: Stored, worth: float | None, name: str | None) -> Quantity:
    """Return by what strategies are compared: at a worth, by a metric, or by the primary outcome.

    Raises
    ------
    UserError
        Where both are asked for, there is no such metric, neither more nor less of it is better, or costs are missing.
    """
    if worth is not None and name is not None:
        raise UserError(Mistake("--worth asks about net benefit and --metric about a metric: give one"))
    if worth is not None:
        lacking = [each for each in NEEDED["funder"] if each not in stored.metrics]
        if lacking:
            raise UserError(Mistake(f"these results do not hold {lacking[0]}, which net benefit needs"))
        return Quantity(worth)
    found = known_metric(stored, name)
    if not metric(found).better:
        raise UserError(Mistake(f"of {quote(found)} neither more nor less is better, so no strategy is the best by it"))
    return Quantity(None, found)


def tidy(stored: Stored, by: Quantity) -> DataFrame:
    """Return costs and effects of every strategy at every condition: strategy, condition, set, replicate, cost, effect.

    By net benefit costs and effects are those beyond the reference's over the same luck. By a metric costs are none and
    effects are the metric's values (negative where less is better), means over sites.
    Without sets of parameters each replicate stands as a set: answers then hold luck alone.
    """
    if by.worth is not None:
        filed = stored.experiment.get("decision") or {}
        rates = (float(filed.get(each) or 0.0) for each in ("discount_costs", "discount_effects"))
        table = costs_and_effects(stored, "funder", None, *rates)
        keys = ["strategy", *stored.cross, *(each for each in ("point", "set", "replicate") if each in table)]
        table = table.groupby(keys, sort=False, observed=True)[["cost", "effect"]].sum().reset_index()
        beyond = table[table["strategy"] == titles(stored)[stored.against]].set_index(keys[1:])[["cost", "effect"]]
        own = beyond.loc[table.set_index(keys[1:]).index] if len(keys) > 2 else beyond.loc[table[keys[1]]]
        table[["cost", "effect"]] -= own.to_numpy()
    else:
        table = _of_metric(stored, by)
    table[CONDITION] = _numbers(stored, table)
    if "set" not in table:
        table["set"] = table["replicate"]
        table = table.drop(columns="replicate")
    return table[["strategy", CONDITION, "set", *(["replicate"] if "replicate" in table else []), "cost", "effect"]]


def _of_metric(stored: Stored, by: Quantity) -> DataFrame:
    values = by.sign * over_sites(stored, by.name)  # arms × pairs
    units, arms, pairs = stored.units, len(stored.arms), len(stored.pairs)
    called = titles(stored)
    columns = {key: np.repeat([arm[at] for arm in stored.arms], pairs) for at, key in enumerate(stored.keys)}
    columns["strategy"] = np.array([called[str(each)] for each in columns["strategy"]])
    if units.design:
        columns["point"] = np.tile(units.point, arms)
    if units.set is not None:
        columns["set"] = np.tile(np.array(sorted(set(stored.runs["set"])))[units.set], arms)
    columns["replicate"] = np.tile(units.replicate, arms)
    table = DataFrame(columns).assign(cost=0.0, effect=values.reshape(-1))
    return _whole(table, by)


def _whole(table: DataFrame, by: Quantity) -> DataFrame:
    """Return the rows of pairs in which every strategy has a value; refuse where there are none."""
    keys = [str(each) for each in table.columns if each not in ("strategy", "cost", "effect")]
    missing = table["effect"].isna()
    if not missing.any():
        return table
    gone = missing.groupby([table[key] for key in keys], observed=True).transform("any")
    kept = table[~gone]
    if kept.empty:
        raise UserError(Mistake(f"no run has a value of {by.name} under every strategy"))
    return kept.reset_index(drop=True)


def _numbers(stored: Stored, table: DataFrame) -> np.ndarray:
    """Return the number of each row's condition: its combination of levels, then its point."""
    points = int((stored.experiment.get("design") or {}).get("points") or 1)
    found = np.zeros(len(table), np.int64)
    for key, labels in stored.cross.items():
        found = found * len(labels) + np.array([labels.index(str(each)) for each in table[key]])
    return found * points + (table["point"].to_numpy(np.int64) if "point" in table else 0)


def features(stored: Stored) -> tuple[DataFrame, list[Known]]:
    """Return what is known of each condition: a table (by its number), and what its columns are.

    A cross key whose labels are numbers of the same thing ("12 organizations", "27 organizations") is one of numbers.
    Months are counted from year 0. A condition of which something is as the scenario says is left out.

    Raises
    ------
    UserError
        Where a design draws hundreds of parameters.
    """
    design = stored.experiment.get("design") or {}
    variables = {} if not stored.units.design else dict(design.get("variables") or {})
    if len(variables) > MOST_VARIABLES:
        raise UserError(
            Mistake(
                f"this design varies {len(variables)} variables, which are no conditions that anybody knows",
                hint="A design of conditions names a few in [design.vary]; parameters are varied by sets.",
            )
        )
    points = int(design.get("points") or 1) if stored.units.design else 1
    known: list[Known] = []
    columns: dict[str, np.ndarray] = {}
    repeats, inner = 1, math.prod(len(labels) for labels in stored.cross.values())
    for key, labels in stored.cross.items():
        inner //= len(labels)
        tail, values = _numbered(labels)
        columns[key] = np.repeat(np.tile(np.repeat(np.array(values), inner), repeats), points)
        known.append(Known(key, capital(key.replace("_", " ").replace("-", " ")), tail=tail))
        repeats *= len(labels)
    levels = math.prod(len(labels) for labels in stored.cross.values())
    table = stored.points.set_index("point").sort_index() if variables else DataFrame()
    for name, about in variables.items():
        column = table[name].reindex(range(points))
        months = about.get("kind") == "month"
        own = column.map(counted).to_numpy(float) if months else column.to_numpy()
        columns[name] = np.tile(own, levels)
        title = str(about.get("title") or name.replace("_", " ").capitalize())
        known.append(Known(name, title, months))
    found = DataFrame(columns, index=range(levels * points))
    found.index.name = CONDITION
    found = found.dropna()
    varying = [each for each in known if found[each.name].nunique() > 1]
    return found[[each.name for each in varying]], varying


def counted(month: object) -> float:
    """Return a month as months since year 0 (missing where it is none)."""
    text = str(month)
    return int(text[:4]) * 12 + int(text[5:7]) - 1 if re.fullmatch(r"\d{4}-\d{2}", text) else math.nan


def _numbered(labels: Sequence[str]) -> tuple[str, list[float] | list[str]]:
    """Return labels as numbers of the same thing, with that thing, where they are; else as they stand."""
    found = [re.fullmatch(r"([\d,]+(?:\.\d+)?) (\D+)", label) for label in labels]
    if all(found) and len({each[2] for each in found if each}) == 1 and len(labels) > 1:
        return str(found[0][2]), [float(each[1].replace(",", "")) for each in found if each]  # type: ignore[index]
    return "", list(labels)


def of_parameter(name: str) -> Known:
    """Return a parameter as something known, by its meaning."""
    owner, _, own = name.partition(".")
    try:
        return Known(name, f"{meaning(('parameters', owner, own))} [{name}]")
    except KeyError:  # a parameter of a model that is another than this version's
        return Known(name, name)
