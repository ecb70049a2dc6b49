"""M28 Ties form and fade.

Joint meetings open ties, a trusted third refers one neighbour to another, sought-out strengths attract;
disuse and departures close them. A tie is one thing for both ends.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.numerics import count_bits, inline, kernel
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
    month, key, organization_id, first_relationship, target, is_open, role, organization_luck, referrer
):
    """Let each organization turn to one of those whom it could know, who may refer it if they have a tie."""
    draws.fill(organization_luck, key, REFERRER_STREAM, month, organization_id)
    for i in range(organization_id.size):
        first, end = first_relationship[i], first_relationship[i + 1]
        referrer[i] = -1
        if first < end:
            r = min(first + np.int64(draws.unit(organization_luck[0, i]) * (end - first)), end - 1)
            referrer[i] = r if (is_open[r] != 0) & (role[target[r]] != BACKBONE) else -1


@inline
def set_tie(open_now, r, back, i, j, is_open, local_index, neighbours):
    """Open or close a tie at both ends, in the list and in the bits."""
    is_open[r] = open_now
    is_open[back] = open_now
    for end in range(2):
        me = i if end == 0 else j
        bit = local_index[j if end == 0 else i]
        mask = np.uint64(1) << np.uint64(bit & np.uint32(63))
        neighbours[bit >> np.uint32(6), me] ^= mask


@kernel
def refer(
    month, key, organization_id, site_of, first_organization, first_relationship, target, reverse, role, in_post,
    is_open, idle, trust, referrer, local_index, neighbours, candidates, contact_factor, p,
):  # fmt: skip
    """Let those who were asked refer the asker to each of their neighbours that it has no tie with.

    All three are sets of bits: whom the third has ties with, whom the asker could know, and does not. Relationships
    are sorted by target, so a bit's place among the asker's candidates is the place of the relationship.
    """
    for i in range(organization_id.size):
        via = referrer[i]
        if via < 0 or in_post[i] == 0:
            continue
        third = np.int64(target[via])
        first = first_organization[site_of[i]]
        chance = p.referral * trust[via] * contact_factor[site_of[i]]
        r = first_relationship[i]
        for word in range(neighbours.shape[0]):
            possible = candidates[word, i]
            shared = neighbours[word, third] & possible & ~neighbours[word, i]
            while shared:
                bit = shared & (~shared + ONE)
                shared ^= bit
                other = first + 64 * word + np.int64(count_bits(bit - ONE))
                asked = draws.mix(organization_id[i], organization_id[other])
                if in_post[other] and draws.uniform(key, REFERRAL_STREAM, month, asked) < chance:
                    mine = r + np.int64(count_bits(possible & (bit - ONE)))
                    set_tie(1, mine, reverse[mine], i, other, is_open, local_index, neighbours)
                    idle[mine] = 0.0
                    idle[reverse[mine]] = 0.0
            r += np.int64(count_bits(possible))


@kernel
def open_and_close(
    month, key, pair_id, forward, backward, one_end, other_end, is_open, idle, failed, overlap, departed, local_index,
    neighbours, meeting, dose_transition_plan, p,
):  # fmt: skip
    """Open and close ties, one decision for both ends."""
    count = 0
    for q in range(pair_id.size):
        meeting[count] = q
        r = forward[q]
        left = (departed[one_end[q]] | departed[other_end[q]]) != 0
        in_doubt = (is_open[r] != 0) & ((idle[r] > p.idle_before_closing) | left)
        may_start = (is_open[r] == 0) & (idle[r] < 1.0)  # without a tie, and met last month
        count += 1 if in_doubt | may_start else 0
    for m in range(count):
        q = meeting[m]
        r = forward[q]
        back = backward[q]
        i, j = one_end[q], other_end[q]
        if is_open[r]:
            closing = min(p.closing, 1.0) if idle[r] > p.idle_before_closing else 0.0
            if departed[i] | departed[j]:
                covered = 1.0
                if departed[i]:
                    covered = min(covered, dose_transition_plan[i])
                if departed[j]:
                    covered = min(covered, dose_transition_plan[j])
                closing = 1.0 - (1.0 - closing) * (1.0 - p.closed_by_departure * (1.0 - covered))
            if draws.uniform(key, STREAM, month, pair_id[q]) < closing:
                set_tie(0, r, back, i, j, is_open, local_index, neighbours)
                idle[r] = idle[back] = max(idle[r], 1.0)
        elif failed[r] == 0 and failed[back] == 0:
            opening = p.opened_by_meeting * (1.0 + p.sought_strengths * (1.0 - 2.0 * overlap[r]))
            if draws.uniform(key, STREAM, month, pair_id[q], 1) < opening:
                set_tie(1, r, back, i, j, is_open, local_index, neighbours)
                idle[r] = 0.0
                idle[back] = 0.0
