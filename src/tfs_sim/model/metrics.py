"""What is observed of each site every month, collected inside the compiled run.

Quality of a partnership is mean effective trust × alignment over its open ties; support is the FTE-weighted
effort that active partners give from other than grant money; a partnership is alive with at least three
active organizations of at least two sectors and a joint meeting within six months.
"""

from __future__ import annotations

from tfs_sim.model import draws
from tfs_sim.model.declared_metrics import METRICS
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.money import wages
from tfs_sim.model.mechanisms.national import friction_between
from tfs_sim.model.mechanisms.outcomes import cohort_luck, indicator, outcome_gain
from tfs_sim.model.mechanisms.trust import trust_in
from tfs_sim.model.numerics import dot
from tfs_sim.model.state import ACTIVE, BACKBONE, DELAY_STAGES, WITHDRAWN, G, K

(PARTNERS, ENGAGED, TRUST, QUALITY, SUPPORT, EFFORT, LEAST_EFFORT, PERFORMANCE, COVERAGE, EQUITY_GAP, OUTCOME, INDICATOR, ALIVE,
 COORDINATION, LOAD, VACANCY, DENSITY, TRANSITIVITY, DEPARTURES, JOINED, WITHDREW, CONFLICTS, COST,
 UNPAID_BACKBONE, UNPAID_PARTNERS, GRANTS, HOURS, BID_HOURS, STAFF_GIVEN, STAFF, BELIEF, SEVERITY, SERVED, DOCUMENTATION, AGENDA, READINESS, FAMILY_ENGAGEMENT, COMMUNITY_SUPPORT,
 TAKE_UP, TIME_TO_SERVICE, CLARITY, ATTENTION, CLARITY_SPREAD, PERCEIVED_AGREEMENT, ACTUAL_AGREEMENT, WIN_WIN, FRAGMENTATION,
 ENDED, ENDED_GOALS_MET, ENDED_FADED, ENDED_BROKE_UP,
 STAGE, PRACTICE_TIME, FRICTION, ADAPTIVE) = range(len(METRICS))  # fmt: skip

MEETING_STREAM = draws.stream("joint meeting")
MONTHS_UNTIL_ENDED = 12
GOAL = 0.05  # change of students' outcome from which goals count as met
GOALS_MET, FADED, BROKE_UP = 1, 2, 3


@rule
def chance_of_joint_meeting(coordination, contact):
    """½ + ½ · c · contact if coordination c is above .02, else 0: that partners meet together this month."""
    return 0.5 + 0.5 * coordination * contact if coordination > 0.02 else 0.0


@rule
def given_of_its_own(staff, income, p_money):
    """F e · (1 − paid / wages), 0 at least: staff given to the shared work that no grant pays for, FTE.

    staff: F e, given; income: paid, of pooled money, dollars.
    """
    cost = wages(staff, p_money)
    return staff * (1.0 - min(income / cost, 1.0) if cost > 0.0 else 1.0)


@kernel
def meet(month, key, org, site):
    """Hold this month's joint meeting if coordination and contact allow, and see whether the partnership is alive."""
    for s in range(site.site_id.size):
        partners = 0
        sectors = 0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
                partners += 1
                sectors |= 1 << org.sector[i]
        chance = chance_of_joint_meeting(site.coordination[s], site.contact_factor[s])
        held = partners >= 2 and draws.uniform(key, MEETING_STREAM, month, site.site_id[s]) < chance
        site.meeting_gap[s] = 0 if held else site.meeting_gap[s] + 1
        alive = partners >= 3 and (sectors & (sectors - 1)) != 0 and site.meeting_gap[s] < 6
        site.dead_months[s] = 0 if alive else site.dead_months[s] + 1


