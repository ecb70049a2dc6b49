"""The bundle for a model library: its folders, its metadata, and the same bytes from the same commit."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

TOP = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def archive() -> ModuleType:
    spec = importlib.util.spec_from_file_location("archive", TOP / "docs" / "archive.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if subprocess.run(["git", "-C", str(TOP), "rev-parse", "HEAD"], capture_output=True).returncode:
        pytest.skip("not a repository: an sdist, say")
    return module


@pytest.fixture
def bundled(archive: ModuleType, monkeypatch: pytest.MonkeyPatch) -> tuple[str, bytes, list[str]]:
    """The bundle, with the texts that its PDF is made of instead of the PDF (`make archive` makes that)."""
    texts: list[str] = []
    monkeypatch.setattr(archive, "pdf", lambda pages, title, made: texts.extend(pages) or b"%PDF of the model")
    name, content, _ = archive.bundle()
    return name, content, texts


def test_it_has_the_folders_and_metadata_of_a_model_library(bundled: tuple[str, bytes, list[str]]) -> None:
    name, content, texts = bundled
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        inside = {each: opened.read(each) for each in opened.namelist()}
    top = name.removesuffix("-comses.zip")
    assert {each.split("/")[0] for each in inside} == {top}
    assert {each.split("/")[1] for each in inside} == {
        "code", "docs", "data", "README.md", "LICENSE", "CITATION.cff", "codemeta.json",
    }  # fmt: skip
    assert inside[f"{top}/docs/ODD.pdf"].startswith(b"%PDF")
    assert texts[0].startswith("# The model, by the ODD protocol")
    said = inside[f"{top}/README.md"].decode()
    version = json.loads(inside[f"{top}/codemeta.json"])["version"]
    assert top == f"tfs-sim-{version}" and f"version {version}" in said and "{" not in said
    for needed in ("code/pyproject.toml", "code/src/tfs_sim/model/tick.py", "data/calibrations/collective-impact.json"):
        assert f"{top}/{needed}" in inside


def test_the_same_commit_gives_the_same_bytes(
    archive: ModuleType, bundled: tuple[str, bytes, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    again = archive.bundle()[1]
    assert hashlib.sha256(again).digest() == hashlib.sha256(bundled[1]).digest()
    with zipfile.ZipFile(io.BytesIO(again)) as opened:
        assert {each.compress_type for each in opened.infolist()} == {zipfile.ZIP_STORED}
        assert len({each.date_time for each in opened.infolist()}) == 1
        assert opened.namelist() == sorted(opened.namelist())


def test_pages_become_html_that_leads_nowhere(archive: ModuleType) -> None:
    html = archive.as_html(
        "<!-- written -->\n# A *page*\n\n[here](state.md) and [there](https://example.org)\n\n"
        "| `name` | meaning |\n| --- | --- |\n| **a** | one [b](c.md) < 2 |\n"
    )
    assert "<h1>A <em>page</em></h1>" in html and "written" not in html
    assert "here and" in html and '<a href="https://example.org">there</a>' in html
    assert ">meaning</th>" in html and ">name</th>" in html
    assert '<td align="left">a</td><td align="left">one b &lt; 2</td>' in html


def test_columns_are_as_wide_as_a_page(archive: ModuleType) -> None:
    import re

    for name in archive.ODD:
        text = (TOP / "docs" / "model" / f"{name}.md").read_text(encoding="utf-8")
        for table in re.findall(r"<table>.*?</table>", archive.as_html(text), re.DOTALL):
            widths = [int(width) for width in re.findall(r'<th width="(\d+)%"', table)]
            assert sum(widths) == 100 and min(widths) >= 5


def test_the_pdf_is_a_pdf_and_the_same_each_time(archive: ModuleType) -> None:
    pytest.importorskip("fpdf", reason="in the environment of `make archive` alone")
    made = datetime(2026, 11, 30, tzinfo=UTC)
    pages = ["# One\n\nψ ≤ 1 and `code`\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n", "# Two\n"]
    first = archive.pdf(pages, "A title", made)
    assert first.startswith(b"%PDF") and first == archive.pdf(pages, "A title", made)
