"""From a scenario to a template: who exists, who could know whom, and what is scheduled."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import draws
from tfs_sim.model.catalogue import INTERVENTIONS, MECHANISMS, METRICS, SHOCKS
from tfs_sim.model.declare import record
from tfs_sim.model.engine import RECORDS, SWITCHES, Template
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.mechanisms.levers import part_of_grant
from tfs_sim.model.state import CONTRIBUTIONS, FIRST_POOL, MAX_LEVELS, PAYERS, ROLES, SECTORS
from tfs_sim.model.world import (
    ORGANIZATION_LEVERS,
    ORGANIZATION_SHOCKS,
    SITE_LEVERS,
    SITE_SHOCKS,
    Layout,
    copy_of,
)
from tfs_sim.scenario.acquaintance import candidates, mix, reach
from tfs_sim.scenario.beginnings import Given, beginnings, surveyed
from tfs_sim.scenario.drawing import drawn_organizations
from tfs_sim.scenario.organizations import Organization, Relationship, Told, Unsure, national, national_table
from tfs_sim.scenario.rules import Rule
from tfs_sim.scenario.tables import NATIONAL_SITE, ScheduledIntervention

if TYPE_CHECKING:
    from tfs_sim.scenario.schema import Scenario
    from tfs_sim.scenario.tables import Target

CENTS_PER_THOUSAND_DOLLARS = 100_000
CENTS_PER_DOLLAR = 100


@lru_cache(maxsize=64)
def build(scenario: Scenario) -> Template:
    """Return the template of a scenario: arrays of what never changes, parameter records and switches."""
    return _Builder(scenario).template()


def drawn_by_set(scenario: Scenario) -> bool:
    """Say whether files leave anything open that sets of parameters draw, or that depends on their parameters."""
    for key, site in scenario.sites.items():
        if site.evidence is not None or any(each.told != Told() for each in site.relationships_list(key) or ()):
            return True
        if site.organizations_file and any(each.unsure != Unsure() for each in site.organizations_list(key)):
            return True
    return False


def under_set(scenario: Scenario, parameter_set: str) -> Template:
    """Return the template of a scenario under a set of parameters that is in it already: what files leave open, drawn.

    Parameters
    ----------
    scenario : with the set's parameters.
    parameter_set : identity of the set; empty: none.
    """
    return _Builder(scenario, parameter_set).template()


def orders_of(scenario: Scenario) -> list[ScheduledIntervention]:
    """Return the interventions in force whose mechanisms are on, in the order in which they are carried out."""
    return [each for each in scenario.in_force()[0] if scenario.is_on(INTERVENTIONS[each.use].mechanism)]


LAYOUT_PARAMETERS = frozenset({("community", "all_pairs_up_to"), ("community", "candidates")})
"""Parameters that decide who could know whom."""


def draws_candidates(scenario: Scenario) -> bool:
    """Say whether any site is so large that those who could know each other are drawn."""
    largest = float(scenario.effective_parameters()["community"]["all_pairs_up_to"])
    return any(len(site.organizations_list(key)) > largest for key, site in scenario.sites.items())


def retuned(template: Template, scenario: Scenario, areas: Collection[str] = ("parameters", "schedule")) -> Template:
    """Return the template of a variant of the scenario that `template` was built from.

    The variant may differ in parameters (but for `LAYOUT_PARAMETERS`), in doses, timings and depths, and in the
    numbers of its sites: everything that leaves the arrays as long as they are. `areas` says in which of
    "parameters" and "schedule" (all the rest) it does. The result is what `build` returns, sooner.
    """
    changes: dict[str, Any] = {"digest": ""}
    if "parameters" in areas:
        given = scenario.parameters
        changes["parameters"] = tuple(record(MECHANISMS[name].parameters, given.get(name)) for name in RECORDS)
    if "schedule" in areas:
        builder = _Builder(scenario)
        fixed = copy_of(template.fixed)
        world = template.layout.views(fixed, FIXED)
        builder.fill_numbers(world)
        changes["fixed"] = fixed
    return replace(template, **changes)


class _Builder:
    """Fills the fixed arrays of one scenario."""

    def __init__(self, scenario: Scenario, parameter_set: str = "") -> None:
        self.scenario, self.parameter_set = scenario, parameter_set
        self.sites = tuple(sorted(scenario.sites))
        found = {site: scenario.sites[site].organizations_list(site) for site in self.sites}
        self.members = {site: drawn_organizations(each, parameter_set) for site, each in found.items()}
        self.communities = self.sites
        if scenario.nationals:  # the national table is the last site
            self.sites = (*self.sites, NATIONAL_SITE)
            found = (national(key, each.title, each.fte) for key, each in scenario.nationals.items())
            self.members[NATIONAL_SITE] = national_table(found)
        self.stages = scenario.selection.stages if scenario.selection else ()
        self.goals = [
            (n, number, goal)
            for n, key in enumerate(self.communities)
            for number, goal in enumerate(scenario.sites[key].goals)
        ]
        self.stage = {stage.name: n for n, stage in enumerate(self.stages)}
        self.organizations: tuple[Organization, ...] = tuple(o for s in self.sites for o in self.members[s])
        self.row = {o.identity: i for i, o in enumerate(self.organizations)}
        self.home = [n for n, s in enumerate(self.sites) for _ in self.members[s]]
        self.identities = np.array([draws.identity(o.identity) for o in self.organizations], np.uint64)
        self.parameters = scenario.effective_parameters()

    def template(self) -> Template:
        ties = {key: self._listed(key) for key in self.sites}
        source, target = self._relationships(ties)
        given = beginnings(self.scenario, ties, self.members, self.parameters, self.parameter_set)
        orders, shocks, grants = self._scheduled()
        reached, struck = self._reached(orders, shocks)
        n = len(self.organizations)
        layout = Layout(
            sizes={
                "organization": n, "row": n + 1, "relationship": len(source), "pair": len(source) // 2,
                "site": len(self.sites), "account": FIRST_POOL + len(self.sites) + n, "order": len(orders),
                "order_row": len(orders) + 1, "target": sum(map(len, reached)), "shock": len(shocks),
                "shock_row": len(shocks) + 1, "struck": sum(map(len, struck)), "grant": len(grants),
                "stage": len(self.stages), "goal": len(self.goals), "level": len(self.sites) * MAX_LEVELS,
                "choice": n * MAX_LEVELS,
            },
            words=max(1, (max(len(m) for m in self.members.values()) + 63) // 64),
        )  # fmt: skip
        fixed = layout.buffer(FIXED)
        world = layout.views(fixed, FIXED)
        self._fill_organizations(world)
        self._fill_relationships(world, source, target, given)
        self._fill_influence(world)
        self.fill_numbers(world)
        self._fill_stages(world)
        self._fill_goals(world)
        template = Template(
            layout=layout,
            fixed=fixed,
            parameters=tuple(record(MECHANISMS[name].parameters, self.parameters[name]) for name in RECORDS),
            on=np.array([self._is_on(name) for name in SWITCHES], np.int64),
            months=self.scenario.clock.months,
            run_in=self.scenario.clock.run_in,
            start=self.scenario.clock.start,
            sites=self.communities,
            site_titles=tuple(self.scenario.sites[site].title or site for site in self.communities),
            organizations=self.organizations,
            digest=self.scenario.digest(),
            neutral=layout.neutral(),
        )
        return surveyed(template, given, self.row)

    def _scheduled(self) -> tuple[list[Any], list[Any], list[tuple[Any, str]]]:
        """Return the interventions and shocks whose mechanisms are on, and the grants with the site of each."""
        promised = self.scenario.in_force()[1]
        grants = [(grant, site) for grant in promised for site in ([grant.site] if grant.site else self.communities)]
        shocks = [s for s in self.scenario.shocks if self._is_on(SHOCKS[s.use].mechanism)]
        return orders_of(self.scenario), shocks, grants

    def _reached(self, orders: list[Any], shocks: list[Any]) -> tuple[list[list[int]], list[list[int]]]:
        """Return whom each intervention and each shock reaches."""
        reached = [self._targets(o.target, INTERVENTIONS[o.use].scope == "site") for o in orders]
        return reached, [self._targets(s.target, SHOCKS[s.use].scope == "site") for s in shocks]

    def fill_numbers(self, world: dict[str, NDArray[Any]]) -> None:
        """Fill the numbers of sites and the schedule."""
        orders, shocks, grants = self._scheduled()
        reached, struck = self._reached(orders, shocks)
        self._fill_sites(world)
        self._fill_orders(world, orders, reached)
        self._fill_shocks(world, shocks, struck)
        self._fill_grants(world, grants)

    def _is_on(self, mechanism: str) -> bool:
        return self.scenario.is_on(mechanism)

    def _targets(self, target: Target, by_site: bool) -> list[int]:
        rows = [i for i, o in enumerate(self.organizations) if target.matches(self.sites[self.home[i]], o)]
        return sorted({self.home[i] for i in rows}) if by_site else rows

    def _fill_organizations(self, world: dict[str, NDArray[Any]]) -> None:
        world["organization_id"][:] = self.identities
        world["site_of"][:] = self.home
        world["sector"][:] = [SECTORS.index(o.sector) for o in self.organizations]
        world["role"][:] = [ROLES.index(o.role) for o in self.organizations]
        world["affiliation"][:] = -1
        for site in self.communities:
            for network, members in self.scenario.sites[site].networks.items():
                for member in members:
                    row = self.row[f"{site}/{member.removeprefix(f'{site}/')}"]
                    world["affiliation"][row] = self.row[f"{NATIONAL_SITE}/{network}"]
        for name, each in self.scenario.nationals.items():
            world["contribution"][self.row[f"{NATIONAL_SITE}/{name}"]] = CONTRIBUTIONS.index(each.contribution)
        # the backbone's staff is the site's (base_backbone_fte); only partners' is given here
        world["given_fte"][:] = [o.fte or 0.0 if o.role != "backbone" else 0.0 for o in self.organizations]

        given = [o.given for o in self.organizations]
        world["given_joining"][:] = [-1 if g.joins is None else g.joins for g in given]
        world["given_threshold"][:] = [-1.0 if g.threshold is None else g.threshold for g in given]
        world["given_lowest"][:] = [-1.0 if g.first_effort is None else g.first_effort[0] for g in given]
        world["given_highest"][:] = [-1.0 if g.first_effort is None else g.first_effort[1] for g in given]
        world["given_tenure"][:] = [-1 if g.months_in_post is None else g.months_in_post for g in given]
        world["given_posts"][:] = [-1 if g.key_people is None else g.key_people for g in given]
        world["given_bid"][:] = [-1.0 if g.first_bid is None else 1000.0 * g.first_bid for g in given]

    def _fill_relationships(
        self,
        world: dict[str, NDArray[Any]],
        source: NDArray[np.int64],
        target: NDArray[np.int64],
        given: Given,
    ) -> None:
        n = len(self.organizations)
        world["first_relationship"][:] = np.searchsorted(source, np.arange(n + 1))
        # the end of the smaller identity comes first, wherever the two stand in the input
        forward = np.flatnonzero(self.identities[source] < self.identities[target])
        one, other = source[forward], target[forward]
        backward = np.searchsorted(source * n + target, other * n + one)
        ends, pairs = np.concatenate([forward, backward]), np.arange(len(forward))
        world["source"][:], world["target"][:] = source[ends], target[ends]
        world["reverse"][:] = np.concatenate([pairs + len(pairs), pairs])
        world["pair"][:] = np.tile(pairs, 2)
        world["relationships"][ends] = np.arange(len(ends))
        world["given_strength"][:] = self._strengths(source, target, given)[ends]
        world["given_influence"][:] = -1.0
        world["pair_id"][:] = mix(self.identities[one], self.identities[other])
        world["one_end"][:], world["other_end"][:] = one, other
        home = np.array(self.home)[one]
        world["reach"][:] = self._reach(one, other, home)
        world["pair_site"][:] = home
        sites = np.arange(len(self.sites))
        world["first_pair"][:], world["end_pair"][:] = np.searchsorted(home, sites), np.searchsorted(home, sites + 1)

    def _fill_influence(self, world: dict[str, NDArray[Any]]) -> None:
        """Set who listens to whom in sites with a file of weights; elsewhere that is by trust."""
        for number, key in enumerate(self.sites):
            given = self.scenario.sites[key].influence_list(key) if key in self.scenario.sites else None
            if given is None:
                continue
            world["given_influence"][[self.home[i] == number for i in world["source"]]] = 0.0
            place = {ends: r for r, ends in enumerate(zip(world["source"], world["target"], strict=True))}
            for item in given:
                i, j = self.row[item.source], self.row[item.target]
                if i == j:
                    world["given_own_influence"][i] = item.weight
                else:
                    world["given_influence"][place[i, j]] = item.weight

    def _fill_sites(self, world: dict[str, NDArray[Any]]) -> None:
        start = 0
        for n, key in enumerate(self.sites):
            site, members = self.scenario.sites.get(key), self.members[key]
            world["site_id"][n] = draws.identity(key)
            world["first_organization"][n] = start
            world["end_organization"][n] = start + len(members)
            world["local_index"][start : start + len(members)] = range(len(members))
            backbone = next(i for i, o in enumerate(members) if o.role == "backbone")
            world["backbone"][n] = start + backbone
            start += len(members)
            world["begins"][n] = -self.scenario.clock.run_in
            if site is None:  # the national table: everyone takes part, and there are no students
                world["national_site"][n] = 1
                world["at_the_table"][n] = 1.0
                world["base_backbone_fte"][n] = members[backbone].fte
                continue
            world["base_backbone_fte"][n] = (
                site.backbone.fte if members[backbone].fte is None else members[backbone].fte
            )
            if site.backbone.begins is not None:
                world["begins"][n] = self.scenario.clock.index(site.backbone.begins)
            world["at_the_table"][n] = site.at_the_table
            world["grievance_share"][n] = site.grievance
            world["students"][0, n] = site.students * site.poverty
            world["students"][1, n] = site.students * (1.0 - site.poverty)

    def _fill_orders(self, world: dict[str, NDArray[Any]], orders: list[Any], reached: list[list[int]]) -> None:
        clock = self.scenario.clock
        for n, order in enumerate(orders):
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
        _fill_lists(world, "order_first_target", "order_target", reached)

    def _fill_rule(self, world: dict[str, NDArray[Any]], n: int, rule: Rule | None) -> None:
        world["order_indicator"][n] = -1 if rule is None else list(METRICS).index(rule.indicator)
        world["order_above"][n] = rule is not None and rule.below is None
        world["order_on_at"][n], world["order_off_at"][n] = (rule.threshold, rule.end) if rule else (0.0, 0.0)
        world["order_every"][n], world["order_over"][n] = (rule.every, rule.over) if rule else (1, 1)
        world["order_spell"][n] = rule.at_least if rule else 1

    def _fill_shocks(self, world: dict[str, NDArray[Any]], shocks: list[Any], struck: list[list[int]]) -> None:
        for n, shock in enumerate(shocks):
            by_site = SHOCKS[shock.use].scope == "site"
            world["shock_kind"][n] = (SITE_SHOCKS if by_site else ORGANIZATION_SHOCKS).index(shock.use)
            world["shock_by_site"][n] = by_site
            world["shock_onset"][n] = self.scenario.clock.index(shock.onset)
            world["shock_lasts"][n] = shock.duration
            world["shock_decay"][n] = shock.half_life
            world["shock_depth"][n] = shock.depth
        _fill_lists(world, "shock_first_target", "shock_target", struck)

    def _fill_grants(self, world: dict[str, NDArray[Any]], grants: Iterable[tuple[Any, str]]) -> None:
        for n, (grant, site) in enumerate(grants):
            world["grant_site"][n] = self.sites.index(site)
            world["grant_begins"][n], world["grant_ends"][n] = grant.window(self.scenario.clock)
            months = grant.months - grant.taper + grant.taper / 2.0  # as many full payments as the taper leaves
            total = round(grant.amount * CENTS_PER_THOUSAND_DOLLARS)
            cents = round(grant.amount * CENTS_PER_THOUSAND_DOLLARS / months)
            parts = (part_of_grant.py_func(cents, left, grant.taper) for left in range(1, grant.months + 1))
            world["grant_cents"][n] = cents
            world["grant_rest"][n] = total - sum(parts)
            world["grant_taper"][n] = grant.taper
            world["grant_flexible"][n] = grant.flexible
            world["grant_stage"][n] = -1 if grant.stage is None else self.stage[grant.stage]

    def _fill_stages(self, world: dict[str, NDArray[Any]]) -> None:
        for n, stage in enumerate(self.stages):
            given = self.scenario.selection is not None and self.scenario.selection.is_given(stage)
            world["stage_month"][n] = self.scenario.clock.index(stage.month)
            world["stage_places"][n] = stage.places or 0
            world["stage_pool"][n] = -1 if stage.pool is None else self.stage[stage.pool]
            world["stage_given"][n] = given
            for site in stage.chosen or ():
                world["given_choice"][n, self.sites.index(site)] = 1

    def _fill_goals(self, world: dict[str, NDArray[Any]]) -> None:
        for n, (site, number, goal) in enumerate(self.goals):
            world["goal_site"][n] = site
            world["goal_number"][n] = number
            world["goal_metric"][n] = list(METRICS).index(goal.indicator)
            world["goal_above"][n] = goal.at_least is not None
            world["goal_level"][n] = goal.threshold
            world["goal_over"][n] = goal.over
            world["goal_ends"][n] = goal.then == "end"

    def _listed(self, key: str) -> tuple[Relationship, ...] | None:
        """Return the ties that a site's file lists, with those that are uncertain; None without a file."""
        site = self.scenario.sites.get(key)
        return site.relationships_list(key) if site else None

    def _relationships(
        self, ties: Mapping[str, tuple[Relationship, ...] | None]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return source and target of every candidate relationship, sorted."""
        pieces = []
        start = 0
        for key in self.sites:
            members, site = self.members[key], self.scenario.sites.get(key)
            weights = site.influence_list(key) if site else None
            heard = [item for item in weights or () if item.source != item.target]
            ids = self.identities[start : start + len(members)]
            listed = (*(ties[key] or ()), *heard)
            pieces.append(candidates(members, ids, listed, self.parameters["community"], key == NATIONAL_SITE) + start)
            start += len(members)
        pairs = np.concatenate(pieces)
        return pairs[:, 0], pairs[:, 1]

    def _strengths(self, source: NDArray[np.int64], target: NDArray[np.int64], given: Given) -> NDArray[np.float64]:
        """Return the given strength of every candidate relationship: −1 where the site has no file of them."""
        files = np.array([key in given.strengths for key in self.sites])
        strength = np.where(files[np.array(self.home)[source]], 0.0, -1.0)
        codes = source * len(self.row) + target
        for of_site in given.strengths.values():
            for (one, other), value in of_site.items():
                ends = self.row[one], self.row[other]
                for a, b in (ends, ends[::-1]):
                    place = np.searchsorted(codes, a * len(self.row) + b)
                    strength[place] = max(strength[place], value)
        return strength

    def _reach(self, one: NDArray[np.int64], other: NDArray[np.int64], home: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how many possible acquaintances each pair of a site stands for, where not all pairs are candidates."""
        backbones = np.array([o.role == "backbone" for o in self.organizations])
        among = ~(backbones[one] | backbones[other])
        found = np.ones(len(self.sites))
        for n, key in enumerate(self.sites):
            if key != NATIONAL_SITE:
                pairs = np.count_nonzero(among & (home == n))
                found[n] = reach(pairs, len(self.members[key]) - 1, self.parameters["community"])
        return found


def _fill_lists(world: dict[str, NDArray[Any]], first: str, values: str, lists: list[list[int]]) -> None:
    world[first][:] = np.cumsum([0, *map(len, lists)])
    world[values][:] = [t for each in lists for t in each]