@kernel
def end(month, org, rel, site, p_trust, out):
    """Tell how a partnership has ended after a year without being alive: goals met, faded or broke up.

    Trust is looked at when it stops being alive, among all who took part: a year later it has faded.
    """
    stranger = trust_in(0.0, 0.0, 0.0, 0.0, 0.0, p_trust)
    for s in range(out.shape[1]):
        if site.dead_months[s] == 0:
            site.ending[s] = 0
        if site.dead_months[s] == 1:
            held = below = 0.0
            for i in range(site.first_organization[s], site.end_organization[s]):
                if org.role[i] == BACKBONE or (org.status[i] != ACTIVE and org.status[i] != WITHDRAWN):
                    continue
                for m in range(org.first_relationship[i], org.end_of_ties[i]):
                    j = rel.target[rel.ties[m]]
                    if org.role[j] != BACKBONE and (org.status[j] == ACTIVE or org.status[j] == WITHDRAWN):
                        held += 1.0
                        below += 1.0 if rel.trust[rel.ties[m]] < stranger else 0.0
            site.bitterness[s] = below / held if held > 0.0 else 0.0
        if site.dead_months[s] == MONTHS_UNTIL_ENDED:
            if outcome_gain(s, site) >= GOAL:
                site.ending[s] = GOALS_MET
            else:
                site.ending[s] = BROKE_UP if site.bitterness[s] > 0.5 else FADED
        row = out[month, s]
        row[ENDED] = 1.0 if site.ending[s] > 0 else 0.0
        row[ENDED_GOALS_MET] = 1.0 if site.ending[s] == GOALS_MET else 0.0
        row[ENDED_FADED] = 1.0 if site.ending[s] == FADED else 0.0
        row[ENDED_BROKE_UP] = 1.0 if site.ending[s] == BROKE_UP else 0.0


@kernel
def observe(month, key, org, rel, dyad, site, scratch, p_money, p_outcomes, out):
    """Record the month of every site in `out` [month, site, metric]."""
    for s in range(out.shape[1]):  # communities; the national table comes after them
        first, end = site.first_organization[s], site.end_organization[s]
        partners = everyone = staff = all_staff = given = unpaid = vacant = time = bids = hope = written = ready = 0.0
        at_table = scratch.weighed[0]
        least = 1.0
        winning = 0.0
        for i in range(first, end):
            at_table[i] = 1.0 if org.status[i] == ACTIVE else 0.0
            if org.role[i] == BACKBONE:
                continue
            everyone += 1.0
            all_staff += org.fte[i]
            bids += org.bid_hours[i]
            if org.status[i] != ACTIVE:
                ready += org.readiness[i]
                continue
            partners += 1.0
            staff += org.fte[i]
            given += org.fte[i] * org.effort[i]
            least = min(least, org.effort[i])
            winning += 1.0 if org.ledger[i] > 0.0 else 0.0
            unpaid += given_of_its_own(org.fte[i] * org.effort[i], org.grant_income[i], p_money)
            vacant += 1.0 - org.in_post[i]
            time += org.hours[i]
            hope += org.belief[i]
            written += org.documentation[i]
        all_ties, trusted, shared_ties, good = look_at_ties(
            site.first_pair[s], site.end_pair[s], dyad, site.backbone[s], at_table, rel, dyad.meetings_expected
        )
        needed = met = 0.0
        for k in range(K):
            for g in range(G):
                needed += site.need[k, g, s]
                met += site.served[k, g, s]
        gain = outcome_gain(s, site)
        row = out[month, s]
        row[PARTNERS] = partners
        row[ENGAGED] = partners / everyone if everyone > 0.0 else 0.0
        row[TRUST] = trusted / all_ties if all_ties > 0.0 else 0.0
        row[QUALITY] = good / shared_ties if shared_ties > 0.0 else 0.0
        row[SUPPORT] = unpaid / staff if staff > 0.0 else 0.0
        row[EFFORT] = given / staff if staff > 0.0 else 0.0
        row[LEAST_EFFORT] = least if partners > 0.0 else 0.0
        row[PERFORMANCE] = site.performance[s]
        row[COVERAGE] = met / needed if needed > 0.0 else 0.0
        row[EQUITY_GAP] = site.delay[DELAY_STAGES - 1, 1, s] - site.delay[DELAY_STAGES - 1, 0, s]
        row[OUTCOME] = gain
        row[INDICATOR] = indicator(gain, cohort_luck(key, site.site_id[s], month, p_outcomes), p_outcomes)
        row[ALIVE] = 1.0 if site.dead_months[s] == 0 else 0.0
        row[COORDINATION] = site.coordination[s]
        row[LOAD] = site.load[s] / p_money.hours_per_fte
        row[VACANCY] = vacant / partners if partners > 0.0 else 0.0
        row[DENSITY] = shared_ties / (partners * (partners - 1.0)) if partners > 1.0 else 0.0
        row[DEPARTURES] = site.departures[s]
        row[JOINED] = site.joined[s]
        row[WITHDREW] = site.withdrew[s]
        row[CONFLICTS] = site.conflicts[s]
        row[COST] = site.spent[s] / 1000.0
        row[UNPAID_BACKBONE] = site.unpaid_backbone[s] / 1000.0
        row[UNPAID_PARTNERS] = site.unpaid_partners[s] / 1000.0
        row[GRANTS] = site.grants_received[s] / 1000.0
        row[HOURS] = time
        row[BID_HOURS] = bids
        row[STAFF_GIVEN] = given
        row[STAFF] = all_staff
        row[BELIEF] = hope / partners if partners > 0.0 else 0.0
        row[SEVERITY] = site.severity[s]
        row[SERVED] = met
        row[DOCUMENTATION] = written / partners if partners > 0.0 else 0.0
        row[AGENDA] = site.agenda_knowledge[s]
        row[WIN_WIN] = winning / partners if partners > 0.0 else 0.0
        row[READINESS] = ready / (everyone - partners) if everyone > partners else 1.0


