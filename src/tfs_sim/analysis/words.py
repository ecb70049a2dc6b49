"""Metrics in words that a funder understands: subjects, units, numbers and differences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tfs_sim.model.declare import Metric

SUBJECTS = {
    "partners": "the number of active partners",
    "engaged": "the share of organizations that take part",
    "trust": "trust between organizations",
    "quality": "the quality of the partnership",
    "support": "partners' support",
    "effort": "partners' effort",
    "performance": "the gain from joint work",
    "coverage": "the share of students' needs that are met",
    "equity_gap": "the gap between student groups",
    "outcome": "students' outcome",
    "indicator": "the measured indicator",
    "alive": "the share of partnerships still alive",
    "coordination": "the quality of coordination",
    "load": "the backbone's load",
    "vacancy": "the share of posts that are vacant",
    "density": "the share of possible ties that are in use",
    "departures": "the number of people who left",
    "joined": "the number of organizations that joined",
    "withdrew": "the number of organizations that withdrew",
    "cost": "the cost",
    "unpaid_backbone": "what the backbone was asked for and could not pay",
    "unpaid_partners": "what partners were asked for and could not pay",
    "hours": "partners' hours",
    "staff_given": "the staff that partners give",
    "win_win": "the share of partners who gain more than they give",
    "clarity": "clarity about the shared goals",
    "community_support": "community support",
}
SHORT = {
    "partners": "Active partners",
    "engaged": "Organizations taking part",
    "trust": "Trust between organizations",
    "quality": "Quality of partnership",
    "support": "Partners' support",
    "performance": "Gain from joint work",
    "coverage": "Students' needs met",
    "equity_gap": "Gap between groups",
    "outcome": "Students' outcome",
    "alive": "Partnerships alive",
    "clarity": "Clarity about goals",
    "community_support": "Community support",
}
INDICES = frozenset(["trust", "quality", "clarity", "coordination", "transitivity", "community_support", "severity"])
"""Metrics between 0 and 1 that are not shares of anything countable: their differences stay decimal numbers."""


def subject(metric: Metric) -> str:
    """Return the metric as the subject of a sentence, e.g. "trust between organizations"."""
    return SUBJECTS.get(metric.name) or _lower_first(metric.title)


def short(metric: Metric) -> str:
    """Return the metric as a label on a chart."""
    return SHORT.get(metric.name) or metric.title


def window(metric: Metric) -> str:
    """Return when the run's single number was taken: "in the last year", "over the whole run" or "at the end"."""
    if metric.name in ("support_change", "deepened", "eroded", "recovered"):
        return ""
    return {"last-year": "in the last year", "total": "over the whole run", "end": "at the end"}[metric.summary]


def is_share(metric: Metric) -> bool:
    """Tell whether values are shares of something countable, said in percent."""
    return metric.name not in INDICES and (metric.unit.lower().startswith("share") or metric.name == "alive")


def is_percent(metric: Metric) -> bool:
    """Tell whether values are percentages already."""
    return metric.unit.lower().startswith(("percent", "%"))


def factor(metric: Metric) -> float:
    """Return what a stored value is multiplied with to be shown."""
    return 100.0 if is_share(metric) else 1.0


def unit(metric: Metric, *, difference: bool = False) -> str:
    """Return the unit in which a value (or a difference) is shown; empty for an index between 0 and 1."""
    if is_share(metric) or is_percent(metric):
        return "percentage points" if difference else "%"
    if metric.name in INDICES or metric.unit.lower() in ("", "share", "index", "number", "0 to 1"):
        return ""
    return metric.unit


def differing(metric: Metric) -> str:
    """Return the unit of a difference as it follows a number in a sentence; empty if the subject says it already."""
    said = unit(metric, difference=True)
    if metric.name in ("support", "effort", "support_change"):
        return f"{said} of staff time"
    counted = ("partners", "engaged", "joined", "withdrew", "departures", "hours", "conflicts")
    return "" if said in subject(metric) or metric.name in counted else said


def axis(metric: Metric) -> str:
    """Return the label of an axis: quantity and unit."""
    said = unit(metric)
    if said == "%":
        of = metric.unit.lower().removeprefix("share").removeprefix("percent").strip()
        known = not of or metric.name not in ("support", "effort")
        return f"{short(metric)} (%)" if known else f"{short(metric)} (% {of})"
    if said:
        return f"{short(metric)} ({'number' if said.lower() in short(metric).lower() else said})"
    known = metric.name in INDICES or metric.unit.lower() in ("index", "0 to 1")
    return f"{short(metric)} (0 to 1)" if known else short(metric)


def decimals(metric: Metric, scale: float) -> int:
    """Return how many decimals show `scale` (in shown units, e.g. half the width of an interval)."""
    usual = max(0, metric.decimals - (2 if is_share(metric) else 0))
    if not math.isfinite(scale) or scale <= 0:
        return usual
    return min(4, max(usual if scale < 100 else 0, math.ceil(-math.log10(scale / 2)), 0))


def number(value: float, places: int = 2, *, sign: bool = False) -> str:
    """Return a number with a true minus sign and thousands separated by commas."""
    if not math.isfinite(value):
        return "–"
    text = f"{abs(value):,.{places}f}"
    zero = float(text.replace(",", "")) == 0
    return ("−" if value < 0 and not zero else "+" if sign and not zero else "") + text


def money(thousands: float) -> str:
    """Return thousand dollars as people say them: "$3.2 million" or "$640,000"."""
    if not math.isfinite(thousands):
        return "–"
    minus = "−" if thousands < 0 else ""
    size = abs(thousands)
    if size >= 1000:
        return f"{minus}${size / 1000:,.1f} million"
    return f"{minus}${round(size):,},000" if size >= 0.5 else "$0"


def level(value: float, metric: Metric, scale: float = math.nan) -> str:
    """Return a value with its unit."""
    if metric.name == "cost":
        return money(value)
    said = unit(metric)
    shown = number(value * factor(metric), decimals(metric, scale * factor(metric)))
    return f"{shown}{said}" if said == "%" else f"{shown} {said}".rstrip()


def interval(low: float, high: float, metric: Metric) -> str:
    """Return "0.02 to 0.06" in shown units, without the unit."""
    by = factor(metric)
    places = decimals(metric, (high - low) / 2 * by)
    return f"{number(low * by, places)} to {number(high * by, places)}"


def difference(value: float, low: float, high: float, metric: Metric, *, sign: bool = True) -> str:
    """Return a difference in shown units, without the unit, with decimals that suit its interval."""
    by = factor(metric)
    return number(value * by, decimals(metric, (high - low) / 2 * by), sign=sign)


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


_COMMON = frozenset(
    [
        "no",
        "initiative",
        "as",
        "the",
        "a",
        "with",
        "without",
        "more",
        "less",
        "all",
        "both",
        "only",
        "every",
        "handover",
        "partnership",
    ]
)


def inside(title: str, key: str = "") -> str:
    """Return a strategy's title as it stands inside a sentence: the first letter small unless it is a name."""
    first = title.split(" ", 1)[0]
    return _lower_first(title) if first.lower() in _COMMON or first.lower() in key.split("-") else title


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or len(text) == 1 or text[1:2] == " " else text
