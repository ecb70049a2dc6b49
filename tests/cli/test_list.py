"""`tfs-sim list`."""

from __future__ import annotations

import json
import re

import pytest


@pytest.mark.parametrize("kind", ["scenarios", "experiments", "mechanisms", "interventions", "shocks", "metrics"])
def test_lists(call, kind: str) -> None:  # type: ignore[no-untyped-def]
    listed = call("list", kind)
    assert listed.code == 0
    assert max(map(len, listed.out.splitlines())) <= 80
    named = json.loads(call("list", kind, "--json").out)
    assert named
    assert all(name in listed.out for name in named)


def test_all_28_mechanisms_are_listed_in_order_with_their_source(call) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.literature.bibliography import short
    from tfs_sim.model.catalogue import MECHANISMS

    said = " ".join(call("list", "mechanisms").out.split())
    rows = [int(row) for row in re.findall(r"\bM(\d+)[ab]? [A-Z]", said)]
    assert rows == sorted(rows)
    assert set(rows) == set(range(1, 29))
    for mechanism in MECHANISMS.values():
        assert mechanism.source
        assert f"{mechanism.title}: {short(mechanism.source)}" in said


def test_parameters_are_listed_with_all_that_one_asks_of_them(call) -> None:  # type: ignore[no-untyped-def]
    from tfs_sim.cli.explaining import parameters

    listed = call("list", "parameters")
    assert listed.code == 0 and max(map(len, listed.out.splitlines())) <= 80
    found = json.loads(call("list", "parameters", "--json").out)
    assert list(found) == list(parameters())
    assert all(f"\n{name}  " in listed.out for name in found)
    assert found["turnover.rate_district"] == {
        "mechanism": "turnover",
        "default": 0.17,
        "unit": "per year",
        "plausible": [0.13, 0.2],
        "middle": 0.17,
        "choices": [],
        "grade": "measured",
        "references": ["white2023", "schwartz2022"],
        "source": "White 2023: superintendents 14.2% (2019–21) to 17.1% (2021–23); Schwartz & Diliberti 2022: 13–17",
        "meaning": "Share of school districts' representatives who leave in a year.",
    }
    assert "turnover.rate_district 0.17 per year · 0.13 to 0.2 · measured · white2023" in " ".join(listed.out.split())


@pytest.mark.parametrize(
    ("word", "has", "has_not"),
    [
        ("vacancy", "backbone.vacancy_hours", "trust.memory"),  # in the name
        ("GRIEVANCE", "histories.half_life", "turnover.ramp"),  # in the meaning
        ("measured", "turnover.rate_district", "trust.memory"),  # the grade
        ("per year", "turnover.rate_district", "trust.memory"),  # the unit
        ("white2023", "turnover.rate_district", "turnover.rate_nonprofit"),  # a reference
        ("turnover", "turnover.ramp", "trust.memory"),  # the mechanism
    ],
)
def test_parameters_that_have_a_word_in_them(call, word: str, has: str, has_not: str) -> None:  # type: ignore[no-untyped-def]
    found = json.loads(call("list", "parameters", word, "--json").out)
    assert has in found and has_not not in found
    assert f"\n{has}  " in call("list", "parameters", word).out


def test_words_are_listed_with_their_sources(call) -> None:  # type: ignore[no-untyped-def]
    found = json.loads(call("list", "words", "network", "--json").out)
    assert found["national"]["references"] == ["together2020"]
    assert "national  Together for Students 2020" in call("list", "words", "network").out
