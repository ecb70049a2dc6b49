"""Key people beside the representative, and experience."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from reference.luck import lognormal
from reference.mechanisms.turnover import rate_of
from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization

rules, turnover = of("key_people"), of("turnover")


def change(model: Partnership) -> None:
    """Let leaders and colleagues leave, and leaders be followed."""
    p = model.p.turnover
    for each in model.organizations:
        each.key_departures = float(each.departed)
        posts = int(model.p.key_people.posts if each.given_posts is None else each.given_posts)
        if posts < 2:
            each.has_changed |= model.month >= 0 and each.key_departures > 0
            continue
        site = each.site
        hazard = turnover.hazard(rate_of(model, each) * site.leaving_here, site.leaving_factor, site.coordination, p)
        chance = turnover.chance_of_leaving(hazard, each.shocks["departure-wave"], p)
        change_leader(model, each, chance)
        for n in range(posts - 2):
            u = model.luck.uniform("colleagues", model.month, each.organization_id, block=n)
            each.key_departures += u < chance
        each.has_changed |= model.month >= 0 and each.key_departures > 0


def change_leader(model: Partnership, organization: Organization, chance: float) -> None:
    """Let an organization's leader leave, or the next one begin."""
    p, who = model.p.turnover, organization.organization_id
    if not organization.leader_in_post:
        organization.leader_vacancy -= 1
        organization.leader_in_post = organization.leader_vacancy <= 0
    elif model.luck.uniform("leaders", model.month, who, word=0) < chance:
        z = model.luck.normal("leaders", model.month, who, word=1)
        organization.leader_vacancy = ceil(lognormal(p.time_to_fill, p.time_to_fill_spread, z))
        organization.leader_in_post = organization.leader_vacancy == 0
        organization.backing = rules.backing_without_leader(organization.backing, p.first_backing, model.p.key_people)
        organization.key_departures += 1


def learn(model: Partnership) -> None:
    """Read experience off the months that representatives have been in their posts."""
    for each in model.organizations:
        each.experience = rules.experience_of(float(each.tenure), model.p.key_people) * each.in_post
