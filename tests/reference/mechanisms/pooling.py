"""M10: part of the money is awarded to the partnership, and shared by contribution as it is seen, and by staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization, Site

rules = of("pooling")
accountability = of("accountability")
worth = of("wages")
payoff = of("payoff")


def share_out(model: Partnership) -> None:
    """Fill each site's pool and pay part of it out by contributions as they are seen, and by staff."""
    for organization in model.organizations:
        organization.grant_income = organization.pool_expected = 0.0
    for site in model.sites:
        income = sum(worth.wages(each.fte, model.p.money) for each in site.organizations if not each.is_backbone)
        cents = rules.pooled(income, site.income_factor, site.doses["pooled-funding"], model.p.competition)
        model.pay("outside", ("pool", site), int(cents))
        site.pool_payout = 0.0
        if sum(partner.effort * partner.fte for partner in site.partners) > 0.0:
            payout = int(rules.paid_out(model.accounts["pool", site], model.p.pooling))
            if payout > 0:
                pay(model, site, payout)


def pay(model: Partnership, site: Site, payout: int) -> None:
    """Share out so many cents among a site's partners, and note what each could expect of it."""
    site.pool_payout = payout / 100.0
    noise = accountability.noise_in_sight(site.esteem_slope, model.p.effort)
    seen = {partner: contribution_seen(model, partner, noise) for partner in site.partners}
    expected = {
        partner: payoff.expected_sight(partner.effort / model.p.effort.largest, site.esteem_slope) * partner.fte
        for partner in site.partners
    }
    staff = sum(partner.fte for partner in site.partners)
    all_seen, all_expected = sum(seen.values()), sum(expected.values())
    for partner in site.partners:
        by_staff = partner.fte / staff
        by_sight = seen[partner] / all_seen if all_seen > 0.0 else by_staff
        by_mean_sight = expected[partner] / all_expected
        partner.pool_expected = site.pool_payout * rules.share_of_pool(by_mean_sight, by_staff, site.by_seen)
        part = int(payout * rules.share_of_pool(by_sight, by_staff, site.by_seen))
        model.pay(("pool", site), partner, part)
        partner.grant_income = part / 100.0


def contribution_seen(model: Partnership, partner: Organization, noise: float) -> float:
    """Return what is seen of a partner's contribution, FTE."""
    z = model.luck.normal("contributions as seen", model.month, partner.organization_id) if noise > 0.0 else 0.0
    return float(rules.contribution_seen(partner.effort, partner.fte, noise, z))
