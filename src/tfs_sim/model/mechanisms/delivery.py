"""Delivery: the one chain from trust to students.

An organization's input to joint work on a kind of need is what it gives to it (`capacity_given`) times its strength in
it. For each kind, partners that give some effort and seem suited (M19) form teams by recognized strength, as it was
when they last looked: the strongest `team_size` make a team, the next strongest another; equals keep the order of the
look before, first of all that of their identities. One whose post is vacant has its place, and brings nothing. What a
team produces
(`output_of_team`) rests on the mean effective trust × alignment between its members and on the power mean of their
inputs (CES; Steiner 1972 on conjunctive and additive group tasks). How to combine their efforts is for a team to choose
(Steiner's discretionary tasks): where what is lost in working together exceeds what is gained, members work side by
side, each as it would alone. Separate work is what capacity is left (`left_for_own_work`): what nobody brings to the
shared work while a post is vacant, the organization's staff do for its own.

    G = Σ_k N_k [share_reached(X + Y) − share_reached(X⁰)]

The joint gain G of separate and joint work X + Y is against the same community without any joint work, X⁰. It may be
negative: meetings and newcomers who do not know yet what to do cost time. It is net of the separate work that partners
give up for aligned work and hours; set beside their price it would count them twice. The gross gain has that separate
work restored: Σ_k N_k [share_reached(X⁰ + Y) − share_reached(X⁰)].

Effort is *aligned work*: what an organization does for students anyway, done as part of the shared plan (mutually
reinforcing activities, Kania & Kramer 2011). What working together takes on top are *hours* (`hours_on_top`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.community import base_need
from tfs_sim.model.mechanisms.trust import trust_in
from tfs_sim.model.numerics import dot, exp, power, whole_vectors
from tfs_sim.model.payoff import WEAKEST_LINK, mean_of, mean_term
from tfs_sim.model.state import ACTIVE, BACKBONE, K
from tfs_sim.model.team_codes import in_one_team, lone_code, sixteen_bits


class Parameters(NamedTuple):
    """The production function of joint work."""

    team_size: float = parameter(
        6.0,
        unit="organizations",
        plausible=(4, 6),
        domain=(1, 500),
        whole=True,
        grade="assumed",
        meaning="Largest size of a team.",
    )
    team_returns: float = parameter(
        1.8,
        unit="exponent",
        middle=1.75,
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
        3.0,
        unit="hours a month",
        plausible=(1.5, 5),
        grade="assumed",
        meaning="Hours that a partner's staff spend in the partnership's meetings.",
    )
    hours_to_align: float = parameter(
        0.01,
        unit="hours",
        plausible=(0.003, 0.02),
        domain=(0, 1),
        grade="assumed",
        meaning="Hours of coordination within teams that an hour of aligned work takes on top.",
    )
    hours_to_learn: float = parameter(
        6.0,
        unit="hours a month",
        plausible=(3, 12),
        grade="assumed",
        meaning="Hours that a representative who understands nothing yet spends on learning what the shared work is.",
    )
    access: float = parameter(
        0.8,
        unit="share",
        plausible=(0.6, 1.0),
        grade="assumed",
        meaning="Chance of a student in poverty who needs support to receive it, against another student's.",
    )
    reviewed_every: float = parameter(
        6.0,
        unit="months",
        plausible=(3, 12),
        domain=(1, 120),
        whole=True,
        grade="assumed",
        meaning="Months between two looks at who is strong in what.",
    )


MECHANISM = Mechanism(
    name="delivery",
    rows=(),
    title="Joint and separate work",
    summary="Teams turn effort into students served, as far as their members trust each other.",
    source="[steiner1972]; [together2020], lesson two",
    parameters=Parameters,
    file=__name__,
)


@rule
def capacity_given(fte, effort, in_post, understanding, quality):
    """z = F · e · f · u · q: capacity that an organization gives to joint work, FTE.

    fte: F; effort: e, a share of it; in_post: f; understanding: u; quality: q, of its work.
    """
    return fte * effort * in_post * understanding * quality


@rule
def hours_on_top(aligned, in_post, understanding, p):
    """meeting_hours + hours_to_align · a + hours_to_learn · f · (1 − u): what working together takes on top, hours.

    aligned: a, hours of aligned work; in_post: f; understanding: u.
    """
    return p.meeting_hours + p.hours_to_align * aligned + p.hours_to_learn * in_post * (1.0 - understanding)


@rule
def trust_in_team(known, pairs_known, members, stranger):
    """τ = (Σ + (n (n − 1) − m) · T₀) / (n (n − 1)): the mean trust × alignment over a team's pairs (1 if it is alone).

    known: Σ, over the pairs_known, m, that could have a tie; members: n; stranger: T₀, trust in a stranger.
    """
    pairs = members * (members - 1.0)
    return (known + max(pairs - pairs_known, 0.0) * stranger) / pairs if pairs > 0.0 else 1.0


@rule
def returns_to_size(members, p):
    """n^θ, θ = team_returns: by how much more a team of n does than one of its members, if trust is full."""
    return power(members, p.team_returns)


@rule
def output_of_team(coordination, trusted, returns, mean, alone):
    """Y = max(c · τ · n^θ · M_ρ(z), Σ z): what a team achieves together, or side by side, FTE (Steiner 1972).

    coordination: c; trusted: τ; returns: n^θ; mean: M_ρ, the power mean of inputs z; alone: Σ z.
    """
    return max(coordination * trusted * returns * mean, alone)


@rule
def left_for_own_work(fte, quality, effort, in_post, hours, p_money):
    """F · q · max(1 − e · f − hours / (hours_per_fte · F), 0): capacity that is left for separate work, FTE.

    hours: a month, in meetings and on bids.
    """
    time = p_money.hours_per_fte * max(fte, 1e-9)
    return fte * quality * max(1.0 - effort * in_post - hours / time, 0.0)


@rule
def share_reached(capacity, in_need):
    """1 − e^(−x / N): of the N students in need, the share that capacity for x of them reaches."""
    return 1.0 - exp(-capacity / in_need)


@rule
def share_in_poverty(poor, rest, reached, p):
    """max(a · P / (a · P + R), 1 − R / S): of the students reached, the share in poverty; access: a.

    poor, rest: P and R, those in need; reached: S; no more than R of the others can be reached.
    """
    with_access = p.access * poor + rest
    share = p.access * poor / with_access if with_access > 0.0 else 0.0
    return max(share, 1.0 - rest / reached) if reached > 0.0 else share


@rule
def per_thousand(gain, in_need):
    """1,000 · G / N: the joint gain for each 1,000 students in need (0 if there are none)."""
    return 1000.0 * gain / in_need if in_need > 0.0 else 0.0


@kernel
def begin(org, p):
    """Set every strength's summand in the power mean, and an order of organizations to start from."""
    for k in range(K):
        for i in range(org.team_rank.shape[1]):
            org.strength_term[k, i] = mean_term(org.strength[k, i], p.complementarity)
            org.team_rank[k, i] = i


