"""Who is in a community: staff, strengths, commitment, the ties that exist before the run.

Everything is drawn for each replicate from the organizations' and pairs' identities, so two strategies
start from the same world. Sector profiles over the four kinds of support are assumed; they say what a
sector mostly does, not how well.

    staff_i = F_s e^(σ z) · (staff for 1,000 students · students / 1,000) / Σ partners' staff
    strength_ik = profile_sk e^(σ' z) / Σ_k profile_sk e^(σ' z),   overlap_ij = Σ_k min(strength_ik, strength_jk)
    P(tie) = density · (1 + homophily · (2 overlap_ij − 1)),   with the backbone 2 · density
    P(at the table) = logistic(logit(share) + willing_at_start · (commitment_i − mean) / mean)
    need_kg = students_g · min(1, rate_g · profile_k)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import inline, kernel
from tfs_sim.model.numerics import clip, exp, log, logistic
from tfs_sim.model.state import ACTIVE, BACKBONE, PARTNER, PROSPECT, G, K


class Parameters(NamedTuple):
    """What a community looks like before anything happens."""

    staff_per_1000: float = parameter(
        16.0,
        unit="FTE",
        plausible=(10, 24),
        grade="recalled",
        source="[nces2019]: 9 counsellors and support staff in schools; about as many in after-school and health",
        meaning="Staff who could support students, over all of a community's organizations, for 1,000 students.",
    )
    students_per_fte: float = parameter(
        35.0,
        unit="students a month",
        plausible=(25, 50),
        grade="assumed",
        meaning="Students whom one full-time person can support in a month (4–5 in ten in need are reached).",
    )
    staff_spread: float = parameter(
        0.6,
        unit="sd of log",
        plausible=(0.3, 1.0),
        domain=(0, 3),
        grade="assumed",
        meaning="How unequal organizations of a sector are in staff.",
    )
    specialization: float = parameter(
        0.5,
        unit="sd of log",
        plausible=(0.2, 1.0),
        domain=(0, 3),
        grade="assumed",
        meaning="How much an organization's strengths differ from its sector's.",
    )
    density: float = parameter(
        0.22,
        unit="share",
        plausible=(0.10, 0.35),
        grade="measured",
        source="[mccullough2016]: .30 among 41 organizations; use .15–.45 in mature partnerships, lower before one",
        meaning="Share of candidate pairs that have a tie at the start.",
    )
    homophily: float = parameter(
        0.5,
        unit="share",
        plausible=(0.0, 0.8),
        grade="assumed",
        meaning="How much more likely two organizations of like strengths are to have a tie.",
    )
    history: float = parameter(
        4.0, unit="encounters", plausible=(1, 10), grade="assumed", meaning="Evidence that a tie carries at the start."
    )
    commitment: float = parameter(
        0.45,
        unit="share",
        plausible=(0.25, 0.65),
        grade="assumed",
        meaning="Mean commitment of representatives to the shared work (`yes on their heart`).",
    )
    commitment_spread: float = parameter(
        0.18,
        unit="share",
        plausible=(0.05, 0.25),
        grade="assumed",
        meaning="Standard deviation of commitment between people.",
    )
    first_belief: float = parameter(
        0.35,
        unit="share",
        plausible=(0.1, 0.6),
        grade="assumed",
        meaning="What organizations at first believe working together gains, of what it could.",
    )
    first_effort: float = parameter(
        0.3,
        unit="share",
        plausible=(0.1, 0.5),
        grade="assumed",
        meaning="Effort of those at the table at the start, as a share of the largest that they would give.",
    )
    willing_at_start: float = parameter(
        1.5,
        unit="",
        plausible=(0, 3),
        domain=(0, 10),
        grade="assumed",
        meaning="How much likelier the committed are to be at the table at the start (0: no more than others).",
    )
    need_in_poverty: float = parameter(
        0.33,
        unit="share",
        plausible=(0.22, 0.45),
        grade="recalled",
        source="[naep2019]: 47% below basic in reading where lunch is subsidized; [cree2018]: 22% with a disorder",
        meaning="Mean share of students in poverty who need a kind of support in a month.",
    )
    need_other: float = parameter(
        0.12,
        unit="share",
        plausible=(0.06, 0.2),
        grade="recalled",
        source="[naep2019]: 21% below basic in reading among others; [cree2018]: 14–16% with a disorder",
        meaning="Mean share of other students who need a kind of support in a month.",
    )
    all_pairs_up_to: float = parameter(
        60.0,
        unit="organizations",
        plausible=(60, 60),
        domain=(0, 500),
        whole=True,
        grade="assumed",
        meaning="In sites of at most this size any two organizations may come to know each other.",
    )
    candidates: float = parameter(
        24.0,
        unit="organizations",
        plausible=(16, 32),
        domain=(2, 499),
        grade="assumed",
        meaning="In larger sites, how many others an organization could come to know, about.",
    )


MECHANISM = Mechanism(
    name="community",
    rows=(),
    title="Communities",
    summary="Draws each replicate's organizations, strengths and ties from declared identities.",
    source="[together2020]; [henig2016] on the sectors of education initiatives",
    parameters=Parameters,
    file=__name__,
)

STREAM = draws.stream("community")
TIE_STREAM = draws.stream("community ties")
PERSON_STREAM = draws.stream("person")

# rows: SECTORS; columns: NEEDS (academic, health, basic needs, family)
SECTOR_PROFILE = np.array([
    [0.70, 0.08, 0.07, 0.15],
    [0.30, 0.15, 0.30, 0.25],
    [0.05, 0.75, 0.10, 0.10],
    [0.45, 0.10, 0.35, 0.10],
    [0.10, 0.25, 0.45, 0.20],
    [0.30, 0.20, 0.25, 0.25],
    [0.65, 0.15, 0.05, 0.15],
    [0.15, 0.10, 0.25, 0.50],
])  # fmt: skip
SECTOR_STAFF = np.array([30.0, 8.0, 12.0, 3.0, 8.0, 2.0, 6.0, 2.0])
LONE, FOUR_TIMES = np.uint64(0x8000), np.uint64(0x0001000100010001)
NEED_PROFILE = np.array([1.2, 0.8, 1.1, 0.9])


@kernel
def begin_organizations(key, org, site, p_effort, p):
    """Draw staff, strengths, the first representatives, and who is at the table."""
    for i in range(org.organization_id.size):
        s = org.sector[i]
        a, b, c, _ = draws.words(key, STREAM, 0, org.organization_id[i], 0)
        org.base_fte[i] = SECTOR_STAFF[s] * exp(p.staff_spread * draws.normal(draws.unit(a)))
        org.commitment[i] = first_commitment(key, org.organization_id[i], p.commitment, p.commitment_spread)
        chance = site.at_the_table[org.site_of[i]]
        if 0.0 < chance < 1.0:
            chance = logistic(
                log(chance / (1.0 - chance)) + p.willing_at_start * (org.commitment[i] - p.commitment) / p.commitment
            )
        if org.given_joining[i] >= 0:
            chance = 1.0 if org.given_joining[i] == 0 else 0.0
        org.status[i] = ACTIVE if draws.unit(b) < chance else PROSPECT
        org.effort[i] = p.first_effort * p_effort.largest * (org.status[i] == ACTIVE)
        org.tenure[i] = np.int64(draws.unit(c) * 48.0)
        org.belief[i] = p.first_belief
        org.months_active[i] = 12 if org.status[i] == ACTIVE else 0
        w = draws.words(key, STREAM, 0, org.organization_id[i], 1)
        total = 0.0
        for k in range(K):
            org.strength[k, i] = SECTOR_PROFILE[s, k] * exp(p.specialization * draws.normal(draws.unit(w[k])))
            total += org.strength[k, i]
        for k in range(K):
            org.strength[k, i] /= total
            org.recognized[k, i] = org.strength[k, i]
    for s in range(site.first_organization.size):
        total = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.role[i] == PARTNER:
                total += org.base_fte[i]
        wanted = p.staff_per_1000 * (site.students[0, s] + site.students[1, s]) / 1000.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.role[i] == PARTNER and total > 0.0:
                org.base_fte[i] *= wanted / total
            if org.role[i] == BACKBONE:
                org.base_fte[i] = 0.0
                org.effort[i] = 0.0
                org.status[i] = ACTIVE
            if org.given_fte[i] > 0.0:
                org.base_fte[i] = org.given_fte[i]
            org.fte[i] = org.base_fte[i]


@inline
def lone_code(place):
    """Return the team code of an organization in no team: four times a number of 16 bits that nobody else has."""
    return (np.uint64(place) | LONE) * FOUR_TIMES


@inline
def sixteen_bits(code):
    """Return the first of a code's four numbers."""
    return code & np.uint64(0xFFFF)


