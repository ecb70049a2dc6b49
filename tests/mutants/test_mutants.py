"""The table of mutants is kept: every entry can be made from the sources as they are, and says what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hunt import Outcome
from mutant import LAYERS, PACKAGE, ROOT, MisplacedError, Mutant, read
from stages import LAST, named_after, stages

MUTANTS = read()


@pytest.mark.parametrize("mutant", MUTANTS, ids=[f"{n}-{Path(each.file).stem}" for n, each in enumerate(MUTANTS)])
def test_every_mutant_can_be_made(mutant: Mutant) -> None:
    assert mutant.applied((PACKAGE / mutant.file).read_text(encoding="utf-8"))
    assert mutant.misleads.endswith(".")
    assert stages(mutant), "some test may see it"
    if mutant.by:
        file, _, test = mutant.by.partition("::")
        assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")
        assert stages(mutant)[0].tests == (mutant.by,)


def test_pages_that_tests_read_are_in_the_copies_that_mutants_are_made_in() -> None:
    """A test that fails in a copy for want of a page would be taken for one that sees every mutant."""
    from hunt import COPIED

    assert {path.name for path in ROOT.glob("*.md")} <= set(COPIED)


def test_there_are_enough_of_every_kind() -> None:
    drawn = [each for each in MUTANTS if each.drawn]
    assert len(MUTANTS) >= 60 and len(drawn) >= 35 and len(MUTANTS) - len(drawn) >= 35
    assert {each.layer for each in MUTANTS} == set(LAYERS) == set(LAST)
    assert len({(each.file, each.text, each.instead) for each in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize(
    ("text", "instead", "said"),
    [
        ("x = 1", "x = 2", "is in the file 2 times"),
        ("y = 1", "y = 2", "is no longer in the file"),
        ("z = 3", "z = 3", "changes nothing"),
        ("z = 3", "z = (", "is no Python"),
    ],
)
def test_a_mutant_that_cannot_be_made_is_told(text: str, instead: str, said: str) -> None:
    with pytest.raises(MisplacedError, match=said):
        Mutant("model/tick.py", text, instead, "").applied("x = 1\nx = 1\nz = 3\n")


def test_tests_are_found_by_name_in_the_layer() -> None:
    assert named_after("model/mechanisms/pooling.py") == ("tests/model/mechanisms/test_pooling.py",)
    assert named_after("analysis/pooling.py") == ("tests/results/analysis/test_pooling.py",)
    assert named_after("figures/forest.py") == ("tests/results/figures/test_forest.py",)


@pytest.mark.parametrize(
    ("equivalent", "seen_by", "problem", "verdict"),
    [
        ("", "tests/test_one.py::test_it", "", "seen"),
        ("", "", "", "SURVIVED"),
        ("Nothing reads it.", "", "", "equivalent"),
        ("Nothing reads it.", "tests/test_one.py::test_it", "", "NOT EQUIVALENT"),
        ("", "", "the text is no longer in the file; it must be there once", "ERROR"),
    ],
)
def test_only_what_is_seen_or_proved_is_well(equivalent: str, seen_by: str, problem: str, verdict: str) -> None:
    outcome = Outcome(Mutant("model/tick.py", "a", "b", "", equivalent=equivalent), seen_by, problem=problem)
    assert outcome.verdict == verdict
    assert outcome.is_well == (verdict in ("seen", "equivalent"))
