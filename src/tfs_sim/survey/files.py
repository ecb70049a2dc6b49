"""The one door for files of a survey: by its ending each is read by who can read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tfs_sim.scenario.errors import Mistake, UserError, listed, nearest, quote
from tfs_sim.survey.dl import read_dl
from tfs_sim.survey.graphs import read_gml, read_graphml
from tfs_sim.survey.pajek import read_pajek
from tfs_sim.survey.shapes import squared
from tfs_sim.survey.sheets import Sheet, read_table
from tfs_sim.survey.workbooks import read_workbook

MOST_FILES = 50


def _table(path: Path) -> list[Sheet]:
    return [squared(read_table(path))]


READERS: dict[str, Callable[[Path], list[Sheet]]] = {
    ".csv": _table,
    ".tsv": _table,
    ".txt": _table,
    ".xlsx": read_workbook,
    ".xlsm": read_workbook,
    ".graphml": read_graphml,
    ".gml": read_gml,
    ".net": read_pajek,
    ".paj": read_pajek,
    ".dl": read_dl,
}
"""Who reads files with an ending."""


def read_sheets(paths: Sequence[Path]) -> list[Sheet]:
    """Return the sheets of files, in their order.

    Raises
    ------
    UserError
        with every file that cannot be read, in a sentence each.
    """
    if not paths:
        raise UserError(Mistake("no file is given"))
    if len(paths) > MOST_FILES:
        raise UserError(Mistake(f"at most {MOST_FILES} files are read at a time; there are {len(paths)}"))
    sheets: list[Sheet] = []
    mistakes: list[Mistake] = []
    for path in paths:
        try:
            sheets += _reader(path)(path)
        except UserError as error:
            mistakes += error.mistakes
    names = [sheet.name for sheet in sheets]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            mistakes.append(Mistake(f"two files are called {quote(name)}; rename one of the two"))
    if mistakes:
        raise UserError(mistakes)
    return sheets


def _reader(path: Path) -> Callable[[Path], list[Sheet]]:
    ending = path.suffix.lower()
    if ending not in READERS:
        hint = {".xls": "Save it as .xlsx or .csv.", ".ods": "Save it as .xlsx or .csv."}.get(ending, "")
        message = f"files that end in {quote(ending)} are not read; there are {listed(list(READERS), 20)}"
        raise UserError(Mistake(message, file=path.name, suggestion=nearest(ending, READERS), hint=hint))
    return READERS[ending]
