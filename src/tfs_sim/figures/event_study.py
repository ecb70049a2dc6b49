"""What an event does: the difference to the same runs without it, month by month, with the interval of its mean."""

from __future__ import annotations

from tfs_sim.analysis import words
from tfs_sim.analysis.windows import metric
from tfs_sim.figures.style import COLOURS, GREY, Chart, framed, place, x_label, y_label
from tfs_sim.reasons.event_study import EventStudy
from tfs_sim.reasons.event_study_words import asked, told


def event_study_chart(found: EventStudy) -> Chart:
    """Return the chart of the mean difference by months after the event."""
    m, frame = metric(found.metric), found.frame
    factor, unit = words.factor(m), words.unit(m, difference=True)
    where = f"{words.condition(found.levels)}. " if found.levels else ""
    group = f"-{found.among}" if found.among else ""
    chart = framed(
        f"event-{found.kind.kind}{group}-{found.strategy}-{found.metric}",
        asked(found),
        f"{where}“{found.stored.title(found.strategy)}”: {m.title.lower()} of the community, as it was less what it "
        f"would have been without this one event. Band: 95% interval of the mean, each month by itself.",
        f"One event in each of {len(found.events):,} runs; intervals hold {found.units.holds}, and which events were "
        f"drawn. Instead: {found.kind.instead}.",
        3.1,
    )
    ax = place(chart, 0.85, 0.55, 7.6, 2.8)
    month = frame["month"].to_numpy()
    difference, low, high = (factor * frame[name].to_numpy(float) for name in ("difference", "low", "high"))
    ax.axhline(0.0, color=GREY, linewidth=0.8)
    ax.fill_between(month, low, high, color=COLOURS[0], alpha=0.18, linewidth=0, label="interval")
    ax.plot(month, difference, color=COLOURS[0], linewidth=1.8, label="difference")
    ax.set_xlim(0, found.months)
    ax.set_xticks(range(0, found.months + 1, max(1, 6 * -(-found.months // 48))) if found.months > 6 else month)
    x_label(ax, "Months after the event")
    y_label(ax, f"Difference ({unit})" if unit else "Difference")
    chart.data = frame
    chart.alt = f"Line of the mean difference over {found.months} months. {told(found)[0]}"
    return chart
