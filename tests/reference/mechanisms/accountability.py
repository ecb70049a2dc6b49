"""Actionable data and shared accountability."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules, national = of("accountability"), of("national")


def gather(model: Partnership) -> None:
    """Build the data system, or let it fall out of use."""
    for site in model.sites:
        coaching = site.backbone_organization.coaching["data-coaching"]
        kept_up = national.with_coaching(site.doses["shared-data-system"], coaching)
        site.data = rules.data_after(site.data, kept_up, model.p.accountability)
