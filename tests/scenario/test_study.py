from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.scenario import UserError, load_scenario
from tfs_sim.scenario.study import new_study
from tfs_sim.scenario.towns import town

pytestmark = pytest.mark.usefixtures("real_catalogue")


def test_a_new_study_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, experiment = new_study(tmp_path / 'below/my "own" {study}')
    read = load_scenario(scenario)
    assert read.title == "My own study" and list(read.sites) == ["my-own-study"]
    arms = load_experiment(experiment).arms()
    assert [arm.strategy for arm in arms] == ["as-it-is", "coordinator", "meetings", "handover", "goals"]
    assert sorted(path.name for path in scenario.parent.parent.iterdir()) == ['my "own" {study}']
    assert stat.S_IMODE(scenario.parent.stat().st_mode) == 0o755
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    new_study(Path())
    assert load_experiment("experiment.toml").base.name == "scenario"


def test_a_town_of_any_name_is_a_town(tmp_path: Path) -> None:
    for name in ("Łódź", "42", "---", "x" * 200):
        scenario, _ = new_study(tmp_path / name)
        assert len(load_scenario(scenario).sites) == 1


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="is not empty"):
        new_study(tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]
    with pytest.raises(UserError, match="is a file"):
        new_study(tmp_path / "full" / "notes.txt")
    with pytest.raises(UserError, match=r"notes\.txt\" is a file, not a folder"):
        new_study(tmp_path / "full" / "notes.txt" / "below")


def test_both_files_or_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *arguments: object, **named: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(UserError, match="No space left"):
        new_study(tmp_path / "study")
    assert not (tmp_path / "study").exists() and not list(tmp_path.iterdir())


def test_what_is_said_stands_in_the_files_and_what_is_not_is_called_a_guess(tmp_path: Path) -> None:
    said = town(
        title='East "End"', start="2026-09", years=4, students=14_000, organizations={"district": 1, "nonprofit": 9},
        at_the_table=4, exists=False, lead="United Way", fte=0.5, paid_over="2 years", primary="trust", crisis=True,
        practices=("handover", "data", "handover"),
    )  # fmt: skip
    scenario, experiment = new_study(tmp_path / "riverton", said)
    read = load_scenario(scenario)
    site = read.sites["riverton"]
    assert (site.title, site.students, site.at_the_table, site.backbone.lead) == (
        'East "End"',
        14_000,
        0.4,
        "United Way",
    )
    assert (read.clock.start, read.clock.months, site.backbone.begins) == ("2026-09", 48, "2026-09")
    lines = scenario.read_text().splitlines()
    guessed = {line.split(" = ")[0] for line in lines if "# a guess: " in line}
    assert guessed == {"poverty", "grievance", "amount"}
    arms = load_experiment(experiment).arms()
    assert [arm.strategy for arm in arms[::2]] == ["as-it-is", "handover", "data"]
    assert [bool(arm.scenario.shocks) for arm in arms] == [False, True] * 3
    assert tomllib.loads(experiment.read_text())["outcomes"]["primary"] == "trust"


def test_a_town_without_dates_counts_its_months(tmp_path: Path) -> None:
    scenario, experiment = new_study(tmp_path / "riverton", town(exists=False, crisis=True))
    assert 'from = "month 1"' in scenario.read_text() and 'until = "month 37"' in experiment.read_text()
    read = load_scenario(scenario)
    assert read.sites["riverton"].backbone.begins == read.clock.start
    assert load_experiment(experiment).arms()[1].scenario.shocks[0].onset == read.clock.date(19)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"at_the_table": 28}, "at_the_table: 28 organizations take part, and there are 27"),
        ({"paid_over": 61}, "paid_over: money is spent over 61 months, and 60 are looked at"),
        ({"students": "many"}, "students is a number of students between 1 and 10,000,000; found the text"),
        ({"practices": ("handovers",)}, 'practices is a way to spend money: .* found the text "handovers".*handover'),
        ({"start": "May"}, 'start is a month, written "2020-03"; found the text "May"'),
        ({"title": "a\nb"}, "title is one line of text"),
        ({"lead": "a\x00"}, "lead holds a character that cannot be seen"),
        ({"budget": 0}, "budget is an amount in thousand dollars between 1 and 100,000; found 0"),
        ({"citizens": 3}, "there is no key citizens"),
    ],
)
def test_what_cannot_be_is_told(said: dict[str, object], told: str) -> None:
    with pytest.raises(UserError, match=f"(?s){told}"):
        town(**said)
