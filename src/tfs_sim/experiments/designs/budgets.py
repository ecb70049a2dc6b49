"""`[budget]` of an experiment: what strategies may cost; their doses are scaled to it, within the doses' own limits.

The budget is of the funder's dollars for the orders that a strategy adds: grants, what others pay and what the scenario
does anyway are not in it. What a strategy takes over from one that is not under the budget is not in it either, so that
practices on top of an initiative are bought for the budget, and the initiative is left as it is.

All doses that count are multiplied by one number, the largest at which the dearest year (of a budget a year) or the
whole run (of one in all) costs no more than the budget; a dose stops at the largest that its intervention can have,
and the others then go on. What is expected before a run is reckoned as in `tfs_sim.scenario.costs`: of an order with a
rule as if it were always called for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from tfs_sim.experiments.designs.assembly import Added, additions_of, extended, parts_of
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote
from tfs_sim.scenario.fields import TEXT, catalogue, number, wrong
from tfs_sim.scenario.table import Table

if TYPE_CHECKING:
    from typing import Self

    from tfs_sim.experiments.designs.design import Arm, Experiment
    from tfs_sim.scenario.schema import Scenario
    from tfs_sim.scenario.tables import ScheduledIntervention

DOLLARS = number(1, 1e12, "an amount in dollars")
CHEAPEST = 0.1
"""The smallest share of an intervention's own dose that a budget may leave: less is a practice in name alone."""
DIGITS = 1e6
"""Doses are rounded down to so small a part, so that no budget is exceeded."""
CLOSE = 1e-5
"""Share of a budget that what is spent may fall short of it: costs are whole cents of each organization and month."""
FARTHEST = 1e9
"""A dose is scaled by so much at most: what is smaller than the largest by more is written to mean nothing."""
ROUNDS = 60


class Budget(Table):
    """What each strategy may cost the funder."""

    a_year: Annotated[float, DOLLARS] | None = Field(
        None, description="dollars that its dearest year may cost; years count from the start of the clock"
    )
    in_all: Annotated[float, DOLLARS] | None = Field(None, description="instead: dollars that it may cost in all")
    strategies: tuple[Annotated[str, TEXT], ...] | None = Field(
        None, description="which strategies; default: all that add what the funder pays for", min_length=1
    )

    @model_validator(mode="before")
    @classmethod
    def _as_table(cls, value: object) -> object:
        if isinstance(value, Mapping | Budget):
            return value
        raise wrong("budget is a table: [budget] with a_year = 200_000, or in_all = 1_000_000 (dollars)")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.a_year is None) == (self.in_all is None):
            both = self.a_year is not None
            raise wrong("a budget is a_year or in_all, in dollars; " + ("keep one of the two" if both else "give one"))
        return self

    @property
    def dollars(self) -> float:
        """The amount: a year, or in all."""
        return float(self.a_year if self.a_year is not None else self.in_all or 0.0)

    @property
    def said(self) -> str:
        """The budget in words."""
        return f"${self.dollars:,.0f} {'a year' if self.a_year is not None else 'in all'}"


@dataclass(frozen=True)
class Fitted:
    """What a budget did to one strategy under some conditions.

    Attributes
    ----------
    doses : interventions that count, in the order of the strategy: name, dose as written, dose.
    full : those that are at the largest dose that they can have.
    costs : dollars that count against the budget with these doses: of the dearest year, or in all.
    years : lowest and highest of the years' costs.
    """

    doses: tuple[tuple[str, float, float], ...]
    full: tuple[str, ...]
    costs: float
    years: tuple[float, float]


