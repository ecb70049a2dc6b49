"""From a scenario to a template: who exists, who could know whom, and what is scheduled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import draws
from tfs_sim.model.catalogue import MECHANISMS
from tfs_sim.model.declare import record
from tfs_sim.model.engine import RECORDS, SWITCHES, Template
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.loop import no_collection
from tfs_sim.model.state import CONTRIBUTIONS, FIRST_POOL, MAX_LEVELS, ROLES, SECTORS
from tfs_sim.model.world import Layout, copy_of
from tfs_sim.scenario import acquaintances
from tfs_sim.scenario.acquaintances import Acquaintances
from tfs_sim.scenario.influence import Influence
from tfs_sim.scenario.organizations import Organization, Relationship, national, national_table
from tfs_sim.scenario.scheduled import Rolls, Schedule, Views
from tfs_sim.scenario.tables import NATIONAL_SITE

if TYPE_CHECKING:
    from tfs_sim.scenario.schema import Scenario

HUB = ROLES.index("backbone")


def build(scenario: Scenario) -> Template:
    """Return the template of a scenario: arrays of what never changes, parameter records and switches."""
    return _built(_Asked(scenario, scenario.digest()))


@dataclass(frozen=True, eq=False)
class _Asked:
    """A scenario with its digest, which takes a while to reckon where there are a million organizations."""

    scenario: Scenario
    digest: str

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self.digest == other.digest and self.scenario == other.scenario


@lru_cache(maxsize=64)
def _built(asked: _Asked) -> Template:
    with no_collection():  # a million organizations are a million objects, all of which live on
        return Builder(asked.scenario, asked.digest).template()


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
        fixed = copy_of(template.fixed)
        world = template.layout.views(fixed, FIXED)
        builder = Builder(scenario)
        builder.fill_sites(world)
        builder.schedule().fill(world)
        changes["fixed"] = fixed
    return replace(template, **changes)


class Builder:
    """Fills the fixed arrays of one scenario.

    Work and memory are in proportion to organizations and relationships: everything is done site by site.
    """

    def __init__(self, scenario: Scenario, digest: str = "") -> None:
        self.scenario, self.digest = scenario, digest
        self.communities = tuple(sorted(scenario.sites))
        self.sites = self.communities
        self.members = {key: self.listed(scenario.sites[key].organizations_list(key)) for key in self.communities}
        if scenario.nationals:  # the national table is the last site
            self.sites = (*self.sites, NATIONAL_SITE)
            found = (national(key, each.title, each.fte) for key, each in scenario.nationals.items())
            self.members[NATIONAL_SITE] = national_table(found)
        self.organizations: tuple[Organization, ...] = tuple(o for s in self.sites for o in self.members[s])
        self.row = {o.identity: i for i, o in enumerate(self.organizations)}
        sizes = [len(self.members[site]) for site in self.sites]
        self.first = np.concatenate([[0], np.cumsum(sizes)])
        self.home = np.repeat(np.arange(len(self.sites)), sizes)
        self.identities = np.array([draws.identity(o.identity) for o in self.organizations], np.uint64)
        self.sector = np.array([SECTORS.index(o.sector) for o in self.organizations], np.uint8)
        self.role = np.array([ROLES.index(o.role) for o in self.organizations], np.uint8)
        self.parameters = scenario.effective_parameters()

    def listed(self, members: tuple[Organization, ...]) -> tuple[Organization, ...]:
        """Return a site's organizations as they are in this template."""
        return members

    def schedule(self) -> Schedule:
        """Return what is scheduled for them."""
        return Schedule(self.scenario, Rolls(self.sites, self.communities, self.row, self.home, self.sector, self.role))

    def template(self) -> Template:
        """Return the template."""
        schedule = self.schedule()
        known = [self._acquaintances(n) for n in range(len(self.sites))]
        n, relationships = len(self.organizations), sum(each.source.size for each in known)
        layout = Layout(
            sizes={
                "organization": n, "row": n + 1, "relationship": relationships, "pair": relationships // 2,
                "site": len(self.sites), "account": FIRST_POOL + len(self.sites) + n, **schedule.sizes,
                "level": len(self.sites) * MAX_LEVELS, "choice": n * MAX_LEVELS,
            },
            words=max(1, (int(np.diff(self.first).max()) + 63) // 64),
        )  # fmt: skip
        fixed = layout.buffer(FIXED)
        world = layout.views(fixed, FIXED)
        self._fill_organizations(world)
        self._fill_relationships(world, known)
        self.fill_sites(world)
        schedule.fill(world)
        schedule.fill_stages(world)
        schedule.fill_goals(world)
        return Template(
            layout=layout,
            fixed=fixed,
            parameters=tuple(record(MECHANISMS[name].parameters, self.parameters[name]) for name in RECORDS),
            on=np.array([self.scenario.is_on(name) for name in SWITCHES], np.int64),
            months=self.scenario.clock.months,
            run_in=self.scenario.clock.run_in,
            start=self.scenario.clock.start,
            sites=self.communities,
            site_titles=tuple(self.scenario.sites[site].title or site for site in self.communities),
            organizations=self.organizations,
            digest=self.digest or self.scenario.digest(),
        )

    def _fill_organizations(self, world: Views) -> None:
        world["organization_id"][:] = self.identities
        world["site_of"][:] = self.home
        world["sector"][:] = self.sector
        world["role"][:] = self.role
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

    def _here(self, site: int) -> slice:
        """Return the rows of a site's organizations."""
        return slice(int(self.first[site]), int(self.first[site + 1]))

    def _acquaintances(self, site: int) -> Acquaintances:
        """Return who could ever know whom in a site: all pairs; in a large one those that are drawn.

        Nationals all know each other.
        """
        key, here = self.sites[site], self._here(site)
        n, community = here.stop - here.start, self.parameters["community"]
        if n <= float(community["all_pairs_up_to"]) or key == NATIONAL_SITE:
            return acquaintances.all_pairs(n)
        site_of = self.scenario.sites[key]
        listed: tuple[Relationship | Influence, ...] = (
            *(site_of.relationships_list(key) or ()),
            *(site_of.influence_list(key) or ()),
        )
        rows = ((self.row[each.source], self.row[each.target]) for each in listed if each.source != each.target)
        ends = [(one - here.start, other - here.start) for one, other in rows]
        hub = self.role[here] == HUB
        candidates = float(community["candidates"])
        return acquaintances.drawn(self.identities[here], self.sector[here], hub, candidates, ends)

    def strengths(self, site: int, known: Acquaintances) -> NDArray[np.float64]:
        """Return the given strength of each of a site's relationships (−1: to be drawn)."""
        key, here = self.sites[site], self._here(site)
        given = self.scenario.sites[key].relationships_list(key) if key in self.scenario.sites else None
        found = np.full(known.source.size, -1.0 if given is None else 0.0)
        ties = given or ()
        rows = [(self.row[tie.source], self.row[tie.target]) for tie in ties]
        ends = np.array(rows, np.int64).reshape(-1, 2) - here.start
        for seen in (ends, ends[:, ::-1]):
            np.maximum.at(found, known.places(seen, here.stop - here.start), [tie.strength for tie in ties])
        return found

    def _fill_relationships(self, world: Views, known: list[Acquaintances]) -> None:
        pairs = world["pair_id"].size
        began = 0
        for n, each in enumerate(known):
            here, at = self._here(n), slice(began, began + each.source.size // 2)
            there, both = slice(pairs + at.start, pairs + at.stop), slice(2 * at.start, 2 * at.stop)
            ids, start = self.identities[here], here.start
            # the end of the smaller identity comes first, wherever the two stand in the input
            forward = np.flatnonzero(ids[each.source] < ids[each.target])
            backward = each.reversed()[forward]
            numbers = np.arange(at.start, at.stop)
            one, other = each.source[forward], each.target[forward]
            world["source"][at], world["target"][at] = one + start, other + start
            world["source"][there], world["target"][there] = other + start, one + start
            world["pair"][at] = world["pair"][there] = world["reverse"][there] = numbers
            world["reverse"][at] = numbers + pairs
            listing = world["relationships"][both]
            listing[forward], listing[backward] = numbers, numbers + pairs
            strength = self.strengths(n, each)
            world["given_strength"][at], world["given_strength"][there] = strength[forward], strength[backward]
            world["one_end"][at], world["other_end"][at] = one + start, other + start
            world["pair_id"][at] = _mix(ids[one], ids[other])
            world["pair_site"][at] = n
            world["first_pair"][n], world["end_pair"][n] = at.start, at.stop
            counts = each.counts(here.stop - here.start)
            world["first_relationship"][here.start + 1 : here.stop + 1] = both.start + np.cumsum(counts)
            self._fill_reach(world, n, each)
            self._fill_influence(world, n, each, listing)
            began = at.stop

    def _fill_reach(self, world: Views, site: int, known: Acquaintances) -> None:
        largest = float(self.parameters["community"]["all_pairs_up_to"])
        of_nation = self.sites[site] == NATIONAL_SITE
        world["reach"][site] = 1.0 if of_nation else known.reach(self.role[self._here(site)] == HUB, largest)

    def _fill_influence(self, world: Views, site: int, known: Acquaintances, listing: NDArray[Any]) -> None:
        """Set who listens to whom in a site with a file of weights; elsewhere that is by trust."""
        key, here = self.sites[site], self._here(site)
        given = self.scenario.sites[key].influence_list(key) if key in self.scenario.sites else None
        world["given_influence"][listing] = -1.0 if given is None else 0.0
        if given is None:
            return
        rows = [(self.row[item.source], self.row[item.target]) for item in given]
        weights = np.array([item.weight for item in given])
        ends, own = np.array(rows, np.int64).reshape(-1, 2) - here.start, [one == other for one, other in rows]
        world["given_own_influence"][here.start + ends[own, 0]] = weights[own]
        others = np.logical_not(own)
        places = known.places(ends[others], here.stop - here.start)
        world["given_influence"][listing[places]] = weights[others]

    def fill_sites(self, world: Views) -> None:
        """Fill the numbers of sites."""
        for n, key in enumerate(self.sites):
            site, members, here = self.scenario.sites.get(key), self.members[key], self._here(n)
            world["site_id"][n] = draws.identity(key)
            world["first_organization"][n], world["end_organization"][n] = here.start, here.stop
            world["local_index"][here] = np.arange(len(members))
            backbone = next(i for i, o in enumerate(members) if o.role == "backbone")
            world["backbone"][n] = here.start + backbone
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


def _mix(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return `draws.mix` of two arrays of identities."""
    with np.errstate(over="ignore"):
        z = a + np.uint64(0x9E3779B97F4A7C15) * (b + np.uint64(1))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(z ^ (z >> np.uint64(31)))
