"""Experiment files: which strategies are compared, under which conditions, how often, and on what."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from tfs_sim.experiments.designs import summaries
from tfs_sim.experiments.designs.assembly import (
    Setting,
    additions_of,
    assembled,
    attributed,
    extended,
)
from tfs_sim.experiments.designs.budgets import Budget, Fitted, budget_mistakes, within_budget
from tfs_sim.experiments.designs.design_checks import (
    COLUMNS,
    addition_mistakes,
    cross_mistakes,
    snapshot_mistakes,
    strategy_mistakes,
)
from tfs_sim.experiments.designs.experiment_tables import Decision, Level, Outcomes, Snapshots, Strategy
from tfs_sim.experiments.designs.explore_tables import Explore, explore_mistakes
from tfs_sim.experiments.designs.optimize_tables import Optimize, optimize_mistakes, order_mistakes
from tfs_sim.experiments.designs.points import Design, Points, planned
from tfs_sim.experiments.designs.stopping import REPLICATES, Until, UntilShares
from tfs_sim.experiments.designs.uncertainty import (
    CROSSED,
    CROSSED_REPLICATES,
    DEFAULTS,
    SETS,
    UNCERTAINTY,
    USUAL,
    is_file,
    uncertainty_mistakes,
)
from tfs_sim.scenario import presets
from tfs_sim.scenario.errors import KeyPath, Mistake, UserError, nearest, quote
from tfs_sim.scenario.fields import (
    DURATION,
    KEY,
    LARGEST_SEED,
    LINE,
    TEXT,
    DataFile,
    catalogue,
    several,
    whole,
)
from tfs_sim.scenario.inheritance import in_order, load_scenario, named_file
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.reading import Document, read_document
from tfs_sim.scenario.schema import Scenario
from tfs_sim.scenario.table import Table


@dataclass(frozen=True)
class Arm:
    """One strategy under one combination of conditions.

    Attributes
    ----------
    strategy : key of the strategy.
    levels : label of the condition for every cross key.
    scenario : what is run.
    fitted : what a budget did to its doses; None where it is under none.
    """

    strategy: str
    levels: dict[str, str]
    scenario: Scenario
    fitted: Fitted | None = None

    @property
    def label(self) -> str:
        """The arm in one line: `handover, crisis`."""
        return ", ".join([self.strategy, *self.levels.values()])


USUAL_SETS = 100
USUAL_REPLICATES = {True: 8, False: 100}
"""Replicates of an experiment that does not say how many: of each set, or without sets."""

UNNAMED = "experiment"
"""What `tfs-sim new` calls the file of an experiment: a name that says nothing of the study."""


class Experiment(Table):
    """An experiment, checked and unchangeable. `load_experiment` reads one from a file."""

    title: Annotated[str, LINE] = Field("", description="one line")
    question: Annotated[str, TEXT] = Field("", description="the question that the experiment answers")
    scenario: Annotated[str, TEXT] = Field(description="ready-made name, or path relative to this file")
    replicates: Annotated[int | Until | UntilShares, REPLICATES] = Field(
        0,
        description="runs of every arm (under every set, at every point), or until when; default: 8 with sets, "
        "100 without",
    )
    uncertainty: Annotated[str | DataFile, UNCERTAINTY] = Field(
        "",
        description='over what parameters every strategy is run: "plausible", "plausible: turnover, trust.memory", '
        f'"calibrated", "defaults", or the JSON file of an ensemble; default: "{USUAL}"',
    )
    sets: Annotated[int | Until, SETS] = Field(0, description="sets of parameters (default: 100), or until when")
    crossed: Annotated[int, CROSSED] = Field(
        0,
        description=f"of so many of the sets {CROSSED_REPLICATES} replicates are run with the same luck as well, which "
        "tells the part of luck that depends on parameters",
    )
    seed: Annotated[int, whole(0, LARGEST_SEED, "a whole number")] = Field(1, description="which luck")
    months: Annotated[int, DURATION] | None = Field(None, description="instead of the scenario's number of months")
    against: Annotated[str, TEXT] = Field("", description="strategy that all are compared with; default: the first")
    strategies: dict[Annotated[str, KEY], Strategy] = Field(description="what is compared", min_length=1)
    cross: dict[Annotated[str, KEY], tuple[Level, ...]] = Field(
        default_factory=dict, description="every strategy under each of these; several keys make a grid"
    )
    design: Design | None = Field(None, description="every strategy at each of these points")
    budget: Budget | None = Field(None, description="what strategies may cost: doses are scaled to it")
    outcomes: Outcomes
    snapshots: Snapshots | None = None
    decision: Decision | None = Field(None, description="how costs and effects are weighed, for reports and `decide`")
    optimize: Optimize | None = Field(None, description="what `optimize` may buy, and what it looks for")
    explore: Explore | None = Field(None, description="what `sweep --explore` makes sliders of")

    _path: Path | None = PrivateAttr(None)
    _text: str = PrivateAttr("")
    _base: Scenario | None = PrivateAttr(None)
    _arms: tuple[Arm, ...] = PrivateAttr(())
    _points: Points | None = PrivateAttr(None)
    _ground: Scenario | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        against = self.against if "against" in self.model_fields_set else None
        mistakes = [*strategy_mistakes(against, self.strategies, self.strategies), *cross_mistakes(self)]
        mistakes += uncertainty_mistakes(self)
        mistakes += optimize_mistakes(self) if self.optimize is not None else ()
        mistakes += explore_mistakes(self) if self.explore is not None else ()
        if mistakes:
            raise several(mistakes)
        if not self.against:
            object.__setattr__(self, "against", next(iter(self.strategies)))
        if not self.uncertainty:
            object.__setattr__(self, "uncertainty", DEFAULTS if self._drawn_by_design else USUAL)
        if self.uncertainty != DEFAULTS and not self.sets:
            object.__setattr__(self, "sets", USUAL_SETS)
        if not self.replicates:
            object.__setattr__(self, "replicates", USUAL_REPLICATES[self.uncertainty != DEFAULTS])
        return self

    @property
    def _drawn_by_design(self) -> bool:
        """Whether the design draws all parameters itself: its points are then what is not known."""
        return self.design is not None and isinstance(self.design.vary, str)

    @property
    def name(self) -> str:
        """What its results are called: as its file, or as the folder of a file called experiment.toml.

        An experiment that was made in Python is called after its title.
        """
        if self._path is None:
            return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")[:60] or UNNAMED
        folder = self._path.resolve().parent.name
        return folder if self._path.stem == UNNAMED and folder else self._path.stem

    @property
    def path(self) -> Path | None:
        """The experiment's file; None for one that was made in Python."""
        return self._path

    @property
    def ready_made(self) -> bool:
        """Whether it is one of the ready-made experiments."""
        return self._path is not None and self._path.parent == presets.folder("experiments")

    @property
    def text(self) -> str:
        """The experiment's file."""
        return self._text

    @property
    def base(self) -> Scenario:
        """The scenario that the experiment varies, with the experiment's number of months."""
        if self._base is None:
            raise TypeError("an experiment is made with load_experiment or experiment_from, which know its scenario")
        return self._base

    @property
    def points(self) -> Points | None:
        """The points of the design, if the experiment has one."""
        return self._points

    @property
    def ground(self) -> Scenario:
        """What a search buys practices in, of an experiment with [optimize]."""
        assert self._ground is not None
        return self._ground

    def as_written(self) -> dict[str, Any]:
        """Return the experiment as plain data with the keys of experiment files, without defaults."""
        return self.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)

    def arms(self) -> list[Arm]:
        """Return every strategy under every combination of conditions, in the order of the file."""
        return list(self._arms)

    def __repr__(self) -> str:
        return summaries.in_lines(self)

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return summaries.as_table(self)


