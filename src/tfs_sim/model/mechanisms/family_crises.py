"""M23 Individual crises: a family's emergency reaches some organization, and a network passes it on.

Emergencies arrive at random at organizations that have a representative, the backbone apart, their kind in proportion
to current needs. Whoever holds a case serves it if the kind is a strength of its own. If not, it asks the neighbour
that it thinks of first (of those with a representative the one with the largest trust × strength in that kind); the
neighbour takes the case with a chance equal to the trust in it. Every week that a case waits counts, up to the week in
which the family is lost from sight; who has nobody to ask has lost it. Without a case the mean wait stands.
Time to service is thus a search over the trusted network (Watts, Dodds & Newman 2002 on search in networks;
McEvily, Perrone & Zaheer 2003 on trust as what lets work cross organizations).

    P(an emergency reaches i in a month) = arrivals,   P(its kind is k) = need_k / Σ need
    asked: whose `promise` is the largest over ties,   P(it takes the case) = trust in it, in each week
    served as soon as strength_k of whoever holds it ≥ able;   wait = weeks, at most longest_wait
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import inline, kernel, rule
from tfs_sim.model.state import BACKBONE, G, K


class Parameters(NamedTuple):
    """How often emergencies arrive, who can serve them, and how long a family waits."""

    arrivals: float = parameter(
        0.25,
        unit="per month",
        plausible=(0.1, 0.6),
        domain=(0, 1),
        grade="assumed",
        meaning="Chance that a family's emergency reaches an organization in a month.",
    )
    able: float = parameter(
        0.3,
        unit="share",
        plausible=(0.25, 0.4),
        grade="assumed",
        meaning="Strength in a kind of support from which an organization can serve an emergency by itself.",
    )
    longest_wait: float = parameter(
        12.0,
        unit="weeks",
        plausible=(8, 16),
        domain=(1, 64),
        whole=True,
        grade="assumed",
        meaning="Weeks after which a family that nobody has served is lost from sight.",
    )


MECHANISM = Mechanism(
    name="family_crises",
    rows=("M23",),
    title="Families' own emergencies",
    summary="Emergencies arrive at random; a trusted network passes a case to whoever can serve it.",
    source="[together2020], lesson five: `individual crises as well as communitywide crises`",
    parameters=Parameters,
    file=__name__,
    needs=("trust",),
)

STREAM = draws.stream("family emergency")


@rule
def promise(trusted, strength):
    """T · s: how promising it is to ask another with a case; trusted: T, trust in it; strength: s, in that kind."""
    return trusted * strength


@kernel
def serve_emergencies(month, key, org, rel, site, scratch, p):
    """Let emergencies arrive, and pass each from hand to hand until someone can serve it."""
    draws.fill(scratch.organization_luck, key, STREAM, month, org.organization_id)
    for s in range(site.first_organization.size):
        first = site.first_organization[s]
        all_need = 0.0
        for k in range(K):
            for g in range(G):
                all_need += site.need[k, g, s]
        if all_need <= 0.0:
            continue
        cases = 0
        for i in range(first, site.end_organization[s]):
            scratch.deciders[cases] = i
            arrives = draws.unit(scratch.organization_luck[0, i]) < p.arrivals
            cases += 1 if arrives & (org.role[i] != BACKBONE) & (org.in_post[i] != 0) else 0
        waiting = 0
        for n in range(cases):
            i = scratch.deciders[n]
            mark = draws.unit(scratch.organization_luck[1, i]) * all_need
            k = 0
            for passed in range(K - 1):
                for g in range(G):
                    mark -= site.need[passed, g, s]
                k += 1 if mark > 0.0 else 0
            scratch.deciders[waiting], scratch.kind[waiting], scratch.listed_id[waiting] = i, k, org.organization_id[i]
            waiting += 1 if org.strength[k, i] < p.able else 0
        weeks = wait(first, waiting, scratch.deciders, scratch, scratch.organization_luck, month, key, org, rel, p)
        if cases > 0:
            site.time_to_service[s] = weeks / cases


@kernel
def wait(first, waiting, holders, scratch, luck, month, key, org, rel, p):
    """Return the weeks in all until the first `waiting` cases of a list are served (the longest wait if never).

    Each week a case's holder asks the most promising of those whom it trusts; the case goes on with a chance equal to
    that trust. All cases wait together, four weeks a round, which is what one draw is enough for; their words take the
    places from `first` on, where the site's own are no longer needed.
    """
    longest = np.int64(p.longest_wait)
    weeks = 0.0
    passed = 0
    while waiting > 0:
        draws.fill(luck, key, STREAM, month, scratch.listed_id[:waiting], 1 + passed // 4, first)
        still = 0
        for n in range(waiting):
            holder, k = holders[n], scratch.kind[n]
            able = org.strength[k]
            chosen = most_promising(holder, able, org, rel)
            served = 0
            for week in range(passed + 1, min(passed + 5, longest)):
                if chosen < 0:
                    break
                if draws.unit(luck[week - passed - 1, first + n]) < rel.trust[chosen]:
                    holder = np.int64(rel.target[chosen])
                    if able[holder] >= p.able:
                        served = week
                        break
                    chosen = most_promising(holder, able, org, rel)
            lost = served == 0 and (chosen < 0 or passed + 5 >= longest)
            weeks += served if served > 0 else (longest if lost else 0)
            holders[still], scratch.kind[still], scratch.listed_id[still] = holder, k, scratch.listed_id[n]
            still += 1 if served == 0 and not lost else 0
        waiting = still
        passed += 4
    return weeks


@inline
def most_promising(holder, able, org, rel):
    """Return the relationship of `holder` with the largest trust × strength, or −1 if it has no tie."""
    best = -1.0
    chosen = np.int64(-1)
    for m in range(org.first_relationship[holder], org.end_of_ties[holder]):
        r = rel.ties[m]
        j = rel.target[r]
        promising = promise(rel.trust[r], able[j]) if org.in_post[j] and org.role[j] != BACKBONE else -1.0
        if promising > best:
            best = promising
            chosen = np.int64(r)
    return chosen
