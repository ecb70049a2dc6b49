"""Draw mutants with the operators of Cosmic Ray, by seed, and print them as entries of the table.

From the top of the repository, with what looks after dependencies (`make .venv/ready-to-keep`):

    .venv/upkeep/bin/python tests/mutants/draw.py 36 --seed 1

Layers take turns. In a layer files are as likely as they are long; in a file every place that an operator can change
is as likely as any other, and at a place every operator that can change it. Left out are annotations, which no run and
no reader ever sees.
"""

from __future__ import annotations

import argparse
import random
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.plugins import get_operator, operator_names
from mutant import LAYERS, PACKAGE, TABLE, MisplacedError, Mutant

LEFT_OUT = re.compile(
    "VariableReplacer|VariableInserter|ExceptionReplacer|RemoveDecorator"
    "|ReplaceBinaryOperator.*_(Mod|Pow|[LR]Shift|Bit.*)|ReplaceUnaryOperator.*_(Invert|Not)"
    "|ReplaceComparisonOperator_(?!Is).*_Is(Not)?|ReplaceComparisonOperator_Is(Not)?_(?!Is).*"
)
"""Operators that need to be told a name, or whose changes nearly always end a program: too easily seen to say much."""

OPERATORS = [name for name in sorted(operator_names()) if not LEFT_OUT.fullmatch(name.removeprefix("core/"))]

Place = tuple[int, int]
Change = tuple[str, int]
"""An operator, and which of the places that it can change."""


def files(layer: str) -> list[Path]:
    """Return the files of a layer, in an order that is always the same."""
    return sorted(path for path in (PACKAGE / layer).rglob("*.py") if path.read_text(encoding="utf-8").strip())


@cache
def changes(path: Path) -> dict[Place, list[Change]]:
    """Return what operators can do to a file, by place."""
    found: dict[Place, list[Change]] = {}
    nodes = list(_walked(get_ast(path.read_text(encoding="utf-8"))))
    for name in OPERATORS:
        operator, count = get_operator(name)(), 0
        for node in nodes:
            for start, _ in operator.mutation_positions(node):
                if not _is_silent(node):
                    found.setdefault(start, []).append((name, count))
                count += 1
    return found


def _walked(node: Any) -> Iterator[Any]:
    """Yield nodes in the order in which Cosmic Ray counts them."""
    yield node
    for child in getattr(node, "children", ()):
        yield from _walked(child)


def _is_silent(node: Any) -> bool:
    """Say whether a node is an annotation, or within one."""
    while node.parent is not None:
        above = node.parent
        if above.type in ("annassign", "tfpdef") and node is above.children[1 if above.type == "annassign" else -1]:
            return True
        if above.type == "funcdef" and node is above.annotation:
            return True
        if above.type == "if_stmt" and node is above.children[1] and node.get_code().strip() == "TYPE_CHECKING":
            return True
        node = above
    return False


def drawn(path: Path, change: Change, told: str) -> Mutant:
    """Return a change as an entry of the table: the lines that differ, with as many before them as make them unique.

    Raises
    ------
    MisplacedError
        If there is no such text.
    """
    source = path.read_text(encoding="utf-8")
    name, number = change
    result = MutationVisitor.mutate_code(source, get_operator(name)(), number)
    if result is None:
        raise MisplacedError("the operator changes nothing")
    old, new = source.splitlines(keepends=True), result.splitlines(keepends=True)
    first = next(n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other)
    rest = next(n for n, (one, other) in enumerate(zip(old[::-1], new[::-1], strict=False)) if one != other)
    begin = first
    while source.count("".join(old[begin : len(old) - rest])) > 1 and begin > 0:
        begin -= 1
    mutant = Mutant(
        file=path.relative_to(PACKAGE).as_posix(),
        text="".join(old[begin : len(old) - rest]),
        instead="".join(new[begin : len(new) - rest]),
        misleads="",
        drawn=f"{name.removeprefix('core/')}, {told}",
    )
    mutant.applied(source)
    return mutant


def draw(count: int, seed: int) -> list[Mutant]:
    """Return so many mutants that are not in the table."""
    luck = random.Random(seed)
    text = TABLE.read_text(encoding="utf-8") if TABLE.exists() else ""
    known = {(entry["file"], entry["text"], entry["instead"]) for entry in tomllib.loads(text).get("mutant", [])}
    found: list[Mutant] = []
    while len(found) < count:
        layer = LAYERS[len(found) % len(LAYERS)]
        paths = files(layer)
        (path,) = luck.choices(paths, [len(each.read_bytes()) for each in paths])
        places = sorted(changes(path).items())
        if not places:
            continue
        try:
            mutant = drawn(path, luck.choice(luck.choice(places)[1]), f"seed {seed}")
        except MisplacedError:
            continue
        if (mutant.file, mutant.text, mutant.instead) not in known:
            known.add((mutant.file, mutant.text, mutant.instead))
            found.append(mutant)
    return found


def entry(mutant: Mutant) -> str:
    """Return a mutant as the table has it."""
    lines = [f"{name} = {_quoted(getattr(mutant, name))}" for name in ("file", "text", "instead", "misleads", "drawn")]
    return "\n".join(["[[mutant]]", *lines])


def _quoted(text: str) -> str:
    if "\n" in text:
        return f"'''\n{text}'''"
    return f"'{text}'" if "'" not in text else f"'''{text}'''"


def main() -> None:
    """Print drawn mutants."""
    parser = argparse.ArgumentParser(description="Draw mutants of the model and of what reads it.")
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, required=True)
    asked = parser.parse_args()
    print("\n\n".join(entry(mutant) for mutant in draw(asked.count, asked.seed)))


if __name__ == "__main__":
    main()
