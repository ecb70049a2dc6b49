"""Titles of figures: each a finding, computed from the same numbers that the figure shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import Paired, over_sites
from tfs_sim.analysis.findings import answer, candidates, change, lower, with_
from tfs_sim.analysis.regimes import regimes
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import Array, mean_over, metric


@dataclass(frozen=True)
class Course:
    """A paired mean difference month by month, with its 95% interval."""

    effect: Array
    low: Array
    high: Array


def course(a: Array, b: Array) -> Course:
    """Return the paired difference of two samples (replicates × months) for every month."""
    from scipy.special import stdtrit

    d = a - b
    n = (~np.isnan(d)).sum(0)
    mean = mean_over(d, 0)
    spread = np.sqrt(mean_over((d - mean) ** 2, 0) * n / np.maximum(n - 1, 1))
    half = np.where(n > 1, stdtrit(np.maximum(n - 1, 1), 0.975) * spread / np.sqrt(np.maximum(n, 1)), np.nan)
    return Course(mean, mean - half, mean + half)


def crisis_course(stored: Stored, name: str, strategy: str) -> Course | None:
    """Return what the shock does to a metric month by month under a strategy."""
    if stored.crisis is None:
        return None
    values = mean_over(stored.monthly(name), 2)
    return course(*(values[stored.arm(strategy, levels)] for levels in stored.crisis))


def answer_title(stored: Stored) -> str:
    """Return the answer to the experiment's question as a title: which strategy helps on the primary outcome."""
    found = candidates(stored)
    best = None
    for kind in ("practice", "initiative"):
        best = best or answer([f for f in found if f.kind == kind and f.metric == stored.primary], stored.primary)
    if best is None:
        return words.axis(metric(stored.primary))
    m = metric(best.metric)
    lead = f"{words.condition(best.levels)}, {words.subject(m)}" if best.levels else _capital(words.subject(m))
    if best.distinguishable:
        said = change(best.result, best.metric)
        return f"{lead} was {said} {with_(stored, best.strategy)} than {with_(stored, best.against)}"
    if best.kind == "practice":
        reference = with_(stored, stored.against)
        return f"{lead} could not be told apart from what it was {reference}, under any practice"
    return f"{lead} could not be told apart {with_(stored, best.strategy)} and {with_(stored, best.against)}"


def fan_title(stored: Stored, name: str) -> str:
    """Return what the shock does to a metric over time, under the reference."""
    m = metric(name)
    thing = words.subject(m)
    found = crisis_course(stored, name, stored.against)
    if found is None or stored.onset is None:
        values = over_sites(stored, name)[stored.arm(stored.against, stored.main)]
        low, high = np.nanquantile(values, (0.05, 0.95))
        return f"{_capital(thing)} ended between {words.level(low, m)} and {words.level(high, m)} in 90% of the runs"
    shock = lower(stored.shocks(stored.main)[0].label)
    after = slice(stored.onset, None)
    effect, low_, high_ = found.effect[after], found.low[after], found.high[after]
    clear = (low_ > 0) | (high_ < 0)
    if not clear.any():
        return f"The {shock} left no distinguishable mark on {thing}"
    size = np.where(clear, np.abs(effect), 0.0)
    peak = int(np.argmax(size))
    way = "raised" if effect[peak] > 0 else "lowered"
    by = words.difference(abs(float(effect[peak])), float(low_[peak]), float(high_[peak]), m, sign=False)
    unit = words.differing(m)
    lead = f"The {shock} {way} {thing} by up to {by} {unit}".rstrip()
    gone = [k for k in range(peak, len(clear) - 5) if not clear[k : k + 6].any()]
    if gone:
        return f"{lead}, and left no trace after {gone[0]} months"
    return f"{lead}, and still showed at the end"


def forest_title(stored: Stored, results: Sequence[tuple[Paired, bool]]) -> str:
    """Return how many differences from the reference are better, worse and not to be told apart.

    `results` are the paired differences, each with whether lower is better.
    """
    better = sum(r.distinguishable and (r.difference > 0) != flip for r, flip in results)
    worse = sum(r.distinguishable and (r.difference > 0) == flip for r, flip in results)
    rest = len(results) - better - worse
    parts = [f"{better} {'is' if better == 1 else 'are'} better", f"{worse} worse", f"{rest} not to be told apart"]
    reference = with_(stored, stored.against).removeprefix("with ")
    lead = f"{words.condition(stored.main)}, of" if stored.main else "Of"
    return f"{lead} {len(results)} differences from {reference}, {words.joined(parts)}"


def cost_title(stored: Stored, effects: Mapping[str, Paired], costs: Mapping[str, Paired], base: str) -> str:
    """Return which strategy changes the primary outcome most, and what it costs."""
    m = metric(stored.primary)
    sign = -1 if m.better == "lower" else 1
    best = max(effects, key=lambda s: sign * effects[s].difference)
    r = effects[best]
    if not (r.low > 0 if sign > 0 else r.high < 0):
        return f"No strategy bought a distinguishable change of {words.subject(m)}, compared {with_(stored, base)}"
    price = f", for {words.money(costs[best].difference)}" if best in costs else ""
    more = " more" if price and base != stored.nothing else ""
    said = f"{words.subject(m)} {change(r, stored.primary)} than {with_(stored, base)}"
    return f"{stored.title(best)}: {said}{price}{more}"


def ladder_title(months: Sequence[tuple[str, int | None]]) -> str:
    """Return which outcome moves first and when the last follows; `months` from process to students."""
    moved = [(name, month) for name, month in months if month is not None]
    still = [name for name, month in months if month is None]
    if not moved:
        return "Nothing moved by more than 0.2 standard deviations in these months"
    first = min(moved, key=lambda item: item[1])
    lead = f"{_capital(words.subject(metric(first[0])))} moved first, from month {first[1] + 1}"
    last_name, last = months[-1]
    if last is not None and last_name != first[0]:
        return f"{lead}; {words.subject(metric(last_name))} from month {last + 1}"
    if still:
        return f"{lead}; {words.subject(metric(still[-1]))} did not in these months"
    return lead


def map_title(sweep: SweepLike) -> str | None:
    """Return which strategies are best at how many places of a design, and where that cannot be told."""
    stored = Stored.of(sweep)
    found = regimes(stored)
    if found is None:
        return None
    tiles = found.cells
    m = metric(stored.primary)
    clear = [tile.best for tile in tiles if tile.clear]
    thing = words.subject(m)
    if not clear:
        return f"Nowhere on this map can the best strategy for {thing} be told apart from the next"
    ranked = sorted((s for s in stored.strategies if s in clear), key=lambda s: -clear.count(s))
    said = [f"{stored.title(ranked[0])} is best for {thing} at {clear.count(ranked[0])} of {len(tiles)} places"]
    said += [f"{lower(stored.title(s))} at {clear.count(s)}" for s in ranked[1:3]]
    rest = len(tiles) - len(clear)
    return words.joined(said) + (f"; at {rest} it is too close to call" if rest else "")


def network_title(site: str, ties: Sequence[int]) -> str:
    """Return how the ties in use changed from panel to panel."""
    if len(ties) == 3:
        return f"In this run {site} went from {ties[0]:,} ties in use to {ties[1]:,}, and then {ties[2]:,}"
    return f"In this run {site} had {words.joined([f'{n:,}' for n in ties])} ties in use"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
