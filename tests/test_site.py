"""The documentation site, without Sphinx: every page is in its navigation, tutorials run, the reference is complete.

`make docs` builds it; a warning, a dead link or a cell that fails is an error there.
"""

from __future__ import annotations

import doctest
import importlib
import math
import re
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType

import nbclient
import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
TOCTREE = re.compile(r"^<!-- \{toctree\}[^\n]*\n(.*?)^-->$", re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r"^\.\. (auto\w+|currentmodule):: ([\w.]+)(?:\(\))?$", re.MULTILINE)


@pytest.fixture
def notebooks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module that reads pages as notebooks."""
    monkeypatch.syspath_prepend(str(DOCS))
    return importlib.import_module("building.notebooks")


def entries(page: Path) -> set[Path]:
    """Return the pages that a page's tables of contents lead to."""
    found: set[Path] = set()
    for listed in TOCTREE.findall(page.read_text(encoding="utf-8")):
        glob = ":glob:" in listed
        for line in filter(None, (line.strip() for line in listed.splitlines())):
            if line.startswith(":"):
                continue
            place = ROOT / line[1:] if line.startswith("/") else page.parent / line
            if glob and any(sign in line for sign in "*[?"):
                found |= {each.resolve() for each in page.parent.glob("*.md") if fnmatch(each.stem, line)}
            else:
                found.add(Path(f"{place.resolve()}.md"))
    return found


def test_every_page_is_in_the_navigation_and_every_entry_is_a_page() -> None:
    reached, new = {DOCS / "index.md"}, {DOCS / "index.md"}
    while new:
        new = set().union(*map(entries, new)) - reached
        assert not [page for page in new if not page.exists()]
        reached |= new
    assert not sorted(page.relative_to(ROOT) for page in {*DOCS.rglob("*.md"), *ROOT.glob("*.md")} - reached)


def test_what_is_for_sphinx_alone_is_hidden_from_the_forge() -> None:
    for page in DOCS.rglob("*.md"):
        fences = re.findall(r"^```\{([\w-]+)\}", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(fences) <= {"code-cell"}, page.name


def named(page: str) -> dict[str, set[str]]:
    """Return what a page of the reference has entries of, by package."""
    found: dict[str, set[str]] = {}
    package = ""
    for kind, name in DIRECTIVE.findall((DOCS / "reference" / page).read_text(encoding="utf-8")):
        if kind == "currentmodule":
            package = name
        else:
            found.setdefault(package, set()).add(name)
    return found


@pytest.mark.parametrize(("page", "package"), [("python.md", "tfs_sim"), ("decisions.md", "tfs_sim.decisions")])
def test_the_reference_has_every_public_name(page: str, package: str) -> None:
    public = {name for name in importlib.import_module(package).__all__ if not name.startswith("__")}
    assert named(page)[package] == public


@pytest.mark.parametrize("package", ["tfs_sim", "tfs_sim.decisions"])
def test_the_examples_of_the_reference_run(package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    import tfs_sim

    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(package)
    run = 0
    for name in module.__all__:
        thing = getattr(module, name)
        names = {"tfs": tfs_sim, "pd": pd, "math": math, name: thing}
        for test in doctest.DocTestFinder().find(thing, name, globs=names):
            said: list[str] = []
            done = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test, out=said.append)
            assert not done.failed, "".join(said)
            run += sum(not example.options.get(doctest.SKIP) for example in test.examples)
    assert run >= 20


TUTORIALS = ["first-steps", "researcher", "leader", "funder"]


def test_every_tutorial_is_run() -> None:
    assert sorted(TUTORIALS) == sorted(page.stem for page in (DOCS / "tutorials").glob("*.md") if page.stem != "index")


@pytest.mark.slow
@pytest.mark.parametrize("name", TUTORIALS)
def test_the_cells_of_a_tutorial_run(
    name: str, notebooks: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in notebooks.kernel_environment().items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    folder = tmp_path / "page"
    folder.mkdir()
    notebook = notebooks.notebook(DOCS / "tutorials" / f"{name}.md")
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) >= 4
    assert not [cell for cell in code if cell.execution_count is None]


def test_a_page_becomes_a_notebook(notebooks: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "---\nfile_format: mystnb\n---\n\n# Title\n\n[here](../a.md), [there](https://example.org)\n\n"
        "```{code-cell}\n:tags: [hide-input]\n\n%%sh\nls\n```\n\nEnd.\n",
        encoding="utf-8",
    )
    assert notebooks.is_notebook(page)
    said, cell, end = notebooks.notebook(page).cells
    assert said.source == "# Title\n\nhere, [there](https://example.org)"
    assert (cell.cell_type, cell.source, end.source) == ("code", "%%sh\nls", "End.")
