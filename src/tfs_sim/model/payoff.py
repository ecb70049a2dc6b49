"""What giving is worth: the payoff of each level of effort, for those who ask themselves this month.

    u(x) = belief · worth_of_joint_work · M_ρ(x, others) + pooled money + worth_of_effort · x − rising_cost + esteem

M_ρ is the power mean of the production function (`delivery`): ρ = 1 adds up, ρ → −∞ is the weakest link. What a full
team gains where all give the most, in a partnership of usual size, is worth `joint_gain` to one who believes in it: the
returns to size, how far the gain is divided and the size of teams say how that changes with size, not how much it is.

Of others is seen what they gave last month; who has only just joined has given nothing yet that could be seen. Where
there is nobody else to be seen, others stand for a summand of 0, or of 1 where the weakest link counts.

Once a month `weigh` sets the coefficients of everyone's payoff, from what is seen of others, and `weigh_levels` what
depends on the level alone. `reckon` works the payoff out for a list of organizations, those who reconsider their effort
(`effort`). Whether to take part at all is another decision (`participation`). Levels are outside and organizations
inside, so that its loops run wide.
"""

from __future__ import annotations

import numpy as np

from tfs_sim.model.forms import inline, kernel, rule
from tfs_sim.model.numerics import exp, log, logistic, power, whole_vectors
from tfs_sim.model.state import ACTIVE, BACKBONE, MAX_LEVELS
from tfs_sim.model.wages import wages

WEAKEST_LINK = -50.0
"""A power mean of lower order is taken as the minimum."""

GEOMETRIC = 1e-6
"""The order that stands for ρ = 0: a power mean of so small an order is the geometric mean to six digits."""

NOBODY_GIVES = 1e300
"""The summand of nothing in a power mean of negative order, which it makes zero."""

SCALE, LINEAR, MONEY, REST, SEEN, SIZE, EVEN, STAFF, BEST = range(9)


@rule
def expected_esteem(x, at_stake, bar, clearness):
    """esteem · dose · [Λ(1.7 (x − ē) / σ) − ½]: esteem that a contribution x can expect (Lazear & Rosen 1981).

    at_stake: esteem · dose; bar: ē; clearness: 1.7 / σ.
    """
    return at_stake * (logistic(clearness * (x - bar)) - 0.5)


@rule
def mean_term(x, rho):
    """x^ρ: the summand of the power mean of order ρ (x itself where that is the sum, ρ = 1, or the minimum)."""
    if rho < WEAKEST_LINK or rho == 1.0:
        return x
    rho = GEOMETRIC if rho == 0.0 else rho
    return power(x, rho) if x > 0.0 or rho > 0.0 else NOBODY_GIVES


@rule
def mean_of(average, rho):
    """(Σ x^ρ / n)^(1/ρ): the power mean, of the average of its summands (which it is where that is the sum)."""
    return average if rho == 1.0 else power(average, 1.0 / (GEOMETRIC if rho == 0.0 else rho))


@rule
def team_mean_with(own, others, members, rho):
    """M_ρ of one member's summand and n − 1 times the others': what a team's efforts come to; members: n."""
    if rho < WEAKEST_LINK:
        return min(own, others)
    return mean_of((own + (members - 1.0) * others) / members, rho)


@rule
def expected_sight(x, clearness):
    """x + ln(1 + e^(−k x)) / k = E[max(x + σ ε, 0)]: what a contribution x is expected to be seen as.

    clearness: k = 1.7 / σ, of a logistic ε; 0 stands for no noise at all. Nobody is seen to give less than nothing.
    """
    return x + log(1.0 + exp(-clearness * x)) / clearness if clearness > 0.0 else x


@rule
def contribution_as_seen(effort, fte, clearness, p):
    """largest · FTE · the expected sight of e / largest: a contribution to pooled money's partnership, FTE."""
    return expected_sight(effort / p.largest, clearness) * p.largest * fte


@rule
def worth_of_joint_work(members, partners, p_delivery, p):
    """joint_gain · (n / full)^θ / (N / usual)^χ: worth of what a team gains where all give the most, utility.

    members: n, of a team; partners: N, at the table; θ: team_returns; χ: divided (0: shared by all; 1: divided).
    """
    worth = p.joint_gain * power(members / p_delivery.team_size, p_delivery.team_returns)
    return worth / power(max(partners, 1.0) / p.usual_size, p.divided)


@rule
def worth_of_effort(peers, commitment, backing, salience, burden, portfolio, p):
    """(norm + salience) · peers + commitment · h · b − (burden + portfolio): worth of effort beyond the joint gain.

    For each unit of effort, utility. peers: what trusted peers give; commitment: h, the representative's; backing: b.
    """
    return (p.norm + salience) * peers + p.commitment * commitment * backing - (burden + portfolio)


