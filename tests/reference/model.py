"""The month, one step after the other: a Mesa model that does what `tfs_sim.model.tick` lists, in that order."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from reference import building
from reference.luck import KeyedLuck, Luck
from reference.scheduled import Grant, Order, Shock, Stage
from reference.world import Organization, Pair, Site, mesa
from tfs_sim.model import tick
from tfs_sim.model.catalogue import MECHANISMS, METRICS
from tfs_sim.model.declare import Step, record
from tfs_sim.model.state import PRACTICES

if TYPE_CHECKING:
    from tfs_sim.scenario import Scenario

MakesLuck = Callable[[Any, int, int], Luck]


@cache
def function_of(step: Step) -> Callable[[Partnership], None]:
    """Return the function that does a step: of the file and with the name of its kernel."""
    file, _, kernel = step.name.partition(".")
    done: Callable[[Partnership], None] = getattr(import_module(f"reference.mechanisms.{file}"), kernel)
    return done


class Partnership(mesa.Model):  # type: ignore[misc]
    """A scenario's communities, their organizations, and all that happens to them.

    Attributes
    ----------
    organizations, sites, communities, pairs : everyone; `sites` has the table of the nationals, if there is one, last.
    orders, shocks, grants, stages : what is scheduled.
    p : the mechanisms' parameters by mechanism, rates a month.
    accounts : cents by whose they are: "outside", "funder", ("pool", site), an organization.
    observed : metric → site's key → value in each month so far.
    meeting : the pairs that meet this month.
    worth_of_practice : what each way of coordinating is worth in this world, which nobody knows.
    month : the month that runs, or the next.
    """

    def __init__(self, scenario: Scenario, seed: int, replicate: int = 0, luck: MakesLuck = KeyedLuck) -> None:
        super().__init__(seed=seed)
        self.luck = luck(self.random, seed, replicate)
        self._on = {name: scenario.is_on(name) for name in MECHANISMS}
        given = scenario.parameters
        self.p = SimpleNamespace(**{n: record(m.parameters, given.get(n)) for n, m in MECHANISMS.items()})
        self.months: int = scenario.clock.months
        self.run_in: int = scenario.clock.run_in
        self.month = 0
        self.organizations: list[Organization] = []
        self.by_identity: dict[str, Organization] = {}
        self.sites: list[Site] = []
        self.communities: list[Site] = []
        self.pairs: list[Pair] = []
        self.orders: list[Order] = []
        self.shocks: list[Shock] = []
        self.grants: list[Grant] = []
        self.stages: list[Stage] = []
        self.meeting: list[Pair] = []
        building.populate(self, scenario)
        building.schedule(self, scenario)
        self.worth_of_practice = [self.luck.normal("worth of practices", 0, m) for m in range(PRACTICES)]
        self.nationals = [each for each in self.organizations if each.role == "national"]
        owners = ["outside", "funder", *(("pool", site) for site in self.sites), *self.organizations]
        self.accounts: dict[Any, int] = dict.fromkeys(owners, 0)
        self.observed: dict[str, dict[str, list[float]]] = {
            metric: {site.key: [] for site in self.communities} for metric in METRICS
        }

    def on(self, mechanism: str) -> bool:
        """Say whether a mechanism is on."""
        return self._on[mechanism]

    def pay(self, source: Any, target: Any, cents: int) -> None:
        """Move cents from one account to another."""
        self.accounts[source] -= cents
        self.accounts[target] += cents

    def observe(self, site: Site, metric: str, value: float) -> None:
        """Record a metric of a community's month."""
        self.observed[metric][site.key].append(float(value))

    def do(self, step: Step) -> None:
        """Do a step, if its mechanism is on."""
        if not step.mechanism or self.on(step.mechanism):
            function_of(step)(self)

    def begin(self) -> None:
        """Draw the world, and let the months pass that communities have before the first."""
        self.month = -self.run_in
        for step in tick.START:
            self.do(step)
        while self.month < 0:
            for step in tick.MONTH:
                if not step.records:
                    self.do(step)
            self.month += 1

    def step(self) -> None:
        """Let a month pass; `running` becomes False after the last."""
        for step in tick.MONTH:
            self.do(step)
        self.month += 1
        self.running = self.month < self.months

    def run(self) -> dict[str, dict[str, list[float]]]:
        """Draw the world, let all months pass, and return what was observed."""
        self.begin()
        while self.month < self.months:
            self.step()
        return self.observed