@inline
def in_one_team(code, other):
    """Return 1 if two team codes agree in any of their four numbers, else 0 (Warren 2013: finding a zero field)."""
    differ = code ^ other
    return 1 if (differ - FOUR_TIMES) & ~differ & (LONE * FOUR_TIMES) else 0


@inline
def first_commitment(key, organization, mean, spread):
    """Return the commitment of an organization's first representative."""
    u = draws.uniform(key, PERSON_STREAM, 0, organization)
    return clip(mean + spread * draws.normal(u), 0.0, 1.0)


@kernel
def begin_relationships(key, org, rel, dyad, p):
    """Draw niche overlap, ties and their evidence."""
    pairs = dyad.pair_id.size
    for q in range(pairs):
        i, j = dyad.one_end[q], dyad.other_end[q]
        shared = 0.0
        for k in range(K):
            shared += min(org.strength[k, i], org.strength[k, j])
        dyad.overlap[q] = shared
        a, _, c, d = draws.words(key, TIE_STREAM, 0, dyad.pair_id[q], 0)
        chance = p.density * (1.0 + p.homophily * (2.0 * shared - 1.0))
        if org.role[i] == BACKBONE or org.role[j] == BACKBONE:
            chance = 2.0 * p.density
        tie_strength = rel.given_strength[q]
        open_now = draws.unit(a) < chance if tie_strength < 0.0 else tie_strength > 0.0
        dyad.is_open[q] = 1 if open_now else 0
        dyad.idle[q] = 0.0 if open_now else 60.0
        evidence = p.history * (1.0 if tie_strength < 0.0 else tie_strength) if open_now else 0.0
        for end in range(2):
            e = q + end * pairs
            kept = clip(0.7 + 0.15 * draws.normal(draws.unit(d if end == 0 else c)), 0.05, 0.95)
            rel.personal_good[e] = 0.5 * evidence * kept
            rel.personal_bad[e] = 0.5 * evidence * (1.0 - kept)
            rel.institutional_good[e] = 0.5 * evidence * kept
            rel.institutional_bad[e] = 0.5 * evidence * (1.0 - kept)


