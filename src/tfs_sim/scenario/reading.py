"""Reading a TOML file that a person wrote: refuse what cannot be right, and say where and why."""

from __future__ import annotations

import math
import os
import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from tfs_sim.scenario import presets
from tfs_sim.scenario.characters import named, unseen
from tfs_sim.scenario.errors import KeyPath, Mistake, UserError, nearest, quote
from tfs_sim.scenario.places import Place, Span, places

LARGEST_FILE = 1_000_000
"""Bytes; a file of this kind is a few pages long."""
DEEPEST = 12
"""Tables within tables; the deepest key of the format stands six deep."""

_CHAINED_KEY = 100


@dataclass(frozen=True)
class Document:
    """A TOML file that was read: its data, and the place of every key.

    Attributes
    ----------
    path : the file.
    text : its text.
    data : what it says.
    places : where each key path stands.
    """

    path: Path
    text: str
    data: dict[str, Any]
    places: dict[KeyPath, Place] = field(repr=False)

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    def locate(self, mistake: Mistake) -> Mistake:
        """Return the mistake with the place that its key has in this file, or the nearest table around it."""
        key = mistake.key
        while key and key not in self.places:
            key = key[:-1]
        if not key:
            return replace(mistake, file=self.path.name)
        place = self.places[key]
        span = place.key if mistake.at == "key" or key != mistake.key else place.value
        return self.put(mistake, span)

    def put(self, mistake: Mistake, span: Span) -> Mistake:
        """Return the mistake at a place of this file."""
        source = self._lines[span.line - 1] if span.line <= len(self._lines) else ""
        return replace(
            mistake,
            file=self.path.name,
            line=span.line,
            column=span.column,
            length=span.length,
            source=source,
        )


def read_document(path: Path) -> Document:
    """Read a TOML file.

    Raises
    ------
    UserError
        if the file is missing, is not a text of reasonable size, or is not TOML.
    """
    text = read_text(path, LARGEST_FILE)
    if not text.strip():
        raise UserError(Mistake("the file is empty", file=path.name))
    return parse(text, path)


