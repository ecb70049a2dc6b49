"""What taking part is worth: the payoff of each level of effort, for those who ask themselves this month.

    u_i(x) = gain · belief_i · (n / full)^θ · M_ρ(x, others) / (N / usual)^χ  +  pooled money · expected share(x) (M10)
             + norm · (trust-weighted effort of peers) · x  +  (commitment · c_i + salience) · backing_i · x
             − (cost + overload · (1 − c) + portfolio) · x  −  curvature · x² / 2  +  esteem (M18),

M_ρ is the power mean of the production function (`delivery`): ρ = 1 adds up, ρ → −∞ is the weakest link.
n is the size of a team, N of the partnership; χ = 0 is a gain shared by all, χ = 1 one that is divided. What a full
team gains where all give the most, in a partnership of usual size, is worth `gain` to one who believes in it: θ, χ and
the size of teams say how that changes with size, not how much it is.

Once a month `weigh` sets the coefficients of everyone's payoff, from what is seen of others, and `weigh_levels` what
depends on the level alone. `reckon` works the payoff out for a list of organizations: those who reconsider their effort
(`effort`), and those who decide whether to take part (`participation`, in the next month: the coefficients are part of
the state). Levels are outside and organizations inside, so that its loops run wide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.forms import inline, kernel, play
from tfs_sim.model.numerics import exp, log, logistic, power, whole_vectors
from tfs_sim.model.state import ACTIVE, BACKBONE, MAX_LEVELS

WEAKEST_LINK = -50.0
"""A power mean of lower order is taken as the minimum."""

USUAL_SIZE = 20.0
"""Partners of a usual partnership (PARTNER studies: 19.5 in 42 networks, 25.1 in 99)."""

SCALE, LINEAR, MONEY, REST, SEEN, SIZE, EVEN, STAFF, BEST = range(9)


@inline
def mean_term(x, rho, weakest):
    """Return x**ρ, the summand of the power mean (x itself where the mean is the minimum)."""
    if weakest or rho == 1.0:
        return x
    return power(x, rho) if x > 0.0 or rho > 0.0 else 1e12


@inline
def expected_sight(x, slope):
    """Return what a contribution x may be expected to be seen as; nobody is seen to give less than nothing.

    It is E[max(x + σ ε, 0)], for a logistic ε with 1.7/σ as `slope`; 0 stands for no noise at all.
    """
    return x + log(1.0 + exp(-slope * x)) / slope if slope > 0.0 else x


@kernel
def weigh_levels(s, site, esteem_weight, esteem_bar, esteem_slope, rho, p):
    """Set what in a site's payoffs depends on the level of effort alone, and is the same for everyone.

    Its term of the power mean, how much of it is shown for each FTE, and what it costs less the esteem that it brings.
    """
    weakest = rho < WEAKEST_LINK
    levels = levels_of(s)
    term, shown, cost = site.level_term[levels], site.level_shown[levels], site.level_cost[levels]
    for level in range(term.size):
        x = level / p.levels
        term[level] = mean_term(x, rho, weakest)
        shown[level] = expected_sight(x, esteem_slope) * p.largest
        cost[level] = 0.5 * p.curvature * x * x
        cost[level] -= esteem_weight * (logistic(esteem_slope * (x - esteem_bar)) - 0.5)


@inline
def levels_of(s):
    """Return where a site's part of an array over levels lies."""
    return slice(s * MAX_LEVELS, (s + 1) * MAX_LEVELS)


