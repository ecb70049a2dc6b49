"""Titles in any script are drawn without a warning, in boxes where no font has them, and a sentence says so."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from tfs_sim.figures import fonts
from tfs_sim.figures.save import png, svg
from tfs_sim.figures.style import framed, place, write
from tfs_sim.report import write_report

UNKNOWN = "\U0001e900\U00016a40"


@pytest.fixture(autouse=True)
def forgotten():
    """Nothing is remembered of other tests' fonts."""
    kept = fonts._usual, fonts._family_with
    fonts.lacking()
    for each in kept:
        each.cache_clear()
    yield
    for each in kept:
        each.cache_clear()


def drawn(text: str) -> bytes:
    chart = framed("a", text, text, text, 2.0)
    write(place(chart, 0.2, 0.2, 3.0, 1.8), 0.5, 0.5, text)
    png(chart.figure)
    return svg(chart.figure)


@pytest.mark.parametrize("text", ["東京の実験 そのまま", "🙂🔥👨‍👩‍👧", "تجربة", UNKNOWN, "x\u0301 Ωμ"])
def test_every_script_is_drawn_without_a_warning(text: str) -> None:
    assert b"<svg" in drawn(text)


def test_what_no_font_has_is_a_box_and_told_once() -> None:
    assert fonts.drawable(f"a{UNKNOWN} b") == "a□□ b"
    said = fonts.lacking()
    assert all(each in said for each in UNKNOWN)
    assert fonts.lacking() == ""


def test_another_font_of_the_machine_is_taken_where_it_has_the_character(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = fonts._usual()
    monkeypatch.setattr(fonts, "_usual", lambda: usual - {ord("é")})
    other = fonts._family_with("é")
    assert other
    assert fonts.families("café") == list(dict.fromkeys([fonts.FONT, other]))
    assert fonts.drawable("café") == "café"
    chart = framed("a", "café", "x", "y", 2.0)
    fonts.fit(chart.figure)
    title, subtitle, _ = chart.figure.texts
    assert title.get_fontfamily() == fonts.families("café")
    assert subtitle.get_fontfamily() == [fonts.FONT]


def test_the_report_says_which_characters_figures_lack(small, tmp_path, caplog: pytest.LogCaptureFixture) -> None:
    titles = {key: {**each, "title": f"{UNKNOWN} {key}"} for key, each in small.experiment["strategies"].items()}
    with caplog.at_level(logging.WARNING, "tfs_sim"):
        page = write_report(replace(small, experiment=small.experiment | {"strategies": titles}), tmp_path).read_text()
    (said,) = caplog.messages
    assert all(each in said and each in page for each in UNKNOWN)


@pytest.mark.parametrize("name", ["matplotlib", "matplotlib.font_manager"])
def test_what_matplotlib_says_of_its_own_cache_is_left_out(caplog: pytest.LogCaptureFixture, name: str) -> None:
    log = logging.getLogger(name)
    log.warning("Matplotlib created a temporary cache directory at %s because there was an issue", "/tmp/x")
    log.warning("mkdir -p failed for path %s: no such file", "/proc/x/.config/matplotlib")
    log.warning("Matplotlib is building the font cache; this may take a moment.")
    log.warning("a font is broken")
    assert caplog.messages == ["a font is broken"]
