"""M10 Win-win: every partner keeps a ledger of what it gave against what it gained.

In full-time equivalents a month:

    gained = Σ_k joint output of its team · its part of the input  +  pooled money / cost of staff
    ledger ← ledger + (balance − ledger) / memory

Where no team asked it, what it gained is its input, which it puts to use by itself. Who is not at the table has none.
What it gave is what the same time would have done for its own mission; what it gained is its part of what the
teams achieved, which is more than it gave where trust, coordination and complementary strengths make it so. The
ledger is a fading mean of the balance. A partner with a positive one has something to win (win-win), and
learns from its own ledger beside what all can see (`effort`).
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.numerics import clip
from tfs_sim.model.state import ACTIVE, BACKBONE, K
from tfs_sim.model.wages import staff_for


class Parameters(NamedTuple):
    """How long a ledger reaches back, and how much it counts."""

    memory: float = parameter(
        12.0,
        unit="months",
        plausible=(6, 24),
        domain=(1, 1200),
        grade="assumed",
        meaning="How many months back a partner remembers what it gave and gained, about.",
    )
    weight: float = parameter(
        0.3,
        unit="share",
        plausible=(0.1, 0.6),
        grade="assumed",
        meaning="How much a partner's own ledger counts, against what the partnership as a whole is seen to gain.",
    )
    full_balance: float = parameter(
        0.2,
        unit="FTE for each FTE",
        plausible=(0.1, 0.4),
        domain=(1e-6, 100),
        grade="assumed",
        meaning="Balance that is taken as full joint gain.",
    )


MECHANISM = Mechanism(
    name="ledger",
    rows=("M10",),
    title="Win-win ledgers",
    summary="Partners keep account of what they gave and gained, and believe in the work accordingly.",
    source="[together2020], lesson four: win-win opportunities",
    parameters=Parameters,
    file=__name__,
    needs=("delivery",),
)


@rule
def balance(gained, fte, quality, effort, hours, p_money):
    """b = gained / F − quality · (e + hours / (hours_per_fte · F)), in [−1, 1]: gained less given, for each FTE.

    gained: FTE; fte: F, its staff; hours: that it spent on meetings and practices.
    """
    gave = quality * (effort + hours / (p_money.hours_per_fte * fte))
    return clip(gained / fte - gave, -1.0, 1.0)


@rule
def ledger_after(ledger, balance, p):
    """ledger + (b − ledger) / memory: the fading mean of balances."""
    return ledger + (balance - ledger) / p.memory


@rule
def has_gained(ledger):
    """ledger > 10⁻⁹: more than rounding, for whoever works alone gains just what it gives."""
    return ledger > 1e-9


@rule
def with_own_ledger(seen, ledger, done, p):
    """g + weight · (m · clip(ledger / full_balance) − g): what one goes by: what all gain, g, and what itself did.

    done: m, how much of what could be is done together: the less, the less the own ledger tells of what it could gain.
    """
    return seen + p.weight * (done * clip(ledger / p.full_balance, 0.0, 1.0) - seen)


@kernel
def settle(org, p_money, p):
    """Enter this month's balance in every partner's ledger."""
    for i in range(org.status.size):
        if org.status[i] != ACTIVE or org.role[i] == BACKBONE or org.fte[i] <= 0.0:
            org.ledger[i] = 0.0
            continue
        gained = staff_for(org.grant_income[i], p_money)
        for k in range(K):
            t = org.team[k, i]
            if t < 0:
                gained += org.input[k, i]
            elif org.team_input[k, t] > 0.0:
                gained += org.team_output[k, t] * org.input[k, i] / org.team_input[k, t]
        mine = balance(gained, org.fte[i], org.quality[i], org.effort[i], org.hours[i], p_money)
        org.ledger[i] = ledger_after(org.ledger[i], mine, p)
