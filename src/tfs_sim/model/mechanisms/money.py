"""Money: accounts between which cents move, and what happens to organizations that run short.

Organizations earn the wages of their usual staff; what competition and pooling award comes on top and is spent
on more staff. An organization whose account is overdrawn lets staff go and takes them back when it can pay
them again. The only operation is a transfer: the sum over all accounts never changes.

With F the staff and F₀ the usual staff of an organization, A its account:

    A ← A + wages(F₀) · income factor − wages(F) + awards + emergency relief
    F ← staff_after_layoffs   if A < 0;   otherwise F ← staff_after(F, staff_wanted)
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.state import BACKBONE, FUNDER, OUTSIDE
from tfs_sim.model.wages import staff_for, wages


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
    hours_per_fte: float = parameter(
        150.0,
        unit="hours a month",
        plausible=(130, 165),
        domain=(1, 744),
        grade="assumed",
        meaning="Working hours that a full-time person has in a month.",
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


@rule
def wages_in_cents(fte, p):
    """⌊100 · F · dollars_per_fte⌋: the same in whole cents, as they are paid."""
    return int(wages(100.0 * fte, p))


@rule
def reserve_in_cents(fte, p):
    """⌊100 · reserve · F · dollars_per_fte⌋: cents that an organization holds at the start."""
    return int(wages(100.0 * p.reserve * fte, p))


@rule
def staff_after_layoffs(fte, p):
    """F · (1 − layoff): staff that an overdrawn organization keeps."""
    return fte * (1.0 - p.layoff)


@rule
def staff_wanted(usual, dollars, p):
    """min(F₀ + spending · max(A − reserve · w F₀, 0) / w, F₀ · (1 + largest_growth)): staff that money allows, FTE.

    usual: F₀; dollars: A, on the account.
    """
    surplus = max(dollars - p.reserve * wages(usual, p), 0.0)
    return min(usual + staff_for(p.spending * surplus, p), usual * (1.0 + p.largest_growth))


@rule
def staff_after(fte, wanted, p):
    """F + s · (wanted − F), s = rehiring, or layoff on the way down: staff a month later, FTE."""
    return fte + (p.rehiring if wanted > fte else p.layoff) * (wanted - fte)


@kernel
def begin(org, bank, p):
    """Open the organizations' accounts with their reserves, paid in from outside."""
    first = bank.accounts.size - org.fte.size
    for i in range(org.fte.size):
        if org.role[i] != BACKBONE:
            cents = reserve_in_cents(org.fte[i], p)
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
        usual = wages(org.base_fte[i], p)
        income = int(100.0 * usual * site.income_factor[s])
        paid = wages_in_cents(org.fte[i], p)
        bank.accounts[OUTSIDE] += paid - income
        bank.accounts[account] += income - paid
        lost = max(1.0 - site.income_factor[s], 0.0) * usual
        if dose.emergency_fund[i] > 0.0 and lost > 0.0:
            relief = int(100.0 * dose.emergency_fund[i] * lost)
            bank.accounts[FUNDER] -= relief
            bank.accounts[account] += relief
            site.spent[s] += relief / 100.0
        if bank.accounts[account] < 0:
            org.fte[i] = staff_after_layoffs(org.fte[i], p)
            continue
        wanted = staff_wanted(org.base_fte[i], bank.accounts[account] / 100.0, p)
        org.fte[i] = staff_after(org.fte[i], wanted, p)
