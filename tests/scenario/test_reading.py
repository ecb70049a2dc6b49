from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tfs_sim.scenario import check_file
from tfs_sim.scenario.errors import Mistake, UserError
from tfs_sim.scenario.reading import read_document


def mistake(folder: Path, content: str | bytes) -> Mistake:
    path = folder / "town.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError) as caught:
        read_document(path)
    assert "Traceback" not in str(caught.value)
    return caught.value.mistakes[0]


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "riverton.toml").write_text("x = 1")
    with pytest.raises(UserError) as caught:
        read_document(tmp_path / "rivertown.toml")
    assert caught.value.mistakes[0].suggestion == "riverton.toml"
    with pytest.raises(UserError, match="there is no folder"):
        read_document(tmp_path / "nowhere" / "x.toml")
    with pytest.raises(UserError, match="a folder, not a file"):
        read_document(tmp_path)
    with pytest.raises(UserError):
        read_document(Path("a\0b.toml"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(UserError, match="not an ordinary file"):
        read_document(tmp_path / "pipe.toml")


def test_size_is_refused_without_reading(tmp_path: Path) -> None:
    path = tmp_path / "big.toml"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    with pytest.raises(UserError, match=r"too large: 100\.0 MB"):
        read_document(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        (b"\x7fELF\x00\x00", "not a text file"),
        ("x = 1".encode("utf-16"), "UTF-16"),
        ('title = "Zürich"'.encode("latin-1"), "not saved as UTF-8"),
        ("x = 1\nx = 2\n", "second time"),
        ("[a]\n[a]\n", "[a] is given a second time"),
        ("a = {x = 1, x = 2}", "given twice within these braces"),
        ("x = ", "not a value"),
        ("x 1", '"=" and a value must follow'),
        ('x = "abc\n', "not closed"),
        ("x = [1, 2\n", "not closed"),
        ("start = 2018-06\n", "month is written in quotes"),
        ("name = riverton\n", "text is written in quotes"),
        ("on = True\n", "small letters"),
        ("x = 2018-13-45\n", ""),
        ("x = " + "1" * 5000, "too long"),
        ("x = " + "[" * 3000 + "]" * 3000, "nested more than"),
        ("x = " + "[" * 40 + "]" * 40, "nested more than"),
        ("a" + ".a" * 200_000 + " = 1", "chain"),
        ("[" + "a." * 50 + "a]", "nested more than"),
        ('x = "\\d"', "backslash"),
        ("x = 1 2", "does not belong"),
        ("= 1\n", "here a key should begin"),
        ("]\n", "here a key should begin"),
        ("x = \x01", ""),
        ("\r", "carriage return alone, as on old Macs; save the file with usual line ends"),
        ("x = 1\ry = 2\r", "carriage return alone, as on old Macs; save the file with usual line ends"),
        ("x = 1\r\ny = 2\rz = 3\n", "carriage return alone"),
    ],
)
def test_syntax_is_told_in_words(tmp_path: Path, content: str | bytes, said: str) -> None:
    found = mistake(tmp_path, content)
    assert said in found.message
    assert found.file == "town.toml"


def test_the_place_of_a_syntax_error(tmp_path: Path) -> None:
    found = mistake(tmp_path, "a = 1\nstart = 2018-06 # June\n")
    assert (found.line, found.column, found.length, found.note) == (2, 9, 7, 'write "2018-06"')
    found = mistake(tmp_path, "a = 1\n\na = 2\n")
    assert (found.line, found.column, found.length) == (3, 1, 1)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("a = 1\nb = " + "[" * 240 + "]" * 240 + "\n", 2),
        ("a = 1\n\nb = " + "[" * 3000 + "]" * 3000, 3),
        ("a = 1\nb = [\n" + "[\n" * 20 + "]\n" * 21, 13),
        ('a = "[[[[[[[[[[[[[["\n# [[[[[[[[[[[[[\nb = ' + "{a = " * 20 + "1" + "}" * 20, 3),
        ("z = 1.5\n" + ".".join("abcdefghijklmn") + " = 1\n", 2),
        ("z = 1.5\n[" + ".".join("abcdefghijklm") + "]\nx = 1\n", 2),
        ("z = 1.5\n[" + ".".join("abcdefgh") + "]\nx = 1\ny = { a = { b = { c = { d = 1 } } } }\n", 4),
        ("a = [1,\r\n2]\r\rb = 2", 2),
    ],
)
def test_where_it_is_too_deep_or_has_odd_line_ends(tmp_path: Path, content: str, line: int) -> None:
    assert mistake(tmp_path, content).line == line


def test_marks_and_line_ends_of_other_systems(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b'\xef\xbb\xbfx = 1\r\ny = """a\r\nb"""\r\nz = 2\r\n')
    document = read_document(path)
    assert document.data == {"x": 1, "y": "a\nb", "z": 2}
    assert document.locate(Mistake("m", key=("z",))).line == 4
    assert document.locate(Mistake("m", key=("nothing", 3))).line == 0


def test_large_files_full_of_mistakes_are_told_quickly(tmp_path: Path) -> None:
    path = tmp_path / "many.toml"
    path.write_text("".join(f"[sites.s{number}]\n" for number in range(5000)))
    start = time.perf_counter()
    mistakes = check_file(path)
    assert len(mistakes) == 5001 and "and 4,981 more" in str(UserError(mistakes))
    assert time.perf_counter() - start < 10
