"""The references that sources name by key, read from `bibliography.bib`.

A source is a text such as "[white2023]: superintendents 14.2% (2019–21)", where what stands in brackets is the key of
an entry. `short` turns it into "White 2023: superintendents …", and `cited` gives the entries.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("bibliography.bib")

KINDS = ("article", "book", "incollection", "inproceedings", "misc", "techreport")
"""Kinds of entries, as BibTeX calls them."""

FIELDS = (
    "author", "title", "year", "journal", "booktitle", "publisher", "institution", "howpublished", "series", "edition",
    "volume", "number", "pages", "isbn", "note", "doi", "url", "shortauthor", "unchecked",
)  # fmt: skip
"""Fields of an entry. `shortauthor` is what it is called in short; `unchecked` says what was not looked up."""

_ENTRY = re.compile(r"@(\w+)\{([^,\s]+),")
_FIELD = re.compile(r"  (\w+) = \{(.*)\},")
_DOI = re.compile(r"10\.\d{4,}/\S+")
_KEY = re.compile(r"\[([a-z][a-z-]*\d{4}[a-z]?)\]")


@dataclass(frozen=True)
class Reference:
    """One entry: who, when, what, where, and its DOI or address. `unchecked` says what of it was not looked up."""

    key: str
    authors: tuple[str, ...]
    year: int
    title: str
    where: str
    doi: str = ""
    url: str = ""
    note: str = ""
    unchecked: str = ""
    called: str = field(default="", repr=False)

    @property
    def short(self) -> str:
        """How a text names it: "Friedkin & Johnsen 1990"."""
        names = [name.partition(",")[0] for name in self.authors]
        many = len(names) > 3 or names[-1] == "others"
        return f"{self.called or (f'{names[0]} et al.' if many else _and(names))} {self.year}"

    @property
    def address(self) -> str:
        """Where it is found: its DOI as a link, or another address."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url

    @property
    def full(self) -> str:
        """The whole reference in a line."""
        *most, last = self.authors
        who = f"{', '.join(most)} et al." if last == "others" else _and([*most, last])
        where = f"{self.where}. " if self.where else ""
        rest = f" {self.note}" * bool(self.note) + f" Not checked: {self.unchecked}." * bool(self.unchecked)
        return f"{who} ({self.year}). {self.title}{'' if self.title.endswith('?') else '.'} {where}{self.address}{rest}"


@cache
def references() -> dict[str, Reference]:
    """Return every reference by its key."""
    return read(FILE.read_text(encoding="utf-8"), FILE.name)


def read(text: str, name: str) -> dict[str, Reference]:
    """Return the references of a BibTeX file, one field a line.

    Raises
    ------
    ValueError
        With file and line, at anything that is not an entry as it should be.
    """
    found: dict[str, Reference] = {}
    entry: tuple[str, dict[str, str]] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        place = f"{name}:{number}"
        if entry is None:
            if not line or line.startswith("%"):
                continue
            start = _ENTRY.fullmatch(line)
            if start is None or start[1] not in KINDS:
                raise ValueError(f"{place}: an entry begins with @ and one of {', '.join(KINDS)}; found {line!r}")
            if start[2] in found:
                raise ValueError(f"{place}: there are two entries {start[2]}")
            entry = start[2], {}
        elif line == "}":
            found[entry[0]] = _reference(*entry, place)
            entry = None
        else:
            given = _FIELD.fullmatch(line)
            if given is None or given[1] not in FIELDS or given[1] in entry[1]:
                raise ValueError(f"{place}: a field is a name, each once, and a text in braces; found {line!r}")
            entry[1][given[1]] = given[2]
    if entry is not None:
        raise ValueError(f"{name}: the entry {entry[0]} has no end")
    return found


def _reference(key: str, fields: dict[str, str], place: str) -> Reference:
    missing = [name for name in ("author", "title", "year") if not fields.get(name)]
    if missing:
        raise ValueError(f"{place}: {key} has no {missing[0]}")
    if not _KEY.fullmatch(f"[{key}]"):
        raise ValueError(f"{place}: a key is a name in small letters and a year, such as march1991; found {key}")
    doi, url = fields.get("doi", ""), fields.get("url", "")
    if (doi and not _DOI.fullmatch(doi)) or (url and not url.startswith("https://")) or bool(doi) == bool(url):
        raise ValueError(f"{place}: {key} needs a DOI (10.…/…) or an address (https://…), one of them")
    authors = tuple(name.strip("{} ") for name in re.split(r" and (?![^{]*\})", fields["author"].strip("{}")))
    return Reference(
        key,
        authors,
        int(fields["year"]),
        fields["title"],
        _where(fields),
        doi,
        url,
        fields.get("note", ""),
        fields.get("unchecked", ""),
        fields.get("shortauthor", ""),
    )


def _where(fields: dict[str, str]) -> str:
    """Return where an entry was published: "Organization Science 2(1):71–87"."""
    volume = fields.get("volume", "") + (f"({fields['number']})" if "number" in fields else "")
    pages = fields.get("pages", "")
    journal = f"{fields.get('journal', '')} {volume}".strip()
    if "journal" in fields:
        return f"{journal}:{pages}" if pages else journal
    book = "In " * ("booktitle" in fields) + fields.get("booktitle", "") + (f", pp. {pages}" if pages else "")
    edition = f"Edition {fields['edition']}" if "edition" in fields else ""
    printed = [fields.get(name, "") for name in ("series", "publisher", "institution", "howpublished")]
    isbn = f"ISBN {fields['isbn']}" if "isbn" in fields else ""
    return ". ".join(part for part in (book, edition, *printed, isbn) if part)


def keys(source: str) -> tuple[str, ...]:
    """Return the keys that a source names, each once, in its order."""
    return tuple(dict.fromkeys(_KEY.findall(source)))


def cited(source: str) -> list[Reference]:
    """Return the references that a source names."""
    return [references()[key] for key in keys(source)]


def short(source: str, of: Callable[[Reference], str] = lambda reference: reference.short) -> str:
    """Return a source as people read it, with each key as what `of` makes of its reference: "White 2023: …"."""
    return _KEY.sub(lambda found: of(references()[found[1]]), source)


def _and(names: list[str]) -> str:
    return " & ".join(filter(None, (", ".join(names[:-1]), names[-1])))
