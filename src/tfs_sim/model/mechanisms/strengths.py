"""M19 Strengths: who is good at what, as the partnership sees it.

Work is handed out and teams are formed by *recognized* strength, the true one seen through an error that is
specific to the organization and the kind of support. People judge their own field well and others' badly, so
the error grows with the share of the community's other organizations that work in other sectors. It is drawn once and
shrinks as recognition grows; everyone looks again every so many months (`reviewed_every` of delivery):

    recognized = seen_strength(strength, unlike, misjudgement_left(recognition))

A partner is asked into the teams of those kinds in which it seems strong enough; what nobody asks for it does by
itself. Recognition of a site moves slowly towards the dose of the practice. It also shows respect: people whose
abilities are acknowledged keep more of their promises to each other, and that earns trust through what they
experience, not by itself (Rogers & Ashforth 2017 on respect in organizations; Wegner 1987 and Moreland 1999 on
groups that know who knows what; the brief, lesson four).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.numerics import clip, exp
from tfs_sim.model.state import SECTORS, K


class Parameters(NamedTuple):
    """How wrong partners are about each other, and what recognition changes."""

    misjudgement: float = parameter(
        0.7,
        unit="sd of log",
        plausible=(0.5, 1.0),
        domain=(0, 5),
        grade="assumed",
        meaning="Error with which people of other sectors judge an organization's strengths if nobody asks.",
    )
    suited: float = parameter(
        0.1,
        unit="share",
        plausible=(0.06, 0.14),
        grade="assumed",
        meaning="Recognized strength in a kind of support from which a partner is asked into teams for it.",
    )
    learned: float = parameter(
        0.8,
        unit="share",
        plausible=(0.6, 0.95),
        grade="assumed",
        meaning="Share of that error which full recognition of strengths removes.",
    )
    recognition_time: float = parameter(
        6.0,
        unit="months",
        plausible=(3, 12),
        domain=(0.1, 120),
        grade="assumed",
        meaning="Months until two thirds of what the practice can make known is known.",
    )
    respect: float = parameter(
        0.2,
        unit="share",
        plausible=(0.1, 0.35),
        grade="assumed",
        source="[rogers2017] and [together2020] for the sign",
        meaning="Share of broken promises between partners that full recognition, which shows respect, averts.",
    )


MECHANISM = Mechanism(
    name="strengths",
    rows=("M19",),
    title="Strengths and respect",
    summary="Teams are formed by recognized strength; recognition shows respect, and respect earns trust.",
    source="[together2020], lesson four: `recognizing and respecting their partners' unique strengths`",
    parameters=Parameters,
    file=__name__,
)

INTERVENTIONS = (
    Intervention("recognition-of-strengths", "Recognition of strengths",
                 "Partners take stock of what each does best, say so, and hand out the work accordingly.",
                 "strengths", "site", "share of partners whose strengths are taken stock of", 0.8, 1.0, cost=1000,
                 hours=0, payer="funder", source="[together2020], lesson four"),
)  # fmt: skip

STREAM = draws.stream("recognition of strengths")


@rule
def recognition_after(recognition, practice, p):
    """r + (d − r) / recognition_time, in [0, 1]: recognition a month later; practice: d, the dose."""
    gap = practice - recognition
    return clip(recognition + gap / max(p.recognition_time, 1.0), 0.0, 1.0)


@rule
def misjudgement_left(recognition, p):
    """σ = misjudgement · (1 − learned · recognition): error of judging another field's strengths, sd of log."""
    return p.misjudgement * (1.0 - p.learned * recognition)


@rule
def seen_strength(strength, unlike, error, z):
    """s · e^(unlike · σ · z): a strength as it is seen; unlike: share of others who are of other sectors; error: σ.

    z: standard normal.
    """
    return strength * exp(unlike * error * z)


@kernel
def recognize(month, run_in, key, org, site, dose, scratch, p_delivery, p):
    """Let recognition follow the practice; at every look renew how each organization's strengths are judged."""
    for s in range(site.first_organization.size):
        site.recognition[s] = recognition_after(site.recognition[s], dose.recognition_of_strengths[s], p)
    if (month + run_in) % np.int64(p_delivery.reviewed_every) != 0:
        return
    draws.fill(scratch.organization_luck, key, STREAM, 0, org.organization_id)
    for s in range(site.first_organization.size):
        first, end = site.first_organization[s], site.end_organization[s]
        error = misjudgement_left(site.recognition[s], p)
        others = max(end - first - 1.0, 1.0)
        unlike = org.recognized[0, first:end]  # until its own turn, which is the last
        for field in range(len(SECTORS)):
            alike = 0.0
            for i in range(first, end):
                alike += 1.0 if org.sector[i] == field else 0.0
            for i in range(first, end):
                if org.sector[i] == field:
                    org.recognized[0, i] = (end - first - alike) / others
        for k in range(K - 1, -1, -1):
            seems, true, words = (
                org.recognized[k, first:end],
                org.strength[k, first:end],
                scratch.organization_luck[k, first:end],
            )
            for n in range(seems.size):
                seems[n] = seen_strength(true[n], unlike[n], error, draws.wide_normal(draws.unit(words[n])))
