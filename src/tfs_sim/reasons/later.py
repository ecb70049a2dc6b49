"""A strategy that begins later: until then a community goes on as under the other one.

The two part in the first month in which what is in force differs. What both do stays as it is. What `a` alone does from
there on is done so many months later; what `b` alone does ends when that begins. Months of the calendar stay: a shock
comes when it comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tfs_sim.scenario.errors import Mistake, UserError, count, quote
from tfs_sim.scenario.tables import Grant, ScheduledIntervention

if TYPE_CHECKING:
    from tfs_sim.scenario import Scenario

Scheduled = ScheduledIntervention | Grant

_Kinds = tuple[Sequence[Scheduled], Sequence[Scheduled]]
_Lists = list[list[Scheduled]]
_TIMES = {"from", "until", "lasts", "taper", "months", "amount"}
"""What says when and how long, and how much in all."""
_NOTHING: dict[str, Any] = {"strategy": [], "interventions": [], "grants": []}


def begun_later(a: Scenario, b: Scenario, by: int) -> Scenario:
    """Return what one strategy does, begun later, after what another one does.

    Parameters
    ----------
    a, b : scenarios of two strategies under the same conditions.
    by : months that `a` begins later; 0: as it is.

    Raises
    ------
    UserError
        When they differ in more than what is scheduled, or something cannot be put off or cut short: a grant that would
        run on after the end, or what falls in steps that would be cut within them.
    """
    if a.with_(**_NOTHING).digest() != b.with_(**_NOTHING).digest():
        raise UserError(Mistake("the strategies differ in more than what is done when, which cannot begin later"))
    alone, others, both = _compared(a.in_force(), b.in_force())
    parted = _parted([*alone[0], *alone[1]], [*others[0], *others[1]], a)
    if parted is None:
        raise UserError(Mistake("the strategies schedule the same: nothing begins"))
    changes: dict[str, Any] = {"strategy": []}
    for name, put_off, cut, kept in zip(("interventions", "grants"), alone, others, both, strict=True):
        ended = [_until(each, parted + by, a) for each in cut]
        begun = [_later(each, parted, by, a) for each in put_off]
        changes[name] = [*map(_dumped, kept), *(each for each in (*ended, *begun) if each is not None)]
    return a.with_(**changes)


def _compared(ours: _Kinds, theirs: _Kinds) -> tuple[_Lists, _Lists, _Lists]:
    """Return what is scheduled in the first alone, in the second alone, and in both, as often as it is in both."""
    alone, others, both = [], [], []
    for mine, other in zip(ours, theirs, strict=True):
        rest, own, shared = list(other), [], []
        for each in mine:
            if each in rest:
                rest.remove(each)
                shared.append(each)
            else:
                own.append(each)
        alone.append(own)
        others.append(rest)
        both.append(shared)
    return alone, others, both


def _parted(ours: Sequence[Scheduled], theirs: Sequence[Scheduled], scenario: Scenario) -> int | None:
    """Return the first month in which what is in force differs: what lasts longer differs from where the other ends."""
    for month in range(scenario.clock.months):
        sides = (Counter(_acting(each, month, scenario) for each in side) for side in (ours, theirs))
        one, other = ({what: n for what, n in side.items() if what} for side in sides)
        if one != other:
            return month
    return None


def _acting(what: Scheduled, month: int, scenario: Scenario) -> str:
    """Return what is in force in a month, in words that two share where they do the same; "" where it is not."""
    first, stop = what.window(scenario.clock)
    if not first <= month < stop:
        return ""
    taper = what.taper or 0
    said = {key: value for key, value in _dumped(what).items() if key not in _TIMES}
    if isinstance(what, Grant):
        said["a month"] = what.amount / (what.months - taper / 2)
    else:
        said |= {"dose": what.amount, "paid_by": what.payer}
    return repr((sorted(said.items(), key=lambda each: each[0]), (taper, stop) if month >= stop - taper else None))


def _until(what: Scheduled, end: int, scenario: Scenario) -> dict[str, Any] | None:
    """Return what is scheduled without the months from `end` on; None where nothing is left."""
    first, stop = what.window(scenario.clock)
    if first >= end:
        return None
    return _dumped(what) if stop <= end else _written(what, first, end, stop)


def _later(what: Scheduled, parted: int, by: int, scenario: Scenario) -> dict[str, Any] | None:
    """Return what is scheduled from the parting on, begun later, as long as there are months; None: none are left."""
    first, stop = what.window(scenario.clock)
    end, begins = scenario.clock.months, max(first, parted) + by
    if begins >= end or stop <= parted:
        return None
    return _written(what, begins, min(stop + by, end), stop + by)


def _written(what: Scheduled, first: int, end: int, stop: int) -> dict[str, Any]:
    """Return what is scheduled from month `first` to before `end`, of a window that would go on until `stop`."""
    found, taper = {**_dumped(what), "from": f"month {first + 1}"}, what.taper or 0
    if stop > end and taper:
        if stop - taper < end:
            said = f"{_name(what)} falls in steps over {count(taper, 'month')}, and would be cut short within them"
            raise UserError(Mistake(said))
        del found["taper"]
    if isinstance(what, Grant):
        # of M months of which the last T fall in equal steps M − T / 2 full ones are paid
        left = end - first - (taper / 2 if stop <= end else 0)
        return found | {"months": end - first, "amount": what.amount * left / (what.months - taper / 2)}
    found.pop("until", None)
    return found | {"lasts": end - first}


def _dumped(what: Scheduled) -> dict[str, Any]:
    return what.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)


def _name(what: Scheduled) -> str:
    return quote(what.label if isinstance(what, Grant) else what.use)
