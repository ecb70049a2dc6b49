"""M19: who is good at what, as the partnership sees it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reference.mechanisms.delivery import is_looked_at
from reference.rules import of
from tfs_sim.model.state import NEEDS

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization

rules = of("strengths")


def recognize(model: Partnership) -> None:
    """Let recognition follow the practice; at every look renew how each organization's strengths are judged."""
    p = model.p.strengths
    for site in model.sites:
        site.recognition = rules.recognition_after(site.recognition, site.doses["recognition-of-strengths"], p)
        if not is_looked_at(model):
            continue
        error = rules.misjudgement_left(site.recognition, p)
        of_sector = Counter(organization.sector for organization in site.organizations)
        everyone = len(site.organizations)
        for organization in site.organizations:
            unlike = (everyone - of_sector[organization.sector]) / max(everyone - 1, 1)
            for need, z in errors_about(model, organization).items():
                organization.recognized[need] = rules.seen_strength(organization.strength[need], unlike, error, z)


def errors_about(model: Partnership, organization: Organization) -> dict[str, float]:
    """Return how an organization is misjudged in each kind of support, drawn once: month 0, a word a kind."""
    if not organization.misjudged:
        for word, need in enumerate(NEEDS):
            z = model.luck.normal("recognition of strengths", 0, organization.organization_id, word=word)
            organization.misjudged[need] = z
    return organization.misjudged
