"""The paper in the form of the Journal of Open Source Software: its sections, length, references and numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tfs_sim.literature import bibliography
from tfs_sim.model.catalogue import MECHANISMS

TOP = Path(__file__).parents[1]
SECTIONS = [
    "Summary", "Statement of need", "State of the field", "Software design", "Research impact statement",
    "AI usage disclosure", "Acknowledgements", "References",
]  # fmt: skip
"""What the journal asks for since 2026, in its order."""
LEAST, MOST = 750, 1750
"""Words."""


@pytest.fixture(scope="module")
def paper() -> tuple[dict[str, object], str]:
    _, head, body = (TOP / "paper" / "paper.md").read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)


def entries(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8")
    found = {m[1]: m[0] for m in re.finditer(r"^@\w+\{([^,\s]+),\n(?:  .*\n)+\}\n", text, re.MULTILINE)}
    assert len(found) == text.count("\n@") + text.startswith("@"), "an entry has another form, or a key comes twice"
    return found


def test_it_has_the_sections_and_the_length_that_the_journal_asks_for(paper: tuple[dict[str, object], str]) -> None:
    _, body = paper
    assert re.findall(r"^# (.+)$", body, re.MULTILINE) == SECTIONS
    assert LEAST <= len(re.findall(r"\b[\w'’-]+\b", body)) <= MOST
    for text in re.split(r"^# .+$", body, flags=re.MULTILINE)[1:-1]:
        assert text.strip()


def test_its_head_says_what_the_citation_says(paper: tuple[dict[str, object], str]) -> None:
    head, _ = paper
    citation = yaml.safe_load((TOP / "CITATION.cff").read_text(encoding="utf-8"))
    assert head["title"] == citation["title"]
    assert head["tags"] == ["Python", *citation["keywords"]]
    assert [each["name"] for each in head["authors"]] == [each["name"] for each in citation["authors"]]  # type: ignore[attr-defined]
    assert {each["affiliation"] for each in head["authors"]} <= {each["index"] for each in head["affiliations"]}  # type: ignore[attr-defined]
    assert re.fullmatch(r"\d{1,2} [A-Z][a-z]+ \d{4}", str(head["date"]))
    assert (TOP / "paper" / str(head["bibliography"])).is_file()


def test_every_citation_resolves_and_every_entry_is_cited(paper: tuple[dict[str, object], str]) -> None:
    cited = set(re.findall(r"@([a-z][\w-]*\d{4}[a-z]?)", paper[1]))
    found = entries(TOP / "paper" / "paper.bib")
    assert cited == set(found)
    for key, entry in found.items():
        assert re.search(r"^  (doi|url) = ", entry, re.MULTILINE), key
        assert re.search(r"^  (journal|booktitle|publisher|institution|howpublished|note) = ", entry, re.MULTILINE), key


def test_entries_that_the_model_has_too_are_the_same() -> None:
    """Also what is not checked of them."""
    own = entries(bibliography.FILE)
    for key, entry in entries(TOP / "paper" / "paper.bib").items():
        assert own.get(key, entry) == entry


def test_its_numbers_are_those_of_the_pages_that_have_them(paper: tuple[dict[str, object], str]) -> None:
    body = " ".join(paper[1].split())
    assert f"each of {len(MECHANISMS)} mechanisms" in body
    speed = (TOP / "benchmarks" / "README.md").read_text(encoding="utf-8")
    assert "104 × (102 to 105)" in speed and "142 × (128 to 167)" in speed
    assert "100 to 140 times more slowly" in body and "102 and 105 on one, 128 and 167 on the other" in body
    assert "0.93 × (0.92 to 0.95" in speed and "0.98 × (0.96 to 1.00" in speed and "0.93 and 0.98 times" in body
    kept = " ".join((TOP / "docs" / "model" / "calibration.md").read_text(encoding="utf-8").split())
    assert "12,000 sets were run, 520 miss nothing, 500 make the ensemble" in kept
    assert "Of 12,000 sets that were run, 520 miss none of the nine; 500 of these are shipped" in body


def test_what_only_the_maintainers_can_say_is_open(paper: tuple[dict[str, object], str]) -> None:
    body = paper[1]
    for section in ("AI usage disclosure", "Acknowledgements"):
        text = body.split(f"# {section}\n")[1].split("\n# ")[0]
        assert text.strip().startswith("**OPEN")
