"""Over what parameters an experiment is run: `uncertainty` and `sets` of an experiment file.

An answer at one assumed point is exact about luck and silent about everything else. So experiments run every strategy
under many sets of parameters, unless they say `uncertainty = "defaults"`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tfs_sim.experiments.designs.plausible import WORD, as_line
from tfs_sim.experiments.designs.sets import MOST_SETS
from tfs_sim.experiments.designs.stopping import Until, number_or_until
from tfs_sim.scenario.errors import Mistake, kind_of, nearest, quote
from tfs_sim.scenario.fields import NAME, TEXT, Check, DataFile, inside, wrong

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment

PLAUSIBLE = WORD
DEFAULTS = "defaults"
CALIBRATED = "calibrated"
SUFFIX = ".json"
"""How the file of an ensemble ends."""

_EXPECTED = f'"{PLAUSIBLE}", "{PLAUSIBLE}: turnover, trust.memory", "{DEFAULTS}", or the {SUFFIX} file of an ensemble'


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
    if text == DEFAULTS:
        return text
    if text.partition(":")[0].strip() == CALIBRATED:
        said = f'{NAME} is "{CALIBRATED}", and this version has no calibrated ensemble yet'
        raise wrong(said, hint=f"Use {_EXPECTED}.")
    if text.partition(":")[0].strip() == PLAUSIBLE:
        return as_line(text)
    near = nearest(text.partition(":")[0], [PLAUSIBLE, DEFAULTS, CALIBRATED])
    raise wrong(f"{NAME} is {_EXPECTED}; found {quote(text)}", suggestion=near)


UNCERTAINTY = Check(_uncertainty, (("type", "string"), ("examples", [PLAUSIBLE, DEFAULTS, "mine.json"])))
"""Over what parameters every strategy is run."""

SETS = number_or_until("sets", 2, MOST_SETS)
"""How many sets of parameters: at least two, since one alone cannot say how sets differ."""


def uncertainty_mistakes(experiment: Experiment) -> Iterator[Mistake]:
    """Yield what does not fit together in sets, replicates and design."""
    over, sets, replicates = experiment.uncertainty, experiment.sets, experiment.replicates
    design = experiment.design
    draws_all = design is not None and isinstance(design.vary, str)
    without = over == DEFAULTS or (not over and draws_all)
    for key, rule in (("replicates", replicates), ("sets", sets)):
        if isinstance(rule, Until):
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
