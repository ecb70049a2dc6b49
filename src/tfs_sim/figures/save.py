"""Figures on disk: PNG and SVG, whole or not at all, the same bytes for the same figure."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.experiments.storage.files import write_bytes
from tfs_sim.figures.fonts import fit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tfs_sim.figures.style import Chart

DPI = 200


def save(fig: Figure, path_stem: str | Path, *, dpi: int = DPI) -> list[Path]:
    """Write `<path_stem>.png` and `<path_stem>.svg`, each atomically, without dates or random identifiers.

    Returns
    -------
    list of Path
        The two files.
    """
    stem = Path(path_stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    out = []
    for kind, data in (("png", png(fig, dpi)), ("svg", svg(fig))):
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


def svg(fig: Figure, part: tuple[float, float, float, float] | None = None) -> bytes:
    """Return the figure, or a part of it (left, bottom, right, top in inches), as the bytes of an SVG file.

    Text is drawn as outlines, so that it looks the same everywhere.
    """
    from matplotlib import rc_context
    from matplotlib.transforms import Bbox

    box = Bbox.from_extents(*part) if part is not None else None
    with rc_context({"svg.hashsalt": "tfs-sim", "svg.fonttype": "path"}):
        metadata = {"Date": None, "Creator": "tfs-sim"}
        return _render(fig, "svg", metadata=metadata, bbox_inches=box)


def _render(fig: Figure, kind: str, **options: Any) -> bytes:
    fit(fig)
    buffer = io.BytesIO()
    fig.savefig(buffer, format=kind, facecolor="white", **options)
    return buffer.getvalue()
