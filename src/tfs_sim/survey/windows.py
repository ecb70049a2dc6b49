"""Within how many months two must have had contact for a tie: what the answers of a survey say of how often they had.

Who answers "yearly" means contact within a year; a simulated partnership that is asked about the last three months
would be another survey. The weakest answer that counts as a tie says it, of several relations the longest.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tfs_sim.survey.mapping import answers_of
from tfs_sim.survey.notes import Note

if TYPE_CHECKING:
    from tfs_sim.survey.importing import Survey

ASSUMED = 3
"""Months that are taken where no answer says it."""

_SAYS = {
    12: (
        "yearly", "annually", "annual", "once a year", "every year", "once per year", "once a year or less",
        "once per year or less", "about once a year", "at least yearly", "at least once a year",
        "less than once a year", "less than quarterly", "once or twice a year", "1-2 times a year",
    ),
    6: ("twice a year", "every six months", "every 6 months", "half-yearly", "semiannually", "semi-annually"),
    3: (
        "quarterly", "every quarter", "once a quarter", "about once a quarter", "once per quarter",
        "at least quarterly", "every few months", "every three months", "every 3 months", "a few times a year",
        "several times a year", "less than monthly", "less than once a month",
    ),
    2: ("every other month", "every two months", "every 2 months", "bimonthly"),
    1: (
        "monthly", "every month", "once a month", "about once a month", "once per month", "at least monthly",
        "at least once a month", "a few times a month", "several times a month", "twice a month", "every two weeks",
        "every other week", "biweekly", "fortnightly", "weekly", "every week", "once a week", "about once a week",
        "once per week", "at least weekly", "at least once a week", "a few times a week", "several times a week",
        "daily", "every day",
    ),
}  # fmt: skip
_MONTHS = {phrase: months for months, phrases in _SAYS.items() for phrase in phrases}


def months_of(answer: str) -> int | None:
    """Return within how many months there is contact of which an answer tells; None where it does not say."""
    return _MONTHS.get(phrase_of(answer))


def phrase_of(answer: str) -> str:
    """Return an answer in small letters, without the number that it is anchored to: "2 = Quarterly" is "quarterly"."""
    plain = re.sub(r"^\s*[-+]?\d+(?:\.\d+)?\s*[-–=:.)]+\s*", "", answer)
    return " ".join(plain.casefold().strip(" .;,()").split())


def window(survey: Survey) -> tuple[int, str]:
    """Return how many months of contact a tie of the network means, and the answer that says so; empty: assumed."""
    found = [said for relation in survey.relations if (said := _of(survey, relation)) is not None]
    return max(found, default=(ASSUMED, ""))


def remark(survey: Survey) -> list[Note]:
    """Return what is to be looked at: that nothing says it."""
    if not survey.ties or window(survey)[1]:
        return []
    return [
        Note(
            f"no answer says how lately two must have had contact for a tie: {ASSUMED} months are assumed where the "
            "simulation is asked; to say another number: within in survey/instrument.toml and in observations of "
            "later waves"
        )
    ]


def _of(survey: Survey, relation: str) -> tuple[int, str] | None:
    """Return the window of a relation: what its weakest answer says that is a tie."""
    scale = survey.scales[relation]
    weakest, found = math.inf, None
    for answer in dict.fromkeys(_answers(survey, relation)):
        value = scale.number(answer)
        share = -1.0 if value is None or math.isnan(value) else scale.share(value)
        if not 0.0 < share <= weakest:
            continue
        months = months_of(answer)
        said = None if months is None else (months, phrase_of(answer))
        found = said if share < weakest or found is None else max(found, said or found)
        weakest = share
    return found


def _answers(survey: Survey, relation: str) -> Iterator[str]:
    """Yield the answers of a relation: those that its scale has in words, and those that files give it."""
    yield from survey.scales[relation].words
    for sheet in survey.sheets:
        for column in sheet.columns:
            own = answers_of(column.role) == ("relation", relation)
            if own or (column.role == "organization" and len(survey.relations) == 1):
                yield from sheet.sheet.column(column.name)