@kernel
def rank_by_strength(month, run_in, org, site, p):
    """Order each site's organizations by recognized strength in each kind of support, at every look.

    The order of the look before is nearly right, so that insertion moves few.
    """
    if (month + run_in) % np.int64(p.reviewed_every) != 0:
        return
    for s in range(site.first_organization.size):
        first, end = site.first_organization[s], site.end_organization[s]
        for k in range(K):
            seems, rank = org.recognized[k], org.team_rank[k]
            for n in range(first, end):
                mine = rank[n]
                m = n
                while m > first and seems[rank[m - 1]] < seems[mine]:
                    rank[m] = rank[m - 1]
                    m -= 1
                rank[m] = mine


@kernel
def form_teams(org, site, on, scratch, p_strengths, p_money, p):
    """Put partners into teams for each kind of support, strongest first; weigh each one's input."""
    size = np.int64(p.team_size)
    suited = p_strengths.suited * on.strengths
    for i in range(org.status.size):
        taking_part = 1.0 if (org.status[i] == ACTIVE) & (org.role[i] != BACKBONE) else 0.0
        aligned = p_money.hours_per_fte * org.fte[i] * org.effort[i] * org.in_post[i]
        org.hours[i] += hours_on_top(aligned, org.in_post[i], org.ramp[i], p) * taking_part
        given = capacity_given(org.fte[i], org.effort[i], org.in_post[i], org.ramp[i], org.quality[i])
        scratch.brought[i] = given * taking_part
        org.team_code[i] = lone_code(org.local_index[i])
        scratch.kind[i] = (
            1 if (org.status[i] == ACTIVE) & (org.role[i] != BACKBONE) & (org.effort[i] > 0.0) else 0
        )  # may be asked
    for k in range(K):
        mine, members, rank, seems = org.team[k], org.team_members[k], org.team_rank[k], org.recognized[k]
        put_in, able = org.input[k], org.strength[k]
        for i in range(mine.size):
            put_in[i] = scratch.brought[i] * able[i]
            mine[i] = -1
            members[i] = 0.0
        for s in range(site.first_organization.size):
            # who is asked: the suited, in the order of strength, up to the first who is not
            count = 0
            reached = 1
            for n in range(site.first_organization[s], site.end_organization[s]):
                i = rank[n]
                reached = reached if seems[i] >= suited else 0
                scratch.deciders[count] = i
                count += reached & scratch.kind[i]
            for begin in range(0, count, size):
                leader = scratch.deciders[begin]
                stop = min(begin + size, count)
                members[leader] = stop - begin
                code = np.uint64(org.local_index[leader])
                for n in range(begin, stop):
                    i = scratch.deciders[n]
                    mine[i] = leader
                    # the lone number of this kind gives way to the leader's
                    org.team_code[i] ^= (sixteen_bits(lone_code(org.local_index[i])) ^ code) << np.uint64(16 * k)


