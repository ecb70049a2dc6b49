"""Pages on words: the glossary's line alone, and with its source."""

from __future__ import annotations

from collections.abc import Sequence

from tfs_sim.cli.explaining.layout import reference_list
from tfs_sim.cli.terminal import bold, columns, dim, wrapped
from tfs_sim.literature.bibliography import short
from tfs_sim.literature.glossary import HERE, Word
from tfs_sim.scenario.errors import quote


def sentence(meant: Word, asked: str, beside: Sequence[str]) -> str:
    """Return what a word means, in its one sentence, and how to see more of that name where there is more.

    Parameters
    ----------
    asked : the name as it was asked for.
    beside : kinds of what else has that name: "mechanism", "arrays".
    """
    more = ["source"] if meant.source != HERE else []
    more += ["other names"] if meant.also else []
    more += beside
    if not more:
        return _told(meant)
    command = f"tfs-sim explain {quote(asked) if ' ' in asked else asked} --all"
    return "\n".join([_told(meant), "", wrapped(f"More ({', '.join(more)}): {command}", "    ", "  ")])


def about(meant: Word) -> str:
    """Return what a word means, where that comes from, and what others call it."""
    rows = [("source", short(meant.source))]
    if meant.also:
        rows.append(("also", ", ".join(meant.also)))
    return "\n".join([_told(meant), "", columns(rows), *reference_list(meant.source)])


def _told(meant: Word) -> str:
    return f"{bold(meant.name)}  {dim('word')}\n{wrapped(meant.meaning, '  ', '  ')}"
