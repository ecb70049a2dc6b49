"""Arms that share a past run it once: a tree of months that branches where their schedules first differ.

Two arms run the same months as long as everything that a month reads is the same: parameters, switches, what
never changes of organizations, relationships and sites, and the levers, grants and shocks that are in force.
The last three come from the schedule alone (`levers.py` is the only file whose kernels read it, which a test
checks), so the month in which two schedules first differ is the month before which the two runs are one. What
reads the past (an adaptive rule) reads what is recorded, and counts as in force from its first look on: the month
of that look is where it parts from an arm that has no such rule, or one that looks at other months.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tfs_sim.experiments.execution import blocks, starting

if TYPE_CHECKING:
    from tfs_sim.model.engine import Template

SCHEDULE = ("order", "order_row", "target", "shock", "shock_row", "struck", "grant")
"""Entities whose arrays only the schedule's kernels read."""

BEFORE = -1
"""First month of a branch that begins with the drawing of the world, and the months before the first."""

MOST = 32
"""Arms of one tree at most: so many results are held until their part is written."""

MANY = 400
"""With more arms than this, looking for shared pasts would take longer than it is worth."""


def foundation(template: Template) -> Any:
    """Return what must be equal in two arms for them to share any past, as something to compare."""
    from tfs_sim.model.fixed import FIXED

    layout, views = template.layout, template.layout.views(template.fixed, FIXED)
    sizes = tuple(sorted((entity, size) for entity, size in layout.sizes.items() if entity not in SCHEDULE))
    fixed = hashlib.sha256()
    for each in FIXED:
        if each.entity not in SCHEDULE:
            fixed.update(views[each.name].tobytes())
    return (
        template.months,
        template.run_in,
        template.sites,
        sizes,
        layout.words,
        template.on.tobytes(),
        tuple(tuple(each) for each in template.parameters),
        fixed.digest(),
        b"" if (marks := starting.marks_of(template)) is None else marks.bytes(),
    )


def schedule(template: Template) -> list[tuple[int, tuple[Any, ...]]]:
    """Return what is in force as (first month, what) pairs, each in force until the next.

    The pieces stand in the order in which the kernels go through them: the order of sums and of purses.
    """
    from tfs_sim.model.fixed import FIXED

    views = template.layout.views(template.fixed, FIXED)
    pieces: list[tuple[int, int, Any]] = []  # (first month, month after, what)
    for entity, at in (("grant", None), ("order", ("order_first_target", "order_target"))):
        for n in range(template.layout.sizes[entity]):
            numbers = _numbers(views, entity, n)
            first, until, taper = (numbers.pop(name) for name in ("begins", "ends", "taper"))
            rest = numbers.pop("rest", 0)  # of a grant: cents that come with its last month
            what = (entity, *numbers.values(), _list(views, *at, n) if at else b"")
            if numbers.get("indicator", -1) >= 0:  # a rule: what it has come to depends on when it first looked
                what = (*what, "first look", first)
            falls = max(first, min(math.ceil(until - taper), until - 1 if rest else until))
            pieces.append((first, falls, what))
            pieces.append((falls, until, (*what, until, taper, rest)))
    for n in range(template.layout.sizes["shock"]):
        numbers = _numbers(views, "shock", n)
        onset, lasts, decay = (numbers.pop(name) for name in ("onset", "lasts", "decay"))
        what = ("shock", *numbers.values(), _list(views, "shock_first_target", "shock_target", n))
        fades = onset + lasts
        pieces.append((onset, fades, what))
        pieces.append((fades, template.months, (*what, onset, lasts, decay)))
    turns = {0, *(end for first, until, _ in pieces if first < until for end in (first, until))}
    turns = {month for month in turns if 0 <= month < template.months}
    return [(month, tuple(what for first, until, what in pieces if first <= month < until)) for month in sorted(turns)]


def _numbers(views: dict[str, NDArray[Any]], entity: str, n: int) -> dict[str, Any]:
    """Return all that the schedule says of one intervention, grant or shock, by name without the entity's."""
    from tfs_sim.model.fixed import FIXED

    names = [each.name for each in FIXED if each.entity == entity]
    return {name.removeprefix(f"{entity}_"): views[name][n].item() for name in names}


def _list(views: dict[str, NDArray[Any]], first: str, values: str, n: int) -> bytes:
    return bytes(views[values][views[first][n] : views[first][n + 1]].tobytes())


@dataclass(frozen=True)
class Branch:
    """Months `first` to `last` - 1, run once for the arms `members`; then the branches that follow."""

    first: int
    last: int
    members: tuple[int, ...]
    follow: tuple[Branch, ...] = ()

    @property
    def months(self) -> int:
        """Months that are run in this branch and all that follow."""
        return self.last - max(self.first, 0) + sum(branch.months for branch in self.follow)


def grow(schedules: Sequence[list[tuple[int, tuple[Any, ...]]]], months: int) -> Branch:
    """Return the tree of arms that have one foundation."""
    turns = sorted({month for each in schedules for month, _ in each})
    known: dict[Any, int] = {}
    signs: list[list[int]] = []
    for each in schedules:
        at, now, line = iter([*each, (months, ())]), (), []
        coming = next(at)
        for month in turns:
            while coming[0] <= month < months:
                now, coming = coming[1], next(at)
            line.append(known.setdefault(now, len(known)))
        signs.append(line)

    def branch(first: int, turn: int, members: tuple[int, ...]) -> Branch:
        for position in range(turn, len(turns)):
            if len({signs[member][position] for member in members}) > 1:
                groups: dict[int, list[int]] = {}
                for member in members:
                    groups.setdefault(signs[member][position], []).append(member)
                month = turns[position]
                follow = tuple(branch(month, position + 1, tuple(group)) for group in groups.values())
                return Branch(first, month, members, follow)
        return Branch(first, months, members)

    return branch(BEFORE, 0, tuple(range(len(schedules))))


