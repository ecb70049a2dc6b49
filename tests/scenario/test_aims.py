"""Goals that partnerships set themselves, `[[sites.NAME.goals]]`: what is refused, and what comes of reaching one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tfs_sim.model import engine
from tfs_sim.model.catalogue import METRICS
from tfs_sim.scenario import Scenario, check_file, load_scenario
from tfs_sim.scenario.errors import Mistake

pytestmark = pytest.mark.usefixtures("real_catalogue")

TOWN = """\
[clock]
start = "2020-01"
months = 24
[sites.town]
students = 9_000
organizations = { district = 1, nonprofit = 6, health = 3, business = 2 }
"""
GOAL = """\
[[sites.town.goals]]
indicator = "partners"
at_least = 5
"""
BEFORE = TOWN.count("\n")
"""Lines before the goal's first."""


def written(folder: Path, goals: str = GOAL) -> Path:
    path = folder / "town.toml"
    path.write_text(TOWN + goals, encoding="utf-8")
    return path


def test_a_goal_is_read_and_told(tmp_path: Path) -> None:
    other = GOAL.replace("at_least", "at_most") + 'over = 3\nthen = "next"\n'
    first, second = load_scenario(written(tmp_path, GOAL + 'over = "1 year"\n' + other)).sites["town"].goals
    assert first.facts() == ["partners", True, 5.0, 12, "end"] and second.facts() == ["partners", False, 5.0, 3, "next"]
    assert first.in_words() == "partners at least 5 over 12 months; then it ends"
    assert second.in_words() == "partners at most 5 over 3 months"


def test_without_more_it_looks_at_a_year_and_ends(tmp_path: Path) -> None:
    (goal,) = load_scenario(written(tmp_path)).sites["town"].goals
    assert (goal.over, goal.then) == (12, "end")


CASES = [
    ("at_least = 5\n", "", "a goal has a threshold, at_least or at_most; this one has neither", 0, ""),
    ("at_least = 5", "at_least = 5\nat_most = 9", "a goal has a threshold, at_least or at_most; keep one of the two",
     3, ""),
    ('indicator = "partners"\n', "", "sites.town.goals[1] lacks indicator", 0, ""),
    ('"partners"', '"partnrs"', 'there is no metric "partnrs"', 1, "partners"),
    ('"partners"', "3", "indicator is the name of a metric; found the number 3", 1, ""),
    ('"partners"', '"performance"', 'a partnership could not know its "performance": it compares with what', 1, ""),
    ("at_least = 5", "at_lest = 5", "there is no key at_lest in sites.town.goals[1]", 2, "at_least"),
    ("at_least = 5", 'at_least = "5"', 'at_least is a number, in the unit of the indicator; found the text "5"', 2, ""),
    ("at_least = 5", "at_least = nan", "not a finite number", 2, ""),
    ("at_least = 5", "at_least = true", "found true", 2, ""),
    ("at_least = 5", "at_least = -1", "at_least is a number (organizations) of 0 or more; found -1", 2, ""),
    ('"partners"\nat_least = 5', '"trust"\nat_most = 40', "at_most is a number between 0 and 1; found 40", 2, ""),
    ('"partners"\nat_least = 5', '"engaged"\nat_least = 40',
     "at_least is a share between 0 and 1; found 40 (for 40% write 0.4)", 2, ""),
    ("at_least = 5", "at_least = 5\nover = 0", "over is a number of months of at least 1", 3, ""),
    ("at_least = 5", "at_least = 5\nover = 1.5", "in whole months; found 1.5", 3, ""),
    ("at_least = 5", 'at_least = 5\nover = "long"', '"2 years"; found the text "long"', 3, ""),
    ("at_least = 5", "at_least = 5\nweight = 3", "there is no key weight in sites.town.goals[1]", 3, ""),
]  # fmt: skip


def mistakes_in(folder: Path, old: str, new: str) -> tuple[Mistake, ...]:
    assert old in GOAL
    return check_file(written(folder, GOAL.replace(old, new, 1)))


@pytest.mark.parametrize(("old", "new", "said", "line", "meant"), CASES, ids=[case[1][:40] for case in CASES])
def test_a_mistake_is_told_in_one_sentence_with_its_place(
    tmp_path: Path, old: str, new: str, said: str, line: int, meant: str
) -> None:
    (mistake,) = mistakes_in(tmp_path, old, new)
    assert said in mistake.message and "\n" not in mistake.message
    assert (mistake.file, mistake.line, mistake.suggestion) == ("town.toml", BEFORE + 1 + line, meant)


def test_what_follows_is_one_of_two(tmp_path: Path) -> None:
    (mistake,) = mistakes_in(tmp_path, "at_least = 5", 'at_least = 5\nthen = "nxt"')
    assert mistake.line == BEFORE + 4
    assert '"end" or "next"' in mistake.message and mistake.suggestion == "next"


def test_all_mistakes_of_a_goal_are_told_at_once(tmp_path: Path) -> None:
    wrong = mistakes_in(tmp_path, "at_least = 5", "at_least = -5\nat_most = -9\nover = 12")
    assert [mistake.line - BEFORE for mistake in wrong] == [3, 4, 4]