def budget_mistakes(budget: Budget, strategies: Collection[str], varied: Sequence[str]) -> Iterator[Mistake]:
    """Yield what is wrong with the names in a budget, and with a design beside it (`varied`: its dotted names)."""
    for place, name in enumerate(budget.strategies or ()):
        if name not in strategies:
            said = f"there is no strategy {quote(name)}"
            yield Mistake(said, ("budget", "strategies", place), suggestion=nearest(name, list(strategies)))
    moved = [name for name in varied if name.startswith("interventions.") and ".when." not in name]
    if moved:
        said = f"a budget scales doses as they are written, and the design varies {moved[0]}: leave out one of the two"
        yield Mistake(said, key=("budget",), at="key")


def within_budget(
    experiment: Experiment, starts: Mapping[str, Scenario], arms: Sequence[Arm]
) -> tuple[list[Arm], list[Mistake]]:
    """Return the arms with doses scaled to the experiment's budget, and the mistakes where it does not suffice.

    Parameters
    ----------
    starts : the scenarios that arms start from, by the name that a level gives ("": the experiment's own).
    """
    budget = experiment.budget
    assert budget is not None
    found: list[Arm] = []
    mistakes: list[Mistake] = []
    for arm in arms:
        line = extended(experiment.strategies, arm.strategy)[0]
        levels = [level for key, each in experiment.cross.items() for level in each if level.label == arm.levels[key]]
        other = next((level.scenario for level in levels if level.scenario is not None), "")
        additions = additions_of(experiment.strategies, line)
        scaled = places(starts[other], additions, under_budget(budget, line))
        if not scaled:
            if arm.strategy in (budget.strategies or ()):
                said = f"{arm.strategy} adds nothing that the funder pays for, so that no budget can hold for it"
                mistakes.append(Mistake(said, key=("budget", "strategies")))
            found.append(arm)
            continue
        alike = arm.scenario.model_copy(update={"shocks": (), "parameters": {}})  # of no account for costs
        try:
            done = fitted(alike, tuple(scaled), budget)
        except UserError as error:
            where = f"{arm.label}: " if arm.levels else f"{arm.strategy}: "
            key = ("budget", "a_year" if budget.a_year is not None else "in_all")
            mistakes += [replace(each, message=f"{where}{each.message}", key=key) for each in error.mistakes]
        else:
            found.append(replace(arm, scenario=dosed(arm.scenario, scaled, done), fitted=done))
    return found, mistakes


def under_budget(budget: Budget, line: Sequence[str]) -> list[str]:
    """Return the strategies of a line of extensions whose additions count: those from the first one under it on."""
    if budget.strategies is None:
        return list(line)
    first = next((n for n, name in enumerate(line) if name in budget.strategies), len(line))
    return list(line[first:]) if line[-1] in budget.strategies else []


def places(base: Scenario, additions: Sequence[Added], counting: Collection[str]) -> list[int]:
    """Return the places, among the interventions of an assembled scenario, of what counts against a budget."""
    found: list[int] = []
    at = len(base.interventions)
    for added in additions:
        items = parts_of(base, added.what)[0]
        if added.key[1] in counting:
            found += [at + n for n, item in enumerate(items) if scalable(item)]
        at += len(items)
    return found


def scalable(item: ScheduledIntervention) -> bool:
    """Say whether an order costs the funder anything, so that its dose is the budget's affair."""
    return bool(item.payer == "funder" and catalogue().INTERVENTIONS[item.use].cost > 0 and item.amount > 0)


def dosed(scenario: Scenario, scaled: Sequence[int], done: Fitted) -> Scenario:
    """Return a scenario with the doses that a budget gave to some of its interventions, checked."""
    found = _with_doses(scenario, dict(zip(scaled, (dose for _, _, dose in done.doses), strict=True)))
    return scenario.with_(interventions=found.as_written()["interventions"])


def _with_doses(scenario: Scenario, doses: Mapping[int, float]) -> Scenario:
    items = tuple(
        item.model_copy(update={"dose": doses[n]}) if n in doses else item
        for n, item in enumerate(scenario.interventions)
    )
    return scenario.model_copy(update={"interventions": items})


