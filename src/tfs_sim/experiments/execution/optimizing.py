"""A search for the best allocation of a budget, and a second look at what it found on sets that it never saw.

The sets of the ensemble are split in two by their identity: the search sees one part, and what it chose, what cannot
be told apart from it and the experiment's own strategies are run on the other. A search picks what did well where it
looked, so only the second look says what its choice is worth.

Each budget is a search of its own; those of more money begin with what less bought. Where practices may be bought by
rules, one more search at the main budget looks for the best allocation in which at least one is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tfs_sim.estimators.racing import Array, Blocks, Ints
from tfs_sim.estimators.searching import CARRIED, KEPT, MENDED, ROUNDS, Found, search
from tfs_sim.experiments.designs.allocations import Affordable, Allocation, Space, affordable
from tfs_sim.experiments.designs.optimize_tables import FEWEST_SETS, NET_BENEFIT
from tfs_sim.experiments.execution.allocating import COST, EFFECT, Block, Meter, Runs
from tfs_sim.scenario.errors import Mistake, UserError, count
from tfs_sim.scenario.fields import catalogue

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment
    from tfs_sim.experiments.designs.sets import Sets
    from tfs_sim.scenario.schema import Scenario


@dataclass(frozen=True)
class Aim:
    """What is looked for.

    Attributes
    ----------
    objective : "net-benefit", or a metric.
    worth : of net benefit, what a student-month may cost in dollars.
    """

    objective: str
    worth: float | None

    def of(self, values: Array, names: Sequence[str]) -> Array:
        """Return what is looked for of numbers [..., numbers], more being better: [...].

        Raises
        ------
        UserError
            When a run has no value of it.
        """
        if self.objective == NET_BENEFIT:
            assert self.worth is not None
            return np.asarray(self.worth * values[..., names.index(EFFECT)] - values[..., names.index(COST)])
        found = values[..., names.index(self.objective)]
        if np.isnan(found).any():
            said = f"some runs have no value of {self.objective}, so that allocations cannot be compared by it"
            raise UserError(Mistake(said, hint="Choose an outcome that every run has, such as served or partners."))
        return np.asarray(-found if catalogue().METRICS[self.objective].better == "lower" else found)


@dataclass(frozen=True)
class Split:
    """Which sets a search sees, and which it does not: numbers of sets, in the order in which they are looked at.

    Attributes
    ----------
    seen, unseen : numbers of sets.
    seed : by which they were split, and by which a search goes its way.
    """

    seen: tuple[int, ...]
    unseen: tuple[int, ...]
    seed: int

    @classmethod
    def of(cls, sets: Sets, seed: int, share: float) -> Split:
        """Split sets by their identity and a seed.

        Raises
        ------
        UserError
            When there are too few of them.
        """
        if len(sets) < FEWEST_SETS:
            said = f"a search needs at least {FEWEST_SETS} sets of parameters, and there are {count(len(sets), 'set')}"
            raise UserError(Mistake(said, hint="Some are kept from the search, to see what its choice is worth there."))
        keys = [hashlib.blake2b(f"optimize/{seed}/{name}".encode(), digest_size=8).digest() for name in sets.ids]
        order = sorted(range(len(sets)), key=lambda n: (keys[n], n))
        kept = min(max(round(share * len(sets)), 3), len(sets) - 3)
        return cls(tuple(order[kept:]), tuple(order[:kept]), seed)


@dataclass(frozen=True)
class Searched:
    """What one search came to.

    Attributes
    ----------
    dollars : the budget.
    ruled : whether at least one practice had to be in force by a rule; else none is.
    found : the search.
    choices : allocations that went to the end of it, the chosen one first.
    tried : every allocation that was looked at, with its mean over the first blocks, best first.
    """

    dollars: float
    ruled: bool
    found: Found
    choices: tuple[Allocation, ...]
    tried: tuple[tuple[Allocation, float], ...]

    @property
    def choice(self) -> Allocation:
        """The allocation that it chose."""
        return self.choices[0]


@dataclass(frozen=True)
class Sought:
    """Searches, and all that was run again on sets that they never saw.

    Attributes
    ----------
    space : what may be bought.
    main : the search at the main budget without rules.
    ruled : that with at least one rule; None where there are none, or the budget buys none.
    others : those at the further budgets.
    allocations, strategies : what was run on unseen sets: allocations, then strategies of the experiment.
    unseen : [allocations and strategies, sets, replicates, numbers].
    seen : means of what is looked for over all that the search saw, of strategies [strategies].
    names : of the numbers.
    sets : names of the unseen sets.
    made : how many runs were made for this; the others were there.
    """

    space: Space
    aim: Aim
    main: Searched
    ruled: Searched | None
    others: tuple[Searched, ...]
    allocations: tuple[Allocation, ...]
    strategies: tuple[str, ...]
    unseen: Array
    seen: Array
    names: tuple[str, ...]
    sets: tuple[str, ...]
    blocks: Blocks
    made: int

    @cached_property
    def values(self) -> Array:
        """What is looked for, on unseen sets: [allocations and strategies, sets, replicates]."""
        return self.aim.of(self.unseen, self.names)


class Searching:
    """Searches over the runs of a space."""

    def __init__(self, space: Space, aim: Aim, runs: Runs, split: Split, replicates: int, tries: int) -> None:
        self.space, self.aim, self.runs, self.split, self.tries = space, aim, runs, split, tries
        self.blocks = Blocks(len(split.seen), replicates)
        self.scenarios: dict[Allocation, Scenario] = {}

    @property
    def most(self) -> int:
        """Runs that a search makes at most, about."""
        blocks, left, runs = self.blocks, CARRIED, 0
        for before, rung in zip((blocks.first, *blocks.ladder), blocks.ladder, strict=False):
            runs += left * (rung - before)
            left = max(KEPT, left // 2)
        return blocks.first * (self.tries + ROUNDS * MENDED // 2) + 2 * runs

    def scenario(self, allocation: Allocation) -> Scenario:
        """Return what is run of an allocation."""
        found = self.scenarios.get(allocation)
        if found is None:
            found = self.scenarios[allocation] = self.space.scenario(allocation)
        return found

    def block(self, number: int) -> Block:
        """Return the block of this number in the order in which a search looks at them."""
        return self.split.seen[number % self.blocks.sets], number // self.blocks.sets

    def values(self, scenarios: Sequence[Scenario], blocks: Sequence[Block]) -> Array:
        """Return what is looked for, of scenarios on blocks [scenarios, blocks]."""
        return self.aim.of(self.runs.values(scenarios, blocks), self.runs.numbers.names)

    def at(self, bought: Affordable, begin: Sequence[Allocation]) -> Searched:
        """Return what a search among some allocations comes to, beginning with others that are among them."""

        def sample(points: Ints, stop: int) -> Array:
            chosen = [self.scenario(tuple(each)) for each in bought.full(points).tolist()]
            return self.values(chosen, [self.block(n) for n in range(stop)])

        name = f"optimize/{self.split.seed}/{bought.dollars!r}/{bought.ruled}"
        key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=16).digest(), "little")
        rng = np.random.Generator(np.random.Philox(key=key))
        places = [point for each in begin if (point := bought.at(each)) is not None]
        found = search(bought.grid(), sample, self.blocks, rng, self.tries, places)
        listed = bought.full(np.array([point for point, _ in found.tried], np.int64)).tolist()
        tried = tuple((tuple(one), mean) for one, (_, mean) in zip(listed, found.tried, strict=True))
        choices = tuple(tuple(each) for each in bought.full(found.raced.points).tolist())
        return Searched(bought.dollars, bought.ruled, found, choices, tried)


def sought(
    experiment: Experiment, space: Space, aim: Aim, runs: Runs, split: Split, replicates: int, meter: Meter
) -> Sought:
    """Search at every budget, and run what was found on the sets that no search saw.

    Raises
    ------
    UserError
        When a budget does not buy the cheapest dose, or what is looked for has no value somewhere.
    """
    optimize = experiment.optimize
    assert optimize is not None
    budget = optimize.budget(experiment)
    assert budget is not None
    all_dollars = sorted({budget.dollars, *optimize.frontier})
    bought = {dollars: affordable(space, dollars, experiment) for dollars in all_dollars}
    by_rule = Affordable(space, budget.dollars, True) if space.adaptive else None
    if by_rule is not None and by_rule.empty:
        by_rule = None
    searching = Searching(space, aim, runs, split, replicates, optimize.tries)
    arms = {
        arm.strategy: arm.scenario
        for arm in experiment.arms()
        if all(arm.levels[key] == optimize.under.get(key, level[0].label) for key, level in experiment.cross.items())
    }
    number = len(all_dollars) + (by_rule is not None)
    whole = len(split.unseen) * replicates
    meter.total = number * searching.most + len(arms) * searching.blocks.ladder[-1]
    meter.total += whole * (2 * KEPT + len(optimize.frontier) + len(arms))
    nothing: Allocation = tuple(0 for _ in space.practices)
    before = [nothing]
    found: dict[float, Searched] = {}
    for n, dollars in enumerate(all_dollars):
        found[dollars] = searching.at(bought[dollars], before)
        before = [*dict.fromkeys([*before, *found[dollars].choices])]
        meter.passed((n + 1) * searching.most)
    main = found[budget.dollars]
    ruled = None if by_rule is None else searching.at(by_rule, _with_rules(space, main.choice))
    meter.passed(number * searching.most)
    every = [searching.block(n) for n in range(searching.blocks.ladder[-1])]
    seen = searching.values(list(arms.values()), every).mean(axis=1)
    others = tuple(found[dollars] for dollars in all_dollars if dollars != budget.dollars)
    searches = [main, *([] if ruled is None else [ruled])]
    allocations = tuple(
        dict.fromkeys([*(one for each in searches for one in each.choices), *(each.choice for each in others), nothing])
    )
    scenarios = [*map(searching.scenario, allocations), *arms.values()]
    cells = [(number, replicate) for number in split.unseen for replicate in range(replicates)]
    unseen = runs.values(scenarios, cells).reshape(len(scenarios), len(split.unseen), replicates, -1)
    runs.flush()
    meter.passed(meter.total)
    return Sought(
        space, aim, main, ruled, others, allocations, tuple(arms), unseen, seen, runs.numbers.names,
        tuple(runs.sets.ids[n] for n in split.unseen), searching.blocks, meter.made,
    )  # fmt: skip


def _with_rules(space: Space, allocation: Allocation) -> list[Allocation]:
    """Return an allocation with one of its practices bought by a rule instead, in each way."""
    found = []
    for n, own in enumerate(allocation):
        for option in (k for k, each in enumerate(space.options[n]) if each.ruled and own):
            found.append((*allocation[:n], option, *allocation[n + 1 :]))
    return found[:CARRIED]
