"""Files of graphs as sheets: GraphML, GML and Pajek through networkx, and UCINET DL.

XML with a document type or entities is refused before anything parses it: a few lines of entities can ask for all of a
machine's memory, or for a file of this machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.scenario.csv_files import LARGEST_TABLE
from tfs_sim.scenario.errors import Mistake, UserError, count, quote
from tfs_sim.scenario.reading import read_text
from tfs_sim.survey.sheets import Sheet, sheet_of

if TYPE_CHECKING:
    import networkx as nx

_ENCODING = re.compile(r"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_DRAWN = frozenset({"x", "y", "z", "shape", "graphics", "size", "ic", "bc", "color", "colour", "fos"})
"""Attributes that say how a graph is drawn."""


def refuse_entities(text: str, name: str) -> None:
    """Refuse XML that declares a document type or entities, or is in an encoding that could hide them.

    Raises
    ------
    UserError
        with the line.
    """
    found = re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.IGNORECASE)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        message = f"the file declares {'a document type' if found[1].upper() == 'DOCTYPE' else 'an entity'}"
        hint = "Files of graphs need none; save the graph again without it."
        said = f"{message}, which is not read: entities can stand for anything"
        raise UserError(Mistake(said, file=name, line=line, hint=hint))
    encoding = _ENCODING.search(text)
    if encoding and encoding[1].lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise UserError(Mistake(f"the file says that it is {quote(encoding[1])}; save it as UTF-8", file=name))


def read_graphml(path: Path) -> list[Sheet]:
    """Return the nodes and edges of a GraphML file."""
    import networkx as nx

    text = read_text(path, LARGEST_TABLE)
    refuse_entities(text, path.name)
    with _Told(path, "GraphML"):
        return _sheets(path.name, nx.parse_graphml(text))


def read_gml(path: Path) -> list[Sheet]:
    """Return the nodes and edges of a GML file."""
    import networkx as nx

    text = read_text(path, LARGEST_TABLE)
    with _Told(path, "GML"):
        return _sheets(path.name, nx.parse_gml(text, label=None))


def read_pajek(path: Path) -> list[Sheet]:
    """Return the nodes and edges of a Pajek file; vertices without a line of their own are called by number."""
    import networkx as nx

    text = read_text(path, LARGEST_TABLE)
    lines, added = _with_vertices(text, path.name)
    remarks = (f"{count(added, 'vertex', 'vertices')} without a line of their own; called by number",) if added else ()
    with _Told(path, "Pajek"):
        return _sheets(path.name, nx.parse_pajek(lines), remarks, numbered=bool(added))


def _with_vertices(text: str, name: str) -> tuple[list[str], int]:
    """Return the lines of a Pajek file with a line for each vertex, and how many of these had to be added."""
    lines = [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("%")]
    start = next((n for n, line in enumerate(lines) if line.strip().lower().startswith("*vertices")), None)
    if start is None:
        message = "the line *Vertices is missing, which says how many organizations there are"
        raise UserError(Mistake(message, file=name))
    said = re.fullmatch(r"\*vertices\s+(\d{1,9})(?:\s+\d{1,9})?", lines[start].strip(), re.IGNORECASE)
    if said is None:
        raise UserError(Mistake(f"the line {quote(lines[start])} should say a number: *Vertices 25", file=name))
    wanted = int(said[1])
    if wanted > MOST_VERTICES:
        raise UserError(
            Mistake(f"the file has {wanted:,} vertices, where at most {MOST_VERTICES:,} are read", file=name)
        )
    end = next((n for n in range(start + 1, len(lines)) if lines[n].lstrip().startswith("*")), len(lines))
    given: dict[int, str] = {}
    for line in lines[start + 1 : end]:
        number = re.match(r"\s*(\d{1,9})\b", line)
        if number is None or not 1 <= int(number[1]) <= wanted:
            raise UserError(
                Mistake(f"a vertex has a number from 1 to {wanted:,}; found {quote(line.strip())}", file=name)
            )
        given[int(number[1])] = line if len(line.split()) > 1 else f'{number[1]} "{number[1]}"'
    vertices = [given.get(n, f'{n} "{n}"') for n in range(1, wanted + 1)]
    return [*lines[:start], f"*Vertices {wanted}", *vertices, *lines[end:]], wanted - len(given)


MOST_VERTICES = 20_000


class _Told:
    """Tell what networkx could not read as a sentence."""

    def __init__(self, path: Path, kind: str) -> None:
        self._name, self._kind = path.name, kind

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, problem: BaseException | None, _: object) -> None:
        if problem is None or isinstance(problem, UserError | KeyboardInterrupt | MemoryError):
            return
        reason = " ".join(str(problem).split())[:120]
        said = f"this cannot be read as {self._kind}" + (f": {reason}" if reason else "")
        raise UserError(Mistake(said, file=self._name)) from None


def _sheets(name: str, graph: nx.Graph, remarks: Iterable[str] = (), numbered: bool = False) -> list[Sheet]:
    """Return the nodes and the edges of a graph as two sheets."""
    nodes = [(str(node), {key: _text(value) for key, value in data.items()}) for node, data in graph.nodes(data=True)]
    columns = _columns(data for _, data in nodes)
    rows = [["id", *columns], *([node, *(data.get(key, "") for key in columns)] for node, data in nodes)]
    ends = [(str(a), str(b), {key: _text(value) for key, value in d.items()}) for a, b, d in graph.edges(data=True)]
    weights = _columns((data for *_, data in ends))
    ties = [["from", "to", *weights], *([a, b, *(data.get(key, "") for key in weights)] for a, b, data in ends)]
    found = [sheet_of(f"{name}#nodes", list(enumerate(rows)), "organizations", remarks=tuple(remarks))]
    if ends:
        found.append(sheet_of(f"{name}#edges", list(enumerate(ties)), "ties", graph.is_directed()))
    return found


def _columns(records: Iterable[dict[str, str]]) -> list[str]:
    names = dict.fromkeys(key for record in records for key in record)
    return [name for name in names if name.lower() not in _DRAWN and name not in ("id", "key")]


def _text(value: Any) -> str:
    return "" if isinstance(value, dict | list) else " ".join(str(value).split())


def read_dl(path: Path) -> list[Sheet]:
    """Return the matrices or lists of a UCINET DL file; without labels organizations are called by their number."""
    text = read_text(path, LARGEST_TABLE)
    head, found, data = _split_at_data(text)
    if not found or not head.strip().lower().startswith("dl"):
        raise UserError(Mistake('a DL file begins with "dl", and its numbers follow the word "data:"', file=path.name))
    size = re.search(r"\bn\s*=\s*(\d{1,6})\b", head, re.IGNORECASE)
    if size is None:
        raise UserError(Mistake('it is not said how many organizations there are ("dl n=25")', file=path.name))
    n = int(size[1])
    kind = re.search(r"\bformat\s*=\s*(\w+)", head, re.IGNORECASE)
    layout = kind[1].lower() if kind else "fullmatrix"
    labels, remarks = _labels(head, n, path.name)
    embedded = "labels embedded" in head.lower()
    if layout in ("fullmatrix", "fm") and not embedded:
        matrices = re.search(r"\bnm\s*=\s*(\d{1,3})\b", head, re.IGNORECASE)
        return list(_matrices(path.name, n, int(matrices[1]) if matrices else 1, labels, data, head, remarks))
    if layout in ("edgelist1", "el1", "nodelist1", "nl1"):
        return [_listed_ties(path.name, layout.startswith("n"), None if embedded else labels, data, remarks)]
    what = "labels embedded in a matrix" if embedded else f"the format {quote(layout)}"
    message = f"{what} of DL files is not read; there are fullmatrix, edgelist1 and nodelist1"
    raise UserError(Mistake(message, file=path.name, hint="In UCINET: Data > Export > DL, with a full matrix."))


def _split_at_data(text: str) -> tuple[str, bool, str]:
    parts = re.split(r"\bdata\s*:", text, maxsplit=1, flags=re.IGNORECASE)
    return parts[0], len(parts) == 2, parts[-1]


def _labels(head: str, n: int, name: str) -> tuple[list[str], list[str]]:
    said = re.search(r"(?:^|\s)(?:row\s+)?labels\s*:(.*?)(?=(?:matrix|column|col)\s+labels\s*:|$)", head, re.I | re.S)
    if said is None:
        return [str(number) for number in range(1, n + 1)], ["it has no labels; organizations are called by number"]
    labels = _words(said[1])
    if len(labels) != n:
        message = f"n = {n}, and there are {count(len(labels), 'label')}"
        raise UserError(Mistake(message, file=name, hint="A label with spaces or commas stands in double quotes."))
    return labels, []


def _words(text: str) -> list[str]:
    return [quoted or plain for quoted, plain in re.findall(r'"([^"\n]*)"|([^\s,"]+)', text)]


def _matrices(
    name: str, n: int, number: int, labels: list[str], data: str, head: str, remarks: list[str]
) -> Iterator[Sheet]:
    cells = _words(data)
    if len(cells) != n * n * number:
        message = f"{count(number, 'matrix', 'matrices')} of {n} × {n} organizations need {n * n * number:,} numbers"
        raise UserError(Mistake(f"{message}; there are {len(cells):,}", file=name))
    said = re.search(r"matrix\s+labels\s*:(.*)$", head, re.IGNORECASE | re.DOTALL)
    titles = _words(said[1]) if said else []
    for k in range(number):
        part = cells[k * n * n : (k + 1) * n * n]
        rows = [["organization", *labels], *([labels[i], *part[i * n : (i + 1) * n]] for i in range(n))]
        title = titles[k] if k < len(titles) else (str(k + 1) if number > 1 else "")
        sheet = f"{name}#{title}" if title else name
        yield sheet_of(sheet, list(enumerate(rows)), "matrix", remarks=remarks)


def _listed_ties(name: str, by_node: bool, labels: list[str] | None, data: str, remarks: list[str]) -> Sheet:
    rows = [["from", "to"] if by_node else ["from", "to", "value"]]

    def called(word: str) -> str:
        if labels is None:
            return word
        if not word.isdecimal() or len(word) > 6 or not 1 <= int(word) <= len(labels):
            raise UserError(
                Mistake(f"organizations have numbers from 1 to {len(labels)}; found {quote(word)}", file=name)
            )
        return labels[int(word) - 1]

    for line in data.split("\n"):
        words = _words(line)
        if by_node:
            rows += [[called(words[0]), called(other)] for other in words[1:]]
        elif words:
            if len(words) not in (2, 3):
                raise UserError(Mistake(f"a line has two organizations and a number; found {quote(line)}", file=name))
            rows.append([called(words[0]), called(words[1]), words[2] if len(words) == 3 else "1"])
    return sheet_of(f"{name}#edges", list(enumerate(rows)), "ties", None, remarks)
