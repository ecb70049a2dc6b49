"""M20: community groups' engagement builds community support, which decides how much of an offer is taken up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization

rules = of("families")


def engage(model: Partnership) -> None:
    """Take the engagement of families, let community support follow it, and let families choose."""
    p = model.p.families
    for site in model.sites:
        groups = [each for each in site.organizations if each.sector == "community_group" and not each.is_backbone]
        given = sum(given_by(model, group) for group in groups) / len(groups) if groups else 0.0
        involvement = site.doses["parent-and-student-engagement"]
        site.family_engagement = rules.engagement_of(given, involvement, p)
        if model.month == -model.run_in:  # at rest when the run begins, without what is done from then on
            site.community_support = rules.support_at_rest(given, p)
        at_rest = rules.support_at_rest(site.family_engagement, p)
        site.community_support = rules.support_after(site.community_support, at_rest, p)
        site.take_up = rules.take_up_of(site.community_support, site.contact_factor, p)


def given_by(model: Partnership, group: Organization) -> float:
    """Return what a community group gives, as far as it trusts those at the table that it has ties with."""
    trust = [tie.trust for tie in group.ties.values() if tie.target.is_active]
    if not group.is_active or not trust:
        return 0.0
    return float(rules.given_by_group(group.effort / model.p.effort.largest, group.in_post, sum(trust) / len(trust)))
