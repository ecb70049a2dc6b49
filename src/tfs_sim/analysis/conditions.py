"""Under which conditions an answer changes: by level, by site, and against the naive before-and-after."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import Paired, against, paired
from tfs_sim.analysis.sentences import capital, change, lower, numbers, with_
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import Array, mean_over, metric


@dataclass(frozen=True)
class Condition:
    """Levels or a site, and each strategy's paired difference from the reference there."""

    label: str
    results: dict[str, Paired]
    levels: tuple[str, ...]


def by_condition(stored: Stored, name: str, strategies: list[str]) -> list[Condition]:
    """Return each strategy's difference from the reference under every level, then at every site (main levels)."""
    out = []
    for levels in stored.levels:
        if levels:
            results = {s: against(stored, name, s, stored.against, levels) for s in strategies}
            out.append(Condition(words.condition(levels), results, levels))
    if len(stored.sites) > 1:
        for site in stored.sites:
            results = {s: against(stored, name, s, stored.against, stored.main, site) for s in strategies}
            out.append(Condition(stored.site_title(site), results, stored.main))
    return out


def stability(stored: Stored, name: str, strategies: list[str]) -> list[str]:
    """Return a sentence a strategy: does its difference from the reference keep its sign everywhere?"""
    found = by_condition(stored, name, strategies)
    thing = words.subject(metric(name))
    than = f"than {with_(stored, stored.against)}"
    out = []
    for s in strategies if found else ():
        up = [c.label for c in found if c.results[s].low > 0]
        down = [c.label for c in found if c.results[s].high < 0]
        same = [c.label for c in found if c.results[s].same]
        open_ = [c.label for c in found if not c.results[s].distinguishable and not c.results[s].same]
        who = capital(words.quoted(stored.title(s)))
        if not up and not down:
            everywhere = "under any condition" if len(found) > 1 else f"here: {found[0].label}"
            out.append(
                words.closed(
                    f"{who}: {thing} cannot be told apart from what it is {with_(stored, stored.against)} {everywhere}"
                )
            )
        elif up and down:
            said = f"{who}: the answer changes sign. {capital(thing)} is higher {than} here: "
            out.append(f"{words.closed(said + _places(up))} {words.closed(f'It is lower here: {_places(down)}')}")
        else:
            way = "higher" if up else "lower"
            said = f"{who}: {thing} is {way} {than}"
            if not (open_ or same):
                out.append(words.closed(f"{said} {_everywhere(stored)}"))
                continue
            parts = [f"{said} here: {_places([*up, *down])}"]
            parts += [f"it cannot be told apart from no effect here: {_places(open_)}"] if open_ else []
            parts += [f"it is the same in all pairs here: {_places(same)}"] if same else []
            out.append(" ".join(words.closed(capital(part)) for part in parts))
    return out


def _everywhere(stored: Stored) -> str:
    levels = "under every condition" if len(stored.levels) > 1 else ""
    sites = f"at all {len(stored.sites)} sites" if len(stored.sites) > 1 else ""
    return " and ".join(part for part in (levels, sites) if part) or "under the one condition"


def _mean_of(values: Array, months: slice) -> Array:
    return mean_over(mean_over(values[..., months], -1), -1)


def naive(stored: Stored, name: str) -> str | None:
    """Return the growth of the reference beside its effect against its own counterfactual, in a sentence."""
    m = metric(name)
    if stored.nothing in (None, stored.against) or stored.months < 24 or m.summary != "last-year":
        return None
    assert stored.nothing is not None
    values = stored.monthly(name)[stored.arm(stored.against, stored.main)]
    last, first = (_mean_of(values, months) for months in (slice(-12, None), slice(0, 12)))
    growth = paired(last, first, m.better, units=stored.units)
    effect = against(stored, name, stored.against, stored.nothing, stored.main)
    if math.isnan(growth.low) or math.isnan(effect.low):
        return None
    who = with_(stored, stored.against)
    lead = f"{words.condition(stored.main)} and {who}" if stored.main else capital(who)
    return (
        f"{lead}, {words.subject(m)} was {change(growth, name)} in the last year than in the first "
        f"({numbers(growth, name, sized=True)}). Against the same runs {with_(stored, stored.nothing)} it was "
        f"{change(effect, name)} ({numbers(effect, name, sized=True)}). Only the second is an effect of the initiative."
    )


def _places(labels: list[str]) -> str:
    return words.joined([lower(x) if x.startswith(("In ", "With ", "Under ")) else x for x in labels])
