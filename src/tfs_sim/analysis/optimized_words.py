"""What a search found, in words and as rows of tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tfs_sim.analysis import words
from tfs_sim.analysis.optimized import BETTER, TIED, Difference, Optimized
from tfs_sim.analysis.windows import metric
from tfs_sim.decisions.words import amount
from tfs_sim.experiments.designs.allocations import Allocation
from tfs_sim.experiments.designs.optimize_tables import NET_BENEFIT
from tfs_sim.experiments.execution.allocating import COST
from tfs_sim.model.declare import Metric
from tfs_sim.scenario.errors import count
from tfs_sim.scenario.fields import catalogue


@dataclass(frozen=True)
class Said:
    """How amounts of what was looked for are said.

    Attributes
    ----------
    metric : the outcome; None for net benefit, in dollars.
    """

    metric: Metric | None

    @classmethod
    def of(cls, found: Optimized) -> Said:
        """Return how amounts of a search's objective are said."""
        objective = found.sought.aim.objective
        return cls(None if objective == NET_BENEFIT else metric(objective))

    def value(self, difference: Difference) -> str:
        """Return a gain with its interval: `1,620 student-months (−90 to 3,310)`."""
        one, low, high = difference.value, difference.low, difference.high
        if self.metric is None:
            return f"{dollars(one)} ({dollars(low)} to {dollars(high)})"
        said = words.difference(one, low, high, self.metric, sign=False)
        unit = words.unit(self.metric, difference=True)
        if words.is_money(self.metric):
            unit = ""
        return f"{said}{f' {unit}' if unit else ''} ({words.interval(low, high, self.metric)})"

    @property
    def name(self) -> str:
        """What was looked for, within a sentence."""
        return "net benefit" if self.metric is None else words.lower_first(words.subject(self.metric))


def dollars(value: float) -> str:
    """Return an amount in dollars with its sign."""
    return ("−$" if value < 0 and amount(value) != "0" else "$") + amount(abs(value))


def told(found: Optimized) -> list[str]:
    """Return what a search found in sentences, the answer first."""
    said = Said.of(found)
    return [*_answer(found), *_tied(found), *_gain(found, said), *_adapting(found, said), *_how(found)]


def _budget(found: Optimized) -> str:
    kind = "a year" if found.space.yearly else "in all"
    return f"${amount(found.sought.main.dollars)} {kind}"


def _answer(found: Optimized) -> Iterator[str]:
    under = ", ".join(found.under.values())
    where = f" (under {under})" if under else ""
    if found.choice == found.nothing:
        yield (
            f"Of what {_budget(found)} may buy{where}, nothing: no allocation that was tried does better than buying "
            "none of the practices."
        )
    else:
        yield f"With {_budget(found)}{where}: {found.title(found.choice)}."


def _tied(found: Optimized) -> Iterator[str]:
    others = [each for each in found.tied if each != found.choice]
    verdicts = found.finalists["verdict"].tolist()
    if BETTER in verdicts:
        better = found.finalists["allocation"].tolist()[verdicts.index(BETTER)]
        yield (
            f"On sets that the search never saw {better} does better than this choice: the search saw too few sets. "
            "Ask for more of them."
        )
    if not others:
        if len(verdicts) > 1 and BETTER not in verdicts:
            yield "Whatever else went to the end of the search is worse."
        return
    number, tied = len(verdicts) - 1, verdicts.count(TIED)
    text = f"Of the {count(number, 'other')} that went to the end of the search {tied} cannot be told apart from it."
    if tied == number:
        text = f"None of the {count(number, 'other')} that went to the end of the search can be told apart from it."
    if found.cheapest == found.choice:
        yield f"{text} None of them is cheaper."
    else:
        yield (
            f"{text} The cheapest of them is {found.title(found.cheapest)}: it costs "
            f"{dollars(found.mean(found.cheapest, COST))} in all, and the choice "
            f"{dollars(found.mean(found.choice, COST))}."
        )


