"""What a stored sweep says to whoever decides: everything that the report's section on it shows, and its figures draw.

One view and one condition at a time: views never meet in one sum, and conditions are not pooled. Figures and tables are
about the condition that the report is about; what to choose is said under each. What a sweep does not hold is left out:
without sets of parameters there is a frontier and nothing about how sure that is; with fewer than 30 sets nothing is
said about single parameters; a design's points are no decision (the map is about those).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tfs_sim import decisions
from tfs_sim.analysis.pooling import Units
from tfs_sim.analysis.ratios import ratios
from tfs_sim.analysis.sentences import lower
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.valued import NEEDED, UNIT, View, costs_and_effects, titles
from tfs_sim.analysis.variance import Part
from tfs_sim.analysis.words import condition, quoted
from tfs_sim.decisions.cells import scaled
from tfs_sim.decisions.information import FEWEST

if TYPE_CHECKING:
    from pandas import DataFrame

GRID = 41
"""Worths at which curves are worked out."""
BEYOND = 1.5
"""How far beyond the last worth at which the choice changes curves go."""
MOST_CONDITIONS = 6
"""Conditions under which it is said what to choose."""


@dataclass(frozen=True)
class Decided:
    """The decision by one view.

    Attributes
    ----------
    stored, view, hour : whose results, whose view, at which price of an hour (society's view).
    table : tidy costs and effects of all conditions.
    given : worths that the experiment's file names, if any.
    decisions : to how many decisions what is learned is worth something.
    """

    stored: Stored
    view: View
    hour: float | None
    table: DataFrame
    given: tuple[float, ...] = ()
    decisions: float = 1.0

    @cached_property
    def main(self) -> DataFrame:
        """Costs and effects under the condition that the report is about, without its columns."""
        return self.under(self.stored.main)

    def under(self, levels: Sequence[str]) -> DataFrame:
        """Return costs and effects under a combination of levels, without its columns."""
        kept = np.ones(len(self.table), bool)
        for key, label in zip(self.stored.cross, levels, strict=True):
            kept &= (self.table[key] == label).to_numpy()
        return self.table[kept].drop(columns=list(self.stored.cross))

    @property
    def sure(self) -> bool:
        """Whether there are sets of parameters, so that it can be said how sure a choice is."""
        return self.stored.units.set is not None

    @cached_property
    def frontier(self) -> DataFrame:
        """Where each strategy stands by its expected cost and effect."""
        return decisions.frontier(self.main)

    @cached_property
    def means(self) -> DataFrame:
        """Each set's mean cost and effect of each strategy, over replicates, all sites together."""
        by = ["strategy", *(name for name in ("set", "replicate") if name in self.main)]
        totals = self.main.groupby(by, sort=True)[["cost", "effect"]].sum().reset_index()
        by = ["strategy", "set"] if "set" in totals else ["strategy", "replicate"]
        return totals.groupby(by, sort=True)[["cost", "effect"]].mean().reset_index()

    @cached_property
    def pairs(self) -> tuple[DataFrame, DataFrame, Units]:
        """Cost and effect of each pair and strategy [pairs, strategies], all sites together, and the pairs' units."""
        by = [name for name in ("set", "replicate") if name in self.main]
        totals = self.main.groupby(["strategy", *by], sort=True)[["cost", "effect"]].sum()
        cost, effect = (totals[name].unstack("strategy").dropna() for name in ("cost", "effect"))
        return cost, effect, Units.of_table(cost.reset_index(), sampled=False)

    def price(self, before: str, after: str) -> Part | None:
        """Return what a further unit of effect costs from one strategy to another; None where it may be none at all."""
        cost, effect, units = self.pairs
        dearer, better = (table[after].to_numpy() - table[before].to_numpy() for table in (cost, effect))
        return ratios(dearer[:, None], better, units)[0]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Worths at which the choice changes, by expectation."""
        return tuple(sorted({float(ratio) for ratio in self.frontier["ratio"].dropna()}))

    @property
    def told(self) -> tuple[float, ...]:
        """Worths at which things are told: those of the file, or else those at which the choice changes."""
        return self.given or self.ratios

    @cached_property
    def grid(self) -> tuple[float, ...]:
        """Worths of curves, from 0 on: those at which things are told among them."""
        spread = self.means.groupby("strategy")[["cost", "effect"]].mean().std()
        usual = float(spread["cost"] / spread["effect"]) if spread["effect"] > 0 else 1.0
        last = BEYOND * max([*self.ratios, *self.given], default=2 * usual) or 1.0
        even = np.linspace(0.0, 1.0, GRID)
        found: list[float] = sorted({*(last * even**2).tolist(), *self.told})  # closer together at low worths
        return tuple(found)

    @cached_property
    def bands(self) -> dict[tuple[str, ...], DataFrame]:
        """What to choose in which band of worths, under each condition of which that is said."""
        levels = [self.stored.main, *(each for each in self.stored.levels if each != self.stored.main)]
        return {each: decisions.bands(self.under(each)) for each in levels[:MOST_CONDITIONS]}

    def words(self) -> list[tuple[str, list[str]]]:
        """Return what to choose in which band of worths, and how sure that is: (condition, sentences)."""
        said = []
        for each, found in self.bands.items():
            named = found.copy()
            for column in ("best", "runner_up", "likeliest"):
                named[column] = [quoted(str(strategy)) for strategy in found[column]]
            said.append((condition(each) if each else "", decisions.in_words(named, UNIT, "$")))
        return said

    @cached_property
    def choices(self) -> DataFrame:
        """What to choose where things are told."""
        return decisions.choices(self.main, self.told)

    @cached_property
    def knowing(self) -> DataFrame:
        """What knowing all is worth there."""
        return decisions.evpi(self.main, self.told)

    @cached_property
    def acceptability(self) -> DataFrame:
        """In which share of sets each strategy is the best, over the grid of worths."""
        return decisions.acceptability(self.main, self.grid, errors=False)

    @cached_property
    def loss(self) -> DataFrame:
        """What choosing each strategy loses on average against the best of each set, over the grid of worths."""
        return decisions.expected_loss(self.main, self.grid, errors=False)

    @cached_property
    def learnt_at(self) -> float | None:
        """The worth at which it is told what is worth learning: that at which knowing all is worth most."""
        if not self.sure or not self.told or self.stored.sets.empty or self.main["set"].nunique() < FEWEST:
            return None
        return float(self.knowing["worth"].to_numpy()[int(self.knowing["evpi"].to_numpy().argmax())])

    @cached_property
    def learning(self) -> DataFrame | None:
        """What knowing each parameter is worth at `learnt_at`; None where that cannot be said."""
        if self.learnt_at is None:
            return None
        kept = self.stored.sets[self.stored.sets["set"].isin(set(self.main["set"]))]
        return decisions.evppi(self.main, kept, self.learnt_at)

    @cached_property
    def sites(self) -> DataFrame | None:
        """What choosing for each site gains where things are told; None for one site, or without sets."""
        if not self.sure or not self.told or self.main["site"].nunique() < 2:
            return None
        return decisions.value_by_site(self.main, self.told)

    @property
    def scaled(self) -> str:
        """To how many decisions a value of information is one."""
        return scaled(self.decisions)

    @property
    def where(self) -> str:
        """The condition as part of a sentence: " in the crisis"."""
        return f" {lower(condition(self.stored.main))}" if self.stored.main else ""

    @cached_property
    def names(self) -> dict[str, str]:
        """Strategies' names in tables, by key."""
        return titles(self.stored)


def decided(sweep: SweepLike) -> list[Decided]:
    """Return the decision by each view that a sweep has what is needed for: the funder's, and society's with a price.

    There is none with a design, with one strategy, and without the metrics that a view reads.
    """
    stored = Stored.of(sweep)
    if stored.units.design or len(stored.strategies) < 2:
        return []
    if "decided" not in stored.spreads:
        stored.spreads["decided"] = list(_views(stored))
    found: list[Decided] = stored.spreads["decided"]
    return found


def _views(stored: Stored) -> Iterator[Decided]:
    filed = stored.experiment.get("decision") or {}
    known = decisions.deciders(filed["population"], filed["horizon"]) if filed.get("population") else 1.0
    views: list[tuple[View, float | None]] = [("funder", None)]
    if filed.get("hour"):
        views.append(("society", float(filed["hour"])))
    for view, hour in views:
        if all(name in stored.metrics for name in NEEDED[view]):
            rates = (float(filed.get(name) or 0.0) for name in ("discount_costs", "discount_effects"))
            table = costs_and_effects(stored, view, hour, *rates)
            yield Decided(stored, view, hour, table, tuple(map(float, filed.get("worths") or ())), known)
