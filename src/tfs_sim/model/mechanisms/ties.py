"""M28 Ties form and fade.

Meetings open ties, at the table and in everyday life, a trusted third refers one neighbour to another, sought-out
strengths attract; disuse and departures close them. A tie is one thing for both ends. No rule reads a grant: what a
backbone's hours and money for meetings hold together, their end lets go.

A month's chances:

    P(opens after a meeting that went well) = chance_of_opening
    P(opens by referral) = chance_of_referral,   for every tie of the third that one could have and has not
    P(closes) = chance_of_closing

Whom one turns to for a referral is drawn from all that it could know, and must be one with whom it has a tie, other
than the backbone; who asks and who is referred to both have a representative. Askers take their turns by site and
identity: a tie that has just been made may pass on a later one. A tie that closes stays closed for that month.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.numerics import count_bits
from tfs_sim.model.state import BACKBONE


class Parameters(NamedTuple):
    """Opening and closing."""

    opened_by_meeting: float = parameter(
        0.20,
        unit="share",
        plausible=(0.1, 0.4),
        grade="assumed",
        meaning="Chance that two who met without a tie and kept their promises start one.",
    )
    sought_strengths: float = parameter(
        0.5,
        unit="share",
        plausible=(0.0, 1.0),
        grade="assumed",
        meaning="By how much more likely that is for partners whose strengths complement each other fully.",
    )
    referral: float = parameter(
        0.08,
        unit="share",
        plausible=(0.03, 0.2),
        grade="assumed",
        meaning="Chance that a fully trusted neighbour, asked in a month, refers an organization to one that it knows.",
    )
    idle_before_closing: float = parameter(
        9.0,
        unit="months",
        plausible=(6, 18),
        grade="assumed",
        meaning="Months without an encounter before a tie begins to fade.",
    )
    closing: float = parameter(
        0.6,
        unit="per year",
        plausible=(0.3, 1.2),
        domain=(0, 12),
        grade="assumed",
        source="[gilfoyle2025]: 17–29% of trust ties lost between survey waves, used and disused ones alike",
        meaning="Rate at which disused ties close.",
    )
    recent: float = parameter(
        3.0,
        unit="months",
        domain=(1, 120),
        whole=True,
        grade="assumed",
        source="[mccullough2016], whose survey asks how often two deal with each other: at least every few months",
        meaning="Months within which two must have met for a survey to find their tie (density, transitivity).",
    )
    closed_by_departure: float = parameter(
        0.25,
        unit="share",
        plausible=(0.1, 0.45),
        grade="assumed",
        meaning="Chance that a tie closes when the person who held it leaves without handing it over.",
    )


MECHANISM = Mechanism(
    name="ties",
    rows=("M28",),
    title="Ties form and fade",
    summary="Meetings, referrals and sought-out strengths open ties; disuse and departures close them.",
    source="[gilfoyle2025]; [bevc2015]; [mccullough2016]",
    parameters=Parameters,
    file=__name__,
    needs=("trust",),
)

STREAM = draws.stream("ties")
REFERRER_STREAM = draws.stream("referrer")
REFERRAL_STREAM = draws.stream("referral")
ONE = np.uint64(1)


@rule
def chance_of_opening(overlap, p):
    """opened_by_meeting · (1 + sought_strengths · (1 − 2 o)): of a tie, after a meeting that went well.

    overlap: o, niche overlap of the two, in [0, 1].
    """
    return p.opened_by_meeting * (1.0 + p.sought_strengths * (1.0 - 2.0 * overlap))


@rule
def chance_of_referral(trust, contact, p):
    """referral · T · contact: of being referred to one of those whom a third knows; trust: T, in the third."""
    return p.referral * trust * contact


@rule
def chance_of_closing(disused, left, handed_over, p):
    """1 − (1 − closing [disused])(1 − closed_by_departure · (1 − handed over) [left]): of a tie, this month.

    disused: 1 after more than `idle_before_closing` months without an encounter; left: 1 if someone who held it left.
    """
    closing = min(p.closing, 1.0) * disused
    return 1.0 - (1.0 - closing) * (1.0 - p.closed_by_departure * (1.0 - handed_over) * left) if left > 0.0 else closing


@kernel
def choose_referrers(month, key, org, rel, dyad, scratch):
    """Let each organization turn to one of those whom it could know, who may refer it if they have a tie."""
    draws.fill(scratch.organization_luck, key, REFERRER_STREAM, month, org.organization_id)
    for i in range(org.organization_id.size):
        first, end = org.first_relationship[i], org.first_relationship[i + 1]
        org.referrer[i] = -1
        if first < end:
            place = min(first + np.int64(draws.unit(scratch.organization_luck[0, i]) * (end - first)), end - 1)
            r = np.int64(rel.relationships[place])
            org.referrer[i] = r if (dyad.is_open[rel.pair[r]] != 0) & (org.role[rel.target[r]] != BACKBONE) else -1


@kernel
def set_tie(r, rel, org, dyad):
    """Open a tie that is closed, or close one that is open: for the pair, and in either end's list and bits."""
    dyad.is_open[rel.pair[r]] ^= np.uint8(1)
    there, back = rel.target[r], rel.target[rel.reverse[r]]
    for end in range(2):
        me, other, mine = (back, there, np.int64(r)) if end == 0 else (there, back, np.int64(rel.reverse[r]))
        bit = org.local_index[other]
        org.neighbours[bit >> np.uint32(6), me] ^= ONE << np.uint64(bit & np.uint32(63))
        m, last = org.first_relationship[me], org.end_of_ties[me]
        while m < last and rel.target[rel.ties[m]] < other:
            m += 1
        if dyad.is_open[rel.pair[r]]:
            for n in range(last, m, -1):
                rel.ties[n] = rel.ties[n - 1]
            rel.ties[m] = mine
            org.end_of_ties[me] = last + 1
        else:
            for n in range(m, last - 1):
                rel.ties[n] = rel.ties[n + 1]
            org.end_of_ties[me] = last - 1


