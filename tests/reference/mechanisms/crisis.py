"""Crisis: one event that strikes needs, contact, money and staff at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.mechanisms.community import usual_need
from reference.rules import of
from tfs_sim.model.mechanisms.crisis import RISE

if TYPE_CHECKING:
    from reference.model import Partnership

rules = of("crisis")


def unfold(model: Partnership) -> None:
    """Set what the crisis does to each site this month."""
    p = model.p.crisis
    for site in model.sites:
        shocks = site.shocks
        depth = shocks["community-crisis"]
        site.severity = depth
        site.contact_factor = rules.contact_left(depth, p)
        site.income_factor = rules.income_left(depth, shocks["funding-cut"], shocks["funding-windfall"], p)
        site.leaving_factor = rules.leaving_left(depth, p)
        site.salience = rules.salience_of(depth, p)
        surge = rules.surge_of(depth, shocks["need-surge"])
        for kind, need in site.need.items():
            ordinary = {group: usual_need(model, site.students, kind, group) for group in need}
            for group, usual in ordinary.items():
                rise = p.need_rise if group == "in_poverty" else p.other_rise
                need[group] = rules.need_in_crisis(usual, surge, rise, RISE.rows[kind])
            site.rise_of_need[kind] = rules.rise_of(sum(need.values()), sum(ordinary.values()))
