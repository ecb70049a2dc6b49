"""What is shorter than the page: the one-pager and the slides, and the pages of a funder and a leader."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import synthetic

from tfs_sim.analysis import stamps
from tfs_sim.analysis.stored import Stored
from tfs_sim.figures.charts import charts
from tfs_sim.figures.style import fitted
from tfs_sim.report import slides, write_one_page, write_report, write_slides
from tfs_sim.report.one_page import HEIGHT, MARGIN
from tfs_sim.report.one_page import one_page as sheet_of
from tfs_sim.report.short import short
from tfs_sim.scenario.errors import UserError

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.fixture(scope="module")
def stored() -> Stored:
    return Stored.of(synthetic(strategies=3, replicates=8, months=36))


def said(figure) -> str:
    return " ".join(" ".join(text.get_text().replace("\\$", "$").split()) for text in figure.texts)


def test_a_board_gets_one_sheet(stored: Stored, tmp_path: Path) -> None:
    path = write_one_page(stored, tmp_path)
    assert path == tmp_path / "one-page.pdf" and path.read_bytes().startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", path.read_bytes())) == 1
    found, text = short(stored), said(sheet_of(stored))
    for part in (str(stored.experiment["question"]), found.verdict, *found.caveat, *(line.said for line in found.lines)):
        assert " ".join(part.split()) in text
    assert "seed 20200313" in text and "tfs-sim 0.1.0" in text
    assert write_one_page(stored, tmp_path / "again").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("longer", [1, 12])
def test_all_of_it_stays_on_the_sheet(stored: Stored, longer: int) -> None:
    question = " ".join(["Which practices help a partnership through a community-wide crisis?"] * longer)
    sheet = sheet_of(replace(stored, experiment={**stored.experiment, "question": question}))
    renderer = sheet.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer).transformed(sheet.transFigure.inverted()) for text in sheet.texts]
    assert min(box.y0 for box in boxes) > 0.3 * MARGIN / HEIGHT
    assert max(box.x1 for box in boxes) < 1 - 0.3 * MARGIN / HEIGHT
    asked = [box for text, box in zip(sheet.texts, boxes, strict=True) if text.get_text().endswith("?")]
    for one in asked[1:]:  # no question runs into its answer
        others = [b for b in boxes if b is not one and b.y1 > one.y0 + 1e-3 and b.y0 < one.y1 - 1e-3 and b.x0 > one.x0]
        assert all(b.x0 >= one.x1 for b in others)


def test_slides_have_figures_with_their_caveat(stored: Stored, tmp_path: Path) -> None:
    pptx = pytest.importorskip("pptx")
    path = write_slides(stored, tmp_path)
    deck = pptx.Presentation(str(path))
    found = short(stored)
    pictures = 0
    for slide in deck.slides:
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert slide.shapes.title.text_frame.text
        assert any(found.caveat[0] in text for text in texts), "the caveat is on every slide"
        assert slide.notes_slide.notes_text_frame.text
        own = [shape for shape in slide.shapes if shape.shape_type == 13]
        pictures += len(own)
        for shape in own:
            assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
            assert shape._element.nvPicPr.cNvPr.get("descr")
    assert pictures >= 5
    first = [s.text_frame.text for s in deck.slides[0].shapes if s.has_text_frame]
    assert found.verdict in first and str(stored.experiment["question"]) in first
    assert "Not in the model" in " ".join(s.text_frame.text for s in deck.slides[-1].shapes if s.has_text_frame)


INCH = 914_400


def boxes(slide) -> list[tuple[str, float, float]]:
    """Return each text of a slide with where its lines begin and end, in inches, by the width of its letters."""
    found = []
    for shape in slide.shapes:
        if shape.has_text_frame and shape.text_frame.text:
            down = shape.top / INCH + 0.05
            for paragraph in shape.text_frame.paragraphs:
                (run,) = paragraph.runs
                size, wide = run.font.size.pt, shape.width / INCH - 0.2
                lines = fitted(run.text, 400, wide, size, "bold" if run.font.bold else "normal").count("\n") + 1
                found.append((run.text, down, down + lines * size * 1.17 / 72))
                down = found[-1][2]
    return found


@pytest.mark.parametrize("times", [1, 5])
def test_titles_end_above_what_is_below_and_figures_fill_their_slide(
    stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    pptx = pytest.importorskip("pptx")
    drawn = charts(stored)
    for chart in drawn.values():
        chart.title = ", and ".join([chart.title] * times)
    monkeypatch.setattr(slides, "charts", lambda _: drawn)
    deck = pptx.Presentation(str(write_slides(stored, tmp_path)))
    for slide in deck.slides:
        (_, _, end), *rest = boxes(slide)
        assert end <= min(begin for _, begin, _ in rest) + 0.01
        assert max(end for _, _, end in rest) <= 7.5
        for picture in (shape for shape in slide.shapes if shape.shape_type == 13):
            top, under = picture.top / INCH, (picture.top + picture.height) / INCH
            foot = min(begin for _, begin, _ in boxes(slide) if begin > 5.5)
            assert end <= top and under <= foot
            assert picture.width / INCH > 0.9 * 12.2 or picture.height / INCH > 0.9 * (foot - end - 0.7)
            assert picture.height / INCH > 2.5 and picture.width / INCH > 7
            beside = [text for text in slide.shapes if text.has_text_frame and top < text.top / INCH < under - 0.2]
            assert all(text.left + text.width <= picture.left for text in beside)


def test_the_caveat_of_slides_says_what_numbers_are_not(stored: Stored) -> None:
    agreement = {"figures": 9, "origin": "mostly of US coalitions", "misses": []}
    for own, wanted in (
        (stamps.stamp(agreement, True), "misses none of them. Not a probability for your town."),
        (stamps.stamp(agreement | {"conditioned": "Dayton"}, True), "what was seen of this town"),
        (stamps.stamp(agreement | {"conditioned": "Dayton", "unusual": "few ties"}, True), "like this one: few ties."),
        (stamps.stamp(None, False), "not as a forecast. Parameters are one assumed point"),
        (stamps.stamp(None, True), "not as a forecast."),
    ):
        said = slides._caveat(replace(short(stored), caveat=own))
        assert own[0] in said and wanted in said


@pytest.mark.usefixtures("undrawn")
def test_the_same_results_give_the_same_slides(stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pptx")
    monkeypatch.setattr(slides, "body_png", lambda chart: DOT)
    one, other = (write_slides(stored, tmp_path / name).read_bytes() for name in ("a", "b"))
    assert one == other
    with zipfile.ZipFile(io.BytesIO(one)) as packed:
        assert packed.testzip() is None


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not on this machine")
def test_an_office_renders_the_slides(stored: Stored, tmp_path: Path) -> None:
    pytest.importorskip("pptx")
    path = write_slides(stored, tmp_path)
    command = [OFFICE, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert (tmp_path / "slides.pdf").stat().st_size > 10_000


def test_without_python_pptx_a_sentence_says_what_to_do(
    stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pptx", None)
    with pytest.raises(UserError, match="python-pptx"):
        write_slides(stored, tmp_path)


@pytest.mark.usefixtures("undrawn")
def test_each_reader_has_a_page_of_its_own(stored: Stored, tmp_path: Path) -> None:
    paths = {audience: write_report(stored, tmp_path, audience) for audience in ("funder", "leader", "researcher")}
    assert [path.name for path in paths.values()] == ["report-funder.html", "report-leader.html", "report.html"]
    texts = {audience: path.read_text() for audience, path in paths.items()}
    assert 'id="methods"' in texts["researcher"] and 'id="methods"' not in texts["funder"] + texts["leader"]
    assert 'id="run"' in texts["leader"] and 'id="run"' not in texts["funder"]
    with pytest.raises(UserError, match="funder, leader, researcher"):
        write_report(stored, tmp_path, "founder")


DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
"""The smallest picture."""


@pytest.mark.parametrize("least", [None, 1e-6, 1e6])
def test_the_headline_says_that_what_is_told_apart_is_not_worthwhile(sweep, least: float | None) -> None:
    found = short(Stored.of(replace(sweep, experiment=sweep.experiment | {"worthwhile": least})))
    apart = next(line.said for line in found.lines if line.asked == "Can it be told apart from the next?")
    assert "can be told apart" in found.verdict
    assert ("by less than would be worthwhile" in found.verdict) == (least == 1e6)
    assert ("That is less than the" in apart) == (least == 1e6)
    assert ("worthwhile" in set(found.data["what"])) == (least == 1e6)
