"""`tfs-sim explore`, and what `tfs-sim sweep --explore` says before it runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from tfs_sim.cli import terminal
from tfs_sim.cli.reasoning import levels_of
from tfs_sim.cli.terminal import bold, wrapped
from tfs_sim.scenario.errors import count

if TYPE_CHECKING:
    from tfs_sim.experiments.designs.design import Experiment
    from tfs_sim.experiments.storage.stored import Sweep

TRIED = 8
"""Runs by which it is said how long all will take."""


def home(experiment: Experiment) -> Path:
    """Return where the results of `sweep --explore` are, where nothing else is asked for."""
    from tfs_sim.experiments.storage.describe import file_name

    return Path("results") / f"{file_name(experiment.name)}-explore"


def planned(experiment: Experiment) -> str:
    """Return what `sweep --explore` would run of an experiment with `[explore]`."""
    from tfs_sim.experiments.designs.explore_tables import explored

    found = explored(experiment)
    assert found.points is not None
    sliders, points = count(len(found.points.variables), "slider"), count(len(found.points), "point")
    return f"sweep --explore: {sliders}, {points}"


def beforehand(experiment: Experiment, workers: int | None) -> None:
    """Say what becomes a slider, how many runs that takes, and about how long."""
    from tfs_sim.experiments.designs.variables import meaning, range_text
    from tfs_sim.experiments.execution.plan import Plan
    from tfs_sim.experiments.execution.runner import first_replicates
    from tfs_sim.experiments.execution.simulating import simulate
    from tfs_sim.experiments.execution.uncertain import sets_of
    from tfs_sim.experiments.storage.provenance import processors

    assert experiment.points is not None
    for variable, vary in zip(experiment.points.variables, experiment.points.vary, strict=True):
        print(wrapped(f"{vary.title or meaning(variable.path)}: {range_text(variable)}", "    ", "  "))
    arms = experiment.arms()
    runs = Plan.of(experiment, first_replicates(experiment), experiment.seed, sets_of(experiment)).runs * len(arms)
    with terminal.working() as shown:
        simulate(arms[0].scenario, 1, 1, 1, None, shown.notice)
        began = time.monotonic()
        simulate(arms[-1].scenario, TRIED, 1, 1)
    seconds = (time.monotonic() - began) / TRIED * runs / (workers or processors())
    told = f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
    print(wrapped(f"{count(runs, 'run')}: about {told} here, and a minute or two for the page."), flush=True)


def explore(folder: Path, out: Path | None, sliders: str | None, under: str | None) -> None:
    """Write a page with sliders from the stored results of a design."""
    from tfs_sim.experiments.storage.stored import Sweep

    named = None if sliders is None else [name.strip() for name in sliders.split(",") if name.strip()]
    written(Sweep.load(folder), out, named, levels_of(under))


def written(sweep: Sweep, out: Path | None, sliders: list[str] | None = None, levels: list[str] | None = None) -> None:
    """Fit emulators, say what they are good for, and write the page."""
    from tfs_sim.experiments.storage.files import replaceable
    from tfs_sim.reasons.exploring import explore as found_by
    from tfs_sim.reasons.exploring_words import told
    from tfs_sim.report import write_explorer

    page = out or sweep.folder / "explore.html"
    replaceable(page)
    with terminal.working("emulators") as shown:
        found = found_by(sweep, sliders, levels, shown.progress)
    print(bold(wrapped(f"{sweep.experiment['title']}: what happens where nothing was run?")))
    for sentence in told(found):
        print(wrapped(sentence, "  "))
    print(f"\nPage     {terminal.path(write_explorer(found, page))}")
