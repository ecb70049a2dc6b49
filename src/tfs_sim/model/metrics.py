"""What is observed of each site every month, collected inside the compiled run.

Quality of a partnership is mean effective trust × alignment over its open ties; support is the FTE-weighted
effort that active partners give from other than grant money. Whether a partnership is alive, and how it ends, is what
`endings` tells.
"""

from __future__ import annotations

import numpy as np

from tfs_sim.model.declare import Metric
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.money import wages
from tfs_sim.model.mechanisms.national import friction_between
from tfs_sim.model.mechanisms.outcomes import cohort_luck, indicator, outcome_gain
from tfs_sim.model.numerics import dot
from tfs_sim.model.state import ACTIVE, BACKBONE, DELAY_STAGES, G, K

METRICS: tuple[Metric, ...] = (
    Metric("partners", "Engaged partners", "organizations", "Organizations at the table, without the backbone.",
           better="higher", decimals=1),
    Metric("engaged", "Share engaged", "share of organizations", "Share of the community's organizations at the table.",
           better="higher"),
    Metric("trust", "Trust", "0 to 1", "Mean effective trust over the open ties of the community's organizations.", better="higher",
           over="the ties in use in that month"),
    Metric("quality", "Quality of the partnership", "0 to 1", "Mean trust × alignment over open ties between partners.",
           better="higher",
           over="the ties in use in that month"),
    Metric("support", "Support", "share of staff time",
           "FTE-weighted effort that partners give from other than grant money.", better="higher", decimals=3,
           over="the partners at the table in that month"),
    Metric("effort", "Effort", "share of staff time", "FTE-weighted effort of partners.", better="higher", decimals=3,
           over="the partners at the table in that month"),
    Metric("least_effort", "Least effort", "share of staff time", "Effort of the partner that gives least: the weakest link.",
           better="higher", decimals=3,
           over="the partners at the table in that month"),
    Metric("performance", "Joint gain", "students for 1,000 in need",
           "Students served a month beyond what the same organizations would serve separately.", better="higher",
           decimals=1, hidden="it compares with what the same organizations would have served separately",
           bounds=(-np.inf, np.inf)),
    Metric("coverage", "Coverage", "share of needs met", "Students served over students in need, all kinds of support.",
           better="higher", decimals=3),
    Metric("equity_gap", "Equity gap", "share", "Outcome level of other students minus that of students in poverty.",
           summary="end", better="lower", decimals=3, hidden="it is the level behind what is measured", bounds=(-1.0, 1.0)),
    Metric("outcome", "Students' outcome", "share of students",
           "Change of the delayed outcome level since the start, over all students.", summary="end", better="higher",
           decimals=3, hidden="it is the level behind what is measured: look at indicator", bounds=(-1.0, 1.0)),
    Metric("indicator", "Measured indicator", "points", "The indicator as a district would report it, cohort luck included.",
           summary="end", better="higher", decimals=1, bounds=(-np.inf, np.inf)),
    Metric("alive", "Alive", "share of runs", "1 while at least three organizations of two sectors meet (`endings`).", summary="end",
           better="higher"),
    Metric("coordination", "Quality of coordination", "0 to 1", "Backbone hours over coordination work, at most 1.",
           better="higher"),
    Metric("load", "Backbone load", "FTE", "Coordination work of the month.", better="lower"),
    Metric("vacancy", "Vacant posts", "share of partners", "Share of partners whose representative's post is vacant.",
           better="lower", decimals=3,
           over="the partners at the table in that month"),
    Metric("density", "Density", "share of pairs", "Open ties between partners over all their pairs.", decimals=3),
    Metric("transitivity", "Transitivity", "0 to 1", "Share of open two-paths in the community that are closed."),
    Metric("departures", "Departures", "people", "Representatives who left.", summary="total", better="lower", decimals=1),
    Metric("joined", "Joined", "organizations", "Organizations that joined.", summary="total", decimals=1),
    Metric("withdrew", "Withdrew", "organizations", "Organizations that withdrew.", summary="total", better="lower",
           decimals=1),
    Metric("conflicts", "Encounters gone badly", "encounters", "Promises broken between partners.", summary="total",
           better="lower", decimals=0),
    Metric("cost", "Cost", "thousand dollars", "Money spent on interventions and the backbone.", summary="total",
           better="lower", decimals=0),
    Metric("unpaid_backbone", "Asked of the backbone and not paid", "thousand dollars",
           "What orders ask of the backbone beyond the money that it has; their doses are scaled down.", summary="total",
           better="lower", decimals=0),
    Metric("unpaid_partners", "Asked of partners and not paid", "thousand dollars",
           "What orders ask of organizations that pay themselves, beyond the money that they have.", summary="total",
           better="lower", decimals=0),
    Metric("grants", "Grant money", "thousand dollars", "Grant money received.", summary="total", decimals=0),
    Metric("hours", "Partners' hours", "hours", "Partners' staff hours for the shared work beside delivery.",
           summary="total", better="lower", decimals=0),
    Metric("bid_hours", "Hours for bids", "hours", "Staff hours spent on bids for contested grants.", summary="total",
           better="lower", decimals=0),
    Metric("staff_given", "Staff that partners give", "FTE-months", "Staff of partners times the effort that they give.",
           summary="total", decimals=0),
    Metric("staff", "Staff", "FTE", "Staff of all organizations but the backbone.", better="higher", decimals=0),
    Metric("belief", "Belief in collective efficacy", "0 to 1", "What partners believe working together gains.",
           better="higher",
           over="the partners at the table in that month"),
    Metric("severity", "Depth of the crisis", "0 to 1", "Depth of the community-wide crisis."),
    Metric("served", "Students served", "student-months", "Student-months of support delivered.", summary="total",
           better="higher", decimals=0),
    Metric("documentation", "Written procedures", "share", "Share of partners' part that is written down.",
           over="the partners at the table in that month"),
    Metric("agenda", "Common agenda", "−1 to 1", "How much of the common agenda is what works, less what does not.",
           better="higher", hidden="nobody knows beforehand what works", bounds=(-1.0, 1.0)),
    Metric("readiness", "Readiness of outsiders", "0 to 1",
           "How ready organizations that are not at the table are to be asked (1 if there are none).", better="higher",
           hidden="nobody asks those who are not at the table",
           over="the organizations that are not at the table in that month"),
    Metric("family_engagement", "Engagement of families", "0 to 1", "Engagement of parents and students in the work.",
           better="higher"),
    Metric("community_support", "Community support", "0 to 1", "Support of parents, students and neighbours.",
           better="higher"),
    Metric("take_up", "Take-up", "share", "Share of what is offered that families take up.", better="higher"),
    Metric("time_to_service", "Time to service", "weeks", "Mean wait of families whose emergencies came up.",
           better="lower", decimals=1),
    Metric("clarity", "Clarity", "0 to 1", "1 / (1 + variance of partners' estimates of the shared goals), mean.",
           better="higher",
           over="the partners at the table in that month"),
    Metric("attention", "Attention", "share", "Share of leaders' attention that the initiative gets, mean of partners.",
           better="higher",
           over="the partners at the table in that month"),
    Metric("clarity_spread", "Spread of clarity", "0 to 1", "Standard deviation of clarity between partners.",
           better="lower"),
    Metric("perceived_agreement", "Perceived agreement", "0 to 1",
           "Mean agreement of partners with what they take the shared goals to be.",
           over="the partners at the table in that month"),
    Metric("actual_agreement", "Actual agreement", "0 to 1", "Mean agreement of partners with the shared goals.",
           better="higher", hidden="partners know what they take the shared goals to be: look at perceived_agreement",
           over="the partners at the table in that month"),
    Metric("win_win", "Win-win share", "share of partners", "Share of partners who lately gained more than they gave.",
           better="higher",
           over="the partners at the table in that month"),
    Metric("fragmentation", "Fragmentation", "share of partners",
           "Partners cut off from the largest group when the best-connected partner goes; ties among partners alone.",
           better="lower"),
    Metric("ended", "Ended", "share of runs", "1 once it has not been alive for a year (`endings.ended_after`).", summary="end"),
    Metric("ended_goals_met", "Ended with goals met", "share of runs",
           "1 if it has ended, and students' outcome is at least .05 above the start (`endings.goal`).", summary="end"),
    Metric("ended_faded", "Faded", "share of runs", "1 if it has ended, neither with goals met nor in distrust.",
           summary="end", better="lower"),
    Metric("ended_broke_up", "Broke up", "share of runs",
           "1 if it has ended, and most ties between those who took part held less trust than strangers get.",
           summary="end", better="lower"),
    Metric("stage", "Stage of the selection", "stage", "Last stage of the selection at which a community was chosen.",
           summary="end", decimals=1),
    Metric("practice_time", "Time that coordination takes", "factor",
           "Factor that a community's practices make on its coordination work.", better="lower"),
    Metric("friction", "Friction between networks", "0 to 1",
           "Mean friction between the networks whose members are in the community.", better="lower"),
    Metric("adaptive", "Adaptive interventions on", "interventions",
           "Interventions in force because their rule calls for them; over a run, months times interventions.",
           summary="total", decimals=1, hidden="it counts what rules have called for"),
)  # fmt: skip

