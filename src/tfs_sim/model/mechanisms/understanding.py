"""M14b Shared understanding: positions on ends, and an estimate of the goals that are shared.

Every organization has a mission m_i and a position x_i on the shared work's goals, both points in [0, 1]³. Positions
follow Friedkin & Johnsen (1990), with the own mission as the anchor:

    x_i ← revised(Σ_j w_ij x_j, m_i),

w_ij by trust in the partners with whom there is a tie, or as a file gives them, for everyone whom it could know and for
itself. So do all at the table, the backbone included; who is not there, or hears nobody, is at the own mission. The
goals that are shared are the partners' mean position. Each representative has an estimate of them with a variance v: a
Kalman filter whose prior is the own position (people take others to agree with them: Ross, Greene & House 1977) with
the variance of one who knows nothing. So the estimate goes along with the own position by v / unknown of its way.
Contacts, and for partners retreats and written principles, are observations that add precision; time adds variance; a
departure takes the estimate away but for what is written:

    v ← variance_after_news(variance_after_a_month(v), news),   first of all variance_after_departure(v) if one leaves

Agreement of two organizations is their `alignment`. Perceived agreement puts the own estimate of the goals in the place
of the other's position, actual agreement the goals themselves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.goals import (
    CENTRE,
    MISSIONS,
    SECTOR_MISSION,
    agreement,
    centre_of,
    mission_of,
    squared_distance,
    steepness,
)
from tfs_sim.model.mechanisms.national import with_coaching
from tfs_sim.model.numerics import clip, dot, half_life_factor
from tfs_sim.model.state import ACTIVE, BACKBONE, GOALS, REACH


class Parameters(NamedTuple):
    """Missions, influence, and how the shared goals become clear."""

    mission_spread: float = parameter(
        0.2,
        unit="sd",
        plausible=(0.12, 0.28),
        domain=(0, 10),
        grade="assumed",
        meaning="How much the missions of organizations of one sector differ, in each of three dimensions from 0 to 1.",
    )
    sector_distance: float = parameter(
        0.5,
        unit="share",
        plausible=(0.2, 1.0),
        grade="assumed",
        meaning="How far sectors' usual missions lie apart, of the farthest that they could.",
    )
    openness: float = parameter(
        0.4,
        unit="share",
        plausible=(0.2, 0.6),
        grade="assumed",
        source="[friedkin1990] for the form",
        meaning="Mean weight of trusted partners' positions against an organization's own mission.",
    )
    openness_spread: float = parameter(
        0.1,
        unit="share",
        plausible=(0.0, 0.2),
        grade="assumed",
        meaning="Standard deviation of that weight between organizations.",
    )
    revised_every: float = parameter(
        3.0,
        unit="months",
        plausible=(2, 6),
        domain=(1, 120),
        whole=True,
        grade="assumed",
        meaning="How often organizations revise their positions.",
    )
    tolerance: float = parameter(
        0.8,
        unit="distance",
        plausible=(0.5, 1.2),
        domain=(0.001, 100),
        grade="assumed",
        meaning="Distance between two positions at which agreement has fallen to 61%.",
    )
    unknown_variance: float = parameter(
        3.0,
        unit="variance",
        plausible=(2, 6),
        domain=(0.001, 1000),
        grade="assumed",
        meaning="Variance of a newcomer's estimate of the shared goals: clarity is 1 / (1 + variance).",
    )
    first_variance: float = parameter(
        1.0,
        unit="variance",
        plausible=(0.5, 1.5),
        domain=(0.001, 1000),
        grade="assumed",
        meaning="The same for those who at the start have long been at the table.",
    )
    first_known: float = parameter(
        12.0,
        unit="months",
        plausible=(6, 24),
        domain=(0.1, 600),
        grade="assumed",
        meaning="Months in post after which half of that was known, of those at the table at the start.",
    )
    drift: float = parameter(
        0.02,
        unit="variance a month",
        plausible=(0.01, 0.04),
        grade="assumed",
        meaning="By how much the variance grows in a month without any news of the goals.",
    )
    contact_information: float = parameter(
        0.022,
        unit="precision",
        middle=0.03,
        plausible=(0.01, 0.06),
        grade="assumed",
        meaning="What an encounter tells about the shared goals.",
    )
    experience: float = parameter(
        0.3,
        unit="share",
        plausible=(0.1, 0.6),
        domain=(0, 10),
        grade="assumed",
        meaning="By how much more contact tells of the shared goals with full experience.",
    )
    retreat_information: float = parameter(
        1.0,
        unit="precision",
        plausible=(0.4, 2),
        grade="assumed",
        meaning="What a retreat on goals tells each partner about them.",
    )
    principles_information: float = parameter(
        0.12,
        unit="precision",
        plausible=(0.05, 0.25),
        grade="assumed",
        meaning="What complete written principles tell each partner in a month.",
    )


MECHANISM = Mechanism(
    name="understanding",
    rows=("M14b",),
    title="Shared understanding: positions on ends",
    summary="Positions on goals follow trusted partners and the own mission; contact and retreats make goals clear.",
    source="[friedkin1990]; [ross1977] (false consensus)",
    parameters=Parameters,
    file=__name__,
)

INTERVENTIONS = (
    Intervention("goal-clarity-retreats", "Goal-clarity retreats",
                 "Partners meet for a day to say to each other what the shared goals are.",
                 "understanding", "site", "share of a monthly retreat", 0.25, 1.0, cost=9000, hours=0,
                 payer="funder"),
    Intervention("written-principles", "Written principles",
                 "The shared goals and principles are written down, kept up and at hand.",
                 "understanding", "site", "share written down", 1.0, 1.0, cost=400, hours=0, payer="funder"),
)  # fmt: skip

STREAM = draws.stream("missions")
TABLES = (MISSIONS,)


@rule
def openness_of(z, p):
    """a = openness + openness_spread · z, in [0, 1]: weight of others' positions; z: standard normal."""
    return clip(p.openness + p.openness_spread * z, 0.0, 1.0)


