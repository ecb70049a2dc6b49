"""Ties form and fade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.luck import mix
from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Pair

rules = of("ties")


def choose_referrers(model: Partnership) -> None:
    """Let each organization turn to one of those whom it could know, who may refer it if they have a tie."""
    for organization in model.organizations:
        organization.referrer = None
        known = list(organization.relationships.values())  # in the order of identities
        if known:
            u = model.luck.uniform("referrer", model.month, organization.organization_id)
            asked = known[min(int(u * len(known)), len(known) - 1)]
            if asked.pair.is_open and not asked.target.is_backbone:
                organization.referrer = asked


def refer(model: Partnership) -> None:
    """Let those who were asked refer the asker to each of their neighbours that it could know and has no tie with.

    One asker after the other, by site and identity: a tie that was just made may pass on a later one.
    """
    for asker in model.organizations:
        via = asker.referrer
        if via is None or not asker.in_post:
            continue
        chance = rules.chance_of_referral(via.trust, asker.site.contact_factor, model.p.ties)
        for other in list(via.target.ties):
            relationship = asker.relationships.get(other)
            if relationship is None or relationship.pair.is_open or not other.in_post:
                continue
            asked = mix(asker.organization_id, other.organization_id)
            if model.luck.uniform("referral", model.month, asked) < chance:
                relationship.pair.open()
                relationship.pair.idle = 0.0


def open_and_close(model: Partnership) -> None:
    """Open and close ties, one decision for both ends: in disuse or doubt they may close, after a meeting open."""
    p = model.p.ties
    for pair in model.pairs:
        if pair.is_open:
            may_close(model, pair)
        elif pair.idle < 1.0 and not (pair.forward.failed or pair.backward.failed):  # they met last month, and well
            opening = rules.chance_of_opening(pair.overlap, p)
            if model.luck.uniform("ties", model.month, pair.pair_id, block=1) < opening:
                pair.open()
                pair.idle = 0.0


def may_close(model: Partnership, pair: Pair) -> None:
    """Let a tie close in disuse, or because someone who held it has left."""
    p = model.p.ties
    disused = pair.idle > p.idle_before_closing
    left = [each for each in (pair.one, pair.other) if each.departed]
    if not disused and not left:
        return
    handed_over = min((each.doses["transition-plan"] for each in left), default=1.0)
    closing = rules.chance_of_closing(float(disused), 1.0 if left else 0.0, handed_over, p)
    if model.luck.uniform("ties", model.month, pair.pair_id, block=0) < closing:
        pair.idle = max(pair.idle, 1.0)
        pair.close()
