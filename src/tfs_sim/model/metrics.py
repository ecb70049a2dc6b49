"""What is observed of each site every month, collected inside the compiled run.

Quality of a partnership is mean effective trust × alignment over its open ties; support is the FTE-weighted
aligned work that active partners give from other than grant money. Density and transitivity ask as network surveys ask:
of ties between two at the table who dealt with each other lately. Whether a partnership is alive, and how it ends, is
what `endings` tells.
"""

from __future__ import annotations

from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.ledger import has_gained
from tfs_sim.model.mechanisms.national import friction_between
from tfs_sim.model.mechanisms.outcomes import cohort_luck, indicator, outcome_gain
from tfs_sim.model.numerics import dot
from tfs_sim.model.state import ACTIVE, BACKBONE, DELAY_STAGES, G, K
from tfs_sim.model.wages import wages


@rule
def given_of_its_own(staff, income, p_money):
    """F e · (1 − paid / wages), 0 at least: staff given to the shared work that no grant pays for, FTE.

    staff: F e, given; income: paid, of pooled money, dollars.
    """
    cost = wages(staff, p_money)
    return staff * (1.0 - min(income / cost, 1.0) if cost > 0.0 else 1.0)


@kernel
def observe(month, key, org, rel, dyad, site, scratch, p_money, p_outcomes, p_ties, out):
    """Record the month of every site in `out` [month, site, metric]."""
    for s in range(out.shape[1]):  # communities; the national table comes after them
        first, end = site.first_organization[s], site.end_organization[s]
        partners = everyone = left = changed = staff = all_staff = given = unpaid = vacant = time = bids = hope = (
            written
        ) = ready = 0.0
        at_table = scratch.weighed[0]
        least = 1.0
        winning = 0.0
        for i in range(first, end):
            at_table[i] = 1.0 if org.status[i] == ACTIVE else 0.0
            if org.role[i] == BACKBONE:
                continue
            everyone += 1.0
            left += org.key_departures[i]
            changed += org.has_changed[i]
            all_staff += org.fte[i]
            bids += org.bid_hours[i]
            if org.status[i] != ACTIVE:
                ready += org.readiness[i]
                continue
            partners += 1.0
            staff += org.fte[i]
            given += org.fte[i] * org.effort[i]
            least = min(least, org.effort[i])
            winning += 1.0 if has_gained(org.ledger[i]) else 0.0
            unpaid += given_of_its_own(org.fte[i] * org.effort[i], org.grant_income[i], p_money)
            vacant += 1.0 - org.in_post[i]
            time += org.hours[i]
            hope += org.belief[i]
            written += org.documentation[i]
        all_ties, trusted, shared_ties, good, recent = look_at_ties(
            site.first_pair[s],
            site.end_pair[s],
            dyad,
            site.backbone[s],
            at_table,
            rel,
            dyad.meetings_expected,
            p_ties.recent,
        )
        needed = met = 0.0
        for k in range(K):
            for g in range(G):
                needed += site.need[k, g, s]
                met += site.served[k, g, s]
        gain = outcome_gain(s, site)
        out.partners[month, s] = partners
        out.engaged[month, s] = partners / everyone if everyone > 0.0 else 0.0
        out.trust[month, s] = trusted / all_ties if all_ties > 0.0 else 0.0
        out.quality[month, s] = good / shared_ties if shared_ties > 0.0 else 0.0
        out.support[month, s] = unpaid / staff if staff > 0.0 else 0.0
        out.effort[month, s] = given / staff if staff > 0.0 else 0.0
        out.least_effort[month, s] = least if partners > 0.0 else 0.0
        out.performance[month, s] = site.performance[s]
        out.gross_gain[month, s] = site.gross_gain[s]
        out.coverage[month, s] = met / needed if needed > 0.0 else 0.0
        out.equity_gap[month, s] = site.delay[DELAY_STAGES - 1, 1, s] - site.delay[DELAY_STAGES - 1, 0, s]
        out.outcome[month, s] = gain
        out.indicator[month, s] = indicator(gain, cohort_luck(key, site.site_id[s], month, p_outcomes), p_outcomes)
        out.alive[month, s] = 1.0 if site.dead_months[s] == 0 else 0.0
        out.coordination[month, s] = site.coordination[s]
        out.load[month, s] = site.load[s] / p_money.hours_per_fte
        out.vacancy[month, s] = vacant / partners if partners > 0.0 else 0.0
        out.density[month, s] = recent / (partners * (partners - 1.0)) if partners > 1.0 else 0.0
        out.departures[month, s] = site.departures[s]
        out.key_departures[month, s] = left
        out.changed[month, s] = changed / everyone if everyone > 0.0 else 0.0
        out.joined[month, s] = site.joined[s]
        out.withdrew[month, s] = site.withdrew[s]
        out.conflicts[month, s] = site.conflicts[s]
        out.cost[month, s] = site.spent[s] / 1000.0
        out.unpaid_backbone[month, s] = site.unpaid_backbone[s] / 1000.0
        out.unpaid_partners[month, s] = site.unpaid_partners[s] / 1000.0
        out.grants[month, s] = site.grants_received[s] / 1000.0
        out.hours[month, s] = time
        out.bid_hours[month, s] = bids
        out.staff_given[month, s] = given
        out.staff[month, s] = all_staff
        out.belief[month, s] = hope / partners if partners > 0.0 else 0.0
        out.severity[month, s] = site.severity[s]
        out.served[month, s] = met
        out.documentation[month, s] = written / partners if partners > 0.0 else 0.0
        out.agenda[month, s] = site.agenda_knowledge[s]
        out.win_win[month, s] = winning / partners if partners > 0.0 else 0.0
        out.readiness[month, s] = ready / (everyone - partners) if everyone > partners else 1.0


