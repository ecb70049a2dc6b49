"""The glossary: one line and one source a word, and no word twice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tfs_sim.literature.glossary import WORDS, used, word
from tfs_sim.model.state import ROLES, SECTORS, STATUSES


def test_every_word_of_the_house_is_there() -> None:
    page = (Path(__file__).parents[2] / "docs" / "house.md").read_text(encoding="utf-8").split("## Words\n")[1]
    listed = page.split("One word per thing")[0].replace("\n", " ").strip().rstrip(".").split(", ")
    assert len(listed) > 15
    for name in (*listed, *SECTORS, *ROLES, *STATUSES):
        assert word(name) is not None, name


def test_a_word_is_one_line_with_a_source() -> None:
    for each in WORDS:
        assert re.fullmatch(r"\S.*\.", each.meaning) and each.source, each.name
    names = [name for each in WORDS for name in (each.name, *each.also)]
    assert len({word(name).name for name in names}) == len(WORDS)  # type: ignore[union-attr]
    assert all(word(name) is each for each in WORDS for name in (each.name, *each.also))


@pytest.mark.parametrize(
    "name",
    [
        "student-months",
        "knowing all",
        "value of perfect information",
        "expected loss",
        "dominated by a mix",
        "extended dominance",
        "aligned work",
        "worth",
        "noise floor",
    ],
)
def test_words_of_decisions_are_there(name: str) -> None:
    assert word(name) is not None


def test_of_a_text_the_words_that_it_uses() -> None:
    text = "Two ORGANIZATIONS hold grants; a Latin hypercube of the 95% interval. Bundled, a subset."
    assert [each.name for each in used(text)] == ["organization", "grant", "Latin hypercube", "95% interval"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Grants", "grant"),
        ("organisation", "organization"),
        ("boundary-spanners", "boundary spanner"),
        ("communities", "site"),
        ("higher_education", "higher education"),
        ("standardised differences", "standardized effect"),
        ("statuses", "status"),
        ("latin hypercubes", "Latin hypercube"),
        ("zeppelin", None),
    ],
)
def test_case_number_and_spelling_do_not_count(said: str, meant: str | None) -> None:
    found = word(said)
    assert (found.name if found else None) == meant
