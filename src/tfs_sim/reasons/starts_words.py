"""Whether it depends on the start what becomes of a partnership, in sentences and in cells of tables."""

from __future__ import annotations

from collections import Counter

from tfs_sim.analysis import words
from tfs_sim.analysis.sentences import change, numbers, thing_of
from tfs_sim.analysis.windows import metric
from tfs_sim.decisions.cells import Cells
from tfs_sim.reasons.starts import Gap, Starts

MEANINGS = {
    "remembers": "in the last year a difference can still be told, and it is not seen to close",
    "still closing": "a difference can still be told, and it is closing: longer runs would tell",
    "forgets": "hardly anything is left of the start",
    "cannot be told": "whether something is left of the start cannot be told from these runs",
}


def told(found: Starts) -> list[str]:
    """Return what was found, a sentence or two a strategy."""
    low, high = (words.quoted(each) for each in (found.low, found.high))
    said = [f"From {low} and from {high}, over the same parameters and luck: {thing_of(found.stored, found.metric)}."]
    for strategy in found.stored.strategies:
        own = [gap for gap in found.gaps if gap.strategy == strategy]
        said.append(_of_strategy(found, strategy, own))
    return said


def _of_strategy(found: Starts, strategy: str, own: list[Gap]) -> str:
    title = words.quoted(found.stored.title(strategy))
    if len(own) == 1:
        return f"{title}: {one(found, own[0])}"
    counts = Counter(gap.verdict for gap in own)
    parts = [f"{number} of {len(own)} places: {MEANINGS[verdict]}" for verdict, number in counts.most_common()]
    widest = max(own, key=lambda gap: abs(gap.end.difference) if gap.end.difference == gap.end.difference else -1.0)
    return f"{title}. At {'; at '.join(parts)}. It is most at {place(found, widest)}: {one(found, widest)}"


def one(found: Starts, gap: Gap) -> str:
    """Return what lies between the two starts at one place, in a sentence or two."""
    if gap.end.pairs == 0 or gap.end.difference != gap.end.difference:
        return "no run has a value from both starts."
    if gap.end.same:
        return "the same from both starts in the last year, in every pair of runs."
    text = (
        f"{change(gap.end, found.metric)} from {words.quoted(found.high)} "
        f"({numbers(gap.end, found.metric, sized=True)}): {MEANINGS[gap.verdict]}."
    )
    if gap.kinds is not None:
        low, high = (words.percent(each) for each in (gap.kinds.low, gap.kinds.high))
        border = words.level(gap.kinds.border, metric(found.metric))
        text += (
            f" Runs are of two kinds, parted at {border}: {low} of those from {words.quoted(found.low)} are of the "
            f"upper one and {high} of those from {words.quoted(found.high)}; in {words.percent(gap.kinds.split)} of "
            f"{'sets' if found.stored.units.set is not None else 'replicates'} the start alone decides."
        )
    if gap.sets_apart == gap.sets_apart:
        text += f" Sets that end apart by what is worthwhile: {words.percent(gap.sets_apart)} (luck taken out)."
    return text


def place(found: Starts, gap: Gap) -> str:
    """Return where a gap is: the levels of other keys, and the values of its point."""
    parts = list(gap.levels)
    if gap.point is not None:
        row = found.stored.points.set_index("point").loc[gap.point]
        parts += [
            f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}" for name, value in row.items()
        ]
    return ", ".join(parts) or "all points"


def gap_cells(found: Starts) -> Cells:
    """Return a row a strategy and place: both ends, what lies between them, and the verdict."""
    m = metric(found.metric)
    several = len(found.gaps) > len(found.stored.strategies)
    rows = []
    for gap in found.gaps:
        end = gap.end
        if end.pairs == 0 or end.difference != end.difference:
            size = "no values"
        elif end.same:
            size = "none"
        else:
            size = words.difference(end.difference, end.low, end.high, m)
            size += f" ({words.interval(end.low, end.high, m)})" if end.low == end.low else " (too few)"
        name = found.stored.title(gap.strategy)
        levels = (words.level(each, m) for each in (gap.low, gap.high))
        rows.append([f"{name}, {place(found, gap)}" if several else name, *levels, size, gap.verdict])
    head = ["strategy and place" if several else "strategy", found.low, found.high, "difference (95%)", "verdict"]
    note = f"Means of the last year; intervals hold for all {len(found.gaps)} at once." if len(found.gaps) > 1 else ""
    return Cells(head, rows, note)
