"""The command `optimize`: which practices to buy for a budget, and when."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tfs_sim.cli import terminal
from tfs_sim.cli.looking import only
from tfs_sim.cli.terminal import as_json, bold, wrapped

if TYPE_CHECKING:
    from tfs_sim.analysis.optimized import Optimized


def optimize(
    name: str,
    worth: float | None,
    seed: int | None,
    sets: int | None,
    replicates: int | None,
    uncertainty: str | None,
    workers: int | None,
    out: Path | None,
    fresh: bool,
    json: bool,
) -> None:
    """Search, say what was found, and write it with its chart into the folder of the search."""
    from tfs_sim.analysis.optimizing import FRONTIER
    from tfs_sim.analysis.optimizing import optimize as searched
    from tfs_sim.experiments.designs.design import load_experiment
    from tfs_sim.figures.frontier import frontier_chart
    from tfs_sim.figures.save import save

    only("experiments", name)
    experiment = load_experiment(name)
    with terminal.working() as shown:
        found = searched(
            experiment, worth, seed, sets, replicates, uncertainty, workers, out, shown.progress, shown.notice, fresh
        )
    chart = save(frontier_chart(found).figure, found.folder / FRONTIER)[0]
    if json:
        print(as_json(found.record()))
        return
    tell(found)
    print(f"\nSearch     {terminal.path(found.folder)}\nChart      {terminal.path(chart)}")


def tell(found: Optimized) -> None:
    """Print what a search found."""
    from tfs_sim.analysis import optimized_words as said
    from tfs_sim.analysis.stamps import stamp

    print(bold(wrapped(found.experiment.title or found.experiment.name)))
    for sentence in said.told(found):
        print(wrapped(sentence, "  ", "  "))
    print()
    _listed(*said.finalists(found))
    print()
    _listed(*said.gains(found))
    if found.sought.others:
        print()
        _listed(*said.frontier(found))
    print("\n" + wrapped(" ".join(filter(None, stamp(found.stamp, True)))))


def _listed(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows with what is long on lines of its own."""
    print(bold("  " + " · ".join(head)))
    for row in rows:
        first, *rest = (each for each in row if each)
        print(wrapped(first, "    ", "  "))
        print(wrapped(" · ".join(rest), "      ", "      "))
