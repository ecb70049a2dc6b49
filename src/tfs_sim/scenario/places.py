"""Where every key and value of a TOML text stands.

The standard library reads TOML but forgets places, and errors that teach need them. The scanner below reads
text that `tomllib` has already accepted, so that it needs to follow the grammar and not to check it.
"""

from __future__ import annotations

import bisect
import re
import tomllib
from typing import NamedTuple

from tfs_sim.scenario.errors import KeyPath

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_SCALAR = re.compile(r"[^,\]}#\n]*")


class Span(NamedTuple):
    """A stretch of a line: line and column from 1, and the number of characters on that line."""

    line: int
    column: int
    length: int


class Place(NamedTuple):
    """Where a key and its value stand; an item of a list has no key of its own and repeats its value's place."""

    key: Span
    value: Span


def places(text: str) -> dict[KeyPath, Place]:
    """Return the place of everything in `text`, valid TOML with line ends "\\n", by key path.

    The paths are exactly those of the parsed document: tables, values, lists and their items.
    """
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str):
        self.text = text
        self.at = 0
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.found: dict[KeyPath, Place] = {}
        self.counts: dict[KeyPath, int] = {}  # lists of tables: how many so far

    def scan(self) -> dict[KeyPath, Place]:
        table: KeyPath = ()
        while True:
            self._skip(_BLANK)
            if self.at >= len(self.text):
                return self.found
            if self.text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()

    def _span(self, start: int, end: int) -> Span:
        line = bisect.bisect_right(self.line_starts, start)
        end = min(end, self.line_starts[line] - 1 if line < len(self.line_starts) else len(self.text))
        return Span(line, start - self.line_starts[line - 1] + 1, max(1, end - start))

    def _header(self) -> KeyPath:
        """Read `[a.b]` or `[[a.b]]` and return the path of the table that it opens."""
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        keys = self._dotted_key()
        self.at = self.text.index("]", self.at) + (2 if many else 1)
        path: KeyPath = ()
        for name, span in keys[:-1]:
            path = self._enter((*path, name), span)
        name, span = keys[-1]
        path = (*path, name)
        self.found.setdefault(path, Place(span, span))
        if many:
            position = self.counts.get(path, 0)
            self.counts[path] = position + 1
            path = (*path, position)
            self.found[path] = Place(span, span)
        return path

    def _enter(self, path: KeyPath, span: Span) -> KeyPath:
        """Return the table at `path`, or the last table of the list of tables there."""
        self.found.setdefault(path, Place(span, span))
        return (*path, self.counts[path] - 1) if path in self.counts else path

    def _dotted_key(self) -> list[tuple[str, Span]]:
        parts = []
        while True:
            self._skip(_SPACE)
            start = self.at
            if self.text[start] in "\"'":
                self._string()
                name = str(tomllib.loads(f"k = {self.text[start : self.at]}")["k"])
            else:
                self._skip(_BARE_KEY)
                name = self.text[start : self.at]
            parts.append((name, self._span(start, self.at)))
            self._skip(_SPACE)
            if self.at >= len(self.text) or self.text[self.at] != ".":
                return parts
            self.at += 1

    def _pair(self, table: KeyPath) -> None:
        """Read `key = value` of `table`."""
        keys = self._dotted_key()
        path = table
        for name, span in keys[:-1]:
            path = (*path, name)
            self.found.setdefault(path, Place(span, span))
        self.at += 1  # the equals sign
        self._skip(_SPACE)
        name, span = keys[-1]
        path = (*path, name)
        self.found[path] = Place(span, self._value(path))

    def _value(self, path: KeyPath) -> Span:
        start = self.at
        first = self.text[start]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            match = _SCALAR.match(self.text, start)
            self.at = match.end() if match else start
            return self._span(start, start + len(self.text[start : self.at].rstrip()))
        return self._span(start, self.at)

    def _array(self, path: KeyPath) -> None:
        self.at += 1
        position = 0
        while True:
            self._skip(_BLANK)
            if self.text[self.at] == "]":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            item = (*path, position)
            span = self._value(item)
            self.found[item] = Place(span, span)
            position += 1

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while True:
            self._skip(_BLANK)
            if self.text[self.at] == "}":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(path)

    def _string(self) -> None:
        """Move behind the string that starts here, of any of the four kinds."""
        text, quote = self.text, self.text[self.at]
        if text.startswith(quote * 3, self.at):
            self.at += 3
            while not text.startswith(quote * 3, self.at):
                self.at += 2 if quote == '"' and text[self.at] == "\\" else 1
            self.at += 3
            extra = 0  # up to two quotes may belong to the text
            while extra < 2 and text.startswith(quote, self.at):
                self.at += 1
                extra += 1
            return
        self.at += 1
        while text[self.at] != quote:
            self.at += 2 if quote == '"' and text[self.at] == "\\" else 1
        self.at += 1
