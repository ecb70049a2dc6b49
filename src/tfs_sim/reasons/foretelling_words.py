"""A scorecard of indicators, in words and in a table."""

from __future__ import annotations

from tfs_sim.analysis import words
from tfs_sim.analysis.sentences import opened
from tfs_sim.analysis.variance import Part
from tfs_sim.analysis.windows import metric
from tfs_sim.reasons.foretelling import ALIVE, FOLDS, Foretelling, Sign
from tfs_sim.scenario.errors import count

MOST_TOLD = 3
MOST_ROWS = 12


def told(found: Foretelling) -> list[str]:
    """Return what to watch, from which value to worry, how sure that is, and what the numbers are."""
    title = words.quoted(found.stored.title(found.strategy))
    what = "are no longer alive" if found.metric == ALIVE else f"are in the worst third by {_subject(found)}"
    lead = opened(words.condition(found.levels), f"with {title}")
    said = [f"{lead}, {words.percent(found.bad)} of partnerships {what} at month {found.at}."]
    clear = [sign for sign in found.signs if sign.clear]
    for sign in clear[:MOST_TOLD]:
        side = "below" if sign.below else "above"
        said.append(
            f"Watch {words.subject(metric(sign.name))} in the first {found.first} months: {side} "
            f"{value(sign.name, sign.threshold.value)} {_percent(sign.beyond)} went badly, otherwise "
            f"{_percent(sign.short)}."
        )
    if not clear:
        said.append("No indicator can be told from chance.")
    said.append(
        f"From {count(found.cases, 'case')} of {count(found.sets, 'set')}: thresholds were found in {FOLDS - 1} of "
        f"{FOLDS} parts of the sets and tried on the fifth. Intervals are bootstraps over sets; indicators that are "
        "named stand apart from chance all at once. What foretells need not be what brings it about, and none of "
        "it was found in a real town."
    )
    return said


def _subject(found: Foretelling) -> str:
    return words.subject(metric(found.metric))


def value(name: str, number: float) -> str:
    """Return an indicator's value with its unit."""
    m = metric(name)
    return words.level(number, m, abs(number) / 20 if number else float("nan"))


def _percent(part: Part) -> str:
    return f"{words.percent(part.value)} ({words.percent(part.low)} to {words.percent(part.high)})"


def rows(found: Foretelling) -> tuple[list[str], list[list[str]]]:
    """Return head and rows of the scorecard."""
    head = ["indicator", "worry", "area (95%)", "bad beyond", "bad short of it", "cases beyond"]
    return head, [_row(sign) for sign in found.signs[:MOST_ROWS]]


def _row(sign: Sign) -> list[str]:
    side = "below" if sign.below else "above"
    shown = f"{sign.area.value:.2f} ({sign.area.low:.2f} to {sign.area.high:.2f})" + ("" if sign.clear else " ?")
    return [
        sign.name, f"{side} {value(sign.name, sign.threshold.value)}", shown, _percent(sign.beyond),
        _percent(sign.short), words.percent(sign.worried),
    ]  # fmt: skip
