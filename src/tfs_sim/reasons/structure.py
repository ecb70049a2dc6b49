"""Does an answer hold in contested forms of the model: every strategy again under each, same sets, same luck.

The verdict on a difference is over the form beside the model as it is. All intervals of one table hold at once.

- *turns*: in the form the difference can be told from none, on the other side.
- *holds*: it can, on the same side, and is at least half as large.
- *weakens*: it is less than half as large, or can no longer be told from none; and it did change (the paired change
  can be told from none, towards none).
- *appears*: it can be told in the form, and could not in the model as it is.
- *cannot be told*: anything else: more sets of parameters would tell.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tfs_sim.analysis.compare import Paired, paired
from tfs_sim.analysis.pooling import Units, wilson
from tfs_sim.analysis.ranking import Ranking, ranked, simultaneous
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.variance import Part
from tfs_sim.analysis.windows import Array, metric
from tfs_sim.experiments.designs.sets import Sets, variables_named
from tfs_sim.experiments.execution.again import Study, again
from tfs_sim.experiments.execution.variants import Variant, run_variants
from tfs_sim.reasons.asking import known_levels, known_metric, numbers_of_runs, units_of
from tfs_sim.reasons.forms import FORMS, Form
from tfs_sim.scenario.errors import Mistake, UserError

if TYPE_CHECKING:
    from pandas import DataFrame

    from tfs_sim.calibration import Calibration
    from tfs_sim.experiments.designs.design import Experiment
    from tfs_sim.experiments.execution.work import Notice, Progress

Verdict = Literal["holds", "weakens", "turns", "appears", "cannot be told"]

AS_IT_IS = "as it is"
"""What the model without any change is called."""
USUAL_SETS = 48
HALF = 0.5
"""A difference that keeps so much of its size holds."""


@dataclass(frozen=True)
class Answer:
    """The difference between a strategy and the reference in one form.

    Attributes
    ----------
    strategy : which.
    result : the difference there.
    change : what the form changes about it, paired; None for the model as it is.
    verdict : see above; None for the model as it is.
    """

    strategy: str
    result: Paired
    change: Paired | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Asked:
    """What is found in one form of the model.

    Attributes
    ----------
    form : which; None for the model as it is.
    answers : one a strategy beside the reference.
    ranking : the strategies by their means; None where fewer than two have values.
    meets : share of sets that still meet all targets of a calibration, with Wilson's interval; None if none was given.
    """

    form: Form | None
    answers: tuple[Answer, ...]
    ranking: Ranking | None
    meets: Part | None = None

    @property
    def name(self) -> str:
        """The form's key, or "as it is"."""
        return AS_IT_IS if self.form is None else self.form.name


@dataclass(frozen=True)
class Structure:
    """An answer in contested forms of the model.

    Attributes
    ----------
    stored : the study's results.
    metric, levels, against : which outcome, under which levels, beside which strategy.
    asked : what was found; first the model as it is.
    units : over what pairs.
    targets : name of the calibration that sets are held against; empty if none.
    runs, made : runs that this rests on, and how many of them were made for it.
    """

    stored: Stored
    metric: str
    levels: tuple[str, ...]
    against: str
    asked: tuple[Asked, ...]
    units: Units
    targets: str
    runs: int
    made: int

    @property
    def frame(self) -> DataFrame:
        """A row a form and strategy: the difference, the change, the verdict, the best strategy, share that meets."""
        from pandas import DataFrame

        rows: list[dict[str, Any]] = []
        for each in self.asked:
            best = "" if each.ranking is None else each.ranking.best
            meets = {} if each.meets is None else _named("meets", each.meets)
            for answer in each.answers:
                change = answer.change or Paired(0, 0, 0)
                rows.append(
                    {"form": each.name, "strategy": answer.strategy, "against": self.against}
                    | _named("difference", _part(answer.result))
                    | _named("change", _part(change))
                    | {"verdict": answer.verdict or "", "best": best}
                    | meets
                )
        return DataFrame(rows)

    def of(self, strategy: str) -> list[tuple[Asked, Answer]]:
        """Return the answers on one strategy, form by form."""
        return [(each, answer) for each in self.asked for answer in each.answers if answer.strategy == strategy]


def _part(result: Paired) -> Part:
    return Part(result.difference, result.low, result.high)


def _named(name: str, part: Part) -> dict[str, float]:
    return {name: part.value, f"{name}_low": part.low, f"{name}_high": part.high}


