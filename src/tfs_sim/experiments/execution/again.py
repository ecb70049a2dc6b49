"""A study whose results are stored, ready to be run again otherwise: the same arms, sets of parameters and luck.

What asks why a difference came about, or whether it holds in another form of the model, compares runs that are stored
with runs that are not. So the arms must be those that were run, by their digests, and the sets those of the results'
own table, by its digest: a file that has changed since is refused, and no ensemble has to be found again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.experiments.designs import studies
from tfs_sim.experiments.designs.sets import Sets, variables_named
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.marks import read_mark
from tfs_sim.experiments.storage.provenance import model_version
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario.errors import Mistake, UserError, count, listed, nearest, quote

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Arm, Experiment


@dataclass(frozen=True)
class Study:
    """A study with its stored results.

    Attributes
    ----------
    sweep : the stored results.
    arms : its arms, by their keys (strategy, then the label of each cross level).
    sets : the sets of parameters that it was run over; None for one that was run at one point.
    seed, replicates : its luck, and the runs of each set.
    """

    sweep: Sweep
    arms: Mapping[tuple[str, ...], Arm]
    sets: Sets | None
    seed: int
    replicates: int

    @property
    def folder(self) -> Path:
        """Where its results are."""
        return self.sweep.folder

    def arm(self, strategy: str, levels: tuple[str, ...]) -> Arm:
        """Return an arm.

        Raises
        ------
        UserError
            When there is no such strategy, or no such combination of levels.
        """
        known = list(dict.fromkeys(key[0] for key in self.arms))
        if strategy not in known:
            said = f"there is no strategy {quote(strategy)} in {self.folder}; there are {listed(known)}"
            raise UserError(Mistake(said, suggestion=nearest(strategy, known)))
        found = self.arms.get((strategy, *levels))
        if found is None:
            there = [", ".join(key[1:]) for key in self.arms if key[0] == strategy]
            said = f"{quote(strategy)} was not run under {quote(', '.join(levels))}; it was under {'; '.join(there)}"
            raise UserError(Mistake(said, suggestion=nearest(", ".join(levels), there)))
        return found


def again(folder: str | os.PathLike[str], experiment: Experiment | None = None) -> Study:
    """Return the study whose results are in a folder.

    Parameters
    ----------
    folder : where the results are.
    experiment : the experiment, for one that was made in Python (others are found by what the folder remembers).

    Raises
    ------
    UserError
        When there are no results, they have a design, their experiment is not found or has changed since, or another
        version of the model made them.
    """
    sweep = Sweep.load(folder)
    where, mark = sweep.folder, read_mark(sweep.folder)
    if mark["model"] != model_version():
        raise refusal(
            f"{where} was made by another version of the model ({mark['model']}; this is {model_version()})",
            "Runs of two versions are never compared: sweep it again with this one.",
        )
    if mark["design"] is not None:
        raise refusal(
            f"{where} has a design of {count(mark['plan']['points'], 'point')}, and runs of it are not made again",
            "Sweep the same strategies at one point, without [design], and ask there.",
        )
    loaded = _experiment(where, mark) if experiment is None else experiment
    arms = {(arm.strategy, *arm.levels.values()): arm for arm in loaded.arms()}
    for each in mark["plan"]["arms"]:
        key = tuple(each["keys"].values())
        if key not in arms or arms[key].scenario.digest() != each["scenario"]:
            told = studies.told(mark["study"], where)
            raise refusal(
                f"{told} has changed since the results in {where} were made: {quote(', '.join(key))} is another",
                "Sweep it again, or take the change back.",
            )
    return Study(sweep, arms, _sets(sweep, mark), int(mark["plan"]["seed"]), int(mark["plan"]["replicates"]))


def _experiment(folder: Path, mark: Mapping[str, Any]) -> Experiment:
    from tfs_sim.experiments.designs.design import load_experiment

    source = studies.source(mark["study"], folder)
    if source is None:
        raise refusal(
            f"the results in {folder} are of an experiment that was made in Python, which a folder does not keep",
            "Ask in Python, with experiment=…; or write the experiment as a file.",
        )
    if isinstance(source, Path) and not source.is_file():
        raise refusal(
            f"the experiment of the results in {folder} is no longer there: {studies.told(mark['study'], folder)}",
            "Put the file back, or sweep it again from where it is now.",
        )
    loaded = load_experiment(source)
    months = int(mark["months"])
    if loaded.arms()[0].scenario.clock.months != months:
        raise refusal(f"{studies.told(mark['study'], folder)} has another number of months than its results ({months})")
    return loaded


def _sets(sweep: Sweep, mark: Mapping[str, Any]) -> Sets | None:
    """Return the sets as they stand in the results' own table."""
    facts = mark["uncertainty"]
    if facts is None:
        return None
    table = sweep.sets
    names = [str(name) for name in table.columns if name != "set"]
    pairs = [(owner, field) for owner, _, field in (name.partition(".") for name in names)]
    values = np.ascontiguousarray(table[names].to_numpy(float))
    values.flags.writeable = False
    ids = tuple(str(name) for name in table["set"])
    found = Sets(facts["origin"], facts["title"], ids, variables_named(pairs), values)
    if found.digest() != facts["digest"]:
        raise refusal(f"{sweep.folder / 'sets.parquet'} does not hold the sets that were run")
    return found
