"""A stored study run again from its provenance alone, and whether the numbers are the same to the bit: `reproduce`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.experiments.execution.work import Notice, Progress
from tfs_sim.experiments.storage import files, sources
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.holding import only_one, refuse_strangers
from tfs_sim.experiments.storage.provenance import model_version
from tfs_sim.experiments.storage.stored import Sweep
from tfs_sim.scenario.errors import UserError, listed

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment


RESULTS = "results"
"""Where the new results go, within the folder."""


@dataclass(frozen=True)
class Reproduced:
    """What came of running a study again.

    Attributes
    ----------
    same : whether every number of runs and months has the same bits.
    before, now : digests of the numbers.
    made_by, ours : versions of the model.
    where : processor and system that made the stored results.
    changed : what differs in what was run: ready-made files, arms.
    furthest : by metric where runs differ, the largest difference and that as a share of the stored spread.
    folder : where the new results are.
    """

    same: bool
    before: str
    now: str
    made_by: str
    ours: str
    where: str
    changed: tuple[str, ...]
    furthest: Mapping[str, tuple[float, float]]
    folder: Path


def reproduce(
    folder: str | os.PathLike[str],
    out: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> Reproduced:
    """Run a stored study again from what its provenance holds, elsewhere, and compare the numbers.

    Parameters
    ----------
    folder : results of a sweep.
    out : folder for the study's files and the new results: new, empty, or one in which the same could not finish;
        default: a temporary one.
    workers, progress, notice : as of `sweep`.

    Raises
    ------
    UserError
        where the results are not finished, or their provenance does not hold what was read.
    """
    stored = Sweep.load(folder)
    facts, mark = stored.provenance, stored.experiment
    if mark["study"].keys() == {"python"}:
        said = (
            f"{stored.folder} is of an experiment that was made in Python, which a provenance does not hold as a file"
        )
        raise refusal(said, "Run the script that made it, and compare Sweep.digest().")
    if not facts.get("files"):
        raise refusal(
            f"the provenance of {stored.folder} lacks the files that the study read: an earlier version made it",
            "Sweep it again with this version; its provenance then does.",
        )
    with _place(out, facts["files"]) as here:
        changed = [f"the ready-made {name} is another one here" for name in sources.laid_out(facts["files"], here)]
        experiment = _experiment(here, facts, mark)
        arms = {(*arm.levels.values(), arm.strategy): arm.scenario.digest() for arm in experiment.arms()}
        for each in mark["plan"]["arms"]:
            keys = dict(each["keys"])
            strategy = keys.pop("strategy")
            if arms.get((*keys.values(), strategy)) != each["scenario"]:
                changed.append(f"{', '.join([strategy, *keys.values()])} is another arm here")
        found = _run(experiment, mark["plan"], here / RESULTS, workers, progress, notice)
        before, now = stored.digest(), found.digest()
        furthest = {} if before == now else _furthest(stored, found)
    return Reproduced(
        before == now, before, now, facts["model"], model_version(), f"{facts['processor']}, {facts['platform']}",
        tuple(changed), furthest, found.folder,
    )  # fmt: skip


@contextmanager
def _place(out: str | os.PathLike[str] | None, kept: sources.Kept) -> Iterator[Path]:
    """Hold a folder for the study's files: the user's, which stays, or a temporary one.

    In the user's may lie what a call that could not finish has left: it goes on from there.
    """
    if out is None:
        with tempfile.TemporaryDirectory(prefix="tfs-sim-") as folder:
            yield Path(folder)
        return
    named = Path(out)
    refuse_strangers(
        named, "this study, run again", lambda path: path.name == RESULTS or sources.lies_there(kept, path)
    )
    with only_one(files.made_folder(named)):
        files.sweep_up(named)
        yield named


def _experiment(here: Path, facts: Mapping[str, Any], mark: Mapping[str, Any]) -> Experiment:
    """Return the experiment as it was run, over the parameters that it was run over."""
    from tfs_sim.experiments.designs.design import load_experiment
    from tfs_sim.experiments.designs.explore_tables import explored
    from tfs_sim.experiments.execution.uncertain import under

    names = [name for name in facts["files"] if facts["files"][name].get("text") == facts["experiment_file"]]
    if not names:
        raise refusal("provenance.json does not hold the experiment's file among those that were read")
    ready = names[0].split("/") if names[0].startswith(f"{sources.READY}/") else None
    loaded = load_experiment(Path(ready[-1]).stem if ready else here / names[0])
    plan, over = mark["plan"], facts["experiment"].get("uncertainty")
    sets = None if mark["uncertainty"] is None else plan["sets"]
    ensembles = [name for name in facts["files"] if name.startswith(f"{sources.ENSEMBLE}/") and name.endswith(".json")]
    if ensembles:
        over = str(here / ensembles[0])
    if mark["uncertainty"] is None:
        over = "defaults"
    if mark["design"] is not None and loaded.design is None:  # by `sweep --explore`
        loaded = explored(loaded)
    return under(loaded, over, sets, plan["replicates"])


def _run(
    experiment: Experiment,
    plan: Mapping[str, Any],
    out: Path,
    workers: int | None,
    progress: Progress | None,
    notice: Notice | None,
) -> Sweep:
    from tfs_sim.experiments.execution.runner import sweep

    found = sweep(experiment, seed=plan["seed"], workers=workers, out=out, progress=progress, notice=notice)
    _ = found.runs, found.series  # read before the folder goes
    return found


def _furthest(stored: Sweep, found: Sweep) -> dict[str, tuple[float, float]]:
    """Return by metric how far runs lie apart at most, and that over the spread of the stored runs."""
    from tfs_sim.model.catalogue import METRICS

    one, other = stored.runs, found.runs
    if one.shape != other.shape:
        return {}
    far = {}
    for name in (each for each in METRICS if each in one and each in other):
        a, b = one[name].to_numpy(float), other[name].to_numpy(float)
        gap = np.nanmax(np.abs(a - b)) if np.isfinite(a - b).any() else 0.0
        if gap > 0 or not np.array_equal(np.isnan(a), np.isnan(b)):
            spread = float(np.nanstd(a))
            far[name] = (float(gap), float(gap / spread) if spread > 0 else float("inf"))
    return far


def told(found: Reproduced) -> list[str]:
    """Return in sentences what came of it."""
    said = []
    if found.same:
        said.append(f"The same to the bit: {found.now[:16]}.")
    else:
        said.append(f"Not the same: {found.before[:16]} before, {found.now[:16]} now.")
    if found.made_by != found.ours:
        said.append(f"Another version of the model made them: {found.made_by}; this is {found.ours}.")
    if found.changed:
        said.append(f"What was run differs: {listed(list(found.changed), 6)}.")
    if not found.same and found.furthest:
        worst = sorted(found.furthest.items(), key=lambda each: -each[1][1])[:5]
        far = "; ".join(f"{name} by {gap:.3g} ({share:.2g} of its spread)" for name, (gap, share) in worst)
        said.append(f"Runs differ in {len(found.furthest):,} metrics, most in {far}.")
    if not found.same and not found.changed and found.made_by == found.ours:
        said.append(f"The same study and version: the machines differ. They were made on {found.where}.")
    return said


__all__ = ["Reproduced", "UserError", "reproduce", "told"]
