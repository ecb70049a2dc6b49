"""Characters that steer terminals, turn letters round or hide are refused with their place, and never printed."""

from __future__ import annotations

import io
import sys
import unicodedata
from pathlib import Path

import pytest

from tfs_sim.experiments.designs.design import Strategy
from tfs_sim.scenario import characters, load_scenario
from tfs_sim.scenario.characters import shown, unseen
from tfs_sim.scenario.errors import Mistake, UserError

HIDDEN = [0x00, 0x07, 0x1B, 0x7F, 0x85, 0x9B, 0x2028, 0x202A, 0x202E, 0x2066, 0x2069, 0x200B, 0x2060, 0xFEFF, 0xE0041]
HIDDEN += [0x61C, 0x34F, 0x3164, 0x115F, 0xFFA0, 0x17B4, 0x1BCA0, 0x1D173, 0xE0100, 0xFFFF, 0xFFFC, 0x2800, 0x10FFFE]
HIDDEN += [0x200F, 0x1160, 0x180E, 0xFDD0, 0xFE0F, 0x180B]
SCRIPTS = [
    "東京の実験",
    "Ωμέγα",
    "تجربة",
    "می‌خواهم",
    "👨‍👩‍👧",
    "Ünïcödé",
    "a\tb",
    "❤️ 1️⃣ #️⃣",
    "葛\U000e0100城市",
    "क्‍ष",
    "ᠠ᠋",
]
SCRIPTS += ["한국어", "١٢٣ \u0600١", "\ue000", "ភាសាខ្មែរ", "x\u00a0\u2003\u3000y"]
TOWN = """[clock]
start = "2020-01"
months = 12
[sites.town]
organizations = {{ nonprofit = 3 }}
students = 4000
{more}
"""


def told(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        load_scenario(path)
    return caught.value.render()


@pytest.mark.parametrize("code", HIDDEN)
@pytest.mark.parametrize("key", ["title", "question", "not_modelled"])
def test_escaped_in_a_text_it_is_refused_with_its_place(tmp_path: Path, code: int, key: str) -> None:
    value = f'"one \\U{code:08X} two"'
    path = tmp_path / "town.toml"
    path.write_text(f"{key} = {f'[{value}]' if key == 'not_modelled' else value}\n" + TOWN.format(more=""), "utf-8")
    said = told(path)
    assert said.startswith("town.toml:1: ") and f"U+{code:04X}" in said


@pytest.mark.parametrize("code", [code for code in HIDDEN if code > 0x7F])
def test_written_as_it_is_it_is_refused_with_its_place(tmp_path: Path, code: int) -> None:
    path = tmp_path / "town.toml"
    path.write_text(TOWN.format(more=f"# {chr(code)} a remark"), "utf-8")
    said = told(path)
    assert said.startswith("town.toml:7: ") and f"U+{code:04X}" in said and chr(code) not in said


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_script_is_welcome(tmp_path: Path, text: str) -> None:
    path = tmp_path / "town.toml"
    path.write_text(f'title = "{text}"\n' + TOWN.format(more=""), "utf-8")
    assert load_scenario(path).title == text


def test_what_is_unseen_is_a_matter_of_properties() -> None:
    """Every character that Unicode calls a format character is unseen, but for joins and those that are shown."""
    shown_all_the_same = {"NUMBER SIGN", "SIGN SANAH", "FOOTNOTE MARKER", "SIGN SAFHA", "SIGN SAMVAT", "END OF AYAH",
                          "ABBREVIATION MARK", "MARK ABOVE", "EGYPTIAN HIEROGLYPH", "JOINER"}  # fmt: skip
    for code in range(sys.maxunicode + 1):
        each = chr(code)
        category = unicodedata.category(each)
        if category == "Cf" and not any(word in unicodedata.name(each) for word in shown_all_the_same):
            assert unseen().search(f"a{each}b"), f"U+{code:04X}"
        elif unseen().search(f"一{each}b"):
            assert category in ("Cc", "Cf", "Cs", "Cn", "Zl", "Zp") or "FILLER" in unicodedata.name(each) or code in (
                0x34F, 0x17B4, 0x17B5, 0x2800, 0xFFFC, 0x1D159), f"U+{code:04X}"  # fmt: skip


def test_what_is_quoted_from_a_file_does_not_steer_the_terminal() -> None:
    evil = "".join(map(chr, HIDDEN))
    mistake = Mistake(evil, suggestion=evil, note=evil, hint=evil, file=evil, line=1, column=1, source=evil)
    assert not unseen().search(mistake.render())
    assert shown("a\nb\rc\td") == "a�b�c d"


@pytest.mark.parametrize(
    ("encoding", "shows"),
    [
        ("ascii", 'more x than -0.6 +/-1 -> "dear" cafe? - no...'),
        ("latin-1", 'more × than -0.6 ±1 -> "dear" café? · no...'),
        ("cp1252", "more × than -0.6 ±1 -> “dear” café? · no…"),
        ("utf-8", "more × than −0.6 ±1 → “dear” café東 · no…"),
    ],
)
def test_what_is_printed_fits_every_code_page(monkeypatch: pytest.MonkeyPatch, encoding: str, shows: str) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    text = "more × than −0.6 ±1 → “dear” café東 · no…"
    for each in (UserError(Mistake(text)), load_scenario("laboratory").with_(title=text), Strategy(title=text)):
        print(each)
    print([Strategy(title=text)], flush=True)
    assert written.getvalue().decode(encoding).count(shows) == 4


def test_every_sign_of_ours_has_a_plain_form() -> None:
    sources = (path.read_text(encoding="utf-8") for path in Path(characters.__file__).parents[1].rglob("*.py"))
    for sign in {each for text in sources for each in text if not each.isascii()} - set("�□⌈⌉"):
        plain = sign.encode("ascii", characters.PLAINER).decode("ascii")
        assert plain and plain != "?", sign
