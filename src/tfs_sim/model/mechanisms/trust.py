"""M1 Trust from experience: encounters end well or badly, and evidence accumulates.

Trust of i in j is the mean of a Beta distribution: prior plus promises kept over all evidence, with
exponential forgetting and a negativity bias (a broken promise weighs more than a kept one):

    T_ij = (a + G_ij) / (a + b + G_ij + B_ij),   G ← κ G + kept,   B ← κ B + ν · broken.

Whether a promise is kept depends on the other's understanding of its part, on the backbone's overload, on a
difficult history (M3) and on how clear the goals are. Contact keeps evidence from fading (M5). With κ = 1 and
ν = 1 mean trust converges to the true rate of kept promises (Jøsang & Ismail 2002; Slovic 1993 on the asymmetry).

Pairs meet in everyday life, more often if they have a tie, at the table if both take part and as far as the backbone
has time, and in the work itself if their organizations were in one team last month:

    rate_ij = [everyday + (joint or table contact) · c] · contact + work · min(effort_i, effort_j) / largest,

each times how far both representatives are there to meet. Shared work is a focus of activity that brings people
together whoever called them (Feld 1981, American J. Sociology 86:1015–1035; Homans 1950): it needs no backbone, and it
goes on in a crisis as long as the work does, because teams' output does not fall with closure either.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.contact import (
    able_to_meet,
    chance_of_any,
    contact_at_table,
    contact_in_ties,
    contact_in_work,
    presence_of,
)
from tfs_sim.model.declare import Intervention, Mechanism, Shock, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.differences import shifted
from tfs_sim.model.mechanisms.national import friction_between
from tfs_sim.model.numerics import count_bits, half_life_factor, whole_vectors
from tfs_sim.model.state import ACTIVE


class Parameters(NamedTuple):
    """Contact, reliability and memory."""

    prior_good: float = parameter(
        0.9,
        unit="encounters",
        middle=1.0,
        plausible=(0.5, 2),
        domain=(1e-6, 1e6),
        grade="recalled",
        source="[mcknight1998]: first trust is above the middle (the sign)",
        meaning="Promises kept that a stranger is credited with.",
    )
    prior_bad: float = parameter(
        0.6,
        unit="encounters",
        middle=1.0,
        plausible=(0.5, 2),
        domain=(1e-6, 1e6),
        grade="recalled",
        source="[mcknight1998]: first trust is above the middle (the sign)",
        meaning="Promises broken that a stranger is charged with.",
    )
    negativity: float = parameter(
        1.7,
        unit="",
        middle=2.0,
        plausible=(1.3, 3),
        domain=(0, 100),
        grade="assumed",
        source="[slovic1993] for the sign; losses weigh about twice as much as gains ([tversky1992])",
        meaning="Weight of a broken promise against a kept one.",
    )
    memory: float = parameter(
        30.0,
        unit="months",
        plausible=(18, 60),
        domain=(0, 1e6),
        grade="assumed",
        meaning="Half-life of personal evidence (0: never fades).",
    )
    reliability: float = parameter(
        0.94,
        unit="share",
        middle=0.92,
        plausible=(0.85, 0.97),
        grade="assumed",
        source="Set, with first trust and contact, to [mccullough2016]: .81 of four points, .75 from 0 to 1",
        meaning="Chance that a promise is kept when nothing stands in the way.",
    )
    newcomer_reliability: float = parameter(
        0.85,
        unit="share",
        middle=0.75,
        plausible=(0.5, 0.95),
        grade="assumed",
        source="Set, with first trust and contact, to [mccullough2016]: .81 of four points, .75 from 0 to 1",
        meaning="What is left of it when the representative understands nothing of the initiative yet.",
    )
    overload: float = parameter(
        0.20,
        unit="share",
        plausible=(0.05, 0.4),
        grade="assumed",
        meaning="Share of kept promises lost when the backbone has no time to coordinate at all.",
    )
    unclear_goals: float = parameter(
        0.05,
        unit="share",
        plausible=(0.02, 0.15),
        grade="assumed",
        meaning="Share of kept promises lost by one to whom the shared goals are not clear at all.",
    )
    everyday_contact: float = parameter(
        0.08,
        unit="per month",
        middle=0.06,
        plausible=(0.03, 0.12),
        domain=(0, 10),
        grade="assumed",
        meaning="Encounters a month of two organizations that have a tie, outside of the initiative.",
    )
    strangers_contact: float = parameter(
        0.02,
        unit="per month",
        plausible=(0.01, 0.04),
        domain=(0, 10),
        grade="assumed",
        meaning="Encounters a month of two organizations of a community without a tie, outside of the initiative.",
    )
    joint_contact: float = parameter(
        0.5,
        unit="per month",
        middle=0.35,
        plausible=(0.15, 0.7),
        domain=(0, 10),
        grade="assumed",
        meaning="Further encounters a month of two partners that have a tie, when coordination is good.",
    )
    table_contact: float = parameter(
        0.04,
        unit="per month",
        plausible=(0.02, 0.08),
        domain=(0, 10),
        grade="assumed",
        meaning="Encounters a month of two partners without a tie, at the table.",
    )
    work_contact: float = parameter(
        0.35,
        unit="per month",
        middle=0.25,
        plausible=(0.1, 0.5),
        domain=(0, 10),
        grade="assumed",
        source="[feld1981] for the sign",
        meaning="Encounters a month of two members of one team who give all that they would, in the work itself.",
    )
    attention: float = parameter(
        9.0,
        unit="relationships",
        plausible=(6, 14),
        domain=(0.1, 1e6),
        grade="assumed",
        meaning="Relationships that one representative can keep up; with more, there is less contact in each.",
    )
    convening_gain: float = parameter(
        0.8,
        unit="share",
        plausible=(0.3, 1.5),
        domain=(0, 10),
        grade="assumed",
        meaning="By how much convenings at full dose raise partners' contact.",
    )
    convening_care: float = parameter(
        0.3,
        unit="share",
        plausible=(0.1, 0.5),
        grade="assumed",
        meaning="Share of broken promises that facilitated convenings at full dose avert.",
    )
    scandal: float = parameter(
        6.0,
        unit="encounters",
        plausible=(2, 12),
        domain=(0, 1000),
        grade="assumed",
        meaning="Broken promises that a scandal of full depth at an organization is worth to all who know of it.",
    )


MECHANISM = Mechanism(
    name="trust",
    rows=("M1",),
    title="Trust from experience",
    summary="Encounters end well or badly; evidence accumulates, fades, and bad news weighs more.",
    source="[josang2002] (Beta reputation); [slovic1993]; [feld1981]",
    parameters=Parameters,
    file=__name__,
)

INTERVENTIONS = (
    Intervention("trust-building-convenings", "Trust-building convenings",
                 "Facilitated meetings at which partners come to know each other's work.",
                 "trust", "site", "share of a monthly convening", 0.5, 1.0, cost=6000, hours=0, payer="funder"),
)  # fmt: skip

SHOCKS = (
    Shock("scandal", "Scandal", "Wrongdoing at an organization becomes known: everyone takes note, friend or stranger.",
          "trust", "organization", lasts=1, decay=0),
)  # fmt: skip

STREAM = draws.stream("encounter")


@rule
def trust_in(kept, kept_on_record, broken, broken_on_record, betrayal, p):
    """T = (a + G) / (a + b + G + B): the mean of a Beta distribution (Jøsang & Ismail 2002).

    G = kept + kept on record, B = broken + broken on record + betrayal, encounters; a, b: prior_good, prior_bad.
    """
    good = p.prior_good + kept + kept_on_record
    return good / (good + p.prior_bad + broken + broken_on_record + betrayal)


@rule
def recorded_share(documentation, its_documentation, on_institutional_trust, p_institutional_trust):
    """recorded + (recorded_in_writing − recorded) · mean documentation: of an encounter's evidence, kept on record."""
    more = p_institutional_trust.recorded_in_writing - p_institutional_trust.recorded
    written = 0.5 * (documentation + its_documentation)
    return on_institutional_trust * (p_institutional_trust.recorded + more * written)


