"""Files of graphs as sheets, through networkx: GraphML, GML and Pajek.

XML with a document type or entities is refused before anything parses it: a few lines of entities can ask for all of a
machine's memory, or for a file of this machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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
