"""`optimize`: search for the best allocation of a budget, look at what was found where no search looked, write it."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tfs_sim.analysis.optimized import Optimized
from tfs_sim.decisions.time import present
from tfs_sim.experiments.designs import studies
from tfs_sim.experiments.designs.allocations import Space
from tfs_sim.experiments.designs.optimize_tables import NET_BENEFIT
from tfs_sim.experiments.execution.allocating import Meter, Numbers, Runs
from tfs_sim.experiments.execution.optimizing import Aim, Split, sought
from tfs_sim.experiments.execution.runner import Interrupted, first_replicates
from tfs_sim.experiments.execution.uncertain import sets_of, under
from tfs_sim.experiments.execution.work import Notice, Progress
from tfs_sim.experiments.storage import files, holding, tables
from tfs_sim.experiments.storage.describe import file_name
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.provenance import environment, model_version, now, processors
from tfs_sim.experiments.storage.spreadsheets import as_csv
from tfs_sim.experiments.storage.variants import FOLDER as KEPT_RUNS
from tfs_sim.scenario.errors import Mistake, UserError
from tfs_sim.scenario.fields import LARGEST_SEED, catalogue, whole_or_refused, within

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment
    from tfs_sim.experiments.designs.sets import Sets

_log = logging.getLogger("tfs_sim")

RECORD = "search.json"
UNSEEN = "unseen"
TRIED = "tried.csv"
FRONTIER = "frontier"
OURS = (RECORD, TRIED, *(f"{stem}.{kind}" for stem in (UNSEEN, FRONTIER) for kind in ("csv", "parquet", "png", "svg")))
"""What a folder of a search holds beside its runs."""


def optimize(
    experiment: Experiment | str | os.PathLike[str],
    worth: float | None = None,
    seed: int | None = None,
    sets: int | None = None,
    replicates: int | None = None,
    uncertainty: str | None = None,
    workers: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
    fresh: bool = False,
) -> Optimized:
    """Search for the best allocation of a budget over practices and start months, as `[optimize]` says.

    Parameters
    ----------
    experiment : an experiment, the name of a ready-made one, or the path of a file; with a table `[optimize]`.
    worth : what a student-month may cost in dollars: looks for net benefit, whatever the file says.
    seed : which luck, and which way the search goes; the experiment's own by default.
    sets, replicates, uncertainty : instead of the experiment's own.
    workers : how many threads; the numbers do not depend on it.
    out : folder; `results/<experiment>-optimize` by default. Runs are kept there, and none is made twice.
    progress : called with (runs done, runs in all at most, runs per second).
    notice : called with a sentence on what is happening; by default it is logged.
    fresh : throw away what is kept there and begin again.

    Raises
    ------
    UserError
        When the experiment has no `[optimize]`, there is no worth or too few sets, the budget does not buy the
        cheapest dose, some run has no value of what is looked for, or the folder cannot be used.
    Interrupted
        On Ctrl-C; what is run is kept, and the same call goes on from there.
    """
    from tfs_sim.experiments.designs.design import load_experiment

    if isinstance(experiment, (str, os.PathLike)):
        experiment = load_experiment(experiment if isinstance(experiment, str) else Path(experiment))
    loaded = under(experiment, uncertainty, sets, replicates)
    if loaded.optimize is None:
        hint = "docs/how-to/optimize.md shows one."
        raise refusal(f"{loaded.name} has no table [optimize], which says what may be bought", hint)
    aim = aim_of(loaded, worth)
    chosen = sets_of(loaded, notice=notice)
    if chosen is None:
        said = "a search is over sets of parameters, and this experiment is run at the defaults alone"
        raise UserError(Mistake(said, hint='Give it uncertainty = "calibrated" (--uncertainty calibrated).'))
    number = first_replicates(loaded)
    luck = loaded.seed if seed is None else whole_or_refused("seed", seed, 0, LARGEST_SEED)
    split = Split.of(chosen, luck, loaded.optimize.unseen)
    count = processors() if workers is None else whole_or_refused("workers", workers, 1, 1000)
    folder = files.made_folder(Path(out) if out is not None else Path("results") / f"{file_name(loaded.name)}-optimize")
    meter, began = Meter(progress), time.monotonic()
    with holding.only_one(folder):
        _begun(folder, loaded, fresh)
        space = Space.of(loaded)
        runs = Runs(folder, space.ground, chosen, luck, _numbers(loaded, aim), count, meter, notice or _log.warning)
        try:
            found = sought(loaded, space, aim, runs, split, number, meter)
        except KeyboardInterrupt as stop:
            raise Interrupted(
                f"Stopped. {meter.made:,} runs were made and are kept in {folder}; the same command goes on from there."
            ) from stop
        stamp = None if chosen.agreement is None else chosen.agreement.record()
        made = Optimized(loaded, folder, found, stamp)
        _written(made, luck, chosen, time.monotonic() - began)
    return made


def aim_of(experiment: Experiment, worth: float | None = None) -> Aim:
    """Return what a search looks for: as asked, or as the experiment says.

    Raises
    ------
    UserError
        When net benefit is looked for, and no worth is given.
    """
    from pydantic_core import PydanticCustomError

    asked = experiment.optimize
    assert asked is not None
    if worth is not None:
        try:
            return Aim(NET_BENEFIT, within(worth, 0, 1e12, "what a student-month may cost, in dollars,"))
        except PydanticCustomError as error:
            found: Mistake = (error.context or {})["mistakes"][0]
            raise UserError(replace(found, message=found.message.replace("%NAME%", "worth"))) from None
    if asked.objective == NET_BENEFIT or (asked.worth is not None and not asked.objective):
        known = experiment.decision.worths if experiment.decision is not None else ()
        chosen = asked.worth if asked.worth is not None else known[0] if len(known) == 1 else None
        if chosen is None:
            said = "net benefit needs a worth: what a student-month of support may cost, in dollars"
            raise UserError(Mistake(said, hint="Give --worth 60, or worth = 60 in [optimize]. None is shipped."))
        return Aim(NET_BENEFIT, float(chosen))
    objective = asked.objective or experiment.outcomes.primary
    if not catalogue().METRICS[objective].better:
        said = f"neither more nor less of {objective} is better, so that nothing is the best by it"
        raise UserError(Mistake(said, hint='Give [optimize] an objective: "net-benefit", or another metric.'))
    return Aim(objective, None)


def _numbers(experiment: Experiment, aim: Aim) -> Numbers:
    """Return what is kept of every run: present values from the first month in which any practice may begin on."""
    ground, asked = experiment.ground, experiment.optimize
    assert asked is not None
    outcomes = [experiment.outcomes.primary, *experiment.outcomes.also]
    outcomes += [] if aim.objective == NET_BENEFIT else [aim.objective]
    months = np.arange(ground.clock.months)
    firsts = [ground.clock.index(order["from"]) if "from" in order else 0 for _, order in asked.orders(ground.clock)]
    rates = (0.0, 0.0)
    if experiment.decision is not None:
        rates = (experiment.decision.discount_costs, experiment.decision.discount_effects)
    costs, effects = (present(months, min(firsts), rate) for rate in rates)
    return Numbers(tuple(dict.fromkeys(outcomes)), costs, effects)


def _begun(folder: Path, experiment: Experiment, fresh: bool) -> None:
    """Make a folder one of a search of this experiment; refuse one that holds something else.

    Raises
    ------
    UserError
        When it does.
    """
    study = studies.study_of(experiment, folder)
    holding.refuse_strangers(folder, "a search", lambda path: path.name in (*OURS, KEPT_RUNS))
    if fresh:
        for path in [*(folder / name for name in OURS), *(folder / KEPT_RUNS).glob("*.parquet")]:
            files.removed(path)
    record = files.read_json(folder / RECORD)
    known = record.get("study") if isinstance(record, dict) else None
    if known is not None and not studies.same(known, study, folder, False):
        said = f"{folder} holds a search of another study ({studies.told(known, folder)})"
        raise refusal(said, "Choose another folder with --out, or throw that away with --fresh.")
    if known is None:
        files.write_json(folder / RECORD, {"study": study, "finished": False})


def _written(found: Optimized, seed: int, sets: Sets, seconds: float) -> None:
    """Write what was found into its folder."""
    folder = found.folder
    for_decide = found.table[["strategy", "set", "replicate", "cost", "effect"]]
    files.write_bytes(folder / f"{UNSEEN}.csv", as_csv(for_decide))
    files.write_bytes(
        folder / f"{UNSEEN}.parquet", tables.to_bytes(pa.Table.from_pandas(found.table, preserve_index=False))
    )
    files.write_bytes(folder / TRIED, as_csv(found.tried))
    files.write_bytes(folder / f"{FRONTIER}.csv", as_csv(found.frontier))
    about = {
        "study": studies.study_of(found.experiment, folder),
        "finished": True,
        "model": model_version(),
        "seed": seed,
        "uncertainty": {"title": sets.title, "sets": len(sets), "digest": sets.digest()},
        "experiment": found.experiment.as_written(),
        "scenario_digest": found.space.ground.digest(),
        "runs_made": found.sought.made,
        "wall_seconds": round(seconds, 3),
        "date": now(),
    }
    files.write_json(folder / RECORD, about | found.record() | {"environment": environment()})