@rule
def kept_in_mind(met, on_communication, p_communication, p):
    """κ + freshness · (1 − κ) · met, κ = 2^(−1/memory): the share of personal evidence that outlasts a month.

    met: 1 if the two met last month.
    """
    keep = half_life_factor(p.memory)
    return keep + on_communication * p_communication.freshness * (1.0 - keep) * met


@rule
def reliability_of(ramp, clarity, p):
    """reliability · (n + (1 − n) · ramp) · (1 − unclear_goals · (1 − clarity)): the chance of keeping a promise.

    n: newcomer_reliability; ramp: the representative's understanding; clarity: of the shared goals.
    """
    return (
        p.reliability
        * (p.newcomer_reliability + (1.0 - p.newcomer_reliability) * ramp)
        * (1.0 - p.unclear_goals * (1.0 - clarity))
    )


@rule
def circumstances(coordination, at_table, rivalry, p_national, p):
    """(1 − overload · (1 − c) · at_table) · (1 − conflict · rivalry): what overload and rival networks leave of it.

    at_table: 1 if both take part; rivalry: friction between the two national networks.
    """
    return (1.0 - p.overload * (1.0 - coordination) * at_table) * (1.0 - p_national.conflict * rivalry)


@rule
def averted(convenings, recognition, p_strengths, p):
    """1 − (1 − convening_care · dose)(1 − respect · recognition): of failures at the table, those that care averts."""
    return 1.0 - (1.0 - p.convening_care * convenings) * (1.0 - p_strengths.respect * recognition)


