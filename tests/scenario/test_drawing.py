"""What files leave open belongs to the set of parameters: one world in each set, the same in all its replicates."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tfs_sim.scenario import UserError, load_scenario
from tfs_sim.scenario.beginnings import redrawn, template_of
from tfs_sim.scenario.build import build
from tfs_sim.scenario.drawing import (
    drawn_organizations,
    drawn_relationships,
    leaves_open,
    normal,
    sectors_open,
    uniform,
)
from tfs_sim.scenario.organizations import Mark, Organization, Relationship, Told, Unsure
from tfs_sim.scenario.schema import Scenario

pytestmark = pytest.mark.usefixtures("real_catalogue")

ORGANIZATIONS = "id,sector,fte,joins,fte_sd\na,health,3,0,\nb,unknown,4,0,0.5\nc,nonprofit,,0,\nd,health,2,0,\n"
TIES = "source,target,strength,strength_sd,chance\na,b,0.9,0.1,\na,c,0.2,,\nb,c,0.5,0.2,0.3\nbackbone,a,1,,\n"
SETS = [f"set-{number}" for number in range(400)]


def town(folder: Path, organizations: str = ORGANIZATIONS, ties: str = TIES, more: str = "") -> Scenario:
    (folder / "organizations.csv").write_text(organizations)
    (folder / "relationships.csv").write_text(ties)
    path = folder / "town.toml"
    path.write_text(
        '[clock]\nstart = "2020-01"\nmonths = 12\n[sites.t]\nstudents = 5000\nat_the_table = 1.0\n'
        f'organizations_file = "organizations.csv"\nrelationships_file = "relationships.csv"\n{more}'
    )
    return load_scenario(path)


def world(scenario: Scenario, parameter_set: str):  # type: ignore[no-untyped-def]
    template = template_of(scenario, parameter_set)
    return template.layout.views(template.fixed, _fixed()), template


def _fixed():  # type: ignore[no-untyped-def]
    from tfs_sim.model.fixed import FIXED

    return FIXED


def strengths(scenario: Scenario, parameter_set: str) -> dict[frozenset[str], float]:
    views, template = world(scenario, parameter_set)
    names = [each.identity.split("/")[1] for each in template.organizations]
    rows = zip(views["source"].tolist(), views["target"].tolist(), views["given_strength"].tolist(), strict=True)
    return {frozenset((names[a], names[b])): value for a, b, value in rows}


def test_ties_are_there_in_as_many_sets_as_their_chance_says(tmp_path: Path) -> None:
    ties = [Relationship("t/b", "t/c", 0.5, Told(0.3, 0.2)), Relationship("t/a", "t/b", 0.9, Told(1.0, 0.1))]
    found = [drawn_relationships(ties, each) for each in SETS]
    there = [sum(len(each) == 2 for each in found)]
    assert abs(there[0] / 400 - 0.3) < 4 * (0.3 * 0.7 / 400) ** 0.5
    assert [drawn_relationships(ties, each) for each in SETS] == found
    values = [each[-1].strength for each in found]
    assert abs(np.mean(values) - 0.89) < 0.03 and 0.06 < np.std(values) < 0.1  # cut off at 1
    assert [tie.strength for tie in drawn_relationships(ties, "") if tie.source == "t/a"] == [0.9], "no set: the middle"
    turned = [Relationship("t/c", "t/b", 0.5, Told(0.3, 0.2))]
    assert {len(drawn_relationships(turned, each)) == len(found[n]) - 1 for n, each in enumerate(SETS)} == {True}


def test_sectors_and_staff_are_drawn_from_what_is_known() -> None:
    known = [
        Organization(f"t/{n}", "", sector, "partner", None) for n, sector in enumerate(["health"] * 3 + ["business"])
    ]
    unsure = Organization("t/x", "", "nonprofit", "partner", 4.0, unsure=Unsure(True, 0.5))
    drawn = [drawn_organizations([*known, unsure], each)[-1] for each in SETS]
    counted = Counter(each.sector for each in drawn)
    assert set(counted) == {"health", "business"} and abs(counted["health"] / 400 - 0.75) < 0.09
    logs = np.log([each.fte for each in drawn if each.fte])
    assert abs(logs.mean() - np.log(4.0)) < 0.1 and abs(logs.std() - 0.5) < 0.08
    assert drawn_organizations(known, "set-1") == tuple(known)


def test_what_is_drawn_of_one_moves_no_draw_of_another() -> None:
    assert len({uniform(each, "tie", "a", "b") for each in SETS}) == 400
    assert uniform("s", "tie", "a", "b") != uniform("s", "strength", "a", "b") != uniform("s", "tie", "b", "a")
    values = [normal(each, "x") for each in SETS]
    assert abs(np.mean(values)) < 0.2 and abs(np.std(values) - 1) < 0.15 and normal("", "x") == 0.0


def test_a_scenario_under_a_set_has_its_draws_and_without_any_the_middle(tmp_path: Path) -> None:
    scenario = town(tmp_path)
    assert leaves_open(scenario)
    usual = strengths(scenario, "")
    assert (usual[frozenset("ab")], usual[frozenset("ac")], usual[frozenset("ad")]) == (0.9, 0.2, 0.0)
    each = [strengths(scenario, name) for name in SETS[:40]]
    assert len({found[frozenset("ab")] for found in each}) > 30
    assert {found[frozenset("ac")] for found in each} == {0.2}
    assert {found[frozenset("bc")] > 0 for found in each} == {False, True}
    sectors = {world(scenario, name)[0]["sector"][1] for name in SETS[:40]}
    assert len(sectors) == 2, "health or nonprofit, as its neighbours are"
    assert len({world(scenario, name)[0]["given_fte"][1] for name in SETS[:40]}) == 40
    assert world(scenario, "")[0]["given_fte"].tolist() == [3, 4, 0, 0, 2]
    first, second = world(scenario, SETS[0])[1], world(scenario, SETS[0])[1]
    assert first.fixed.tobytes() == second.fixed.tobytes()


def test_evidence_says_what_strengths_stand_for_at_every_set_of_parameters(tmp_path: Path) -> None:
    scenario = town(tmp_path, more="evidence = { weakest = 3, strongest = 23, spread = 0.5 }\n")
    for history in (2.0, 8.0):
        at = scenario.with_(parameters={"community": {"history": history}})
        assert strengths(at, "")[frozenset("ac")] * history == pytest.approx(7)
    found = np.log([strengths(scenario, name)[frozenset("ac")] * 4 / 7 for name in SETS[:60]])
    assert abs(found.mean()) < 0.25 and 0.3 < found.std() < 0.7
    ratios = {
        round(s[frozenset({"backbone", "a"})] / s[frozenset("ac")], 6)
        for s in (strengths(scenario, n) for n in SETS[:9])
    }
    assert ratios == {round(23 / 7, 6)}, "what is not known is what an answer stands for, the same for all"


def test_files_that_leave_nothing_open_are_as_they_were(tmp_path: Path) -> None:
    scenario = town(tmp_path, "id,sector\na,health\nb,nonprofit\n", "source,target,strength\na,b,0.5\n")
    assert not leaves_open(scenario) and not leaves_open(load_scenario("together-for-students"))
    assert build(scenario).fixed.tobytes() == template_of(scenario, "set-1").fixed.tobytes()
    digest = scenario.digest()
    for ties in ("0.5,0.2,", "0.5,,0.4"):
        changed = town(
            tmp_path, "id,sector\na,health\nb,nonprofit\n", f"source,target,strength,strength_sd,chance\na,b,{ties}\n"
        )
        assert changed.digest() != digest
    again = town(
        tmp_path, "id,sector\na,health\nb,nonprofit\n", "source,target,strength,strength_sd,chance\na,b,0.5,,1\n"
    )
    assert again.digest() == digest


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("b,c,0.5,0.2,0.3", "b,c,0.5,0.2,1.3", "column chance is a share between 0 and 1"),
        ("a,b,0.9,0.1,", "a,b,0.9,x,", "column strength_sd is a standard deviation between 0 and 1"),
        ("a,b,0.9,0.1,\n", "a,b,0.9,0.1,,\n", "has 6 columns"),
        ("b,unknown,4,0,0.5", "b,unknown,,0,0.5", "fte_sd goes with fte, which is empty"),
        ("b,unknown,4,0,0.5", "b,unknown,4,0,9", "the sd of log staff, a number between 0 and 3"),
        ("b,unknown,", "b,unknwn,", "philanthropy, higher_education, community_group or unknown"),
    ],
)
def test_bad_columns_are_told_with_their_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(UserError) as told:
        town(tmp_path, ORGANIZATIONS.replace(old, new), TIES.replace(old, new))
    assert said in str(told.value) and told.value.mistakes[0].line


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            "evidence = { weakest = 3, strongest = 2 }",
            "the weakest tie stands for 3 encounters, more than the strongest",
        ),
        ("evidence = { weakest = 3 }", "lacks strongest"),
        ("evidence = { weakest = -1, strongest = 2 }", "weakest is a number of encounters between 0 and 1,000"),
    ],
)
def test_bad_evidence_is_told(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        town(tmp_path, more=f"{more}\n")
    with pytest.raises(UserError, match="there is no relationships_file"):
        load_scenario("laboratory").with_(sites={"lab": {"evidence": {"weakest": 1, "strongest": 2}}})
    assert Mark(0.5).sd == 0.0


def test_a_template_is_redrawn_to_what_it_is_when_built_anew(tmp_path: Path) -> None:
    marks = (
        "source,target,strength,strength_sd,chance,trust,trust_sd\n"
        "a,b,0.9,0.1,,0.7,0.2\na,c,0.2,,,,\nb,c,0.5,0.2,0.3,0.4,0.1\n"
    )
    organizations = ORGANIZATIONS.replace("unknown", "health")
    scenario = town(tmp_path, organizations, marks, "evidence = { weakest = 3, strongest = 23, spread = 0.5 }\n")
    assert not sectors_open(scenario)
    usual = template_of(scenario)
    for name in ("one", "two", "three"):
        for variant in (scenario, scenario.with_(parameters={"community": {"history": 7.0}})):
            anew = template_of(variant, name)
            from_usual = redrawn(replace(usual.plain(), parameters=anew.parameters), variant, name)
            assert from_usual.fixed.tobytes() == anew.fixed.tobytes() and from_usual.marks.bytes() == anew.marks.bytes()
    assert sectors_open(town(tmp_path))
