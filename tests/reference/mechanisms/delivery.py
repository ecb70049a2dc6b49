"""The one chain from trust to students: teams, what they achieve, and what is left of separate work."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from reference.rules import of
from reference.world import by_need
from tfs_sim.model.mechanisms.community import NEED
from tfs_sim.model.payoff import WEAKEST_LINK
from tfs_sim.model.state import NEEDS

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization, Site

rules = of("delivery")
community = of("community")
payoff = of("payoff")
trust = of("trust")


def is_looked_at(model: Partnership) -> bool:
    """Say whether this is a month in which the partnership looks at who is strong in what."""
    return (model.month + model.run_in) % int(model.p.delivery.reviewed_every) == 0


def begin(model: Partnership) -> None:
    """Set every strength's summand in the power mean, and an order of organizations to start from."""
    for organization in model.organizations:
        for need in NEEDS:
            summand = payoff.mean_term(organization.strength[need], model.p.delivery.complementarity)
            organization.strength_term[need] = summand
            organization.team_rank[need] = organization.site.organizations.index(organization)


def rank_by_strength(model: Partnership) -> None:
    """Order each site's organizations by recognized strength, at every look; equals keep the order that they had."""
    if not is_looked_at(model):
        return
    for site in model.sites:
        for need in NEEDS:
            ranking = sorted(site.organizations, key=lambda each: (-each.recognized[need], each.team_rank[need]))
            for place, organization in enumerate(ranking):
                organization.team_rank[need] = place


def form_teams(model: Partnership) -> None:
    """Put partners into teams for each kind of support, strongest first; weigh each one's input."""
    p = model.p.delivery
    suited = model.p.strengths.suited if model.on("strengths") else 0.0
    for organization in model.organizations:
        given = 0.0
        if organization.is_partner:
            own_time = model.p.money.hours_per_fte * organization.fte * organization.effort * organization.in_post
            organization.hours += rules.hours_on_top(own_time, organization.in_post, organization.ramp, p)
            given = capacity_given(organization)
        for need in NEEDS:
            organization.input[need] = given * organization.strength[need]
            organization.team[need] = None
            organization.team_members[need] = 0
    size = int(p.team_size)
    for site in model.sites:
        for need in NEEDS:
            asked = [each for each in site.partners if each.effort > 0.0 and each.recognized[need] >= suited]
            asked.sort(key=lambda each: each.team_rank[need])
            for begin in range(0, len(asked), size):
                team = asked[begin : begin + size]
                team[0].team_members[need] = len(team)
                for member in team:
                    member.team[need] = team[0]


def teams_of(site: Site, need: str) -> dict[Organization, list[Organization]]:
    """Return the members of a site's teams for a kind of support, by who leads them."""
    teams: dict[Organization, list[Organization]] = {}
    for each in site.organizations:
        leader = each.team[need]
        if leader is not None:
            teams.setdefault(leader, []).append(each)
    return teams


def capacity_given(organization: Organization) -> float:
    """Return the capacity that an organization gives to joint work, FTE."""
    given = rules.capacity_given(
        organization.fte, organization.effort, organization.in_post, organization.ramp, organization.quality
    )
    return float(given)


def weigh_trust(model: Partnership) -> None:
    """Sum trust × alignment, and the relationships that could be, over the pairs of each team."""
    for organization in model.organizations:
        organization.team_trust = by_need()
        organization.team_pairs = by_need()
    for pair in model.pairs:
        pair.teammates = False
    for site in model.sites:
        for need in NEEDS:
            for leader, team in teams_of(site, need).items():
                for one, other in combinations(team, 2):
                    relationship = one.relationships.get(other)
                    if relationship is not None:
                        pair = relationship.pair
                        pair.teammates = True
                        trusted = relationship.trust + relationship.reverse.trust
                        leader.team_trust[need] += trusted * pair.alignment
                        leader.team_pairs[need] += 2


