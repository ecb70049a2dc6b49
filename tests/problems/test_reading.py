"""Problem sets: the ready-made one, and mistakes in others."""

from __future__ import annotations

import tomllib
from pathlib import Path

import jsonschema
import pytest
from few import SET, TOWN, loaded, written

from tfs_sim.problems import load_problems
from tfs_sim.problems.json_schema import problems_schema
from tfs_sim.scenario.errors import UserError
from tfs_sim.scenario.presets import folder


def test_the_ready_made_set_has_ten_communities_of_different_sizes() -> None:
    found, home = load_problems("ten-communities"), folder("problems")
    assert home is not None
    assert len(found.communities) == 10
    assert {each.file for each in found.communities.values()} | {"communities/common.toml"} == {
        path.relative_to(home).as_posix() for path in (home / "communities").glob("*.toml")
    }
    assert all(2 <= len(each.surveys) <= 3 for each in found.communities.values())
    sizes = {len(scenario.organizations()[name]) for name, scenario in found.scenarios.items()}
    assert min(sizes) < 20 and max(sizes) > 55
    assert {question.ask for question in found.questions.values()} == {"chance", "level", "effect", "parameter"}
    assert found.strategies == ("coordinator", "handover")
    jsonschema.validate(tomllib.loads((home / "ten-communities.toml").read_text()), problems_schema())


def test_the_edition_is_of_what_truths_depend_on(tmp_path: Path) -> None:
    one = loaded(tmp_path)
    assert loaded(tmp_path, SET.replace('"What will be?"', '"What?"')).edition() == one.edition()
    other = one.with_key("another key")
    assert len({one.edition(), other.edition(), loaded(tmp_path, SET.replace("to = 24", "to = 23")).edition()}) == 3
    assert other.with_key("a key for tests").edition() == one.edition()
    path = written(tmp_path)
    (tmp_path / "east.toml").write_text(TOWN.replace("NAME", "east").replace("dose = 2.0", "dose = 1.0"))
    assert load_problems(path).edition() != one.edition(), "what a strategy does is part of what is asked"


@pytest.mark.parametrize(
    ("old", "new", "said", "near"),
    [
        ('metric = "alive"', 'metric = "alife"', 'there is no metric "alife"', "alive"),
        ('metric = "alive"', 'metric = "partners"', '"partners" is not 0 or 1 in a run', ""),
        ("month = 24", "month = 12", "month 12 was seen: what is asked comes after month 12", ""),
        ("month = 24", "month = 25", "lasts 24 months, and month 25 is asked for", ""),
        ("from = 19\nto = 24\nunit", "from = 24\nto = 19\nunit", "the months are upside down", ""),
        ("month = 24", "month = 24\nunit = 1", 'asks "chance" has no use for unit', ""),
        ('strategy = "help"\n', "", 'asks "effect" lacks strategy', ""),
        ('strategy = "help"', 'strategy = "hepl"', '"east.toml" has no bundle "hepl"', "help"),
        ("participation.sitting", "participation.siting", 'there is no parameter "participation.siting"',
         "participation.sitting"),
        ("participation.sitting", "effort.timing", '"effort.timing" has no plausible range', ""),
        ("surveys = [6, 12]", "surveys = [6, 13]", "a survey in month 13 is not seen by month 12", ""),
        ("surveys = [6, 12]", "surveys = [12, 6]", "surveys are in order, each once", ""),
        ("surveys = [6, 12]", "surveys = []", "surveys is a list of months", ""),
        ("answers = 0.7", "answers = 0", "answers is a share above 0", ""),
        ('"a key for tests"', '" "', "key is empty", ""),
        ("until = 12", "until = 12\nlowest = 4", "marks are upside down", ""),
        ('file = "east.toml"', 'file = "easy.toml"', 'there is no file "easy.toml"', "east.toml"),
        ("until = 12", "until = 14", '"help" of "east.toml" begins before month 15', ""),
        ("until = 12", "untl = 12", "untl", "until"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(tmp_path: Path, old: str, new: str, said: str, near: str) -> None:
    assert old in SET
    with pytest.raises(UserError) as caught:
        loaded(tmp_path, SET.replace(old, new, 1))
    mistake = caught.value.mistakes[0]
    assert said in mistake.message
    assert mistake.suggestion == near
    assert mistake.file == "towns.toml" and mistake.line > 0


def test_a_file_with_two_communities_and_one_that_gives_what_is_asked_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    east = tmp_path / "east.toml"
    usual = east.read_text()
    east.write_text(usual.replace("students", "copies = 2\nstudents"))
    with pytest.raises(UserError, match="has 2 communities, and one is surveyed at a time"):
        load_problems(path)
    east.write_text(usual + "[parameters.participation]\nsitting = 0.1\n")
    with pytest.raises(UserError, match="so it is no secret"):
        load_problems(path)
    east.write_text(usual.replace("[clock]", 'strategy = ["help"]\n[clock]'))
    with pytest.raises(UserError, match="in force already, so it adds nothing"):
        load_problems(path)


def test_an_empty_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the key is empty"):
        loaded(tmp_path).with_key("  ")
