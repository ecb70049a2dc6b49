"""`tfs-sim validate`."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tfs_sim.cli import in_colour, terminal
from tfs_sim.cli.terminal import bold, count, wrapped

if TYPE_CHECKING:
    from tfs_sim.analysis.validation import Verdict

COLUMNS = ("Row", "Source", "Kind", "Required", "Measured", "Interval", "Share", "Verdict")


def validate(only: str | None, quick: bool, as_json: bool, out: Path, workers: int | None) -> None:
    """Check the rows, print the table, write the page; leave with 1 if a row fails."""
    from tfs_sim.analysis import validation

    names = None if only is None else [name for name in only.split(",") if name.strip()] or [only]
    validation.chosen(names)
    _check_folder(out)
    with terminal.working("rows") as shown:
        verdicts = validation.validate(names, quick, workers, shown.progress)
    from tfs_sim.report.validation import plain, write_validation

    path = write_validation(verdicts, out, quick=quick)
    failing = [verdict.row.name for verdict in verdicts if not verdict.passes]
    if as_json:
        print(json.dumps([plain(verdict) for verdict in verdicts], indent=2, ensure_ascii=False))
    else:
        print(table(verdicts))
        rows = count(len(verdicts), "row")
        said = f"{len(failing)} of {rows} fail: {', '.join(failing)}." if failing else f"{rows}: none fails."
        print(f"\n{bold(wrapped(said))}\nPage     {path}")
    if failing:
        sys.exit(1)


def _check_folder(out: Path) -> None:
    """Refuse a folder that is a file, or that holds something else, before any work is done."""
    from tfs_sim.scenario.errors import Mistake, UserError

    if out.exists() and not out.is_dir():
        raise UserError(Mistake(f"{out} is a file, not a folder"))
    strange = out.is_dir() and not (out / "verdicts.json").is_file() and next(out.iterdir(), None)
    if strange:
        raise UserError(Mistake(f"{out} is not a folder of a validation: it holds {strange.name}"))


def table(verdicts: Sequence[Verdict]) -> str:
    """Return the verdicts as a table, cells wrapped to the terminal."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tfs_sim.report.validation import cells

    wide = shutil.get_terminal_size((140, 24)).columns
    console = Console(width=max(80, min(wide, 140)), highlight=False, no_color=not in_colour(sys.stdout))
    drawn = Table(box=SIMPLE, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for name in COLUMNS:
        drawn.add_column(name, overflow="fold", no_wrap=name in ("Row", "Share", "Verdict"))
    for verdict in verdicts:
        texts = cells(verdict)
        style = "bold red" if texts["mark"] == "fails" else ""
        drawn.add_row(*(Text(texts[{"Row": "name"}.get(name, name.lower())], style=style) for name in COLUMNS))
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().rstrip().splitlines())
