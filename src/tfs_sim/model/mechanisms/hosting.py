"""Hosting: a partnership lives with an organization that hosts its backbone, and may lose it.

The lead organization carries the backbone: its name, its board, a desk. Boards review now and then whether to go on
with that, in the light of what it does for the organization and of what it costs (Mattessich & Johnson 2018 on leaders
and resources; Feinberg et al. 2008: functioning and money in hand tell which coalitions last). A partnership so ends
as a whole too: without a host nobody coordinates, nobody calls a meeting, and members go (`participation`).

    W = worth_of_hosting: what results, a full table, a leader in post and money of others are worth to the host, less
        what hosting costs it, more where it loses income itself
    P(lays it down in a month) = reviewed · logistic(−W / sharpness)
    P(another one takes it up) = searched · logistic(W′ / sharpness), while a partner or one who pays looks for it

W′ is as the most committed partner that is present sees it (or as a stranger would, where only a funder looks). Nothing
here knows of grants: only of whose money the backbone's staff are paid by.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model import draws
from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.numerics import logistic
from tfs_sim.model.state import ACTIVE, BACKBONE


class Parameters(NamedTuple):
    """What hosting a partnership is worth to an organization, and how often that is asked."""

    results: float = parameter(
        0.3,
        unit="utility",
        plausible=(0.15, 0.6),
        domain=(0, 1000),
        grade="assumed",
        source="[feinberg2008] for the sign",
        meaning="Worth of hosting to one that believes that the partnership gains all that it could.",
    )
    full_table: float = parameter(
        0.2,
        unit="utility",
        plausible=(0.1, 0.4),
        domain=(0, 1000),
        grade="assumed",
        source="[mattessich2018] for the sign",
        meaning="Worth of hosting a partnership of the usual size.",
    )
    leader: float = parameter(
        0.3,
        unit="utility",
        plausible=(0.15, 0.6),
        domain=(0, 1000),
        grade="assumed",
        source="[mattessich2018] for the sign",
        meaning="Worth of hosting with a fully committed coordinator in post whom the organization backs.",
    )
    paid: float = parameter(
        0.3,
        unit="utility",
        plausible=(0.15, 0.6),
        domain=(0, 1000),
        grade="assumed",
        source="[feinberg2008] for the sign",
        meaning="Worth of hosting when others pay for all of the backbone's staff.",
    )
    cost: float = parameter(
        0.3,
        unit="utility",
        plausible=(0.2, 0.45),
        domain=(0, 1000),
        grade="assumed",
        meaning="What hosting costs an organization: attention of its leaders, risk, a desk.",
    )
    own_income: float = parameter(
        0.5,
        unit="utility",
        plausible=(0.2, 1.0),
        domain=(0, 1000),
        grade="assumed",
        meaning="How much more hosting costs one that has lost all of its income.",
    )
    sharpness: float = parameter(
        0.08,
        unit="utility",
        plausible=(0.04, 0.15),
        domain=(1e-6, 100),
        grade="assumed",
        meaning="Noise of these decisions.",
    )
    reviewed: float = parameter(
        1.0,
        unit="per year",
        plausible=(0.5, 2.0),
        domain=(0, 12),
        grade="assumed",
        meaning="How often a host asks itself whether to go on.",
    )
    searched: float = parameter(
        2.0,
        unit="per year",
        plausible=(1.0, 4.0),
        domain=(0, 12),
        grade="assumed",
        meaning="How often, while there is none, an organization is asked to be the next host.",
    )


MECHANISM = Mechanism(
    name="hosting",
    rows=(),
    title="Host organizations",
    summary="An organization hosts the backbone while that is worth it; a partnership without a host meets no more.",
    source="[feinberg2008]; [mattessich2018]",
    parameters=Parameters,
    file=__name__,
)

STREAM = draws.stream("hosting")


@rule
def worth_of_hosting(belief, partners, leadership, paid, lost, p_effort, p):
    """W = results · b + full_table · min(n / usual, 1) + leader · l + paid · f − cost − own_income · lost, utility.

    belief: b, in what working together gains; partners: n, at the table; leadership: l, the coordinator's commitment ·
    backing, 0 if the post is vacant; paid: f, share of the backbone's staff that others pay for; lost: share of income.
    """
    table = p.full_table * min(partners / p_effort.usual_size, 1.0)
    return p.results * belief + table + p.leader * leadership + p.paid * paid - p.cost - p.own_income * lost


@rule
def chance_of_laying_down(worth, p):
    """reviewed · Λ(−W / sharpness): that a host lays its part down this month; worth: W."""
    return min(p.reviewed, 1.0) * logistic(-worth / p.sharpness)


@rule
def chance_of_taking_up(worth, p):
    """searched · Λ(W / sharpness): that another organization takes it up this month; worth: W, to that one."""
    return min(p.searched, 1.0) * logistic(worth / p.sharpness)


@rule
def share_paid(own, by_others):
    """s / (o + s): the share of a backbone's staff that others pay for; own: o; by_others: s, FTE."""
    return by_others / (own + by_others) if own + by_others > 0.0 else 0.0


@kernel
def review(month, key, org, site, dose, p_effort, p):
    """Let hosts lay their part down, and others take it up.

    A community without any staff for a backbone has nothing that could be hosted; the nationals' own table has no host.
    """
    for s in range(site.backbone.size):
        own, by_others = site.own_backbone_fte[s], dose.backbone_staffing[s]
        if own + by_others <= 0.0 or site.national_site[s] or site.dissolved[s]:
            continue
        b = site.backbone[s]
        partners = 0.0
        hope = leadership = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
                partners += 1.0
                leads = org.commitment[i] * org.backing[i] * org.in_post[i]
                if leads > leadership:
                    hope, leadership = org.belief[i], leads
        u = draws.uniform(key, STREAM, month, site.site_id[s])
        lost = max(1.0 - site.income_factor[s], 0.0)
        paid = share_paid(own, by_others)
        if site.hosted[s]:
            leads = org.commitment[b] * org.backing[b] * org.in_post[b]
            worth = worth_of_hosting(org.belief[b], partners, leads, paid, lost, p_effort, p)
            site.hosted[s] = 0 if u < chance_of_laying_down(worth, p) else 1
        elif partners > 0.0 or by_others > 0.0:
            worth = worth_of_hosting(hope, partners, leadership, paid, lost, p_effort, p)
            site.hosted[s] = 1 if u < chance_of_taking_up(worth, p) else 0