@kernel
def weigh(begin, stop, first, end, org, burden, salience, pool_payout, by_seen, slope, p_delivery, p_money, p):
    """Set the coefficients of the payoff of organizations begin … stop − 1 of the site first … end − 1.

    What is seen of others is what partners gave last month; those who have only just joined gave nothing yet.
    """
    rho = p_delivery.complementarity
    weakest = rho < WEAKEST_LINK
    partners = givers = total = 0.0
    smallest, second = 2.0, 2.0
    term, gives = org.payoff[SEEN, first:end], org.effort[first:end]
    for n in range(term.size):
        x = gives[n] / p.largest
        term[n] = x if weakest or rho == 1.0 else exp(rho * log(x))
    for i in range(first, end):
        partner = 1.0 if (org.status[i] == ACTIVE) & (org.role[i] != BACKBONE) else 0.0
        giver = partner if org.months_active[i] > 0 else 0.0
        partners += partner
        givers += giver
        total += org.payoff[SEEN, i] if giver > 0.0 else 0.0
        if weakest and giver > 0.0:
            x = org.payoff[SEEN, i]
            smallest, second = min(x, smallest), max(smallest, min(x, second))
    size_inside, size_outside = min(partners, p_delivery.team_size), min(partners + 1.0, p_delivery.team_size)
    full, returns = p_delivery.team_size, p_delivery.team_returns
    inside = outside = p.joint_gain * power(size_inside / full, returns)
    if size_outside != size_inside:
        outside = p.joint_gain * power(size_outside / full, returns)
    if p.divided != 0.0:
        inside /= power(max(partners, 1.0) / USUAL_SIZE, p.divided)
        outside /= power((partners + 1.0) / USUAL_SIZE, p.divided)
    nobody = 1.0 if weakest else 0.0
    last_result = smallest if weakest else total / max(givers, 1.0)
    standing, place, since = org.status[begin:stop], org.role[begin:stop], org.months_active[begin:stop]
    given, hope, norm = org.effort[begin:stop], org.belief[begin:stop], org.peer_norm[begin:stop]
    heart, support, pull = org.commitment[begin:stop], org.backing[begin:stop], org.portfolio[begin:stop]
    scale, linear = org.payoff[SCALE, begin:stop], org.payoff[LINEAR, begin:stop]
    seen, size = org.payoff[SEEN, begin:stop], org.payoff[SIZE, begin:stop]
    for n in range(seen.size):
        taking_part = (standing[n] == ACTIVE) & (place[n] != BACKBONE)
        giving = taking_part & (since[n] > 0)
        others = givers - (1.0 if giving else 0.0)
        if weakest:
            expected = second if giving & (given[n] / p.largest <= smallest) else smallest
        else:
            expected = max(total - (seen[n] if giving else 0.0), 0.0) / max(others, 1.0)
        expected = last_result if p.expectation > 0.5 else expected
        seen[n] = expected if others > 0.0 else nobody
        size[n] = size_inside if taking_part else size_outside
        scale[n] = hope[n] * (inside if taking_part else outside)
        linear[n] = p.norm * norm[n] + (p.commitment * heart[n] + salience) * support[n] - (burden + pull[n])
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
            contributions += expected_sight(org.effort[i] / p.largest, slope) * p.largest * org.fte[i]
    for n in range(rest.size):
        i = begin + n
        taking_part = org.status[i] == ACTIVE and org.role[i] != BACKBONE
        wages = org.fte[i] * p_money.dollars_per_fte
        pool = p.money * pool_payout / wages if wages > 0.0 else 0.0
        money[n] = pool * by_seen
        everyone = at_the_table + (0.0 if taking_part else org.fte[i])
        even[n] = pool * (1.0 - by_seen) * org.fte[i] / everyone if everyone > 0.0 else 0.0
        mine = expected_sight(org.effort[i] / p.largest, slope) * p.largest * org.fte[i] if taking_part else 0.0
        rest[n] = max(contributions + 1e-9 - mine, 1e-9)


@kernel
def reckon(who, count, s, org, scratch, site, rho, p):
    """Work out the payoff of every level for the first `count` of `who`, all of site s.

    `utility` [level, place in the list] receives it, `weighed[BEST]` the best level's; `joining_value` [organization]
    how much better that is than staying away, less what membership and giving up the own mission cost. Returns the
    length of the list when it is filled up to whole vectors with its last one, again and again.
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
    shown_of, cost_of, idle_term = site.level_shown[of_site], site.level_cost[of_site], site.level_term[of_site][0]
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
            u[n] = linear[n] * x - cost
        if pooled:
            for n in range(u.size):
                mine = shown * staff[n]
                u[n] = u[n] + money[n] * mine / (mine + rest[n]) + even[n]
        for n in range(u.size):
            u[n] += scale[n] * scratch.team_mean[of_kind[n] * MAX_LEVELS + level]
            best[n] = max(best[n], u[n])
    for n in range(count):
        # what an organization gains from others' work whatever it gives itself is no reason to join
        idle = scratch.team_mean[scratch.kind[n] * MAX_LEVELS] if idle_term < 1e9 else 0.0
        org.joining_value[who[n]] = best[n] - scale[n] * idle - p.membership - org.mission_strain[who[n]]
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
    one_in_rho = 1.0 / rho if rho != 0.0 else 1.0
    for k in range(kinds):
        others, members = seen[k], size[k]
        mean = scratch.team_mean[k * MAX_LEVELS : (k + 1) * MAX_LEVELS]
        if rho < WEAKEST_LINK:
            for level in range(mean.size):
                mean[level] = min(level_term[level], others)
        elif rho == 1.0:
            for level in range(mean.size):
                mean[level] = (level_term[level] + (members - 1.0) * others) / members
        else:
            for level in range(mean.size):
                mean[level] = exp(log((level_term[level] + (members - 1.0) * others) / members) * one_in_rho)


def worth(world: Any, parameters: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return what taking part would be worth to every organization of a world now, in units of utility.

    `parameters` are the mechanisms' records by name. The world is left as it is.
    """
    rho, p = parameters["delivery"].complementarity, parameters["effort"]
    value = np.zeros(world.role.size)
    given = {**world._asdict(), "joining_value": value, "rho": rho, "p": p}
    for s, (first, end) in enumerate(zip(world.first_organization, world.end_organization, strict=True)):
        play(reckon, {**given, "who": np.arange(first, end), "count": end - first, "s": s})
    return value
