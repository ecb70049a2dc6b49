"""What the command line's own parser says of a command, without running it."""

from __future__ import annotations

import shlex

import typer
from typer.core import TyperGroup

from tfs_sim.cli.app import app

UsageError = typer.BadParameter.__mro__[1]
"""What the parser refuses a command with, whichever parser Typer brings."""


def taken(text: str) -> None:
    """Parse a command as the command line does; run nothing."""
    words = shlex.split(text, comments=True)
    for stop in ("&&", ";", "&", ">", "2>&1", "||"):
        words = words[: words.index(stop)] if stop in words else words
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    within = group
    context = typer.Context(group, info_name="tfs-sim")
    while True:
        name, command, rest = within.resolve_command(context, words)
        assert command is not None, name
        if not isinstance(command, TyperGroup):
            command.make_context(str(name), list(rest), parent=context)
            return
        within, words = command, list(rest)
        context = typer.Context(command, info_name=name, parent=context)
