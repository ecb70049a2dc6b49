"""Smoothing turnover: manuals, overlap and transition plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules, national = of("smoothing"), of("national")


def write_manuals(model: Partnership) -> None:
    """Move documentation towards what the practice keeps up; let it go stale without it."""
    for organization in model.organizations:
        coaching = organization.coaching["case-management"]
        written = national.with_coaching(organization.doses["procedure-manuals"], coaching)
        organization.documentation = rules.documentation_after(organization.documentation, written, model.p.smoothing)
