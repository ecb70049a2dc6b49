"""What a seat at the table is worth to an organization, and what it costs: by it they join and stay (`participation`).

A seat takes a few hours a month. What holds members of coalitions is what the table itself is to them: that they belong
to it and what they hope for, against what sitting costs (Wandersman et al. 1987), how it is led and whom they meet
there (Butterfoss et al. 1996). How much work they align is another decision (`payoff`).

    V = worth_of_the_table + m · tradition + worth of pooled money − cost_of_a_seat

with m the chance of a joint meeting, and the tradition of the community (`differences`). A table that does not meet is
worth nothing to anybody, but for money that it still shares out.
"""

from __future__ import annotations

from tfs_sim.model.forms import inline, kernel, rule
from tfs_sim.model.payoff import worth_of_money
from tfs_sim.model.state import ACTIVE, BACKBONE
from tfs_sim.model.wages import wages


@rule
def worth_of_the_table(meets, commitment, backing, belief, company, p):
    """m · (belonging · h · s + promise · b + company · t): what a seat is worth, utility.

    meets: m, the chance of a joint meeting in a month; commitment, backing: h and s, of the representative; belief: b;
    company: t, trust in neighbours at the table as far as it is coordinated and meets as usual.
    """
    return meets * (p.belonging * commitment * backing + p.promise * belief + p.company * company)


@rule
def cost_of_a_seat(accommodation, strain, p_invitation, p):
    """sitting · (1 − accommodated · a) + strain: what a seat costs, utility.

    accommodation: a, its dose (M7); strain: of what the own mission has given up (M15).
    """
    return p.sitting * (1.0 - p_invitation.accommodated * accommodation) + strain


@kernel
def weigh_seats(who, count, s, meets, org, rel, site, dose, p_invitation, p_effort, p_money, p):
    """Work out what a seat at the table of site s would be worth to the first `count` of `who`, less what it costs.

    `joining_value` [organization] receives it. Of pooled money they expect a part by their staff. meets: the chance
    of a joint meeting in a month.
    """
    usual = site.coordination[s] * site.contact_factor[s]
    staff = staff_at_the_table(s, org, site) if site.pool_payout[s] > 0.0 else 0.0
    for n in range(count):
        i = who[n]
        trusted = neighbours = 0.0
        for m in range(org.first_relationship[i], org.end_of_ties[i]):
            there = 1.0 if org.status[rel.target[rel.ties[m]]] == ACTIVE else 0.0
            neighbours += there
            trusted += there * rel.trust[rel.ties[m]]
        company = usual * trusted / max(neighbours, 1.0)
        worth = worth_of_the_table(meets, org.commitment[i], org.backing[i], org.belief[i], company, p)
        worth += meets * site.tradition_here[s]
        if staff > 0.0:
            everyone = staff + (0.0 if org.status[i] == ACTIVE else org.fte[i])
            pool = worth_of_money(site.pool_payout[s], wages(org.fte[i], p_money), p_effort)
            worth += pool * org.fte[i] / everyone
        org.joining_value[i] = worth - cost_of_a_seat(dose.accommodation[s], org.mission_strain[i], p_invitation, p)


@inline
def staff_at_the_table(s, org, site):
    """Return the partners' staff at the table of site s, FTE."""
    staff = 0.0
    for i in range(site.first_organization[s], site.end_organization[s]):
        staff += org.fte[i] if org.status[i] == ACTIVE and org.role[i] != BACKBONE else 0.0
    return staff
