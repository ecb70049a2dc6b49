"""Hosting: an organization carries the backbone, may lay that down, and another may take it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization

rules = of("hosting")


def review(model: Partnership) -> None:
    """Let hosts lay their part down, and others take it up."""
    p, p_effort = model.p.hosting, model.p.effort
    for site in model.sites:
        by_others = site.doses["backbone-staffing"]
        if site.own_backbone_fte + by_others <= 0.0 or site.national_site or site.dissolved:
            continue
        partners = site.partners
        paid = rules.share_paid(site.own_backbone_fte, by_others)
        lost = max(1.0 - site.income_factor, 0.0)
        u = model.luck.uniform("hosting", model.month, site.site_id)
        if site.hosted:
            backbone = site.backbone_organization
            leads, belief = leadership(backbone), backbone.belief
            worth = rules.worth_of_hosting(belief, len(partners), leads, paid, lost, p_effort, p)
            site.hosted = not u < rules.chance_of_laying_down(worth, p)
        elif partners or by_others > 0.0:
            likeliest = max(partners, key=leadership, default=None)
            leads = leadership(likeliest) if likeliest else 0.0
            belief = likeliest.belief if likeliest and leads > 0.0 else 0.0
            worth = rules.worth_of_hosting(belief, len(partners), leads, paid, lost, p_effort, p)
            site.hosted = bool(u < rules.chance_of_taking_up(worth, p))


def leadership(organization: Organization) -> float:
    """Return how far an organization's representative would carry the work: not at all from a vacant post."""
    return organization.commitment * organization.backing * organization.in_post
