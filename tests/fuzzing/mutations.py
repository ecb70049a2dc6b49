"""Ways to spoil a scenario or experiment file: values, keys, structure. Each is a function of a text and two numbers.

The numbers say where and what; every number does something, so that a failing case shrinks to small ones.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import odd
from material import MATERIAL

_TOKEN = re.compile(r"#[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|[\w.+:-]+|[\[\]{}=,\n]")
_HEADER = re.compile(r"^[ \t]*(\[\[?)([^\[\]\n=]*)(\]\]?)[ \t]*(?:#.*)?$", re.MULTILINE)


class Stretch(NamedTuple):
    """A stretch of a text."""

    start: int
    end: int


class Anatomy(NamedTuple):
    """Where things stand in a TOML text: names of keys, values of every kind, lines `key = value`, tables."""

    keys: list[Stretch]
    values: list[Stretch]
    statements: list[Stretch]
    headers: list[Stretch]
    tables: list[Stretch]


def anatomy(text: str) -> Anatomy:
    """Return where things stand in a text that need not be valid."""
    headers = [Stretch(hit.start(2), hit.end(2)) for hit in _HEADER.finditer(text)]
    lines = {text.count("\n", 0, each.start) for each in headers}
    keys: list[Stretch] = []
    values: list[Stretch] = []
    statements: list[Stretch] = []
    opened: list[int] = []
    began, line = -1, 0
    for hit in _TOKEN.finditer(text):
        word = hit[0]
        if word == "\n":
            if began >= 0 and not opened:
                statements.append(Stretch(began, hit.end()))
                began = -1
            line += 1
        elif (line in lines and not opened) or word[0] in "#=,":
            continue
        elif word in "[{":
            opened.append(hit.start())
        elif word in "]}":
            if opened:
                values.append(Stretch(opened.pop(), hit.end()))
        elif re.match(r"[ \t]*=", text[hit.end() :]):
            keys.append(Stretch(hit.start(), hit.end()))
            if not opened:
                began = hit.start()
        else:
            values.append(Stretch(hit.start(), hit.end()))
    starts = [text.rfind("\n", 0, each.start) + 1 for each in headers]
    tables = [Stretch(start, end) for start, end in itertools.pairwise([*starts, len(text)])]
    return Anatomy(keys, values, statements, headers, tables)


def _pick(items: Sequence[Any], number: int) -> Any:
    return items[number % len(items)]


def _put(text: str, at: Stretch, new: str) -> str:
    return text[: at.start] + new + text[at.end :]


def _at(text: str, kind: str, where: int) -> Stretch:
    """Return the stretch of a kind that a number stands for; where there is none, a character."""
    found = getattr(anatomy(text), kind)
    if found:
        return _pick(found, where)  # type: ignore[no-any-return]
    start = where % (len(text) + 1)
    return Stretch(start, min(len(text), start + 1))


def value(text: str, where: int, what: int) -> str:
    """Put another value in the place of one."""
    return _put(text, _at(text, "values", where), _pick(odd.VALUES, what))


def number(text: str, where: int, what: int) -> str:
    """Put another number in the place of a number, often one that may be right."""
    found = [each for each in anatomy(text).values if re.fullmatch(r"[-+]?[\d_.]+", text[each.start : each.end])]
    return _put(text, _pick(found, where), _pick(odd.NUMBERS, what)) if found else value(text, where, what)


def swapped(text: str, where: int, what: int) -> str:
    """Put two values in each other's place."""
    one, other = sorted((_at(text, "values", where), _at(text, "values", what)))
    if one.end > other.start:
        return value(text, where, what)
    first, second = text[one.start : one.end], text[other.start : other.end]
    return _put(_put(text, other, first), one, second)


def wrapped(text: str, where: int, what: int) -> str:
    """Make a list or a table of a value, or nest it."""
    at = _at(text, "values", where)
    left, right = _pick(odd.WRAPS, what)
    return _put(text, at, left + text[at.start : at.end] + right)


def misspelt(text: str, where: int, what: int) -> str:
    """Misspell a key or the name of a table."""
    at = _at(text, "keys" if what % 3 else "headers", where)
    word = text[at.start : at.end]
    return _put(text, at, _pick(odd.MISSPELT, what)(word))


