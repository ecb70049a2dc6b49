"""The sets of parameters under which an experiment is run: drawn from what is plausible, or read from an ensemble."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tfs_sim.experiments.designs.locating import located
from tfs_sim.experiments.designs.plausible import all_written
from tfs_sim.experiments.designs.sets import MOST_SETS, Sets, drawn
from tfs_sim.experiments.designs.stopping import MOST_REPLICATES, Until
from tfs_sim.experiments.designs.uncertainty import (
    CALIBRATED,
    DEFAULTS,
    PLAUSIBLE,
    UNCERTAINTY,
    USUAL,
    calibrated,
    uncertainty_mistakes,
)
from tfs_sim.experiments.execution import behaving
from tfs_sim.experiments.execution.work import Notice
from tfs_sim.experiments.storage import ensembles
from tfs_sim.scenario.errors import Mistake, UserError, count, nearest, quote
from tfs_sim.scenario.fields import DataFile, whole_or_refused
from tfs_sim.scenario.reading import parse

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment


def under(
    experiment: Experiment,
    uncertainty: str | None = None,
    sets: int | None = None,
    replicates: int | None = None,
    crossed: int | None = None,
) -> Experiment:
    """Return an experiment over other parameters, or with other numbers of sets and replicates, than it says itself.

    Raises
    ------
    UserError
        When they do not fit together, or the experiment's design.
    """
    from tfs_sim.experiments.designs.design import USUAL_REPLICATES, USUAL_SETS

    changes: dict[str, Any] = {}
    if uncertainty is not None:
        changes["uncertainty"] = _checked("uncertainty", uncertainty, UNCERTAINTY)
    if sets is not None:
        changes["sets"] = whole_or_refused("sets", sets, 2, MOST_SETS)
    if replicates is not None:
        changes["replicates"] = whole_or_refused("replicates", replicates, 1, MOST_REPLICATES)
    if crossed is not None:
        changes["crossed"] = whole_or_refused("crossed", crossed, 3, MOST_SETS)
    without = changes.get("uncertainty", experiment.uncertainty) == DEFAULTS
    if uncertainty is not None and sets is None:
        changes["sets"] = 0 if without else experiment.sets or USUAL_SETS
    if uncertainty is not None and replicates is None and "replicates" not in experiment.model_fields_set:
        changes["replicates"] = USUAL_REPLICATES[not without]
    if not changes:
        return experiment
    changed = experiment.model_copy(update=changes)
    if found := list(uncertainty_mistakes(changed)):
        raise UserError(found)
    return changed


def _checked(name: str, value: Any, check: Any) -> Any:
    from pydantic_core import PydanticCustomError

    from tfs_sim.scenario.fields import NAME

    try:
        return check.function(value)
    except PydanticCustomError as error:
        found: Mistake = (error.context or {})["mistakes"][0]
        raise UserError(Mistake(found.message.replace(NAME, name), suggestion=found.suggestion)) from None


def first_count(experiment: Experiment) -> int:
    """Return with how many sets an experiment begins; 0 for one without sets."""
    asked = experiment.sets
    return asked.looks()[0] if isinstance(asked, Until) else asked


def listed_sets(
    over: str, number: int, strict: bool = True, rule: Until | None = None, notice: Notice | None = None
) -> Sets:
    """Return the first sets of what `uncertainty` says (`strict`: refuse where there are fewer).

    `rule` is the one by which sets are to be added to these; `notice` is told where the model has to be compiled.

    Raises
    ------
    UserError
        When the text, or the file of an ensemble, cannot be used, or has fewer sets.
    """
    over = over if isinstance(over, DataFile) else _checked("uncertainty", over, UNCERTAINTY)
    if over == DEFAULTS:
        raise UserError(Mistake(f'uncertainty "{DEFAULTS}" has no sets of parameters', key=("sets",)))
    if over != CALIBRATED and not isinstance(over, DataFile):
        return drawn(number, over)
    ensemble = ensembles.read(over.path if isinstance(over, DataFile) else calibrated())
    behaving.checked(ensemble, notice)
    there = ensemble.sets
    if number > len(there) and strict:
        said, hint = (
            f"{over} has {count(len(there), 'set')} of parameters, and ",
            "Ask for fewer, or add replicates of each.",
        )
        if rule is None:
            raise UserError(Mistake(f"{said}{number:,} are asked for", key=("sets",), hint=hint))
        said += f"with fewer than {number} the interval that sets are added for does not hold"
        raise UserError(Mistake(said, key=("sets",), hint=f"Write sets = {len(there)}."))
    return there.first(number)


def one_set(over: str, name: str) -> Sets:
    """Return the set of this identity alone.

    Raises
    ------
    UserError
        When there is no such set.
    """
    over = over if isinstance(over, DataFile) else _checked("uncertainty", over, UNCERTAINTY)
    place = re.fullmatch(rf"{PLAUSIBLE}-(\d{{4,6}})", name)
    number = int(place[1]) if place else 0
    listed_in_file = over == CALIBRATED or isinstance(over, DataFile)
    if over != DEFAULTS and not listed_in_file and 1 <= number <= MOST_SETS:
        found = drawn(number, over, first=number - 1)
        if found.ids == (name,):
            return found
    listed = listed_sets(over, MOST_SETS if listed_in_file else 2, strict=False)
    if name not in listed.ids:
        said = f"there is no set {quote(name)}; the sets are {listed.ids[0]}, {listed.ids[1]} …"
        raise UserError(Mistake(said, suggestion=nearest(name, listed.ids[:1000])))
    return listed.at([listed.ids.index(name)])


def sets_of(experiment: Experiment, number: int | None = None, notice: Notice | None = None) -> Sets | None:
    """Return the first sets of an experiment (as many as it asks for), or None where it is run at the defaults.

    Raises
    ------
    UserError
        When the file of its ensemble cannot be used, has fewer sets, or nothing varies.
    """
    over = experiment.uncertainty
    if over == DEFAULTS:
        return None
    wanted = first_count(experiment) if number is None else number
    strict = "sets" in experiment.model_fields_set and number is None
    try:
        rule = experiment.sets if isinstance(experiment.sets, Until) and number is None else None
        found = listed_sets(over, wanted, strict, rule, notice)
        given = [all_written(arm.scenario) for arm in experiment.arms()]
        varied = set() if experiment.points is None else {each.path for each in experiment.points.variables}
        if all(each.path in varied or all(each.path[1:] in arm for arm in given) for each in found.variables):
            where = "written in every arm" + (" or varied by the design" if varied else "")
            said = f'every parameter that "{over}" varies is {where}, so no set differs from another'
            raise UserError(Mistake(said, key=("uncertainty",), hint='Write uncertainty = "defaults".'))
    except UserError as error:
        raise _located(experiment, error) from None
    return found


def _located(experiment: Experiment, error: UserError) -> UserError:
    """Return mistakes in what `uncertainty` says with their line in the experiment's file, if it stands there."""
    if experiment.path is None:
        return error
    document = parse(experiment.text, experiment.path)
    if _checked("uncertainty", document.data.get("uncertainty", USUAL), UNCERTAINTY) != experiment.uncertainty:
        return error  # it was asked for otherwise
    return located(experiment, [each if each.key else replace(each, key=("uncertainty",)) for each in error.mistakes])
