"""M15: partners give way towards the shared goals, and feel it beyond the core of their mission."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reference.mechanisms.understanding import are_revised
from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules = of("compromise")


def begin(model: Partnership) -> None:
    """Draw how flexible each organization is, as far as its national organization leaves it free."""
    for organization in model.organizations:
        z = model.luck.normal("flexibility", 0, organization.organization_id)
        organization.flexibility = rules.flexibility_of(z, organization.network is not None, model.p.compromise)


def give_way(model: Partnership) -> None:
    """Let partners give way towards the shared goals when positions are revised, and feel how far they have come."""
    if not are_revised(model):
        return
    for organization in model.organizations:
        organization.mission_strain = 0.0
        if organization.is_partner:
            goals = organization.site.shared_goals
            organization.position = [
                rules.position_after(position, goal, organization.flexibility)
                for position, goal in zip(organization.position, goals, strict=True)
            ]
            distance = math.dist(organization.position, organization.mission)
            organization.mission_strain = rules.strain_beyond_core(distance, model.p.compromise)