@rule
def misread(idle, on_communication, p_communication):
    """misreading · min(m, worst_after) / worst_after: of promises kept, those that m months of silence let misread.

    idle: m.
    """
    worst = p_communication.misread_worst_after
    return on_communication * p_communication.misreading * min(idle, worst) / worst


@rule
def chance_of_keeping(reliability, circumstances, grievance, averted, misread, p_histories):
    """(π + (1 − π) · averted)(1 − misread), π = reliability · circumstances · (1 − broken_promises · grievance)."""
    kept = reliability * circumstances * (1.0 - p_histories.broken_promises * grievance)
    return (kept + (1.0 - kept) * averted) * (1.0 - misread)


@kernel
def weigh_presence(org, site, p):
    """Work out, once for each organization, how present and how reliable its representative is.

    Presence is negative where an organization is not at the table: one number says both.
    """
    for i in range(org.in_post.size):
        ties = 0.0
        for word in range(org.neighbours.shape[0]):
            ties += np.float64(count_bits(org.neighbours[word, i]))
        chance = presence_of(org.in_post[i], ties, p)
        org.presence[i] = chance if org.status[i] == ACTIVE else -chance
        org.contacts[i] = 0.0
        org.contacts_at_table[i] = 0.0
    for i in range(org.in_post.size):
        usual = reliability_of(org.ramp[i], org.clarity[i], p)
        org.reliability[i] = shifted(usual, site.promises_here[org.site_of[i]])


@kernel
def fade(rel, dyad, on, p_communication, p_institutional_trust, p):
    """Let a month's forgetting pass over all evidence, less of it where the two met last month."""
    keep_on_record = half_life_factor(p_institutional_trust.memory)
    pairs = dyad.met.size
    for end in range(2):
        both = slice(end * pairs, (end + 1) * pairs)
        good, bad, broke = rel.personal_good[both], rel.personal_bad[both], rel.failed[both]
        for q in range(good.size):
            left = kept_in_mind(dyad.met[q], on.communication, p_communication, p)
            good[q] *= left
            bad[q] *= left
            broke[q] = 0
    for r in range(rel.institutional_good.size):
        rel.institutional_good[r] *= keep_on_record
        rel.institutional_bad[r] *= keep_on_record
    for q in range(pairs):
        dyad.idle[q] += 1.0
        dyad.met[q] = 0


@kernel
def draw_luck(month, key, dyad):
    """Draw every pair's words of the month, in a loop of its own that runs wide."""
    draws.fill(dyad.luck, key, STREAM, month, dyad.pair_id)


@kernel
def weigh_contact(org, rel, dyad, site, dose, p_histories, p_communication, p_effort, p):
    """Work out how often every pair may be expected to meet this month."""
    pairs = dyad.is_open.size
    for s in range(site.first_pair.size):
        convenings = dose.trust_building_convenings[s]
        tied = contact_in_ties(
            convenings, dose.steady_communication[s], site.coordination[s], site.contact_factor[s], p_communication, p
        )
        free = contact_at_table(convenings, site.coordination[s], site.contact_factor[s], p)
        everyday = p.everyday_contact * site.contact_factor[s]
        by_chance = p.strangers_contact * site.reach[s] * site.contact_factor[s]
        free *= site.reach[s]
        first, end = site.first_pair[s], site.end_pair[s]
        one, other, have_tie = dyad.one_end[first:end], dyad.other_end[first:end], dyad.is_open[first:end]
        here, there = rel.grievance[first:end], rel.grievance[pairs + first : pairs + end]
        expected = dyad.meetings_expected[first:end]
        for n in range(expected.size):
            mine, its = org.presence[one[n]], org.presence[other[n]]
            both = 1.0 if (mine > 0.0) & (its > 0.0) else 0.0
            anyway, further = (everyday, tied) if have_tie[n] else (by_chance, free)
            able = able_to_meet(mine, its, here[n], there[n], p_histories)
            expected[n] = (anyway + further * both) * able
    for m in range(pairs):
        q = np.int64(dyad.teammates[m])  # as of last month
        if q >= pairs:
            break
        i, j = dyad.one_end[q], dyad.other_end[q]
        both = 1.0 if (org.presence[i] > 0.0) & (org.presence[j] > 0.0) else 0.0
        able = able_to_meet(org.presence[i], org.presence[j], rel.grievance[q], rel.grievance[q + pairs], p_histories)
        dyad.meetings_expected[q] += contact_in_work(org.effort[i], org.effort[j], p_effort, p) * both * able


