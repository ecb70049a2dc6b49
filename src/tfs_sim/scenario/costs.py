"""What a schedule costs by payer and month, and what it asks of partners' time, expected before a run.

The numbers are those of `bills`: the engine's own kernels with nobody acting. What follows from a run is reckoned so:

- *An order with a rule* costs at most what it costs if it is always called for. Of two sides of one rule (above and
  below the same mean of the same indicator, without a memory) only one is ever called for: the dearer one counts.
- *Communities that a rule chooses* are taken to be as likely as each other: a stage's cost is that of its places.
- *Organizations* are taken to take part and to be able to pay what they are asked for. So the hours are those of a full
  table; meetings and joint work come on top, in every strategy.
- *An emergency fund* pays what organizations lose in a crisis: how much, a run says, and it is left out (`OPEN`).
- *Backbones* pay out of their grants, and what they cannot pay is not done.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfs_sim.model.state import PAYERS
from tfs_sim.scenario.bills import Bills, bills_of
from tfs_sim.scenario.scheduled import orders_of
from tfs_sim.scenario.schema import Scenario
from tfs_sim.scenario.tables import Clock, ScheduledIntervention

OPEN = ("emergency-fund",)
"""Interventions that cost what a run makes them cost: what a fund pays out follows from what organizations lose."""
YEAR = 12
"""Months; years are counted from the start of the clock."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Costs:
    """What a schedule is expected to cost.

    Attributes
    ----------
    paid : of each payer that pays anything, dollars by month for interventions.
    grants : dollars by month that the funder pays to backbones, out of which they pay.
    hours : of partners' staff by month, where all organizations take part.
    at_most : whether rules decide about part of it in a run, so that this is the most that it can be.
    chosen : whether a rule chooses communities, so that this is an expectation over whom it may choose.
    open : interventions among these that cost more than is reckoned here (`OPEN`).
    """

    paid: dict[str, Array]
    grants: Array
    hours: Array
    at_most: bool = False
    chosen: bool = False
    open: tuple[str, ...] = ()

    @property
    def dollars(self) -> Array:
        """What all payers pay for interventions, by month."""
        return np.asarray(sum(self.paid.values(), np.zeros(len(self.grants))))


def by_year(months: Array) -> Array:
    """Return sums of months by year; the last year may be shorter."""
    return np.asarray(np.add.reduceat(months, np.arange(0, len(months), YEAR)))


def costs_of(scenario: Scenario, among: Collection[int] | None = None) -> Costs:
    """Return what a scenario's schedule is expected to cost.

    Parameters
    ----------
    among : places among `scheduled.orders_of` of the orders that count; default: all. The others are carried out, too:
        where two overlap, the second adds what is still missing.
    """
    orders = orders_of(scenario)
    ruled = {n: order for n, order in enumerate(orders) if order.when is not None}
    found = [bills_of(scenario, called) for called in _called(ruled, scenario.clock)]
    parts = [_by_site(bills, among) for bills in found]
    months = np.arange(scenario.clock.months)
    paid: dict[str, Array] = {}
    hours = np.zeros(len(months))
    empty = np.zeros((len(WHAT), len(months)))
    for site in dict.fromkeys(site for part in parts for site in part):
        sides = np.stack([part.get(site, empty) for part in parts])
        dearer = sides[:, :-1].sum(axis=1).argmax(axis=0)  # of two sides of a rule, month by month
        hours += sides[:, -1].max(axis=0)
        for payer, dollars in zip(PAYERS, np.moveaxis(sides[:, :-1], 1, 0), strict=True):
            if dollars.any():
                paid[payer] = paid.get(payer, np.zeros(len(months))) + dollars[dearer, months]
    counted = [n for n in ruled if among is None or n in among]
    selection = scenario.selection
    stages = set() if selection is None else {s.name for s in selection.stages if not selection.is_given(s)}
    used = {order.stage for n, order in enumerate(orders) if among is None or n in among}
    used |= {grant.stage for grant in scenario.in_force()[1]} if among is None else set()
    uses = {order.use for n, order in enumerate(orders) if among is None or n in among}
    open_ = tuple(use for use in OPEN if use in uses)
    return Costs(paid, found[0].grants, hours, bool(counted), bool(stages & used), open_)


def _called(ruled: dict[int, ScheduledIntervention], clock: Clock) -> list[list[int]]:
    """Return which orders with a rule may be called for at once: two sides of one rule never are."""
    rules = {n: (order.when, order.window(clock)[0]) for n, order in ruled.items() if order.when is not None}
    looks = {(rule.indicator, rule.threshold, rule.every, rule.over, first) for rule, first in rules.values()}
    remembers = any(rule.end != rule.threshold or rule.at_least > rule.every for rule, _ in rules.values())
    sides = [[n for n, (rule, _) in rules.items() if (rule.below is None) is above] for above in (True, False)]
    return sides if len(looks) == 1 and not remembers and all(sides) else [list(ruled)]


WHAT = (*PAYERS, "hours")
"""What is reckoned of every site and month."""


def _by_site(bills: Bills, among: Collection[int] | None) -> dict[str, Array]:
    """Return dollars of each payer, and hours, by month, of every site: `WHAT` × months."""
    found: dict[str, Array] = {}
    for bill in bills.bills:
        if among is None or bill.order in among:
            rows = found.setdefault(bill.site, np.zeros((len(WHAT), len(bills.grants))))
            rows[WHAT.index(bill.payer)] += bill.chance * bill.paid
            rows[-1] += bill.chance * bill.hours
    return found
