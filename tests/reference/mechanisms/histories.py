"""Difficult histories: a slow stock of grievance between two organizations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of

if TYPE_CHECKING:
    from reference.model import Partnership

rules = of("histories")


def begin(model: Partnership) -> None:
    """Draw which pairs have a difficult history, how deep, and what it left of their evidence."""
    p = model.p.histories
    for pair in model.pairs:
        if model.luck.uniform("histories", 0, pair.pair_id, word=0) >= pair.site.grievance_share:
            continue
        depth = rules.depth_of_history(model.luck.uniform("histories", 0, pair.pair_id, word=1), p)
        for end in pair.ends:
            end.grievance = depth
            personal = rules.soured(depth, end.personal_good, end.personal_bad, p)
            end.personal_good -= personal
            end.personal_bad += personal
            on_record = rules.soured(depth, end.institutional_good, end.institutional_bad, p)
            end.institutional_good -= on_record
            end.institutional_bad += on_record + rules.left_on_record(depth, p)


def fade(model: Partnership) -> None:
    """Let a month pass over every grievance; facilitated conversations lay part of it to rest."""
    for site in model.sites:
        kept = rules.grievance_kept(site.doses["facilitated-conversations"], model.p.histories)
        for pair in site.pairs:
            pair.forward.grievance *= kept
            pair.backward.grievance *= kept
