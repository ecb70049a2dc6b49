"""A calibration carried out: waves over what the file says, the ensemble of what agrees, and what was found.

```
waves/              proposals and what they gave (`keeping`)
observed/           what populations were observed to do under each set (`storing`)
NAME.json, .parquet the ensemble, unless it was a trial
look.json           every target under it, checks and ranges that are ours too
recoveries/         whole calibrations to known truths
findings.json       what was found, as data; findings.txt, as text
```
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from tfs_sim.calibration import choosing, headlines, keeping, leads, matching, telling
from tfs_sim.calibration.evaluating import evaluate
from tfs_sim.calibration.findings import Findings, findings
from tfs_sim.calibration.held import Array, Held, Scale
from tfs_sim.calibration.keeping import plain
from tfs_sim.calibration.matching import Budget, Simulator
from tfs_sim.calibration.reading import Calibration
from tfs_sim.calibration.recovering import Recovered, Recovery, recoveries
from tfs_sim.calibration.spaces import Space
from tfs_sim.calibration.summary import summarized
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution import behaving
from tfs_sim.experiments.execution.work import Notice, Progress
from tfs_sim.experiments.storage import ensembles, files
from tfs_sim.experiments.storage.ensembles import Ensemble
from tfs_sim.experiments.storage.holding import only_one, refuse_strangers
from tfs_sim.experiments.storage.provenance import model_version
from tfs_sim.scenario.checks import specification
from tfs_sim.scenario.fields import catalogue

WAVES, OBSERVED, RECOVERIES = "waves", "observed", "recoveries"
WAVE = 2_000
"""Sets of a wave, where the budget has room for more than five."""
QUICK_SETS, QUICK_WANTED = 1_200, 50
"""Sets that a trial runs at most, and at how many that agree it ends."""
LOOKED = 200
"""Sets of the ensemble under which every target is looked at, those that do not count too."""


@dataclass(frozen=True)
class Carried:
    """A calibration that was carried out.

    Attributes
    ----------
    folder : where it is kept.
    found : what was found.
    ensemble : the ensemble; None of a trial.
    """

    folder: Path
    found: Findings
    ensemble: Ensemble | None


def _place_for(folder: Path, ids: str | None, name: str) -> None:
    """Refuse, before anything is run, a folder of something else, or in which the ensemble could not be written.

    `ids` is how identities of its sets begin (None of a trial), and `name` what it is called.
    """
    if not keeping.are_ours(folder / WAVES):
        refuse_strangers(folder, "a calibration", lambda path: path.name in (WAVES, OBSERVED) and path.is_dir())
    if ids is not None:
        ensembles.name_for_sets(ids)
        ensembles.place_for(folder / f"{name}.json")


def held_of(calibration: Calibration) -> tuple[Held, ...]:
    """Return the targets that count, with the variance of the figure and that of the discrepancy apart."""
    whole, exact = calibration.outputs(), calibration.outputs(discrepancy=0.0)
    return tuple(
        Held(one.name, one.centre, other.variance, max(one.variance - other.variance, 0.0), cast(Scale, one.scale))
        for one, other in zip(whole, exact, strict=True)
    )


def budget_of(calibration: Calibration, quick: bool = False) -> Budget:
    """Return how many sets a calibration may run: its community-months over those of a set."""
    if quick:
        return Budget.of(QUICK_SETS, QUICK_WANTED, quick=True)
    names = [each.name for each in calibration.outputs()]
    sets = calibration.table.budget // max(1, calibration.months_of(names))
    return Budget(sets, WAVE, WAVE) if sets > 5 * WAVE else Budget.of(sets)


def simulator_of(
    calibration: Calibration,
    folder: Path | None,
    workers: int | None,
    notice: Notice,
    again: bool = False,
    progress: Progress | None = None,
) -> Simulator:
    """Return what runs sets over the populations of the targets that count.

    Parameters
    ----------
    again : with other luck and as many replicates as the file wants of sets that are run again.
    progress : called with (sets done, sets in all, sets per second) of every call.
    """
    names: Sequence[str] = [each.name for each in calibration.outputs()]
    table = calibration.table
    seed, replicates = (table.seed + 1, table.again) if again else (table.seed, table.replicates)

    def run(sets: Sets) -> tuple[Array, Array]:
        values = evaluate(
            sets, calibration, seed, workers, progress, targets=names, replicates=replicates, out=folder, notice=notice
        )
        return values.values, values.luck

    return run


def carry_out(
    calibration: Calibration,
    folder: Path,
    *,
    quick: bool = False,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> Carried:
    """Run the waves of a calibration, going on from what its folder has, and tell what was found.

    Parameters
    ----------
    calibration : what is held against what.
    folder : where everything is kept.
    quick : a trial of a few minutes, from which no ensemble is written.
    seed : of proposals, instead of the calibration's own; the luck of runs is the calibration's.
    workers : threads; the numbers do not depend on them.
    progress : called with (sets run, sets of the budget, sets per second).
    notice : called with a sentence on what is happening.

    Raises
    ------
    UserError
        When no set can meet the targets, too few do, or the folder cannot be used.
    Interrupted
        On Ctrl-C; what is finished is kept, and the same call goes on from there.
    """
    told = notice or (lambda _: None)
    seed = calibration.table.seed if seed is None else seed
    name = "trial" if quick else calibration.table.ids or calibration.name
    space, budget = Space.of(calibration.table.prior), budget_of(calibration, quick)
    _place_for(folder, None if quick else name, calibration.name)
    files.writable(files.made_folder(folder))
    with only_one(folder):
        files.sweep_up(folder)
        return _carried(calibration, folder, name, space, budget, seed, workers, progress, told)


def _carried(
    calibration: Calibration,
    folder: Path,
    name: str,
    space: Space,
    budget: Budget,
    seed: int,
    workers: int | None,
    progress: Progress | None,
    told: Notice,
) -> Carried:
    """Run the waves in a folder that this process holds, and tell what was found."""
    quick = budget.quick
    observed = folder / OBSERVED
    simulator = simulator_of(calibration, observed, workers, told)
    again = simulator_of(calibration, observed, workers, told, again=True)
    whose = {"calibration": calibration.digest(), "model": model_version()}
    waves = matching.calibrate(
        space, held_of(calibration), simulator, budget, folder / WAVES, name, seed, whose, progress, told, again
    )
    rows = choosing.chosen(waves)
    if quick:
        found = findings(waves, rows, seed)
        _write(folder, found, whose)
        return Carried(folder, found, None)
    sets = choosing.sets_of(waves, rows, calibration.table.title)
    facts = {
        "name": calibration.name,
        "title": calibration.table.title,
        "origin": calibration.table.origin,
        "edition": "1",
        "licence": "CC0-1.0",
        "model": model_version(),
        "prior": behaving.prior_digest(sets),
        "code": hashlib.sha256(model_version().encode()).hexdigest(),
        "behaviour": behaving.behaviour(sets, told),
    }
    ensemble = choosing.written(folder / f"{calibration.name}.json", waves, rows, facts)
    looked = look(calibration, sets.first(LOOKED), observed, workers, told)
    files.write_json(folder / "look.json", looked | whose)
    shown = headlines.at_discrepancies(waves, leads.NAMES, led(workers, told))
    halves = headlines.by_halves(waves, rows, leads.NAMES, led(workers, told))
    found = findings(waves, rows, seed, headlines=shown, halves=halves)
    _write(folder, found, whose)
    made = _recovered(calibration, space, simulator, again, workers, told)
    for one in recoveries(made, sets, folder / RECOVERIES, seed, told, whose):
        found = replace(found, recoveries=(*found.recoveries, one))
        _write(folder, found, whose)
    return Carried(folder, found, ensemble)


def recover(
    calibration: Calibration,
    truths: Sets,
    folder: Path,
    *,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> tuple[Recovery, ...]:
    """Make the whole recoveries of known truths, going on from what its folder has: `recoveries.json`, and as text.

    A calibration does so at its end (`carry_out`); this is for an ensemble that is there already.

    Parameters
    ----------
    calibration : what truths are observed by.
    truths : the ensemble's sets, ten of which are the truth, one at a time.
    folder : where everything is kept.
    seed : of which sets, of errors and of proposals, instead of the calibration's own.
    workers : threads; the numbers do not depend on them.
    progress : called with (sets run, sets of the budget, sets per second) of each recovery.
    notice : called with a sentence on what is happening.

    Raises
    ------
    UserError
        When the ensemble lacks parameters, none of the sets gives all targets, or the folder cannot be used.
    Interrupted
        On Ctrl-C; what is finished is kept, and the same call goes on from there.
    """
    told = notice or (lambda _: None)
    seed = calibration.table.seed if seed is None else seed
    space, place = Space.of(calibration.table.prior), folder / RECOVERIES
    if not keeping.are_ours(place / "recovery-1"):
        refuse_strangers(folder, "recoveries", lambda path: path.name in (RECOVERIES, OBSERVED) and path.is_dir())
    files.writable(files.made_folder(folder))
    whose = {"calibration": calibration.digest(), "model": model_version(), "truths": truths.digest()}
    done: tuple[Recovery, ...] = ()
    with only_one(folder):
        files.sweep_up(folder)
        observed = folder / OBSERVED
        simulator = simulator_of(calibration, observed, workers, told)
        again = simulator_of(calibration, observed, workers, told, again=True)
        made = _recovered(calibration, space, simulator, again, workers, told)
        for one in recoveries(made, truths, place, seed, told, whose, progress):
            done = (*done, one)
            files.write_json(folder / "recoveries.json", whose | {"recoveries": plain([asdict(each) for each in done])})
            files.write_bytes(folder / "recoveries.txt", (telling.recovered(done) + "\n").encode())
    return done


def _recovered(
    calibration: Calibration, space: Space, simulator: Simulator, again: Simulator, workers: int | None, told: Notice
) -> Recovered:
    small = budget_of(calibration, quick=True)
    return Recovered(space, held_of(calibration), simulator, again, small, led(workers, told), leads.NAMES)


def look(
    calibration: Calibration, sets: Sets, folder: Path | None, workers: int | None, notice: Notice
) -> dict[str, Any]:
    """Return what sets give of every target, checks and ranges that are ours too, as JSON has it; and the defaults."""
    names = calibration.named(every=True)
    values = evaluate(sets, calibration, None, workers, targets=names, out=folder, notice=notice)
    usual = evaluate(
        defaults(calibration),
        calibration,
        None,
        workers,
        targets=names,
        replicates=calibration.table.again,
        out=folder,
        notice=notice,
    )
    found = asdict(summarized(values, calibration, sets))
    found["defaults"] = dict(zip(names, usual.natural[0].tolist(), strict=True))
    return cast(dict[str, Any], plain(found))


def defaults(calibration: Calibration) -> Sets:
    """Return the defaults of the parameters that a calibration varies, as a set of its own."""
    variables = Space.of(calibration.table.prior).variables
    mechanisms = catalogue().MECHANISMS
    usual = [[float(specification(mechanisms[each.path[1]])[each.path[2]].default) for each in variables]]
    return Sets("ensemble", "Defaults", ("defaults",), variables, np.array(usual))


def led(workers: int | None, notice: Notice) -> headlines.Headlines:
    """Return what runs sets for the numbers that the tool leads with."""
    return lambda sets: leads.leads(sets, workers, notice)


def _write(folder: Path, found: Findings, whose: dict[str, Any]) -> None:
    files.write_json(folder / "findings.json", found.record() | whose)
    files.write_bytes(folder / "findings.txt", telling.text(found).encode())
