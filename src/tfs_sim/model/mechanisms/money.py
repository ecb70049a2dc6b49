"""Money: accounts between which cents move, and what happens to organizations that run short.

Organizations earn the wages of their usual staff; what competition and pooling award comes on top and is spent
on more staff. An organization whose account is overdrawn lets staff go and takes them back when it can pay
them again. The only operation is a transfer: the sum over all accounts never changes.

With F the staff and F₀ the usual staff of an organization, w the dollars for an FTE and month, A its account:

    A ← A + F₀ · w · income factor − F · w + awards + emergency relief
    F ← F · (1 − layoff)   if A < 0;   otherwise F ← F + s · (wanted − F),   s = rehiring, or layoff on the way down
    wanted = min(F₀ + spending · max(A − reserve · F₀ w, 0) / w, F₀ · (1 + largest_growth))
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel
from tfs_sim.model.state import BACKBONE, FUNDER, OUTSIDE


class Parameters(NamedTuple):
    """Wages, reserves, and how staff follow money."""

    dollars_per_fte: float = parameter(
        6000.0,
        unit="dollars a month",
        plausible=(4500, 8000),
        domain=(1, 1e6),
        grade="assumed",
        meaning="Cost of one full-time person at a partner, overheads included.",
    )
    reserve: float = parameter(
        3.0,
        unit="months",
        plausible=(1, 6),
        domain=(0, 60),
        grade="assumed",
        meaning="Months of spending that organizations hold in reserve at the start.",
    )
    layoff: float = parameter(
        0.06,
        unit="share",
        plausible=(0.02, 0.12),
        grade="assumed",
        meaning="Share of staff that an overdrawn organization lets go in a month.",
    )
    rehiring: float = parameter(
        0.04,
        unit="share",
        plausible=(0.02, 0.08),
        grade="assumed",
        meaning="Share of its missing staff that an organization with money takes back in a month.",
    )
    spending: float = parameter(
        0.1,
        unit="share",
        plausible=(0.05, 0.2),
        grade="assumed",
        meaning="Share of the money above its reserve that an organization spends on more staff in a month.",
    )
    largest_growth: float = parameter(
        0.3,
        unit="share",
        plausible=(0.15, 0.5),
        domain=(0, 10),
        grade="assumed",
        meaning="How far staff may grow beyond the usual.",
    )


MECHANISM = Mechanism(
    name="money",
    rows=(),
    title="Accounts",
    summary="Income and spending as transfers; organizations that run short let staff go.",
    source="[together2020] on limited resources; [nff2020]",
    parameters=Parameters,
    file=__name__,
)

INTERVENTIONS = (
    Intervention("emergency-fund", "Emergency fund",
                 "In a crisis a fund replaces part of the income that partners lose; otherwise it costs nothing.",
                 "money", "organization", "share of lost income replaced", 0.5, 1.0, cost=0, hours=0, payer="funder"),
)  # fmt: skip


@kernel
def begin(org, bank, p):
    """Open the organizations' accounts with their reserves, paid in from outside."""
    first = bank.accounts.size - org.fte.size
    for i in range(org.fte.size):
        if org.role[i] != BACKBONE:
            cents = int(100.0 * p.reserve * org.fte[i] * p.dollars_per_fte)
            bank.accounts[OUTSIDE] -= cents
            bank.accounts[first + i] += cents


@kernel
def earn_and_spend(org, site, bank, dose, p):
    """Let income and wages flow; let staff follow money."""
    first = bank.accounts.size - org.fte.size
    for i in range(org.fte.size):
        if org.role[i] == BACKBONE:
            continue
        s = org.site_of[i]
        account = first + i
        usual = org.base_fte[i] * p.dollars_per_fte
        income = int(100.0 * usual * site.income_factor[s])
        wages = int(100.0 * org.fte[i] * p.dollars_per_fte)
        bank.accounts[OUTSIDE] += wages - income
        bank.accounts[account] += income - wages
        lost = max(1.0 - site.income_factor[s], 0.0) * usual
        if dose.emergency_fund[i] > 0.0 and lost > 0.0:
            relief = int(100.0 * dose.emergency_fund[i] * lost)
            bank.accounts[FUNDER] -= relief
            bank.accounts[account] += relief
            site.spent[s] += relief / 100.0
        if bank.accounts[account] < 0:
            org.fte[i] *= 1.0 - p.layoff
            continue
        surplus = max(bank.accounts[account] / 100.0 - p.reserve * usual, 0.0)
        wanted = min(
            org.base_fte[i] + p.spending * surplus / p.dollars_per_fte, org.base_fte[i] * (1.0 + p.largest_growth)
        )
        org.fte[i] += (p.rehiring if wanted > org.fte[i] else p.layoff) * (wanted - org.fte[i])
