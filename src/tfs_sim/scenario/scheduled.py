"""What a scenario schedules, as arrays: interventions, shocks, grants, selection and goals, and whom each reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.catalogue import INTERVENTIONS, METRICS, SHOCKS
from tfs_sim.model.mechanisms.levers import part_of_grant
from tfs_sim.model.state import PAYERS, ROLES, SECTORS
from tfs_sim.model.world import ORGANIZATION_LEVERS, ORGANIZATION_SHOCKS, SITE_LEVERS, SITE_SHOCKS
from tfs_sim.scenario.rules import Rule
from tfs_sim.scenario.tables import ScheduledIntervention

if TYPE_CHECKING:
    from tfs_sim.scenario.schema import Scenario
    from tfs_sim.scenario.tables import Target

CENTS_PER_THOUSAND_DOLLARS = 100_000
CENTS_PER_DOLLAR = 100

Views = dict[str, NDArray[Any]]


def orders_of(scenario: Scenario) -> list[ScheduledIntervention]:
    """Return the interventions in force whose mechanisms are on, in the order in which they are carried out."""
    return [each for each in scenario.in_force()[0] if scenario.is_on(INTERVENTIONS[each.use].mechanism)]


@dataclass(frozen=True)
class Rolls:
    """Who there is: what targets choose by.

    Attributes
    ----------
    sites, communities : keys, in the world's order; sites has the national table after them, if there is one.
    row : of each organization, by identity.
    home, sector, role : of each organization, positions in `sites`, SECTORS and ROLES.
    """

    sites: tuple[str, ...]
    communities: tuple[str, ...]
    row: Mapping[str, int]
    home: NDArray[Any]
    sector: NDArray[Any]
    role: NDArray[Any]

    @cached_property
    def place(self) -> dict[str, int]:
        """Return the position of each site."""
        return {key: n for n, key in enumerate(self.sites)}

    def reached(self, target: Target, by_site: bool) -> NDArray[np.int64]:
        """Return the rows whom a target reaches, of organizations or of the sites of these, sorted."""
        some = np.ones(self.home.size, bool)
        if target.role is not None:
            some &= self.role == ROLES.index(target.role)
        if target.sector is not None:
            some &= self.sector == SECTORS.index(target.sector)
        if target.site is not None:
            some &= self.home == self.place.get(target.site, -1)
        if target.organizations is not None:
            named = np.zeros(some.size, bool)
            named[[self.row[name] for name in target.organizations if name in self.row]] = True
            some &= named
        rows = np.flatnonzero(some)
        return np.unique(self.home[rows]).astype(np.int64) if by_site else rows


class Schedule:
    """Fills the arrays of what a scenario schedules."""

    def __init__(self, scenario: Scenario, rolls: Rolls) -> None:
        self.scenario, self.rolls = scenario, rolls
        communities = rolls.communities
        promised = scenario.in_force()[1]
        self.orders = orders_of(scenario)
        self.shocks = [each for each in scenario.shocks if scenario.is_on(SHOCKS[each.use].mechanism)]
        self.grants = [(grant, site) for grant in promised for site in ([grant.site] if grant.site else communities)]
        self.stages = scenario.selection.stages if scenario.selection else ()
        self.stage = {stage.name: n for n, stage in enumerate(self.stages)}
        self.goals = [
            (n, number, goal)
            for n, key in enumerate(communities)
            for number, goal in enumerate(scenario.sites[key].goals)
        ]
        self.reached = [rolls.reached(o.target, INTERVENTIONS[o.use].scope == "site") for o in self.orders]
        self.struck = [rolls.reached(s.target, SHOCKS[s.use].scope == "site") for s in self.shocks]

    @property
    def sizes(self) -> dict[str, int]:
        """How many there are of everything that is scheduled."""
        return {
            "order": len(self.orders),
            "order_row": len(self.orders) + 1,
            "target": sum(map(len, self.reached)),
            "shock": len(self.shocks),
            "shock_row": len(self.shocks) + 1,
            "struck": sum(map(len, self.struck)),
            "grant": len(self.grants),
            "stage": len(self.stages),
            "goal": len(self.goals),
        }

    def fill(self, world: Views) -> None:
        """Fill the arrays of interventions, shocks and grants."""
        self._fill_orders(world)
        self._fill_shocks(world)
        self._fill_grants(world)

    def _fill_orders(self, world: Views) -> None:
        clock = self.scenario.clock
        for n, order in enumerate(self.orders):
            lever = INTERVENTIONS[order.use]
            by_site = lever.scope == "site"
            world["order_lever"][n] = (SITE_LEVERS if by_site else ORGANIZATION_LEVERS).index(order.use)
            world["order_by_site"][n] = by_site
            world["order_begins"][n], world["order_ends"][n] = order.window(clock)
            world["order_taper"][n] = order.taper or 0
            world["order_dose"][n] = order.amount
            world["order_sums"][n] = lever.combine == "sum"
            world["order_cost"][n] = lever.cost * CENTS_PER_DOLLAR
            world["order_hours"][n] = lever.hours
            world["order_payer"][n] = PAYERS.index(order.payer)
            world["order_stage"][n] = -1 if order.stage is None else self.stage[order.stage]
            self._fill_rule(world, n, order.when)
        _fill_lists(world, "order_first_target", "order_target", self.reached)

    def _fill_rule(self, world: Views, n: int, rule: Rule | None) -> None:
        world["order_indicator"][n] = -1 if rule is None else list(METRICS).index(rule.indicator)
        world["order_above"][n] = rule is not None and rule.below is None
        world["order_on_at"][n], world["order_off_at"][n] = (rule.threshold, rule.end) if rule else (0.0, 0.0)
        world["order_every"][n], world["order_over"][n] = (rule.every, rule.over) if rule else (1, 1)
        world["order_spell"][n] = rule.at_least if rule else 1

    def _fill_shocks(self, world: Views) -> None:
        for n, shock in enumerate(self.shocks):
            by_site = SHOCKS[shock.use].scope == "site"
            world["shock_kind"][n] = (SITE_SHOCKS if by_site else ORGANIZATION_SHOCKS).index(shock.use)
            world["shock_by_site"][n] = by_site
            world["shock_onset"][n] = self.scenario.clock.index(shock.onset)
            world["shock_lasts"][n] = shock.duration
            world["shock_decay"][n] = shock.half_life
            world["shock_depth"][n] = shock.depth
        _fill_lists(world, "shock_first_target", "shock_target", self.struck)

    def _fill_grants(self, world: Views) -> None:
        for n, (grant, site) in enumerate(self.grants):
            world["grant_site"][n] = self.rolls.place[site]
            world["grant_begins"][n], world["grant_ends"][n] = grant.window(self.scenario.clock)
            world["grant_cents"][n], world["grant_rest"][n] = _in_cents(grant.amount, grant.months, grant.taper)
            world["grant_taper"][n] = grant.taper
            world["grant_flexible"][n] = grant.flexible
            world["grant_stage"][n] = -1 if grant.stage is None else self.stage[grant.stage]

    def fill_stages(self, world: Views) -> None:
        """Fill the arrays of selection."""
        for n, stage in enumerate(self.stages):
            given = self.scenario.selection is not None and self.scenario.selection.is_given(stage)
            world["stage_month"][n] = self.scenario.clock.index(stage.month)
            world["stage_places"][n] = stage.places or 0
            world["stage_pool"][n] = -1 if stage.pool is None else self.stage[stage.pool]
            world["stage_given"][n] = given
            for site in stage.chosen or ():
                world["given_choice"][n, self.rolls.place[site]] = 1

    def fill_goals(self, world: Views) -> None:
        """Fill the arrays of partnerships' goals."""
        for n, (site, number, goal) in enumerate(self.goals):
            world["goal_site"][n] = site
            world["goal_number"][n] = number
            world["goal_metric"][n] = list(METRICS).index(goal.indicator)
            world["goal_above"][n] = goal.at_least is not None
            world["goal_level"][n] = goal.threshold
            world["goal_over"][n] = goal.over
            world["goal_ends"][n] = goal.then == "end"


@lru_cache(maxsize=1024)
def _in_cents(amount: float, months: int, taper: int) -> tuple[int, int]:
    """Return the cents of a grant's full month, and those that its last month brings beyond its part."""
    full = months - taper + taper / 2.0  # as many full payments as the taper leaves
    total = round(amount * CENTS_PER_THOUSAND_DOLLARS)
    cents = round(amount * CENTS_PER_THOUSAND_DOLLARS / full)
    return cents, total - sum(part_of_grant.py_func(cents, left, taper) for left in range(1, months + 1))


def _fill_lists(world: Views, first: str, values: str, lists: list[NDArray[np.int64]]) -> None:
    world[first][:] = np.cumsum([0, *map(len, lists)])
    world[values][:] = np.concatenate(lists) if lists else []