@kernel
def list_meetings(dyad):
    """List the pairs that meet this month; the list ends with a number that is no pair's."""
    count = 0
    for q in range(dyad.meetings_expected.size):
        expected = dyad.meetings_expected[q]
        dyad.meeting[count], dyad.meetings_expected[count] = q, expected
        count += 1 if draws.unit(dyad.luck[0, q]) < expected else 0  # the chance, 1 − exp(−x), is below x
    chance = dyad.meetings_expected[: whole_vectors(count, dyad.meeting.size)]
    for m in range(chance.size):
        chance[m] = chance_of_any(chance[m])
    met = 0
    for m in range(count):
        q = dyad.meeting[m]
        dyad.meeting[met] = q
        met += 1 if draws.unit(dyad.luck[0, q]) < chance[m] else 0
    if met < dyad.meeting.size:
        dyad.meeting[met] = dyad.meeting.size


@kernel
def encounter(
    org, rel, dyad, site, dose, on, p_institutional_trust, p_national, p_strengths, p_histories, p_communication, p
):
    """Let promises be kept or broken by those who meet, and both ends take note."""
    site.conflicts[:] = 0.0
    broken = 0
    pairs = dyad.meeting.size
    for m in range(pairs):
        q = np.int64(dyad.meeting[m])
        if q >= pairs:
            break
        i, j = dyad.one_end[q], dyad.other_end[q]
        s = dyad.pair_site[q]
        both = 1.0 if (org.status[i] == ACTIVE) & (org.status[j] == ACTIVE) else 0.0
        org.contacts[i] += 1.0
        org.contacts[j] += 1.0
        org.contacts_at_table[i] += both
        org.contacts_at_table[j] += both
        recorded = recorded_share(
            org.documentation[i], org.documentation[j], on.institutional_trust, p_institutional_trust
        )
        rivalry = friction_between(org.affiliation[i], org.affiliation[j], org, rel)
        given = circumstances(site.coordination[s], both, rivalry, p_national, p)
        care = averted(dose.trust_building_convenings[s], site.recognition[s], p_strengths, p) * both
        failures = 0.0
        late = misread(dyad.idle[q] - 1.0, on.communication, p_communication)
        dyad.met[q] = 1
        dyad.idle[q] = 0.0
        for end in range(2):
            e = q + end * pairs
            other = j if end == 0 else i
            kept = chance_of_keeping(org.reliability[other], given, rel.grievance[e], care, late, p_histories)
            good = 1.0 if draws.unit(dyad.luck[1 + end, q]) < kept else 0.0
            bad = p.negativity * (1.0 - good)
            rel.personal_good[e] += good * (1.0 - recorded)
            rel.institutional_good[e] += good * recorded
            rel.personal_bad[e] += bad * (1.0 - recorded)
            rel.institutional_bad[e] += bad * recorded
            rel.failed[e] = good == 0.0
            failures += 1.0 - good
        site.conflicts[s] += both * failures
        dyad.meeting[broken] = q  # the list becomes that of the pairs in which somebody failed, to be mended (M4)
        broken += 1 if failures > 0.0 else 0
    if broken < pairs:
        dyad.meeting[broken] = pairs


@kernel
def break_scandals(org, rel, shock, on, p):
    """Let everyone who could know an organization take note of its scandal, on the record if there is one."""
    for i in range(shock.scandal.size):
        if shock.scandal[i] <= 0.0:
            continue
        worth = p.scandal * shock.scandal[i]
        for m in range(org.first_relationship[i], org.first_relationship[i + 1]):
            back = rel.reverse[rel.relationships[m]]
            rel.institutional_bad[back] += worth * on.institutional_trust
            rel.personal_bad[back] += worth * (1.0 - on.institutional_trust)


@kernel
def update(rel, p):
    """Read effective trust off all evidence."""
    for r in range(rel.trust.size):
        rel.trust[r] = trust_in(
            rel.personal_good[r],
            rel.institutional_good[r],
            rel.personal_bad[r],
            rel.institutional_bad[r],
            rel.betrayal[r],
            p,
        )