@kernel
def look_at_ties(first, end, dyad, backbone, at_table, rel, ties_of, months):
    """Return the ties among a site's organizations but the backbone, seen from both ends, and the trust in all of them.

    Then those between two at the table, the sum of trust × alignment over them, and those of them that met within so
    many months.
    """
    pairs = dyad.is_open.size
    one, other, tie, agreed = (
        dyad.one_end[first:end],
        dyad.other_end[first:end],
        dyad.is_open[first:end],
        dyad.alignment[first:end],
    )
    here, there, counts = rel.trust[first:end], rel.trust[pairs + first : pairs + end], ties_of[first:end]
    since = dyad.idle[first:end]
    ties = shared = recent = 0
    for n in range(counts.size):
        between = (tie[n] != 0) & (one[n] != backbone) & (other[n] != backbone)
        both = between & (at_table[one[n]] * at_table[other[n]] > 0.0)
        counts[n] = agreed[n] if both else 0.0
        shared += both
        recent += both & (since[n] < months)
    good = dot(here, counts) + dot(there, counts)
    for n in range(counts.size):
        between = (tie[n] != 0) & (one[n] != backbone) & (other[n] != backbone)
        counts[n] = 1.0 if between else 0.0
        ties += between
    return 2.0 * ties, dot(here, counts) + dot(there, counts), 2.0 * shared, good, 2.0 * recent


@kernel
def observe_stages(month, org, rel, site, out):
    """Record how far a community came in the selection, its practices, and friction between its networks."""
    for s in range(out.shape[1]):
        out.stage[month, s] = site.stage_reached[s]
        out.practice_time[month, s] = site.practice_time[s]
        total = pairs = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.affiliation[i] < 0:
                continue
            for j in range(i + 1, site.end_organization[s]):
                if org.affiliation[j] >= 0 and org.affiliation[j] != org.affiliation[i]:
                    total += friction_between(org.affiliation[i], org.affiliation[j], org, rel)
                    pairs += 1.0
        out.friction[month, s] = total / pairs if pairs > 0.0 else 0.0


@kernel
def observe_families(month, site, out):
    """Record what families do and how long they wait."""
    for s in range(out.shape[1]):
        out.family_engagement[month, s] = site.family_engagement[s]
        out.community_support[month, s] = site.community_support[s]
        out.take_up[month, s] = site.take_up[s]
        out.time_to_service[month, s] = site.time_to_service[s]


@kernel
def observe_goals(month, site, out):
    """Record how clear goals are, how much attention they get, and how far partners agree on them."""
    for s in range(out.shape[1]):
        out.clarity[month, s] = site.mean_clarity[s]
        out.attention[month, s] = site.mean_attention[s]
        out.clarity_spread[month, s] = site.clarity_spread[s]
        out.perceived_agreement[month, s] = site.perceived_agreement[s]
        out.actual_agreement[month, s] = site.actual_agreement[s]


@kernel
def observe_rules(month, site, out):
    """Record how many interventions are in force because their rule calls for them."""
    for s in range(out.shape[1]):
        out.adaptive[month, s] = site.called_for[s]
