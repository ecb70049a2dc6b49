"""The tables of the report, as text in cells."""

from __future__ import annotations

from dataclasses import dataclass

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import Paired, against, over_sites
from tfs_sim.analysis.conditions import by_condition
from tfs_sim.analysis.findings import lower, ranked_metrics
from tfs_sim.analysis.rules import months_on
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import mean_over, metric


@dataclass(frozen=True)
class Table:
    """Headings, rows of cells (the first is the row's name), and a sentence under the table."""

    headings: list[str]
    rows: list[list[str]]
    note: str = ""


def spoken(result: Paired, name: str) -> str:
    """Return "+0.05 (0.03 to 0.07)", or that nothing differs."""
    m = metric(name)
    if result.pairs == 0:
        return "no values"
    if result.low == result.high == 0:
        return "the same in all pairs"
    unit = words.unit(m, difference=True)
    size = words.difference(result.difference, result.low, result.high, m)
    said = f"{size} ({words.interval(result.low, result.high, m)})"
    return f"{said}{' points' if unit == 'percentage points' else ''}"


def costs(stored: Stored) -> Table:
    """Return what each strategy costs beside what it changes and the chance that it does worse than nothing."""
    base = stored.nothing or stored.against
    shown = [stored.primary, *(n for n in ranked_metrics(stored) if n != stored.primary)][:3]
    headings = ["Strategy"]
    if "cost" in stored.metrics:
        headings += ["Cost, all sites", "Cost a site"]
    if "hours" in stored.metrics:
        headings += ["Partners' hours, all sites"]
    headings += [f"{words.short(metric(n))}" for n in shown]
    headings += ["Chance of worse than nothing" if stored.nothing else "Chance of worse than the reference"]
    rows = []
    for s in stored.strategies:
        row = [stored.title(s)]
        arm = stored.arm(s, stored.main)
        if "cost" in stored.metrics:
            cost = float(mean_over(over_sites(stored, "cost")[arm], 0))
            row += [words.money(cost * len(stored.sites)), words.money(cost)]
        if "hours" in stored.metrics:
            row += [words.number(float(mean_over(over_sites(stored, "hours")[arm], 0)) * len(stored.sites), 0)]
        if s == base:
            rows.append([*row, *["compared with"] * len(shown), "–"])
            continue
        results = [against(stored, n, s, base, stored.main) for n in shown]
        first = results[0]
        chance = "–"
        if first.pairs and first.worse == first.worse:
            chance = (
                f"{words.percent(first.worse)} ({words.percent(first.worse_low)} to {words.percent(first.worse_high)})"
            )
        rows.append([*row, *(spoken(r, n) for r, n in zip(results, shown, strict=True)), chance])
    units = [f"{words.short(metric(n)).lower()} in {u}" for n in shown if (u := words.unit(metric(n), difference=True))]
    units = [u for u in units if not u.endswith("percentage points")]
    window = words.window(metric(shown[0])) or "as defined"
    said = f" ({words.joined(units)})" if units else ""
    note = (
        f"Differences from {lower(stored.title(base))}{_where(stored)} over the same luck, {window}, mean over sites, "
        f"with 95% intervals{said}. Costs and hours are means over the whole run of {stored.months} "
        f"months. The chance is the share of {len(stored.replicates)} pairs in which "
        f"{words.subject(metric(stored.primary))} is worse, with its 95% interval."
    )
    return Table(headings, rows, note)


def _where(stored: Stored) -> str:
    return f" {lower(words.condition(stored.main))}" if stored.main else ""


def conditions(stored: Stored, strategies: list[str]) -> Table | None:
    """Return how the differences from the reference vary by level and site."""
    found = by_condition(stored, stored.primary, strategies)
    if not found:
        return None
    rows = [[c.label, *(spoken(c.results[s], stored.primary) for s in strategies)] for c in found]
    where = f"Sites: {lower(words.condition(stored.main))}. " if stored.main and len(stored.sites) > 1 else ""
    note = (
        f"{words.axis(metric(stored.primary))}, {words.window(metric(stored.primary))}: difference from "
        f"{lower(stored.title(stored.against))}, with 95% intervals over {len(stored.replicates)} pairs. {where}"
    )
    return Table(["Condition", *(stored.title(s) for s in strategies)], rows, note)


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
        f"Each site goes by its own record. Months are means over {len(stored.replicates)} runs of {stored.months} "
        f"months{_where(stored)}; what was spent is in the table above."
    )
    if stored.experiment.get("design") and len({entry["strategy"] for entry, _ in found}) < len(found):
        note += " Where a strategy has several adaptive interventions, their months are added up."
    return Table(headings, rows, note)


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
        "Date": p.get("date"),
        "Wall time": f"{float(s):.1f} seconds" if (s := p.get("seconds", p.get("wall_seconds"))) is not None else None,
        "Python": p.get("python"),
        "Platform": p.get("platform"),
        "Packages": ", ".join(f"{name} {version}" for name, version in packages.items()),
    }
    return Table(["What", "Value"], [[key, str(value)] for key, value in said.items() if value not in (None, "")])


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