(PARTNERS, ENGAGED, TRUST, QUALITY, SUPPORT, EFFORT, LEAST_EFFORT, PERFORMANCE, COVERAGE, EQUITY_GAP, OUTCOME, INDICATOR, ALIVE,
 COORDINATION, LOAD, VACANCY, DENSITY, TRANSITIVITY, DEPARTURES, JOINED, WITHDREW, CONFLICTS, COST,
 UNPAID_BACKBONE, UNPAID_PARTNERS, GRANTS, HOURS, BID_HOURS, STAFF_GIVEN, STAFF, BELIEF, SEVERITY, SERVED, DOCUMENTATION, AGENDA, READINESS, FAMILY_ENGAGEMENT, COMMUNITY_SUPPORT,
 TAKE_UP, TIME_TO_SERVICE, CLARITY, ATTENTION, CLARITY_SPREAD, PERCEIVED_AGREEMENT, ACTUAL_AGREEMENT, WIN_WIN, FRAGMENTATION,
 ENDED, ENDED_GOALS_MET, ENDED_FADED, ENDED_BROKE_UP,
 STAGE, PRACTICE_TIME, FRICTION, ADAPTIVE) = range(len(METRICS))  # fmt: skip


@rule
def given_of_its_own(staff, income, p_money):
    """F e · (1 − paid / wages), 0 at least: staff given to the shared work that no grant pays for, FTE.

    staff: F e, given; income: paid, of pooled money, dollars.
    """
    cost = wages(staff, p_money)
    return staff * (1.0 - min(income / cost, 1.0) if cost > 0.0 else 1.0)


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
