"""The one-pager: what a board gets on one sheet of A4, as PDF, drawn by matplotlib (no browser is needed).

Question, answer, one figure, how sure, cost, what is not known, and where the numbers come from: the lines of the
page's first screen (`short`). Letters get smaller until all of it fits.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.analysis import stamps
from tfs_sim.analysis.stored import Stored, SweepLike
from tfs_sim.experiments.storage.files import made_folder, sweep_up, write_bytes
from tfs_sim.experiments.storage.holding import only_one
from tfs_sim.figures.comparisons import answer
from tfs_sim.figures.fonts import FONT, fit
from tfs_sim.figures.save import body_png
from tfs_sim.figures.style import GREY, INK, LIGHT, filled, fitted, plain
from tfs_sim.report.short import Line, short
from tfs_sim.scenario.errors import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILE = "one-page.pdf"
WIDTH, HEIGHT, MARGIN = 8.27, 11.69, 0.65
"""Inches of the sheet, and around what is on it."""
ASKED = 1.95
"""Inches of the column of questions."""
LARGEST, SMALLEST = 10.0, 6.5
"""Points of the letters of lines."""
FIGURE = 2.5
"""Inches from the top of the figure to its bottom, at most."""


@dataclass(frozen=True)
class _Block:
    """Text in lines, drawn from a place down."""

    text: str
    size: float
    left: float
    down: float
    weight: str = "normal"
    colour: str = INK

    @property
    def tall(self) -> float:
        return (self.text.count("\n") + 1) * _line(self.size)


def _line(size: float) -> float:
    return size * 1.32 / 72


def write_one_page(sweep: SweepLike, folder: str | os.PathLike[str]) -> Path:
    """Write `one-page.pdf` into `folder`; the same results give the same bytes.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    UserError
        When another process writes there.
    """
    stored = Stored.of(sweep)
    path = Path(folder) / FILE
    content = _pdf(one_page(stored), str(stored.experiment.get("title") or "Results"))
    with only_one(made_folder(Path(folder))):
        sweep_up(Path(folder))
        write_bytes(path, content)
    return path


def _pdf(figure: Figure, title: str) -> bytes:
    from matplotlib import rc_context

    fit(figure)
    buffer = io.BytesIO()
    with rc_context({"pdf.fonttype": 42}):  # letters stay letters, which can be searched and read out
        metadata = {"Title": title, "Creator": "tfs-sim", "Producer": None, "CreationDate": None}
        figure.savefig(buffer, format="pdf", facecolor="white", metadata=metadata)
    return buffer.getvalue()


def one_page(stored: Stored) -> Figure:
    """Return the sheet as a figure."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    size = LARGEST
    while True:
        blocks, picture, bottom = _laid_out(stored, size)
        if bottom <= HEIGHT - MARGIN or size <= SMALLEST:
            break
        size -= 0.25
    sheet = Figure(figsize=(WIDTH, HEIGHT), facecolor="white")
    FigureCanvasAgg(sheet)
    for block in blocks:
        look: dict[str, Any] = {"va": "top", "ha": "left", "family": FONT, "linespacing": 1.1}
        place = block.left / WIDTH, 1 - block.down / HEIGHT
        sheet.text(*place, plain(block.text), fontsize=block.size, weight=block.weight, color=block.colour, **look)
    _draw(sheet, stored, picture)
    return sheet


def _laid_out(stored: Stored, size: float) -> tuple[list[_Block], tuple[float, float], float]:
    """Return texts, where the figure begins and how tall it is, and where all of it ends (inches from the top)."""
    found = short(stored)
    e, wide = stored.experiment, WIDTH - 2 * MARGIN
    blocks: list[_Block] = []
    down = MARGIN

    def add(text: str, points: float, weight: str = "normal", colour: str = INK, gap: float = 0.06) -> None:
        nonlocal down
        if text:
            block = _Block(_set(text, wide, points, weight), points, MARGIN, down, weight, colour)
            blocks.append(block)
            down += block.tall + gap

    add(str(e.get("title") or "Results"), size, "bold", GREY, 0.02)
    add(str(e.get("question") or ""), size + 1.5, gap=0.1)
    add(found.verdict, size + 5, "bold", gap=0.12)
    for n, line in enumerate(found.lines):
        if n == 4:  # what does best, how sure and for whom; then the figure; then costs and what is to be learned
            picture, down = (down, FIGURE), down + FIGURE + 0.1
        down = _question(blocks, line, down, size)
    if len(found.lines) <= 4:
        picture, down = (down, FIGURE), down + FIGURE + 0.1
    down += 0.06
    add(found.caveat[0], size, "bold", gap=0.01)
    add(found.caveat[1], size - 0.5, gap=0.08)
    add(provenance_line(stored), size - 2, colour=GREY, gap=0)
    return blocks, picture, down


def _question(blocks: list[_Block], line: Line, down: float, size: float) -> float:
    asked = _Block(_set(line.asked, ASKED - 0.15, size, "bold"), size, MARGIN, down, "bold")
    said = _Block(_set(line.said, WIDTH - 2 * MARGIN - ASKED, size), size, MARGIN + ASKED, down)
    blocks += [asked, said]
    return down + max(asked.tall, said.tall) + 0.07


def _set(text: str, wide: float, size: float, weight: str = "normal") -> str:
    return fitted(text, int(wide * 72 / size * 2.2), wide, size, weight, filled)


def _draw(sheet: Figure, stored: Stored, where: tuple[float, float]) -> None:
    """Put the figure of the answer on the sheet, as large as it fits."""
    from matplotlib.image import imread

    pixels = imread(io.BytesIO(body_png(answer(stored), 300)))
    tall, wide = pixels.shape[:2]
    down, room = where
    by = min((WIDTH - 2 * MARGIN) / wide, room / tall)
    across, high = wide * by, tall * by
    axes = sheet.add_axes((MARGIN / WIDTH, 1 - (down + high) / HEIGHT, across / WIDTH, high / HEIGHT))
    axes.imshow(pixels, aspect="auto", interpolation="none")
    axes.axis("off")
    line = 1 - (down + room + 0.04) / HEIGHT
    from matplotlib.lines import Line2D

    sheet.add_artist(Line2D([MARGIN / WIDTH, 1 - MARGIN / WIDTH], [line, line], color=LIGHT, linewidth=0.6))


def provenance_line(stored: Stored) -> str:
    """Return where the numbers come from, in a line."""
    p, e = stored.provenance, stored.experiment
    runs = count(len(stored.arms) * len(stored.pairs), "run")
    version, date = str(p.get("version") or p.get("tfs_sim") or ""), str(p.get("date") or "")[:10]
    parts = [
        f"{runs} ({stored.units.said} in {count(len(stored.arms), 'arm')})",
        f"scenario: {stored.scenario}" if stored.scenario else "",
        stamps.over(e.get("uncertainty")),
        f"tfs-sim {version}" if version else "",
        date,
        f"seed {p['seed']}" if p.get("seed") is not None else "",
    ]
    return " · ".join(part for part in parts if part)
