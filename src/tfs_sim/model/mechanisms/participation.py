"""M8 Participation: organizations are invited, join, and withdraw, with a threshold and inertia.

An organization that is not at the table is invited by neighbours who are and by the backbone as far as it
has time. It joins with a logistic chance in the payoff of taking part over a threshold (quantal choice), and
leaves in the same manner over a lower one: the gap is inertia.

An organization whose file gives it a threshold does without invitation and payoff: it takes part exactly while
at least so many others do, as it saw them at the beginning of the month (Granovetter 1978). One whose file
gives a month joins in that month, and is from then on like any other.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model import draws
from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.numerics import exp, kernel, logistic
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
        source="Chen & Sullivan 2022 for the sign; partner attrition of 8% (3–20) a year in all is assumed",
        meaning="Rate at which partners leave for reasons of their own.",
    )


MECHANISM = Mechanism(
    name="participation",
    rows=("M8",),
    title="Participation",
    summary="Invitation, joining and withdrawal by payoff, with a threshold and inertia.",
    source="Granovetter 1978; McKelvey & Palfrey 1995 (quantal response)",
    parameters=Parameters,
    file=__name__,
    needs=("effort",),
)

INTERVENTIONS = (
    Intervention("recruiting-the-willing", "Recruiting the willing first",
                 "Invitations go first to people with `yes on their heart`.",
                 "participation", "site", "share of invitations", 1.0, 1.0, cost=0, hours=0, payer="backbone",
                 source="The brief, lesson two"),
)  # fmt: skip

STREAM = draws.stream("participation")


@kernel
def join_and_withdraw(
    month, key, organization_id, site_of, role, status, months_active, joining_value, commitment, in_post, effort,
    first_relationship, target, is_open, coordination, contact_factor, backbone_hours, recent_joins, joined, withdrew,
    table_size, outsiders, outsiders_weight, given_joining, given_threshold, readiness, refused,
    dose_recruiting_the_willing, dose_persistent_invitation, p_patience, p_invitation, p,
):  # fmt: skip
    """Let each organization join, refuse, stay or withdraw."""
    joined[:] = 0.0
    withdrew[:] = 0.0
    table_size[:] = 0.0
    outsiders[:] = 0.0
    outsiders_weight[:] = 0.0
    for i in range(organization_id.size):
        s = site_of[i]
        if role[i] != BACKBONE and status[i] == ACTIVE:
            table_size[s] += 1.0
        elif role[i] != BACKBONE:
            outsiders[s] += 1.0
            outsiders_weight[s] += exp(p.willing_first * dose_recruiting_the_willing[s] * (2.0 * commitment[i] - 1.0))
    for i in range(organization_id.size):
        refused[i] = 0
        if role[i] == BACKBONE:
            continue
        s = site_of[i]
        a, b, c, _ = draws.words(key, STREAM, month, organization_id[i], 0)
        if status[i] == ACTIVE:
            months_active[i] += 1
            if given_threshold[i] >= 0.0:
                stays = 1.0 if table_size[s] - 1.0 >= given_threshold[i] else 0.0
            else:
                wants_out = logistic(-(joining_value[i] - p.join_threshold + p.inertia) / p.sharpness)
                stays = 1.0 - min(p.leaving_rate, 1.0) * wants_out
            if draws.unit(a) < 1.0 - (1.0 - p.chance_rate) * stays:
                status[i] = WITHDRAWN
                months_active[i] = 0
                effort[i] = 0.0
                withdrew[s] += 1.0
            continue
        if month + 1 < given_joining[i]:
            continue
        if month + 1 == given_joining[i] or 0.0 <= given_threshold[i] <= table_size[s]:
            status[i] = ACTIVE
            months_active[i] = 0
            joined[s] += 1.0
            recent_joins[s] += 1.0
            continue
        if given_threshold[i] >= 0.0 or in_post[i] == 0:
            continue
        ties = 0.0
        at_table = 0.0
        for r in range(first_relationship[i], first_relationship[i + 1]):
            ties += is_open[r]
            at_table += is_open[r] * (status[target[r]] == ACTIVE)
        share = at_table / ties if ties > 0.0 else 0.0
        has_time = coordination[s] if backbone_hours[s] > 0.0 else 0.0
        outreach = p.outreach + p_invitation.outreach * dose_persistent_invitation[s]
        rate = (p.word_of_mouth * share + outreach * has_time) * contact_factor[s]
        # the same number of invitations, of which the committed get more
        favour = exp(p.willing_first * dose_recruiting_the_willing[s] * (2.0 * commitment[i] - 1.0))
        rate *= favour * outsiders[s] / outsiders_weight[s]
        if draws.unit(b) < 1.0 - exp(-rate):
            value = joining_value[i] + p_invitation.stated_value * dose_persistent_invitation[s] * readiness[i]
            value -= p_patience.weight * (1.0 - readiness[i])
            if draws.unit(c) < logistic((value - p.join_threshold) / p.sharpness):
                status[i] = ACTIVE
                months_active[i] = 0
                joined[s] += 1.0
                recent_joins[s] += 1.0
            else:
                status[i] = RELUCTANT
                refused[i] = 1
