"""Months counted from the start are the months that their dates would be, wherever they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tfs_sim.experiments.designs.design import load_experiment
from tfs_sim.scenario import Scenario, UserError, load_scenario

COUNTED = """\
strategy = ["more"]
[clock]
start = "2018-06"
months = 60
[sites.town]
students = 9000
organizations = { nonprofit = 5, health = 2 }
backbone = { from = "month 2" }
[[grants]]
site = "town"
amount = 100
from = "month 1"
months = 12
[[interventions]]
use = "overlap"
from = "month 20"
until = "Month  030"
[bundles.more]
interventions = [{ use = "procedure-manuals", from = "month 60" }]
[[shocks]]
use = "community-crisis"
depth = 0.5
onset = "month 22"
[selection]
stages = [{ name = "first", month = "month 3", places = 1 }]
"""
DATES = {1: "2018-06", 2: "2018-07", 3: "2018-08", 20: "2020-01", 22: "2020-03", 30: "2020-11", 60: "2023-05"}


def written(folder: Path, text: str) -> Path:
    path = folder / "town.toml"
    path.write_text(text)
    return path


def dated(text: str) -> str:
    return re.sub(r'"[Mm]onth +0?(\d+)"', lambda found: f'"{DATES[int(found[1])]}"', text)


def test_a_counted_month_is_the_same_scenario_as_its_date(tmp_path: Path) -> None:
    one = load_scenario(written(tmp_path, COUNTED))
    other = load_scenario(written(tmp_path, dated(COUNTED)))
    assert "month" not in dated(COUNTED).replace("months", "").replace("month =", "")
    assert one.digest() == other.digest() and one == other
    assert one.interventions[0].window(one.clock) == (19, 29)
    assert load_scenario(written(tmp_path, one.to_toml())).digest() == one.digest()
    later = one.with_(shocks=[{"use": "community-crisis", "depth": 0.5, "onset": "month 22"}])
    assert later.digest() == one.digest()
    pieces = [type(one.shocks[0]).model_validate({"use": "community-crisis", "depth": 0.5, "onset": "month 22"})]
    assert Scenario.model_validate({**one.as_written(), "shocks": pieces}).digest() == one.digest()


def test_a_file_that_extends_another_counts_from_its_own_start(tmp_path: Path) -> None:
    written(tmp_path, COUNTED)
    (tmp_path / "later.toml").write_text('extends = "town.toml"\n[clock]\nstart = "2020-01"\n')
    assert load_scenario(tmp_path / "later.toml").shocks[0].onset == "2021-10"


def test_strategies_levels_and_snapshots_may_count_too(tmp_path: Path) -> None:
    written(tmp_path, COUNTED)
    text = """\
scenario = "town.toml"
uncertainty = "defaults"
[strategies.a]
[strategies.b]
add = [{ use = "overlap", from = "month 20", until = "month 30" }]
[cross]
crisis = [{ label = "late", shocks = [{ use = "community-crisis", depth = 0.2, onset = "month 60" }] }]
[outcomes]
primary = "support"
[snapshots]
site = "town"
months = ["month 22"]
"""
    (tmp_path / "one.toml").write_text(text)
    (tmp_path / "other.toml").write_text(dated(text))
    one, other = (load_experiment(tmp_path / f"{name}.toml") for name in ("one", "other"))
    assert [arm.scenario.digest() for arm in one.arms()] == [arm.scenario.digest() for arm in other.arms()]
    assert one.snapshots is not None and one.snapshots.dates(one.base.clock.start) == ["2020-03"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"month 20"', '"month 0"', 'written "2020-03" or, counted from the start, "month 20"; found the text'),
        ('"month 20"', '"month 1201"', "there are at most 1,200 months"),
        ('"month 20"', "20", "found the number 20"),
        ('"month 22"', '"month 61"', "onset is 2023-06, after the clock ends"),
        ('"month 20"', '"month 30"', "it would never be in force"),
        ('start = "2018-06"', 'start = "month 1"', 'start is a month, written "2020-03"; found'),
        ('"Month  030"', '"month 2"', "it would end (2018-07) before it begins (2020-01)"),
    ],
)
def test_what_is_no_month_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(UserError) as told:
        load_scenario(written(tmp_path, COUNTED.replace(old, new, 1)))
    (mistake,) = told.value.mistakes
    assert said in mistake.message and mistake.line and (mistake.note == 'write "month 20"') == (new == "20")
