"""Reluctant partners: patience."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import clip, of

if TYPE_CHECKING:
    from reference.model import Partnership

rules, contact = of("patience"), of("contact")


def become_ready(model: Partnership) -> None:
    """Let readiness of those who are not at the table drift to what histories allow, and information raise it."""
    p = model.p.patience
    for site in model.sites:
        told = site.doses["patience-with-information"]
        expected = rules.encounters_expected(told, site.contact_factor, site.has_time, p)
        for member in site.members:
            if member.is_active:
                continue
            hurt = [each.grievance for other, each in member.relationships.items() if other.is_active]
            allowed = rules.readiness_allowed(sum(hurt), len(hurt), p)
            readiness = allowed if model.month == -model.run_in else rules.settled(member.readiness, allowed, p)
            if expected > 0.0:
                u = model.luck.uniform("patience", model.month, member.organization_id)
                if u < contact.chance_of_any(expected):
                    readiness = rules.informed(readiness, p)
            member.readiness = clip(readiness, 0.0, 1.0)
