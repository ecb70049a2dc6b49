"""Mistakes in what a user wrote, and how they are told: the place, what was found, what would be right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from tfs_sim.scenario.characters import printable, shown

KeyPath = tuple[str | int, ...]
"""Where a value stands in a file: ("interventions", 2, "dose")."""

_WIDEST = 160


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: what was found and what would be right, with its place if it stands in a file.

    Attributes
    ----------
    message : one sentence without a full stop.
    key : path of the value among the keys, () if there is none.
    at : whether the key or the value is wrong; the underline goes there.
    suggestion : what the user probably meant, told as `did you mean "…"?`.
    note : what is said at the underline when there is no suggestion.
    hint : a command or a sentence that helps further.
    file, line, column, length, source : the place: name of the file, line and column (from 1), how many
        characters are underlined, and the text of the line.
    """

    message: str
    key: KeyPath = ()
    at: Literal["key", "value"] = "value"
    suggestion: str = ""
    note: str = ""
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    length: int = 1
    source: str = ""

    def under(self, prefix: KeyPath) -> Mistake:
        """Return the same mistake with its key below `prefix`."""
        return replace(self, key=(*prefix, *self.key))

    def place(self) -> str:
        """Return where the mistake is: `file:line`, the key path, or nothing."""
        if self.file:
            return f"{self.file}:{self.line}" if self.line else self.file
        return dotted(self.key)

    def render(self, colour: bool = False) -> str:
        """Return the mistake as text for a terminal, with ANSI colours if `colour`."""
        bold, red, cyan, end = ("\033[1m", "\033[31m", "\033[36m", "\033[0m") if colour else ("",) * 4
        place, said = shown(self.place()), shown(self.message)
        last = self.key[-1] if self.key and not self.file else None
        if isinstance(last, str) and said.startswith(f"{last} "):  # it is named once, by its whole path
            lines = [f"{bold}{place}{end}{said.removeprefix(last)}"]
        else:
            lines = [f"{bold}{place}{end}: {said}" if place else said]
        remark = shown(f'did you mean "{self.suggestion}"?' if self.suggestion else self.note)
        if self.source:
            excerpt, start = _excerpt(self.source, self.column)
            length = max(1, min(self.length, len(excerpt) - start))
            lines.append(f"{self.line:>7} │ {excerpt}")
            underline = f"{red}{'━' * length}{end}"
            lines.append(f"        │ {' ' * start}{underline}" + (f" {cyan}{remark}{end}" if remark else ""))
        elif remark:
            lines.append(f"  {cyan}{remark}{end}")
        if self.hint:
            lines.append(f"  {shown(self.hint)}")
        return "\n".join(lines)


class UserError(Exception):
    """What a user wrote cannot be used; holds every mistake that was found.

    Attributes
    ----------
    mistakes : the mistakes, in the order of the file.
    """

    def __init__(self, mistakes: Mistake | Iterable[Mistake]):
        self.mistakes: tuple[Mistake, ...] = (mistakes,) if isinstance(mistakes, Mistake) else tuple(mistakes)
        super().__init__(self.mistakes)

    def render(self, colour: bool = False) -> str:
        """Return all mistakes as text, one after the other."""
        told = [mistake.render(colour) for mistake in self.mistakes[:20]]
        if len(self.mistakes) > len(told):
            told.append(f"… and {len(self.mistakes) - len(told):,} more")
        return "\n".join(told)

    def __str__(self) -> str:
        return printable(self.render())


def dotted(key: KeyPath) -> str:
    """Return a key path as people write it; list positions count from 1: `interventions[2].dose`."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += ("." if text else "") + (part if re.fullmatch(r"[\w-]{1,80}", part) else quote(part))
    return text


def quote(value: Any, widest: int = 60) -> str:
    """Return a value as it is written in a file, cut if it is long."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        line = shown(value)
        return f'"{line if len(line) <= widest else line[: widest - 1] + "…"}"'
    elif isinstance(value, int) and abs(value) >= 10**30:
        text = "a number of more than 30 digits"
    elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        text = str(int(value))
    else:
        text = str(value)
    text = shown(text)
    return text if len(text) <= widest else text[: widest - 1] + "…"


def kind_of(value: Any) -> str:
    """Return what a value is, in words: `the text "x"`, `a list`, `a table`, `true`, `the number 3`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {quote(value)}" if value else "an empty text"
    if isinstance(value, int | float):
        said = quote(value)
        return said if said.startswith("a number") else f"the number {said}"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple | set | frozenset):
        return "a list"
    if value is None:
        return "nothing"
    if hasattr(value, "isoformat"):
        return f"the date {value.isoformat()}"
    return f"something else ({type(value).__name__})"


def nearest(name: str, candidates: Iterable[str]) -> str:
    """Return the candidate that was probably meant by `name`, or an empty text.

    Case, spaces, underscores, hyphens and leading zeros do not count.
    """
    return "" if len(name) > 200 else _nearest(name, tuple(candidates))


@lru_cache(maxsize=1024)
def _nearest(name: str, candidates: tuple[str, ...]) -> str:
    plain: dict[str, str] = {}
    for candidate in candidates:
        plain.setdefault(_plain(candidate), candidate)
    wanted = _plain(name)
    if wanted in plain:
        return plain[wanted]
    close = difflib.get_close_matches(wanted, plain, n=1, cutoff=0.65)
    if close:
        return plain[close[0]]
    longer = [key for key in plain if len(wanted) >= 4 and (key.startswith(wanted) or (wanted.startswith(key) and key))]
    return plain[longer[0]] if len(longer) == 1 else ""


def count(number: int, noun: str, plural: str = "") -> str:
    """Return "1 site" or "4 sites"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(names: Sequence[str], most: int = 12) -> str:
    """Return names as a phrase: `a, b or c`; long lists are cut."""
    names = list(names)
    if len(names) > most:
        return ", ".join(names[:most]) + f", … ({len(names)} in all)"
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " or " + names[-1] if names else "none"


def _plain(name: str) -> str:
    without_zeros = re.sub(r"(?<!\d)0+(?=\d)", "", name)
    return re.sub(r"[\s_\-.]+", "", without_zeros).casefold()


def _excerpt(source: str, column: int) -> tuple[str, int]:
    """Return the part of a line around a column (from 1), and where that column is in it (from 0)."""
    line = shown(source)
    start = max(0, min(column - 1, len(line)))
    if len(line) <= _WIDEST:
        return line, start
    first = max(0, start - _WIDEST // 2)
    cut = line[first : first + _WIDEST]
    left = "…" if first else ""
    return left + cut + ("…" if first + _WIDEST < len(line) else ""), start - first + len(left)
