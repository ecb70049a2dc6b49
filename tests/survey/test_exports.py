"""Files as survey tools and spreadsheets really give them: what may be mistaken for a tie, and what is none."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from openpyxl import Workbook

from tfs_sim.report.survey import content
from tfs_sim.scenario.errors import UserError
from tfs_sim.survey import Survey, import_survey, write_survey
from tfs_sim.survey.members import staff_in
from tfs_sim.survey.naming import apart, kind_of, meaning
from tfs_sim.survey.scales import guess


def read(folder: Path, text: str, name: str = "answers.csv") -> Survey:
    path = folder / name
    path.write_text(text.replace(" / ", "\n") + "\n", encoding="utf-8")
    return import_survey([path], "town")


def roles(survey: Survey) -> dict[str, str]:
    return {column.name: column.role for sheet in survey.sheets for column in sheet.columns}


def tied(survey: Survey) -> set[tuple[str, str]]:
    return set(survey.ties)


GRID = (
    "Timestamp,Email Address,Your name,Which organization do you represent?,What best describes your organization?,"
    "Years in it,How often do you work with? [Clinic],How often do you work with? [Bank],"
    "How often do you work with? [School],How often do you work with? [Quiet Hall],"
    "We can count on this partner [Clinic],We can count on this partner [Bank],We can count on this partner [School],"
    "We can count on this partner [Quiet Hall],Worth it?"
    " / 2024-05-03,a@x.org,Ann,Clinic,Health care,3,,Monthly,Weekly or more,Never,,Agree,Strongly agree,,Agree"
    " / 2024-05-03,b@x.org,Bob,Bank,Business,5+,Never,,Monthly,A few times a year,,,Neutral,Disagree,Neutral"
    " / 2024-05-04,c@x.org,Cho,School,District,less than 1,Weekly or more,Never,,Never,Agree,,,,Agree"
    " / 2024-05-04,d@x.org,Deb,School,District,2,Monthly,Never,,Never,Neutral,,,,Agree"
)


def test_a_grid_of_questions_asks_of_organizations_those_that_never_answered_too(tmp_path: Path) -> None:
    survey = read(tmp_path, GRID)
    assert set(survey.members) == {"Clinic", "Bank", "School", "Quiet Hall"}
    assert survey.relations == ["how-often-do-you-work-with"]
    assert tied(survey) == {("Bank", "Clinic"), ("Clinic", "School"), ("Bank", "School"), ("Bank", "Quiet Hall")}
    (item,) = (name for name, kind in survey.answers.kinds.items() if kind == "item")
    assert survey.means(item) == "trust"
    said = roles(survey)
    assert said["Which organization do you represent?"] == "from"
    assert said["Your name"] == said["Email Address"] == "person"
    assert said["What best describes your organization?"] == "sector"
    assert said["Years in it"] == said["Worth it?"] == "left"


def test_two_persons_of_one_organization_are_heard_by_half_each(tmp_path: Path) -> None:
    survey = read(tmp_path, GRID)
    report = survey.answers.each["", "how-often-do-you-work-with"]
    scale = survey.scales["how-often-do-you-work-with"]
    weekly, monthly = scale.number("Weekly or more"), scale.number("Monthly")
    assert weekly is not None and monthly is not None
    assert report["School", "Clinic"] == pytest.approx((weekly + monthly) / 2)
    assert any("answered by more than one person" in note.text for note in survey.notes)


def test_who_says_two_things_and_is_not_two_persons_is_asked_back(tmp_path: Path) -> None:
    text = "Your organization,Partner,Contact / A,B,3 / B,A,2 / A,B,1 / B,C,2 / C,A,1"
    with pytest.raises(UserError, match="is given a second time, and otherwise"):
        read(tmp_path, text)


def test_the_page_has_a_line_a_question_and_no_name_of_an_organization(tmp_path: Path) -> None:
    shown = str(content(read(tmp_path, GRID))["files"])
    for name in ("Clinic", "Bank", "School", "Quiet Hall"):
        assert name not in shown
    assert "How often do you work with?" in shown and "in one column for each of 4 organizations" in shown


EGOS = "Organization,Partner 1,Frequency 1,Partner 2,Frequency 2 / A,B,3,C,2 / B,A,4,C,1 / C,B,2,D,3"


@pytest.mark.parametrize("head", ["Organization", "Name of organization", "Your organization", "Agency name"])
def test_partners_in_numbered_columns_are_those_of_whoever_the_row_is_of(tmp_path: Path, head: str) -> None:
    survey = read(tmp_path, EGOS.replace("Organization", head, 1))
    assert tied(survey) == {("A", "B"), ("A", "C"), ("B", "C"), ("C", "D")}
    assert survey.relations == ["frequency"]


def test_two_numbered_ends_of_a_row_are_a_tie(tmp_path: Path) -> None:
    survey = read(tmp_path, "Organization 1,Organization 2,Contact / A,B,3 / B,C,2 / C,D,1")
    assert tied(survey) == {("A", "B"), ("B", "C"), ("C", "D")}


def ties_of(columns: str, *cells: str) -> str:
    pairs = [("A", "B"), ("A", "C"), ("B", "C"), ("B", "D"), ("C", "A"), ("C", "D"), ("D", "A"), ("D", "B")]
    rows = (f"{a},{b},{cell}" for (a, b), cell in zip(pairs, cells, strict=True))
    return " / ".join([f"Respondent organization,Partner organization,{columns}", *rows])


@pytest.mark.parametrize(
    ("column", "cells", "role"),
    [
        ("Shared staff", "10100000", "relation shared-staff"),
        ("Number of staff involved", "21040030", "item number-of-staff-involved"),
        ("Work together in the field", "10101000", "relation work-together-in-the-field"),
        ("Finished", ["True"] * 8, "left"),
        ("Partner type", ["Bank", "School", "School", "Law", "Clinic", "Law", "Clinic", "Bank"], "partner sector"),
        ("Your type", ["Clinic"] * 2 + ["Nonprofit"] * 2 + ["Bank"] * 2 + ["School"] * 2, "sector"),
        ("Staff (FTE)", ["12", "12", "3.5", "3.5", "40", "40", "1", "1"], "fte"),
    ],
)  # fmt: skip
def test_what_columns_beside_answers_are(tmp_path: Path, column: str, cells: list[str], role: str) -> None:
    both = [f"{cell},{n % 3}" for n, cell in enumerate(cells)]
    survey = read(tmp_path, ties_of(f"{column},Contact", *both))
    assert roles(survey)[column] == role
    assert "contact" in survey.relations


def test_gephis_type_of_a_tie_is_no_kind_of_organization(tmp_path: Path) -> None:
    survey = read(
        tmp_path, "Source,Target,Type,Weight / A,B,Directed,5 / B,C,Directed,2 / C,D,Directed,1 / A,D,Directed,4"
    )
    assert roles(survey)["Type"] != "sector" and survey.ties["A", "B"] > survey.ties["C", "D"]
    assert not survey.categories


def test_numbers_of_rows_are_no_answers_and_a_weight_beside_another_relation_counts(tmp_path: Path) -> None:
    text = '"","from","to","weight","joint" / "1","A","B",2,1 / "2","B","C",4,0 / "3","C","D",1,1 / "4","A","D",3,0'
    survey = read(tmp_path, text)
    assert survey.relations == ["weight", "joint"]
    assert survey.ties["B", "C"] == pytest.approx(0.5) and survey.ties["A", "B"] == pytest.approx(0.75)


def test_questions_that_differ_in_brackets_stay_apart(tmp_path: Path) -> None:
    given = [f"{n % 2},{(n + 1) % 2}" for n in range(8)]
    survey = read(tmp_path, ties_of("Funding (given),Funding (received)", *given))
    assert set(survey.relations) == {"funding-given", "funding-received"}
    long = "Joint fundraising applications that were submitted together"
    found = apart([long, long.replace("submitted", "planned"), "x"])
    assert len(set(found.values())) == 3 and max(map(len, found.values())) <= 32


def test_none_of_the_above_is_an_answer_and_no_tie(tmp_path: Path) -> None:
    ticked = ['"Referrals, Data"', "None of the above", '"Referrals, Data"', "None of the above",
              "Data", "Referrals", '"Referrals, Other: call Jane Smith 555-1234"', "Data"]  # fmt: skip
    survey = read(tmp_path, ties_of("Work on", *ticked))
    assert set(survey.relations) == {"referrals", "data"}
    assert ("A", "C") in {(pair.one, pair.other) for pair in survey.pairs["", "data"]}
    assert survey.answered("") == {"A", "B", "C", "D"}
    assert "jane" not in str(content(survey)).casefold()


def test_a_number_whose_words_say_so_means_less_the_larger_it_is(tmp_path: Path) -> None:
    cells = [
        "1 - Daily",
        "5 - Never",
        "3 - Monthly",
        "5 - Never",
        "1 - Daily",
        "3 - Monthly",
        "4 - Yearly",
        "5 - Never",
    ]
    survey = read(tmp_path, ties_of("Contact", *cells))
    scale = survey.scales["contact"]
    assert (scale.least, scale.most) == (5, 1)
    assert tied(survey) == {("A", "B"), ("B", "C"), ("A", "C"), ("C", "D"), ("A", "D")}
    said = guess(["1", "2", "5"], False, "Contact (1=daily 5=never)")
    assert said is not None and (said.least, said.most) == (5, 1)
    usual = guess(["1 - Yearly", "3 - Monthly", "4 - Daily"], True, "")
    assert usual is not None and (usual.least, usual.most) == (0, 4)


def test_a_number_that_is_explained_as_not_known_is_on_no_end_of_the_scale() -> None:
    scale = guess(["1 - Daily", "3 - Monthly", "5 - Never", "9 - Don't know"], False, "Contact")
    assert scale is not None and (scale.least, scale.most) == (5, 1)
    known, unknown = scale.number("5 - Never"), scale.number("9 - Don't know")
    assert known == 5 and unknown is not None and unknown != unknown  # NaN


def test_days_of_contact_are_no_codes(tmp_path: Path) -> None:
    scale = guess(["0", "1", "2", "3", "7"], True, "Days of contact per week")
    assert scale is not None and scale.most == 7
    coded = guess(["0", "1", "2", "3", "7"], True, "Contact")
    assert coded is not None and coded.most == 3


def test_marks_that_nobody_gave_are_still_on_the_scale(tmp_path: Path) -> None:
    marks = ["2,3,1", "4,3,2", "3,4,1", "2,4,3", "3,4,2", "4,3,1", "2,3,1", "3,4,2"]
    survey = read(tmp_path, ties_of("Reliability,Open to discussion,Contact", *marks))
    assert {(survey.scales[n].least, survey.scales[n].most) for n in ("reliability", "open-to-discussion")} == {(1, 4)}
    assert any("no mark of 1 was given" in note.text for note in survey.notes)


def test_words_on_no_scale_are_listed_in_order_to_be_numbered(tmp_path: Path) -> None:
    odd = ["Never", "Monthly", "Hourly or so", "Never", "Weekly", "Not sure", "Monthly", "Never"]
    with pytest.raises(UserError) as told:
        read(tmp_path, ties_of("Contact", *odd))
    assert 'words = { "Never" = 0, "Monthly" = 1, "Weekly" = 2, "Hourly or so" = ? }' in str(told.value)
    assert "give it with --mapping" in str(told.value)


SURVEY_MONKEY = (
    "Respondent ID,Start Date,Your organization,How often do you contact,,,"
    " / ,,Open-Ended Response,Clinic,Bank,School,Hall / 111,1/2/2024,Clinic,,Weekly,Never,Monthly"
    " / 112,1/3/2024,Bank,Weekly,,Never,Never / 113,1/3/2024,School,Never,Monthly,,"
)


def test_a_question_over_the_columns_of_its_choices_is_read_with_them(tmp_path: Path) -> None:
    survey = read(tmp_path, SURVEY_MONKEY)
    assert set(survey.members) == {"Clinic", "Bank", "School", "Hall"}
    assert tied(survey) == {("Bank", "Clinic"), ("Clinic", "Hall"), ("Bank", "School")}


def test_questions_of_qualtrics_stand_below_their_numbers(tmp_path: Path) -> None:
    text = (
        "StartDate,Q1,Q2_1,Q2_2,Q2_3 / Start Date,Name of your organization,How often? - Clinic,How often? - Bank,"
        'How often? - School / "{""ImportId"":""startDate""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2""}",'
        '"{""ImportId"":""QID3""}","{""ImportId"":""QID4""}" / 2024-01-02,Clinic,,Weekly,Never'
        " / 2024-01-02,Bank,Monthly,,Never / 2024-01-03,School,Never,Monthly,"
    )
    survey = read(tmp_path, text)
    assert set(survey.members) == {"Clinic", "Bank", "School"}
    assert tied(survey) == {("Bank", "Clinic"), ("Bank", "School")}


def test_a_title_above_the_names_of_columns_is_no_column(tmp_path: Path) -> None:
    survey = read(tmp_path, "Riverton survey 2024,, / ,, / From,To,Weight / A,B,1 / B,C,2 / C,D,1")
    assert set(survey.members) == {"A", "B", "C", "D"}
    assert any("above the names of the columns" in note.text for note in survey.notes)


def test_organizations_whose_names_look_like_persons_are_organizations(tmp_path: Path) -> None:
    text = "Respondent organization,Partner organization,Contact / City Hall,Food Bank,3 / Food Bank,United Way,2"
    survey = read(tmp_path, f"{text} / United Way,City Hall,1")
    assert set(survey.members) == {"City Hall", "Food Bank", "United Way"}


@pytest.mark.parametrize(
    ("cells", "month"),
    [(["3/15/2022", "4/2/2022"], "2022-03"), (["15/3/2022", "2/4/2022"], "2022-03"), (["3/4/2022", "5/6/2022"], None)],
)
def test_dates_in_numbers_say_a_month_where_they_can_be_read_one_way(
    tmp_path: Path, cells: list[str], month: str | None
) -> None:
    dated = [f"{n % 4},{cells[n % 2]}" for n in range(8)]
    survey = read(tmp_path, ties_of("Contact,Date completed", *dated))
    assert survey.wave.month == month


def test_the_one_that_is_called_a_backbone_leads(tmp_path: Path) -> None:
    survey = read(tmp_path, "From,To,Contact / A,Promise (backbone),1 / B,A,2 / Promise (backbone),B,3")
    assert survey.members["Promise (backbone)"].lead
    assert any("taken for the one that leads" in note.text for note in survey.notes)
    two = read(tmp_path, "From,To,Contact / A,Promise (backbone),1 / Backbone Office,A,2 / Promise (backbone),B,3")
    assert not any(member.lead for member in two.members.values())


def test_long_cells_are_read_in_no_time(tmp_path: Path) -> None:
    begun = time.process_time()
    read(tmp_path, f"From,To,Notes / A,B,{'x' * 300_000} / B,C,y / C,D,z")
    assert time.process_time() - begun < 20  # it was quadratic: 300,000 letters took minutes


def test_a_workbook_that_says_that_it_is_huge_is_as_large_as_it_is(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("From", "To", "Contact"), ("A", "B", 2), ("B", "C", 1), ("C", "D", 1)):
        sheet.append(row)
    sheet.cell(1_048_576, 16_384).number_format = "0.00"
    book.save(tmp_path / "book.xlsx")
    assert set(import_survey([tmp_path / "book.xlsx"], "town").members) == {"A", "B", "C", "D"}


def test_words_of_agreement_are_about_what_is_agreed_to() -> None:
    assert kind_of("How much do you agree: we can count on this partner") == "item"
    assert meaning("agree-can-count-follow-through") == "trust"
    assert meaning("in-support-of-mission") == "agreement" and meaning("agree") == "agreement"


def test_a_wave_is_the_same_however_it_is_written(tmp_path: Path) -> None:
    listed = tmp_path / "roster.csv"
    rows = ["A,yes,yes", "B,yes,yes", "C,yes,no", "D,yes,yes"]
    listed.write_text("\n".join(["Organization,Answered wave 1,Answered wave 2", *rows]), encoding="utf-8")
    ties = tmp_path / "ties.csv"
    said = ["A,B,2,Wave 1", "B,C,1,wave 1", "C,A,3,1", "D,A,2,W1", "A,B,3,Wave 2", "B,D,1,W2", "D,A,2,2"]
    ties.write_text("\n".join(["From,To,Contact,Wave", *said]), encoding="utf-8")
    survey = import_survey([listed, ties], "town")
    assert [wave.label for wave in survey.waves] == ["1", "2"]
    assert survey.answered("2") == {"A", "B", "D"} and survey.answered("1") == {"A", "B", "C", "D"}
    assert import_survey([listed, ties], "town", wave="Wave 1").wave.label == "1"


def test_a_list_that_says_who_did_not_answer_settles_it(tmp_path: Path) -> None:
    listed = tmp_path / "roster.csv"
    listed.write_text("Organization,Participated in survey\nA,yes\nB,yes\nC,no\nD,yes\n", encoding="utf-8")
    matrix = tmp_path / "contact.csv"
    matrix.write_text("Organization,A,B,C,D\nA,,1,1,0\nB,1,,0,1\nC,0,0,,0\nD,0,1,0,\n", encoding="utf-8")
    survey = import_survey([listed, matrix], "town")
    assert survey.answered("") == {"A", "B", "D"} and all(each.member is None for each in survey.members.values())
    assert survey.ties["A", "C"] == 1.0  # nobody has heard of it from C


def test_totals_of_a_matrix_are_nobody(tmp_path: Path) -> None:
    survey = read(tmp_path, "Organization,A,B,C,Total / A,0,1,1,2 / B,1,0,0,1 / C,1,0,0,1 / Total,2,1,1,4", "m.csv")
    assert set(survey.members) == {"A", "B", "C"}
    assert tied(survey) == {("A", "B"), ("A", "C")}


def test_sheets_of_remarks_are_no_organizations(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("From", "To", "Contact"), ("A", "B", 2), ("B", "C", 1), ("C", "D", 1)):
        sheet.append(row)
    remarks = book.create_sheet("Read me")
    for text in (
        "This workbook holds what partners of the network have said of each other in the spring of 2024.",
        "Please do not pass it on to anybody who is not on the committee; ask the coordinator first.",
        "Numbers in the sheet of ties are explained in the third of the sheets of this workbook.",
    ):
        remarks.append((text,))
    legend = book.create_sheet("Codes")
    for row in (("Code", "Meaning"), (0, "None"), (1, "Yearly"), (2, "Monthly")):
        legend.append(row)
    book.save(tmp_path / "book.xlsx")
    assert set(import_survey([tmp_path / "book.xlsx"], "town").members) == {"A", "B", "C", "D"}


@pytest.mark.parametrize(("said", "staff"), [("1,200", 1200), ("2,5", 2.5), ("12.5", 12.5), ("1,234,567.5", 1234567.5)])
def test_commas_in_numbers_of_staff(said: str, staff: float) -> None:
    assert staff_in(said) == staff


def test_a_matrix_of_trust_makes_no_tie(tmp_path: Path) -> None:
    for name, cells in (("contact", "0,1,0 0,0,1 1,0,0"), ("trust", "0,4,4 4,0,4 3,3,0")):
        rows = [f"{org},{row}" for org, row in zip("ABC", cells.split(), strict=True)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["Organization,A,B,C", *rows]), encoding="utf-8")
    survey = import_survey([tmp_path / "contact.csv", tmp_path / "trust.csv"], "town")
    assert survey.relations == ["contact"] and survey.answers.kinds["trust"] == "item"


def test_a_name_longer_than_any_is_told_at_once(tmp_path: Path) -> None:
    begun = time.process_time()
    with pytest.raises(
        UserError, match=r"answers\.csv:3: the name of an organization has at most 300 letters; found 500,0"
    ):
        read(tmp_path, f"From,To / A,B / {'x' * 500_000},C / C,A")
    assert time.process_time() - begun < 20


def test_questions_of_any_length_come_back_through_the_mapping(tmp_path: Path) -> None:
    question = "How often does your organization contact this one, " + "thinking of all that you do together, " * 9
    survey = read(tmp_path, ties_of(f'"{question}"', *"01230123"))
    folder = tmp_path / "town"
    write_survey(survey, folder)
    again = import_survey([tmp_path / "answers.csv"], "town", mapping=folder / "mapping.toml")
    assert again.ties == survey.ties and again.relations == survey.relations


def test_a_code_through_whole_rows_is_no_answer(tmp_path: Path) -> None:
    cells = "Alpha,0,1,1,0 / Beta,1,0,0,1 / Gamma,-1,-1,-1,-1 / Delta,1,0,0,0"
    survey = read(tmp_path, f"Organization,Alpha,Beta,Gamma,Delta / {cells}", "contact.csv")
    assert tied(survey) == {("Alpha", "Beta"), ("Alpha", "Gamma"), ("Alpha", "Delta"), ("Beta", "Delta")}
    assert survey.ties["Alpha", "Beta"] == 1.0 and survey.ties["Alpha", "Delta"] == 0.5
    signed = read(
        tmp_path, f"Organization,Alpha,Beta,Gamma,Delta / {cells}".replace("Gamma,-1,-1", "Gamma,-1,1"), "c.csv"
    )
    assert signed.scales["c"].least == -1


def test_marks_of_partners_are_no_ties_where_another_file_says_who_has_to_do_with_whom(tmp_path: Path) -> None:
    (tmp_path / "contact.csv").write_text("From,To,Contact\nA,B,3\nB,C,2\nC,D,1\n", encoding="utf-8")
    marks = "A,B,4\nA,C,2\nA,D,1\nB,A,3\nB,C,3\nB,D,2\nC,A,1\n"
    (tmp_path / "trust.csv").write_text("From,To,Trust\n" + marks, encoding="utf-8")
    both = import_survey([tmp_path / "contact.csv", tmp_path / "trust.csv"], "town")
    assert both.relations == ["contact"] and tied(both) == {("A", "B"), ("B", "C"), ("C", "D")}
    assert import_survey([tmp_path / "trust.csv"], "town").relations == ["tie"]  # who is marked is a partner


def test_a_list_of_people_is_one_of_their_organizations(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    rows = ["Ann Cho,Clinic,Health", "Rob King,Bank,Business", "Tia Brown,School,District"]
    listed.write_text("\n".join(["Name,Organization,Sector", *rows]), encoding="utf-8")
    ties = tmp_path / "ties.csv"
    ties.write_text("From,To,Contact\nClinic,Bank,3\nBank,School,2\nSchool,Clinic,1\n", encoding="utf-8")
    survey = import_survey([listed, ties], "town")
    assert set(survey.members) == {"Clinic", "Bank", "School"}
    assert roles(survey)["Name"] == "person"
