"""Bands of worths as people say them."""

from __future__ import annotations

import math
from itertools import groupby
from typing import Any

import pandas as pd


def in_words(bands: pd.DataFrame, unit: str = "a unit of effect", sign: str = "") -> list[str]:
    """Return what `bands` says under one combination of keys: what to choose up to which worth, and how sure that is.

    Parameters
    ----------
    bands : rows of `frontier.bands`, without columns of further keys.
    unit : what a worth is of, with its article: "a student-month".
    sign : what stands before a worth: "$".

    Returns
    -------
    the first sentence says which strategy is the best in which band; each of the others what must be known beside it.

    Examples
    --------
    >>> bands = pd.DataFrame({
    ...     "low": [0.0, 60.0], "high": [60.0, math.inf], "best": ["none", "manuals"],
    ...     "runner_up": ["manuals", "none"], "apart": [True, True], "likeliest": ["none", "manuals"],
    ... })
    >>> in_words(bands, unit="a student-month", sign="$")
    ['Below $60 a student-month: none; above: manuals.']
    """
    rows = bands.to_dict("records")
    runs = [(str(best), list(run)) for best, run in groupby(rows, key=lambda row: row["best"])]
    parts = [
        _band(run[0]["low"], run[-1]["high"], place, unit, sign) + f": {best}" for place, (best, run) in enumerate(runs)
    ]
    said = ["; ".join(parts) + "."]
    for best, run in runs:
        where = _span(run[0]["low"], run[-1]["high"], sign)
        close = [row for row in run if not row["apart"]]
        if close:
            others = " or ".join(dict.fromkeys(str(row["runner_up"]) for row in close))
            spans = ", ".join(_span(low, high, sign) for low, high in _stretches(close))
            part = where if len(close) == len(run) else spans
            said.append(f"{best} cannot be told apart from at least one other strategy {part}; next comes {others}.")
        likelier = [row for row in run if row["likeliest"] != best]
        for other, stretch in groupby(likelier, key=lambda row: row["likeliest"]):
            spans = ", ".join(_span(low, high, sign) for low, high in _stretches(list(stretch)))
            said.append(
                f"{other} is likelier to be the best {spans}; {best} is better by expectation, which is what counts."
            )
    return said


def amount(value: float) -> str:
    """Return a number as people write it: three digits that count at least, thousands apart, a true minus sign."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(digits, 12)}f}".replace("-", "−")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _band(low: float, high: float, place: int, unit: str, sign: str) -> str:
    named = f" {unit}" if place == 0 else ""
    if low == 0 and math.isinf(high):
        return f"At any worth of {unit}"
    if math.isinf(high):
        return "above" if place else f"From {sign}{amount(low)}{named} on"
    if place:
        return f"up to {sign}{amount(high)}"
    if low == 0:
        return f"Below {sign}{amount(high)}{named}"
    return f"From {sign}{amount(low)} to {sign}{amount(high)}{named}"


def _span(low: float, high: float, sign: str) -> str:
    if low == 0:
        return "at any worth" if math.isinf(high) else f"below {sign}{amount(high)}"
    return f"above {sign}{amount(low)}" if math.isinf(high) else f"from {sign}{amount(low)} to {sign}{amount(high)}"


def _stretches(rows: list[Any]) -> list[tuple[float, float]]:
    """Return the worths of rows, those that follow on each other as one."""
    found: list[tuple[float, float]] = []
    for row in rows:
        if found and found[-1][1] == row["low"]:
            found[-1] = (found[-1][0], row["high"])
        else:
            found.append((row["low"], row["high"]))
    return found
