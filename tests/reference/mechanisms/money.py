"""Money: accounts between which cents move, and what happens to organizations that run short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization

rules, pay = of("money"), of("wages")


def begin(model: Partnership) -> None:
    """Open the organizations' accounts with their reserves, paid in from outside."""
    for site in model.sites:
        for member in site.members:
            model.pay("outside", member, rules.reserve_in_cents(member.fte, model.p.money))


def earn_and_spend(model: Partnership) -> None:
    """Let income and wages flow; let staff follow money."""
    p = model.p.money
    for organization in model.organizations:
        if organization.is_backbone:
            continue
        usual = pay.wages(organization.base_fte, p)
        model.pay("outside", organization, int(100.0 * usual * organization.site.income_factor))
        model.pay(organization, "outside", rules.wages_in_cents(organization.fte, p))
        relieve(model, organization, usual)
        cents = model.accounts[organization]
        if cents < 0:
            organization.fte = rules.staff_after_layoffs(organization.fte, p)
        else:
            wanted = rules.staff_wanted(organization.base_fte, cents / 100.0, p)
            organization.fte = rules.staff_after(organization.fte, wanted, p)


def relieve(model: Partnership, organization: Organization, usual: float) -> None:
    """Let the emergency fund replace part of the income that an organization has lost."""
    site = organization.site
    lost = max(1.0 - site.income_factor, 0.0) * usual
    relief = int(100.0 * organization.doses["emergency-fund"] * lost)
    model.pay("funder", organization, relief)
    site.spent += relief / 100.0
