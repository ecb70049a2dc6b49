"""A diagnostic figure for every row of the validation table: plainly right or wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from tfs_sim.figures.style import (
    COLOURS,
    DASHES,
    GREY,
    INK,
    LIGHT,
    MARKERS,
    Chart,
    broad,
    fitted,
    framed,
    place,
    write,
    x_label,
    y_label,
)
from tfs_sim.validation.row import Agreement, Effects, Region, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

RIGHT, WRONG = COLOURS[0], COLOURS[1]
HEIGHT, WIDTH = 2.9, 7.4
TICKS = 9.5
"""Size of the letters along the axes."""

LINE, LEGEND = 0.18, 0.26
"""Inches that a line of such letters takes, and the names of curves."""

NO_SPREAD = 1e6
"""An effect of so many standard deviations is one in replicates that are all alike."""

ALLOWED = 0.1
"""Share of the parameter space in which a ubiquitous effect may be missing."""


def diagnostic(verdict: Verdict) -> Chart:
    """Return the figure of a row: what was required, what was measured, and on which side it lies."""
    shown = verdict.measured.figure
    draw, height = _drawing(shown)
    height += LEGEND if _has_legend(shown) else 0.0
    row = verdict.row
    chart = framed(
        row.name, f"{row.name} {row.title}", f"Required: {row.required}", verdict.measured.found, height, WIDTH
    )
    left, right, top = 0.75, WIDTH - 0.25, height - 0.3
    if isinstance(shown, Agreement):
        left = max([2.1, *(0.25 + broad(label, TICKS) for label in shown.labels)])
    else:
        # the quantity is named above the axes, and curves above that
        top -= LINE * fitted(_quantity(shown), 200, right - left, TICKS).count("\n")
        top -= LEGEND if _has_legend(shown) else 0.0
    ax = place(chart, left, 0.5, right, top)
    draw(ax, shown)
    chart.data = data(shown)
    chart.alt = f"{row.title}. Required: {row.required}. Measured: {verdict.measured.found}."
    return chart


def _has_legend(shown: Agreement | Effects | Region) -> bool:
    return isinstance(shown, Region) and len(shown.curves) > 1


def _quantity(shown: Effects | Region) -> str:
    """Return what the y axis shows, with its unit."""
    if isinstance(shown, Region):
        return shown.quantity
    return f"{shown.quantity} ({'effect in standard deviations' if shown.unit == 'SD' else shown.unit})"


def _drawing(shown: Agreement | Effects | Region) -> tuple[Callable[[Axes, Any], None], float]:
    if isinstance(shown, Agreement):
        return agreement, max(1.5, 0.9 + 0.24 * len(shown.labels))
    return (effects, HEIGHT) if isinstance(shown, Effects) else (region, HEIGHT)


def agreement(ax: Axes, shown: Agreement) -> None:
    """Draw measured values (dots with 95% intervals) on the values expected (bars), a line for each."""
    at = np.arange(len(shown.labels))
    expected, measured = np.array(shown.expected), np.array(shown.measured)
    half = 1.96 * np.array(shown.errors)
    ax.grid(False, axis="y")
    ax.grid(True, axis="x", color="#E6E8EB", linewidth=0.8)
    ax.plot(expected, at, "|", color=INK, markersize=13, markeredgewidth=2.2, label="expected", zorder=2)
    ax.hlines(at, measured - half, measured + half, color=RIGHT, linewidth=2, zorder=3, label="_interval")
    ax.plot(measured, at, "o", color=RIGHT, markersize=5, label="measured, with 95% interval", zorder=4)
    ax.set_yticks(at, list(shown.labels))
    ax.set_ylim(len(at) - 0.4, -0.6)
    _legend(ax)
    x_label(ax, shown.quantity)


def effects(ax: Axes, shown: Effects) -> None:
    """Draw the effects at all points of the parameter space, from least to largest.

    The claim holds where the points have crossed the least effect before the dotted line.
    """
    values = shown.values[np.argsort(np.nan_to_num(shown.values, nan=-np.inf))]  # none at all is the least of all
    rank = 100.0 * (np.arange(values.size) + 0.5) / values.size
    good = values >= shown.least
    alike = np.abs(values) > NO_SPREAD
    if alike.any():
        most = max(1.2 * np.abs(values[~alike]).max(initial=0.0), 5.0 * shown.least) or 1.0
        values = np.clip(values, -most, most)
    ax.axhline(shown.least, color=INK, linewidth=1.0, label="least")
    ax.axvline(100 * ALLOWED, color=INK, linewidth=1.0, linestyle=(0, (1, 2)), label="may be missing")
    ax.plot(rank[good & ~alike], values[good & ~alike], MARKERS[0], color=RIGHT, markersize=3.5, label="holds")
    ax.plot(rank[~good & ~alike], values[~good & ~alike], MARKERS[1], color=WRONG, markersize=4, label="fails")
    ax.plot(rank[alike & good], values[alike & good], "^", color=RIGHT, markersize=4.5, label="holds, alike")
    ax.plot(rank[alike & ~good], values[alike & ~good], "v", color=WRONG, markersize=4.5, label="fails, alike")
    if alike.any():
        write(ax, 100 * ALLOWED + 1, 0.89, "triangles: all replicates alike, no spread to measure by",
              transform=ax.get_xaxis_transform(), fontsize=8.5, color=GREY, va="top")  # fmt: skip
    if values.size and np.nanmax(np.abs(values), initial=0.0) > 20 * max(
        np.abs(np.nanmedian(values)), shown.least, 0.1
    ):
        ax.set_yscale("symlog", linthresh=max(shown.least, 0.1))
    where = ax.get_yaxis_transform()
    write(ax, 1.0, shown.least, f"required {shown.least:g}", transform=where, ha="right", va="bottom", fontsize=8.5)
    # the points rise from left to right: the upper left is free
    write(ax, 100 * ALLOWED + 1, 0.97, "may be missing left of this line", transform=ax.get_xaxis_transform(),
          fontsize=8.5, color=GREY, va="top")  # fmt: skip
    ax.set_xlim(0, 100)
    x_label(ax, "Points of the plausible parameter space, from the least effect to the largest (%)")
    _name(ax, shown)


def region(ax: Axes, shown: Region) -> None:
    """Draw a quantity over a condition, curve by curve, with 95% bands, the threshold and the default."""
    for n, (label, values) in enumerate(shown.curves.items()):
        colour = COLOURS[n % len(COLOURS)]
        error = shown.errors.get(label)
        if error is not None:
            band = 1.96 * np.asarray(error)
            ax.fill_between(
                shown.x, values - band, values + band, color=colour, alpha=0.15, linewidth=0, label=f"_band:{label}"
            )
        marker = MARKERS[n % len(MARKERS)]
        ax.plot(
            shown.x, values, color=colour, linestyle=DASHES[n % len(DASHES)], marker=marker, markersize=4, label=label
        )
    if shown.threshold is not None:
        ax.axhline(shown.threshold, color=INK, linewidth=1.0, label="_threshold")
    if shown.default is not None:
        ax.axvline(shown.default, color=LIGHT, linewidth=1.2, linestyle=(0, (3, 2)), label="_default")
        write(
            ax,
            shown.default,
            0.02,
            " default",
            transform=ax.get_xaxis_transform(),
            fontsize=8.5,
            color=GREY,
            va="bottom",
        )
    more = _name(ax, shown)
    if _has_legend(shown):
        _legend(ax, above=LEGEND + LINE * more)
    x_label(ax, shown.x_label)


def _name(ax: Axes, shown: Effects | Region) -> int:
    """Name the quantity above the axes; return how many lines that takes beyond the first."""
    wide = ax.get_position().width * float(ax.figure.get_size_inches()[0])  # type: ignore[union-attr]
    named = fitted(_quantity(shown), 200, wide, TICKS)
    y_label(ax, named)
    return named.count("\n")


def _legend(ax: Axes, above: float = 0.0) -> None:
    """Name the curves above the axes, and so many inches higher."""
    from matplotlib.font_manager import FontProperties

    font = FontProperties(family="DejaVu Sans", size=8.5)
    columns = 4
    tall = ax.get_position().height * float(ax.figure.get_size_inches()[1])  # type: ignore[union-attr]
    at = (1.0, 1.0 + above / tall)
    legend = ax.legend(loc="lower right", bbox_to_anchor=at, ncols=columns, frameon=False, prop=font)
    for text in legend.get_texts():
        text.set_color(GREY)


def data(shown: Agreement | Effects | Region) -> DataFrame:
    """Return the numbers behind a figure as a table."""
    from pandas import DataFrame

    if isinstance(shown, Agreement):
        return DataFrame(
            {"case": shown.labels, "expected": shown.expected, "measured": shown.measured, "error": shown.errors}
        )
    if isinstance(shown, Effects):
        return DataFrame({"point": np.arange(shown.values.size), "effect": shown.values})
    table = DataFrame({shown.x_label: shown.x})
    for label, values in shown.curves.items():
        table[label] = values
        if label in shown.errors:
            table[f"{label}: standard error"] = shown.errors[label]
    return table