@rule
def rising_cost(x, p):
    """curvature · x² / 2: by how much more than in proportion an effort x costs, utility."""
    return 0.5 * p.curvature * x * x


@rule
def worth_of_money(dollars, own_wages, p):
    """money · dollars / own_wages: worth of a month's pooled money, utility; own_wages: the organization's, dollars."""
    return p.money * dollars / own_wages if own_wages > 0.0 else 0.0


@rule
def utility_of(x, linear, cost, pool, mine, others, even, scale, mean):
    """u(x) = linear · x − cost + pool · mine / (mine + others) + even + scale · mean: worth of giving x.

    linear: worth of effort; cost: its rise, less esteem; pool, even: worth of pooled money by contribution and by
    staff; mine, others: contributions as seen; scale: of joint work to one who believes so much in it; mean: M_ρ.
    """
    return linear * x - cost + pool * mine / (mine + others) + even + scale * mean


@kernel
def weigh_levels(s, site, rho, p):
    """Set what in a site's payoffs depends on the level of effort alone, and is the same for everyone.

    Its term of the power mean, how much of it is shown for each FTE, and what it costs less the esteem that it brings.
    """
    levels = levels_of(s)
    term, shown, cost = site.level_term[levels], site.level_shown[levels], site.level_cost[levels]
    for level in range(term.size):
        x = level / p.levels
        term[level] = mean_term(x, rho)
        shown[level] = expected_sight(x, site.esteem_slope[s]) * p.largest
        esteem = expected_esteem(x, site.esteem_weight[s], site.esteem_bar[s], site.esteem_slope[s])
        cost[level] = rising_cost(x, p) - esteem


@inline
def levels_of(s):
    """Return where a site's part of an array over levels lies."""
    return slice(s * MAX_LEVELS, (s + 1) * MAX_LEVELS)


@kernel
def weigh(begin, stop, first, end, org, burden, salience, pool_payout, by_seen, slope, scratch, p_delivery, p_money, p):
    """Set the coefficients of the payoff of organizations begin … stop − 1 of the site first … end − 1, as partners.

    What is seen of others is what partners gave last month; those who have only just joined gave nothing yet. Where the
    summand of nothing is so large that all others' would be lost beside it, those who give nothing are counted.
    """
    rho = p_delivery.complementarity
    weakest = rho < WEAKEST_LINK
    partners = givers = total = idle = 0.0
    smallest, second = 2.0, 2.0
    term, gives = scratch.effort_term[first:end], org.effort[first:end]
    for n in range(term.size):
        term[n] = mean_term(gives[n] / p.largest, rho)
    for i in range(first, end):
        partner = 1.0 if (org.status[i] == ACTIVE) & (org.role[i] != BACKBONE) else 0.0
        giver = partner if org.months_active[i] > 0 else 0.0
        partners += partner
        givers += giver
        x = scratch.effort_term[i]
        nothing = x >= NOBODY_GIVES
        idle += giver if nothing else 0.0
        total += x if (giver > 0.0) & (not nothing) else 0.0
        if weakest and giver > 0.0:
            smallest, second = min(x, smallest), max(smallest, min(x, second))
    members = min(partners, p_delivery.team_size)
    worth = worth_of_joint_work(members, partners, p_delivery, p)
    nobody = 1.0 if weakest else 0.0
    last_result = smallest if weakest else (total + idle * NOBODY_GIVES) / max(givers, 1.0)
    standing, place, since = org.status[begin:stop], org.role[begin:stop], org.months_active[begin:stop]
    given, hope, norm = org.effort[begin:stop], org.belief[begin:stop], org.peer_norm[begin:stop]
    heart, support, pull = org.commitment[begin:stop], org.backing[begin:stop], org.portfolio[begin:stop]
    scale, linear = org.payoff[SCALE, begin:stop], org.payoff[LINEAR, begin:stop]
    seen, size, own_term = org.payoff[SEEN, begin:stop], org.payoff[SIZE, begin:stop], scratch.effort_term[begin:stop]
    for n in range(seen.size):
        taking_part = (standing[n] == ACTIVE) & (place[n] != BACKBONE)
        giving = taking_part & (since[n] > 0)
        others = givers - (1.0 if giving else 0.0)
        if weakest:
            expected = second if giving & (given[n] / p.largest <= smallest) else smallest
        else:
            nothing = giving & (own_term[n] >= NOBODY_GIVES)
            of_others = total - (own_term[n] if giving & (not nothing) else 0.0)
            of_others += (idle - (1.0 if nothing else 0.0)) * NOBODY_GIVES
            expected = max(of_others, 0.0) / max(others, 1.0)
        expected = last_result if p.expectation > 0.5 else expected
        seen[n] = expected if others > 0.0 else nobody
        size[n] = members
        scale[n] = hope[n] * worth
        linear[n] = worth_of_effort(norm[n], heart[n], support[n], salience, burden, pull[n], p)
    weigh_pool(begin, stop, first, end, org, pool_payout, by_seen, slope, p_money, p)


