"""Waves of a survey in their order, with the months in which they were held, as far as files say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from tfs_sim.scenario.errors import Mistake, UserError, listed, quote
from tfs_sim.survey.columns import Understood

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Wave(NamedTuple):
    """A wave: its label in the files (empty: there is one, without a name) and its month "2018-05", or None."""

    label: str
    month: str | None


def in_order(labels: Iterable[str], found: Sequence[Understood], said: Mapping[str, str]) -> list[Wave]:
    """Return the waves in the order in which they were held.

    Parameters
    ----------
    labels : all labels that answers have.
    found : the sheets; columns of dates in them say when a wave was held.
    said : months that the user gave, by label.

    Raises
    ------
    UserError
        where numbers and dates of waves disagree, or nothing says which wave came first.
    """
    different = list(dict.fromkeys(labels))
    for label in said:
        if label not in different:
            message = (
                f"mapping: there is no wave {quote(label)}; there are {listed([quote(each) for each in different])}"
            )
            raise UserError(Mistake(message))
    dates = _dates(found)
    waves = [Wave(each, said.get(each) or month_of(each) or dates.get(each)) for each in different]
    if len(waves) < 2:
        return waves
    hint = 'Say it in mapping.toml: [waves] with "label" = "2018-05" for each.'
    numbers = [_number(each.label) for each in waves]
    by_month = sorted(waves, key=lambda each: each.month or "")
    if all(number is not None for number in numbers):
        by_number = [wave for _, wave in sorted(zip(numbers, waves, strict=True), key=lambda each: each[0] or 0.0)]
        dated = [wave for wave in by_number if wave.month]
        for before, after in pairwise(dated):
            if str(after.month) <= str(before.month):
                message = (
                    f"waves are out of order: wave {quote(before.label)} was held in {before.month}, "
                    f"and wave {quote(after.label)} in {after.month}"
                )
                raise UserError(Mistake(message, hint=hint))
        return by_number
    if all(wave.month for wave in waves):
        again = [wave.label for wave in waves if sum(each.month == wave.month for each in waves) > 1]
        if again:
            raise UserError(Mistake(f"the waves {listed([quote(e) for e in again])} are of the same month", hint=hint))
        return by_month
    names = listed([quote(wave.label) for wave in waves if not wave.month])
    raise UserError(Mistake(f"it is not known when these waves were held, nor which came first: {names}", hint=hint))


def month_of(text: str) -> str | None:
    """Return the month that a text says: "2018", "2018-05", "2018-05-17", "May 2018"; None where it says none."""
    found = re.fullmatch(r"\s*((?:19|20)\d\d)(?:[-/](0?[1-9]|1[0-2])(?:[-/]\d{1,2}(?:[T ].*)?)?)?\s*", text)
    if found:
        return f"{found[1]}-{int(found[2] or 1):02d}"
    named = re.fullmatch(r"\s*(?:\d{1,2}\s+)?([A-Za-z]{3})[a-z]*\.?\s+(?:\d{1,2},\s*)?((?:19|20)\d\d)\s*", text)
    if named and named[1].lower() in _MONTHS:
        return f"{named[2]}-{_MONTHS.index(named[1].lower()) + 1:02d}"
    return None


_NUMBERS = re.compile(r"\s*(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)\d\d)(?:[ T].*)?")


def _day_first(cells: Sequence[str]) -> bool | None:
    """Say whether dates such as 3/15/2018 begin with the day; None where all of them may be read both ways."""
    found = [each for each in map(_NUMBERS.fullmatch, cells) if each]
    if any(int(each[1]) > 12 for each in found):
        return True
    return False if any(int(each[2]) > 12 for each in found) else None


def _of_numbers(cell: str, day_first: bool | None) -> str | None:
    """Return the month of a date in numbers; None where it is none, or may be read both ways."""
    found = _NUMBERS.fullmatch(cell)
    if found is None or (day_first is None and found[1] != found[2]):
        return None
    month = int(found[2] if day_first else found[1])
    return f"{found[3]}-{month:02d}" if 1 <= month <= 12 else None


def _number(label: str) -> float | None:
    """Return the number of a wave: "2", "Wave 2", "T2"; years are dates, not numbers."""
    found = re.fullmatch(r"(?:wave|round|time|survey|w|t)?[\s_#-]*(\d{1,3})", label.strip(), re.I)
    return float(found[1]) if found else None


def _dates(found: Sequence[Understood]) -> dict[str, str]:
    """Return the first month that a date of each wave falls into."""
    first: dict[str, str] = {}
    for sheet in found:
        cells = sheet.cells("date")
        if cells is None:
            continue
        waves, day_first = sheet.cells("wave"), _day_first(cells)
        for row, cell in enumerate(cells):
            month, label = month_of(cell) or _of_numbers(cell, day_first), (waves[row] if waves else "") or sheet.wave
            if month:
                first[label] = min(first.get(label, month), month)
    return first
