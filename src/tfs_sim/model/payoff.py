"""What taking part is worth: the payoff of each level of effort, for those who ask themselves this month.

    u_i(x) = gain · belief_i · n^θ · M_ρ(x, others) / N^χ  +  pooled money · expected share(x) (M10)
             + norm · (trust-weighted effort of peers) · x  +  (commitment · c_i + salience) · backing_i · x
             − (cost + overload · (1 − c) + portfolio) · x  −  curvature · x² / 2  +  esteem (M18),

M_ρ is the power mean of the production function (`delivery`): ρ = 1 adds up, ρ → −∞ is the weakest link.
n is the size of a team, N of the partnership; χ = 0 is a gain shared by all, χ = 1 one that is divided.

`weigh` sets the coefficients of everyone's payoff once a month, from what is seen of others. `reckon` works the payoff
out for a list of organizations: those who reconsider their effort (`effort`), and those who decide whether to take part
(`participation`, in the next month: the coefficients are part of the state). Levels are outside and organizations
inside, so that its loops run wide.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.numerics import exp, inline, kernel, log, logistic, power
from tfs_sim.model.state import ACTIVE, BACKBONE

WEAKEST_LINK = -50.0
"""A power mean of lower order is taken as the minimum."""

LANES = 8
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
def weigh(
    begin, stop, first, end, role, status, months_active, effort, fte, belief, commitment, backing, peer_norm,
    portfolio, burden, salience, pool_payout, by_seen, slope, payoff, p_delivery, p_money, p,
):  # fmt: skip
    """Set the coefficients of the payoff of organizations begin … stop − 1 of the site first … end − 1.

    What is seen of others is what partners gave last month; those who have only just joined gave nothing yet.
    """
    rho = p_delivery.complementarity
    weakest = rho < WEAKEST_LINK
    partners = givers = total = contributions = at_the_table = 0.0
    smallest, second = 2.0, 2.0
    term, gives = payoff[SEEN, first:end], effort[first:end]
    for n in range(term.size):
        x = gives[n] / p.largest
        term[n] = x if weakest or rho == 1.0 else exp(rho * log(x))
    for i in range(first, end):
        if status[i] == ACTIVE and role[i] != BACKBONE:
            x = effort[i] / p.largest
            partners += 1.0
            at_the_table += fte[i]
            if pool_payout > 0.0:
                contributions += expected_sight(x, slope) * p.largest * fte[i]
            if months_active[i] == 0:
                continue
            givers += 1.0
            total += payoff[SEEN, i]
            if x < smallest:
                smallest, second = x, smallest
            elif x < second:
                second = x
    size_inside, size_outside = min(partners, p_delivery.team_size), min(partners + 1.0, p_delivery.team_size)
    inside = p.joint_gain * power(size_inside, p_delivery.team_returns) / power(max(partners, 1.0), p.divided)
    outside = p.joint_gain * power(size_outside, p_delivery.team_returns) / power(partners + 1.0, p.divided)
    nobody = 1.0 if weakest else 0.0
    last_result = smallest if weakest else total / max(givers, 1.0)
    standing, place, since = status[begin:stop], role[begin:stop], months_active[begin:stop]
    given, staff, hope, norm = effort[begin:stop], fte[begin:stop], belief[begin:stop], peer_norm[begin:stop]
    heart, support, pull = commitment[begin:stop], backing[begin:stop], portfolio[begin:stop]
    scale, linear, money = payoff[SCALE, begin:stop], payoff[LINEAR, begin:stop], payoff[MONEY, begin:stop]
    rest, seen, size = payoff[REST, begin:stop], payoff[SEEN, begin:stop], payoff[SIZE, begin:stop]
    even = payoff[EVEN, begin:stop]
    for n in range(staff.size):
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
        wages = staff[n] * p_money.dollars_per_fte
        pool = p.money * pool_payout / wages if wages > 0.0 else 0.0
        money[n] = pool * by_seen
        everyone = at_the_table + (0.0 if taking_part else staff[n])
        even[n] = pool * (1.0 - by_seen) * staff[n] / everyone if everyone > 0.0 else 0.0
        rest[n] = contributions + 1e-9
    if pool_payout > 0.0:
        for n in range(staff.size):
            if (standing[n] == ACTIVE) & (place[n] != BACKBONE):
                rest[n] = max(rest[n] - expected_sight(given[n] / p.largest, slope) * p.largest * staff[n], 1e-9)


@kernel
def reckon(
    who, count, payoff, weighed, utility, fte, mission_strain, joining_value, esteem_weight, esteem_bar, esteem_slope,
    rho, p,
):  # fmt: skip
    """Work out the payoff of every level for the first `count` of `who`, all of one site.

    `utility` [level, place in the list] receives it, `weighed[BEST]` the best level's; `joining_value` [organization]
    how much better that is than staying away, less what membership and giving up the own mission cost.
    """
    if count == 0:
        return
    last = count - 1
    count = min((count + LANES - 1) // LANES * LANES, fte.size)  # whole vectors, filled up with the last one again
    levels = int(p.levels)
    lowest = min(int(p.lowest_level), levels)
    weakest = rho < WEAKEST_LINK
    additive = rho == 1.0
    one_in_rho = 1.0 / rho if rho != 0.0 else 1.0
    scale, linear, money = weighed[SCALE, :count], weighed[LINEAR, :count], weighed[MONEY, :count]
    rest, seen, size = weighed[REST, :count], weighed[SEEN, :count], weighed[SIZE, :count]
    best, staff, even = weighed[BEST, :count], weighed[STAFF, :count], weighed[EVEN, :count]
    for n in range(count):
        who[n] = who[min(n, last)]
        i = who[n]
        for term in range(EVEN + 1):
            weighed[term, n] = payoff[term, i]
        weighed[STAFF, n] = fte[i]
    for level in range(lowest, levels + 1):
        x = level / p.levels
        own = mean_term(x, rho, weakest)
        u = utility[level, :count]
        if weakest:
            for n in range(u.size):
                u[n] = scale[n] * min(x, seen[n])
        elif additive:
            for n in range(u.size):
                u[n] = scale[n] * ((x + (size[n] - 1.0) * seen[n]) / size[n])
        else:
            for n in range(u.size):
                u[n] = scale[n] * exp(log((own + (size[n] - 1.0) * seen[n]) / size[n]) * one_in_rho)
        shown = expected_sight(x, esteem_slope) * p.largest
        fixed = 0.5 * p.curvature * x * x
        if esteem_weight > 0.0:
            fixed -= esteem_weight * (logistic(esteem_slope * (x - esteem_bar)) - 0.5)
        if level == lowest:
            for n in range(u.size):
                best[n] = -1e300
        for n in range(u.size):
            mine = shown * staff[n]
            u[n] += linear[n] * x - fixed + money[n] * mine / (mine + rest[n]) + even[n]
            best[n] = max(best[n], u[n])
    # what an organization gains from others' work whatever it gives itself is no reason to join
    own = mean_term(0.0, rho, weakest)
    for n in range(count):
        if weakest or own > 1e9:
            idle = 0.0
        elif additive:
            idle = (size[n] - 1.0) * seen[n] / size[n]
        else:
            idle = power((own + (size[n] - 1.0) * seen[n]) / size[n], one_in_rho)
        joining_value[who[n]] = best[n] - scale[n] * idle - p.membership - mission_strain[who[n]]


def worth(world: Any, parameters: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return what taking part would be worth to every organization of a world now, in units of utility.

    `parameters` are the mechanisms' records by name. The world is left as it is.
    """
    rho, p = parameters["delivery"].complementarity, parameters["effort"]
    value = np.zeros(world.role.size)
    scratch = world.weighed.copy(), world.utility.copy()
    for s, (first, end) in enumerate(zip(world.first_organization, world.end_organization, strict=True)):
        reckon(np.arange(first, end), end - first, world.payoff, *scratch, world.fte, world.mission_strain, value,
               world.esteem_weight[s], world.esteem_bar[s], world.esteem_slope[s], rho, p)  # fmt: skip
    return value
