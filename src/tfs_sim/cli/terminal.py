"""How things look in a terminal: width, wrapped text, bold words, progress."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from tfs_sim.cli.leaving import in_colour
from tfs_sim.scenario.characters import shown

LOG_SECONDS = 5.0
"""Where there is no terminal, progress is a line every so many seconds."""


def width() -> int:
    """Return how many columns text may take: the terminal's, 100 at most."""
    return max(40, min(100, shutil.get_terminal_size((80, 24)).columns))


def bold(text: str) -> str:
    """Return `text` in bold where the terminal wants that."""
    return f"\033[1m{text}\033[0m" if in_colour(sys.stdout) else text


def dim(text: str) -> str:
    """Return `text` in grey where the terminal wants that."""
    return f"\033[2m{text}\033[0m" if in_colour(sys.stdout) else text


def path(where: Path) -> str:
    """Return a path as one line: a folder may be called anything, and must not steer the terminal."""
    return shown(str(where))


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Return `text` broken into lines, the lines after the first indented; names in it do not steer the terminal."""
    return textwrap.fill(
        shown(" ".join(text.split())),
        width=width(),
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def columns(rows: list[tuple[str, str]], indent: str = "  ") -> str:
    """Return names with a line on each, the lines aligned and wrapped."""
    widest = min(max((len(name) for name, _ in rows), default=0), 30)
    lines = []
    for name, text in rows:
        lead = f"{indent}{name:<{widest}}  "
        lines.append(wrapped(text, " " * (len(indent) + widest + 2), lead) if text else lead.rstrip())
    return "\n".join(lines)


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a table: the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = []
    for row in [head, *rows]:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(size) for cell, size in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    lines[0] = bold(lines[0])
    return "\n".join(lines)


def tables(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return a wide table as several, each with as many columns beside the first as the terminal takes."""
    widths = [max(len(row[i]) for row in [head, *rows]) + 2 for i in range(len(head))]
    blocks: list[list[int]] = [[]]
    for column in range(1, len(head)):
        if blocks[-1] and widths[0] - 2 + sum(widths[i] for i in blocks[-1]) + widths[column] > width():
            blocks.append([])
        blocks[-1].append(column)
    return [
        table([head[0], *(head[i] for i in block)], [[row[0], *(row[i] for i in block)] for row in rows])
        for block in blocks
    ]


def as_json(content: Any) -> str:
    """Return JSON for programs; what the output's code page lacks is escaped, so that nothing is changed."""
    unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "").startswith("utf")
    return json.dumps(content, indent=2, ensure_ascii=not unicode)


class Shown(Protocol):
    """What a command tells while it works."""

    def progress(self, done: int, total: int, rate: float) -> None:
        """Show that `done` of `total` runs are done, `rate` a second."""

    def notice(self, sentence: str) -> None:
        """Show a sentence."""


@contextmanager
def working(noun: str = "runs") -> Iterator[Shown]:
    """Give what shows progress on standard error: a bar on a terminal, a line now and then elsewhere.

    `noun` says what is counted.
    """
    from tfs_sim.model import compiling

    if sys.stderr.isatty():
        with _bar(noun) as shown, compiling.told(shown.compiling):
            yield shown
    else:
        log = _Log(noun)
        with compiling.told(log.compiling):
            yield log


@contextmanager
def compiling_shown() -> Iterator[None]:
    """Show how far the compiler is wherever a command has to wait for it, and shows nothing else."""
    from tfs_sim.model import compiling

    with ExitStack() as waiting:
        shown: list[_Bar | _Log] = []

        def tell(share: float, what: str, left: float) -> None:
            if not shown:
                shown.append(waiting.enter_context(_bar("")) if sys.stderr.isatty() else _Log())
                shown[0].notice(compiling.ANNOUNCED)
            shown[0].compiling(share, what, left)
            if share == 1.0:
                waiting.close()
                shown.clear()

        with compiling.told(tell):
            yield


class _Log:
    """Progress as lines."""

    def __init__(self, noun: str = "runs") -> None:
        self._noun = noun
        self._told = time.monotonic()

    def progress(self, done: int, total: int, rate: float) -> None:
        now = time.monotonic()
        if rate and (now - self._told >= LOG_SECONDS or done == total):
            self._told = now
            self.notice(f"{done:,} / {total:,} {self._noun} · {pace(rate)} · {clock((total - done) / rate)} left")

    def compiling(self, share: float, what: str, left: float) -> None:
        now = time.monotonic()
        if now - self._told >= LOG_SECONDS and share < 1.0:
            self._told = now
            self.notice(in_the_making(share, what, left))

    def notice(self, sentence: str) -> None:
        with suppress(OSError):  # standard error that is full or gone is no reason to stop the work
            print(f"  {shown(sentence)}", file=sys.stderr, flush=True)


@contextmanager
def _bar(noun: str) -> Iterator[_Bar]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    console = Console(stderr=True, highlight=False)
    bar = Progress(
        SpinnerColumn(finished_text=" "),
        BarColumn(bar_width=36),
        TextColumn("{task.description}"),
        console=console,
        refresh_per_second=8,
    )
    with bar:
        yield _Bar(bar, noun)


class _Bar:
    """Progress as a bar."""

    def __init__(self, bar: object, noun: str) -> None:
        from rich.progress import Progress

        assert isinstance(bar, Progress)
        self._bar = bar
        self._noun = noun
        self._task = bar.add_task("", total=None, visible=False)

    def progress(self, done: int, total: int, rate: float) -> None:
        left = f" · {clock((total - done) / rate)} left" if rate and done < total else ""
        text = f"{done:,} / {total:,} {self._noun}" + (f" · {pace(rate)}" if rate else "") + left
        self._bar.update(self._task, completed=done, total=total, description=text, visible=True)

    def compiling(self, share: float, what: str, left: float) -> None:
        text = in_the_making(share, what, left)
        self._bar.update(self._task, completed=100 * share, total=100, description=text, visible=share < 1.0)

    def notice(self, sentence: str) -> None:
        self._bar.console.print(f"  {shown(sentence)}", markup=False)


def in_the_making(share: float, what: str, left: float) -> str:
    """Return how far compiling is: "compiling 34% (trust) · 0:00:21 left"."""
    at = f" ({what})" if what else ""
    return f"compiling {100 * share:.0f}%{at}" + (f" · about {clock(left)} left" if left else "")


def pace(rate: float) -> str:
    """Return "612 a second", or "4.2 a minute" where runs are slow."""
    if rate >= 1:
        return f"{rate:,.0f} a second"
    return f"{rate * 60:,.1f} a minute"


def clock(seconds: float) -> str:
    """Return a duration as "0:02:10"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
