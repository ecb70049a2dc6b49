"""Effort: each organization chooses how much of its capacity to give."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization


def open_with(model: Partnership) -> None:
    """Give partners of the first month the effort that their file says."""
    for site in model.sites:
        for partner in site.partners:
            if partner.given_lowest is not None:
                partner.effort = first_effort(model, partner)


def first_effort(model: Partnership, organization: Organization) -> float:
    """Return one of the levels of effort that a file allows an organization at first, all alike likely."""
    p = model.p.effort
    lowest = int(organization.given_lowest * p.levels + 0.5)
    highest = int(organization.given_highest * p.levels + 0.5)
    u = model.luck.uniform("first effort", 0, organization.organization_id)
    effort: float = (lowest + int(u * (highest - lowest + 1))) / p.levels * p.largest
    return effort