@rule
def known_at_start(tenure, p):
    """1 − 2^(−tenure / first_known): how far those at the table know its goals at the start; tenure in months."""
    return 1.0 - half_life_factor(p.first_known / tenure) if tenure > 0 else 0.0


@rule
def first_variance_of(known, p):
    """v = unknown + k · (first − unknown): variance of an estimate of the goals at the start; known: k."""
    return p.unknown_variance + known * (p.first_variance - p.unknown_variance)


@rule
def clarity_of(variance):
    """1 / (1 + v): clarity of the shared goals."""
    return 1.0 / (1.0 + variance)


@rule
def variance_after_departure(variance, documentation, p):
    """v + (1 − documentation) · (unknown − v): what a successor starts from."""
    return variance + (1.0 - documentation) * (p.unknown_variance - variance)


@rule
def variance_after_a_month(variance, p):
    """min(v + drift, unknown): without any news of the goals."""
    return min(variance + p.drift, p.unknown_variance)


@rule
def told_by_contact(experience, p):
    """1 + `experience` · x: the factor on what contact tells of the shared goals; experience: x."""
    return 1.0 + p.experience * experience


@rule
def news_of_goals(contacts, retreats, principles, p):
    """Σ information · amount: precision that a month's contacts, retreats and written principles add."""
    return p.contact_information * contacts + p.retreat_information * retreats + p.principles_information * principles


@rule
def variance_after_news(variance, news):
    """v / (1 + v · news), as 1/v ← 1/v + news: variance after observations of so much precision (Kalman filter)."""
    return variance / (1.0 + variance * news)


@rule
def revised(heard, weight, openness, mission):
    """a · Σ w x / Σ w + (1 − a) · m, in [0, 1]: a position in one dimension (Friedkin & Johnsen 1990).

    heard: Σ w x of those whom the organization listens to; weight: a / Σ w; openness: a; mission: m.
    """
    return clip(weight * heard + (1.0 - openness) * mission, 0.0, 1.0)


@kernel
def begin(key, org, p):
    """Draw missions; everyone starts at the own mission and takes the shared goals to be that."""
    for i in range(org.organization_id.size):
        a, b, c, d = draws.words(key, STREAM, 0, org.organization_id[i], 0)
        spread = (draws.normal(draws.unit(a)), draws.normal(draws.unit(b)), draws.normal(draws.unit(c)))
        for k in range(GOALS):
            org.mission[k, i] = mission_of(centre_of(SECTOR_MISSION[org.sector[i], k], p), spread[k], p)
            org.position[k, i] = org.mission[k, i]
            org.goal_estimate[k, i] = org.mission[k, i]
            org.goal_prior[k, i] = org.mission[k, i]
        org.openness[i] = openness_of(draws.normal(draws.unit(d)), p)
        org.goal_variance[i] = p.unknown_variance
        if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
            org.goal_variance[i] = first_variance_of(known_at_start(org.tenure[i], p), p)
        org.clarity[i] = clarity_of(org.goal_variance[i])


@kernel
def share(org, site):
    """Take the partners' mean position as the goals that are shared."""
    for s in range(site.first_organization.size):
        partners = 0.0
        for k in range(GOALS):
            site.shared_goals[k, s] = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
                partners += 1.0
                for k in range(GOALS):
                    site.shared_goals[k, s] += org.position[k, i]
        for k in range(GOALS):
            site.shared_goals[k, s] = site.shared_goals[k, s] / partners if partners > 0.0 else CENTRE


