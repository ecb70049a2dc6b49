"""The answer in short: what a decision needs, question by question, from a stored sweep.

The first screen of the page, the one-pager and the first slide say the same lines. What a sweep does not hold has no
line. Every number that is said stands in `Short.data`, unrounded, in the unit in which it is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pandas import DataFrame

from tfs_sim.analysis import stamps, words
from tfs_sim.analysis.decided import decided
from tfs_sim.analysis.provisos import is_too_little
from tfs_sim.analysis.ranking import Ranking, ranking
from tfs_sim.analysis.sentences import opened
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import metric
from tfs_sim.report import short_lines as lines
from tfs_sim.report import short_money as money
from tfs_sim.report.short_lines import Teller


@dataclass(frozen=True, slots=True)
class Line:
    """One question of whoever decides, and what these results say to it."""

    asked: str
    said: str


@dataclass(frozen=True)
class Short:
    """The answer in short.

    Attributes
    ----------
    verdict : the answer in a sentence.
    lines : questions and answers, in the order in which they are read.
    caveat : what is not claimed: what stands out of it, and the rest.
    data : columns asked, what, of, value, low, high, unit: the numbers that are said.
    """

    verdict: str
    lines: list[Line]
    caveat: tuple[str, str]
    data: DataFrame


def short(stored: Stored) -> Short:
    """Return the answer in short."""
    teller = Teller(stored)
    found = ranking(stored, stored.primary, stored.main) if stored.primary in stored.metrics else None
    view = next(iter(decided(stored)), None)
    asked: list[tuple[str, Callable[[], str]]] = []
    if found is not None:
        asked.append(("What does best?", lambda: lines.best(teller, found)))
    if view is not None:
        asked.append(("And counting what it costs?", lambda: money.by_money(teller, found, view)))
    if found is not None:
        asked += [
            ("Can it be told apart from the next?", lambda: lines.apart(teller, found)),
            ("How sure is that?", lambda: lines.sure(teller, found)),
            ("Does the partnership last?", lambda: lines.lasts(teller, found)),
            ("For whom?", lambda: lines.whom(teller, found, view)),
            ("What does it cost, and whom?", lambda: money.costs(teller, found)),
        ]
    if view is not None:
        asked.append(("What does one more student cost?", lambda: money.student(teller, view)))
    if found is not None:
        asked.append(("What would change the answer?", lambda: lines.changes(teller, found)))
        asked.append(("What decides it, and what to learn next?", lambda: lines.decides(teller, found, view)))
    told = []
    for question, answer in asked:
        teller.asked = question
        if said := answer():
            told.append(Line(question, said))
    columns = ["asked", "what", "of", "value", "low", "high", "unit"]
    return Short(_verdict(teller, found), told, _caveat(stored), DataFrame(teller.rows, columns=columns))


def _verdict(t: Teller, found: Ranking | None) -> str:
    if found is None:
        return "These runs hold no comparison: it takes a second strategy, or a level with a shock and one without."
    start = opened(words.condition(t.stored.main), f"{t.title(found.best)} does best")
    m = metric(t.stored.primary)
    start = f"{start} for {words.subject(m)} {words.window(m, t.stored.months)}".rstrip()
    if found.lead.same and found.lead.replicates > 1:
        alike = [t.title(s) for s, lead in zip(found.order[1:], found.leads, strict=True) if lead.same]
        who = words.joined([t.title(found.best), *alike])
        thing = words.subject(metric(t.stored.primary))
        return f"{opened(words.condition(t.stored.main), f'{who} do the same')} for {thing}."
    if found.clear:
        little = [s for s, lead in zip(found.order[1:], found.leads, strict=True) if is_too_little(t.stored, lead)]
        told = f"{start}, and can be told apart from {_others(found)}"
        return f"{told}; but {_by_little(t, little, found)} by less than would be worthwhile." if little else f"{told}."
    tied = [t.title(s) for s in (found.tied or (found.second,))]
    rest = words.joined(tied) if len(tied) < 3 else f"{len(tied)} others"
    return f"{start}, but cannot be told apart from {rest}."


def _by_little(t: Teller, little: list[str], found: Ranking) -> str:
    if len(little) == len(found.order) - 1:
        return "only"
    return f"from {t.title(little[0]) if len(little) == 1 else f'{len(little)} of them'}"


def _others(found: Ranking) -> str:
    return "the other" if len(found.order) == 2 else f"all {len(found.order) - 1} others"


def _caveat(stored: Stored) -> tuple[str, str]:
    lead, rest = stamps.stamp(stored.agreement, stored.units.set is not None)
    left_out = [str(line).rstrip(".") for line in stored.experiment.get("not_modelled") or []]
    rest = f"{rest} {stamps.MISUSES}".strip()
    return lead, f"{rest} Not in the model: {'; '.join(left_out[:2])}." if left_out else rest
