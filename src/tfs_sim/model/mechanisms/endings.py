"""Joint meetings, and how partnerships end.

A partnership is alive while enough organizations of several sectors take part and meet. If one that was alive has long
not been, it has ended: broken up if most ties among those who have taken part had soured in the month in which it
stopped being alive, without a host if it had none then (`hosting`), or else faded. One that comes to life again has not
ended. One that reaches the goals that it has set itself ends with its goals met: its members part, and nobody is asked
any more. But for these goals nothing in the model follows from it: these are definitions of what is counted, and how
often partners meet.

    dead months ← 0 if is_alive, else dead months + 1;   ended once they come to `ended_after`
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.levers import recorded
from tfs_sim.model.mechanisms.trust import trust_in
from tfs_sim.model.numerics import count_bits
from tfs_sim.model.state import ACTIVE, BACKBONE, WITHDRAWN


class Parameters(NamedTuple):
    """How often partners meet, and when a partnership counts as alive and as ended."""

    least_coordination: float = parameter(
        0.02,
        unit="share",
        plausible=(0.005, 0.1),
        grade="assumed",
        meaning="Quality of coordination without which there is no joint meeting.",
    )
    meets_anyway: float = parameter(
        0.5,
        unit="share",
        plausible=(0.3, 0.7),
        grade="assumed",
        meaning="Chance of a joint meeting in a month of hardly any coordination or contact; with both it is 1.",
    )
    partners: float = parameter(
        3.0,
        unit="organizations",
        domain=(2, 500),
        whole=True,
        grade="assumed",
        meaning="Fewest organizations at the table of a partnership that is alive.",
    )
    sectors: float = parameter(
        2.0,
        unit="sectors",
        domain=(1, 8),
        whole=True,
        grade="assumed",
        meaning="Fewest sectors that they come from.",
    )
    meets_within: float = parameter(
        6.0,
        unit="months",
        domain=(1, 120),
        whole=True,
        grade="assumed",
        meaning="Months without a joint meeting after which a partnership is not alive.",
    )
    ended_after: float = parameter(
        12.0,
        unit="months",
        domain=(2, 1200),
        whole=True,
        grade="assumed",
        meaning="Months in a row without being alive after which a partnership has ended.",
    )
    soured: float = parameter(
        0.5,
        unit="share",
        grade="assumed",
        meaning="Share of ties with less trust than strangers get above which a partnership that ends has broken up.",
    )


MECHANISM = Mechanism(
    name="endings",
    rows=(),
    title="Meetings and endings",
    summary="Says whether a partnership is alive, and how one that is not has ended.",
    source="no measurement found: definitions of what is counted",
    parameters=Parameters,
    file=__name__,
    moved={"goal": "a partnership sets itself goals on what it can know, [[sites.NAME.goals]]"},
)

MEETING_STREAM = draws.stream("joint meeting")
ONE = np.uint64(1)
GOALS_MET, FADED, BROKE_UP, LOST_HOST = 1, 2, 3, 4
ENDED = ("", "goals met", "faded", "broke up", "lost its host")
"""How a partnership has ended, by what stands in `ending`."""


@rule
def chance_of_joint_meeting(coordination, contact, p):
    """w + (1 − w) · c · contact, 0 unless c > least_coordination: that partners meet this month; w: meets_anyway.

    coordination: c; contact: what a crisis leaves of it.
    """
    if coordination <= p.least_coordination:
        return 0.0
    return p.meets_anyway + (1.0 - p.meets_anyway) * coordination * contact


@rule
def is_reached(value, level, above):
    """value ≥ level, or ≤ it unless above: whether a goal is reached."""
    return value >= level if above else value <= level


@rule
def is_alive(partners, sectors, without_meeting, p):
    """n ≥ partners, m ≥ sectors, gap < meets_within: whether a partnership of n organizations of m sectors is alive.

    without_meeting: gap, months since the last joint meeting.
    """
    return partners >= p.partners and sectors >= p.sectors and without_meeting < p.meets_within


@rule
def ending_of(bitterness, hosted, p):
    """BROKE_UP if bitterness > soured, else LOST_HOST if nobody hosts it, else FADED: how one ended that set no end.

    bitterness: share of ties that held less trust than strangers get when it stopped being alive; hosted: 1 if it had
    a host then.
    """
    if bitterness > p.soured:
        return BROKE_UP
    return FADED if hosted else LOST_HOST


@kernel
def reach(month, org, site, goal, p_understanding, out):
    """Let partnerships see whether they have reached the goal that they are at; then end, or set about the next one.

    Where aims change, what was clear about them has to become clear again.
    """
    for g in range(goal.site.size):
        s = goal.site[g]
        if site.dissolved[s] or site.goals_reached[s] != goal.number[g] or month < goal.over[g]:
            continue
        value = recorded(month - goal.over[g], month, np.int64(s), goal.metric[g], out)
        if not is_reached(value, goal.level[g], goal.above[g] != 0):
            continue
        site.goals_reached[s] += 1
        if goal.ends[g]:
            site.dissolved[s] = 1
            continue
        for i in range(site.first_organization[s], site.end_organization[s]):
            org.goal_variance[i] = max(org.goal_variance[i], p_understanding.unknown_variance)


@kernel
def meet(month, key, org, site, p):
    """Hold this month's joint meeting if coordination and contact allow, and see whether the partnership is alive."""
    for s in range(site.site_id.size):
        partners = 0
        sectors = np.uint64(0)
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
                partners += 1
                sectors |= ONE << np.uint64(org.sector[i])
        chance = chance_of_joint_meeting(site.coordination[s], site.contact_factor[s], p)
        held = partners > 1 and draws.uniform(key, MEETING_STREAM, month, site.site_id[s]) < chance
        site.meeting_gap[s] = 0 if held else site.meeting_gap[s] + 1
        alive = is_alive(partners, count_bits(sectors), site.meeting_gap[s], p)
        site.dead_months[s] = 0 if alive else site.dead_months[s] + 1
        site.has_lived[s] |= np.uint8(alive)


@kernel
def end(org, rel, site, p_trust, p):
    """Tell how a partnership has ended that has long not been alive.

    Trust is looked at when it stops being alive, among all who took part: later it has faded.
    """
    stranger = trust_in(0.0, 0.0, 0.0, 0.0, 0.0, p_trust)
    for s in range(site.site_id.size):
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
            site.hosted_then[s] = site.hosted[s]
        if site.dissolved[s]:
            site.ending[s] = GOALS_MET
        elif site.dead_months[s] == np.int64(p.ended_after) and site.has_lived[s]:
            site.ending[s] = ending_of(site.bitterness[s], site.hosted_then[s], p)


@kernel
def observe(month, site, out):
    """Record whether partnerships are hosted, and how those ended that have."""
    for s in range(out.shape[1]):
        out.ended[month, s] = 1.0 if site.ending[s] > 0 else 0.0
        out.ended_goals_met[month, s] = 1.0 if site.ending[s] == GOALS_MET else 0.0
        out.ended_faded[month, s] = 1.0 if site.ending[s] == FADED else 0.0
        out.ended_broke_up[month, s] = 1.0 if site.ending[s] == BROKE_UP else 0.0
        out.ended_lost_host[month, s] = 1.0 if site.ending[s] == LOST_HOST else 0.0
        out.hosted[month, s] = site.hosted[s]
