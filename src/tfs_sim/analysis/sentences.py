"""How a paired difference is said: its size, its interval, what it is over, and what it is compared with."""

from __future__ import annotations

import math

from tfs_sim.analysis import words
from tfs_sim.analysis.compare import Paired
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import metric


def numbers(result: Paired, name: str, *, sized: bool = False) -> str:
    """Return the interval and what it is over, as they follow a difference; `sized`: of its size ("0.04 lower")."""
    ends = (result.low, result.high)
    if sized and result.difference < 0:
        ends = (-result.high, -result.low)
    return f"95% interval {words.interval(*ends, metric(name))}, {result.sample}"


def size_of(result: Paired, name: str) -> str:
    """Return the size of a difference with its unit: "0.04", "3 percentage points" or "$200,000"."""
    m = metric(name)
    size = words.difference(abs(result.difference), result.low, result.high, m, sign=False)
    return f"{size} {words.differing(m)}".rstrip()


def change(result: Paired, name: str) -> str:
    """Return "0.04 higher", "3 percentage points lower" or "higher by 2 students for 1,000 in need"."""
    unit = words.differing(metric(name))
    way = "higher" if result.difference > 0 else "lower"
    said = size_of(result, name)
    return f"{way} by {said}" if any(f" {word} " in unit for word in ("for", "per", "of")) else f"{said} {way}"


def thing_of(stored: Stored, name: str) -> str:
    """Return a metric with the months and sites of its number: "trust in ties that are in use in the last year"."""
    m = metric(name)
    return f"{words.subject(m)} {words.window(m, stored.months)}".rstrip()


def opened(opening: str, thing: str) -> str:
    """Return how a sentence begins: the condition, then the thing that it is about."""
    return f"{opening}, {thing}" if opening else capital(thing)


def capital(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    """Return the text with a small first letter."""
    return text[:1].lower() + text[1:]


def remedy(result: Paired) -> str:
    """Return what is missing where a difference has no interval."""
    if result.sets:
        return "run more sets of parameters"
    return "draw more points" if result.replicates > 1 and result.points else "run more replicates"


def with_(stored: Stored, strategy: str) -> str:
    """Return "with “Handover practices”"."""
    return f"with {words.quoted(stored.title(strategy))}"


def sentence(result: Paired, name: str, lead: str, a: str, b: str) -> str:
    """Return a paired difference as a sentence, honest where the interval covers zero.

    `lead` is the condition and the thing ("In the crisis, trust in the last year"), `a` and `b` what is compared
    ("with “Handover practices”", "with “No initiative”"); `a` may be empty where the condition says it.
    """
    here = f" {a}" if a else ""
    if result.pairs == 0:
        return f"{lead} could not be compared: no run has a value both{here} and {b}."
    if result.same and result.replicates > 1:
        return f"{lead} was the same{here} as {b}, in all {result.sample}."
    if math.isnan(result.low):
        said = f"{change(result, name)}{here} than {b}" if result.difference else f"the same{here} as {b}"
        return f"{lead} was {said} in {result.sample}: too few to say more; {remedy(result)}."
    if not result.distinguishable:
        m = metric(name)
        by = f"{words.difference(result.difference, result.low, result.high, m)} {words.differing(m)}".rstrip()
        return (
            f"{lead} was not distinguishable{here} from what it was {b}: "
            f"the difference was {by} ({numbers(result, name)})."
        )
    return f"{lead} was {change(result, name)} ({numbers(result, name, sized=True)}){here} than {b}."
