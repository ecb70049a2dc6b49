"""Experiment files: which strategies are compared, under which conditions, how often, and on what."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from tfs_sim.experiments.assembly import (
    ADDITION,
    Setting,
    additions_of,
    assembled,
    attributed,
    extended,
    known_additions,
)
from tfs_sim.scenario import presets
from tfs_sim.scenario.checks import MECHANISMS, PARAMETERS
from tfs_sim.scenario.errors import KeyPath, Mistake, UserError, nearest, quote
from tfs_sim.scenario.fields import DURATION, KEY, LINE, MONTH, TEXT, catalogue, declared, several, whole
from tfs_sim.scenario.inheritance import in_order, load_scenario, named_file
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.reading import read_document
from tfs_sim.scenario.schema import Scenario
from tfs_sim.scenario.tables import ScheduledIntervention, ScheduledShock, Table

MOST_ARMS = 10_000
_COLUMNS = ("strategy", "replicate", "month", "date", "site", "source", "target", "organization", "status", "role")


class Strategy(Table):
    """What is done beyond the scenario's own interventions and grants."""

    title: Annotated[str, LINE] = Field("", description="label for tables and charts; default: the key of the table")
    extends: Annotated[str, TEXT] | None = Field(None, description="another strategy, which this one adds to")
    add: tuple[Annotated[str | ScheduledIntervention, ADDITION], ...] = Field(
        (), description="bundles, names of interventions, or tables of interventions"
    )
    parameters: Annotated[dict[str, dict[str, float | str]], PARAMETERS] = Field(
        default_factory=dict, description="parameters of mechanisms under this strategy"
    )


class Level(Table):
    """One condition of a cross key; without keys but its label it keeps the scenario as it is."""

    label: Annotated[str, LINE] = Field(description="what the condition is called")
    shocks: tuple[ScheduledShock, ...] | None = Field(None, description="instead of the scenario's shocks")
    mechanisms: Annotated[dict[str, bool], MECHANISMS] = Field(default_factory=dict, description="switches")
    parameters: Annotated[dict[str, dict[str, float | str]], PARAMETERS] = Field(
        default_factory=dict, description="parameters of mechanisms under this condition"
    )


class Outcomes(Table):
    """Which metrics the comparison is about."""

    primary: Annotated[str, declared("metric")] = Field(description="the metric that answers the question")
    also: tuple[Annotated[str, declared("metric")], ...] = Field((), description="further metrics")


class Snapshots(Table):
    """The network of one site in one replicate, kept for the report."""

    site: Annotated[str, TEXT] = Field(description="key of a site")
    months: tuple[Annotated[str, MONTH], ...] = Field(description="months", min_length=1)


@dataclass(frozen=True)
class Arm:
    """One strategy under one combination of conditions.

    Attributes
    ----------
    strategy : key of the strategy.
    levels : label of the condition for every cross key.
    scenario : what is run.
    """

    strategy: str
    levels: dict[str, str]
    scenario: Scenario

    @property
    def label(self) -> str:
        """The arm in one line: `handover, crisis`."""
        return ", ".join([self.strategy, *self.levels.values()])


class Experiment(Table):
    """An experiment, checked and unchangeable. `load_experiment` reads one from a file."""

    title: Annotated[str, LINE] = Field("", description="one line")
    question: Annotated[str, TEXT] = Field("", description="the question that the experiment answers")
    scenario: Annotated[str, TEXT] = Field(description="ready-made name, or path relative to this file")
    replicates: Annotated[int, whole(1, 1_000_000, "a whole number")] = Field(100, description="runs of every arm")
    seed: Annotated[int, whole(0, 2**63 - 1, "a whole number")] = Field(1, description="which luck")
    months: Annotated[int, DURATION] | None = Field(None, description="instead of the scenario's number of months")
    against: Annotated[str, TEXT] = Field("", description="strategy that all are compared with; default: the first")
    strategies: dict[Annotated[str, KEY], Strategy] = Field(description="what is compared", min_length=1)
    cross: dict[Annotated[str, KEY], tuple[Level, ...]] = Field(
        default_factory=dict, description="every strategy under each of these; several keys make a grid"
    )
    outcomes: Outcomes
    snapshots: Snapshots | None = None

    _name: str = PrivateAttr("experiment")
    _text: str = PrivateAttr("")
    _base: Scenario | None = PrivateAttr(None)
    _arms: tuple[Arm, ...] = PrivateAttr(())

    @model_validator(mode="after")
    def _sound(self) -> Self:
        mistakes = [*_strategy_mistakes(self.against, self.strategies, self.strategies), *_cross_mistakes(self)]
        if mistakes:
            raise several(mistakes)
        if not self.against:
            object.__setattr__(self, "against", next(iter(self.strategies)))
        return self

    @property
    def name(self) -> str:
        """Name of the experiment's file without its ending."""
        return self._name

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

    def as_written(self) -> dict[str, Any]:
        """Return the experiment as plain data with the keys of experiment files, without defaults."""
        return self.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)

    def arms(self) -> list[Arm]:
        """Return every strategy under every combination of conditions, in the order of the file."""
        return list(self._arms)


