"""Delivery: the one chain from trust to students.

An organization's input to joint work on need k is z_ik = FTE_i · e_i · filled_i · ramp_i · q_i · strength_ik. Partners
form teams of at most `team_size` for each kind by recognized strength. A team produces

    Y = max(c · τ · n^θ · M_ρ(z), Σ z) · (students per FTE),

with τ the mean effective trust × alignment between its members and M_ρ the power mean (CES; Steiner 1972 on
conjunctive and additive group tasks). How to combine their efforts is for a team to choose (Steiner's discretionary
tasks): where what is lost in working together exceeds what is gained, members work side by side, each as it would
alone. Separate work is what capacity is left,

    X_k = Σ FTE_i · (1 − e_i · filled_i − time in meetings and on bids) · q_i · strength_ik:

what nobody brings to the shared work while a post is vacant, the organization's staff do for its own. S(x) = N (1 −
e^(−x/N)) serves students with diminishing returns; the joint gain G = Σ_k [S_k(X + Y) − S_k(X⁰)] is against the same
community without any joint work. It may be negative: meetings and newcomers who do not know yet what to do cost time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.mechanisms.community import base_need
from tfs_sim.model.mechanisms.effort import WEAKEST_LINK
from tfs_sim.model.numerics import exp, inline, kernel, log, power
from tfs_sim.model.state import ACTIVE, BACKBONE, K


class Parameters(NamedTuple):
    """The production function of joint work."""

    team_size: float = parameter(
        6.0, unit="organizations", plausible=(4, 6), domain=(1, 500), grade="assumed", meaning="Largest size of a team."
    )
    team_returns: float = parameter(
        1.8,
        unit="exponent",
        plausible=(1.5, 1.9),
        domain=(0, 3),
        grade="assumed",
        meaning="Returns to the size of a team (1: adds up).",
    )
    complementarity: float = parameter(
        0.4,
        unit="exponent",
        plausible=(0.1, 0.7),
        domain=(-1000, 1),
        grade="assumed",
        meaning="Order of the power mean over members: 1 adds up, below −50 the weakest link counts.",
    )
    meeting_hours: float = parameter(
        6.0,
        unit="hours a month",
        plausible=(3, 12),
        grade="assumed",
        meaning="Hours that a partner's staff spend in the partnership's meetings.",
    )
    access: float = parameter(
        0.8,
        unit="share",
        plausible=(0.6, 1.0),
        grade="assumed",
        meaning="Chance of a student in poverty who needs support to receive it, against another student's.",
    )


MECHANISM = Mechanism(
    name="delivery",
    rows=(),
    title="Joint and separate work",
    summary="Teams turn effort into students served, as far as their members trust each other.",
    source="Steiner 1972; the brief, lesson two",
    parameters=Parameters,
    file=__name__,
)


HOURS_PER_FTE = 150.0


@kernel
def rank_by_strength(month, first_organization, end_organization, strength, misjudged, team_terms, team_rank):
    """Order each site's organizations by recognized strength in each kind of support, twice a year."""
    if month % 6 != 0:
        return
    for s in range(first_organization.size):
        first, end = first_organization[s], end_organization[s]
        for k in range(K):
            seems = team_terms[k]  # scratch until the month's production
            for n in range(first, end):
                seems[n] = strength[k, n] * exp(misjudged[k, n])
            for n in range(first, end):
                m = n
                while m > first and seems[team_rank[k, m - 1]] < seems[n]:
                    team_rank[k, m] = team_rank[k, m - 1]
                    m -= 1
                team_rank[k, m] = n


@kernel
def form_teams(
    first_organization, end_organization, role, status, in_post, ramp, effort, fte, strength, misjudged, quality,
    team_rank, team, input, team_members, hours, on_strengths, p_strengths, p,
):  # fmt: skip
    """Put partners into teams for each kind of support, strongest first; weigh each one's input."""
    size = np.int64(p.team_size)
    suited = p_strengths.suited * on_strengths
    for i in range(status.size):
        taking_part = (status[i] == ACTIVE) & (role[i] != BACKBONE)
        hours[i] += p.meeting_hours * taking_part
        given = fte[i] * effort[i] * in_post[i] * ramp[i] * quality[i] * taking_part
        for k in range(K):
            input[k, i] = given * strength[k, i]
            team[k, i] = -1
            team_members[k, i] = 0.0
    for s in range(first_organization.size):
        for k in range(K):
            leader = np.int64(-1)
            members = 0
            for n in range(first_organization[s], end_organization[s]):
                i = team_rank[k, n]
                if status[i] != ACTIVE or role[i] == BACKBONE or effort[i] <= 0.0:
                    continue
                if strength[k, i] * exp(misjudged[k, i]) < suited:
                    break  # so do all that follow
                if members == 0:
                    leader = np.int64(i)
                team[k, i] = leader
                team_members[k, leader] += 1.0
                members = members + 1 if members + 1 < size else 0


