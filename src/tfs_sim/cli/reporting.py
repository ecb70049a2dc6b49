"""`tfs-sim report`."""

from __future__ import annotations

from pathlib import Path

from tfs_sim.cli import running, terminal
from tfs_sim.cli.terminal import bold
from tfs_sim.scenario.errors import Mistake, UserError


def report(folder: Path, audience: str, one_page: bool, slides: bool) -> None:
    """Write the page again, or the one-pager or slides instead, from stored results alone."""
    from tfs_sim.analysis.stored import Stored
    from tfs_sim.experiments.storage.files import replaceable
    from tfs_sim.experiments.storage.stored import Sweep
    from tfs_sim.report import write_one_page, write_slides
    from tfs_sim.report.audiences import file_name, reader
    from tfs_sim.report.one_page import FILE as SHEET
    from tfs_sim.report.slides import FILE as SLIDES

    reader(audience)
    shorter = [option for option, asked in (("--one-page", one_page), ("--slides", slides)) if asked]
    if shorter and audience != "researcher":
        message = f"{shorter[0]} is the same for every audience"
        raise UserError(Mistake(message, hint=f"Leave out --audience, or {shorter[0]}."))
    done = Sweep.load(folder)
    for name, asked in ((file_name(audience), not shorter), (SHEET, one_page), (SLIDES, slides)):
        if asked:
            replaceable(folder / name)
    print(bold(done.experiment["title"]))
    running.found(done)
    if not shorter:
        running.written(done, audience)
        return
    print()
    stored = Stored.of(done)
    if one_page:
        print(f"One page {terminal.path(write_one_page(stored, folder))}")
    if slides:
        print(f"Slides   {terminal.path(write_slides(stored, folder))}")
