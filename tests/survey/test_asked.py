"""Where no file says who was asked: nobody is made up to have been, and each wave is about those whom it names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tfs_sim.calibration import surveys
from tfs_sim.calibration.looks import Look
from tfs_sim.report.survey import content
from tfs_sim.scenario import load_scenario
from tfs_sim.survey import Survey, import_survey, write_survey
from tfs_sim.survey.clean import read_found
from tfs_sim.survey.later import later

NAMES = [f"Agency {letter}" for letter in "abcdefghijklmnopqrst"]
HEAD = "Wave,Date,Your organization,Partner organization,How often do you have contact?"


def rows(wave: int, answered: int, named: int, often: str = "Monthly") -> list[str]:
    """Return what the first organizations say of a wave about the first `named`, of whom the last do not answer."""
    luck = np.random.default_rng([71, wave])
    said = []
    for a in range(answered):
        for b in range(named):
            if a != b and (luck.random() < 0.3 or b == (a + answered) % named or b == named - 1 - a):
                said.append(f"{wave},{2016 + wave}-05-01,{NAMES[a]},{NAMES[b]},{often}")
    return said


def of(folder: Path, *waves: list[str], more: tuple[str, str] | None = None, wave: str | None = None) -> Survey:
    folder.mkdir(exist_ok=True)
    (folder / "answers.csv").write_text("\n".join([HEAD, *(row for each in waves for row in each)]) + "\n")
    files = [folder / "answers.csv"]
    if more:
        (folder / "all.csv").write_text("\n".join(more) + "\n")
        files.append(folder / "all.csv")
    return import_survey(files, "town", wave=wave)


FIRST, SECOND = rows(1, 12, 16), rows(2, 10, 18)


def test_a_later_wave_is_over_the_pairs_of_the_import_of_that_wave_by_itself(tmp_path: Path) -> None:
    (seen,) = later(of(tmp_path / "both", FIRST, SECOND, wave="1"))
    alone = of(tmp_path / "alone", SECOND)
    assert len(alone.members) == 18 and alone.observed == (18 * 17 - 8 * 7) // 2
    assert seen.density == pytest.approx(alone.densities()[0])
    assert seen.answers == pytest.approx(10 / 18)


def test_pairs_of_whom_both_do_not_know_are_no_pairs_in_either(tmp_path: Path) -> None:
    known = {tuple(row.split(",")[2:4]) for row in SECOND}
    a, b = next((a, b) for a in NAMES[:10] for b in NAMES[10:18] if (a, b) not in known)
    more = [*SECOND, f"2,2018-05-01,{a},{b},Don't know"]
    (seen,) = later(of(tmp_path / "both", FIRST, more, wave="1"))
    alone = of(tmp_path / "alone", more)
    assert alone.observed == (18 * 17 - 8 * 7) // 2 - 1
    assert seen.density == pytest.approx(alone.densities()[0])


def test_a_list_that_says_who_was_asked_is_about_the_same_pairs_too(tmp_path: Path) -> None:
    listed = ("Organization,Asked", *(f"{name},{'yes' if n < 14 else 'no'}" for n, name in enumerate(NAMES[:18])))
    (seen,) = later(of(tmp_path / "both", FIRST, SECOND, more=listed, wave="1"))
    alone = of(tmp_path / "alone", SECOND, more=listed)
    assert seen.density == pytest.approx(alone.densities()[0])


def test_a_matrix_of_each_wave_is_about_its_own_rows_and_columns(tmp_path: Path) -> None:
    names = [f"Haven {letter}" for letter in "abcdefghijkl"]
    for wave, (answered, named) in ((1, (8, 12)), (2, (7, 10))):
        luck = np.random.default_rng([72, wave])
        lines = ["name," + ",".join(names[:named])]
        for a in range(answered):
            lines.append(",".join([names[a], *(str(int(b < named - 1 and luck.random() < 0.4)) for b in range(named))]))
        lines += [names[a] + "," * named for a in range(answered, named)]
        (tmp_path / f"network-201{6 + wave}-05.csv").write_text("\n".join(lines) + "\n")
    files = sorted(tmp_path.glob("*.csv"))
    both = import_survey(files, "town", wave="2017-05")
    alone = import_survey(files[1:], "town")
    (seen,) = later(both)
    assert len(alone.members) == 10 and len(both.members) == 12 and seen.answers == pytest.approx(7 / 10)
    assert seen.density == pytest.approx(alone.densities()[0])


def test_the_page_does_not_say_that_all_answered(tmp_path: Path) -> None:
    survey = of(tmp_path / "t", SECOND)
    assert survey.asked(survey.wave.label) is None and len(survey.answered(survey.wave.label)) == 10
    (wave,) = content(survey)["waves"]
    assert wave["said"] == "not known who was asked; 10 of 18 that are named in this wave answered"
    write_survey(survey, tmp_path / "out")
    asked = (tmp_path / "out" / "survey" / "organizations.csv").read_text()
    assert asked.count(",yes\n") + asked.count(",yes\r\n") == 10


@pytest.mark.parametrize(
    ("answered", "named", "said"),
    [
        (14, 18, "not known who was asked; of 18 that are named in this wave, fewer than 5 did not answer"),
        (4, 18, "not known who was asked; of 17 that are named in this wave, fewer than 5 answered"),
        (6, 6, "not known who was asked; all 6 that are named in this wave answered"),
    ],
)
def test_small_counts_are_hidden_there_too(tmp_path: Path, answered: int, named: int, said: str) -> None:
    (wave,) = content(of(tmp_path / "t", rows(1, answered, named)))["waves"]
    assert wave["said"] == said


def test_the_simulated_survey_means_the_same_pairs(tmp_path: Path) -> None:
    """With as many who answer, the same ties give the density of the import: pairs of which somebody answers."""
    survey = of(tmp_path / "t", SECOND)
    write_survey(survey, tmp_path / "out")
    site = load_scenario(tmp_path / "out" / "scenario.toml").sites["town"]
    found = read_found(tmp_path / "out" / "survey", site)
    names = sorted(survey.members)
    place = {name: n for n, name in enumerate(names)}
    n, ends = len(names), np.array([[place[a], place[b]] for a, b in survey.ties])
    blank = {each: np.zeros(0) for each in Look.__dataclass_fields__}
    look = Look(
        **blank
        | {
            "site_of": np.zeros(n, int), "one": ends[:, 0], "other": ends[:, 1],
            "is_open": np.ones(len(ends), bool), "idle": np.zeros(len(ends)),
        }
    )  # fmt: skip
    answer = np.array([name in survey.answered(survey.wave.label) for name in names])
    total, asked = surveys.density(look, 1, 3.0, answer, np.ones(n, bool))
    assert asked[0] == 1.0 and total[0] == pytest.approx(survey.densities()[0]) == found.values["density"]
    assert answer.mean() == 10 / 18
