"""The answer to an experiment's question and the most important findings beside it, as sentences from its runs.

The order is that of the question: of which kinds runs are (where their mean describes none), which strategy is best and
whether it can be told apart from the next, how the best compares with the reference, what does worse than nothing, what
the shock does; then the largest other effects. A finding names its runs, months, sites and strategies, and says what it
is silent about elsewhere: money that was asked for and not paid, and parameters in which strategies differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tfs_sim.analysis import spread_words, words
from tfs_sim.analysis.compare import Paired, against, crisis_difference, crisis_effect, over_sites, paired
from tfs_sim.analysis.provisos import few_sets, provisos, too_little, unpaid
from tfs_sim.analysis.ranking import Ranking, ranking
from tfs_sim.analysis.sentences import lower, numbers, opened, remedy, sentence, size_of, thing_of, with_
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import metric
from tfs_sim.scenario.characters import printable
from tfs_sim.scenario.errors import count

if TYPE_CHECKING:
    from tfs_sim.model.declare import Metric

ANSWERS = ("kinds", "best", "reference", "worse")
"""Kinds of findings that answer the question, in their order; they come before all others."""


@dataclass(frozen=True)
class Finding:
    """One finding: a sentence and the numbers behind it.

    `kind` is "kinds" (runs are of two kinds), "unpaid" (money that was asked for and not paid),
    "best" (the best strategy against the next), "reference" (the best
    against the reference), "worse" (what does worse than nothing), "crisis" (what the shock does), "practice" (a
    strategy against the reference), "initiative" (the reference against no initiative), "softening" (does a strategy
    change what the shock does), "sites" (they differ) or "sets" (how the answer depends on parameters).
    """

    sentence: str
    kind: str
    metric: str
    strategy: str
    against: str
    levels: tuple[str, ...]
    result: Paired

    @property
    def distinguishable(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.result.distinguishable

    @property
    def weight(self) -> float:
        """Size of the standardized effect; 0 where it is not distinguishable from none."""
        size = abs(self.result.standardized)
        return size if self.distinguishable and math.isfinite(size) else 0.0

    def __str__(self) -> str:
        return printable(self.sentence)

    __repr__ = __str__


def ranked_metrics(stored: Stored) -> list[str]:
    """Return the outcomes that findings are about: primary, the experiment's others, then the usual ones."""
    usual = [name for name in stored.metrics if metric(name).usual]
    named = [stored.primary, *(stored.experiment.get("also") or []), *usual]
    known = {*stored.metrics}
    return [n for n in dict.fromkeys(named) if n in known and (n == stored.primary or metric(n).finding)]


def _kinds(stored: Stored) -> list[Finding]:
    """Say that runs are of two kinds, where the primary outcome has two modes (under the reference first)."""
    name, levels = stored.primary, stored.main
    if name not in stored.metrics:
        return []
    for strategy in dict.fromkeys((stored.against, *stored.strategies)):
        if stored.units.set is not None and not stored.units.design:
            if (text := spread_words.of_kinds(stored, name, strategy, levels)) is None:
                continue
            blank = Paired(len(stored.pairs), stored.units.luck, 0, sets=stored.units.sets)
            return [Finding(text, "kinds", name, strategy, strategy, levels, blank)]
        found = stored.kinds(name, stored.arm(strategy, levels))
        if found is None:
            continue
        m = metric(name)
        lead = opened(words.condition(levels), with_(stored, strategy))
        sites = len(stored.sites)
        each = f"{found.values:,} runs" + (f" ({len(stored.pairs):,} at each of {sites} sites)" if sites > 1 else "")
        text = (
            f"{lead}, runs are of two kinds: in {words.percent(found.upper)} of {each}, {thing_of(stored, name)} was "
            f"around {words.level(found.high, m)} (the median of these), in {words.percent(1 - found.upper)} around "
            f"{words.level(found.low, m)}. The mean, {words.level(found.mean, m)}, describes neither."
        )
        blank = replace(Paired(found.values, stored.units.luck, 0), difference=found.gap)
        return [Finding(text, "kinds", name, strategy, strategy, levels, blank)]
    return []


