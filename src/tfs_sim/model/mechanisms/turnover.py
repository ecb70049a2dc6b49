"""M11 Staff turnover: people leave, posts stay vacant, successors start from little.

A boundary spanner leaves with a monthly hazard by sector, raised by workload and in the first years, moved
by crises; most give notice. The post is vacant while a successor is sought (lognormal time to fill, in
whole months). The successor's understanding ramps up, backing inside the organization must be won again,
and personal evidence, which belonged to two people, is gone. Those are the brief's four delays: to hire, to
understand, to build trust, to generate support.

    vacancy = ⌈time_to_fill · e^(σ z)⌉ months,   z standard normal
    understanding ← u + (1 − u) · closed_in_a_month(ramp_time)
    backing ← b + (1 − b) · closed_in_a_month(backing_time)

Personal evidence with a person who leaves is gone but for what is handed over (M12).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, Shock, parameter
from tfs_sim.model.forms import inline, kernel, rule
from tfs_sim.model.mechanisms.community import trait
from tfs_sim.model.mechanisms.differences import shifted
from tfs_sim.model.mechanisms.fresh_start import bad_kept
from tfs_sim.model.mechanisms.smoothing import closer_by_overlap, vacancy_with_overlap
from tfs_sim.model.numerics import LN2, LN10, exp
from tfs_sim.model.state import BACKBONE


class Parameters(NamedTuple):
    """Hazards of leaving, time to fill, and the three ramps."""

    rate_district: float = parameter(
        0.17,
        unit="per year",
        plausible=(0.13, 0.20),
        domain=(0, 12),
        grade="measured",
        source="[white2023]: superintendents 14.2% (2019–21) to 17.1% (2021–23); [schwartz2022]: 13–17",
        meaning="Share of school districts' representatives who leave in a year.",
    )
    rate_nonprofit: float = parameter(
        0.19,
        unit="per year",
        plausible=(0.13, 0.37),
        domain=(0, 12),
        grade="measured",
        source="[nonprofithr2021]; [philanthropyjournal2008]: 19% (13–21); youth 37, human services 28, education 13",
        meaning="Share of nonprofits' representatives who leave in a year.",
    )
    rate_health: float = parameter(
        0.20,
        unit="per year",
        plausible=(0.15, 0.30),
        domain=(0, 12),
        grade="assumed",
        meaning="Share of health agencies' representatives who leave in a year.",
    )
    rate_business: float = parameter(
        0.15,
        unit="per year",
        plausible=(0.10, 0.25),
        domain=(0, 12),
        grade="assumed",
        meaning="Share of businesses' representatives who leave in a year.",
    )
    rate_government: float = parameter(
        0.12,
        unit="per year",
        plausible=(0.08, 0.20),
        domain=(0, 12),
        grade="assumed",
        meaning="Share of government agencies' representatives who leave in a year.",
    )
    rate_philanthropy: float = parameter(
        0.12,
        unit="per year",
        plausible=(0.08, 0.20),
        domain=(0, 12),
        grade="assumed",
        meaning="Share of funders' representatives who leave in a year.",
    )
    rate_higher_education: float = parameter(
        0.13,
        unit="per year",
        plausible=(0.08, 0.20),
        domain=(0, 12),
        grade="assumed",
        meaning="Share of colleges' representatives who leave in a year.",
    )
    rate_community_group: float = parameter(
        0.25,
        unit="per year",
        plausible=(0.15, 0.40),
        domain=(0, 12),
        grade="assumed",
        meaning="Share of parents' and community groups' representatives who leave in a year.",
    )
    rate_backbone: float = parameter(
        0.20,
        unit="per year",
        plausible=(0.12, 0.35),
        domain=(0, 12),
        grade="assumed",
        meaning="Share of backbone coordinators who leave in a year.",
    )
    workload: float = parameter(
        0.5,
        unit="share",
        plausible=(0.0, 1.0),
        domain=(0, 10),
        grade="assumed",
        meaning="By how much the hazard rises when the backbone has no time to coordinate at all.",
    )
    early_leaving: float = parameter(
        0.4,
        unit="share",
        plausible=(0.0, 1.0),
        domain=(0, 10),
        grade="assumed",
        meaning="By how much higher the hazard is for a newcomer.",
    )
    early_time: float = parameter(
        12.0,
        unit="months",
        plausible=(6, 24),
        domain=(0.1, 600),
        grade="assumed",
        meaning="Months in post in which that halves.",
    )
    wave: float = parameter(
        0.5,
        unit="share",
        plausible=(0.25, 0.75),
        grade="assumed",
        meaning="Share of representatives who leave in a month of a wave of departures of full depth.",
    )
    notice_share: float = parameter(
        0.75, unit="share", plausible=(0.5, 0.95), grade="assumed", meaning="Share of departures that are announced."
    )
    notice: float = parameter(
        2.0,
        unit="months",
        plausible=(1, 3),
        domain=(1, 24),
        whole=True,
        grade="assumed",
        meaning="Months between announcement and departure.",
    )
    time_to_fill: float = parameter(
        1.971,
        unit="months",
        plausible=(1, 4),
        domain=(0, 60),
        grade="derived",
        source="[philanthropyjournal2008]: a quarter still open at four months; lognormal, median 60 days",
        meaning="Median time to fill a post (0: filled in the month of the departure).",
    )
    time_to_fill_spread: float = parameter(
        1.03,
        unit="sd of log",
        plausible=(0.6, 1.2),
        domain=(0, 3),
        grade="derived",
        source="[philanthropyjournal2008]: a quarter still open at four months",
        meaning="Spread of the time to fill.",
    )
    first_understanding: float = parameter(
        0.25,
        unit="share",
        plausible=(0.1, 0.4),
        grade="assumed",
        meaning="How much of the initiative a successor understands on the first day.",
    )
    ramp: float = parameter(
        5.3,
        unit="months",
        plausible=(4.6, 6.0),
        domain=(0.1, 60),
        grade="measured",
        source="[mellon2003], 67 firms: 20–26 weeks for an external hire",
        meaning="Months until a successor is fully productive (90% of the way).",
    )
    first_backing: float = parameter(
        0.4,
        unit="share",
        plausible=(0.2, 0.7),
        grade="assumed",
        meaning="Support for the work inside the organization when a successor starts.",
    )
    backing_time: float = parameter(
        6.0,
        unit="months",
        plausible=(3, 12),
        domain=(0.1, 60),
        grade="assumed",
        meaning="Months until a successor has won that support again (90% of the way).",
    )
    commitment_after: float = parameter(
        0.42,
        unit="share",
        plausible=(0.25, 0.6),
        grade="assumed",
        meaning="Mean commitment of successors to the shared work; predecessors were in part chosen for it.",
    )
    commitment_spread: float = parameter(
        0.18,
        unit="share",
        plausible=(0.05, 0.25),
        grade="assumed",
        meaning="Standard deviation of commitment between successors.",
    )


MECHANISM = Mechanism(
    name="turnover",
    rows=("M11",),
    title="Staff turnover",
    summary="People leave, mostly with notice; the post is vacant while it is filled; then three ramps.",
    source="[together2020], lesson three; [philanthropyjournal2008]; [mellon2003]",
    parameters=Parameters,
    file=__name__,
)

SHOCKS = (
    Shock("departure-wave", "Wave of departures", "Representatives leave at a monthly rate that grows with the depth.",
          "turnover", "organization", lasts=3, decay=0),
    Shock("leadership-change", "Change of leadership",
          "A representative who is not about to leave goes with a chance equal to the depth, in each month of it.",
          "turnover", "organization", lasts=1, decay=0),
)  # fmt: skip

STREAM = draws.stream("turnover")
PERSON_STREAM = draws.stream("person")
FIRST_PERSON, NO_NOTICE = 0, -1


@rule
def hazard(rate, leaving_factor, coordination, p):
    """h = rate · leaving_factor · (1 + workload · (1 − c)): the monthly hazard of leaving, some years into a post.

    rate: of the sector, a month; leaving_factor: what a crisis makes of it; c: coordination, in [0, 1].
    """
    return rate * leaving_factor * (1.0 + p.workload * (1.0 - coordination))


@rule
def early_hazard(tenure, p):
    """1 + early_leaving · 2^(−tenure / early_time): the factor on a newcomer's hazard; tenure in months."""
    return 1.0 + p.early_leaving * exp(-LN2 * tenure / p.early_time)


