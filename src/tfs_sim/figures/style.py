"""The one style of all charts: colours with a fixed meaning, the frame, crisis bands, labels that keep apart.

Colours derive from Okabe and Ito's colour-blind-safe set, darkened where text in them must be read on white.
Line style and marker vary with the colour, so that charts are readable in grey.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

from tfs_sim.figures.fonts import FONT, drawable, families
from tfs_sim.figures.save import WORDS, png
from tfs_sim.scenario.characters import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pandas import DataFrame

    from tfs_sim.analysis.stored import Stored

INK = "#1F2328"
GREY = "#6B7280"
LIGHT = "#A9AFB8"
GRID = "#E6E8EB"
BAND = "#F3EBDD"
WIDTH = 8.0
NARROW = 4.3
"""Widths of a chart in inches: on a page or slide, and on a phone."""
PIXELS = 100
"""Pixels an inch on a screen."""

COLOURS = ("#0072B2", "#C44E00", "#00775A", "#A2457F", "#946200", "#2B8CBE", "#5B4B9E", "#3F3F3F")
DASHES: tuple[Any, ...] = (
    "-",
    (0, (6, 2)),
    (0, (2, 1.4)),
    (0, (7, 2, 1.5, 2)),
    (0, (4, 1.2)),
    "-",
    (0, (1, 1)),
    (0, (6, 2)),
)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")


@dataclass(frozen=True, slots=True)
class Look:
    """How a strategy looks in every chart."""

    colour: str
    dash: Any
    marker: str


@dataclass
class Chart:
    """A finished figure with the words around it and the data behind it.

    `body` is the part of the figure, in inches (left, bottom, right, top), without title, subtitle and caption.
    """

    stem: str
    figure: Figure
    title: str
    subtitle: str
    caption: str
    alt: str
    data: DataFrame
    body: tuple[float, float, float, float] = field(default=(0.0, 0.0, 0.0, 0.0))

    def __repr__(self) -> str:
        return printable(f"{self.stem}: {self.title} ({self.subtitle})\n.figure, .data, .caption, .alt")

    def _repr_png_(self) -> bytes:
        return png(self.figure, PIXELS)


def looks(stored: Stored) -> dict[str, Look]:
    """Return each strategy's look: grey without the initiative, then the palette from the reference on."""
    ordered = [stored.against, *(s for s in stored.strategies if s != stored.against)]
    coloured = [s for s in ordered if s != stored.nothing]
    out = {s: Look(COLOURS[i % 8], DASHES[i % 8], MARKERS[i % 8]) for i, s in enumerate(coloured)}
    if stored.nothing:
        out[stored.nothing] = Look(GREY, (0, (3, 2)), "h")
    return out


def plain(text: str) -> str:
    """Return text that matplotlib draws as it stands (a dollar sign starts no formula), with the fonts there are."""
    return drawable(text).replace("$", r"\$")


def wrapped(text: str, width: int) -> str:
    """Return text in lines of at most `width` letters, without a single word on the last line where avoidable."""
    lines = textwrap.wrap(text, width)
    if len(lines) > 1 and len(lines[-1]) < width * 0.25:
        tighter = textwrap.wrap(text, max(20, int(width * 0.8)))
        lines = tighter if len(tighter) == len(lines) else lines
    return "\n".join(lines)


def filled(text: str, width: int) -> str:
    """Return text in lines of at most `width` letters."""
    return "\n".join(textwrap.wrap(text, width))


def fitted(
    text: str, letters: int, inches: float, size: float, weight: str = "normal",
    wrap: Callable[[str, int], str] = filled,
) -> str:  # fmt: skip
    """Return text in lines of at most so many letters, fewer where they would be wider than `inches`."""
    lines = wrap(text, letters)
    while letters > 10 and any(broad(line, size, weight) > inches for line in lines.split("\n")):
        letters -= 2
        lines = wrap(text, letters)
    return lines


def beside(ax: Axes, text: str, letters: int, inches: float, size: float) -> str:
    """Return text, written so many inches right of the axes, in lines that end before the figure does."""
    wide = float(ax.figure.get_size_inches()[0])  # type: ignore[union-attr]
    return fitted(text, letters, wide * (1 - ax.get_position().x1) - inches - 0.05, size, wrap=wrapped)


@lru_cache(maxsize=4096)
def broad(text: str, size: float, weight: str = "normal") -> float:
    """Return the width of a line of text, in inches: as a path, or drawn, where letters are of whole pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    text = drawable(text)
    font = FontProperties(family=families(text), size=size, weight=weight)
    as_path = float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 72.0
    page = Figure(figsize=(1, 1), dpi=PIXELS)
    FigureCanvasAgg(page)
    drawn = page.text(0, 0, text, fontproperties=font, parse_math=False).get_window_extent()
    return max(as_path, float(drawn.width) / PIXELS)


def framed(stem: str, title: str, subtitle: str, caption: str, height: float, width: float = WIDTH) -> Chart:
    """Return a chart with a figure that has room of `height` inches between its words."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from pandas import DataFrame

    by = width / WIDTH
    room = width - 0.4
    said = [
        fitted(title, int(66 * by), room, 14, "bold", wrapped),
        fitted(subtitle, int(106 * by), room, 10),
        fitted(caption, int(126 * by), room, 8.5),
    ]
    lines = [text.count("\n") + 1 for text in said]
    top = 0.2 + lines[0] * 0.27 + 0.05 + lines[1] * 0.195 + 0.02
    bottom = 0.14 + lines[2] * 0.165 + 0.1
    total = height + top + bottom
    figure = Figure(figsize=(width, total), facecolor="white")
    FigureCanvasAgg(figure)
    words: dict[str, Any] = {"va": "top", "ha": "left", "family": FONT, "linespacing": 1.25}
    y = total - 0.2
    figure.text(0.2 / width, y / total, plain(said[0]), gid=WORDS[0], fontsize=14, weight="bold", color=INK, **words)
    y -= lines[0] * 0.27 + 0.05
    figure.text(0.2 / width, y / total, plain(said[1]), gid=WORDS[1], fontsize=10, color=GREY, **words)
    figure.text(0.2 / width, (bottom - 0.1) / total, plain(said[2]), gid=WORDS[2], fontsize=8.5, color=GREY, **words)
    return Chart(stem, figure, title, subtitle, caption, "", DataFrame(), (0.0, bottom, width, bottom + height))


