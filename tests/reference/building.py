"""From a scenario to the world of objects: who exists, who could know whom, and what is scheduled."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

from reference.luck import mix
from reference.rules import of
from reference.scheduled import Grant, Order, Rule, Shock, Stage
from reference.world import Organization, Pair, Site
from tfs_sim.model import draws
from tfs_sim.model.catalogue import INTERVENTIONS, SHOCKS
from tfs_sim.scenario.organizations import national, national_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reference.model import Partnership
    from reference.world import Relationship
    from tfs_sim.scenario import Scenario
    from tfs_sim.scenario.organizations import Organization as Declared
    from tfs_sim.scenario.rules import Rule as When
    from tfs_sim.scenario.tables import Grant as Promise
    from tfs_sim.scenario.tables import Target

NATIONAL_SITE = "national"


def populate(model: Partnership, scenario: Scenario) -> None:
    """Fill a model with communities, their organizations, and the pairs that could know each other."""
    for key in sorted(scenario.sites):
        given = scenario.sites[key]
        site = Site(
            key,
            draws.identity(key),
            national_site=False,
            students={"in_poverty": given.students * given.poverty, "other": given.students * (1.0 - given.poverty)},
            at_the_table=given.at_the_table,
            grievance_share=given.grievance,
            base_backbone_fte=given.backbone.fte,
            begins=-model.run_in if given.backbone.begins is None else scenario.clock.index(given.backbone.begins),
        )
        site.goals = list(given.goals)
        model.sites.append(site)
        model.communities.append(site)
        settle(model, site, given.organizations_list(key))
        ties = given.relationships_list(key)
        weights = given.influence_list(key)
        named = [(tie.source, tie.target) for tie in ties or ()]
        named += [(item.source, item.target) for item in weights or () if item.source != item.target]
        acquaint(model, site, named)
        if ties is not None:
            for pair in site.pairs:
                pair.forward.given_strength = pair.backward.given_strength = 0.0
            for tie in ties:
                there = relationship(model, tie.source, tie.target)
                there.given_strength = there.reverse.given_strength = max(there.given_strength or 0.0, tie.strength)
        if weights is not None:
            for pair in site.pairs:
                pair.forward.given_influence = pair.backward.given_influence = 0.0
            for item in weights:
                if item.source == item.target:
                    model.by_identity[item.source].given_own_influence = item.weight
                else:
                    relationship(model, item.source, item.target).given_influence = item.weight
    if scenario.nationals:
        gather_nationals(model, scenario)


def gather_nationals(model: Partnership, scenario: Scenario) -> None:
    """Add the table of the national organizations, and say who is a member of which network."""
    found = national_table(national(key, each.title, each.fte) for key, each in scenario.nationals.items())
    site = Site(
        NATIONAL_SITE,
        draws.identity(NATIONAL_SITE),
        True,
        {"in_poverty": 0.0, "other": 0.0},
        1.0,
        0.0,
        0.0,
        -model.run_in,
    )
    model.sites.append(site)
    settle(model, site, found)
    acquaint(model, site, [])
    for key, each in scenario.nationals.items():
        model.by_identity[f"{NATIONAL_SITE}/{key}"].contribution = each.contribution
    for key, community in scenario.sites.items():
        for network, members in community.networks.items():
            for member in members:
                joined = model.by_identity[f"{key}/{member.removeprefix(f'{key}/')}"]
                joined.network = model.by_identity[f"{NATIONAL_SITE}/{network}"]


def settle(model: Partnership, site: Site, declared: Iterable[Declared]) -> None:
    """Let the declared organizations of a site exist."""
    for each in declared:
        found = Organization(model, each.identity, draws.identity(each.identity), each.sector, each.role)
        found.site = site
        site.organizations.append(found)
        model.organizations.append(found)
        model.by_identity[each.identity] = found
        if found.is_backbone:  # its staff is the site's
            site.base_backbone_fte = site.base_backbone_fte if each.fte is None else each.fte
        else:
            found.given_fte = each.fte or 0.0
        given = each.given
        found.given_joining, found.given_threshold = given.joins, given.threshold
        if given.first_effort is not None:
            found.given_lowest, found.given_highest = given.first_effort
        found.given_tenure, found.given_posts = given.months_in_post, given.key_people
        if given.first_bid is not None:
            found.given_bid = 1000.0 * given.first_bid


def acquaint(model: Partnership, site: Site, given: list[tuple[str, str]]) -> None:
    """Say who could ever know whom: everyone, or in a large site the backbone, those given, and the likeliest others.

    Nationals all know each other, however many they are.

    There, one draws so many others by a score that is the same for both ends, those of the own sector being twice as
    likely; a pair could know each other if either of the two drew it.
    """
    pairs = [tuple(sorted(two, key=lambda o: o.organization_id)) for two in combinations(site.organizations, 2)]
    p = model.p.community
    if len(site.organizations) > p.all_pairs_up_to and not site.national_site:
        each = min(len(site.organizations) - 1, max(1, round(p.candidates * 0.72)))
        scores: dict[Organization, list[tuple[float, Organization]]] = {o: [] for o in site.organizations}
        for one, other in pairs:
            uniform = ((mix(one.organization_id, other.organization_id) >> 11) + 0.5) / 2.0**53
            score = -math.log(-math.log(uniform)) + math.log(2.0) * (one.sector == other.sector)
            if one.is_backbone or other.is_backbone:
                score = math.inf
            scores[one].append((score, other))
            scores[other].append((score, one))
        known = {frozenset(model.by_identity[end] for end in two) for two in given}
        for organization, others in scores.items():
            others.sort(key=lambda scored: -scored[0])
            known |= {frozenset((organization, o)) for n, (s, o) in enumerate(others) if n < each or s == math.inf}
        pairs = [two for two in pairs if frozenset(two) in known]
        among = [two for two in pairs if not (two[0].is_backbone or two[1].is_backbone)]
        known_each = 2.0 * len(among) / (len(site.organizations) - 1)
        site.reach = max((p.all_pairs_up_to - 2.0) / known_each, 1.0) if known_each > 0.0 else 1.0
    site.pairs = [Pair(one, other, mix(one.organization_id, other.organization_id)) for one, other in pairs]
    model.pairs += site.pairs


def relationship(model: Partnership, source: str, target: str) -> Relationship:
    """Return one organization's relationship with another, by their identities."""
    return model.by_identity[source].relationships[model.by_identity[target]]


