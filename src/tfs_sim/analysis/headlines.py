"""Titles of figures: each a finding, computed from the same numbers that the figure shows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import Paired, against, over_sites
from tfs_sim.analysis.pooling import Units, mean_of
from tfs_sim.analysis.ranking import ranking
from tfs_sim.analysis.regimes import regimes
from tfs_sim.analysis.sentences import capital, change, lower, opened, size_of, thing_of
from tfs_sim.analysis.spreads import set_means
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import Array, metric
from tfs_sim.scenario.errors import count

LONG = 6
"""Months at the end in which nothing shows, for a shock to have left no trace."""


@dataclass(frozen=True)
class Course:
    """A paired mean difference month by month, with its 95% interval."""

    effect: Array
    low: Array
    high: Array


def course(a: Array, b: Array, units: Units, jump: float = 0.0) -> Course:
    """Return the paired difference of two samples (pairs × months) for every month (`jump` as in `paired`)."""
    found = mean_of(a - b, units)
    found = found.allowing(jump, len(units)) if units.independent else found
    return Course(found.value, *found.ends())


def crisis_course(stored: Stored, name: str, strategy: str) -> Course | None:
    """Return what the shock does to a metric month by month under a strategy."""
    if stored.crisis is None:
        return None
    values = stored.monthly_over_sites(name)
    shocked, calm = (values[stored.arm(strategy, levels)] for levels in stored.crisis)
    return course(shocked, calm, stored.units, stored.jump(name, stored.crisis[0]))


def answer_title(stored: Stored) -> str:
    """Return the answer to the experiment's question as a title: which strategy is best on the primary outcome."""
    m = metric(stored.primary)
    found = ranking(stored, stored.primary, stored.main) if stored.primary in stored.metrics else None
    if found is None:
        return words.axis(m)
    start = opened(words.condition(stored.main), thing_of(stored, stored.primary))
    best, second = (words.quoted(stored.title(s)) for s in (found.best, found.second))
    top = "lowest" if m.better == "lower" else "highest"
    if found.lead.same and found.lead.replicates > 1:
        return f"{start} was the same with {best} as with {second}"
    if found.clear:
        way = "below" if m.better == "lower" else "above"
        said = f"{start} was {top} with {best}, {size_of(found.lead, stored.primary)} {way} {second}"
        return f"{said}{_middle(found.lead, stored.primary)}"
    tied = [words.quoted(stored.title(s)) for s in (found.tied or (found.second,))]
    others = words.joined(tied) if len(tied) <= 2 else f"{len(tied)} others"
    return f"{start} was {top} with {best}, which cannot be told apart from {others}"


def _middle(result: Paired, name: str) -> str:
    """Return what a difference is under the middle set of parameters, where few sets make most of its mean."""
    if not result.few:
        return ""
    shown = words.difference(result.middle, result.low, result.high, metric(name))
    return f" in the mean over sets of parameters; under the middle set it is {shown}"


def _parted(stored: Stored, name: str, strategy: str) -> Array:
    """Return by how much the medians with and without the shock part in each month: the lines of a fan.

    Medians are over sets, each the mean of its runs, where there are sets of parameters.
    """
    assert stored.crisis is not None
    values = stored.monthly_over_sites(name)
    arms = [values[stored.arm(strategy, levels)] for levels in stored.crisis]
    if stored.units.set is not None:
        arms = [set_means(each, stored.units) for each in arms]
    shocked, calm = (np.nanmedian(each, axis=0) for each in arms)
    return np.asarray(shocked - calm, dtype=float)


def fan_title(stored: Stored, name: str) -> str:
    """Return what the shock does to a metric over time under the reference, or where its runs lie without a shock.

    Whether there is an effect at all is told of means, which have intervals; how large it is, of the medians, which
    are drawn.
    """
    m = metric(name)
    thing, who = words.subject(m), words.quoted(stored.title(stored.against))
    found = crisis_course(stored, name, stored.against)
    if found is None or stored.onset is None:
        values = over_sites(stored, name)[stored.arm(stored.against, stored.main)]
        low, high = np.nanquantile(values, (0.05, 0.95))
        known = int((~np.isnan(values)).sum())
        if known < 2:
            lead = opened(words.condition(stored.main), thing_of(stored, name))
            return f"{lead} was {words.level(high, m)} in the one run with {who}"
        runs = count(known, "run")
        lead = opened(words.condition(stored.main), thing_of(stored, name))
        return (
            f"{lead} lay between {words.level(low, m, high - low)} and {words.level(high, m, high - low)} in 90% of "
            f"the {runs} with {who}"
        )
    shock = lower(stored.shocks(stored.main)[0].label)
    after = slice(stored.onset, None)
    low_, high_ = found.low[after], found.high[after]
    parts = _parted(stored, name, stored.against)[after]
    clear = (low_ > 0) | (high_ < 0)
    if not clear.any():
        return f"With {who}, the {shock} left no distinguishable mark on {thing}"
    size = np.where(clear, np.abs(parts), 0.0)
    peak = int(np.argmax(size))
    if not size[peak] > 0:
        return f"With {who}, the {shock} moved {thing} on average, though not its median"
    way = "raised" if parts[peak] > 0 else "lowered"
    by = words.difference(abs(float(parts[peak])), float(low_[peak]), float(high_[peak]), m, sign=False)
    unit = words.differing(m)
    lead = f"With {who}, the {shock} {way} the median of {thing} by up to {by} {unit}".rstrip()
    last = int(np.flatnonzero(clear)[-1])
    if last < len(clear) - LONG:
        return f"{lead}, and left no trace after {count(last + 1, 'month')}"
    if parts[last] * parts[peak] < 0:
        return f"{lead}; in the end it was the other way round"
    return f"{lead}, and still showed at the end"


