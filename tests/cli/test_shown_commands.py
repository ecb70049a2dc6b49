"""Every command that documentation and reports show can be typed: the command line's own parser takes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parsing import UsageError, taken

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
LEFT_OPEN = re.compile(r"…|\.\.\.|\bNAME=|\$|<|\[|\(| \| ")
"""A line that is a form and no command: something in it is to be filled in."""


def shown() -> list[tuple[str, str]]:
    """Return where a command stands and how it reads, from blocks of code."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in re.findall(r"^ *```(?:sh|bash|console|text)?\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
            for line in block.replace("\\\n", " ").splitlines():
                if match := re.match(r"\s*(?:\$ )?tfs-sim ([a-z].*)", line):
                    found.append((str(page.relative_to(ROOT)), match[1]))
    return found


COMMANDS = [each for each in shown() if not LEFT_OPEN.search(each[1].split("  #")[0])]


def test_there_are_commands_to_look_at() -> None:
    pages = {page for page, _ in COMMANDS}
    assert len(COMMANDS) > 60 and "README.md" in pages and "docs/how-to/why.md" in pages


@pytest.mark.parametrize(("page", "text"), COMMANDS, ids=[f"{page}: {text[:50]}" for page, text in COMMANDS])
def test_a_shown_command_is_taken(page: str, text: str) -> None:
    taken(text)


def test_a_command_that_does_not_exist_is_not_taken() -> None:
    for text in ("swep crisis-shock", "structure DIR one two", "why DIR a b --no-such-option", "decide"):
        with pytest.raises(UsageError):
            taken(text)
