"""What taking part is worth: the payoff of each level of effort, as an organization expects it.

Once a month everyone looks at the table and notes what it sees (`Payoff`); those who reconsider their effort, and next
month those who decide whether to take part, reckon with that.
"""

from __future__ import annotations

from dataclasses import dataclass

from reference.model import Partnership
from reference.rules import payoff as rules
from reference.world import Organization, Site
from tfs_sim.model.payoff import NOBODY_GIVES, WEAKEST_LINK

NEXT_TO_NOTHING = 1e-9
"""What others are seen to contribute to pooled money at least, so that shares of it can be taken."""


@dataclass(slots=True)
class Payoff:
    """What an organization saw when it last looked.

    Attributes
    ----------
    scale : worth of what a team gains where all give the most, as far as it believes in it.
    linear : worth of effort for each unit of it.
    seen : what each of the others in a team is expected to give, as a summand of the power mean.
    size : members of a team that it would be in.
    money, even : worth of pooled money that goes by contribution, and of its part of what goes by staff.
    rest : what the others are seen to contribute.
    """

    scale: float = 0.0
    linear: float = 0.0
    seen: float = 0.0
    size: float = 0.0
    money: float = 0.0
    even: float = 0.0
    rest: float = 0.0


def weigh_levels(model: Partnership, site: Site) -> None:
    """Set what in a site's payoffs depends on the level of effort alone, and is the same for everyone."""
    p = model.p.effort
    for level in range(int(p.levels) + 1):
        x = level / p.levels
        site.level_term[level] = rules.mean_term(x, model.p.delivery.complementarity)
        site.level_shown[level] = rules.expected_sight(x, site.esteem_slope) * p.largest
        esteem = rules.expected_esteem(x, site.esteem_weight, site.esteem_bar, site.esteem_slope)
        site.level_cost[level] = rules.rising_cost(x, p) - esteem


class Table:
    """What is to be seen at a site's table: who gives how much, and how large teams are.

    What is seen of others is what partners gave last month; those who have only just joined gave nothing yet.
    """

    def __init__(self, model: Partnership, site: Site) -> None:
        p = model.p.effort
        self.model, self.site, self.rho = model, site, model.p.delivery.complementarity
        self.partners = site.partners
        self.terms = {
            each: rules.mean_term(each.effort / p.largest, self.rho) for each in self.partners if each.months_active > 0
        }
        # those who give nothing are counted, because their summands would swallow the others'
        self.total = sum(term for term in self.terms.values() if term < NOBODY_GIVES)
        self.idle = sum(1 for term in self.terms.values() if term >= NOBODY_GIVES)
        self.least_two = sorted(self.terms.values())[:2]
        self.staff = sum(each.fte for each in self.partners)
        self.contributions = sum(self.contribution_of(each) for each in self.partners)

    def contribution_of(self, partner: Organization) -> float:
        """Return what a partner is expected to be seen to contribute, FTE."""
        slope = self.site.esteem_slope
        return rules.contribution_as_seen(partner.effort, partner.fte, slope, self.model.p.effort)

    def look(self, organization: Organization, burden: float) -> None:
        """Note what an organization sees of the table, and what effort is worth to it."""
        p, view = self.model.p.effort, organization.payoff
        takes_part = organization.is_partner
        partners = len(self.partners) + (0 if takes_part else 1)
        view.size = min(float(partners), self.model.p.delivery.team_size)
        worth = rules.worth_of_joint_work(view.size, float(partners), self.model.p.delivery, p)
        view.scale = organization.belief * worth
        view.linear = rules.worth_of_effort(
            organization.peer_norm,
            organization.commitment,
            organization.backing,
            self.site.salience,
            burden,
            organization.portfolio,
            p,
        )
        view.seen = self.expected_of_others(organization)
        self.look_at_money(organization)

    def expected_of_others(self, organization: Organization) -> float:
        """Return the summand of the power mean that stands for each of the others."""
        own = self.terms.get(organization)
        others = len(self.terms) - (0 if own is None else 1)
        weakest = self.rho < WEAKEST_LINK
        if others == 0:
            return 1.0 if weakest else 0.0
        as_last = self.model.p.effort.expectation > 0.5  # all are expected to give the last joint result
        if own is None or as_last:
            own, others = None, len(self.terms)
        if weakest:
            return self.least_two[1] if own is not None and own <= self.least_two[0] else self.least_two[0]
        total, idle = self.total, self.idle
        if own is not None and own >= NOBODY_GIVES:
            idle -= 1
        elif own is not None:
            total = max(total - own, 0.0)
        return (total + idle * NOBODY_GIVES) / others

    def look_at_money(self, organization: Organization) -> None:
        """Note what an organization may expect of pooled money: nothing where there is none."""
        view, takes_part = organization.payoff, organization.is_partner
        view.money = view.even = 0.0
        view.rest = NEXT_TO_NOTHING
        if self.site.pool_payout <= 0.0:
            return
        wages = organization.fte * self.model.p.money.dollars_per_fte
        pool = rules.worth_of_money(self.site.pool_payout, wages, self.model.p.effort)
        everyone = self.staff + (0.0 if takes_part else organization.fte)
        view.money = pool * self.site.by_seen
        view.even = pool * (1.0 - self.site.by_seen) * organization.fte / everyone if everyone > 0.0 else 0.0
        mine = self.contribution_of(organization) if takes_part else 0.0
        view.rest = max(self.contributions - mine, 0.0) + NEXT_TO_NOTHING


def reckon(model: Partnership, organization: Organization) -> list[float]:
    """Return the payoff of every level of effort that one may choose, the lowest first.

    `joining_value` receives how much better the best is than staying away, less what membership and giving up the own
    mission cost.
    """
    p, site, view = model.p.effort, organization.site, organization.payoff
    rho = model.p.delivery.complementarity
    lowest, highest = allowed_levels(model)
    payoffs = [
        rules.utility_of(
            level / p.levels,
            view.linear,
            site.level_cost[level],
            view.money,
            site.level_shown[level] * organization.fte,
            view.rest,
            view.even,
            view.scale,
            rules.team_mean_with(site.level_term[level], view.seen, view.size, rho),
        )
        for level in range(lowest, highest + 1)
    ]
    idle = rules.team_mean_with(site.level_term[0], view.seen, view.size, rho)
    organization.joining_value = rules.worth_of_joining(max(payoffs), view.scale, idle, organization.mission_strain, p)
    return payoffs


def allowed_levels(model: Partnership) -> tuple[int, int]:
    """Return the lowest and the highest level of effort that a partner may choose."""
    highest = int(model.p.effort.levels)
    return min(int(model.p.effort.lowest_level), highest), highest