@pytest.mark.parametrize(
    ("goals", "said"),
    [
        ('goals = "many"\n', 'goals is a list; found the text "many"'),
        ("goals = [5]\n", "item 1 of goals is a table of keys; found the number 5"),
        ('[sites.town.goals]\nindicator = "partners"\n', "goals is a list; found a table"),
    ],
)
def test_goals_are_a_list_of_tables(tmp_path: Path, goals: str, said: str) -> None:
    (mistake,) = check_file(written(tmp_path, goals))
    assert mistake.message == said and mistake.line == BEFORE + 1


def test_goals_and_their_order_count_in_the_digest(tmp_path: Path) -> None:
    other = GOAL.replace("5", "6")
    files = [
        "",
        GOAL,
        other,
        GOAL.replace("at_least", "at_most"),
        GOAL.replace("partners", "staff"),
        GOAL + "over = 6\n",
        GOAL + 'then = "next"\n',
        GOAL + other,
        other + GOAL,
    ]
    digests = [load_scenario(written(tmp_path, goals)).digest() for goals in files]
    assert len(set(digests)) == len(files)
    assert load_scenario(written(tmp_path, "goals = []\n")).digest() == digests[0]
    assert load_scenario(written(tmp_path, GOAL + 'over = "1 year"\nthen = "end"\n')).digest() == digests[1]


def test_written_and_read_again(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, GOAL + 'then = "next"\n' + GOAL.replace("at_least", "at_most")))
    again = tmp_path / "again.toml"
    again.write_text(scenario.to_toml(), encoding="utf-8")
    assert load_scenario(again) == scenario and load_scenario(again).digest() == scenario.digest()
    assert scenario.to_toml().count("[[sites.town.goals]]") == 2


def goal(level: float, **more: Any) -> dict[str, Any]:
    return {"indicator": "partners", "at_least": level, "over": 3, **more}


def run(town: Scenario, *goals: dict[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Return every metric of the town by month."""
    out = engine.run_replicate(town.with_(sites={"town": {"goals": list(goals)}}).to_template(), 1, 0)
    return {name: out[:, 0, n] for n, name in enumerate(METRICS)}


@pytest.fixture
def town(tmp_path: Path) -> Scenario:
    return load_scenario(written(tmp_path, 'at_the_table = 0.6\nbackbone = { fte = 2.0, from = "2020-01" }\n'))


def test_a_goal_that_is_reached_ends_the_partnership(town: Scenario) -> None:
    """Three months with as many partners as there were in the first three: it ends in month 3."""
    without = run(town)
    first = without["partners"][:3].mean()
    assert first > 3 and without["partners"].min() > 0 and not without["ended"].any()
    ended = run(town, goal(first))
    assert (ended["partners"][:3] == without["partners"][:3]).all() and (ended["partners"][3:] == 0).all()
    assert ended["ended_goals_met"].tolist() == ended["ended"].tolist() == [0.0] * 3 + [1.0] * 21
    assert (ended["coordination"][3:] == 0).all(), "nobody works on it any more"


def test_it_ends_in_the_first_month_before_which_the_mean_is_so_high(town: Scenario) -> None:
    lately = np.convolve(run(town)["partners"], np.ones(6) / 6, "valid")  # ends with months 5, 6, …
    most = int(lately.argmax())
    assert most > 0
    ended = run(town, goal(lately[most] - 1e-9, over=6))["ended"]
    assert ended.argmax() == most + 6 and run(town, goal(lately[most] + 1e-9, over=6))["ended"].sum() == 0


def test_a_goal_may_be_an_upper_limit(town: Scenario) -> None:
    limit = {"indicator": "partners", "at_most": 100, "over": 5}
    assert run(town, limit)["ended_goals_met"].argmax() == 5
    assert not run(town, limit | {"at_most": 0})["ended_goals_met"].any()


def test_with_a_next_one_it_goes_on_and_has_to_make_clear_what_it_is_about(town: Scenario) -> None:
    without, on = run(town), run(town, goal(0, then="next"))
    assert not on["ended_goals_met"].any() and (on["partners"][3:] > 0).any()
    assert (on["clarity"][:3] == without["clarity"][:3]).all() and on["clarity"][3] < without["clarity"][3]


def test_goals_are_looked_at_one_after_the_other(town: Scenario) -> None:
    assert run(town, goal(0, then="next"), goal(0, over=8))["ended_goals_met"].argmax() == 8
    assert run(town, goal(0, over=8, then="next"), goal(0))["ended_goals_met"].argmax() == 8, "both in one month"
    assert not run(town, goal(100, then="next"), goal(0))["ended_goals_met"].any(), "the first is not reached"


def test_a_goal_is_that_of_its_site(town: Scenario) -> None:
    both = town.with_(
        sites={"annex": {"students": 5000, "organizations": {"nonprofit": 6}}, "town": {"goals": [goal(0)]}}
    )
    template = both.to_template()
    out = engine.run_replicate(template, 1, 0)[-1, :, list(METRICS).index("ended_goals_met")]
    assert dict(zip(template.sites, out.tolist(), strict=True)) == {"annex": 0.0, "town": 1.0}
