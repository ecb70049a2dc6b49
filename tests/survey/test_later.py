"""Later waves become observations of the town: against a second reckoning, and as the simulation is surveyed."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from recipes import partnership

from tfs_sim.calibration.town_files import load_town
from tfs_sim.scenario import UserError
from tfs_sim.survey import import_survey, write_survey
from tfs_sim.survey.later import later

RANKS = {"Never": 0, "Quarterly": 2, "Monthly": 3, "Weekly": 4, "Daily": 5}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return partnership(tmp_path_factory.mktemp("export"), 1)


def test_a_later_wave_is_reckoned_as_in_pandas(files: list[Path]) -> None:
    (found,) = later(import_survey(files, "riverton", wave="1"))
    rows = pd.read_csv(files[1], keep_default_na=False)
    rows = rows[rows["Survey wave"] == 2]
    answered = set(rows["Responding organization"])
    everyone = list(pd.read_csv(files[0])["Agency name"])
    heard = {}
    for a, b, often, share in rows.iloc[:, [3, 5, 6, 7]].itertuples(index=False):
        if RANKS.get(often) or share not in ("", "0", 0):
            heard[a, b] = True
    ties = {frozenset(ends) for ends in heard}
    n, silent = len(everyone), len(everyone) - len(answered)
    assert found.density == pytest.approx(len(ties) / ((n * (n - 1) - silent * (silent - 1)) / 2))
    marks = [
        float(trust)
        for a, b, trust in rows.iloc[:, [3, 5, 8]].itertuples(index=False)
        if trust != "" and frozenset((a, b)) in ties
    ]
    assert found.trust == pytest.approx(sum(marks) / len(marks))
    assert (found.lowest, found.highest) == (1.0, 5.0)
    assert found.answers == len(answered) / n == 0.8
    assert (found.label, found.when, found.month) == ("2", "2018-05", 12)


def test_the_file_is_read_and_holds_what_was_found(files: list[Path], tmp_path: Path) -> None:
    survey = import_survey(files, "riverton", wave="1")
    write_survey(survey, tmp_path / "town")
    (found,) = later(survey)
    town = load_town(tmp_path / "town" / "riverton-waves.toml")
    assert {name: seen.what for name, seen in town.table.observed.items()} == {
        "density-1": "density",
        "trust-1": "trust",
    }
    assert found.density is not None and found.trust is not None
    for name, value in (("density-1", found.density), ("trust-1", found.trust)):
        seen = town.table.observed[name]
        assert seen.value == pytest.approx(value, rel=1e-3)
        assert (seen.month, seen.within, seen.answers) == (12, 3, 0.8)
    assert 'start = "2017-05"' in (tmp_path / "town" / "scenario.toml").read_text()
    assert not any(name in (tmp_path / "town" / "riverton-waves.toml").read_text() for name in survey.members)


def test_the_last_wave_leaves_nothing_and_takes_away_a_file_of_another_scenario(
    files: list[Path], tmp_path: Path
) -> None:
    write_survey(import_survey(files, "riverton", wave="1"), tmp_path / "town")
    was = (tmp_path / "town" / "riverton-waves.toml").read_text()
    last = import_survey(files, "riverton")
    assert later(last) == []
    write_survey(last, tmp_path / "town")
    assert not (tmp_path / "town" / "riverton-waves.toml").exists()
    assert (tmp_path / "town" / "riverton-waves.before.toml").read_text() == was
    assert any("--wave" in note.named() for note in last.notes)


def test_months_are_counted_from_the_first_of_the_scenario(files: list[Path], tmp_path: Path) -> None:
    survey = import_survey(files, "riverton", wave="1")
    assert [each.month for each in later(survey, "2015-05")] == [36]
    assert later(survey, "2018-05") == []  # not after its first month: it is no observation of it
    write_survey(survey, tmp_path / "town", start="2012-05")
    assert load_town(tmp_path / "town" / "riverton-waves.toml").table.observed["trust-1"].month == 72
    assert "months = 84" in (tmp_path / "town" / "scenario.toml").read_text()


def test_what_is_not_known_is_not_made_up(files: list[Path], tmp_path: Path) -> None:
    rows = pd.read_csv(files[1], keep_default_na=False, dtype=str)
    undated = rows.drop(columns="Date submitted")
    undated.to_csv(tmp_path / "undated.csv", index=False)
    survey = import_survey([files[0], tmp_path / "undated.csv"], "riverton", wave="1")
    assert later(survey) == []
    assert any('nothing says when wave "1" was held' in note.named() for note in survey.notes)
    one = rows[(rows["Survey wave"] == "1") | rows["Responding organization"].isin(sorted(set(rows.iloc[:, 3]))[:4])]
    one.to_csv(tmp_path / "few.csv", index=False)
    few = import_survey([files[0], tmp_path / "few.csv"], "riverton", wave="1")
    assert len(few.answers.answered["2"]) < 5
    other = rows.copy()
    other.loc[other["Survey wave"] == "2", "Share information (0-3)"] = ""
    other.to_csv(tmp_path / "other.csv", index=False)
    (found,) = later(import_survey([files[0], tmp_path / "other.csv"], "riverton", wave="1"))
    assert found.trust is not None and not math.isnan(found.trust)


def test_a_wave_that_is_not_there_is_told(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UserError, match='there is no wave "3"; there are "1" and "2"'):
        import_survey(files, "riverton", wave="3")
    rows = pd.read_csv(files[1], keep_default_na=False, dtype=str)
    rows[rows["Survey wave"] == "1"].drop(columns="Survey wave").to_csv(tmp_path / "one.csv", index=False)
    with pytest.raises(UserError, match="tell no waves apart"):
        import_survey([files[0], tmp_path / "one.csv"], "riverton", wave="1")
