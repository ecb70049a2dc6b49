"""Help, and that it answers at once."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from tfs_sim import __version__
from tfs_sim.cli import app

HEAVY = ("numba", "pandas", "pyarrow", "pydantic", "matplotlib", "mesa", "scipy", "numpy", "rich.progress")


def test_help_names_every_command(call) -> None:  # type: ignore[no-untyped-def]
    said = call("--help")
    assert said.code == 0
    for command in ("run", "sweep", "report", "status", "validate", "check", "list", "explain", "new", "import"):
        assert re.search(rf"\b{command}\b", said.out)
        assert call(command, "--help").code == 0


def commands(group: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        yield " ".join((*before, name)), command
        if hasattr(command, "commands"):
            yield from commands(command, (*before, name))


def test_no_word_of_a_help_is_eaten_by_its_markup() -> None:
    """Square brackets are markup where help is printed: a word in them would be gone."""
    from rich.text import Text

    found = list(commands(typer.main.get_command(app)))
    assert len(found) > 30
    for name, command in found:
        options = [text for each in command.params if (text := getattr(each, "help", None))]
        for text in filter(None, (command.help, command.short_help, command.epilog, *options)):
            assert Text.from_markup(text).plain == text, f"{name}: {text}"


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\nfrom tfs_sim.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted(set(sys.modules) & set(sys.argv[1:])), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *HEAVY], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, tfs_sim, tfs_sim.experiments; dir(tfs_sim); print(sorted(set(sys.modules) & set(sys.argv[1:])))"
    )
    done = subprocess.run([sys.executable, "-c", script, *HEAVY], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_had() -> None:
    import tfs_sim

    for name in tfs_sim.__all__:
        assert getattr(tfs_sim, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'simulatte'"):
        tfs_sim.simulatte  # noqa: B018


def test_version(call) -> None:  # type: ignore[no-untyped-def]
    assert call("--version").out == f"tfs-sim {__version__}\n"
