"""What a search for the best allocation of a budget found, and what it is worth where the search never looked.

All that is said of what was found comes from sets of parameters that no search saw, and from paired differences over
the same sets and luck: of those that went to the end of the search, which cannot be told apart from the choice; what
the choice gains over the experiment's own strategies; what adapting is worth; what more money buys. Intervals are of
means over these sets (they hold which sets were drawn, and luck), by `decisions.leads.interval`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.decisions.leads import LEVEL, interval
from tfs_sim.experiments.designs.allocations import Allocation, Space
from tfs_sim.experiments.execution.allocating import COST, EFFECT
from tfs_sim.experiments.execution.optimizing import Searched, Sought
from tfs_sim.scenario.costs import by_year, costs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame

    from tfs_sim.experiments.designs.design import Experiment

    Array = NDArray[np.float64]

CHOICE, TIED, BETTER, WORSE = "chosen", "cannot be told apart", "better", "worse"


@dataclass(frozen=True)
class Difference:
    """A paired difference over unseen sets, more being better, with its interval."""

    value: float
    low: float
    high: float

    @property
    def apart(self) -> bool:
        """Whether it can be told from nothing."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True)
class Optimized:
    """What a search found, and what it is worth on sets that the search never saw.

    Attributes
    ----------
    experiment : of which.
    folder : where it is kept.
    sought : the searches and the runs on unseen sets.
    stamp : what the sets agree with; None where they were not calibrated.
    """

    experiment: Experiment
    folder: Path
    sought: Sought
    stamp: dict[str, Any] | None

    @property
    def space(self) -> Space:
        """What could be bought."""
        return self.sought.space

    @property
    def choice(self) -> Allocation:
        """The allocation that the search chose at the main budget, without rules."""
        return self.sought.main.choice

    def place(self, what: Allocation | str) -> int:
        """Return the place of an allocation, or of a strategy, among what was run on unseen sets."""
        if isinstance(what, str):
            return len(self.sought.allocations) + self.sought.strategies.index(what)
        return self.sought.allocations.index(what)

    def less(self, one: Allocation | str, other: Allocation | str, at_once: int = 1) -> Difference:
        """Return what one gains over another; of so many intervals that hold at once with 95%."""
        values = self.sought.values
        found = values[self.place(one)] - values[self.place(other)]
        low, high = interval(found, False, 1.0 - (1.0 - LEVEL) / max(1, at_once))
        return Difference(float(found.mean()), low, high)

    def mean(self, what: Allocation | str, number: str) -> float:
        """Return the mean of one of the numbers of runs over unseen sets."""
        return float(self.sought.unseen[self.place(what)][..., self.sought.names.index(number)].mean())

    def title(self, what: Allocation | str) -> str:
        """Return an allocation in words, or a strategy's title."""
        if isinstance(what, str):
            return self.experiment.strategies[what].title or what.replace("-", " ").capitalize()
        return self.space.in_words(what)

    @cached_property
    def finalists(self) -> DataFrame:
        """Those that went to the end: allocation, cost, effect, gain over the choice, low, high, verdict.

        The choice comes first. Intervals hold at once.
        """
        from pandas import DataFrame

        choices = self.sought.main.choices
        rows = []
        for each in choices:
            difference = self.less(each, self.choice, len(choices) - 1)
            verdict = CHOICE
            if each != self.choice:
                verdict = (BETTER if difference.low > 0 else WORSE) if difference.apart else TIED
            rows.append({"allocation": self.title(each), **self._facts(each, difference), "verdict": verdict})
        return DataFrame(rows)

    def _facts(self, what: Allocation | str, difference: Difference) -> dict[str, Any]:
        return {
            "cost": self.mean(what, COST),
            "effect": self.mean(what, EFFECT),
            "gain": difference.value,
            "low": difference.low,
            "high": difference.high,
        }

    @cached_property
    def tied(self) -> tuple[Allocation, ...]:
        """The choice, and those at the end of the search that cannot be told apart from it."""
        kept = self.finalists["verdict"].isin([CHOICE, TIED]).tolist()
        return tuple(each for each, is_kept in zip(self.sought.main.choices, kept, strict=True) if is_kept)

    @cached_property
    def cheapest(self) -> Allocation:
        """Of `tied` the one that costs least on unseen sets."""
        return min(self.tied, key=lambda each: (round(self.mean(each, COST), 2), self.tied.index(each)))

    @cached_property
    def gains(self) -> DataFrame:
        """What the choice gains over each strategy: strategy, cost, effect, gain, low, high, affordable.

        Intervals hold at once. `affordable` says whether the budget buys it, as costs are reckoned.
        """
        from pandas import DataFrame

        strategies = self.sought.strategies
        rows = []
        for each in strategies:
            facts = self._facts(each, self.less(self.choice, each, len(strategies)))
            rows.append({"strategy": each, **facts, "affordable": self.spent(each) <= self._most})
        return DataFrame(rows)

    @property
    def _most(self) -> float:
        return self.sought.main.dollars * (1.0 + 1e-6)

    def spent(self, strategy: str) -> float:
        """Return what a strategy costs the funder on top of what practices are bought in, as a budget counts."""
        arms = self.experiment.arms()
        arm = next(each for each in arms if each.strategy == strategy and each.levels == self.under)
        empty = np.zeros(self.space.ground.clock.months)
        paid = (costs_of(each).paid.get("funder", empty) for each in (arm.scenario, self.space.ground))
        years = np.subtract(*map(by_year, paid))
        return float(years.max() if self.space.yearly else years.sum())

    @property
    def best_strategy(self) -> str:
        """The strategy that is the best on the sets that the search saw."""
        return self.sought.strategies[int(self.sought.seen.argmax())]

    @cached_property
    def adapting(self) -> Difference | None:
        """What the best allocation with a rule gains over the best without one; None where there are no rules."""
        ruled = self.sought.ruled
        return None if ruled is None else self.less(ruled.choice, self.choice)

    @property
    def nothing(self) -> Allocation:
        """The allocation that buys nothing."""
        return tuple(0 for _ in self.space.practices)

    @cached_property
    def frontier(self) -> DataFrame:
        """What each budget buys: budget, allocation, cost, effect, gain, low, high.

        Gains are over buying nothing; intervals are of each by itself.
        """
        from pandas import DataFrame

        rows = []
        for each in sorted((self.sought.main, *self.sought.others), key=lambda search: search.dollars):
            gain = self.less(each.choice, self.nothing)
            rows.append(
                {"budget": each.dollars, "allocation": self.title(each.choice), **self._facts(each.choice, gain)}
            )
        return DataFrame(rows)

    @cached_property
    def table(self) -> DataFrame:
        """Runs on unseen sets, tidy as `tfs_sim.decisions` has it, and outcomes."""
        from pandas import DataFrame

        sought = self.sought
        names = self._names()
        shape = sought.unseen.shape[:3]
        place, number, replicate = (axis.reshape(-1) for axis in np.indices(shape))
        numbers = sought.unseen.reshape(-1, len(sought.names))
        called = {COST: "cost", EFFECT: "effect"}
        # an outcome "cost" is in thousands of dollars, and of some months: here cost is dollars in all
        kept = [(n, name) for n, name in enumerate(sought.names) if name not in called.values()]
        columns = {called.get(name, name): numbers[:, n] for n, name in kept}
        keys = {
            "strategy": [names[n] for n in place],
            "set": [sought.sets[n] for n in number],
            "replicate": replicate,
        }
        return DataFrame(keys | columns)

    def _names(self) -> list[str]:
        """Return what allocations and strategies are called in a table, each otherwise."""
        names = list(map(self.title, self.sought.allocations))
        for key in self.sought.strategies:
            title = self.title(key)
            names.append(title if title not in names else f"{title} ({key})")
        return names

    @cached_property
    def tried(self) -> DataFrame:
        """All that was looked at: budget, rules, a column a practice, cost as reckoned, mean over the first blocks."""
        from pandas import DataFrame

        rows = []
        for search in self._searches:
            spent = self.space.spent(np.array([each for each, _ in search.tried], np.int64))
            rows += [
                {
                    "budget": search.dollars,
                    "rules": search.ruled,
                    **self.space.listed(each),
                    "reckoned": cost,
                    "mean": mean,
                }
                for (each, mean), cost in zip(search.tried, spent.tolist(), strict=True)
            ]
        return DataFrame(rows)

    @property
    def _searches(self) -> Sequence[Searched]:
        own = (*self.sought.others, self.sought.main)
        return (*own, self.sought.ruled) if self.sought.ruled is not None else own

    def record(self) -> dict[str, Any]:
        """Return it as plain data: what `search.json` says."""
        sought, aim = self.sought, self.sought.aim
        adapting = None
        if sought.ruled is not None and self.adapting is not None:
            one = self.adapting
            adapting = {
                "allocation": self.title(sought.ruled.choice), "gain": one.value, "low": one.low, "high": one.high
            }  # fmt: skip
        return {
            "title": self.experiment.title or self.experiment.name,
            "objective": aim.objective,
            "worth": aim.worth,
            "budget": sought.main.dollars,
            "a_year": self.space.yearly,
            "under": self.under,
            "sets": {"searched": sought.blocks.sets, "unseen": list(sought.sets)},
            "replicates": sought.blocks.replicates,
            "choice": self.title(self.choice),
            "bought": self.space.listed(self.choice),
            "cheapest_that_cannot_be_told_apart": self.title(self.cheapest),
            "finalists": self.finalists.to_dict("records"),
            "gains": self.gains.to_dict("records"),
            "best_strategy": self.best_strategy,
            "adapting": adapting,
            "frontier": self.frontier.to_dict("records"),
            "searches": [
                {
                    "budget": each.dollars,
                    "rules": each.ruled,
                    "allowed": each.found.allowed,
                    "tried": len(each.tried),
                    "all_tried": each.found.exhaustive,
                    "rounds": each.found.rounds,
                }
                for each in self._searches
            ],
            "agreement": self.stamp,
        }

    @property
    def under(self) -> dict[str, str]:
        """The condition under which was searched: label by cross key."""
        asked = self.experiment.optimize
        assert asked is not None
        return {key: asked.under.get(key, level[0].label) for key, level in self.experiment.cross.items()}
