"""Which missing runs are handed out together: blocks that become parts, and in them the runs that may share a past."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from tfs_sim.experiments.designs.variables import SCHEDULED
from tfs_sim.experiments.execution.forks import MOST
from tfs_sim.experiments.execution.job import Task
from tfs_sim.experiments.execution.plan import Plan

Segment = tuple[int, int, tuple[int, ...]]
"""Runs `first` to `end` - 1 and which members of a family lack them."""


Cell = tuple[int, tuple[int, ...]]
"""A run, and which members of a family lack it."""


def missing_together(gaps: Sequence[Sequence[tuple[int, int]]]) -> list[Segment]:
    """Return the runs that members of a family lack."""
    found: list[Segment] = []
    turns = sorted({run for each in gaps for gap in each for run in gap})
    at = [0] * len(gaps)
    for first, end in pairwise(turns):
        wanted = []
        for member, each in enumerate(gaps):
            while at[member] < len(each) and each[at[member]][1] <= first:
                at[member] += 1
            if at[member] < len(each) and each[at[member]][0] <= first:
                wanted.append(member)
        if wanted:
            found.append((first, end, tuple(wanted)))
    return found


def blocks(segments: Sequence[Segment], places: int, most: int) -> list[list[Segment]]:
    """Return the segments cut into blocks of at most `most` runs.

    A block has all places of some replicates, or where there are too many of them, some places of one replicate: so
    the same places come together in every replicate.
    """
    window = most // places * places or places
    found: dict[tuple[int, int], list[Segment]] = {}
    for first, end, wanted in segments:
        while first < end:
            number, within = divmod(first, window)
            stop = min(end, first + most - within % most, (number + 1) * window)
            found.setdefault((number, within // most), []).append((first, stop, wanted))
            first = stop
    return [found[key] for key in sorted(found)]


def together(plan: Plan, family: int, block: Sequence[Segment], batch: int) -> Iterator[Task]:
    """Yield the tasks of a block.

    Runs of one replicate at points that differ in nothing but the schedule go together, in the order of its months, as
    many as one tree of arms holds; all others go `batch` at a time.
    """
    batches = list(_batches(plan, [(run, each) for first, end, each in block for run in range(first, end)], batch))
    for number, cells in enumerate(batches, 1):
        numbers, wanted = zip(*cells, strict=True)
        yield Task(
            family,
            wanted,
            numbers,
            replicates=tuple(map(plan.replicate, numbers)),
            places=tuple(map(plan.place, numbers)),
            sets=tuple(map(plan.set, numbers)),
            settings=tuple(map(plan.settings, numbers)),
            last=number == len(batches),
        )


def _batches(plan: Plan, cells: list[Cell], batch: int) -> Iterator[list[Cell]]:
    alone: list[Cell] = []
    for group in _groups(plan, cells):
        if len(group) == 1:
            alone += group
        else:
            yield from _packed(group, batch)
    yield from (alone[start : start + batch] for start in range(0, len(alone), batch))


def _packed(group: list[Cell], batch: int) -> Iterator[list[Cell]]:
    """Cut runs into as many as one tree of arms holds, and no fewer than `batch`."""
    held: list[Cell] = []
    arms = 0
    for cell in group:
        if len(held) >= batch and arms + len(cell[1]) > MOST:
            yield held
            held, arms = [], 0
        held.append(cell)
        arms += len(cell[1])
    yield held


def _groups(plan: Plan, cells: list[Cell]) -> list[list[Cell]]:
    """Return the runs by replicate, by set, and by what else must be equal for them to share a past."""
    if plan.points is None:
        return [[cell] for cell in cells]
    variables, table = plan.points.variables, plan.points.table
    base = [n for n, variable in enumerate(variables) if variable.path[0] not in SCHEDULED]
    months = [n for n, variable in enumerate(variables) if variable.kind == "month"]
    rest = [n for n in range(len(variables)) if n not in months]
    found: dict[tuple[int, int, bytes], list[Cell]] = {}
    for run, wanted in cells:
        key = plan.replicate(run), plan.set(run), table[plan.point(run), base].tobytes()
        found.setdefault(key, []).append((run, wanted))
    for group in found.values():
        group.sort(key=lambda cell: tuple(table[plan.point(cell[0]), [*months, *rest]].tolist()))
    return list(found.values())
