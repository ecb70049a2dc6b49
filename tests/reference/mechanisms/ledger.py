"""M10: every partner keeps a ledger of what it gave against what it gained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of
from tfs_sim.model.state import NEEDS

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization

rules = of("ledger")


def settle(model: Partnership) -> None:
    """Enter this month's balance in every partner's ledger; who is no partner, or has no staff, keeps none."""
    p = model.p.money
    for organization in model.organizations:
        if not organization.is_partner or organization.fte <= 0.0:
            organization.ledger = 0.0
            continue
        gained = organization.grant_income / p.dollars_per_fte + sum(gain_of(organization, need) for need in NEEDS)
        balance = rules.balance(
            gained, organization.fte, organization.quality, organization.effort, organization.hours, p
        )
        organization.ledger = rules.ledger_after(organization.ledger, balance, model.p.ledger)


def gain_of(organization: Organization, need: str) -> float:
    """Return an organization's part of what its team achieved, by input; all of what it did by itself."""
    leader = organization.team[need]
    if leader is None:
        return organization.input[need]
    if leader.team_input[need] <= 0.0:
        return 0.0
    return leader.team_output[need] * organization.input[need] / leader.team_input[need]
