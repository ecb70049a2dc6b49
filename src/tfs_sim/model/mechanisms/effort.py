"""M8 Effort: each organization chooses how much of its capacity to give, by quantal choice.

Effort levels x = l / levels (as a share of the largest that anyone would give). The payoff that i expects is

    u_i(x) = gain · belief_i · n^θ · M_ρ(x, others) / N^χ  +  pooled money · visible share(x)
             + norm · (trust-weighted effort of peers) · x  +  (commitment · c_i + salience) · backing_i · x
             − (cost + overload · (1 − c) + portfolio) · x  −  curvature · x² / 2  +  esteem (M18),

M_ρ is the power mean of the production function (`delivery`): ρ = 1 adds up, ρ → −∞ is the weakest link.
n is the size of a team, N of the partnership; χ = 0 is a gain shared by all, χ = 1 one that is divided.
The choice is logit with noise μ (McKelvey & Palfrey 1995). One at a time, given the others' efforts, it is
the Gibbs sampler of a potential game (Blume 1993; Monderer & Shapley 1996). Belief in collective efficacy
follows what the partnership is seen to gain (Bandura 2000), G for each 1,000 in need in ordinary times: people see how
many students are helped who would not be otherwise, and do not think less of it when a crisis leaves more in need.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.numerics import clip, exp, inline, kernel, log, logistic, power
from tfs_sim.model.state import ACTIVE, BACKBONE

WEAKEST_LINK = -50.0  # a power mean of lower order is taken as the minimum


class Parameters(NamedTuple):
    """Payoffs, choice and belief."""

    levels: float = parameter(
        7.0,
        unit="levels",
        plausible=(7, 7),
        domain=(1, 7),
        grade="assumed",
        source="Van Huyck, Battalio & Beil 1990",
        meaning="Number of effort levels above none.",
    )
    lowest_level: float = parameter(
        0.0,
        unit="levels",
        plausible=(0, 0),
        domain=(0, 7),
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
        0.43,
        unit="utility",
        plausible=(0.30, 0.55),
        domain=(0, 1000),
        grade="assumed",
        meaning="Worth of full joint gain to an organization.",
    )
    divided: float = parameter(
        0.0,
        unit="share",
        plausible=(0.0, 0.3),
        grade="assumed",
        meaning="Exponent by which the gain is divided among partners (0: shared by all, 1: divided).",
    )
    cost: float = parameter(
        0.38,
        unit="utility",
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
    membership: float = parameter(
        0.015,
        unit="utility",
        plausible=(0.0, 0.04),
        grade="assumed",
        meaning="Cost of being at the table, whatever the effort.",
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
        meaning="Joint gain, for the needs of ordinary times, that is taken as full.",
    )


MECHANISM = Mechanism(
    name="effort",
    rows=("M8",),
    title="Effort",
    summary="Each organization chooses its effort by logit choice over its expected payoff and learns from results.",
    source="McKelvey & Palfrey 1995; Van Huyck, Battalio & Beil 1990; Bandura 2000",
    parameters=Parameters,
    file=__name__,
)

SCALE, LINEAR, MONEY, REST, SEEN, SIZE = range(6)

STREAM = draws.stream("effort")
ORDER_STREAM = draws.stream("effort order")
FIRST_STREAM = draws.stream("first effort")


@kernel
def open_with(key, organization_id, role, status, given_lowest, given_highest, effort, p):
    """Give partners of the first month the effort that their file says."""
    for i in range(effort.size):
        if status[i] == ACTIVE and role[i] != BACKBONE and given_lowest[i] >= 0.0:
            effort[i] = first_effort(key, organization_id[i], given_lowest[i], given_highest[i], p)


@inline
def first_effort(key, organization, lowest, highest, p):
    """Return an effort at one of the levels from `lowest` to `highest` (shares of the largest), all alike likely."""
    low = np.int64(lowest * p.levels + 0.5)
    high = np.int64(highest * p.levels + 0.5)
    u = draws.uniform(key, FIRST_STREAM, 0, organization)
    return (low + np.int64(u * (high - low + 1))) / p.levels * p.largest


@kernel
def heed_peers(first_relationship, target, is_open, trust, effort, peer_norm, p):
    """Take the trust-weighted effort of those that an organization has ties with."""
    for i in range(effort.size):
        total = 0.0
        ties = 0.0
        for r in range(first_relationship[i], first_relationship[i + 1]):
            tie = float(is_open[r])
            ties += tie
            total += tie * trust[r] * effort[target[r]]
        peer_norm[i] = total / (ties * p.largest) if ties > 0.0 else 0.0


@kernel
def choose(
    month, key, organization_id, role, status, months_active, in_post, first_organization, end_organization, effort,
    fte, belief, commitment, backing, peer_norm, joining_value, coordination, salience, pool_payout, next_effort,
    utility, luck_of_choice, payoff, order, portfolio, esteem_weight, esteem_bar, esteem_slope, given_lowest,
    given_highest, dose_accommodation, p_invitation, p_delivery, p_money, p,
):  # fmt: skip
    """Choose every partner's effort, and reckon for all what taking part is worth."""
    rho = p_delivery.complementarity
    for s in range(first_organization.size):
        first, end = first_organization[s], end_organization[s]
        burden = p.cost * (1.0 - p_invitation.accommodated * dose_accommodation[s])
        burden += p.overload * (1.0 - coordination[s])
        if p.timing < 0.5:
            weigh(first, end, first, end, role, status, months_active, effort, fte, belief, commitment, backing,
                  peer_norm, portfolio, burden, salience[s], pool_payout[s], payoff, p_delivery, p_money,
                  p)  # fmt: skip
            reckon(first, end, fte, utility, payoff, joining_value, esteem_weight[s], esteem_bar[s], esteem_slope[s],
                   rho, p)  # fmt: skip
            decide(first, end, month, key, organization_id, role, status, months_active, in_post, given_lowest,
                   given_highest, effort, next_effort, utility, luck_of_choice, p)  # fmt: skip
            for i in range(first, end):
                effort[i] = next_effort[i]
            continue
        shuffle(order, first, end, month, key, organization_id)
        for n in range(first, end):
            i = order[n]
            weigh(i, i + 1, first, end, role, status, months_active, effort, fte, belief, commitment, backing,
                  peer_norm, portfolio, burden, salience[s], pool_payout[s], payoff, p_delivery, p_money,
                  p)  # fmt: skip
            reckon(i, i + 1, fte, utility, payoff, joining_value, esteem_weight[s], esteem_bar[s], esteem_slope[s],
                   rho, p)  # fmt: skip
            decide(i, i + 1, month, key, organization_id, role, status, months_active, in_post, given_lowest,
                   given_highest, effort, next_effort, utility, luck_of_choice, p)  # fmt: skip
            effort[i] = next_effort[i]


