"""M26 Planning, then selection: who is chosen, and what being chosen does.

A selection has stages (a convening, applications, planning grants, implementation grants). At each stage so many
communities are chosen from those that the stage before left, by the list that history gives or by a rule: the best
by a score, which is readiness seen with error:

    chosen = the communities with the highest score_of(readiness)

Because those are chosen whose readiness or luck was high, what they do afterwards is not what the grant does: the
chosen were ahead, and part of what the score saw was luck (winner's curse: Thaler 1988; regression to the mean).
Grants and practices of a stage reach the communities that it chose. A grant may taper, and part of it may be
flexible: passed on to the partners at the table, to use as they see fit.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.numerics import clip
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
    source="[together2020]; [cis2019]: 10 planning grants, 4 implementation grants; 86 applicants by the press",
    parameters=Parameters,
    file=__name__,
)

STREAM = draws.stream("selection")
COMMUNITY_STREAM = draws.stream("community readiness")


@rule
def commitment_here(commitment, z, p):
    """c + spread · z, in [0, 1]: commitment of one of a community's people; z: standard normal, of the community."""
    return clip(commitment + p.spread * z, 0.0, 1.0)


@rule
def readiness_of(at_the_table, trust, commitment):
    """R = (share at the table + mean trust + mean commitment) / 3: how ready a community is."""
    return (at_the_table + trust + commitment) / 3.0


@rule
def score_of(readiness, mean, spread, z, p):
    """(R − mean R) / sd R + noise · z: the score by which communities are chosen; z: standard normal."""
    return (readiness - mean) / spread + p.noise * z


@kernel
def begin(key, org, site, stage, p):
    """Let communities that stand for selection differ in their people's commitment."""
    if stage.month.size == 0:
        return
    for i in range(org.site_of.size):
        s = org.site_of[i]
        if site.national_site[s] == 0 and org.role[i] != BACKBONE:
            z = draws.normal(draws.uniform(key, COMMUNITY_STREAM, 0, site.site_id[s]))
            org.commitment[i] = commitment_here(org.commitment[i], z, p)


@kernel
def choose(month, key, org, rel, site, stage, p):
    """Choose the communities of every stage that is due this month."""
    sites = site.site_id.size
    for g in range(stage.month.size):
        if stage.month[g] != month:
            continue
        if stage.given[g]:
            for s in range(sites):
                site.chosen[g, s] = site.given_choice[g, s]
                if site.chosen[g, s]:
                    site.stage_reached[s] = g + 1
            continue
        total = squares = candidates = 0.0
        for s in range(sites):
            if is_candidate(s, g, stage, site):
                site.site_readiness[s] = how_ready(s, site, org, rel)
                total += site.site_readiness[s]
                squares += site.site_readiness[s] * site.site_readiness[s]
                candidates += 1.0
        if candidates == 0.0:
            continue
        mean = total / candidates
        spread = max(squares / candidates - mean * mean, 1e-12) ** 0.5
        for s in range(sites):
            luck = draws.normal(draws.uniform(key, STREAM, month, site.site_id[s], g))
            site.score[s] = score_of(site.site_readiness[s], mean, spread, luck, p)
        for _ in range(stage.places[g]):
            best = -1e300
            winner = -1
            for s in range(sites):
                if site.chosen[g, s] == 0 and is_candidate(s, g, stage, site) and site.score[s] > best:
                    best = site.score[s]
                    winner = s
            if winner >= 0:
                site.chosen[g, winner] = 1
                site.stage_reached[winner] = g + 1


@kernel
def is_candidate(s, g, stage, site):
    """Say whether a community may be chosen at stage g."""
    return site.national_site[s] == 0 and (stage.pool[g] < 0 or site.chosen[stage.pool[g], s] == 1)


@kernel
def how_ready(s, site, org, rel):
    """Return a community's readiness: the mean of its share at the table, its trust and its people's commitment."""
    everyone = partners = willing = held = trusted = 0.0
    for i in range(site.first_organization[s], site.end_organization[s]):
        if org.role[i] == BACKBONE:
            continue
        everyone += 1.0
        willing += org.commitment[i]
        partners += 1.0 if org.status[i] == ACTIVE else 0.0
        for m in range(org.first_relationship[i], org.end_of_ties[i]):
            counts = 1.0 if org.role[rel.target[rel.ties[m]]] != BACKBONE else 0.0
            held += counts
            trusted += counts * rel.trust[rel.ties[m]]
    if everyone == 0.0:
        return 0.0
    return readiness_of(partners / everyone, trusted / held if held > 0.0 else 0.0, willing / everyone)
