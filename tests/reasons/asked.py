"""What tests of reasons ask with: three groups of mechanisms, and the command line."""

from __future__ import annotations

from typing import Any

import pytest

from tfs_sim.cli import main

GROUPS = ["people: turnover, key_people, smoothing, fresh_start", "trust", "national"]
"""Three groups of mechanisms; the last has nothing to act on in the town."""


def command(capsys: Any, *arguments: str) -> tuple[int, str, str]:
    """Run a command; return its exit code and what it printed and told."""
    with pytest.raises(SystemExit) as leave:
        main(list(arguments))
    said = capsys.readouterr()
    return int(leave.value.code or 0), said.out, said.err