def schedule(model: Partnership, scenario: Scenario) -> None:
    """Fill a model with stages of selection, orders, shocks and grants."""
    clock = scenario.clock
    stages: dict[str | None, Stage] = {}
    if scenario.selection is not None:
        for number, each in enumerate(scenario.selection.stages):
            given = scenario.selection.is_given(each)
            stages[each.name] = Stage(number, clock.index(each.month), each.places or 0, stages.get(each.pool), given)
            for site in model.communities:
                site.given_choice[number] = site.key in (each.chosen or ())
    model.stages += stages.values()
    interventions, grants = scenario.in_force()
    for order in interventions:
        lever = INTERVENTIONS[order.use]
        if not model.on(lever.mechanism):
            continue
        begins, ends = order.window(clock)
        model.orders.append(
            Order(
                lever=order.use, begins=begins, ends=ends, taper=float(order.taper or 0),
                dose=order.amount, sums=lever.combine == "sum", cost=lever.cost * 100, hours=lever.hours,
                payer=order.payer, stage=stages.get(order.stage), rule=rule_of(order.when),
                targets=targets(model, order.target, lever.scope == "site"),
            )
        )  # fmt: skip
    for shock in scenario.shocks:
        kind = SHOCKS[shock.use]
        if model.on(kind.mechanism):
            struck = targets(model, shock.target, kind.scope == "site")
            onset = clock.index(shock.onset)
            model.shocks.append(Shock(shock.use, onset, shock.duration, shock.half_life, shock.depth, struck))
    for grant in grants:
        for site in model.communities:
            if grant.site in (None, site.key):
                model.grants.append(promised(site, grant, grant.window(clock), stages.get(grant.stage)))


def rule_of(when: When | None) -> Rule | None:
    """Return a rule of an adaptive intervention."""
    if when is None:
        return None
    return Rule(when.indicator, when.below is None, when.threshold, when.end, when.every, when.over, when.at_least)


def targets(model: Partnership, target: Target, by_site: bool) -> list[Organization] | list[Site]:
    """Return whom something reaches: organizations, or sites that have any such organization."""
    reached = [each for each in model.organizations if target.matches(each.site.key, each)]
    homes = {each.site for each in reached}
    return [site for site in model.sites if site in homes] if by_site else reached


def promised(site: Site, grant: Promise, window: tuple[int, int], stage: Stage | None) -> Grant:
    """Return a grant in whole cents: equal parts, falling in equal steps over the taper; the sum is the amount."""
    cents_in_all = grant.amount * 100_000
    cents = round(cents_in_all / (grant.months - grant.taper + grant.taper / 2.0))
    part_of_grant = of("levers").part_of_grant
    paid = sum(part_of_grant(cents, left, grant.taper) for left in range(1, grant.months + 1))
    rest = round(cents_in_all) - paid
    return Grant(site, *window, cents, rest, grant.taper, grant.flexible, stage)