def load_experiment(path_or_name: str | Path) -> Experiment:
    """Return the experiment in a file, or the ready-made one of that name.

    Raises
    ------
    UserError
        with every mistake of the file.

    Examples
    --------
    >>> study = tfs.load_experiment("crisis-shock")
    >>> list(study.strategies)
    ['no-initiative', 'initiative', 'handover-practices', 'crisis-readiness']
    >>> len(study.arms())  # four strategies, with the crisis and without
    8
    """
    document = read_document(presets.find("experiments", path_or_name))
    design = document.data.get("design")
    if isinstance(design, dict) and isinstance(design.get("file"), str):
        design["file"] = DataFile(design["file"], document.path.parent)
    if is_file(document.data.get("uncertainty")):
        document.data["uncertainty"] = DataFile(document.data["uncertainty"], document.path.parent)
    scenario: Scenario | None = None
    problem: UserError | None = None
    others: dict[str, Scenario] = {}
    for key, name in _scenarios(document.data):
        try:
            loaded = _scenario(document, key, name)
        except UserError as error:
            if any(each.file == document.path.name for each in error.mistakes):
                raise
            problem = problem or error
            continue
        if key == ("scenario",):
            scenario = loaded
        else:
            others[name] = loaded
    try:
        experiment = experiment_from(document.data, None if problem else scenario, others)
    except UserError as error:
        found = in_order([each if each.file else document.locate(each) for each in error.mistakes])
        raise UserError([*found, *(problem.mistakes if problem else ())]) from None
    if problem:
        raise problem
    experiment._path, experiment._text = document.path.absolute(), document.text
    return experiment


