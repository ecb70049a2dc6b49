"""A tornado: how far the mean outcome swings between the lowest and the highest quarter of each parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfs_sim.analysis import words
from tfs_sim.analysis.windows import metric
from tfs_sim.figures.style import COLOURS, GRID, INK, Chart, framed, place, write, x_label
from tfs_sim.reasons.sensitivity_words import span, subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfs_sim.reasons.sensitivity import Sensitivity

ROW = 0.34
"""Inches that a row takes."""


def tornado(found: Sensitivity) -> Chart:
    """Return the chart: a bar a parameter from the mean at its low values to that at its high ones."""
    m = metric(found.metric)
    rows = max(1, len(found.drivers))
    index = "total index" if found.kind == "sobol" else "share of the variance between sets"
    chart = framed(
        "-".join(["sensitivity", found.a, *([] if found.b is None else [found.b]), found.metric]),
        "What drives it, among what is not known",
        f"{subject(found)}: mean in the lowest (light) and highest (dark) quarter of each parameter; at the right its "
        f"{index} with its 95% interval.",
        f"{found.runs:,} runs over {found.stored.units.sets:,} sets"
        if found.kind == "shares"
        else f"{found.runs:,} runs; parameters drawn from what is plausible. Thin lines: 95% intervals of these means.",
        ROW * (rows + 1.6) + 0.1,
    )
    ax = place(chart, 2.9, 0.5, 6.2, ROW * (rows + 1.6) + 0.05)
    _drawn(ax, found, words.factor(m))
    unit = words.unit(m, difference=found.b is not None)
    name = "Difference" if found.b is not None else words.short(m)
    x_label(ax, f"{name} ({unit})" if unit else name)
    chart.data = found.frame
    said = "; ".join(f"{each.name} {words.number((each.high.value - each.low.value), 4)}" for each in found.drivers)
    chart.alt = f"A tornado of {len(found.drivers)} parameters; from lowest to highest quarter: {said}."
    return chart


def _drawn(ax: Axes, found: Sensitivity, by: float) -> None:
    where = ax.get_yaxis_transform()
    for y, each in enumerate(found.drivers):
        for part, shade, kind in ((each.low, "#9CC6E0", "lowest"), (each.high, COLOURS[0], "highest")):
            start = found.mean * by
            (bar,) = ax.barh(y, part.value * by - start, left=start, height=0.56, color=shade)
            bar.set_label(f"{kind}:{each.name}")
            ax.plot(
                [part.low * by, part.high * by], [y, y], color=INK, linewidth=0.8, label=f"{kind} interval:{each.name}"
            )
        write(ax, -0.03, y, each.name, transform=where, ha="right", fontsize=9)
        main = each.total or each.share
        if main is not None:
            write(ax, 1.03, y, span(main), transform=where, fontsize=8.2, label=f"index:{each.name}")
    ax.axvline(found.mean * by, color=INK, linewidth=0.9, label="mean")
    ax.set_ylim(max(len(found.drivers), 1) - 0.4, -0.6)
    ax.set_yticks([])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x", color=GRID, linewidth=0.8)