@kernel
def weigh(
    begin, stop, first, end, role, status, months_active, effort, fte, belief, commitment, backing, peer_norm,
    portfolio, burden, salience, pool_payout, payoff, p_delivery, p_money, p,
):  # fmt: skip
    """Set the coefficients of the payoff of organizations begin … stop − 1 of the site first … end − 1.

    What is seen of others is what partners gave last month; those who have only just joined gave nothing yet.
    """
    rho = p_delivery.complementarity
    weakest = rho < WEAKEST_LINK
    partners = givers = total = contributions = 0.0
    smallest, second = 2.0, 2.0
    term, gives = payoff[SEEN, first:end], effort[first:end]
    for n in range(term.size):
        x = gives[n] / p.largest
        term[n] = x if weakest or rho == 1.0 else exp(rho * log(x))
    for i in range(first, end):
        if status[i] == ACTIVE and role[i] != BACKBONE:
            x = effort[i] / p.largest
            partners += 1.0
            contributions += effort[i] * fte[i]
            if months_active[i] == 0:
                continue
            givers += 1.0
            total += payoff[SEEN, i]
            if x < smallest:
                smallest, second = x, smallest
            elif x < second:
                second = x
    inside = p.joint_gain * power(min(partners, p_delivery.team_size), p_delivery.team_returns)
    outside = p.joint_gain * power(min(partners + 1.0, p_delivery.team_size), p_delivery.team_returns)
    for i in range(begin, stop):
        taking_part = status[i] == ACTIVE and role[i] != BACKBONE
        giving = taking_part and months_active[i] > 0
        others = partners - 1.0 if taking_part else partners
        other_givers = givers - 1.0 if giving else givers
        x = effort[i] / p.largest
        if other_givers <= 0.0:
            seen = 1.0 if weakest else 0.0
        elif p.expectation > 0.5:
            seen = smallest if weakest else total / givers
        elif weakest:
            seen = second if giving and x <= smallest else smallest
        else:
            seen = max(total - (payoff[SEEN, i] if giving else 0.0), 0.0) / other_givers
        size = min(others + 1.0, p_delivery.team_size)
        wages = fte[i] * p_money.dollars_per_fte
        payoff[SCALE, i] = belief[i] * (inside if taking_part else outside)
        if p.divided > 0.0:
            payoff[SCALE, i] /= power(others + 1.0, p.divided)
        payoff[LINEAR, i] = p.norm * peer_norm[i] + (p.commitment * commitment[i] + salience) * backing[i]
        payoff[LINEAR, i] -= burden + portfolio[i]
        payoff[MONEY, i] = p.money * pool_payout / wages if wages > 0.0 else 0.0
        payoff[REST, i] = contributions - (effort[i] * fte[i] if taking_part else 0.0) + 1e-9
        payoff[SEEN, i] = seen
        payoff[SIZE, i] = size


