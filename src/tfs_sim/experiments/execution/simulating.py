"""Many replicates of one scenario, in memory: `simulate`."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.experiments.designs.plausible import open_to
from tfs_sim.experiments.designs.sets import MOST_SETS, Sets
from tfs_sim.experiments.designs.stopping import MOST_REPLICATES
from tfs_sim.experiments.designs.uncertainty import USUAL
from tfs_sim.experiments.execution.executors import stream
from tfs_sim.experiments.execution.job import at_point
from tfs_sim.experiments.execution.result import Result
from tfs_sim.experiments.execution.uncertain import listed_sets
from tfs_sim.experiments.execution.work import Notice, Pace, Progress, run_one, warm_up
from tfs_sim.experiments.storage.files import refusal
from tfs_sim.experiments.storage.provenance import environment, now, processors
from tfs_sim.experiments.storage.summary import summarize, ways_of
from tfs_sim.scenario.characters import shown
from tfs_sim.scenario.fields import LARGEST_SEED, whole_or_refused

if TYPE_CHECKING:
    from tfs_sim.model.engine import Template
    from tfs_sim.scenario import Scenario

_log = logging.getLogger("tfs_sim")


def simulate(
    scenario: Scenario | str | os.PathLike[str],
    replicates: int = 1,
    seed: int = 1,
    workers: int | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
    sets: int | Sets | None = None,
    uncertainty: str = USUAL,
) -> Result:
    """Run a scenario and return its runs.

    Parameters
    ----------
    scenario : a scenario, the name of a ready-made one, or the path of a file.
    replicates : how many runs (under each set); replicate r has the same luck in every scenario that is run with the
        same seed (and set).
    seed : which luck.
    workers : how many threads; as many as there are processors by default. The numbers do not depend on it.
    progress : called with (runs done, runs in all, runs per second).
    notice : called with a sentence on what is happening, such as compiling; by default it is logged.
    sets : under how many sets of parameters (or which); by default the scenario's own parameters are all.
    uncertainty : where these sets come from, as in experiment files: "plausible", "plausible: turnover, trust.memory",
        "calibrated", or the JSON file of an ensemble. What the scenario gives itself wins in every set.

    Returns
    -------
    Result
        With the tables `Result.series` and `Result.runs`, and with sets `Result.sets`.

    Raises
    ------
    UserError
        When the scenario has mistakes, or the sets cannot be used.

    Examples
    --------
    >>> result = tfs.simulate("laboratory", replicates=3, seed=1, workers=1)
    >>> result.values.shape[:3]  # runs, months, sites
    (3, 60, 1)
    >>> result.runs[["replicate", "site"]]
       replicate site
    0          0  lab
    1          1  lab
    2          2  lab
    """
    from tfs_sim.scenario.beginnings import template_of

    loaded = loaded_scenario(scenario)
    replicates = whole_or_refused("replicates", replicates, 1, MOST_REPLICATES)
    seed = whole_or_refused("seed", seed, 0, LARGEST_SEED)
    workers = processors() if workers is None else whole_or_refused("workers", workers, 1, MOST_REPLICATES)
    if sets is not None and not isinstance(sets, Sets):
        sets = listed_sets(uncertainty, whole_or_refused("sets", sets, 1, MOST_SETS))
    began = time.monotonic()
    template = template_of(loaded)
    warm_up(notice or _log.warning)
    ways = ways_of(template.metrics)
    runs = replicates * (1 if sets is None else len(sets))
    shape = (runs, template.months, len(template.sites), len(template.metrics))
    try:
        values = np.empty(shape)
    except MemoryError:
        raise refusal(
            f"{runs:,} runs do not fit into memory", "Sweeps of an experiment are stored as they run."
        ) from None
    summaries = np.empty((runs, *shape[2:]))
    pace = Pace(runs, progress)

    def tasks() -> Iterator[tuple[Template, int, int, str]]:
        for number, name in enumerate(sets.ids if sets is not None else ("",)):
            here = template
            if sets is not None:
                here = at_point(template, loaded, open_to(sets.settings(number), loaded), name)
            for replicate in range(replicates):
                yield here, seed, replicate, name

    with closing(stream(tasks(), run_one, workers)) as results:
        for number, (_, run) in enumerate(results):
            values[number] = run
            summaries[number] = summarize(run, ways)
            pace.step()
    values.flags.writeable = summaries.flags.writeable = False
    provenance = environment() | {
        "scenario": loaded.as_written(),
        "scenario_files": {shown(name): text for name, text in loaded.texts.items()},
        "scenario_digest": loaded.digest(),
        "seed": seed,
        "replicates": replicates,
        "sets": None if sets is None else told_of(sets),
        "wall_seconds": round(time.monotonic() - began, 3),
        "date": now(),
    }
    return Result(
        scenario=loaded,
        seed=seed,
        replicates=replicates,
        sites=tuple(template.sites),
        metrics=tuple(template.metrics),
        values=values,
        summaries=summaries,
        start=str(template.start),
        provenance=provenance,
        sets=sets,
    )


def told_of(sets: Sets) -> dict[str, Any]:
    """Return what provenance says of sets: which they are, and what they agree with."""
    agreement = None if sets.agreement is None else sets.agreement.record()
    return {"title": sets.title, "sets": len(sets), "digest": sets.digest(), "agreement": agreement}


def loaded_scenario(scenario: Scenario | str | os.PathLike[str]) -> Scenario:
    """Return a scenario as it is, or the one of a ready-made name or a file."""
    if isinstance(scenario, (str, os.PathLike)):
        from tfs_sim.scenario import load_scenario

        return load_scenario(scenario if isinstance(scenario, str) else Path(scenario))
    return scenario