@kernel
def look_at_ties(first, end, dyad, backbone, at_table, rel, ties_of):
    """Return the ties among a site's organizations but the backbone, seen from both ends, and the trust in all of them.

    Then those between two at the table, and the sum of trust × alignment over them.
    """
    pairs = dyad.is_open.size
    one, other, tie, agreed = (
        dyad.one_end[first:end],
        dyad.other_end[first:end],
        dyad.is_open[first:end],
        dyad.alignment[first:end],
    )
    here, there, counts = rel.trust[first:end], rel.trust[pairs + first : pairs + end], ties_of[first:end]
    ties = shared = 0
    for n in range(counts.size):
        between = (tie[n] != 0) & (one[n] != backbone) & (other[n] != backbone)
        both = between & (at_table[one[n]] * at_table[other[n]] > 0.0)
        counts[n] = agreed[n] if both else 0.0
        shared += both
    good = dot(here, counts) + dot(there, counts)
    for n in range(counts.size):
        between = (tie[n] != 0) & (one[n] != backbone) & (other[n] != backbone)
        counts[n] = 1.0 if between else 0.0
        ties += between
    return 2.0 * ties, dot(here, counts) + dot(there, counts), 2.0 * shared, good


@kernel
def observe_stages(month, org, rel, site, out):
    """Record how far a community came in the selection, its practices, and friction between its networks."""
    for s in range(out.shape[1]):
        row = out[month, s]
        row[STAGE] = site.stage_reached[s]
        row[PRACTICE_TIME] = site.practice_time[s]
        total = pairs = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.affiliation[i] < 0:
                continue
            for j in range(i + 1, site.end_organization[s]):
                if org.affiliation[j] >= 0 and org.affiliation[j] != org.affiliation[i]:
                    total += friction_between(org.affiliation[i], org.affiliation[j], org, rel)
                    pairs += 1.0
        row[FRICTION] = total / pairs if pairs > 0.0 else 0.0


@kernel
def observe_families(month, site, out):
    """Record what families do and how long they wait."""
    for s in range(out.shape[1]):
        row = out[month, s]
        row[FAMILY_ENGAGEMENT] = site.family_engagement[s]
        row[COMMUNITY_SUPPORT] = site.community_support[s]
        row[TAKE_UP] = site.take_up[s]
        row[TIME_TO_SERVICE] = site.time_to_service[s]


@kernel
def observe_goals(month, site, out):
    """Record how clear goals are, how much attention they get, and how far partners agree on them."""
    for s in range(out.shape[1]):
        row = out[month, s]
        row[CLARITY] = site.mean_clarity[s]
        row[ATTENTION] = site.mean_attention[s]
        row[CLARITY_SPREAD] = site.clarity_spread[s]
        row[PERCEIVED_AGREEMENT] = site.perceived_agreement[s]
        row[ACTUAL_AGREEMENT] = site.actual_agreement[s]


@kernel
def observe_rules(month, site, out):
    """Record how many interventions are in force because their rule calls for them."""
    for s in range(out.shape[1]):
        out[month, s, ADAPTIVE] = site.called_for[s]