def _gain(found: Optimized, said: Said) -> Iterator[str]:
    best = found.best_strategy
    rows = {row["strategy"]: row for row in found.gains.to_dict("records")}
    row = rows[best]
    one = Difference(row["gain"], row["low"], row["high"])
    which = "the experiment's strategy"
    if len(rows) > 1:  # chosen where it was looked for, as the allocation was: the table has all of them
        which = "of the experiment's strategies the best on sets that the search saw"
    title = words.quoted(found.title(best))
    over = "" if row["affordable"] else ", which costs more than the budget"
    if not one.apart:
        verdict = "cannot be told apart from"
    else:
        verdict = "does better than" if one.value > 0 else "does worse than"
    yield f"It {verdict} {title}, {which}{over}: it gains {said.value(one)} in {said.name}."


def _adapting(found: Optimized, said: Said) -> Iterator[str]:
    ruled, one = found.sought.ruled, found.adapting
    if ruled is None or one is None:
        return
    verdict = "is not seen to be worth anything"
    if one.apart:
        verdict = "is worth something" if one.value > 0 else "is not worth it here"
    yield (
        f"Adapting {verdict}: the best allocation with a rule ({found.title(ruled.choice)}) gains {said.value(one)} "
        "over the best without one."
    )


def _how(found: Optimized) -> Iterator[str]:
    sought = found.sought
    own = sought.main.found
    if own.exhaustive:
        tried = f"all {count(own.allowed or 0, 'allocation')} that the budget buys were tried"
    else:
        allowed = "more than can be counted" if own.allowed is None else f"{own.allowed:,}"
        tried = f"{len(sought.main.tried):,} of {allowed} allocations that the budget buys were tried"
    yield (
        f"The search saw {count(sought.blocks.sets, 'set')} of parameters ({tried}). All that is said of what it found "
        f"comes from {count(len(sought.sets), 'other set')} × {count(sought.blocks.replicates, 'replicate')}, over the "
        "same luck; 95% intervals are of means over these sets and hold parameters and luck; those against the choice "
        "hold all at once, and so do those against the strategies."
    )
    reckoned = "Costs against the budget are reckoned from the schedule"
    if found.space.adaptive:
        reckoned += ", what has a rule as if it were always called for"
    yield f"{reckoned}. Only the funder's dollars for practices count; the view is the funder's."


Rows = tuple[list[str], list[list[str]]]


def finalists(found: Optimized) -> Rows:
    """Return the table of those that went to the end of the search."""
    said = Said.of(found)
    rows = []
    for row in found.finalists.to_dict("records"):
        one = Difference(row["gain"], row["low"], row["high"])
        gain = "" if row["verdict"] == "chosen" else said.value(one)
        rows.append([row["allocation"], dollars(row["cost"]), amount(row["effect"]), gain, row["verdict"]])
    return ["went to the end", "cost", "student-months", "against the choice (95%)", "verdict"], rows


def gains(found: Optimized) -> Rows:
    """Return the table of the experiment's own strategies."""
    said = Said.of(found)
    rows = []
    for row in found.gains.to_dict("records"):
        one = Difference(row["gain"], row["low"], row["high"])
        title = found.title(row["strategy"]) + ("" if row["affordable"] else " (beyond the budget)")
        rows.append([title, dollars(row["cost"]), amount(row["effect"]), said.value(one)])
    return ["strategy", "cost", "student-months", "the choice gains (95%)"], rows


def frontier(found: Optimized) -> Rows:
    """Return the table of budgets."""
    said = Said.of(found)
    rows = []
    for row in found.frontier.to_dict("records"):
        one = Difference(row["gain"], row["low"], row["high"])
        rows.append([f"${amount(row['budget'])}", row["allocation"], dollars(row["cost"]), said.value(one)])
    kind = "a year" if found.space.yearly else "in all"
    return [f"budget {kind}", "buys", "cost", "gain over nothing (95%)"], rows


def short(found: Optimized, allocation: Allocation) -> str:
    """Return an allocation in few words for a chart: "backbone staffing, procedure manuals", or "nothing"."""
    titles = (catalogue().INTERVENTIONS[order.use].title for order in found.space.orders(allocation))
    return ", ".join(title[:1].lower() + title[1:] for title in titles) or "nothing"