def structure(
    folder: str | os.PathLike[str],
    metric: str | None = None,
    levels: Sequence[str] | None = None,
    forms: Sequence[Form] = FORMS,
    sets: int | None = None,
    replicates: int | None = None,
    calibration: Calibration | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    notice: Notice = lambda _: None,
    experiment: Experiment | None = None,
) -> Structure:
    """Ask a sweep's question again in contested forms of the model.

    Parameters
    ----------
    folder : the results of the sweep; what is run is kept there, and not run again.
    metric : which outcome; the primary one by default.
    levels : the label of each cross key; those with the shock, or the first, by default.
    forms : see `forms.named_forms`.
    sets, replicates : the first so many sets (48, or as many as there are), so many runs of each (1); without sets
        48 replicates.
    calibration : targets that sets are held against in each form; forms that switch mechanisms off are not.
    experiment : the experiment, where it was made in Python.

    Raises
    ------
    UserError
        When something is not there, there is one strategy alone, or a form fits no arm.
    """
    study = again(folder, experiment)
    stored = Stored.of(study.sweep)
    under = known_levels(stored, levels)
    name = known_metric(stored, metric)
    if len(stored.strategies) < 2:
        raise UserError(Mistake(f"{study.folder} has one strategy, so that there is no difference to ask about"))
    arms = [study.arm(each, under) for each in stored.strategies]
    counts = numbers_of_runs(study, sets, replicates, USUAL_SETS)
    variants = [Variant(AS_IT_IS), *(form.variant for form in forms)]
    found = run_variants(study, arms, variants, *counts, workers, progress, notice)
    units = units_of(found)
    values = found.values[..., found.metrics.index(name)]  # [forms, strategies, pairs]
    level = simultaneous(len(variants) * (len(arms) - 1))
    asked = [_asked(None, values[0], values[0], stored, name, units, level)]
    asked += [
        _asked(form, each, values[0], stored, name, units, level) for form, each in zip(forms, values[1:], strict=True)
    ]
    if calibration is not None:
        asked = _held(asked, study, calibration, counts[0], workers, notice)
    runs = int(np.prod(found.values.shape[:3]))
    targets = "" if calibration is None else calibration.name
    return Structure(stored, name, under, stored.against, tuple(asked), units, targets, runs, found.made)


def _asked(
    form: Form | None, values: Array, usual: Array, stored: Stored, name: str, units: Units, level: float
) -> Asked:
    at, better = stored.strategies.index(stored.against), metric(name).better
    answers = []
    for n, strategy in enumerate(stored.strategies):
        if n == at:
            continue
        here = paired(values[n], values[at], better, units=units, level=level)
        if form is None:
            answers.append(Answer(strategy, here))
            continue
        before = paired(usual[n], usual[at], better, units=units, level=level)
        change = paired(values[n] - values[at], usual[n] - usual[at], units=units, level=level)
        answers.append(Answer(strategy, here, change, verdict_on(before, here, change)))
    samples = dict(zip(stored.strategies, values, strict=True))
    return Asked(form, tuple(answers), ranked(samples, better, units))


def verdict_on(before: Paired, here: Paired, change: Paired) -> Verdict:
    """Return what becomes of a difference in a form: as it is, there, and what changes."""
    if not before.distinguishable:
        return "appears" if here.distinguishable else "cannot be told"
    same = here.difference * before.difference > 0
    if here.distinguishable and not same:
        return "turns"
    large = same and abs(here.difference) >= HALF * abs(before.difference)
    if here.distinguishable and large:
        return "holds"
    towards = change.distinguishable and change.difference * before.difference < 0
    return "weakens" if towards or (here.same and not before.same) else "cannot be told"


def _held(
    asked: list[Asked], study: Study, calibration: Calibration, count: int, workers: int | None, notice: Notice
) -> list[Asked]:
    """Return what was found with the share of sets that meet all targets in each form."""
    if study.sets is None:
        said = f"{study.folder} was run at one point, and shares of sets that meet targets are of sets"
        raise UserError(Mistake(said))
    from dataclasses import replace

    from tfs_sim.calibration import evaluate
    from tfs_sim.calibration.emulators import CUT

    found = []
    for each in asked:
        if each.form is not None and each.form.off:
            found.append(each)
            continue
        sets = formed(study.sets.first(count), each.form)
        gaps = evaluate(sets, calibration, workers=workers, out=study.folder / "targets", notice=notice).gaps()
        met = int((np.isnan(gaps) | (np.abs(gaps) <= CUT)).all(1).sum())
        found.append(replace(each, meets=Part(met / count, *wilson(met, count))))
    return found


def formed(sets: Sets, form: Form | None) -> Sets:
    """Return sets in a form: its values in the place of theirs, and beside theirs where they vary nothing of it.

    They keep their identities, and so their luck.
    """
    if form is None:
        return sets
    given = [(owner, key, value) for owner, each in form.parameters.items() for key, value in each.items()]
    bare = sets.without(("parameters", owner, key) for owner, key, _ in given)
    more = np.tile([float(value) for *_, value in given], (len(sets), 1))
    variables = (*bare.variables, *variables_named([(owner, key) for owner, key, _ in given]))
    return Sets(sets.origin, sets.title, sets.ids, variables, np.ascontiguousarray(np.hstack([bare.table, more])))
