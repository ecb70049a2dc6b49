"""Metrics in words that a funder understands: subjects, units, numbers and differences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tfs_sim.analysis.windows import DERIVED
from tfs_sim.scenario.errors import count

if TYPE_CHECKING:
    from tfs_sim.model.declare import Metric


def subject(metric: Metric) -> str:
    """Return the metric as the subject of a sentence, e.g. "trust in ties that are in use"."""
    return metric.subject or lower_first(metric.title)


def short(metric: Metric) -> str:
    """Return the metric as a label on a chart."""
    return metric.label or metric.title


def window(metric: Metric, months: int = 12) -> str:
    """Return when the run's single number was taken: "in the last year", "over the whole run" or "at the end".

    `months` is the length of the run: the last year of a shorter one is all of it.
    """
    if metric.name in DERIVED:
        return ""
    last = "in the last year" if months >= 12 else f"over the {count(months, 'month')} of the run"
    return {"last-year": last, "total": "over the whole run", "end": "at the end"}[metric.summary]


def is_share(metric: Metric) -> bool:
    """Tell whether values are shares of something countable, said in percent."""
    return metric.measure.kind == "share"


def is_money(metric: Metric) -> bool:
    """Tell whether values are thousands of dollars, said as money."""
    return metric.measure.kind == "money"


def factor(metric: Metric) -> float:
    """Return what a stored value is multiplied with to be shown."""
    return 100.0 if is_share(metric) else 1.0


def unit(metric: Metric, *, difference: bool = False) -> str:
    """Return the unit in which a value (or a difference) is shown; empty for an index between 0 and 1."""
    if is_share(metric):
        return "percentage points" if difference else "%"
    return metric.unit if metric.measure.kind in ("amount", "count") else ""


def differing(metric: Metric) -> str:
    """Return the unit of a difference as it follows a number in a sentence; empty if the subject says it already."""
    said = unit(metric, difference=True)
    if metric.measure.of:
        return f"{said} {metric.measure.of}"
    return "" if metric.measure.kind == "count" or said in subject(metric) else said


def axis(metric: Metric) -> str:
    """Return the label of an axis: quantity and unit."""
    said = unit(metric)
    if said == "%":
        return f"{short(metric)} (% {metric.measure.of})" if metric.measure.of else f"{short(metric)} (%)"
    if said:
        return f"{short(metric)} ({'number' if said.lower() in short(metric).lower() else said})"
    low, high = metric.domain
    ends = f" ({number(low, 0)} to {number(high, 0)})" if metric.measure.kind == "index" else ""
    return f"{short(metric)}{ends}"


def decimals(metric: Metric, scale: float) -> int:
    """Return how many decimals show `scale` (in shown units, e.g. half the width of an interval)."""
    usual = max(0, metric.decimals - (2 if is_share(metric) else 0))
    if not math.isfinite(scale) or scale <= 0:
        return usual
    return min(4, max(usual if scale < 100 else 0, math.ceil(-math.log10(scale / 2)), 0))


def places(low: float, high: float, metric: Metric) -> int:
    """Return how many decimals show the ends of an interval: as many as its width asks for, or an end's sign needs.

    An end that is not zero is never shown as zero: the reader must see on which side of it the interval ends.
    """
    by = factor(metric)
    found = decimals(metric, abs(high - low) / 2 * by)
    for end in (low * by, high * by):
        while math.isfinite(end) and not _noise(end, low * by, high * by) and round(end, found) == 0 and found < 16:
            found += 1
    return found


def _noise(end: float, low: float, high: float) -> bool:
    """Tell whether an end is zero but for the rounding of sums."""
    return abs(end) <= 1e-9 * max(abs(low), abs(high))


def number(value: float, places: int = 2, *, sign: bool = False) -> str:
    """Return a number with a true minus sign and thousands separated by commas."""
    if not math.isfinite(value):
        return "–"
    text = f"{abs(value):,.{places}f}"
    zero = float(text.replace(",", "")) == 0
    return ("−" if value < 0 and not zero else "+" if sign and not zero else "") + text


def money(thousands: float, *, sign: bool = False) -> str:
    """Return thousand dollars as people say them: "$3.25 million", "$640,000" or "$300"."""
    if not math.isfinite(thousands):
        return "–"
    size = abs(thousands)
    if size >= 999.5:
        # three digits, as below a million: a budget of 4.35 million is neither 4.3 nor 4.4
        digits = f"{size / 1000:,.2f}" if size < 9_995 else f"{size / 1000:,.1f}"
        said = f"${digits[:-1] if digits.endswith('0') and digits[-3] == '.' else digits} million"
    elif size >= 1:
        said = f"${round(size):,},000"
    else:
        said = f"${round(1000 * size):,}"
    return ("" if said == "$0" else "−" if thousands < 0 else "+" if sign else "") + said


def level(value: float, metric: Metric, scale: float = math.nan) -> str:
    """Return a value with its unit."""
    if is_money(metric):
        return money(value)
    said = unit(metric)
    shown = number(value * factor(metric), decimals(metric, scale * factor(metric)))
    return f"{shown}{said}" if said == "%" else f"{shown} {said}".rstrip()


def interval(low: float, high: float, metric: Metric) -> str:
    """Return "0.02 to 0.06" in shown units, without the unit."""
    if is_money(metric):
        return f"{money(low)} to {money(high)}"
    by, shown = factor(metric), places(low, high, metric)
    return f"{number(low * by, shown)} to {number(high * by, shown)}"


def difference(value: float, low: float, high: float, metric: Metric, *, sign: bool = True) -> str:
    """Return a difference in shown units, without the unit, with decimals that suit its interval."""
    if is_money(metric):
        return money(value, sign=sign)
    if not math.isfinite(low + high):  # without an interval, the size itself says how many decimals it needs
        low, high = -abs(value) / 2, abs(value) / 2
    return number(value * factor(metric), places(low, high, metric), sign=sign)


def percent(share: float) -> str:
    """Return a share in whole percent, with "under 1%" and "over 99%" near the ends."""
    if not math.isfinite(share):
        return "–"
    if 0 < share < 0.005:
        return "under 1%"
    if 0.995 < share < 1:
        return "over 99%"
    return f"{100 * share:.0f}%"


def condition(labels: tuple[str, ...]) -> str:
    """Return the levels of an experiment as the opening of a sentence: "In the crisis"."""
    parts = []
    for label in labels:
        if label.lower() in ("crisis", "the crisis"):
            parts.append("in the crisis")
        elif label.lower().startswith(("no ", "without ")):
            parts.append(f"with {label}" if label.lower().startswith("no ") else label)
        else:
            parts.append(f"under “{label}”")
    text = " and ".join(parts)
    return text[:1].upper() + text[1:]


def joined(items: list[str]) -> str:
    """Return "a, b and c", or "a; b; c" where an item has a comma of its own."""
    if any("," in item for item in items):
        return "; ".join(items)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def closed(text: str) -> str:
    """Return the text with one full stop at its end."""
    return text.rstrip(".") + "."


def quoted(title: str) -> str:
    """Return a title within a sentence: in quotation marks, so that any words of the user's can stand there."""
    return f"“{title}”"


def mean_over_sites(sites: int) -> str:
    """Return "mean over the 4 sites", or nothing where there is one."""
    return f"mean over the {sites:,} sites" if sites > 1 else ""


def lower_first(text: str) -> str:
    """Return the text with a small first letter, unless it begins with an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or len(text) == 1 or text[1:2] == " " else text


def meaning(dotted: str) -> str:
    """Return what a parameter is in plain words, "what is lost when …"; "" where nothing declares it."""
    from tfs_sim.model.declare import specification
    from tfs_sim.scenario.fields import catalogue

    mechanism, _, name = dotted.partition(".")
    found = catalogue().MECHANISMS.get(mechanism)
    declared = specification(found.parameters).get(name) if found is not None else None
    return lower_first(declared.meaning.rstrip(".")) if declared is not None else ""
