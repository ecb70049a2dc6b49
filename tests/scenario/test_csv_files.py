"""One strict reader: what a CSV file cannot mean as it stands is told with its line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfs_sim.scenario.csv_files import MOST_TOLD, CsvTable, plain_float
from tfs_sim.scenario.errors import UserError

GOOD = "id,share,note\na,0.5,x\nb,1,\n"


def table(folder: Path, content: str | bytes) -> CsvTable:
    path = folder / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return CsvTable(path, ("id", "share"), ("note",))


def told(folder: Path, content: str | bytes) -> list[str]:
    with pytest.raises(UserError) as caught:
        table(folder, content)
    return [f"{each.line}: {each.message}" for each in caught.value.mistakes]


def test_cells_by_column_in_any_order(tmp_path: Path) -> None:
    found = table(tmp_path, "share,id\n0.5, a \n1,b\n\n\n")
    assert [(row.line, found.cell(row, "id"), found.cell(row, "share")) for row in found.rows] == [
        (2, "a", "0.5"),
        (3, "b", "1"),
    ]
    assert found.has("share") and not found.has("note") and found.cell(found.rows[0], "note") == ""


@pytest.mark.parametrize(
    "content", [GOOD, "\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), '"id","share","note"\n"a","0.5","x, y"\n']
)
def test_what_other_programs_write_is_read(tmp_path: Path, content: str) -> None:
    assert len(table(tmp_path, content).rows) >= 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (GOOD.replace(",", ";"), "1: cells are separated by semicolons, and commas are expected"),
        (GOOD.replace(",", "\t"), "1: cells are separated by tabs, and commas are expected"),
        (GOOD.replace("b,1,\n", "\nb,1,\n"), "3: this row is empty; take it out"),
        (GOOD.replace("b,1,\n", ",,\nb,1,\n"), "3: this row is empty; take it out"),
        (GOOD.replace("a,0.5,x", "a"), "2: this row has 1 column, and the header has 3"),
        (GOOD.replace("a,0.5,x", "a,0.5,x,y"), "2: this row has 4 columns, and the header has 3"),
        ("id,share\n0,1,0,5\n", "2: this row has 4 columns, and the header has 2; numbers have a decimal point (0.5), "
         "since commas are between cells"),
        ("id,share,share\na,1,1\n", '1: the column "share" is named twice'),
        ("id\na\n", '1: the column "share" is missing; the columns are id, share and, if you like, note, '
         "separated by commas"),
        ("id,shar\na,1\n", '1: there is no column "shar" in this kind of file'),
        ("\nid,share\na,1\n", "1: the first row is empty; it names the columns"),
        ('id,share\n"a,1\n', "2: this row cannot be read: a quote is not closed, or stands within a text"),
        ("id,share\ra,1\r", "1: lines end with a carriage return alone, as on old Macs; save the file with usual line "
         "ends"),
        (GOOD.encode("utf-16"), "0: the file is saved as UTF-16; save it as UTF-8"),
        (GOOD.replace("x", "ü").encode("latin-1"), "2: the file is not saved as UTF-8: this line has a character "
         "in another encoding"),
        ("", "0: the file is empty"),
        ("\n \n", "0: the file is empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told(tmp_path: Path, content: str | bytes, said: str) -> None:
    assert said in told(tmp_path, content)


def test_all_rows_that_are_wrong_are_told_up_to_a_number(tmp_path: Path) -> None:
    assert len(told(tmp_path, "id,share\n" + "a\n" * 3 + "b,1\n" + "c,1,2\n")) == 4
    assert len(told(tmp_path, "id,share\n" + "a\n" * 100)) == MOST_TOLD


def test_cells_of_any_length_are_read(tmp_path: Path) -> None:
    found = table(tmp_path, f"id,share\n{'a' * 200_000},1\n")
    assert len(found.cell(found.rows[0], "id")) == 200_000


def test_numbers(tmp_path: Path) -> None:
    assert plain_float("0.5") == 0.5 and plain_float("1e-3") == 0.001
    for cell in ("", "0,5", "1_000", "nan", "inf", "٣", "x", "9" * 5000):
        assert plain_float(cell) is None
    found = table(tmp_path, 'id,share\na,"0,5"\n')
    mistakes: list = []
    assert found.number(found.rows[0], "share", 1.0, "a share between 0 and 1", mistakes) is None
    assert mistakes[0].message == 'column share is a share between 0 and 1; found "0,5"; numbers have a decimal point'
    assert (mistakes[0].line, mistakes[0].column) == (2, 4)


@settings(deadline=None)
@given(st.text(alphabet="id,share\n\r\"';\t0.5 \x00é", max_size=60))
def test_whatever_it_holds_it_is_read_or_told(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    try:
        found = table(tmp_path_factory.getbasetemp(), "id,share\n" + content)
    except UserError as error:
        assert all(each.message and each.file == "t.csv" for each in error.mistakes)
    else:
        assert all(len(row.values) == 2 for row in found.rows)


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("id,share,note\na-9,9,x\n", "9,x"),
        ('id,share,note\n"a 9,", 9 ,x\n', "9 ,x"),
        ('id,share,note\n"a ""9""",9,x\n', "9,x"),
        ('id,share,note\n"9\n9",9,x\n', '"9'),
        ("id,share,note\n9,,x\n", ",x"),
    ],
)
def test_a_mistake_is_shown_at_its_own_cell(tmp_path: Path, content: str, shown: str) -> None:
    found = table(tmp_path, content)
    mistake = found.mistake(found.rows[0], "share", "wrong")
    assert mistake.source[mistake.column - 1 :] == shown
