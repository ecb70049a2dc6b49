"""M28 Ties form and fade.

Joint meetings open ties, a trusted third refers one neighbour to another, sought-out strengths attract;
disuse and departures close them. A tie is one thing for both ends.

A month's chances, for a pair i, j and a third k that i turned to:

    P(opens after a meeting that went well) = opened_by_meeting · (1 + sought_strengths · (1 − 2 overlap_ij))
    P(opens by referral) = referral · T_ik · contact,   for every tie of k that i could have and has not
    P(closes) = 1 − (1 − closing [idle too long]) · (1 − closed_by_departure · (1 − transition plan) [someone left])

Brackets are 1 where what they say is so, else 0. Whom i turns to is drawn from all that it could know, and must be one
with whom it has a tie.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.numerics import count_bits, kernel
from tfs_sim.model.state import BACKBONE


class Parameters(NamedTuple):
    """Opening and closing."""

    opened_by_meeting: float = parameter(
        0.20,
        unit="share",
        plausible=(0.1, 0.4),
        grade="assumed",
        meaning="Chance that two partners who met at the table and kept their promises start a tie.",
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
        grade="derived",
        source="BMJ Open 15:e088355: 17–29% of trust ties lost between survey waves",
        meaning="Rate at which disused ties close.",
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
    source="BMJ Open 15:e088355; PARTNER studies",
    parameters=Parameters,
    file=__name__,
    needs=("trust",),
)

STREAM = draws.stream("ties")
REFERRER_STREAM = draws.stream("referrer")
REFERRAL_STREAM = draws.stream("referral")
ONE = np.uint64(1)


@kernel
def choose_referrers(
    month, key, organization_id, first_relationship, relationships, target, pair, is_open, role, organization_luck,
    referrer,
):  # fmt: skip
    """Let each organization turn to one of those whom it could know, who may refer it if they have a tie."""
    draws.fill(organization_luck, key, REFERRER_STREAM, month, organization_id)
    for i in range(organization_id.size):
        first, end = first_relationship[i], first_relationship[i + 1]
        referrer[i] = -1
        if first < end:
            place = min(first + np.int64(draws.unit(organization_luck[0, i]) * (end - first)), end - 1)
            r = np.int64(relationships[place])
            referrer[i] = r if (is_open[pair[r]] != 0) & (role[target[r]] != BACKBONE) else -1


@kernel
def set_tie(r, target, reverse, pair, local_index, is_open, first_relationship, ties, end_of_ties, neighbours):
    """Open a tie that is closed, or close one that is open: for the pair, and in either end's list and bits."""
    is_open[pair[r]] ^= np.uint8(1)
    there, back = target[r], target[reverse[r]]
    for end in range(2):
        me, other, mine = (back, there, np.int64(r)) if end == 0 else (there, back, np.int64(reverse[r]))
        bit = local_index[other]
        neighbours[bit >> np.uint32(6), me] ^= ONE << np.uint64(bit & np.uint32(63))
        m, last = first_relationship[me], end_of_ties[me]
        while m < last and target[ties[m]] < other:
            m += 1
        if is_open[pair[r]]:
            for n in range(last, m, -1):
                ties[n] = ties[n - 1]
            ties[m] = mine
            end_of_ties[me] = last + 1
        else:
            for n in range(m, last - 1):
                ties[n] = ties[n + 1]
            end_of_ties[me] = last - 1