def sum_inputs(model: Partnership) -> None:
    """Sum each team's inputs, and their terms of the power mean (the least, where the weakest link counts)."""
    rho = model.p.delivery.complementarity
    for organization in model.organizations:
        organization.team_input = by_need()
        organization.team_terms = by_need()
    for site in model.sites:
        for need in NEEDS:
            for leader, team in teams_of(site, need).items():
                terms = [payoff.mean_term(capacity_given(each), rho) * each.strength_term[need] for each in team]
                leader.team_terms[need] = min(terms) if rho < WEAKEST_LINK else sum(terms)
                leader.team_input[need] = sum(member.input[need] for member in team)


def divide_time(model: Partnership) -> None:
    """Work out what capacity is left for separate work, and what there would be without any joint work."""
    for each in model.organizations:
        elsewhere = each.hours + each.bid_hours
        each.apart = rules.left_for_own_work(
            each.fte, each.quality, each.effort, each.in_post, elsewhere, model.p.money
        )
        each.alone = rules.left_for_own_work(each.fte, each.quality, 0.0, 0.0, each.bid_hours, model.p.money)


def produce(model: Partnership) -> None:
    """Turn separate and joint work into students served, and reckon the joint gain."""
    for site in model.sites:
        site.joint_gain = site.joint_output = site.separate_output = 0.0
        gross = 0.0
        for need in NEEDS:
            gross += serve(model, site, need)
        all_need = sum(sum(site.need[need].values()) for need in NEEDS)
        usual_need = sum(usual_need_of(model, site, need) for need in NEEDS)
        site.performance = rules.per_thousand(site.joint_gain, all_need)
        site.gross_gain = rules.per_thousand(gross, all_need)
        site.gain_seen = rules.per_thousand(site.joint_gain, usual_need)


def usual_need_of(model: Partnership, site: Site, need: str) -> float:
    """Return how many of a site's students need a kind of support in ordinary times."""
    p, profile = model.p.community, NEED.rows[need]
    in_poverty = community.in_need(site.students["in_poverty"], p.need_in_poverty, profile)
    return float(in_poverty + community.in_need(site.students["other"], p.need_other, profile))


def serve(model: Partnership, site: Site, need: str) -> float:
    """Serve a site's students who need one kind of support; return the gain had joint work cost no separate work."""
    p, students_per_fte = model.p.delivery, model.p.community.students_per_fte
    joint = 0.0
    for each in site.organizations:
        each.team_output[need] = 0.0
    for leader in teams_of(site, need):
        leader.team_output[need] = output_of(model, site, leader, need)
        joint += leader.team_output[need]
    # input that no team asked for: the organization does this work by itself
    lone = sum(each.input[need] for each in site.organizations if each.team[need] is None)
    separate = sum(each.apart * each.strength[need] for each in site.organizations) + lone
    without = sum(each.alone * each.strength[need] for each in site.organizations)
    site.joint_output += students_per_fte * joint
    site.separate_output += students_per_fte * separate
    poor, rest = site.need[need]["in_poverty"], site.need[need]["other"]
    in_need = poor + rest
    if in_need <= 0.0:
        return 0.0
    reached = in_need * rules.share_reached(students_per_fte * (separate + joint), in_need)
    anyway = in_need * rules.share_reached(students_per_fte * without, in_need)
    site.joint_gain += reached - anyway
    share = rules.share_in_poverty(poor, rest, reached, p)
    site.served[need]["in_poverty"] = reached * share
    site.served[need]["other"] = reached * (1.0 - share)
    return float(in_need * rules.share_reached(students_per_fte * (without + joint), in_need) - anyway)


def output_of(model: Partnership, site: Site, leader: Organization, need: str) -> float:
    """Return what a team achieves together, or side by side, FTE."""
    p, members = model.p.delivery, float(leader.team_members[need])
    stranger = trust.trust_in(0.0, 0.0, 0.0, 0.0, 0.0, model.p.trust)
    trusted = rules.trust_in_team(leader.team_trust[need], leader.team_pairs[need], members, stranger)
    if p.complementarity < WEAKEST_LINK:
        mean = leader.team_terms[need]
    else:
        mean = payoff.mean_of(leader.team_terms[need] / members, p.complementarity)
    returns = rules.returns_to_size(members, p)
    return float(rules.output_of_team(site.coordination, trusted, returns, mean, leader.team_input[need]))
