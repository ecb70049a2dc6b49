"""What interventions cost, known before a run: the schedule of money, played by the engine's own kernels.

Grants come in, orders are charged to their payers, month by month, with nobody acting. That settles what the funder,
the outside world and the backbones are asked for and pay. It does not settle what follows from a run: orders with a
rule, and orders of stages that a rule chooses for, are left out; organizations that pay themselves are taken to be able
to, and what part of a grant is flexible to be passed on. Whoever supposes that rules call (`called_for`) has these
orders, too, and every community that a rule may choose, with the chance that it is chosen if all are as likely.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.forms import play
from tfs_sim.model.mechanisms import levers, selection
from tfs_sim.model.state import ACTIVE, BACKBONE, FIRST_POOL
from tfs_sim.scenario.beginnings import Surveyed, template_of
from tfs_sim.scenario.scheduled import orders_of
from tfs_sim.scenario.schema import Scenario
from tfs_sim.scenario.tables import NATIONAL_SITE, ScheduledIntervention

PLENTY = 10**15
"""Cents that an organization is taken to have."""

HALF_A_CENT = 0.005
"""Dollars; amounts are sums of whole cents."""


@dataclass(frozen=True)
class Bill:
    """What one scheduled intervention costs at one site.

    Attributes
    ----------
    order : its place among `scheduled.orders_of`, and so the order in which purses are asked.
    use, payer, site : the intervention, who pays, the key of the site.
    asked, paid : dollars, by month.
    hours : of partners' staff, by month, where all organizations take part.
    chance : that the site is one of those that have it; below 1 where a rule chooses them.
    """

    order: int
    use: str
    payer: str
    site: str
    asked: NDArray[np.float64]
    paid: NDArray[np.float64]
    hours: NDArray[np.float64]
    chance: float = 1.0


@dataclass(frozen=True)
class Bills:
    """The bills of a scenario.

    Attributes
    ----------
    bills : one for each order and site that is asked for money or hours, in the order of the file.
    left_out : orders that follow from the run, as (order, what it is).
    at_most : sites whose backbone may get a grant that follows from the run.
    grants : dollars that the funder pays to backbones, by month, as expected: those of sites that a rule may choose
        count with its chance.
    """

    bills: tuple[Bill, ...]
    left_out: tuple[tuple[int, ScheduledIntervention], ...]
    at_most: frozenset[str]
    grants: NDArray[np.float64]

    def of(self, payer: str, site: str) -> list[Bill]:
        """Return what a payer is asked for at a site."""
        return [bill for bill in self.bills if bill.payer == payer and bill.site == site]

    def short(self) -> Iterator[tuple[str, list[Bill]]]:
        """Yield the sites whose backbone is known to be asked for more than it has, each with all its bills."""
        asking = dict.fromkeys(bill.site for bill in self.bills if bill.payer == "backbone")
        for site in asking:
            bills = self.of("backbone", site)
            if site not in self.at_most and any((bill.paid < bill.asked - HALF_A_CENT).any() for bill in bills):
                yield site, bills


def first_short(bills: Iterable[Bill]) -> int:
    """Return the first month in which any of the bills is not paid in full."""
    return int(np.flatnonzero(sum(bill.asked - bill.paid for bill in bills) > HALF_A_CENT)[0])


def bills_of(scenario: Scenario, called_for: Collection[int] | None = None) -> Bills:
    """Return what each order asks of whom, and what is paid, as far as that does not follow from a run.

    Parameters
    ----------
    called_for : orders with a rule (places among `scheduled.orders_of`) that are supposed to be called for in every
        month, and all others with a rule never; communities that a rule chooses for a stage are then supposed to be
        chosen, each with its chance. By default what follows from a run is left out.
    """
    template = template_of(scenario)
    _, world = (template.plain() if isinstance(template, Surveyed) else template).fresh()
    views = world._asdict()
    sites = (*template.sites, NATIONAL_SITE)
    organizations = world.accounts[FIRST_POOL + world.backbone.size :]
    organizations[:] = PLENTY
    organizations[world.backbone] = 0
    first = world.first_organization
    world.status[:] = ACTIVE
    world.fte[np.where(first == world.backbone, first + 1, first)] = 1.0  # one each, so that no cents are left over
    by_rule = np.flatnonzero(world.stage_given == 0)
    chances = _chances(scenario, world, by_rule)
    views["stage_month"] = np.where(world.stage_given, world.stage_month, -1)
    orders = orders_of(scenario)
    known = {}
    for n, order in enumerate(orders):
        waits = world.order_stage[n] in by_rule
        if called_for is None and order.when is None and not waits:
            known[n] = _numbers(views, n)
        elif called_for is not None and (order.when is None or n in called_for):
            known[n] = _numbers(views, n) | {"order_indicator": np.full(1, -1, world.order_indicator.dtype)}
    of_partners = (world.role != BACKBONE) & (world.site_of < len(template.sites))
    found: dict[tuple[int, int], NDArray[np.float64]] = {}
    grants = [_numbers(views, g, GRANTS) for g in range(world.grant_site.size)]
    granted = np.zeros(template.months)
    nothing_yet = template.output()[:0]
    for month in range(template.months):
        now = {"month": month, "key": np.uint64(0), "out": nothing_yet}
        play(selection.choose.py_func, views | now | {"p": None})
        if called_for is not None:
            for stage in by_rule:
                world.chosen[stage, : len(template.sites)] = month >= world.stage_month[stage]
        for g, grant in enumerate(grants):
            if world.grant_begins[g] <= month < world.grant_ends[g]:
                play(engine.kept(levers.receive_grants), grant | now)
                granted[month] += world.grants_received.sum() * chances.get(int(world.grant_stage[g]), 1.0)
        play(engine.kept(levers.clear), views)
        for n in known:
            if world.order_begins[n] <= month < world.order_ends[n]:
                charged = _charged(known[n] | now, world, of_partners)
                for site in np.flatnonzero((charged[0] > 0) | (charged[2] > 0)):
                    bill = found.setdefault((n, int(site)), np.zeros((3, template.months)))
                    bill[:, month] = charged[:, site]
    bills = []
    for n, where in sorted(found):
        asked, paid, hours = found[n, where]
        chance = chances.get(int(world.order_stage[n]), 1.0)
        bills.append(Bill(n, orders[n].use, orders[n].payer, sites[where], asked, paid, hours, chance))
    return Bills(
        bills=tuple(bills),
        left_out=tuple((n, order) for n, order in enumerate(orders) if n not in known),
        at_most=frozenset(sites[world.grant_site[g]] for g in np.flatnonzero(np.isin(world.grant_stage, by_rule))),
        grants=granted,
    )


ORDERS = {"order": 1, "order_row": 2}
GRANTS = {"grant": 1}
"""Entities of a schedule, each with how many entries of it one order, or one grant, has."""


def _numbers(views: dict[str, Any], n: int, entities: dict[str, int] = ORDERS) -> dict[str, Any]:
    """Return the world with one order, or one grant, alone on its schedule."""
    return views | {f.name: views[f.name][n : n + entities[f.entity]] for f in FIXED if f.entity in entities}


def _chances(scenario: Scenario, world: Any, by_rule: NDArray[np.int64]) -> dict[int, float]:
    """Return for each stage that a rule chooses for the chance of a community, where all are as likely."""
    if scenario.selection is None:
        return {}
    found = {int(g): min(1.0, float(world.stage_places[g]) / len(scenario.sites)) for g in by_rule}
    for g in found:  # who was not chosen for the stage before cannot be for this one
        pool = int(world.stage_pool[g])
        while pool >= 0:
            chosen = float(world.given_choice[pool].sum()) / len(scenario.sites)
            found[g] = min(found[g], found.get(pool, chosen))
            pool = int(world.stage_pool[pool])
    return found


def _charged(given: dict[str, Any], world: Any, of_partners: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Carry one order out for a month; return what was asked, paid and taken of partners' time [3, sites]."""
    world.spent[:] = world.unpaid_backbone[:] = world.hours[:] = 0.0
    play(engine.kept(levers.set_doses), given)
    hours = np.bincount(world.site_of[of_partners], world.hours[of_partners], minlength=len(world.spent))
    return np.stack([world.spent + world.unpaid_backbone, world.spent, hours])  # organizations have plenty
