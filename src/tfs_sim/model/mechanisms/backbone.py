"""M17 Coordination burden: a backbone has so many hours.

Coordination work grows with partners, newcomers, conflicts, vacancies and the ties that the backbone must
hold. Beyond capacity, meetings, invitations and repair suffer, and joint work is multiplied by the quality of
coordination:

    c = coordination_of(hours_of, load_of)

Newcomers count less every month; part of the backbone's work goes on without its coordinator.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.state import ACTIVE, BACKBONE


class Parameters(NamedTuple):
    """Hours a month that each thing takes."""

    fixed_hours: float = parameter(
        30.0,
        unit="hours a month",
        plausible=(15, 60),
        grade="assumed",
        meaning="Coordination work that comes with any partnership.",
    )
    partner_hours: float = parameter(
        5.0, unit="hours a month", plausible=(3, 9), grade="assumed", meaning="Coordination work for each partner."
    )
    newcomer_hours: float = parameter(
        10.0,
        unit="hours a month",
        plausible=(4, 16),
        grade="assumed",
        meaning="Added work for each organization that joined in the last months.",
    )
    conflict_hours: float = parameter(
        1.5,
        unit="hours",
        plausible=(0.5, 3),
        grade="assumed",
        meaning="Work for each encounter between partners that went badly.",
    )
    vacancy_hours: float = parameter(
        5.0,
        unit="hours a month",
        plausible=(2, 10),
        grade="assumed",
        meaning="Added work for each partner whose post is vacant.",
    )
    tie_hours: float = parameter(
        0.6,
        unit="hours a month",
        plausible=(0.2, 1.2),
        grade="assumed",
        meaning="Work for each tie that only the backbone's effort holds.",
    )
    newcomer_lasting: float = parameter(
        2.0 / 3.0,
        unit="share",
        plausible=(0.4, 0.85),
        grade="assumed",
        meaning="Share of the added work for newcomers that is left a month later.",
    )
    experience: float = parameter(
        0.25,
        unit="share",
        plausible=(0.1, 0.4),
        domain=(0, 10),
        grade="assumed",
        meaning="How much more of a backbone's work gets done with a coordinator of full experience.",
    )
    without_coordinator: float = parameter(
        0.5,
        unit="share",
        plausible=(0.25, 0.75),
        grade="assumed",
        meaning="Share of the backbone's work that its other staff keep going without a coordinator who knows it.",
    )


MECHANISM = Mechanism(
    name="backbone",
    rows=("M17",),
    title="Coordination burden",
    summary="Load against hours gives the quality of coordination, on which meetings and joint work depend.",
    source="[together2020], lesson three; [kania2011]",
    parameters=Parameters,
    file=__name__,
)

INTERVENTIONS = (
    Intervention("backbone-staffing", "Backbone staffing", "The backbone is given staff.",
                 "backbone", "site", "FTE", 1.0, 50.0, cost=8500, hours=0, payer="funder", combine="sum",
                 source="[kania2011]: $150–500k a year for 1–5 FTE", grade="recalled"),
)  # fmt: skip


@rule
def hours_of(fte, hosted, in_post, understanding, done, p_money, p):
    """hours_per_fte · FTE · h · (w + (1 − w) · f · u) · d: hours a month that a backbone works; w: without_coordinator.

    fte: its staff; hosted: h, 1 if an organization hosts it; in_post: f, 1 if there is a coordinator; understanding:
    u, the coordinator's; done: d, how much gets done with so much experience.
    """
    at_work = p.without_coordinator + (1.0 - p.without_coordinator) * in_post * understanding
    return p_money.hours_per_fte * fte * hosted * at_work * done


@rule
def done_with(experience, p):
    """1 + `experience` · x: how much more gets done with an experienced coordinator; experience: x."""
    return 1.0 + p.experience * experience


@rule
def load_of(partners, newcomers, conflicts, vacancies, ties, practice_time, p):
    """(fixed + a · partners + b · newcomers + e · conflicts + v · vacancies + t · ties) · practice_time: hours a month.

    a, b, e, v, t: hours for each; ties: the backbone's with partners; practice_time: what practices make of it (M27).
    """
    load = (
        p.fixed_hours
        + p.partner_hours * partners
        + p.newcomer_hours * newcomers
        + p.conflict_hours * conflicts
        + p.vacancy_hours * vacancies
        + p.tie_hours * ties
    )
    return load * practice_time


@rule
def coordination_of(hours, load):
    """c = min(1, hours / load): the quality of coordination (1 where there is nothing to do)."""
    return min(1.0, hours / load) if load > 0.0 else 1.0


@rule
def newcomers_after(newcomers, p):
    """newcomer_lasting · newcomers: how many they still count for a month later."""
    return newcomers * p.newcomer_lasting


@kernel
def coordinate(org, rel, site, dose, p_money, p):
    """Weigh each backbone's hours against its load."""
    for s in range(site.backbone.size):
        b = site.backbone[s]
        partners = 0.0
        vacant = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
                partners += 1.0
                vacant += 1.0 - org.in_post[i]
        known = 0.0
        for m in range(org.first_relationship[b], org.end_of_ties[b]):
            known += 1.0 if org.status[rel.target[rel.ties[m]]] == ACTIVE else 0.0
        site.backbone_fte[s] = (site.own_backbone_fte[s] + dose.backbone_staffing[s]) * (1.0 - site.dissolved[s])
        done = done_with(org.experience[b], p)
        site.backbone_hours[s] = hours_of(
            site.backbone_fte[s], site.hosted[s], org.in_post[b], org.ramp[b], done, p_money, p
        )
        site.load[s] = load_of(
            partners, site.recent_joins[s], site.conflicts[s], vacant, known, site.practice_time[s], p
        )
        site.coordination[s] = coordination_of(site.backbone_hours[s], site.load[s])
        site.recent_joins[s] = newcomers_after(site.recent_joins[s], p)
