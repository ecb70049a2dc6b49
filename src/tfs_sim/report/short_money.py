"""The lines of the answer in short on money: what it costs whom, what to choose for it, and what a student costs."""

from __future__ import annotations

from itertools import pairwise

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import over_sites
from tfs_sim.analysis.decided import Decided
from tfs_sim.analysis.ranking import Ranking
from tfs_sim.analysis.sentences import capital, lower
from tfs_sim.analysis.variance import Part
from tfs_sim.analysis.windows import mean_over
from tfs_sim.decisions.words import amount
from tfs_sim.report.short_lines import Teller
from tfs_sim.scenario.errors import count

YEAR = 12
"""Student-months of a student's year."""


def costs(t: Teller, found: Ranking) -> str:
    """Say what the best and the next take: money, work that partners align, and their hours on top."""
    stored = t.stored
    if "cost" not in stored.metrics:
        return ""
    sites, months = len(stored.sites), stored.months
    where = f" at all {sites} sites" if sites > 1 else ""
    said: list[str] = []
    for s in (found.best, found.second):
        if s == stored.nothing:
            continue
        arm = stored.arm(s, stored.main)

        def total(name: str, arm: int = arm) -> float:
            return float(mean_over(over_sites(stored, name)[arm], 0)) * sites

        dollars = total("cost")
        t.note("cost", stored.title(s), dollars, unit="thousand dollars")
        over = "" if said else f"{where} over {count(months, 'month')}"
        whoever = "" if said else ", whoever pays,"
        parts = [f"{words.money(dollars)} in money{whoever}{over}"]
        if "staff_given" in stored.metrics:
            fte = total("staff_given") / months
            t.note("aligned work", stored.title(s), fte, unit="FTE")
            parts.append(f"{words.number(fte, 1)} FTE of partners' own staff aligned")
        if "hours" in stored.metrics:
            hours = total("hours") / months
            t.note("hours on top", stored.title(s), hours, unit="hours a month")
            parts.append(f"{words.number(hours, 0)} of their hours a month on top")
        said.append(f"{t.title(s)}: {'; '.join(parts)}.")
    return " ".join(said)


def by_money(t: Teller, found: Ranking | None, view: Decided) -> str:
    """Say what to choose in which band of worths: what does best may cost more than what it does is worth."""
    if not view.sure or all(price is None for _, _, price in steps(view)):
        return ""
    said = view.words()[0][1][0]
    for worth in view.ratios:
        t.note("worth where the choice changes", "", worth, unit="dollars")
    chosen = {str(best) for best in view.bands[t.stored.main]["best"]}
    if found is not None and view.names[found.best] not in chosen:
        said += f" {t.title(found.best)}, which does best, is the choice at no worth: others do more for the money."
    return f"{words.condition(t.stored.main)}: {lower(said)}" if t.stored.main else said


def steps(view: Decided) -> list[tuple[str, str, Part | None]]:
    """Return the steps of the frontier: from which strategy to which, and what a further student-month costs."""
    efficient = view.frontier[view.frontier["status"] == "efficient"].sort_values("cost", kind="stable")
    # of several that cost and do the same no step leads from one to the other
    names = efficient.drop_duplicates(["cost", "effect"])["strategy"].astype(str)
    return [(before, after, view.price(before, after)) for before, after in pairwise(names)]


def student(t: Teller, view: Decided) -> str:
    """Say what a further student-month costs, step by step along the frontier, each with its interval."""
    stored = t.stored
    rows = steps(view)
    if not rows:
        return ""
    told: list[str] = []
    for before, after, price in rows:
        one, two = words.quoted(before), words.quoted(after)
        what = "a further student-month of support" if not told else "each beyond that"
        if price is None:
            told.append(f"no price can be told for {what} (from {one} to {two}: it may do nothing)")
            continue
        t.note("a further student-month", after, price.value, price.low, price.high, "dollars")
        year = ""
        if not told:
            t.note("a further student's year", after, YEAR * price.value, unit="dollars")
            year = f", ${amount(YEAR * price.value)} for a student's year"
        ends = f"95% interval ${amount(price.low)} to ${amount(price.high)}"
        told.append(f"${amount(price.value)} for {what}{year} (from {one} to {two}; {ends})")
    said = f"{capital('; then '.join(told))}."
    off = [str(row["strategy"]) for row in view.frontier.to_dict("records") if row["status"] != "efficient"]
    if off:
        verb = "costs" if len(off) == 1 else "cost"
        said += f" {words.joined([words.quoted(s) for s in off])} {verb} more than that for a further one."
    return f"{words.condition(stored.main)}: {said}" if stored.main else said
