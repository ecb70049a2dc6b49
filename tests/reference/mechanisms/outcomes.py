"""M21: students' outcomes follow support through a distributed delay of years."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import clip, of
from tfs_sim.model.state import DELAY_STAGES, GROUPS, NEEDS

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Site

rules = of("outcomes")


def follow(model: Partnership) -> None:
    """Move every stage of the delay by exactly one month; the first month's level is taken as the past's."""
    passes = chances_of_passing(model)
    for site in model.sites:
        for group in GROUPS:
            level = share_met(site, group) * site.take_up
            if model.month == -model.run_in:
                for stage in site.delay:
                    stage[group] = level
            if model.month in (-model.run_in, 0):  # changes are told from month 0 on
                site.outcome_at_start[group] = site.delay[-1][group]
            deviations = [stage[group] - level for stage in site.delay]
            for m, stage in enumerate(site.delay):
                arrived = sum(deviations[m - j] * passes[j] for j in range(m + 1))
                stage[group] = clip(level + arrived, 0.0, 1.0)


def chances_of_passing(model: Partnership) -> list[float]:
    """Return the chances that a month passes no stage of the delay, one, two …"""
    rate = rules.stages_a_month(model.p.outcomes)
    chances = [rules.passes_no_stage(rate)]
    for stages in range(DELAY_STAGES - 1):
        chances.append(rules.passes_one_more(chances[-1], stages, rate))
    return chances


def share_met(site: Site, group: str) -> float:
    """Return the share of a group's needs that are met."""
    needed = sum(site.need[need][group] for need in NEEDS)
    return sum(site.served[need][group] for need in NEEDS) / needed if needed > 0.0 else 0.0


def outcome_gain(site: Site) -> float:
    """Return the change of the outcome level since the start, over all students."""
    students = sum(site.students.values())
    gain = sum(site.students[group] * (site.delay[-1][group] - site.outcome_at_start[group]) for group in GROUPS)
    return gain / students if students > 0.0 else 0.0
