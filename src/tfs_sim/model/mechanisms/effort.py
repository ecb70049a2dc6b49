"""M8 Effort: each organization chooses how much of its capacity to give, by quantal choice.

Effort levels are x = l / levels (as a share of the largest that anyone would give); `payoff` has what each is worth.
The choice is logit with noise μ (McKelvey & Palfrey 1995). One at a time, given the others' efforts, it is
the Gibbs sampler of a potential game (Blume 1993; Monderer & Shapley 1996). Belief in collective efficacy
follows what the partnership is seen to gain (Bandura 2000), G for each 1,000 in need in ordinary times: people see how
many students are helped who would not be otherwise, and do not think less of it when a crisis leaves more in need. They
learn as far as work is done together: where little is, little can be seen of what it could gain.

    P(level x) ∝ logit_weight(u(x))
    belief ← belief_after(belief, gain_in_view)

Those at the table learn at the full step, others by hearsay. Only those reconsider whose post is filled; who does not
take part gives nothing, and one whose file has a first effort begins with that in the month in which it joins.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import inline, kernel, rule
from tfs_sim.model.mechanisms.ledger import with_own_ledger
from tfs_sim.model.numerics import clip, exp
from tfs_sim.model.payoff import BEST, REST, SIZE, reckon, weigh, weigh_levels
from tfs_sim.model.state import ACTIVE, BACKBONE


class Parameters(NamedTuple):
    """Payoffs, choice and belief."""

    levels: float = parameter(
        7.0,
        unit="levels",
        plausible=(7, 7),
        domain=(1, 7),
        whole=True,
        grade="assumed",
        source="[vanhuyck1990]",
        meaning="Number of effort levels above none.",
    )
    lowest_level: float = parameter(
        0.0,
        unit="levels",
        plausible=(0, 0),
        domain=(0, 7),
        whole=True,
        grade="assumed",
        meaning="Lowest level that a partner may choose (0: none at all).",
    )
    largest: float = parameter(
        0.5,
        unit="share",
        plausible=(0.3, 0.6),
        domain=(0.01, 1),
        grade="assumed",
        meaning="Largest share of its capacity that an organization would give to shared work.",
    )
    joint_gain: float = parameter(
        8.5,
        unit="utility",
        middle=10.8,
        plausible=(7.5, 14),
        domain=(0, 1000),
        grade="assumed",
        tuned_to="members at the table ([bevc2015]; [mccullough2016])",
        meaning="Worth to an organization of what a full team gains where all give the most.",
    )
    divided: float = parameter(
        0.0,
        unit="share",
        plausible=(0.0, 0.3),
        grade="assumed",
        meaning="Exponent by which the gain is divided among partners (0: shared by all, 1: divided; 20 get the same).",
    )
    cost: float = parameter(
        0.38,
        unit="utility",
        middle=0.45,
        plausible=(0.3, 0.6),
        domain=(0, 1000),
        grade="assumed",
        meaning="Cost of effort: what the organization's own work loses.",
    )
    curvature: float = parameter(
        0.6,
        unit="utility",
        plausible=(0.4, 1.0),
        domain=(0, 1000),
        grade="assumed",
        meaning="How fast that cost rises with effort.",
    )
    norm: float = parameter(
        0.45, unit="utility", plausible=(0.2, 0.8), grade="assumed", meaning="Pull of the effort of trusted peers."
    )
    commitment: float = parameter(
        0.6,
        unit="utility",
        plausible=(0.3, 0.9),
        grade="assumed",
        meaning="Pull of the representative's own commitment.",
    )
    overload: float = parameter(
        0.15,
        unit="utility",
        plausible=(0.0, 0.3),
        grade="assumed",
        meaning="Added cost of effort when the backbone has no time to coordinate at all.",
    )
    money: float = parameter(
        3.0,
        unit="utility",
        plausible=(1, 6),
        domain=(0, 1000),
        grade="assumed",
        meaning="Worth of pooled money that equals the organization's whole wage bill.",
    )
    noise: float = parameter(
        0.05,
        unit="utility",
        plausible=(0.02, 0.12),
        domain=(1e-6, 1000),
        grade="assumed",
        meaning="Noise of the choice.",
    )
    revision: float = parameter(
        0.25,
        unit="share",
        plausible=(0.1, 0.5),
        grade="assumed",
        meaning="Chance a month that an organization reconsiders its effort.",
    )
    timing: float = parameter(
        "at-once",
        unit="",
        choices=("at-once", "one-at-a-time"),
        grade="assumed",
        meaning="Whether organizations choose at once, given last month's efforts, or one at a time.",
    )
    expectation: float = parameter(
        "others",
        unit="",
        choices=("others", "last-result"),
        grade="assumed",
        meaning="What others are expected to give: each their last effort, or all the last joint result.",
    )
    learning: float = parameter(
        0.12,
        unit="share",
        plausible=(0.05, 0.25),
        grade="assumed",
        meaning="Monthly step of belief towards what the partnership is seen to gain.",
    )
    forgetting: float = parameter(
        0.3,
        unit="per year",
        plausible=(0.1, 1.0),
        domain=(0, 12),
        grade="assumed",
        meaning="How fast belief returns to what organizations think of working together, where nobody does it.",
    )
    hearsay: float = parameter(
        0.3,
        unit="share",
        plausible=(0.1, 0.6),
        grade="assumed",
        meaning="How much of that step reaches organizations that do not take part.",
    )
    full_gain: float = parameter(
        50.0,
        unit="students for 1,000 in need",
        plausible=(25, 100),
        domain=(0.01, 1e6),
        grade="assumed",
        tuned_to="members at the table ([bevc2015]; [mccullough2016])",
        meaning="Joint gain, for the needs of ordinary times, that is taken as full.",
    )
    usual_size: float = parameter(
        20.0,
        unit="partners",
        plausible=(15, 30),
        domain=(1, 1000),
        grade="recalled",
        source="[bevc2015]; [mccullough2016]: 19.5 members in 42 networks, 25.1 in 99 (recalled)",
        meaning="Partners of a usual partnership, whose members gain the same whether the gain is divided or not.",
    )


MECHANISM = Mechanism(
    name="effort",
    rows=("M8",),
    title="Effort",
    summary="Each organization chooses its effort by logit choice over its expected payoff and learns from results.",
    source="[mckelvey1995]; [vanhuyck1990]; [bandura2000]",
    parameters=Parameters,
    file=__name__,
    moved={"membership": "a seat at the table has its own cost, participation.sitting"},
)

STREAM = draws.stream("effort")
ORDER_STREAM = draws.stream("effort order")
FIRST_STREAM = draws.stream("first effort")


@rule
def burden_of(coordination, p):
    """cost + overload · (1 − c): cost of effort but for its rise, utility; coordination: c."""
    return p.cost + p.overload * (1.0 - coordination)


@rule
def descriptive_norm(seen, ties, p):
    """Σ T · e / (ties · largest): what an organization's trusted peers give, over all its ties; seen: Σ T · e."""
    return seen / (max(ties, 1.0) * p.largest)


