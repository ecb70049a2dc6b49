"""Who is in a community: staff, strengths, commitment, the ties that exist before the run.

Everything is drawn for each replicate from the organizations' and pairs' identities, so two strategies
start from the same world. Sector profiles over the four kinds of support are assumed; they say what a
sector mostly does, not how well.

    staff_i = F_s e^(σ z) · staff_of_all / Σ partners' staff
    strength_ik = profile_sk e^(σ' z) / Σ_k profile_sk e^(σ' z),   overlap_ij = Σ_k min(strength_ik, strength_jk)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, Table, parameter
from tfs_sim.model.forms import inline, kernel, rule
from tfs_sim.model.mechanisms.differences import shifted
from tfs_sim.model.numerics import clip, log, logistic
from tfs_sim.model.sectors import PROFILES, SECTOR_PROFILE, SECTOR_STAFF, STAFF
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
        middle=25.0,
        plausible=(15, 40),
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
        domain=(0.01, 1),
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
    backbone_ties: float = parameter(
        2.0,
        unit="factor",
        plausible=(1, 3),
        grade="assumed",
        meaning="How much more often the backbone has a tie with an organization at the start than others have.",
    )
    personal_at_start: float = parameter(
        0.5,
        unit="share",
        plausible=(0.3, 0.8),
        grade="assumed",
        meaning="Share of first evidence that belongs to the people; the rest is on the organizations' record.",
    )
    kept_at_start: float = parameter(
        0.7,
        unit="share",
        plausible=(0.55, 0.85),
        grade="assumed",
        meaning="Mean share of kept promises in the evidence that ties carry at the start.",
    )
    kept_spread: float = parameter(
        0.15,
        unit="share",
        plausible=(0.05, 0.25),
        grade="assumed",
        meaning="Standard deviation of that share between ties.",
    )
    mixed_at_start: float = parameter(
        0.05,
        unit="share",
        plausible=(0.01, 0.1),
        domain=(0, 0.5),
        grade="assumed",
        meaning="Least share of kept, and of broken, promises in the evidence that a tie carries at the start.",
    )
    strangers_for: float = parameter(
        60.0,
        unit="months",
        plausible=(12, 120),
        grade="assumed",
        meaning="Months since two without a tie at the start have met.",
    )
    longest_tenure: float = parameter(
        48.0,
        unit="months",
        plausible=(24, 96),
        domain=(1, 480),
        whole=True,
        grade="assumed",
        meaning="First representatives have been in their posts for anything up to so long.",
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
FOUNDERS_STREAM = draws.stream("founders")
PERSON_STREAM = draws.stream("person")

NEED = Table(
    "need_profile",
    {"academic": 1.2, "health": 0.8, "basic_needs": 1.1, "family": 0.9},
    unit="factor",
    plausible=(0.5, 1.5),
    meaning="How many need a kind of support, against the mean over kinds.",
)
TABLES = (PROFILES, STAFF, NEED)
NEED_PROFILE = NEED.values


@rule
def trait(mean, spread, z):
    """μ + σ · z, in [0, 1]: a trait that is a share, of which people or organizations differ; z: standard normal."""
    return clip(mean + spread * z, 0.0, 1.0)


@rule
def staff_of_all(students, p):
    """staff_per_1000 · students / 1,000: staff for students of all of a community's partners together, FTE."""
    return p.staff_per_1000 * students / 1000.0


@rule
def chance_at_the_table(share, commitment, p):
    """Λ(logit(share) + willing_at_start · (h − m) / m): the chance to take part in the first month.

    share: of the site's organizations; commitment: h, the representative's; m: mean commitment.
    """
    if not 0.0 < share < 1.0:
        return share
    return logistic(log(share / (1.0 - share)) + p.willing_at_start * (commitment - p.commitment) / p.commitment)


@rule
def chance_of_tie(overlap, with_backbone, reach, p):
    """density · r · (1 + homophily · (2 overlap − 1)), or backbone_ties · density: the chance of a tie at the start.

    overlap: of the two niches, Σ_k min(strength_ik, strength_jk), in [0, 1]; reach: r, how many acquaintances a pair
    stands for where not all pairs can know each other.
    """
    if with_backbone:
        return p.backbone_ties * p.density
    return p.density * reach * (1.0 + p.homophily * (2.0 * overlap - 1.0))


@rule
def kept_at_first(z, p):
    """kept_at_start + kept_spread · z, in [m, 1 − m]: of first evidence, the share of kept promises; z: normal.

    m: mixed_at_start.
    """
    return clip(p.kept_at_start + p.kept_spread * z, p.mixed_at_start, 1.0 - p.mixed_at_start)


@rule
def in_need(students, rate, profile):
    """N · min(1, rate · profile): students of a group who need a kind of support in an ordinary month."""
    return students * min(1.0, rate * profile)


