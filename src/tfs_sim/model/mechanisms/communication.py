"""M5 Communication and time: steady contact keeps evidence fresh and understanding alive.

What two people know of each other fades less in a month after one in which they met (`kept_in_mind` of M1), and two
who have not been in touch for months misread each other more (`misread`). What a representative understands of the
initiative fades in a month without any encounter with a partner (the backbone's letters and calls stand in for part of
it), unless it is in use: what an organization gives to its teams keeps so much of it alive (Argote, Beckman & Epple
1990: knowledge depreciates as production is interrupted),

    U ← U · understanding_kept.

Steady communication adds contact between partners that have a tie. That the same hours do more when they are spread
than in bursts is not written here: two people who meet twice in a month have met, and silence comes after.
Source: the brief, lesson two (`making time for consistent communication`).
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.state import ACTIVE, BACKBONE


class Parameters(NamedTuple):
    """What contact keeps alive, and how much of it a backbone can add."""

    freshness: float = parameter(
        0.5,
        unit="share",
        plausible=(0.2, 0.8),
        grade="assumed",
        meaning="Share of a month's forgetting that an encounter in the month before averts.",
    )
    silence: float = parameter(
        0.1,
        unit="share",
        plausible=(0.03, 0.2),
        grade="assumed",
        meaning="Share of a representative's understanding lost in a month without an encounter with a partner.",
    )
    misreading: float = parameter(
        0.1,
        unit="share",
        plausible=(0.05, 0.2),
        grade="assumed",
        meaning="Share of kept promises lost to misunderstanding after a long silence between two people.",
    )
    misread_worst_after: float = parameter(
        12.0,
        unit="months",
        plausible=(6, 24),
        domain=(1, 600),
        grade="assumed",
        meaning="Months of silence after which misunderstanding is at its worst.",
    )
    contact: float = parameter(
        2.0,
        unit="per month",
        plausible=(1, 4),
        domain=(0, 10),
        grade="assumed",
        meaning="Further encounters a month of two partners that have a tie, at full dose (fortnightly).",
    )


MECHANISM = Mechanism(
    name="communication",
    rows=("M5",),
    title="Communication and time",
    summary="Meetings and steady contact keep evidence fresh and understanding alive; without contact both fade.",
    source="[together2020], lesson two; [argote1990]",
    parameters=Parameters,
    file=__name__,
    needs=("trust",),
)

INTERVENTIONS = (
    Intervention("steady-communication", "Steady communication",
                 "Calls, visits and letters between the meetings, month after month.",
                 "communication", "site", "share of what could be kept up", 0.5, 1.0, cost=3000, hours=0,
                 payer="funder", source="[together2020], lesson two"),
)  # fmt: skip


@rule
def lost_in_silence(communication, coordination, p):
    """silence · (1 − d · c): the share of understanding that a month without an encounter with a partner takes.

    communication: d, the dose of steady communication; coordination: c.
    """
    return p.silence * (1.0 - communication * coordination)


@rule
def understanding_kept(lost, used):
    """1 − lost · (1 − x): the share of understanding that is left where x of it is in use."""
    return 1.0 - lost * (1.0 - used)


@kernel
def lose_understanding(org, site, dose, p_effort, p):
    """Let the understanding of partners who met no partner this month fade, as far as it was not in use."""
    for s in range(site.first_organization.size):
        lost = lost_in_silence(dose.steady_communication[s], site.coordination[s], p)
        for i in range(site.first_organization[s], site.end_organization[s]):
            if (org.status[i] == ACTIVE) & (org.role[i] != BACKBONE) & (org.contacts_at_table[i] == 0.0):
                in_teams = max(max(org.team[0, i], org.team[1, i]), max(org.team[2, i], org.team[3, i])) >= 0
                used = org.effort[i] / p_effort.largest if in_teams else 0.0
                org.ramp[i] *= understanding_kept(lost, used)
