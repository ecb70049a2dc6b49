"""M6 Reluctant partners: patience.

Readiness in [0, 1] says how ready an organization is to be asked to the table; who is not ready needs to gain more to
join (`pull_to_join` of M8). In the first month it is what its history with those at the table allows; left alone, while
it is not at the table, it drifts there:

    y ← settled(y, readiness_allowed)

Patience with information sends what the partnership does and leaves the organization space: informative
encounters, each of which brings readiness a step closer to full (`informed`). They come slowly, and they
wear off when nothing follows. It presses nobody, so nothing breaks. Source: the brief, lesson two; no
measurement of patience against persistence was found, so all of this is a hypothesis.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model import draws
from tfs_sim.model.contact import chance_of_any
from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
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


@rule
def readiness_allowed(grievance, partners, p):
    """1 − reluctance · Σh / n, in [0, 1]: readiness that an organization's history with those at the table allows.

    grievance: Σh, over its n = `partners` relationships with them.
    """
    return clip(1.0 - p.reluctance * grievance / partners, 0.0, 1.0) if partners > 0.0 else 1.0


@rule
def settled(readiness, allowed, p):
    """y + (1 − e^(−1/settling)) · (allowed − y): readiness a month later, left alone."""
    return readiness + (1.0 - exp(-1.0 / p.settling)) * (allowed - readiness)


@rule
def encounters_expected(told, contact, has_time, p):
    """encounters · dose · contact · c: informative encounters in a month; told: dose of patience with information.

    has_time: coordination c, 0 if the backbone has no hours at all.
    """
    return p.encounters * (told * contact * has_time)


@rule
def informed(readiness, p):
    """y + informed · (1 − y): readiness after an informative encounter."""
    return readiness + p.informed * (1.0 - readiness)


@kernel
def become_ready(month, run_in, key, org, rel, site, dose, p):
    """Let readiness of those who are not at the table drift to what histories allow, and information raise it."""
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
        allowed = readiness_allowed(hurt, partners, p)
        y = allowed if month == -run_in else settled(org.readiness[i], allowed, p)
        has_time = site.coordination[s] if site.backbone_hours[s] > 0.0 else 0.0
        expected = encounters_expected(dose.patience_with_information[s], site.contact_factor[s], has_time, p)
        if expected > 0.0:
            u = draws.uniform(key, STREAM, month, org.organization_id[i])
            if u < chance_of_any(expected):
                y = informed(y, p)
        org.readiness[i] = clip(y, 0.0, 1.0)
