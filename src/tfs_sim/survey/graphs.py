"""Files of graphs as sheets, through networkx: GraphML and GML.

XML with a document type or entities is refused before anything parses it: a few lines of entities can ask for all of a
machine's memory, or for a file of this machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.scenario.csv_files import LARGEST_TABLE
from tfs_sim.scenario.errors import Mistake, UserError, quote
from tfs_sim.scenario.reading import read_text
from tfs_sim.survey.sheets import Sheet, sheet_of

if TYPE_CHECKING:
    import networkx as nx

DRAWN = frozenset({"x", "y", "z", "shape", "graphics", "size", "ic", "bc", "color", "colour", "fos"})
"""Attributes that say how a graph is drawn."""
_ENCODING = re.compile(r"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")


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
        _refuse_what_is_left_out(text, path.name)
        return _sheets(path.name, nx.parse_graphml(text))


def _refuse_what_is_left_out(text: str, name: str) -> None:
    """Refuse what networkx would make up or leave out in silence: edges to no node, nodes twice, graphs within nodes.

    Raises
    ------
    UserError
        with the first of it.
    """
    from xml.etree import ElementTree

    def called(element: ElementTree.Element) -> str:
        return element.tag.rpartition("}")[2]

    root = ElementTree.fromstring(text)
    graphs = [each for each in root.iter() if called(each) == "graph"]
    if len(graphs) > 1:
        said = f"the file has {len(graphs)} graphs (groups of nodes are such), and one is read"
        raise UserError(Mistake(said, file=name, hint="Save one graph without groups."))
    nodes: set[str] = set()
    for element in root.iter():
        if called(element) == "node":
            identity = element.get("id", "")
            if identity in nodes:
                raise UserError(Mistake(f"the node {quote(identity)} is there twice", file=name))
            nodes.add(identity)
    for element in root.iter():
        if called(element) == "edge":
            for end in ("source", "target"):
                if (identity := element.get(end, "")) not in nodes:
                    raise UserError(Mistake(f"an edge has the {end} {quote(identity)}, which is no node", file=name))


def read_gml(path: Path) -> list[Sheet]:
    """Return the nodes and edges of a GML file."""
    import networkx as nx

    text = read_text(path, LARGEST_TABLE)
    with _Told(path, "GML"):
        return _sheets(path.name, nx.parse_gml(text, label=None))


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


def _sheets(name: str, graph: nx.Graph) -> list[Sheet]:
    """Return the nodes and the edges of a graph as two sheets."""
    nodes = [(str(node), {key: _text(value) for key, value in data.items()}) for node, data in graph.nodes(data=True)]
    columns = _columns(data for _, data in nodes)
    rows = [["id", *columns], *([node, *(data.get(key, "") for key in columns)] for node, data in nodes)]
    ends = [(str(a), str(b), {key: _text(value) for key, value in d.items()}) for a, b, d in graph.edges(data=True)]
    weights = _columns((data for *_, data in ends))
    ties = [["from", "to", *weights], *([a, b, *(data.get(key, "") for key in weights)] for a, b, data in ends)]
    found = [sheet_of(f"{name}#nodes", list(enumerate(rows)), "organizations")]
    if ends:
        found.append(sheet_of(f"{name}#edges", list(enumerate(ties)), "ties", graph.is_directed()))
    return found


def _columns(records: Iterable[dict[str, str]]) -> list[str]:
    names = dict.fromkeys(key for record in records for key in record)
    return [name for name in names if name.lower() not in DRAWN and name not in ("id", "key")]


def _text(value: Any) -> str:
    return "" if isinstance(value, dict | list) else " ".join(str(value).split())
