"""The most important findings of a sweep, as sentences computed from its runs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import Paired, against, crisis_difference, crisis_effect, over_sites, paired
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.analysis.windows import metric

NOT_RANKED = frozenset(
    {
        *("cost", "unpaid_backbone", "unpaid_partners", "grants", "hours", "bid_hours", "staff_given", "staff"),
        *("documentation",),
        *("severity", "load", "indicator", "joined", "withdrew", "departures", "vacancy"),
    }
)
"""Metrics that are prices, inputs or noise: reported, but never a finding by themselves."""

USUAL = ("support", "trust", "partners", "performance", "coverage", "outcome", "alive")


@dataclass(frozen=True)
class Finding:
    """One finding: a sentence and the numbers behind it.

    `kind` is "crisis" (what the shock does), "practice" (a strategy against the reference), "initiative" (the
    reference against no initiative), "softening" (does a strategy change what the shock does) or "sites"
    (they differ).
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
        return self.sentence


def ranked_metrics(stored: Stored) -> list[str]:
    """Return the outcomes that findings are about: primary, the experiment's others, then the usual ones."""
    named = [stored.primary, *(stored.experiment.get("also") or []), *USUAL]
    known = {*stored.metrics}
    return [name for name in dict.fromkeys(named) if name in known and name not in NOT_RANKED]


def numbers(result: Paired, name: str, *, sized: bool = False) -> str:
    """Return the interval and the number of pairs, as they follow a difference; `sized`: of its size ("0.04 lower")."""
    ends = (result.low, result.high)
    if sized and result.difference < 0:
        ends = (-result.high, -result.low)
    return f"95% interval {words.interval(*ends, metric(name))}, {result.pairs} pairs"


def change(result: Paired, name: str) -> str:
    """Return "0.04 higher", "3 percentage points lower" or "higher by 2 students for 1,000 in need"."""
    m = metric(name)
    size = words.difference(abs(result.difference), result.low, result.high, m, sign=False)
    unit = words.differing(m)
    said = words.money(abs(result.difference)) if name == "cost" else f"{size} {unit}".rstrip()
    way = "higher" if result.difference > 0 else "lower"
    return f"{way} by {said}" if " for " in unit or " per " in unit or " of " in unit else f"{said} {way}"


def sentence(result: Paired, name: str, opening: str, a: str, b: str) -> str:
    """Return a paired difference as a sentence, honest where the interval covers zero.

    `opening` is the condition ("In the crisis"), `a` and `b` what is compared ("with handover practices", "with no
    initiative").
    """
    m = metric(name)
    thing = f"{words.subject(m)} {words.window(m)}".rstrip()
    lead = f"{opening}, {thing}" if opening else thing[:1].upper() + thing[1:]
    if result.pairs == 0:
        return f"{lead} could not be compared: no run has a value both{f' {a}' if a else ''} and {b}."
    verb = "were" if words.subject(m) == "partners' hours" else "was"
    if result.pairs < 2:
        said = f"{change(result, name)}{f' {a}' if a else ''} than {b}"
        return f"{lead} {verb} {said}, in a single pair: run more replicates."
    if result.low == result.high == 0:
        return f"{lead} {verb} the same{f' {a}' if a else ''} as {b}, in all {result.pairs} pairs."
    if not result.distinguishable:
        return (
            f"{lead} {verb} not distinguishable{f' {a}' if a else ''} from what it was {b}: "
            f"the difference was {words.difference(result.difference, result.low, result.high, m)} "
            f"{words.differing(m)}".rstrip()
            + f" ({numbers(result, name)})."
        )
    return f"{lead} {verb} {change(result, name)} ({numbers(result, name, sized=True)}){f' {a}' if a else ''} than {b}."


def with_(stored: Stored, strategy: str) -> str:
    """Return "with handover practices"."""
    said = words.inside(stored.title(strategy), strategy)
    return f"with {'the ' if said.startswith(('initiative', 'partnership')) else ''}{said}"


def lower(text: str) -> str:
    """Return the text with a small first letter."""
    return text[:1].lower() + text[1:]


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
        lead = f"{opening} and {with_(stored, strategy)}"
        if name == "support_change":
            text = _support_change(result, opening, with_(stored, strategy))
        else:
            text = sentence(result, name, lead, "", lower(words.condition(calm)))
        out.append(Finding(text, "crisis", name, strategy, strategy, shocked, result))
    return out


def _support_change(result: Paired, opening: str, who: str) -> str:
    m = metric("support_change")
    span = f"({numbers(result, 'support_change', sized=result.distinguishable)})"
    clear = result.distinguishable
    size = result.difference if not clear else abs(result.difference)
    said = f"{words.difference(size, result.low, result.high, m, sign=not clear)} {words.differing(m)}"
    lead = f"{opening} and {who}, partners' support"
    if not clear:
        return (
            f"{lead} in the six months after the onset was not distinguishable from what it was in the same months "
            f"without it: the difference was {said} {span}."
        )
    way = "rose" if result.difference > 0 else "fell"
    return f"{lead} {way} by {said} {span} in the six months after the onset, against the same months without it."


def _practices(stored: Stored) -> list[Finding]:
    others = [s for s in stored.strategies if s not in (stored.against, stored.nothing)]
    levels = stored.main
    out = []
    for name in ranked_metrics(stored):
        for strategy in others:
            result = against(stored, name, strategy, stored.against, levels)
            text = sentence(
                result, name, words.condition(levels), with_(stored, strategy), with_(stored, stored.against)
            )
            out.append(Finding(text, "practice", name, strategy, stored.against, levels, result))
    return out