@kernel
def reckon(
    begin, stop, fte, utility, payoff, joining_value, esteem_weight, esteem_bar, esteem_slope, rho, p
):  # fmt: skip
    """Work out the payoff of every level (levels outside, organizations inside: the loop runs wide)."""
    levels = np.int64(p.levels)
    lowest = np.int64(p.lowest_level)
    weakest = rho < WEAKEST_LINK
    additive = rho == 1.0
    scale, linear, money = payoff[SCALE, begin:stop], payoff[LINEAR, begin:stop], payoff[MONEY, begin:stop]
    rest, seen, size = payoff[REST, begin:stop], payoff[SEEN, begin:stop], payoff[SIZE, begin:stop]
    staff, value = fte[begin:stop], joining_value[begin:stop]
    for level in range(lowest, levels + 1):
        x = level / p.levels
        own = mean_term(x, rho, weakest)
        u = utility[level, begin:stop]
        if weakest:
            for i in range(u.size):
                u[i] = scale[i] * min(x, seen[i])
        elif additive:
            for i in range(u.size):
                u[i] = scale[i] * (x + (size[i] - 1.0) * seen[i]) / size[i]
        else:
            for i in range(u.size):
                u[i] = scale[i] * exp(log((own + (size[i] - 1.0) * seen[i]) / size[i]) / rho)
        given = x * p.largest
        fixed = 0.5 * p.curvature * x * x
        if esteem_weight > 0.0:
            fixed -= esteem_weight * (logistic(esteem_slope * (x - esteem_bar)) - 0.5)
        for i in range(u.size):
            mine = given * staff[i]
            u[i] += linear[i] * x - fixed + money[i] * mine / (mine + rest[i])
    for i in range(value.size):
        value[i] = utility[lowest, begin + i]
    for level in range(lowest + 1, levels + 1):
        u = utility[level, begin:stop]
        for i in range(u.size):
            value[i] = max(value[i], u[i])
    # what an organization gains from others' work whatever it gives itself is no reason to join
    own = mean_term(0.0, rho, weakest)
    for i in range(value.size):
        if weakest or own > 1e9:
            idle = 0.0
        elif additive:
            idle = (size[i] - 1.0) * seen[i] / size[i]
        else:
            idle = power((own + (size[i] - 1.0) * seen[i]) / size[i], 1.0 / rho)
        value[i] -= scale[i] * idle + p.membership


@kernel
def decide(
    begin, stop, month, key, organization_id, role, status, months_active, in_post, given_lowest, given_highest, effort,
    next_effort, utility, luck_of_choice, p,
):  # fmt: skip
    """Let those who reconsider this month choose among the levels by logit."""
    levels = np.int64(p.levels)
    lowest = np.int64(p.lowest_level)
    entity = organization_id[begin:stop]
    first_word, second_word = luck_of_choice[0, begin:stop], luck_of_choice[1, begin:stop]
    for n in range(entity.size):
        a, b, _, _ = draws.wide_words(key, STREAM, month, entity[n], 0)
        first_word[n] = a
        second_word[n] = b
    for i in range(begin, stop):
        next_effort[i] = effort[i]
        if role[i] == BACKBONE or status[i] != ACTIVE:
            next_effort[i] = 0.0
            continue
        if months_active[i] == 0 and given_lowest[i] >= 0.0:
            next_effort[i] = first_effort(key, organization_id[i], given_lowest[i], given_highest[i], p)
            continue
        if in_post[i] == 0:
            continue
        if draws.unit(luck_of_choice[0, i]) >= p.revision:
            continue
        best = utility[lowest, i]
        for level in range(lowest + 1, levels + 1):
            best = max(best, utility[level, i])
        weight = 0.0
        for level in range(lowest, levels + 1):
            utility[level, i] = exp((utility[level, i] - best) / p.noise)
            weight += utility[level, i]
        mark = draws.unit(luck_of_choice[1, i]) * weight
        chosen = levels
        for level in range(lowest, levels + 1):
            mark -= utility[level, i]
            if mark <= 0.0:
                chosen = level
                break
        next_effort[i] = chosen / p.levels * p.largest


@inline
def mean_term(x, rho, weakest):
    """Return x**ρ, the summand of the power mean (x itself where the mean is the minimum)."""
    if weakest or rho == 1.0:
        return x
    return power(x, rho) if x > 0.0 or rho > 0.0 else 1e12


@inline
def shuffle(order, first, end, month, key, organization_id):
    """Order the organizations first…end by a keyed draw (insertion sort: sites are small)."""
    for i in range(first, end):
        mine = draws.uniform(key, ORDER_STREAM, month, organization_id[i])
        m = i
        while m > first and draws.uniform(key, ORDER_STREAM, month, organization_id[order[m - 1]]) > mine:
            order[m] = order[m - 1]
            m -= 1
        order[m] = i


@kernel
def believe(site_of, status, gain_seen, ledger, belief, on_ledger, p_ledger, p):
    """Move each organization's belief towards what the partnership is seen to gain, and it itself."""
    for i in range(belief.size):
        seen = clip(gain_seen[site_of[i]] / p.full_gain, 0.0, 1.0)
        if on_ledger and status[i] == ACTIVE:
            seen += p_ledger.weight * (clip(ledger[i] / p_ledger.full_balance, 0.0, 1.0) - seen)
        step = p.learning * (1.0 if status[i] == ACTIVE else p.hearsay)
        belief[i] += step * (seen - belief[i])