def renamed(text: str, where: int, what: int) -> str:
    """Give a key the name of another key of any file."""
    return _put(text, _at(text, "keys", where), _pick(KEYS, what))


def doubled(text: str, where: int, what: int) -> str:
    """Say a line or a table twice."""
    at = _at(text, "statements" if what % 3 else "tables", where)
    place = at.end if what % 2 else len(text)
    return text[:place] + "\n" + text[at.start : at.end] + text[place:]


def dropped(text: str, where: int, what: int) -> str:
    """Leave out a line, a table, a value, a key or the head of a table."""
    return _put(text, _at(text, ("statements", "tables", "values", "keys", "headers")[what % 5], where), "")


def moved(text: str, where: int, what: int) -> str:
    """Move a line or a table elsewhere."""
    at = _at(text, "statements" if what % 4 else "tables", where)
    rest, piece = _put(text, at, ""), text[at.start : at.end]
    others = [0, *(each.end for each in anatomy(rest).statements), len(rest)]
    place = _pick(others, what)
    return rest[:place] + piece + rest[place:]


def added(text: str, where: int, what: int) -> str:
    """Add a line to a table, or a table, that another file could have."""
    if what % 2:
        return f"{text}\n{_pick(odd.TABLES, what // 2)}\n"
    at = _pick([Stretch(0, 0), *anatomy(text).statements], where)
    return text[: at.end] + _pick(LINES, what // 2) + text[at.end :]


def tuned(text: str, where: int, what: int) -> str:
    """Add a parameter at an end of what is allowed, somewhere in it, or beyond."""
    name, parameter, values = _pick(odd.parameters(), where)
    table = f"strategies.tuned.parameters.{name}" if "[strategies" in text else f"parameters.{name}"
    return f"{text}\n[{table}]\n{parameter} = {_pick(values, what)}\n"


def headed(text: str, where: int, what: int) -> str:
    """Make another kind of table of a table."""
    at = _at(text, "headers", where)
    name = text[at.start : at.end]
    left, right = text.rfind("\n", 0, at.start) + 1, at.end + len(re.match(r"\]*", text[at.end :])[0])  # type: ignore[index]
    return text[:left] + _pick(odd.HEADS, what).format(name) + text[right:]


def cut(text: str, where: int, what: int) -> str:
    """Cut the text off, or take a stretch out."""
    start = where % (len(text) + 1)
    return text[:start] + (text[start + 1 + what % 200 :] if what % 2 else "")


def joined(text: str, where: int, what: int) -> str:
    """Put another file behind, before or into it."""
    other = next(iter(_pick(list(MATERIAL.values()), where).files.values()))
    place = (len(text), 0, text.find("\n") + 1)[what % 3]
    return text[:place] + "\n" * (what % 2) + other + text[place:]


def named(text: str, where: int, what: int) -> str:
    """Let it name another file, itself, or what is none."""
    key, name = (
        _pick(("extends", "scenario", "organizations_file", "file", "influence_file", "uncertainty"), where),
        _pick(odd.NAMES, what),
    )
    line = f"{key} = {name}\n"
    pattern = re.compile(rf"^[ \t]*{key}[ \t]*=.*\n", re.MULTILINE)
    return pattern.sub(lambda _: line, text) if pattern.search(text) else line + text


def character(text: str, where: int, what: int) -> str:
    """Put characters where they do not belong."""
    place = where % (len(text) + 1)
    return text[:place] + _pick(odd.CHARACTERS, what) + text[place:]


TOML: dict[str, Callable[[str, int, int], str]] = {
    each.__name__: each
    for each in (
        value, number, swapped, wrapped, misspelt, renamed, doubled, dropped, moved,
        added, tuned, headed, cut, joined, named, character,
    )
}  # fmt: skip

KEYS = sorted(
    {
        text[at.start : at.end]
        for each in MATERIAL.values()
        for name, text in each.files.items()
        if name.endswith(".toml")
        for at in anatomy(text).keys
    }
)
"""Every key that a file has."""

LINES = sorted(
    {
        text[at.start : at.end]
        for each in MATERIAL.values()
        for name, text in each.files.items()
        if name.endswith(".toml")
        for at in anatomy(text).statements
        if at.end - at.start < 200
    }
)
"""Every line `key = value` that a file has."""
