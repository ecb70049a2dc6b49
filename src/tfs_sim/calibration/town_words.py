"""What was seen of a town has taught, as text: sentences first, then tables."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tfs_sim.calibration.conditioning import FEWEST
from tfs_sim.calibration.taught import NOISY, SeenFound, Taught
from tfs_sim.calibration.telling import table
from tfs_sim.scenario.errors import count

FAR = 0.95
"""What was seen lies outside of what was expected where so many runs show less, or more."""
CUT = 0.25
"""So large a share of the weight that is cut is told."""


def text(found: Taught) -> str:
    """Return all that was found as text."""
    return "\n\n".join([*sentences(found), *tables(found)]) + "\n"


def sentences(found: Taught) -> list[str]:
    """Return what was found in sentences, the most important first."""
    return list(_sentences(found))


def tables(found: Taught) -> list[str]:
    """Return what was seen and what parameters became, as tables."""
    return list(_tables(found))


def _sentences(found: Taught) -> Iterator[str]:
    if not found.seen:
        yield (
            f"Nothing was seen that has a value, so nothing is learned: the {found.taken:,} sets are those of before "
            f"({found.prior})."
        )
    elif not found.said:
        yield (
            "What was seen says nothing: every set expects it as much as any other. The "
            f"{found.taken:,} sets are those of before ({found.prior})."
        )
    else:
        yield from _how(found)
    yield from _surprises(found)
    if found.missing:
        yield f"Not known, and nothing is made of it: {', '.join(found.missing)}."
    if found.said:
        if found.moved:
            names = ", ".join(each.name for each in found.parameters if each.moved)
            yield (
                f"It taught something clear about {count(found.moved, 'parameter')} of {found.of}: {names}. About the "
                f"others by themselves nothing that could be told from chance with {found.taken:,} sets."
            )
        else:
            yield (
                f"About no parameter by itself it taught anything that could be told from chance with {found.taken:,} "
                "sets; together they are narrowed all the same, as what was seen shows."
            )
    if found.noise > NOISY:
        yield (
            f"Weights hang on luck of the runs: few runs move a set's log likelihood by {found.noise:.1f} (one "
            f"standard deviation). More runs of each set would help (runs = {2 * found.runs} in the file)."
        )
    if found.cut > CUT:
        yield f"{found.cut:.0%} of the weight was more than one set's, and is cut: the ensemble is rather too wide."


def _how(found: Taught) -> Iterator[str]:
    """Yield how many sets there are, and where they come from."""
    waves, first, run = len(found.waves) - 1, found.waves[0], sum(found.waves)
    how = f"weighing the {first:,} sets of before by it leaves {found.reweighted:.0f} effective sets"
    if waves:
        how += (
            f", so {count(waves, 'wave')} went on with {run - first:,} sets near those that agree, which are worth "
            f"{found.effective:.0f} together"
        )
    yield (
        f"{count(len(found.seen), 'observation')} of the town; {how} ({found.runs} runs of the town under each). "
        f"{found.taken:,} different sets stand for them, each as much as any other; each was run as it stands there."
    )
    if found.tried:
        yield (
            f"{found.tried:,} new sets were run on what the sets of before were calibrated to; {found.met:,} meet it, "
            "and the others are left out."
        )
    if not found.reached:
        few = (
            f"That is few: {found.wanted} are wanted."
            if found.taken >= FEWEST
            else f"Too few agree for an ensemble, which has {FEWEST} at least."
        )
        further = (
            "The budget is spent; more sets (sets = … in the file) go on from there."
            if found.goes_on
            else "To go on it has to be known by which calibration the sets were made (calibration = … in the file)."
        )
        yield f"{few} {further}"


def _surprises(found: Taught) -> Iterator[str]:
    out = [each for each in found.seen if _outside(each)]
    if found.unusual:
        yield (
            f"The town is unusual for these sets: {found.unusual}. The model may not be about a "
            "town like this one, or what was seen is about something else than the model's quantities; read what "
            "follows with that in mind."
        )
    elif math.isfinite(found.surprise):
        yield (
            f"The town is one that the sets expect: of {found.towns} such towns, {found.surprise:.0%} look as unlikely "
            "to them, or more so."
        )
    if out:
        told = "; ".join(
            f"{each.title}: {_number(each.value)}, expected {_number(each.before[0])} to {_number(each.before[2])}"
            for each in out
        )
        yield f"Outside of what nine in ten runs showed beforehand: {told}."


def _outside(each: SeenFound) -> bool:
    return each.place > FAR or each.place < 1.0 - FAR


def _tables(found: Taught) -> Iterator[str]:
    if found.seen:
        yield table(
            "What was seen, and what single runs show (nine in ten of them: parameters and luck)",
            ("", "seen", "error", "model off by", "before", "middle", "after", "middle"),
            [
                (
                    each.title,
                    _number(each.value),
                    f"±{_number(each.sd)}" if each.sd else "-",
                    f"±{_number(each.off)}" if each.off else "-",
                    _span(each.before),
                    _number(each.before[1]),
                    _span(each.after),
                    _number(each.after[1]),
                )
                for each in found.seen
            ],
        )
    if found.moved:
        yield table(
            "Parameters that moved most, as shares of what was plausible (nine in ten of the sets; where it is not "
            "clear, it may be chance)",
            ("", "before", "middle", "after", "middle", "narrower (−: wider)", "clear"),
            [
                (
                    each.name,
                    _span(each.before),
                    _number(each.before[1]),
                    _span(each.after),
                    _number(each.after[1]),
                    f"{each.contraction:.0%}".replace("-0%", "0%").replace("-", "−"),
                    "yes" if each.moved else "no",
                )
                for each in found.parameters
            ],
        )


def _span(ends: tuple[float, float, float]) -> str:
    return "-" if math.isnan(ends[0]) else f"{_number(ends[0])} to {_number(ends[2])}"


def _number(value: float) -> str:
    return "-" if not math.isfinite(value) else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
