"""Slides (.pptx) by python-pptx: the answer in short and the page's figures, each with its caveat on it.

Notes under each slide say how its figure is read. The same results give the same bytes: a file's times are those of the
results.
"""

from __future__ import annotations

import io
import math
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tfs_sim.analysis import stamps
from tfs_sim.analysis.sentences import capital
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.experiments.storage.files import made_folder, sweep_up, write_bytes
from tfs_sim.experiments.storage.holding import only_one
from tfs_sim.figures.charts import charts
from tfs_sim.figures.save import body_png, drawn_on
from tfs_sim.figures.style import GREY, INK, Chart, fitted
from tfs_sim.report.one_page import provenance_line
from tfs_sim.report.short import Short, short
from tfs_sim.scenario.errors import Mistake, UserError

WIDTH, HEIGHT, MARGIN = 13.333, 7.5, 0.55
"""Inches of a slide, and at the left and right of what is on it."""
FILE = "slides.pptx"
TOP, BOTTOM, GAP = 0.3, 0.15, 0.1
"""Inches above and below what is on a slide, and between a figure and what is around it."""
MOST = 4
"""So many lines of the answer on a slide, at most."""
SHOWN = ("answer", "map", "cost", "budget", "acceptability", "ladder", "modes", "partners", "run", "network")
"""Figures that have a slide, in their order, where there are such."""
TITLE, LEAST = (24.0, 16.0), 10.0
"""Points of a title's letters where it is short, and the least, from which on it is cut; the least of other text."""
LINES = 3
"""So many lines of a title over a figure, at most."""
LEADING = 1.2
"""Height of a line, of its letters."""
INSET = 0.1
"""Inches that a box of text keeps free at its left and right; half as many above and below."""
SIDE = 2.2
"""Inches of the column beside a figure that is too tall to fill the width."""
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

Where = tuple[float, float, float, float]
"""Inches of the left, the top, the width and the height of what stands on a slide."""


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
    caveat = _caveat(found)
    _opening(deck, stored, found)
    for line in _spread(found):
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