def load_experiment(path_or_name: str | Path) -> Experiment:
    """Return the experiment in a file, or the ready-made one of that name.

    Raises
    ------
    UserError
        with every mistake of the file.
    """
    document = read_document(presets.find("experiments", path_or_name))
    scenario: Scenario | None = None
    problem: UserError | None = None
    if "scenario" in document.data:
        path = named_file(document, ("scenario",), document.data["scenario"])
        if not path.is_file():
            message = f"there is no file {quote(document.data['scenario'])}"
            beside = nearest(path.name, [each.name for each in path.parent.glob("*.toml")])
            raise UserError(document.locate(Mistake(message, key=("scenario",), suggestion=beside)))
        try:
            scenario = load_scenario(path)
        except UserError as error:
            problem = error
    try:
        experiment = experiment_from(document.data, scenario)
    except UserError as error:
        found = in_order([each if each.file else document.locate(each) for each in error.mistakes])
        raise UserError([*found, *(problem.mistakes if problem else ())]) from None
    if problem:
        raise problem
    experiment._name, experiment._text = document.path.stem, document.text
    return experiment


def experiment_from(data: Mapping[str, Any], scenario: Scenario | None) -> Experiment:
    """Return the experiment that plain data stands for, varying `scenario`.

    Without a scenario (because it has mistakes of its own), only what does not depend on it is checked.
    """
    try:
        experiment = Experiment.model_validate(data)
    except ValidationError as error:
        readable = _in_order(data)
        names = data["strategies"] if isinstance(data.get("strategies"), Mapping) else readable
        found = [*mistakes_of(error, Experiment), *_strategy_mistakes(data.get("against"), readable, names)]
        found += _addition_mistakes(readable, scenario) if scenario is not None else []
        raise UserError(dict.fromkeys(found)) from None
    if scenario is None:
        return experiment
    base = scenario if experiment.months is None else _with_months(scenario, experiment.months)
    mistakes = _addition_mistakes(experiment.strategies, base)
    arms: list[Arm] = []
    if not mistakes:
        arms, mistakes = _arms(experiment, base)
    if experiment.snapshots is not None:
        mistakes += _snapshot_mistakes(experiment.snapshots, base)
    if mistakes:
        raise UserError(dict.fromkeys(mistakes))
    experiment._base, experiment._arms = base, tuple(arms)
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


def _strategy_mistakes(against: Any, strategies: Mapping[str, Strategy], names: Iterable[str]) -> Iterable[Mistake]:
    known = [str(name) for name in names]
    if isinstance(against, str) and against and against not in known:
        yield Mistake(f"there is no strategy {quote(against)}", key=("against",), suggestion=nearest(against, known))
    for name, strategy in strategies.items():
        if strategy.extends is None:
            continue
        key: KeyPath = ("strategies", name, "extends")
        if strategy.extends not in known:
            message = f"there is no strategy {quote(strategy.extends)}"
            hint = f"Strategies: {', '.join(known)}."
            yield Mistake(message, key=key, suggestion=nearest(strategy.extends, known), hint=hint)
        elif circle := extended(strategies, name)[1]:
            yield Mistake(f"strategies extend each other in a circle: {' → '.join(circle)}", key=key)


