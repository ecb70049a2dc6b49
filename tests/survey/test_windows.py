"""Months of contact that a survey means: of the weakest answer that is a tie, or assumed and said."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_asked import HEAD, NAMES, rows

from tfs_sim.calibration.asking import ask, window_of
from tfs_sim.calibration.town_files import load_town
from tfs_sim.scenario import load_scenario
from tfs_sim.survey import Survey, import_survey, write_survey
from tfs_sim.survey.clean import folder_of, read_found
from tfs_sim.survey.windows import ASSUMED, months_of, window


@pytest.mark.parametrize(
    ("answer", "months"),
    [
        ("Yearly", 12), ("Once a year or less", 12), ("annually", 12), ("Quarterly", 3), ("Every few months", 3),
        ("2 = quarterly", 3), ("1) once a year", 12), ("MONTHLY", 1), ("Once a week", 1), ("Daily", 1),
        ("twice a year", 6), ("rarely", None), ("3", None), ("cooperation", None), ("", None),
    ],
)  # fmt: skip
def test_what_answers_say_of_how_often(answer: str, months: int | None) -> None:
    assert months_of(answer) == months


def told(folder: Path, *answers: str, relations: str = "") -> Survey:
    """Import a survey of two waves in which these answers are given in turn."""
    folder.mkdir(exist_ok=True)
    said = [*rows(1, 10, 14, "?"), *rows(2, 10, 14, "?")]
    lines = [row[:-1] + answers[n % len(answers)] for n, row in enumerate(said)]
    (folder / "answers.csv").write_text("\n".join([HEAD + relations, *lines]) + "\n")
    return import_survey([folder / "answers.csv"], "town", wave="1")


@pytest.mark.parametrize(
    ("answers", "months", "answer"),
    [
        (("Yearly", "Quarterly", "Weekly", "Never"), 12, "yearly"),
        (("Quarterly", "Weekly", "Never"), 3, "quarterly"),
        (("Never", "Weekly"), 1, "weekly"),
        (("0 = never", "1 = once a year or less", "2 = quarterly", "3 = weekly"), 12, "once a year or less"),
        (("Monthly", "Never", "Don't know"), 1, "monthly"),
    ],
)
def test_the_weakest_answer_that_is_a_tie_says_the_window(
    tmp_path: Path, answers: tuple[str, ...], months: int, answer: str
) -> None:
    survey = told(tmp_path / "t", *answers)
    assert window(survey) == (months, answer)
    write_survey(survey, tmp_path / "out")
    text = (tmp_path / "out" / "town-waves.toml").read_text()
    line = next(line for line in text.splitlines() if line.startswith("within = "))
    assert line.startswith(f"within = {months} ") and f'"{answer}"' in line and "assumed" not in line
    assert load_town(tmp_path / "out" / "town-waves.toml").table.observed["density-1"].within == months
    assert not any("how lately" in note.named() for note in survey.notes)
    site = load_scenario(tmp_path / "out" / "scenario.toml").sites["town"]
    clean = folder_of(site)
    assert clean is not None and read_found(clean, site).within == months


@pytest.mark.parametrize("answers", [("1", "2", "3"), ("Rarely", "Weekly", "Never"), ("cooperation", "coordination")])
def test_where_no_answer_says_it_three_months_are_assumed_and_told(tmp_path: Path, answers: tuple[str, ...]) -> None:
    survey = told(tmp_path / "t", *answers)
    assert window(survey) == (ASSUMED, "") and ASSUMED == 3
    write_survey(survey, tmp_path / "out")
    assert "within = 3 " in (text := (tmp_path / "out" / "town-waves.toml").read_text()) and ": assumed" in text
    (note,) = (note for note in survey.notes if "how lately" in note.named())
    assert note.serious and "3 months are assumed" in note.named()


def test_the_simulated_survey_asks_about_the_same_months(tmp_path: Path) -> None:
    write_survey(told(tmp_path / "t", "Yearly", "Weekly"), tmp_path / "out")
    scenario = load_scenario(tmp_path / "out" / "scenario.toml")
    by_itself, said = (ask({"s": scenario}, 8, 2, workers=1, **more) for more in ({}, {"months": 12.0}))
    assert by_itself.within == said.within == 12.0
    assert (by_itself.values["s"][:, 1] == said.values["s"][:, 1]).all()
    assert ask({"s": scenario}, 8, 2, workers=1, months=1.0).values["s"][:, 1].mean() < said.values["s"][:, 1].mean()


def test_an_instrument_of_before_asks_about_three_months(tmp_path: Path) -> None:
    write_survey(told(tmp_path / "t", "Yearly", "Weekly"), tmp_path / "out")
    path = tmp_path / "out" / "survey" / "instrument.toml"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith("within")) + "\n")
    site = load_scenario(tmp_path / "out" / "scenario.toml").sites["town"]
    assert window_of(read_found(path.parent, site)) == 3.0 and len(NAMES) == 20