@kernel
def note_ties(org, rel, dyad):
    """List each organization's ties, and note as bits whom it has ties with, and whom it could have ties with."""
    org.neighbours[:] = np.uint64(0)
    org.candidates[:] = np.uint64(0)
    for i in range(org.end_of_ties.size):
        end = org.first_relationship[i]
        for m in range(org.first_relationship[i], org.first_relationship[i + 1]):
            r = rel.relationships[m]
            j = org.local_index[rel.target[r]]
            bit = np.uint64(1) << np.uint64(j & np.uint32(63))
            org.candidates[j >> np.uint32(6), i] |= bit
            if dyad.is_open[rel.pair[r]]:
                org.neighbours[j >> np.uint32(6), i] |= bit
                rel.ties[end] = r
                end += 1
        org.end_of_ties[i] = end


@inline
def base_need(students_of_group, group, kind, p):
    """Return how many students of a group need a kind of support in an ordinary month."""
    rate = p.need_in_poverty if group == 0 else p.need_other
    return students_of_group * min(1.0, rate * NEED_PROFILE[kind])


@kernel
def begin_sites(site, p):
    """Set needs by kind and group, and the backbone's staff."""
    for s in range(site.backbone_fte.size):
        site.backbone_fte[s] = site.base_backbone_fte[s]
        for k in range(K):
            for g in range(G):
                site.need[k, g, s] = base_need(site.students[g, s], g, k, p)
