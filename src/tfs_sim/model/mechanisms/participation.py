"""M8 Participation: organizations are invited, join, and withdraw, with a threshold and inertia.

An organization that is not at the table is invited by neighbours who are and by the backbone as far as it
has time. Taking part and giving are two decisions, each with its own costs: a seat takes a few hours a month, and most
members of coalitions stay for what the table itself is to them: what they gain by belonging and what it costs them
(Wandersman et al. 1987), how it is led and whom they meet there (Butterfoss et al. 1996). It joins with a logistic
chance in the worth of a seat (quantal choice), and leaves in the same manner where that is lower: the gap is inertia.
How much work it aligns is chosen apart (`effort`).

An organization whose file gives it a threshold does without invitation and payoff: it takes part exactly while
at least so many others do, as it saw them at the beginning of the month (Granovetter 1978). One whose file
gives a month joins in that month, and is from then on like any other.

    P(asks itself) = chance_of_any(invitations)
    P(joins) = logistic(pull_to_join),   P(leaves) = chance_of_leaving(logistic(pull_to_leave))

Both pulls are of what a seat is worth over what it costs (`seats`). Rates are a month's.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model import draws
from tfs_sim.model.contact import chance_of_any
from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.endings import chance_of_joint_meeting
from tfs_sim.model.numerics import exp, logistic
from tfs_sim.model.seats import weigh_seats
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
    belonging: float = parameter(
        0.12,
        unit="utility",
        plausible=(0.05, 0.25),
        domain=(0, 1000),
        grade="assumed",
        source="[wandersman1987] for the sign",
        meaning="Worth of a seat to a fully committed representative whom the organization backs.",
    )
    promise: float = parameter(
        0.12,
        unit="utility",
        plausible=(0.05, 0.25),
        domain=(0, 1000),
        grade="assumed",
        source="[wandersman1987] for the sign",
        meaning="Worth of a seat to one that believes that working together gains all that it could.",
    )
    company: float = parameter(
        0.10,
        unit="utility",
        plausible=(0.04, 0.2),
        domain=(0, 1000),
        grade="assumed",
        source="[butterfoss1996] on leadership, linkages and climate, for the sign",
        meaning="Worth of a seat, at a table that is coordinated and meets as usual, among fully trusted neighbours.",
    )
    sitting: float = parameter(
        0.10,
        unit="utility",
        plausible=(0.05, 0.2),
        domain=(-5, 1000),
        grade="assumed",
        source="[wandersman1987] for the sign",
        meaning="Cost of a seat; at a worth that equals it half of those invited join.",
    )
    inertia: float = parameter(
        0.06,
        unit="utility",
        plausible=(0.02, 0.12),
        grade="assumed",
        meaning="How much less than it costs a seat may be worth before half of those who can would leave.",
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
    moved={
        "join_threshold": "what a seat must be worth is what it costs, participation.sitting; giving is chosen apart"
    },
)

INTERVENTIONS = (
    Intervention("recruiting-the-willing", "Recruiting the willing first",
                 "Invitations go first to people with `yes on their heart`.",
                 "participation", "site", "share of invitations", 1.0, 1.0, cost=0, hours=0, payer="backbone",
                 source="[together2020], lesson two"),
)  # fmt: skip

STREAM = draws.stream("participation")
JOINS, WITHDRAWS = -1, -2  # marks, within the kernel, of what is decided and not yet done


@rule
def favouring(commitment, willing_first, p):
    """e^(k (2 c − 1)), k = willing_first · dose: how much the committed are favoured by invitations.

    commitment: c; willing_first: dose of recruiting the willing first.
    """
    return exp(p.willing_first * willing_first * (2.0 * commitment - 1.0))


@rule
def outreach(persistent, has_time, p_invitation, p):
    """(outreach + invitation.outreach · d) · c: invitations a month by the backbone.

    persistent: d, dose of persistent invitation; has_time: coordination c, 0 if the backbone has no hours at all.
    """
    return (p.outreach + p_invitation.outreach * persistent) * has_time


@rule
def invitations(neighbours, outreach, contact, favour, p):
    """(word_of_mouth · share + outreach) · contact · favour: invitations a month that an organization gets.

    neighbours: share of those it has ties with who are at the table.
    """
    return (p.word_of_mouth * neighbours + outreach) * contact * favour


@rule
def pull_to_join(worth, readiness, pressed, p_patience, p_invitation, p):
    """(V + stated_value · d · y − weight · (1 − y)) / sharpness: log odds of joining when asked.

    worth: V, utility of a seat over staying away; readiness: y; pressed: d, dose of persistent invitation.
    """
    value = worth + p_invitation.stated_value * pressed * readiness
    value -= p_patience.weight * (1.0 - readiness)
    return value / p.sharpness


@rule
def pull_to_leave(worth, p):
    """−(V + inertia) / sharpness: log odds that a partner who reconsiders wants to leave; worth: V."""
    return -(worth + p.inertia) / p.sharpness


@rule
def chance_of_going(stays, p):
    """1 − (1 − chance_rate) · P(stays): the chance of leaving this month, for a reason or for none."""
    return 1.0 - (1.0 - p.chance_rate) * stays


@rule
def chance_of_leaving(wants_to, p):
    """1 − (1 − chance_rate)(1 − leaving_rate · P(wants to)): the chance that a partner withdraws this month."""
    return chance_of_going(1.0 - min(p.leaving_rate, 1.0) * wants_to, p)


@kernel
def join_and_withdraw(
    month,
    key,
    org,
    rel,
    site,
    dose,
    scratch,
    p_patience,
    p_invitation,
    p_effort,
    p_endings,
    p_money,
    p,
):
    """Let each organization join, refuse, stay or withdraw, in the light of how things stood last month."""
    draws.fill(scratch.organization_luck, key, STREAM, month, org.organization_id)
    for s in range(site.first_organization.size):
        first, end = site.first_organization[s], site.end_organization[s]
        site.joined[s] = site.withdrew[s] = 0.0
        if month < site.begins[s]:  # there is no table yet
            org.refused[first:end] = 0
            continue
        if site.dissolved[s]:
            for i in range(first, end):
                org.refused[i] = 0
                if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
                    org.status[i] = WITHDRAWN
                    org.months_active[i] = 0
                    org.effort[i] = 0.0
            continue
        willing_first = dose.recruiting_the_willing[s]
        heart, favoured = org.commitment[first:end], scratch.favour[first:end]
        favoured[:] = 1.0
        if p.willing_first * willing_first > 0.0:
            for n in range(heart.size):
                favoured[n] = favouring(heart[n], willing_first, p)
        partners = outsiders = outsiders_favour = 0.0
        for i in range(first, end):
            org.refused[i] = 0
            at_table = 1.0 if org.status[i] == ACTIVE else 0.0
            counts = 1.0 if org.role[i] != BACKBONE else 0.0
            partners += counts * at_table
            outsiders += counts * (1.0 - at_table)
            outsiders_favour += counts * (1.0 - at_table) * scratch.favour[i]
        has_time = site.coordination[s] if site.backbone_hours[s] > 0.0 else 0.0
        by_backbone = outreach(dose.persistent_invitation[s], has_time, p_invitation, p)
        # the same number of invitations, of which the committed get more
        invited = site.contact_factor[s] * (outsiders / outsiders_favour if outsiders_favour > 0.0 else 0.0)
        may_leave = chance_of_leaving(1.0, p)
        count = 0
        for i in range(first, end):
            if org.role[i] == BACKBONE:
                continue
            scratch.deciders[count] = i
            if org.status[i] == ACTIVE:
                if org.given_threshold[i] >= 0.0:
                    stays = 1.0 if partners - 1.0 >= org.given_threshold[i] else 0.0
                    leaves = draws.unit(scratch.organization_luck[0, i]) < chance_of_going(stays, p)
                    org.months_active[i] = WITHDRAWS if leaves else org.months_active[i] + 1
                    continue
                org.months_active[i] += 1
                if month < 0 and org.given_joining[i] == 0:
                    continue  # its file says that it takes part in month 0
                count += 1 if draws.unit(scratch.organization_luck[0, i]) < may_leave else 0
                continue
            by_file = org.given_joining[i] >= 0
            if by_file and month + 1 < org.given_joining[i]:
                continue
            if (by_file and month + 1 == org.given_joining[i]) or 0.0 <= org.given_threshold[i] <= partners:
                org.months_active[i] = JOINS
                continue
            if org.given_threshold[i] >= 0.0 or org.in_post[i] == 0:
                continue
            u = draws.unit(scratch.organization_luck[1, i])
            if u >= invitations(1.0, by_backbone, invited, scratch.favour[i], p):
                continue  # the chance of any is below the number expected
            at_table = 0.0
            for m in range(org.first_relationship[i], org.end_of_ties[i]):
                at_table += 1.0 if org.status[rel.target[rel.ties[m]]] == ACTIVE else 0.0
            share = at_table / max(org.end_of_ties[i] - org.first_relationship[i], 1)
            if u < chance_of_any(invitations(share, by_backbone, invited, scratch.favour[i], p)):
                count += 1
        meets = chance_of_joint_meeting(site.coordination[s], site.contact_factor[s], p_endings)
        weigh_seats(scratch.deciders, count, s, meets, org, rel, site, dose, p_invitation, p_effort, p_money, p)
        wants_to = scratch.weighed[0, :count]  # leave, or join
        for n in range(count):
            i = scratch.deciders[n]
            if org.status[i] == ACTIVE:
                wants_to[n] = pull_to_leave(org.joining_value[i], p)
                continue
            pressed = dose.persistent_invitation[s]
            wants_to[n] = pull_to_join(org.joining_value[i], org.readiness[i], pressed, p_patience, p_invitation, p)
        for n in range(wants_to.size):
            wants_to[n] = logistic(wants_to[n])
        for n in range(count):
            i = scratch.deciders[n]
            if org.status[i] == ACTIVE:
                if draws.unit(scratch.organization_luck[0, i]) < chance_of_leaving(wants_to[n], p):
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
