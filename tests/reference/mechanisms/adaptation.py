"""Adaptation in a crisis: contact moves to other channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules = of("adaptation")


def adapt(model: Partnership) -> None:
    """Bring back part of the contact that a crisis stopped."""
    p = model.p.adaptation
    for site in model.sites:
        carried = rules.carried_over(site.doses["crisis-channel"], p)
        site.contact_factor = rules.contact_regained(site.contact_factor, carried, p)