@dataclass
class Grove:
    """Templates of one foundation, and the tree along which they run.

    Attributes
    ----------
    templates : what the arms run.
    tree : where they branch.
    """

    templates: Sequence[Template]
    tree: Branch

    @classmethod
    def of(cls, templates: Sequence[Template]) -> Grove:
        """Return the grove of templates that have one foundation."""
        if len(templates) == 1:
            return cls(templates, Branch(BEFORE, templates[0].months, (0,)))
        return cls(templates, grow([schedule(each) for each in templates], templates[0].months))

    def run(self, seed: int, replicate: int, parameter_set: str = "") -> tuple[list[NDArray[np.float64]], int]:
        """Return the metrics of every arm, float64 [months, sites, metrics], and how many months were run.

        The luck is that of seed, replicate and set of parameters, see `draws.run_key`.
        """
        if len(self.templates) == 1:
            return [run_alone(self.templates[0], seed, replicate, parameter_set)], self.templates[0].months
        return run_along(self.tree, self.templates, seed, replicate, parameter_set), self.tree.months


def run_alone(template: Template, seed: int, replicate: int, parameter_set: str = "") -> NDArray[np.float64]:
    """Return what `engine.run_replicate` does, in rooms that stand ready."""
    tree = Branch(BEFORE, template.months, (0,))
    return run_along(tree, [template], seed, replicate, parameter_set)[0]


def run_along(
    tree: Branch, templates: Sequence[Template], seed: int, replicate: int, parameter_set: str
) -> list[NDArray[np.float64]]:
    """Return the metrics of every arm of a tree, of block after block of communities if they are many."""
    from tfs_sim.model import draws

    key = draws.run_key(seed, replicate, parameter_set)
    parts = blocks.cuts(templates[0])
    if len(parts) == 1:
        return _grown(tree, templates, key)
    outs = [template.output() for template in templates]
    for sites in parts:
        for out, own in zip(outs, _grown(tree, [blocks.cut(each, sites) for each in templates], key), strict=True):
            out[:, sites] = own
    return outs


def _grown(tree: Branch, templates: Sequence[Template], key: np.uint64) -> list[NDArray[np.float64]]:
    """Return them of communities that run at once."""
    from tfs_sim.model import engine

    rooms = rooms_for(templates)
    outs = [template.output() for template in templates]

    def grown(branch: Branch) -> None:
        # a branch lives in the room of its first member; that of the first branch to follow is the same
        one = branch.members[0]
        first = engine.DRAW_START if branch.first == BEFORE else branch.first
        starting.run_months(templates[one], rooms[one].world, key, first, branch.last, outs[one])
        for follow in branch.follow:
            other = follow.members[0]
            if other != one:
                rooms[other].state[:] = rooms[one].state
                outs[other][: branch.last] = outs[one][: branch.last]
        for follow in branch.follow:
            grown(follow)
        if not branch.follow:
            for member in branch.members[1:]:
                outs[member][:] = outs[one]

    grown(tree)
    return outs


@dataclass
class Room:
    """Buffers of a world and the world that views them: making the views takes longer than filling the buffers."""

    fixed: NDArray[np.uint8]
    state: NDArray[np.uint8]
    world: Any


_rooms = threading.local()


def rooms_for(templates: Sequence[Template]) -> list[Room]:
    """Return a room of this thread for each template, with its fixed arrays and everything else neutral."""
    from tfs_sim.model.world import copy_of

    known: dict[Any, list[Room]] = _rooms.__dict__.setdefault("known", {})
    if len(known) > MOST:
        known.clear()
    taken: dict[Any, int] = {}
    found = []
    for template in templates:
        layout = template.layout
        key = (tuple(layout.sizes.items()), layout.words)
        here, number = known.setdefault(key, []), taken.get(key, 0)
        taken[key] = number + 1
        if number == len(here):
            fixed, state = copy_of(template.fixed), copy_of(template.layout.neutral)
            here.append(Room(fixed, state, layout.world(fixed, state)))
        else:
            here[number].fixed[:] = template.fixed
            here[number].state[:] = template.layout.neutral
        found.append(here[number])
    return found


def families(
    template: Callable[[int], Template],
    arms: int,
    most: int = MOST,
    beside: Callable[[int], Hashable] = lambda arm: None,
) -> list[list[int]]:
    """Return the positions of arms in groups of one foundation, at most `most` in a group.

    Arms that branch late stay together where a foundation has more of them. `template` gives an arm's; `beside` is
    what else must be equal.
    """
    if arms > MANY:
        return [[arm] for arm in range(arms)]
    groups: dict[Any, list[int]] = {}
    for arm in range(arms):
        groups.setdefault((foundation(template(arm)), beside(arm)), []).append(arm)
    found: list[list[int]] = []
    for group in groups.values():
        if len(group) > most:
            tree = grow([schedule(template(arm)) for arm in group], template(group[0]).months)
            group = [group[each] for each in _leaves(tree)]
        found += [group[start : start + most] for start in range(0, len(group), most)]
    return found


def _leaves(branch: Branch) -> list[int]:
    if not branch.follow:
        return list(branch.members)
    return [member for follow in branch.follow for member in _leaves(follow)]
