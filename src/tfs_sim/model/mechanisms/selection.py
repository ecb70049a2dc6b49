"""M26 Planning, then selection: who is chosen, and what being chosen does.

A selection has stages (a convening, applications, planning grants, implementation grants). At each stage so many
communities are chosen from those that the stage before left, by the list that history gives or by a rule: the best
by a score, which is readiness seen with error,

    score_s = (R_s − mean R) / sd R + noise · ε_s,     R = (share at the table + trust + commitment) / 3.

Because those are chosen whose readiness or luck was high, what they do afterwards is not what the grant does: the
chosen were ahead, and part of what the score saw was luck (winner's curse: Thaler 1988; regression to the mean).
Grants and practices of a stage reach the communities that it chose. A grant may taper, and part of it may be
flexible: passed on to the partners at the table, to use as they see fit.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.numerics import clip, kernel
from tfs_sim.model.state import ACTIVE, BACKBONE


class Parameters(NamedTuple):
    """How different communities are, and how well a score sees it."""

    spread: float = parameter(
        0.08,
        unit="share",
        plausible=(0.03, 0.15),
        domain=(0, 1),
        grade="assumed",
        meaning="Standard deviation, between communities under selection, of their people's mean commitment.",
    )
    noise: float = parameter(
        1.0,
        unit="sd of readiness",
        plausible=(0.4, 2.0),
        domain=(0, 100),
        grade="assumed",
        meaning="Error of the score by which communities are chosen, against the differences between them.",
    )


MECHANISM = Mechanism(
    name="selection",
    rows=("M26",),
    title="Planning, then selection",
    summary="Communities are chosen in stages by a noisy score or by history; grants may go to those chosen.",
    source="The brief; press on the initiative: 86 applicants, 10 planning grants, 4 implementation grants",
    parameters=Parameters,
    file=__name__,
)

STREAM = draws.stream("selection")
COMMUNITY_STREAM = draws.stream("community readiness")


@kernel
def begin(key, stage_month, site_id, national_site, site_of, role, commitment, p):
    """Let communities that stand for selection differ in their people's commitment."""
    if stage_month.size == 0:
        return
    for i in range(site_of.size):
        s = site_of[i]
        if national_site[s] == 0 and role[i] != BACKBONE:
            shift = p.spread * draws.normal(draws.uniform(key, COMMUNITY_STREAM, 0, site_id[s]))
            commitment[i] = clip(commitment[i] + shift, 0.0, 1.0)


@kernel
def choose(
    month, key, site_id, stage_month, stage_places, stage_pool, stage_given, given_choice, national_site,
    first_organization, end_organization, role, status, commitment, first_relationship, target, ties, end_of_ties,
    trust, site_readiness, score, chosen, stage_reached, p,
):  # fmt: skip
    """Choose the communities of every stage that is due this month."""
    sites = site_id.size
    for g in range(stage_month.size):
        if stage_month[g] != month:
            continue
        if stage_given[g]:
            for s in range(sites):
                chosen[g, s] = given_choice[g, s]
                if chosen[g, s]:
                    stage_reached[s] = g + 1
            continue
        total = squares = candidates = 0.0
        for s in range(sites):
            if is_candidate(s, g, stage_pool, chosen, national_site):
                site_readiness[s] = how_ready(s, first_organization, end_organization, role, status, commitment,
                                         first_relationship, target, ties, end_of_ties, trust)  # fmt: skip
                total += site_readiness[s]
                squares += site_readiness[s] * site_readiness[s]
                candidates += 1.0
        if candidates == 0.0:
            continue
        mean = total / candidates
        spread = max(squares / candidates - mean * mean, 1e-12) ** 0.5
        for s in range(sites):
            luck = draws.normal(draws.uniform(key, STREAM, month, site_id[s], g))
            score[s] = (site_readiness[s] - mean) / spread + p.noise * luck
        for _ in range(stage_places[g]):
            best = -1e300
            winner = -1
            for s in range(sites):
                if chosen[g, s] == 0 and is_candidate(s, g, stage_pool, chosen, national_site) and score[s] > best:
                    best = score[s]
                    winner = s
            if winner >= 0:
                chosen[g, winner] = 1
                stage_reached[winner] = g + 1


@kernel
def is_candidate(s, g, stage_pool, chosen, national_site):
    """Say whether a community may be chosen at stage g."""
    return national_site[s] == 0 and (stage_pool[g] < 0 or chosen[stage_pool[g], s] == 1)


@kernel
def how_ready(
    s, first_organization, end_organization, role, status, commitment, first_relationship, target, ties, end_of_ties,
    trust,
):  # fmt: skip
    """Return a community's readiness: the mean of its share at the table, its trust and its people's commitment."""
    everyone = partners = willing = held = trusted = 0.0
    for i in range(first_organization[s], end_organization[s]):
        if role[i] == BACKBONE:
            continue
        everyone += 1.0
        willing += commitment[i]
        partners += 1.0 if status[i] == ACTIVE else 0.0
        for m in range(first_relationship[i], end_of_ties[i]):
            counts = 1.0 if role[target[ties[m]]] != BACKBONE else 0.0
            held += counts
            trusted += counts * trust[ties[m]]
    if everyone == 0.0:
        return 0.0
    return (partners / everyone + (trusted / held if held > 0.0 else 0.0) + willing / everyone) / 3.0
