"""M8 Participation: organizations are invited, join, and withdraw, with a threshold and inertia.

An organization that is not at the table is invited by neighbours who are and by the backbone as far as it
has time. It joins with a logistic chance in the payoff of taking part over a threshold (quantal choice), and
leaves in the same manner over a lower one: the gap is inertia.

An organization whose file gives it a threshold does without invitation and payoff: it takes part exactly while
at least so many others do, as it saw them at the beginning of the month (Granovetter 1978). One whose file
gives a month joins in that month, and is from then on like any other.

    invitations = (word of mouth · share of neighbours at the table + outreach) · contact · favour_i,
                  outreach = (own + by persistent invitation) · c
    P(asks itself) = 1 − e^(−invitations)
    P(joins) = logistic((V_i + stated value · readiness − weight · (1 − readiness) − threshold) / sharpness)
    P(leaves) = 1 − (1 − chance_rate) · (1 − leaving_rate · logistic(−(V_i − threshold + inertia) / sharpness))

V_i is what taking part is worth at the best level of effort less staying away (`payoff`); c coordination; readiness,
stated value and its weight are those of patience and persistent invitation (M6, M7). Favour is 1, or by commitment
where the willing are invited first. Rates are a month's.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model import draws
from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel
from tfs_sim.model.numerics import exp, logistic, whole_vectors
from tfs_sim.model.payoff import reckon
from tfs_sim.model.state import ACTIVE, BACKBONE, RELUCTANT, WITHDRAWN


class Parameters(NamedTuple):
    """Invitations, thresholds and inertia."""

    word_of_mouth: float = parameter(
        0.10,
        unit="per month",
        plausible=(0.05, 0.25),
        domain=(0, 10),
        grade="assumed",
        meaning="Invitations a month that an organization gets when all those it has ties with take part.",
    )
    outreach: float = parameter(
        0.08,
        unit="per month",
        plausible=(0.03, 0.2),
        domain=(0, 10),
        grade="assumed",
        meaning="Invitations a month from a backbone that has time.",
    )
    willing_first: float = parameter(
        2.0,
        unit="",
        plausible=(1, 4),
        grade="assumed",
        meaning="How strongly recruiting the willing first favours the committed (times e at full dose).",
    )
    join_threshold: float = parameter(
        0.035,
        unit="utility",
        plausible=(0.0, 0.07),
        domain=(-5, 5),
        grade="assumed",
        meaning="Payoff over staying away at which half of those invited join.",
    )
    inertia: float = parameter(
        0.06,
        unit="utility",
        plausible=(0.02, 0.12),
        grade="assumed",
        meaning="How much lower the payoff may fall before half of those who can would leave.",
    )
    sharpness: float = parameter(
        0.025,
        unit="utility",
        plausible=(0.015, 0.05),
        domain=(1e-6, 100),
        grade="assumed",
        meaning="Noise of these decisions.",
    )
    leaving_rate: float = parameter(
        1.2,
        unit="per year",
        plausible=(0.6, 2.4),
        domain=(0, 12),
        grade="assumed",
        meaning="Rate at which organizations reconsider whether to stay.",
    )
    chance_rate: float = parameter(
        0.03,
        unit="per year",
        plausible=(0.0, 0.06),
        domain=(0, 12),
        grade="derived",
        source="[chen2022] for the sign; partner attrition of 8% (3–20) a year in all is assumed",
        meaning="Rate at which partners leave for reasons of their own.",
    )


MECHANISM = Mechanism(
    name="participation",
    rows=("M8",),
    title="Participation",
    summary="Invitation, joining and withdrawal by payoff, with a threshold and inertia.",
    source="[granovetter1978]; [mckelvey1995] (quantal response)",
    parameters=Parameters,
    file=__name__,
    needs=("effort",),
)

INTERVENTIONS = (
    Intervention("recruiting-the-willing", "Recruiting the willing first",
                 "Invitations go first to people with `yes on their heart`.",
                 "participation", "site", "share of invitations", 1.0, 1.0, cost=0, hours=0, payer="backbone",
                 source="[together2020], lesson two"),
)  # fmt: skip

STREAM = draws.stream("participation")
JOINS, WITHDRAWS = -1, -2  # marks, within the kernel, of what is decided and not yet done


@kernel
def join_and_withdraw(month, key, org, rel, site, dose, on, scratch, p_patience, p_invitation, p_delivery, p_effort, p):
    """Let each organization join, refuse, stay or withdraw, in the light of how things stood last month."""
    draws.fill(scratch.organization_luck, key, STREAM, month, org.organization_id)
    for s in range(site.first_organization.size):
        first, end = site.first_organization[s], site.end_organization[s]
        site.joined[s] = site.withdrew[s] = 0.0
        keen = p.willing_first * dose.recruiting_the_willing[s]
        heart, invitations = org.commitment[first:end], scratch.favour[first:end]
        invitations[:] = 1.0
        if keen > 0.0:
            for n in range(heart.size):
                invitations[n] = exp(keen * (2.0 * heart[n] - 1.0))
        partners = outsiders = outsiders_favour = 0.0
        for i in range(first, end):
            org.refused[i] = 0
            at_table = 1.0 if org.status[i] == ACTIVE else 0.0
            counts = 1.0 if org.role[i] != BACKBONE else 0.0
            partners += counts * at_table
            outsiders += counts * (1.0 - at_table)
            outsiders_favour += counts * (1.0 - at_table) * scratch.favour[i]
        has_time = site.coordination[s] if site.backbone_hours[s] > 0.0 else 0.0
        outreach = (p.outreach + p_invitation.outreach * dose.persistent_invitation[s]) * has_time
        # the same number of invitations, of which the committed get more
        invited = site.contact_factor[s] * (outsiders / outsiders_favour if outsiders_favour > 0.0 else 0.0)
        may_leave = 1.0 - (1.0 - p.chance_rate) * (1.0 - min(p.leaving_rate, 1.0))
        count = 0
        for i in range(first, end):
            if org.role[i] == BACKBONE:
                continue
            scratch.deciders[count] = i
            if org.status[i] == ACTIVE:
                if org.given_threshold[i] >= 0.0:
                    stays = 1.0 if partners - 1.0 >= org.given_threshold[i] else 0.0
                    leaves = draws.unit(scratch.organization_luck[0, i]) < 1.0 - (1.0 - p.chance_rate) * stays
                    org.months_active[i] = WITHDRAWS if leaves else org.months_active[i] + 1
                    continue
                org.months_active[i] += 1
                count += 1 if draws.unit(scratch.organization_luck[0, i]) < may_leave else 0
                continue
            if month + 1 < org.given_joining[i]:
                continue
            if month + 1 == org.given_joining[i] or 0.0 <= org.given_threshold[i] <= partners:
                org.months_active[i] = JOINS
                continue
            if org.given_threshold[i] >= 0.0 or org.in_post[i] == 0:
                continue
            if (
                draws.unit(scratch.organization_luck[1, i])
                >= (p.word_of_mouth + outreach) * invited * scratch.favour[i]
            ):
                continue  # the chance 1 − exp(−rate) is below the rate
            at_table = 0.0
            for m in range(org.first_relationship[i], org.end_of_ties[i]):
                at_table += 1.0 if org.status[rel.target[rel.ties[m]]] == ACTIVE else 0.0
            share = at_table / max(org.end_of_ties[i] - org.first_relationship[i], 1)
            rate = (p.word_of_mouth * share + outreach) * invited * scratch.favour[i]
            if draws.unit(scratch.organization_luck[1, i]) < 1.0 - exp(-rate):
                count += 1
        if month > 0 and on.effort:
            reckon(scratch.deciders, count, s, org, scratch, site, p_delivery.complementarity, p_effort)
        wants_to = scratch.weighed[0, : whole_vectors(count, org.fte.size)]  # leave, or join
        for n in range(count):
            i = scratch.deciders[n]
            if org.status[i] == ACTIVE:
                wants_to[n] = -(org.joining_value[i] - p.join_threshold + p.inertia) / p.sharpness
                continue
            value = org.joining_value[i] + p_invitation.stated_value * dose.persistent_invitation[s] * org.readiness[i]
            value -= p_patience.weight * (1.0 - org.readiness[i])
            wants_to[n] = (value - p.join_threshold) / p.sharpness
        for n in range(wants_to.size):
            wants_to[n] = logistic(wants_to[n])
        for n in range(count):
            i = scratch.deciders[n]
            if org.status[i] == ACTIVE:
                stays = 1.0 - min(p.leaving_rate, 1.0) * wants_to[n]
                if draws.unit(scratch.organization_luck[0, i]) < 1.0 - (1.0 - p.chance_rate) * stays:
                    org.months_active[i] = WITHDRAWS
            elif draws.unit(scratch.organization_luck[2, i]) < wants_to[n]:
                org.months_active[i] = JOINS
            else:
                org.status[i] = RELUCTANT
                org.refused[i] = 1
        for i in range(first, end):  # only now: everyone has seen the table as it was at the beginning of the month
            if org.months_active[i] == JOINS:
                org.status[i] = ACTIVE
                org.months_active[i] = 0
                site.joined[s] += 1.0
                site.recent_joins[s] += 1.0
            elif org.months_active[i] == WITHDRAWS:
                org.status[i] = WITHDRAWN
                org.months_active[i] = 0
                org.effort[i] = 0.0
                site.withdrew[s] += 1.0
