"""`[optimize]` of an experiment: what may be bought for a budget, and what is looked for. It changes no run."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from tfs_sim.experiments.designs.budgets import DOLLARS, Budget
from tfs_sim.experiments.designs.experiment_tables import WORTH
from tfs_sim.model.state import PAYERS
from tfs_sim.scenario.errors import KeyPath, Mistake, listed, nearest, quote
from tfs_sim.scenario.fields import (
    DURATION,
    KEY,
    NAME,
    TEXT,
    WHEN,
    Check,
    catalogue,
    declared,
    number,
    one_of,
    out_of_range,
    several,
    unknown,
    whole,
    wrong,
)
from tfs_sim.scenario.rules import Rule, read_rule
from tfs_sim.scenario.table import Table
from tfs_sim.scenario.tables import Clock, ScheduledIntervention, Target, everyone

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment

NET_BENEFIT = "net-benefit"
MOST_PRACTICES = 12
MOST_OPTIONS = 40
"""Doses, months and rules that a practice may be tried with, all combinations of them."""
FEWEST_SETS = 10
"""Sets without which neither a search nor what it is checked on has enough of them."""


def _objective(value: Any) -> str:
    known = catalogue().METRICS
    if value == NET_BENEFIT:
        return NET_BENEFIT
    if not isinstance(value, str):
        raise wrong(f'{NAME} is "{NET_BENEFIT}" or the name of a metric')
    if value not in known:
        raise unknown("metric", value, [NET_BENEFIT, *known])
    if not known[value].better:
        raise wrong(f"neither more nor less of {value} is better, so that nothing is the best by it")
    return value


OBJECTIVE = Check(_objective, (("anyOf", [{"const": NET_BENEFIT}, {"type": "string", "x-names": "metrics"}]),))


class Practice(Table):
    """A practice that may be bought: every dose in it may begin in every month, always or by one of its rules."""

    use: Annotated[str, declared("intervention")] | None = Field(
        None, description="name of the intervention; default: the key of the table"
    )
    doses: tuple[Annotated[float, number(0, float("inf"), "a number")], ...] | None = Field(
        None, description="doses that it may have; default: the intervention's own", min_length=1
    )
    begins: tuple[Annotated[str, WHEN], ...] | None = Field(
        None, alias="from", description="months in which it may begin; default: those of [optimize]", min_length=1
    )
    lasts: Annotated[int, DURATION] | None = Field(None, description="for how many months; default: to the end")
    target: Target = Field(
        default_factory=everyone, description='"all" or a table; everything that is given must match'
    )
    paid_by: Annotated[str, one_of(PAYERS, "who pays")] | None = Field(
        None, description="default: the intervention's own, mostly the funder"
    )
    when: tuple[Annotated[Rule, BeforeValidator(read_rule)], ...] = Field(
        (), description="rules by which it may be in force instead of always"
    )

    def orders(self, use: str, months: tuple[str, ...], clock: Clock) -> Iterator[dict[str, Any]]:
        """Yield all that it may be bought as, each once: tables like [[interventions]].

        A rule cannot look before there are months to look at: what would begin earlier begins then.
        """
        common: dict[str, Any] = {"use": use}
        if "target" in self.model_fields_set:
            common["target"] = self.target.model_dump()
        common |= {name: own for name in ("lasts", "paid_by") if (own := getattr(self, name)) is not None}
        found: list[dict[str, Any]] = []
        doses, begins, rules = self.doses or (None,), self.begins or months or (None,), (None, *self.when)
        for dose, month, rule in itertools.product(doses, begins, rules):
            order = dict(common)
            if dose is not None:
                order["dose"] = dose
            if rule is not None:
                order["when"] = rule.model_dump(exclude_none=True, exclude_unset=True)
            if month is not None and (rule is None or clock.index(month) >= rule.over):
                order["from"] = month
            if order not in found:
                found.append(order)
        yield from found


class Optimize(Table):
    """What `tfs-sim optimize` looks for."""

    objective: Annotated[str, OBJECTIVE] = Field(
        "", description='"net-benefit" (at a worth), or the metric that is to be the best; default: the primary outcome'
    )
    worth: Annotated[float, WORTH] | None = Field(
        None, description="of net benefit: what a student-month of support may cost, in dollars"
    )
    a_year: Annotated[float, DOLLARS] | None = Field(
        None, description="dollars that the dearest year may cost; default: as [budget] says"
    )
    in_all: Annotated[float, DOLLARS] | None = Field(None, description="instead: dollars that it may cost in all")
    frontier: tuple[Annotated[float, DOLLARS], ...] = Field(
        (), max_length=8, description="further budgets of the same kind, from low to high: what does more money buy?"
    )
    begins: tuple[Annotated[str, WHEN], ...] = Field(
        (), alias="from", description="months in which practices may begin; default: the start"
    )
    beside: Annotated[str, TEXT] | None = Field(
        None, description="strategy that is in force anyway and comes on top of the budget; default: none"
    )
    under: dict[Annotated[str, KEY], Annotated[str, TEXT]] = Field(
        default_factory=dict, description="label of the condition for cross keys; default: the first of each"
    )
    unseen: Annotated[float, number(0.1, 0.9, "a share of the sets,")] = Field(
        0.4, description="share of the sets that the search never sees: what it found is looked at on these"
    )
    tries: Annotated[int, whole(20, 100_000, "a number of allocations")] = Field(
        400, description="how many allocations the search may propose at each budget"
    )
    practices: dict[Annotated[str, KEY], Practice] = Field(
        description="what may be bought", min_length=1, max_length=MOST_PRACTICES
    )

    @model_validator(mode="before")
    @classmethod
    def _as_table(cls, value: object) -> object:
        if isinstance(value, Mapping | Optimize):
            return value
        raise wrong("optimize is a table: [optimize] with [optimize.practices] (see docs/how-to/optimize.md)")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if mistakes := list(self._mistakes()):
            raise several(mistakes)
        return self

    def _mistakes(self) -> Iterator[Mistake]:
        if self.a_year is not None and self.in_all is not None:
            yield Mistake("a budget is a_year or in_all, in dollars; keep one of the two", key=("in_all",), at="key")
        if list(self.frontier) != sorted(set(self.frontier)):
            yield Mistake("budgets go up, each once", key=("frontier",))
        if self.worth is not None and self.objective not in ("", NET_BENEFIT):
            said = f"a worth is for net benefit, and what is looked for is {self.objective}; leave out one of the two"
            yield Mistake(said, key=("worth",), at="key")
        known = catalogue().INTERVENTIONS
        for key, practice in self.practices.items():
            use = practice.use or key
            place = ("practices", key)
            if use not in known:
                hint = f"tfs-sim list interventions  shows all {len(known)}."
                said = f"there is no intervention {quote(use)}"
                yield Mistake(said, place, "key", nearest(use, list(known)), hint=hint)
                continue
            most = float(known[use].largest_dose)
            for n, dose in enumerate(practice.doses or ()):
                if not 0 < dose <= most:
                    unit = "a share" if known[use].dose_unit == "share" else f"a number ({known[use].dose_unit})"
                    said = out_of_range(dose, 0, most, unit).replace(NAME, "a dose")
                    if dose == 0:
                        said = "that a practice is not bought is always tried: a dose is above 0"
                    yield Mistake(said, (*place, "doses", n), hint=f"tfs-sim explain {use}  says what a dose is.")
            for name, values in (("doses", practice.doses), ("from", practice.begins)):
                if values is not None and len(set(values)) < len(values):
                    yield Mistake(f"{name} of {key} has something twice", (*place, name))
            options = len(practice.doses or (1,)) * len(practice.begins or self.begins or (1,))
            if options * (1 + len(practice.when)) > MOST_OPTIONS:
                said = f"{key} can be bought in {options * (1 + len(practice.when))} ways (doses × months × rules)"
                yield Mistake(f"{said}; at most {MOST_OPTIONS} are tried", place, "key")

    def budget(self, experiment: Experiment) -> Budget | None:
        """Return the budget: this table's, or that of the experiment."""
        if self.a_year is not None or self.in_all is not None:
            return Budget(a_year=self.a_year, in_all=self.in_all)
        return experiment.budget

    def place(self, experiment: Experiment, dollars: float) -> KeyPath:
        """Return where a budget of so much stands in an experiment."""
        if dollars in self.frontier:
            return "optimize", "frontier", self.frontier.index(dollars)
        own = "a_year" if self.a_year is not None else "in_all" if self.in_all is not None else ""
        budget = experiment.budget
        return (
            ("optimize", own) if own or budget is None else ("budget", "in_all" if budget.a_year is None else "a_year")
        )

    def orders(self, clock: Clock) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what may be bought: the practice, and the table of the intervention."""
        for key, practice in self.practices.items():
            yield from ((key, order) for order in practice.orders(practice.use or key, self.begins, clock))


def optimize_mistakes(experiment: Experiment) -> Iterator[Mistake]:
    """Yield what in `[optimize]` does not fit the rest of an experiment, but for its scenario."""
    optimize = experiment.optimize
    assert optimize is not None
    if experiment.design is not None:
        said = "a search goes on at one point, and this experiment has a design: leave out one of the two"
        yield Mistake(said, ("optimize",), "key")
    if optimize.budget(experiment) is None:
        yield Mistake("a search needs a budget: a_year or in_all here, or [budget]", ("optimize",), "key")
    names = list(experiment.strategies)
    if optimize.beside is not None and optimize.beside not in names:
        said = f"there is no strategy {quote(optimize.beside)}"
        yield Mistake(said, ("optimize", "beside"), suggestion=nearest(optimize.beside, names))
    for key, label in optimize.under.items():
        if key not in experiment.cross:
            keys = list(experiment.cross)
            said = f"there is no cross key {quote(key)}" + (f"; there are {listed(keys)}" if keys else "")
            yield Mistake(said, ("optimize", "under", key), "key", nearest(key, keys))
        elif label not in (labels := [level.label for level in experiment.cross[key]]):
            said = f"{key} has no condition {quote(label)}; it has {listed(labels)}"
            yield Mistake(said, ("optimize", "under", key), suggestion=nearest(label, labels))


def order_mistakes(optimize: Optimize, ground: Any) -> list[Mistake]:
    """Return what is wrong with practices in the scenario that they would be bought in."""
    from tfs_sim.scenario.errors import UserError

    found: list[Mistake] = []
    own = len(ground.interventions)
    for key, order in optimize.orders(ground.clock):
        try:
            ground.with_(interventions=[*ground.interventions, ScheduledIntervention.model_validate(order)])
        except UserError as error:
            for each in error.mistakes:
                rest = each.key[2:] if each.key[:2] == ("interventions", own) else ()
                place = tuple(part for part in rest if isinstance(part, str))[:1]
                shared = place == ("from",) and optimize.practices[key].begins is None
                where = ("optimize", "from") if shared else ("optimize", "practices", key, *place)
                found.append(Mistake(each.message, where, suggestion=each.suggestion, note=each.note, hint=each.hint))
    return list(dict.fromkeys(found))
