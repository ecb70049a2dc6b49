"""What is asked of payers and not paid, in sentences: before a run where that is known, and after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tfs_sim.experiments.execution.result import Result
    from tfs_sim.scenario import Scenario
    from tfs_sim.scenario.bills import Bills
    from tfs_sim.scenario.tables import ScheduledIntervention

MOST_NAMED = 3
"""Sites that a sentence names; the others are counted."""

Row = tuple[str, tuple[str, ...], int, "float | None", float]
"""A site, the interventions that its payer is asked for, the first month that is short, dollars asked and not paid."""


def beforehand(scenario: Scenario) -> list[str]:
    """Return a sentence on each backbone, or group of alike ones, that is asked for more than it will have."""
    if not any(_asks(item, "backbone") for item in scenario.in_force()[0]):
        return []
    from tfs_sim.scenario.bills import bills_of

    bills = bills_of(scenario)
    # what follows from the run may ask the same backbones for more
    most = any(_asks(item, "backbone") for _, item in bills.left_out)
    return _sentences(scenario, "backbone", _known(bills), "is", "are", "can pay at most" if most else "can pay")


def afterwards(result: Result) -> list[str]:
    """Return a sentence on each payer who was asked for more than it had, by what the runs recorded."""
    import numpy as np

    from tfs_sim.model.catalogue import METRICS
    from tfs_sim.scenario.bills import HALF_A_CENT, bills_of
    from tfs_sim.scenario.tables import NATIONAL_SITE

    said: list[str] = []
    bills: Bills | None = None
    for payer, place in ((METRICS[name].unpaid_by, place) for place, name in enumerate(result.metrics)):
        if not payer:
            continue
        unpaid = 1000.0 * result.values[..., place].mean(axis=0)
        rows: list[Row] = []
        for n in np.flatnonzero(unpaid.sum(axis=0) > HALF_A_CENT):
            bills = bills or bills_of(result.scenario)
            site = result.sites[n]
            uses, asked = _asked(result.scenario, bills, payer, site)
            first = int(np.flatnonzero(unpaid[:, n] > 0)[0])
            rows.append((site, uses, first, asked, float(unpaid[:, n].sum())))
        asking = any(_asks(item, "backbone") for item in result.scenario.in_force()[0])
        if payer == "backbone" and result.scenario.nationals and asking:  # their table is no site of the results
            bills = bills or bills_of(result.scenario)
            rows += [row for row in _known(bills) if row[0] == NATIONAL_SITE]
        said += _sentences(result.scenario, payer, rows, "was", "were", "paid")
    return [f"Not paid: {sentence[0].lower()}{sentence[1:]}" for sentence in said]


def _asks(item: ScheduledIntervention, payer: str) -> bool:
    """Say whether an order asks a payer for anything."""
    from tfs_sim.model.catalogue import INTERVENTIONS

    return item.payer == payer and item.amount * INTERVENTIONS[item.use].cost > 0


def _known(bills: Bills) -> list[Row]:
    from tfs_sim.scenario.bills import first_short

    rows: list[Row] = []
    for site, found in bills.short():
        asked, paid = (float(sum(getattr(bill, name).sum() for bill in found)) for name in ("asked", "paid"))
        uses = tuple(dict.fromkeys(bill.use for bill in found))
        rows.append((site, uses, first_short(found), asked, asked - paid))
    return rows


def _asked(scenario: Scenario, bills: Bills, payer: str, site: str) -> tuple[tuple[str, ...], float | None]:
    """Return what a payer was asked for at a site, and how much that is if it does not follow from the run."""
    members = scenario.organizations()[site]
    open_ends = [
        item
        for _, item in bills.left_out
        if _asks(item, payer) and any(item.target.matches(site, member) for member in members)
    ]
    found = bills.of(payer, site)
    uses = [bill.use for bill in found]
    as_one_of_many = [  # where organizations pay themselves, a backbone that is reached pays, too
        item
        for item in scenario.in_force()[0]
        if payer == "backbone"
        and _asks(item, "organization")
        and any(member.role == "backbone" and item.target.matches(site, member) for member in members)
    ]
    open_ends += as_one_of_many
    # an order asks for what is missing: where organizations cannot pay for a first one, a second asks them for more
    certain = not open_ends and (payer == "backbone" or len(set(uses)) == len(uses))
    names = tuple(dict.fromkeys([*uses, *(item.use for item in open_ends)]))
    return names, float(sum(bill.asked.sum() for bill in found)) if certain else None


def _sentences(scenario: Scenario, payer: str, rows: Iterable[Row], one: str, many: str, pays: str) -> list[str]:
    """Return a sentence for each group of sites that are asked for the same and are short from the same month on."""
    from tfs_sim.scenario.bills import HALF_A_CENT

    groups: dict[tuple[tuple[str, ...], int, bool], list[Row]] = {}
    for row in rows:
        groups.setdefault((row[1], row[2], row[3] is None), []).append(row)
    said = []
    for (uses, first, unknown), alike in groups.items():
        unpaid = sum(row[4] for row in alike)
        what = _all_of(uses)
        verb = one if payer == "backbone" and len(alike) == 1 else many
        since = f"(short from {scenario.clock.date(first)} on)"
        who = _who(scenario, payer, [row[0] for row in alike])
        if unknown:
            said.append(f"{who} {verb} asked to pay for {what} and did not pay {money(unpaid)} of that {since}.")
            continue
        asked = sum(row[3] or 0.0 for row in alike)
        paid = asked - unpaid
        rest = f"{pays} all but {money(unpaid)}" if money(paid) == money(asked) else f"{pays} {money(paid)}"
        if paid < HALF_A_CENT:
            rest = f"{pays.removesuffix(' at most')} nothing"
        said.append(f"{who} {verb} asked for {money(asked)} for {what} and {rest} {since}.")
    return said


def _who(scenario: Scenario, payer: str, sites: Sequence[str]) -> str:
    named = sites if len(sites) <= MOST_NAMED + 1 else sites[:MOST_NAMED]
    titles = [_title(scenario, site) for site in named]
    if len(named) < len(sites):
        titles.append(f"{len(sites) - len(named):,} more sites")
    owners = "Organizations" if payer == "organization" else "The backbone" if len(sites) == 1 else "The backbones"
    return f"{owners} of {_all_of(titles)}"


def _all_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _title(scenario: Scenario, site: str) -> str:
    return (scenario.sites[site].title or site) if site in scenario.sites else "the national table"


def money(dollars: float) -> str:
    """Return an amount as people say it: $252k, $2.4k, $350."""
    if abs(dollars) < 1000:
        return f"${dollars:,.0f}"
    thousands = dollars / 1000
    return f"${thousands:,.1f}k" if thousands < 10 and round(thousands, 1) % 1 else f"${thousands:,.0f}k"
