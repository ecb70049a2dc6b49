"""An answer in contested forms of the model: a line a form, the model as it is on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfs_sim.analysis import words
from tfs_sim.analysis.windows import metric
from tfs_sim.figures.style import GREY, GRID, INK, Chart, framed, looks, place, write, x_label
from tfs_sim.reasons.structure import AS_IT_IS
from tfs_sim.reasons.structure_words import on_forms

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfs_sim.reasons.structure import Structure

ROW = 0.3
"""Inches that a row takes."""
BELOW = 0.6
"""Inches below the rows of a strategy: its scale."""
WIDEST = 52
"""Letters of a form's title that are drawn."""


def structure_chart(found: Structure) -> Chart:
    """Return the chart: for each strategy its difference in the model as it is, and in every form, on its own scale."""
    stored, m = found.stored, metric(found.metric)
    others = [strategy for strategy in stored.strategies if strategy != found.against]
    panel = ROW * (len(found.asked) + 1.2)
    where = f"{words.condition(found.levels)}. " if found.levels else ""
    chart = framed(
        f"structure-{found.metric}",
        "Does the answer hold if the model were built otherwise?",
        f"{where}{m.title}: difference from {words.quoted(stored.title(found.against))}. Filled: told from none. "
        "Each strategy has a scale of its own.",
        f"{found.units.said}; lines: 95%, {found.units.holds}, all at once. Forms are no draw from anything.",
        (panel + BELOW) * len(others),
    )
    unit = words.unit(m, difference=True)
    for n, strategy in enumerate(others):
        bottom = (panel + BELOW) * (len(others) - 1 - n) + BELOW - 0.1
        ax = place(chart, 3.7, bottom, 6.85, bottom + panel)
        ax.set_label(strategy)
        _drawn(ax, found, strategy, words.factor(m))
        x_label(ax, f"Difference ({unit})" if unit else "Difference")
    chart.data = found.frame
    said = " ".join(f"{stored.title(strategy)}: {on_forms(found, strategy)}" for strategy in others)
    chart.alt = f"Differences under {len(found.asked) - 1} contested forms of the model. {said}"
    return chart


def _drawn(ax: Axes, found: Structure, strategy: str, by: float) -> None:
    where, look = ax.get_yaxis_transform(), looks(found.stored)[strategy]
    write(ax, -1.1, 0, found.stored.title(strategy), transform=where, weight="bold")
    for y, (each, answer) in enumerate(found.of(strategy), start=1):
        r, usual = answer.result, each.form is None
        colour = INK if usual else look.colour
        ax.plot([r.low * by, r.high * by], [y, y], color=colour, linewidth=1.6, label=f"interval:{each.name}")
        mark: dict[str, Any] = {
            "color": colour,
            "markerfacecolor": colour if r.distinguishable else "white",
            "markersize": 6,
        }
        ax.plot(r.difference * by, y, look.marker, label=f"point:{each.name}", zorder=3, **mark)
        name = f"the model {AS_IT_IS}" if each.form is None else each.form.title
        weight = "bold" if usual else "normal"
        write(ax, -0.03, y, _short(name), transform=where, ha="right", fontsize=8.5, weight=weight)
        if answer.verdict is not None:
            strong = answer.verdict in ("turns", "weakens", "appears")
            said: dict[str, Any] = {"color": INK if strong else GREY, "weight": "bold" if strong else "normal"}
            label = f"verdict:{each.name}"
            write(ax, 1.03, y, answer.verdict, transform=where, fontsize=8.5, label=label, **said)
    ax.axvline(0, color=INK, linewidth=0.9, zorder=1)
    ax.set_ylim(len(found.asked) + 0.6, -0.5)
    ax.set_yticks([])
    ax.grid(False, axis="y")
    ax.grid(True, axis="x", color=GRID, linewidth=0.8)


def _short(name: str) -> str:
    return name if len(name) <= WIDEST else f"{name[: WIDEST - 1]}…"
