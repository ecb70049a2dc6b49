"""M28 Ties form and fade.

Joint meetings open ties, a trusted third refers one neighbour to another, sought-out strengths attract;
disuse and departures close them. A tie is one thing for both ends.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.numerics import inline, kernel
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


@kernel
def map_neighbours(source, target, local_index, is_open, neighbours):
    """Note each organization's open ties as bits, so that a shared neighbour is found at once."""
    neighbours[:] = np.uint64(0)
    for r in range(source.size):
        if is_open[r]:
            j = local_index[target[r]]
            neighbours[j >> np.uint32(6), source[r]] |= np.uint64(1) << np.uint64(j & np.uint32(63))


@kernel
def choose_referrers(month, key, organization_id, first_relationship, target, is_open, role, referrer):
    """Let each organization turn to one of those whom it could know, who may refer it if they have a tie."""
    for i in range(organization_id.size):
        first, end = first_relationship[i], first_relationship[i + 1]
        u = draws.uniform(key, REFERRER_STREAM, month, organization_id[i])
        r = first + np.int64(u * (end - first))
        referrer[i] = r if r < end and is_open[r] and role[target[r]] != BACKBONE else -1


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
def open_and_close(
    month, key, pair_id, pair_site, forward, backward, source, target, is_open, idle, met, failed, trust, overlap,
    departed, in_post, arrived, referrer, local_index, neighbours, contact_factor, dose_transition_plan, p,
):  # fmt: skip
    """Open and close ties, one decision for both ends."""
    for q in range(pair_id.size):
        r = forward[q]
        back = backward[q]
        i = source[r]
        j = target[r]
        if is_open[r]:
            closing = 0.0
            if idle[r] > p.idle_before_closing:
                closing = min(p.closing, 1.0)
            if departed[i] or departed[j]:
                covered = 1.0
                if departed[i]:
                    covered = min(covered, dose_transition_plan[i])
                if departed[j]:
                    covered = min(covered, dose_transition_plan[j])
                closing = 1.0 - (1.0 - closing) * (1.0 - p.closed_by_departure * (1.0 - covered))
            if closing > 0.0 and draws.uniform(key, STREAM, month, pair_id[q]) < closing:
                set_tie(0, r, back, i, j, is_open, local_index, neighbours)
        else:
            opening = 0.0
            if met[r] and failed[r] == 0 and failed[back] == 0:
                opening = p.opened_by_meeting * (1.0 + p.sought_strengths * (1.0 - 2.0 * overlap[r]))
            for end in range(2):
                me = i if end == 0 else j
                other = j if end == 0 else i
                via = referrer[me]
                if via >= 0 and in_post[me] and in_post[other]:
                    third = target[via]
                    bit = local_index[other]
                    if (neighbours[bit >> np.uint32(6), third] >> np.uint64(bit & np.uint32(63))) & np.uint64(1):
                        chance = p.referral * trust[via] * contact_factor[pair_site[q]]
                        opening = 1.0 - (1.0 - opening) * (1.0 - chance)
            if opening > 0.0 and draws.uniform(key, STREAM, month, pair_id[q], 1) < opening:
                set_tie(1, r, back, i, j, is_open, local_index, neighbours)
                idle[r] = 0.0
                idle[back] = 0.0
