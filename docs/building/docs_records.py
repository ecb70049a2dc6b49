"""What pages with pictures draw from: records that the repository holds, and one kind of chart for all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pandas import DataFrame

from tfs_sim.figures.style import BAND, COLOURS, GREY, INK, Chart, framed, place, wrapped, write, x_label

MODEL = Path(__file__).parents[1] / "model"


def calibrated() -> dict[str, Any]:
    """Return what was found by the calibration that the shipped ensemble is from, with a look at the prior."""
    found = dict(json.loads((MODEL / "calibrated.json").read_text(encoding="utf-8")))
    found["look"] = json.loads((MODEL / "look.json").read_text(encoding="utf-8"))
    return found


def facts() -> dict[str, Any]:
    """Return the chances of the brief's facts, beside a placebo."""
    return dict(json.loads((MODEL / "facts.json").read_text(encoding="utf-8")))


def interval_chart(
    stem: str, title: str, subtitle: str, caption: str, rows: Sequence[Mapping[str, Any]], quantity: str
) -> Chart:
    """Draw a row a thing: a band of what is accepted, a tick, thin and strong intervals with their middles, or a bar.

    Parameters
    ----------
    rows : with the keys label and said (words at the right), and any of band (low, high), tick, thin and strong (low,
        middle, high), bar.
    quantity : what the axis shows.
    """
    tall = 0.36 * len(rows)
    chart = framed(stem, title, f"{subtitle}.", f"{caption}.", tall + 0.8)
    ax = place(chart, 2.75, 0.55, 6.0, 0.6 + tall)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_yticks([])
    ax.grid(False)
    ax.grid(True, axis="x", color="#E6E8EB", linewidth=0.8)
    beside = ax.get_yaxis_transform()
    for y, row in enumerate(rows):
        write(ax, -0.03, y, wrapped(row["label"], 40), transform=beside, ha="right", fontsize=8.5)
        write(ax, 1.03, y, row["said"], transform=beside, ha="left", fontsize=8.5, color=GREY)
        if "band" in row:
            ax.fill_betweenx([y - 0.38, y + 0.38], *row["band"], color=BAND, linewidth=0)
        if "bar" in row:
            ax.barh(y, row["bar"], height=0.6, color=COLOURS[0])
        if "thin" in row:
            low, middle, high = row["thin"]
            ax.plot([low, high], [y + 0.14] * 2, color=GREY, linewidth=1)
            ax.plot([middle], [y + 0.14], "o", color="white", markeredgecolor=GREY, markersize=4)
        if "strong" in row:
            low, middle, high = row["strong"]
            ax.plot([low, high], [y - 0.1] * 2, color=COLOURS[0], linewidth=2.4, solid_capstyle="butt")
            ax.plot([middle], [y - 0.1], "o", color=COLOURS[0], markersize=5)
        if "tick" in row:
            ax.plot([row["tick"]] * 2, [y - 0.36, y + 0.36], color=INK, linewidth=1.6)
    x_label(ax, quantity)
    chart.data = DataFrame([{"label": row["label"], "said": row["said"]} for row in rows])
    chart.alt = f"{title}. " + " ".join(f"{row['label']}: {row['said']}." for row in rows)
    return chart
