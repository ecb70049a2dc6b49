"""M23 Individual crises: a family's emergency reaches some organization, and a network passes it on.

Emergencies arrive at random at organizations, their kind in proportion to current needs. Whoever holds a case
serves it if the kind is a strength of its own. If not, it asks the neighbour that it thinks of first (the one with
the largest trust × strength in that kind); the neighbour takes the case with a chance equal to the trust
between them. Every week that a case waits counts, up to the week in which the family is lost from sight.
Time to service is thus a search over the trusted network (Watts, Dodds & Newman 2002 on search in networks;
McEvily, Perrone & Zaheer 2003 on trust as what lets work cross organizations).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.numerics import kernel
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
        grade="assumed",
        meaning="Weeks after which a family that nobody has served is lost from sight.",
    )


MECHANISM = Mechanism(
    name="family_crises",
    rows=("M23",),
    title="Families' own emergencies",
    summary="Emergencies arrive at random; a trusted network passes a case to whoever can serve it.",
    source="The brief, lesson five: `individual crises as well as communitywide crises`",
    parameters=Parameters,
    file=__name__,
    needs=("trust",),
)

STREAM = draws.stream("family emergency")


@kernel
def serve_emergencies(
    month, key, organization_id, first_organization, end_organization, role, in_post, strength, first_relationship,
    target, is_open, trust, need, time_to_service, p,
):  # fmt: skip
    """Let emergencies arrive, and pass each from hand to hand until someone can serve it."""
    for s in range(first_organization.size):
        all_need = 0.0
        for k in range(K):
            for g in range(G):
                all_need += need[k, g, s]
        if all_need <= 0.0:
            continue
        weeks = 0.0
        cases = 0.0
        for i in range(first_organization[s], end_organization[s]):
            if role[i] == BACKBONE or in_post[i] == 0:
                continue
            a, b, _, _ = draws.words(key, STREAM, month, organization_id[i], 0)
            if draws.unit(a) >= p.arrivals:
                continue
            mark = draws.unit(b) * all_need
            kind = K - 1
            for k in range(K):
                for g in range(G):
                    mark -= need[k, g, s]
                if mark <= 0.0:
                    kind = k
                    break
            cases += 1.0
            weeks += wait(i, kind, month, key, organization_id[i], role, in_post, strength, first_relationship, target,
                          is_open, trust, p)  # fmt: skip
        if cases > 0.0:
            time_to_service[s] = weeks / cases


@kernel
def wait(i, kind, month, key, identity, role, in_post, strength, first_relationship, target, is_open, trust, p):
    """Return the weeks until a case that reached organization i is served (the longest wait if it never is)."""
    holder = np.int64(i)
    longest = np.int64(p.longest_wait)
    for week in range(longest):
        if strength[kind, holder] >= p.able:
            return float(week)
        best = -1.0
        chosen = np.int64(-1)
        for r in range(first_relationship[holder], first_relationship[holder + 1]):
            j = target[r]
            if is_open[r] and in_post[j] and role[j] != BACKBONE:
                promising = trust[r] * strength[kind, j]
                if promising > best:
                    best = promising
                    chosen = np.int64(r)
        if chosen >= 0 and draws.uniform(key, STREAM, month, identity, 1 + week) < trust[chosen]:
            holder = np.int64(target[chosen])
    return float(longest)
