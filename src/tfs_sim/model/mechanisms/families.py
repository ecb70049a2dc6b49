"""M20 Engagement of parents and students: community groups are partners, and their engagement builds support.

The engagement of families in a site is what its community groups give, as far as they trust those at the table with
whom they have a tie (the backbone, too), joined by what partners do to involve parents and students directly:

    engagement = engagement_of(mean over community groups of given_by_group)

Community support is a slow stock that follows it, at rest when the run begins with what community groups give. A
family takes up what is offered by a logit choice, `take_up_of`: support pulls, closed doors hold back, and the two
simply add up in what a family weighs.
"""

from __future__ import annotations

from typing import NamedTuple

from tfs_sim.model.declare import Intervention, Mechanism, parameter
from tfs_sim.model.forms import kernel, rule
from tfs_sim.model.numerics import clip, logistic
from tfs_sim.model.state import ACTIVE, BACKBONE, SECTORS


class Parameters(NamedTuple):
    """How engagement builds support, and what support does for take-up."""

    ground: float = parameter(
        0.3,
        unit="share",
        plausible=(0.15, 0.45),
        grade="assumed",
        meaning="Community support that schools and agencies have without any engagement of families.",
    )
    building_time: float = parameter(
        18.0,
        unit="months",
        plausible=(9, 36),
        domain=(1, 600),
        grade="assumed",
        meaning="Months until two thirds of the support that an engagement can build is there.",
    )
    outreach: float = parameter(
        0.6,
        unit="share",
        plausible=(0.4, 0.8),
        grade="assumed",
        meaning="Engagement that involving parents and students directly reaches at full dose.",
    )
    ease: float = parameter(
        0.3,
        unit="logit",
        plausible=(-0.3, 0.9),
        domain=(-10, 10),
        grade="assumed",
        meaning="How readily families take up support that their community does not stand behind.",
    )
    pull: float = parameter(
        3.0,
        unit="logit",
        plausible=(2, 4),
        domain=(0, 20),
        grade="assumed",
        meaning="How much full community support adds to a family's readiness to take up what is offered.",
    )
    closed_doors: float = parameter(
        1.5,
        unit="logit",
        plausible=(0.8, 2.2),
        domain=(0, 20),
        grade="assumed",
        meaning="How much closed schools and offices take from it when all usual contact stops.",
    )


MECHANISM = Mechanism(
    name="families",
    rows=("M20",),
    title="Engagement of parents and students",
    summary="Community groups' engagement builds community support, which decides how much of an offer is taken up.",
    source="[together2020], lessons one and four; [mapp2013] on family engagement",
    parameters=Parameters,
    file=__name__,
)

INTERVENTIONS = (
    Intervention("parent-and-student-engagement", "Engagement of parents and students",
                 "Parents and students are asked, heard and given a part in the work.",
                 "families", "site", "share of schools whose families are involved", 0.5, 1.0, cost=3000, hours=0,
                 payer="funder", source="[together2020], lesson four"),
)  # fmt: skip

COMMUNITY_GROUP = SECTORS.index("community_group")


@rule
def given_by_group(effort, in_post, trusted):
    """min(x, 1) · f · T: what a community group gives, as far as it trusts; effort: x, of the largest; in_post: f.

    trusted: T, its mean trust in partners that it has ties with.
    """
    return min(effort, 1.0) * in_post * trusted


@rule
def engagement_of(given, involvement, p):
    """1 − (1 − g)(1 − outreach · d): the engagement of families; given: g, by community groups on average.

    involvement: d, the dose of involving parents and students directly.
    """
    return 1.0 - (1.0 - given) * (1.0 - p.outreach * involvement)


@rule
def support_at_rest(engagement, p):
    """ground + (1 − ground) · E: the community support to which an engagement leads in the end."""
    return p.ground + (1.0 - p.ground) * engagement


@rule
def support_after(support, at_rest, p):
    """S + (S* − S) / building_time, in [0, 1]: community support a month later; at_rest: S*."""
    return clip(support + (at_rest - support) / p.building_time, 0.0, 1.0)


@rule
def take_up_of(support, contact, p):
    """Λ(ease + pull · S − closed_doors · (1 − contact)): the share of offers that families take up.

    support: S, of the community; contact: of what is usual.
    """
    held_back = p.closed_doors * (1.0 - contact)
    return logistic(p.ease + p.pull * support - held_back)


@kernel
def engage(month, run_in, org, rel, site, dose, p_effort, p):
    """Take the engagement of families, let community support follow it, and let families choose."""
    for s in range(site.first_organization.size):
        groups = 0.0
        given = 0.0
        for i in range(site.first_organization[s], site.end_organization[s]):
            if org.sector[i] != COMMUNITY_GROUP or org.role[i] == BACKBONE:
                continue
            groups += 1.0
            if org.status[i] != ACTIVE:
                continue
            trusted = 0.0
            partners = 0.0
            for m in range(org.first_relationship[i], org.end_of_ties[i]):
                at_table = 1.0 if org.status[rel.target[rel.ties[m]]] == ACTIVE else 0.0
                partners += at_table
                trusted += at_table * rel.trust[rel.ties[m]]
            if partners > 0.0:
                given += given_by_group(org.effort[i] / p_effort.largest, org.in_post[i], trusted) / partners
        own = given / groups if groups > 0.0 else 0.0
        site.family_engagement[s] = engagement_of(own, dose.parent_and_student_engagement[s], p)
        if month == -run_in:
            site.community_support[s] = support_at_rest(own, p)
        at_rest = support_at_rest(site.family_engagement[s], p)
        site.community_support[s] = support_after(site.community_support[s], at_rest, p)
        site.take_up[s] = take_up_of(site.community_support[s], site.contact_factor[s], p)
