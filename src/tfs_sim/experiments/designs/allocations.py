"""What may be bought for a budget: allocations of it over practices and the months in which they begin.

An allocation is a tuple of whole numbers, one a practice: which of its options is bought, 0 for none. The options of a
practice are in the order of what they cost the funder in all. Costs are reckoned as `tfs-sim check` does, from the
schedule alone (`tfs_sim.scenario.costs`), one order at a time: they add up over practices, and what has a rule costs
at most what it does if it is always called for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.estimators.searching import Grid
from tfs_sim.experiments.designs.locating import located
from tfs_sim.scenario.errors import Mistake, UserError
from tfs_sim.scenario.fields import catalogue, plain_number
from tfs_sim.scenario.tables import ScheduledIntervention

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment
    from tfs_sim.scenario.schema import Scenario

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Allocation = tuple[int, ...]


@dataclass(frozen=True)
class Option:
    """One way to buy a practice.

    Attributes
    ----------
    order : what is bought; None for nothing.
    years : dollars that it costs the funder in each year.
    """

    order: ScheduledIntervention | None
    years: Array

    @property
    def ruled(self) -> bool:
        """Whether it is in force by a rule."""
        return self.order is not None and self.order.when is not None

    def in_words(self, start: str) -> str:
        """Return it as people say it: `procedure-manuals 0.4 from 2021-01`; nothing for nothing."""
        if self.order is None:
            return ""
        begins = self.order.begins or ("" if self.ruled else start)
        said = f"{self.order.use} {plain_number(self.order.amount)}" + (f" from {begins}" if begins else "")
        return said if self.order.when is None else f"{said} {self.order.when.in_words()}"


@dataclass(frozen=True)
class Space:
    """All allocations that practices allow, whatever they cost.

    Attributes
    ----------
    practices : their keys, in the order of the file.
    options : of each practice, from none and the cheapest on.
    ground : the scenario in which they are bought.
    yearly : whether a budget is of the dearest year, or in all.
    """

    practices: tuple[str, ...]
    options: tuple[tuple[Option, ...], ...]
    ground: Scenario
    yearly: bool

    @classmethod
    def of(cls, experiment: Experiment) -> Space:
        """Return what an experiment's `[optimize]` allows."""
        optimize = experiment.optimize
        assert optimize is not None
        budget = optimize.budget(experiment)
        assert budget is not None
        ground = experiment.ground
        found: dict[str, list[Option]] = {key: [] for key in optimize.practices}
        for key, order in optimize.orders(ground.clock):
            item = ScheduledIntervention.model_validate(order)
            found[key].append(Option(item, years_of(ground, item)))
        nothing = Option(None, np.zeros(-(-ground.clock.months // 12)))
        options = tuple((nothing, *sorted(each, key=lambda o: _rank(o, ground))) for each in found.values())
        return cls(tuple(found), options, ground, budget.a_year is not None)

    @property
    def size(self) -> int:
        """How many allocations there are."""
        return int(np.prod([len(each) for each in self.options], dtype=object))

    @property
    def adaptive(self) -> bool:
        """Whether any option is in force by a rule."""
        return any(option.ruled for options in self.options for option in options)

    def spent(self, points: Ints) -> Array:
        """Return what allocations cost the funder by what counts against a budget: of the dearest year, or in all."""
        years = self.years(points)
        return np.asarray(years.max(axis=1) if self.yearly else years.sum(axis=1))

    def years(self, points: Ints) -> Array:
        """Return what allocations [allocations, practices] cost the funder: [allocations, years], in dollars."""
        tables = [np.stack([option.years for option in options]) for options in self.options]
        return np.asarray(sum(table[points[:, n]] for n, table in enumerate(tables)))

    def rules(self, points: Ints) -> Ints:
        """Return how many practices of each allocation are in force by a rule."""
        tables = [np.array([option.ruled for option in options], np.int64) for options in self.options]
        return np.asarray(sum(table[points[:, n]] for n, table in enumerate(tables)))

    def orders(self, allocation: Allocation) -> list[ScheduledIntervention]:
        """Return what an allocation buys."""
        chosen = (options[n].order for options, n in zip(self.options, allocation, strict=True))
        return [order for order in chosen if order is not None]

    def scenario(self, allocation: Allocation) -> Scenario:
        """Return what is run of an allocation."""
        return self.ground.with_(interventions=[*self.ground.interventions, *self.orders(allocation)])

    def in_words(self, allocation: Allocation) -> str:
        """Return an allocation as people say it."""
        start = self.ground.clock.start
        said = [options[n].in_words(start) for options, n in zip(self.options, allocation, strict=True) if n]
        return "; ".join(said) or "nothing"

    def listed(self, allocation: Allocation) -> dict[str, str]:
        """Return what each practice is bought as, by its key."""
        start = self.ground.clock.start
        chosen = zip(self.practices, self.options, allocation, strict=True)
        return {key: options[n].in_words(start) for key, options, n in chosen}

    def cheapest(self) -> tuple[float, str]:
        """Return what the cheapest option of all costs by what counts against a budget, and what it is."""
        start = self.ground.clock.start
        each = [
            (float(option.years.max() if self.yearly else option.years.sum()), option.in_words(start))
            for options in self.options
            for option in options[1:]
        ]
        return min(each)


def _rank(option: Option, ground: Scenario) -> tuple[Any, ...]:
    """Return by what options of a practice are in order: cost, dose, from the latest to the earliest, rules first."""
    assert option.order is not None
    first = option.order.window(ground.clock)[0]
    return round(float(option.years.sum()), 2), option.order.amount, -first, not option.ruled, str(option.order.when)


def years_of(ground: Scenario, order: ScheduledIntervention) -> Array:
    """Return what an order costs the funder in each year, in dollars, on top of all that a scenario has."""
    from tfs_sim.scenario.costs import by_year, costs_of

    known = catalogue().INTERVENTIONS
    scenario = ground.with_(interventions=[*ground.interventions, order])
    on = [n for n, item in enumerate(scenario.in_force()[0]) if scenario.is_on(known[item.use].mechanism)]
    place = len(ground.interventions)
    empty = np.zeros(-(-ground.clock.months // 12))
    if place not in on or order.payer != "funder":
        return empty
    paid = costs_of(scenario, [on.index(place)]).paid.get("funder")
    return empty if paid is None else by_year(paid)


@dataclass(frozen=True)
class Affordable:
    """The allocations of a space that a budget buys.

    Attributes
    ----------
    space, dollars : of what, for how much.
    ruled : whether at least one practice is in force by a rule; else none is.
    """

    space: Space
    dollars: float
    ruled: bool

    @cached_property
    def options(self) -> tuple[Ints, ...]:
        """The options of each practice that the budget buys by themselves, 0 among them."""
        found = []
        for options in self.space.options:
            costs = [float(o.years.max() if self.space.yearly else o.years.sum()) for o in options]
            kept = [n for n, o in enumerate(options) if costs[n] <= self.dollars and (self.ruled or not o.ruled)]
            found.append(np.array(kept, np.int64))
        return tuple(found)

    @cached_property
    def variables(self) -> tuple[int, ...]:
        """The practices of which any is bought."""
        return tuple(n for n, each in enumerate(self.options) if len(each) > 1)

    @property
    def empty(self) -> bool:
        """Whether the budget buys nothing at all, or nothing by a rule where that is asked for."""
        ruled = any(self.space.options[n][k].ruled for n in self.variables for k in self.options[n].tolist())
        return not ruled if self.ruled else not self.variables

    def grid(self) -> Grid:
        """Return the grid of these allocations: a variable a practice that has options."""
        levels = tuple(len(self.options[n]) for n in self.variables)
        return Grid(levels, self.excess, lambda points: self.space.years(self.full(points)).sum(axis=1))

    def full(self, points: Ints) -> Ints:
        """Return points of the grid as allocations."""
        found = np.zeros((len(points), len(self.space.options)), np.int64)
        for column, n in enumerate(self.variables):
            found[:, n] = self.options[n][points[:, column]]
        return found

    def excess(self, points: Ints) -> Array:
        """Return how far points exceed the budget, and how many rules they lack."""
        allocations = self.full(points)
        over = self.space.spent(allocations) - self.dollars * (1.0 + 1e-9)
        lacking = (1.0 if self.ruled else 0.0) - self.space.rules(allocations)
        return np.stack([over, lacking], axis=1)

    def at(self, allocation: Allocation) -> tuple[int, ...] | None:
        """Return an allocation as a point of the grid; None where it is not among these."""
        places: list[int] = []
        for n, own in enumerate(allocation):
            there = np.flatnonzero(self.options[n] == own)
            if not len(there):
                return None
            if n in self.variables:
                places.append(int(there[0]))
        fits = self.grid().allowed(np.array([places], np.int64))[0]
        return tuple(places) if fits else None


def affordable(space: Space, dollars: float, experiment: Experiment | None = None) -> Affordable:
    """Return what a budget, one of those of an experiment's search, buys without rules.

    Raises
    ------
    UserError
        When it does not buy the cheapest dose.
    """
    found = Affordable(space, dollars, False)
    if found.empty:
        costs, what = space.cheapest()
        said = f"${dollars:,.0f} {'a year' if space.yearly else 'in all'} buys none of the practices"
        rest = f"the cheapest is {what}, for ${costs:,.0f}"
        hint = "Give more, or smaller doses, or later months."
        if experiment is None or experiment.optimize is None:
            raise UserError(Mistake(f"{said}: {rest}", hint=hint))
        place = experiment.optimize.place(experiment, dollars)
        raise located(experiment, [Mistake(f"{said}: {rest}", place, hint=hint)])
    return found
