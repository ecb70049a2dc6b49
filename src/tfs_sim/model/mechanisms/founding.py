"""Founding: partnerships begin, and files say how things are in the first month.

What a community is like before anyone begins is what it has become by itself: ties, histories, staff, beliefs at rest
(`Template.run_in`). A partnership that is there already has run with it. One that begins later begins from an empty
table, with whom its lead organization brings together; they have given nothing yet, and nobody knows more of it than
the file says.

    backbone's own staff = 0 before `begins`, what the file gives from then on
    P(is among the founders) = chance_at_the_table   (`community`)
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Mechanism
from tfs_sim.model.forms import kernel
from tfs_sim.model.mechanisms.community import first_evidence, founds
from tfs_sim.model.mechanisms.ties import set_tie
from tfs_sim.model.state import ACTIVE, BACKBONE


class Parameters(NamedTuple):
    """None: who founds a partnership is what its file says."""


MECHANISM = Mechanism(
    name="founding",
    rows=(),
    title="Founding",
    summary="Partnerships begin from an empty table, and files say how things are in month 0.",
    source="[together2020]; [kania2011] on backbone organizations",
    parameters=Parameters,
    file=__name__,
)


@kernel
def found(month, key, org, site, run_in, p_community):
    """Let partnerships begin: their backbone has its staff, and those who found them are at the table, as newcomers."""
    for s in range(site.begins.size):
        if month != site.begins[s] or month == -run_in:  # those of the first month of all are there already
            continue
        site.own_backbone_fte[s] = site.base_backbone_fte[s]
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.role[i] == BACKBONE or org.status[i] == ACTIVE:
                continue
            if founds(i, max(month, 0), key, org, site, p_community):
                org.status[i] = ACTIVE
                org.months_active[i] = 0
                site.recent_joins[s] += 1.0


@kernel
def take_as_given(month, key, org, rel, dyad, site, run_in, p_community):
    """In month 0, after a run-in: seat those and set the ties of which a file says how they are then."""
    if month != 0 or run_in == 0:
        return
    for i in range(org.status.size):
        if org.given_tenure[i] >= 0 and org.in_post[i]:
            org.tenure[i] = org.given_tenure[i]
        if org.given_joining[i] == 0 and org.status[i] != ACTIVE and site.begins[org.site_of[i]] <= 0:
            org.status[i] = ACTIVE
            org.months_active[i] = 0
    for q in range(dyad.pair_id.size):
        if rel.given_strength[q] < 0.0:
            continue
        open_now = rel.given_strength[q] > 0.0
        if (dyad.is_open[q] != 0) != open_now:
            set_tie(q, rel, org, dyad)
        dyad.idle[q] = 0.0 if open_now else max(dyad.idle[q], 1.0)
        first_evidence(q, key, rel, dyad, site.promises_here[dyad.pair_site[q]], p_community)
