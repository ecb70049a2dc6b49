"""`tfs-sim calibrate --data`: sets of parameters conditioned on what was seen of one town."""

from __future__ import annotations

from pathlib import Path

from tfs_sim.cli import terminal
from tfs_sim.cli.terminal import bold, wrapped


def condition(
    data: Path, prior: str | None, out: Path | None, seed: int | None, workers: int | None, as_json: bool
) -> None:
    """Condition sets, and print what was learned and not."""
    from tfs_sim.calibration.town import condition as conditioned
    from tfs_sim.calibration.town_words import sentences, tables
    from tfs_sim.experiments.designs.uncertainty import USUAL

    with terminal.working("sets") as shown:
        done = conditioned(
            data, USUAL if prior is None else prior, out, seed, workers, progress=shown.progress, notice=shown.notice
        )
    if as_json:
        print(terminal.as_json(done.found.record() | {"ensemble": str(done.ensemble.path)}))
        return
    print(bold(wrapped(done.found.title)))
    for sentence in sentences(done.found):
        print(wrapped(sentence))
    print()
    print("\n\n".join(tables(done.found)))
    print()
    print(f"Kept in   {terminal.path(done.folder)}")
    print(f"Ensemble  {terminal.path(done.ensemble.path)}")
    print(wrapped(f'Run over it with: tfs-sim sweep EXPERIMENT --uncertainty "{done.ensemble.path}"'))
