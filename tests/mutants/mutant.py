"""A mutant: a small wrong change of a source file, by its text; and the table of those that are kept."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "tfs_sim"
TABLE = Path(__file__).with_name("table.toml")

LAYERS = (
    "model",
    "scenario",
    "experiments",
    "estimators",
    "survey",
    "decisions",
    "calibration",
    "analysis",
    "reasons",
    "validation",
    "problems",
    "report",
    "figures",
)
"""Folders of the package whose files are mutated."""


class MisplacedError(Exception):
    """Why a mutant cannot be made, in words that follow its name."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong change.

    Attributes
    ----------
    file : below the package.
    text, instead : the text to be replaced, which occurs once in the file, and what replaces it.
    misleads : what a reader would be told wrongly.
    drawn : by which operator and seed; empty where a person wrote it.
    equivalent : why nothing could see it; empty where something must.
    by : the test that alone has seen it, which is tried first; empty where nearer ones do.
    """

    file: str
    text: str
    instead: str
    misleads: str
    drawn: str = ""
    equivalent: str = ""
    by: str = ""

    @property
    def layer(self) -> str:
        """The layer that the file belongs to."""
        return self.file.partition("/")[0]

    @property
    def said(self) -> str:
        """The change in one line."""
        old, new = (" ".join(text.split()) for text in (self.text, self.instead))
        return f"{self.file}: {old} → {new or 'nothing'}"

    def applied(self, source: str) -> str:
        """Return the file with the change.

        Raises
        ------
        MisplacedError
            If the text is not there exactly once, or what comes of it is no Python.
        """
        found = source.count(self.text)
        if found != 1:
            where = "is no longer in the file" if not found else f"is in the file {found} times"
            raise MisplacedError(f"the text {where}; it must be there once")
        changed = source.replace(self.text, self.instead)
        if changed == source:
            raise MisplacedError("the change changes nothing")
        try:
            compile(changed, self.file, "exec", dont_inherit=True)
        except SyntaxError as problem:
            raise MisplacedError(f"the changed file is no Python ({problem.msg})") from problem
        return changed


def read(path: Path = TABLE) -> list[Mutant]:
    """Return the mutants of a table."""
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]
    return [Mutant(**entry) for entry in entries]
