"""From a scenario to a template: who exists, who could know whom, and what is scheduled."""

from __future__ import annotations

from collections.abc import Collection, Iterable
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
from tfs_sim.scenario.influence import Influence
from tfs_sim.scenario.organizations import Organization, Relationship, national, national_table
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

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.sites = tuple(sorted(scenario.sites))
        self.members = {site: scenario.sites[site].organizations_list(site) for site in self.sites}
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
        source, target, strength = self._relationships()
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
        self._fill_relationships(world, source, target, strength)
        self._fill_influence(world)
        self.fill_numbers(world)
        self._fill_stages(world)
        self._fill_goals(world)
        return Template(
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
        strength: NDArray[np.float64],
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
        world["given_strength"][:] = strength[ends]
        world["given_influence"][:] = -1.0
        world["pair_id"][:] = _mix(self.identities[one], self.identities[other])
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

    def _relationships(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Return source, target and given strength (−1: to be drawn) of every candidate relationship, sorted."""
        pieces = []
        start = 0
        for key in self.sites:
            members = self.members[key]
            site = self.scenario.sites.get(key)
            given = site.relationships_list(key) if site else None
            weights = site.influence_list(key) if site else None
            heard = [item for item in weights or () if item.source != item.target]
            pairs = self._candidates(start, members, (*(given or ()), *heard), key == NATIONAL_SITE)
            strength = np.full(len(pairs), -1.0 if given is None else 0.0)
            for tie in given or ():
                ends = self.row[tie.source], self.row[tie.target]
                for a, b in (ends, ends[::-1]):
                    place = np.searchsorted(pairs[:, 0] * len(self.row) + pairs[:, 1], a * len(self.row) + b)
                    strength[place] = max(strength[place], tie.strength)
            pieces.append((pairs, strength))
            start += len(members)
        pairs = np.concatenate([p for p, _ in pieces])
        return pairs[:, 0], pairs[:, 1], np.concatenate([s for _, s in pieces])

    def _reach(self, one: NDArray[np.int64], other: NDArray[np.int64], home: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how many possible acquaintances each pair of a site stands for, where not all pairs are candidates.

        In a large site those who could know each other are drawn, as many for each organization as memory allows; each
        stands for so many that an organization has as many acquaintances as in the largest site where all pairs are.
        """
        backbones = np.array([o.role == "backbone" for o in self.organizations])
        among = ~(backbones[one] | backbones[other])
        largest = float(self.parameters["community"]["all_pairs_up_to"])
        reach = np.ones(len(self.sites))
        for n, key in enumerate(self.sites):
            partners = len(self.members[key]) - 1
            if partners + 1 > largest and key != NATIONAL_SITE:
                each = 2.0 * np.count_nonzero(among & (home == n)) / partners
                reach[n] = max((largest - 2.0) / each, 1.0) if each > 0 else 1.0
        return reach

    def _candidates(
        self, start: int, members: tuple[Organization, ...], given: Iterable[Relationship | Influence], national: bool
    ) -> NDArray[np.int64]:
        """Return who could ever know whom in a site: all pairs, or in a large site the likeliest by a keyed draw.

        Nationals all know each other. In a large site every organization knows of the backbone and of the likeliest
        others, those of its own sector being twice as likely; a pair is a candidate if either end drew it.
        """
        n = len(members)
        community = self.parameters["community"]
        everyone = np.argwhere(~np.eye(n, dtype=bool))
        if n > float(community["all_pairs_up_to"]) and not national:
            ids = self.identities[start : start + n]
            sectors = np.array([SECTORS.index(o.sector) for o in members])
            a, b = everyone[:, 0], everyone[:, 1]
            key = _mix(np.minimum(ids[a], ids[b]), np.maximum(ids[a], ids[b]))
            uniform = ((key >> np.uint64(11)).astype(float) + 0.5) / 2.0**53
            score = -np.log(-np.log(uniform)) + np.log(2.0) * (sectors[a] == sectors[b])
            hub = np.array([member.role == "backbone" for member in members])
            score[hub[a] | hub[b]] = np.inf
            # both ends draw by the same score, so about six in ten of their choices are the same pairs
            each = min(n - 1, max(1, round(float(community["candidates"]) * 0.72)))
            chosen = np.zeros((n, n), bool)
            table = np.full((n, n), -np.inf)
            table[a, b] = score
            best = np.argsort(-table, axis=1, kind="stable")[:, :each]
            np.put_along_axis(chosen, best, True, axis=1)
            chosen |= np.isinf(table) & (table > 0)
            for tie in given:
                chosen[self.row[tie.source] - start, self.row[tie.target] - start] = True
            everyone = np.argwhere(chosen | chosen.T).astype(np.int64)
        return everyone + start


def _fill_lists(world: dict[str, NDArray[Any]], first: str, values: str, lists: list[list[int]]) -> None:
    world[first][:] = np.cumsum([0, *map(len, lists)])
    world[values][:] = [t for each in lists for t in each]


def _mix(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return `draws.mix` of two arrays of identities."""
    with np.errstate(over="ignore"):
        z = a + np.uint64(0x9E3779B97F4A7C15) * (b + np.uint64(1))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(z ^ (z >> np.uint64(31)))
