"""UCINET DL files as sheets: full matrices, lists of edges and lists of nodes; networkx does not read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tfs_sim.scenario.csv_files import LARGEST_TABLE
from tfs_sim.scenario.errors import Mistake, UserError, count, quote
from tfs_sim.scenario.reading import read_text
from tfs_sim.survey.sheets import Sheet, sheet_of

FORMATS = {
    "fullmatrix": "matrix", "fm": "matrix", "edgelist1": "edges", "el1": "edges", "nodelist1": "nodes", "nl1": "nodes",
}  # fmt: skip
"""What is read, by the names that UCINET has for it."""
NO_LABELS = "it has no labels; organizations are called by number"


def read_dl(path: Path) -> list[Sheet]:
    """Return the matrices or lists of a DL file; without labels organizations are called by their number.

    Raises
    ------
    UserError
        where it is not of these kinds, or has not as many numbers or labels as it says.
    """
    text = read_text(path, LARGEST_TABLE)
    head, found, data = _split(r"\bdata\s*:", text)
    if not found or not head.strip().lower().startswith("dl"):
        raise UserError(Mistake('a DL file begins with "dl", and its numbers follow the word "data:"', file=path.name))
    size = re.search(r"\bn\s*=\s*(\d{1,6})\b", head, re.IGNORECASE)
    if size is None:
        raise UserError(Mistake('it is not said how many organizations there are ("dl n=25")', file=path.name))
    kind = re.search(r"\bformat\s*=\s*(\w+)", head, re.IGNORECASE)
    layout = FORMATS.get(kind[1].lower() if kind else "fullmatrix")
    if kind and layout is None:
        message = f"the format {quote(kind[1])} of DL files is not read; there are fullmatrix, edgelist1 and nodelist1"
        raise UserError(Mistake(message, file=path.name, hint="In UCINET: Data > Export > DL, with a full matrix."))
    number = re.search(r"\bnm\s*=\s*(\d{1,3})\b", head, re.IGNORECASE)
    head = re.sub(
        r"\b(format|nm?)\s*=\s*\w+", " ", head, flags=re.IGNORECASE
    )  # else "fullmatrix labels:" would mean others
    head, _, titles = _split(r"\bmatrix\s+labels\s*:", head)
    embedded = re.search(r"\blabels\s+embedded\b", head, re.IGNORECASE) is not None
    labels = None if embedded else _labels(head, int(size[1]), path.name)
    if layout == "matrix":
        return _matrices(
            path.name, int(size[1]), int(number[1]) if number else 1, labels, data, _words(titles), embedded
        )
    remarks = [] if labels or embedded else [NO_LABELS]
    called = labels or [str(n) for n in range(1, int(size[1]) + 1)]
    ties = _ties(path.name, layout == "nodes", None if embedded else called, data)
    if embedded and (named := len({end for row in ties[1:] for end in row[:2]})) != int(size[1]):
        if named > int(size[1]):
            said = f"n = {size[1]}, and the ties name {count(named, 'organization')}"
            raise UserError(Mistake(said, file=path.name))
        remarks = [
            f"n = {size[1]}, and the ties name {count(named, 'organization')}: what others are called is not said"
        ]
    sheets = [sheet_of(f"{path.name}#edges", list(enumerate(ties)), "ties", None, remarks)]
    if labels:  # those without a tie are in no list
        rows = [["name"], *([label] for label in labels)]
        sheets.insert(0, sheet_of(f"{path.name}#nodes", list(enumerate(rows)), "organizations"))
    return sheets


def _split(pattern: str, text: str) -> tuple[str, bool, str]:
    """Return what stands before a pattern, whether it is there, and what follows."""
    parts = re.split(pattern, text, maxsplit=1, flags=re.IGNORECASE)
    return parts[0], len(parts) == 2, parts[1] if len(parts) == 2 else ""


def _labels(head: str, n: int, name: str) -> list[str] | None:
    """Return the labels of the organizations, or None where there are none."""
    said = re.search(r"\blabels\s*:(.*?)(?=\bcol(?:umn)?\s+labels\s*:|$)", head, re.IGNORECASE | re.DOTALL)
    if said is None:
        return None
    labels = _words(said[1])
    if len(labels) != n:
        message = f"n = {n}, and there are {count(len(labels), 'label')}"
        raise UserError(Mistake(message, file=name, hint="A label with spaces or commas stands in double quotes."))
    _all_different(labels, name)
    return labels


def _all_different(labels: Sequence[str], name: str) -> None:
    """Refuse labels of which two are the same: they would be one organization."""
    if len(set(labels)) < len(labels):
        again = next(label for label in labels if labels.count(label) > 1)
        raise UserError(Mistake(f"the label {quote(again)} is there twice", file=name))


def _words(text: str) -> list[str]:
    return [quoted or plain for quoted, plain in re.findall(r'"([^"\n]*)"|([^\s,"]+)', text)]


def _matrices(
    name: str, n: int, number: int, labels: list[str] | None, data: str, titles: list[str], embedded: bool
) -> list[Sheet]:
    cells = _words(data)
    wanted = n + n * (n + 1) if embedded else n * n
    if len(cells) != wanted * number:
        what = "labels and numbers" if embedded else "numbers"
        message = f"{count(number, 'matrix', 'matrices')} of {n} × {n} organizations need {wanted * number:,} {what}"
        raise UserError(Mistake(f"{message}; there are {len(cells):,}", file=name))
    called = labels or [str(k) for k in range(1, n + 1)]
    remarks = [] if labels or embedded else [NO_LABELS]
    sheets = []
    for k in range(number):
        part = cells[k * wanted : (k + 1) * wanted]
        if embedded:
            head, body = part[:n], part[n:]
            rows = [["organization", *head], *(body[i * (n + 1) : (i + 1) * (n + 1)] for i in range(n))]
            beside = [row[0] for row in rows[1:]]
            for each in (head, beside):
                _all_different(each, name)
            if other := set(head) ^ set(beside):
                said = f"rows and columns name other organizations: {quote(min(other))} is in one of them alone"
                raise UserError(Mistake(said, file=name))
        else:
            rows = [["organization", *called], *([called[i], *part[i * n : (i + 1) * n]] for i in range(n))]
        title = titles[k] if k < len(titles) else (str(k + 1) if number > 1 else "")
        sheets.append(sheet_of(f"{name}#{title}" if title else name, list(enumerate(rows)), "matrix", None, remarks))
    return sheets


def _ties(name: str, by_node: bool, labels: list[str] | None, data: str) -> list[list[str]]:
    """Return a row for each tie, the header before them; labels None: they stand in the lines themselves."""
    rows = [["from", "to"] if by_node else ["from", "to", "value"]]
    for line in data.split("\n"):
        words = _words(line)
        if not words:
            continue
        if by_node:
            rows += [[_called(words[0], labels, name), _called(other, labels, name)] for other in words[1:]]
        elif len(words) in (2, 3):
            ends = [_called(word, labels, name) for word in words[:2]]
            rows.append([*ends, words[2] if len(words) == 3 else "1"])
        else:
            raise UserError(Mistake(f"a line has two organizations and a number; found {quote(line)}", file=name))
    return rows


def _called(word: str, labels: list[str] | None, name: str) -> str:
    if labels is None:
        return word
    if not word.isdecimal() or len(word) > 6 or not 1 <= int(word) <= len(labels):
        message = f"organizations have numbers from 1 to {len(labels):,}; found {quote(word)}"
        raise UserError(Mistake(message, file=name))
    return labels[int(word) - 1]
