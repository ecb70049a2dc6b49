"""`tfs-sim validate`: the table, with mechanisms off if asked for, and the matrix of necessity."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tfs_sim.cli import terminal
from tfs_sim.cli.leaving import in_colour
from tfs_sim.cli.terminal import bold, wrapped
from tfs_sim.scenario.errors import count

if TYPE_CHECKING:
    from tfs_sim.validation import Verdict

NARROW = 80
"""On terminals with fewer columns than this, a table is written as a block of lines for each of its rows."""

COLUMNS = ("Row", "Source", "Kind", "Required", "Measured", "Interval", "Share", "Verdict")


def _names(only: str | None) -> list[str] | None:
    return None if only is None else [name for name in only.split(",") if name.strip()] or [only]


def validate(
    only: str | None, without: list[str] | None, quick: bool, as_json: bool, out: Path, workers: int | None
) -> None:
    """Check the rows, print the table, write the page; leave with 1 if a row fails."""
    from tfs_sim import validation

    names = _names(only)
    validation.chosen(names)
    off = validation.switches(without or [])
    if off:  # a page of its own: it says nothing of the model as it is
        out = out.with_name("-".join([out.name, "without", *off]))
    from tfs_sim.report.validation import plain, write_validation
    from tfs_sim.validation.row import QUICK_RULES

    with _held(out):
        with terminal.working("rows") as shown:
            verdicts = validation.validate(names, quick, workers, shown.progress, off)
        path = write_validation(verdicts, out, quick=quick, without=off)
    failing = [verdict.row.name for verdict in verdicts if not verdict.passes]
    if as_json:
        print(terminal.as_json([plain(verdict) for verdict in verdicts]))
    else:
        print(table(verdicts))
        rows = count(len(verdicts), "row")
        said = f"{len(failing)} of {rows} fail: {', '.join(failing)}." if failing else f"{rows}: none fails."
        print(f"\n{bold(wrapped(said))}")
        if quick:
            print(wrapped(QUICK_RULES))
        print(f"Page     {terminal.path(path)}")
    if failing:
        sys.exit(1)


def necessity(
    only: str | None, without: list[str] | None, quick: bool, as_json: bool, out: Path, workers: int | None
) -> None:
    """Switch mechanisms off one by one, print and write what breaks; leave with 1 if a pattern can do without.

    A pattern should need the mechanism that is said to make it.
    """
    from tfs_sim import validation

    names = _names(only)
    validation.chosen(names)
    validation.switches(without or [])
    from tfs_sim.report.necessity import HEADINGS, cells, plain, write_necessity

    with _held(out):
        with terminal.working("checks") as shown:
            matrix = validation.necessity(names, without, quick, workers, shown.progress)
        path = write_necessity(matrix, out)
    if as_json:
        print(terminal.as_json(plain(matrix)))
    else:
        keys = ("name", "own", "broke", "not", "unforeseen", "defined")
        lines = [cells(column) for column in matrix.columns]
        print(_drawn(HEADINGS, [([line[key] for key in keys], line["mark"] == "fails") for line in lines]))
        said = "; ".join(f"{row} holds without {name}" for name, row in matrix.survived)
        held = f"Patterns that hold without their own mechanism: {said}."
        said = held if said else "No pattern holds without its own mechanism."
        print(f"\n{bold(wrapped(said))}\n{wrapped(KEY)}\nPage     {terminal.path(path)}")
    if matrix.survived:
        sys.exit(1)


KEY = '"?": in doubt; "–": nothing is left to ask. What breaks by definition says nothing about necessity.'


@contextmanager
def _held(out: Path) -> Iterator[None]:
    """Hold a folder for a validation; refuse one that is a file, holds something else or is in use, before any work."""
    from tfs_sim.experiments.storage import files
    from tfs_sim.experiments.storage.holding import only_one, refuse_strangers

    if not _has_been_written(out):
        refuse_strangers(out, "a validation")
    files.writable(files.made_folder(out))
    with only_one(out):
        yield


def _has_been_written(out: Path) -> bool:
    """Say whether a folder has the record of a validation, and not something else of that name."""
    from tfs_sim.experiments.storage import files

    rows, matrix = (files.read_json(out / name) for name in ("verdicts.json", "necessity.json"))
    told = isinstance(rows, list) and all(isinstance(row, dict) and {"row", "passes"} <= row.keys() for row in rows)
    return told or (isinstance(matrix, dict) and {"with_everything", "variations"} <= matrix.keys())


def table(verdicts: Sequence[Verdict]) -> str:
    """Return the verdicts as a table, cells wrapped to the terminal."""
    from tfs_sim.report.validation import cells

    keys = ["name", *(name.lower() for name in COLUMNS[1:])]
    lines = [cells(verdict) for verdict in verdicts]
    return _drawn(COLUMNS, [([line[key] for key in keys], line["mark"] == "fails") for line in lines])


def _drawn(head: Sequence[str], lines: Sequence[tuple[list[str], bool]]) -> str:
    """Return lines of cells, wrapped to the terminal; those that are marked stand out."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    wide = shutil.get_terminal_size((140, 24)).columns
    if wide < NARROW:
        blocks = [[f"{name}: {text}" for name, text in zip(head, texts, strict=True) if text] for texts, _ in lines]
        return "\n\n".join("\n".join(wrapped(line, "  ", "") for line in block) for block in blocks)
    console = Console(width=min(wide, 140), highlight=False, no_color=not in_colour(sys.stdout))
    drawn = Table(box=SIMPLE, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for name in head:
        drawn.add_column(name, overflow="fold", no_wrap=name in ("Row", "Share", "Verdict", "Without"))
    for texts, stands_out in lines:
        drawn.add_row(*(Text(text, style="bold red" if stands_out else "") for text in texts))
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().rstrip().splitlines())
