"""The page of commands: what `tfs-sim` can be asked, as its own help says it."""

from __future__ import annotations

from typing import Any

import typer
from parts import table

from tfs_sim.cli import commands  # noqa: F401 - the commands come to the app
from tfs_sim.cli.app import app

HEAD = """\
# Commands

What `tfs-sim COMMAND --help` says. Exit codes: 0 done; 1 the answer to what was asked is no (`audit`, `merge`,
`reproduce`, `validate`), or a mistake of ours; 2 a mistake in what was given, or in the machine; 130 stopped with
Ctrl-C, and what is finished is kept.

"""


def page() -> str:
    """Every command with its arguments and options."""
    text = HEAD
    for name, command in _commands(typer.main.get_command(app), "tfs-sim"):
        given = [each for each in command.params if each.param_type_name == "argument"]
        options = [each for each in command.params if each.param_type_name == "option" and not each.hidden]
        text += f"## `{name}`\n\n{' '.join((command.help or '').split())}\n\n"
        line = " ".join([name, *(each.metavar for each in given), *(["[OPTIONS]"] if options else [])])
        text += f"```sh\n{line}\n```\n\n"
        rows = [[f"`{each.metavar}`", each.help or ""] for each in given]
        rows += [[f"`{_called(each)}`", each.help or ""] for each in options]
        text += table(["", "what it is"], rows) if rows else ""
    return text


def _commands(command: Any, name: str) -> list[tuple[str, Any]]:
    within = getattr(command, "commands", None)
    if within is None:
        return [(name, command)]
    return [each for key, one in within.items() for each in _commands(one, f"{name} {key}")]


def _called(option: Any) -> str:
    names = ", ".join([*option.opts, *option.secondary_opts])
    return names if option.is_flag else f"{names} {option.metavar or option.type.name.upper()}"
