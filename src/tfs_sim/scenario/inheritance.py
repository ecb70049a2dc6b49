"""Files that extend files: the chain from a file to what it starts from, merged, with places kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from tfs_sim.scenario import presets
from tfs_sim.scenario.errors import KeyPath, Mistake, UserError, kind_of
from tfs_sim.scenario.fields import NAME, inside
from tfs_sim.scenario.reading import Document, read_document
from tfs_sim.scenario.schema import Scenario, data_folder, merged, scenario_from

LONGEST_CHAIN = 8


def load_scenario(path_or_name: str | Path) -> Scenario:
    """Return the scenario in a file, or the ready-made one of that name.

    Raises
    ------
    UserError
        with every mistake of the file.

    Examples
    --------
    >>> town = tfs.load_scenario("laboratory")
    >>> town.title, town.clock.months, list(town.sites)
    ('Laboratory', 60, ['lab'])
    """
    chain = read_chain(presets.find("scenarios", path_or_name))
    data: dict[str, Any] = {}
    for document in reversed(chain):
        data = merged(data, {key: value for key, value in document.data.items() if key != "extends"})
    texts = {}
    for document in chain:
        name = document.path.name
        while name in texts:
            name = f"{document.path.parent.name}/{name}" if "/" not in name else f"{name}+"
        texts[name] = document.text
    try:
        return scenario_from(data, chain[0].path.stem, texts)
    except UserError as error:
        raise UserError(in_order([locate(mistake, chain) for mistake in error.mistakes])) from None


def read_chain(path: Path) -> list[Document]:
    """Return the documents from a file to the last one that it extends."""
    chain: list[Document] = []
    while True:
        document = _read(path, chain)
        data_folder(document.data, path.parent)
        chain.append(document)
        if "extends" not in document.data:
            return chain
        parent = _parent(document)
        visited = [each.path.resolve() for each in chain]
        if parent.resolve() in visited:
            circle = [each.path.name for each in chain[visited.index(parent.resolve()) :]] + [parent.name]
            raise UserError(
                document.locate(Mistake(f"files extend each other in a circle: {' → '.join(circle)}", key=("extends",)))
            )
        if len(chain) >= LONGEST_CHAIN:
            names = " → ".join(each.path.name for each in chain)
            message = f"more than {LONGEST_CHAIN} files extend one another: {names} → …"
            raise UserError(document.locate(Mistake(message, key=("extends",))))
        path = parent


def _read(path: Path, chain: list[Document]) -> Document:
    if not chain or path.is_file():
        return read_document(path)
    try:
        return read_document(path)
    except UserError as error:  # told where the file is named, not where it is missing
        first = error.mistakes[0]
        message = f'the file "{chain[-1].data["extends"]}" cannot be used: {first.message}'
        mistake = Mistake(message, key=("extends",), suggestion=first.suggestion)
        raise UserError(chain[-1].locate(mistake)) from None


def _parent(document: Document) -> Path:
    return named_file(document, ("extends",), document.data["extends"])


def named_file(document: Document, key: KeyPath, name: Any) -> Path:
    """Return the scenario file that a file names: a ready-made name, or a path relative to it."""
    folder = document.path.parent
    if not isinstance(name, str):
        what = f"{key[-1]} is the name of a ready-made scenario or of a file; found {kind_of(name)}"
        raise UserError(document.locate(Mistake(what, key=key)))
    try:
        path = presets.find("scenarios", name, folder)
        ready_made = path.parent == presets.folder("scenarios")
        return path if ready_made and path.stem == name else inside(name, folder)
    except UserError as error:
        raise UserError([document.locate(mistake.under(key)) for mistake in error.mistakes]) from None
    except PydanticCustomError as error:
        found: Mistake = (error.context or {})["mistakes"][0]
        message = found.message.replace(NAME, str(key[-1]))
        raise UserError(document.locate(replace(found, message=message, key=key))) from None


def locate(mistake: Mistake, chain: Sequence[Document]) -> Mistake:
    """Return the mistake with its place in the file of the chain where the key was written."""
    if mistake.file:
        return mistake
    best, deepest = chain[0], 0
    for document in chain:
        depth, final = _reach(document.data, mistake.key)
        if depth > deepest:
            best, deepest = document, depth
        if final and depth >= deepest:
            break
    return best.locate(mistake)


def _reach(data: Any, key: KeyPath) -> tuple[int, bool]:
    """Return how much of a key path data has, and whether nothing that it extends can have more."""
    for depth, part in enumerate(key):
        inside_table = isinstance(data, dict) and part in data
        inside_list = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if not inside_table and not inside_list:
            return depth, not isinstance(data, dict) or any(isinstance(each, int) for each in key[:depth])
        data = data[part]
    return len(key), True


def in_order(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """Return mistakes in the order of their files and lines, each once."""
    files = list(dict.fromkeys(mistake.file for mistake in mistakes))
    once = dict.fromkeys(mistakes)
    return sorted(once, key=lambda mistake: (files.index(mistake.file), mistake.line, mistake.column))
