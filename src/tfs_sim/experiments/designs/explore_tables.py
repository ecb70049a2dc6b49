"""`[explore]` of an experiment: what becomes a slider. `sweep --explore` runs the design that it stands for.

Points fill the space between the sliders' ends evenly, and some of its corners are run as well: they are what tells
whether an emulator may be asked at the edges. What strategies differ by stays as it is; of every cross key one
condition is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from tfs_sim.experiments.designs.budgets import budget_mistakes
from tfs_sim.experiments.designs.design_checks import COLUMNS
from tfs_sim.experiments.designs.locating import located
from tfs_sim.experiments.designs.plausible import VARIES
from tfs_sim.experiments.designs.points import Design, planned
from tfs_sim.experiments.designs.uncertainty import DEFAULTS
from tfs_sim.experiments.designs.varying import Vary
from tfs_sim.scenario.errors import Mistake, UserError, count, kind_of, nearest, quote
from tfs_sim.scenario.fields import NAME, Check, catalogue, whole, wrong
from tfs_sim.scenario.table import Table

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm, Experiment

MOST_SLIDERS = 6
FEWEST_POINTS = 40
"""Points, corners among them, below which no emulator can be fitted and held against others."""
CORNERS = 16
RUNS = 12_000
_DOSES = 3
"""Doses that become sliders at most where a file does not say which."""


def _sliders(value: Any) -> dict[str, Vary]:
    if not isinstance(value, Mapping):
        raise wrong(f"{NAME} is a table of variables by name; found {kind_of(value)}")
    if len(value) > MOST_SLIDERS:
        raise wrong(f"{NAME} has {len(value)} variables; a page has at most {MOST_SLIDERS} sliders")
    found: dict[str, Vary] = VARIES.function(value)
    return found


_VARY = {"anyOf": [{"type": "string"}, {"x-table": "Vary"}]}
SLIDERS = Check(
    _sliders,
    (("type", "object"), ("additionalProperties", _VARY), ("minProperties", 1), ("maxProperties", MOST_SLIDERS)),
)


class Explore(Table):
    """What may be moved on a page with sliders."""

    vary: Annotated[dict[str, Vary], SLIDERS] = Field(
        default_factory=dict,
        description=f"at most {MOST_SLIDERS} variables by name, as in [design.vary]; default: doses, depth, the start",
    )
    runs: Annotated[int, whole(1, 10_000_000, "a number of runs")] = Field(
        RUNS, description="runs in all, by which the number of points follows"
    )
    sets: Annotated[int, whole(2, 100_000, "a number of sets")] = Field(20, description="sets of parameters")
    replicates: Annotated[int, whole(1, 100_000, "a number of replicates")] = Field(2, description="of each set")
    corners: Annotated[int, whole(0, 2**MOST_SLIDERS, "a number of corners")] = Field(
        CORNERS, description="corners of the space that are run as well"
    )
    under: dict[str, str] = Field(default_factory=dict, description="condition of each cross key; default: the first")


def explore_mistakes(experiment: Experiment) -> Iterator[Mistake]:
    """Yield what is wrong with the names in `[explore]`."""
    table = experiment.explore
    assert table is not None
    for key, label in table.under.items():
        if key not in experiment.cross:
            said = f"the experiment does not cross {quote(key)}"
            yield Mistake(said, ("explore", "under", key), "key", suggestion=nearest(key, list(experiment.cross)))
        elif label not in (labels := [each.label for each in experiment.cross[key]]):
            said = f"there is no condition {quote(label)} of {key}"
            yield Mistake(said, ("explore", "under", key), suggestion=nearest(label, labels))


def explored(experiment: Experiment) -> Experiment:
    """Return the design that an experiment's `[explore]` stands for, or one of usual sliders where it has none.

    Raises
    ------
    UserError
        Where the experiment has a design already, nothing can be moved, or points would be too few.
    """
    if experiment.design is not None:
        said = f"{experiment.name} has a design of its own, whose results can be explored as they are"
        hint = f"tfs-sim sweep {experiment.name}; then tfs-sim explore results/{experiment.name}"
        raise UserError(Mistake(said, hint=hint))
    table = experiment.explore or Explore()
    levels = {key: table.under.get(key, each[0].label) for key, each in experiment.cross.items()}
    arms = [arm for arm in experiment.arms() if arm.levels == levels]
    vary = dict(table.vary) or usual_sliders(arms, experiment)
    if not vary:
        said = "no strategy has a dose, and nothing else was found that could be moved"
        raise UserError(Mistake(said, hint="Name variables in [explore.vary], as in [design.vary]."))
    without = experiment.uncertainty == DEFAULTS
    sets, replicates = (0, table.sets * table.replicates) if without else (table.sets, table.replicates)
    each = len(arms) * max(1, sets) * replicates
    corners = min(table.corners, 2 ** len(vary))
    points = table.runs // each - corners
    if points + corners < FEWEST_POINTS:
        said = (
            f"{table.runs:,} runs are {count(table.runs // each, 'point')} of {len(arms)} strategies × "
            f"{max(1, sets)} sets × {replicates} replicates, and an emulator needs {FEWEST_POINTS}"
        )
        hint = f"Ask for at least {FEWEST_POINTS * each:,} runs, or for fewer sets."
        raise located(experiment, [Mistake(said, ("explore", "runs") if experiment.explore else (), hint=hint)])
    design = Design(method="sobol", points=points, corners=corners, vary=vary)
    mistakes = list(_beside_a_budget(experiment, vary))
    found = None
    if not mistakes:
        taken = (*COLUMNS, *experiment.cross, *catalogue().METRICS)
        found, mistakes = planned(design, [arm.scenario for arm in arms], taken)
    if mistakes:
        at = [replace(each, key=("explore", *each.key[1:]) if experiment.explore else ()) for each in mistakes]
        raise located(experiment, at)
    cross = {key: tuple(level for level in own if level.label == levels[key]) for key, own in experiment.cross.items()}
    changes: dict[str, Any] = {"design": design, "cross": cross, "sets": sets, "replicates": replicates}
    changes |= {"crossed": 0, "snapshots": None, "optimize": None}
    copied = experiment.model_copy(update=changes)
    copied._arms, copied._points = tuple(arms), found
    return copied


def _beside_a_budget(experiment: Experiment, vary: Mapping[str, Vary]) -> Iterator[Mistake]:
    if experiment.budget is not None:
        varied = [each.of for each in vary.values()]
        yield from budget_mistakes(experiment.budget, experiment.strategies, varied)


def usual_sliders(arms: list[Arm], experiment: Experiment) -> dict[str, Vary]:
    """Return sliders for an experiment that names none: doses that strategies differ by, a crisis, the start."""
    common = next(arm.scenario for arm in arms if arm.strategy == experiment.against)
    there = {item.use for item in common.in_force()[0]}
    found: dict[str, Vary] = {}
    for item in (item for arm in arms for item in arm.scenario.in_force()[0]):
        name = f"{item.use}-dose"
        if item.use in there or name in found or len(found) == _DOSES or experiment.budget is not None:
            continue
        declared = catalogue().INTERVENTIONS[item.use]
        high = min(float(declared.largest_dose), 2.0 * float(item.amount))
        found[name] = Vary(of=f"interventions.{item.use}.dose", title=f"{declared.title}: dose", low=0.0, high=high)
    for shock in (shock for arm in arms for shock in arm.scenario.shocks[:1]):
        title = f"{catalogue().SHOCKS[shock.use].title}: depth"
        found.setdefault("depth", Vary(of=f"shocks.{shock.use}.depth", title=title, low=0.0, high=0.9))
    found["histories"] = Vary(of="sites.all.grievance", low=0.0, high=0.6)
    found["table"] = Vary(of="sites.all.at_the_table", low=0.1, high=0.9)
    return found
