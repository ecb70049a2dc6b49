"""M10 Win-win and pooled funds: part of the money is awarded to the partnership.

A share of what was contested goes to the site's pool instead, and the pool is shared out every month among
partners in proportion to the contribution that the partnership sees. Contributing more then earns more, and
nobody loses to a neighbour.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.numerics import kernel
from tfs_sim.model.state import ACTIVE, BACKBONE, FIRST_POOL, OUTSIDE


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
    source="The brief, lesson four: win-win opportunities",
    parameters=Parameters,
    file=__name__,
    needs=("competition",),
)

INTERVENTIONS = (
    Intervention("pooled-funding", "Pooled funding",
                 "Funders award a share of contested money to the partnership as a whole.",
                 "pooling", "site", "share of contested money", 0.5, 1.0, cost=0, hours=0, payer="outside"),
)  # fmt: skip


@kernel
def share_out(
    first_organization, end_organization, role, status, effort, fte, income_factor, pool_payout, grant_income, accounts,
    dose_pooled_funding, p_competition, p_money, p,
):  # fmt: skip
    """Fill each site's pool and pay part of it out by contribution."""
    sites = first_organization.size
    grant_income[:] = 0.0
    for s in range(sites):
        first, end = first_organization[s], end_organization[s]
        income = 0.0
        total = 0.0
        for i in range(first, end):
            if role[i] != BACKBONE:
                income += fte[i] * p_money.dollars_per_fte
                if status[i] == ACTIVE:
                    total += effort[i] * fte[i]
        pool = FIRST_POOL + s
        cents = int(100.0 * p_competition.contested * income * income_factor[s] * dose_pooled_funding[s])
        accounts[OUTSIDE] -= cents
        accounts[pool] += cents
        pool_payout[s] = 0.0
        if total <= 0.0:
            continue
        payout = int(p.paid_out * accounts[pool])
        pool_payout[s] = payout / 100.0
        for i in range(first, end):
            if role[i] != BACKBONE and status[i] == ACTIVE:
                part = int(payout * (effort[i] * fte[i] / total))
                accounts[pool] -= part
                accounts[FIRST_POOL + sites + i] += part
                grant_income[i] = part / 100.0
