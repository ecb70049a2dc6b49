"""Actionable data and shared accountability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules, national = of("accountability"), of("national")


def build_data_system(model: Partnership) -> None:
    """Build the data system, or let it fall out of use."""
    for site in model.sites:
        coaching = site.backbone_organization.coaching["data-coaching"]
        kept_up = national.with_coaching(site.doses["shared-data-system"], coaching)
        site.data = rules.data_after(site.data, kept_up, model.p.accountability)


def expect_esteem(model: Partnership) -> None:
    """Set what a contribution can expect at each site: esteem, above which mean; reward; how sharply it is seen."""
    p = model.p.accountability
    for site in model.sites:
        practice = site.doses["accountability-practice"]
        given = sum(partner.effort for partner in site.partners)
        site.esteem_weight = rules.esteem_at_stake(practice, p)
        site.by_seen = rules.by_contribution_as_seen(practice, p)
        site.esteem_bar = rules.mean_contribution(given, float(len(site.partners)), model.p.effort)
        site.esteem_slope = rules.clearness(site.data, p)