@rule
def chance_of_leaving(hazard, depth, p):
    """1 − (1 − h)(1 − wave · depth): of leaving this month; h: hazard (1 at most); depth: of a wave of departures."""
    return 1.0 - (1.0 - min(hazard, 1.0)) * (1.0 - p.wave * depth)


@rule
def ramp_time(documentation, p_smoothing, p):
    """ramp · (1 − manual_saving · documentation): months until a successor understands nine tenths of the work."""
    return p.ramp * (1.0 - p_smoothing.manual_saving * documentation)


@rule
def closed_in_a_month(time):
    """1 − 10^(−1 / time): the share of a gap that a month closes, if nine tenths are closed after `time` months."""
    return 1.0 - exp(-LN10 / time)


@rule
def successor_commitment(z, p):
    """A trait with mean commitment_after and spread commitment_spread, in [0, 1]; z: standard normal."""
    return trait(p.commitment_after, p.commitment_spread, z)


@rule
def evidence_kept(plan, overlap, has_begun, p_smoothing):
    """1 − (1 − handed_over · plan)(1 − overlap_introductions · overlap): of what two people knew of each other.

    plan, overlap: doses of a transition plan and of overlap in the post, which counts if the successor has begun.
    """
    kept = p_smoothing.handed_over * plan
    return 1.0 - (1.0 - kept) * (1.0 - p_smoothing.overlap_introductions * overlap) if has_begun else kept


@inline
def rate_of(role, sector, p):
    """Return the share of a role's and sector's representatives who leave in a month, when nothing raises it."""
    if role == BACKBONE:
        return p.rate_backbone
    return (
        p.rate_district,
        p.rate_nonprofit,
        p.rate_health,
        p.rate_business,
        p.rate_government,
        p.rate_philanthropy,
        p.rate_higher_education,
        p.rate_community_group,
    )[sector]