def _scenarios(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, Any]]:
    """Yield every scenario that an experiment names, with its key path."""
    if "scenario" in data:
        yield ("scenario",), data["scenario"]
    cross = data.get("cross")
    for name, levels in cross.items() if isinstance(cross, Mapping) else ():
        for position, level in enumerate(levels if isinstance(levels, list) else ()):
            if isinstance(level, Mapping) and isinstance(level.get("scenario"), str):
                yield ("cross", name, position, "scenario"), level["scenario"]


def _scenario(document: Document, key: KeyPath, name: Any) -> Scenario:
    path = named_file(document, key, name)
    if not path.is_file():
        beside = nearest(path.name, [each.name for each in path.parent.glob("*.toml")])
        raise UserError(document.locate(Mistake(f"there is no file {quote(name)}", key=key, suggestion=beside)))
    return load_scenario(path)


def experiment_from(
    data: Mapping[str, Any], scenario: Scenario | None, others: Mapping[str, Scenario] | None = None
) -> Experiment:
    """Return the experiment that plain data stands for, varying `scenario` (and `others`, which levels name).

    Without a scenario (because one of them has mistakes of its own), only what does not depend on it is checked.
    """
    try:
        experiment = Experiment.model_validate(data)
    except ValidationError as error:
        readable = _in_order(data)
        names = data["strategies"] if isinstance(data.get("strategies"), Mapping) else readable
        found = [*mistakes_of(error, Experiment), *strategy_mistakes(data.get("against"), readable, names)]
        found += addition_mistakes(readable, scenario) if scenario is not None else []
        raise UserError(dict.fromkeys(found)) from None
    if scenario is None:
        return experiment
    base = scenario if experiment.months is None else _with_months(scenario, experiment.months)
    mistakes = addition_mistakes(experiment.strategies, base)
    arms: list[Arm] = []
    shortened = {
        name: each if experiment.months is None else _with_months(each, experiment.months)
        for name, each in (others or {}).items()
    }
    if not mistakes:
        arms, mistakes = _arms(experiment, base, shortened)
    if experiment.budget is not None and not mistakes:
        varied = [] if experiment.design is None else _varied(experiment.design)
        mistakes += budget_mistakes(experiment.budget, experiment.strategies, varied)
        if not mistakes:
            arms, mistakes = within_budget(experiment, {"": base, **shortened}, arms)
    if experiment.optimize is not None and not mistakes:
        experiment._ground = _ground(experiment, experiment.optimize, base, shortened, arms)
        mistakes += order_mistakes(experiment.optimize, experiment.ground)
    if experiment.snapshots is not None:
        mistakes += snapshot_mistakes(experiment.snapshots, base)
    points: Points | None = None
    if experiment.design is not None and arms and not mistakes:
        taken = (*COLUMNS, *experiment.cross, *catalogue().METRICS)
        points, mistakes = planned(experiment.design, [arm.scenario for arm in arms], taken)
    if mistakes:
        raise UserError(dict.fromkeys(mistakes))
    experiment._base, experiment._arms, experiment._points = base, tuple(arms), points
    return experiment


