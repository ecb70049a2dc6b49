"""Joint meetings, and how partnerships end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of
from tfs_sim.model.mechanisms.endings import BROKE_UP, FADED, GOALS_MET, LOST_HOST

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization, Site

rules = of("endings")
trust = of("trust")


def reach(model: Partnership) -> None:
    """Let partnerships see whether they have reached the goal that they are at; then end, or set about the next one."""
    for site in model.communities:
        while not site.dissolved and site.goals_reached < len(site.goals):
            goal = site.goals[site.goals_reached]
            if model.month < goal.over:
                break
            lately = model.observed[goal.indicator][site.key][model.month - goal.over : model.month]
            if not rules.is_reached(sum(lately) / goal.over, goal.threshold, goal.at_least is not None):
                break
            site.goals_reached += 1
            if goal.then == "end":
                site.dissolved = True
                break
            for each in site.organizations:
                each.goal_variance = max(each.goal_variance, model.p.understanding.unknown_variance)


def meet(model: Partnership) -> None:
    """Hold this month's joint meeting if coordination and contact allow, and see whether the partnership is alive."""
    p = model.p.endings
    for site in model.sites:
        partners = site.partners
        chance = rules.chance_of_joint_meeting(site.coordination, site.contact_factor, p)
        held = len(partners) > 1 and model.luck.uniform("joint meeting", model.month, site.site_id) < chance
        site.meeting_gap = 0 if held else site.meeting_gap + 1
        sectors = {partner.sector for partner in partners}
        alive = rules.is_alive(len(partners), len(sectors), site.meeting_gap, p)
        site.dead_months = 0 if alive else site.dead_months + 1
        site.has_lived |= bool(alive)


def end(model: Partnership) -> None:
    """Tell how a partnership has ended that has long not been alive."""
    p = model.p.endings
    for site in model.sites:
        if site.dead_months == 0:
            site.ending = 0
        if site.dead_months == 1:  # trust is looked at when it stops being alive: later it has faded
            site.bitterness = bitterness_of(model, site)
            site.hosted_then = site.hosted
        if site.dissolved:
            site.ending = GOALS_MET
        elif site.dead_months == int(p.ended_after) and site.has_lived:
            site.ending = rules.ending_of(site.bitterness, site.hosted_then, p)


def observe(model: Partnership) -> None:
    """Record whether partnerships are hosted, and how those ended that have."""
    for site in model.communities:
        model.observe(site, "ended", float(site.ending > 0))
        model.observe(site, "ended_goals_met", float(site.ending == GOALS_MET))
        model.observe(site, "ended_faded", float(site.ending == FADED))
        model.observe(site, "ended_broke_up", float(site.ending == BROKE_UP))
        model.observe(site, "ended_lost_host", float(site.ending == LOST_HOST))
        model.observe(site, "hosted", float(site.hosted))


def bitterness_of(model: Partnership, site: Site) -> float:
    """Return the share of ties among all who took part that hold less trust than strangers get."""
    stranger = trust.trust_in(0.0, 0.0, 0.0, 0.0, 0.0, model.p.trust)
    participants = [each for each in site.organizations if took_part(each)]
    ties = [tie for each in participants for tie in each.ties.values() if took_part(tie.target)]
    return sum(1 for tie in ties if tie.trust < stranger) / len(ties) if ties else 0.0


def took_part(organization: Organization) -> bool:
    """Say whether an organization is, or was, a partner."""
    return organization.is_partner or organization.status == "withdrawn"
