"""M7 Reluctant partners: persistent invitation and accommodation.

Persistent invitation asks again and again and says what taking part is worth (`outreach` and `pull_to_join` of
M8); accommodation moves meeting times and places, which lowers the cost of taking part. An organization that
is asked, is far from ready and stays away reacts (Brehm 1966, psychological reactance): it becomes less ready, and
holds the pressure against the backbone and those partners that it has a tie with, as broken promises,

    y ← readiness_under_pressure,   B ← B + pressure_held_against.

Where reluctance is about cost and felt value, y is near 1 and nothing of this happens. Where the boundary to patience
(M6) lies is the model's answer.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.numerics import clip
from tfs_sim.model.state import ACTIVE


class Parameters(NamedTuple):
    """What asking again does, to those who are ready and to those who are not."""

    outreach: float = parameter(
        0.2,
        unit="per month",
        plausible=(0.1, 0.4),
        domain=(0, 10),
        grade="assumed",
        meaning="Further invitations a month from a backbone that has time, at full persistent invitation.",
    )
    stated_value: float = parameter(
        0.03,
        unit="utility",
        plausible=(0.01, 0.06),
        domain=(0, 5),
        grade="assumed",
        meaning="Payoff that stating the value of taking part adds, at full dose, for those who are ready to hear it.",
    )
    reactance: float = parameter(
        0.5,
        unit="share",
        plausible=(0.2, 0.8),
        grade="assumed",
        source="[brehm1966] for the sign",
        meaning="Share of its readiness that an organization far from ready loses when pressed at full dose.",
    )
    pressure_felt: float = parameter(
        0.5,
        unit="encounters",
        plausible=(0.2, 1.0),
        domain=(0, 100),
        grade="assumed",
        meaning="Broken promises that being pressed at full dose is worth to an organization far from ready.",
    )
    accommodated: float = parameter(
        0.3,
        unit="share",
        plausible=(0.1, 0.5),
        grade="assumed",
        meaning="Share of the cost of a seat that meeting times and places make up.",
    )


MECHANISM = Mechanism(
    name="invitation",
    rows=("M7",),
    title="Reluctant partners: persistent invitation",
    summary="Asking again and accommodating win those who hesitate over cost; pressing the unready backfires.",
    source="[together2020], lesson two; [brehm1966] on reactance; no measurement found",
    parameters=Parameters,
    file=__name__,
    needs=("participation",),
)

INTERVENTIONS = (
    Intervention("persistent-invitation", "Persistent invitation",
                 "Organizations that stayed away are asked again, and told what taking part is worth.",
                 "invitation", "site", "share of what could be asked", 0.5, 1.0, cost=1200, hours=0, payer="funder",
                 source="[together2020], lesson two"),
    Intervention("accommodation", "Accommodation",
                 "Meeting times and places are moved to suit partners: taking part costs them less.",
                 "invitation", "site", "share of what could be accommodated", 0.5, 1.0, cost=800, hours=0,
                 payer="funder", source="[together2020], lesson two"),
)  # fmt: skip


@rule
def readiness_under_pressure(readiness, pressed, p):
    """y − reactance · d · (1 − y), in [0, 1]: readiness y of who stayed away, after pressing at dose d (Brehm 1966)."""
    return clip(readiness - p.reactance * pressed * (1.0 - readiness), 0.0, 1.0)


@rule
def pressure_held_against(readiness, pressed, p):
    """pressure_felt · d · (1 − y): broken promises that pressing at dose d is worth to one of readiness y."""
    return p.pressure_felt * pressed * (1.0 - readiness)


@kernel
def react_to_pressure(org, rel, dyad, site, dose, p):
    """Let those who were pressed and stayed away react, the more the less ready they were."""
    for i in range(org.refused.size):
        pressed = dose.persistent_invitation[org.site_of[i]]
        if org.refused[i] == 0 or pressed <= 0.0:
            continue
        held = pressure_held_against(org.readiness[i], pressed, p)
        for m in range(org.first_relationship[i], org.first_relationship[i + 1]):
            r = rel.relationships[m]
            j = rel.target[r]
            if j == site.backbone[org.site_of[i]] or (dyad.is_open[rel.pair[r]] and org.status[j] == ACTIVE):
                rel.personal_bad[r] += held
        org.readiness[i] = readiness_under_pressure(org.readiness[i], pressed, p)
