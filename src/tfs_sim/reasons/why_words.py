"""A split difference in words."""

from __future__ import annotations

from tfs_sim.analysis import words
from tfs_sim.analysis.sentences import capital, opened, sentence, thing_of, with_
from tfs_sim.analysis.variance import Part
from tfs_sim.analysis.windows import metric
from tfs_sim.reasons.why import Share, Why
from tfs_sim.scenario.errors import count

MOST_TOLD = 3
"""Interactions that are told in words; all are in the table."""


def told(found: Why) -> list[str]:
    """Return what a split says, a sentence or two each: the difference, its parts, what goes together, what it is."""
    return [_whole(found), *_parts(found), *_together(found), *_rest(found), *provisos(found)]


def _whole(found: Why) -> str:
    stored = found.stored
    lead = opened(words.condition(found.levels), thing_of(stored, found.metric))
    return sentence(found.whole, found.metric, lead, with_(stored, found.a), with_(stored, found.b))


def amount(part: Part, found: Why) -> str:
    """Return a part with its interval and unit: "+0.3 (0.1 to 0.5) percentage points"."""
    m = metric(found.metric)
    said = f"{words.difference(part.value, part.low, part.high, m)} ({words.interval(part.low, part.high, m)})"
    return f"{said} {words.unit(m, difference=True)}".rstrip()


def share(part: Part) -> str:
    """Return a share of the difference with its interval: "62% (40% to 85%)"; it may be below none or above all."""
    value, low, high = (words.number(100 * each, 0) for each in (part.value, part.low, part.high))
    return f"{value}% ({low}% to {high}%)"


def _parts(found: Why) -> list[str]:
    clear = sorted((each for each in found.shares if each.clear), key=lambda each: -abs(each.part.value))
    blurred = [each.group.by for each in found.shares if not each.clear]
    sign = found.whole.difference > 0
    towards, against = ([s for s in clear if (s.part.value > 0) is way] for way in (sign, not sign))
    said = []
    if found.whole.distinguishable:
        if towards:
            said.append(f"Of this, {_listed([_shared(each, found) for each in towards])}.")
        if against:
            said.append(f"Against it {_works(against)} {_listed([_shared(each, found) for each in against])}.")
    elif clear:
        each = [f"{amount(one.part, found)} comes by {one.group.by}" for one in clear]
        said.append(f"Of a difference that may be none no share is told. {capital(_listed(each))}.")
    if not clear:
        said.append("No group's part can be told from nothing: more sets of parameters would tell, or fewer groups.")
    elif blurred:
        said.append(f"What comes by {_listed(blurred)} cannot be told from nothing.")
    return said


def _works(parts: list[Share]) -> str:
    return "works" if len(parts) == 1 else "work"


def _shared(one: Share, found: Why) -> str:
    if one.share is None:
        return f"{amount(one.part, found)} comes by {one.group.by}"
    return f"{share(one.share)} comes by {one.group.by}"


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _together(found: Why) -> list[str]:
    clear = sorted((each for each in found.together if each.clear), key=lambda each: -abs(each.part.value))
    said = []
    for each in clear[:MOST_TOLD]:
        way = "further" if each.part.value * found.whole.difference > 0 else "less far"
        pair = f"{each.one.by} and {each.other.by}"
        said.append(f"{capital(pair)} go {way} together than each without the other: {amount(each.part, found)}.")
    more = len(clear) - MOST_TOLD
    if more > 0:
        said.append(f"So do {count(more, 'other pair')} of groups, one way or the other.")
    return said


def _rest(found: Why) -> list[str]:
    if found.rest.low == found.rest.high == 0:
        return ["With all of these off no difference is left."]
    if found.rest.low > 0 or found.rest.high < 0:
        return [f"With all of these off {amount(found.rest, found)} is left, which comes by what is never off."]
    return [f"With all of these off the difference cannot be told from none: {amount(found.rest, found)}."]


def provisos(found: Why) -> list[str]:
    """Return what parts and intervals are, and of how many runs."""
    n = len(found.shares)
    lost = f" {count(found.left_out, 'pair')} without a value in some coalition are left out." if found.left_out else ""
    return [
        f"Parts are Shapley values over {count(1 << n, 'coalition')} of {count(n, 'group')} of mechanisms, each over "
        f"the same sets and luck ({found.runs:,} runs; {found.units.said}). Intervals hold {found.units.holds}: those "
        f"of parts for all {n} at once, those of pairs for all {len(found.together)} at once.{lost}",
        "A group that is off is off from the start, in the months before it too, with its interventions: this says by "
        "what a difference comes about in the model, not in the world.",
    ]


def rows(found: Why) -> tuple[list[str], list[list[str]]]:
    """Return the table of groups: head and rows."""
    m = metric(found.metric)
    table = []
    for each in found.shares:
        ends = (words.difference(one, each.part.low, each.part.high, m) for one in (each.alone, each.last))
        said = "–" if each.share is None else share(each.share)
        table.append([each.group.name, amount(each.part, found), said, *ends])
    table.append(["left with all off", amount(found.rest, found), "", "", ""])
    return ["group", "part (95%)", "share (95%)", "by itself", "with all others"], table
