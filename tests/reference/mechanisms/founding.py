"""Partnerships begin, and files say how things are in the first month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.mechanisms.community import founds, take_stock

if TYPE_CHECKING:
    from reference.model import Partnership


def found(model: Partnership) -> None:
    """Let partnerships begin: their backbone has its staff, and those who found them are at the table, as newcomers."""
    for site in model.sites:
        if model.month != site.begins or model.month == -model.run_in:
            continue
        site.own_backbone_fte = site.base_backbone_fte
        for each in site.members:
            if not each.is_active and founds(model, each, max(model.month, 0)):
                each.status = "active"
                each.months_active = 0
                site.recent_joins += 1.0


def take_as_given(model: Partnership) -> None:
    """In month 0, after a run-in: seat those and set the ties of which a file says how they are then."""
    if model.month != 0 or model.run_in == 0:
        return
    for each in model.organizations:
        if each.given_tenure is not None and each.in_post:
            each.tenure = each.given_tenure
        if each.given_joining == 0 and not each.is_active and each.site.begins <= 0:
            each.status = "active"
            each.months_active = 0
    for pair in model.pairs:
        given = pair.forward.given_strength
        if given is None:
            continue
        if given > 0.0:
            pair.open()
            pair.idle = 0.0
        else:
            pair.close()
            pair.idle = max(pair.idle, 1.0)
        take_stock(model, pair, model.p.community.history * given)