def _spread(found: Short) -> Iterator[list[tuple[str, str]]]:
    """Yield lines for each slide, at most four, about as many on each."""
    lines = [(line.asked, line.said) for line in found.lines]
    slides = math.ceil(len(lines) / MOST)
    for n in range(slides):
        yield lines[n * len(lines) // slides : (n + 1) * len(lines) // slides]


def _caveat(found: Short) -> str:
    """Return the caveat of every slide: what numbers agree with, and what they are not for all that.

    What they agree with reads as praise where it stands alone.
    """
    lead, rest = found.caveat
    first = re.split(r"(?<=[.!?])\s", rest, maxsplit=1)[0]
    if first == stamps.YOURS:  # of sets that agree: the lead says that
        first = capital(first.rpartition("; ")[2])
    return f"{lead} {first}".rstrip()


def _tall(text: str, size: float, wide: float, weight: str = "normal") -> tuple[float, int]:
    """Return how tall a box of text is, in inches, and in how many lines it comes."""
    lines = fitted(text, int(wide * 72 / size * 3), wide - 2 * INSET, size, weight).count("\n") + 1
    return lines * size * LEADING / 72 + INSET, lines


def _title(text: str, size: float) -> tuple[str, float]:
    """Return a title and its size in points, in few lines: smaller, and at last cut after a word."""
    wide = WIDTH - 2 * MARGIN
    while size > TITLE[1] and _tall(text, size, wide, "bold")[1] > LINES:
        size -= 1
    words = text.split()
    while len(words) > 1 and _tall(text, size, wide, "bold")[1] > LINES:
        words.pop()
        text = f"{' '.join(words).rstrip(',;:')} …"
    return text, size


def _slide(deck: Any, title: str, size: float = TITLE[0]) -> tuple[Any, float]:
    """Return a slide with a title, and where what is below may begin, in inches from the top."""
    from pptx.util import Inches

    slide = deck.slides.add_slide(deck.slide_layouts[TITLED])
    own, wide = slide.shapes.title, WIDTH - 2 * MARGIN
    tall = _tall(title, size, wide, "bold")[0]
    own.left, own.top, own.width, own.height = (Inches(n) for n in (MARGIN, TOP, wide, tall))
    _write(own.text_frame, [(title, size, True, INK)])
    return slide, TOP + tall


def _box(slide: Any, where: Where, texts: Sequence[tuple[str, float, bool, str]]) -> None:
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


def _foot(slide: Any, caption: str, caveat: str) -> float:
    """Write what stands at the bottom of a slide; return where it begins, in inches from the top."""
    wide = WIDTH - 2 * MARGIN
    said = [(text, size, bold, colour) for text, size, bold, colour in
            ((caveat, 12.0, True, INK), (caption, 9.0, False, GREY)) if text]  # fmt: skip
    talls = [_tall(text, size, wide, "bold" if bold else "normal")[0] for text, size, bold, _ in said]
    begin = HEIGHT - BOTTOM - sum(talls)
    down = begin
    for text, tall in zip(said, talls, strict=True):
        _box(slide, (MARGIN, down, wide, tall), [text])
        down += tall
    return begin


def _opening(deck: Any, stored: Stored, found: Short) -> None:
    slide, down = _slide(deck, found.verdict, 30)
    question, wide = str(stored.experiment.get("question") or stored.experiment.get("title") or ""), WIDTH - 2 * MARGIN
    down += 0.2
    for text, size, bold, colour, gap in (
        (question, 20.0, False, GREY, 0.5),
        (found.caveat[0], 18.0, True, INK, 0.0),
        (found.caveat[1], 14.0, False, INK, 0.0),
    ):
        if text:
            tall = _tall(text, size, wide, "bold" if bold else "normal")[0]
            _box(slide, (MARGIN, down, wide, tall), [(text, size, bold, colour)])
            down += tall + gap
    _foot(slide, provenance_line(stored), "")
    slide.notes_slide.notes_text_frame.text = (
        "Say the caveat before any number. Differences are between runs that share their luck; what is in brackets is "
        "a 95% interval. The page (report.html) has every number, and the data behind it."
    )


def _lines(deck: Any, lines: list[tuple[str, str]], caveat: str) -> None:
    slide, top = _slide(deck, "The answer in short")
    tall = (_foot(slide, "", caveat) - top - 0.2) / len(lines)
    for n, (asked, said) in enumerate(lines):
        down = top + 0.2 + n * tall
        _box(slide, (MARGIN, down, 3.0, tall), [(asked, 16, True, INK)])
        size, wide = 18.0, WIDTH - 2 * MARGIN - 3.1
        while size > LEAST and _tall(said, size, wide)[0] > tall:
            size -= 1
        _box(slide, (MARGIN + 3.1, down, wide, tall), [(said, size, False, INK)])
    slide.notes_slide.notes_text_frame.text = "\n".join(f"{asked} {said}" for asked, said in lines)


def _figure(deck: Any, chart: Chart, caveat: str) -> None:
    from pptx.util import Inches

    title, size = _title(chart.title, TITLE[0])
    slide, top = _slide(deck, title, size)
    bottom = _foot(slide, chart.caption, caveat) - GAP
    left, low, right, high = drawn_on(chart)
    said, (x, y, wide, tall) = _around(chart.subtitle, top, bottom, (right - left) / (high - low))
    _box(slide, said, [(chart.subtitle, 12, False, GREY)])
    where = (Inches(n) for n in (x, y, wide, tall))
    picture = slide.shapes.add_picture(io.BytesIO(body_png(replace(chart, body=(left, low, right, high)))), *where)
    picture._element.nvPicPr.cNvPr.set("descr", chart.alt)
    how = READ.get(chart.stem.partition("-")[0], "")
    slide.notes_slide.notes_text_frame.text = f"{how}\n{chart.title}\n{chart.subtitle}\n{chart.alt}"


def _around(subtitle: str, top: float, bottom: float, shape: float) -> tuple[Where, Where]:
    """Return where a subtitle and a figure stand (left, top, width, height): as it makes the figure largest.

    A wide figure stands below its subtitle, one that is too tall to fill the width beside it.

    Parameters
    ----------
    shape : width of the figure by its height.
    """
    wide = WIDTH - 2 * MARGIN
    over = _tall(subtitle, 12, wide)[0]
    below = min(wide, (bottom - top - over - GAP) * shape)
    beside = min(wide - SIDE - GAP, (bottom - top - GAP) * shape)
    if below >= beside or _tall(subtitle, 12, wide - beside - GAP)[0] > bottom - top - GAP:
        start = top + over + GAP
        down = start + (bottom - start - below / shape) / 2
        return (MARGIN, top, wide, over), (MARGIN + (wide - below) / 2, down, below, below / shape)
    column = wide - beside - GAP
    down = top + GAP + (bottom - top - GAP - beside / shape) / 2
    said = (MARGIN, top + GAP, column, _tall(subtitle, 12, column)[0])
    return said, (MARGIN + column + GAP, down, beside, beside / shape)


def _closing(deck: Any, stored: Stored, found: Short) -> None:
    slide, down = _slide(deck, "What is not claimed")
    left_out = [str(line) for line in stored.experiment.get("not_modelled") or []]
    texts = [(found.caveat[0], 20, True, INK), (found.caveat[1], 16, False, INK)]
    texts += [(line, 16, False, INK) for line in left_out[2:8]]
    _box(slide, (MARGIN, down + 0.3, WIDTH - 2 * MARGIN, 4.6), texts)
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
