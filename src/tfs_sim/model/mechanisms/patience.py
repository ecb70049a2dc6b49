"""M6 Reluctant partners: patience.

Readiness y_i in [0, 1] says how ready an organization is to be asked to the table. Left alone it drifts to what
its history with those at the table allows, h_i being its mean grievance towards partners:

    y_i ← y_i + s · (1 − k h_i − y_i),          joining value ← joining value − w · (1 − y_i).

Patience with information sends what the partnership does and leaves the organization space: informative
encounters, each of which brings readiness a step closer to full, y ← y + γ (1 − y). They come slowly, and they
wear off when nothing follows. It presses nobody, so nothing breaks. Source: the brief, lesson two; no
measurement of patience against persistence was found, so all of this is a hypothesis.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model import draws
from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel
from tfs_sim.model.numerics import clip, exp
from tfs_sim.model.state import ACTIVE, BACKBONE


class Parameters(NamedTuple):
    """What makes organizations unready, and what information does."""

    reluctance: float = parameter(
        1.5,
        unit="",
        plausible=(0.5, 3),
        domain=(0, 100),
        grade="assumed",
        meaning="By how much a difficult history with all who are at the table makes an organization unready.",
    )
    weight: float = parameter(
        0.15,
        unit="utility",
        plausible=(0.08, 0.25),
        domain=(0, 5),
        grade="assumed",
        meaning="Payoff of joining that an organization which is not ready at all needs beyond others.",
    )
    settling: float = parameter(
        24.0,
        unit="months",
        plausible=(12, 48),
        domain=(0.1, 1200),
        grade="assumed",
        meaning="Months in which readiness comes two thirds of the way to what the histories allow.",
    )
    encounters: float = parameter(
        0.8,
        unit="per month",
        plausible=(0.4, 1.5),
        domain=(0, 10),
        grade="assumed",
        meaning="Informative encounters a month with an organization that is not at the table, at full patience.",
    )
    informed: float = parameter(
        0.25,
        unit="share",
        plausible=(0.1, 0.4),
        grade="assumed",
        meaning="Share of the way to full readiness that an informative encounter covers.",
    )


MECHANISM = Mechanism(
    name="patience",
    rows=("M6",),
    title="Reluctant partners: patience",
    summary="Histories make organizations unready; information without pressure makes them ready.",
    source="[together2020], lesson two; no measurement found",
    parameters=Parameters,
    file=__name__,
    needs=("participation",),
)

INTERVENTIONS = (
    Intervention("patience-with-information", "Patience with information",
                 "Reluctant organizations are told what is done and what was achieved, and are left space.",
                 "patience", "site", "share of what could be told", 0.5, 1.0, cost=1200, hours=0, payer="funder",
                 source="[together2020], lesson two"),
)  # fmt: skip

STREAM = draws.stream("patience")


@kernel
def ripen(month, key, org, rel, site, dose, p):
    """Let readiness of those who are not at the table drift to what histories allow, and information raise it."""
    step = 1.0 - exp(-1.0 / p.settling)
    for i in range(org.readiness.size):
        if org.status[i] == ACTIVE or org.role[i] == BACKBONE:
            continue
        s = org.site_of[i]
        partners = 0.0
        hurt = 0.0
        for m in range(org.first_relationship[i], org.first_relationship[i + 1]):
            r = rel.relationships[m]
            at_table = 1.0 if org.status[rel.target[r]] == ACTIVE else 0.0
            partners += at_table
            hurt += at_table * rel.grievance[r]
        allowed = clip(1.0 - p.reluctance * hurt / partners, 0.0, 1.0) if partners > 0.0 else 1.0
        y = allowed if month == 0 else org.readiness[i] + step * (allowed - org.readiness[i])
        told = dose.patience_with_information[s] * site.contact_factor[s]
        told *= site.coordination[s] if site.backbone_hours[s] > 0.0 else 0.0
        if told > 0.0:
            u = draws.uniform(key, STREAM, month, org.organization_id[i])
            if u < 1.0 - exp(-p.encounters * told):
                y += p.informed * (1.0 - y)
        org.readiness[i] = clip(y, 0.0, 1.0)
