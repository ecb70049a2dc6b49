"""Calibration files: what the model is held against, read strictly and checked against the populations named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from tfs_sim.calibration.held import WANTED
from tfs_sim.calibration.observing import WHATS
from tfs_sim.calibration.scales import Output, centred, off_by
from tfs_sim.calibration.tables import CalibrationTable, CalibrationTarget
from tfs_sim.scenario import Scenario, load_scenario, presets
from tfs_sim.scenario.errors import KeyPath, Mistake, UserError, count, nearest, quote
from tfs_sim.scenario.inheritance import in_order, named_file
from tfs_sim.scenario.jargon import mistakes_of
from tfs_sim.scenario.reading import Document, read_document


@dataclass(frozen=True)
class Calibration:
    """A calibration file, with its populations.

    Attributes
    ----------
    name : what its results are called: as its file.
    table : what the file says.
    populations : the scenarios, by key.
    text : the file.
    """

    name: str
    table: CalibrationTable
    populations: dict[str, Scenario]
    text: str = ""

    @property
    def targets(self) -> dict[str, CalibrationTarget]:
        """The targets by key, in the order of the file."""
        return self.table.targets

    def named(self, names: Sequence[str] | None = None, every: bool = False) -> tuple[str, ...]:
        """Return keys of targets that are observed: these, or those that count, or every one.

        Raises
        ------
        UserError
            When there is no such target, or it is not observed.
        """
        observed = {name: target for name, target in self.targets.items() if target.observe is not None}
        if names is None:
            return tuple(name for name, target in observed.items() if every or target.counts)
        for name in names:
            if name not in observed:
                what = "is a parameter, which is not observed" if name in self.targets else "is no target"
                raise UserError(Mistake(f"{quote(name)} {what}", suggestion=nearest(name, observed)))
        return tuple(dict.fromkeys(names))

    def outputs(self, names: Sequence[str] | None = None, discrepancy: float = 1.0) -> tuple[Output, ...]:
        """Return what runs are held against.

        Parameters
        ----------
        names : keys of targets; by default those that count.
        discrepancy : factor on every discrepancy: headlines are also told at .5 and 2.
        """
        found = []
        for name in self.named(names):
            target = self.targets[name]
            if target.centre is None or target.scale is None:
                found.append(Output(name, float("nan"), float("nan"), "identity", counts=False))
                continue
            sample, relative = target.sample or 0, (target.discrepancy or 0.0) * discrepancy
            observed = 1.0 if target.sd is None else target.sd
            variance = observed**2 + off_by(target.scale, target.centre, relative, sample) ** 2
            centre = centred(target.scale, target.centre)
            found.append(Output(name, centre, variance, target.scale, sample, target.centre, target.counts))
        return tuple(found)

    def digest(self) -> str:
        """Return a fingerprint of prior, targets, discrepancies and populations, whatever they are called.

        What sets are called and how much is run (budget, seed, runs again) is no part of it: that changes nothing of
        what is required of a set.
        """
        apart = {"title", "question", "origin", "ids", "budget", "seed", "again"}
        said = self.table.model_dump(mode="json", by_alias=True, exclude=apart)
        for target in said["targets"].values():
            for words in ("title", "source", "caveat"):
                target.pop(words)
        said["populations"] = {name: scenario.digest() for name, scenario in self.populations.items()}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def months_of(self, names: Sequence[str]) -> int:
        """Return the community-months that a set of parameters takes for some targets, months before the start too."""
        total = 0
        for population in self.needed(names):
            scenario = self.populations[population]
            total += len(scenario.sites) * (scenario.clock.months + scenario.clock.run_in) * self.table.replicates
        return total

    def needed(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the keys of the populations that some targets need."""
        found: dict[str, None] = {}
        for name in names:
            target = self.targets[name]
            assert target.population is not None and target.observe is not None
            found[target.population] = None
            if target.observe.beside is not None:
                found[target.observe.beside] = None
        return tuple(found)


def load_calibration(path_or_name: str | Path) -> Calibration:
    """Return the calibration in a file, or the ready-made one of that name.

    Raises
    ------
    UserError
        with every mistake of the file and of its populations.
    """
    document = read_document(presets.find("calibrations", path_or_name))
    try:
        table = CalibrationTable.model_validate(document.data)
    except ValidationError as error:
        found = [document.locate(each) for each in dict.fromkeys(mistakes_of(error, CalibrationTable))]
        raise UserError(in_order(found)) from None
    populations: dict[str, Scenario] = {}
    mistakes: list[Mistake] = []
    for name, population in table.populations.items():
        try:
            populations[name] = scenario_named(document, ("populations", name, "file"), population.file)
        except UserError as error:
            mistakes += error.mistakes
    if not mistakes:
        mistakes = in_order([document.locate(each) for each in _beyond(table, populations)])
    if mistakes:
        raise UserError(mistakes)
    return Calibration(document.path.stem, table, populations, document.text)


def _too_small(calibration: Calibration) -> Iterator[Mistake]:
    """Yield a budget that does not pay for as many sets as an ensemble has."""
    months = max(1, calibration.months_of(calibration.named()))
    if (sets := calibration.table.budget // months) < WANTED:
        said = f"the budget pays for {count(sets, 'set')} of {months:,} community-months, and an ensemble has {WANTED}"
        yield Mistake(said, key=("budget",), hint=f"Give it {WANTED * months:_} at least.")


def scenario_named(document: Document, key: KeyPath, file: str) -> Scenario:
    """Return the scenario that a file names under a key: ready-made, or relative to it.

    Raises
    ------
    UserError
        When there is no such file, or with every mistake of it.
    """
    path = named_file(document, key, file)
    if not path.is_file():
        beside = nearest(path.name, [each.name for each in path.parent.glob("*.toml")] if path.parent.is_dir() else [])
        raise UserError(document.locate(Mistake(f"there is no file {quote(file)}", key=key, suggestion=beside)))
    return load_scenario(path)


def _beyond(table: CalibrationTable, populations: dict[str, Scenario]) -> Iterator[Mistake]:
    """Yield where a target asks for what its population does not have, and a budget that is spent too soon."""
    yield from _too_small(Calibration("", table, populations))
    for name, target in table.targets.items():
        if target.observe is None or target.population is None:
            continue
        key = ("targets", name, "observe")
        scenario = populations[target.population]
        there, months = len(scenario.sites), scenario.clock.months
        if (asked := target.observe.sites) is not None and asked > there:
            said = f"{count(asked, 'community', 'communities')} are asked, and {quote(target.population)} has {there:,}"
            yield Mistake(said, key=(*key, "sites"))
        fewest, asks = WHATS[target.observe.what].fewest, (asked or there) * table.replicates
        if target.counts and asks < fewest:
            few = "one community alone is" if asks == 1 else f"{asks} are"
            said = f'"{target.observe.what}" needs {fewest} communities, and {few} asked: its luck cannot be known'
            yield Mistake(said, key=key)
        if target.observe.last > months:
            said = f"month {target.observe.last} is asked for, and {quote(target.population)} lasts {months:,} months"
            yield Mistake(said, key=key)
        if target.observe.beside is not None:
            other = populations[target.observe.beside]
            if list(other.sites) != list(scenario.sites) or other.clock.months != months:
                said = f"{quote(target.observe.beside)} has other communities or months than {quote(target.population)}"
                yield Mistake(f"{said}, and each is set beside itself", key=(*key, "beside"))
