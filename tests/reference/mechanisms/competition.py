"""M9: contests over grants, and the grudges that they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.rules import of
from tfs_sim.model.state import NEEDS

if TYPE_CHECKING:
    from reference.model import Partnership
    from reference.world import Organization, Site

rules = of("competition")
worth = of("wages")


def contest(model: Partnership) -> None:
    """Hold the contests that are due, pay the winners, and leave grudges."""
    prize = rules.dollars_of_award(model.p.competition)
    for organization in model.organizations:
        organization.bid_hours = 0.0
    for site in model.sites:
        budget = set_stakes(model, site)
        for number, need in enumerate(NEEDS):
            site.award_due[need] += budget / len(NEEDS)
            due = min(int(site.award_due[need] / prize), int(model.p.competition.most_contests))
            if due > 0:
                contestants = open_contests(model, site, need, prize)
            for each in range(due):
                site.award_due[need] -= prize
                # a block for every four contests, a word each; kinds of support begin one block apart
                hold(model, contestants, need, number + each // 4 * 4, each % 4, prize)


def set_stakes(model: Partnership, site: Site) -> float:
    """Set how far each depends on contests; return the money that a site awards by contest this month, dollars."""
    p = model.p.competition
    income = sum(worth.wages(each.fte, model.p.money) for each in site.organizations if not each.is_backbone)
    budget = rules.contested_money(income, site.income_factor, site.doses["pooled-funding"], p)
    for each in site.organizations:
        due = budget * worth.wages(each.fte, model.p.money) / income if income > 0.0 else 0.0
        each.stake = rules.stake_of(due, each.pool_expected)
    return float(budget)


def open_contests(model: Partnership, site: Site, need: str, prize: float) -> list[Organization]:
    """Return who may contest awards for a kind of support; newcomers to it come with a first bid."""
    contestants = [each for each in site.organizations if may_contest(model, each, need)]
    for each in contestants:
        if each.bid[need] <= 0.0:
            each.bid[need] = each.given_bid or model.p.competition.first_bid * prize
    return contestants


def may_contest(model: Partnership, organization: Organization, need: str) -> bool:
    """Say whether an organization is strong enough in a kind of support to contest its awards."""
    return not organization.is_backbone and organization.strength[need] >= model.p.competition.eligible


def hold(model: Partnership, contestants: list[Organization], need: str, block: int, word: int, prize: float) -> None:
    """Hold one contest: who waits the shortest wins; everyone's bid moves, and losers hold it against the winner."""
    if not contestants:
        return
    p = model.p.competition
    waits = {}
    total = sum(each.strength[need] * each.bid[need] for each in contestants)
    for each in contestants:
        strength, bid = each.strength[need], each.bid[need]
        u = model.luck.uniform("contest", model.month, each.organization_id, block=block, word=word)
        waits[each] = rules.waiting_time(u, strength, bid)
        each.bid_hours += rules.hours_of_bid(bid, p)
        others = max(total - strength * bid, 0.0)
        response = rules.best_response(others, strength, 1.0 / strength, each.stake, prize, p)
        each.bid[need] = rules.bid_after(bid, response, prize, p)
    winner = min(waits, key=lambda each: waits[each])
    winner.awards_won += 1
    model.pay("outside", winner, int(prize * 100.0))
    for relationship in winner.relationships.values():
        loser = relationship.target
        # who comes out of the contest with a bid that is not worth an hour has lost nothing
        if may_contest(model, loser, need) and loser.bid[need] >= p.hourly:
            relationship.reverse.institutional_bad += rules.grudge_of(relationship.pair.overlap, loser.stake, p)