@kernel
def weigh_trust(org, rel, dyad):
    """Sum trust × alignment, and the ties that could be, over the pairs of each team."""
    for k in range(K):
        for i in range(org.team.shape[1]):
            org.team_trust[k, i] = 0.0
            org.team_pairs[k, i] = 0.0
    count = 0
    pairs = dyad.alignment.size
    for q in range(pairs):
        dyad.teammates[count] = q
        count += in_one_team(org.team_code[dyad.one_end[q]], org.team_code[dyad.other_end[q]])
    if count < pairs:
        dyad.teammates[count] = pairs  # ends the list
    for m in range(count):
        q = np.int64(dyad.teammates[m])
        i, j = dyad.one_end[q], dyad.other_end[q]
        agreed = rel.trust[q] * dyad.alignment[q] + rel.trust[q + pairs] * dyad.alignment[q]
        for k in range(K):
            t = org.team[k, i]
            together = (t >= 0) & (t == org.team[k, j])
            leader = t if together else i  # who works with another gets nothing added here
            org.team_trust[k, leader] += agreed if together else 0.0
            org.team_pairs[k, leader] += 2.0 if together else 0.0


@kernel
def sum_inputs(org, scratch, p):
    """Sum each team's inputs, and their terms of the power mean, in its leader's place."""
    rho = p.complementarity
    weakest = rho < WEAKEST_LINK
    given = scratch.input_term[
        0
    ]  # of its whole capacity; each kind's term is that times its strength's, the first comes last
    for i in range(given.size):
        given[i] = mean_term(
            capacity_given(org.fte[i], org.effort[i], org.in_post[i], org.ramp[i], org.quality[i]), rho
        )
    for k in range(K - 1, -1, -1):
        term, whole, of_strength, mine = scratch.input_term[k], org.team_terms[k], org.strength_term[k], org.team[k]
        given_by, sums = org.input[k], org.team_input[k]
        for i in range(whole.size):
            term[i] = given[i] * of_strength[i]
            whole[i] = 1e300 if weakest else 0.0
            sums[i] = 0.0
        for i in range(whole.size):
            t = mine[i]
            if t >= 0:
                whole[t] = min(whole[t], term[i]) if weakest else whole[t] + term[i]
                sums[t] += given_by[i]


