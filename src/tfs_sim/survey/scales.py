"""Answers on a scale: numbers or words, with the answer that means no tie and the one that means the strongest."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from tfs_sim.scenario.csv_files import plain_float

UNKNOWN = frozenset(
    {
        "don't know",
        "dont know",
        "don’t know",
        "do not know",
        "dk",
        "d/k",
        "n/a",
        "na",
        "n.a.",
        "not applicable",
        "unsure",
    }
    | {"not sure", "refused", "prefer not to say", "prefer not to answer", "?", "-", "–", "unknown", "missing", "nan"}
    | {"null", "none given", "can't say", "cannot say", "no answer", "no opinion"}
)
"""Answers that say nothing about a tie; they are no zeros."""

_WORDS = (
    (
        "never",
        "not at all",
        "no",
        "none",
        "false",
        "no contact",
        "no relationship",
        "no interaction",
        "no tie",
        "n",
        "never/not sure",
        "strongly disagree",
    ),
    (
        "rarely",
        "seldom",
        "yearly",
        "annually",
        "once a year",
        "a little",
        "slightly",
        "a small amount",
        "awareness",
        "less than quarterly",
        "once a year or less",
        "less than once a year",
        "once or twice a year",
        "every year",
        "low",
        "very little",
        "disagree",
    ),
    (
        "occasionally",
        "quarterly",
        "a few times a year",
        "about once a quarter",
        "once a quarter",
        "every quarter",
        "every few months",
        "somewhat",
        "networking",
        "some",
        "cooperative activities",
        "neutral",
        "neither agree nor disagree",
    ),
    (
        "sometimes",
        "monthly",
        "once a month",
        "about once a month",
        "every month",
        "at least monthly",
        "moderately",
        "a fair amount",
        "cooperation",
        "coordinated activities",
        "medium",
        "moderate",
        "agree",
    ),
    (
        "often",
        "weekly",
        "once a week",
        "about once a week",
        "every week",
        "quite a bit",
        "a lot",
        "coordination",
        "a few times a month",
        "integrated activities",
        "weekly or more",
        "at least weekly",
        "at least once a week",
        "high",
        "strongly agree",
    ),
    ("always", "very often", "daily", "every day", "a great deal", "completely", "very much", "collaboration"),
)
_RANK = {word: float(rank) for rank, words in enumerate(_WORDS) for word in words}
_COUNTED = re.compile(r"\b(days?|hours?|times|meetings?|number|how many|count)\b", re.I)
"""What a question says that asks for a count: a large number is an answer then."""
_YES = {"yes": 1.0, "y": 1.0, "true": 1.0, "x": 1.0, "\u2713": 1.0, "checked": 1.0}
LARGEST = "(the largest answer)"
"""Said of a scale whose ends were taken from the numbers that were answered."""
_CODES = (-999.0, -99.0, -98.0, -97.0, -9.0, -8.0, -7.0, -1.0, 7.0, 8.0, 9.0, 77.0, 88.0, 97.0, 98.0, 99.0, 999.0)
"""Numbers that questionnaires use for "don't know"."""


@dataclass(frozen=True)
class Scale:
    """What the answers of a relation mean.

    Attributes
    ----------
    least : the answer that means no tie.
    most : the answer that means the strongest tie.
    words : answers in words, in small letters, with the number that each stands for.
    unknown : answers that say nothing, in small letters, beside `UNKNOWN`.
    blank : what an empty cell of somebody who answered means: "unknown", or "none" for no tie.
    guessed : how the ends were found, for people; empty where they were said.
    """

    least: float
    most: float
    words: Mapping[str, float] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    blank: str = "unknown"
    guessed: str = ""

    def number(self, answer: str) -> float | None:
        """Return the number of an answer; NaN for "don't know"; None where it is no answer of this scale."""
        plain = answer.casefold()
        if plain in self.unknown or (plain in UNKNOWN and plain not in self.words):
            return math.nan
        if plain in self.words:
            return self.words[plain]
        value = leading_number(answer)
        if value is None or not min(self.least, self.most) <= value <= max(self.least, self.most):
            return None
        return value

    def share(self, value: float) -> float:
        """Return where an answer stands between no tie (0) and the strongest (1)."""
        return (value - self.least) / (self.most - self.least)


def leading_number(answer: str) -> float | None:
    """Return the number that an answer is or begins with: "3", "3 = monthly", "4) weekly"."""
    value = plain_float(answer)
    if value is not None:
        return value
    found = re.match(r"\s*([-+]?\d+(?:\.\d+)?)\s*(?:[-–=:.)]|\s-)\s*[^\d\s]", answer)
    return plain_float(found[1]) if found else None


def rank_of(answer: str) -> float | None:
    """Return where a word stands in the usual order: itself, or what comes before a remark on it.

    "Never / we only meet elsewhere" and "Monthly (12 times a year)" are never and monthly.
    """
    plain = answer.casefold().strip()
    if plain in _RANK:
        return _RANK[plain]
    return _RANK.get(re.split(r"\s*[/(:;,]\s*|\s+[-–]\s+", plain, maxsplit=1)[0])


def _words_of(answer: str) -> str:
    """Return what stands behind the number of an answer: "5 - Never" → "Never"."""
    return re.sub(r"^\s*[-+]?[\d.]+\s*[-–=:.)]*\s*", "", answer).strip()


def anchors(cells: Iterable[str], title: str) -> dict[float, float]:
    """Return the ranks of numbers that answers or the question itself explain: "5 - Never", "(1=daily 5=never)"."""
    found: dict[float, float] = {}
    explained = [(leading_number(cell), _words_of(cell)) for cell in cells]
    explained += [(plain_float(each[1]), each[2]) for each in re.finditer(r"(\d+)\s*[=:]\s*([A-Za-z' ]+)", title)]
    for number, words in explained:
        if number is not None and (rank := rank_of(words.strip())) is not None:
            found[number] = rank
    return found


def looks_like_answers(cells: Iterable[str]) -> bool:
    """Say whether cells could be answers on a scale: few different numbers or known words."""
    different = {cell.casefold() for cell in cells if cell}
    told = {cell for cell in different if cell not in UNKNOWN}
    if not told or len(told) > 60:
        return False
    known = [cell for cell in told if leading_number(cell) is not None or rank_of(cell) is not None or cell in _YES]
    return len(known) == len(told)


def guess(cells: Iterable[str], listed: bool, title: str = "") -> Scale | None:
    """Return the scale that answers seem to be on, or None where they are neither numbers nor known words.

    Parameters
    ----------
    cells : the answers, empty ones among them.
    listed : whether a tie that is not there may simply not be listed; then numbers begin above the answer for no tie.
    title : name of the column, which may say the range: "Trust (1-5)".
    """
    said = Counter(cell.casefold() for cell in cells if cell and cell.casefold() not in UNKNOWN)
    aside = frozenset(cell for cell in said if leading_number(cell) is not None and _words_of(cell) in UNKNOWN)
    if aside and (rest := guess((cell for cell in said if cell not in aside), listed, title)) is not None:
        return replace(rest, unknown=rest.unknown | aside)  # "9 - Don't know"
    if not said:
        return None
    if all(leading_number(cell) is not None for cell in said):
        values = {cell: leading_number(cell) or 0.0 for cell in said}
        turned = _turned(values, anchors(said, title), listed)
        return turned or _of_numbers(values, listed, _stated(title), bool(_COUNTED.search(title)))
    if all(cell in _YES or cell in _WORDS[0] for cell in said):
        words = {cell: _YES.get(cell, 0.0) for cell in said}
        return Scale(0.0, 1.0, words, guessed="yes or no")
    ranks = {cell: rank_of(cell) for cell in said}
    if None not in ranks.values():
        words = {cell: rank for cell, rank in ranks.items() if rank is not None}
        top = max(words.values())
        if top > 0.0:
            return Scale(
                0.0, top, words, guessed="words in their usual order, the strongest that was given as the most"
            )
    return None


def _stated(title: str) -> tuple[float, float] | None:
    """Return the range that a column's name says."""
    found = re.search(r"[(\[]\s*(-?\d+)\s*(?:-|–|to|\.\.)\s*(-?\d+)\s*[)\]]", title)
    return (float(found[1]), float(found[2])) if found and float(found[1]) < float(found[2]) else None


