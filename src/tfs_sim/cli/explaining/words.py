"""Pages on words: the glossary's line with its source."""

from __future__ import annotations

from tfs_sim.cli.explaining.layout import reference_list
from tfs_sim.cli.terminal import bold, columns, dim, wrapped
from tfs_sim.literature.bibliography import short
from tfs_sim.literature.glossary import Word


def about(meant: Word) -> str:
    """Return what a word means."""
    rows = [("source", short(meant.source))]
    if meant.also:
        rows.append(("also", ", ".join(meant.also)))
    lines = [f"{bold(meant.name)}  {dim('word')}", wrapped(meant.meaning, "  ", "  "), "", columns(rows)]
    return "\n".join([*lines, *reference_list(meant.source)])
