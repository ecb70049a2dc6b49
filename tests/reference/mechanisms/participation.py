"""Participation: organizations are invited, join, and withdraw, with a threshold and inertia."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import logistic, of

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization, Site

rules, contact, seats, meetings = of("participation"), of("contact"), of("seats"), of("endings")
payoff, pay = of("payoff"), of("wages")


def join_and_withdraw(model: Partnership) -> None:
    """Let each organization join, refuse, stay or withdraw, in the light of how things stood last month."""
    for site in model.sites:
        site.joined = site.withdrew = 0.0
        if site.dissolved or model.month < site.begins:  # there is no table any more, or not yet
            part(site)
            continue
        for organization in site.organizations:
            organization.refused = False
        partners = len(site.partners)
        inviting = invitations_at(model, site)
        leaving = [each for each in site.members if each.is_active and leaves(model, each, partners)]
        joining = [each for each in site.members if not each.is_active and joins(model, each, partners, inviting)]
        for each in site.members:
            each.months_active += each.is_active
        # only now: everyone has seen the table as it was at the beginning of the month
        for each in joining:
            each.status = "active"
            each.months_active = 0
            site.joined += 1.0
            site.recent_joins += 1.0
        for each in leaving:
            each.status = "withdrawn"
            each.months_active = 0
            each.effort = 0.0
            site.withdrew += 1.0


def part(site: Site) -> None:
    """Let the members of a partnership go that has reached its goals."""
    for each in site.organizations:
        each.refused = False
    for each in site.partners:
        each.status = "withdrawn"
        each.months_active = 0
        each.effort = 0.0


def invitations_at(model: Partnership, site: Site) -> dict[Organization, tuple[float, float]]:
    """Return the backbone's outreach to each outsider and the factor on all its invitations.

    Recruiting the willing first makes no more invitations: the committed get more of the same number.
    """
    p = model.p.participation
    willing_first = site.doses["recruiting-the-willing"]
    by_backbone = rules.outreach(site.doses["persistent-invitation"], site.has_time, model.p.invitation, p)
    favour = {o: rules.favouring(o.commitment, willing_first, p) for o in site.members if not o.is_active}
    share = len(favour) / sum(favour.values()) if favour else 0.0
    return {outsider: (by_backbone, site.contact_factor * share * each) for outsider, each in favour.items()}


def leaves(model: Partnership, partner: Organization, partners: int) -> bool:
    """Say whether a partner withdraws, by its threshold or by what taking part is worth."""
    p = model.p.participation
    if model.month < 0 and partner.given_joining == 0:  # its file says that it takes part in month 0
        return False
    u = model.luck.uniform("participation", model.month, partner.organization_id, word=0)
    if partner.given_threshold is not None:
        stays = 1.0 if partners - 1 >= partner.given_threshold else 0.0
        return bool(u < rules.chance_of_going(stays, p))
    if u >= rules.chance_of_leaving(1.0, p):  # it would not leave, however little that is worth
        return False
    wants_to = logistic(rules.pull_to_leave(worth(model, partner), p))
    return bool(u < rules.chance_of_leaving(wants_to, p))


def joins(
    model: Partnership, outsider: Organization, partners: int, inviting: dict[Organization, tuple[float, float]]
) -> bool:
    """Say whether an outsider joins: by its file's month, by its threshold, or if it is asked and wants to."""
    p, joining, threshold = model.p.participation, outsider.given_joining, outsider.given_threshold
    if joining is not None and model.month + 1 <= joining:
        return model.month + 1 == joining
    if threshold is not None:
        return threshold <= partners
    if not outsider.in_post:
        return False
    by_backbone, factor = inviting[outsider]
    at_table = sum(each.is_active for each in outsider.ties) / max(len(outsider.ties), 1)
    expected = rules.invitations(at_table, by_backbone, factor, 1.0, p)
    u = model.luck.uniform("participation", model.month, outsider.organization_id, word=1)
    if u >= contact.chance_of_any(expected):
        return False
    pressed = outsider.site.doses["persistent-invitation"]
    value = worth(model, outsider)
    pull = rules.pull_to_join(value, outsider.readiness, pressed, model.p.patience, model.p.invitation, p)
    if model.luck.uniform("participation", model.month, outsider.organization_id, word=2) < logistic(pull):
        return True
    outsider.status = "reluctant"
    outsider.refused = True
    return False


def worth(model: Partnership, organization: Organization) -> float:
    """Return what a seat at the table is worth to one that asks itself, over what it costs."""
    site, p, p_invitation = organization.site, model.p.participation, model.p.invitation
    meets = meetings.chance_of_joint_meeting(site.coordination, site.contact_factor, model.p.endings)
    trust = [tie.trust for other, tie in organization.ties.items() if other.is_active]
    company = site.coordination * site.contact_factor * sum(trust) / max(len(trust), 1)
    value: float = seats.worth_of_the_table(
        meets, organization.commitment, organization.backing, organization.belief, company, p
    )
    value += meets * site.tradition_here
    staff = sum(partner.fte for partner in site.partners)
    if site.pool_payout > 0.0 and staff > 0.0:
        everyone = staff + (0.0 if organization.is_active else organization.fte)
        own_wages = pay.wages(organization.fte, model.p.money)
        pool = payoff.worth_of_money(site.pool_payout, own_wages, model.p.effort)
        value += pool * organization.fte / everyone
    value -= seats.cost_of_a_seat(site.doses["accommodation"], organization.mission_strain, p_invitation, p)
    organization.joining_value = value
    return value