def _initiative(stored: Stored) -> list[Finding]:
    if stored.nothing is None or stored.nothing == stored.against:
        return []
    out = []
    for name in ranked_metrics(stored):
        result = against(stored, name, stored.against, stored.nothing, stored.main)
        a, b = with_(stored, stored.against), with_(stored, stored.nothing)
        text = sentence(result, name, words.condition(stored.main), a, b)
        out.append(Finding(text, "initiative", name, stored.against, stored.nothing, stored.main, result))
    return out


def _softening(stored: Stored) -> list[Finding]:
    if stored.crisis is None:
        return []
    out = []
    name = stored.primary if stored.primary in stored.metrics else ""
    for strategy in stored.strategies:
        if not name or strategy in (stored.against, stored.nothing):
            continue
        result = crisis_difference(stored, name, strategy, stored.against)
        a, b = with_(stored, strategy), with_(stored, stored.against)
        m = metric(name)
        shock = lower(stored.shocks(stored.main)[0].label)
        lead = f"The effect of the {shock} on {words.subject(m)} {words.window(m)}".rstrip() + " was"
        if result.distinguishable:
            by = change(result, name).replace("higher", "").replace("lower", "").replace("by", "").strip()
            good = (result.difference > 0) == (m.better != "lower")
            way = ("better" if good else "worse") if m.better else "higher" if result.difference > 0 else "lower"
            text = f"{lead} {way} by {by} ({numbers(result, name, sized=True)}) {a} than {b}."
        else:
            text = f"{lead} not distinguishable {a} from what it was {b} ({numbers(result, name)})."
        out.append(Finding(text, "softening", name, strategy, stored.against, stored.main, result))
    return out


def split_of_sites(stored: Stored, strategy: str) -> tuple[Paired, Paired] | None:
    """Return the shares of sites where support deepened and eroded around the shock, with intervals over replicates."""
    if stored.onset is None or "support" not in stored.metrics:
        return None
    both = []
    for name in ("deepened", "eroded"):
        values = over_sites(stored, name)[stored.arm(strategy, stored.main)]
        both.append(paired(values, np.zeros_like(values)))
    return (both[0], both[1]) if both[0].pairs else None


def _sites(stored: Stored) -> list[Finding]:
    split = split_of_sites(stored, stored.against)
    if split is None or len(stored.sites) < 2 or split[0].pairs < 2:
        return []
    deepened, eroded = split
    m = metric("deepened")
    shares = [f"{words.percent(r.difference)} of sites" for r in (deepened, eroded)]
    spans = [f"{words.interval(r.low, r.high, m)}%" for r in (deepened, eroded)]
    text = (
        f"{words.condition(stored.main) or 'Around the shock'} and {with_(stored, stored.against)}, partners' support "
        f"deepened in {shares[0]} (95% interval {spans[0]}) and eroded in {shares[1]} ({spans[1]}), over "
        f"{deepened.pairs} runs of {len(stored.sites)} sites."
    )
    return [Finding(text, "sites", "deepened", stored.against, "", stored.main, deepened)]


def candidates(sweep: SweepLike) -> list[Finding]:
    """Return every comparison that `findings` chooses from."""
    stored = Stored.of(sweep)
    return [*_crisis(stored), *_practices(stored), *_initiative(stored), *_softening(stored), *_sites(stored)]


def findings(sweep: SweepLike, how_many: int = 3) -> list[Finding]:
    """Return the most important findings, the largest standardized effect first.

    One always answers what the shock does (where the experiment has levels with and without it) and one which
    practice helps, on the primary outcome, even if the answer is that nothing can be told apart. The rest are the
    largest effects about another metric or of another kind. Ties in honesty go last: what is not distinguishable
    follows what is.
    """
    stored = Stored.of(sweep)
    everything = candidates(stored)
    chosen: list[Finding] = []
    for kind in ("crisis", "practice"):
        one = answer([f for f in everything if f.kind == kind], stored.primary)
        if one is not None:
            chosen.append(one)
    rest = sorted((f for f in everything if f.kind != "sites"), key=lambda f: -f.weight)
    for wanted in (_new_kind_and_metric, _new_kind, _new_metric):
        for finding in rest:
            if len(chosen) < how_many and finding.distinguishable and wanted(finding, chosen):
                chosen.append(finding)
    sites = [f for f in everything if f.kind == "sites"]
    chosen += [f for f in [*sites, *rest] if f not in chosen and f.kind == "sites"][: max(0, how_many - len(chosen))]
    return sorted(chosen[:how_many], key=lambda f: -f.weight)


def answer(options: list[Finding], primary: str) -> Finding | None:
    """Return the finding that answers: the largest on the primary outcome, else on any, else the primary's null."""
    names = (primary, "support_change") if primary == "support" else (primary,)
    about = [f for f in options if f.metric in names] or options
    for group in (about, options):
        clear = [f for f in group if f.weight > 0]
        helpful = [f for f in clear if _helps(f)] or clear
        if helpful:
            return max(helpful, key=lambda f: f.weight)
    return max(about, key=lambda f: _or_zero(f.result.standardized), default=None)


def _helps(finding: Finding) -> bool:
    better = metric(finding.metric).better
    return finding.kind != "practice" or (finding.result.difference > 0) == (better != "lower")


def _or_zero(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _new_kind_and_metric(finding: Finding, chosen: list[Finding]) -> bool:
    return _new_kind(finding, chosen) and _new_metric(finding, chosen)


def _new_kind(finding: Finding, chosen: list[Finding]) -> bool:
    return all(finding.kind != f.kind for f in chosen)


def _new_metric(finding: Finding, chosen: list[Finding]) -> bool:
    return all((finding.metric, finding.kind) != (f.metric, f.kind) for f in chosen) and all(
        finding.metric != f.metric for f in chosen
    )
