"""Over what parameters an experiment is run: `uncertainty` and `sets` of an experiment file.

An answer at one assumed point is exact about luck and silent about everything else. So experiments run every strategy
under many sets of parameters, unless they say `uncertainty = "defaults"`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.experiments.designs.plausible import WORD, as_line
from tfs_sim.experiments.designs.sets import MOST_SETS
from tfs_sim.experiments.designs.stopping import Rule, Until, UntilShares, number_or_until
from tfs_sim.scenario import presets
from tfs_sim.scenario.errors import Mistake, UserError, kind_of, nearest, quote
from tfs_sim.scenario.fields import NAME, TEXT, Check, DataFile, inside, whole, wrong

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment

PLAUSIBLE = WORD
DEFAULTS = "defaults"
CALIBRATED = "calibrated"
USUAL = CALIBRATED
"""What experiments are run over that do not say it."""
SHIPPED = "collective-impact"
"""The calibration whose ensemble "calibrated" stands for: its JSON file and table lie beside the calibration's file."""
SUFFIX = ".json"
"""How the file of an ensemble ends."""

_EXPECTED = (
    f'"{PLAUSIBLE}", "{PLAUSIBLE}: turnover, trust.memory", "{CALIBRATED}", "{DEFAULTS}", or the {SUFFIX} file of an '
    "ensemble"
)


def shipped() -> Path | None:
    """Return the file of the calibrated ensemble that this version brings; None where it brings none."""
    home = presets.folder("calibrations")
    path = None if home is None else home / f"{SHIPPED}{SUFFIX}"
    return path if path is not None and path.is_file() else None


def calibrated() -> Path:
    """Return the file of the calibrated ensemble that this version brings.

    Raises
    ------
    UserError
        When it brings none.
    """
    found = shipped()
    if found is None:
        raise UserError(Mistake(f"{_MISSING} yet", hint=f'Use "{PLAUSIBLE}", or the {SUFFIX} file of an ensemble.'))
    return found


_MISSING = "this version has no calibrated ensemble"


def is_file(value: Any) -> bool:
    """Say whether what `uncertainty` says is the name of a file."""
    return isinstance(value, str) and value.strip().lower().endswith(SUFFIX)


def _uncertainty(value: Any) -> str | DataFile:
    if not isinstance(value, str):
        raise wrong(f"{NAME} is {_EXPECTED}; found {kind_of(value)}")
    if isinstance(value, DataFile):
        inside(str(value), value.folder)
        return value
    text = str(TEXT.function(value)).strip()
    if is_file(text):
        return DataFile(text)
    if text == CALIBRATED and shipped() is None:
        raise wrong(f'{NAME} is "{CALIBRATED}", and {_MISSING} yet', hint=f"Use {_EXPECTED}.")
    if text in (DEFAULTS, CALIBRATED):
        return text
    if text.partition(":")[0].strip() == PLAUSIBLE:
        return as_line(text)
    near = nearest(text.partition(":")[0], [PLAUSIBLE, DEFAULTS, CALIBRATED])
    raise wrong(f"{NAME} is {_EXPECTED}; found {quote(text)}", suggestion=near)


UNCERTAINTY = Check(_uncertainty, (("type", "string"), ("examples", [PLAUSIBLE, CALIBRATED, DEFAULTS, "mine.json"])))
"""Over what parameters every strategy is run."""

SETS = number_or_until("sets", 2, MOST_SETS)
"""How many sets of parameters: at least two, since one alone cannot say how sets differ."""

CROSSED = whole(3, MOST_SETS, "a whole number")
"""Of how many sets the same luck is run: with fewer than three their product with luck cannot be told."""
CROSSED_REPLICATES = 8
"""Replicates that these sets have in common."""


def uncertainty_mistakes(experiment: Experiment) -> Iterator[Mistake]:
    """Yield what does not fit together in sets, replicates and design."""
    over, sets, replicates = experiment.uncertainty, experiment.sets, experiment.replicates
    design = experiment.design
    draws_all = design is not None and isinstance(design.vary, str)
    without = over == DEFAULTS or (not over and draws_all)
    for key, rule in (("replicates", replicates), ("sets", sets)):
        if isinstance(rule, Rule):
            yield from rule.mistakes(experiment.strategies, key)
            if design is not None:
                said = f"at the points of a design, {key} is a number; pairs are added only without a design"
                yield Mistake(said, key=(key,))
    if without and sets:
        why = f'uncertainty is "{DEFAULTS}"' if over else "the design draws the parameters itself"
        yield Mistake(f"sets is for experiments over sets of parameters, and {why}", key=("sets",), at="key")
    if over and over != DEFAULTS and draws_all:
        said = "the design draws parameters from what is plausible, so sets of parameters would be drawn over"
        hint = f'Leave out uncertainty, or the design, or name its variables one by one; "{DEFAULTS}" says the same.'
        yield Mistake(said, key=("uncertainty",), hint=hint)
    if isinstance(replicates, Until) and not without:
        said = "over sets of parameters it is sets that are added until an interval is narrow"
        hint = 'Write sets = { until = … } and replicates = 8; or uncertainty = "defaults".'
        yield Mistake(said, key=("replicates",), hint=hint)
    if isinstance(replicates, UntilShares):
        yield from _of_shares(experiment, replicates, without)
    if experiment.crossed:
        yield from _of_the_crossed(experiment, without)


def _of_shares(experiment: Experiment, rule: UntilShares, without: bool) -> Iterator[Mistake]:
    """Yield why shares of sets cannot be told."""
    outcomes = experiment.outcomes
    if without:
        said = "shares are of sets of parameters, and there are none here"
        yield Mistake(said, key=("replicates", "until"), hint="Give a number of replicates, or say over what sets.")
    if isinstance(experiment.sets, Until):
        said = "either sets are added, or replicates of them: one of the two is a number"
        yield Mistake(said, key=("replicates",))
    if rule.of != outcomes.primary:
        said = f"shares are of the primary outcome, {quote(outcomes.primary)}, for which worthwhile says what counts"
        yield Mistake(f"{said}; found {quote(rule.of)}", key=("replicates", "of"), suggestion=outcomes.primary)
    if outcomes.worthwhile is None:
        said = "shares better, no different and worse need the smallest difference that counts"
        yield Mistake(said, key=("replicates", "until"), hint="Write worthwhile = … in [outcomes].")


def _of_the_crossed(experiment: Experiment, without: bool) -> Iterator[Mistake]:
    """Yield why the same luck cannot be run under several sets."""
    sets, key = experiment.sets, ("crossed",)
    if without:
        yield Mistake("crossed is for experiments over sets of parameters, and there are none here", key=key, at="key")
    elif experiment.design is not None:
        yield Mistake("at the points of a design no luck is crossed with sets; leave out one of the two", key=key)
    elif (there := sets.looks()[0] if isinstance(sets, Until) else sets) and experiment.crossed > there:
        said = f"crossed is at most the number of sets, {there}; found {experiment.crossed}"
        yield Mistake(said, key=key)