@kernel
def begin_organizations(key, org, site, run_in, p_effort, p):
    """Draw staff, strengths, the first representatives, and who is at the table of a partnership that is there."""
    for i in range(org.organization_id.size):
        s = org.sector[i]
        a, _, c, _ = draws.words(key, STREAM, 0, org.organization_id[i], 0)
        org.base_fte[i] = draws.lognormal(draws.unit(a), SECTOR_STAFF[s], p.staff_spread)
        first = first_commitment(key, org.organization_id[i], p.commitment, p.commitment_spread)
        org.commitment[i] = shifted(first, site.commitment_here[org.site_of[i]])
        there = site.begins[org.site_of[i]] <= -run_in
        org.status[i] = ACTIVE if there and founds(i, 0, key, org, site, p) else PROSPECT
        org.effort[i] = p.first_effort * p_effort.largest * (org.status[i] == ACTIVE)
        org.tenure[i] = np.int64(draws.unit(c) * p.longest_tenure)
        if org.given_tenure[i] >= 0:
            org.tenure[i] = org.given_tenure[i]
        org.belief[i] = p.first_belief
        org.months_active[i] = 1 if org.status[i] == ACTIVE else 0
        w = draws.words(key, STREAM, 0, org.organization_id[i], 1)
        total = 0.0
        for k in range(K):
            org.strength[k, i] = draws.lognormal(draws.unit(w[k]), SECTOR_PROFILE[s, k], p.specialization)
            total += org.strength[k, i]
        for k in range(K):
            org.strength[k, i] /= total
            org.recognized[k, i] = org.strength[k, i]
    for s in range(site.first_organization.size):
        total = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.role[i] == PARTNER:
                total += org.base_fte[i]
        wanted = staff_of_all(site.students[0, s] + site.students[1, s], p) * site.staff_here[s]
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
def first_commitment(key, organization, mean, spread):
    """Return the commitment of an organization's first representative."""
    u = draws.uniform(key, PERSON_STREAM, 0, organization)
    return trait(mean, spread, draws.normal(u))


@inline
def founds(i, month, key, org, site, p):
    """Say whether an organization is among those who are at the table when the partnership begins in a month.

    One whose file gives a month is if that has come by then.
    """
    if org.given_joining[i] >= 0:
        return org.given_joining[i] <= month
    chance = chance_at_the_table(site.at_the_table[org.site_of[i]], org.commitment[i], p)
    return draws.uniform(key, FOUNDERS_STREAM, 0, org.organization_id[i]) < chance


@kernel
def begin_relationships(key, org, rel, dyad, site, p):
    """Draw niche overlap, ties and their evidence."""
    for q in range(dyad.pair_id.size):
        i, j = dyad.one_end[q], dyad.other_end[q]
        shared = 0.0
        for k in range(K):
            shared += min(org.strength[k, i], org.strength[k, j])
        dyad.overlap[q] = shared
        a, _, _, _ = draws.words(key, TIE_STREAM, 0, dyad.pair_id[q], 0)
        backbone = org.role[i] == BACKBONE or org.role[j] == BACKBONE
        chance = chance_of_tie(shared, backbone, site.reach[dyad.pair_site[q]], p)
        tie_strength = rel.given_strength[q]
        open_now = draws.unit(a) < chance if tie_strength < 0.0 else tie_strength > 0.0
        dyad.is_open[q] = 1 if open_now else 0
        dyad.idle[q] = 0.0 if open_now else p.strangers_for
        first_evidence(q, key, rel, dyad, site.promises_here[dyad.pair_site[q]], p)


@kernel
def first_evidence(q, key, rel, dyad, here, p):
    """Draw the evidence that the pair q begins with: none if it has no tie, else as much as its strength says.

    here: by how much more promises are kept in its community than elsewhere.
    """
    pairs = dyad.pair_id.size
    c, d, _, _ = draws.words(key, TIE_STREAM, 0, dyad.pair_id[q], 1)
    tie_strength = rel.given_strength[q]
    evidence = p.history * (1.0 if tie_strength < 0.0 else tie_strength) if dyad.is_open[q] else 0.0
    for end in range(2):
        e = q + end * pairs
        kept = shifted(kept_at_first(draws.normal(draws.unit(c if end == 0 else d)), p), here)
        personal, on_record = p.personal_at_start * evidence, (1.0 - p.personal_at_start) * evidence
        rel.personal_good[e] = personal * kept
        rel.personal_bad[e] = personal * (1.0 - kept)
        rel.institutional_good[e] = on_record * kept
        rel.institutional_bad[e] = on_record * (1.0 - kept)


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
    return in_need(students_of_group, p.need_in_poverty if group == 0 else p.need_other, NEED_PROFILE[kind])


@kernel
def begin_sites(site, run_in, p):
    """Set needs by kind and group, and the backbone's staff."""
    for s in range(site.backbone_fte.size):
        site.own_backbone_fte[s] = site.base_backbone_fte[s] if site.begins[s] <= -run_in else 0.0
        site.backbone_fte[s] = site.own_backbone_fte[s]
        for k in range(K):
            for g in range(G):
                site.need[k, g, s] = base_need(site.students[g, s], g, k, p)
