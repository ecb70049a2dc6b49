"""M9 Competition for resources: contests over grants, and the grudges that they leave.

Part of the sector's income is contested. As often as the contested money of a kind of support adds up to an
award, organizations that are strong in it bid; the chance to win is proportional to bid × capacity (Tullock
1980). Bids move part of the way to the best response every time: at once they would not converge for four
or more (with n equal contestants the equilibrium is V(n − 1)/n²). A loser holds a grudge against a winner
that it knows, in proportion to their niche overlap and to what was at stake for it. Bids cost hours.

What is at stake for i is how far it depends on contests for what it may earn beyond its usual income (Emerson 1962:
dependence falls as what is wanted can be had elsewhere), with pooled money P_i that it could expect last month (M10):

    stake_i = contested_i / (contested_i + P_i),    contested_i the contested money that is due to its share of staff.

An award is worth stake_i · V to it, so contestants differ and those to whom it is worth little leave it to others
(Hillman & Riley 1989 on contests that participants value differently). A bid that is not worth an hour is none: who
left it to others has lost nothing.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import inline, kernel
from tfs_sim.model.numerics import bits_of_float, dot, log, whole_vectors
from tfs_sim.model.state import BACKBONE, FIRST_POOL, OUTSIDE, K


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
MOST_ROUNDS = 20
SHARE, SPEND, TIME, HOURS, WORTH, ONE_IN_SHARE = range(6)


@kernel
def contest(month, key, org, rel, dyad, site, bank, dose, scratch, p_money, p):
    """Hold the contests that are due, pay the winners, and leave grudges."""
    sites = site.first_organization.size
    prize = p.award * 1000.0
    org.bid_hours[:] = 0.0
    for s in range(sites):
        first, end = site.first_organization[s], site.end_organization[s]
        income = 0.0
        for i in range(first, end):
            income += org.fte[i] * p_money.dollars_per_fte if org.role[i] != BACKBONE else 0.0
        budget = p.contested * income * site.income_factor[s] * (1.0 - dose.pooled_funding[s])
        per_fte = budget / income * p_money.dollars_per_fte if income > 0.0 else 0.0
        for i in range(first, end):
            hangs = per_fte * org.fte[i] + 1e-9
            org.stake[i] = hangs / (hangs + org.pool_expected[i])
        for k in range(K):
            site.award_due[k, s] += budget / K
            rounds = min(np.int64(site.award_due[k, s] / prize), MOST_ROUNDS)
            if rounds < 1:
                continue
            count = gather(first, end, org.strength[k], org.bid[k], org, scratch, prize, p)
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
                        p.grudge * dyad.overlap[rel.pair[r]] * org.stake[loser] * bids
                    )
            for n in range(count):
                org.bid_hours[scratch.deciders[n]] += scratch.weighed[HOURS, n]


@inline
def gather(first, end, able, bid, org, scratch, prize, p):
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
        time[n] = -log(draws.unit(words[n])) / (share[n] * spend[n] + 1e-300)
    soonest = bits_of_float(1e290)  # positive numbers are in the order of their bits, whose least is found wide
    for n in range(time.size):
        soonest = min(soonest, bits_of_float(time[n]))
    winner = -1
    for n in range(time.size):
        if bits_of_float(time[n]) == soonest:
            winner = n
            break
    least = 1e-6 * prize
    hours_of = 1.0 / p.hourly
    for n in range(time.size):
        others = max(total - share[n] * spend[n], 0.0)
        response = (math.sqrt(prize * worth[n] * share[n] * others) - others) * one_in_share[n]
        response = response if others > 0.0 else 0.01 * prize
        hours[n] += spend[n] * hours_of
        spend[n] = max(spend[n] + p.damping * (response - spend[n]), least)
    return winner
