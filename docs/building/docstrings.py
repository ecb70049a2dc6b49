"""Docstrings of the house as numpydoc reads them.

In this house a parameter's line goes on with its meaning ("workers : how many threads; …"), and what is returned is
told in a sentence, since types stand in the signature. numpydoc takes what follows a colon, and each line of a section
without indentation, for a type: here meanings are put on lines of their own, below names and the type of the return.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

NAMED = ("Parameters", "Attributes", "Other Parameters")
FIELD = re.compile(r"([A-Za-z_*][\w*, ]*?) : (\S.*)")


def sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Return the heading ("" before the first) and the lines of each section of a docstring."""
    starts = [at for at in range(len(lines) - 1) if lines[at].strip() and re.fullmatch(r"-{3,}", lines[at + 1].strip())]
    yield "", lines[: starts[0] if starts else None]
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        yield lines[start].strip(), lines[start + 2 : end]


def reformed(lines: list[str], returned: str = "") -> list[str]:
    """Return a docstring's lines with meanings below names, and below the type that is returned."""
    out: list[str] = []
    for heading, body in sections(lines):
        if heading:
            out += [heading, "-" * len(heading)]
        if heading in NAMED:
            for line in body:
                found = FIELD.fullmatch(line)
                out += [found[1], f"    {found[2]}"] if found else [line]
        elif heading == "Returns" and returned and all(line[:1] != " " for line in body):
            said = [line for line in body if line.strip()]
            out += said if said == [returned] else [returned, *(f"    {line}" for line in said)]
            out.append("")
        else:
            out += body
    return out


def process(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Reform a docstring in place, before numpydoc reads it."""
    returned = (
        str(getattr(inspect.unwrap(obj), "__annotations__", {}).get("return", "")) if inspect.isroutine(obj) else ""
    )
    lines[:] = reformed(lines, returned if "[" in returned else returned.rpartition(".")[2])


class PackageText(SphinxDirective):
    """The text of a package, which is Markdown: what its tables and words mean."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Parse what the package says after its first line."""
        said = inspect.cleandoc(importlib.import_module(self.arguments[0]).__doc__ or "").partition("\n")[2]
        box = nodes.Element()
        self.state.nested_parse(StringList(said.strip().splitlines(), source=self.arguments[0]), 0, box)
        return list(box.children)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what this module does, before numpydoc."""
    app.add_directive("package-text", PackageText)
    app.connect("autodoc-process-docstring", process, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