@kernel
def grasp(org, site, dose, p):
    """Let estimates of the shared goals sharpen with news of them, and blur with time and departures."""
    for i in range(org.in_post.size):
        s = org.site_of[i]
        v = org.goal_variance[i]
        weight = v / p.unknown_variance
        for k in range(GOALS):
            moved = weight * (org.position[k, i] - org.goal_prior[k, i])
            org.goal_estimate[k, i] = clip(org.goal_estimate[k, i] + moved, 0.0, 1.0)
            org.goal_prior[k, i] = org.position[k, i]
        if org.departed[i]:
            lost = 1.0 - org.documentation[i]
            v = variance_after_departure(v, org.documentation[i], p)
            for k in range(GOALS):
                org.goal_estimate[k, i] += lost * (org.position[k, i] - org.goal_estimate[k, i])
        v = variance_after_a_month(v, p)
        if org.in_post[i]:
            retreats = principles = 0.0
            if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
                retreats = dose.goal_clarity_retreats[s]
                told = max(org.coaching[REACH, i], org.coaching[REACH, site.backbone[s]])
                principles = with_coaching(dose.written_principles[s], told)
            told_more = told_by_contact(org.experience[i], p)
            news = news_of_goals(org.contacts[i] * told_more, retreats, principles, p)
            v = variance_after_news(v, news)
            for k in range(GOALS):
                org.goal_estimate[k, i] += v * news * (site.shared_goals[k, s] - org.goal_estimate[k, i])
        org.goal_variance[i] = v
        org.clarity[i] = clarity_of(v)


@kernel
def move(month, run_in, org, rel, scratch, p):
    """Revise positions: towards those whom a partner listens to, anchored in the own mission."""
    if (month + run_in) % max(1, np.int64(p.revised_every)) != 0:
        return
    for i in range(org.openness.size):
        x = y = z = 0.0
        heard = 0.0
        if org.status[i] == ACTIVE:
            own = org.given_own_influence[i]
            if own > 0.0:
                heard = own
                x, y, z = own * org.position[0, i], own * org.position[1, i], own * org.position[2, i]
            first, end = org.first_relationship[i], org.first_relationship[i + 1]
            # a file is about all of a site's relationships
            by_trust = first < end and rel.given_influence[rel.relationships[first]] < 0.0
            for m in range(first, org.end_of_ties[i] if by_trust else end):
                r = rel.ties[m] if by_trust else rel.relationships[m]
                j = rel.target[r]
                partner = (org.status[j] == ACTIVE) & (org.role[j] != BACKBONE)
                w = (rel.trust[r] if partner else 0.0) if by_trust else rel.given_influence[r]
                heard += w
                x += w * org.position[0, j]
                y += w * org.position[1, j]
                z += w * org.position[2, j]
        a = org.openness[i] if heard > 0.0 else 0.0
        share_of_each = a / heard if heard > 0.0 else 0.0
        scratch.next_position[0, i] = revised(x, share_of_each, a, org.mission[0, i])
        scratch.next_position[1, i] = revised(y, share_of_each, a, org.mission[1, i])
        scratch.next_position[2, i] = revised(z, share_of_each, a, org.mission[2, i])
    for k in range(GOALS):
        for i in range(org.openness.size):
            org.position[k, i] = scratch.next_position[k, i]


@kernel
def align(month, run_in, org, dyad, p):
    """Read agreement off the positions of every pair, whenever positions may have moved."""
    if (month + run_in) % max(1, np.int64(p.revised_every)) != 0:
        return
    steep = steepness(p)
    x, y, z = org.position[0], org.position[1], org.position[2]
    for q in range(dyad.alignment.size):
        i, j = dyad.one_end[q], dyad.other_end[q]
        dyad.alignment[q] = squared_distance(x[i] - x[j], y[i] - y[j], z[i] - z[j])
    for q in range(dyad.alignment.size):  # in a loop of its own, which runs wide
        dyad.alignment[q] = agreement(dyad.alignment[q], steep)


@kernel
def measure_agreement(org, site, scratch, p):
    """Average clarity, its spread, and perceived and actual agreement over each site's representatives."""
    steep = steepness(p)
    for s in range(site.first_organization.size):
        first, end = site.first_organization[s], site.end_organization[s]
        gx, gy, gz = site.shared_goals[0, s], site.shared_goals[1, s], site.shared_goals[2, s]
        x, y, z = org.position[0, first:end], org.position[1, first:end], org.position[2, first:end]
        ex, ey, ez = org.goal_estimate[0, first:end], org.goal_estimate[1, first:end], org.goal_estimate[2, first:end]
        perceives, agrees, counts = (
            scratch.weighed[0, first:end],
            scratch.weighed[1, first:end],
            scratch.weighed[2, first:end],
        )
        for n in range(x.size):
            perceives[n] = agreement(squared_distance(x[n] - ex[n], y[n] - ey[n], z[n] - ez[n]), steep)
            agrees[n] = agreement(squared_distance(x[n] - gx, y[n] - gy, z[n] - gz), steep)
        partners = 0.0
        for n in range(x.size):
            i = first + n
            counts[n] = 1.0 if (org.status[i] == ACTIVE) & (org.role[i] != BACKBONE) & (org.in_post[i] != 0) else 0.0
            partners += counts[n]
        share_of_each = 1.0 / max(partners, 1.0)
        mean = dot(org.clarity[first:end], counts) * share_of_each
        site.mean_clarity[s] = mean
        site.perceived_agreement[s] = min(dot(perceives, counts) * share_of_each, 1.0)
        site.actual_agreement[s] = min(dot(agrees, counts) * share_of_each, 1.0)
        for n in range(x.size):
            agrees[n] = (org.clarity[first + n] - mean) ** 2
        site.clarity_spread[s] = (dot(agrees, counts) * share_of_each) ** 0.5
