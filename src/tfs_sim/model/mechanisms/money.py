"""Money: accounts between which cents move, and what happens to organizations that run short.

Organizations earn and spend about their wage bill; what competition and pooling award comes on top of the
uncontested part. An organization whose account is overdrawn lets staff go and takes them back when it can
pay them again. The only operation is a transfer: the sum over all accounts never changes.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.numerics import kernel
from tfs_sim.model.state import BACKBONE, FUNDER, OUTSIDE


class Parameters(NamedTuple):
    """Wages, reserves, and how staff follow money."""

    dollars_per_fte: float = parameter(
        6000.0, unit="dollars a month", plausible=(4500, 8000), domain=(1, 1e6), grade="assumed",
        meaning="Cost of one full-time person at a partner, overheads included.")
    reserve: float = parameter(
        3.0, unit="months", plausible=(1, 6), domain=(0, 60), grade="assumed",
        meaning="Months of spending that organizations hold in reserve at the start.")
    layoff: float = parameter(
        0.06, unit="share", plausible=(0.02, 0.12), grade="assumed",
        meaning="Share of staff that an overdrawn organization lets go in a month.")
    rehiring: float = parameter(
        0.04, unit="share", plausible=(0.02, 0.08), grade="assumed",
        meaning="Share of its missing staff that an organization with money takes back in a month.")


MECHANISM = Mechanism(
    name="money", rows=(), title="Accounts",
    summary="Income and spending as transfers; organizations that run short let staff go.",
    source="The brief on limited resources; NFF surveys", parameters=Parameters, file=__name__)

INTERVENTIONS = (
    Intervention("emergency-fund", "Emergency fund",
                 "In a crisis a fund replaces part of the income that partners lose; otherwise it costs nothing.",
                 "money", "organization", "share of lost income replaced", 0.5, 1.0, cost=0, hours=0, payer="funder"),
)  # fmt: skip


@kernel
def begin(role, fte, accounts, p):
    """Open the organizations' accounts with their reserves, paid in from outside."""
    first = accounts.size - fte.size
    for i in range(fte.size):
        if role[i] != BACKBONE:
            cents = int(100.0 * p.reserve * fte[i] * p.dollars_per_fte)
            accounts[OUTSIDE] -= cents
            accounts[first + i] += cents


@kernel
def earn_and_spend(
    site_of, role, base_fte, fte, income_factor, accounts, spent, on_competition, dose_emergency_fund, p_competition, p,
):  # fmt: skip
    """Let income and wages flow; let staff follow money."""
    first = accounts.size - fte.size
    certain = 1.0 - on_competition * p_competition.contested
    for i in range(fte.size):
        if role[i] == BACKBONE:
            continue
        s = site_of[i]
        account = first + i
        usual = base_fte[i] * p.dollars_per_fte
        income = int(100.0 * certain * usual * income_factor[s])
        wages = int(100.0 * fte[i] * p.dollars_per_fte)
        accounts[OUTSIDE] += wages - income
        accounts[account] += income - wages
        lost = max(1.0 - income_factor[s], 0.0) * usual
        if dose_emergency_fund[i] > 0.0 and lost > 0.0:
            relief = int(100.0 * dose_emergency_fund[i] * lost)
            accounts[FUNDER] -= relief
            accounts[account] += relief
            spent[s] += relief / 100.0
        if accounts[account] < 0:
            fte[i] *= 1.0 - p.layoff
        elif accounts[account] > wages:
            fte[i] += p.rehiring * (base_fte[i] - fte[i])
