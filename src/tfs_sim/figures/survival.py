"""How long partnerships last: Kaplan–Meier curves with bands, and below them how many are still seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfs_sim.analysis import words
from tfs_sim.figures.style import GREY, Chart, framed, looks, place, spread, write, x_label, y_label
from tfs_sim.reasons.lasting_words import ENDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfs_sim.reasons.lasting import Lasting

STEPS = 6
"""Moments at which those still there are counted."""


def survival_chart(found: Lasting) -> Chart:
    """Return the chart of the share of partnerships that last, by strategy."""
    stored = found.stored
    rows = 0.24 * (len(stored.strategies) + 1)
    where = f"{words.condition(found.levels)}. " if found.levels else ""
    band = "Bands: 95% over sets, at each month by itself. " if "low" in found.curves else ""
    chart = framed(
        f"survival-{found.event}",
        "How long do partnerships last?",
        f"{where}Share of partnerships of which it cannot be said that they {ENDS[found.event]} (Kaplan–Meier). {band}",
        f"{found.units.said}, {len(stored.sites)} site{'s' if len(stored.sites) > 1 else ''}. Below: partnerships that "
        "are still there and seen just before a month.",
        3.3 + rows,
    )
    ax = place(chart, 2.2, rows + 0.75, 6.0, rows + 3.1)
    _drawn(ax, found)
    chart.data = found.curves
    ends = "; ".join(
        f"{stored.title(str(row['strategy']))} {words.percent(1 - float(row['ended']))}"
        for row in found.means.to_dict("records")
    )
    chart.alt = f"Curves of partnerships that last. Still there at month {found.horizon}: {ends}."
    return chart


def _drawn(ax: Axes, found: Lasting) -> None:
    look = looks(found.stored)
    moments = [round(found.horizon * n / STEPS) for n in range(STEPS + 1)]
    last = [
        100 * float(found.curves.loc[found.curves["strategy"] == s, "survival"].iloc[-1])
        for s in found.stored.strategies
    ]
    ends = spread(last, 7.0, 0.0, 104.0)
    for row, strategy in enumerate(found.stored.strategies):
        own = found.curves[found.curves["strategy"] == strategy]
        colour = look[strategy].colour
        time, share = own["time"].to_numpy(), 100 * own["survival"].to_numpy()
        ax.step(time, share, where="post", color=colour, linestyle=look[strategy].dash, label=f"curve:{strategy}")
        if "low" in own:
            low, high = 100 * own["low"].to_numpy(), 100 * own["high"].to_numpy()
            ax.fill_between(
                time, low, high, step="post", color=colour, alpha=0.15, linewidth=0, label=f"band:{strategy}"
            )
        name = _short(found.stored.title(strategy))
        write(ax, found.horizon * 1.02, ends[row], name, color=colour, fontsize=8.5)
        y = -0.34 - 0.1 * row
        write(ax, -0.06, y, name, transform=ax.transAxes, color=colour, fontsize=8.5, ha="right")
        for month, number in zip(moments, found.at_risk(strategy, moments), strict=True):
            write(ax, month, y, f"{number:,}", transform=ax.get_xaxis_transform(), ha="center", fontsize=8.5,
                  color=colour, label=f"at risk:{strategy}:{month}")  # fmt: skip
    write(ax, -0.06, -0.24, "still there", transform=ax.transAxes, fontsize=8.5, color=GREY, ha="right")
    ax.set_xlim(0, found.horizon)
    ax.set_ylim(0, 104)
    ax.set_xticks(moments)
    x_label(ax, "Months")
    y_label(ax, "Share that has not ended (%)")


def _short(name: str) -> str:
    return name if len(name) <= 27 else f"{name[:26]}…"
