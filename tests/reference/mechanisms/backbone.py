"""Coordination burden: a backbone has so many hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules = of("backbone")


def coordinate(model: Partnership) -> None:
    """Weigh each backbone's hours against its load."""
    p = model.p.backbone
    for site in model.sites:
        backbone, partners = site.backbone_organization, site.partners
        vacant = sum(not each.in_post for each in partners)
        known = sum(each.is_active for each in backbone.ties)
        staff = site.own_backbone_fte + site.doses["backbone-staffing"]
        site.backbone_fte = 0.0 if site.dissolved else staff
        done = rules.done_with(backbone.experience, p)
        site.backbone_hours = rules.hours_of(
            site.backbone_fte, site.hosted, backbone.in_post, backbone.ramp, done, model.p.money, p
        )
        site.load = rules.load_of(
            len(partners), site.recent_joins, site.conflicts, vacant, known, site.practice_time, p
        )
        site.coordination = rules.coordination_of(site.backbone_hours, site.load)
        site.recent_joins = rules.newcomers_after(site.recent_joins, p)