def _best(stored: Stored) -> list[Finding]:
    """Say which strategy is best on the primary outcome, which comes next, and whether they can be told apart."""
    name, levels = stored.primary, stored.main
    found = ranking(stored, name, levels) if name in stored.metrics else None
    if found is None:
        return []
    text = best_sentence(stored, found, name, levels)
    return [Finding(text, "best", name, found.best, found.second, levels, found.lead)]


def best_sentence(stored: Stored, found: Ranking, name: str, levels: tuple[str, ...]) -> str:
    """Return which strategy is best and which is next, and whether the best stands apart."""
    m, lead = metric(name), found.lead
    top = "lowest" if m.better == "lower" else "highest"
    start = opened(words.condition(levels), thing_of(stored, name))
    best, second = with_(stored, found.best), with_(stored, found.second)
    places = words.places(lead.low, lead.high, m) if not math.isnan(lead.low) else None
    levels_ = [_level(mean, m, places) for mean in found.means[:2]]
    if lead.same and lead.replicates > 1:
        same = [s for s, each in zip(found.order[1:], found.leads, strict=True) if each.same]
        others = words.joined([words.quoted(stored.title(s)) for s in same])
        return f"{start} was the same {best} as with {others} ({levels_[0]}), in all {lead.sample}."
    said = f"{start} was {top} {best} ({levels_[0]}), then {second} ({levels_[1]})"
    if math.isnan(lead.low):
        return f"{said}, in {lead.sample}: too few to tell strategies apart; {remedy(lead)}."
    apart = f"{size_of(lead, name)} apart ({_simultaneous(found, name)})"
    if found.clear:
        return f"{said}: {apart}."
    if lead.distinguishable:  # a noisier one further down
        others = words.joined([words.quoted(stored.title(s)) for s in found.tied])
        return f"{said}: {apart}; it cannot be told apart from {others}, though."
    more = [words.quoted(stored.title(s)) for s in found.tied if s != found.second]
    also = f", nor from {words.joined(more)}" if more else ""
    return f"{said}, but the two cannot be told apart{also}: {apart}."


def _level(mean: float, m: Metric, places: int | None) -> str:
    if places is None or words.is_money(m):
        return words.level(mean, m)
    unit = words.unit(m)
    shown = words.number(mean * words.factor(m), places)
    return f"{shown}{unit}" if unit == "%" else f"{shown} {unit}".rstrip()


def _simultaneous(found: Ranking, name: str) -> str:
    comparisons = len(found.leads)
    at_once = f" for {comparisons} comparisons at once" if comparisons > 1 else ""
    lead = found.lead
    ends = (lead.low, lead.high) if lead.difference >= 0 else (-lead.high, -lead.low)
    return f"95% interval{at_once} {words.interval(*ends, metric(name))}, {lead.sample}"


def _reference(stored: Stored, best: list[Finding]) -> list[Finding]:
    """Say how the best compares with the reference, where that is not said yet."""
    if not best or stored.against in (best[0].strategy, best[0].against):
        return []
    one = best[0]
    result = against(stored, one.metric, one.strategy, stored.against, one.levels)
    lead = opened(words.condition(one.levels), thing_of(stored, one.metric))
    text = sentence(result, one.metric, lead, with_(stored, one.strategy), with_(stored, stored.against))
    return [Finding(text, "reference", one.metric, one.strategy, stored.against, one.levels, result)]


