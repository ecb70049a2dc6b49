"""An answer in contested forms of the model: a line a form, the model as it is on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfs_sim.analysis import words
from tfs_sim.analysis.windows import metric
from tfs_sim.figures.style import GREY, GRID, INK, Chart, framed, looks, place, write, x_label
from tfs_sim.reasons.structure import AS_IT_IS
from tfs_sim.reasons.structure_words import verdicts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfs_sim.reasons.structure import Structure

ROW = 0.3
"""Inches that a row takes."""


def structure_chart(found: Structure) -> Chart:
    """Return the chart: for each strategy its difference in the model as it is, and in every form."""
    stored, m = found.stored, metric(found.metric)
    others = [strategy for strategy in stored.strategies if strategy != found.against]
    rows = len(others) * (len(found.asked) + 1.6)
    where = f"{words.condition(found.levels)}. " if found.levels else ""
    chart = framed(
        f"structure-{found.metric}",
        "Does the answer hold if the model were built otherwise?",
        f"{where}{m.title}: difference from {words.quoted(stored.title(found.against))}. Filled: told from none.",
        f"{found.units.said}; lines: 95%, {found.units.holds}, all at once. Forms are no draw from anything.",
        ROW * rows + 0.6,
    )
    ax = place(chart, 3.75, 0.5, 6.9, ROW * rows + 0.55)
    _drawn(ax, found, others, words.factor(m))
    unit = words.unit(m, difference=True)
    x_label(ax, f"Difference ({unit})" if unit else "Difference")
    chart.data = found.frame
    said = " ".join(f"{stored.title(strategy)}: {verdicts(found.of(strategy)[1:])}" for strategy in others)
    chart.alt = f"Differences under {len(found.asked) - 1} contested forms of the model. {said}"
    return chart


def _drawn(ax: Axes, found: Structure, strategies: list[str], by: float) -> None:
    where, y = ax.get_yaxis_transform(), 0.0
    look = looks(found.stored)
    for strategy in strategies:
        write(ax, -1.16, y, found.stored.title(strategy), transform=where, weight="bold")
        for each, answer in found.of(strategy):
            y += 1.0
            r, colour = answer.result, look[strategy].colour if each.form is not None else INK
            key = f"{strategy}:{each.name}"
            ax.plot([r.low * by, r.high * by], [y, y], color=colour, linewidth=1.6, label=f"interval:{key}")
            fill = colour if r.distinguishable else "white"
            mark = {"color": colour, "markerfacecolor": fill, "markersize": 6, "zorder": 3}
            ax.plot(r.difference * by, y, look[strategy].marker, label=f"point:{key}", **mark)
            name = AS_IT_IS if each.form is None else each.form.title
            short = name if len(name) <= 58 else name[:57] + "…"
            write(ax, -0.03, y, f"the model {short}" if each.form is None else short, transform=where, ha="right",
                  fontsize=8.5, weight="bold" if each.form is None else "normal")  # fmt: skip
            if answer.verdict is not None:
                strong = answer.verdict in ("turns", "weakens")
                write(ax, 1.03, y, answer.verdict, transform=where, fontsize=8.5, color=INK if strong else GREY,
                      weight="bold" if strong else "normal", label=f"verdict:{key}")  # fmt: skip
        y += 1.6
    ax.axvline(0, color=INK, linewidth=0.9, zorder=1)
    ax.set_ylim(y - 0.8, -0.7)
    ax.set_yticks([])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x", color=GRID, linewidth=0.8)