def read_text(path: Path, largest: int) -> str:
    """Return the text of a file of at most `largest` bytes, with line ends "\\n" and without byte-order mark."""
    name = path.name or str(path)
    try:
        if path.is_dir():
            raise UserError(Mistake("this is a folder, not a file", file=name, hint=_files_inside(path)))
        if not path.exists():
            raise UserError(_missing(path))
        if not path.is_file():
            raise UserError(Mistake("this is not an ordinary file", file=name))
        size = path.stat().st_size
        if size > largest:
            found = f"{math.ceil(size / 1e5) / 10:,} MB"
            message = f"the file is too large: {found}, where at most {largest / 1e6:,.0f} MB are read"
            raise UserError(Mistake(message, file=name))
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
    except UnicodeEncodeError:
        raise UserError(Mistake(f"the file cannot be read: {presets.NO_SUCH_NAMES}", file=name)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not a file name"
        raise UserError(Mistake(f"the file cannot be read: {reason}", file=name)) from None
    return _decode(content, name)


def in_the_way(folder: Path) -> Path | None:
    """Return the file that stands where a folder, or one above it, would have to be."""
    there = next((each for each in (folder, *folder.parents) if os.path.lexists(each)), None)
    return there if there is not None and not there.is_dir() else None


def parse(text: str, path: Path) -> Document:
    """Return the document that a TOML text is."""
    empty = Document(path, text, {}, {})
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") > _CHAINED_KEY and _chained(line):
            mistake = Mistake("a chain of more than 100 keys joined by dots is nothing that these files need")
            raise UserError(empty.put(mistake, Span(number, 1, len(line))))
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise UserError(_too_deep(empty)) from None
    except ValueError as error:
        raise UserError(_syntax(empty, error)) from None
    if _depth(data) > DEEPEST:
        raise UserError(_too_deep(empty))
    return Document(path, text, data, places(text))


_TOKEN = re.compile(r"\"{3}.*?\"{3,5}|'{3}.*?'{3,5}|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|#[^\n]*|[\[\]{}\n=.]", re.DOTALL)
"""What says how deep a place is nested, and what may hold signs that do not: texts and remarks."""


def _too_deep(document: Document) -> Mistake:
    """Return the mistake of tables and lists that are nested too deep, with the line where they become so."""
    said = Mistake(f"tables and lists are nested more than {DEEPEST} deep, which nothing in these files needs")
    depths: dict[int, int] = {}
    line, table, head, dots, opened, value = 1, 0, 0, 0, 0, False
    for hit in _TOKEN.finditer(document.text):
        word = hit[0]
        if word == "\n" and not opened:
            table, dots, value = (dots + head, 0, False) if head else (table, 0, False)
            head = 0
        elif word == "[" and not value:
            head += 1  # of a table: [a.b] or [[a.b]]
        elif word in "[{":
            opened += 1
        elif word in "]}":
            opened -= value
        elif word in "=.":
            value, dots = value or word == "=", dots + (word == "." and not value)
        depths[line] = max(depths.get(line, 0), 1 + (0 if head else table) + head + dots + opened)
        line += word.count("\n")
    beyond = [line for line, depth in depths.items() if depth > DEEPEST]
    return document.put(said, Span(beyond[0] if beyond else max(depths, key=depths.__getitem__, default=1), 1, 1))


def _decode(content: bytes, name: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UserError(Mistake("the file is saved as UTF-16; save it as UTF-8", file=name))
    if b"\x00" in content:
        raise UserError(Mistake("this is not a text file", file=name))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = content[: error.start].decode("utf-8-sig", "replace")
        line = good.count("\n") + 1
        raise UserError(
            Mistake(
                "the file is not saved as UTF-8: this line has a character in another encoding",
                file=name,
                line=line,
                column=len(good) - good.rfind("\n"),
                source=content.split(b"\n")[line - 1].decode("utf-8", "replace"),
                hint="Save it with the encoding UTF-8 (in most editors: Save with encoding).",
            )
        ) from None
    text = text.replace("\r\n", "\n")
    if (lone := text.find("\r")) >= 0:
        message = "lines end with a carriage return alone, as on old Macs; save the file with usual line ends"
        line = text.count("\n", 0, lone) + 1
        hint = "In most editors: Save with line endings LF (Unix) or CRLF (Windows)."
        raise UserError(Mistake(message, file=name, line=line, hint=hint))
    if strange := unseen().search(text):
        found = strange.start()
        line = text.count("\n", 0, found) + 1
        raise UserError(
            Mistake(
                f"here is a character that cannot be seen ({named(strange[0])}); remove it",
                file=name,
                line=line,
                column=found - text.rfind("\n", 0, found),
                source=text.split("\n")[line - 1],
            )
        )
    return text


def _missing(path: Path) -> Mistake:
    suggestion = ""
    folder = path.parent
    if folder.is_dir():
        entries = sorted(entry.name for entry in folder.iterdir())[:5000]
        suggestion = nearest(path.name, [name for name in entries if name.endswith((".toml", ".csv"))])
    else:
        return Mistake(f"there is no folder {quote(str(folder))}", file=path.name)
    return Mistake("there is no such file", file=path.name, suggestion=suggestion)


def _files_inside(folder: Path) -> str:
    names = sorted(entry.name for entry in folder.iterdir() if entry.suffix == ".toml")
    return f"It holds {', '.join(names[:5])}{' …' if len(names) > 5 else ''}." if names else ""


def _chained(line: str) -> bool:
    """Say whether a line has more than a hundred words that only dots join; parsing such a key takes ages."""
    run = 0
    for piece in line.split("."):
        run = run + 1 if piece and not re.search(r"[\s,=\[{]", piece.strip()) else 0
        if run > _CHAINED_KEY:
            return True
    return False


def _depth(data: Any) -> int:
    """Return how deep tables and lists are nested, without recursion."""
    depth, level = 0, [data]
    while level:
        depth += 1
        inner: list[Any] = []
        for value in level:
            children = value.values() if isinstance(value, dict) else value
            inner.extend(child for child in children if isinstance(child, dict | list))
        level = inner
    return depth


_SENTENCES = (
    (r"Expected '=' after a key", 'after a key, "=" and a value must follow'),
    (r"Cannot overwrite a value", "this key is given a second time; keep one of the two"),
    (r"Duplicate inline table key '(.*)'", 'the key "{0}" is given twice within these braces'),
    (r"Cannot declare \((.*)\) twice", "the table [{keys}] is given a second time; put its keys together"),
    (r"Cannot (?:mutate immutable|redefine) namespace", "this table was already closed above; put its keys together"),
    (r"Unclosed array|array", 'a list is not closed: "]" is missing'),
    (r"inline table", 'a table in braces is not closed: "}" is missing'),
    (
        r"Unterminated string|Illegal character '\\n'|Expected \"'\"|Expected '\"'",
        "a text is not closed: its second quote is missing",
    ),
    (
        r"Unescaped '\\\\'|Invalid hex|Unescaped",
        "in a text, a backslash must be written twice (or use 'single quotes')",
    ),
    (
        r"Invalid initial character for a key part|Invalid statement",
        "here a key should begin; keys are letters, digits, - and _",
    ),
    (r"Expected newline or end of document after a statement", "something follows that does not belong to this line"),
    (r"Expected '\]\]?'", 'the name of a table is not closed: "]" is missing'),
    (r"Invalid value", "this is not a value: texts need quotes, and a value must follow the equals sign"),
    (r"Invalid date or datetime", "this date does not exist"),
    (
        r"Found invalid character '(.*)'|Illegal character '(.*)'",
        "the file has a character here that TOML does not allow",
    ),
)


def _syntax(document: Document, error: ValueError) -> Mistake:
    """Return the mistake that `tomllib` found, in words for people."""
    found = str(error)
    match = re.search(r"\(at line (\d+), column (\d+)\)", found)
    lines = document.text.split("\n")
    if match:
        line, column = int(match[1]), int(match[2])
    else:
        line = max((number for number, text in enumerate(lines, start=1) if text.strip()), default=1)
        column = len(lines[line - 1].rstrip()) + 1
        number = re.search(r"[0-9_]{4300,}", document.text)
        if "at end of document" not in found and number:
            line = document.text.count("\n", 0, number.start()) + 1
            column = number.start() - document.text.rfind("\n", 0, number.start())
            return document.put(Mistake("this number is too long to be read"), Span(line, column, len(number[0])))
    line = min(line, len(lines))
    source = lines[line - 1]
    message = "this cannot be read as TOML"
    for pattern, sentence in _SENTENCES:
        hit = re.search(pattern, found)
        if hit:
            keys = ".".join(re.findall(r"'([^']*)'", found.split(" twice")[0]))
            message = sentence.replace("{0}", hit[1] if hit.groups() and hit[1] else "").replace("{keys}", keys)
            break
    length = 1
    note = ""
    date = re.search(r"=\s*(\d{4}-\d{1,2})\s*(?:[#,}\]].*)?$", source)
    bare = re.search(r"=\s*([A-Za-z][\w-]*)\s*(?:[#,}\]].*)?$", source)
    key = re.match(r"\s*([\w.\"'-]+)\s*=", source)
    if date:
        message, note = "a month is written in quotes", f'write "{date[1]}"'
        column, length = date.start(1) + 1, len(date[1])
    elif "Invalid value" in found and bare:
        word = bare[1]
        truth = word.lower() in ("true", "false", "yes", "no", "on", "off")
        message = "true and false are written in small letters" if truth else "a text is written in quotes"
        right = "true" if word.lower() in ("true", "yes", "on") else "false"
        note = f"write {right}" if truth else f'write "{word}"'
        column, length = bare.start(1) + 1, len(word)
    elif "overwrite" in found and key:
        column, length = key.start(1) + 1, len(key[1])
    elif "twice" in found or "namespace" in found:
        column, length = 1, max(1, len(source.split("#")[0].rstrip()))
    return document.put(Mistake(message, note=note), Span(line, column, length))
