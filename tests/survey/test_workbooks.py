"""Workbooks: the same network as CSV; values alone; formulas never reckoned, macros never run, nothing fetched."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from recipes import partnership

from tfs_sim.scenario import UserError
from tfs_sim.survey import import_survey
from tfs_sim.survey.files import read_sheets

openpyxl = pytest.importorskip("openpyxl")

ROWS: list[tuple[Any, ...]] = [("From", "To", "Contact (0-4)"), ("a", "b", 1), ("b", "c", 2.0), ("c", "d", 4)]


def book(path: Path, sheets: dict[str, list[tuple[Any, ...]]], change: Callable[[Any], None] | None = None) -> Path:
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if change is not None:
        change(made)
    made.save(path)
    return path


def spoilt(path: Path, name: str, change: Callable[[str], str], extra: dict[str, bytes] | None = None) -> Path:
    """Write a workbook again with one of its parts changed, and other parts added."""
    with zipfile.ZipFile(path) as there:
        parts = {each.filename: there.read(each) for each in there.infolist()}
    parts[name] = change(parts[name].decode()).encode()
    with zipfile.ZipFile(path, "w") as again:
        for each, content in {**parts, **(extra or {})}.items():
            again.writestr(each, content)
    return path


def with_value(formula: str, value: str) -> Callable[[str], str]:
    """Return a change that puts the value that a spreadsheet stored with a formula into its cell."""
    escaped = re.escape(f"<f>{formula}</f>")
    return lambda text: re.sub(rf"{escaped}<v ?/>|{escaped}<v></v>", f"<f>{formula}</f><v>{value}</v>", text)


def test_a_workbook_of_several_sheets_is_the_same_survey_as_its_csv_files(tmp_path: Path) -> None:
    import csv

    files = partnership(tmp_path, 3)
    sheets = {}
    for path in files:
        with path.open(newline="", encoding="utf-8") as file:
            sheets[path.stem[:30]] = [tuple(row) for row in csv.reader(file)]
    one = import_survey(files, "town")
    other = import_survey([book(tmp_path / "all.xlsx", sheets)], "town")
    assert one.ties == other.ties and one.imputed.chances == other.imputed.chances
    assert [each.sheet.name for each in other.sheets] == ["all.xlsx#Roster", "all.xlsx#Answers export"]


def test_numbers_dates_and_ticks_are_read_as_people_see_them(tmp_path: Path) -> None:
    when = datetime.datetime(2018, 5, 17, 12, 30)
    rows = [
        ("Organization", "Staff", "Answered", "Date"),
        ("a", 2.0, True, when),
        ("b", 2.5, False, when.date()),
        ("c", None, None, None),
    ]
    sheet = read_sheets([book(tmp_path / "b.xlsx", {"all": rows, "empty": [], "spaces": [(" ",)]})])
    assert [list(row) for row in sheet[0].rows] == [
        ["a", "2", "yes", "2018-05-17"],
        ["b", "2.5", "no", "2018-05-17"],
        ["c", "", "", ""],
    ]


def test_of_formulas_the_stored_value_is_taken_and_told(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", {"ties": [*ROWS[:3], ("c", "d", "=1+3")]})
    with pytest.raises(UserError, match="the formula in column 3 was never reckoned"):
        import_survey([path], "town")
    path = spoilt(path, "xl/worksheets/sheet1.xml", with_value("1+3", "4"))
    survey = import_survey([path], "town")
    assert survey.ties["c", "d"] == 1.0
    assert any("1 formula: the values that were stored with them are taken" in note.text for note in survey.notes)


@pytest.mark.parametrize("formula", ["WEBSERVICE(&quot;http://127.0.0.1:9/x&quot;)", "cmd|&apos;/c calc&apos;!A0"])
def test_a_formula_that_would_reach_out_is_text_of_no_consequence(tmp_path: Path, formula: str) -> None:
    path = book(tmp_path / "b.xlsx", {"ties": [*ROWS[:3], ("c", "d", "=1+3")]})
    path = spoilt(
        path, "xl/worksheets/sheet1.xml", lambda t: with_value("1+3", "4")(t).replace("<f>1+3</f>", f"<f>{formula}</f>")
    )
    assert import_survey([path], "town").ties["c", "d"] == 1.0


def test_texts_that_look_like_formulas_are_harmless_in_what_is_written(tmp_path: Path) -> None:
    from tfs_sim.survey import write_survey

    def as_text(made: Any) -> None:
        made["ties"]["A2"].value, made["ties"]["A2"].data_type = "=HYPERLINK(1)", "s"

    path = book(tmp_path / "b.xlsx", {"ties": ROWS}, as_text)
    survey = import_survey([path], "town", names=True)
    assert "=HYPERLINK(1)" in survey.members
    write_survey(survey, tmp_path / "town")
    for file in (tmp_path / "town").rglob("*.csv"):
        assert not re.search(r"(^|,)=", file.read_text(), re.MULTILINE), file


def test_macros_links_charts_and_hidden_sheets_do_nothing(tmp_path: Path) -> None:
    def hidden(made: Any) -> None:
        made["ties"].sheet_state = "visible"
        made.create_sheet("hidden").sheet_state = "hidden"
        made["hidden"].append(("From", "To", "Contact (0-4)"))
        made["hidden"].append(("x", "y", 1))
        made["ties"].merge_cells("E1:F2")

    path = book(tmp_path / "b.xlsx", {"ties": ROWS}, hidden)
    path = spoilt(
        path,
        "xl/workbook.xml",
        str,
        {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0", "xl/externalLinks/externalLink1.xml": b"<a/>"},
    )
    survey = import_survey([path], "town")
    assert any("the workbook has macros, which are not read" in note.text for note in survey.notes)
    assert ("x", "y") in survey.ties, "a hidden sheet is a sheet, and is told like any other"
    assert "b.xlsx#hidden" in [each.sheet.name for each in survey.sheets]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([*ROWS, ("d", "e", "#REF!")], '"#REF!"'),
        ([*ROWS, ("d", "e", 9)], "not on the scale"),
        ([(*ROWS[0], *range(10_000))], "columns"),
        ([], "no sheet of the workbook holds anything"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(tmp_path: Path, rows: list[tuple[Any, ...]], said: str) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text("[relations.contact]\nleast = 0\nmost = 4\n")
    with pytest.raises(UserError, match=said):
        import_survey(
            [book(tmp_path / "b.xlsx", {"ties": rows})], "town", mapping=mapping if rows and len(rows) > 1 else None
        )


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_damaged_parts_and_entities_are_a_sentence(tmp_path: Path, part: str) -> None:
    path = book(tmp_path / "b.xlsx", {"ties": ROWS})
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    whole = path.read_bytes()
    spoilt(path, part, lambda text: text.replace("?>", f"?>{bomb}", 1) if "?>" in text else bomb + text)
    with pytest.raises(UserError, match="declares a document type"):
        import_survey([path], "town")
    path.write_bytes(whole)
    spoilt(path, part, lambda text: text[: len(text) // 2])
    with pytest.raises(UserError, match="cannot be read as a workbook"):
        import_survey([path], "town")
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="cannot be read as a workbook"):
        import_survey([path], "town")
