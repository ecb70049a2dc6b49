"""What is observed of each site every month."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from reference.mechanisms.outcomes import outcome_gain
from reference.rules import of
from tfs_sim.model.state import NEEDS

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization, Site

rules = of("metrics")
outcomes = of("outcomes")


def observe(model: Partnership) -> None:
    """Record the month of every community."""
    for site in model.communities:
        measured = {
            **of_the_table(model, site),
            **of_ties(model, site),
            **of_students(model, site),
            **of_the_backbone(model, site),
        }
        for metric, value in measured.items():
            model.observe(site, metric, value)


ROUNDING = 1e-9
"""A balance nearer to none is none: whoever works alone gains what it gives."""


def mean(values: list[float], without: float = 0.0) -> float:
    """Return the mean, and something else where there is nothing to take it of."""
    return sum(values) / len(values) if values else without


def of_the_table(model: Partnership, site: Site) -> dict[str, float]:
    """Return what is measured of a community's organizations but the backbone."""
    everyone = [each for each in site.organizations if not each.is_backbone]
    partners = site.partners
    staff = sum(each.fte for each in partners)
    given = sum(each.fte * each.effort for each in partners)
    own = sum(rules.given_of_its_own(each.fte * each.effort, each.grant_income, model.p.money) for each in partners)
    return {
        "partners": float(len(partners)),
        "key_departures": sum(each.key_departures for each in everyone),
        "changed": mean([float(each.has_changed) for each in everyone]),
        "engaged": len(partners) / len(everyone) if everyone else 0.0,
        "support": own / staff if staff > 0.0 else 0.0,
        "effort": given / staff if staff > 0.0 else 0.0,
        "least_effort": min((each.effort for each in partners), default=0.0),
        "vacancy": mean([1.0 - each.in_post for each in partners]),
        "hours": sum(each.hours for each in partners),
        "bid_hours": sum(each.bid_hours for each in everyone),
        "staff_given": given,
        "staff": sum(each.fte for each in everyone),
        "belief": mean([each.belief for each in partners]),
        "documentation": mean([each.documentation for each in partners]),
        "win_win": mean([float(each.ledger > ROUNDING) for each in partners]),
        "readiness": mean([each.readiness for each in everyone if not each.is_active], without=1.0),
    }


def of_ties(model: Partnership, site: Site) -> dict[str, float]:
    """Return what is measured of ties among a community's organizations but the backbone, seen from both ends."""
    ties = [pair for pair in site.pairs if pair.is_open and not (pair.one.is_backbone or pair.other.is_backbone)]
    shared = [pair for pair in ties if pair.one.is_active and pair.other.is_active]
    partners = len(site.partners)
    recent = sum(pair.idle < model.p.ties.recent for pair in shared)
    return {
        "trust": mean([(pair.forward.trust + pair.backward.trust) / 2.0 for pair in ties]),
        "quality": mean([(pair.forward.trust + pair.backward.trust) / 2.0 * pair.alignment for pair in shared]),
        "density": 2.0 * recent / (partners * (partners - 1)) if partners > 1 else 0.0,
    }


def of_students(model: Partnership, site: Site) -> dict[str, float]:
    """Return what is measured of students."""
    p = model.p.outcomes
    needed = sum(sum(site.need[need].values()) for need in NEEDS)
    met = sum(sum(site.served[need].values()) for need in NEEDS)
    gain = outcome_gain(site)
    return {
        "performance": site.performance,
        "gross_gain": site.gross_gain,
        "coverage": met / needed if needed > 0.0 else 0.0,
        "equity_gap": site.delay[-1]["other"] - site.delay[-1]["in_poverty"],
        "outcome": gain,
        "indicator": outcomes.indicator(gain, outcomes.luck_of_cohort(cohort_of(model, site), p), p),
        "served": met,
    }


def cohort_of(model: Partnership, site: Site) -> float:
    """Return the luck of the school year's cohort, drawn once: the month of the draw is the number of the year."""
    year = model.month // int(model.p.outcomes.cohort_months)
    if site.cohort is None or site.cohort[0] != year:
        site.cohort = year, model.luck.normal("cohort", year, site.site_id)
    return site.cohort[1]


def of_the_backbone(model: Partnership, site: Site) -> dict[str, float]:
    """Return what is measured of a community as a whole, and what its partnership costs."""
    return {
        "alive": float(site.dead_months == 0),
        "coordination": site.coordination,
        "load": site.load / model.p.money.hours_per_fte,
        "departures": site.departures,
        "joined": site.joined,
        "withdrew": site.withdrew,
        "conflicts": site.conflicts,
        "cost": site.spent / 1000.0,
        "unpaid_backbone": site.unpaid_backbone / 1000.0,
        "unpaid_partners": site.unpaid_partners / 1000.0,
        "grants": site.grants_received / 1000.0,
        "severity": site.severity,
        "agenda": site.agenda_knowledge,
    }


def observe_goals(model: Partnership) -> None:
    """Record how clear goals are, how much attention they get, and how far partners agree on them."""
    for site in model.communities:
        model.observe(site, "clarity", site.mean_clarity)
        model.observe(site, "attention", site.mean_attention)
        model.observe(site, "clarity_spread", site.clarity_spread)
        model.observe(site, "perceived_agreement", site.perceived_agreement)
        model.observe(site, "actual_agreement", site.actual_agreement)


def observe_families(model: Partnership) -> None:
    """Record what families do and how long they wait."""
    for site in model.communities:
        model.observe(site, "family_engagement", site.family_engagement)
        model.observe(site, "community_support", site.community_support)
        model.observe(site, "take_up", site.take_up)
        model.observe(site, "time_to_service", site.time_to_service)


def observe_stages(model: Partnership) -> None:
    """Record how far a community came in the selection, its practices, and friction between its networks."""
    for site in model.communities:
        model.observe(site, "stage", site.stage_reached)
        model.observe(site, "practice_time", site.practice_time)
        members = [each for each in site.organizations if each.network is not None]
        friction = [friction_between(*two) for two in combinations(members, 2) if two[0].network is not two[1].network]
        model.observe(site, "friction", mean(friction))


def friction_between(one: Organization, other: Organization) -> float:
    """Return the friction between the networks of two members of different ones."""
    assert one.network is not None and other.network is not None
    friction: float = one.network.relationships[other.network].friction
    return friction


def observe_rules(model: Partnership) -> None:
    """Record how many interventions are in force because their rule calls for them."""
    for site in model.communities:
        model.observe(site, "adaptive", site.called_for)