@kernel
def refer(month, key, org, rel, dyad, site, p):
    """Let those who were asked refer the asker to each of their neighbours that it has no tie with.

    All three are sets of bits: whom the third has ties with, whom the asker could know, and does not. An organization's
    relationships are sorted by target, so a bit's place among the asker's candidates is the place in that list.
    """
    for i in range(org.organization_id.size):
        via = org.referrer[i]
        if via < 0 or org.in_post[i] == 0:
            continue
        third = np.int64(rel.target[via])
        first = site.first_organization[org.site_of[i]]
        chance = chance_of_referral(rel.trust[via], site.contact_factor[org.site_of[i]], p)
        place = org.first_relationship[i]
        for word in range(org.neighbours.shape[0]):
            possible = org.candidates[word, i]
            shared = org.neighbours[word, third] & possible & ~org.neighbours[word, i]
            while shared:
                bit = shared & (~shared + ONE)
                shared ^= bit
                other = first + 64 * word + np.int64(count_bits(bit - ONE))
                asked = draws.mix(org.organization_id[i], org.organization_id[other])
                if org.in_post[other] and draws.uniform(key, REFERRAL_STREAM, month, asked) < chance:
                    r = rel.relationships[place + np.int64(count_bits(possible & (bit - ONE)))]
                    set_tie(r, rel, org, dyad)
                    dyad.idle[rel.pair[r]] = 0.0
            place += np.int64(count_bits(possible))


@kernel
def open_and_close(month, key, org, rel, dyad, dose, scratch, p):
    """Open and close ties, one decision for both ends: in disuse or doubt they may close, after a meeting open."""
    pairs = dyad.pair_id.size
    new = old = 0
    for q in range(pairs):
        # a tie in disuse, or a pair without one that met last month
        dyad.meeting[new] = scratch.disused[old] = q
        new += (dyad.is_open[q] == 0) & (dyad.idle[q] < 1.0)
        old += (dyad.is_open[q] != 0) & (dyad.idle[q] > p.idle_before_closing)
    for i in range(org.departed.size):
        if org.departed[i] == 0:
            continue
        for m in range(org.first_relationship[i], org.end_of_ties[i]):
            q, other = rel.pair[rel.ties[m]], rel.target[rel.ties[m]]
            listed = (dyad.idle[q] > p.idle_before_closing) | ((org.departed[other] != 0) & (other < i))
            if not listed:
                scratch.disused[old] = q
                old += 1
    draw_for(scratch.disused, old, 0, month, key, dyad, scratch)
    for m in range(old):
        q = scratch.disused[m]
        i, j = dyad.one_end[q], dyad.other_end[q]
        unused = 1.0 if dyad.idle[q] > p.idle_before_closing else 0.0
        left = 1.0 if org.departed[i] | org.departed[j] else 0.0
        covered = 1.0
        if org.departed[i]:
            covered = min(covered, dose.transition_plan[i])
        if org.departed[j]:
            covered = min(covered, dose.transition_plan[j])
        if draws.unit(scratch.listed_luck[0, m]) < chance_of_closing(unused, left, covered, p):
            dyad.idle[q] = max(dyad.idle[q], 1.0)
            set_tie(q, rel, org, dyad)
    draw_for(dyad.meeting, new, 1, month, key, dyad, scratch)
    for m in range(new):
        q = np.int64(dyad.meeting[m])
        opening = chance_of_opening(dyad.overlap[q], p)
        went_well = (rel.failed[q] == 0) & (rel.failed[q + pairs] == 0)
        if went_well & (draws.unit(scratch.listed_luck[0, m]) < opening):
            dyad.idle[q] = 0.0
            set_tie(q, rel, org, dyad)


@kernel
def draw_for(listed, count, block, month, key, dyad, scratch):
    """Draw the words of the first `count` listed pairs, in the list's order, in a loop that runs wide."""
    for m in range(count):
        scratch.listed_pair_id[m] = dyad.pair_id[listed[m]]
    draws.fill(scratch.listed_luck, key, STREAM, month, scratch.listed_pair_id[:count], block)
