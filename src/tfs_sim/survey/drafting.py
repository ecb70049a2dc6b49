"""A mapping to begin with: what is guessed of every column, for files that cannot be imported as they are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfs_sim.experiments.storage.files import PRIVATE, write_bytes
from tfs_sim.scenario.errors import Mistake, UserError
from tfs_sim.survey.files import read_sheets
from tfs_sim.survey.guessing import beside, guessed_of
from tfs_sim.survey.mapping import ROLES, FileMap, Mapping, as_toml, read_mapping
from tfs_sim.survey.sheets import LONGEST_NAME

USUAL = "ties"
"""What a sheet is taken for where nothing says what stands in it: most exports have a row a report."""


_ANSWERS = """\
# and of ties, lists and matrices "relation NAME" (contact, referrals …) or "item NAME" (what is thought of a partner).
"""


def draft(
    files: Sequence[str | os.PathLike[str]],
    mapping: str | os.PathLike[str] | None = None,
    name: str = "mapping.toml",
) -> str:
    """Return the text of a mapping.toml with what is guessed of every column, whether or not it is enough to import.

    Parameters
    ----------
    files : as of `import_survey`.
    mapping : a mapping that says some of it already.
    name : what the file will be called.

    Raises
    ------
    UserError
        where files cannot be read, or the mapping says what cannot be.
    """
    sheets = read_sheets([Path(each) for each in files])
    given = Mapping() if mapping is None else read_mapping(Path(mapping), sheets)
    found: dict[str, Any] = {}
    for sheet, said, known, among in beside(sheets, given):
        try:
            guess = guessed_of(sheet, said, known, among)
        except UserError:
            if said.holds or said.columns:
                raise
            guess = guessed_of(sheet, FileMap(holds=USUAL), known, among)
        told = (each for each in guess.columns if each.role != "organization" and len(each.name) <= LONGEST_NAME)
        columns = {each.name: each.role for each in told}
        about: dict[str, Any] = {"holds": guess.holds, "wave": guess.wave, "columns": columns}
        found[sheet.name] = {key: value for key, value in about.items() if value}
    roles = "\n".join(f'#   where holds = "{holds}": {", ".join(names)}' for holds, names in ROLES.items())
    return f"{as_toml({'files': found}, name)}\n# A column may be\n{roles}\n{_ANSWERS}"


def write_draft(text: str, path: Path) -> None:
    """Write a draft, which may hold names, for nobody else to read.

    Raises
    ------
    UserError
        where there is a file already, or none can be written.
    """
    if path.exists() or path.is_symlink():
        raise UserError(Mistake(f"{path} is there already: a draft never writes over what you may have corrected"))
    write_bytes(path, text.encode(), PRIVATE)
