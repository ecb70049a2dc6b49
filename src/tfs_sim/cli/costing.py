"""What strategies cost, before a run, by payer and year, and what a budget did to their doses: for `check`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tfs_sim.cli.paying import money
from tfs_sim.cli.terminal import bold, wrapped
from tfs_sim.scenario.errors import count

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm, Experiment
    from tfs_sim.scenario.costs import Costs

PAYERS = {
    "funder": "funder",
    "grants": "funder's grants",
    "backbone": "backbones, of grants",
    "organization": "organizations",
    "outside": "others outside",
    "hours": "partners' hours",
}
"""What each row of a strategy is called."""
MEANT = 0.1
"""Strategies whose costs differ by less than this share may be meant to cost the same …"""
SAME = 0.001
"""… and do, where they differ by less than this."""


def told(experiment: Experiment) -> list[str]:
    """Return blocks of text on what each strategy costs the one and the other, and what is asked of partners."""
    found = dict(_by_strategy(experiment.arms()))
    rows = _rows(found)
    if not rows:
        return [wrapped(line, "  ", "  ") for line in _searched(experiment)]
    start = experiment.arms()[0].scenario.clock.start
    said = [f"What strategies cost in dollars, expected (years count from {start}):", *_lines(rows)]
    said += [wrapped(line, "  ", "  ") for line in (*_how(list(found.values())), *_budget(experiment))]
    if experiment.budget is None:
        said += [wrapped(line, "  ", "  ") for line in _nearly_equal(found)]
    return [*said, *(wrapped(line, "  ", "  ") for line in _searched(experiment))]


def _searched(experiment: Experiment) -> Iterator[str]:
    """Yield among how many allocations a search would go, of an experiment with [optimize].

    Raises
    ------
    UserError
        When its budget does not buy the cheapest dose.
    """
    optimize = experiment.optimize
    budget = None if optimize is None else optimize.budget(experiment)
    if optimize is None or budget is None:
        return
    from tfs_sim.experiments.designs.allocations import Space, affordable

    space = Space.of(experiment)
    for dollars in (*optimize.frontier, budget.dollars):
        bought = affordable(space, dollars, experiment)
    allowed = bought.grid().all_allowed()
    number = "more allocations than are counted" if allowed is None else count(len(allowed), "allocation")
    least, what = space.cheapest()
    yield (
        f"tfs-sim optimize: {budget.said} buys {number} of {count(len(space.practices), 'practice')}, without rules; "
        f"at most about {optimize.tries:,} are proposed. The cheapest is {what}, for {money(least)}."
    )


def _by_strategy(arms: Sequence[Arm]) -> Iterator[tuple[str, Costs]]:
    """Yield what each strategy costs, and under each combination of levels where that differs."""
    from tfs_sim.scenario.costs import costs_of

    seen: dict[str, Costs] = {}
    for strategy, own in groupby(arms, key=lambda arm: arm.strategy):
        under = []
        for arm in own:
            schedule = arm.scenario.model_copy(update={"shocks": (), "parameters": {}})  # of no account for costs
            digest = schedule.digest()
            if digest not in seen:
                seen[digest] = costs_of(schedule)
            under.append((arm.label, seen[digest]))
        alike = all(_facts(costs) == _facts(under[0][1]) for _, costs in under)
        yield from [(strategy, under[0][1])] if alike else under


def _facts(costs: Costs) -> list[Any]:
    return [[name, *amounts.tolist()] for name, amounts in _amounts(costs)]


def _amounts(costs: Costs) -> Iterator[tuple[str, Any]]:
    """Yield what is paid by each payer, granted, and asked of partners, by month, where it is anything."""
    every = {**costs.paid, "grants": costs.grants, "hours": costs.hours}
    yield from ((name, every[name]) for name in PAYERS if name in every and every[name].any())


def _rows(found: dict[str, Costs]) -> list[tuple[str, str, str, str]]:
    """Return a row for each amount: strategy, of whom, in all, by year; what all strategies share comes first, once."""
    from tfs_sim.scenario.costs import by_year

    said: dict[str, list[tuple[str, str, str]]] = {}
    for label, costs in found.items():
        own = said.setdefault(label, [])
        for name, months in _amounts(costs):
            say = _hours if name == "hours" else money
            own.append((PAYERS[name], say(months.sum()), _years(by_year(months).tolist(), say)))
    if not any(said.values()):
        return []
    first = next(iter(said.values()))
    shared = [row for row in first if len(said) > 1 and all(row in own for own in said.values())]
    rows = [("every strategy" if n == 0 else "", *row) for n, row in enumerate(shared)]
    for label, own in said.items():
        rest = [row for row in own if row not in shared]
        nothing = ("no more" if shared else "nobody", money(0), "")
        rows += [(label if n == 0 else "", *row) for n, row in enumerate(rest or [nothing])]
    return rows


def _lines(rows: Sequence[tuple[str, str, str, str]]) -> Iterator[str]:
    """Yield rows with their first three cells in columns; the fourth takes more lines where it is long."""
    head = ("strategy", "of whom", "in all", "by year")
    wide = [max(len(row[n]) for row in (head, *rows)) for n in range(3)]
    for row in (head, *rows):
        lead = f"    {row[0]:<{wide[0]}}  {row[1]:<{wide[1]}}  {row[2]:>{wide[2]}}  "
        text = wrapped(row[3], " " * len(lead), lead) if row[3] else lead.rstrip()
        yield bold(text) if row is head else text


def _hours(hours: float) -> str:
    return f"{hours:,.0f}"


def _years(years: list[float], say: Callable[[float], str]) -> str:
    """Return amounts by year: `1: $51k, 2–5: $102k`; years in a row that are said alike once."""
    parts = []
    at = 1
    for said, alike in groupby(say(year) for year in years):
        last = at + len(list(alike)) - 1
        parts.append((f"{at}" if last == at else f"{at}–{last}", said))
        at = last + 1
    if len(parts) == 1:
        return f"{parts[0][1]}{' each' if len(years) > 1 else ''}"
    return ", ".join(f"{when}: {said}" for when, said in parts)


def _how(found: Sequence[Costs]) -> Iterator[str]:
    """Yield how costs were reckoned, as far as it matters here."""
    said = "Reckoned from the schedule alone."
    if any(costs.at_most for costs in found):
        said += " What has a rule is taken to be called for always, so this is the most that it can cost."
    if any(costs.chosen for costs in found):
        said += " Where a rule chooses communities, all are taken to be as likely."
    if open_ := sorted({use for costs in found for use in costs.open}):
        said += f" What {' and '.join(open_)} pays out in a crisis is not in these sums: it follows from a run."
    if any(costs.hours.any() for costs in found):
        said += (
            " Hours are what practices ask of partners' staff where all organizations take part; meetings and joint "
            "work come on top in every strategy."
        )
    if any(costs.grants.any() for costs in found):
        said += " Grants are what backbones pay from: the two are not to be added."
    yield said


def _budget(experiment: Experiment) -> Iterator[str]:
    """Yield what a budget did to each strategy under it."""
    budget = experiment.budget
    if budget is None:
        return
    arms = [arm for arm in experiment.arms() if arm.fitted is not None]
    for strategy, own in groupby(arms, key=lambda arm: arm.strategy):
        under = list(own)
        alike = all(arm.fitted == under[0].fitted for arm in under)
        for arm in under[:1] if alike else under:
            yield f"{strategy if alike else arm.label}: {_fitted(arm, budget)}"


def _fitted(arm: Arm, budget: Any) -> str:
    done = arm.fitted
    assert done is not None
    doses = dict.fromkeys(
        f"{use} {dose:.4g}" + ("" if f"{dose:.4g}" == f"{written:.4g}" else f" (written: {written:.4g})")
        for use, written, dose in done.doses
    )
    said = f"{budget.said} buys {', '.join(doses)}."
    low, high = done.years
    if budget.dollars - done.costs > SAME * budget.dollars:
        left = f"{money(budget.dollars - done.costs)} {'a year are' if budget.a_year is not None else 'are'} left"
        said += f" {left}, so that it costs less than strategies that use all: no dose is scaled beyond its largest."
    elif budget.a_year is not None and high - low > SAME * high:
        said += f" Its dearest year costs that; its cheapest {money(low)}."
    return said


def _nearly_equal(found: dict[str, Costs]) -> Iterator[str]:
    """Yield which strategies cost the funder nearly the same: they may be meant to cost the same, and do not."""
    totals = {label: float(costs.paid["funder"].sum()) for label, costs in found.items() if "funder" in costs.paid}
    ordered = sorted(totals, key=lambda label: totals[label])
    groups: list[list[str]] = []
    for label in ordered:
        if groups and totals[label] <= (1 + MEANT) * totals[groups[-1][0]]:
            groups[-1].append(label)
        else:
            groups.append([label])
    for group in groups:
        least, most = totals[group[0]], totals[group[-1]]
        if most - least > SAME * most:
            costs = ", ".join(f"{label} {money(totals[label])}" for label in group)
            yield f"Nearly the same for the funder, and not the same: {costs}. If equal is meant, [budget] makes it so."