@kernel
def weigh_pool(begin, stop, first, end, org, pool_payout, by_seen, slope, p_money, p):
    """Set the coefficients of what an organization may expect of pooled money: nothing where there is none."""
    money, even, rest = org.payoff[MONEY, begin:stop], org.payoff[EVEN, begin:stop], org.payoff[REST, begin:stop]
    if pool_payout <= 0.0:
        money[:] = 0.0
        even[:] = 0.0
        rest[:] = 1e-9
        return
    contributions = at_the_table = 0.0
    for i in range(first, end):
        if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
            at_the_table += org.fte[i]
            contributions += contribution_as_seen(org.effort[i], org.fte[i], slope, p)
    for n in range(rest.size):
        i = begin + n
        taking_part = org.status[i] == ACTIVE and org.role[i] != BACKBONE
        pool = worth_of_money(pool_payout, wages(org.fte[i], p_money), p)
        money[n] = pool * by_seen
        even[n] = pool * (1.0 - by_seen) * org.fte[i] / at_the_table if at_the_table > 0.0 else 0.0
        mine = contribution_as_seen(org.effort[i], org.fte[i], slope, p) if taking_part else 0.0
        rest[n] = max(contributions + 1e-9 - mine, 1e-9)


@kernel
def reckon(who, count, s, org, scratch, site, rho, p):
    """Work out the payoff of every level for the first `count` of `who`, all of site s.

    `utility` [level, place in the list] receives it, `weighed[BEST]` the best level's. Returns the length of the list
    when it is filled up to whole vectors with its last one, again and again.
    """
    if count == 0:
        return 0
    last = count - 1
    count = whole_vectors(count, org.fte.size)
    scale, linear, money = (
        scratch.weighed[SCALE, :count],
        scratch.weighed[LINEAR, :count],
        scratch.weighed[MONEY, :count],
    )
    rest, even = scratch.weighed[REST, :count], scratch.weighed[EVEN, :count]
    staff, best = scratch.weighed[STAFF, :count], scratch.weighed[BEST, :count]
    pooled = False
    for n in range(count):
        who[n] = who[min(n, last)]
        i = who[n]
        scale[n], linear[n], money[n] = org.payoff[SCALE, i], org.payoff[LINEAR, i], org.payoff[MONEY, i]
        rest[n], even[n], staff[n] = org.payoff[REST, i], org.payoff[EVEN, i], org.fte[i]
        pooled |= money[n] + even[n] > 0.0
    of_site = levels_of(s)
    shown_of, cost_of = site.level_shown[of_site], site.level_cost[of_site]
    average(who, count, org, scratch, site.level_term[of_site], rho)
    of_kind = scratch.kind[:count]
    levels = np.int64(p.levels)
    lowest = min(np.int64(p.lowest_level), levels)
    for n in range(best.size):
        best[n] = -1e300
    for level in range(lowest, levels + 1):
        x, shown, cost = level / p.levels, shown_of[level], cost_of[level]
        u = scratch.utility[level, :count]
        for n in range(u.size):
            u[n] = scratch.team_mean[of_kind[n] * MAX_LEVELS + level]
        if pooled:
            for n in range(u.size):
                mine = shown * staff[n]
                u[n] = utility_of(x, linear[n], cost, money[n], mine, rest[n], even[n], scale[n], u[n])
        else:
            for n in range(u.size):
                u[n] = utility_of(x, linear[n], cost, 0.0, 0.0, 1.0, 0.0, scale[n], u[n])
        for n in range(u.size):
            best[n] = max(best[n], u[n])
    return count


@kernel
def average(who, count, org, scratch, level_term, rho):
    """Work out the mean of a team for each level of one's own effort, given what is seen of others.

    Most organizations see the same of others in a team of the same size: the mean is worked out once for each `kind`.
    """
    seen, size = scratch.weighed[SEEN], scratch.weighed[SIZE]
    kinds = 0
    for n in range(count):
        others, members = org.payoff[SEEN, who[n]], org.payoff[SIZE, who[n]]
        k = kinds
        for other in range(kinds):
            k = other if (seen[other] == others) & (size[other] == members) else k
        seen[k], size[k], scratch.kind[n] = others, members, k
        kinds = max(kinds, k + 1)
    for k in range(kinds):
        others, members = seen[k], size[k]
        mean = scratch.team_mean[k * MAX_LEVELS : (k + 1) * MAX_LEVELS]
        for level in range(mean.size):
            mean[level] = team_mean_with(level_term[level], others, members, rho)