def _with_months(scenario: Scenario, months: int) -> Scenario:
    try:
        return scenario.with_(months=months)
    except UserError as error:
        raise UserError([replace(each, key=("months",)) for each in error.mistakes]) from None


def _in_order(data: Mapping[str, Any]) -> dict[str, Strategy]:
    """Return the strategies that are in order by themselves, of data that has mistakes elsewhere."""
    found: dict[str, Strategy] = {}
    strategies = data.get("strategies")
    for name, table in strategies.items() if isinstance(strategies, Mapping) else ():
        try:
            found[str(name)] = Strategy.model_validate(table)
        except ValidationError:
            continue
    return found


def _arms(experiment: Experiment, base: Scenario, others: Mapping[str, Scenario]) -> tuple[list[Arm], list[Mistake]]:
    """Return the arms, and the mistakes in what they would run."""
    arms: list[Arm] = []
    mistakes: list[Mistake] = []
    keys = list(experiment.cross)
    built: dict[tuple[str, str], Scenario] = {}
    for name, (other, start) in itertools.product(experiment.strategies, {"": base, **others}.items()):
        line = extended(experiment.strategies, name)[0]
        additions = additions_of(experiment.strategies, line)
        settings = [
            Setting(("strategies", each), {"parameters": experiment.strategies[each].parameters}) for each in line
        ]
        mistakes += addition_mistakes({name: experiment.strategies[name]}, start)
        # what it has of another strategy is told there, and cannot be assembled here
        if addition_mistakes({each: experiment.strategies[each] for each in line}, start):
            continue
        try:
            built[name, other] = assembled(start, additions, settings)
        except UserError as error:
            mistakes += [attributed(each, start, additions, settings) for each in error.mistakes]
    if mistakes:
        return [], mistakes
    for name in experiment.strategies:
        for positions in itertools.product(*(range(len(experiment.cross[key])) for key in keys)):
            levels = {key: experiment.cross[key][position] for key, position in zip(keys, positions, strict=True)}
            settings = [
                Setting(("cross", key, position), _changes(levels[key]))
                for key, position in zip(keys, positions, strict=True)
            ]
            other = next((level.scenario for level in levels.values() if level.scenario is not None), "")
            try:
                scenario = assembled(built[name, other], None, settings)
            except UserError as error:
                mistakes += [attributed(each, base, [], settings) for each in error.mistakes]
            else:
                arms.append(Arm(name, {key: level.label for key, level in levels.items()}, scenario))
    return arms, mistakes


def _ground(
    experiment: Experiment, optimize: Optimize, base: Scenario, others: Mapping[str, Scenario], arms: list[Arm]
) -> Scenario:
    """Return what a search buys practices in: a strategy or nothing, under the condition that it names."""
    levels = {key: optimize.under.get(key, level[0].label) for key, level in experiment.cross.items()}
    if optimize.beside is None:
        alone = experiment.model_copy(update={"strategies": {"nothing": Strategy()}})
        arms, _ = _arms(alone, base, others)
        return next(arm.scenario for arm in arms if arm.levels == levels)
    return next(arm.scenario for arm in arms if arm.strategy == optimize.beside and arm.levels == levels)


def _changes(level: Level) -> dict[str, Any]:
    changes: dict[str, Any] = {"parameters": level.parameters, "mechanisms": level.mechanisms, "sites": level.sites}
    changes = {name: value for name, value in changes.items() if value}
    return changes if level.shocks is None else {**changes, "shocks": level.shocks}


def _varied(design: Design) -> list[str]:
    """Return the dotted names of what a design varies, of those that it names."""
    return [] if isinstance(design.vary, str) else [vary.of for vary in design.vary.values()]
