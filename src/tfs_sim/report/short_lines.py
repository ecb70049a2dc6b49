"""The lines of the answer in short: each a question of whoever decides, and what the results say to it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tfs_sim.analysis import spread_words, stamps, words
from tfs_sim.analysis.compare import Paired, against, crisis_effect, over_sites
from tfs_sim.analysis.decided import Decided
from tfs_sim.analysis.kinds import OverSets, over_sets
from tfs_sim.analysis.provisos import few_sets, too_little
from tfs_sim.analysis.ranking import Ranking, ranked, ranking
from tfs_sim.analysis.sentences import capital, change, lower, size_of, thing_of
from tfs_sim.analysis.spreads import spread
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.variance import Part
from tfs_sim.analysis.windows import mean_over, metric
from tfs_sim.decisions.information import FEWEST, by_chance
from tfs_sim.decisions.words import amount
from tfs_sim.model.declare import Metric
from tfs_sim.scenario.errors import count

ENDED = 0.1
"""Share of partnerships that end under the best strategy from which on that is said at the top."""
COSTS = ("cost", "hours", "bid_hours", "staff_given", "grants")
"""Outcomes that say what is spent, of which the least is no answer."""


@dataclass
class Teller:
    """Says the lines, and notes each number that it says."""

    stored: Stored
    rows: list[tuple[str, str, str, float, float, float, str]] = field(default_factory=list)
    asked: str = ""

    def note(
        self, what: str, of: str, value: float, low: float = math.nan, high: float = math.nan, unit: str = ""
    ) -> None:
        """Note a number that is said, with its interval, in the unit in which it is said."""
        self.rows.append((self.asked, what, of, value, low, high, unit))

    def part(self, what: str, of: str, part: Part) -> str:
        """Return a share with its interval: "62% (40% to 85%)"."""
        self.note(what, of, 100 * part.value, 100 * part.low, 100 * part.high, "%")
        said = words.percent(part.value)
        return said if math.isnan(part.low) else f"{said} ({words.percent(part.low)} to {words.percent(part.high)})"

    def level(self, what: str, of: str, value: float, m: Metric, scale: float = math.nan) -> str:
        """Return a mean with its unit."""
        self.note(what, of, value * _by(m), unit=words.unit(m) or "")
        return f"{words.level(value, m, scale)} {m.measure.of}".rstrip()

    def noted(self, what: str, of: str, r: Paired, m: Metric) -> Paired:
        """Note a paired difference, and return it."""
        by = _by(m)
        self.note(what, of, r.difference * by, r.low * by, r.high * by, words.unit(m, difference=True))
        return r

    def title(self, strategy: str) -> str:
        """Return a strategy within a sentence."""
        return words.quoted(self.stored.title(strategy))


def _by(m: Metric) -> float:
    return 1.0 if words.is_money(m) else words.factor(m)


def best(t: Teller, found: Ranking) -> str:
    """Say which strategy has the best mean, which comes next, and how the best compares with doing nothing."""
    stored, m = t.stored, metric(t.stored.primary)
    width = found.lead.high - found.lead.low
    one, two = (
        t.level("mean", stored.title(s), mean, m, width)
        for s, mean in zip((found.best, found.second), found.means[:2], strict=True)
    )
    said = f"{t.title(found.best)}: {thing_of(stored, stored.primary)} was {one}. Next: {t.title(found.second)}, {two}."
    if found.lead.same and found.lead.replicates > 1:
        return f"{capital(thing_of(stored, stored.primary))} was {one} with either: no strategy does best."
    base = stored.nothing
    if base is not None and base not in (found.best, found.second):
        lead = found.leads[found.order.index(base) - 1]  # at the level at which all leads hold, as for the next
        r = t.noted("difference from nothing", stored.title(found.best), lead, m)
        said = f"{said} {_compared(r, stored.primary, t.title(base), len(found.leads))}".rstrip()
    return said + _kinds(t, found.best, m)


def _against(t: Teller, one: str, other: str) -> Paired:
    return against(t.stored, t.stored.primary, one, other, t.stored.main)


def _compared(r: Paired, name: str, than: str, comparisons: int) -> str:
    if math.isnan(r.low):
        return ""
    if not r.distinguishable:  # which is said in the next line
        return ""
    ends = (r.low, r.high) if r.difference > 0 else (-r.high, -r.low)
    interval = f"95% interval{_at_once(comparisons)} {words.interval(*ends, metric(name))}"
    return f"The best is {change(r, name)} than {than} ({interval})."


def _at_once(comparisons: int) -> str:
    return f" for {comparisons} comparisons at once" if comparisons > 1 else ""


def _kinds(t: Teller, strategy: str, m: Metric) -> str:
    """Say that runs are of two kinds, which a mean hides."""
    found = two_kinds(t.stored, strategy)
    if found is None:
        return ""
    who = t.stored.title(strategy)
    chance = t.part("share of the upper kind", who, found[0])
    low = t.level("mean of the lower kind", who, found[1], m)
    high = t.level("mean of the upper kind", who, found[2], m)
    kind = "take off," if m.better == "higher" else "lie high,"
    return f" That mean describes no partnership: {chance} of runs {kind} around {high}; the others lie around {low}."


def two_kinds(stored: Stored, strategy: str) -> tuple[Part, float, float] | None:
    """Return the share of the upper kind of runs, and the lower and the upper level; None with one mode."""
    values = stored.values(stored.primary)[stored.arm(strategy, stored.main)]
    if stored.units.set is not None and not stored.units.design:
        sets: OverSets | None = over_sets(values, stored.units)
        return None if sets is None else (sets.chance, sets.low.value, sets.high.value)
    kinds = stored.kinds(stored.primary, stored.arm(strategy, stored.main))
    return None if kinds is None else (Part(kinds.upper, math.nan, math.nan), kinds.low, kinds.high)


def apart(t: Teller, found: Ranking) -> str:
    """Say whether the best can be told apart from the next, and from the others."""
    stored, name, r = t.stored, t.stored.primary, found.lead
    m = metric(name)
    if r.same and r.replicates > 1:
        return f"They are the same, in all {r.sample}."
    if math.isnan(r.low):
        return f"There are too few runs to tell ({r.sample})."
    t.noted("lead over the next", stored.title(found.second), r, m)
    ends = (r.low, r.high) if r.difference >= 0 else (-r.high, -r.low)
    apart = f"they lie {size_of(r, name)} apart (95% interval{_at_once(len(found.leads))} {words.interval(*ends, m)})"
    little, few = too_little(stored, r), few_sets(r, name)
    if few:
        t.note("lead over the next, middle set", stored.title(found.second), r.middle * _by(m), unit=words.unit(m))
    if little:
        t.note("worthwhile", "", (stored.worthwhile or 0.0) * _by(m), unit=words.unit(m, difference=True))
    if found.clear:
        return " ".join([f"Yes: {apart}, over the same luck.", *little, *few])
    if r.distinguishable:
        others = words.joined([t.title(s) for s in found.tied])
        return f"Yes: {apart}; but not from {others}, which varies more."
    rest = [t.title(s) for s in found.tied if s != found.second]
    return f"No: {apart}.{f' Nor can it be told apart from {words.joined(rest)}.' if rest else ''}"


def sure(t: Teller, found: Ranking) -> str:
    """Say under which share of sets of parameters the best is better, and how often it did worse than nothing."""
    stored, name = t.stored, t.stored.primary
    m, base = metric(name), stored.nothing or stored.against
    said = []
    one, other = (found.best, stored.against) if found.best != stored.against else (found.best, found.second)
    over = spread(stored, name, one, other, stored.main)
    if over is not None and over.shares is not None:
        shares = over.shares
        unit = words.unit(m, difference=True)
        least = words.difference(shares.worthwhile, 0, 2 * shares.worthwhile, m, sign=False)
        t.note("worthwhile", "", shares.worthwhile * _by(m), unit=unit)
        all_three = (("sets better", shares.better), ("sets no different", shares.same), ("sets worse", shares.worse))
        each = [t.part(what, stored.title(one), Part(s.share, s.low, s.high)) for what, s in all_three]
        said.append(
            f"Against {t.title(other)} it is better by {f'{least} {unit}'.rstrip()} or more under {each[0]} of "
            f"{count(over.sets, 'set')} of parameters, no different under {each[1]}, worse under {each[2]}."
        )
    elif over is not None and over.verdict == "too few replicates":
        t.note("luck in what sets seem to differ by", stored.title(one), 100 * (1 - over.reliability), unit="%")
        needed = ""
        if over.needed:
            t.note("replicates that would tell", stored.title(one), over.needed)
            needed = f"; {count(over.needed, 'replicate')} of each would tell"
        said.append(
            f"How far its lead over {t.title(other)} depends on parameters cannot be told: "
            f"{words.percent(1 - over.reliability)} of what {count(over.sets, 'set')} of them seem to differ by is "
            f"luck{needed}."
        )
    elif over is not None:
        said.append(spread_words.sentence(stored, name, one, other, stored.main).removesuffix(f" {stamps.YOURS}"))
    if base != found.best and m.better:
        r = _against(t, found.best, base)
        if not math.isnan(r.worse):
            share = t.part("share worse", stored.title(found.best), Part(r.worse, r.worse_low, r.worse_high))
            said.append(f"It did worse than {t.title(base)} in {share} of runs ({stored.units.said}).")
    if stored.units.set is None:
        said.append("Parameters are one assumed point: how far the answer hangs on them cannot be said.")
    return " ".join(said)


def lasts(t: Teller, found: Ranking) -> str:
    """Say how many partnerships are still there at the end, where a tenth or more of them are not.

    A mean over all runs counts a partnership that has ended as one with nothing: whoever reads that the best adds two
    points must see that most are gone by then.
    """
    stored = t.stored
    if "alive" not in stored.metrics or stored.primary == "alive":
        return ""
    alive = over_sites(stored, "alive")

    def there(strategy: str) -> float:
        return float(mean_over(alive[stored.arm(strategy, stored.main)], 0))

    here = there(found.best)
    if not here <= 1 - ENDED:
        return ""
    months = count(stored.months, "month")
    where = "of partnerships are" if len(stored.sites) > 1 else "of runs the partnership is"
    t.note("still there", stored.title(found.best), 100 * here, unit="%")
    share = words.percent(here) if len(stored.sites) > 1 else f"in {words.percent(here)}"
    said = f"With {t.title(found.best)} {share} {where} still there after {months}"
    base = stored.nothing if stored.nothing is not None else stored.against
    if base != found.best:
        r = against(stored, "alive", found.best, base, stored.main)
        t.note("still there", stored.title(base), 100 * there(base), unit="%")
        said += f"; with {t.title(base)} {words.percent(there(base))}"
        if not math.isnan(r.low) and not r.distinguishable:
            said += ", which cannot be told apart"
    return f"{said}. One that has ended counts as nothing in all that is said here."


def whom(t: Teller, found: Ranking, view: Decided | None) -> str:
    """Say which strategy comes first at which site, and what choosing for each gains."""
    stored = t.stored
    if len(stored.sites) < 2 or stored.units.design:
        return ""
    each = by_site(stored)
    firsts = {site: r for site, r in each.items() if r is not None}
    if not firsts:
        return ""
    groups: dict[str, list[str]] = {}
    for site, r in firsts.items():
        groups.setdefault(r.best, []).append(stored.site_title(site))
    clear = [stored.site_title(site) for site, r in firsts.items() if r.clear]
    if len(groups) == 1:
        said = f"The same comes first at all {len(firsts)} sites."
    else:
        each_ = [f"{t.title(best)} comes first at {words.joined(places)}" for best, places in groups.items()]
        said = " ".join(words.closed(part) for part in each_)
    if len(clear) == len(firsts):
        said += " At each it can be told apart from the others."
    elif clear:
        said += (
            f" The first can be told apart from the others at {words.joined(clear)}{'' if len(clear) > 1 else ' alone'}"
        )
        said = words.closed(said)
    else:
        said += " At none can the first be told apart from the next."
    return said + _choosing(t, view)


def by_site(stored: Stored) -> dict[str, Ranking | None]:
    """Return the ranking of strategies at each site, at a level at which the leads at all sites hold at once."""
    name, levels = stored.primary, stored.main
    found = {}
    for site in stored.sites:
        values = over_sites(stored, name, site)
        samples = {s: values[stored.arm(s, levels)] for s in stored.strategies}
        jump = stored.jump(name, levels, site)
        found[site] = ranked(samples, metric(name).better, stored.units, len(stored.sites), jump)
    return found


def _choosing(t: Teller, view: Decided | None) -> str:
    """Say what choosing for each site gains over one strategy for all, where that is told."""
    # where no worth is given, it would be told where two strategies are worth the same, so that choosing gains most
    if view is None or view.sites is None or not view.given:
        return ""
    total = view.sites[view.sites["site"] == "all sites"]
    row = total.iloc[int(total["gain"].to_numpy().argmax())]
    worth, gain, low, high = (float(row[name]) for name in ("worth", "gain", "low", "high"))
    t.note("worth of a student-month", "", worth, unit="dollars")
    t.note("gain of choosing for each site", "all sites", gain, low, high, "dollars")
    gains = "nothing that can be told from luck"
    if low > 0:
        gains = f"{_dollars(gain)} ({_dollars(low)} to {_dollars(high)})"
    others = view.sites[(view.sites["worth"] == worth) & (view.sites["best"] != str(row["for_all"]))]
    grouped = others.groupby("best", sort=False)["site"].agg(list)
    own = [f"{words.quoted(str(best))} at {words.joined(list(sites))}" for best, sites in grouped.items()]
    where = f" ({'; '.join(own)}; {words.quoted(str(row['for_all']))} elsewhere)" if own and low > 0 else ""
    return (
        f" Counting costs, at ${amount(worth)} a student-month, choosing for each rather than one for all gains "
        f"{gains}{where}.{' These are simulated communities: no reason to cut a real one.' if where else ''}"
    )


def _dollars(amount_: float) -> str:
    return words.money(amount_ / 1000.0)


def changes(t: Teller, found: Ranking) -> str:
    """Say what comes first under other conditions, and what the shock itself does."""
    stored = t.stored
    said = []
    said += _by_other_outcomes(t, found)
    others = {levels: ranking(stored, stored.primary, levels) for levels in stored.levels if levels != stored.main}
    moved = {levels: r for levels, r in others.items() if r is not None and r.best != found.best}
    for levels, r in moved.items():
        apart = "" if r.clear else ", not told from the next"
        said.append(f"{words.condition(levels)} {t.title(r.best)} comes first{apart}.")
    kept = [lower(words.condition(levels)) for levels, r in others.items() if r is not None and levels not in moved]
    if kept and len(kept) < 4:
        said.append(f"{capital(words.joined(kept))} the same comes first for {words.subject(metric(stored.primary))}.")
    elif kept:
        said.append(f"Under {len(kept)} other conditions the same comes first.")
    if stored.crisis is not None:
        m = metric(stored.primary)
        who = stored.title(found.best)
        effect = t.noted("effect of the shock", who, crisis_effect(stored, stored.primary, found.best), m)
        shock = lower(stored.shocks(stored.main)[0].label)
        thing = words.subject(m)
        if effect.distinguishable:
            ends = (effect.low, effect.high) if effect.difference > 0 else (-effect.high, -effect.low)
            by = f"{change(effect, stored.primary)} ({words.interval(*ends, m)})"
            said.append(f"With {words.quoted(who)} the {shock} itself makes {thing} {by}.")
        elif not math.isnan(effect.low):
            said.append(
                f"With {words.quoted(who)} the {shock} itself leaves no mark on {thing} that can be told from none."
            )
    return " ".join(said)


def _by_other_outcomes(t: Teller, found: Ranking) -> list[str]:
    """Say by which of the experiment's other outcomes another strategy comes first, and can be told from this one."""
    stored = t.stored
    firsts: dict[str, list[str]] = {}
    for name in dict.fromkeys(stored.experiment.get("also") or []):
        if name not in stored.metrics or name in COSTS or not metric(name).better:
            continue
        other = ranking(stored, name, stored.main)
        if other is None or other.best == found.best:
            continue
        if other.leads[other.order.index(found.best) - 1].distinguishable:
            firsts.setdefault(other.best, []).append(f"{words.subject(metric(name))} {words.window(metric(name))}")
    return [f"For {words.joined(of)} {t.title(best)} does better." for best, of in firsts.items()]


