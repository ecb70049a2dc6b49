"""Slides (.pptx) by python-pptx: the answer in short and the page's figures, each with its caveat on it.

Notes under each slide say how its figure is read. The same results give the same bytes: a file's times are those of the
results.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.experiments.storage.files import made_folder, sweep_up, write_bytes
from tfs_sim.experiments.storage.holding import only_one
from tfs_sim.figures.charts import charts
from tfs_sim.figures.save import body_png
from tfs_sim.figures.style import GREY, INK, Chart
from tfs_sim.report.one_page import provenance_line
from tfs_sim.report.short import Short, short
from tfs_sim.scenario.errors import Mistake, UserError

WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.55
"""Inches of a slide, and around what is on it."""
FILE = "slides.pptx"
SHOWN = ("answer", "map", "cost", "budget", "acceptability", "ladder", "modes", "partners", "run", "network")
"""Figures that have a slide, in their order, where there are such."""
TITLED = 5
"""Layout of the usual template with a place for a title alone, which readers of slides look for."""
READ = {
    "answer": "Each row is a strategy; the mark is its mean, the bar how far that mean may be off. Bars that overlap "
    "do not say that strategies are alike: the differences at the right, over the same luck, say that.",
    "map": "Each place is a combination of two conditions. Grey with two marks: too close to call.",
    "cost": "To the right is dearer, up is better. Where a cross's upright bar reaches zero, the effect may be none.",
    "budget": "Read from a budget upwards: the line is the strategy that it buys most with.",
    "acceptability": "Read from what a student-month is worth to you upwards: each line is the share of sets of "
    "parameters in which that strategy is the best. Bold: what to choose, by expectation.",
    "ladder": "Read from top to bottom: from what partners do to what students have of it. A bar is when it shows.",
    "modes": "The mean of both kinds describes neither: read how many take off, then what each kind looks like.",
    "partners": "The line is the middle of what was simulated, the bands half and nine tenths of it.",
    "run": "One run, so that the months can be told as a story. It proves nothing: others went otherwise.",
    "network": "One run. Larger circles have more organizations at the table; thicker lines are more ties in use.",
}
"""How figures are read, for who speaks."""


def write_slides(sweep: SweepLike, folder: str | os.PathLike[str]) -> Path:
    """Write `slides.pptx` into `folder`.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    UserError
        When python-pptx is not installed, or another process writes there.
    """
    try:
        import pptx  # noqa: F401
    except ImportError:
        message = "slides are made with python-pptx, which is not installed"
        hint = 'Install it: pip install "tfs-sim[slides]"; or use --one-page, which needs nothing more.'
        raise UserError(Mistake(message, hint=hint)) from None
    stored = Stored.of(sweep)
    path = Path(folder) / FILE
    content = _packed(_presentation(stored))
    with only_one(made_folder(Path(folder))):
        sweep_up(Path(folder))
        write_bytes(path, content)
    return path


def _presentation(stored: Stored) -> Any:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    found, drawn = short(stored), charts(stored)
    caveat = found.caveat[0]
    _opening(deck, stored, found)
    for line in _in_fours(found):
        _lines(deck, line, caveat)
    for stem in SHOWN:
        if stem in drawn:
            _figure(deck, drawn[stem], caveat)
    _closing(deck, stored, found)
    core = deck.core_properties
    core.title, core.author, core.last_modified_by = (
        str(stored.experiment.get("title") or "Results"),
        "tfs-sim",
        "tfs-sim",
    )
    core.created = core.modified = _date(stored)
    return deck


def _in_fours(found: Short) -> Iterator[list[tuple[str, str]]]:
    lines = [(line.asked, line.said) for line in found.lines]
    for first in range(0, len(lines), 4):
        yield lines[first : first + 4]


def _slide(deck: Any, title: str, size: float = 24) -> Any:
    from pptx.util import Inches

    slide = deck.slides.add_slide(deck.slide_layouts[TITLED])
    own = slide.shapes.title
    own.left, own.top, own.width, own.height = (Inches(n) for n in (MARGIN, 0.35, WIDTH - 2 * MARGIN, 1.05))
    _write(own.text_frame, [(title, size, True, INK)])
    return slide


def _box(slide: Any, where: tuple[float, float, float, float], texts: Sequence[tuple[str, float, bool, str]]) -> None:
    from pptx.util import Inches

    box = slide.shapes.add_textbox(*(Inches(n) for n in where))
    _write(box.text_frame, texts)


def _write(frame: Any, texts: Sequence[tuple[str, float, bool, str]]) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    rgb: Any = RGBColor.from_string  # without types
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    for n, (text, size, bold, colour) in enumerate(texts):
        paragraph = frame.paragraphs[0] if n == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, rgb(colour.lstrip("#"))


def _foot(slide: Any, caption: str, caveat: str) -> None:
    _box(slide, (MARGIN, HEIGHT - 0.85, WIDTH - 2 * MARGIN, 0.7), [(caveat, 12, True, INK), (caption, 10, False, GREY)])


def _opening(deck: Any, stored: Stored, found: Short) -> None:
    slide = _slide(deck, found.verdict, 30)
    question = str(stored.experiment.get("question") or stored.experiment.get("title") or "")
    _box(slide, (MARGIN, 2.6, WIDTH - 2 * MARGIN, 1.2), [(question, 20, False, GREY)])
    _box(
        slide,
        (MARGIN, 4.2, WIDTH - 2 * MARGIN, 1.6),
        [(found.caveat[0], 18, True, INK), (found.caveat[1], 14, False, INK)],
    )
    _foot(slide, provenance_line(stored), "")
    slide.notes_slide.notes_text_frame.text = (
        "Say the caveat before any number. Differences are between runs that share their luck; what is in brackets is "
        "a 95% interval. The page (report.html) has every number, and the data behind it."
    )


def _lines(deck: Any, lines: list[tuple[str, str]], caveat: str) -> None:
    slide = _slide(deck, "The answer in short")
    tall = (HEIGHT - 1.4 - 0.9) / len(lines)
    for n, (asked, said) in enumerate(lines):
        down = 1.3 + n * tall
        _box(slide, (MARGIN, down, 3.0, tall), [(asked, 16, True, INK)])
        size = 15 if len(said) < 330 else 13
        _box(slide, (MARGIN + 3.1, down, WIDTH - 2 * MARGIN - 3.1, tall), [(said, size, False, INK)])
    _foot(slide, "", caveat)
    slide.notes_slide.notes_text_frame.text = "\n".join(f"{asked} {said}" for asked, said in lines)


def _figure(deck: Any, chart: Chart, caveat: str) -> None:
    from pptx.util import Inches

    slide = _slide(deck, chart.title, 24 if len(chart.title) < 120 else 20)
    _box(slide, (MARGIN, 1.35, WIDTH - 2 * MARGIN, 0.75), [(chart.subtitle, 12, False, GREY)])
    left, bottom, right, top = chart.body
    room = HEIGHT - 2.15 - 0.95
    by = min((WIDTH - 2 * MARGIN) / (right - left), room / (top - bottom))
    wide, tall = by * (right - left), by * (top - bottom)
    where = (Inches(n) for n in ((WIDTH - wide) / 2, 2.15, wide, tall))
    picture = slide.shapes.add_picture(io.BytesIO(body_png(chart)), *where)
    picture._element.nvPicPr.cNvPr.set("descr", chart.alt)
    _foot(slide, chart.caption, caveat)
    how = READ.get(chart.stem.partition("-")[0], "")
    slide.notes_slide.notes_text_frame.text = f"{how}\n{chart.subtitle}\n{chart.alt}"


def _closing(deck: Any, stored: Stored, found: Short) -> None:
    slide = _slide(deck, "What is not claimed")
    left_out = [str(line) for line in stored.experiment.get("not_modelled") or []]
    texts = [(found.caveat[0], 20, True, INK), (found.caveat[1], 16, False, INK)]
    texts += [(line, 16, False, INK) for line in left_out[2:8]]
    _box(slide, (MARGIN, 1.5, WIDTH - 2 * MARGIN, 4.6), texts)
    _foot(slide, provenance_line(stored), "")
    slide.notes_slide.notes_text_frame.text = (
        "An interval covers what it names and no more: not what the model leaves out."
    )


def _date(stored: Stored) -> datetime:
    said = str(stored.provenance.get("date") or "")
    try:
        return datetime.fromisoformat(said).replace(tzinfo=None, microsecond=0)
    except ValueError:
        return datetime(2000, 1, 1)


def _packed(deck: Any) -> bytes:
    """Return a presentation as bytes that do not tell when it was packed."""
    made, out = io.BytesIO(), io.BytesIO()
    deck.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return out.getvalue()
