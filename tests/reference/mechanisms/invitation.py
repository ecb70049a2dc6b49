"""Reluctant partners: persistent invitation and accommodation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules = of("invitation")


def react_to_pressure(model: Partnership) -> None:
    """Let those who were pressed and stayed away react, the more the less ready they were."""
    p = model.p.invitation
    for organization in model.organizations:
        pressed = organization.site.doses["persistent-invitation"]
        if not organization.refused or pressed <= 0.0:
            continue
        held = rules.pressure_held_against(organization.readiness, pressed, p)
        for other, relationship in organization.relationships.items():
            if other.is_backbone or (relationship.pair.is_open and other.is_active):
                relationship.personal_bad += held
        organization.readiness = rules.readiness_under_pressure(organization.readiness, pressed, p)
