"""What interventions cost, known before a run: the schedule of money, played by the engine's own kernels.

Grants come in, orders are charged to their payers, month by month, with nobody acting. That settles what the funder,
the outside world and the backbones are asked for and pay. It does not settle what follows from a run: orders with a
rule, and orders of stages that a rule chooses for, are left out; organizations that pay themselves are taken to be able
to, and what part of a grant is flexible to be passed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.model.fixed import FIXED
from tfs_sim.model.forms import play
from tfs_sim.model.mechanisms import levers, selection
from tfs_sim.model.state import ACTIVE, FIRST_POOL
from tfs_sim.scenario.beginnings import Surveyed, template_of
from tfs_sim.scenario.build import orders_of
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
    order : its place among `build.orders_of`, and so the order in which purses are asked.
    use, payer, site : the intervention, who pays, the key of the site.
    asked, paid : dollars, by month.
    """

    order: int
    use: str
    payer: str
    site: str
    asked: NDArray[np.float64]
    paid: NDArray[np.float64]


@dataclass(frozen=True)
class Bills:
    """The bills of a scenario.

    Attributes
    ----------
    bills : one for each order and site that is asked for anything, in the order of the file.
    left_out : orders that follow from the run, as (order, what it is).
    at_most : sites whose backbone may get a grant that follows from the run.
    """

    bills: tuple[Bill, ...]
    left_out: tuple[tuple[int, ScheduledIntervention], ...]
    at_most: frozenset[str]

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


def bills_of(scenario: Scenario) -> Bills:
    """Return what each order asks of whom, and what is paid, as far as that does not follow from a run."""
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
    views["stage_month"] = np.where(world.stage_given, world.stage_month, -1)
    orders = orders_of(scenario)
    known = {
        n: _numbers(views, n)
        for n, order in enumerate(orders)
        if order.when is None and world.order_stage[n] not in by_rule
    }
    found: dict[tuple[int, int], tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    for month in range(template.months):
        now = {"month": month, "key": np.uint64(0), "out": template.output()[:0]}
        play(selection.choose.py_func, views | now | {"p": None})
        play(engine.kept(levers.receive_grants), views | now)
        play(engine.kept(levers.clear), views)
        for n in known:
            if world.order_begins[n] <= month < world.order_ends[n]:
                asked, paid = _charged(known[n] | now, world)
                for site in np.flatnonzero(asked):
                    bill = found.setdefault((n, int(site)), (np.zeros(template.months), np.zeros(template.months)))
                    bill[0][month], bill[1][month] = asked[site], paid[site]
    return Bills(
        bills=tuple(Bill(n, orders[n].use, orders[n].payer, sites[site], *found[n, site]) for n, site in sorted(found)),
        left_out=tuple((n, order) for n, order in enumerate(orders) if n not in known),
        at_most=frozenset(sites[world.grant_site[g]] for g in np.flatnonzero(np.isin(world.grant_stage, by_rule))),
    )


def _numbers(views: dict[str, Any], n: int) -> dict[str, Any]:
    """Return the world with one order alone on its schedule."""
    ends = {"order": n + 1, "order_row": n + 2}
    return views | {f.name: views[f.name][n : ends[f.entity]] for f in FIXED if f.entity in ends}


def _charged(given: dict[str, Any], world: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Carry one order out for a month; return what was asked and paid at each site."""
    world.spent[:] = world.unpaid_backbone[:] = 0.0
    play(engine.kept(levers.set_doses), given)
    return world.spent + world.unpaid_backbone, world.spent.copy()  # organizations have plenty
