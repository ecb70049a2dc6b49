"""The schedule: what interventions, grants and shocks set for this month, and what that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of
from reference.world import Organization, Site

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.scheduled import Grant, Order, Rule

rules = of("levers")


def receive_grants(model: Partnership) -> None:
    """Pay this month's part of each grant from the funder to the site's backbone; pass on what is flexible."""
    for site in model.sites:
        site.grants_received = 0.0
    for grant in model.grants:
        if grant.begins <= model.month < grant.ends and (grant.stage is None or grant.site.chosen[grant.stage.number]):
            receive(model, grant)


def receive(model: Partnership, grant: Grant) -> None:
    """Pay a month's part of a grant."""
    site = grant.site
    backbone = site.backbone_organization
    left = grant.ends - model.month
    cents = rules.part_of_grant(grant.cents, left, grant.taper) + (grant.rest if left == 1 else 0)
    model.pay("funder", backbone, cents)
    site.grants_received += cents / 100.0
    partners = site.partners
    staff = sum(each.fte for each in partners)
    if grant.flexible > 0.0 and staff > 0.0:
        for each in partners:
            model.pay(backbone, each, int(cents * grant.flexible * (each.fte / staff)))


def clear(model: Partnership) -> None:
    """Take last month's doses away, and what they cost."""
    for organization in model.organizations:
        organization.doses = dict.fromkeys(organization.doses, 0.0)
        organization.hours = 0.0
    for site in model.sites:
        site.doses = dict.fromkeys(site.doses, 0.0)
        site.spent = site.unpaid_backbone = site.unpaid_partners = site.called_for = 0.0


def set_doses(model: Partnership) -> None:
    """Add every order's dose of the month, one order after the other, and charge what it adds."""
    for order in model.orders:
        if not order.begins <= model.month < order.ends:
            continue
        wanted = rules.tapered(order.dose, float(order.ends - model.month), order.taper)
        called: dict[Site, bool] = {}
        for target in order.targets:
            site = target if isinstance(target, Site) else target.site
            if order.stage is not None and not site.chosen[order.stage.number]:
                continue
            if order.rule is not None:
                if site not in called:
                    called[site] = is_called_for(model, site, order.begins, order.rule)
                    site.called_for += called[site] and wanted > 0.0
                if not called[site]:
                    continue
            carry_out(model, order, target, site, wanted)


def carry_out(model: Partnership, order: Order, target: Organization | Site, site: Site, wanted: float) -> None:
    """Add what an order wants to a target's dose, scaled down to what its payer can afford."""
    before = target.doses[order.lever]
    missing = 1.0 if order.sums else 1.0 - before
    asked = int(order.cost * (wanted * missing))
    purse: Organization | str = order.payer
    if order.payer == "backbone":
        purse = site.backbone_organization
    elif order.payer == "organization":  # a site has no purse of its own
        purse = "outside" if isinstance(target, Site) else target
    paid, given = asked, wanted
    if not isinstance(purse, str) and asked > 0:
        paid = min(asked, max(model.accounts[purse], 0))
        given = wanted * paid / asked
        if purse.is_backbone:
            site.unpaid_backbone += (asked - paid) / 100.0
        else:
            site.unpaid_partners += (asked - paid) / 100.0
    model.pay(purse, "outside", paid)
    site.spent += paid / 100.0
    target.doses[order.lever] = before + given if order.sums else rules.combined(before, given)
    if isinstance(target, Organization):
        target.hours += order.hours * (given * missing)


def is_called_for(model: Partnership, site: Site, begins: int, rule: Rule) -> bool:
    """Say whether a rule calls for its intervention at a site: what its looks at the record so far have come to."""
    called, since = False, begins
    for look in range(begins, model.month + 1, rule.every):
        if look == 0:
            continue  # nothing is recorded yet
        value = recorded(model, site, rule.indicator, max(look - rule.over, 0), look)
        if value > rule.on_at if rule.above else value < rule.on_at:
            since = since if called else look
            called = True
        elif called and look - since >= rule.spell:
            called = value > rule.off_at if rule.above else value < rule.off_at
    return called


def recorded(model: Partnership, site: Site, metric: str, first: int, last: int) -> float:
    """Return the mean of a metric over some months, at a site, or for the national table at all communities."""
    sites = model.communities if site.national_site else [site]
    return sum(sum(model.observed[metric][each.key][first:last]) for each in sites) / len(sites) / (last - first)


def set_shocks(model: Partnership) -> None:
    """Set the depth of every shock: full for the months that it lasts, then halving with its half-life."""
    for organization in model.organizations:
        organization.shocks = dict.fromkeys(organization.shocks, 0.0)
    for site in model.sites:
        site.shocks = dict.fromkeys(site.shocks, 0.0)
    for shock in model.shocks:
        since = model.month - shock.onset
        if since >= 0:
            depth = rules.severity(shock.depth, since, shock.lasts, shock.decay, model.p.levers)
            for target in shock.targets:
                target.shocks[shock.kind] = rules.combined(target.shocks[shock.kind], depth)
