"""The answers to reviewers' checklists point to what there is, and say what is open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
PAGE = TOP / "docs" / "checklists.md"

FAIR4RS = [
    "F1", "F1.1", "F1.2", "F2", "F3", "F4",
    "A1", "A1.1", "A1.2", "A2", "I1", "I2", "R1", "R1.1", "R1.2", "R2", "R3",
]  # fmt: skip


@pytest.fixture(scope="module")
def sections() -> dict[str, list[list[str]]]:
    found = {}
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        rows = [re.split(r"(?<!\\) \| ", line[2:-2]) for line in section.splitlines() if line.startswith("| ")]
        found[section.splitlines()[0]] = rows[1:]
    return found


def test_every_item_has_an_answer(sections: dict[str, list[list[str]]]) -> None:
    (fair,) = (rows for title, rows in sections.items() if "FAIR4RS" in title)
    assert [row[0] for row in fair] == FAIR4RS
    for rows in sections.values():
        assert all(len(row) in (2, 3) and all(cell.strip() for cell in row) for row in rows)
    assert len(sections["pyOpenSci"]) >= 15 and len(sections["JOSS"]) >= 15


def test_what_is_pointed_to_is_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert len(links) > 20
    for link in links:
        assert (PAGE.parent / link).exists(), link
    made = (TOP / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make (\w+)`", text):
        assert re.search(rf"^{target}:", made, re.MULTILINE), target
    for path in re.findall(r"`((?:docs|requirements|\.ci)/[^`\s]*)`", text):
        assert (TOP / path).exists(), path


def test_what_only_the_maintainers_can_do_is_open() -> None:
    open_items = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if "**open**" in line.lower()]
    for word in ("DOI", "public repository", "PyPI", "AI usage disclosure", "authors", "deposit"):
        assert any(word in line for line in open_items), word
