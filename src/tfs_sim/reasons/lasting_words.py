"""How long partnerships last, and where two runs part, in words."""

from __future__ import annotations

from tfs_sim.analysis import words
from tfs_sim.analysis.sentences import opened
from tfs_sim.reasons.lasting import ENDED, Lasting
from tfs_sim.reasons.parting import Parting
from tfs_sim.scenario.errors import count

ENDS = {
    "ended": "have ended",
    "ended_goals_met": "have ended with their goals met",
    "ended_faded": "have faded",
    "ended_broke_up": "have broken up",
    "ended_lost_host": "have ended without a host",
}
"""How it is said that a life has ended."""


def told(found: Lasting) -> list[str]:
    """Return how long partnerships last under each strategy, how that differs, and what the numbers are."""
    stored, said = found.stored, []
    for row in found.means.to_dict("records"):
        lead = opened(words.condition(found.levels), f"with {words.quoted(stored.title(str(row['strategy'])))}")
        share, months = words.percent(float(row["ended"])), found.horizon
        lived = f"{row['mean']:.1f} of {months} months on average{_between(row['low'], row['high'])}"
        before = f" ({words.percent(float(row['before']))} when the first is over)" if row["before"] else ""
        said.append(
            f"{lead}, {share} of partnerships {ENDS[found.event]} by month {months}{before}; they last {lived}."
        )
    against = words.quoted(stored.title(stored.against))
    for strategy, result in found.differences.items():
        title = words.quoted(stored.title(strategy))
        if result.same:
            said.append(f"With {title} every partnership lasts as long as with {against}.")
        elif not result.distinguishable:
            said.append(
                f"Mean life with {title} cannot be told from that with {against}: {result.difference:+.1f} months"
                f"{_between(result.low, result.high)}.".replace("-", "−")
            )
        else:
            way = "longer" if result.difference > 0 else "shorter"
            low, high = sorted((abs(result.low), abs(result.high)))
            said.append(
                f"With {title} they last {abs(result.difference):.1f} months {way} than with {against}"
                f"{_between(low, high)}."
            )
    other = "" if found.event == ENDED else " One that ended in another way is last seen then."
    said.append(
        f"Mean life is within {found.horizon} months: what comes after is not in it. Intervals of means hold "
        f"{found.units.holds} ({found.units.said}); bands of curves are over sets, at each month by itself.{other}"
    )
    return said


def _between(low: float, high: float) -> str:
    return "" if low != low else f" (95% interval {low:.1f} to {high:.1f})".replace("-", "−")


def parted(found: Parting) -> list[str]:
    """Return when two runs part and over what."""
    clock = next(iter(found.study.arms.values())).scenario.clock
    one, other = words.quoted(found.a), words.quoted(found.b)
    said = []
    if found.scheduled is None:
        said.append(f"{one} and {other} ask for the same, so their runs are one.")
    else:
        said.append(f"{one} and {other} begin to differ in what is in force in {clock.date(found.scheduled)}.")
    for name, orders in ((one, found.orders[0]), (other, found.orders[1])):
        if orders:
            more = f"; and {len(orders) - 6} more" if len(orders) > 6 else ""
            said.append(f"In {name} alone: {'; '.join(orders[:6])}{more}.")
    if found.parted is None:
        said.append("Nothing that happens to anybody differs: all events are the same.")
        return said
    later = found.parted - (found.scheduled or 0)
    when = f"{count(later, 'month')} later" if later > 0 else "in that month"
    said.append(
        f"Until {found.date} the same happens in both ({found.alike:,} events); then, {when}, the runs part. What "
        f"happens in one alone from there on: {len(found.events):,} events."
    )
    return said
