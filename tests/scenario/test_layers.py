"""National organizations and their networks, copies of communities, and the selection's stages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small import TOWN

from tfs_sim.scenario import Scenario, UserError, check_file, load_scenario
from tfs_sim.scenario.errors import Mistake

LAYERS = """
[nationals.strivetogether]
title = "StriveTogether"

[nationals.communities-in-schools]
fte = 6

[sites.hillside]
title = "Hillside"
students = 4_000
organizations = { nonprofit = 6 }
copies = 3
networks = { strivetogether = ["backbone"], communities-in-schools = ["nonprofit-02"] }

[selection]
by = "rule"

[[selection.stages]]
name = "planning"
month = "2018-08"
places = 2

[[selection.stages]]
name = "implementation"
month = "2019-03"
from = "planning"
places = 1
chosen = ["riverton"]

[[bundles.initiative.interventions]]
use = "transition-plan"
stage = "implementation"
"""
GRANT = '{ site = "riverton", amount = 750, from = "2019-03", months = 36 }'
TO_THE_CHOSEN = '{ stage = "implementation", amount = 750, from = "2019-03", months = 36, taper = 12, flexible = 0.2 }'
TOWN_WITH_LAYERS = TOWN.replace(GRANT, TO_THE_CHOSEN).replace(
    'interventions = [{ use = "overlap", dose = 4 }]\ngrants = [', "grants = ["
)


@pytest.fixture
def wrong(tmp_path: Path) -> Callable[..., tuple[Mistake, ...]]:
    def check(*changes: tuple[str, str], add: str = "") -> tuple[Mistake, ...]:
        text = TOWN_WITH_LAYERS + LAYERS + add
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "riverton.toml"
        path.write_text(text, encoding="utf-8")
        return check_file(path)

    return check


def layered(tmp_path: Path) -> Scenario:
    path = tmp_path / "riverton.toml"
    path.write_text(TOWN_WITH_LAYERS + LAYERS, encoding="utf-8")
    return load_scenario(path)


def test_a_valid_file(tmp_path: Path) -> None:
    scenario = layered(tmp_path)
    assert list(scenario.sites) == ["riverton", "hillside-001", "hillside-002", "hillside-003"]
    assert scenario.sites["hillside-002"].title == "Hillside 2"
    assert scenario.nationals["communities-in-schools"].fte == 6
    assert scenario.selection is not None
    first, second = scenario.selection.stages
    assert not scenario.selection.is_given(second) and second.pool == first.name
    interventions, grants = scenario.in_force()
    assert interventions[-1].stage == "implementation"
    assert (grants[-1].stage, grants[-1].taper, grants[-1].flexible) == ("implementation", 12, 0.2)
    assert Scenario.model_validate(scenario.as_written()) == scenario


def test_history_decides_where_it_is_asked_to(tmp_path: Path) -> None:
    scenario = layered(tmp_path).with_(selection={"by": "historical"})
    assert scenario.selection is not None
    assert [scenario.selection.is_given(stage) for stage in scenario.selection.stages] == [False, True]
    assert scenario.digest() != layered(tmp_path).digest()


CASES: list[tuple[str, str, str, str]] = [
    ('stage = "implementation"\n', 'stage = "implementing"\n', "has no stage", "implementation"),
    ('from = "planning"', 'from = "plannin"', "no stage before this one is called", "planning"),
    ("places = 1\n", "places = 3\n", "places is at most the 2 of the stage", ""),
    ("places = 2\n", "places = 20\n", "at most the number of communities, 4", ""),
    ('chosen = ["riverton"]', 'chosen = ["rivertown"]', "there is no site", "riverton"),
    ('month = "2019-03"', 'month = "2018-07"', "no later than planning", ""),
    ('month = "2018-08"', 'month = "2017-08"', "before the clock starts", ""),
    ('name = "implementation"', 'name = "planning"', "there are two stages", ""),
    ("communities-in-schools = [", "community-in-schools = [", "no national organization", "communities-in-schools"),
    ('["nonprofit-02"]', '["nonprofit-20"]', "there is no organization", "nonprofit-0"),
    ('["nonprofit-02"]', '["backbone"]', "is a member of strivetogether already", ""),
    ("[sites.hillside]", "[sites.national]", "make up a site", ""),
    ("places = 2\n", "", "places (chosen by the rule), chosen (by history), or both", ""),
    ('stage = "implementation", amount', "amount", "a grant goes to a site or to a stage", ""),
    ("taper = 12", "taper = 48", "taper is part of the 36 months", ""),
    ('by = "rule"', 'by = "ruled"', "how communities are chosen", "rule"),
    ("copies = 3", "copies = 20_000", "a number of communities between 1 and 10,000", ""),
]


@pytest.mark.parametrize(("old", "new", "message", "suggestion"), CASES, ids=[case[2] for case in CASES])
def test_a_mistake_is_explained(wrong: Any, old: str, new: str, message: str, suggestion: str) -> None:
    mistakes = wrong((old, new), *([("copies = 3\n", "")] if "make up" in message else []))
    found = [each for each in mistakes if message in each.message]
    assert found, [each.message for each in mistakes]
    assert (found[0].suggestion or "").startswith(suggestion)


def test_a_stage_without_a_selection(wrong: Any) -> None:
    mistakes = wrong((LAYERS.split("[selection]")[1].split("[[bundles")[0], "\n"), ("[selection]\n", ""))
    assert any("The scenario has no [[selection.stages]]." in each.hint for each in mistakes)


def test_a_scenario_cannot_have_a_grant_without_anyone() -> None:
    with pytest.raises(UserError, match="goes to a site or to a stage"):
        load_scenario("laboratory").with_(grants=[{"amount": 1, "months": 1}])
