"""Whether the model still behaves as it did when an ensemble was made.

An ensemble is invalid by behaviour, not by version: its first sets are run again in a small batch that its file
remembers. The same bits: it is valid. Others, but no metric further off than luck may move it: it is valid, and said
to be re-checked. Else it is refused.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.sets import Sets
from tfs_sim.experiments.execution.forks import run_alone
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.work import Notice, warm_up
from tfs_sim.experiments.storage import ensembles
from tfs_sim.experiments.storage.ensemble_shapes import MOST_AGAIN
from tfs_sim.experiments.storage.ensembles import Ensemble
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.holding import only_one
from tfs_sim.experiments.storage.provenance import model_version
from tfs_sim.experiments.storage.summary import summarize, ways_of
from tfs_sim.model.declare import specification
from tfs_sim.scenario import presets
from tfs_sim.scenario.errors import quote
from tfs_sim.scenario.fields import catalogue

SCENARIO, MONTHS, REPLICATES, SEED = "laboratory", 36, 4, 1
FAR = 3.5
"""A metric is further off than luck may move it at so many standard errors of its mean change."""

COVERED = 0.9
"""Share of this model's metrics that a file must speak of, so that it says how the model behaves."""
WIDE = 10.0
"""Errors that a file says are believed up to so many times those of this model."""

Verdict = Literal["the same", "re-checked"]


