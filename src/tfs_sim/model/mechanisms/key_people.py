"""Key people beside the representative: leaders and colleagues; and experience, which grows in post.

An organization has several people on whom the shared work depends: who represents it (M11), who leads it, and others in
key posts. A leader's departure costs the work some of the support that it had inside the organization; while the
leader's post is vacant that support is not won back. Colleagues' departures are counted: they are what makes staff
changes at every organization near certain within a few years, where one post each would not.

Experience grows with months in post (Argote, Beckman & Epple 1990 on learning in production) and leaves with a person.
It acts on what people do: a coordinator gets more done (M17), who broke a promise owns up sooner (M4), goals become
clear sooner (M14b). Nothing in joining, staying or surviving reads it.

    experience = 1 − 2^(−months in post / half_learned)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import inline, kernel, rule
from tfs_sim.model.mechanisms.turnover import chance_of_leaving, hazard, months_to_fill, rate_of
from tfs_sim.model.numerics import LN2, exp


class Parameters(NamedTuple):
    """Posts, what a leader's departure costs, and how fast experience grows."""

    posts: float = parameter(
        3.0,
        unit="people",
        middle=3.0,
        plausible=(3, 4),
        domain=(1, 20),
        whole=True,
        grade="assumed",
        source="[together2020]: every organization had changes within 33 months, of one post each a chance of .003",
        meaning="Key people of an organization, its representative and its leader among them.",
    )
    leader_matters: float = parameter(
        0.5,
        unit="share",
        plausible=(0.25, 0.75),
        grade="assumed",
        meaning="Share of the way to a successor's first backing that support inside falls when a leader leaves.",
    )
    half_learned: float = parameter(
        18.0,
        unit="months",
        plausible=(9, 36),
        domain=(0.1, 600),
        grade="assumed",
        source="[argote1990] for the form",
        meaning="Months in post after which half of the experience is there that there will be.",
    )


MECHANISM = Mechanism(
    name="key_people",
    rows=(),
    title="Key people and experience",
    summary="Leaders and colleagues leave, too; experience grows in post and acts on what people do.",
    source="[together2020], lesson three; [argote1990]",
    parameters=Parameters,
    file=__name__,
    needs=("turnover",),
)

LEADER_AMONG = 2
"""Key people of whom one is the leader: with fewer the representative leads."""

LEADER_STREAM = draws.stream("leaders")
COLLEAGUE_STREAM = draws.stream("colleagues")


@rule
def experience_of(tenure, p):
    """x = 1 − 2^(−m / half_learned): experience after m months in post, in [0, 1]; tenure: m."""
    return 1.0 - exp(-LN2 * tenure / p.half_learned)


@rule
def backing_without_leader(backing, first, p):
    """b + leader_matters · (b₁ − b), if that is less: support inside after a leader has left; first: b₁."""
    return backing + p.leader_matters * min(first - backing, 0.0)


@kernel
def learn(org, p):
    """Read experience off the months that representatives have been in their posts."""
    for i in range(org.experience.size):
        org.experience[i] = experience_of(np.float64(org.tenure[i]), p) * org.in_post[i]


@kernel
def change(month, key, org, site, shock, scratch, p_turnover, p):
    """Let leaders and colleagues leave, and leaders be followed."""
    most = 0
    for i in range(org.leader_in_post.size):
        org.key_departures[i] = np.float64(org.departed[i])
        most = max(most, people_of(i, org, p))
    if most >= LEADER_AMONG:
        draws.fill(scratch.organization_luck, key, LEADER_STREAM, month, org.organization_id)
    for i in range(org.leader_in_post.size):
        if people_of(i, org, p) < LEADER_AMONG:
            continue
        s = org.site_of[i]
        usual = rate_of(org.role[i], org.sector[i], p_turnover) * site.leaving_here[s]
        h = hazard(usual, site.leaving_factor[s], site.coordination[s], p_turnover)
        chance = chance_of_leaving(h, shock.departure_wave[i], p_turnover)
        scratch.leaving[i] = chance
        if org.leader_in_post[i] == 0:
            org.leader_vacancy[i] -= 1
            org.leader_in_post[i] = 1 if org.leader_vacancy[i] <= 0 else 0
        elif draws.unit(scratch.organization_luck[0, i]) < chance:
            org.leader_vacancy[i] = months_to_fill(draws.unit(scratch.organization_luck[1, i]), p_turnover)
            org.leader_in_post[i] = 1 if org.leader_vacancy[i] == 0 else 0
            org.backing[i] = backing_without_leader(org.backing[i], p_turnover.first_backing, p)
            org.key_departures[i] += 1.0
    for n in range(most - LEADER_AMONG):
        draws.fill(scratch.organization_luck, key, COLLEAGUE_STREAM, month, org.organization_id, n)
        for i in range(org.leader_in_post.size):
            if n < people_of(i, org, p) - LEADER_AMONG:
                leaves = draws.unit(scratch.organization_luck[0, i]) < scratch.leaving[i]
                org.key_departures[i] += 1.0 if leaves else 0.0
    if month >= 0:
        for i in range(org.leader_in_post.size):
            if org.key_departures[i] > 0.0:
                org.has_changed[i] = 1


@inline
def people_of(i, org, p):
    """Return how many key people organization i has: as a file says, or as all have."""
    return np.int64(p.posts) if org.given_posts[i] < 0 else np.int64(org.given_posts[i])
