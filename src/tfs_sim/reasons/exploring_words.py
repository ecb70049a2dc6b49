"""What is found of an exploration in sentences: what may be shown, what is refused and why, how far it goes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tfs_sim.analysis import words
from tfs_sim.analysis.sentences import capital
from tfs_sim.analysis.windows import metric
from tfs_sim.reasons.exploring import COST, EFFECT, Explorer, Outcome
from tfs_sim.reasons.surfaces import QUARTER
from tfs_sim.scenario.errors import count


def thing(outcome: Outcome) -> str:
    """Return what an outcome is, within a sentence."""
    if outcome.kind == "total":
        return {EFFECT: "student-months of support", COST: "dollars spent"}[outcome.key] + " over the whole run"
    said = words.subject(metric(outcome.metric))
    return {
        "mean": said,
        "chance": f"the chance that {said} is above {_border(outcome)}",
        "lower": f"{said} in communities below {_border(outcome)}",
        "upper": f"{said} in communities above {_border(outcome)}",
    }[outcome.kind]


def title(outcome: Outcome) -> str:
    """Return what an outcome is called in a list."""
    if outcome.kind == "total":
        return capital(thing(outcome))
    name = metric(outcome.metric).title
    return {
        "mean": name,
        "chance": f"{name}: chance of the upper kind (above {_border(outcome)})",
        "lower": f"{name}: of the lower kind (below {_border(outcome)})",
        "upper": f"{name}: of the upper kind (above {_border(outcome)})",
    }[outcome.kind]


def _border(outcome: Outcome) -> str:
    return "" if outcome.border is None else words.level(outcome.border, metric(outcome.metric))


def ends_of(outcome: Outcome) -> str:
    """Return what the two kinds of an outcome are; nothing where it has one mode."""
    if outcome.border is None:
        return ""
    said = f"Runs are of two kinds, below and above {_border(outcome)}"
    if outcome.kind != "mean":
        return f"{said}."
    return f"{said}: a mean describes neither. Outcomes have the chance of the upper kind, and what each kind is like."


def told(found: Explorer) -> Iterator[str]:
    """Yield what an exploration is good for."""
    stored = found.stored
    sets, replicates = next((each.sets, each.replicates) for each in found.subjects.values())
    over = f"{count(sets, 'set')} × {count(replicates, 'replicate')}" if sets > 1 else count(replicates, "replicate")
    moved = "; ".join(each.title for each in found.sliders)
    held = count(len(found.split.held), "point")
    yield f"{count(len(found.sliders), 'slider')}: {moved}."
    yield (
        f"{count(len(stored.strategies), 'strategy', 'strategies')} at {count(len(found.space.points), 'point')} over "
        f"{over}. {held} were held out, {len(found.split.outer)} of them the outermost."
    )
    yield from refusals(found)
    yield range_sentence(found)


def refusals(found: Explorer) -> Iterator[str]:
    """Yield what is refused, by outcome."""
    stored = found.stored
    for outcome in found.outcomes:
        mine = {key[1:]: each for key, each in found.subjects.items() if key[0] == outcome.key}
        name = capital(thing(outcome))
        if not mine:
            share = f"{words.percent(outcome.missing)} of runs have no value"
            lacking = share if outcome.missing else "too few points have values"
            yield f"{name}: no emulator; {lacking}."
            continue
        bad = [pair for pair, each in mine.items() if not each.usable]
        if not bad:
            continue
        named = [" less ".join(words.quoted(stored.title(each)) for each in pair if each) for pair in bad]
        shown = words.joined(named) if len(bad) <= 3 else f"{len(bad)} of {len(mine)} values and differences"
        over = f"the emulator's error exceeds a quarter of the spread of {spread_of(found)}"
        yield f"{name}: refused for {shown}; {over}."


def spread_of(found: Explorer) -> str:
    """Return what the band is of that errors are held against."""
    return "sets of parameters" if found.stored.units.set is not None else "luck"


def range_sentence(found: Explorer) -> str:
    """Return how far from a run emulators are believed, and how that did."""
    far = found.limit
    if not far.at:
        return "Errors are larger than they are said to be everywhere: all of the page is grey."
    said = (
        f"Beyond {far.at:.2f} of a slider's length from the nearest run (root mean square over sliders) the page is "
        f"grey. Chosen by {count(far.inner, 'inner point')} that were held out ({words.percent(far.covered)} of their "
        f"values lie within their 95%), tested on the {far.outer} outermost: {far.grey} of them are grey"
    )
    if math.isfinite(far.missed):
        said += f", and of the values of the others {words.percent(far.missed)} lie outside of their 95%"
    return said + "."


def check_sentence(error: float, band: float) -> str:
    """Return how large an emulator's error is beside the band."""
    if band <= 0:
        return "there is no spread that its error could be held against"
    return f"its error is {error / band:.0%} of the band's standard deviation (at most {QUARTER:.0%} is shown)"