def _cross_mistakes(experiment: Experiment) -> Iterable[Mistake]:
    for name, levels in experiment.cross.items():
        if name in _COLUMNS or name in catalogue().METRICS:
            yield Mistake(f"{quote(name)} is a column of every result; choose another name", ("cross", name), "key")
        if not levels:
            yield Mistake(f"{name} has no conditions; give at least one with a label", key=("cross", name))
        seen: set[str] = set()
        for position, level in enumerate(levels):
            if not level.label:
                yield Mistake("a condition needs a label", key=("cross", name, position, "label"))
            elif level.label in seen:
                message = f"the label {quote(level.label)} is given a second time"
                yield Mistake(message, key=("cross", name, position, "label"))
            seen.add(level.label)
    count = len(experiment.strategies) * math.prod(len(levels) for levels in experiment.cross.values())
    if count > MOST_ARMS:
        yield Mistake(
            f"these are {count:,} arms (strategies × conditions); at most {MOST_ARMS:,} can be run", ("cross",)
        )


def _addition_mistakes(strategies: Mapping[str, Strategy], base: Scenario) -> list[Mistake]:
    known = known_additions(base)
    mistakes = []
    for name, strategy in strategies.items():
        for position, addition in enumerate(strategy.add):
            if isinstance(addition, str) and addition not in known:
                bundles = ", ".join(base.bundles) or "none"
                mistakes.append(
                    Mistake(
                        f"there is no bundle and no intervention {quote(addition)}",
                        key=("strategies", name, "add", position),
                        suggestion=nearest(addition, known),
                        hint=f"Bundles of {base.name}: {bundles}. For interventions: tfs-sim list interventions.",
                    )
                )
    return mistakes


def _arms(experiment: Experiment, base: Scenario) -> tuple[list[Arm], list[Mistake]]:
    """Return the arms, and the mistakes in what they would run."""
    arms: list[Arm] = []
    mistakes: list[Mistake] = []
    keys = list(experiment.cross)
    built: dict[str, Scenario] = {}
    for name in experiment.strategies:
        line = extended(experiment.strategies, name)[0]
        additions = additions_of(experiment.strategies, line)
        settings = [
            Setting(("strategies", each), {"parameters": experiment.strategies[each].parameters}) for each in line
        ]
        try:
            built[name] = assembled(base, additions, settings)
        except UserError as error:
            mistakes += [attributed(each, base, additions, settings) for each in error.mistakes]
    if mistakes:
        return [], mistakes
    for name in experiment.strategies:
        for positions in itertools.product(*(range(len(experiment.cross[key])) for key in keys)):
            levels = {key: experiment.cross[key][position] for key, position in zip(keys, positions, strict=True)}
            settings = [
                Setting(("cross", key, position), _changes(levels[key]))
                for key, position in zip(keys, positions, strict=True)
            ]
            try:
                scenario = assembled(built[name], None, settings)
            except UserError as error:
                mistakes += [attributed(each, base, [], settings) for each in error.mistakes]
            else:
                arms.append(Arm(name, {key: level.label for key, level in levels.items()}, scenario))
    return arms, mistakes


def _changes(level: Level) -> dict[str, Any]:
    changes: dict[str, Any] = {"parameters": level.parameters, "mechanisms": level.mechanisms}
    return changes if level.shocks is None else {**changes, "shocks": level.shocks}


def _snapshot_mistakes(snapshots: Snapshots, base: Scenario) -> list[Mistake]:
    mistakes = []
    if snapshots.site not in base.sites:
        sites = list(base.sites)
        message = f"there is no site {quote(snapshots.site)}"
        hint = f"Sites of {base.name}: {', '.join(sites)}."
        mistakes.append(Mistake(message, ("snapshots", "site"), suggestion=nearest(snapshots.site, sites), hint=hint))
    for position, month in enumerate(snapshots.months):
        if not 0 <= base.clock.index(month) < base.clock.months:
            message = f"{month} is outside of the clock, which goes from {base.clock.start} to {base.clock.end}"
            mistakes.append(Mistake(message, key=("snapshots", "months", position)))
    return mistakes