@inline
def months_to_fill(u, p):
    """Return the whole months that filling a post takes."""
    return np.int64(np.ceil(draws.lognormal(u, p.time_to_fill, p.time_to_fill_spread)))


@kernel
def leave_and_arrive(month, key, org, site, dose, shock, scratch, p_smoothing, p):
    """Announce and carry out departures, fill posts, and start successors."""
    site.departures[:] = 0.0
    draws.fill(scratch.organization_luck, key, STREAM, month, org.organization_id)
    for i in range(org.organization_id.size):
        org.departed[i] = 0
        org.arrived[i] = 0
        if org.in_post[i] == 0:
            org.vacancy[i] -= 1
            if org.vacancy[i] <= 0:
                start_successor(i, key, org, site, p)
            continue
        org.tenure[i] += 1
        leaving = False
        if org.notice[i] > 0:
            org.notice[i] -= 1
            org.waiting_for[i] = max(org.waiting_for[i] - 1, 0)
            leaving = org.notice[i] == 0
        else:
            s = org.site_of[i]
            usual = rate_of(org.role[i], org.sector[i], p) * site.leaving_here[s]
            h = hazard(usual, site.leaving_factor[s], site.coordination[s], p)
            wave = shock.departure_wave[i]
            u = draws.unit(scratch.organization_luck[0, i])
            bound = chance_of_leaving(h * (1.0 + p.early_leaving), wave, p)  # most are above it, and need no exp
            if u < bound and u < chance_of_leaving(h * early_hazard(org.tenure[i], p), wave, p):
                if draws.unit(scratch.organization_luck[1, i]) < p.notice_share:
                    org.notice[i] = np.int64(p.notice)
                    org.waiting_for[i] = months_to_fill(draws.unit(scratch.organization_luck[2, i]), p)
                else:
                    leaving = True
            if draws.unit(scratch.organization_luck[3, i]) < shock.leadership_change[i]:
                leaving = True
        if leaving:
            site.departures[org.site_of[i]] += 1.0
            org.departed[i] = 1
            overlapped = dose.overlap[i] > 0.0 and org.notice[i] == 0
            org.vacancy[i] = months_to_fill(draws.unit(scratch.organization_luck[2, i]), p)
            if overlapped:
                # the search began with the notice, and the leaver stays on for a while if need be
                org.vacancy[i] = vacancy_with_overlap(org.waiting_for[i], dose.overlap[i], p_smoothing)
            org.notice[i] = NO_NOTICE
            org.in_post[i] = 0
            org.tenure[i] = 0
            org.ramp[i] = 0.0
            if org.vacancy[i] == 0:
                start_successor(i, key, org, site, p)
                if overlapped:
                    org.ramp[i] = closer_by_overlap(org.ramp[i], dose.overlap[i], p_smoothing)
                    org.backing[i] = closer_by_overlap(org.backing[i], dose.overlap[i], p_smoothing)


@inline
def start_successor(i, key, org, site, p):
    """Put the next person into the post of organization i."""
    org.person[i] += np.uint64(1)
    org.in_post[i] = 1
    org.arrived[i] = 1
    org.tenure[i] = 0
    org.ramp[i] = p.first_understanding
    org.backing[i] = p.first_backing
    u = draws.uniform(key, PERSON_STREAM, 0, draws.mix(org.organization_id[i], org.person[i]))
    org.commitment[i] = shifted(successor_commitment(draws.normal(u), p), site.commitment_here[org.site_of[i]])


@kernel
def ramp_up(org, p_smoothing, p):
    """Let understanding and backing grow; written procedures shorten the learning."""
    win = closed_in_a_month(p.backing_time)
    for i in range(org.in_post.size):
        learn = closed_in_a_month(ramp_time(org.documentation[i], p_smoothing, p))
        org.ramp[i] += org.in_post[i] * learn * (1.0 - org.ramp[i])
        org.backing[i] += org.in_post[i] * org.leader_in_post[i] * win * (1.0 - org.backing[i])


@kernel
def lose_personal_evidence(org, rel, dose, on, p_smoothing, p):
    """Take the evidence that two people had of each other when one of them leaves, but for what is handed over.

    What is bad of it leaves with a person by the mechanism of the fresh start (M13); without it, successors inherit it.
    """
    for i in range(org.departed.size):
        if org.departed[i] == 0:
            continue
        has_begun = (org.in_post[i] != 0) & (org.arrived[i] != 0)
        kept = evidence_kept(dose.transition_plan[i], dose.overlap[i], has_begun, p_smoothing)
        kept_bad = bad_kept(kept, dose.fresh_start_practice[i], on.fresh_start)
        for m in range(org.first_relationship[i], org.first_relationship[i + 1]):
            r = rel.relationships[m]
            back = rel.reverse[r]
            rel.personal_good[r] *= kept
            rel.personal_bad[r] *= kept_bad
            rel.personal_good[back] *= kept
            rel.personal_bad[back] *= kept_bad
            rel.betrayal[r] *= kept_bad
            rel.betrayal[back] *= kept_bad
