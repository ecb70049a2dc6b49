"""M14b: positions on the goals of the shared work, and an estimate of the goals that are shared."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reference.rules import clip, of
from tfs_sim.model.goals import CENTRE, MISSIONS
from tfs_sim.model.state import GOALS

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization, Site

rules = of("understanding")
goals = of("goals")
national = of("national")


def are_revised(model: Partnership) -> bool:
    """Say whether this is a month in which organizations revise their positions."""
    return (model.month + model.run_in) % max(1, int(model.p.understanding.revised_every)) == 0


def begin(model: Partnership) -> None:
    """Draw missions; everyone starts at the own mission and takes the shared goals to be that."""
    p = model.p.understanding
    for organization in model.organizations:
        usual = MISSIONS.rows[organization.sector]
        assert isinstance(usual, tuple)
        # words 0 … 2 are the mission's, the last is openness's
        z = [model.luck.normal("missions", 0, organization.organization_id, word=word) for word in range(4)]
        mission = [goals.mission_of(goals.centre_of(usual[k], p), z[k], p) for k in range(GOALS)]
        organization.mission = mission
        organization.position = list(mission)
        organization.goal_estimate = list(mission)
        organization.goal_prior = list(mission)
        organization.openness = rules.openness_of(z[3], p)
        organization.goal_variance = p.unknown_variance
        if organization.is_partner:
            known = rules.known_at_start(organization.tenure, p)
            organization.goal_variance = rules.first_variance_of(known, p)
        organization.clarity = rules.clarity_of(organization.goal_variance)


def share(model: Partnership) -> None:
    """Take the partners' mean position as the goals that are shared."""
    for site in model.sites:
        positions = [partner.position for partner in site.partners]
        site.shared_goals = [
            sum(position[k] for position in positions) / len(positions) if positions else CENTRE for k in range(GOALS)
        ]


def grasp(model: Partnership) -> None:
    """Let estimates of the shared goals sharpen with news of them, and blur with time and departures."""
    p = model.p.understanding
    for organization in model.organizations:
        follow_own_position(organization, p.unknown_variance)
        variance = organization.goal_variance
        if organization.departed:
            variance = rules.variance_after_departure(variance, organization.documentation, p)
            move_estimate(organization, organization.position, 1.0 - organization.documentation)
        variance = rules.variance_after_a_month(variance, p)
        if organization.in_post:
            news = news_for(model, organization)
            variance = rules.variance_after_news(variance, news)
            move_estimate(organization, organization.site.shared_goals, variance * news)  # the gain of the filter
        organization.goal_variance = variance
        organization.clarity = rules.clarity_of(variance)


def follow_own_position(organization: Organization, unknown: float) -> None:
    """Let an estimate go along with the own position, which is its prior, as far as it still rests on that."""
    weight = organization.goal_variance / unknown
    for k in range(GOALS):
        moved = weight * (organization.position[k] - organization.goal_prior[k])
        organization.goal_estimate[k] = clip(organization.goal_estimate[k] + moved, 0.0, 1.0)
        organization.goal_prior[k] = organization.position[k]


def move_estimate(organization: Organization, goal: list[float], gain: float) -> None:
    """Move an estimate of the shared goals part of the way to a point."""
    for k in range(GOALS):
        organization.goal_estimate[k] += gain * (goal[k] - organization.goal_estimate[k])


def news_for(model: Partnership, organization: Organization) -> float:
    """Return how much a representative hears of the goals this month, retreats and principles only at the table."""
    site = organization.site
    retreats = principles = 0.0
    if organization.is_partner:
        retreats = site.doses["goal-clarity-retreats"]
        # the own national organization coaches in network reach, or the backbone's does
        told = max(organization.coaching["network-reach"], site.backbone_organization.coaching["network-reach"])
        principles = national.with_coaching(site.doses["written-principles"], told)
    contacts = organization.contacts * rules.told_by_contact(organization.experience, model.p.understanding)
    return float(rules.news_of_goals(contacts, retreats, principles, model.p.understanding))


def move(model: Partnership) -> None:
    """Revise positions, all at once: towards those whom one at the table listens to, anchored in the own mission."""
    if not are_revised(model):
        return
    revised = {organization: revised_position(organization) for organization in model.organizations}
    for organization, position in revised.items():
        organization.position = position


def revised_position(organization: Organization) -> list[float]:
    """Return an organization's position after hearing others; else, or away from it, its mission."""
    weights = listened_to(organization) if organization.is_active else []
    heard = sum(weight for weight, _ in weights)
    openness = organization.openness if heard > 0.0 else 0.0
    share_of_each = openness / heard if heard > 0.0 else 0.0
    return [
        rules.revised(
            sum(weight * position[k] for weight, position in weights), share_of_each, openness, organization.mission[k]
        )
        for k in range(GOALS)
    ]


def listened_to(organization: Organization) -> list[tuple[float, list[float]]]:
    """Return with what weight an organization listens to whose position.

    As a file gives them, of all whom it could know and of itself, or else by trust in the partners that it has ties
    with.
    """
    own = organization.given_own_influence
    heard = [(own, organization.position)] if own > 0.0 else []
    told = [each for each in organization.relationships.values() if each.given_influence is not None]
    if told:  # a file is about all of a site's relationships
        return heard + [(each.given_influence or 0.0, each.target.position) for each in told]
    return heard + [(tie.trust, tie.target.position) for tie in organization.ties.values() if tie.target.is_partner]


def align(model: Partnership) -> None:
    """Read agreement off the positions of every pair, whenever positions may have moved."""
    if not are_revised(model):
        return
    steepness = goals.steepness(model.p.understanding)
    for pair in model.pairs:
        pair.alignment = agreement(pair.one.position, pair.other.position, steepness)


def agreement(position: list[float], other: list[float], steepness: float) -> float:
    """Return how far two points in goal space agree."""
    apart = goals.squared_distance(*(position[k] - other[k] for k in range(GOALS)))
    return float(goals.agreement(apart, steepness))


def measure_agreement(model: Partnership) -> None:
    """Average clarity, its spread, and perceived and actual agreement over each site's representatives."""
    steepness = goals.steepness(model.p.understanding)
    for site in model.sites:
        present = [partner for partner in site.partners if partner.in_post]
        site.mean_clarity = mean([each.clarity for each in present])
        site.clarity_spread = spread([each.clarity for each in present], site)
        site.perceived_agreement = mean([agreement(e.position, e.goal_estimate, steepness) for e in present])
        site.actual_agreement = mean([agreement(e.position, site.shared_goals, steepness) for e in present])


def mean(values: list[float]) -> float:
    """Return the mean of shares, 0 where there are none."""
    return min(sum(values) / len(values), 1.0) if values else 0.0


def spread(values: list[float], site: Site) -> float:
    """Return the standard deviation of clarity."""
    return math.sqrt(mean([(value - site.mean_clarity) ** 2 for value in values]))
