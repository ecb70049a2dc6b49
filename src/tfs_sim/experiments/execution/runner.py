"""Runs of every arm of an experiment, stored as they are made: `sweep`.

Threads call the compiled engine, which releases the lock; `executors` has processes and clusters beside them.
Results come back in the order of the tasks, so they are the same for any number of workers; a bounded number is
under way at any time, so memory stays flat.
"""

from __future__ import annotations

import logging
import os
import time
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.experiments.designs.sampling import MOST_POINTS
from tfs_sim.experiments.designs.stopping import MOST_REPLICATES, Rule, Until, UntilShares, look, told
from tfs_sim.experiments.designs.stopping import sentence as stopped_in_words
from tfs_sim.experiments.execution import besides
from tfs_sim.experiments.execution.besides import Besides
from tfs_sim.experiments.execution.executors import Workers, leave_if_unguarded
from tfs_sim.experiments.execution.plan import Plan
from tfs_sim.experiments.execution.tracing import write_traces
from tfs_sim.experiments.execution.uncertain import sets_of, under
from tfs_sim.experiments.execution.work import Notice, Progress, Work
from tfs_sim.experiments.storage import records
from tfs_sim.experiments.storage import store as stores
from tfs_sim.experiments.storage.describe import described, file_name
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.marks import MOST_RUNS, read_provenance
from tfs_sim.experiments.storage.parts import DamagedPartError
from tfs_sim.experiments.storage.provenance import environment, model_version, now, processors
from tfs_sim.experiments.storage.sources import kept
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario.characters import shown
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote
from tfs_sim.scenario.fields import LARGEST_SEED, whole_or_refused

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment

_log = logging.getLogger("tfs_sim")


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a sweep; its text says what is kept and how to go on."""


def sweep(
    experiment: Experiment | str | os.PathLike[str],
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
    fresh: bool = False,
    executor: str | Executor = "threads",
    batch: int | None = None,
    shard: tuple[int, int] | None = None,
    sets: int | None = None,
    uncertainty: str | None = None,
    crossed: int | None = None,
) -> Sweep:
    """Run what is missing of an experiment, store it, and return the stored results.

    Parameters
    ----------
    experiment : an experiment, the name of a ready-made one, or the path of a file.
    replicates, seed : instead of the experiment's own.
    sets, uncertainty : how many sets of parameters, and over what, instead of the experiment's own.
    crossed : of how many sets the same luck is run as well, instead of the experiment's own.
    workers : how many threads or processes; as many as there are processors by default. The numbers do not depend
        on it, nor on executor, batch or shards.
    out : folder of the results; `results/<experiment>` in the current folder by default, named after the file (after
        its folder, if it is called experiment.toml), or after the title of an experiment that was made in Python.
    progress : called with (runs done, runs in all, runs per second).
    notice : called with a sentence on what is happening; by default it is logged.
    fresh : throw away what is stored there and begin again.
    executor : "threads", "processes", the address of a Dask scheduler ("tcp://…"), or any executor of
        `concurrent.futures` whose workers can import this package.
    batch : runs that a worker is given at a time.
    shard : (i, n) for the i-th of n parts of the work, each in a folder of its own; `merge` puts them together.

    Raises
    ------
    UserError
        When the folder cannot be used or has the results of another study, or the disk is full.
    Interrupted
        On Ctrl-C; what is finished is kept, and the same call goes on from there.
    SystemExit
        In a script that uses processes without the guard `if __name__ == "__main__":`.

    Examples
    --------
    >>> sweep = tfs.sweep("bigger-tables", replicates=2, out="mine", workers=1)
    >>> len(sweep.runs)  # five strategies, two replicates, four tables
    40
    >>> tfs.sweep("bigger-tables", replicates=2, out="mine").digest() == sweep.digest()  # nothing is run again
    True
    """
    if executor != "threads":
        leave_if_unguarded()
    loaded = under(_loaded_experiment(experiment), uncertainty, sets, replicates, crossed)
    rule = next((each for each in (loaded.replicates, loaded.sets) if isinstance(each, Until)), None)
    replicates = first_replicates(loaded)
    seed = _seed(loaded.seed if seed is None else seed)
    made_by = made_by_whom(executor, workers, batch)
    if out is None and loaded.path is None and not loaded.title:
        raise refusal(
            "an experiment that was made in Python needs a title, after which its results are called",
            'Give it a title, or a folder: sweep(…, out="results/mine").',
        )
    folder = Path(out) if out is not None else default_folder(loaded.name, shard)
    notice = notice or _log.warning
    began = time.monotonic()
    plan = Plan.of(loaded, replicates, seed, sets_of(loaded, notice=notice))
    if plan.places > MOST_POINTS or plan.runs > MOST_RUNS:
        found = (
            f"{plan.runs:,} runs of each arm ({plan.size:,} points × {plan.places // plan.size:,} sets × replicates)"
        )
        raise refusal(f"{found} are more than can be stored", "Ask for fewer points, sets or replicates.")
    slice_ = _shard(shard, plan, next((each for each in (loaded.replicates, rule) if isinstance(each, Rule)), None))
    crossing = besides.crossed_plan(loaded, plan)
    description = described(loaded, loaded.arms(), plan, model_version(), folder, crossing)
    if shard is not None:
        description["plan"]["shard"] = list(shard)
    with stores.opened(folder, description, fresh=fresh) as store:
        work = Work(store, plan, made_by, slice_)
        for arm, what in store.drop_damaged(work.stored):
            notice(f"{what}; the runs of {arm.label} in it are done again")
        try:
            made, stopping, beside = _filled(store, work, loaded, rule, progress, notice)
            if rule is not None or beside.added:
                description = described(
                    loaded, loaded.arms(), work.plan, model_version(), folder, beside.crossed, beside.added
                )
            description |= {"stopping": stopping, "sharpening": beside.sharpening}
            store.describe(description)
            if shard is None or shard[0] == 1:
                write_traces(store, loaded, loaded.arms(), seed, work.template, work.plan.sets)
        except KeyboardInterrupt as stop:
            raise Interrupted(
                f"Stopped. {work.done:,} of {work.total:,} runs are kept in {folder}; "
                "the same command goes on from there."
            ) from stop
        if made or not (folder / "provenance.json").is_file() or _outdated(folder, description):
            facts = _provenance(loaded, description, made, time.monotonic() - began)
            store.write_provenance(facts | {"executor": made_by.kind, "shared_pasts": saved_months(work, folder)})
    if work.saving.sentence():
        notice(work.saving.sentence())
    if stopping:
        notice(stopped_in_words(stopping))
    if beside.sharpening:
        notice(besides.sentence(beside.sharpening))
    return Sweep.load(folder) if shard is None else Sweep(folder)


def _filled(
    store: stores.Store,
    work: Work,
    experiment: Experiment,
    rule: Until | None,
    progress: Progress | None,
    notice: Notice,
) -> tuple[int, dict[str, Any] | None, Besides]:
    """Run what is missing (and add pairs or sets as long as the rule asks for them), and put the tables together."""
    made, stopping = 0, None
    while True:
        try:
            made += work.fill(progress, notice)
            if rule is not None and stopping is None:
                sets = 0 if work.plan.sets is None else len(work.plan.sets)
                found = look(rule, work.stored, work.plan.replicates, sets)
                more = [pairs for pairs in rule.looks() if pairs > found.pairs]
                if not found.enough and more and _taken(work, experiment, more[0]):
                    continue
                stopping = told(rule, found, "sets" if sets else "pairs")
            beside = besides.filled(store, work, experiment, progress, notice)
            if work.shard == (0, 1):
                store.assemble(work.stored, work.plan.runs)
            return made + beside.made, stopping, beside
        except DamagedPartError as damage:
            notice(f"{damage.what}; its runs are done again")
            damage.arm.drop(damage.part)


def _taken(work: Work, experiment: Experiment, number: int) -> bool:
    """Go on with so many pairs, or sets; say whether there are more of them."""
    plan = work.plan
    if plan.sets is None:
        work.take(replace(plan, replicates=number))
        return True
    sets = sets_of(experiment, number)
    if sets is None or len(sets) == len(plan.sets):
        return False
    work.take(Plan.of(experiment, plan.replicates, plan.seed, sets))
    return True


def first_replicates(experiment: Experiment) -> int:
    """Return how many replicates every set, or every arm without sets, has at first."""
    asked = experiment.replicates
    if isinstance(asked, Until):
        return asked.looks()[0]
    return asked.first if isinstance(asked, UntilShares) else asked


def saved_months(work: Work, folder: Path) -> dict[str, Any]:
    """Return how many months were run and would have been run without shared pasts, over all sweeps of a folder."""
    before = _before(folder).get("shared_pasts") or {}
    run = before.get("months_run", 0) + work.saving.run
    full = before.get("months_in_full", 0) + work.saving.full
    return {"months_run": run, "months_in_full": full, "saved": round(1 - run / full, 4) if full else 0.0}


def default_folder(name: str, shard: tuple[int, int] | None = None) -> Path:
    """Return where the results of an experiment go by default."""
    folder = Path("results") / file_name(name)
    return folder if shard is None else folder / "shards" / f"{shard[0]:04d}-of-{shard[1]:04d}"


def made_by_whom(executor: str | Executor, workers: int | None, batch: int | None) -> Workers:
    """Return who makes runs: threads, processes, the workers of a Dask scheduler, or those of an executor.

    Raises
    ------
    UserError
        When there is no such executor, or a number is none.
    """
    count, size = _workers(workers), None if batch is None else _count("batch", batch)
    if not isinstance(executor, str):
        return Workers("executor", count, executor=executor, batch=size)
    if "://" in executor:
        return Workers("dask", count, address=executor, batch=size)
    if executor not in ("threads", "processes"):
        near = nearest(executor, ("threads", "processes"))
        message = f"there is no executor {quote(executor)}; there are threads, processes and addresses of Dask"
        raise UserError(Mistake(message, suggestion=near))
    return Workers(executor, count, batch=size)


def _shard(shard: tuple[int, int] | None, plan: Plan, rule: Rule | None) -> tuple[int, int]:
    """Return a shard (i, n) counted from 0."""
    if shard is None:
        return 0, 1
    part, parts = shard
    if not 1 <= part <= parts:
        raise refusal(f"a shard is i/n with i from 1 to n; found {part}/{parts}", "For example --shard 3/16")
    if parts > plan.runs:
        raise refusal(f"{parts:,} shards are more than the {plan.runs:,} runs of each arm")
    if isinstance(rule, UntilShares):
        said = "shards need a number of replicates, and this experiment adds replicates until shares can be told"
        raise refusal(said, "Give a number: --replicates 24")
    if rule is not None:
        what, added = ("replicates", "pairs") if plan.sets is None else ("sets", "sets")
        raise refusal(
            f"shards need a number of {what}, and this experiment adds {added} until an interval is narrow",
            f"Give a number: --{what} 500",
        )
    return part - 1, parts


def _loaded_experiment(experiment: Experiment | str | os.PathLike[str]) -> Experiment:
    if isinstance(experiment, (str, os.PathLike)):
        from tfs_sim.experiments.designs.design import load_experiment

        return load_experiment(experiment if isinstance(experiment, str) else Path(experiment))
    return experiment


def _count(name: str, value: Any) -> int:
    return whole_or_refused(name, value, 1, MOST_REPLICATES)


def _seed(value: Any) -> int:
    return whole_or_refused("seed", value, 0, LARGEST_SEED)


def _workers(value: int | None) -> int:
    return processors() if value is None else _count("workers", value)


def _outdated(folder: Path, description: dict[str, Any]) -> bool:
    return bool(_before(folder).get("plan") != description["plan"])


def _before(folder: Path) -> dict[str, Any]:
    """Return the provenance that a folder has, if it is what was written; else it is made anew."""
    path = folder / "provenance.json"
    return {} if records.found(path) is None else read_provenance(folder)


def _provenance(experiment: Experiment, description: dict[str, Any], made: int, seconds: float) -> dict[str, Any]:
    """Return what `provenance.json` says."""
    return environment() | {
        "experiment": experiment.as_written(),
        "experiment_file": experiment.text,
        "scenario": experiment.base.as_written(),
        "scenario_files": {shown(name): text for name, text in experiment.base.texts.items()},
        "files": kept(experiment),
        "scenario_digest": experiment.base.digest(),
        "seed": description["plan"]["seed"],
        "replicates": description["plan"]["replicates"],
        "plan": description["plan"],
        "uncertainty": description["uncertainty"],
        "runs_made": made,
        "wall_seconds": round(seconds, 3),
        "date": now(),
    }
