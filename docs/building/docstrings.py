"""Docstrings of the house as numpydoc reads them.

In this house a parameter's line goes on with its meaning ("workers : how many threads; …"), and what is returned is
told in a sentence, since types stand in the signature. numpydoc takes what follows a colon, and each line of a section
without indentation, for a type: here meanings are put on lines of their own, below names and the type of the return.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

from sphinx.application import Sphinx

NAMED = ("Parameters", "Attributes", "Other Parameters")
FIELD = re.compile(r"([A-Za-z_*][\w*, ]*?) : (\S.*)")


def sections(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Return the heading ("" before the first) and the lines of each section of a docstring."""
    starts = [at for at in range(len(lines) - 1) if lines[at].strip() and re.fullmatch(r"-{3,}", lines[at + 1].strip())]
    yield "", lines[: starts[0] if starts else None]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
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
    annotation = getattr(inspect.unwrap(obj), "__annotations__", {}).get("return", "") if callable(obj) else ""
    lines[:] = reformed(lines, str(annotation).rpartition(".")[2] if "[" not in str(annotation) else str(annotation))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what this module does, before numpydoc."""
    app.connect("autodoc-process-docstring", process, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
