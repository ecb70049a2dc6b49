"""What foretells: how often partnerships went badly beyond each indicator's threshold, and short of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfs_sim.analysis import words
from tfs_sim.analysis.windows import metric
from tfs_sim.figures.style import COLOURS, GREY, GRID, INK, Chart, framed, place, write, x_label
from tfs_sim.reasons.foretelling import ALIVE
from tfs_sim.reasons.foretelling_words import MOST_ROWS, value

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfs_sim.reasons.foretelling import Foretelling

ROW = 0.36


def scorecard_chart(found: Foretelling) -> Chart:
    """Return the chart: for each indicator the share that went badly on either side of its threshold."""
    rows = max(1, len(found.signs[:MOST_ROWS]))
    what = "no longer alive" if found.metric == ALIVE else f"in the worst third by {words.short(metric(found.metric))}"
    where = f"{words.condition(found.levels)}, with" if found.levels else "With"
    chart = framed(
        f"foretell-{found.strategy}-{found.metric}",
        f"What the first {found.first} months foretell",
        f"{where} {words.quoted(found.stored.title(found.strategy))}: share {what} at month {found.at} beyond the "
        "threshold (filled) and short of it (hollow). Grey: not told from chance.",
        f"{found.cases:,} cases of {found.sets} sets; tried on sets left out; lines 95% over sets. Dotted: all.",
        ROW * (rows + 1.6),
    )
    ax = place(chart, 3.3, 0.5, 7.6, ROW * (rows + 1.6) - 0.05)
    _drawn(ax, found)
    x_label(ax, "Share that went badly (%)")
    chart.data = found.frame
    said = "; ".join(f"{sign.name} {words.percent(sign.beyond.value)}" for sign in found.signs[:MOST_ROWS])
    chart.alt = f"Shares that went badly beyond thresholds of indicators: {said}."
    return chart


def _drawn(ax: Axes, found: Foretelling) -> None:
    where = ax.get_yaxis_transform()
    for y, sign in enumerate(found.signs[:MOST_ROWS]):
        colour = COLOURS[0] if sign.clear else GREY
        for part, fill, kind in ((sign.beyond, colour, "beyond"), (sign.short, "white", "short")):
            ax.plot(
                [100 * part.low, 100 * part.high], [y, y], color=colour, linewidth=1.4, label=f"{kind} line:{sign.name}"
            )
            ax.plot(
                100 * part.value, y, "o", color=colour, markerfacecolor=fill, markersize=7, label=f"{kind}:{sign.name}"
            )  # fmt: skip
        side = "below" if sign.below else "above"
        label = f"{words.short(metric(sign.name))[:34]}, {side} {value(sign.name, sign.threshold.value)}"
        write(ax, -0.03, y, label, transform=where, ha="right", fontsize=8.5)
    ax.axvline(100 * found.bad, color=INK, linewidth=0.9, linestyle=(0, (2, 2)), label="all")
    ax.set_ylim(max(len(found.signs[:MOST_ROWS]), 1) - 0.4, -0.6)
    ax.set_yticks([])
    ax.set_xlim(0, 100)
    ax.grid(False, axis="y")
    ax.grid(True, axis="x", color=GRID, linewidth=0.8)