def _worse(stored: Stored) -> list[Finding]:
    """Name the strategies that do worse than nothing (or than the reference) on the primary outcome."""
    name, levels = stored.primary, stored.main
    base = stored.nothing or stored.against
    better = metric(name).better
    if not better or name not in stored.metrics:
        return []
    results = {s: against(stored, name, s, base, levels) for s in stored.strategies if s != base}
    bad = {s: r for s, r in results.items() if r.distinguishable and (r.difference < 0) == (better == "higher")}
    if not bad or len(stored.strategies) < 3:
        return []
    parts = [f"{with_(stored, s)} ({size_of(r, name)}; {numbers(r, name, sized=True)})" for s, r in bad.items()]
    listed = "; and ".join(["; ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    lead = opened(words.condition(levels), thing_of(stored, name))
    way = "lower" if better == "higher" else "higher"
    text = f"{lead} was {way} than {with_(stored, base)}: {listed}."
    worst = min(bad, key=lambda s: -abs(bad[s].difference))
    return [Finding(text, "worse", name, worst, base, levels, bad[worst])]


def _crisis(stored: Stored) -> list[Finding]:
    if stored.crisis is None:
        return []
    shocked, calm = stored.crisis
    out = []
    names = ranked_metrics(stored)
    if "support" in stored.metrics and stored.onset is not None:
        names = [*names, "support_change"]
    strategy = stored.against
    for name in names:
        result = crisis_effect(stored, name, strategy)
        if name == "support_change" and result.pairs == 0:
            continue
        opening = words.condition(shocked)
        if name == "support_change":
            text = _support_change(result, opening, with_(stored, strategy))
        else:
            lead = f"{opening} and {with_(stored, strategy)}, {thing_of(stored, name)}"
            text = sentence(result, name, lead, "", lower(words.condition(calm)))
        out.append(Finding(text, "crisis", name, strategy, strategy, shocked, result))
    return out


def _support_change(result: Paired, opening: str, who: str) -> str:
    lead = f"{opening} and {who}, partners' support"
    if math.isnan(result.low) or not result.distinguishable:
        thing = f"{lead} in the six months after the onset, against the six before,"
        return sentence(result, "support_change", thing, "", "in the same months without it")
    way = "rose" if result.difference > 0 else "fell"
    by = f"{size_of(result, 'support_change')} ({numbers(result, 'support_change', sized=True)})"
    return f"{lead} {way} by {by} in the six months after the onset, against the same months without it."


def _practices(stored: Stored) -> list[Finding]:
    others = [s for s in stored.strategies if s not in (stored.against, stored.nothing)]
    return [_compared(stored, "practice", name, s, stored.against) for name in ranked_metrics(stored) for s in others]


def _initiative(stored: Stored) -> list[Finding]:
    if stored.nothing is None or stored.nothing == stored.against:
        return []
    return [_compared(stored, "initiative", n, stored.against, stored.nothing) for n in ranked_metrics(stored)]


def _compared(stored: Stored, kind: str, name: str, strategy: str, other: str) -> Finding:
    result = against(stored, name, strategy, other, stored.main)
    lead = opened(words.condition(stored.main), thing_of(stored, name))
    text = sentence(result, name, lead, with_(stored, strategy), with_(stored, other))
    return Finding(text, kind, name, strategy, other, stored.main, result)


def _softening(stored: Stored) -> list[Finding]:
    if stored.crisis is None or stored.primary not in stored.metrics:
        return []
    out = []
    name = stored.primary
    for strategy in stored.strategies:
        if strategy in (stored.against, stored.nothing):
            continue
        result = crisis_difference(stored, name, strategy, stored.against)
        a, b = with_(stored, strategy), with_(stored, stored.against)
        m = metric(name)
        shock = lower(stored.shocks(stored.main)[0].label)
        lead = f"The effect of the {shock} on {thing_of(stored, name)}"
        if result.distinguishable:
            good = (result.difference > 0) == (m.better != "lower")
            way = ("better" if good else "worse") if m.better else "higher" if result.difference > 0 else "lower"
            by = f"{size_of(result, name)} ({numbers(result, name, sized=True)})"
            text = f"{lead} was {way} by {by} {a} than {b}."
        else:
            text = sentence(result, name, lead, a, b)
        out.append(Finding(text, "softening", name, strategy, stored.against, stored.main, result))
    return out


def split_of_sites(stored: Stored, strategy: str) -> tuple[Paired, Paired] | None:
    """Return the shares of sites where support deepened and eroded around the shock, with intervals over replicates."""
    if stored.onset is None or "support" not in stored.metrics:
        return None
    both = []
    for name in ("deepened", "eroded"):
        values = over_sites(stored, name)[stored.arm(strategy, stored.main)]
        both.append(paired(values, np.zeros_like(values), units=stored.units))
    return (both[0], both[1]) if both[0].pairs else None


def _sites(stored: Stored) -> list[Finding]:
    split = split_of_sites(stored, stored.against)
    if split is None or len(stored.sites) < 2 or math.isnan(split[0].low):
        return []
    deepened, eroded = split
    m = metric("deepened")
    shares = [f"{words.percent(r.difference)} of sites" for r in (deepened, eroded)]
    spans = [f"{words.interval(max(r.low, 0.0), min(r.high, 1.0), m)}%" for r in (deepened, eroded)]
    text = (
        f"{words.condition(stored.main) or 'Around the shock'} and {with_(stored, stored.against)}, partners' support "
        f"deepened in {shares[0]} (95% interval {spans[0]}) and eroded in {shares[1]} ({spans[1]}), over "
        f"{deepened.pairs} runs of {count(len(stored.sites), 'site')}."
    )
    return [Finding(text, "sites", "deepened", stored.against, "", stored.main, deepened)]


def candidates(sweep: SweepLike) -> list[Finding]:
    """Return every comparison that `findings` chooses from."""
    stored = Stored.of(sweep)
    return [*_crisis(stored), *_practices(stored), *_initiative(stored), *_softening(stored), *_sites(stored)]


def findings(sweep: SweepLike, how_many: int = 3) -> list[Finding]:
    """Return the answer to the question, then the most important findings beside it.

    First whether runs are of two kinds; then `how_many` of: the best strategy against the next, the best against the
    reference, what does worse than nothing, what the shock does, the largest effects of another kind or about another
    metric. What cannot be told apart is said so; every finding carries its provisos.

    Examples
    --------
    >>> study = tfs.sweep("bigger-tables", replicates=2, out="mine", workers=1)
    >>> [finding.kind for finding in tfs.findings(study)][0]
    'best'
    """
    stored = Stored.of(sweep)
    best = _best(stored)
    chosen = [*best, *_reference(stored, best), *_worse(stored)]
    everything = candidates(stored)
    crisis = answer([f for f in everything if f.kind == "crisis"], stored.primary)
    chosen += [crisis] if crisis is not None else []
    rest = sorted((f for f in everything if f.kind != "sites"), key=lambda f: -f.weight)
    said = {frozenset((f.strategy, f.against)) for f in chosen if f.kind in ANSWERS}
    for wanted in (_new_kind_and_metric, _new_kind, _new_metric):
        for finding in rest:
            known = finding.metric == stored.primary and frozenset((finding.strategy, finding.against)) in said
            if len(chosen) < how_many and finding.distinguishable and not known and wanted(finding, chosen):
                chosen.append(finding)
    sites = [f for f in everything if f.kind == "sites"]
    chosen += sites[: max(0, how_many - len(chosen))]
    told = [*_kinds(stored), *chosen[:how_many]]
    answers = [provided(stored, f) for f in [*told, *_softened(stored, everything, told)]]
    return [*_composed(stored, answers), *_sets(stored, best), *_unpaid(stored)]


def _softened(stored: Stored, everything: list[Finding], told: list[Finding]) -> list[Finding]:
    """Say whether the best of the practices changes what the shock does, where that is not said yet."""
    found = ranking(stored, stored.primary, stored.main) if stored.primary in stored.metrics else None
    practices = [s for s in (found.order if found is not None else ()) if s not in (stored.against, stored.nothing)]
    said = {f.strategy for f in told if f.kind == "softening"}
    return [f for f in everything if f.kind == "softening" and f.strategy in practices[:1] and f.strategy not in said]


def _composed(stored: Stored, told: list[Finding]) -> list[Finding]:
    """Say once that a mean over those who are there moves as they change, and how many partners there were."""
    at = next((n for n, f in enumerate(told) if f.against and f.strategy != f.against and metric(f.metric).over), None)
    if at is None:
        return told
    finding, partners = told[at], "partners"
    said = f"This is a mean over {metric(finding.metric).over}, and moves as these change, too"
    if partners in stored.metrics:
        result = against(stored, partners, finding.strategy, finding.against, finding.levels)
        m = metric(partners)
        one, other = (words.level(mean, m, result.high - result.low) for mean in (result.mean_a, result.mean_b))
        pair = f"{one} {with_(stored, finding.strategy)}, {other} {with_(stored, finding.against)}"
        said += f": {words.subject(m)} was {pair}" if result.pairs else ""
    return [*told[:at], replace(finding, sentence=f"{finding.sentence} {said}."), *told[at + 1 :]]


def _sets(stored: Stored, best: list[Finding]) -> list[Finding]:
    """Say how the answer depends on parameters: the best against the reference, or the reference against nothing."""
    name, levels = stored.primary, stored.main
    if not best or name not in stored.metrics:
        return []
    first = best[0].strategy
    one, other = (first, stored.against) if first != stored.against else (first, stored.nothing or best[0].against)
    if one == other:
        one, other = first, best[0].against
    text = spread_words.sentence(stored, name, one, other, levels)
    return [Finding(text, "sets", name, one, other, levels, against(stored, name, one, other, levels))] if text else []


def provided(stored: Stored, finding: Finding) -> Finding:
    """Return a finding with what its sentence must not be silent about."""
    compared = [s for s in dict.fromkeys((finding.strategy, finding.against)) if s]
    said = [
        finding.sentence,
        *_besides(stored, finding),
        *provisos(stored, compared, finding.levels),
    ]
    return replace(finding, sentence=" ".join(said))


def _besides(stored: Stored, finding: Finding) -> list[str]:
    """Say whether few sets make most of a mean, and whether a difference in the primary outcome is worth little."""
    said = [] if finding.kind == "worse" else few_sets(finding.result, finding.metric)
    compared = ("best", "reference", "worse", "practice", "initiative")
    if finding.metric == stored.primary and finding.kind in compared:
        said += too_little(stored, finding.result)
    return said


def _unpaid(stored: Stored) -> list[Finding]:
    """Say of every strategy and condition what was asked for and not paid."""
    said = unpaid(stored)
    if not said:
        return []
    blank = Paired(len(stored.pairs), stored.units.luck, 0)
    return [Finding(f"Not paid in full: {said}.", "unpaid", "cost", stored.against, "", stored.main, blank)]


def answer(options: list[Finding], primary: str) -> Finding | None:
    """Return the finding that answers: the largest on the primary outcome, else on any, else the primary's null."""
    names = (primary, "support_change") if primary == "support" else (primary,)
    about = [f for f in options if f.metric in names] or options
    for group in (about, options):
        clear = [f for f in group if f.weight > 0]
        if clear:
            return max(clear, key=lambda f: f.weight)
    return max(about, key=lambda f: _or_zero(f.result.standardized), default=None)


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _new_kind_and_metric(finding: Finding, chosen: list[Finding]) -> bool:
    return _new_kind(finding, chosen) and _new_metric(finding, chosen)


def _new_kind(finding: Finding, chosen: list[Finding]) -> bool:
    return all(finding.kind != f.kind for f in chosen)


def _new_metric(finding: Finding, chosen: list[Finding]) -> bool:
    return all(finding.metric != f.metric for f in chosen)
