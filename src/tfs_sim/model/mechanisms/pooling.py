"""M10 Win-win and pooled funds: part of the money is awarded to the partnership.

A share of what was contested goes to the site's pool instead, and the pool is shared out every month among
partners. One part of it follows the contributions that the partnership sees, the other goes by staff:

    part_i = payout · share_of_pool(seen_i / Σ seen, FTE_i / Σ FTE)

Noise and the part that goes by what is seen are as data and accountability have it (M18; without that mechanism there
is no noise, and all of it does). Where nobody gives any effort nothing is paid. Contributing more then earns more, and
nobody loses to a neighbour. What an organization can expect has the mean of what is seen in its place.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model import draws
from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.accountability import noise_in_sight
from tfs_sim.model.payoff import expected_sight
from tfs_sim.model.state import ACTIVE, BACKBONE, FIRST_POOL, OUTSIDE
from tfs_sim.model.wages import wages


class Parameters(NamedTuple):
    """How quickly the pool is shared out."""

    paid_out: float = parameter(
        0.5,
        unit="share",
        plausible=(0.2, 1.0),
        grade="assumed",
        meaning="Share of the pool that is paid out in a month.",
    )


MECHANISM = Mechanism(
    name="pooling",
    rows=("M10",),
    title="Pooled funds",
    summary="A share of contested money is awarded to the partnership and shared by visible contribution.",
    source="[together2020], lesson four: win-win opportunities",
    parameters=Parameters,
    file=__name__,
    needs=("competition",),
)

INTERVENTIONS = (
    Intervention("pooled-funding", "Pooled funding",
                 "Funders award a share of contested money to the partnership as a whole.",
                 "pooling", "site", "share of contested money", 0.5, 1.0, cost=0, hours=0, payer="outside"),
)  # fmt: skip


STREAM = draws.stream("contributions as seen")


@rule
def pooled(income, income_factor, pooled_funding, p_competition):
    """100 · contested · income · income_factor · d: of contested money, what goes to the pool in a month, cents.

    income: wages of all at the site, dollars; pooled_funding: d, the dose.
    """
    return 100.0 * p_competition.contested * income * income_factor * pooled_funding


@rule
def paid_out(pool, p):
    """paid_out · pool: of a pool, what is shared out in a month."""
    return p.paid_out * pool


@rule
def contribution_seen(effort, fte, noise, z):
    """max(e + σ z, 0) · F: what is seen of a contribution, FTE; z: standard normal."""
    return max(effort + noise * z, 0.0) * fte


@rule
def share_of_pool(by_sight, by_staff, by_seen):
    """f + ω (s − f): the share that one gets of what is shared out, s by what is seen of it and f by its staff.

    by_seen: ω, the part of the pool that goes by what is seen.
    """
    return by_staff + by_seen * (by_sight - by_staff)


@kernel
def share_out(month, key, org, site, bank, dose, scratch, p_competition, p_effort, p_money, p):
    """Fill each site's pool and pay part of it out by contributions as they are seen, and by staff."""
    sites = site.first_organization.size
    org.grant_income[:] = 0.0
    org.pool_expected[:] = 0.0
    drawn = False
    for s in range(sites):
        first, end = site.first_organization[s], site.end_organization[s]
        income = 0.0
        total = 0.0
        for i in range(first, end):
            if org.role[i] != BACKBONE:
                income += wages(org.fte[i], p_money)
                if org.status[i] == ACTIVE:
                    total += org.effort[i] * org.fte[i]
        pool = FIRST_POOL + s
        cents = int(pooled(income, site.income_factor[s], dose.pooled_funding[s], p_competition))
        bank.accounts[OUTSIDE] -= cents
        bank.accounts[pool] += cents
        site.pool_payout[s] = 0.0
        if total <= 0.0:
            continue
        payout = int(paid_out(bank.accounts[pool], p))
        if payout <= 0:
            continue
        site.pool_payout[s] = payout / 100.0
        if not drawn and site.esteem_slope[s] > 0.0:
            draws.fill(scratch.organization_luck, key, STREAM, month, org.organization_id)
            drawn = True
        noise = noise_in_sight(site.esteem_slope[s], p_effort)
        staff = total = expected = 0.0
        seen = scratch.favour  # scratch
        for i in range(first, end):
            z = draws.wide_normal(draws.unit(scratch.organization_luck[0, i])) if noise > 0.0 else 0.0
            seen[i] = contribution_seen(org.effort[i], org.fte[i], noise, z)
            if org.role[i] != BACKBONE and org.status[i] == ACTIVE:
                staff += org.fte[i]
                total += seen[i]
                org.pool_expected[i] = (
                    expected_sight(org.effort[i] / p_effort.largest, site.esteem_slope[s]) * org.fte[i]
                )
                expected += org.pool_expected[i]
        for i in range(first, end):
            if org.role[i] != BACKBONE and org.status[i] == ACTIVE:
                by_staff = org.fte[i] / staff
                by_sight = seen[i] / total if total > 0.0 else by_staff
                by_mean_sight = org.pool_expected[i] / expected
                org.pool_expected[i] = site.pool_payout[s] * share_of_pool(by_mean_sight, by_staff, site.by_seen[s])
                part = int(payout * share_of_pool(by_sight, by_staff, site.by_seen[s]))
                bank.accounts[pool] -= part
                bank.accounts[FIRST_POOL + sites + i] += part
                org.grant_income[i] = part / 100.0