def decides(t: Teller, found: Ranking, view: Decided | None) -> str:
    """Say how much of the lead parameters decide, and which of them is worth measuring first."""
    stored = t.stored
    if stored.units.set is None:
        return ""
    said = []
    other = stored.against if found.best != stored.against else stored.nothing or found.second
    over = spread(stored, stored.primary, found.best, other, stored.main) if other != found.best else None
    if over is not None and not math.isnan(over.parameters.value):
        share = t.part("share of parameters", stored.title(found.best), over.parameters)
        said.append(
            f"Parameters that nobody knows make {share} of how its lead over {t.title(other)} differs between runs; "
            "the rest is luck, alone and with parameters."
        )
    if view is not None and view.learning is not None and view.learnt_at is not None:
        seen = view.learning[view.learning["seen"]]
        chance = by_chance(len(view.learning))
        if 0 < len(seen) <= chance:
            t.note("parameters seen to be worth measuring", "", len(seen))
            t.note("parameters seen by chance", "", chance)
            said.append(
                f"No single parameter is told from chance to be worth measuring: {len(seen)} of "
                f"{len(view.learning)} seem to be, and of so many that are worth nothing about {chance:.0f} would."
            )
        elif len(seen):
            row = seen.iloc[0]
            value, error = view.decisions * float(row["evppi"]), view.decisions * float(row["se"])
            t.note("worth of knowing", str(row["parameter"]), value, value - error, value + error, "dollars")
            t.note("standard error", str(row["parameter"]), error, unit="dollars")
            t.note("worth of a student-month", "", view.learnt_at, unit="dollars")
            said.append(
                f"Worth measuring first: {parameter(str(row['parameter']))}, up to {_dollars(value)} "
                f"(one standard error: ± {_dollars(error)}) "
                f"{view.scaled} at ${amount(view.learnt_at)} a student-month."
            )
        else:
            said.append("No single parameter is seen to be worth measuring by itself.")
    elif view is not None and view.main["set"].nunique() < FEWEST:
        said.append(f"Which of them to measure first is not said of fewer than {FEWEST} sets.")
    return " ".join(said)


def parameter(dotted: str) -> str:
    """Return a parameter in plain words, with its name: "what is lost when … (turnover.loss)"."""
    meaning = words.meaning(dotted)
    return f"{meaning} ({dotted})" if meaning else dotted
