"""M8: each organization chooses how much of its capacity to give, by quantal choice, and learns from results."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from reference import payoff
from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization, Site

rules = of("effort")
ledger = of("ledger")


def set_first(model: Partnership) -> None:
    """Give partners of the first month the effort that their file says."""
    for site in model.sites:
        for partner in site.partners:
            if partner.given_lowest is not None:
                partner.effort = first_effort(model, partner)


def first_effort(model: Partnership, organization: Organization) -> float:
    """Return one of the levels of effort that a file allows an organization at first, all alike likely."""
    p = model.p.effort
    lowest = int(organization.given_lowest * p.levels + 0.5)
    highest = int(organization.given_highest * p.levels + 0.5)
    u = model.luck.uniform("first effort", 0, organization.organization_id)
    effort: float = (lowest + int(u * (highest - lowest + 1))) / p.levels * p.largest
    return effort


def update_belief(model: Partnership) -> None:
    """Move each organization's belief towards what the partnership is seen to gain, and it itself."""
    p = model.p.effort
    for organization in model.organizations:
        if not organization.site.partners:  # nobody to learn from
            usual = model.p.community.first_belief
            organization.belief = rules.belief_forgotten(organization.belief, usual, p)
            continue
        seen = rules.gain_in_view(organization.site.gain_seen, p)
        given = [each.effort for each in organization.site.partners]
        done = sum(given) / (len(given) * p.largest)
        if model.on("ledger") and organization.is_active:
            seen = ledger.with_own_ledger(seen, organization.ledger, done, model.p.ledger)
        organization.belief = rules.belief_after(organization.belief, seen, done, organization.is_active, p)


def perceive_norm(model: Partnership) -> None:
    """Take the trust-weighted effort of those that an organization has ties with."""
    for organization in model.organizations:
        seen = sum(tie.trust * tie.target.effort for tie in organization.ties.values())
        organization.peer_norm = rules.descriptive_norm(seen, float(len(organization.ties)), model.p.effort)


def choose(model: Partnership) -> None:
    """Reckon what taking part is worth, and let those who reconsider choose their effort, at once or one by one."""
    for site in model.sites:
        burden = rules.burden_of(site.coordination, model.p.effort)
        payoff.weigh_levels(model, site)
        if model.p.effort.timing < 0.5:
            choose_at_once(model, site, burden)
        else:
            choose_in_turn(model, site, burden)


def choose_at_once(model: Partnership, site: Site, burden: float) -> None:
    """Let everyone choose in the light of what the others gave last month."""
    payoff.weigh(model, site, site.organizations, burden)
    chosen = {organization: next_effort(model, organization) for organization in site.organizations}
    for organization, effort in chosen.items():
        organization.effort = effort


def choose_in_turn(model: Partnership, site: Site, burden: float) -> None:
    """Let one after the other choose, in an order drawn every month, in the light of what the others give by then."""

    def turn(organization: Organization) -> float:
        return model.luck.uniform("effort order", model.month, organization.organization_id)

    for organization in sorted(site.organizations, key=turn):
        payoff.weigh(model, site, [organization], burden)
        organization.effort = next_effort(model, organization)


def next_effort(model: Partnership, organization: Organization) -> float:
    """Return the effort of this month: chosen, as a file says, or as it was; none of those who do not take part."""
    if not organization.is_partner:
        return 0.0
    if organization.months_active == 0 and organization.given_lowest is not None:
        return first_effort(model, organization)
    # the first word says who reconsiders, the second what is chosen
    u = model.luck.uniform("effort", model.month, organization.organization_id)
    if not organization.in_post or u >= model.p.effort.revision:
        return organization.effort
    return quantal_choice(model, organization)


def quantal_choice(model: Partnership, organization: Organization) -> float:
    """Draw a level of effort, better ones likelier."""
    p = model.p.effort
    utility = payoff.reckon(model, organization)
    best = max(utility.values())
    weights = [rules.logit_weight(worth, best, p) for worth in utility.values()]
    mark = sum(weights) * model.luck.uniform("effort", model.month, organization.organization_id, word=1)
    levels = list(utility)
    place = sum(mark > below for below in accumulate(weights[:-1]))
    effort: float = levels[place] / p.levels * p.largest
    return effort
