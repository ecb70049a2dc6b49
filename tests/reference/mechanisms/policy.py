"""Policy change: new rules make part of what has been learned obsolete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules, levers = of("policy"), of("levers")


def change_rules(model: Partnership) -> None:
    """Take away what the change makes obsolete, once, when its depth rises."""
    p = model.p.policy
    for organization in model.organizations:
        depth = organization.shocks["policy-change"]
        news = levers.rise(depth, organization.rules_changed)
        organization.rules_changed = depth
        organization.ramp *= rules.still_valid(news, p)
        organization.documentation *= rules.still_valid(news, p)
        organization.backing *= rules.still_attended(news, p)
