"""`tfs-sim reproduce` and `export`: results handed on, and run again elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tfs_sim.cli import terminal
from tfs_sim.cli.looking import only
from tfs_sim.cli.terminal import bold, path, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, listed, nearest, quote

if TYPE_CHECKING:
    from tfs_sim.scenario import Scenario


def reproduce(folder: Path, out: Path | None, workers: int | None) -> None:
    """Run a stored study again from its provenance, say whether the bits agree, and leave with 1 if they do not."""
    from tfs_sim.experiments.execution.reproducing import reproduce as again
    from tfs_sim.experiments.execution.reproducing import told

    with terminal.working() as shown:
        found = again(folder, out, workers, shown.progress, shown.notice)
    print(bold(wrapped(f"{folder.resolve().name}, run again from its provenance alone")))
    for sentence in told(found):
        print(wrapped(sentence, "  ", "  "))
    if out is not None:
        print(f"\nResults    {path(found.folder)}")
    if not found.same:
        sys.exit(1)


def export(
    folder: str,
    out: Path | None,
    excel: bool,
    month: int | None,
    strategy: str | None,
    site: str | None,
    replicate: int,
    parameter_set: str | None,
) -> None:
    """Write results for R and Excel, or the network of a month as GraphML."""
    from tfs_sim.experiments.execution import exporting

    if month is None:
        for name, value in (("--strategy", strategy), ("--site", site), ("--set", parameter_set)):
            if value is not None:
                raise UserError(Mistake(f"{name} is for the network of a month: --month M"))
        target = out if out is not None else Path(folder) / "export"
        for file in exporting.export(folder, target, excel):
            print(f"  {path(file)}")
        print(
            wrapped(
                'In R: folder <- "THAT FOLDER"; source(file.path(folder, "read.R")). codebook.csv says what is what.'
            )
        )
        return
    if excel:
        raise UserError(Mistake("--excel is for tables; --month writes a network"))
    from tfs_sim.experiments.storage import files

    source = Path(folder)
    given = None
    if source.is_dir() and (source / "experiment.json").is_file():
        arm, seed, parameter_set, given = _of_results(source, strategy, parameter_set)
    else:
        arm, seed = _of_scenario(folder, strategy), 1
    content = exporting.graphml(arm, month, site, replicate, seed, parameter_set or "", settings=given)
    named = "-".join(each for each in ("network", strategy or "", f"month-{month}") if each)
    target = out if out is not None else Path(f"{named}.graphml")
    files.write_bytes(target, content)
    print(f"Network    {path(target)}")


def _of_scenario(name: str, strategy: str | None) -> Scenario:
    from tfs_sim.calibration.asking import surveyed_folder
    from tfs_sim.scenario import load_scenario

    if strategy is not None:
        raise UserError(Mistake("--strategy is for results of an experiment; a scenario has its own"))
    file = str(surveyed_folder(Path(name))) if Path(name).is_dir() else name
    only("scenarios", file)
    return load_scenario(file)


def _of_results(folder: Path, strategy: str | None, wanted: str | None) -> tuple[Scenario, int, str, dict | None]:  # type: ignore[type-arg]
    """Return the arm that is run, its luck, the set that it is run under, and what that gives."""
    from tfs_sim.experiments.execution.again import again

    study = again(folder)
    labels = {", ".join(key): arm for key, arm in study.arms.items()}
    name = strategy if strategy is not None else next(iter(labels))
    if name not in labels:
        message = f"there is no {quote(name)} in {folder}; there are {listed(list(labels), 12)}"
        raise UserError(Mistake(message, suggestion=nearest(name, list(labels))))
    if study.sets is None:
        if wanted is not None:
            raise UserError(Mistake("--set is for results over sets of parameters, and these have none"))
        return labels[name].scenario, study.seed, "", None
    identity = wanted or study.sets.ids[0]
    if identity not in study.sets.ids:
        message = f"there is no set {quote(identity)} in {folder}"
        raise UserError(Mistake(message, suggestion=nearest(identity, study.sets.ids[:1000])))
    return labels[name].scenario, study.seed, identity, study.sets.settings(study.sets.ids.index(identity))