@lru_cache(maxsize=256)
def fitted(scenario: Scenario, scaled: tuple[int, ...], budget: Budget) -> Fitted:
    """Return the doses at which some of a scenario's interventions cost what a budget allows.

    It is remembered: a file is loaded again and again, and each time takes a dozen bills of many years.

    Parameters
    ----------
    scaled : places among the scenario's interventions, at least one.

    Raises
    ------
    UserError
        When the budget does not buy the smallest doses.
    """
    from tfs_sim.scenario.costs import by_year, costs_of

    known = catalogue().INTERVENTIONS
    items = {n: scenario.interventions[n] for n in scaled}
    on = [n for n, item in enumerate(scenario.in_force()[0]) if scenario.is_on(known[item.use].mechanism)]
    counting = [on.index(n) for n in scaled if n in on]  # places among `scheduled.orders_of`

    @cache
    def of_doses(doses: tuple[float, ...]) -> list[float]:
        bought = _with_doses(scenario, dict(zip(items, doses, strict=True)))
        paid = costs_of(bought, counting).paid.get("funder")
        return [0.0] if paid is None else [float(year) for year in by_year(paid)]

    def years(by: float) -> list[float]:
        return of_doses(tuple(_dose(item, by) for item in items.values()))

    def costs(by: float) -> float:
        return max(years(by)) if budget.a_year is not None else sum(years(by))

    least = max(CHEAPEST * min(known[item.use].dose / item.amount, 1.0) for item in items.values())
    most = max(min(known[item.use].largest_dose / item.amount, FARTHEST) for item in items.values())
    by = 1.0
    if counting:
        if (cheapest := costs(least)) > budget.dollars:
            uses = ", ".join(dict.fromkeys(item.use for item in items.values()))
            said = (
                f"{budget.said} does not buy the smallest doses of {uses}, which cost ${cheapest:,.0f} "
                f"{'in their dearest year' if budget.a_year is not None else 'in all'}"
            )
            raise UserError(Mistake(said, hint="No dose is scaled to less than a tenth of an intervention's own."))
        written = costs(1.0) - budget.dollars
        by = 1.0 if -CLOSE * budget.dollars <= written <= 0.0 else _largest(costs, least, most, budget.dollars)
    spent = years(by)
    doses = tuple((item.use, item.amount, _dose(item, by)) for item in items.values())
    full = [item.use for item in items.values() if _dose(item, by) >= known[item.use].largest_dose]
    total = max(spent) if budget.a_year is not None else sum(spent)
    return Fitted(doses, tuple(dict.fromkeys(full)), total, (min(spent), max(spent)))


def _dose(item: ScheduledIntervention, by: float) -> float:
    largest = float(catalogue().INTERVENTIONS[item.use].largest_dose)
    return min(largest, math.floor(item.amount * by * DIGITS + 1e-6) / DIGITS)


def _largest(costs: Callable[[float], float], least: float, most: float, dollars: float) -> float:
    """Return the largest factor in [least, most] at which costs, which rise with it, are within the budget.

    By the secant through the ends (Illinois: an end that stays counts half), since costs are all but even in doses.
    """
    if (high := costs(most)) <= dollars:
        return most
    a, b, at_a, at_b = least, most, costs(least) - dollars, high - dollars
    left = at_a  # what the lower end leaves of the budget
    side = 0
    for _ in range(ROUNDS):
        if b - a <= 1e-8 * b or left >= -CLOSE * dollars:
            break
        middle = (a * at_b - b * at_a) / (at_b - at_a)
        middle = min(max(middle, a + 1e-3 * (b - a)), b - 1e-3 * (b - a))
        value = costs(middle) - dollars
        if value <= 0.0:
            a, at_a, left = middle, value, value
            at_b = at_b / 2 if side == -1 else at_b
            side = -1
        else:
            b, at_b = middle, value
            at_a = at_a / 2 if side == 1 else at_a
            side = 1
    return a