def forest_title(stored: Stored, results: Sequence[tuple[Paired, bool]]) -> str:
    """Return how many differences from the reference are better, worse and not to be told apart.

    `results` are the paired differences, each with whether lower is better.
    """
    better = sum(r.distinguishable and (r.difference > 0) != flip for r, flip in results)
    worse = sum(r.distinguishable and (r.difference > 0) == flip for r, flip in results)
    rest = len(results) - better - worse
    parts = [f"{better} {'is' if better == 1 else 'are'} better", f"{worse} worse", f"{rest} not to be told apart"]
    start = opened(words.condition(stored.main), f"of {count(len(results), 'difference')}")
    return f"{start} from {words.quoted(stored.title(stored.against))}, {words.joined(parts)}"


def cost_title(stored: Stored, effects: Mapping[str, Paired], costs: Mapping[str, Paired], base: str) -> str:
    """Return which strategy changes the primary outcome most, and what it costs beyond the base."""
    m = metric(stored.primary)
    sign = -1 if m.better == "lower" else 1
    than = words.quoted(stored.title(base))
    helpful = {s: r for s, r in effects.items() if (r.low > 0 if sign > 0 else r.high < 0)}
    if not helpful:
        way = "lower" if sign < 0 else "higher"
        return f"No strategy made {words.subject(m)} distinguishably {way} than with {than}"
    best = max(helpful, key=lambda s: sign * helpful[s].difference)
    said = f"{words.subject(m)} {change(helpful[best], stored.primary)} than with {than}"
    return f"{words.quoted(stored.title(best))}: {said}{_price(costs.get(best))}"


def cost_aside(stored: Stored, effects: Mapping[str, Paired], costs: Mapping[str, Paired], base: str) -> str:
    """Return what must be known beside `cost_title`: of it beyond the reference, and under the middle set."""
    sign = -1 if metric(stored.primary).better == "lower" else 1
    helpful = {s: r for s, r in effects.items() if (r.low > 0 if sign > 0 else r.high < 0)}
    if not helpful:
        return ""
    best = max(helpful, key=lambda s: sign * helpful[s].difference)
    beyond = _beyond(stored, best, base, costs).removeprefix("; ")
    middle = _middle(helpful[best], stored.primary).removeprefix(" in the mean over sets of parameters; ")
    return " ".join(f"{capital(each)}." for each in (beyond, middle and f"of the whole, {middle}") if each)


def _beyond(stored: Stored, best: str, base: str, costs: Mapping[str, Paired]) -> str:
    """Return how much of the best strategy's effect and price the reference has by itself, of which it is a part."""
    if stored.against in (best, base) or stored.against not in costs:
        return ""
    m, result = metric(stored.primary), against(stored, stored.primary, best, stored.against, stored.main)
    own = f"{words.difference(result.difference, result.low, result.high, m)} {words.differing(m)}".rstrip()
    apart = costs[best].difference - costs[stored.against].difference
    price = "" if math.isnan(apart) else f" for {words.money(apart, sign=True)}"
    return f"; beyond {words.quoted(stored.title(stored.against))} that is {own}{price}"


def _price(cost: Paired | None) -> str:
    if cost is None or math.isnan(cost.difference):
        return ""
    size = words.money(abs(cost.difference))
    if size == "$0":
        return ", for the same money"
    return f", for {size} {'more' if cost.difference > 0 else 'less'}"


def ladder_title(months: Sequence[tuple[str, int | None]], levels: tuple[str, ...]) -> str:
    """Return which outcome moves first and when the last follows, under which condition.

    `months` are those of outcomes from process to students.
    """
    opening = words.condition(levels)
    moved = [(name, month) for name, month in months if month is not None]
    still = [name for name, month in months if month is None]
    if not moved:
        return opened(opening, "nothing moved by enough to be noticed")
    first = min(moved, key=lambda item: item[1])
    lead = f"{opened(opening, words.subject(metric(first[0])))} moved first, in month {first[1] + 1}"
    last_name, last = months[-1]
    if last is not None and last_name != first[0]:
        return f"{lead}; {words.subject(metric(last_name))} in month {last + 1}"
    if still:
        return f"{lead}; {words.subject(metric(still[-1]))} not by enough to be noticed"
    return lead


def map_title(sweep: SweepLike) -> str | None:
    """Return which strategies are best at how many places of a design, and where that cannot be told."""
    stored = Stored.of(sweep)
    found = regimes(stored)
    if found is None:
        return None
    tiles = found.cells
    clear = [tile.best for tile in tiles if tile.clear]
    thing = words.subject(metric(stored.primary))
    if not clear:
        return f"Nowhere on this map can the best strategy for {thing} be told apart from the others"
    ranked = sorted((s for s in stored.strategies if s in clear), key=lambda s: -clear.count(s))
    first = words.quoted(stored.title(ranked[0]))
    said = [f"{first} is best for {thing} at {clear.count(ranked[0])} of {count(len(tiles), 'place')}"]
    said += [f"{words.quoted(stored.title(s))} at {clear.count(s)}" for s in ranked[1:3]]
    rest = len(tiles) - len(clear)
    return words.joined(said) + (f"; at {rest} it is too close to call" if rest else "")


def network_title(site: str, partners: Sequence[int]) -> str:
    """Return how the number of partners at the table changed from panel to panel."""
    if len(partners) == 3:
        return f"In this run {site} went from {partners[0]:,} partners to {partners[1]:,}, and then {partners[2]:,}"
    return f"In this run {site} had {words.joined([f'{n:,}' for n in partners])} partners"
