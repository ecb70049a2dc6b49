"""A calibration carried out: waves over what the file says, the ensemble of what agrees, and what was found.

```
waves/              proposals and what they gave (`keeping`)
observed/           what populations were observed to do under each set (`storing`)
findings.json       what was found, as data; findings.txt, as text
recoveries/         whole calibrations to known truths
NAME.json, .parquet the ensemble, unless it was a trial
```
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tfs_sim.calibration import choosing, keeping, matching, telling, trust
from tfs_sim.calibration.evaluating import evaluate
from tfs_sim.calibration.findings import Findings, findings
from tfs_sim.calibration.held import Array, Held, Scale
from tfs_sim.calibration.matching import Budget, Simulator
from tfs_sim.calibration.reading import Calibration
from tfs_sim.calibration.spaces import Space
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution import behaving
from tfs_sim.experiments.execution.work import Notice, Progress
from tfs_sim.experiments.storage import ensembles, files
from tfs_sim.experiments.storage.ensembles import Ensemble
from tfs_sim.experiments.storage.holding import only_one, refuse_strangers
from tfs_sim.experiments.storage.provenance import model_version

WAVES, OBSERVED = "waves", "observed"
WAVE = 2_000
"""Sets of a wave, where the budget has room for more than five."""
QUICK_SETS, QUICK_WANTED = 1_200, 50
"""Sets that a trial runs at most, and at how many that agree it ends."""
RECOVERED = 10
"""Known truths that whole calibrations, each as long as a trial, are asked to find again."""


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


def _place_for(folder: Path, name: str | None) -> None:
    """Refuse, before anything is run, a folder of something else, or in which the ensemble could not be written.

    `name` is what the ensemble, and each of its sets, will be called after; None of a trial.
    """
    if not keeping.are_ours(folder / WAVES):
        refuse_strangers(folder, "a calibration", lambda path: path.name in (WAVES, OBSERVED) and path.is_dir())
    if name is not None:
        ensembles.name_for_sets(name)
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
    calibration: Calibration, folder: Path | None, seed: int | None, workers: int | None, notice: Notice
) -> Simulator:
    """Return what runs sets over the populations of the targets that count."""
    names: Sequence[str] = [each.name for each in calibration.outputs()]

    def run(sets: Sets) -> tuple[Array, Array]:
        values = evaluate(sets, calibration, seed, workers, None, targets=names, out=folder, notice=notice)
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
    name = "trial" if quick else calibration.name
    space, budget = Space.of(calibration.table.prior), budget_of(calibration, quick)
    _place_for(folder, None if quick else name)
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
    simulator = simulator_of(calibration, folder / OBSERVED, None, workers, told)
    whose = {"calibration": calibration.digest(), "model": model_version()}
    waves = matching.calibrate(
        space, held_of(calibration), simulator, budget, folder / WAVES, name, seed, whose, progress, told
    )
    rows = choosing.chosen(waves)
    run: dict[str, Any] = {}
    if not quick:
        trials = folder / "recoveries"
        small = budget_of(calibration, quick=True)
        run["recoveries"] = trust.recoveries(waves, simulator, small, trials, seed, told, RECOVERED)
        run["again"] = trust.again(waves, simulator, rows)
    found = findings(waves, rows, seed, **run)
    files.write_json(folder / "findings.json", found.record() | whose)
    files.write_bytes(folder / "findings.txt", telling.text(found).encode())
    if quick:
        return Carried(folder, found, None)
    sets = choosing.sets_of(waves, rows, calibration.table.title)
    facts = {
        "name": name,
        "title": calibration.table.title,
        "edition": "1",
        "licence": "CC0-1.0",
        "model": model_version(),
        "prior": behaving.prior_digest(sets),
        "code": hashlib.sha256(model_version().encode()).hexdigest(),
        "behaviour": behaving.behaviour(sets, told),
    }
    return Carried(folder, found, choosing.written(folder / f"{name}.json", waves, rows, facts))