def _batch(
    sets: Sets, scenario: str, months: int, replicates: int, seed: int
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Run some sets; return the metrics, and each run's single numbers over sites: [sets, replicates, metrics]."""
    from tfs_sim.scenario import load_scenario
    from tfs_sim.scenario.build import build

    loaded = load_scenario(scenario).with_(months=months)
    template = build(loaded)
    ways = ways_of(template.metrics)
    found = np.empty((len(sets), replicates, len(ways)))
    for number, name in enumerate(sets.ids):
        here = at_point(template, loaded, open_to(sets.settings(number), loaded))
        for replicate in range(replicates):
            found[number, replicate] = summarize(run_alone(here, seed, replicate, name), ways).mean(axis=0)
    return tuple(template.metrics), found


def _digest(values: NDArray[np.float64]) -> str:
    return hashlib.sha256(np.ascontiguousarray(values).astype("<f8").tobytes()).hexdigest()


def behaviour(sets: Sets, notice: Notice | None = None) -> dict[str, Any]:
    """Return what the first sets give in the batch, as the record of an ensemble has it."""
    first = sets.first(MOST_AGAIN)
    warm_up(notice)
    metrics, values = _batch(first, SCENARIO, MONTHS, REPLICATES, SEED)
    errors = values.std(axis=1, ddof=1) / math.sqrt(REPLICATES)
    told = [n for n in range(len(metrics)) if np.isfinite(values[:, :, n]).all()]  # a mean over nobody is missing
    return {
        "scenario": SCENARIO,
        "months": MONTHS,
        "replicates": REPLICATES,
        "seed": SEED,
        "sets": list(first.ids),
        "digest": _digest(values),
        "means": {metrics[n]: values[:, :, n].mean(axis=1).tolist() for n in told},
        "errors": {metrics[n]: errors[:, n].tolist() for n in told},
    }


def prior_digest(sets: Sets) -> str:
    """Return a fingerprint of what is declared as plausible of the parameters that sets vary."""
    total = hashlib.sha256()
    for variable in sets.variables:
        declared = specification(catalogue().MECHANISMS[variable.path[1]].parameters)[variable.path[2]]
        total.update(f"{variable.name}|{declared.low!r}|{declared.middle!r}|{declared.high!r};".encode())
    return total.hexdigest()


def written(path: Path, sets: Sets, name: str, title: str, edition: str, licence: str, notice: Notice) -> Ensemble:
    """Write an ensemble that was made by hand, with how its sets behave, and return it.

    Raises
    ------
    UserError
        When it cannot be written.
    """
    said = {"name": name, "title": title, "edition": edition, "licence": licence}
    ensembles.ready(path, said)
    with only_one(path.parent):
        facts: dict[str, Any] = {
            **said,
            "calibrated": False,
            "model": model_version(),
            "prior": prior_digest(sets),
            "targets": None,
            "code": None,
            "own": {},
            "figures": 0,
            "misses": [],
            "behaviour": behaviour(sets, notice),
        }
        return ensembles.write(path, sets, facts)


def checked(ensemble: Ensemble, notice: Notice | None = None) -> tuple[Verdict, str]:
    """Return whether the model still gives what the ensemble's file says, and in a sentence how that was seen.

    Raises
    ------
    UserError
        When it behaves otherwise: the ensemble says nothing of this model.
    """
    record = ensemble.record
    if record.model == model_version():
        return "the same", "it was made with this version of the model"
    warm_up(notice)
    return _compared(ensemble.path, record.table, model_version())


@lru_cache(maxsize=16)
def _compared(path: Path, table: str, model: str) -> tuple[Verdict, str]:
    ensemble = ensembles.read(path)
    was = ensemble.record.behaviour
    known = {name: n for n, name in enumerate(ensemble.sets.ids)}
    fewest = min(MOST_AGAIN, len(known))
    if len(was.sets) < fewest or was.months < MONTHS or was.replicates < REPLICATES:
        said = f"{len(was.sets)} sets × {was.replicates} replicates, {was.months} months"
        needed = f"{fewest} × {REPLICATES}, {MONTHS} months, are needed"
        raise refusal(f"{path} has a batch that says too little ({said}): {needed}", "Make the ensemble anew.")
    if not set(was.sets) <= known.keys():
        raise refusal(f"{path} names sets in its batch that it does not have", "Make the ensemble anew.")
    if was.scenario not in presets.names("scenarios"):
        raise refusal(f"{path} was made with {quote(was.scenario)}, which is no ready-made scenario", "Make it anew.")
    batch = ensemble.sets.at([known[name] for name in was.sets])
    metrics, values = _batch(batch, was.scenario, was.months, was.replicates, was.seed)
    runs = f"{len(batch)} sets × {was.replicates} replicates of {was.scenario}"
    if _digest(values) == was.digest:
        return "the same", f"{runs} give the same bits as when it was made"
    if (common := len(set(metrics) & was.means.keys())) < COVERED * len(metrics):
        said = f"{path} says nothing of {len(metrics) - common} of {len(metrics)} metrics of this model"
        raise refusal(f"{said}, which is too little", "Make the ensemble anew.")
    off = _furthest(metrics, values, was.means, was.errors)
    if not off[1] <= FAR:
        raise refusal(
            f"{path} is an ensemble of another model: this one moves {off[0]} by {off[1]:.1f} standard errors "
            f"in {runs}",
            "Make it anew with this version (`tfs-sim ensemble make`), or use the version that it was made with.",
        )
    return "re-checked", f"{runs} differ by no more than luck (at most {off[1]:.1f} standard errors, {off[0]})"


def _furthest(
    metrics: tuple[str, ...], values: NDArray[np.float64], means: dict[str, list[float]], errors: dict[str, list[float]]
) -> tuple[str, float]:
    """Return the metric whose mean over the sets has moved most, in standard errors."""
    off = {
        name: _moved(values[:, :, metrics.index(name)], np.array(was), errors[name])
        for name, was in means.items()
        if name in metrics
    }
    return max(off.items(), key=lambda each: each[1])


def _moved(now: NDArray[np.float64], was: NDArray[np.float64], errors: list[float]) -> float:
    """Return by how many standard errors a metric [sets, replicates] is off from the means of before, over the sets."""
    here, there = math.sqrt(float(now.var(axis=1, ddof=1).sum()) / now.shape[1]), math.hypot(*errors)
    if there > WIDE * here > 0:
        return math.inf  # no luck of this model is as large as the file says
    error, moved = math.hypot(here, there) / len(was), abs(float((now.mean(axis=1) - was).mean()))
    return moved / error if error > 0 else 0.0 if moved == 0 else math.inf
