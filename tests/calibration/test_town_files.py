"""Files of what was seen of one town: months as they are written, errors that nobody says, mistakes with places."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from tfs_sim.calibration import load_town
from tfs_sim.calibration.json_schema import town_schema
from tfs_sim.calibration.quantities import Quantity, scaled, seen, usual_error
from tfs_sim.calibration.town_files import file_in
from tfs_sim.scenario.errors import UserError
from tfs_sim.scenario.reading import read_document

TOWN = """
[clock]
start = "2019-01"
months = 18
run_in = "6 months"
[sites.riverton]
students = 4_000
organizations = { district = 1, nonprofit = 6, business = 2 }
backbone = { fte = 1.0, from = "2019-01" }
at_the_table = 0.5
"""

SEEN = """
title = "Riverton"
scenario = "town.toml"
runs = 8
sets = 200
[observed.members]
what = "mean"
metric = "partners"
from = "2019-07"
to = "month 12"
value = 4
[observed.hours]
what = "ratio"
metric = "hours"
per = "partners"
from = 7
to = 12
value = 8.5
sd = 2
discrepancy = 0.25
[observed.members-early]
what = "mean"
metric = "partners"
from = 1
to = 6
value = 3.5
[observed.trust]
title = "Trust of the members"
what = "trust"
month = "2019-12"
within = 3
answers = 0.8
lowest = 1
highest = 4
value = 2.9
[observed.posts]
what = "mean"
metric = "vacancy"
from = 1
to = 12
value = 0.1
[observed.density]
what = "density"
month = 10
within = 3
answers = 0.8
[observed.alive]
what = "alive"
month = 12
value = true
"""


def written(folder: Path, text: str = SEEN, town: str = TOWN) -> Path:
    (folder / "town.toml").write_text(town)
    path = folder / "seen.toml"
    path.write_text(text)
    return path


def test_months_values_and_errors(tmp_path: Path) -> None:
    found = load_town(written(tmp_path))
    assert (found.looked["members"].first, found.looked["members"].to) == (7, 12)
    assert found.looked["trust"].month == 12
    assert found.missing == ("density",) and found.name == "seen"
    assert found.scenario.clock.months == 12  # nothing was seen of later months
    by_name = {each.name: each for each in found.quantities}
    assert [each.scale for each in found.quantities] == ["count", "count", "count", "mark", "share", "event"]
    assert by_name["members"].kind == by_name["members-early"].kind != by_name["hours"].kind
    assert (by_name["hours"].sd, by_name["hours"].discrepancy) == (2, 0.25)
    assert by_name["members"].sd == pytest.approx(0.05 * 4.5)
    assert by_name["trust"].sd == pytest.approx(0.15)
    assert by_name["posts"].off == pytest.approx(0.01)
    assert found.titled("trust") == "Trust of the members" and found.titled("posts") == "posts"


def test_a_folder_of_an_import_is_its_scenario(tmp_path: Path) -> None:
    (tmp_path / "riverton").mkdir()
    (tmp_path / "riverton" / "scenario.toml").write_text(TOWN)
    path = written(tmp_path, SEEN.replace('"town.toml"', '"riverton"'))
    assert list(load_town(path).scenario.sites) == ["riverton"]


def test_scales_by_hand() -> None:
    quantities = (
        Quantity("count", 4.0, "count", 0.45, 0.1, 0),
        Quantity("share", 0.5, "share", 0.03, 0.1, 1),
        Quantity("mark", 3.0, "mark", 0.1, 0.1, 2),
        Quantity("event", 1.0, "event", 0.0, 0.1, 3),
    )
    there = seen(quantities)
    assert there.values == pytest.approx([np.log(4.5), 0.0, 3.0, 0.0])
    assert there.errors[:3] == pytest.approx([0.1, 0.03 * 2 / 0.52, 0.1])
    assert there.discrepancies == pytest.approx([0.4 / 4.5, 0.05 * 2 / 0.52, 0.3, 0.0])
    runs = scaled(np.array([[[0.0, 1.0, 2.0, 1.0], [4.0, np.nan, 2.0, 0.0]]]), quantities)
    assert runs[0, 0] == pytest.approx([np.log(0.5), np.log(1.02 / 0.02), 2.0, 0.0])
    assert np.isnan(runs[0, 1, [1, 3]]).all()
    assert usual_error("mark", 0.0) == 0.05


def test_the_schema_takes_what_is_good(tmp_path: Path) -> None:
    schema = town_schema()
    Draft202012Validator.check_schema(schema)
    data = read_document(written(tmp_path)).data
    assert not list(Draft202012Validator(schema).iter_errors(json.loads(json.dumps(data))))
    data["observed"]["members"]["sd"] = 0
    assert list(Draft202012Validator(schema).iter_errors(json.loads(json.dumps(data))))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('metric = "vacancy"', 'metric = "vacancies"', 'did you mean "vacancy"?'),
        ('metric = "vacancy"', 'metric = "outcome"', 'nobody can have seen "outcome"'),
        ('what = "density"', 'what = "recovery"', "what one town shows by itself"),
        ('month = 10', "month = 19", "month 19 is asked for, and the scenario lasts 18 months"),
        ('month = 10', 'month = "2018-12"', 'month is "2018-12", and the scenario begins in 2019-01'),
        ('month = 10', "month = 0", "month is a month of the scenario, counted from 1"),
        ('from = 7\nto = 12', "from = 12\nto = 7", "the months are upside down"),
        ("value = 0.1", "value = 1.1", "value is from 0 to 1 here; found 1.1"),
        ("value = 0.1", "value = 10", "(for 10% write 0.1)"),
        ("value = 2.9", "value = 4.5", "value is from 1 to 4 here"),
        ("value = 8.5", "value = -1", "value is from 0 on here"),
        ("value = true", "value = 0.5", '"alive" is so or not: value is true or false'),
        ("value = true", "value = true\nsd = 1", '"alive" is so or not, and has no sd'),
        ("sd = 2", "sd = 0", "sd is a standard deviation above 0"),
        ("sd = 2", "sd = -1", "sd is a standard deviation"),
        ("sd = 2", 'sd = "2"', "a number is written without quotes"),
        ("answers = 0.8\nlowest", "lowest", "needs answers"),
        ("value = 8.5", "value = 8.5\nlowest = 1", "has no use for lowest"),
        ("runs = 8", "runs = 4", "runs is a whole number between 8"),
        ('scenario = "town.toml"', 'scenario = "twon.toml"', "there is no file"),
        ('scenario = "town.toml"', "", "scenario"),
        ('title = "Riverton"', 'title = "Riverton"\nobserver = 1', "observer"),
    ],
)  # fmt: skip
def test_mistakes(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SEEN
    with pytest.raises(UserError) as found:
        load_town(written(tmp_path, SEEN.replace(old, new, 1)))
    told = found.value.render()
    assert said in " ".join(told.split())
    assert "seen.toml" in told


def test_several_communities_are_not_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the scenario has 2 communities, and one was seen"):
        load_town(
            written(tmp_path, town=TOWN + "[sites.eastwood]\nstudents = 2_000\norganizations = { nonprofit = 3 }\n")
        )


def test_a_folder_of_an_import_has_one_file_of_what_was_seen(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert file_in(path) == path and file_in(tmp_path / "none.toml") == tmp_path / "none.toml"
    with pytest.raises(UserError, match="has no file of what was seen of a town"):
        file_in(tmp_path)
    (tmp_path / "riverton-waves.before.toml").write_text("")
    only = tmp_path / "riverton-waves.toml"
    path.rename(only)
    assert file_in(tmp_path) == only and load_town(file_in(tmp_path)).name == "riverton-waves"
    (tmp_path / "other-waves.toml").write_text("")
    with pytest.raises(UserError, match=r"several files of what was seen: other-waves.toml or riverton-waves.toml"):
        file_in(tmp_path)
