"""What giving is worth: the payoff of each level of effort, as organizations last weighed it; they choose by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of
from tfs_sim.model.payoff import NOBODY_GIVES, WEAKEST_LINK
from tfs_sim.model.state import MAX_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reference.model import Partnership
    from reference.world import Organization, Site

rules, pay = of("payoff"), of("wages")
LEAST_CONTRIBUTION = 1e-9
"""What others are taken to contribute at least, so that shares of the pool can be reckoned with."""


def weigh_levels(model: Partnership, site: Site) -> None:
    """Set what in a site's payoffs depends on the level of effort alone: its summand, its sight, its cost."""
    p, rho = model.p.effort, model.p.delivery.complementarity
    for level in range(MAX_LEVELS):
        x = level / p.levels
        site.level_term[level] = rules.mean_term(x, rho)
        site.level_shown[level] = rules.expected_sight(x, site.esteem_slope) * p.largest
        esteem = rules.expected_esteem(x, site.esteem_weight, site.esteem_bar, site.esteem_slope)
        site.level_cost[level] = rules.rising_cost(x, p) - esteem


def weigh(model: Partnership, site: Site, who: Iterable[Organization], burden: float) -> None:
    """Set what some of a site's organizations expect, of others' last efforts, of their own, and of pooled money.

    Those who have only just joined have not given anything yet that others could have seen.
    """
    p, p_delivery = model.p.effort, model.p.delivery
    rho = p_delivery.complementarity
    weakest = rho < WEAKEST_LINK
    partners = site.partners
    given = {each: rules.mean_term(each.effort / p.largest, rho) for each in partners if each.months_active > 0}
    ranked = sorted(given.values())
    # the summand of nothing is so large that the others' would be lost beside it: those who give nothing are counted
    idle = sum(term == NOBODY_GIVES for term in ranked)
    total = sum(term for term in ranked if term != NOBODY_GIVES)
    count = len(partners)
    members = min(count, p_delivery.team_size)
    worth = rules.worth_of_joint_work(members, count, p_delivery, p)
    for each in who:
        others = len(given) - (each in given)
        if others == 0:
            expected = 1.0 if weakest else 0.0
        elif p.expectation > 0.5:  # all the last joint result
            expected = ranked[0] if weakest else (total + idle * NOBODY_GIVES) / len(given)
        elif weakest:
            expected = ranked[1] if each in given and given[each] <= ranked[0] else ranked[0]
        else:
            own = given.get(each, 0.0)
            left = total + (idle - 1) * NOBODY_GIVES if own == NOBODY_GIVES else total - own + idle * NOBODY_GIVES
            expected = max(left, 0.0) / others
        payoff = each.payoff
        payoff.seen = expected
        payoff.size = members
        payoff.scale = each.belief * worth
        payoff.linear = rules.worth_of_effort(
            each.peer_norm, each.commitment, each.backing, site.salience, burden, each.portfolio, p
        )
    weigh_pool(model, site, who, partners)


def weigh_pool(model: Partnership, site: Site, who: Iterable[Organization], partners: list[Organization]) -> None:
    """Set what organizations may expect of pooled money: nothing where none was shared out."""
    p, slope = model.p.effort, site.esteem_slope
    contributions: dict[Organization, float] = {}
    staff = 0.0
    if site.pool_payout > 0.0:
        contributions = {each: rules.contribution_as_seen(each.effort, each.fte, slope, p) for each in partners}
        staff = sum(each.fte for each in partners)
    everything = sum(contributions.values()) + LEAST_CONTRIBUTION
    for each in who:
        payoff = each.payoff
        payoff.money = payoff.even = 0.0
        payoff.rest = LEAST_CONTRIBUTION
        if site.pool_payout <= 0.0:
            continue
        pool = rules.worth_of_money(site.pool_payout, pay.wages(each.fte, model.p.money), p)
        payoff.money = pool * site.by_seen
        payoff.even = pool * (1.0 - site.by_seen) * each.fte / staff if staff > 0.0 else 0.0
        payoff.rest = max(everything - contributions.get(each, 0.0), LEAST_CONTRIBUTION)


def reckon(model: Partnership, organization: Organization) -> dict[int, float]:
    """Return the utility of each level of effort that it may choose."""
    p, rho = model.p.effort, model.p.delivery.complementarity
    site, payoff = organization.site, organization.payoff
    utility = {}
    for level in range(min(int(p.lowest_level), int(p.levels)), int(p.levels) + 1):
        mean = rules.team_mean_with(site.level_term[level], payoff.seen, payoff.size, rho)
        mine = site.level_shown[level] * organization.fte
        cost = site.level_cost[level]
        utility[level] = rules.utility_of(
            level / p.levels, payoff.linear, cost, payoff.money, mine, payoff.rest, payoff.even, payoff.scale, mean
        )
    return utility
