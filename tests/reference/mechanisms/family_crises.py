"""M23: a family's emergency reaches some organization, and a trusted network passes it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of
from tfs_sim.model.state import NEEDS

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization, Relationship, Site

rules = of("family_crises")

STREAM = "family emergency"


def serve_emergencies(model: Partnership) -> None:
    """Let emergencies arrive, and pass each from hand to hand until someone can serve it."""
    for site in model.sites:
        all_need = sum(sum(site.need[need].values()) for need in NEEDS)
        if all_need <= 0.0:
            continue
        waits = [wait(model, site, each, all_need) for each in site.organizations if arrives(model, each)]
        if waits:
            site.time_to_service = sum(waits) / len(waits)


def arrives(model: Partnership, organization: Organization) -> bool:
    """Say whether a family's emergency reaches an organization this month: block 0, the first word."""
    if organization.is_backbone or not organization.in_post:
        return False
    u = model.luck.uniform(STREAM, model.month, organization.organization_id)
    return bool(u < model.p.family_crises.arrivals)


def kind_of(model: Partnership, site: Site, first: Organization, all_need: float) -> str:
    """Draw which kind of support a family needs, by how many need each: block 0, the second word."""
    mark = model.luck.uniform(STREAM, model.month, first.organization_id, word=1) * all_need
    for need in NEEDS:
        mark -= sum(site.need[need].values())
        if mark <= 0.0:
            return need
    return NEEDS[-1]


def wait(model: Partnership, site: Site, first: Organization, all_need: float) -> int:
    """Return the weeks until a case is served that reached an organization first (the longest wait, if never)."""
    p = model.p.family_crises
    need = kind_of(model, site, first, all_need)
    if first.strength[need] >= p.able:
        return 0
    asked = most_promising(first, need)
    longest = int(p.longest_wait)
    for week in range(1, longest):
        if asked is None:
            break
        # a week is a word of its own, four weeks a block, keyed by whom the case reached first
        block, word = 1 + (week - 1) // 4, (week - 1) % 4
        u = model.luck.uniform(STREAM, model.month, first.organization_id, block=block, word=word)
        if u < asked.trust:
            if asked.target.strength[need] >= p.able:
                return week
            asked = most_promising(asked.target, need)
    return longest


def most_promising(holder: Organization, need: str) -> Relationship | None:
    """Return the tie with the largest trust × strength of those that someone answers; of equals, the first."""
    ties = [tie for tie in holder.ties.values() if tie.target.in_post and not tie.target.is_backbone]
    return min(
        ties,
        key=lambda tie: (-rules.promise(tie.trust, tie.target.strength[need]), tie.target.identity),
        default=None,
    )
