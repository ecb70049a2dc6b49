"""Ways to spoil data files, and how files are encoded."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import odd

CELLS = (
    "", " ", "0", "1", "-1", "0.5", "1.5", "1e308", "nan", "inf", "0,5", '"0,5"', "1_000", "٣", "½", "x", "a", "b",
    "nonprofit", "backbone", "Backbone", "2020-03", "2019-13", "2020-3", "=1+1", "a/b", "a b", '"a', 'a"b', '""',
    "a\x00b", "\x1b[31m", "\u202eb", "東京", "9" * 400, "9" * 5000, "x" * 150_000, "'", "#", "true", "all", "-0.0",
    "1e-320", "500", "+1", "1e3",
)  # fmt: skip


def _pick(items: Sequence[Any], number: int) -> Any:
    return items[number % len(items)]


def _rows(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


def _text(rows: list[list[str]], delimiter: str = ",") -> str:
    return "\n".join(delimiter.join(row) for row in rows) + "\n"


def cell(text: str, where: int, what: int) -> str:
    """Put another cell in the place of one."""
    rows = _rows(text) or [[""]]
    row = _pick(rows[1:] or rows, where)
    row[(where // max(1, len(rows))) % len(row)] = _pick(CELLS, what)
    return _text(rows)


def delimited(text: str, where: int, what: int) -> str:
    """Separate cells by something else, in all rows or in one."""
    sign = _pick((";", "\t", "|", ", ", " ", ",,", ":"), what)
    if where % 2:
        return text.replace(",", sign)
    lines = text.splitlines()
    if lines:
        lines[where % len(lines)] = lines[where % len(lines)].replace(",", sign)
    return "\n".join(lines) + "\n"


def decimal(text: str, where: int, what: int) -> str:
    """Write numbers with decimal commas."""
    return re.sub(r"(\d)\.(\d)", r"\1,\2", text) if what % 2 else re.sub(r",(\d+)(?=[,\n])", r',"\1,0"', text)


def row(text: str, where: int, what: int) -> str:
    """Leave rows out, say them twice, make them short, long or blank, or turn them round."""
    rows = _rows(text) or [[""]]
    n = where % len(rows)
    kind = what % 9
    if kind == 0:
        rows.insert(n, [""])
    elif kind == 1:
        rows[n] = rows[n][:-1]
    elif kind == 2:
        rows[n] = [*rows[n], "7"]
    elif kind == 3:
        rows.insert(n, rows[n])
    elif kind == 4:
        del rows[n]
    elif kind == 5:
        rows[n] = rows[n][::-1]
    elif kind == 6:
        rows = rows[:1]
    elif kind == 7:
        rows.insert(n, [""] * len(rows[0]))
    else:
        rows = rows[::-1]
    return _text(rows)


def column(text: str, where: int, what: int) -> str:
    """Leave a column out, say it twice, rename it, or put another in its place."""
    rows = _rows(text) or [[""]]
    n = where % len(rows[0])
    kind = what % 6
    if kind == 0:
        return _text([[*each[:n], *each[n + 1 :]] for each in rows])
    if kind == 1:
        return _text([[*each, *each[n : n + 1]] for each in rows])
    if kind == 2:
        rows[0][n] = _pick(odd.MISSPELT, what // 6)(rows[0][n])
    elif kind == 3:
        rows[0][n] = _pick(
            ("id", "sector", "source", "target", "strength", "weight", "fte", "joins", "", "point", "x"), what // 6
        )
    elif kind == 4:
        return _text([*rows[1:]])
    else:
        return _text([[*each, "0.5" if number else "first_effort_low"] for number, each in enumerate(rows)])
    return _text(rows)


def quoted(text: str, where: int, what: int) -> str:
    """Put a quote somewhere, or all cells between quotes."""
    if what % 3 == 0:
        return _text([[f'"{each}"' for each in row] for row in _rows(text)])
    place = where % (len(text) + 1)
    return text[:place] + ('"' if what % 3 == 1 else '"\n"') + text[place:]


def character(text: str, where: int, what: int) -> str:
    """Put characters where they do not belong."""
    place = where % (len(text) + 1)
    return text[:place] + _pick(odd.CHARACTERS, what) + text[place:]


CSV: dict[str, Callable[[str, int, int], str]] = {
    each.__name__: each for each in (cell, delimited, decimal, row, column, quoted, character)
}

ENCODINGS: tuple[Callable[[str], bytes], ...] = (
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: b"\xef\xbb\xbf\xef\xbb\xbf" + text.encode(),
    lambda text: text.encode("utf-16"),
    lambda text: text.encode("utf-16-le"),
    lambda text: text.encode("utf-16-be"),
    lambda text: text.encode("utf-32"),
    lambda text: text.replace("e", "é", 3).encode("latin-1", "replace"),
    lambda text: text.replace("e", "\u2019", 3).encode("cp1252", "replace"),
    lambda text: text.replace("\n", "\r").encode(),
    lambda text: text.replace("\n", "\r\n").encode(),
    lambda text: text.replace("\n", "\r\n", 3).encode(),
    lambda text: text.replace("\n", "\r", 2).encode(),
    lambda text: text.replace("\n", "\n\r", 2).encode(),
    lambda text: text.encode() + b"\x00",
    lambda text: text.encode()[: len(text) // 2] + b"\xc3\x28" + text.encode()[len(text) // 2 :],
    lambda text: text.encode() + b"\xed\xa0\x80",
    lambda text: b"",
    lambda text: b"\n\n  \n",
    lambda text: b"\xff\xfe",
    lambda text: b"PK\x03\x04" + text.encode(),
    lambda text: text.encode() + b"\x1a",
    lambda text: text.rstrip("\n").encode(),
    lambda text: text.encode("utf-7"),
)