@rule
def logit_weight(utility, best, p):
    """e^((u − u*) / μ): weight of a level in the choice; noise: μ; best: u* (McKelvey & Palfrey 1995)."""
    return exp((utility - best) * (1.0 / p.noise))


@rule
def gain_in_view(gain, p):
    """G / full_gain, in [0, 1]: what the partnership is seen to gain, of what is taken as full."""
    return clip(gain / p.full_gain, 0.0, 1.0)


@rule
def belief_forgotten(belief, usual, p):
    """b + forgetting · (b₀ − b): belief a month later where no partnership is to be seen.

    usual: b₀, what organizations believe of working together in general.
    """
    return belief + min(p.forgetting, 1.0) * (usual - belief)


@rule
def belief_after(belief, seen, done, takes_part, p):
    """b + λ m · (seen / m − b) = b + λ · (seen − m b): belief in collective efficacy a month later (Bandura 2000).

    Belief is what working together gains when all give the most; one learns of it as far as work is done together.
    seen: what it gained, of what is taken as full; done: m, mean aligned work of partners, of the most; λ: learning,
    less by hearsay.
    """
    step = p.learning * (1.0 if takes_part else p.hearsay)
    return clip(belief + step * (seen - done * belief), 0.0, 1.0)


@kernel
def set_first(key, org, p):
    """Give partners of the first month the effort that their file says."""
    for i in range(org.effort.size):
        if org.status[i] == ACTIVE and org.role[i] != BACKBONE and org.given_lowest[i] >= 0.0:
            org.effort[i] = first_effort(key, org.organization_id[i], org.given_lowest[i], org.given_highest[i], p)


@inline
def first_effort(key, organization, lowest, highest, p):
    """Return an effort at one of the levels from `lowest` to `highest` (shares of the largest), all alike likely."""
    low = np.int64(lowest * p.levels + 0.5)
    high = np.int64(highest * p.levels + 0.5)
    u = draws.uniform(key, FIRST_STREAM, 0, organization)
    return (low + np.int64(u * (high - low + 1))) / p.levels * p.largest


@kernel
def perceive_norm(org, rel, p):
    """Take the trust-weighted effort of those that an organization has ties with."""
    for i in range(org.effort.size):
        total = 0.0
        first, end = org.first_relationship[i], org.end_of_ties[i]
        for m in range(first, end):
            total += rel.trust[rel.ties[m]] * org.effort[rel.target[rel.ties[m]]]
        org.peer_norm[i] = descriptive_norm(total, np.float64(end - first), p)


