"""Source files as pages of the site: a link to a file or folder of the repository leads to one, here as on the forge.

Links in Markdown, code that names a file (`src/tfs_sim/model/tick.py`) and the reference's [source] all go through
`page_of`, so that there is one place that says which files are shown and where.
"""

from __future__ import annotations

import html
import importlib
import inspect
import os
import posixpath
import re
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.util import ClassNotFound
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

ROOT = Path(__file__).parents[2]
SHOWN = ("src", "tests", "benchmarks", "scenarios", "experiments", "calibrations", "problems", "docs", "requirements")
ALSO = ("Makefile", "pyproject.toml", "LICENSE", "CITATION.cff", "codemeta.json")
TEXT = {"", ".py", ".toml", ".csv", ".txt", ".cff", ".c", ".h", ".css", ".j2", ".json", ".bib", ".html", ".md"}
LARGEST = 400_000
"""Bytes of a file that is shown; larger ones are data."""
NAMED = re.compile(r"(?:[\w.-]+/)+[\w.-]*|Makefile|pyproject\.toml")
"""Code that may name a file."""


def page_of(path: Path) -> str | None:
    """Return the name of the page on which a file or folder of the repository is shown, if it is one that is."""
    try:
        inside = path.resolve().relative_to(ROOT).as_posix()
    except ValueError:
        return None
    if inside not in ALSO and (inside == "." or inside.partition("/")[0] not in SHOWN or "__pycache__" in inside):
        return None
    if path.is_dir():
        return f"source/{inside}/index"
    shown = path.is_file() and path.suffix in TEXT and path.suffix != ".md" and path.stat().st_size <= LARGEST
    return f"source/{inside}" if shown else None


NAMED_BY_REFERENCE: set[Path] = set()
"""Files that [source] of the reference leads to."""


def line_of(domain: str, info: dict[str, str]) -> str | None:
    """Return where an object of the reference is written, from a page in docs/reference (`linkcode_resolve`)."""
    found: Any = importlib.import_module(info["module"])
    for name in info["fullname"].split("."):
        found = inspect.getattr_static(found, name, None) if inspect.isclass(found) else getattr(found, name, None)
    found = getattr(found, "func", None) or getattr(found, "fget", None) or getattr(found, "__func__", None) or found
    try:
        file, (_, line) = inspect.getsourcefile(found), inspect.getsourcelines(found)
    except TypeError:
        return None
    page = page_of(Path(file or ""))
    NAMED_BY_REFERENCE.add(Path(file or "").resolve())
    return f"../../{page}.html#line-{line}" if page else None


class SourceLinks(SphinxPostTransform):
    """Let links to files and folders, and code that names them, lead to their pages."""

    default_priority = 5
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Replace what leads to a file that is shown."""
        folder = posixpath.dirname(self.env.docname)
        for node in list(self.document.findall(addnodes.download_reference)):
            self._link(node, ROOT / folder / node["reftarget"], node.children)
        for node in list(self.document.findall(addnodes.pending_xref)):
            if node.get("reftype") == "myst" and node.get("refdomain") is None:
                target = node["reftarget"].partition("#")[0]
                if target and (ROOT / folder / target).is_dir():
                    self._link(node, ROOT / folder / target, node.children)
        for node in list(self.document.findall(nodes.literal)):
            text = node.astext()
            if NAMED.fullmatch(text) and not isinstance(node.parent, (nodes.reference, addnodes.pending_xref)):
                self._link(node, ROOT / text, [node.deepcopy()])

    def _link(self, node: nodes.Element, path: Path, children: list[nodes.Node]) -> None:
        page = page_of(path) if path.exists() else None
        if page is None:
            return
        uri = self.app.builder.get_relative_uri(self.env.docname, page)
        link = nodes.reference("", "", internal=True, refuri=uri)
        link += [child.deepcopy() for child in children]
        if not isinstance(node.parent, nodes.TextElement):
            link = nodes.inline("", "", link)
        node.replace_self(link)
        wanted(self.app).add(path.resolve())


def wanted(app: Sphinx) -> set[Path]:
    """Return the files and folders that some page leads to."""
    found: set[Path] = app.__dict__.setdefault("tfs_sources", set())
    return found


PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{up}_static/pygments.css"><link rel="stylesheet" href="{up}_static/source.css">
</head>
<body>
<nav><a href="{up}docs/index.html">tfs_sim</a></nav>
<main><h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
"""Plain pages: the frame of the others, with its navigation, takes longer than all the rest of the site."""


def write(app: Sphinx, problem: Exception | None) -> None:
    """Write a page for each file that is led to, and for what stands in folders that are."""
    if problem is not None or app.builder.format != "html":
        return
    found = wanted(app) | NAMED_BY_REFERENCE
    for folder in [path for path in found if path.is_dir()]:
        found |= {each for each in folder.iterdir() if page_of(each)}
    for path in sorted(found):
        if page := page_of(path):
            there = Path(app.outdir) / f"{page}.html"
            there.parent.mkdir(parents=True, exist_ok=True)
            title = html.escape(path.relative_to(ROOT).as_posix())
            body = _listed(path, found) if path.is_dir() else _shown(path)
            there.write_text(PAGE.format(title=title, up="../" * page.count("/"), body=body), encoding="utf-8")


def _shown(path: Path) -> str:
    try:
        lexer = get_lexer_for_filename(path.name)
    except ClassNotFound:
        lexer = TextLexer()
    form = HtmlFormatter(linenos="inline", lineanchors="line", wrapcode=True, cssclass="highlight")
    return str(highlight(path.read_text(encoding="utf-8"), lexer, form))


def _listed(path: Path, shown: set[Path]) -> str:
    rows = ""
    for each in sorted(path.iterdir()):
        if (page := page_of(each)) and each in shown:
            there = os.path.relpath(page, page_of(path) + "/..") + ".html"
            rows += f'<li><a href="{html.escape(there)}">{html.escape(each.name)}</a></li>'
    return f"<ul>{rows}</ul>"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what this module does."""
    app.add_post_transform(SourceLinks)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
