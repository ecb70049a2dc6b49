"""Power of evaluations over the number of communities, a line a design."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfs_sim.analysis import words
from tfs_sim.figures.style import COLOURS, DASHES, INK, MARKERS, Chart, framed, place, spread, write, x_label, y_label
from tfs_sim.reasons.designs import WANTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tfs_sim.reasons.power import Power


def power_chart(found: Power) -> Chart:
    """Return the chart of power by design and number of communities."""
    stored, m = found.stored, found.outcome
    where = f"{words.condition(found.levels)}. " if found.levels else ""
    one, other = (words.quoted(stored.title(each)) for each in (found.a, found.b))
    chart = framed(
        f"power-{found.a}-{found.b}-{m.name}",
        "Could an evaluation have seen it?",
        f"{where}{m.title}, effect of {one} over {other} after {found.months} months: how often a test at 5% finds it.",
        f"Evaluations drawn from the runs of {found.sets} sets; means over sets, bands 95% over sets. Dotted: 4 of 5.",
        3.0,
    )
    ax = place(chart, 0.9, 0.5, 6.0, 2.75)
    _drawn(ax, found)
    chart.data = found.table
    last = found.table.groupby("design", sort=False).last()
    said = "; ".join(f"{design} {words.percent(row['power'])}" for design, row in last.iterrows())
    chart.alt = f"Lines of power over the number of communities. With the most communities: {said}."
    return chart


def _drawn(ax: Axes, found: Power) -> None:
    designs = list(dict.fromkeys(found.table["design"]))
    ends = [float(100 * found.table.loc[found.table["design"] == each, "power"].iloc[-1]) for each in designs]
    at = spread(ends, 6.0, 0.0, 100.0)
    for n, design in enumerate(designs):
        own = found.table[found.table["design"] == design]
        x, y = own["sites"].to_numpy(), 100 * own["power"].to_numpy()
        ax.plot(x, y, color=COLOURS[n], linestyle=DASHES[n], marker=MARKERS[n], clip_on=False, label=f"power:{design}")
        low, high = 100 * own["power_low"].to_numpy(), 100 * own["power_high"].to_numpy()
        ax.fill_between(x, low, high, color=COLOURS[n], alpha=0.15, linewidth=0, label=f"band:{design}")
        write(ax, 1.02, at[n], design, transform=ax.get_yaxis_transform(), color=COLOURS[n])
    ax.axhline(100 * WANTED, color=INK, linewidth=0.9, linestyle=(0, (2, 2)), label="wanted")
    ax.set_ylim(0, 103)
    sites = sorted(set(found.table["sites"]))
    ax.set_xticks(sites, [f"{each:,}" for each in sites])
    x_label(ax, "Communities in the evaluation")
    y_label(ax, "Power (%)")