def _turned(values: Mapping[str, float], ranks: Mapping[float, float], listed: bool) -> Scale | None:
    """Return the scale where words say that a larger number means less; None where they do not."""
    known = sorted(ranks.items())
    falling = len(known) > 1 and all(a[1] > b[1] for a, b in pairwise(known))
    if not falling:
        return None
    numbers = {*values.values(), *ranks}
    never = next((number for number, rank in ranks.items() if rank == 0.0), None)
    least = never if never is not None else max(numbers) + listed
    ends = f"{min(numbers):g} is the strongest and {max(numbers):g} the weakest"
    said = f"their words say that {ends}; {least:g} means no tie"
    return Scale(least, min(numbers), guessed=said)


def _of_numbers(
    values: Mapping[str, float], listed: bool, stated: tuple[float, float] | None, counted: bool
) -> Scale | None:
    numbers = sorted(set(values.values()))
    if stated is not None and all(stated[0] <= n <= stated[1] or n in _CODES for n in numbers):
        low, high = stated
        outside = frozenset(answer for answer, n in values.items() if not low <= n <= high)
        least = 0.0 if listed and low > 0.0 else low
        said = f"the column's name says {low:g} to {high:g}; {least:g} means no tie{_aside(outside)}"
        return Scale(least, high, unknown=outside, guessed=said)
    coded = {value for value in _coded(numbers) if value < 0.0 or not counted}
    real = [value for value in numbers if value not in coded]
    low, high = real[0], real[-1]
    unknown = frozenset(answer for answer, value in values.items() if value in coded)
    least = 0.0 if low >= 0.0 and (listed or low == 0.0 or low == high) else low
    if high == least:
        high = least + 1.0
    said = f"{least:g} means no tie, {high:g} {LARGEST} the strongest{_aside(unknown)}"
    return Scale(least, high, unknown=unknown, guessed=said)


def _aside(unknown: frozenset[str]) -> str:
    return f'; {", ".join(sorted(unknown))} taken for "don\'t know"' if unknown else ""


def _coded(numbers: list[float]) -> set[float]:
    """Return numbers that stand apart from the others and are usual codes for "don't know"."""
    coded = {value for value in numbers if value in _CODES and value < 0.0} if _lonely(numbers) else set()
    rest = [value for value in numbers if value not in coded]
    for k in range(1, len(rest)):
        below, above = rest[:k], rest[k:]
        gap, span = above[0] - below[-1], below[-1] - max(below[0], 0.0)
        if len(below) > 1 and gap >= 3.0 and gap > 0.6 * span and all(n in _CODES and n >= 7.0 for n in above):
            return coded | set(above)
    return coded


def _lonely(numbers: list[float]) -> bool:
    """Say whether all numbers below zero are codes; a scale from -1 to 1 is none."""
    below = [value for value in numbers if value < 0.0]
    return (
        all(value in _CODES for value in below)
        and sum(value >= 0.0 for value in numbers) > 1
        and (min(numbers) != -max(numbers))
    )