@kernel
def choose(month, key, org, site, scratch, p_delivery, p_money, p):
    """Reckon what taking part is worth, and let those who reconsider choose their effort."""
    draws.fill(scratch.organization_luck, key, STREAM, month, org.organization_id)
    for s in range(site.first_organization.size):
        first, end = site.first_organization[s], site.end_organization[s]
        burden = burden_of(site.coordination[s], p)
        rho = p_delivery.complementarity
        weigh_levels(s, site, rho, p)
        at_once = p.timing < 0.5
        if not at_once:
            shuffle(scratch.turns, first, end, month, key, org.organization_id)
        for turn in range(first, first + 1 if at_once else end):
            begin = first if at_once else scratch.turns[turn]
            stop = end if at_once else begin + 1
            weigh(
                begin,
                stop,
                first,
                end,
                org,
                burden,
                site.salience[s],
                site.pool_payout[s],
                site.by_seen[s],
                site.esteem_slope[s],
                scratch,
                p_delivery,
                p_money,
                p,
            )
            count = 0
            for i in range(begin, stop):
                scratch.deciders[count] = i
                takes_part = (org.role[i] != BACKBONE) & (org.status[i] == ACTIVE)
                by_file = takes_part & (org.months_active[i] == 0) & (org.given_lowest[i] >= 0.0)
                scratch.next_effort[i] = org.effort[i] if takes_part else 0.0
                if by_file:
                    scratch.next_effort[i] = first_effort(
                        key, org.organization_id[i], org.given_lowest[i], org.given_highest[i], p
                    )
                reconsiders = (org.in_post[i] != 0) & (draws.unit(scratch.organization_luck[0, i]) < p.revision)
                count += 1 if takes_part & (not by_file) & reconsiders else 0
            count = reckon(scratch.deciders, count, s, org, scratch, site, rho, p)
            decide(scratch.deciders, count, scratch, p)
            for i in range(begin, stop):
                org.effort[i] = scratch.next_effort[i]


@kernel
def decide(who, count, scratch, p):
    """Let the first `count` of `who` choose among the levels by logit."""
    levels = np.int64(p.levels)
    lowest = min(np.int64(p.lowest_level), levels)
    best, mark, chosen = scratch.weighed[BEST, :count], scratch.weighed[REST, :count], scratch.weighed[SIZE, :count]
    for n in range(count):
        mark[n] = 0.0
        chosen[n] = lowest
    for level in range(lowest, levels + 1):
        weight = scratch.utility[level, :count]
        for n in range(weight.size):
            weight[n] = logit_weight(weight[n], best[n], p)
            mark[n] += weight[n]
    for n in range(count):
        mark[n] *= draws.unit(scratch.organization_luck[1, who[n]])
    for level in range(lowest, levels):
        weight = scratch.utility[level, :count]
        for n in range(weight.size):
            mark[n] -= weight[n]
            chosen[n] += 1.0 if mark[n] > 0.0 else 0.0
    for n in range(count):
        scratch.next_effort[who[n]] = chosen[n] / p.levels * p.largest


@inline
def shuffle(turns, first, end, month, key, organization_id):
    """Order the organizations first…end by a keyed draw (insertion sort: sites are small)."""
    for i in range(first, end):
        mine = draws.uniform(key, ORDER_STREAM, month, organization_id[i])
        m = i
        while m > first and draws.uniform(key, ORDER_STREAM, month, organization_id[turns[m - 1]]) > mine:
            turns[m] = turns[m - 1]
            m -= 1
        turns[m] = i


@kernel
def update_belief(org, site, on, p_ledger, p_community, p):
    """Move each organization's belief towards what the partnership is seen to gain, and it itself.

    Where nobody is at the table there is nothing to learn from, and what was learned fades.
    """
    for s in range(site.site_id.size):
        partners = given = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            at_table = 1.0 if (org.status[i] == ACTIVE) & (org.role[i] != BACKBONE) else 0.0
            partners += at_table
            given += at_table * org.effort[i]
        done = given / (partners * p.largest) if partners > 0.0 else 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if partners == 0.0:
                org.belief[i] = belief_forgotten(org.belief[i], p_community.first_belief, p)
                continue
            seen = gain_in_view(site.gain_seen[s], p)
            if on.ledger and org.status[i] == ACTIVE:
                seen = with_own_ledger(seen, org.ledger[i], done, p_ledger)
            org.belief[i] = belief_after(org.belief[i], seen, done, org.status[i] == ACTIVE, p)
