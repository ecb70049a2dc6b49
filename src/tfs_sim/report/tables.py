"""The tables of the report, as text in cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import DataFrame

from tfs_sim.analysis import stamps, words
from tfs_sim.analysis.compare import Paired, against, over_sites
from tfs_sim.analysis.conditions import by_condition
from tfs_sim.analysis.findings import ranked_metrics
from tfs_sim.analysis.provisos import differing_parameters, shortfalls
from tfs_sim.analysis.rules import months_on
from tfs_sim.analysis.sentences import capital, lower, thing_of
from tfs_sim.analysis.spread_words import in_cells, parts
from tfs_sim.analysis.spreads import spread
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.variance import Part
from tfs_sim.analysis.windows import mean_over, metric
from tfs_sim.scenario.errors import count


@dataclass(frozen=True)
class Table:
    """Headings, rows of cells (the first is the row's name), and a sentence under the table.

    `stem` names its data (`data/<stem>.csv`), `data` are the numbers behind its cells: a row for each of the
    table's, in its order, unrounded, in the units of the cells. None where a table holds no numbers of its own.
    """

    headings: list[str]
    rows: list[list[str]]
    note: str = ""
    stem: str = ""
    data: DataFrame | None = None


def behind(result: Paired, name: str) -> dict[str, float]:
    """Return the numbers behind a paired difference in shown units: itself, its ends, and under the middle set."""
    m = metric(name)
    by = 1.0 if words.is_money(m) else words.factor(m)
    return {
        "": result.difference * by,
        ", low": result.low * by,
        ", high": result.high * by,
        **({", middle set": result.middle * by} if result.sets else {}),
    }


def spoken(result: Paired, name: str) -> str:
    """Return "+0.05 (0.03 to 0.07)", or that nothing differs."""
    m = metric(name)
    if result.pairs == 0:
        return "no values"
    if result.same:
        return "the same in all pairs"
    unit = " points" if words.unit(m, difference=True) == "percentage points" else ""
    size = words.difference(result.difference, result.low, result.high, m)
    if math.isnan(result.low):
        return f"{size}{unit} (too few for an interval)"
    return f"{size} ({words.interval(result.low, result.high, m)}){unit}"


@dataclass(frozen=True, slots=True)
class _Price:
    """A column of what a strategy takes: its heading, the metric's total over all sites, and how that is said.

    `share` of the total is what the column shows: a site's, or a month's.
    """

    heading: str
    name: str
    said: Callable[[float], str]
    share: float = 1.0


def _prices(stored: Stored) -> list[_Price]:
    """Return the columns of money, and of all that partners give."""
    sites, months = len(stored.sites), stored.months
    everywhere = ", all sites" if sites > 1 else ""
    columns = [_Price(f"Cost{everywhere}", "cost", words.money)]
    if sites > 1:
        columns.append(_Price("Cost a site", "cost", words.money, 1 / sites))
    short = [name for name in stored.metrics if metric(name).unpaid_by and np.nansum(stored.values(name)) > 0]
    columns += [_Price(f"{metric(name).title}{everywhere}", name, words.money) for name in short]
    columns += [
        _Price(f"Work that partners align{everywhere} (FTE)", "staff_given", lambda n: words.number(n, 1), 1 / months),
        _Price(f"Partners' hours on top{everywhere} (a month)", "hours", lambda n: words.number(n, 0), 1 / months),
        _Price(f"Hours for bids{everywhere} (a month)", "bid_hours", lambda n: words.number(n, 0), 1 / months),
    ]
    return [column for column in columns if column.name in stored.metrics]


def takes(stored: Stored) -> Table:
    """Return what each strategy takes: money, and all that partners give."""
    prices = _prices(stored)
    rows, data = [], []
    for s in stored.strategies:
        arm = stored.arm(s, stored.main)
        totals = {p.name: float(mean_over(over_sites(stored, p.name)[arm], 0)) * len(stored.sites) for p in prices}
        shown = [price.share * totals[price.name] for price in prices]
        rows.append([stored.title(s), *(price.said(each) for price, each in zip(prices, shown, strict=True))])
        data.append((stored.title(s), *shown))
    note = (
        f"Means over the runs{_where(stored)}, of {count(stored.months, 'month')}. Cost is all that is spent on "
        "interventions at these sites, whoever pays; what a national table costs is not in it. By payer and year, as "
        "expected before a run: `tfs-sim check` with the experiment. What partners give of their own is not priced in "
        "it: work that they align is theirs anyway, done as part of the shared plan; hours on top are meetings, "
        "coordination within teams and learning; hours for bids are those of all organizations."
    )
    headings = ["Strategy", *(price.heading for price in prices)]
    unit = [f"{p.heading}{', thousand dollars' if words.is_money(metric(p.name)) else ''}" for p in prices]
    return Table(headings, rows, note, "takes", DataFrame(data, columns=["Strategy", *unit]))


def changes(stored: Stored) -> Table:
    """Return what each strategy changes against doing nothing (or the reference), and how often it does worse."""
    base = stored.nothing or stored.against
    shown = [stored.primary, *(n for n in ranked_metrics(stored) if n != stored.primary)][:3]
    better = bool(metric(shown[0]).better)
    headings = ["Strategy", *(_headed(stored, name) for name in shown)]
    headings += [f"Chance of worse than {words.quoted(stored.title(base))}"] if better else []
    rows = []
    data: list[dict[str, str | float]] = []
    for s in stored.strategies:
        if s == base:
            rows.append([f"{stored.title(s)} (compared with)", *["–"] * len(shown), *(["–"] if better else [])])
            data.append({"Strategy": stored.title(s)})
            continue
        results = [against(stored, n, s, base, stored.main) for n in shown]
        data.append({"Strategy": stored.title(s), **_named(results, headings[1 : len(shown) + 1], shown)})
        if better:
            chance = (results[0].worse, results[0].worse_low, results[0].worse_high)
            data[-1] |= {f"{headings[-1]}{end}": share for end, share in zip(ENDS, chance, strict=True)}
        said = [f"{spoken(r, n)}{_middle(r, n)}" for r, n in zip(results, shown, strict=True)]
        rows.append([stored.title(s), *said, *([_chance(results[0])] if better else [])])
    sites = words.mean_over_sites(len(stored.sites))
    note = (
        f"Differences from {words.quoted(stored.title(base))}{_where(stored)} over the same luck, each over the months "
        f"that its heading names{f', {sites}' if sites else ''}, with 95% intervals."
    )
    if any("middle set" in cell for row in rows for cell in row):
        note += " Where few sets of parameters make most of a mean, that of the middle set stands beside it."
    if better:
        note += (
            f" The chance is the share of {stored.units.said} in which {words.subject(metric(shown[0]))} is worse, "
            "with its 95% interval."
        )
    return Table(headings, rows, note, "changes", DataFrame(data))


ENDS = ("", ", low", ", high")
"""What follows a column's name for a number and the ends of its interval."""


def _named(results: Sequence[Paired], names: Sequence[str], metrics: Sequence[str]) -> dict[str, float]:
    """Return the numbers behind several differences, each under its column's name."""
    each = zip(results, names, metrics, strict=True)
    return {f"{name}{end}": number for r, name, m in each for end, number in behind(r, m).items()}


def _middle(result: Paired, name: str) -> str:
    """Return what a difference is under the middle set, where few sets make most of its mean."""
    if not result.few:
        return ""
    return f"; middle set {words.difference(result.middle, result.low, result.high, metric(name))}"


def over_sets(stored: Stored) -> Table | None:
    """Return how each strategy's difference from the reference depends on parameters; None without sets of them."""
    name, base = stored.primary, stored.against
    others = [s for s in stored.strategies if s != base]
    if stored.units.set is None or stored.units.sampled or name not in stored.metrics or not others:
        return None
    m = metric(name)
    unit = words.unit(m, difference=True)
    by = 1.0 if words.is_money(m) else words.factor(m)
    sure = stored.worthwhile is not None
    headings = ["Strategy", f"Mean difference{f' ({unit})' if unit else ''}", "Middle set", "Middle 90% of sets"]
    headings += ["Better / no different / worse"] if sure else []
    headings += ["Of the variance of differences, parameters make"]
    spreads = {s: spread(stored, name, s, base, stored.main) for s in others}
    crossed = next((found.crossed for found in spreads.values() if found is not None and found.crossed), None)
    headings += ["Standard deviation: parameters / luck / luck that depends on them"] if crossed else []
    rows, data = [], []
    for s in others:
        result, found = against(stored, name, s, base, stored.main), spreads[s]
        own = behind(result, name) | ({} if found is None else _of_sets(found.record(), by))
        data.append({"Strategy": stored.title(s)} | {f"difference{end}": value for end, value in own.items()})
        span, shares = in_cells(found, name)
        part = "–"
        if found is not None and not math.isnan(found.parameters.value):
            part = _chances(found.parameters)
        middle = words.difference(result.middle, result.low, result.high, m)
        apart = ["–" if found is None or found.crossed is None else parts(found.crossed, name)] if crossed else []
        rows.append([stored.title(s), spoken(result, name), middle, span, *([shares] if sure else []), part, *apart])
    note = (
        f"{capital(thing_of(stored, name))}{_where(stored)}: differences from {words.quoted(stored.title(base))}. The "
        f"mean's interval says how far the mean over sets of parameters may be off ({stored.units.holds}); where the "
        "middle set is far from it, few sets make most of it. The middle 90% of sets says how different the answer is "
        "under single sets, with luck taken out (a mixture of normal "
        "distributions, fitted to the sets' means); it is not told where luck is more than a fifth of what sets seem "
        "to differ by. Parameters' share is that of the variance between sets; the rest is luck with its product with "
        "parameters (one-way random effects)."
    )
    more = max((found.added for found in spreads.values() if found is not None), default=0)
    if more:
        note += (
            f" The middle 90% of sets and shares go by {count(more, 'replicate')} more, of sets near a threshold; "
            "means do not."
        )
    if crossed:
        told = stored.experiment["plan"]["crossed"]
        note += (
            f" The standard deviations are those of a run's difference, from {count(told['sets'], 'set')} with "
            f"{count(told['replicates'], 'replicate')} of the same luck ({crossed.estimator}): what luck does whatever "
            "the parameters, and what it does under some of them only."
        )
    if stored.worthwhile is not None:
        least = words.difference(stored.worthwhile, 0, 2 * stored.worthwhile, m, sign=False)
        note += f" Better and worse mean by {f'{least} {unit}'.rstrip()} or more: what the experiment calls worthwhile."
    return Table(headings, rows, note, "sets", DataFrame(data))


def _of_sets(record: Mapping[str, Any], by: float) -> dict[str, Any]:
    """Return the numbers behind a spread, those in the metric's unit (or its square) in shown units."""
    scale = {"sets_low": by, "sets_high": by}
    found = {}
    for name, value in record.items():
        squared = name.startswith("variance_")
        number = math.sqrt(value) * by if squared else value * scale[name] if name in scale else value
        found[f", {name.replace('variance_', 'sd_')}"] = number
    return found


def _chances(part: Part) -> str:
    said = words.percent(part.value)
    return said if math.isnan(part.low) else f"{said} ({words.percent(part.low)} to {words.percent(part.high)})"


def _headed(stored: Stored, name: str) -> str:
    """Return a metric as a column's heading: what, in which unit, over which months."""
    m = metric(name)
    unit = words.unit(m, difference=True)
    said = f" ({unit})" if unit and unit != "percentage points" else ""
    when = words.window(m, stored.months)
    return f"{words.short(m)}{said}{f', {when}' if when else ''}"


def _chance(result: Paired) -> str:
    if not result.pairs or math.isnan(result.worse):
        return "–"
    return f"{words.percent(result.worse)} ({words.percent(result.worse_low)} to {words.percent(result.worse_high)})"


def _where(stored: Stored) -> str:
    return f" {lower(words.condition(stored.main))}" if stored.main else ""


def conditions(stored: Stored, strategies: list[str]) -> Table | None:
    """Return how the differences from the reference vary by level and site."""
    found = by_condition(stored, stored.primary, strategies)
    if not found:
        return None
    unpaid = {s: [levels for levels in stored.levels if shortfalls(stored, s, levels)] for s in strategies}
    rows = [
        [c.label, *(spoken(c.results[s], stored.primary) + (", not paid in full" if c.levels in unpaid[s] else "")
                    for s in strategies)]
        for c in found
    ]  # fmt: skip
    where = f"Sites: {lower(words.condition(stored.main))}. " if stored.main and len(stored.sites) > 1 else ""
    note = (
        f"{words.axis(metric(stored.primary))}, {words.window(metric(stored.primary), stored.months)}: difference from "
        f"{words.quoted(stored.title(stored.against))}, with 95% intervals over {stored.units.said}, each for its own "
        f"comparison. {where}"
    )
    titles = [stored.title(s) for s in strategies]
    each = [_named([c.results[s] for s in strategies], titles, [stored.primary] * len(titles)) for c in found]
    data = DataFrame([{"Condition": c.label} | numbers for c, numbers in zip(found, each, strict=True)])
    return Table(["Condition", *titles], rows, note, "conditions", data)


def strategies(stored: Stored) -> Table:
    """Return what each strategy schedules, and in which parameters it differs from the reference."""
    rows = []
    for s in stored.strategies:
        orders = dict.fromkeys(str(entry["title"]) for entry in stored.orders(s, stored.main))
        grants = sum(float(entry["amount"]) for entry in stored.grants(s, stored.main))
        differing = differing_parameters(stored, stored.against, s) if s != stored.against else []
        rows.append(
            [
                stored.title(s) + (" (the reference)" if s == stored.against else ""),
                words.joined(list(orders)) or "none",
                words.money(grants) if grants else "none",
                words.joined(differing) or "none",
            ]
        )
    reference = words.quoted(stored.title(stored.against))
    headings = ["Strategy", "Interventions", "Grants", f"Parameters other than those of {reference}"]
    alike = all(row[3] == "none" for row in rows)
    notes = [] if alike else ["In brackets: the reference's value, then the strategy's own."]
    if budget := stored.experiment.get("budget"):
        notes.append(f"Doses that the funder pays for were scaled to a budget of {budget['said']}.")
    return Table(headings[:3] if alike else headings, [row[:3] for row in rows] if alike else rows, " ".join(notes))


def rules(stored: Stored) -> Table | None:
    """Return what the adaptive interventions of each strategy go by, and for how long that was."""
    found = months_on(stored, stored.main)
    if not found:
        return None
    headings = ["Strategy", "Intervention", "In force"]
    headings += [f"Months on, {stored.site_title(site)}" for site in stored.sites]
    rows = [
        [
            stored.title(entry["strategy"]),
            str(entry["title"]),
            str(entry["rule"]),
            *(words.number(n, 1) for n in months),
        ]
        for entry, months in found
    ]
    note = (
        f"Each site goes by its own record. Months are means over {count(len(stored.pairs), 'run')} of "
        f"{count(stored.months, 'month')}{_where(stored)}; what was spent is in the table above."
    )
    if stored.experiment.get("design") and len({entry["strategy"] for entry, _ in found}) < len(found):
        note += " Where a strategy has several adaptive interventions, their months are added up."
    data = [
        (stored.title(entry["strategy"]), str(entry["title"]), str(entry["rule"]), *months) for entry, months in found
    ]
    return Table(headings, rows, note, "rules", DataFrame(data, columns=headings))


def provenance(stored: Stored) -> Table:
    """Return where the numbers come from."""
    p = stored.provenance
    packages = p.get("packages") or {}
    said = {
        "Scenario": stored.scenario,
        "Version": p.get("version") or p.get("tfs_sim"),
        "Model": p.get("model"),
        "Scenario digest": p.get("digest") or p.get("scenario_digest"),
        "Seed": p.get("seed"),
        "Replicates": p.get("replicates"),
        "Parameters": stamps.over(stored.experiment.get("uncertainty")),
        "Ensemble": _ensemble(stored),
        "Date": p.get("date"),
        "Wall time": f"{float(s):.1f} seconds" if (s := p.get("seconds", p.get("wall_seconds"))) is not None else None,
        "Python": p.get("python"),
        "Platform": p.get("platform"),
        "Packages": ", ".join(f"{name} {version}" for name, version in packages.items()),
    }
    return Table(["What", "Value"], [[key, str(value)] for key, value in said.items() if value not in (None, "")])


def _ensemble(stored: Stored) -> str | None:
    """Return which calibrated ensemble the sets of parameters are of."""
    found = stored.agreement
    return None if found is None else f"{found['name']}, edition {found['edition']} ({found['licence']})"


GRADES = {
    "measured": "measured in a published source that was read",
    "derived": "derived from such a source",
    "recalled": "recalled from the literature without re-reading",
    "assumed": "assumed, because nobody has measured them",
}


def grades() -> list[tuple[int, str]]:
    """Return how many of the model's parameters are measured, derived, recalled and assumed; empty without a model."""
    from collections import Counter

    from tfs_sim.model.declare import specification

    try:
        from tfs_sim.model.catalogue import MECHANISMS
    except ImportError:  # pragma: no cover - only while the model is not installed whole
        return []
    counts: Counter[str] = Counter(p.grade for m in MECHANISMS.values() for p in specification(m.parameters).values())
    return [(counts[grade], meaning) for grade, meaning in GRADES.items() if counts[grade]]
