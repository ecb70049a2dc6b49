"""Exports of questionnaires: "tick all that apply", and what answers say of who gave them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tfs_sim.scenario.errors import UserError
from tfs_sim.survey import Survey, import_survey
from tfs_sim.survey.shapes import choices, parted

HEAD = ("Your organization", "Rated organization", "Kind of organization", "Staff (FTE)", "Work together on")
ROWS = (
    ("Hill Schools", "Clinic", "School district", "40", "Referrals, Shared data"),
    ("Hill Schools", "Bank", "School district", "40", "Referrals"),
    ("Hill Schools", "Library", "School district", "40", ""),
    ("Clinic", "Hill Schools", "Health", "12.5", "Referrals"),
    ("Clinic", "Bank", "Health", "12.5", "Shared data, Joint programs"),
    ("Bank", "Clinic", "Business", "3", "Joint programs"),
    ("Bank", "Library", "Bussiness", "3", "Don't know"),
    ("Bank", "Hill Schools", "Business", "3", "Joint programs, Referrals"),
    ("Library", "Bank", "Public agency", "", "Shared data"),
)


def written(path: Path, rows: tuple[tuple[str, ...], ...] = ROWS, sign: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEAD, *((*row[:-1], row[-1].replace(", ", sign)) for row in rows)])
    return path


@pytest.fixture(params=[", ", ";", " | "])
def survey(request: pytest.FixtureRequest, tmp_path: Path) -> Survey:
    return import_survey([written(tmp_path / "answers.csv", sign=request.param)], "hill")


def test_what_is_ticked_is_a_tie_of_each_of_the_relations_and_of_no_other(survey: Survey) -> None:
    (sheet,) = survey.sheets
    assert [column.role for column in sheet.columns] == ["from", "to", "sector", "fte", "ticked"]
    assert set(survey.relations) == {"referrals", "shared-data", "joint-programs"}
    ticked = {
        relation: {(pair.one, pair.other): pair.status for pair in survey.pairs["", relation] if pair.share}
        for relation in survey.relations
    }
    assert ticked["referrals"] == {
        ("Clinic", "Hill Schools"): "reciprocated",
        ("Bank", "Hill Schools"): "reciprocated",
    }
    assert ticked["joint-programs"] == {("Bank", "Clinic"): "reciprocated", ("Bank", "Hill Schools"): "one-sided"}
    # one of three relations is said by both, one by one of them
    assert survey.ties["Clinic", "Hill Schools"] == pytest.approx((1.0 + 0.5) / 3)
    # the bank does not know what it does with the library, which speaks of data: one end is heard, and counts alone
    assert ticked["shared-data"]["Bank", "Library"] == "one end heard"
    assert survey.ties["Bank", "Library"] == pytest.approx(1 / 3)
    assert survey.answers.unknown == {("", relation): 1 for relation in survey.relations}


def test_answers_say_what_kind_of_organization_gave_them_and_most_of_them_count(survey: Survey) -> None:
    people = survey.members
    assert {name: member.sector for name, member in people.items()} == {
        "Hill Schools": "district",
        "Clinic": "health",
        "Bank": "business",
        "Library": "government",
    }
    assert {name: member.fte for name, member in people.items()} == {
        "Hill Schools": 40, "Clinic": 12.5, "Bank": 3, "Library": None,
    }  # fmt: skip
    assert not any(member.listed for member in people.values())
    assert "1 organization described in more than one way" in " ".join(note.text for note in survey.notes)


def test_what_a_list_says_of_an_organization_holds(tmp_path: Path) -> None:
    listed = tmp_path / "organizations.csv"
    listed.write_text("name,sector,fte\nClinic,nonprofit,9\nHill Schools,,\n", encoding="utf-8")
    people = import_survey([listed, written(tmp_path / "answers.csv")], "hill").members
    assert people["Clinic"].sector == "nonprofit" and people["Clinic"].fte == 9
    assert people["Hill Schools"].sector == "district" and people["Hill Schools"].fte == 40


def test_staff_that_cannot_be_is_told_with_its_row(tmp_path: Path) -> None:
    rows = tuple((*row[:3], "-2" if row[0] == "Clinic" else row[3], row[4]) for row in ROWS)
    with pytest.raises(UserError, match=r"answers\.csv:5: staff is a number between 0 and 1,000,000"):
        import_survey([written(tmp_path / "answers.csv", rows)], "hill")


def test_cells_that_hold_several_of_few_choices_are_told_from_others() -> None:
    kinds = ["Referrals, Data", "Data", "Referrals", "Data, Referrals", "", "Joint work, Data", "Joint work, Referrals"]
    assert parted(kinds) == "," and parted(["a;b", "a", "b;a", "b;c", "c", "c;a"]) == ";"
    assert choices("Referrals,, Data, Data ", ",") == ["Referrals", "Data"]
    assert choices("Events (fairs, walks), Data (a (b, c), d)", ",") == ["Events (fairs, walks)", "Data (a (b, c), d)"]
    assert choices("Events), (fairs, walks), Data", ",") == ["Events)", "(fairs", "walks)", "Data"]
    assert choices("Smile :), Data, Events", ",") == ["Smile :)", "Data", "Events"]
    assert len(choices("a(b,c)," * 20_000, ",")) == 1
    assert parted(["Hill, City of", "Clinic", "Bank", "Library"]) == ""  # a name with a comma
    assert parted(["3, 4", "4, 5", "3, 5", "3", "4, 3"]) == ""  # numbers
    assert parted([f"we met {n} times, and often" for n in range(9)]) == ""  # remarks
    assert parted(["a,b,c"] * 9) == ""  # one answer throughout is a word with commas
    assert parted(["", "Don't know"]) == ""


def test_organizations_named_in_one_cell_are_no_relations(tmp_path: Path) -> None:
    rows = [
        ("organization", "partner organization", "contact", "also with"),
        ("A", "B", "3", "C, D"),
        ("B", "A", "1", "C"),
        ("C", "D", "2", "A, B"),
        ("D", "A", "2", "B, C"),
        ("A", "C", "2", "D"),
    ]
    path = tmp_path / "ties.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    survey = import_survey([path], "hill")
    assert survey.relations == ["contact"]
    assert next(column.role for column in survey.sheets[0].columns if column.name == "also with") == "left"