@kernel
def divide_time(org, p_money):
    """Work out what capacity is left for separate work, and what there would be without any joint work."""
    for i in range(org.fte.size):
        elsewhere = org.hours[i] + org.bid_hours[i]
        org.apart[i] = left_for_own_work(org.fte[i], org.quality[i], org.effort[i], org.in_post[i], elsewhere, p_money)
        org.alone[i] = left_for_own_work(org.fte[i], org.quality[i], 0.0, 0.0, org.bid_hours[i], p_money)


@kernel
def produce(org, site, scratch, p_community, p_trust, p):
    """Turn separate and joint work into students served, and reckon the joint gain."""
    stranger = trust_in(0.0, 0.0, 0.0, 0.0, 0.0, p_trust)
    rho = p.complementarity
    summed = rho < WEAKEST_LINK or rho == 1.0
    full = np.float64(np.int64(p.team_size))
    returns_of_full = returns_to_size(full, p)
    for s in range(site.first_organization.size):
        first, end = site.first_organization[s], site.end_organization[s]
        site.joint_gain[s] = 0.0
        gross = 0.0
        site.joint_output[s] = 0.0
        site.separate_output[s] = 0.0
        all_need = 0.0
        usual_need = 0.0
        for k in range(K):
            leads, works = org.team_members[k, first:end], org.team_output[k, first:end]
            joint = lone = 0.0
            teams = 0
            for n in range(leads.size):
                scratch.deciders[teams] = n
                teams += 1 if leads[n] > 0.0 else 0
                lone += org.input[k, first + n] if org.team[k, first + n] < 0 else 0.0
                works[n] = 0.0
            for m in range(teams):  # in the list's order, so that the powers run wide
                i = first + scratch.deciders[m]
                works[m] = org.team_terms[k, i] if rho < WEAKEST_LINK else org.team_terms[k, i] / org.team_members[k, i]
            if not summed:
                means = works[: whole_vectors(teams, works.size)]  # zeros after the teams' remain zeros
                for m in range(means.size):
                    means[m] = mean_of(means[m], rho)
            for m in range(teams - 1, -1, -1):
                n = scratch.deciders[m]
                mean = works[m]
                works[m] = 0.0
                members = leads[n]
                trusted = trust_in_team(org.team_trust[k, first + n], org.team_pairs[k, first + n], members, stranger)
                returns = returns_of_full if members == full else returns_to_size(members, p)
                works[n] = output_of_team(site.coordination[s], trusted, returns, mean, org.team_input[k, first + n])
                joint += works[n]
            # input that no team asked for: the organization does this work by itself
            separate = dot(org.apart[first:end], org.strength[k, first:end]) + lone
            without = dot(org.alone[first:end], org.strength[k, first:end])
            x = p_community.students_per_fte * separate
            y = p_community.students_per_fte * joint
            in_need = site.need[k, 0, s] + site.need[k, 1, s]
            all_need += in_need
            usual_need += base_need(site.students[0, s], 0, k, p_community) + base_need(
                site.students[1, s], 1, k, p_community
            )
            if in_need > 0.0:
                reached = share_reached(x + y, in_need)
                expected = share_reached(p_community.students_per_fte * without, in_need)
                site.joint_gain[s] += in_need * (reached - expected)
                restored = share_reached(p_community.students_per_fte * without + y, in_need)
                gross += in_need * (restored - expected)
                # the same number of students in all, but one in poverty is reached less easily
                share = share_in_poverty(site.need[k, 0, s], site.need[k, 1, s], in_need * reached, p)
                site.served[k, 0, s] = in_need * reached * share
                site.served[k, 1, s] = in_need * reached * (1.0 - share)
            site.joint_output[s] += y
            site.separate_output[s] += x
        site.performance[s] = per_thousand(site.joint_gain[s], all_need)
        site.gross_gain[s] = per_thousand(gross, all_need)
        site.gain_seen[s] = per_thousand(site.joint_gain[s], usual_need)
