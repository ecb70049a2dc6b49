"""M16 Portfolio pressure: the initiative is one item among many.

What an organization's leaders attend to is scarce (Simon 1971; Ocasio 1997). The initiative gets the share of attention
that its appeal has among everything on the desk; appeal is what supports it from within: how clear its goals are, and a
committed representative who has the organization's backing. Attention moves there slowly, from the full attention that
something new has. What the initiative does not get goes to other work, which then pulls on effort.

    attention ← attention_after(attention, share_of_attention(appeal, everything else))

In a crisis there is more of everything else (M22).
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.mechanisms.crisis import more_on_the_desk
from tfs_sim.model.state import ACTIVE, BACKBONE, K


class Parameters(NamedTuple):
    """How full the desk is, and what holds attention."""

    pressure: float = parameter(
        0.4,
        unit="appeal",
        plausible=(0.2, 0.8),
        domain=(0, 1000),
        grade="assumed",
        meaning="Appeal of everything else on an organization's desk (1: that of a clear and fully backed initiative).",
    )
    clarity: float = parameter(
        0.5,
        unit="share",
        plausible=(0.3, 0.7),
        grade="assumed",
        meaning="Share of the initiative's appeal that comes from clear goals; the rest from a backed representative.",
    )
    shift: float = parameter(
        0.15,
        unit="share",
        plausible=(0.08, 0.3),
        grade="assumed",
        meaning="Monthly step of attention towards its share.",
    )
    pull: float = parameter(
        0.3,
        unit="utility",
        plausible=(0.15, 0.5),
        domain=(0, 1000),
        grade="assumed",
        meaning="Cost of effort that is added when the initiative gets no attention at all.",
    )


MECHANISM = Mechanism(
    name="portfolio",
    rows=("M16",),
    title="Portfolio pressure",
    summary="The initiative competes for attention with everything else; unsupported, its share shrinks.",
    source="[ocasio1997]; [simon1971]",
    parameters=Parameters,
    file=__name__,
    needs=("effort",),
)


@rule
def appeal(clarity, commitment, backing, in_post, p):
    """w · clarity + (1 − w) · commitment · backing · in_post, w = `clarity`: support from within."""
    return p.clarity * clarity + (1.0 - p.clarity) * (commitment * backing * in_post)


@rule
def share_of_attention(appeal, more, p):
    """appeal / (appeal + pressure · m): the share of attention that the initiative has among everything on the desk.

    more: m, of everything else (1 in ordinary times).
    """
    desk = appeal + p.pressure * more
    return appeal / desk if desk > 0.0 else 1.0


@rule
def attention_after(attention, share, p):
    """attention + shift · (share − attention): a month later."""
    return attention + p.shift * (share - attention)


@rule
def pull_of_other_work(attention, p):
    """pull · (1 − attention): what other work adds to the cost of effort, utility."""
    return p.pull * (1.0 - attention)


@kernel
def compete(org, site, dose, p_crisis, p):
    """Let the initiative's share of attention follow its appeal, and the rest of the portfolio pull on effort."""
    for s in range(site.first_organization.size):
        partners = total = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            within = appeal(org.clarity[i], org.commitment[i], org.backing[i], org.in_post[i], p)
            rise = 0.0
            for k in range(K):
                rise += org.strength[k, i] * site.rise_of_need[k, s]
            lost = max(1.0 - site.income_factor[s], 0.0) * (1.0 - dose.emergency_fund[i])
            share = share_of_attention(within, more_on_the_desk(rise, lost, p_crisis), p)
            org.attention[i] = attention_after(org.attention[i], share, p)
            org.portfolio[i] = pull_of_other_work(org.attention[i], p)
            if org.status[i] == ACTIVE and org.role[i] != BACKBONE:
                partners += 1.0
                total += org.attention[i]
        site.mean_attention[s] = min(total / partners, 1.0) if partners > 0.0 else 0.0
