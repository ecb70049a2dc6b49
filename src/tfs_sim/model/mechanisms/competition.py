"""M9 Competition for resources: contests over grants, and the grudges that they leave.

Part of the sector's income is contested. As often as the contested money of a kind of support adds up to an
award, organizations that are strong in it bid; the chance to win is proportional to bid × capacity (Tullock
1980). Bids move part of the way to the best response every time: at once they would not converge for four
or more (with n equal contestants the equilibrium is V(n − 1)/n²). A loser holds a grudge against a winner
that it knows, in proportion to their niche overlap and to what was at stake for it. Bids cost hours.

What is at stake for one is how far it depends on contests for what it may earn beyond its usual income (Emerson 1962:
dependence falls as what is wanted can be had elsewhere), with pooled money P that it could expect last month (M10):

    stake = stake_of(contested money that is due to its share of staff, P)

An award is worth stake · V to it, so contestants differ and those to whom it is worth little leave it to others
(Hillman & Riley 1989 on contests that participants value differently). Where nobody is strong enough an award lapses.
Who comes out of a contest with a bid that is not worth an hour is leaving it to others, and holds no grudge.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import inline, kernel, rule
from tfs_sim.model.numerics import bits_of_float, dot, log, whole_vectors
from tfs_sim.model.state import BACKBONE, FIRST_POOL, OUTSIDE, K
from tfs_sim.model.wages import wages


class Parameters(NamedTuple):
    """Scarcity, bids and grudges."""

    contested: float = parameter(
        0.12,
        unit="share",
        plausible=(0.05, 0.25),
        grade="assumed",
        meaning="Share of organizations' income that is awarded by contest.",
    )
    award: float = parameter(
        60.0,
        unit="thousand dollars",
        plausible=(30, 150),
        domain=(0.001, 1e6),
        grade="assumed",
        meaning="Size of an award: the fewer and larger, the scarcer.",
    )
    eligible: float = parameter(
        0.28,
        unit="share",
        plausible=(0.2, 0.4),
        grade="assumed",
        meaning="Strength in a kind of support from which an organization bids for its awards.",
    )
    damping: float = parameter(
        0.3,
        unit="share",
        plausible=(0.1, 0.6),
        grade="assumed",
        meaning="How far bids move to the best response from one contest to the next.",
    )
    first_bid: float = parameter(
        0.05,
        unit="share",
        plausible=(0.02, 0.1),
        domain=(1e-6, 1),
        grade="assumed",
        meaning="First bid of a newcomer to contests, as a share of the award.",
    )
    hourly: float = parameter(
        60.0,
        unit="dollars an hour",
        plausible=(40, 90),
        domain=(0.01, 10000),
        grade="assumed",
        meaning="Cost of an hour spent on a bid.",
    )
    grudge: float = parameter(
        1.0,
        unit="encounters",
        plausible=(0.3, 2),
        domain=(0, 100),
        grade="assumed",
        meaning="Evidence of broken promises that losing to a fully overlapping neighbour adds.",
    )
    least_bid: float = parameter(
        1e-6,
        unit="share",
        plausible=(1e-7, 1e-5),
        domain=(1e-12, 1),
        grade="assumed",
        meaning="Least bid that an organization keeps up, as a share of the award: who lost interest may come back.",
    )
    lone_bid: float = parameter(
        0.01,
        unit="share",
        plausible=(0.002, 0.05),
        grade="assumed",
        meaning="What an organization spends that knows of no other contestant, as a share of the award.",
    )
    most_contests: float = parameter(
        20.0,
        unit="contests",
        plausible=(10, 40),
        domain=(1, 1000),
        whole=True,
        grade="assumed",
        meaning="Most contests that a site holds over one kind of support in a month; what is left waits.",
    )


MECHANISM = Mechanism(
    name="competition",
    rows=("M9",),
    title="Competition for resources",
    summary="Overlapping organizations contest awards; losing to a neighbour leaves a grudge; bids cost hours.",
    source="[tullock1980]; [hillman1989]; [emerson1962]; [together2020], lessons one and two",
    parameters=Parameters,
    file=__name__,
    needs=("money",),
)

STREAM = draws.stream("contest")
SHARE, SPEND, TIME, HOURS, WORTH, ONE_IN_SHARE = range(6)


@rule
def dollars_of_award(p):
    """V = 1,000 · award: dollars of an award."""
    return p.award * 1000.0


@rule
def contested_money(income, income_factor, pooled, p):
    """contested · income · income_factor · (1 − pooled): dollars a month that a site awards by contest.

    income: the organizations' usual one; pooled: dose of pooled funding (M10).
    """
    return p.contested * income * income_factor * (1.0 - pooled)


@rule
def stake_of(contested, pooled):
    """C / (C + P): how far one depends on contests for what it may earn beyond its usual income (Emerson 1962).

    contested: C, money by contest that is due to its share of staff; pooled: P, that it could expect last month.
    """
    contested = contested + 1e-9
    return contested / (contested + pooled)


@rule
def waiting_time(u, strength, bid):
    """−ln(u) / (s · b): exponential time with rate strength × bid; the shortest wins (Tullock 1980); u: uniform."""
    return -log(u) / (strength * bid + 1e-300)


@rule
def best_response(others, strength, one_in_strength, stake, award, p):
    """[√(stake · V · s · R) − R] / s: the best bid against others' weight R = Σ s b; lone_bid · V where that is none.

    strength: s; one_in_strength: 1 / s; award: V, dollars (Tullock 1980; Hillman & Riley 1989 for values that differ).
    """
    response = (math.sqrt(award * stake * strength * others) - others) * one_in_strength
    return response if others > 0.0 else p.lone_bid * award


@rule
def bid_after(bid, response, award, p):
    """max(b + damping · (b* − b), least_bid · V): the bid of the next contest, dollars."""
    return max(bid + p.damping * (response - bid), p.least_bid * award)


@rule
def hours_of_bid(bid, p):
    """b / hourly: hours that a bid takes."""
    return bid * (1.0 / p.hourly)


@rule
def grudge_of(overlap, stake, p):
    """grudge · overlap · stake: broken promises that losing to a neighbour whom one knows is worth."""
    return p.grudge * overlap * stake


@kernel
def contest(month, key, org, rel, dyad, site, bank, dose, scratch, p_money, p):
    """Hold the contests that are due, pay the winners, and leave grudges."""
    sites = site.first_organization.size
    prize = dollars_of_award(p)
    org.bid_hours[:] = 0.0
    for s in range(sites):
        first, end = site.first_organization[s], site.end_organization[s]
        income = 0.0
        for i in range(first, end):
            income += wages(org.fte[i], p_money) if org.role[i] != BACKBONE else 0.0
        budget = contested_money(income, site.income_factor[s], dose.pooled_funding[s], p)
        per_fte = budget / income * wages(1.0, p_money) if income > 0.0 else 0.0
        for i in range(first, end):
            org.stake[i] = stake_of(per_fte * org.fte[i], org.pool_expected[i])
        for k in range(K):
            site.award_due[k, s] += budget / K
            rounds = min(np.int64(site.award_due[k, s] / prize), np.int64(p.most_contests))
            if rounds < 1:
                continue
            count = list_contestants(first, end, org.strength[k], org.bid[k], org, scratch, prize, p)
            for n in range(count):
                scratch.listed_id[n] = org.organization_id[scratch.deciders[n]]
            for number in range(rounds):
                site.award_due[k, s] -= prize
                if number % 4 == 0:  # four words of luck for each contestant
                    draws.fill(scratch.organization_luck, key, STREAM, month, scratch.listed_id[:count], k + number)
                place = hold(count, scratch.organization_luck[number % 4], scratch.weighed, prize, p)
                for n in range(count):
                    org.bid[k, scratch.deciders[n]] = scratch.weighed[SPEND, n]
                if place < 0:
                    continue
                winner = scratch.deciders[place]
                org.awards_won[winner] += 1
                cents = int(prize * 100.0)
                bank.accounts[OUTSIDE] -= cents
                bank.accounts[FIRST_POOL + sites + winner] += cents
                for m in range(org.first_relationship[winner], org.first_relationship[winner + 1]):
                    r = rel.relationships[m]
                    loser = rel.target[r]
                    bids = (
                        (org.bid[k, loser] >= p.hourly)
                        & (org.role[loser] != BACKBONE)
                        & (org.strength[k, loser] >= p.eligible)
                    )
                    rel.institutional_bad[rel.reverse[r]] += (
                        grudge_of(dyad.overlap[rel.pair[r]], org.stake[loser], p) * bids
                    )
            for n in range(count):
                org.bid_hours[scratch.deciders[n]] += scratch.weighed[HOURS, n]


@inline
def list_contestants(first, end, able, bid, org, scratch, prize, p):
    """List who may contest awards of a kind, with their strengths and the bids that they came to; return how many.

    The list is filled up to whole vectors with contestants without any strength, who cannot win.
    """
    count = 0
    for i in range(first, end):
        scratch.deciders[count] = i
        count += 1 if (org.role[i] != BACKBONE) & (able[i] >= p.eligible) else 0
    for n in range(count):
        i = scratch.deciders[n]
        opening = org.given_bid[i] if org.given_bid[i] > 0.0 else p.first_bid * prize
        scratch.weighed[SHARE, n] = able[i]
        scratch.weighed[SPEND, n] = bid[i] if bid[i] > 0.0 else opening
        scratch.weighed[HOURS, n] = 0.0
        scratch.weighed[WORTH, n] = org.stake[i]
        scratch.weighed[ONE_IN_SHARE, n] = 1.0 / (able[i] + 1e-300)
    for n in range(count, whole_vectors(count, scratch.weighed.shape[1])):
        scratch.weighed[SHARE, n] = scratch.weighed[SPEND, n] = scratch.weighed[HOURS, n] = scratch.weighed[
            WORTH, n
        ] = 0.0
        scratch.weighed[ONE_IN_SHARE, n] = 0.0
    return count


@kernel
def hold(count, luck, weighed, prize, p):
    """Hold one contest: draw the winner by weight, move bids; return its place in the list, or −1 if nobody bids.

    The winner is the first in a race of exponential times with the contestants' weights as rates, which is
    the largest of log-weight + Gumbel noise in other words, and cheaper.
    """
    total = dot(weighed[SHARE, :count], weighed[SPEND, :count])
    count = whole_vectors(count, luck.size)
    share, spend, time = weighed[SHARE, :count], weighed[SPEND, :count], weighed[TIME, :count]
    hours, worth, words = weighed[HOURS, :count], weighed[WORTH, :count], luck[:count]
    one_in_share = weighed[ONE_IN_SHARE, :count]
    for n in range(time.size):
        time[n] = waiting_time(draws.unit(words[n]), share[n], spend[n])
    soonest = bits_of_float(1e290)  # positive numbers are in the order of their bits, whose least is found wide
    for n in range(time.size):
        soonest = min(soonest, bits_of_float(time[n]))
    winner = -1
    for n in range(time.size):
        if bits_of_float(time[n]) == soonest:
            winner = n
            break
    for n in range(time.size):
        others = max(total - share[n] * spend[n], 0.0)
        response = best_response(others, share[n], one_in_share[n], worth[n], prize, p)
        hours[n] += hours_of_bid(spend[n], p)
        spend[n] = bid_after(spend[n], response, prize, p)
    return winner
