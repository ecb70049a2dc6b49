"""M17 Coordination burden: a backbone has so many hours.

Coordination work grows with partners, newcomers, conflicts, vacancies and the ties that the backbone must
hold. Quality of coordination is c = min(1, hours / load): beyond capacity, meetings, invitations and repair
suffer, and joint work is multiplied by c.

    load = (fixed + a · partners + b · newcomers + e · conflicts + v · vacancies + t · its ties) · practice time
    hours = 150 · FTE · (½ + ½ · coordinator in post · understanding),   c = min(1, hours / load)

Newcomers count less by a third every month; half of the backbone's work goes on without its coordinator.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel
from tfs_sim.model.state import ACTIVE, BACKBONE

HOURS_PER_FTE = 150.0


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


@kernel
def coordinate(org, rel, site, dose, p):
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
        site.backbone_fte[s] = site.base_backbone_fte[s] + dose.backbone_staffing[s]
        # staff other than the coordinator keep half of the work going while that post is vacant or new
        at_work = 0.5 + 0.5 * org.in_post[b] * org.ramp[b]
        site.backbone_hours[s] = HOURS_PER_FTE * site.backbone_fte[s] * at_work
        site.load[s] = (
            p.fixed_hours
            + p.partner_hours * partners
            + p.newcomer_hours * site.recent_joins[s]
            + p.conflict_hours * site.conflicts[s]
            + p.vacancy_hours * vacant
            + p.tie_hours * known
        )
        site.load[s] *= site.practice_time[s]
        site.coordination[s] = min(1.0, site.backbone_hours[s] / site.load[s]) if site.load[s] > 0.0 else 1.0
        site.recent_joins[s] *= 2.0 / 3.0