@kernel
def refer(
    month, key, organization_id, site_of, first_organization, first_relationship, relationships, target, reverse, pair,
    role, in_post, is_open, idle, trust, referrer, local_index, ties, end_of_ties, neighbours, candidates,
    contact_factor, p,
):  # fmt: skip
    """Let those who were asked refer the asker to each of their neighbours that it has no tie with.

    All three are sets of bits: whom the third has ties with, whom the asker could know, and does not. An organization's
    relationships are sorted by target, so a bit's place among the asker's candidates is the place in that list.
    """
    for i in range(organization_id.size):
        via = referrer[i]
        if via < 0 or in_post[i] == 0:
            continue
        third = np.int64(target[via])
        first = first_organization[site_of[i]]
        chance = p.referral * trust[via] * contact_factor[site_of[i]]
        place = first_relationship[i]
        for word in range(neighbours.shape[0]):
            possible = candidates[word, i]
            shared = neighbours[word, third] & possible & ~neighbours[word, i]
            while shared:
                bit = shared & (~shared + ONE)
                shared ^= bit
                other = first + 64 * word + np.int64(count_bits(bit - ONE))
                asked = draws.mix(organization_id[i], organization_id[other])
                if in_post[other] and draws.uniform(key, REFERRAL_STREAM, month, asked) < chance:
                    r = relationships[place + np.int64(count_bits(possible & (bit - ONE)))]
                    set_tie(r, target, reverse, pair, local_index, is_open, first_relationship, ties, end_of_ties,
                            neighbours)  # fmt: skip
                    idle[pair[r]] = 0.0
            place += np.int64(count_bits(possible))


@kernel
def open_and_close(
    month, key, pair_id, one_end, other_end, target, reverse, pair, is_open, idle, failed, overlap, departed,
    local_index, first_relationship, ties, end_of_ties, neighbours, meeting, disused, listed_pair_id,
    listed_luck, dose_transition_plan, p,
):  # fmt: skip
    """Open and close ties, one decision for both ends: in disuse or doubt they may close, after a meeting open."""
    pairs = pair_id.size
    new = old = 0
    for q in range(pairs):
        # a tie in disuse, or a pair without one that met last month
        meeting[new] = disused[old] = q
        new += (is_open[q] == 0) & (idle[q] < 1.0)
        old += (is_open[q] != 0) & (idle[q] > p.idle_before_closing)
    for i in range(departed.size):
        if departed[i] == 0:
            continue
        for m in range(first_relationship[i], end_of_ties[i]):
            q, other = pair[ties[m]], target[ties[m]]
            listed = (idle[q] > p.idle_before_closing) | ((departed[other] != 0) & (other < i))
            if not listed:
                disused[old] = q
                old += 1
    draw_for(disused, old, 0, month, key, pair_id, listed_pair_id, listed_luck)
    for m in range(old):
        q = disused[m]
        i, j = one_end[q], other_end[q]
        closing = min(p.closing, 1.0) if idle[q] > p.idle_before_closing else 0.0
        if departed[i] | departed[j]:
            covered = 1.0
            if departed[i]:
                covered = min(covered, dose_transition_plan[i])
            if departed[j]:
                covered = min(covered, dose_transition_plan[j])
            closing = 1.0 - (1.0 - closing) * (1.0 - p.closed_by_departure * (1.0 - covered))
        if draws.unit(listed_luck[0, m]) < closing:
            idle[q] = max(idle[q], 1.0)
            set_tie(q, target, reverse, pair, local_index, is_open, first_relationship, ties, end_of_ties, neighbours)
    draw_for(meeting, new, 1, month, key, pair_id, listed_pair_id, listed_luck)
    for m in range(new):
        q = np.int64(meeting[m])
        opening = p.opened_by_meeting * (1.0 + p.sought_strengths * (1.0 - 2.0 * overlap[q]))
        went_well = (failed[q] == 0) & (failed[q + pairs] == 0)
        if went_well & (draws.unit(listed_luck[0, m]) < opening):
            idle[q] = 0.0
            set_tie(q, target, reverse, pair, local_index, is_open, first_relationship, ties, end_of_ties, neighbours)


@kernel
def draw_for(listed, count, block, month, key, pair_id, listed_pair_id, listed_luck):
    """Draw the words of the first `count` listed pairs, in the list's order, in a loop that runs wide."""
    for m in range(count):
        listed_pair_id[m] = pair_id[listed[m]]
    draws.fill(listed_luck, key, STREAM, month, listed_pair_id[:count], block)
