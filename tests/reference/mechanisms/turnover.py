"""Staff turnover: people leave, posts stay vacant, successors start from little."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from reference.luck import lognormal, mix
from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization

rules, smoothing, fresh_start = of("turnover"), of("smoothing"), of("fresh_start")
differences = of("differences")


def leave_and_arrive(model: Partnership) -> None:
    """Announce and carry out departures, fill posts, and start successors."""
    for site in model.sites:
        site.departures = 0.0
    for organization in model.organizations:
        organization.departed = organization.arrived = False
        if not organization.in_post:
            organization.vacancy -= 1
            if organization.vacancy <= 0:
                start_successor(model, organization)
        else:
            organization.tenure += 1
            if leaves(model, organization):
                leave(model, organization)


def leaves(model: Partnership, organization: Organization) -> bool:
    """Say whether a representative leaves this month; one that only announces it does not yet."""
    p, luck = model.p.turnover, model.luck
    who, site = organization.organization_id, organization.site
    if organization.notice > 0:
        organization.notice -= 1
        organization.waiting_for = max(organization.waiting_for - 1, 0)
        return organization.notice == 0
    hazard = rules.hazard(rate_of(model, organization) * site.leaving_here, site.leaving_factor, site.coordination, p)
    hazard *= rules.early_hazard(organization.tenure, p)
    chance = rules.chance_of_leaving(hazard, organization.shocks["departure-wave"], p)
    at_once = False
    if luck.uniform("turnover", model.month, who, word=0) < chance:
        at_once = luck.uniform("turnover", model.month, who, word=1) >= p.notice_share
        if not at_once:
            organization.notice = int(p.notice)
            organization.waiting_for = months_to_fill(model, organization)
    struck = organization.shocks["leadership-change"]
    return luck.uniform("turnover", model.month, who, word=3) < struck or at_once


def rate_of(model: Partnership, organization: Organization) -> float:
    """Return the share of representatives of its kind who leave in a month, when nothing raises it."""
    p = model.p.turnover
    rate: float = p.rate_backbone if organization.is_backbone else getattr(p, f"rate_{organization.sector}")
    return rate


def months_to_fill(model: Partnership, organization: Organization) -> int:
    """Return the whole months that filling a post takes."""
    p = model.p.turnover
    z = model.luck.normal("turnover", model.month, organization.organization_id, word=2)
    return ceil(lognormal(p.time_to_fill, p.time_to_fill_spread, z))


def leave(model: Partnership, organization: Organization) -> None:
    """Let a representative go; a successor may start at once."""
    p = model.p.smoothing
    overlap = organization.doses["overlap"]
    overlapped = overlap > 0.0 and organization.notice == 0
    organization.site.departures += 1.0
    organization.departed = True
    organization.in_post = False
    organization.notice = -1
    organization.tenure = 0
    organization.ramp = 0.0
    organization.vacancy = months_to_fill(model, organization)
    if overlapped:  # the search began with the notice, and the leaver stays on for a while if need be
        organization.vacancy = smoothing.vacancy_with_overlap(organization.waiting_for, overlap, p)
    if organization.vacancy == 0:
        start_successor(model, organization)
        if overlapped:
            organization.ramp = smoothing.closer_by_overlap(organization.ramp, overlap, p)
            organization.backing = smoothing.closer_by_overlap(organization.backing, overlap, p)


def start_successor(model: Partnership, organization: Organization) -> None:
    """Put the next person into the post."""
    p = model.p.turnover
    organization.person += 1
    organization.in_post = organization.arrived = True
    organization.tenure = 0
    organization.ramp = p.first_understanding
    organization.backing = p.first_backing
    z = model.luck.normal("person", 0, mix(organization.organization_id, organization.person))
    organization.commitment = differences.shifted(rules.successor_commitment(z, p), organization.site.commitment_here)


def lose_personal_evidence(model: Partnership) -> None:
    """Take the evidence that two people had of each other when one of them leaves, but for what is handed over."""
    for organization in model.organizations:
        if not organization.departed:
            continue
        doses = organization.doses
        has_begun = organization.in_post and organization.arrived
        kept = rules.evidence_kept(doses["transition-plan"], doses["overlap"], has_begun, model.p.smoothing)
        kept_bad = fresh_start.bad_kept(kept, doses["fresh-start-practice"], model.on("fresh_start"))
        for relationship in organization.relationships.values():
            for end in relationship.pair.ends:
                end.personal_good *= kept
                end.personal_bad *= kept_bad
                end.betrayal *= kept_bad


def ramp_up(model: Partnership) -> None:
    """Let understanding and backing grow; written procedures shorten the learning."""
    p = model.p.turnover
    won = rules.closed_in_a_month(p.backing_time)
    for each in model.organizations:
        if each.in_post:
            learned = rules.closed_in_a_month(rules.ramp_time(each.documentation, model.p.smoothing, p))
            each.ramp += learned * (1.0 - each.ramp)
            each.backing += won * (1.0 - each.backing) * each.leader_in_post
