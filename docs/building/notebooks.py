"""Pages that are notebooks: what their cells run in, how shell commands look, and the same as .ipynb.

Such a page is Markdown with cells in fences of the kind `{code-cell}`. A cell whose first line is `%%sh` is typed into
a shell, one that begins with `%%writefile NAME` is a file: the site shows them so. `notebook` reads a page without
Sphinx, for the test that runs every tutorial's cells.
"""

from __future__ import annotations

import os
import re
import sys
from functools import partialmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOCS = Path(__file__).parents[1]
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n((?::[^\n]*\n)*)(.*?)^```$", re.MULTILINE | re.DOTALL)
FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
RELATIVE = re.compile(r"(?<!!)\[([^\]]*)\]\((?!https?:)[^)\s]*\)")
SHELL = "%%sh\n"
FILE = re.compile(r"%%writefile (\S+)\n(.*)", re.DOTALL)


def is_notebook(path: Path) -> bool:
    """Return whether a page has cells that are run."""
    return path.read_text(encoding="utf-8").startswith("---\nfile_format: mystnb\n")


def notebook_pages() -> list[Path]:
    """Return every page of the documentation that is a notebook."""
    return [path for path in sorted(DOCS.rglob("*.md")) if is_notebook(path)]


def notebook(path: Path) -> NotebookNode:
    """Return a page as a notebook: its cells without output; links within the repository become plain text."""
    text = FRONT.sub("", path.read_text(encoding="utf-8"))
    cells, at = [], 0
    for found in [*CELL.finditer(text), None]:
        said = RELATIVE.sub(r"\1", text[at : found.start() if found else None]).strip()
        if said:
            cells.append(nbformat.v4.new_markdown_cell(said))
        if found:
            at = found.end()
            cells.append(nbformat.v4.new_code_cell(found[2].strip("\n")))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # the same bytes for the same page
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def kernel_environment() -> dict[str, str]:
    """Return what of the environment cells are run under: this Python's commands first, output 100 letters wide."""
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, (str(DOCS / "building"), os.environ.get("PYTHONPATH")))),
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))),
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONWARNINGS": "ignore::DeprecationWarning",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _shown(app: Sphinx, doctree: Any) -> None:
    """Show cells of the shell, and files, without their first line and in their own language."""
    from docutils import nodes

    for block in list(doctree.findall(nodes.literal_block)):
        code = block.astext()
        if code.startswith(SHELL):
            code = code.removeprefix(SHELL)
            block.replace_self(nodes.literal_block(code, code, language="sh"))
        elif found := FILE.fullmatch(code):
            name = nodes.paragraph("", "", nodes.literal("", found[1]), classes=["file-name"])
            shown = nodes.literal_block(found[2], found[2], language=found[1].rpartition(".")[2])
            block.replace_self([name, shown])


def _described(app: Sphinx, doctree: Any) -> None:
    """Give a picture that a cell has made the first line of its text as what those read who cannot see it."""
    from docutils import nodes

    for bundle in doctree.findall(nodes.container):
        if bundle.get("nb_element") == "mime_bundle":
            plain = next((each.astext() for each in bundle if each.get("mime_type") == "text/plain"), "")
            for image in bundle.findall(nodes.image):
                image["alt"] = image.get("alt") or plain.partition("\n")[0]


def _offered(app: Sphinx, doctree: Any, docname: str) -> None:
    """Say below the title where the page is to be had as a notebook."""
    from docutils import nodes

    path = DOCS.parent / f"{docname}.md"
    if app.builder.format != "html" or not path.is_file() or not is_notebook(path):
        return
    title = next(iter(doctree.findall(nodes.title)))
    uri = app.builder.get_relative_uri(docname, f"notebooks/{path.stem}").removesuffix(".html") + ".ipynb"
    link = nodes.reference("", f"{path.stem}.ipynb", internal=True, refuri=uri)
    said = nodes.paragraph("", "This page is a notebook, run when the site was built: ", link, nodes.Text("."))
    said["classes"].append("as-notebook")
    title.parent.insert(title.parent.index(title) + 1, said)


def _written(app: Sphinx, problem: Exception | None) -> None:
    """Write the notebooks beside the pages."""
    if problem is None and app.builder.format == "html":
        folder = Path(app.outdir) / "notebooks"
        folder.mkdir(exist_ok=True)
        for path in notebook_pages():
            nbformat.write(notebook(path), folder / f"{path.stem}.ipynb")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what this module does."""
    # a shell's output comes in pieces of a hundred bytes, between which a line would end
    NotebookClient.__init__ = partialmethod(NotebookClient.__init__, coalesce_streams=True)
    app.connect("doctree-read", _shown)
    app.connect("doctree-read", _described)
    app.connect("doctree-resolved", _offered)
    app.connect("build-finished", _written)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
