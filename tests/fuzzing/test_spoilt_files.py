"""Whatever is done to a file, it is refused in a sentence or runs, with every state in its domain."""

from __future__ import annotations

import cases
import pytest
from doors import checked
from hypothesis import given, note
from material import MATERIAL, Material

SHARE = -(-cases.CASES // len(MATERIAL))
UNTOUCHED = [pytest.param(each, id=name) for name, each in MATERIAL.items()]


@pytest.mark.parametrize("which", range(len(MATERIAL)), ids=list(MATERIAL))
def test_a_spoiled_file_is_refused_in_a_sentence_or_runs(which: int, record_property) -> None:  # type: ignore[no-untyped-def]
    material = list(MATERIAL.values())[which]
    outcomes: list[bool] = []

    @given(cases.cases(material))
    def holds(case: cases.Case) -> None:
        note(repr(case))
        outcomes.append(not checked(case))

    cases.drawn(holds, SHARE, which)()
    record_property("passed", sum(outcomes))
    record_property("refused", len(outcomes) - sum(outcomes))


@pytest.mark.parametrize("material", UNTOUCHED)
def test_what_is_not_spoiled_passes_and_runs(material: Material) -> None:
    assert not checked(cases.spoiled(material, []))