@kernel
def weigh_trust(first_relationship, target, trust, alignment, team, team_trust, team_pairs):
    """Sum trust × alignment over the pairs of each team."""
    for k in range(K):
        for i in range(team.shape[1]):
            team_trust[k, i] = 0.0
            team_pairs[k, i] = 0.0
    for i in range(team.shape[1]):
        t0, t1, t2, t3 = team[0, i], team[1, i], team[2, i], team[3, i]
        if t0 < 0 and t1 < 0 and t2 < 0 and t3 < 0:
            continue
        s0 = s1 = s2 = s3 = 0.0
        n0 = n1 = n2 = n3 = 0.0
        for r in range(first_relationship[i], first_relationship[i + 1]):
            j = target[r]
            agreed = trust[r] * alignment[r]
            same = 1.0 if team[0, j] == t0 else 0.0
            s0 += same * agreed
            n0 += same
            same = 1.0 if team[1, j] == t1 else 0.0
            s1 += same * agreed
            n1 += same
            same = 1.0 if team[2, j] == t2 else 0.0
            s2 += same * agreed
            n2 += same
            same = 1.0 if team[3, j] == t3 else 0.0
            s3 += same * agreed
            n3 += same
        if t0 >= 0:
            team_trust[0, t0] += s0
            team_pairs[0, t0] += n0
        if t1 >= 0:
            team_trust[1, t1] += s1
            team_pairs[1, t1] += n1
        if t2 >= 0:
            team_trust[2, t2] += s2
            team_pairs[2, t2] += n2
        if t3 >= 0:
            team_trust[3, t3] += s3
            team_pairs[3, t3] += n3


@kernel
def sum_inputs(team, input, input_term, team_terms, team_input, p):
    """Sum each team's inputs, and their terms of the power mean, in its leader's place."""
    rho = p.complementarity
    weakest = rho < WEAKEST_LINK
    for k in range(K):
        given, term, whole, sums = input[k], input_term[k], team_terms[k], team_input[k]
        if weakest or rho == 1.0:
            for i in range(given.size):
                term[i] = given[i]
        else:
            for i in range(given.size):
                term[i] = exp(rho * log(given[i]))
        for i in range(whole.size):
            whole[i] = 1e300 if weakest else 0.0
            sums[i] = 0.0
        for i in range(whole.size):
            t = team[k, i]
            if t >= 0:
                whole[t] = min(whole[t], term[i]) if weakest else whole[t] + term[i]
                sums[t] += given[i]


@kernel
def divide_time(fte, quality, effort, in_post, hours, bid_hours, apart, alone):
    """Work out what capacity is left for separate work, and what there would be without any joint work."""
    for i in range(fte.size):
        month = HOURS_PER_FTE * max(fte[i], 1e-9)
        able = fte[i] * quality[i]
        apart[i] = able * max(1.0 - effort[i] * in_post[i] - (hours[i] + bid_hours[i]) / month, 0.0)
        alone[i] = able * max(1.0 - bid_hours[i] / month, 0.0)


@inline
def team_works(n, trusted, pairs_known, terms, quality_of_coordination, stranger, p):
    """Return what a team of n produces, in FTE of separate work; strangers count with a stranger's trust."""
    pairs = n * (n - 1.0)
    tau = (trusted + max(pairs - pairs_known, 0.0) * stranger) / pairs if pairs > 0.0 else 1.0
    rho = p.complementarity
    if rho < WEAKEST_LINK:
        mean = terms
    elif rho == 1.0:
        mean = terms / n
    else:
        mean = power(terms / n, 1.0 / rho)
    return quality_of_coordination * tau * power(n, p.team_returns) * mean


@kernel
def produce(
    first_organization, end_organization, strength, apart, alone, team, input, team_members, team_trust, team_pairs,
    team_terms, team_input, team_output, coordination, students, need, served, joint_gain, performance, gain_seen,
    joint_output, separate_output, p_community, p_trust, p,
):  # fmt: skip
    """Turn separate and joint work into students served, and reckon the joint gain."""
    stranger = p_trust.prior_good / (p_trust.prior_good + p_trust.prior_bad)
    for s in range(first_organization.size):
        first, end = first_organization[s], end_organization[s]
        joint_gain[s] = 0.0
        joint_output[s] = 0.0
        separate_output[s] = 0.0
        all_need = 0.0
        usual_need = 0.0
        for k in range(K):
            separate = 0.0
            without = 0.0
            joint = 0.0
            for i in range(first, end):
                # input that no team asked for: the organization does this work by itself
                separate += apart[i] * strength[k, i] + (input[k, i] if team[k, i] < 0 else 0.0)
                without += alone[i] * strength[k, i]
            for i in range(first, end):
                n = team_members[k, i]
                if n > 0.0:
                    together = team_works(
                        n, team_trust[k, i], team_pairs[k, i], team_terms[k, i], coordination[s], stranger, p
                    )
                    team_output[k, i] = max(together, team_input[k, i])
                    joint += team_output[k, i]
            x = p_community.students_per_fte * separate
            y = p_community.students_per_fte * joint
            in_need = need[k, 0, s] + need[k, 1, s]
            all_need += in_need
            usual_need += base_need(students[0, s], 0, k, p_community) + base_need(students[1, s], 1, k, p_community)
            if in_need > 0.0:
                reached = 1.0 - exp(-(x + y) / in_need)
                expected = 1.0 - exp(-p_community.students_per_fte * without / in_need)
                joint_gain[s] += in_need * (reached - expected)
                # the same number of students in all, but one in poverty is reached less easily
                poor, rest = need[k, 0, s], need[k, 1, s]
                share = p.access * poor / (p.access * poor + rest) if poor + rest > 0.0 else 0.0
                share = max(share, 1.0 - rest / (in_need * reached)) if reached > 0.0 else share
                served[k, 0, s] = in_need * reached * share
                served[k, 1, s] = in_need * reached * (1.0 - share)
            joint_output[s] += y
            separate_output[s] += x
        performance[s] = 1000.0 * joint_gain[s] / all_need if all_need > 0.0 else 0.0
        gain_seen[s] = 1000.0 * joint_gain[s] / usual_need if usual_need > 0.0 else 0.0