def place(chart: Chart, left: float, bottom: float, right: float, top: float) -> Axes:
    """Add axes at these inches from the left and bottom of the chart's body."""
    wide, tall = (float(inches) for inches in chart.figure.get_size_inches())
    low = chart.body[1] + bottom
    box = (left / wide, low / tall, (right - left) / wide, (top - bottom) / tall)
    return dressed(chart.figure.add_axes(box))


def dressed(ax: Axes) -> Axes:
    """Give axes the style: light grid, no box, grey ticks."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(LIGHT)
    ax.set_axisbelow(True)
    ax.grid(True, axis="y", color=GRID, linewidth=0.8)
    ax.tick_params(length=0, labelsize=9.5, labelcolor=GREY, labelfontfamily=FONT)
    return ax


def write(ax: Axes, x: float, y: float, text: str, **options: Any) -> Any:
    """Write text on axes in the style."""
    look: dict[str, Any] = {"family": FONT, "fontsize": 9.5, "color": INK, "va": "center"}
    return ax.text(x, y, plain(text), **(look | options))


def x_label(ax: Axes, text: str) -> None:
    """Name the quantity on the x axis, with its unit."""
    ax.set_xlabel(plain(text), fontsize=9.5, color=GREY, family=FONT, labelpad=5)


def y_label(ax: Axes, text: str) -> None:
    """Name the quantity on the y axis, with its unit: above the axis, where it is read first."""
    ax.set_title(plain(text), fontsize=9.5, color=GREY, family=FONT, loc="left", pad=6)


def years(stored: Stored) -> Any:
    """Return the months of a run as years (2020.25 is April 2020)."""
    import numpy as np

    year, month = (int(part) for part in str(stored.experiment.get("start", "2000-01")).split("-")[:2])
    return year + (month - 1) / 12 + np.arange(stored.months) / 12


def year_ticks(ax: Axes, at: Any, most: int) -> None:
    """Put whole years on the x axis, at most `most` of them."""
    import math

    first, last = math.ceil(at[0]), math.floor(at[-1])
    step = max(1, math.ceil((last - first + 1) / most))
    ax.set_xlim(at[0], at[-1])
    ax.set_xticks(list(range(first, last + 1, step)), [str(year) for year in range(first, last + 1, step)])


def bands(ax: Axes, stored: Stored, levels: tuple[str, ...], *, name: bool = True) -> None:
    """Draw each shock as a soft band with its name above the axes."""
    at = years(stored)
    for shock in stored.shocks(levels):
        start, end = at[0] + shock.onset / 12, min(at[0] + shock.end / 12, at[-1])
        ax.axvspan(start, end, color=BAND, zorder=0, linewidth=0, label="shock")
        if name:
            where = ax.get_xaxis_transform()
            look = {"fontsize": 9, "color": "#80632F", "va": "top", "ha": "left"}
            write(ax, start + 0.06, 0.985, shock.label, transform=where, **look)


def spread(wanted: Sequence[float], gap: float | Sequence[float], low: float, high: float) -> list[float]:
    """Return places near those wanted, at least `gap` apart and within [low, high] if they fit.

    Neighbours that are too close become a block around their mean (so that order is kept).

    Parameters
    ----------
    gap : between any two, or how tall each is: two are then half of both apart.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    tall = [float(gap)] * len(order) if isinstance(gap, int | float) else [float(gap[i]) for i in order]
    steps = [0.0, *((a + b) / 2 for a, b in pairwise(tall))]
    blocks: list[list[int]] = []

    def places(block: list[int]) -> list[float]:
        own = list(accumulate([0.0, *(steps[k] for k in block[1:])]))
        start = sum(wanted[order[k]] - each for k, each in zip(block, own, strict=True)) / len(block)
        return [start + each for each in own]

    for k in range(len(order)):
        blocks.append([k])
        while len(blocks) > 1 and places(blocks[-1])[0] - places(blocks[-2])[-1] < steps[blocks[-1][0]]:
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    flat = [place_ for block in blocks for place_ in places(block)]
    up = list(accumulate(steps))
    flat = [max(place_, low + each) for place_, each in zip(flat, up, strict=False)]
    flat = [min(place_, high - (up[-1] - each)) for place_, each in zip(flat, up, strict=False)]
    out = [0.0] * len(wanted)
    for place_, i in zip(flat, order, strict=True):
        out[i] = place_
    return out
