"""Figures on disk: PNG and SVG, whole or not at all, the same bytes for the same figure."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.experiments.storage.files import made_folder, write_bytes
from tfs_sim.figures.fonts import fit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tfs_sim.figures.style import Chart

DPI = 200
EDGE = 0.06
"""Inches kept around what is drawn where the rest is cut off."""
POINTS = 72
"""An inch has so many, in which matplotlib counts what it writes as SVG."""

WORDS = ("title", "subtitle", "caption")
"""What the words around a chart are called inside of its file."""

_SIZE = re.compile(rb'width="[^"]*" height="[^"]*" viewBox="[^"]*"')
_WORDS = re.compile(rb'  <g id="(?:%s)">\n.*?\n  </g>' % b"|".join(each.encode() for each in WORDS), re.DOTALL)
_LETTERS = re.compile(rb"\s*(?:<use [^>]*/>|<!--.*?-->)", re.DOTALL)
"""What draws words; the outlines that they are made of stay, for others may be made of them too."""


def save(fig: Figure, path_stem: str | Path, *, dpi: int = DPI, drawn: bytes | None = None) -> list[Path]:
    """Write `<path_stem>.png` and `<path_stem>.svg`, each atomically, without dates or random identifiers.

    Parameters
    ----------
    drawn : the figure's `svg`, where it was drawn already.

    Returns
    -------
    list of Path
        The two files.
    """
    stem = Path(path_stem)
    made_folder(stem.parent)
    out = []
    for kind, data in (("png", png(fig, dpi)), ("svg", svg(fig) if drawn is None else drawn)):
        path = stem.with_name(f"{stem.name}.{kind}")
        write_bytes(path, data)
        out.append(path)
    return out


def png(fig: Figure, dpi: int = DPI) -> bytes:
    """Return the figure as the bytes of a PNG file."""
    return _render(fig, "png", dpi=dpi, metadata={"Software": None})


def body_png(chart: Chart, dpi: int = DPI) -> bytes:
    """Return a chart without title, subtitle and caption as the bytes of a PNG file."""
    from matplotlib.transforms import Bbox

    return _render(
        chart.figure, "png", dpi=dpi, metadata={"Software": None}, bbox_inches=Bbox.from_extents(*chart.body)
    )


def drawn_on(chart: Chart) -> tuple[float, float, float, float]:
    """Return the part of a chart's body that something is drawn on, in inches (left, bottom, right, top)."""
    from matplotlib.transforms import Bbox

    fit(chart.figure)
    boxes = [box for ax in chart.figure.axes if (box := ax.get_tightbbox()) is not None]
    inches = Bbox.union(boxes).transformed(chart.figure.dpi_scale_trans.inverted())
    left, bottom, right, top = chart.body
    return (
        max(left, inches.x0 - EDGE),
        max(bottom, inches.y0 - EDGE),
        min(right, inches.x1 + EDGE),
        min(top, inches.y1 + EDGE),
    )


def svg(fig: Figure) -> bytes:
    """Return the figure as the bytes of an SVG file; text is drawn as outlines, which look the same everywhere."""
    from matplotlib import rc_context

    with rc_context({"svg.hashsalt": "tfs-sim", "svg.fonttype": "path"}):
        return _render(fig, "svg", metadata={"Date": None, "Creator": "tfs-sim"})


def body_svg(chart: Chart, whole: bytes | None = None) -> bytes:
    """Return a chart without title, subtitle and caption as the bytes of an SVG file.

    Parameters
    ----------
    whole : the chart's `svg`, where it was drawn already: to draw a chart takes long, to cut its words off does not.
    """
    data = svg(chart.figure) if whole is None else whole
    left, bottom, right, top = chart.body
    at = (left, float(chart.figure.get_size_inches()[1]) - top, right - left, top - bottom)
    x, y, wide, tall = (f"{round(inches * POINTS, 6):g}" for inches in at)
    seen = f'width="{wide}pt" height="{tall}pt" viewBox="{x} {y} {wide} {tall}"'
    return _WORDS.sub(lambda group: _LETTERS.sub(b"", group[0]), _SIZE.sub(seen.encode(), data, count=1))


def _render(fig: Figure, kind: str, **options: Any) -> bytes:
    fit(fig)
    buffer = io.BytesIO()
    fig.savefig(buffer, format=kind, facecolor="white", **options)
    return buffer.getvalue()
